// SPDX-License-Identifier: Apache-2.0
#include "trinosignin.h"

#include "trinoerror.h"

#include "auth/tokencommand.h"
#include "engines/commonoptions.h"
#include "engines/kerberosoptions.h"
#include "transport/tlstext.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int passwordAttempts = 3;
constexpr std::chrono::milliseconds tokenCommandTimeout { 60'000 }; // it may ask a person for a second factor

// The server decodes user:password as ISO-8859-1; where that does not fit only a server or gateway that expects UTF-8
// can take it. Measured on 476.
QByteArray basicAuthorization(const QString &user, const QString &password)
{
    const QString pair = user + u':' + password;
    const bool fits = std::all_of(pair.begin(), pair.end(), [](QChar c) { return c.unicode() < 256; });
    return "Basic " + (fits ? pair.toLatin1() : pair.toUtf8()).toBase64();
}

bool isTokenText(const QByteArray &token)
{
    return std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; });
}

} // namespace

TrinoSignIn::TrinoSignIn(const ConnectionParameters &parameters, const QString &loginUser, CredentialProvider *provider,
                         const ExternalOAuth2::Timings &timings, QObject *parent)
    : QObject(parent), m_parameters(parameters), m_product(trinoProduct(parameters)), m_loginUser(loginUser), m_provider(provider),
      m_timings(timings), m_origin(parameters.origin()),
      m_tokenKey { m_origin.toString(), parameters.user(), parameters.value(u"sessionUser"_s) },
      m_accessToken(parameters.value(u"accessToken"_s).toUtf8()), m_isExternal(parameters.boolean(u"externalAuthentication"_s)),
      m_password(parameters.password())
{
    m_check = m_accessToken.isEmpty() ? readTokenFile() : Result<void>();
    Result<std::optional<KerberosOptions>> kerberos = kerberosOptions(parameters);
    if (kerberos)
        m_kerberos = std::move(*kerberos);
    else if (m_check)
        m_check = std::unexpected(kerberos.error());
    if (m_check)
        m_check = checkOptions();
}

void TrinoSignIn::close()
{
    if (!m_isAsking)
        return;
    m_question.cancel(); // takes it off the screen
    if (const quint64 renewal = std::exchange(m_renewal, 0))
        TokenBroker::instance().abandon(renewal);
    end(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The connection was closed."_s }));
}

bool TrinoSignIn::maySendSecrets() const
{
    return m_origin.scheme() == "https"_L1
        || (isLoopback(m_origin.host()) && m_parameters.boolean(u"allowInsecurePassword"_s));
}

Result<void> TrinoSignIn::checkOptions() const
{
    const auto invalid = [](const QString &message, const QString &hint) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = message, .hint = hint });
    };
    const auto withoutTls = [&](const QString &message) {
        return invalid(message, isLoopback(m_origin.host()) ? u"Set SSL=true, or allowInsecurePassword=true since the server is on this computer."_s
                                                            : u"Set SSL=true and the port of the server's https address."_s);
    };
    if (!m_password.isEmpty() && !m_accessToken.isEmpty()) {
        return invalid(u"Both a password and an access token are set."_s,
                       u"A request carries one of them only: leave the other out."_s);
    }
    if (m_kerberos && !(m_password.isEmpty() && m_accessToken.isEmpty() && !m_isExternal)) {
        return invalid(u"KerberosRemoteServiceName is set, and so is another way to sign in."_s,
                       u"A request carries one of them only: leave password, access token and externalAuthentication out, or Kerberos."_s);
    }
    if (m_kerberos && !maySendSecrets())
        return withoutTls(u"Kerberos signs in over TLS only, and this connection has none."_s);
    if (hasTokenCommand()) {
        if (const auto command = TokenCommand::arguments(m_parameters.value(u"accessTokenCommand"_s)); !command)
            return std::unexpected(command.error());
        if (m_isExternal || !usesTokenBroker()) {
            return invalid(u"accessTokenCommand is set, and another way to sign in too."_s,
                           u"Leave the password, the other access tokens and the sign-in with the browser out, or the command."_s);
        }
    }
    if (m_isExternal && !usesTokenBroker()) {
        return invalid(u"externalAuthentication is on, and a password or an access token is set."_s,
                       u"A sign-in with the browser needs neither: leave them out."_s);
    }
    if (!isTokenText(m_accessToken))
        return invalid(u"The access token has characters that no token has."_s, u"Was more copied than the token?"_s);
    const bool isToken = m_isExternal || hasTokenCommand() || !m_accessToken.isEmpty();
    if (isToken && !maySendSecrets())
        return withoutTls(u"An access token is only sent over TLS, and this connection has none."_s);
    if (m_parameters.hasValue(u"SSLKeyStorePath"_s) && m_origin.scheme() != "https"_L1)
        return invalid(u"A client certificate needs TLS, and this connection has none."_s, u"Set SSL=true and the port of the server's https address."_s);
    if (m_password.isEmpty())
        return {};
    if (m_loginUser.contains(u':')) {
        return invalid(u"The user name contains a colon, which cannot be sent together with a password."_s,
                       u"Basic authentication ends the user's name at the first colon."_s);
    }
    if (!maySendSecrets())
        return withoutTls(u"A password is only sent over TLS, and this connection has none."_s);
    return {};
}

