// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace Grebe {

/// Something that holds memory and can put its oldest part on disk.
///
/// Thread     called on the budget's own thread.
class Spillable
{
public:
    enum class Standing {
        Well,
        Waiting, ///< somebody waits, and others may make room
        Held ///< somebody waits for parts that are being read and can go when that ends
    };

    virtual ~Spillable() = default;
    /// The age of the oldest part that could go now, the smaller the older; empty when none can.
    virtual std::optional<quint64> oldestPart() const = 0;
    virtual void spillOldestPart() = 0;
    /// Something was written, or nothing more can be: whoever waits for room may hear of it.
    virtual Standing standing() = 0;
};

/// The memory that all results of the process share, and the one thread that writes what is too much of it, and that makes
/// allocators give to the system what a large result has left with them.
///
/// Thread     any.
class MemoryBudget
{
public:
    static MemoryBudget &instance();

    void enter(const std::shared_ptr<Spillable> &spillable);
    quint64 nextAge() { return m_nextAge.fetch_add(1, std::memory_order_relaxed); }
    /// A negative count gives memory back.
    void take(qint64 byteCount);
    /// A result is gone that held so much until now.
    void leave(qint64 byteCount);
    void setLimit(qint64 byteCount);
    qint64 limit() const { return m_limit; }
    qint64 inUse() const { return m_inUse; }
    /// Looks again for parts that can go.
    void request();
    /// The same, also when nothing is over the budget, for those who wait.
    void look();
    /// Until nothing is over the budget, or nothing can be done about it.
    void waitUntilSettled();

    void setFolder(const QString &folder);
    QString folder() const;

private:
    MemoryBudget() = default;
    ~MemoryBudget();
    void run();
    void spill();
    std::vector<std::shared_ptr<Spillable>> spillables() const;
    Spillable::Standing tellStanding() const;

    std::atomic<qint64> m_inUse = 0;
    std::atomic<qint64> m_limit;
    std::atomic<quint64> m_nextAge = 0;
    std::atomic<bool> m_isAwaited = false; // somebody waits for memory that others give back
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<std::weak_ptr<Spillable>> m_spillables;
    QString m_folder;
    bool m_isRequested = false;
    bool m_isToGiveBack = false;
    bool m_isBusy = false;
    bool m_isEnding = false;
    std::thread m_thread; // started when first needed
};

} // namespace Grebe
