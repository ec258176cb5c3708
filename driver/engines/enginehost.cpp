// SPDX-License-Identifier: Apache-2.0
#include "enginehost.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace Grebe {

Error PendingAnswer::closedError()
{
    return { .code = Error::Code::InvalidState, .message = u"The connection was closed."_s };
}

EngineHost::EngineHost(std::unique_ptr<Engine> engine) : m_engine(std::move(engine)) { }

EngineHost::~EngineHost()
{
    EngineThreads::instance().forgetHost(m_threadId);
}

EngineHost *EngineHost::start(std::unique_ptr<Engine> engine, const QString &threadName)
{
    auto *host = new EngineHost(std::move(engine));
    host->m_threadId = EngineThreads::instance().start(host, threadName);
    return host;
}

void EngineHost::adopt(QObject *user)
{
    ++m_userCount;
    {
        const QMutexLocker lock(&m_mutex);
        m_users.insert(user);
    }
    // Direct: users are deleted on this thread, and closeAll() must never meet one that is gone.
    connect(user, &QObject::destroyed, this, [this, user] {
        {
            const QMutexLocker lock(&m_mutex);
            m_users.remove(user);
        }
        release();
    }, Qt::DirectConnection);
}

void EngineHost::release()
{
    if (--m_userCount > 0)
        return;
    if (m_hasShutDown) {
        delete this;
        return;
    }
    // Queued: the last user is in its destructor now.
    QMetaObject::invokeMethod(this, [this] {
        closeAll();
        whenQuiet([this] {
            m_engine.reset();
            QThread *thread = QThread::currentThread();
            deleteLater();
            thread->quit(); // deferred deletions are still carried out on the way
        });
    }, Qt::QueuedConnection);
}

void EngineHost::whenQuiet(const std::function<void()> &action)
{
    if (!m_engine || m_engine->isQuiet())
        action();
    else
        connect(m_engine.get(), &Engine::quiet, this, action, Qt::ConnectionType(Qt::QueuedConnection | Qt::SingleShotConnection));
}

void EngineHost::remember(const std::shared_ptr<PendingAnswer> &answer)
{
    std::erase_if(m_answers, [](const auto &known) { return known.expired(); });
    m_answers.push_back(answer);
}

void EngineHost::closeAll()
{
    const auto answers = std::exchange(m_answers, {});
    for (const auto &weak : answers) {
        if (const auto answer = weak.lock())
            answer->close();
    }
    QSet<QObject *> users;
    {
        const QMutexLocker lock(&m_mutex);
        users = m_users;
    }
    for (QObject *user : std::as_const(users)) {
        QMutexLocker lock(&m_mutex);
        const bool isThere = m_users.contains(user); // a slot may have deleted it
        lock.unlock();
        if (auto *statement = isThere ? qobject_cast<Statement *>(user) : nullptr)
            statement->cancel();
    }
    if (m_engine)
        m_engine->close();
}

void EngineHost::shutDown(QThread *applicationThread)
{
    if (m_userCount == 0)
        return; // on its way already
    closeAll();
    whenQuiet([this, applicationThread] {
        if (m_userCount == 0)
            return; // they went meanwhile, and the thread goes with them
        m_hasShutDown = true;
        for (QObject *user : std::as_const(m_users))
            user->moveToThread(applicationThread);
        m_engine->moveToThread(applicationThread);
        QThread *thread = QThread::currentThread();
        moveToThread(applicationThread);
        thread->quit();
    });
}

EngineThreads &EngineThreads::instance()
{
    static EngineThreads threads;
    return threads;
}

quint64 EngineThreads::start(EngineHost *host, const QString &name)
{
    auto entry = std::make_shared<Entry>();
    entry->thread = std::make_unique<QThread>();
    entry->host = host;
    QThread *thread = entry->thread.get();
    thread->setObjectName(name);

    const QMutexLocker lock(&m_mutex);
    QCoreApplication *application = QCoreApplication::instance();
    Q_ASSERT_X(application, "makeConnection", "a connection needs a QCoreApplication");
    if (m_application != application) {
        m_application = application;
        qAddPostRoutine([] { instance().shutDown(); });
    }
    const quint64 id = ++m_lastId;
    m_entries.insert(id, entry);
    QObject::connect(thread, &QThread::finished, application, [this, id] { reap(id); });
    host->engine()->moveToThread(thread);
    host->moveToThread(thread);
    // What ends the thread must not be the thread that started it, which may have no event loop and may end first.
    thread->moveToThread(application->thread());
    thread->start();
    return id;
}

void EngineThreads::forgetHost(quint64 id)
{
    const QMutexLocker lock(&m_mutex);
    if (const auto entry = m_entries.value(id))
        entry->host = nullptr;
}

void EngineThreads::reap(quint64 id)
{
    std::shared_ptr<Entry> entry;
    {
        const QMutexLocker lock(&m_mutex);
        entry = m_entries.take(id);
    }
    if (entry)
        entry->thread->wait(); // it has said that it is at its end
}

void EngineThreads::shutDown()
{
    QHash<quint64, std::shared_ptr<Entry>> entries;
    {
        const QMutexLocker lock(&m_mutex);
        m_application = nullptr;
        entries = m_entries;
        for (const auto &entry : std::as_const(entries)) {
            if (entry->host) {
                QMetaObject::invokeMethod(entry->host, [host = entry->host] {
                    host->shutDown(QCoreApplication::instance()->thread());
                }, Qt::QueuedConnection);
            }
        }
    }
    // Outside the lock: the hosts take it as they go.
    for (const auto &entry : std::as_const(entries))
        entry->thread->wait();
    const QMutexLocker lock(&m_mutex);
    m_entries.clear();
}

} // namespace Grebe
