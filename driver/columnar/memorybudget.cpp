// SPDX-License-Identifier: Apache-2.0
#include "memorybudget.h"

#include "extension/resultstore.h"
#include "recyclingpool.h"

#include <arrow/memory_pool.h>

#include <chrono>
#include <new>
#include <utility>

using namespace std::chrono_literals;

namespace Grebe {

namespace {

constexpr qint64 kMostMegabytes = qint64(1) << 40;
constexpr int kLooksAgain = 5;
constexpr qint64 kWorthGivingBack = 16 << 20;

} // namespace

MemoryBudget &MemoryBudget::instance()
{
    static MemoryBudget budget;
    static std::once_flag once;
    std::call_once(once, [] {
        bool isNumber = false;
        const qint64 megabytes = qEnvironmentVariable("GREBE_RESULT_MEMORY").toLongLong(&isNumber);
        budget.m_limit = isNumber && megabytes >= 0 ? std::min(megabytes, kMostMegabytes) << 20 : ResultStore::kDefaultMemoryBudget;
        budget.m_folder = qEnvironmentVariable("GREBE_RESULT_FOLDER");
    });
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
    const bool isOver = (m_inUse += byteCount) > m_limit;
    if (byteCount > 0 && isOver)
        request();
    else if (byteCount < 0 && m_isAwaited)
        look();
}

void MemoryBudget::leave(qint64 byteCount)
{
    take(-byteCount);
    if (byteCount < kWorthGivingBack)
        return;
    {
        const std::scoped_lock lock(m_mutex);
        m_isToGiveBack = true;
    }
    look();
}

void MemoryBudget::setLimit(qint64 byteCount)
{
    m_limit = byteCount;
    if (m_isAwaited)
        look();
    else
        request();
}

void MemoryBudget::request()
{
    if (m_inUse > m_limit)
        look();
}

void MemoryBudget::look()
{
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
    auto standing = Spillable::Standing::Well;
    int looksLeft = 0; // what was over the limit may have been held by whoever brought it, for a moment
    std::unique_lock lock(m_mutex);
    for (;;) {
        const auto isDue = [this] { return m_isRequested || m_isEnding; };
        if (standing == Spillable::Standing::Held || looksLeft > 0)
            m_changed.wait_for(lock, 100ms, isDue); // nobody tells that a reader has let go
        else
            m_changed.wait(lock, isDue);
        if (m_isEnding)
            return;
        looksLeft = m_isRequested ? kLooksAgain : looksLeft - 1;
        m_isRequested = false;
        m_isBusy = true;
        const bool isToGiveBack = std::exchange(m_isToGiveBack, false);
        lock.unlock();
        if (isToGiveBack)
            recyclingPool()->ReleaseUnused();
        spill();
        if (m_inUse <= m_limit)
            looksLeft = 0;
        standing = tellStanding();
        m_isAwaited = standing != Spillable::Standing::Well;
        // Memory that came back in between has told nobody.
        if (m_isAwaited)
            standing = std::max(standing, tellStanding());
        lock.lock();
        m_isBusy = false;
        m_changed.notify_all();
    }
}

std::vector<std::shared_ptr<Spillable>> MemoryBudget::spillables() const
{
    std::vector<std::shared_ptr<Spillable>> found;
    const std::scoped_lock lock(m_mutex);
    for (const auto &known : m_spillables) {
        if (auto spillable = known.lock())
            found.push_back(std::move(spillable));
    }
    return found;
}

Spillable::Standing MemoryBudget::tellStanding() const
{
    auto worst = Spillable::Standing::Well;
    for (const auto &spillable : spillables())
        worst = std::max(worst, spillable->standing());
    return worst;
}

void MemoryBudget::spill()
{
    while (m_inUse > m_limit) {
        {
            const std::scoped_lock lock(m_mutex);
            if (m_isEnding)
                return;
        }
        std::shared_ptr<Spillable> oldest;
        quint64 oldestAge = 0;
        for (const auto &spillable : spillables()) {
            const auto age = spillable->oldestPart();
            if (age && (!oldest || *age < oldestAge)) {
                oldest = spillable;
                oldestAge = *age;
            }
        }
        if (!oldest)
            return;
        try {
            oldest->spillOldestPart();
        } catch (const std::bad_alloc &) {
            return; // it stays where it is, and goes when there is memory to write it with
        }
        (void)oldest->standing();
    }
}

} // namespace Grebe
