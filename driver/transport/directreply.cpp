// SPDX-License-Identifier: Apache-2.0
#include "directreply.h"

#include <QHttpHeaders>
#include <QNetworkCookie>
#include <QNetworkCookieJar>
#include <QNetworkProxy>
#include <QTcpSocket>

#include <algorithm>
#include <cstring>

using namespace Qt::StringLiterals;

namespace Grebe {

constexpr qsizetype headBlock = 16 * 1024;
constexpr qint64 roomWanted = 256 * 1024; // what a read may bring; asking the kernel costs as much as a small read
constexpr int maximumHeaders = 100;
constexpr qsizetype maximumHeader = 100 * 1024;
constexpr qsizetype maximumHead = qsizetype(2) << 20;
constexpr int maximumInformalReplies = 20;
constexpr qint64 maximumChunkLine = 16 * 1024;
constexpr int maximumSizeDigits = 15;

QTcpSocket *IdleSockets::take(const QByteArray &lane)
{
    QList<QTcpSocket *> &sockets = m_sockets[lane];
    while (!sockets.isEmpty()) {
        QTcpSocket *socket = sockets.takeLast();
        socket->disconnect(this);
        if (socket->state() == QAbstractSocket::ConnectedState && socket->bytesAvailable() == 0)
            return socket;
        socket->deleteLater();
    }
    return nullptr;
}

void IdleSockets::give(const QByteArray &lane, QTcpSocket *socket)
{
    socket->setParent(this);
    m_sockets[lane].append(socket);
    const auto drop = [this, lane, socket] {
        m_sockets[lane].removeOne(socket);
        socket->disconnect(this);
        socket->deleteLater();
    };
    connect(socket, &QTcpSocket::readyRead, this, drop); // nobody asked: the end of the connection, or worse
    connect(socket, &QTcpSocket::errorOccurred, this, drop);
    connect(socket, &QTcpSocket::disconnected, this, drop);
}

qint64 ChunkReader::strip(char *bytes, qint64 size)
{
    char *out = bytes;
    const char *p = bytes;
    const char *const end = bytes + size;
    while (p < end) {
        switch (m_state) {
        case State::Data: {
            const qint64 run = std::min<qint64>(m_left, end - p);
            std::memmove(out, p, size_t(run));
            out += run;
            p += run;
            m_left -= run;
            if (m_left == 0)
                m_state = State::DataEnd;
            break;
        }
        case State::DataEnd: // "\r\n" or "\n"
            if (*p == '\n')
                m_state = State::Size;
            else if (*p != '\r')
                m_state = State::Bad;
            ++p;
            break;
        case State::Size:
        case State::Extension: readSizeLine(*p++); break;
        case State::Trailer: // lines, until an empty one
            if (*p == '\n' && m_lineBytes == 0)
                m_state = State::Done;
            else if (*p == '\n')
                m_lineBytes = 0;
            else if (*p != '\r' && ++m_lineBytes > maximumChunkLine)
                m_state = State::Bad;
            ++p;
            break;
        case State::Done: m_surplus += end - p; return out - bytes;
        case State::Bad: return out - bytes;
        }
    }
    return out - bytes;
}

void ChunkReader::readSizeLine(char c)
{
    if (c == '\n') {
        endSizeLine();
        return;
    }
    if (++m_lineBytes > maximumChunkLine) {
        m_state = State::Bad;
        return;
    }
    if (m_state == State::Extension)
        return;
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit >= 0 && m_digits == maximumSizeDigits) {
        m_state = State::Bad;
    } else if (digit >= 0) {
        m_left = m_left * 16 + digit;
        ++m_digits;
    } else if (c == ';' || c == ' ' || c == '\t' || c == '\r') {
        m_state = State::Extension;
    } else {
        m_state = State::Bad;
    }
}

void ChunkReader::endSizeLine()
{
    m_state = m_digits == 0 ? State::Bad : m_left == 0 ? State::Trailer : State::Data;
    m_digits = 0;
    m_lineBytes = 0;
}

static QNetworkReply::NetworkError networkError(QAbstractSocket::SocketError error)
{
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError: return QNetworkReply::ConnectionRefusedError;
    case QAbstractSocket::RemoteHostClosedError: return QNetworkReply::RemoteHostClosedError;
    case QAbstractSocket::HostNotFoundError: return QNetworkReply::HostNotFoundError;
    case QAbstractSocket::SocketTimeoutError: return QNetworkReply::TimeoutError;
    default: return QNetworkReply::UnknownNetworkError;
    }
}

