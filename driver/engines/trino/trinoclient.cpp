// SPDX-License-Identifier: Apache-2.0
#include "trinoclient.h"

#include "trinosegments.h"
#include "trinostatement.h"

#include "auth/negotiatedcall.h"
#include "auth/tokencommand.h"
#include "engines/commonoptions.h"
#include "engines/kerberosoptions.h"
#include "transport/tlstext.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSslCertificate>
#include <QSslKey>
#include <QThread>

#include <algorithm>
#include <cctype>
#include <cstring>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int passwordAttempts = 3;
constexpr int newHeadersVersion = 351; // Trino's headers are X-Presto-… before

// The first lines of a body for people: of an HTML page its title, of Trino's answers the text behind their prefix.
QString bodyText(const HttpResponse &response)
{
    QString text = QString::fromUtf8(response.bytes().first(std::min<qsizetype>(response.bytes().size(), 8192))).trimmed();
    if (text.startsWith(u'<')) {
        static const QRegularExpression title(u"<(title|h1|h2)[^>]*>([^<]*)<"_s, QRegularExpression::CaseInsensitiveOption);
        return title.match(text).captured(2).simplified();
    }
    static const QRegularExpression prefix(u"^Error \\d{3}[^:\\n]*: "_s);
    text.remove(prefix);
    // A Java stack trace follows the text in some answers.
    if (const qsizetype stack = text.indexOf("\n\tat "_L1); stack >= 0)
        text.truncate(stack);
    constexpr qsizetype longest = 2000;
    if (text.size() > longest)
        text = text.left(longest) + u'…';
    return text.trimmed();
}

int effectivePort(const QUrl &url)
{
    return url.port(url.scheme() == "https"_L1 ? 443 : 80);
}

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

QStringList encodingNames(const ConnectionParameters &parameters)
{
    QStringList names;
    for (const QString &name : parameters.list(u"encoding"_s)) {
        if (const QString trimmed = name.trimmed().toLower(); !trimmed.isEmpty())
            names << trimmed;
    }
    return names;
}

// The server takes the first that it has; one without any of them, or before 466, answers directly.
// Storing rows to fetch them costs more than it saves on this computer: a million rows of tpch.sf1.lineitem took 483
// 4.2 s directly and 5.2 s as json+zstd, and us 0.54 and 0.70 s of CPU and 108 and 229 MiB (medians of three rounds).
QByteArray dataEncoding(const ConnectionParameters &parameters)
{
    QStringList names = encodingNames(parameters);
    if (names.isEmpty() || names == QStringList(u"auto"_s))
        names = isLoopback(parameters.host()) ? QStringList(u"direct"_s) : trinoEncodings();
    if (names == QStringList(u"direct"_s))
        return {};
    return names.join(u',').toLatin1();
}