HttpOptions TrinoSignIn::httpOptions() const
{
    HttpOptions options = Grebe::httpOptions(m_parameters);
    if (!m_keyPassphrase.isEmpty())
        options.clientKeyPassphrase = m_keyPassphrase;
    return options;
}

HttpHeaders TrinoSignIn::headers() const
{
    if (!maySendSecrets())
        return {};
    if (!m_password.isEmpty())
        return { { "Authorization", basicAuthorization(m_loginUser, m_password) } };
    const QByteArray token = usesTokenBroker() ? TokenBroker::instance().token(m_tokenKey) : m_accessToken;
    return token.isEmpty() ? HttpHeaders() : HttpHeaders { { "Authorization", "Bearer " + token } };
}

int TrinoSignIn::generation() const
{
    // Both only grow, so does their sum.
    return m_generation + (m_accessToken.isEmpty() ? TokenBroker::instance().epoch(m_tokenKey) : 0);
}

bool TrinoSignIn::isIdentifiedByServer() const
{
    return !m_accessToken.isEmpty() || m_isExternal || m_kerberos || hasTokenCommand()
        || (m_password.isEmpty() && m_parameters.hasValue(u"SSLKeyStorePath"_s));
}

Result<void> TrinoSignIn::readTokenFile()
{
    const QString fileName = m_parameters.value(u"accessTokenFile"_s);
    if (fileName.isEmpty())
        return {};
    constexpr qint64 largestToken = 64 << 10;
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly)) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The access token file %1 cannot be read: %2."_s.arg(fileName, file.errorString()) });
    }
    const QByteArray token = file.read(largestToken + 1).trimmed();
    if (token.isEmpty() || token.size() > largestToken || !isTokenText(token)) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The file %1 does not hold an access token."_s.arg(fileName),
                                       .hint = u"It has to hold the token and nothing else."_s });
    }
    m_accessToken = token;
    return {};
}

