// SPDX-License-Identifier: Apache-2.0
#include "engineconnection.h"

#include "enginehost.h"

#include <QFutureWatcher>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

/// Lives on the engine thread itself: letting go of it then works from every thread, at the end of the application too.
class EngineConnection final : public Connection
{
public:
    EngineConnection(EngineHost *host, const EngineInfo &info, const ConnectionParameters &parameters)
        : m_host(host), m_info(info), m_parameters(parameters), m_session(host->engine()->session())
    {
        moveToThread(host->thread());
        host->adopt(this);
        host->release(); // from now on it counts us as it counts statements
        connect(host->engine(), &Engine::stepChanged, this, &Connection::stepChanged);
        connect(host->engine(), &Engine::sessionChanged, this, [this](const SessionState &session) {
            {
                const QMutexLocker lock(&m_mutex);
                m_session = session;
            }
            Q_EMIT sessionChanged(session);
        }, Qt::DirectConnection);
    }

    ~EngineConnection() override
    {
        if (!m_host->hasShutDown())
            QMetaObject::invokeMethod(m_host, &EngineHost::closeAll);
    }

    const EngineInfo &engine() const override { return m_info; }
    ConnectionParameters parameters() const override { return m_parameters; }
    const Dialect &dialect() const override { return m_host->engine()->dialect(); }

    QFuture<Result<ServerInfo>> open() override
    {
        return ask<ServerInfo>([](Engine *engine) { return engine->open(); });
    }

    void close() override
    {
        if (!m_host->hasShutDown())
            QMetaObject::invokeMethod(m_host, &EngineHost::closeAll, Qt::QueuedConnection);
    }

    StatementPtr prepare(const QString &sql, const StatementOptions &options) override
    {
        StatementPtr statement = m_host->engine()->prepare(sql, options);
        m_host->adopt(statement.get());
        return statement;
    }

    QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent) override
    {
        return ask<QList<ObjectInfo>>([parent](Engine *engine) { return engine->list(parent); });
    }

    QFuture<Result<QString>> definition(const ObjectPath &path) override
    {
        return ask<QString>([path](Engine *engine) { return engine->definition(path); });
    }

    QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path) override
    {
        return ask<MetadataTable>([topic, path](Engine *engine) { return engine->describe(topic, path); });
    }

    QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind) override
    {
        // An engine that takes scripts would explain the first statement and run the others.
        const QList<StatementRange> statements = dialect().split(sql);
        if (statements.size() != 1) {
            return QtFuture::makeReadyValueFuture(Result<Plan>(std::unexpected(
                    Error { .code = Error::Code::InvalidArgument,
                            .message = statements.isEmpty() ? u"There is no statement to explain."_s
                                                            : u"Only one statement can be explained at a time."_s })));
        }
        // What stands before it is kept, so that places in errors are those of the caller's text.
        return ask<Plan>([text = sql.first(statements.first().end), kind](Engine *engine) { return engine->explain(text, kind); });
    }

    SessionState session() const override
    {
        const QMutexLocker lock(&m_mutex);
        return m_session;
    }

    void setCurrent(const ObjectPath &current) override
    {
        {
            const QMutexLocker lock(&m_mutex);
            m_session.current = current;
        }
        QMetaObject::invokeMethod(m_host, [host = m_host, current] { host->engine()->setCurrent(current); },
                                  Qt::QueuedConnection);
    }

    QFuture<Result<void>> begin() override { return ask<void>(&Engine::begin); }
    QFuture<Result<void>> commit() override { return ask<void>(&Engine::commit); }
    QFuture<Result<void>> rollback() override { return ask<void>(&Engine::rollback); }

    ConnectionPtr newSession() override
    {
        return makeConnection(m_host->engine()->newSession(), m_info, m_parameters);
    }

private:
    template<typename T, typename Question>
    QFuture<Result<T>> ask(Question question)
    {
        const auto answer = std::make_shared<Answer<T>>();
        if (m_host->hasShutDown()) {
            answer->close();
            return answer->future();
        }
        QMetaObject::invokeMethod(m_host, [host = m_host, answer, question] {
            if (answer->future().isCanceled()) {
                answer->close();
                return;
            }
            host->remember(answer);
            QFuture<Result<T>> asked = std::invoke(question, host->engine());
            auto *watcher = new QFutureWatcher<Result<T>>(host);
            QObject::connect(watcher, &QFutureWatcherBase::canceled, watcher, [asked]() mutable { asked.cancel(); });
            QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
            watcher->setFuture(answer->future());
            auto *progress = new QFutureWatcher<Result<T>>(host);
            QObject::connect(progress, &QFutureWatcherBase::progressValueChanged, progress, [answer](int value) { answer->tellProgress(value); });
            QObject::connect(progress, &QFutureWatcherBase::finished, progress, &QObject::deleteLater);
            progress->setFuture(asked);
            asked.then([answer](QFuture<Result<T>> reply) {
                if (reply.resultCount() > 0)
                    answer->settle(reply.takeResult());
                else
                    answer->close();
            }).onCanceled([answer] { answer->close(); }); // the engine let go of its promise, or the question was given up
        }, Qt::QueuedConnection);
        return answer->future();
    }

    EngineHost *const m_host; // there as long as we are: we are one of its users
    const EngineInfo &m_info;
    const ConnectionParameters m_parameters;
    mutable QMutex m_mutex; // of m_session
    SessionState m_session;
};

} // namespace

ConnectionPtr makeConnection(std::unique_ptr<Engine> engine, const EngineInfo &info,
                             const ConnectionParameters &parameters)
{
    EngineHost *host = EngineHost::start(std::move(engine), u"grebe-" + info.id);
    return ConnectionPtr(new EngineConnection(host, info, parameters));
}

} // namespace Grebe