constexpr std::chrono::milliseconds acknowledgeTimeout { 2'000 };
constexpr std::chrono::milliseconds tokenCommandTimeout { 60'000 }; // it may ask a person for a second factor

} // namespace

TrinoClient::TrinoClient(const ConnectionParameters &parameters, CredentialProvider *provider, const TrinoTimings &timings)
    : m_parameters(parameters), m_product(trinoProduct(parameters)),
      m_provider(provider), m_timings(timings), m_origin(parameters.origin()),
      m_session(parameters), m_tokenKey { m_origin.toString(), parameters.user(), parameters.value(u"sessionUser"_s) },
      m_accessToken(parameters.value(u"accessToken"_s).toUtf8()), m_isExternal(parameters.boolean(u"externalAuthentication"_s)),
      m_password(parameters.password())
{
    m_timings.retry.total = parameters.duration(u"requestTimeout"_s);
    const QString compression = parameters.value(u"compression"_s);
    // gzip makes the server slow; zstd costs less than it saves on any real network, but nothing beats plain bytes on
    // this machine. Offering gzip beside zstd gets gzip. Measured on 476 and 483.
    if (parameters.boolean(u"disableCompression"_s) || compression == "none"_L1)
        m_acceptEncoding = "identity";
    else if (compression == "zstd"_L1 || compression == "gzip"_L1)
        m_acceptEncoding = compression.toLatin1();
    else
        m_acceptEncoding = isNearby(parameters.host()) ? "identity" : "zstd";
    if (m_product == TrinoProduct::Trino)
        m_dataEncoding = dataEncoding(parameters);
    const QMap<QString, QString> extra = parameters.map(u"extraHeaders"_s);
    for (auto it = extra.begin(); it != extra.end(); ++it)
        m_extraHeaders << std::pair(trinoHeaderText(it.key()), trinoHeaderText(it.value()));
    m_check = m_accessToken.isEmpty() ? readTokenFile() : Result<void>();
    Result<std::optional<KerberosOptions>> kerberos = kerberosOptions(parameters);
    if (kerberos)
        m_kerberos = std::move(*kerberos);
    else if (m_check)
        m_check = std::unexpected(kerberos.error());
    if (m_check)
        m_check = checkOptions();
    identify();
    m_state = m_session.state();
    moveToThread(nullptr); // http() pulls it to the thread where it is first used
}

TrinoClient::~TrinoClient() = default;

bool TrinoClient::maySendPassword() const
{
    return m_origin.scheme() == "https"_L1
        || (isLoopback(m_origin.host()) && m_parameters.boolean(u"allowInsecurePassword"_s));
}

Result<void> TrinoClient::checkOptions() const
{
    const auto invalid = [](const QString &message, const QString &hint) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = message, .hint = hint });
    };
    for (const auto &[name, value] : m_extraHeaders) {
        const QByteArray lower = name.toLower();
        if (lower.startsWith("x-trino-") || lower.startsWith("x-presto-") || lower == "authorization") {
            return invalid(u"The option extraHeaders may not set %1."_s.arg(QString::fromLatin1(name)),
                           u"Grebe sends this header itself; use the option that stands for it."_s);
        }
        static constexpr char allowed[] = "!#$%&'*+-.^_`|~";
        for (const char c : name) {
            if (!std::isalnum(static_cast<unsigned char>(c)) && !std::strchr(allowed, c))
                return invalid(u"The option extraHeaders has a header name that is none: %1"_s.arg(QString::fromLatin1(name)), {});
        }
    }
    if (!m_password.isEmpty() && !m_accessToken.isEmpty()) {
        return invalid(u"Both a password and an access token are set."_s,
                       u"A request carries one of them only: leave the other out."_s);
    }
    if (m_kerberos && !(m_password.isEmpty() && m_accessToken.isEmpty() && !m_isExternal)) {
        return invalid(u"KerberosRemoteServiceName is set, and so is another way to sign in."_s,
                       u"A request carries one of them only: leave password, access token and externalAuthentication out, or Kerberos."_s);
    }
    if (m_kerberos && !maySendPassword()) {
        return invalid(u"Kerberos signs in over TLS only, and this connection has none."_s,
                       isLoopback(m_origin.host())
                           ? u"Set SSL=true, or allowInsecurePassword=true since the server is on this computer."_s
                           : u"Set SSL=true and the port of the server's https address."_s);
    }
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
    if (isToken && !maySendPassword()) {
        return invalid(u"An access token is only sent over TLS, and this connection has none."_s,
                       isLoopback(m_origin.host())
                           ? u"Set SSL=true, or allowInsecurePassword=true since the server is on this computer."_s
                           : u"Set SSL=true and the port of the server's https address."_s);
    }
    if (m_parameters.hasValue(u"SSLKeyStorePath"_s) && m_origin.scheme() != "https"_L1)
        return invalid(u"A client certificate needs TLS, and this connection has none."_s, u"Set SSL=true and the port of the server's https address."_s);
    if (const Result<void> encoding = checkEncoding(); !encoding)
        return encoding;
    if (m_password.isEmpty())
        return {};
    if (m_session.loginUser().contains(u':')) {
        return invalid(u"The user name contains a colon, which cannot be sent together with a password."_s,
                       u"Basic authentication ends the user's name at the first colon."_s);
    }
    if (!maySendPassword()) {
        return invalid(u"A password is only sent over TLS, and this connection has none."_s,
                       isLoopback(m_origin.host())
                           ? u"Set SSL=true, or allowInsecurePassword=true since the server is on this computer."_s
                           : u"Set SSL=true and the port of the server's https address."_s);
    }
    return {};
}