// What is left to say when there is no way to sign in.
Error TrinoSignIn::refusal(const HttpResponse &response, const QList<AuthChallenge> &challenges) const
{
    Error error = trinoHttpError(response, u"signing in"_s, m_origin.host(), m_product);
    const auto offers = [&challenges](QByteArrayView scheme) { return std::ranges::contains(challenges, scheme, &AuthChallenge::scheme); };
    if (m_kerberos && offers("negotiate")) {
        error.hint = u"The server did not take the Kerberos ticket for %1. Is that its principal, does its keytab hold the "
                     u"current key of it, and do the clocks of both agree?"_s.arg(m_kerberos->servicePrincipal());
    } else if (m_kerberos) {
        error.hint = u"The server offers no sign-in with Kerberos: leave KerberosRemoteServiceName out."_s;
    } else if (!m_accessToken.isEmpty()) {
        const QDateTime expiry = tokenExpiry(m_accessToken);
        error.hint = expiry.isValid() && expiry < QDateTime::currentDateTimeUtc()
            ? u"The access token expired on %1: get a new one."_s.arg(expiry.toString(u"yyyy-MM-dd hh:mm 'UTC'"_s))
            : u"The server refused the access token."_s;
    } else if (m_product == TrinoProduct::Presto && error.message.contains("X-Trino-User"_L1)) {
        error.hint = u"A Trino server says so to clients of Presto: use trino:// in place of presto:// then."_s;
    } else if (hasTokenCommand()) {
        error.hint = u"The server refused the access token that the program of accessTokenCommand printed."_s;
    } else if (offers("basic") && !maySendSecrets()) {
        error.hint = u"The server wants a password, which is only sent over TLS: set SSL=true and the port of its https address."_s;
    } else if (offers("basic")) {
        const QString otherwise = offers("negotiate") ? u"The server wants a password, or Kerberos (KerberosRemoteServiceName)."_s : u"The server wants a password."_s;
        error.hint = m_password.isEmpty() ? otherwise : u"The server refused this user and password."_s;
    } else if (ExternalOAuth2::offered(challenges)) {
        error.hint = maySendSecrets() ? u"The server wants a sign-in with the browser: leave password and access token out."_s
                                       : u"The server wants a sign-in with the browser, whose token is only sent over TLS: set SSL=true and the port of its https address."_s;
    } else if (offers("bearer")) {
        error.hint = u"The server wants an access token: set accessToken or accessTokenFile."_s;
    } else if (offers("negotiate")) {
        error.hint = u"The server wants Kerberos: set KerberosRemoteServiceName to the name of its service, often trino or HTTP."_s;
    } else if (m_parameters.hasValue(u"SSLKeyStorePath"_s)) {
        error.hint = u"The server did not take the client certificate for a sign-in."_s;
    } else if (challenges.isEmpty()) {
        error.hint = u"The server names no way to sign in; it may want a client certificate (SSLKeyStorePath)."_s;
    } else {
        error.hint = u"The server wants a sign-in that Grebe does not know."_s;
    }
    return error;
}

bool TrinoSignIn::isWanted(const HttpResponse &response)
{
    return response.error ? response.error->vendorCode == "TLS_KEY_PASSPHRASE"_L1 : response.status == 401;
}

