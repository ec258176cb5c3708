// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/cellrange.h"
#include "extension/columnformatter.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"
#include "celldisplay.h"
#include "gridcolumns.h"

#include <QAbstractScrollArea>
#include <QStringList>

#include <functional>
#include <memory>
#include <vector>

namespace Grebe {

class GridInput;
class GridPainter;

/// The rows of a result, painted straight from the store: no model, no item, no copy of a cell.
///
/// Shape      rows are 64-bit positions and where they are painted is arithmetic: a hundred million rows cost what ten
///            cost. A position stands for the row that the order says, or for itself without one. Columns are counted as
///            they are shown; sourceColumn() gives the result's. One rectangle is selected (cells, whole rows, whole
///            columns, everything).
/// Units      positions in device-independent pixels; rows and columns from 0.
/// Thread     GUI; reads the store, which other threads append to.
class ResultGrid : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit ResultGrid(QWidget *parent = nullptr);
    ~ResultGrid() override;

    /// `columns` must outlive the grid's use of them.
    void setResult(std::shared_ptr<ResultStore> store, const std::vector<ColumnFormatter> *columns,
                   const QStringList &names);
    const std::shared_ptr<ResultStore> &store() const { return m_store; }
    /// Only ever more rows; cheap, whatever the count. Rows that come after an order was set are not shown with it.
    void setRowCount(qint64 rowCount);
    qint64 rowCount() const { return m_rowCount; } ///< that are shown
    qint64 sourceRowCount() const { return m_sourceRowCount; }
    int columnCount() const { return m_layout.count(); }

    /// Which rows are shown and in which order; null: all, as they came. The keys are for the marks in the header.
    void setOrder(const RowOrderPtr &order, const QList<SortKey> &keys);
    const RowOrderPtr &order() const { return m_order; }
    const QList<SortKey> &sortKeys() const { return m_sortKeys; }
    qint64 sourceRow(qint64 row) const { return m_order ? m_order->rowAt(row) : row; }

    const GridColumns &layout() const { return m_layout; }
    void setLayout(const GridColumns &layout);
    int sourceColumn(int column) const { return m_layout.source(column); }
    QString columnName(int column) const { return m_names.value(sourceColumn(column)); }
    QString sourceColumnName(int source) const { return m_names.value(source); }
    const ColumnFormatter &formatter(int column) const { return (*m_columns)[size_t(sourceColumn(column))]; }
    const std::vector<ColumnFormatter> *formatters() const { return m_columns; }
    void moveColumn(int from, int to);
    void hideColumn(int column);
    void showColumn(int source); ///< a hidden one, at the right end
    void showAllColumns();
    void freezeColumns(int count);

    qint64 currentRow() const { return m_currentRow; }
    int currentColumn() const { return m_currentColumn; }
    void setCurrentCell(qint64 row, int column, bool extendSelection = false);
    void selectAll();
    void selectColumn(int column, bool extendSelection = false);
    void selectRow(qint64 row, bool extendSelection = false);
    /// Rows and columns from..to, both included; empty when `firstRow` is -1.
    struct Range
    {
        qint64 firstRow = -1;
        qint64 lastRow = -1;
        int firstColumn = -1;
        int lastColumn = -1;
        bool isEmpty() const { return firstRow < 0; }
        qint64 cellCount() const { return isEmpty() ? 0 : (lastRow - firstRow + 1) * (lastColumn - firstColumn + 1); }
    };
    Range selection() const;
    CellRange selectedCells() const; ///< for a worker
    CellRange allCells() const; ///< every shown row and column
    /// The selection as tab separated lines; NULL is empty. Stops at `maxBytes` and then returns nothing.
    QByteArray selectedText(bool withHeader, qint64 maxBytes, bool *tooLarge) const;
    /// A cell as text, cut at `maxChars`.
    QString cellText(qint64 row, int column, qsizetype maxChars = -1, bool *isNull = nullptr) const;

