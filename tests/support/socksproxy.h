// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QTcpServer>

class QTcpSocket;

namespace Grebe {

/// A SOCKS5 proxy on the loopback, with a user name and a password, that notes where it was asked to go.
///
/// Thread     the test's: its event loop carries the bytes.
/// Source     RFC 1928 (CONNECT with IPv4 and names) and RFC 1929 (user name and password).
class SocksProxy : public QTcpServer
{
    Q_OBJECT
public:
    SocksProxy(QByteArray user, QByteArray password);

    /// Each as `host:port`, a name as it was said.
    const QList<QByteArray> &targets() const { return m_targets; }
    int refusals() const { return m_refusals; }

private:
    void serve(QTcpSocket *client);
    void relay(QTcpSocket *client, const QByteArray &host, quint16 port);

    QByteArray m_user;
    QByteArray m_password;
    QList<QByteArray> m_targets;
    int m_refusals = 0;
};

} // namespace Grebe
