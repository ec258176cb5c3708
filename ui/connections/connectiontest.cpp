// SPDX-License-Identifier: Apache-2.0
#include "connectiontest.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

ConnectionTest::ConnectionTest(ConnectionPtr connection, QObject *parent)
    : QObject(parent), m_connection(std::move(connection))
{
    using Kind = ConnectionStep::Kind;
    if (m_connection->engine().features.testFlag(EngineInfo::Network)) {
        m_steps = { { Kind::Resolve }, { Kind::Connect } };
        if (m_connection->parameters().usesTls())
            m_steps += { Kind::Tls };
        m_steps += { Kind::SignIn };
    } else {
        m_steps = { { Kind::OpenFile } };
    }
    m_steps += { Kind::FirstQuery };
    connect(m_connection.get(), &Connection::stepChanged, this, &ConnectionTest::setStep);
}

ConnectionTest::~ConnectionTest() = default;

QString ConnectionTest::stepName(ConnectionStep::Kind kind)
{
    switch (kind) {
    case ConnectionStep::Kind::Resolve:
        return tr("Resolve");
    case ConnectionStep::Kind::Connect:
        return tr("Connect");
    case ConnectionStep::Kind::Tls:
        return tr("TLS");
    case ConnectionStep::Kind::SignIn:
        return tr("Sign in");
    case ConnectionStep::Kind::FirstQuery:
        return tr("First query");
    case ConnectionStep::Kind::OpenFile:
        return tr("Open the file");
    }
    return {};
}

void ConnectionTest::start()
{
    m_connection->open().then(this, [this](const Result<ServerInfo> &server) {
        // Steps are signals of the engine's thread and were queued before this answer: they are all told by now.
        if (!server)
            end(server);
        else
            query(*server);
    });
}

ConnectionTest::Step &ConnectionTest::step(ConnectionStep::Kind kind)
{
    auto found = std::ranges::find(m_steps, kind, &Step::kind);
    if (found == m_steps.end())
        found = m_steps.insert(m_steps.end() - 1, { kind });
    return *found;
}

void ConnectionTest::setStep(const ConnectionStep &told)
{
    if (m_ended)
        return;
    Step &at = step(told.kind);
    switch (told.state) {
    case ConnectionStep::State::Running:
        at.state = State::Running;
        break;
    case ConnectionStep::State::Done:
        at.state = State::Done;
        break;
    case ConnectionStep::State::Failed:
        at.state = State::Failed;
        break;
    case ConnectionStep::State::Skipped:
        at.state = State::Skipped;
        break;
    }
    at.text = told.text;
    at.duration = told.duration;
    Q_EMIT changed();
}

void ConnectionTest::query(const ServerInfo &server)
{
    for (Step &earlier : m_steps) {
        if (earlier.kind != ConnectionStep::Kind::FirstQuery && (earlier.state == State::Waiting || earlier.state == State::Running))
            earlier.state = earlier.state == State::Waiting ? State::Skipped : State::Done;
    }
    Step &last = step(ConnectionStep::Kind::FirstQuery);
    if (last.state == State::Done) {
        end(server);
        return;
    }
    last.state = State::Running;
    Q_EMIT changed();
    m_clock.start();
    m_statement = m_connection->prepare(u"SELECT 1"_s, { .purpose = StatementOptions::Purpose::Metadata });
    connect(m_statement.get(), &Statement::finished, this, [this, server] {
        Step &done = step(ConnectionStep::Kind::FirstQuery);
        done.state = State::Done;
        done.duration = std::chrono::milliseconds(m_clock.elapsed());
        end(server);
    });
    connect(m_statement.get(), &Statement::failed, this, [this](const Error &error) { end(std::unexpected(error)); });
    m_statement->start();
}

void ConnectionTest::end(const Result<ServerInfo> &outcome)
{
    if (std::exchange(m_ended, true))
        return;
    if (!outcome && std::ranges::none_of(m_steps, [](const Step &at) { return at.state == State::Failed; })) {
        // The one that was under way is the one that failed; without any, the first that never began.
        auto failed = std::ranges::find(m_steps, State::Running, &Step::state);
        if (failed == m_steps.end())
            failed = std::ranges::find(m_steps, State::Waiting, &Step::state);
        if (failed != m_steps.end())
            failed->state = State::Failed;
    }
    Q_EMIT changed();
    Q_EMIT finished(outcome);
}

} // namespace Grebe
