// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHostAddress>
#include <QTcpSocket>
#include <QUrl>

namespace Grebe {

/// A port of the loopback on which nobody listens, and on which nobody else can begin to while this object lives: a port
/// that was only left again may be given to the next server that is started.
class ClosedPort
{
public:
    ClosedPort()
    {
        if (!m_socket.bind(QHostAddress::LocalHost, 0, QAbstractSocket::DontShareAddress))
            qFatal("no port: %s", qPrintable(m_socket.errorString()));
    }

    quint16 number() const { return m_socket.localPort(); }
    QUrl url(const QString &scheme = QStringLiteral("http")) const
    {
        return QUrl(scheme + QStringLiteral("://127.0.0.1:") + QString::number(number()));
    }

private:
    QTcpSocket m_socket;
};

} // namespace Grebe