DirectReply::DirectReply(const QNetworkRequest &request, const QByteArray &lane, IdleSockets &idle, QNetworkCookieJar *cookies)
    : m_lane(lane), m_idle(idle), m_cookies(cookies)
{
    setRequest(request);
    setUrl(request.url());
    setOperation(QNetworkAccessManager::GetOperation);
    open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    QMetaObject::invokeMethod(this, &DirectReply::begin, Qt::QueuedConnection);
}

DirectReply::~DirectReply()
{
    DirectReply::abort();
}

void DirectReply::abort()
{
    if (isFinished())
        return;
    setFinished(true);
    qDeleteAll(m_attempts);
    m_attempts.clear();
    if (m_socket) {
        m_socket->disconnect(this);
        m_socket->abort();
        m_socket->deleteLater(); // it may be calling us
        m_socket = nullptr;
    }
}

void DirectReply::begin()
{
    if (isFinished())
        return;
    if (QTcpSocket *socket = m_isReused ? nullptr : m_idle.take(m_lane)) {
        m_isReused = true;
        takeSocket(socket);
        sendRequest();
        return;
    }
    m_isReused = false;
    const QHostAddress address(url().host());
    if (!address.isNull()) {
        m_addresses = { address };
        Q_EMIT socketStartedConnecting();
        tryNext();
        return;
    }
    QHostInfo::lookupHost(url().host(), this, [this](const QHostInfo &host) { connectTo(host); });
}

// One attempt for each family at the same time, as the manager does: either may lead nowhere without a word.
void DirectReply::connectTo(const QHostInfo &host)
{
    if (isFinished())
        return;
    m_addresses = host.addresses();
    if (m_addresses.isEmpty()) {
        finishWith(HostNotFoundError, host.errorString());
        return;
    }
    Q_EMIT socketStartedConnecting();
    if (isFinished())
        return;
    const auto other = std::ranges::find_if(m_addresses, [first = m_addresses.first().protocol()](const QHostAddress &address) {
        return address.protocol() != first;
    });
    const bool hasOther = other != m_addresses.end();
    if (hasOther)
        std::rotate(m_addresses.begin() + 1, other, other + 1);
    tryNext();
    if (hasOther && !isFinished() && !m_socket)
        tryNext();
}

void DirectReply::tryNext()
{
    auto *socket = new QTcpSocket(this);
    m_attempts.append(socket);
    socket->setProxy(QNetworkProxy::NoProxy);
    connect(socket, &QTcpSocket::connected, this, [this, socket] { onConnected(socket); });
    connect(socket, &QTcpSocket::errorOccurred, this, [this, socket] { onConnectError(socket); });
    socket->connectToHost(m_addresses.takeFirst(), quint16(url().port(80)), QIODevice::ReadWrite | QIODevice::Unbuffered);
}

void DirectReply::onConnected(QTcpSocket *socket)
{
    m_attempts.removeOne(socket);
    for (QTcpSocket *other : std::exchange(m_attempts, {})) {
        other->disconnect(this);
        other->deleteLater();
    }
    m_addresses.clear();
    socket->disconnect(this);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    takeSocket(socket);
    sendRequest();
}

void DirectReply::onConnectError(QTcpSocket *socket)
{
    m_attempts.removeOne(socket);
    socket->disconnect(this);
    socket->deleteLater();
    if (!m_addresses.isEmpty())
        tryNext();
    else if (m_attempts.isEmpty())
        finishWith(networkError(socket->error()), socket->errorString());
}

void DirectReply::takeSocket(QTcpSocket *socket)
{
    m_socket = socket;
    socket->setParent(this);
    connect(socket, &QTcpSocket::readyRead, this, &DirectReply::onSocketReadyRead);
    connect(socket, &QTcpSocket::errorOccurred, this, &DirectReply::onSocketClosed);
    connect(socket, &QTcpSocket::disconnected, this, &DirectReply::onSocketClosed);
}

void DirectReply::sendRequest()
{
    QByteArray path = url().toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority | QUrl::RemoveFragment);
    if (!path.startsWith('/'))
        path.prepend('/');
    QByteArray head = "GET " + path + " HTTP/1.1\r\nHost: " + url().host(QUrl::FullyEncoded).toLatin1();
    if (url().host().contains(u':')) {
        head.chop(url().host(QUrl::FullyEncoded).size());
        head += '[' + url().host(QUrl::FullyEncoded).toLatin1() + ']';
    }
    if (url().port() != -1)
        head += ':' + QByteArray::number(url().port());
    const QHttpHeaders headers = request().headers();
    for (qsizetype i = 0; i < headers.size(); ++i) {
        const QLatin1StringView name = headers.nameAt(i);
        head += "\r\n" + QByteArray(name.data(), name.size()) + ": " + headers.valueAt(i).toByteArray();
    }
    if (m_cookies) {
        QByteArray pairs;
        for (const QNetworkCookie &cookie : m_cookies->cookiesForUrl(url()))
            pairs += (pairs.isEmpty() ? "" : "; ") + cookie.toRawForm(QNetworkCookie::NameAndValueOnly);
        if (!pairs.isEmpty())
            head += "\r\nCookie: " + pairs;
    }
    head += "\r\nConnection: Keep-Alive\r\n\r\n";
    m_socket->write(head);
    Q_EMIT requestSent();
}

