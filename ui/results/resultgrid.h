// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnformatter.h"
#include "extension/resultstore.h"

#include <QAbstractScrollArea>
#include <QStringList>

#include <functional>
#include <memory>
#include <vector>

namespace Grebe {

/// The rows of a result, painted straight from the store: no model, no item, no copy of a cell.
///
/// Shape      rows are 64-bit numbers and their positions arithmetic: a hundred million rows cost what ten cost. Cells
///            are selected as one rectangle (cells, whole rows, whole columns, everything).
/// Units      positions in device-independent pixels; row numbers from 0.
/// Thread     GUI; reads the store, which other threads append to.
class ResultGrid : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit ResultGrid(QWidget *parent = nullptr);

    /// `columns` must outlive the grid's use of them.
    void setResult(std::shared_ptr<ResultStore> store, const std::vector<ColumnFormatter> *columns,
                   const QStringList &names);
    /// Only ever more rows; cheap, whatever the count.
    void setRowCount(qint64 rowCount);
    qint64 rowCount() const { return m_rowCount; }
    int columnCount() const { return int(m_widths.size()); }

    qint64 currentRow() const { return m_currentRow; }
    int currentColumn() const { return m_currentColumn; }
    void setCurrentCell(qint64 row, int column, bool extendSelection = false);
    void selectAll();
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
    /// The selection as tab separated lines; NULL is empty. Stops at `maxBytes` and then returns nothing.
    QByteArray selectedText(bool withHeader, qint64 maxBytes, bool *tooLarge) const;
    void copySelection(bool withHeader);

    qint64 firstVisibleRow() const { return m_firstRow; }
    void scrollToRow(qint64 row);
    int rowHeight() const;
    int columnWidth(int column) const { return m_widths[size_t(column)]; }
    void setColumnWidth(int column, int width);
    void autoSizeColumn(int column);
    QRect cellRect(qint64 row, int column) const;

    QSize sizeHint() const override { return { 600, 300 }; }

Q_SIGNALS:
    void selectionChanged();
    void copyRefused(const QString &reason);

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

private:
    enum class Area { Corner, Header, RowHeader, Cells, Nothing };
    struct Hit
    {
        Area area = Area::Nothing;
        qint64 row = -1;
        int column = -1;
        int resizeColumn = -1; ///< the column whose right edge is under the pointer in the header
    };

    Hit hit(QPoint position) const;
    int headerHeight() const;
    int rowHeaderWidth() const;
    int columnLeft(int column) const; ///< in the viewport
    int contentWidth() const;
    qint64 visibleRows() const; ///< whole rows that fit
    void updateScrollBars();
    void ensureVisible(qint64 row, int column);
    void autoSizeColumns();
    int wantedWidth(int column) const;
    QString cellText(const ResultStore::Place &place, int column, bool *isNull, qsizetype maxChars) const;
    void paintHeader(QPainter &painter) const;
    void paintRows(QPainter &painter, const QRect &clip) const;
    void changeFontSize(int steps);

    std::shared_ptr<ResultStore> m_store;
    const std::vector<ColumnFormatter> *m_columns = nullptr;
    QStringList m_names;
    std::vector<int> m_widths;
    qint64 m_rowCount = 0;
    qint64 m_firstRow = 0;
    qint64 m_rowsPerStep = 1; ///< of the scroll bar, beyond what an int counts
    bool m_isSized = false;

    qint64 m_currentRow = -1;
    int m_currentColumn = -1;
    qint64 m_anchorRow = -1;
    int m_anchorColumn = -1;
    bool m_wholeRows = false;
    bool m_wholeColumns = false;

    int m_resizing = -1;
    int m_resizeOffset = 0;
    bool m_selecting = false;
    Area m_selectingArea = Area::Nothing;
    int m_wheelRest = 0;
};

} // namespace Grebe
