// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/cellrange.h"

#include <QFutureWatcher>
#include <QObject>
#include <QTimer>

#include <atomic>
#include <memory>

namespace Grebe {

/// Sum, average and count of what is selected, computed beside the window for selections of any size.
///
/// Shape      a new selection ends the work on the one before; text() says how many cells there are at once and the rest
///            when it is known.
/// Thread     GUI; the cells are read in the global thread pool.
class SelectionSummary : public QObject
{
    Q_OBJECT
public:
    explicit SelectionSummary(QObject *parent = nullptr);
    ~SelectionSummary() override;

    void setCells(const CellRange &cells);
    /// "4 cells · sum 1,994,983.54 · avg 498,745.89"; empty for one cell.
    QString text() const { return m_text; }
    const CellTotals &totals() const { return m_totals; }
    bool isKnown() const { return m_isKnown; }

Q_SIGNALS:
    void changed();

private:
    void start();
    void finish();

    CellRange m_cells;
    CellTotals m_totals;
    QString m_text;
    bool m_isKnown = false;
    QTimer m_timer;
    QFutureWatcher<Result<CellTotals>> m_watcher;
    std::shared_ptr<std::atomic_bool> m_stop;
};

/// The words of it.
QString totalsText(const CellTotals &totals);

} // namespace Grebe
