// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QUrl>

#include <arrow/type_fwd.h>

#include <chrono>
#include <memory>
#include <optional>

namespace Grebe {

using HttpHeaders = QList<std::pair<QByteArray, QByteArray>>;

/// One request; a value.
struct HttpRequest
{
    QByteArray method = "GET";
    QUrl url;
    HttpHeaders headers; ///< as they go out; Accept-Encoding, User-Agent and Content-Length are the client's
    QByteArray body;
    QByteArray acceptEncoding = "identity"; ///< "identity", "zstd", "gzip": what we ask for and decode ourselves
    /// Control requests (cancel, heartbeat, sign-in) do not queue behind data: they have connections of their own.
    bool isControl = false;
    bool followSameOriginRedirects = true;
    std::chrono::milliseconds firstByteTimeout { 0 }; ///< 0: the client's
};

/// One reply; a value. `error` is set when no whole reply came; a reply with status 500 is a reply.
struct HttpResponse
{
    int status = 0;
    HttpHeaders headers; ///< in order, repeated ones kept apart where Qt tells them apart
    /// The decoded body; at least 64 bytes behind its end are readable, as simdjson wants. Never null.
    std::shared_ptr<arrow::Buffer> body;
    QUrl url; ///< the one that answered, after redirects
    qint64 wireBytes = 0; ///< of body, before decoding
    std::optional<Error> error;
    /// The request may have reached the server although `error` is set. False only when it surely did not.
    bool mayHaveBeenSent = true;
    /// Its length or the end of its compression was checked. False for a plain chunked body: Qt does not always tell a
    /// lost last chunk, so the format must prove its own end (a JSON object its last brace).
    bool isProvenWhole = false;

    /// All values of a header, name without case, joined by ", " as Qt joins them; empty when absent.
    QByteArray header(QByteArrayView name) const;
    QByteArrayView bytes() const;
};

/// How a client talks; a value, taken from a connection's options.
struct HttpOptions
{
    enum class Verify { Full, CaOnly, None };

    Verify verify = Verify::Full;
    QString caFile; ///< PEM, added to the system's
    QString furtherCaFile; ///< PEM, added too
    QString peerVerifyName; ///< hostnameInCertificate
    QString clientCertificateFile; ///< who we are: PEM (with the key, or without) or PKCS#12; empty: nobody
    QString clientKeyFile; ///< PEM; empty: in the file of the certificate
    QString clientKeyPassphrase;
    QString proxy; ///< "http://host:port", "socks5://host:port", empty: the system's
    QByteArray userAgent;
    bool keepsCookies = true; ///< false: none is sent or kept
    std::chrono::milliseconds connectTimeout { 10'000 };
    std::chrono::milliseconds firstByteTimeout { 60'000 };
    std::chrono::milliseconds silenceTimeout { 60'000 };
    std::chrono::milliseconds slowTimeout { 600'000 }; ///< this long below minimumRate ends the call
    qint64 minimumRate = 1024; ///< bytes a second
    qint64 maximumHeaderBytes = 1 << 20;
    qint64 maximumBodyBytes = qint64(1) << 30; ///< decoded
    int maximumInflation = 64; ///< decoded to wire bytes, beyond 64 MiB
};

/// A request on its way.
///
/// Shape      finished() is emitted exactly once, always later than send() returned; never after abort().
/// Thread     its client's.
/// Ownership  the client's until finished() returns; it deletes itself then, or after abort().
class HttpCall : public QObject
{
    Q_OBJECT
public:
    ~HttpCall() override;
    /// Ends the call without finished(); its connection is closed when the body was still coming.
    virtual void abort() = 0;

Q_SIGNALS:
    void resolved(const QString &address);
    void connected();
    void encrypted(const QString &description); ///< "TLS 1.3, issued by Example CA"
    void bodyGrew(qint64 wireBytes);
    void finished(const Grebe::HttpResponse &response);

protected:
    using QObject::QObject;
};

/// HTTP/1.1 over QNetworkAccessManager, with what that class does badly taken away; httpcall.cpp says what and why.
///
/// Errors     a short body, a cut compressed one, a reply without an end, a slow or silent server, a redirect to another
///            origin are errors, never a response; HttpResponse::isProvenWhole says what cannot be seen. A POST is sent
///            once.
/// Thread     the one it was made on, which needs an event loop.
class HttpClient : public QObject
{
    Q_OBJECT
public:
    explicit HttpClient(const HttpOptions &options, QObject *parent = nullptr);
    ~HttpClient() override;

    /// Never null. Errors found at once are reported by finished() like others.
    HttpCall *send(const HttpRequest &request);
    /// Aborts everything under way.
    void abortAll();
    const HttpOptions &options() const;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::HttpResponse)
