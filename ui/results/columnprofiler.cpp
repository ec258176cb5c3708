// SPDX-License-Identifier: Apache-2.0
#include "columnprofiler.h"

#include "extension/resultstore.h"

#include <utility>

using namespace std::chrono_literals;

namespace Grebe {

ColumnProfiler::ColumnProfiler(QObject *parent) : QObject(parent)
{
    m_moreTimer.setSingleShot(true);
    m_moreTimer.setInterval(1s);
    connect(&m_moreTimer, &QTimer::timeout, this, &ColumnProfiler::next);
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &ColumnProfiler::finish);
    connect(&m_watcher, &QFutureWatcherBase::progressValueChanged, this, &ColumnProfiler::progressed);
}

ColumnProfiler::~ColumnProfiler()
{
    disconnect(&m_watcher, nullptr, this, nullptr);
    m_watcher.cancel();
}

void ColumnProfiler::setRows(const std::shared_ptr<const ResultStore> &store, const RowOrderPtr &order, qint64 rowCount)
{
    if (store == m_store && order == m_order && rowCount == m_rowCount)
        return;
    const bool isMore = store == m_store && order == m_order && !order && rowCount > m_rowCount;
    m_store = store;
    m_order = order;
    m_rowCount = rowCount;
    if (isMore) {
        for (Profile &profile : m_profiles)
            profile.isPart = true;
        if (!isWorking() && !m_moreTimer.isActive())
            m_moreTimer.start();
        return;
    }
    stop();
    m_profiles.clear();
    m_wanted.clear();
}

void ColumnProfiler::want(const QList<int> &columns)
{
    m_wanted = columns;
    if (isWorking() && !m_wanted.isEmpty() && m_column != m_wanted.first() && !isDone(m_wanted.first()))
        stop();
    m_wanted = columns;
    if (!isWorking() && !m_moreTimer.isActive())
        next();
}

bool ColumnProfiler::isDone(int column) const
{
    const auto found = m_profiles.constFind(column);
    return found != m_profiles.constEnd() && !found->isPart;
}

void ColumnProfiler::next()
{
    m_moreTimer.stop();
    if (!m_store || isWorking())
        return;
    for (const int column : std::as_const(m_wanted)) {
        if (isDone(column))
            continue;
        m_column = column;
        m_isFirstLook = m_rowCount > 4 * kFirstLook && !m_profiles.contains(column);
        const qint64 count = m_isFirstLook ? kFirstLook : m_rowCount;
        m_watcher.setFuture(columnStatistics(m_store, column, m_order ? m_order->slice(0, count) : RowOrder::range(0, count)));
        Q_EMIT progressed();
        return;
    }
}

void ColumnProfiler::finish()
{
    if (m_watcher.isCanceled() || m_watcher.future().resultCount() == 0)
        return;
    const int column = std::exchange(m_column, -1);
    const Result<ColumnStatistics> statistics = m_watcher.result();
    if (statistics) {
        m_profiles.insert(column, { *statistics, statistics->rowCount < m_rowCount, {} });
    } else {
        m_profiles.insert(column, { {}, false, statistics.error().message });
    }
    Q_EMIT changed(column);
    // Rows that came meanwhile are looked at after a while: a result that grows is not read all the time.
    if (m_isFirstLook || isDone(column))
        next();
    else
        m_moreTimer.start();
    Q_EMIT progressed();
}

const ColumnProfiler::Profile *ColumnProfiler::profile(int column) const
{
    const auto found = m_profiles.constFind(column);
    return found == m_profiles.constEnd() ? nullptr : &*found;
}

int ColumnProfiler::progress() const
{
    return isWorking() ? m_watcher.progressValue() / 10 : 100;
}

void ColumnProfiler::stop()
{
    m_moreTimer.stop();
    m_watcher.cancel();
    m_column = -1;
    m_wanted.clear();
    Q_EMIT progressed();
}

} // namespace Grebe
