// SPDX-License-Identifier: Apache-2.0
#include "signincommand.h"

#include "listing.h"
#include "terminal.h"

#include "connections/secretstore.h"
#include "extension/signedin.h"

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

/// What a listing of kept sign-ins collects: the keychain answers one question after the other.
struct TokenListing
{
    Listing listing { { u"connection"_s, u"server"_s, u"user"_s, u"issuer"_s, u"expires"_s } };
    QSet<std::pair<QString, QString>> seen;
    qsizetype open = 0;
};

} // namespace

QList<ArgumentOption> LoginCommand::options()
{
    QList<ArgumentOption> options;
    for (const ArgumentOption &option : CommandSession::connectionOptions()) {
        if (option.name != "session"_L1)
            options << option;
    }
    return options << ArgumentOption { u"help"_s, {}, u"Show this help."_s };
}

QList<ArgumentOption> TokensCommand::options()
{
    return { Listing::formatOption(), { u"help"_s, {}, u"Show this help."_s } };
}

SignInCommand::SignInCommand(Verb verb, const Arguments &arguments) : m_verb(verb), m_arguments(arguments) { }

SignInCommand::~SignInCommand() = default;

void SignInCommand::start()
{
    if (!m_arguments.words().isEmpty()) {
        fail(ExitUsage, usageError(u"\"%1\" is one word too many."_s.arg(m_arguments.words().first())));
        return;
    }
    if (auto loaded = m_session.load(); !loaded) {
        fail(ExitNoConnection, loaded.error());
        return;
    }
    switch (m_verb) {
    case Verb::Login: login(); break;
    case Verb::Logout: logout(); break;
    case Verb::Tokens: listTokens(); break;
    }
}

void SignInCommand::login()
{
    Result<ConnectionParameters> parameters = m_session.parameters(m_arguments);
    if (parameters && !parameters->engine().option(u"externalAuthentication"_s))
        parameters = std::unexpected(usageError(u"%1 has no sign-in with the browser."_s.arg(parameters->engine().name)));
    if (!parameters) {
        fail(ExitUsage, parameters.error());
        return;
    }
    if (auto set = parameters->setValue(u"externalAuthentication"_s, u"true"_s); !set) {
        fail(ExitUsage, set.error());
        return;
    }
    m_connection = m_session.connect(*parameters);
    m_connection->open().then(this, [this, origin = parameters->origin().toString()](const Result<ServerInfo> &server) {
        if (m_isInterrupted)
            return;
        if (!server) {
            fail(ExitNoConnection, server.error());
            return;
        }
        m_session.credentials().keepSignIn().then(this, [this, origin](const Result<void> &kept) {
            if (!kept) {
                fail(ExitNoConnection, kept.error());
                return;
            }
            Terminal::say(u"Signed in to %1; the keychain keeps the token."_s.arg(origin));
            Q_EMIT finished(ExitOk);
        });
    });
}

void SignInCommand::logout()
{
    const Result<ConnectionParameters> parameters = m_session.parameters(m_arguments);
    if (!parameters) {
        fail(ExitUsage, parameters.error());
        return;
    }
    const QString origin = parameters->origin().toString();
    m_session.credentials().forgetSignIn(origin, parameters->user()).then(this, [this, origin](const Result<void> &forgotten) {
        if (!forgotten && forgotten.error().code != Error::Code::NotFound) {
            fail(ExitNoConnection, forgotten.error());
            return;
        }
        Terminal::say(forgotten ? u"Signed out of %1."_s.arg(origin) : u"No sign-in to %1 was kept."_s.arg(origin));
        Q_EMIT finished(ExitOk);
    });
}

void SignInCommand::listTokens()
{
    const QString format = m_arguments.value(u"format"_s);
    if (auto checked = Listing::checkFormat(format); !checked) {
        fail(ExitUsage, checked.error());
        return;
    }
    const auto state = std::make_shared<TokenListing>();
    const auto end = [this, state, format] {
        if (--state->open > 0)
            return;
        if (auto printed = state->listing.print(format); !printed)
            fail(ExitIncomplete, printed.error());
        else
            Q_EMIT finished(ExitOk);
    };
    state->open = 1;
    for (const StoredConnection &stored : m_session.store().connections()) {
        const ConnectionParameters &parameters = stored.parameters;
        const std::pair key(parameters.origin().toString(), parameters.user());
        if (!parameters.engine().option(u"externalAuthentication"_s) || state->seen.contains(key))
            continue;
        state->seen.insert(key);
        ++state->open;
        m_session.credentials().keychain().token(key.first, key.second).then(this, [state, end, key, name = stored.name](const Result<QString> &token) {
            if (token) {
                const QByteArray bytes = token->toUtf8();
                const QDateTime expiry = tokenExpiry(bytes);
                const QString issuer = tokenClaims(bytes).value("iss"_L1).toString().left(200);
                state->listing.add({ name, key.first, key.second.isEmpty() ? QString() : key.second, issuer.isEmpty() ? QString() : issuer,
                                     expiry.isValid() ? expiry.toString(Qt::ISODate) : QString() });
            }
            end();
        });
    }
    end();
}

void SignInCommand::interrupt()
{
    m_isInterrupted = true;
    m_connection.reset();
    Q_EMIT finished(ExitCancelled);
}

void SignInCommand::fail(int exitCode, const Error &error)
{
    Terminal::complain(error);
    Q_EMIT finished(exitCode);
}

} // namespace Grebe
