// SPDX-License-Identifier: Apache-2.0
#include "trinoclient.h"

#include "trinoerror.h"
#include "trinosegments.h"
#include "trinostatement.h"

#include "auth/negotiatedcall.h"
#include "engines/commonoptions.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QThread>

#include <algorithm>
#include <cctype>
#include <cstring>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int newHeadersVersion = 351; // Trino's headers are X-Presto-… before

int effectivePort(const QUrl &url)
{
    return url.port(url.scheme() == "https"_L1 ? 443 : 80);
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

constexpr qsizetype longestAddress = 16 << 10; // of a page: Trino's own have a hundred characters
constexpr std::chrono::milliseconds acknowledgeTimeout { 2'000 };

} // namespace

TrinoClient::TrinoClient(const ConnectionParameters &parameters, CredentialProvider *provider, const TrinoTimings &timings)
    : m_parameters(parameters), m_product(trinoProduct(parameters)),
      m_provider(provider), m_timings(timings), m_origin(parameters.origin()),
      m_session(parameters), m_signIn(parameters, m_session.loginUser(), provider, timings.signIn, this)
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
    m_check = m_signIn.check() ? checkOptions() : m_signIn.check();
    connect(&m_signIn, &TrinoSignIn::identityChanged, this, &TrinoClient::identify);
    connect(&m_signIn, &TrinoSignIn::keyOpened, this, [this] {
        if (m_http) // it remembers that the key was closed
            m_http.release()->deleteLater();
    });
    identify();
    m_state = m_session.state();
    moveToThread(nullptr); // http() pulls it to the thread where it is first used
}

TrinoClient::~TrinoClient() = default;

// Says who we are where the server does not learn it from a token or a certificate.
void TrinoClient::identify()
{
    m_session.setIdentifiedByServer(m_signIn.isIdentifiedByServer());
    publishSession();
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
    return checkEncoding();
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

HttpOptions TrinoClient::storageOptions() const
{
    HttpOptions options = httpOptions(m_parameters);
    options.furtherCaFile = m_parameters.value(u"storageCaFile"_s);
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
        m_http = std::make_unique<HttpClient>(m_signIn.httpOptions());
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

HttpRequest TrinoClient::statementRequest(const QByteArray &sql, StatementOptions::Purpose purpose) const
{
    HttpRequest request;
    request.method = "POST";
    request.url = url(u"/v1/statement"_s);
    // Some gateways change what is not ASCII unless the charset is said.
    request.headers = HttpHeaders { { "Content-Type", "text/plain; charset=utf-8" } } + m_session.headers(purpose) + m_extraHeaders + m_signIn.headers();
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
    request.headers = m_session.userHeaders() + m_extraHeaders + m_signIn.headers();
    request.acceptEncoding = m_acceptEncoding;
    request.isControl = method != "GET";
    if (request.isControl)
        request.firstByteTimeout = m_timings.control;
    return request;
}

HttpCall *TrinoClient::send(const HttpRequest &request)
{
    HttpClient &client = http();
    const std::optional<KerberosOptions> &kerberos = m_signIn.kerberos();
    if (!kerberos || !m_signIn.maySendSecrets() || !isOrigin(request.url))
        return client.send(request);
    // The server wants to know who posts a statement; the addresses that follow are secrets themselves.
    const bool isWanted = m_isNegotiatedAlways || request.url.path().endsWith("/v1/statement"_L1);
    auto *call = new NegotiatedCall(*kerberos, request, isWanted ? NegotiatedCall::When::AtOnce : NegotiatedCall::When::WhenAsked,
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
    m_signIn.close();
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
    if (const qsizetype size = uri.toEncoded().size(); size > longestAddress) {
        return std::unexpected(Error { .code = Error::Code::InvalidData,
                                       .message = u"The server said to go on at an address of %1 characters, which no server takes. Nothing was sent there."_s.arg(size) });
    }
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

Result<HttpCall *> TrinoClient::fetchSegment(const QUrl &url, const HttpHeaders &headers, bool isRedirected)
{
    HttpRequest request { .url = url, .headers = headers };
    request.followSameOriginRedirects = false;
    // What the coordinator hands out itself may be named as its nextUri may be: behind a proxy, by an inner name.
    if (!isRedirected && url.path().contains("/v1/spooled/download/"_L1)) {
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
    Error error = trinoHttpError(response, doing, m_origin.host(), m_product);
    if (response.status == 431 && m_signIn.kerberos())
        error.hint += u" So does the Kerberos ticket, which is large for members of many groups: the server may need a larger http-server.max-request-header-size."_s;
    return error;
}

void TrinoClient::learnVersion(QObject *context, std::function<void()> done)
{
    if (m_isVersionKnown) {
        QMetaObject::invokeMethod(context, std::move(done), Qt::QueuedConnection);
        return;
    }
    m_versionWaiters.push_back({ context, std::move(done) });
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
                waiter.done();
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

void TrinoClient::setIdentity(const QString &user)
{
    m_session.setIdentity(user);
    publishSession();
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