Result<void> TrinoClient::checkEncoding() const
{
    const QStringList names = encodingNames(m_parameters);
    const bool isWord = names.size() == 1 && (names.first() == "auto"_L1 || names.first() == "direct"_L1);
    for (const QString &name : names) {
        if (!isWord && !trinoEncodings().contains(name)) {
            return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                           .message = u"The option encoding may not be \"%1\"."_s.arg(name.left(40)),
                                           .hint = u"It is auto, direct, or a list of %1."_s.arg(trinoEncodings().join(u", "_s)) });
        }
    }
    return {};
}

HttpOptions TrinoClient::connectionOptions() const
{
    HttpOptions options = httpOptions(m_parameters);
    if (!m_keyPassphrase.isEmpty())
        options.clientKeyPassphrase = m_keyPassphrase;
    return options;
}

HttpOptions TrinoClient::storageOptions() const
{
    HttpOptions options = httpOptions(m_parameters);
    options.peerVerifyName.clear();
    options.clientCertificateFile.clear();
    options.clientKeyFile.clear();
    options.clientKeyPassphrase.clear();
    options.keepsCookies = false;
    return options;
}

HttpClient &TrinoClient::storage()
{
    if (!m_storage)
        m_storage = std::make_unique<HttpClient>(storageOptions());
    return *m_storage;
}

HttpClient &TrinoClient::http()
{
    m_isDisconnecting = false;
    if (!m_http) {
        moveToThread(QThread::currentThread());
        m_http = std::make_unique<HttpClient>(connectionOptions());
    }
    return *m_http;
}

QUrl TrinoClient::url(const QString &path) const
{
    QString prefix = m_parameters.value(u"pathPrefix"_s);
    while (prefix.endsWith(u'/'))
        prefix.chop(1);
    if (!prefix.isEmpty() && !prefix.startsWith(u'/'))
        prefix.prepend(u'/');
    QUrl url = m_origin;
    url.setPath(prefix + path);
    return url;
}

HttpHeaders TrinoClient::commonHeaders() const
{
    HttpHeaders headers = m_extraHeaders;
    if (!maySendPassword())
        return headers;
    if (!m_password.isEmpty()) {
        headers << std::pair(QByteArray("Authorization"), basicAuthorization(m_session.loginUser(), m_password));
    } else {
        const QByteArray token = usesTokenBroker() ? TokenBroker::instance().token(m_tokenKey) : m_accessToken;
        if (!token.isEmpty())
            headers << std::pair(QByteArray("Authorization"), "Bearer " + token);
    }
    return headers;
}

HttpRequest TrinoClient::statementRequest(const QByteArray &sql, StatementOptions::Purpose purpose) const
{
    HttpRequest request;
    request.method = "POST";
    request.url = url(u"/v1/statement"_s);
    // Some gateways change what is not ASCII unless the charset is said.
    request.headers = HttpHeaders { { "Content-Type", "text/plain; charset=utf-8" } } + m_session.headers(purpose) + commonHeaders();
    // Metadata is small: it comes faster in the page.
    if (purpose == StatementOptions::Purpose::User && mayBeSpooled())
        request.headers << std::pair(m_session.headerName("Query-Data-Encoding"), m_dataEncoding);
    request.body = sql;
    return request;
}

HttpRequest TrinoClient::pageRequest(const QUrl &nextUri) const
{
    return request("GET", trinoPageUrl(m_product, nextUri));
}

HttpRequest TrinoClient::request(const QByteArray &method, const QUrl &url) const
{
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.headers = m_session.userHeaders() + commonHeaders();
    request.acceptEncoding = m_acceptEncoding;
    request.isControl = method != "GET";
    if (request.isControl)
        request.firstByteTimeout = m_timings.control;
    return request;
}

