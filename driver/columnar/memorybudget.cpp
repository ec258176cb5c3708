// SPDX-License-Identifier: Apache-2.0
#include "memorybudget.h"

#include "extension/resultstore.h"

namespace Grebe {

MemoryBudget &MemoryBudget::instance()
{
    static MemoryBudget budget;
    static std::once_flag once;
    std::call_once(once, [] { budget.m_limit = ResultStore::kDefaultMemoryBudget; });
    return budget;
}

MemoryBudget::~MemoryBudget()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_isEnding = true;
    }
    m_changed.notify_all();
    if (m_thread.joinable())
        m_thread.join();
}

void MemoryBudget::enter(const std::shared_ptr<Spillable> &spillable)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_spillables, [](const auto &known) { return known.expired(); });
    m_spillables.push_back(spillable);
}

void MemoryBudget::take(qint64 byteCount)
{
    if ((m_inUse += byteCount) > m_limit && byteCount > 0)
        request();
}

void MemoryBudget::setLimit(qint64 byteCount)
{
    m_limit = byteCount;
    request();
}

void MemoryBudget::request()
{
    if (m_inUse <= m_limit)
        return;
    {
        const std::scoped_lock lock(m_mutex);
        m_isRequested = true;
        if (!m_thread.joinable())
            m_thread = std::thread(&MemoryBudget::run, this);
    }
    m_changed.notify_all();
}

void MemoryBudget::waitUntilSettled()
{
    request(); // what was held when it was looked at last may be free by now
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return !m_isRequested && !m_isBusy; });
}

void MemoryBudget::setFolder(const QString &folder)
{
    const std::scoped_lock lock(m_mutex);
    m_folder = folder;
}

QString MemoryBudget::folder() const
{
    const std::scoped_lock lock(m_mutex);
    return m_folder;
}

void MemoryBudget::run()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_isRequested || m_isEnding; });
        if (m_isEnding)
            return;
        m_isRequested = false;
        m_isBusy = true;
        lock.unlock();
        spill();
        lock.lock();
        m_isBusy = false;
        m_changed.notify_all();
    }
}

void MemoryBudget::spill()
{
    while (m_inUse > m_limit) {
        std::vector<std::weak_ptr<Spillable>> spillables;
        {
            const std::scoped_lock lock(m_mutex);
            if (m_isEnding)
                return;
            spillables = m_spillables;
        }
        std::shared_ptr<Spillable> oldest;
        quint64 oldestAge = 0;
        for (const auto &known : spillables) {
            const auto spillable = known.lock();
            const auto age = spillable ? spillable->oldestPart() : std::nullopt;
            if (age && (!oldest || *age < oldestAge)) {
                oldest = spillable;
                oldestAge = *age;
            }
        }
        if (!oldest)
            return;
        oldest->spillOldestPart();
    }
}

} // namespace Grebe
