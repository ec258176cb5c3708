// SPDX-License-Identifier: Apache-2.0
#include "faultserver.h"

#include <QMutex>
#include <QPointer>
#include <QSslConfiguration>
#include <QSslServer>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>

#include <sys/socket.h>

using namespace Qt::StringLiterals;

namespace Grebe {

QByteArray RecordedRequest::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key.compare(name, Qt::CaseInsensitive) == 0)
            return value;
    }
    return {};
}

static QByteArray headOf(int status, const TestHeaders &headers)
{
    QByteArray head = "HTTP/1.1 " + QByteArray::number(status) + " Status\r\n";
    for (const auto &[name, value] : headers)
        head += name + ": " + value + "\r\n";
    return head;
}

FaultReply FaultReply::whole(int status, const QByteArray &body, const TestHeaders &headers)
{
    FaultReply reply;
    reply.bytes = headOf(status, headers);
    if (status != 204 && status != 304)
        reply.bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    reply.bytes += "\r\n" + body;
    return reply;
}

FaultReply FaultReply::chunked(int status, const QByteArray &body, const TestHeaders &headers, qsizetype chunkSize,
                               bool withEnd)
{
    FaultReply reply;
    reply.bytes = headOf(status, headers) + "Transfer-Encoding: chunked\r\n\r\n";
    for (qsizetype at = 0; at < body.size(); at += chunkSize) {
        const QByteArray piece = body.mid(at, chunkSize);
        reply.bytes += QByteArray::number(piece.size(), 16) + "\r\n" + piece + "\r\n";
    }
    if (withEnd)
        reply.bytes += "0\r\n\r\n";
    return reply;
}

FaultReply FaultReply::endless(int status, const QByteArray &body, const TestHeaders &headers)
{
    FaultReply reply;
    reply.bytes = headOf(status, headers) + "Connection: close\r\n\r\n" + body;
    reply.end = End::Close;
    return reply;
}

FaultReply FaultReply::nothing(End end)
{
    FaultReply reply;
    reply.end = end;
    return reply;
}

FaultReply &FaultReply::cutBody(qsizetype count, End afterwards)
{
    bytes.truncate(std::min(bytes.size(), bytes.indexOf("\r\n\r\n") + 4 + count));
    end = afterwards;
    return *this;
}

FaultReply &FaultReply::after(std::chrono::milliseconds wait)
{
    delay = wait;
    return *this;
}

FaultReply &FaultReply::drip(qsizetype bytesAtATime, std::chrono::milliseconds interval)
{
    dripBytes = bytesAtATime;
    dripInterval = interval;
    return *this;
}

struct FaultServer::State
{
    mutable QMutex mutex;
    Handler handler;
    QList<RecordedRequest> requests;
    qint64 resetAfter = -1;
    qint64 bytesReceived = 0;
    int connections = 0;
    int closed = 0;
};

/// One socket: reads requests one behind the other and plays their replies.
class FaultServer::Connection : public QObject
{
public:
    Connection(QTcpSocket *socket, int number, std::shared_ptr<State> state)
        : QObject(socket)
        , m_socket(socket)
        , m_state(std::move(state))
        , m_number(number)
    {
        connect(socket, &QTcpSocket::readyRead, this, &Connection::onReadyRead);
        connect(socket, &QTcpSocket::disconnected, this, [this] {
            {
                const QMutexLocker lock(&m_state->mutex);
                ++m_state->closed;
            }
            m_socket->deleteLater();
        });
        onReadyRead();
    }

    void releaseHeld()
    {
        if (!m_held)
            return;
        const FaultReply reply = *std::exchange(m_held, {});
        play(reply);
    }

private:
    void onReadyRead()
    {
        const QByteArray bytes = m_socket->readAll();
        m_received += bytes.size();
        m_input += bytes;
        parse();
        qint64 resetAfter = 0;
        {
            const QMutexLocker lock(&m_state->mutex);
            m_state->bytesReceived += bytes.size();
            resetAfter = m_state->resetAfter;
        }
        if (resetAfter >= 0 && m_received >= resetAfter)
            reset();
    }

