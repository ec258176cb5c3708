// SPDX-License-Identifier: Apache-2.0
#include "commandsession.h"

#include "terminal.h"

using namespace Qt::StringLiterals;

namespace Grebe {

CommandSession::CommandSession() = default;

CommandSession::~CommandSession() = default;

Result<void> CommandSession::load()
{
    QString reason;
    m_extension = DriverExtension::load(&reason);
    if (!m_extension)
        return std::unexpected(Error { .code = Error::Code::NotFound, .message = reason });
    m_store = std::make_unique<ConnectionStore>(m_extension->engines());
    m_store->load();
    return {};
}

QList<const EngineInfo *> CommandSession::engines() const
{
    return m_extension->engines();
}

QList<ArgumentOption> CommandSession::connectionOptions()
{
    return {
        { u"url"_s, u"URL"_s, u"Where: trino://user@host:port/catalog/schema?option=value, duckdb:FILE, duckdb: or "
                              u"duckdb:sample. `grebe help trino` lists the options."_s },
        { u"connection"_s, u"NAME"_s, u"A stored connection; `grebe connections list` shows them."_s },
        { u"session"_s, u"NAME=VALUE"_s, u"A session property for this run. May be given several times."_s, true },
    };
}

Result<ConnectionParameters> CommandSession::parametersOfUrl(const QString &url) const
{
    auto parameters = ConnectionParameters::fromUrl(url, engines());
    if (!parameters)
        return parameters;
    for (const OptionInfo &option : parameters->engine().options) {
        if (option.isSecret && parameters->hasValue(option.name)) {
            return std::unexpected(
                usageError(u"A %1 in an argument is visible to every user of this machine."_s.arg(option.name),
                           option.name == "password"_L1 ? u"Use GREBE_PASSWORD, or let Grebe ask on the terminal."_s
                           : option.name == "accessToken"_L1 ? u"Use GREBE_ACCESS_TOKEN, a token file or a stored connection's command."_s
                           : option.name == "SSLKeyStorePassword"_L1 ? u"Use GREBE_KEY_PASSPHRASE, or let Grebe ask on the terminal."_s
                                                                      : u"Leave it out of the URL."_s));
        }
    }
    return parameters;
}

Result<ConnectionParameters> CommandSession::parameters(const Arguments &arguments) const
{
    if (arguments.has(u"url"_s) == arguments.has(u"connection"_s)) {
        return std::unexpected(arguments.has(u"url"_s)
                                   ? usageError(u"--url and --connection exclude each other."_s)
                                   : usageError(u"Which server? Give --url URL or --connection NAME."_s,
                                                u"The sample: --url duckdb:sample"_s));
    }
    Result<ConnectionParameters> parameters = ConnectionParameters();
    if (arguments.has(u"url"_s)) {
        parameters = parametersOfUrl(arguments.value(u"url"_s));
    } else {
        const QString name = arguments.value(u"connection"_s);
        const auto stored = m_store->connection(name);
        if (!stored) {
            for (const QString &problem : m_store->problems())
                Terminal::say("grebe: "_L1 + problem);
            const QString nearest = m_store->nearestName(name);
            return std::unexpected(usageError(u"There is no connection \"%1\".%2"_s.arg(
                name, nearest.isEmpty() ? QString() : u" Did you mean \"%1\"?"_s.arg(nearest))));
        }
        parameters = stored->parameters;
    }
    const QString token = qEnvironmentVariable("GREBE_ACCESS_TOKEN");
    if (parameters && !token.isEmpty() && parameters->engine().option(u"accessToken"_s)) {
        if (auto set = parameters->setValue(u"accessToken"_s, token); !set)
            return std::unexpected(set.error());
    }
    const QStringList session = arguments.values(u"session"_s);
    if (!parameters || session.isEmpty())
        return parameters;

    const OptionInfo *option = parameters->engine().option(u"sessionProperties"_s);
    if (!option) {
        return std::unexpected(
            usageError(u"%1 has no session properties: --session cannot be used."_s.arg(parameters->engine().name)));
    }
    QMap<QString, QString> wanted = parameters->map(option->name);
    for (const QString &entry : session) {
        const qsizetype equals = entry.indexOf(u'=');
        if (equals < 1)
            return std::unexpected(usageError(u"--session %1: NAME=VALUE is expected."_s.arg(entry)));
        wanted.insert(entry.first(equals), entry.sliced(equals + 1));
    }
    QStringList entries;
    for (const auto &[name, value] : wanted.asKeyValueRange())
        entries << name + u':' + value;
    if (auto set = parameters->setValue(option->name, entries.join(u';')); !set)
        return std::unexpected(set.error());
    if (parameters->map(option->name) != wanted)
        return std::unexpected(usageError(u"A session property's name holds no `:` and its value no `;`."_s));
    return parameters;
}

ConnectionPtr CommandSession::connect(const ConnectionParameters &parameters)
{
    return m_extension->createConnection(parameters, &m_credentials);
}

ExitCode CommandSession::exitCodeOfStatement(const Error &error, bool wasStarted, qint64 rowCount)
{
    // Whatever the reason: rows that look like a result and are not all of it are the worst news.
    if (rowCount > 0 || error.code == Error::Code::Incomplete)
        return ExitIncomplete;
    switch (error.code) {
    case Error::Code::Unauthenticated: return ExitNoConnection;
    case Error::Code::IO:
    case Error::Code::Timeout:
    case Error::Code::InvalidData:
        return wasStarted || error.mayHaveRun ? ExitIncomplete
            : error.vendorCode.isEmpty()      ? ExitNoConnection
                                              : ExitRefused;
    default: return ExitRefused;
    }
}

} // namespace Grebe
