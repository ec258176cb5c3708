// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <array>
#include <atomic>
#include <thread>

/// How long the window's thread keeps its event loop waiting, and where it was when it did.
///
/// Shape      a timer that should come every 2 ms; a second thread looks once a millisecond whether it did, and has the
///            window's thread write down its stack when it is late.
/// Units      milliseconds between two ticks, the 2 ms included.
/// Thread     the window's, which makes it and asks it. One at a time.
class StallWatch : public QObject
{
    Q_OBJECT
public:
    explicit StallWatch(QObject *parent = nullptr);
    ~StallWatch() override;

    double longest() const { return m_longest; } ///< by the clock
    /// Without the time in which the thread was ready and other threads had all cores.
    double longestOwn() const { return m_longestOwn; }
    int lateCount() const { return m_lateCount; } ///< ticks more than 8 ms after the one before
    /// Where the thread was in the longest stall of its own, the innermost function first.
    QStringList stack() const;

private:
    void tick();
    void watch();
    static void writeDownStack(int);
    static qint64 waitedForCore(); // nanoseconds so far, of this thread

    QTimer m_timer;
    std::atomic<qint64> m_tickedAt;
    qint64 m_waited = 0;
    double m_longest = 0;
    double m_longestOwn = 0;
    int m_lateCount = 0;
    std::array<void *, 48> m_stack {};
    int m_stackSize = 0;
    std::atomic<bool> m_isEnding = false;
    pthread_t m_watched;
    std::thread m_watcher;
};
