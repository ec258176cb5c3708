// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bodybuffer.h"
#include "compression.h"
#include "httpclient.h"

#include <QElapsedTimer>
#include <QNetworkReply>
#include <QPointer>
#include <QSslError>
#include <QTimer>

class QNetworkAccessManager;
class QNetworkRequest;
class QSslConfiguration;

namespace Grebe {

class NetworkCall;
class OnceUpload;

/// What a call needs of its client.
class CallHost
{
public:
    virtual ~CallHost() = default;
    virtual const HttpOptions &options() const = 0;
    virtual const std::shared_ptr<BodyPool> &bodyPool() const = 0;
    virtual QNetworkAccessManager &manager(bool isControl) = 0;
    /// What is wrong with the options themselves; nothing is sent then.
    virtual const std::optional<Error> &optionError() const = 0;
    /// What an HTTP proxy is told with each plain request; empty when it asks for no name.
    virtual const QByteArray &proxyAuthorization() const = 0;
    /// The TLS settings of this client; an error when its CA file is of no use.
    virtual Result<QSslConfiguration> tls() = 0;
    /// A call asks for a connection and is begun, now or when one is free; it gives it back with release().
    virtual void acquire(NetworkCall *call) = 0;
    virtual void release(NetworkCall *call) = 0;
};

/// One request over QNetworkAccessManager: its phases, their deadlines, its redirects and its body.
class NetworkCall final : public HttpCall
{
    Q_OBJECT
public:
    NetworkCall(CallHost &host, const HttpRequest &request, QObject *parent);
    ~NetworkCall() override;

    void abort() override;
    /// The client's: a connection is free for this call.
    void begin();
    QByteArray laneKey() const;

private:
    enum class Phase { Waiting, Resolving, Connecting, Sending, Answering, Receiving, Done };

    void prepare();
    void resolve();
    void dispatch();
    QNetworkRequest networkRequest() const;
    void setPhase(Phase phase);
    void arm();
    void onTimer();

    void onSslErrors(const QList<QSslError> &errors);
    void onEncrypted();
    void onRequestSent();
    void onMetaData();
    void onReadyRead();
    void onReplyFinished();
    void announceConnected();

    bool acceptHead();
    bool drain();
    std::optional<Error> replyError() const;
    std::optional<Error> completenessError() const;
    bool redirect();
    bool sentAgain();
    bool surelyNotSent(QNetworkReply::NetworkError code) const;

    void fail(Error error);
    void emitFinished();
    void dropReply();
    Error timeoutError(const QString &message) const;

    CallHost &m_host;
    HttpRequest m_request;
    HttpResponse m_response;
    QUrl m_url; ///< where this hop goes
    QString m_where; ///< "host:port" of m_url
    QPointer<QNetworkReply> m_reply;
    QPointer<OnceUpload> m_upload;
    QTimer m_timer;
    QElapsedTimer m_clock;
    QList<QSslError> m_sslErrors;
    std::unique_ptr<BodyDecoder> m_decoder;
    BodyBuffer m_body;
    qint64 m_contentLength = -1;
    qint64 m_phaseStart = 0;
    qint64 m_lastByte = 0;
    qint64 m_windowStart = 0;
    qint64 m_windowBytes = 0;
    int m_redirects = 0;
    Phase m_phase = Phase::Waiting;
    bool m_headSeen = false;
    bool m_isChunked = false;
    bool m_wasConnected = false; ///< connected() was emitted
    bool m_wasEncrypted = false;
    bool m_hasTriedAgain = false; ///< a request that Qt dropped unsent
    bool m_wasSent = false; ///< some byte of the request may be on its way
};

/// "host:port" with the scheme's default port written out.
QString placeOf(const QUrl &url);

} // namespace Grebe