    void parse()
    {
        while (!m_busy) {
            if (!m_current) {
                const qsizetype end = m_input.indexOf("\r\n\r\n");
                if (end < 0)
                    return;
                RecordedRequest request;
                const QList<QByteArray> lines = m_input.left(end).split('\n');
                const QList<QByteArray> words = lines.value(0).trimmed().split(' ');
                request.method = words.value(0);
                request.target = words.value(1);
                for (qsizetype i = 1; i < lines.size(); ++i) {
                    const qsizetype colon = lines[i].indexOf(':');
                    request.headers.emplaceBack(lines[i].left(colon).trimmed(), lines[i].mid(colon + 1).trimmed());
                }
                request.connection = m_number;
                m_input.remove(0, end + 4);
                m_current = request;
                m_missing = request.header("Content-Length").toLongLong();
                const QMutexLocker lock(&m_state->mutex);
                m_ordinal = int(m_state->requests.size());
                m_state->requests.append(request);
            }
            if (m_input.size() < m_missing)
                return;
            m_current->body = m_input.left(m_missing);
            m_current->isWhole = true;
            m_input.remove(0, m_missing);
            Handler handler;
            {
                const QMutexLocker lock(&m_state->mutex);
                m_state->requests[m_ordinal] = *m_current;
                handler = m_state->handler;
                if (m_state->resetAfter >= 0) {
                    m_received = std::max(m_received, m_state->resetAfter);
                    return; // dies unanswered, however short the request was
                }
            }
            const RecordedRequest request = *std::exchange(m_current, {});
            FaultReply reply = handler ? handler(request, m_ordinal) : FaultReply::whole(200, {});
            if (request.method == "HEAD")
                reply.bytes.truncate(reply.bytes.indexOf("\r\n\r\n") + 4);
            m_busy = true;
            if (reply.isHeld)
                m_held = reply;
            else
                play(reply);
        }
    }

    void play(const FaultReply &reply)
    {
        m_reply = reply;
        m_offset = 0;
        if (reply.delay.count() > 0)
            QTimer::singleShot(reply.delay, this, [this] { writeSome(); });
        else
            writeSome();
    }

    void writeSome()
    {
        const qsizetype count = m_reply.dripBytes > 0 ? m_reply.dripBytes : m_reply.bytes.size();
        m_socket->write(m_reply.bytes.mid(m_offset, count));
        m_offset += count;
        if (m_offset < m_reply.bytes.size()) {
            QTimer::singleShot(m_reply.dripInterval, this, [this] { writeSome(); });
            return;
        }
        switch (m_reply.end) {
        case FaultReply::End::KeepAlive:
            m_busy = false;
            // From the loop, since parse() may stand on the stack above.
            QMetaObject::invokeMethod(this, [this] { parse(); }, Qt::QueuedConnection);
            break;
        case FaultReply::End::Close: m_socket->disconnectFromHost(); break;
        case FaultReply::End::Reset:
            if (m_socket->bytesToWrite() > 0)
                connect(m_socket, &QTcpSocket::bytesWritten, this, [this] {
                    if (m_socket->bytesToWrite() == 0)
                        reset();
                });
            else
                reset();
            break;
        case FaultReply::End::Stall: break;
        }
    }

    void reset()
    {
        if (m_socket->state() != QAbstractSocket::ConnectedState)
            return;
        m_socket->flush();
        const linger hard { 1, 0 };
        ::setsockopt(int(m_socket->socketDescriptor()), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        m_socket->abort();
    }

    QTcpSocket *m_socket;
    std::shared_ptr<State> m_state;
    QByteArray m_input;
    std::optional<RecordedRequest> m_current;
    std::optional<FaultReply> m_held;
    FaultReply m_reply;
    qint64 m_missing = 0;
    qint64 m_received = 0;
    qsizetype m_offset = 0;
    int m_number;
    int m_ordinal = 0;
    bool m_busy = false;
};

class FaultServer::Worker : public QObject
{
public:
    Worker(std::shared_ptr<State> state, const std::optional<QSslConfiguration> &tls)
        : m_state(std::move(state))
    {
        if (tls) {
            auto *server = new QSslServer(this);
            server->setSslConfiguration(*tls);
            m_server = server;
        } else {
            m_server = new QTcpServer(this);
        }
        m_server->setListenBacklogSize(256);
        connect(m_server, &QTcpServer::pendingConnectionAvailable, this, [this] {
            while (QTcpSocket *socket = m_server->nextPendingConnection()) {
                int number = 0;
                {
                    const QMutexLocker lock(&m_state->mutex);
                    number = ++m_state->connections;
                }
                m_connections.append(new Connection(socket, number, m_state));
            }
        });
        m_server->listen(QHostAddress::LocalHost);
    }