void DirectReply::onSocketReadyRead()
{
    if (isFinished() || !m_socket)
        return;
    if (m_framing == Framing::Unknown) {
        if (!readHead())
            return;
        Q_EMIT metaDataChanged();
    }
    m_isReadable = true;
    if (!isFinished() && bytesAvailable() > 0)
        Q_EMIT readyRead();
    endIfWhole();
}

/// Where the first head in the buffer ends; -1 while its empty line has not come.
qsizetype DirectReply::headEnd()
{
    for (qsizetype at = m_searched; (at = m_buffer.indexOf('\n', at)) >= 0; ++at) {
        const QByteArrayView behind = QByteArrayView(m_buffer).sliced(at + 1);
        if (behind.startsWith('\n'))
            return at + 2;
        if (behind.startsWith("\r\n"))
            return at + 3;
    }
    m_searched = std::max<qsizetype>(0, m_buffer.size() - 2);
    return -1;
}

/// Reads until the head of the reply itself is whole. False while it is not, and after an error.
bool DirectReply::readHead()
{
    static constexpr QByteArrayView sign = "HTTP/1.";
    for (;;) {
        const QByteArrayView start = QByteArrayView(m_buffer).first(std::min(m_buffer.size(), sign.size()));
        if (!sign.startsWith(start)) {
            finishWith(ProtocolFailure, u"What came is not HTTP/1.1"_s);
            return false;
        }
        qsizetype end = headEnd();
        const bool isTooLong = end < 0 && m_buffer.size() > maximumHead;
        if (end > 0 || isTooLong) {
            end = isTooLong ? m_buffer.size() : end;
            const bool isFinal = parseHead(QByteArrayView(m_buffer).first(end));
            m_buffer.remove(0, end);
            m_searched = 0;
            if (isFinal || isFinished())
                return !isFinished();
            continue; // it was informal
        }
        const qsizetype before = m_buffer.size();
        m_buffer.resize(before + headBlock);
        const qint64 got = m_socket->read(m_buffer.data() + before, headBlock);
        m_buffer.truncate(before + std::max<qint64>(got, 0));
        if (got > 0)
            continue;
        if (got < 0 || m_socket->state() != QAbstractSocket::ConnectedState)
            onSocketClosed();
        return false;
    }
}

/// Takes status, headers and framing; false for an informal head, and after an error.
bool DirectReply::parseHead(QByteArrayView head)
{
    const qsizetype lineEnd = std::max<qsizetype>(0, head.indexOf('\n'));
    const QByteArrayView statusLine = head.first(lineEnd).trimmed();
    bool isNumber = false;
    const int status = statusLine.sliced(std::min<qsizetype>(9, statusLine.size())).first(std::min<qsizetype>(3, std::max<qsizetype>(0, statusLine.size() - 9))).toInt(&isNumber);
    if (!isNumber || status < 100 || status == 101) {
        finishWith(ProtocolFailure, u"The status line cannot be read"_s);
        return false;
    }
    if (status < 200) {
        if (++m_informalReplies > maximumInformalReplies)
            finishWith(ProtocolFailure, u"Informal replies without end"_s);
        return false;
    }
    QHttpHeaders headers;
    bool isReadable = true;
    for (qsizetype at = lineEnd + 1; at < head.size() && isReadable;) {
        qsizetype next = head.indexOf('\n', at);
        next = next < 0 ? head.size() : next;
        const QByteArrayView line = head.sliced(at, next - at);
        at = next + 1;
        if (line.trimmed().isEmpty())
            break;
        const qsizetype colon = line.indexOf(':');
        isReadable = colon > 0 && line.size() <= maximumHeader && headers.size() < maximumHeaders
            && headers.append(QLatin1StringView(line.first(colon)), QLatin1StringView(line.sliced(colon + 1).trimmed()));
    }
    setAttribute(QNetworkRequest::HttpStatusCodeAttribute, status);
    m_framing = Framing::Close;
    if (!isReadable)
        return true; // a status and no header, which no caller takes for a reply
    const bool isOld = statusLine.startsWith("HTTP/1.0");
    const QByteArray connection = headers.combinedValue(QHttpHeaders::WellKnownHeader::Connection).toLower();
    m_isKeptAlive = !connection.contains("close") && (!isOld || connection.contains("keep-alive"));
    const QByteArray length = headers.combinedValue(QHttpHeaders::WellKnownHeader::ContentLength);
    if (status == 204 || status == 304) {
        m_framing = Framing::None;
    } else if (headers.combinedValue(QHttpHeaders::WellKnownHeader::TransferEncoding).toLower().contains("chunked")) {
        m_framing = Framing::Chunks;
        m_isKeptAlive = m_isKeptAlive && length.isEmpty();
    } else if (!length.isEmpty()) {
        m_framing = Framing::Length;
        m_left = length.toLongLong(&isNumber);
        m_left = isNumber ? m_left : -1; // the caller has words for that
    }
    if (m_cookies) {
        for (const QByteArray &text : headers.values(QHttpHeaders::WellKnownHeader::SetCookie))
            m_cookies->setCookiesFromUrl(QNetworkCookie::parseCookies(text), url());
    }
    setHeaders(headers);
    return true;
}

