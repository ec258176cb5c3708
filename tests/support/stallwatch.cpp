// SPDX-License-Identifier: Apache-2.0
#include "stallwatch.h"

#include <QFile>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include <execinfo.h>
#include <pthread.h>
#include <signal.h>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 kLate = 8'000'000;

// Of the stall that goes on now: written by the signal's handler on the window's thread, read by that thread.
std::array<void *, 48> lateStack;
std::atomic<int> lateStackSize = 0;

qint64 now()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

} // namespace

StallWatch::StallWatch(QObject *parent) : QObject(parent), m_tickedAt(now()), m_waited(waitedForCore()), m_watched(pthread_self())
{
    (void)::backtrace(m_stack.data(), int(m_stack.size())); // loads what it needs, now and not in a signal
    ::signal(SIGURG, &StallWatch::writeDownStack);
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StallWatch::tick);
    m_timer.start(2ms);
    m_watcher = std::thread(&StallWatch::watch, this);
}

StallWatch::~StallWatch()
{
    m_isEnding = true;
    m_watcher.join();
    ::signal(SIGURG, SIG_DFL);
}

void StallWatch::tick()
{
    const qint64 took = now() - m_tickedAt;
    const qint64 waited = waitedForCore();
    const double own = double(took - (waited - m_waited)) / 1e6;
    m_longest = std::max(m_longest, double(took) / 1e6);
    m_lateCount += took > kLate;
    if (own > m_longestOwn) {
        m_longestOwn = own;
        m_stackSize = lateStackSize;
        if (m_stackSize > 0)
            m_stack = lateStack;
    }
    lateStackSize = 0;
    m_waited = waited;
    m_tickedAt = now();
}

void StallWatch::watch()
{
    qint64 told = 0;
    while (!m_isEnding) {
        std::this_thread::sleep_for(1ms);
        const qint64 tickedAt = m_tickedAt;
        if (tickedAt != told && now() - tickedAt > kLate) {
            told = tickedAt;
            ::pthread_kill(m_watched, SIGURG);
        }
    }
}

void StallWatch::writeDownStack(int)
{
    lateStackSize = ::backtrace(lateStack.data(), int(lateStack.size()));
}

qint64 StallWatch::waitedForCore()
{
    QFile file(u"/proc/thread-self/schedstat"_s);
    return file.open(QFile::ReadOnly | QFile::Unbuffered) ? file.readLine().split(' ').value(1).toLongLong() : 0;
}

QStringList StallWatch::stack() const
{
    QStringList lines;
    char **symbols = ::backtrace_symbols(m_stack.data(), m_stackSize);
    for (int i = 2; symbols && i < m_stackSize; ++i)
        lines << QString::fromLocal8Bit(symbols[i]).section(u'/', -1);
    std::free(symbols);
    return lines;
}