    quint16 port() const { return m_server->serverPort(); }

    void releaseHeld()
    {
        for (const QPointer<Connection> &connection : std::as_const(m_connections)) {
            if (connection)
                connection->releaseHeld();
        }
    }

private:
    std::shared_ptr<State> m_state;
    QTcpServer *m_server;
    QList<QPointer<Connection>> m_connections;
};

class FaultServer::Private
{
public:
    QThread thread;
    Worker *worker = nullptr;
    quint16 port = 0;
    bool isTls = false;
};

FaultServer::FaultServer(Handler handler)
    : m_state(std::make_shared<State>())
    , d(std::make_unique<Private>())
{
    m_state->handler = std::move(handler);
    startThread({});
}

FaultServer::FaultServer(const QSslConfiguration &tls, Handler handler)
    : m_state(std::make_shared<State>())
    , d(std::make_unique<Private>())
{
    m_state->handler = std::move(handler);
    d->isTls = true;
    startThread(tls);
}

FaultServer::~FaultServer()
{
    QMetaObject::invokeMethod(d->worker, [worker = d->worker] { delete worker; }, Qt::BlockingQueuedConnection);
    d->thread.quit();
    d->thread.wait();
}

void FaultServer::startThread(std::optional<QSslConfiguration> tls)
{
    d->thread.setObjectName(u"fault server"_s);
    d->thread.start();
    auto *starter = new QObject;
    starter->moveToThread(&d->thread);
    QMetaObject::invokeMethod(starter, [this, starter, tls] {
        d->worker = new Worker(m_state, tls);
        d->port = d->worker->port();
        starter->deleteLater();
    }, Qt::BlockingQueuedConnection);
}

void FaultServer::setHandler(Handler handler)
{
    const QMutexLocker lock(&m_state->mutex);
    m_state->handler = std::move(handler);
}

void FaultServer::resetAfter(qint64 requestBytes)
{
    const QMutexLocker lock(&m_state->mutex);
    m_state->resetAfter = requestBytes;
}

void FaultServer::releaseHeld()
{
    QMetaObject::invokeMethod(d->worker, [worker = d->worker] { worker->releaseHeld(); }, Qt::QueuedConnection);
}

QUrl FaultServer::url(const QString &path) const
{
    return QUrl(u"%1://127.0.0.1:%2%3"_s.arg(d->isTls ? u"https"_s : u"http"_s).arg(d->port).arg(path));
}

quint16 FaultServer::port() const
{
    return d->port;
}

int FaultServer::requestCount() const
{
    const QMutexLocker lock(&m_state->mutex);
    return int(m_state->requests.size());
}

int FaultServer::requestCount(const QByteArray &method) const
{
    const QMutexLocker lock(&m_state->mutex);
    return int(std::ranges::count(m_state->requests, method, &RecordedRequest::method));
}

int FaultServer::connectionCount() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->connections;
}

int FaultServer::closedConnections() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->closed;
}

int FaultServer::openConnections() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->connections - m_state->closed;
}

qint64 FaultServer::bytesReceived() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->bytesReceived;
}

QList<RecordedRequest> FaultServer::requests() const
{
    const QMutexLocker lock(&m_state->mutex);
    return { m_state->requests.cbegin(), m_state->requests.cend() }; // unshared: append() moves the others where they stand
}

} // namespace Grebe