void TrinoSignIn::begin(int generation, const HttpResponse &response, QObject *context, Done done)
{
    const auto later = [&](const Result<void> &result) {
        QMetaObject::invokeMethod(context, [done = std::move(done), result] { done(result); }, Qt::QueuedConnection);
    };
    if (response.error) {
        if (generation < this->generation()) { // opened since that request was made
            later({});
        } else if (!m_provider) {
            later(std::unexpected(*response.error));
        } else {
            m_waiters.push_back({ context, std::move(done) });
            if (!std::exchange(m_isAsking, true))
                askPassphrase(*response.error);
        }
        return;
    }
    const QList<AuthChallenge> challenges = challengesOf(response);
    const AuthChallenge *external = ExternalOAuth2::offered(challenges);
    const bool offersPassword = std::ranges::contains(challenges, QByteArrayView("basic"), &AuthChallenge::scheme);
    const bool wantsExternal = m_parameters.hasValue(u"externalAuthentication"_s)
        ? m_parameters.boolean(u"externalAuthentication"_s) : !offersPassword;
    if (external && wantsExternal && usesTokenBroker() && maySendSecrets()) {
        m_waiters.push_back({ context, std::move(done) });
        if (!std::exchange(m_isAsking, true))
            askToken(generation - m_generation, *external);
        return;
    }
    if (hasTokenCommand() && maySendSecrets()) {
        m_waiters.push_back({ context, std::move(done) });
        if (!std::exchange(m_isAsking, true))
            askTokenCommand(generation - m_generation, refusal(response, challenges));
        return;
    }
    if (generation < this->generation()) { // signed in anew since that request was sent
        later({});
        return;
    }
    if (m_kerberos) {
        later(std::unexpected(refusal(response, challenges)));
        return;
    }
    if (!m_accessToken.isEmpty()) {
        const QByteArray refused = m_accessToken;
        const Result<void> read = readTokenFile();
        if (read && m_accessToken != refused) {
            ++m_generation;
            later({});
        } else {
            later(std::unexpected(read ? refusal(response, challenges) : read.error()));
        }
        return;
    }
    if (m_unconfirmed && m_provider)
        m_provider->confirm(m_askedFor, *m_unconfirmed, false);
    m_unconfirmed.reset();
    if (!offersPassword || !maySendSecrets() || !m_provider || m_refusedPasswords >= passwordAttempts) {
        later(std::unexpected(refusal(response, challenges)));
        return;
    }
    m_waiters.push_back({ context, std::move(done) });
    if (!std::exchange(m_isAsking, true))
        askPassword(response);
}

// What m_askedFor says. An answer that comes when nobody waits for it any more is not heard.
void TrinoSignIn::ask(const QString &whenCancelled, const std::function<void(const Credential &)> &answered)
{
    const QFuture<Result<Credential>> asked = m_provider->request(m_askedFor);
    m_question = asked; // which what follows may replace, for an answer that is ready is heard at once
    const int question = ++m_questionCount;
    QFuture<Result<Credential>>(asked)
        .then(this,
              [this, question, answered](const Result<Credential> &answer) {
                  if (!m_isAsking || question != m_questionCount)
                      return;
                  if (answer)
                      answered(*answer);
                  else
                      end(std::unexpected(answer.error()));
              })
        .onCanceled(this, [this, question, whenCancelled] {
            if (m_isAsking && question == m_questionCount)
                end(std::unexpected(Error { .code = Error::Code::Cancelled, .message = whenCancelled }));
        });
}

void TrinoSignIn::askPassphrase(const Error &problem)
{
    const HttpOptions options = httpOptions();
    const bool wasGiven = !options.clientKeyPassphrase.isEmpty();
    m_askedFor = { .kind = CredentialRequest::Kind::CertificatePassphrase,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_loginUser,
                   .reason = wasGiven ? problem.message : QString(),
                   .fileName = options.clientKeyFile.isEmpty() ? options.clientCertificateFile : options.clientKeyFile };
    ask(u"The key was not opened."_s, [this](const Credential &answer) {
        m_keyPassphrase = answer.secret;
        const HttpOptions options = httpOptions();
        const auto identity = readClientIdentity(options.clientCertificateFile, options.clientKeyFile, options.clientKeyPassphrase);
        m_provider->confirm(m_askedFor, answer, identity.has_value());
        if (!identity && isWanted({ .error = identity.error() }) && ++m_refusedPassphrases < passwordAttempts) {
            askPassphrase(identity.error());
            return;
        }
        m_refusedPassphrases = 0;
        Q_EMIT keyOpened();
        ++m_generation;
        end(identity ? Result<void>() : Result<void>(std::unexpected(identity.error())));
    });
}

void TrinoSignIn::askPassword(const HttpResponse &response)
{
    if (!m_password.isEmpty())
        ++m_refusedPasswords;
    m_askedFor = { .kind = CredentialRequest::Kind::Password,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_loginUser,
                   .reason = m_password.isEmpty() ? QString() : u"The server refused the password: %1"_s.arg(trinoBodyText(response)) };
    ask(u"The sign-in was cancelled."_s, [this](const Credential &answer) {
        m_password = answer.secret;
        m_unconfirmed = answer;
        ++m_generation;
        Q_EMIT identityChanged();
        end({});
    });
}