    qint64 firstVisibleRow() const { return m_firstRow; }
    int rowOffset() const { return m_rowOffset; } ///< pixels of the first visible row that are scrolled away
    void scrollToRow(qint64 row, int offset = 0);
    void scrollByPixels(qint64 pixels); ///< positive: towards the end
    int rowHeight() const;
    int columnWidth(int column) const { return m_layout.width(column); }
    void setColumnWidth(int column, int width);
    void autoSizeColumn(int column);
    void autoSizeColumns();
    QRect cellRect(qint64 row, int column) const; ///< in the viewport
    QRect headerRect(int column) const;
    qint64 rowAtY(int y) const { return hit({ rowHeaderWidth() + 1, y }).row; } ///< -1: none
    int columnAtX(int x) const { return hit({ x, headerHeight() + 1 }).column; }
    int rowNumberWidth() const { return rowHeaderWidth(); }
    bool movedDown() const { return m_movedRows; } ///< the current cell's last move was to another row
    /// Widgets under the header, each as wide as the grid; shown ones push the rows down.
    void addHeaderBar(QWidget *bar);
    /// Cells and names that hold it are marked.
    void setFoundText(const QString &text);
    /// The mark a cell gets: it differs from what it is compared with, or there is nothing to compare it with.
    enum class CellMark { None, Differs, Alone };
    using CellMarks = std::function<CellMark(qint64 row, int source)>;
    void setMarkedCells(CellMarks marks); ///< empty: none
    /// How values are written; what is copied, searched and filtered stays what was sent.
    void setDisplay(const CellDisplay &display);
    const CellDisplay &display() const { return m_display; }
    QString typeText(int source) const; ///< the engine's type, and the zone its times are shown in

    QSize sizeHint() const override { return { 600, 300 }; }

Q_SIGNALS:
    void selectionChanged();
    void scrolled(); ///< up or down
    void displayChanged();
    void layoutChanged(); ///< a person changed widths, order, hidden or frozen columns
    void copyRequested(bool withHeader);
    /// A click on a header, or the menu: what to sort by from now on.
    void sortRequested(const QList<Grebe::SortKey> &keys);
    void headerMenuRequested(int column, const QPoint &globalPos);
    void cellMenuRequested(const QPoint &globalPos);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void changeEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    friend class GridInput;
    friend class GridPainter;

    enum class Area { Corner, Header, RowHeader, Cells, Nothing };
    struct Hit
    {
        Area area = Area::Nothing;
        qint64 row = -1;
        int column = -1;
        int resizeColumn = -1; ///< the column whose right edge is under the pointer in the header
    };

    Hit hit(QPoint position) const;
    int nameHeight() const; ///< of the header without its bars
    int headerHeight() const;
    int rowHeaderWidth() const;
    int columnLeft(int column) const; ///< in the viewport
    int rowTop(qint64 row) const; ///< in the viewport
    qint64 visibleRows() const; ///< whole rows that fit
    void updateScrollBars();
    void placeBars();
    void moveRows(qint64 oldFirstRow, int oldOffset);
    void ensureVisible(qint64 row, int column);
    int wantedWidth(int source) const;
    void updateRows();
    void select();
    void changeFontSize(int steps);
    void announce(qint64 oldRow, int oldColumn);

    std::shared_ptr<ResultStore> m_store;
    const std::vector<ColumnFormatter> *m_columns = nullptr;
    QStringList m_names;
    GridColumns m_layout;
    std::unique_ptr<GridPainter> m_painter;
    std::unique_ptr<GridInput> m_input;
    RowOrderPtr m_order;
    QList<SortKey> m_sortKeys;
    QList<QWidget *> m_bars;
    QString m_foundText;
    CellMarks m_marks;
    CellDisplay m_display;
    qint64 m_sourceRowCount = 0;
    qint64 m_rowCount = 0;
    qint64 m_firstRow = 0;
    int m_rowOffset = 0;
    qint64 m_rowsPerStep = 1; ///< of the scroll bar, beyond what an int counts
    bool m_isSized = false;
    bool m_hasOwnWidths = false; ///< given from outside: not to be measured again

    qint64 m_currentRow = -1;
    int m_currentColumn = -1;
    qint64 m_anchorRow = -1;
    int m_anchorColumn = -1;
    bool m_wholeRows = false;
    bool m_wholeColumns = false;
    Range m_shownSelection; ///< as it was painted last
    bool m_showsColumns = false; ///< it was whole columns

    struct RowHeader
    {
        qint64 rowCount = -1;
        int width = 0;
    };
    mutable RowHeader m_rowHeader; ///< of that many rows

    bool m_movedRows = false;
};

} // namespace Grebe
