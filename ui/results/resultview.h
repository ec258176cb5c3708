// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnmemory.h"
#include "copycells.h"
#include "extension/columnformatter.h"
#include "extension/explodedcolumn.h"
#include "extension/resultorder.h"
#include "resultgrid.h"
#include "selectionsummary.h"

#include <QFutureWatcher>
#include <QTimer>
#include <QWidget>

#include <memory>
#include <vector>

class QMenu;
class QSplitter;

namespace Grebe {

class Button;
class CellViewer;
class ChartView;
class ExpressionBar;
class FilterBar;
class FindBar;
class Label;
class Pane;

/// One result to work with: the grid, what stands under its header (find, filters, a notice), the panel beside it.
///
/// Shape      the grid shows and selects; this decides what a key or a menu does with it. Sorting and filtering run
///            beside the window, and the rows stay as they are until the new order is there.
/// Thread     GUI.
class ResultView : public QWidget
{
    Q_OBJECT
public:
    explicit ResultView(QWidget *parent = nullptr);
    ~ResultView() override;

    /// `columns` must outlive the view's use of them; nullptr shows nothing.
    void setResult(std::shared_ptr<ResultStore> store, const std::vector<ColumnFormatter> *columns,
                   const QStringList &names);
    void setRowCount(qint64 rowCount);
    /// Of the engine that the result comes from, for literals; must outlive the view's use of it.
    void setDialect(const Dialect *dialect) { m_copy.setDialect(dialect); }
    /// Whose choice of how values are written counts; before setResult().
    void setConnectionName(const QString &name) { m_connectionName = name; }
    void setTableName(const QString &name) { m_copy.setTableName(name); }
    void setColumnMemory(const ColumnMemory &memory) { m_memory = memory; } ///< for tests

    ResultGrid *grid() const { return m_grid; }
    CellViewer *viewer() const { return m_viewer; }
    FindBar *findBar() const { return m_find; }
    FilterBar *filterBar() const { return m_filter; }
    ExpressionBar *expressionBar() const { return m_expression; }
    CopyCells *copier() { return &m_copy; }
    QString summaryText() const { return m_summary.text(); }
    /// "1,204 of 10,000 rows" while filters leave some out; empty without.
    QString filteredText() const;
    QString noticeText() const;

    void toggleViewer(int page);
    void toggleProfile(); ///< remembered for the next results
    void toggleChart();
    ChartView *chart() const { return m_chart; } ///< null until it is asked for
    void openFind();
    void openFilter();
    void openExpression();
    void openColumnPicker();
    void openCopyMenu();
    void sortBy(const QList<SortKey> &keys);
    void fillCopyMenu(QMenu *menu);
    /// How values are written: "Group thousands", and the zone of times, of one column or (-1) of all.
    void fillDisplayMenu(QMenu *menu, int source = -1);
    /// Shows the parts of a nested column in its place.
    void explode(int source);
    void putTogether(int source); ///< the nested column, or one of its parts
    bool hasInstants() const; ///< times that can be shown in another zone

Q_SIGNALS:
    void summaryChanged(const QString &text);
    void orderChanged(); ///< sorted, filtered, or neither any more
    void displayChanged();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    bool ownsKey(const QKeyEvent *event) const;
    void openHeaderMenu(int column, const QPoint &at);
    void openCellMenu(const QPoint &at);
    void copy(CopyFormat format, bool hasHeader);
    void reorder();
    void takeOrder();
    void showNotice(const QString &text, const QString &actionText = {});
    void saveToFile();
    void rememberLayout();
    QList<int> shownWholes() const; // the result's own columns in the order they, or their parts, are shown
    void showExploded(const QList<int> &wholes, int changed);
    int explodedFrom(int source) const; ///< the nested column of a part; -1: none
    void setDisplay(const CellDisplay &display);
    void setZone(int source, const CellDisplay::Zone &zone);

    ResultGrid *m_grid;
    CellViewer *m_viewer;
    ChartView *m_chart = nullptr;
    QSplitter *m_splitter;
    FindBar *m_find;
    FilterBar *m_filter;
    ExpressionBar *m_expression;
    Pane *m_notice;
    Label *m_noticeText;
    Button *m_noticeAction;
    CopyCells m_copy;
    SelectionSummary m_summary;
    ColumnMemory m_memory;
    QString m_shape;
    QString m_connectionName;
    std::shared_ptr<ResultStore> m_store; // as it came
    const std::vector<ColumnFormatter> *m_columns = nullptr;
    QStringList m_names;
    QList<ExplodedColumn> m_exploded;
    std::vector<ColumnFormatter> m_explodedColumns; // with the parts
    QList<SortKey> m_keys;
    QFutureWatcher<Result<RowOrderPtr>> m_order;
    QTimer m_orderTimer; // rows that came after the order was made
    QTimer m_slowTimer; // says that it is sorting once that takes long enough to be wondered at
    QTimer m_viewerTimer;
    QTimer m_saveTimer;
    bool m_isStopAction = false;
    bool m_copiesHeader = false;
};

} // namespace Grebe