qint64 DirectReply::bytesAvailable() const
{
    if (m_framing == Framing::Unknown || isBodyWhole() || m_chunks.isBad())
        return 0;
    return m_buffer.size() + (m_isReadable ? roomWanted : 0);
}

qint64 DirectReply::readData(char *data, qint64 maxSize)
{
    if (m_framing == Framing::Unknown || isBodyWhole() || m_chunks.isBad() || maxSize <= 0)
        return 0;
    const qint64 wanted = m_framing == Framing::Length ? std::min(maxSize, m_left) : maxSize;
    qint64 got = 0;
    if (!m_buffer.isEmpty()) {
        got = std::min<qint64>(wanted, m_buffer.size());
        std::memcpy(data, m_buffer.constData(), size_t(got));
        m_buffer.remove(0, got);
    } else if (m_socket) {
        m_isReading = true;
        got = m_socket->read(data, wanted);
        m_isReading = false;
        m_isReadable = got == wanted;
        m_isClosed = m_isClosed || got < 0 || m_socket->state() != QAbstractSocket::ConnectedState;
        got = std::max<qint64>(got, 0);
    }
    if (m_framing == Framing::Length)
        m_left -= got;
    return m_framing == Framing::Chunks ? m_chunks.strip(data, got) : got;
}

bool DirectReply::isBodyWhole() const
{
    switch (m_framing) {
    case Framing::None: return true;
    case Framing::Length: return m_left == 0;
    case Framing::Chunks: return m_chunks.isDone();
    case Framing::Unknown:
    case Framing::Close: break;
    }
    return false;
}

void DirectReply::endIfWhole()
{
    if (isFinished())
        return;
    if (isBodyWhole()) {
        // What follows unasked is no reply to anything.
        m_isKeptAlive = m_isKeptAlive && m_buffer.isEmpty() && !m_chunks.isBad();
        finishWith(NoError, {});
    } else if (m_chunks.isBad()) {
        finishWith(ProtocolFailure, u"What came is no chunk of a body"_s);
    } else if (m_isClosed) {
        onSocketClosed();
    }
}

void DirectReply::onSocketClosed()
{
    m_isClosed = true;
    if (isFinished() || !m_socket || m_isReading) // the caller is in the middle of reading: it comes back
        return;
    const QAbstractSocket::SocketError error = m_socket->error();
    const QString text = m_socket->errorString();
    const bool isReset = error != QAbstractSocket::RemoteHostClosedError && error != QAbstractSocket::UnknownSocketError;
    if (m_framing == Framing::Unknown && m_buffer.isEmpty() && m_isReused) {
        m_socket->disconnect(this);
        m_socket->deleteLater();
        m_socket = nullptr;
        m_isClosed = false;
        begin(); // on a fresh one, since m_isReused is set
        return;
    }
    if (m_framing == Framing::Close && !isReset)
        finishWith(NoError, {});
    else
        finishWith(isReset ? networkError(error) : RemoteHostClosedError, text);
}

void DirectReply::finishWith(NetworkError code, const QString &text)
{
    if (isFinished())
        return;
    setFinished(true);
    for (QTcpSocket *attempt : std::exchange(m_attempts, {})) {
        attempt->disconnect(this);
        attempt->deleteLater();
    }
    if (QTcpSocket *socket = std::exchange(m_socket, nullptr)) {
        socket->disconnect(this);
        if (code == NoError && m_isKeptAlive && isBodyWhole() && !m_isClosed && socket->state() == QAbstractSocket::ConnectedState)
            m_idle.give(m_lane, socket);
        else {
            socket->abort();
            socket->deleteLater();
        }
    }
    if (code != NoError) {
        setError(code, text);
        Q_EMIT errorOccurred(code);
    }
    Q_EMIT finished();
}

} // namespace Grebe
