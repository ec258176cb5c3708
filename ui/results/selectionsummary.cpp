// SPDX-License-Identifier: Apache-2.0
#include "selectionsummary.h"

#include "cellformatter.h"

#include <QtConcurrentRun>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

namespace {

constexpr qint64 kCellsAtOnce = 2000; // well below a millisecond

} // namespace

QString totalsText(const CellTotals &totals)
{
    QStringList parts { QObject::tr("%1 cells").arg(countText(totals.cellCount)) };
    if (totals.nullCount > 0)
        parts += QObject::tr("%1 null").arg(countText(totals.nullCount));
    if (!totals.sum.isEmpty()) {
        parts += QObject::tr("sum %1").arg(numberText(totals.sum));
        if (!totals.average.isEmpty())
            parts += QObject::tr("avg %1").arg(numberText(totals.average));
    } else if (!totals.minimum.isEmpty() && totals.minimum.size() <= 32 && totals.maximum.size() <= 32) {
        parts += QObject::tr("min %1").arg(singleLine(totals.minimum));
        parts += QObject::tr("max %1").arg(singleLine(totals.maximum));
    }
    return parts.join(u" · "_s);
}

SelectionSummary::SelectionSummary(QObject *parent) : QObject(parent)
{
    m_timer.setSingleShot(true);
    m_timer.setInterval(60ms);
    connect(&m_timer, &QTimer::timeout, this, &SelectionSummary::start);
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &SelectionSummary::finish);
}

SelectionSummary::~SelectionSummary()
{
    if (m_stop)
        *m_stop = true;
}

void SelectionSummary::setCells(const CellRange &cells)
{
    if (m_stop)
        *m_stop = true;
    m_timer.stop();
    m_cells = cells;
    m_totals = {};
    m_isKnown = false;
    if (cells.cellCount() < 2) {
        m_text.clear();
    } else if (cells.cellCount() <= kCellsAtOnce) {
        m_totals = cellTotals(cells).value_or(CellTotals());
        m_isKnown = true;
        m_text = totalsText(m_totals);
    } else {
        m_text = tr("%1 cells").arg(countText(cells.cellCount()));
        m_timer.start();
    }
    Q_EMIT changed();
}

void SelectionSummary::start()
{
    m_stop = std::make_shared<std::atomic_bool>(false);
    m_watcher.setFuture(QtConcurrent::run([cells = m_cells, stop = m_stop] {
        return cellTotals(cells, [stop] { return stop->load(); });
    }));
}

void SelectionSummary::finish()
{
    if (m_watcher.future().resultCount() == 0 || m_stop->load())
        return;
    const Result<CellTotals> totals = m_watcher.result();
    if (!totals)
        return;
    m_totals = *totals;
    m_isKnown = true;
    m_text = totalsText(m_totals);
    Q_EMIT changed();
}

} // namespace Grebe
