// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"
#include "fakestatement.h"
#include "sql/trinodialect.h"

#include <QHash>
#include <QPointer>
#include <QPromise>

#include <functional>

namespace Grebe {

/// What a FakeServer answers for one level of its catalog tree.
using FakeLevel = Result<QList<ObjectInfo>>;

/// The other side of FakeConnections: what they list, what became of their statements. One for all sessions.
struct FakeServer
{
    QHash<QStringList, FakeLevel> levels;
    /// Levels that are answered when the test says so, by answer().
    QSet<QStringList> slowLevels;
    QHash<QStringList, QList<std::shared_ptr<QPromise<FakeLevel>>>> waiting;
    QList<QStringList> asked; ///< every list(), in order
    Result<ServerInfo> opening = ServerInfo { .product = QStringLiteral("Fake"), .version = QStringLiteral("1") };
    QList<ConnectionStep> steps;
    QList<QPointer<FakeStatement>> statements;
    QStringList sent; ///< every prepare(), in order
    std::function<void(FakeStatement *)> onStart; ///< runs the statement; nothing: it waits for the test
    QString definition = QStringLiteral("CREATE TABLE t (a bigint)");
    QList<std::pair<QString, PlanKind>> explained; ///< every explain(), in order
    Result<Plan> plan = Plan { .roots = { PlanNode { .name = QStringLiteral("TableScan") } }, .text = QStringLiteral("{}") };
    QList<std::pair<MetadataTopic, QStringList>> described; ///< every describe(), in order
    Result<MetadataTable> told;
    int cancelCount = 0;
    int sessionCount = 0;

    void answer(const QStringList &path)
    {
        for (const auto &promise : waiting.take(path)) {
            promise->addResult(levels.value(path));
            promise->finish();
        }
    }
};

/// An engine of the tests: two text options, one number, one choice, one secret.
inline const EngineInfo &fakeEngineInfo()
{
    static const EngineInfo info = [] {
        using namespace Qt::StringLiterals;
        EngineInfo made;
        made.id = u"fake"_s;
        made.name = u"Fake"_s;
        made.schemes = { u"jdbc:fake"_s };
        made.webPaths = { u"/ui"_s };
        made.pathOptions = { u"catalog"_s, u"schema"_s };
        made.defaultPort = 8080;
        made.defaultTlsPort = 443;
        made.features = EngineInfo::Network | EngineInfo::Catalogs | EngineInfo::PartialCancel;
        made.syntaxName = u"SQL (Trino)"_s;
        made.options = {
            { .name = u"host"_s, .group = u"Server"_s, .label = u"Host"_s, .help = u"Name or address."_s, .isRequired = true },
            { .name = u"port"_s, .type = OptionInfo::Type::Integer, .group = u"Server"_s, .label = u"Port"_s,
              .minimum = 1, .maximum = 65535 },
            { .name = u"SSL"_s, .type = OptionInfo::Type::Boolean, .defaultValue = u"false"_s, .group = u"TLS"_s, .label = u"TLS"_s },
            { .name = u"user"_s, .group = u"Sign-in"_s, .label = u"User"_s },
            { .name = u"password"_s, .group = u"Sign-in"_s, .label = u"Password"_s, .isSecret = true },
            { .name = u"catalog"_s, .group = u"Session"_s, .label = u"Catalog"_s },
            { .name = u"schema"_s, .group = u"Session"_s, .label = u"Schema"_s },
            { .name = u"compression"_s, .type = OptionInfo::Type::Choice, .defaultValue = u"auto"_s, .group = u"Network"_s,
              .label = u"Compression"_s, .choices = { u"auto"_s, u"none"_s } },
            { .name = u"timeout"_s, .type = OptionInfo::Type::Duration, .defaultValue = u"30s"_s, .group = u"Network"_s,
              .label = u"Timeout"_s },
        };
        return made;
    }();
    return info;
}

/// A connection that answers from its FakeServer, on the test's own thread.
class FakeConnection : public Connection
{
public:
    explicit FakeConnection(FakeServer *server, const ConnectionParameters &parameters = ConnectionParameters(fakeEngineInfo()))
        : m_server(server), m_parameters(parameters)
    {
    }

    const EngineInfo &engine() const override { return fakeEngineInfo(); }
    ConnectionParameters parameters() const override { return m_parameters; }
    const Dialect &dialect() const override { return trinoDialect(); }
    QFuture<Result<ServerInfo>> open() override
    {
        for (const ConnectionStep &step : std::as_const(m_server->steps))
            Q_EMIT stepChanged(step);
        return QtFuture::makeReadyValueFuture(m_server->opening);
    }
    void close() override { }
    StatementPtr prepare(const QString &sql, const StatementOptions &) override
    {
        auto *statement = new Sent(m_server);
        m_server->sent += sql;
        m_server->statements += statement;
        return StatementPtr(statement);
    }
    QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent) override
    {
        m_server->asked += parent.parts();
        if (!m_server->slowLevels.contains(parent.parts()))
            return QtFuture::makeReadyValueFuture(m_server->levels.value(parent.parts()));
        auto promise = std::make_shared<QPromise<FakeLevel>>();
        promise->start();
        m_server->waiting[parent.parts()] += promise;
        return promise->future();
    }
    QFuture<Result<QString>> definition(const ObjectPath &) override
    {
        return QtFuture::makeReadyValueFuture(Result<QString>(m_server->definition));
    }
    QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path) override
    {
        m_server->described += { topic, path.parts() };
        return QtFuture::makeReadyValueFuture(m_server->told);
    }
    QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind) override
    {
        m_server->explained += { sql, kind };
        Result<Plan> plan = m_server->plan;
        if (plan)
            plan->kind = kind;
        return QtFuture::makeReadyValueFuture(plan);
    }
    SessionState session() const override { return m_state; }
    void setCurrent(const ObjectPath &current) override
    {
        m_state.current = current;
        Q_EMIT sessionChanged(m_state);
    }
    QFuture<Result<void>> begin() override { return QtFuture::makeReadyValueFuture(Result<void>()); }
    QFuture<Result<void>> commit() override { return begin(); }
    QFuture<Result<void>> rollback() override { return begin(); }
    ConnectionPtr newSession() override
    {
        m_server->sessionCount++;
        return ConnectionPtr(new FakeConnection(m_server, m_parameters));
    }

private:
    /// Tells its server what is asked of it.
    class Sent : public FakeStatement
    {
    public:
        explicit Sent(FakeServer *server) : m_server(server) { }
        void doStart() override
        {
            FakeStatement::doStart();
            if (m_server->onStart)
                m_server->onStart(this);
        }
        void doCancel() override
        {
            m_server->cancelCount++;
            FakeStatement::doCancel();
        }

    private:
        FakeServer *m_server;
    };

    FakeServer *m_server;
    ConnectionParameters m_parameters;
    SessionState m_state;
};

} // namespace Grebe
