// SPDX-License-Identifier: Apache-2.0
#include "connectionscommand.h"

#include "listing.h"
#include "terminal.h"

using namespace Qt::StringLiterals;

namespace Grebe {

ConnectionsCommand::ConnectionsCommand(const Arguments &arguments, QObject *parent)
    : QObject(parent), m_arguments(arguments)
{
}

ConnectionsCommand::~ConnectionsCommand() = default;

QList<ArgumentOption> ConnectionsCommand::options()
{
    return {
        { u"url"_s, u"URL"_s, u"test: a server that is not stored."_s },
        { u"environment"_s, u"dev|test|prod"_s, u"add: how careful to be with the server. Default: dev."_s },
        { u"replace"_s, {}, u"add: replace a connection of the same name."_s },
        Listing::formatOption(),
        { u"help"_s, {}, u"Show this help."_s },
    };
}

void ConnectionsCommand::start()
{
    if (auto loaded = m_session.load(); !loaded) {
        fail(ExitNoConnection, loaded.error());
        return;
    }
    const QString verb = m_arguments.words().value(0);
    Result<void> result;
    if (verb == "list"_L1)
        result = list();
    else if (verb == "add"_L1)
        result = add();
    else if (verb == "remove"_L1)
        result = remove();
    else if (verb == "test"_L1)
        result = test();
    else if (verb.isEmpty())
        result = std::unexpected(usageError(u"connections needs one of list, add, test and remove."_s));
    else
        result = std::unexpected(usageError(u"connections has no \"%1\".%2"_s.arg(
            verb, didYouMean(nearestOf(verb, { u"list"_s, u"add"_s, u"test"_s, u"remove"_s })))));
    if (!result)
        fail(result.error().code == Error::Code::IO ? ExitNoConnection : ExitUsage, result.error());
    else if (!m_connection) // a test goes on
        Q_EMIT finished(ExitOk);
}

Result<void> ConnectionsCommand::list()
{
    const QString format = m_arguments.value(u"format"_s);
    if (auto checked = Listing::checkFormat(format); !checked)
        return checked;
    for (const QString &problem : m_session.store().problems())
        Terminal::say("grebe: "_L1 + problem);
    Listing listing({ u"name"_s, u"environment"_s, u"engine"_s, u"url"_s });
    for (const StoredConnection &connection : m_session.store().connections()) {
        listing.add({ connection.name, environmentName(connection.environment), connection.parameters.engine().name,
                      connection.parameters.toUrl() });
    }
    return listing.print(format);
}

Result<void> ConnectionsCommand::add()
{
    const QStringList words = m_arguments.words();
    if (words.size() != 3)
        return std::unexpected(usageError(u"connections add needs a name and a URL."_s,
                                          u"grebe connections add Lake trino://me@lake.example.net:8443/hive?SSL=true"_s));
    StoredConnection connection { .name = words[1] };
    if (m_arguments.has(u"environment"_s)) {
        const auto environment = environmentNamed(m_arguments.value(u"environment"_s));
        if (!environment)
            return std::unexpected(usageError(u"--environment is one of dev, test and prod."_s));
        connection.environment = *environment;
    }
    auto parameters = m_session.parametersOfUrl(words[2]);
    if (!parameters)
        return std::unexpected(parameters.error());
    connection.parameters = *parameters;
    const auto stored
        = m_session.store().store(connection, m_arguments.has(u"replace"_s) ? connection.name : QString());
    if (!stored && stored.error().code == Error::Code::AlreadyExists) {
        Error error = stored.error();
        error.hint = u"--replace replaces it."_s;
        return std::unexpected(error);
    }
    return stored;
}

Result<void> ConnectionsCommand::remove()
{
    if (m_arguments.words().size() != 2)
        return std::unexpected(usageError(u"connections remove needs a name."_s));
    return m_session.store().remove(m_arguments.words()[1]);
}

Result<void> ConnectionsCommand::test()
{
    Result<ConnectionParameters> parameters = std::unexpected(Error());
    if (m_arguments.has(u"url"_s)) {
        parameters = m_session.parametersOfUrl(m_arguments.value(u"url"_s));
    } else {
        if (m_arguments.words().size() != 2)
            return std::unexpected(usageError(u"connections test needs a name, or --url URL."_s));
        const QString name = m_arguments.words()[1];
        const auto stored = m_session.store().connection(name);
        if (!stored) {
            return std::unexpected(usageError(u"There is no connection \"%1\".%2"_s.arg(
                name, didYouMean(m_session.store().nearestName(name)))));
        }
        parameters = stored->parameters;
    }
    if (!parameters)
        return std::unexpected(parameters.error());
    m_connection = m_session.connect(*parameters);
    connect(m_connection.get(), &Connection::stepChanged, this, &ConnectionsCommand::showStep);
    m_connection->open().then(this, [this](const Result<ServerInfo> &server) {
        if (m_isInterrupted)
            return;
        if (!server) {
            fail(ExitNoConnection, server.error());
            return;
        }
        QString text = u"%1 %2"_s.arg(server->product, server->version);
        if (!server->environment.isEmpty())
            text += u", environment %1"_s.arg(server->environment);
        if (!server->user.isEmpty())
            text += u", as %1"_s.arg(server->user);
        Terminal::print(text + u'\n');
        Q_EMIT finished(ExitOk);
    });
    return {};
}

void ConnectionsCommand::showStep(const ConnectionStep &step)
{
    static const QMap<ConnectionStep::Kind, QString> names {
        { ConnectionStep::Kind::Resolve, u"resolve"_s },       { ConnectionStep::Kind::Connect, u"connect"_s },
        { ConnectionStep::Kind::Tls, u"TLS"_s },               { ConnectionStep::Kind::SignIn, u"sign in"_s },
        { ConnectionStep::Kind::FirstQuery, u"first query"_s }, { ConnectionStep::Kind::OpenFile, u"open file"_s },
    };
    QString state;
    switch (step.state) {
    case ConnectionStep::State::Running: return;
    case ConnectionStep::State::Done: state = u"ok"_s; break;
    case ConnectionStep::State::Failed: state = u"FAILED"_s; break;
    case ConnectionStep::State::Skipped: state = u"skipped"_s; break;
    }
    QString line = u"%1 %2"_s.arg(names.value(step.kind), -12).arg(state, -8);
    if (step.state == ConnectionStep::State::Done)
        line += u"%1 ms  "_s.arg(step.duration.count(), 6);
    Terminal::print((line + step.text).trimmed() + u'\n');
}

void ConnectionsCommand::interrupt()
{
    m_isInterrupted = true;
    if (m_connection)
        m_connection->close();
    Q_EMIT finished(ExitCancelled);
}

void ConnectionsCommand::fail(int exitCode, const Error &error)
{
    if (error.vendorCode != "EPIPE"_L1)
        Terminal::complain(error);
    if (exitCode == ExitUsage)
        Terminal::say(u"`grebe connections --help` shows how it is used."_s);
    Q_EMIT finished(exitCode);
}

} // namespace Grebe
