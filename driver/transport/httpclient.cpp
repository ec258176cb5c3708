// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>

#include "httpclient.h"

#include "accessmanager.h"
#include "httpcall_p.h"
#include "tlstext.h"

#include <QHash>
#include <QHostAddress>
#include <QNetworkCookieJar>
#include <QNetworkProxy>
#include <QSslConfiguration>

using namespace Qt::StringLiterals;

namespace Grebe {

// Qt opens six connections to an origin and queues what comes seventh where no deadline can see it: so we queue.
constexpr int connectionsPerOrigin = 6;

static bool isLoopback(const QString &host)
{
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0 || host.endsWith(".localhost"_L1, Qt::CaseInsensitive))
        return true;
    const QHostAddress address(host);
    return !address.isNull() && address.isLoopback();
}

namespace {

/// The system's proxies, but none for this machine itself, whatever http_proxy says.
class SystemProxies final : public QNetworkProxyFactory
{
public:
    QList<QNetworkProxy> queryProxy(const QNetworkProxyQuery &query) override
    {
        if (isLoopback(query.peerHostName()))
            return { QNetworkProxy(QNetworkProxy::NoProxy) };
        return systemProxyForQuery(query);
    }
};

} // namespace

static Result<QNetworkProxy> proxyFrom(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    const QString scheme = url.scheme();
    const bool isSocks = scheme == "socks5"_L1 || scheme == "socks5h"_L1;
    if (!url.isValid() || url.host().isEmpty() || (!isSocks && scheme != "http"_L1))
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The proxy option is not an address of a proxy."_s,
                                       .hint = u"It reads http://host:port or socks5://host:port."_s });
    QNetworkProxy proxy(isSocks ? QNetworkProxy::Socks5Proxy : QNetworkProxy::HttpProxy, url.host(),
                        quint16(url.port(isSocks ? 1080 : 8080)), url.userName(QUrl::FullyDecoded),
                        url.password(QUrl::FullyDecoded));
    return proxy;
}

class HttpClient::Private final : public CallHost
{
public:
    explicit Private(const HttpOptions &options)
        : m_options(options)
        , m_pool(BodyPool::create())
    {
        auto *jar = new QNetworkCookieJar;
        for (AccessManager *manager : { &m_data, &m_control }) {
            // Two managers, since Qt queues by origin: a cancel must not stand behind six long polls. One jar, since a
            // load balancer that routes by cookie has to see both.
            manager->setCookieJar(jar);
            jar->setParent(nullptr);
            manager->setAutoDeleteReplies(false);
            manager->setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
        }
        m_jar.reset(jar);
        if (m_options.proxy.isEmpty()) {
            m_data.setProxyFactory(new SystemProxies);
            m_control.setProxyFactory(new SystemProxies);
        } else if (const auto proxy = proxyFrom(m_options.proxy)) {
            m_data.setProxy(*proxy);
            m_control.setProxy(*proxy);
            if (proxy->type() == QNetworkProxy::HttpProxy && !proxy->user().isEmpty())
                m_proxyAuthorization = "Basic " + (proxy->user() + u':' + proxy->password()).toUtf8().toBase64();
        } else {
            m_optionError = proxy.error();
        }
    }

    const HttpOptions &options() const override { return m_options; }
    const std::shared_ptr<BodyPool> &bodyPool() const override { return m_pool; }
    QNetworkAccessManager &manager(bool isControl) override { return isControl ? m_control : m_data; }
    Result<QSslConfiguration> tls() override;
    void acquire(NetworkCall *call) override;
    void release(NetworkCall *call) override;

    const std::optional<Error> &optionError() const override { return m_optionError; }
    const QByteArray &proxyAuthorization() const override { return m_proxyAuthorization; }

private:
    struct Lane
    {
        QList<NetworkCall *> running;
        QList<NetworkCall *> waiting;
    };

    const HttpOptions m_options;
    const std::shared_ptr<BodyPool> m_pool;
    std::unique_ptr<QNetworkCookieJar> m_jar;
    AccessManager m_data;
    AccessManager m_control;
    std::optional<Result<QSslConfiguration>> m_tls;
    std::optional<Error> m_optionError;
    QByteArray m_proxyAuthorization;
    QHash<QByteArray, Lane> m_lanes;
};

Result<QSslConfiguration> HttpClient::Private::tls()
{
    if (m_tls)
        return *m_tls;
    // The list is given and not left to be searched while shaking hands: older Qt looked for authorities in places
    // that others can write to. Reading it takes a while, so once a process.
    static const QList<QSslCertificate> systemAuthorities = QSslConfiguration::systemCaCertificates();
    QList<QSslCertificate> authorities = systemAuthorities;
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setAllowedNextProtocols({ QByteArray(QSslConfiguration::NextProtocolHttp1_1) });
    for (const QString &file : { m_options.caFile, m_options.furtherCaFile }) {
        if (file.isEmpty())
            continue;
        const auto added = readCaFile(file);
        if (!added) {
            m_tls = std::unexpected(added.error());
            return *m_tls;
        }
        authorities += *added;
    }
    configuration.setCaCertificates(authorities);
    if (!m_options.clientCertificateFile.isEmpty()) {
        const auto identity = readClientIdentity(m_options.clientCertificateFile, m_options.clientKeyFile, m_options.clientKeyPassphrase);
        if (!identity) {
            m_tls = std::unexpected(identity.error());
            return *m_tls;
        }
        configuration.setLocalCertificateChain(identity->chain);
        configuration.setPrivateKey(identity->key);
    }
    m_tls = configuration;
    return *m_tls;
}

void HttpClient::Private::acquire(NetworkCall *call)
{
    Lane &lane = m_lanes[call->laneKey()];
    if (lane.running.size() >= connectionsPerOrigin) {
        lane.waiting.append(call);
        return;
    }
    lane.running.append(call);
    call->begin();
}

void HttpClient::Private::release(NetworkCall *call)
{
    const QByteArray key = call->laneKey();
    const auto it = m_lanes.find(key);
    if (it == m_lanes.end())
        return;
    it->waiting.removeOne(call);
    if (!it->running.removeOne(call))
        return;
    if (!it->waiting.isEmpty()) {
        NetworkCall *next = it->waiting.takeFirst();
        it->running.append(next);
        // Later: whoever releases is in the middle of its own end.
        QMetaObject::invokeMethod(next, &NetworkCall::begin, Qt::QueuedConnection);
    } else if (it->running.isEmpty()) {
        m_lanes.erase(it);
    }
}

HttpCall::~HttpCall() = default;

HttpClient::HttpClient(const HttpOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(options))
{
}

HttpClient::~HttpClient()
{
    abortAll();
    // Before the managers their replies belong to.
    qDeleteAll(findChildren<HttpCall *>(Qt::FindDirectChildrenOnly));
}

HttpCall *HttpClient::send(const HttpRequest &request)
{
    return new NetworkCall(*d, request, this);
}

void HttpClient::abortAll()
{
    const auto calls = findChildren<HttpCall *>(Qt::FindDirectChildrenOnly);
    for (HttpCall *call : calls)
        call->abort();
}

const HttpOptions &HttpClient::options() const
{
    return d->options();
}

QByteArray HttpResponse::header(QByteArrayView name) const
{
    QByteArray joined;
    bool isFirst = true;
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) != 0)
            continue;
        if (!isFirst)
            joined += ", ";
        joined += value;
        isFirst = false;
    }
    return joined;
}

QByteArrayView HttpResponse::bytes() const
{
    return body ? QByteArrayView(reinterpret_cast<const char *>(body->data()), body->size()) : QByteArrayView();
}

} // namespace Grebe
