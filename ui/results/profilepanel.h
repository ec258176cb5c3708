// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnprofiler.h"

#include <QWidget>

class QStackedWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace Grebe {

class Button;
class Label;
class ResultGrid;
class Segmented;

/// What is in the current column, or in all of them: nulls, distinct values, extremes, quantiles, a histogram, the most
/// frequent values.
///
/// Shape      of the rows that are shown, or of all when a filter is on and a person says so. Estimates say "about", and
///            what is known of a part of the rows says of how many. A click on a frequent value, or Enter, filters by it;
///            on a column it goes there.
/// Thread     GUI.
class ProfilePanel : public QWidget
{
    Q_OBJECT
public:
    explicit ProfilePanel(ResultGrid *grid, QWidget *parent = nullptr);

    void refresh(); ///< the cursor, the rows or their order changed
    void clear(); ///< lets go of the result
    bool showsAllColumns() const;
    void setAllColumns(bool isAll);
    bool isOfAllRows() const;
    void setAllRows(bool isAll); ///< also those that the filters leave out
    const ColumnProfiler *profiler() const { return &m_profiler; }
    /// The lines as a person reads them: "distinct\t1,204".
    QStringList lines() const;
    QString stateText() const;

Q_SIGNALS:
    void scopeChanged(); ///< one column, or all
    void filterRequested(int source, const QString &condition);

protected:
    void changeEvent(QEvent *event) override;

private:
    void updatePalette();
    void showColumn(int column);
    void fillColumn();
    void fillList();
    void showState(bool isDue = false);
    void activate(QTreeWidgetItem *item);
    QString valueText(int source, const QString &text) const;

    ResultGrid *m_grid;
    ColumnProfiler m_profiler;
    Segmented *m_scope;
    Segmented *m_rows;
    QStackedWidget *m_stack;
    QTreeWidget *m_column;
    QTreeWidget *m_list = nullptr;
    Label *m_state;
    Button *m_stop;
    QTimer m_stateTimer; // a word of work only when it takes long enough to be wondered at
    int m_source = -1;
    bool m_isStopped = false;
};

} // namespace Grebe
