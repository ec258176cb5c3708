// SPDX-License-Identifier: Apache-2.0
#include "trinoclient.h"

#include "trinosegments.h"
#include "trinostatement.h"

#include "engines/commonoptions.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QThread>

#include <cctype>
#include <cstring>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int passwordAttempts = 3;

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

} // namespace

TrinoClient::TrinoClient(const ConnectionParameters &parameters, CredentialProvider *provider, const TrinoTimings &timings)
    : m_parameters(parameters), m_provider(provider), m_timings(timings), m_origin(parameters.origin()),
      m_session(parameters), m_password(parameters.password())
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
    m_dataEncoding = dataEncoding(parameters);
    const QMap<QString, QString> extra = parameters.map(u"extraHeaders"_s);
    for (auto it = extra.begin(); it != extra.end(); ++it)
        m_extraHeaders << std::pair(trinoHeaderText(it.key()), trinoHeaderText(it.value()));
    m_check = checkOptions();
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
        if (lower.startsWith("x-trino-") || lower == "authorization") {
            return invalid(u"The option extraHeaders may not set %1."_s.arg(QString::fromLatin1(name)),
                           u"Grebe sends this header itself; use the option that stands for it."_s);
        }
        static constexpr char allowed[] = "!#$%&'*+-.^_`|~";
        for (const char c : name) {
            if (!std::isalnum(static_cast<unsigned char>(c)) && !std::strchr(allowed, c))
                return invalid(u"The option extraHeaders has a header name that is none: %1"_s.arg(QString::fromLatin1(name)), {});
        }
    }
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

// Made with the connection's certificates, checks and proxy, and nothing else of it.
HttpClient &TrinoClient::storage()
{
    if (!m_storage) {
        HttpOptions options = httpOptions(m_parameters);
        options.peerVerifyName.clear();
        options.keepsCookies = false;
        m_storage = std::make_unique<HttpClient>(options);
    }
    return *m_storage;
}

HttpClient &TrinoClient::http()
{
    m_isDisconnecting = false;
    if (!m_http) {
        moveToThread(QThread::currentThread());
        m_http = std::make_unique<HttpClient>(httpOptions(m_parameters));
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
    if (!m_password.isEmpty() && maySendPassword())
        headers << std::pair(QByteArray("Authorization"), basicAuthorization(m_session.loginUser(), m_password));
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
        request.headers << std::pair(QByteArray("X-Trino-Query-Data-Encoding"), m_dataEncoding);
    request.body = sql;
    return request;
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
    return http().send(request);
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
        return send(request);
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

void TrinoClient::signIn(int generation, const HttpResponse &response, QObject *context, Done done)
{
    if (generation < m_signInGeneration) { // signed in anew since that request was sent
        QMetaObject::invokeMethod(context, [done = std::move(done)] { done({}); }, Qt::QueuedConnection);
        return;
    }
    const auto refuse = [&](Error error) {
        QMetaObject::invokeMethod(context, [done, error = std::move(error)] { done(std::unexpected(error)); },
                                  Qt::QueuedConnection);
    };
    Error error = httpError(response, u"signing in"_s);
    const QByteArray challenge = response.header("WWW-Authenticate");
    static const QRegularExpression basic(u"(^|,)\\s*Basic\\b"_s, QRegularExpression::CaseInsensitiveOption);
    if (!basic.match(QString::fromLatin1(challenge)).hasMatch()) {
        error.hint = u"The server wants a sign-in other than a password, which Grebe cannot do yet."_s;
        refuse(error);
        return;
    }
    if (!maySendPassword()) {
        error.hint = u"The server wants a password, which is only sent over TLS: set SSL=true and the port of its https address."_s;
        refuse(error);
        return;
    }
    if (m_unconfirmed && m_provider)
        m_provider->confirm(m_askedFor, *m_unconfirmed, false);
    m_unconfirmed.reset();
    if (!m_provider || m_refusedPasswords >= passwordAttempts) {
        error.hint = m_password.isEmpty() ? u"The server wants a password."_s
                                          : u"The server refused this user and password."_s;
        refuse(error);
        return;
    }
    m_signInWaiters.push_back({ context, std::move(done) });
    if (std::exchange(m_isAsking, true))
        return;
    if (!m_password.isEmpty())
        ++m_refusedPasswords;
    m_askedFor = { .kind = CredentialRequest::Kind::Password,
                   .connectionName = m_parameters.connectionName(),
                   .origin = m_origin.toString(),
                   .user = m_session.loginUser(),
                   .reason = m_password.isEmpty() ? QString() : u"The server refused the password: %1"_s.arg(bodyText(response)) };
    m_question = m_provider->request(m_askedFor);
    const int question = ++m_questionCount;
    m_question
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
                  endSignIn({});
              })
        .onCanceled(this, [this, question] {
            if (m_isAsking && question == m_questionCount)
                endSignIn(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The sign-in was cancelled."_s }));
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
    m_session = TrinoSession(m_parameters);
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