HttpCall *TrinoClient::send(const HttpRequest &request)
{
    HttpClient &client = http();
    if (!m_kerberos || !maySendPassword() || !isOrigin(request.url))
        return client.send(request);
    // The server wants to know who posts a statement; the addresses that follow are secrets themselves.
    const bool isWanted = m_isNegotiatedAlways || request.url.path().endsWith("/v1/statement"_L1);
    auto *call = new NegotiatedCall(*m_kerberos, request, isWanted ? NegotiatedCall::When::AtOnce : NegotiatedCall::When::WhenAsked,
                                    [&client](const HttpRequest &signedIn) { return client.send(signedIn); }, &client);
    connect(call, &NegotiatedCall::asked, this, [this] { m_isNegotiatedAlways = true; });
    return call;
}

HttpCall *TrinoClient::sendLast(const HttpRequest &request)
{
    ++m_lastRequestCount;
    HttpCall *call = send(request);
    connect(call, &HttpCall::finished, this, [this, self = shared_from_this()]() mutable {
        // Let go later, not while the call, which is a part of this client, is on the stack or being destroyed.
        QMetaObject::invokeMethod(this, [this, keep = std::move(self)] {
            if (--m_lastRequestCount > 0)
                return;
            if (m_isDisconnecting)
                dropHttp();
            Q_EMIT lastRequestsDone();
        }, Qt::QueuedConnection);
    });
    return call;
}

