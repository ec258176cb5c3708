// SPDX-License-Identifier: Apache-2.0
#include "duckdbengine.h"

#include "duckdbmetadata.h"
#include "duckdbplan.h"
#include "duckdbstatement.h"
#include "engines/question.h"
#include "sql/duckdbdialect.h"

#include <QElapsedTimer>

using namespace Qt::StringLiterals;

namespace Grebe {

DuckDbEngine::DuckDbEngine(std::shared_ptr<DuckDbSource> source) : m_session(new DuckDbSession(std::move(source), this))
{
    connect(m_session, &DuckDbSession::stateChanged, this, &Engine::sessionChanged);
}

DuckDbEngine::~DuckDbEngine()
{
    qDeleteAll(std::exchange(m_explaining, {})); // while there is a session
}

QFuture<Result<ServerInfo>> DuckDbEngine::open()
{
    const QString what = m_session->source()->displayName();
    Q_EMIT stepChanged({ .kind = ConnectionStep::Kind::OpenFile, .state = ConnectionStep::State::Running, .text = what });
    QElapsedTimer time;
    time.start();
    return m_session->open().then(this, [this, what, time](const Result<ServerInfo> &info) {
        Q_EMIT stepChanged({ .kind = ConnectionStep::Kind::OpenFile,
                             .state = info ? ConnectionStep::State::Done : ConnectionStep::State::Failed,
                             .text = info ? what : info.error().message,
                             .duration = std::chrono::milliseconds(time.elapsed()) });
        return info;
    });
}

void DuckDbEngine::close()
{
    m_session->interrupt();
    m_session->close();
}

StatementPtr DuckDbEngine::prepare(const QString &sql, const StatementOptions &options)
{
    StatementPtr statement(new DuckDbStatement(m_session, sql, options));
    statement->moveToThread(thread());
    return statement;
}

template<typename T, typename Question>
QFuture<Result<T>> DuckDbEngine::ask(Question question)
{
    const auto promise = std::make_shared<QPromise<Result<T>>>();
    promise->start();
    const auto done = [promise](Result<T> result) {
        promise->addResult(std::move(result));
        promise->finish();
    };
    DuckDbSession *const session = m_session;
    if (!session->state().inTransaction) {
        session->run([session, question]() -> Result<T> {
            const Result<duckdb_connection> connection = session->metadataConnection();
            return connection ? question(*connection) : std::unexpected(connection.error());
        }, done, true);
        return promise->future();
    }
    // What the transaction has made is seen by its own DuckDB connection only.
    const auto turn = std::make_shared<DuckDbSession::Turn>();
    turn->start = [session, question, done, weak = std::weak_ptr(turn)] {
        session->run([session, question]() -> Result<T> {
            const Result<duckdb_connection> connection = session->connection();
            return connection ? question(*connection) : std::unexpected(connection.error());
        }, [session, done, weak](Result<T> result) {
            done(std::move(result));
            session->leave(weak.lock());
        });
    };
    session->enqueue(turn);
    return promise->future();
}

QFuture<Result<QList<ObjectInfo>>> DuckDbEngine::list(const ObjectPath &parent)
{
    return ask<QList<ObjectInfo>>([parent](duckdb_connection connection) { return duckdbList(connection, parent); });
}

QFuture<Result<QString>> DuckDbEngine::definition(const ObjectPath &path)
{
    return ask<QString>([path](duckdb_connection connection) { return duckdbDefinition(connection, path); });
}

QFuture<Result<MetadataTable>> DuckDbEngine::describe(MetadataTopic topic, const ObjectPath &path)
{
    return ask<MetadataTable>([topic, path](duckdb_connection connection) { return duckdbDescribe(connection, topic, path); });
}

QFuture<Result<Plan>> DuckDbEngine::explain(const QString &sql, PlanKind kind)
{
    const auto promise = startedPromise<Plan>();
    const QFuture<Result<Plan>> future = promise->future();
    const Result<QString> text = duckdbExplain(sql, kind);
    if (!text) {
        settle<Plan>(promise, std::unexpected(text.error()));
        return future;
    }
    // In the session's own DuckDB connection, whose schema and temporary tables the statement means.
    auto *statement = new DuckDbStatement(m_session, *text, {});
    m_explaining << statement;
    collectText(statement, this, [this, promise, statement, kind](const Result<MetadataTable> &answer) {
        if (!answer)
            settle<Plan>(promise, std::unexpected(movedUp(answer.error(), 1)));
        else if (answer->rows.isEmpty())
            settle<Plan>(promise, std::unexpected(Error { .code = Error::Code::InvalidData, .message = u"DuckDB answered EXPLAIN with nothing."_s }));
        else
            settle<Plan>(promise, duckdbPlan(answer->rows.first().value(1), kind));
        m_explaining.removeOne(statement);
        statement->deleteLater();
    });
    whenGivenUp(future, this, [this, statement] {
        if (m_explaining.contains(statement))
            statement->cancel();
    });
    statement->start();
    return future;
}

const Dialect &DuckDbEngine::dialect() const
{
    return duckdbDialect();
}

SessionState DuckDbEngine::session() const
{
    return m_session->state();
}

void DuckDbEngine::setCurrent(const ObjectPath &current)
{
    if (current.isEmpty())
        return;
    QStringList names;
    for (const QString &part : current.parts().first(std::min<qsizetype>(2, current.depth())))
        names << duckdbDialect().quoteIdentifier(part);
    m_session->command("USE " + names.join(u'.').toUtf8()).then(this, [this](const Result<void> &used) {
        if (!used)
            Q_EMIT sessionChanged(m_session->state()); // it is still where it was
    });
}

QFuture<Result<void>> DuckDbEngine::begin()
{
    return m_session->command("BEGIN");
}

QFuture<Result<void>> DuckDbEngine::commit()
{
    return m_session->command("COMMIT");
}

QFuture<Result<void>> DuckDbEngine::rollback()
{
    return m_session->command("ROLLBACK");
}

std::unique_ptr<Engine> DuckDbEngine::newSession() const
{
    return std::make_unique<DuckDbEngine>(m_session->source());
}

} // namespace Grebe
