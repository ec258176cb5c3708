// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "directreply.h"

#include <QHash>
#include <QNetworkAccessManager>

namespace Grebe {

/// QNetworkAccessManager that answers GETs without TLS and proxy by DirectReply, and everything else as it always does.
///
/// Thread     one, its own: DirectReply needs no other.
/// Ownership  the replies are the manager's children, as get() promises.
/// Source     QNetworkAccessManager::createRequest() is the place for it.
class AccessManager final : public QNetworkAccessManager
{
protected:
    QNetworkReply *createRequest(Operation operation, const QNetworkRequest &request, QIODevice *outgoing) override;

private:
    bool isDirect(const QUrl &url, const QByteArray &lane);

    IdleSockets m_idle;
    QHash<QByteArray, bool> m_isDirect; // by lane: asking the system for its proxies takes a while
};

} // namespace Grebe
