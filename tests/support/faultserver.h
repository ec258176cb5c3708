// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QMetaType>
#include <QUrl>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

class QSslConfiguration;

namespace Grebe {

using TestHeaders = QList<std::pair<QByteArray, QByteArray>>;

/// A request as its bytes came; a value.
struct RecordedRequest
{
    QByteArray method;
    QByteArray target; ///< path and query
    TestHeaders headers;
    QByteArray body;
    int connection = 0; ///< the how-manieth connection it came on, from 1
    bool isWhole = false; ///< head and body came; false when the server cut it off

    /// The first header of that name, without case.
    QByteArray header(QByteArrayView name) const;
    QByteArray line() const { return method + ' ' + target; }
};

/// What the server does with one request; a value. `bytes` is written as it stands, so that any lie can be told.
struct FaultReply
{
    enum class End {
        KeepAlive, ///< the next request may follow
        Close, ///< FIN behind the bytes
        Reset, ///< RST behind the bytes
        Stall ///< nothing more, connection open
    };
    QByteArray bytes;
    End end = End::KeepAlive;
    std::chrono::milliseconds delay { 0 }; ///< before the first byte
    qsizetype dripBytes = 0; ///< so many at a time; 0: all at once
    std::chrono::milliseconds dripInterval { 0 };
    bool isHeld = false; ///< waits for FaultServer::releaseHeld()

    /// An honest reply with Content-Length.
    static FaultReply whole(int status, const QByteArray &body, const TestHeaders &headers = {});
    /// Chunked, in pieces of `chunkSize`; `withEnd` false leaves the last chunk out.
    static FaultReply chunked(int status, const QByteArray &body, const TestHeaders &headers = {},
                              qsizetype chunkSize = 1000, bool withEnd = true);
    /// Neither length nor chunks: ends with the connection.
    static FaultReply endless(int status, const QByteArray &body, const TestHeaders &headers = {});
    /// Nothing at all, then `end`.
    static FaultReply nothing(End end);

    /// Only the first `count` bytes behind the head.
    FaultReply &cutBody(qsizetype count, End afterwards);
    FaultReply &after(std::chrono::milliseconds wait);
    FaultReply &drip(qsizetype bytesAtATime, std::chrono::milliseconds interval);
};

/// An HTTP server on the loopback that misbehaves as told and counts what it receives.
///
/// Shape      the handler is asked once for each request whose head came whole, also when its body did not
///            (resetAfter). Without a handler everything is answered with an empty 200.
/// Thread     one of its own, in which the handler runs; the rest is called from any.
class FaultServer
{
public:
    using Handler = std::function<FaultReply(const RecordedRequest &request, int ordinal)>;

    explicit FaultServer(Handler handler = {});
    FaultServer(const QSslConfiguration &tls, Handler handler);
    ~FaultServer();
    Q_DISABLE_COPY_MOVE(FaultServer)

    void setHandler(Handler handler);
    /// Connections are reset once so many bytes of a request have come, before any reply; negative: never.
    void resetAfter(qint64 requestBytes);
    /// Lets the replies go that are held.
    void releaseHeld();

    QUrl url(const QString &path = {}) const;
    quint16 port() const;

    /// How many requests began: a head came whole, whatever became of the body.
    int requestCount() const;
    int requestCount(const QByteArray &method) const;
    int connectionCount() const;
    /// Connections that stand now.
    int openConnections() const;
    qint64 bytesReceived() const;
    QList<RecordedRequest> requests() const;
    /// How many connections ended, by either side, since the start.
    int closedConnections() const;

private:
    class Worker;
    class Connection;
    struct State;
    void startThread(std::optional<QSslConfiguration> tls);

    std::shared_ptr<State> m_state;
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::FaultReply)
