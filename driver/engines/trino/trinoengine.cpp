// SPDX-License-Identifier: Apache-2.0
#include "trinoengine.h"

#include "trinoinfo.h"
#include "trinoopening.h"
#include "trinoplan.h"
#include "trinostatement.h"

#include "sql/trinodialect.h"

using namespace Qt::StringLiterals;

namespace Grebe {

TrinoEngine::TrinoEngine(const ConnectionParameters &parameters, CredentialProvider *provider, const TrinoTimings &timings)
    : m_client(std::make_shared<TrinoClient>(parameters, provider, timings)),
      m_metadata(new TrinoMetadata(m_client, TrinoEngine::dialect()))
{
    // Children go to the engine's thread with it; the client is shared with statements and cannot be one.
    m_metadata->setParent(this);
    connect(m_client.get(), &TrinoClient::sessionChanged, this, &Engine::sessionChanged);
    connect(m_client.get(), &TrinoClient::lastRequestsDone, this, &Engine::quiet);
}

TrinoEngine::~TrinoEngine()
{
    TrinoEngine::close();
}

std::unique_ptr<Engine> TrinoEngine::create(const ConnectionParameters &parameters, CredentialProvider *provider)
{
    return std::make_unique<TrinoEngine>(parameters, provider);
}

std::unique_ptr<Engine> TrinoEngine::newSession() const
{
    return std::make_unique<TrinoEngine>(m_client->parameters(), m_client->provider(), m_client->timings());
}

const Dialect &TrinoEngine::dialect() const
{
    return m_client->product() == TrinoProduct::Presto ? prestoDialect() : trinoDialect();
}

QFuture<Result<ServerInfo>> TrinoEngine::open()
{
    auto promise = std::make_shared<QPromise<Result<ServerInfo>>>();
    promise->start();
    const QFuture<Result<ServerInfo>> future = promise->future();
    // Somebody else may have signed in since.
    if (m_server && (!m_client->signIn().isIdentifiedByServer() || m_serverGeneration == m_client->signIn().generation())) {
        promise->addResult(*m_server);
        promise->finish();
        return future;
    }
    m_openers.push_back(promise);
    if (!m_opening) {
        auto *opening = new TrinoOpening(m_client, dialect(), this);
        m_opening = opening;
        connect(opening, &TrinoOpening::stepChanged, this, &Engine::stepChanged);
        connect(opening, &TrinoOpening::done, this, [this, opening](const Result<ServerInfo> &result) { endOpening(result, opening->generation()); });
        opening->start();
    }
    return future;
}

void TrinoEngine::endOpening(const Result<ServerInfo> &result, int generation)
{
    m_opening = nullptr;
    if (result) {
        m_server = *result;
        m_serverGeneration = generation;
    }
    const auto openers = std::exchange(m_openers, {});
    for (const auto &promise : openers) {
        promise->addResult(result);
        promise->finish();
    }
}

void TrinoEngine::close()
{
    m_metadata->closeAll();
    m_client->closeStatements();
    if (m_opening) {
        delete std::exchange(m_opening, nullptr);
        endOpening(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The connection was closed."_s }));
    }
    m_server.reset();
    m_client->resetSession();
    m_client->disconnectFromServer();
}

bool TrinoEngine::isQuiet() const
{
    return m_client->lastRequestCount() == 0;
}

StatementPtr TrinoEngine::prepare(const QString &sql, const StatementOptions &options)
{
    auto statement = std::make_unique<TrinoStatement>(m_client, dialect(), sql, options);
    statement->moveToThread(thread());
    return StatementPtr(statement.release());
}

QFuture<Result<QList<ObjectInfo>>> TrinoEngine::list(const ObjectPath &parent)
{
    return m_metadata->list(parent);
}

QFuture<Result<QString>> TrinoEngine::definition(const ObjectPath &path)
{
    return m_metadata->definition(path);
}

QFuture<Result<MetadataTable>> TrinoEngine::describe(MetadataTopic topic, const ObjectPath &path)
{
    return m_metadata->describe(topic, path);
}

QFuture<Result<Plan>> TrinoEngine::explain(const QString &sql, PlanKind kind)
{
    const auto promise = startedPromise<Plan>();
    if (kind == PlanKind::Logical)
        m_client->learnVersion(this, [this, promise, sql, kind] { startExplain(promise, sql, kind); });
    else
        startExplain(promise, sql, kind);
    return promise->future();
}

void TrinoEngine::startExplain(const Promise<Plan> &promise, const QString &sql, PlanKind kind)
{
    const TrinoExplainText text = trinoExplain(sql, kind, m_client->version());
    // A plan alone does nothing, and its failure must not abort a transaction; ANALYZE is the statement itself.
    StatementOptions options;
    options.purpose = kind == PlanKind::Analyze ? StatementOptions::Purpose::User : StatementOptions::Purpose::Metadata;
    auto *statement = new TrinoStatement(m_client, dialect(), text.sql, options);
    whenGivenUp(promise->future(), this, [statement = QPointer(statement)] {
        if (statement)
            statement->cancel();
    });
    collectText(statement, this, [promise, statement, kind, lines = text.prefixLines](const Result<MetadataTable> &answer) {
        if (!answer)
            settle<Plan>(promise, std::unexpected(movedUp(answer.error(), lines)));
        else if (answer->rows.isEmpty())
            settle<Plan>(promise, std::unexpected(Error { .code = Error::Code::InvalidData, .message = u"The server answered EXPLAIN with nothing."_s }));
        else
            settle<Plan>(promise, trinoPlan(answer->rows.first().value(0), kind));
        statement->deleteLater();
    });
    statement->start();
}

SessionState TrinoEngine::session() const
{
    return m_client->sessionState();
}

void TrinoEngine::setCurrent(const ObjectPath &current)
{
    m_client->setCurrent(current);
}

QFuture<Result<void>> TrinoEngine::begin()
{
    return run(u"START TRANSACTION"_s);
}

QFuture<Result<void>> TrinoEngine::commit()
{
    return run(u"COMMIT"_s);
}

QFuture<Result<void>> TrinoEngine::rollback()
{
    return run(u"ROLLBACK"_s);
}

QFuture<Result<void>> TrinoEngine::run(const QString &sql)
{
    auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    const QFuture<Result<void>> future = promise->future();
    auto *statement = new TrinoStatement(m_client, dialect(), sql, {});
    const auto end = [promise, statement](const Result<void> &result) {
        promise->addResult(result);
        promise->finish();
        statement->deleteLater();
    };
    connect(statement, &Statement::finished, this, [end] { end({}); });
    connect(statement, &Statement::failed, this, [end](const Error &error) { end(std::unexpected(error)); });
    statement->start();
    return future;
}

} // namespace Grebe