void TrinoClient::disconnectFromServer()
{
    m_isDisconnecting = true;
    if (m_isAsking) {
        m_question.cancel(); // takes it off the screen
        if (const quint64 renewal = std::exchange(m_renewal, 0))
            TokenBroker::instance().abandon(renewal);
        endSignIn(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The connection was closed."_s }));
    }
    if (m_lastRequestCount == 0)
        dropHttp();
}

void TrinoClient::dropHttp()
{
    m_isDisconnecting = false;
    m_isVersionAsked = false;
    m_versionWaiters.clear();
    if (!m_http)
        return;
    m_http.reset();
    m_storage.reset();
    moveToThread(nullptr);
}

Result<QUrl> TrinoClient::pinned(const QUrl &uri) const
{
    QUrl url = uri.isRelative() ? m_origin.resolved(uri) : uri;
    url.setUserInfo({});
    url.setFragment({});
    if (m_parameters.boolean(u"alwaysUseConfiguredAddress"_s)) {
        url.setScheme(m_origin.scheme());
        url.setHost(m_origin.host());
        url.setPort(m_origin.port());
        return url;
    }
    const bool isSameHost = url.host().compare(m_origin.host(), Qt::CaseInsensitive) == 0;
    if (isSameHost && url.scheme() == m_origin.scheme() && effectivePort(url) == effectivePort(m_origin))
        return url;
    if (isSameHost && url.scheme() == "http"_L1 && m_origin.scheme() == "https"_L1) {
        url.setScheme(m_origin.scheme());
        url.setPort(m_origin.port());
        return url;
    }
    const QString there = url.scheme() + u"://"_s + url.host() + (url.port() < 0 ? QString() : u":%1"_s.arg(url.port()));
    return std::unexpected(Error {
        .code = Error::Code::InvalidData,
        .message = u"The server said to go on at %1, but this connection is to %2. Nothing was sent there."_s.arg(
            there.left(200), m_origin.toString(QUrl::RemovePath)),
        .hint = u"A server behind a proxy needs http-server.process-forwarded=true in its configuration to name the "
                u"address that clients use. The option alwaysUseConfiguredAddress=true works around it."_s });
}

bool TrinoClient::isOrigin(const QUrl &url) const
{
    return url.host().compare(m_origin.host(), Qt::CaseInsensitive) == 0 && url.scheme() == m_origin.scheme()
        && effectivePort(url) == effectivePort(m_origin);
}

Result<HttpCall *> TrinoClient::fetchSegment(const QUrl &url, const HttpHeaders &headers)
{
    HttpRequest request { .url = url, .headers = headers };
    request.followSameOriginRedirects = false;
    // What the coordinator hands out itself may be named as its nextUri may be: behind a proxy, by an inner name.
    if (url.path().contains("/v1/spooled/download/"_L1)) {
        if (const Result<QUrl> uri = pinned(url))
            request.url = *uri;
    }
    if (isOrigin(request.url)) {
        request.headers << m_extraHeaders;
        return http().send(request);
    }
    if (m_origin.scheme() == "https"_L1 && request.url.scheme() != "https"_L1) {
        return std::unexpected(Error {
            .code = Error::Code::InvalidData,
            .message = u"The server said to fetch a part of the result from %1 without TLS, and this connection has TLS. Nothing was sent there."_s.arg(
                request.url.host()),
            .hint = u"The server's storage needs an https address (s3.endpoint in its spooling manager). The option "
                    u"encoding=direct goes without the storage."_s });
    }
    return storage().send(request);
}

void TrinoClient::acknowledgeSegment(const QUrl &url, const HttpHeaders &headers)
{
    const Result<QUrl> uri = pinned(url);
    if (!uri)
        return;
    HttpRequest request { .url = *uri, .headers = headers + m_extraHeaders };
    request.isControl = true;
    request.firstByteTimeout = acknowledgeTimeout;
    sendLast(request);
}

Error TrinoClient::httpError(const HttpResponse &response, const QString &doing) const
{
    const QString text = bodyText(response);
    const QString host = m_origin.host();
    const auto said = [&text](const QString &otherwise) { return text.isEmpty() ? otherwise : text; };
    Error error;
    error.detail = u"HTTP %1 while %2"_s.arg(response.status).arg(doing);
    switch (response.status) {
    case 400:
        error.code = Error::Code::InvalidArgument;
        error.message = said(u"%1 did not understand the request."_s.arg(host));
        if (text.contains("header"_L1, Qt::CaseInsensitive) && text.contains("large"_L1, Qt::CaseInsensitive))
            error.hint = u"Prepared statements and session properties travel in headers: there may be too many."_s;
        // We always name one, unless a token or a certificate does it.
        else if (m_product == TrinoProduct::Trino && text.contains("User must be set"_L1))
            error.hint = u"A Presto server says so to clients of Trino: use presto:// in place of trino:// then."_s;
        break;
    case 401:
        error.code = Error::Code::Unauthenticated;
        error.message = u"Authentication failed: %1"_s.arg(said(u"%1 does not say why."_s.arg(host)));
        break;
    case 403:
        error.code = Error::Code::Unauthorized;
        error.message = said(u"%1 does not allow this."_s.arg(host));
        break;
    case 404:
    case 410:
        error.code = Error::Code::NotFound;
        error.message = said(u"%1 does not know this address."_s.arg(host));
        break;
    case 406:
        error.code = Error::Code::InvalidData;
        error.message = said(u"%1 refuses requests that came through a proxy."_s.arg(host));
        error.hint = u"The server behind the proxy needs http-server.process-forwarded=true in its configuration."_s;
        break;
    case 431:
        error.code = Error::Code::InvalidArgument;
        error.message = said(u"The headers of the request are too large for %1."_s.arg(host));
        error.hint = u"Prepared statements and session properties travel in headers: deallocate or reset some."_s;
        if (m_kerberos)
            error.hint += u" So does the Kerberos ticket, which is large for members of many groups: the server may need a larger http-server.max-request-header-size."_s;
        break;
    case 429:
    case 502:
    case 503:
    case 504:
        error.code = Error::Code::IO;
        error.message = said(u"%1 is not ready (HTTP %2)."_s.arg(host).arg(response.status));
        break;
    default:
        error.code = response.status >= 500 ? Error::Code::Internal : Error::Code::InvalidData;
        error.message = said(u"%1 answered with HTTP status %2."_s.arg(host).arg(response.status));
        if (response.status >= 300 && response.status < 400)
            error.hint = u"It points to another address. Use the address that it points to in this connection."_s;
        break;
    }
    return error;
}

int TrinoClient::signInGeneration() const
{
    // Both only grow, so does their sum.
    return m_signInGeneration + (m_accessToken.isEmpty() ? TokenBroker::instance().epoch(m_tokenKey) : 0);
}

// Says who we are where the server does not learn it from a token or a certificate.
void TrinoClient::identify()
{
    m_session.setIdentifiedByServer(!m_accessToken.isEmpty() || m_isExternal || m_kerberos || hasTokenCommand()
                                    || (m_password.isEmpty() && m_parameters.hasValue(u"SSLKeyStorePath"_s)));
}

Result<void> TrinoClient::readTokenFile()
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
Error TrinoClient::refusal(const HttpResponse &response, const QList<AuthChallenge> &challenges) const
{
    Error error = httpError(response, u"signing in"_s);
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
    } else if (offers("basic") && !maySendPassword()) {
        error.hint = u"The server wants a password, which is only sent over TLS: set SSL=true and the port of its https address."_s;
    } else if (offers("basic")) {
        const QString otherwise = offers("negotiate") ? u"The server wants a password, or Kerberos (KerberosRemoteServiceName)."_s : u"The server wants a password."_s;
        error.hint = m_password.isEmpty() ? otherwise : u"The server refused this user and password."_s;
    } else if (ExternalOAuth2::offered(challenges)) {
        error.hint = maySendPassword() ? u"The server wants a sign-in with the browser: leave password and access token out."_s
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

bool TrinoClient::wantsSignIn(const HttpResponse &response)
{
    return response.error ? response.error->vendorCode == "TLS_KEY_PASSPHRASE"_L1 : response.status == 401;
}

void TrinoClient::signIn(int generation, const HttpResponse &response, QObject *context, Done done)
{
    const auto later = [&](const Result<void> &result) {
        QMetaObject::invokeMethod(context, [done = std::move(done), result] { done(result); }, Qt::QueuedConnection);
    };
    if (response.error) {
        if (generation < signInGeneration()) { // opened since that request was made
            later({});
        } else if (!m_provider) {
            later(std::unexpected(*response.error));
        } else {
            m_signInWaiters.push_back({ context, std::move(done) });
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
    if (external && wantsExternal && usesTokenBroker() && maySendPassword()) {
        m_signInWaiters.push_back({ context, std::move(done) });
        if (!std::exchange(m_isAsking, true))
            askToken(generation - m_signInGeneration, *external);
        return;
    }
    if (hasTokenCommand() && maySendPassword()) {
        m_signInWaiters.push_back({ context, std::move(done) });
        if (!std::exchange(m_isAsking, true))
            askTokenCommand(generation - m_signInGeneration, refusal(response, challenges));
        return;
    }
    if (generation < signInGeneration()) { // signed in anew since that request was sent
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
            ++m_signInGeneration;
            later({});
        } else {
            later(std::unexpected(read ? refusal(response, challenges) : read.error()));
        }
        return;
    }
    if (m_unconfirmed && m_provider)
        m_provider->confirm(m_askedFor, *m_unconfirmed, false);
    m_unconfirmed.reset();
    if (!offersPassword || !maySendPassword() || !m_provider || m_refusedPasswords >= passwordAttempts) {
        later(std::unexpected(refusal(response, challenges)));
        return;
    }
    m_signInWaiters.push_back({ context, std::move(done) });
    if (!std::exchange(m_isAsking, true))
        askPassword(response);
}

void TrinoClient::askPassphrase(const Error &problem)
{
    const HttpOptions options = connectionOptions();
    const bool wasGiven = !options.clientKeyPassphrase.isEmpty();
    m_askedFor = { .kind = CredentialRequest::Kind::CertificatePassphrase,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_session.loginUser(),
                   .reason = wasGiven ? problem.message : QString(),
                   .fileName = options.clientKeyFile.isEmpty() ? options.clientCertificateFile : options.clientKeyFile };
    const QFuture<Result<Credential>> asked = m_provider->request(m_askedFor);
    m_question = asked; // which what follows may replace, for an answer that is ready is heard at once
    const int question = ++m_questionCount;
    QFuture<Result<Credential>>(asked)
        .then(this,
              [this, question](const Result<Credential> &answer) {
                  if (!m_isAsking || question != m_questionCount)
                      return; // nobody waits for it any more
                  if (!answer) {
                      endSignIn(std::unexpected(answer.error()));
                      return;
                  }
                  m_keyPassphrase = answer->secret;
                  const HttpOptions options = connectionOptions();
                  const auto identity = readClientIdentity(options.clientCertificateFile, options.clientKeyFile, options.clientKeyPassphrase);
                  m_provider->confirm(m_askedFor, *answer, identity.has_value());
                  if (!identity && wantsSignIn({ .error = identity.error() }) && ++m_refusedPassphrases < passwordAttempts) {
                      askPassphrase(identity.error());
                      return;
                  }
                  m_refusedPassphrases = 0;
                  if (m_http) // it remembers that the key was closed
                      m_http.release()->deleteLater();
                  ++m_signInGeneration;
                  endSignIn(identity ? Result<void>() : Result<void>(std::unexpected(identity.error())));
              })
        .onCanceled(this, [this, question] {
            if (m_isAsking && question == m_questionCount)
                endSignIn(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The key was not opened."_s }));
        });
}

void TrinoClient::askPassword(const HttpResponse &response)
{
    if (!m_password.isEmpty())
        ++m_refusedPasswords;
    m_askedFor = { .kind = CredentialRequest::Kind::Password,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_session.loginUser(),
                   .reason = m_password.isEmpty() ? QString() : u"The server refused the password: %1"_s.arg(bodyText(response)) };
    const QFuture<Result<Credential>> asked = m_provider->request(m_askedFor);
    m_question = asked; // which what follows may replace, for an answer that is ready is heard at once
    const int question = ++m_questionCount;
    QFuture<Result<Credential>>(asked)
        .then(this,
              [this, question](const Result<Credential> &answer) {
                  if (!m_isAsking || question != m_questionCount)
                      return; // nobody waits for it any more
                  if (!answer) {
                      endSignIn(std::unexpected(answer.error()));
                      return;
                  }
                  m_password = answer->secret;
                  m_unconfirmed = *answer;
                  ++m_signInGeneration;
                  identify();
                  endSignIn({});
              })
        .onCanceled(this, [this, question] {
            if (m_isAsking && question == m_questionCount)
                endSignIn(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The sign-in was cancelled."_s }));
        });
}

void TrinoClient::askToken(int epoch, const AuthChallenge &challenge)
{
    ExternalOAuth2::Trust trust { .origin = m_origin,
                                  .otherHosts = m_parameters.list(u"externalAuthenticationHosts"_s),
                                  .allowsLoopbackHttp = m_parameters.boolean(u"allowInsecurePassword"_s) };
    const Result<ExternalOAuth2::Addresses> addresses = ExternalOAuth2::addresses(challenge, trust);
    if (!addresses) {
        QMetaObject::invokeMethod(this, [this, error = addresses.error()] { endSignIn(std::unexpected(error)); }, Qt::QueuedConnection);
        return;
    }
    m_isExternal = true;
    identify();
    m_unconfirmed.reset();
    m_askedFor = { .kind = CredentialRequest::Kind::BrowserSignIn,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_tokenKey.user };
    ExternalOAuth2::Timings timings = m_timings.signIn;
    if (const auto limit = m_parameters.duration(u"externalAuthenticationTimeout"_s); limit.count() > 0)
        timings.deadline = limit;
    timings.retry.total = timings.deadline;
    const auto make = [addresses = *addresses, trust, options = connectionOptions(), request = m_askedFor, timings,
                       isFirst = epoch == 0](const TokenBroker::Ask &ask) -> std::unique_ptr<TokenFlow> {
        return std::make_unique<ExternalOAuth2>(addresses, trust, options, request, ask, timings, isFirst);
    };
    renewToken(epoch, make, {});
}

void TrinoClient::askTokenCommand(int epoch, const Error &refused)
{
    const auto make = [command = m_parameters.value(u"accessTokenCommand"_s)](const TokenBroker::Ask &) -> std::unique_ptr<TokenFlow> {
        return std::make_unique<TokenCommand>(command, tokenCommandTimeout);
    };
    renewToken(epoch, make, refused);
}

// `refused` stands for the broker's words where it is not the server that issues the tokens.
void TrinoClient::renewToken(int epoch, const TokenBroker::MakeFlow &make, const Error &refused)
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
            endSignIn(std::unexpected(refused));
        else
            endSignIn(token || mayAskAnew ? Result<void>() : Result<void>(std::unexpected(token.error())));
    });
}

void TrinoClient::endSignIn(const Result<void> &result)
{
    m_isAsking = false;
    const auto waiters = std::exchange(m_signInWaiters, {});
    for (const Waiter &waiter : waiters) {
        if (waiter.context)
            waiter.done(result);
    }
}

void TrinoClient::confirmSignIn()
{
    m_refusedPasswords = 0;
    m_refusedRenewals = 0;
    if (usesTokenBroker())
        TokenBroker::instance().confirm(m_tokenKey);
    if (m_unconfirmed && m_provider)
        m_provider->confirm(m_askedFor, *m_unconfirmed, true);
    m_unconfirmed.reset();
}

void TrinoClient::learnVersion(QObject *context, std::function<void()> done)
{
    if (m_isVersionKnown) {
        QMetaObject::invokeMethod(context, std::move(done), Qt::QueuedConnection);
        return;
    }
    m_versionWaiters.push_back({ context, [done = std::move(done)](const Result<void> &) { done(); } });
    if (std::exchange(m_isVersionAsked, true))
        return;
    HttpCall *call = send(request("GET", url(u"/v1/info"_s)));
    connect(call, &HttpCall::finished, this, [this](const HttpResponse &response) {
        m_isVersionAsked = false;
        if (!response.error && response.status == 200) {
            const QJsonObject info = QJsonDocument::fromJson(response.bytes().toByteArray()).object();
            setVersion(info.value("nodeVersion"_L1).toObject().value("version"_L1).toString());
        }
        // Where a gateway keeps this page from us the statement itself will tell; a new server is the better guess.
        const auto waiters = std::exchange(m_versionWaiters, {});
        for (const Waiter &waiter : waiters) {
            if (waiter.context)
                waiter.done({});
        }
    });
}

void TrinoClient::setVersion(const QString &version)
{
    // "476", "476-dirty", "476-e.3" (Starburst); a server out of the source tree says "testversion".
    static const QRegularExpression number(u"^(\\d+)"_s);
    m_version = number.match(version).captured(1).toInt();
    m_isVersionKnown = true;
    if (m_product == TrinoProduct::Trino && m_version > 0 && m_version < newHeadersVersion
        && m_parameters.value(u"protocol"_s) != "trino"_L1)
        m_session.useOldHeaderNames();
}

void TrinoClient::publishSession()
{
    const SessionState state = m_session.state();
    {
        const std::lock_guard lock(m_stateMutex);
        if (m_state == state)
            return;
        m_state = state;
    }
    Q_EMIT sessionChanged(state);
}

void TrinoClient::resetSession()
{
    const bool hadOldHeaderNames = m_session.headerName({}) == "X-Presto-";
    m_session = TrinoSession(m_parameters);
    if (hadOldHeaderNames)
        m_session.useOldHeaderNames();
    identify();
    publishSession();
}

SessionState TrinoClient::sessionState() const
{
    const std::lock_guard lock(m_stateMutex);
    return m_state;
}

void TrinoClient::setCurrent(const ObjectPath &current)
{
    m_session.setCurrent(current);
    publishSession();
}

void TrinoClient::closeStatements()
{
    const QSet<TrinoStatement *> statements = m_statements;
    for (TrinoStatement *statement : statements) {
        if (m_statements.contains(statement)) // a slot may have deleted it
            statement->closeDown();
    }
}

} // namespace Grebe
