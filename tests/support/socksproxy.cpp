// SPDX-License-Identifier: Apache-2.0
#include "socksproxy.h"

#include <QHostAddress>
#include <QTcpSocket>
#include <QtEndian>

#include <memory>

namespace Grebe {

SocksProxy::SocksProxy(QByteArray user, QByteArray password) : m_user(std::move(user)), m_password(std::move(password))
{
    connect(this, &QTcpServer::pendingConnectionAvailable, this, [this] {
        while (QTcpSocket *client = nextPendingConnection()) {
            connect(client, &QTcpSocket::disconnected, client, &QObject::deleteLater);
            serve(client);
        }
    });
    listen(QHostAddress::LocalHost);
}

void SocksProxy::serve(QTcpSocket *client)
{
    enum class Step { Greeting, Password, Request, Relay };
    auto step = std::make_shared<Step>(Step::Greeting);
    auto bytes = std::make_shared<QByteArray>();
    connect(client, &QTcpSocket::readyRead, this, [this, client, step, bytes] {
        if (*step == Step::Relay)
            return;
        *bytes += client->readAll();
        const auto at = [&](qsizetype i) { return quint8(bytes->at(i)); };
        if (*step == Step::Greeting && bytes->size() >= 2 && bytes->size() >= 2 + at(1)) {
            const bool offersPassword = bytes->sliced(2, at(1)).contains('\x02');
            bytes->remove(0, 2 + at(1));
            client->write(offersPassword ? QByteArray("\x05\x02", 2) : QByteArray("\x05\xff", 2));
            *step = Step::Password;
        }
        if (*step == Step::Password && bytes->size() >= 3) {
            const int userLength = at(1);
            if (bytes->size() < 3 + userLength || bytes->size() < 3 + userLength + at(2 + userLength))
                return;
            const int passwordLength = at(2 + userLength);
            const bool isKnown = bytes->sliced(2, userLength) == m_user && bytes->sliced(3 + userLength, passwordLength) == m_password;
            bytes->remove(0, 3 + userLength + passwordLength);
            client->write(isKnown ? QByteArray("\x01\x00", 2) : QByteArray("\x01\x01", 2));
            if (!isKnown) {
                ++m_refusals;
                client->disconnectFromHost();
                return;
            }
            *step = Step::Request;
        }
        if (*step == Step::Request && bytes->size() >= 5) {
            const bool isName = at(3) == 3;
            const qsizetype length = isName ? 1 + at(4) : 4;
            if (bytes->size() < 4 + length + 2)
                return;
            const QByteArray host = isName ? bytes->sliced(5, at(4))
                                           : QHostAddress(qFromBigEndian<quint32>(bytes->constData() + 4)).toString().toLatin1();
            *step = Step::Relay;
            relay(client, host, qFromBigEndian<quint16>(bytes->constData() + 4 + length));
        }
    });
}

void SocksProxy::relay(QTcpSocket *client, const QByteArray &host, quint16 port)
{
    m_targets << host + ':' + QByteArray::number(port);
    auto *server = new QTcpSocket(client);
    connect(server, &QTcpSocket::connected, client, [client, server] {
        client->write(QByteArray("\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00", 10));
        connect(client, &QTcpSocket::readyRead, server, [client, server] { server->write(client->readAll()); });
        connect(server, &QTcpSocket::readyRead, client, [client, server] { client->write(server->readAll()); });
        connect(server, &QTcpSocket::disconnected, client, &QTcpSocket::disconnectFromHost);
    });
    // Names lead to the loopback, whatever they are: the proxy is who resolves them.
    server->connectToHost(QHostAddress::LocalHost, port);
}

} // namespace Grebe
