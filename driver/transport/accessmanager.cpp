// SPDX-License-Identifier: Apache-2.0
#include "accessmanager.h"

#include <QNetworkProxy>

using namespace Qt::StringLiterals;

namespace Grebe {

QNetworkReply *AccessManager::createRequest(Operation operation, const QNetworkRequest &request, QIODevice *outgoing)
{
    const QByteArray lane = request.url().authority(QUrl::FullyEncoded).toLatin1().toLower();
    if (operation != GetOperation || request.url().scheme() != "http"_L1 || !isDirect(request.url(), lane))
        return QNetworkAccessManager::createRequest(operation, request, outgoing);
    const bool hasCookies = request.attribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Automatic) == QNetworkRequest::Automatic;
    auto *reply = new DirectReply(request, lane, m_idle, hasCookies ? cookieJar() : nullptr);
    reply->setParent(this);
    return reply;
}

bool AccessManager::isDirect(const QUrl &url, const QByteArray &lane)
{
    if (!proxyFactory())
        return proxy().type() == QNetworkProxy::DefaultProxy || proxy().type() == QNetworkProxy::NoProxy;
    auto it = m_isDirect.constFind(lane);
    if (it == m_isDirect.constEnd()) {
        const QList<QNetworkProxy> proxies = proxyFactory()->queryProxy(QNetworkProxyQuery(url));
        it = m_isDirect.insert(lane, !proxies.isEmpty() && proxies.first().type() == QNetworkProxy::NoProxy);
    }
    return *it;
}

} // namespace Grebe
