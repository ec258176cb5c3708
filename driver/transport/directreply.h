// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QHash>
#include <QHostAddress>
#include <QHostInfo>
#include <QNetworkReply>

class QNetworkCookieJar;
class QTcpSocket;

namespace Grebe {

/// Connections that wait for the next request, by lane.
///
/// Thread     one.
class IdleSockets : public QObject
{
public:
    /// Connected and silent so far, and the caller's; nullptr when there is none.
    QTcpSocket *take(const QByteArray &lane);
    void give(const QByteArray &lane, QTcpSocket *socket);

private:
    QHash<QByteArray, QList<QTcpSocket *>> m_sockets;
};

/// Takes the chunks' frames out of a body.
///
/// Errors     isBad() once something was no chunk.
class ChunkReader
{
public:
    /// Moves the payload of `size` bytes together, at their beginning; how much it is.
    qint64 strip(char *bytes, qint64 size);
    bool isDone() const { return m_state == State::Done; }
    bool isBad() const { return m_state == State::Bad || m_surplus > 0; } ///< something behind the end counts, too

private:
    enum class State { Size, Extension, Data, DataEnd, Trailer, Done, Bad };
    void readSizeLine(char c);
    void endSizeLine();

    State m_state = State::Size;
    qint64 m_left = 0; // of the chunk
    qint64 m_surplus = 0;
    qint64 m_lineBytes = 0;
    int m_digits = 0;
};

/// A GET over plain HTTP/1.1 without Qt's own reader, which takes every head byte by byte and hands each piece of a body
/// from thread to thread: twice the cost of all the rest of fetching a page. Here the kernel writes into the caller's
/// buffer. AccessManager makes them.
///
/// Shape      a QNetworkReply as the manager makes it, for requests without body, proxy and TLS; bodies come as they
///            are on the wire, less the chunks' frames. The caller reads all there is in each readyRead().
/// Errors     as the manager's, and stricter: a body that ends before its length or its last chunk is
///            RemoteHostClosedError, what is no HTTP or no chunk is ProtocolFailure. A head with more than 100 headers
///            or one above 100 KiB has a status and no header, as there. A request that found its used connection closed
///            is sent once more on a fresh one.
/// Thread     one.
class DirectReply final : public QNetworkReply
{
    Q_OBJECT
public:
    DirectReply(const QNetworkRequest &request, const QByteArray &lane, IdleSockets &idle, QNetworkCookieJar *cookies);
    ~DirectReply() override;

    void abort() override;
    /// More than 0 while there may be something to read; how much, only the read tells.
    qint64 bytesAvailable() const override;
    bool isSequential() const override { return true; }

protected:
    qint64 readData(char *data, qint64 maxSize) override;

private:
    enum class Framing { Unknown, None, Length, Chunks, Close };

    void begin();
    void connectTo(const QHostInfo &host);
    void tryNext();
    void onConnected(QTcpSocket *socket);
    void onConnectError(QTcpSocket *socket);
    void takeSocket(QTcpSocket *socket);
    void sendRequest();
    void onSocketReadyRead();
    void onSocketClosed();
    qsizetype headEnd();
    bool readHead();
    bool parseHead(QByteArrayView head);
    bool isBodyWhole() const;
    void endIfWhole();
    void finishWith(NetworkError code, const QString &text);

    const QByteArray m_lane;
    IdleSockets &m_idle;
    QNetworkCookieJar *const m_cookies;
    QList<QHostAddress> m_addresses; // not tried yet
    QList<QTcpSocket *> m_attempts;
    QTcpSocket *m_socket = nullptr;
    QByteArray m_buffer; // the head; then what came with it
    qsizetype m_searched = 0;
    ChunkReader m_chunks;
    qint64 m_left = 0; // of a body with a length
    Framing m_framing = Framing::Unknown;
    int m_informalReplies = 0;
    bool m_isReused = false;
    bool m_isKeptAlive = false;
    bool m_isClosed = false; // by the server
    bool m_isReading = false;
    bool m_isReadable = false; // there may be more than was read
};

} // namespace Grebe
