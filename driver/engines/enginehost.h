// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine.h"

#include "extension/questionprogress.h"

#include <QHash>
#include <QMutex>
#include <QPromise>
#include <QSet>
#include <QThread>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace Grebe {

/// A question on its way to an engine. However it ends, and if nobody answers at all, its future gets one result.
///
/// Thread     settle() and close() from any; the first one wins.
class PendingAnswer
{
public:
    virtual ~PendingAnswer() = default;
    /// Answers with "the connection was closed".
    virtual void close() = 0;

    static Error closedError();
};

template<typename T>
class Answer final : public PendingAnswer
{
public:
    Answer()
    {
        m_promise.start();
        m_promise.setProgressRange(0, QuestionAsked);
    }
    ~Answer() override { close(); }

    QFuture<Result<T>> future() const { return m_promise.future(); }
    void settle(Result<T> result)
    {
        if (m_settled.exchange(true))
            return;
        m_promise.addResult(std::move(result));
        m_promise.finish();
    }
    void close() override { settle(std::unexpected(closedError())); }
    void tellProgress(int value) { m_promise.setProgressValue(value); }

private:
    QPromise<Result<T>> m_promise;
    std::atomic<bool> m_settled = false;
};

/// What a connection and its statements share: the engine, and the thread that it lives on.
///
/// Thread     lives on the engine thread; the functions say which others may call them.
/// Ownership  its own: it counts its connection and its statements, and when the last has gone it deletes the engine
///            and itself and ends the thread. Nobody waits for that but the end of the application.
class EngineHost final : public QObject
{
    Q_OBJECT
public:
    /// Starts the thread and moves the engine there; any thread. The first user is the caller.
    static EngineHost *start(std::unique_ptr<Engine> engine, const QString &threadName);

    Engine *engine() const { return m_engine.get(); }
    /// Counts a statement, or the connection, as a user until it is destroyed; any thread.
    void adopt(QObject *user);
    /// The caller of start() is no user any more; any thread.
    void release();
    /// Answers every open question with "the connection was closed" and cancels every statement; engine thread.
    void closeAll();
    /// The same question is closed by closeAll(); engine thread.
    void remember(const std::shared_ptr<PendingAnswer> &answer);
    /// closeAll(), and the end of the thread although there are users; engine thread. The application is ending: what is
    /// left is moved to its thread and goes when the last user does.
    void shutDown(QThread *applicationThread);
    bool hasShutDown() const { return m_hasShutDown; }

private:
    /// At once, or when the engine's last words to its server are said.
    void whenQuiet(const std::function<void()> &action);
    explicit EngineHost(std::unique_ptr<Engine> engine);
    ~EngineHost() override;

    std::unique_ptr<Engine> m_engine;
    quint64 m_threadId = 0;
    std::atomic<int> m_userCount = 1;
    std::atomic<bool> m_hasShutDown = false;
    QMutex m_mutex; // of m_users
    QSet<QObject *> m_users; // the connection and its statements
    std::vector<std::weak_ptr<PendingAnswer>> m_answers;
};

/// Every engine thread of the process. One that has ended is joined soon after, from the application's event loop; those
/// that still run when the QCoreApplication is destroyed are ended and joined then, before it is gone: without one, Qt
/// 6.11 delivers no event to any thread (QCoreApplication::notifyInternal2()).
class EngineThreads
{
public:
    static EngineThreads &instance();

    /// Moves the host and its engine to a new thread; the number is for forgetHost().
    quint64 start(EngineHost *host, const QString &name);
    void forgetHost(quint64 id);

private:
    struct Entry
    {
        std::unique_ptr<QThread> thread;
        EngineHost *host = nullptr; // null once it is deleted, which is shortly before the thread ends
    };

    void reap(quint64 id);
    void shutDown();

    QMutex m_mutex;
    QHash<quint64, std::shared_ptr<Entry>> m_entries;
    quint64 m_lastId = 0;
    QObject *m_application = nullptr; // whose end we shall be told of
};

} // namespace Grebe