void TrinoSignIn::askToken(int epoch, const AuthChallenge &challenge)
{
    ExternalOAuth2::Trust trust { .origin = m_origin,
                                  .otherHosts = m_parameters.list(u"externalAuthenticationHosts"_s),
                                  .allowsLoopbackHttp = m_parameters.boolean(u"allowInsecurePassword"_s) };
    const Result<ExternalOAuth2::Addresses> addresses = ExternalOAuth2::addresses(challenge, trust);
    if (!addresses) {
        QMetaObject::invokeMethod(this, [this, error = addresses.error()] { end(std::unexpected(error)); }, Qt::QueuedConnection);
        return;
    }
    m_isExternal = true;
    Q_EMIT identityChanged();
    m_unconfirmed.reset();
    m_askedFor = { .kind = CredentialRequest::Kind::BrowserSignIn,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_tokenKey.user };
    ExternalOAuth2::Timings timings = m_timings;
    if (const auto limit = m_parameters.duration(u"externalAuthenticationTimeout"_s); limit.count() > 0)
        timings.deadline = limit;
    timings.retry.total = timings.deadline;
    const auto make = [addresses = *addresses, trust, options = httpOptions(), request = m_askedFor, timings,
                       isFirst = epoch == 0](const TokenBroker::Ask &ask) -> std::unique_ptr<TokenFlow> {
        return std::make_unique<ExternalOAuth2>(addresses, trust, options, request, ask, timings, isFirst);
    };
    renewToken(epoch, make, {});
}

void TrinoSignIn::askTokenCommand(int epoch, const Error &refused)
{
    const auto make = [command = m_parameters.value(u"accessTokenCommand"_s)](const TokenBroker::Ask &) -> std::unique_ptr<TokenFlow> {
        return std::make_unique<TokenCommand>(command, tokenCommandTimeout);
    };
    renewToken(epoch, make, refused);
}

// `refused` stands for the broker's words where it is not the server that issues the tokens.
void TrinoSignIn::renewToken(int epoch, const TokenBroker::MakeFlow &make, const Error &refused)
{
    const TokenBroker::Renewal renewal = TokenBroker::instance().renew(m_tokenKey, epoch, m_provider, make);
    m_renewal = renewal.id;
    QFuture<Result<QByteArray>>(renewal.token).then(this, [this, refused, id = renewal.id](const Result<QByteArray> &token) {
        if (std::exchange(m_renewal, m_renewal == id ? 0 : m_renewal) != id)
            return; // nobody waits for it any more
        // Without the token the server tells where a person signs in.
        const bool mayAskAnew = !token && token.error().vendorCode == "TOKEN_RENEWAL_REFUSED"_L1 && m_refusedRenewals++ == 0;
        if (token && !hasTokenCommand())
            m_unconfirmed = Credential { .secret = QString::fromLatin1(*token) };
        if (!token && hasTokenCommand() && token.error().vendorCode == "TOKENS_REFUSED"_L1)
            end(std::unexpected(refused));
        else
            end(token || mayAskAnew ? Result<void>() : Result<void>(std::unexpected(token.error())));
    });
}

void TrinoSignIn::end(const Result<void> &result)
{
    m_isAsking = false;
    const auto waiters = std::exchange(m_waiters, {});
    for (const Waiter &waiter : waiters) {
        if (waiter.context)
            waiter.done(result);
    }
}

void TrinoSignIn::confirm()
{
    m_refusedPasswords = 0;
    m_refusedRenewals = 0;
    if (usesTokenBroker())
        TokenBroker::instance().confirm(m_tokenKey);
    if (m_unconfirmed && m_provider)
        m_provider->confirm(m_askedFor, *m_unconfirmed, true);
    m_unconfirmed.reset();
}

} // namespace Grebe
