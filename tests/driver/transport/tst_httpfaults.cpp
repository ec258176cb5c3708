// SPDX-License-Identifier: Apache-2.0
// What QNetworkAccessManager does badly (Q1 to Q8 in httpcall.cpp), each provoked; GETs show that DirectReply does not.
#include "transport/httpclient.h"

#include "compressed.h"
#include "faultserver.h"
#include "httprun.h"

#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QSignalSpy>

#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>
#include <fcntl.h>
#include <ctime>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using End = FaultReply::End;

class tst_HttpFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void postIsSentOnce_data();
    void postIsSentOnce();
    void postIsSentOnceInManyLosses();
    void cutBodyIsNeverWhole_data();
    void cutBodyIsNeverWhole();
    void cutBodyIsNeverWholeInManyResets();
    void malformedReplies_data();
    void malformedReplies();
    void bytesBehindAReplyAreNotTheNext();
    void redirects_data();
    void redirects();
    void redirectKeepsCredentialsHome();
    void redirectCanBeLeftAlone();
    void deadlines_data();
    void deadlines();
    void silentPortEndsAtTheConnectDeadline();
    void aLongPollIsNoConnectTimeout();
    void aSteadyDripIsFine();
    void headersBeyondMeasure_data();
    void headersBeyondMeasure();
    void bodiesBeyondMeasure_data();
    void bodiesBeyondMeasure();
};

// A used connection for a GET, and one of Qt's for the rest.
static void makeWarm(HttpClient &client, FaultServer &server)
{
    QVERIFY(!waitFor(client.send({ .url = server.url(u"/warm"_s) })).error);
    QVERIFY(!waitFor(client.send({ .method = "DELETE", .url = server.url(u"/warm"_s) })).error);
}

void tst_HttpFaults::postIsSentOnce_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<End>("end");
    for (End end : { End::Close, End::Reset }) {
        const char *how = end == End::Close ? "closed" : "reset";
        QTest::addRow("%s before a reply", how) << QByteArray() << end;
        QTest::addRow("%s in the status line", how) << "HTTP/1"_ba << end;
        QTest::addRow("%s in the headers", how) << "HTTP/1.1 200 OK\r\nContent-Le"_ba << end;
        QTest::addRow("%s behind something that is not HTTP", how) << "SSH-2.0-Server\r\n"_ba << end;
        QTest::addRow("%s behind a 100 Continue", how) << "HTTP/1.1 100 Continue\r\n\r\n"_ba << end;
        QTest::addRow("%s in the body", how) << "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"_ba << end;
    }
}

void tst_HttpFaults::postIsSentOnce()
{
    QFETCH(QByteArray, bytes);
    QFETCH(End, end);
    for (bool isWarm : { false, true }) {
        for (qsizetype size : { 0, 11, 200'000 }) {
            FaultServer server([&](const RecordedRequest &request, int) {
                if (request.method != "POST")
                    return FaultReply::whole(200, "{}");
                FaultReply reply = FaultReply::nothing(end);
                reply.bytes = bytes;
                return reply;
            });
            HttpClient client({});
            if (isWarm)
                makeWarm(client, server);
            const HttpResponse response = waitFor(client.send({ .method = "POST", .url = server.url(u"/v1/statement"_s), .body = QByteArray(size, 'x') }));
            QVERIFY(response.error);
            QVERIFY(response.mayHaveBeenSent);
            QCOMPARE(server.requestCount("POST"), 1);
        }
    }
}

void tst_HttpFaults::postIsSentOnceInManyLosses()
{
    // Losses at any byte of the request, on a fresh and on a used connection.
    QRandomGenerator random(20260801);
    FaultServer server;
    const QByteArray body(400, 's');
    int losses = 0;
    for (int i = 0; i < 400; ++i) {
        const End end = random.bounded(2) ? End::Close : End::Reset;
        server.resetAfter(-1);
        server.setHandler([end](const RecordedRequest &request, int) {
            return request.method != "POST" ? FaultReply::whole(200, "{}") : FaultReply::nothing(end);
        });
        HttpClient client({});
        if (random.bounded(2))
            makeWarm(client, server);
        if (random.bounded(3) > 0)
            server.resetAfter(random.bounded(900));
        const int before = server.requestCount("POST");
        const HttpResponse response = waitFor(client.send({ .method = "POST", .url = server.url(u"/v1/statement"_s), .body = body }));
        const int count = server.requestCount("POST") - before;
        QVERIFY2(count <= 1, qPrintable(u"loss %1: %2 times"_s.arg(i).arg(count)));
        QVERIFY(response.error);
        QVERIFY2(response.mayHaveBeenSent || count == 0, qPrintable(messageOf(response)));
        ++losses;
    }
    QCOMPARE(losses, 400);
}

void tst_HttpFaults::cutBodyIsNeverWhole_data()
{
    QTest::addColumn<FaultReply>("reply");
    const QByteArray body(10'000, 'x');
    for (End end : { End::Close, End::Reset }) {
        const char *how = end == End::Close ? "closed" : "reset";
        for (qsizetype cut : { 0, 1, 2500, 5000, 9999 }) {
            QTest::addRow("%s after %d of 10000 bytes", how, int(cut)) << FaultReply::whole(200, body).cutBody(cut, end);
            QTest::addRow("%s after %d bytes of chunks", how, int(cut)) << FaultReply::chunked(200, body).cutBody(cut, end);
        }
        FaultReply reply = FaultReply::chunked(200, {}, { { "Content-Encoding", "gzip" } }, 1000, false);
        reply.end = end;
        QTest::addRow("%s before the first byte of a packed body", how) << reply;
        reply = FaultReply::chunked(200, body, {}, 1000, false);
        reply.end = end;
        QTest::addRow("%s without the last chunk", how) << reply;
        reply = FaultReply::chunked(200, body);
        reply.bytes.chop(1000 + 5 + 2 + 2); // "3e8\r\n" + data + end: leaves "3"
        reply.end = end;
        QTest::addRow("%s in a chunk's header", how) << reply;
        reply = FaultReply::endless(200, "{\"data\":[[1],[2");
        reply.end = end;
        QTest::addRow("%s where only the end of the connection ends it (Q4)", how) << reply;
    }
}

void tst_HttpFaults::cutBodyIsNeverWhole()
{
    QFETCH(FaultReply, reply);
    FaultServer server([&](const RecordedRequest &, int) { return reply; });
    HttpOptions options;
    options.silenceTimeout = 400ms;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .url = server.url(u"/page?secret=1"_s) }));
    if (!response.error && reply.bytes.contains("chunked")) {
        QVERIFY(!response.isProvenWhole); // Qt said nothing; nor do we say it is whole
        return;
    }
    QVERIFY(response.error);
    QVERIFY2(response.error->code == Error::Code::Incomplete || response.error->code == Error::Code::Timeout, qPrintable(messageOf(response)));
    QVERIFY2(messageOf(response).contains(u"127.0.0.1:%1"_s.arg(server.port())), qPrintable(messageOf(response)));
    QVERIFY(!response.error->ticketText().contains(u"secret"_s));
}

void tst_HttpFaults::cutBodyIsNeverWholeInManyResets()
{
    QRandomGenerator random(42);
    const QByteArray body(100'000, 'x');
    QByteArray plain;
    for (int i = 0; i < 10'000; ++i)
        plain += QByteArray::number(i * 7919);
    const QByteArray packed = gzipped(plain);
    FaultServer server;
    HttpOptions options;
    options.silenceTimeout = 200ms;
    for (int i = 0; i < 300; ++i) {
        const int form = random.bounded(4);
        FaultReply reply = form == 0 ? FaultReply::chunked(200, packed, { { "Content-Encoding", "gzip" } }, 7000)
            : form == 1              ? FaultReply::whole(200, packed, { { "Content-Encoding", "gzip" } })
                                     : FaultReply::whole(200, body);
        const qsizetype whole = reply.bytes.size() - reply.bytes.indexOf("\r\n\r\n") - 4;
        reply.cutBody(random.bounded(int(whole)), random.bounded(2) ? End::Close : End::Reset);
        server.setHandler([reply](const RecordedRequest &request, int) { return request.target == "/warm" ? FaultReply::whole(200, "{}") : reply; });
        HttpClient client(options);
        if (random.bounded(2))
            makeWarm(client, server);
        const HttpResponse response = waitFor(client.send({ .url = server.url(u"/page"_s), .acceptEncoding = "gzip" }));
        // Where only the last chunk is lost, the packed stream has proven its end by itself.
        QVERIFY2(response.error || (form == 0 && response.bytes() == QByteArrayView(plain)), qPrintable(u"reset %1: %2 bytes taken for a whole"_s.arg(i).arg(response.bytes().size())));
    }
}

void tst_HttpFaults::malformedReplies_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("isError");
    QTest::newRow("two lengths that differ") << "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"_ba << true;
    QTest::newRow("a negative length") << "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"_ba << true;
    QTest::newRow("a length in words") << "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello"_ba << true;
    QTest::newRow("a length beyond numbers") << "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello"_ba << true;
    QTest::newRow("an HTTP/1.0 reply without a length") << "HTTP/1.0 200 OK\r\n\r\nhello"_ba << true;
    QTest::newRow("an error page without a length is read") << "HTTP/1.0 502 Bad Gateway\r\n\r\nhello"_ba << false;
    QTest::newRow("bare line feeds are read") << "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"_ba << false;
    QTest::newRow("no HTTP at all") << "SSH-2.0-Server\r\n"_ba << true;
    QTest::newRow("informal replies in front") << "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"_ba << false;
}

void tst_HttpFaults::malformedReplies()
{
    QFETCH(QByteArray, bytes);
    QFETCH(bool, isError);
    FaultServer server([&](const RecordedRequest &, int) {
        FaultReply reply = FaultReply::nothing(End::Close);
        reply.bytes = bytes;
        return reply;
    });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QCOMPARE(response.error.has_value(), isError);
    if (!isError)
        QCOMPARE(response.bytes(), QByteArrayView("hello"));
}

void tst_HttpFaults::bytesBehindAReplyAreNotTheNext()
{
    FaultServer server([&](const RecordedRequest &request, int) {
        if (request.target == "/long") {
            FaultReply reply = FaultReply::whole(200, "hello");
            reply.bytes += "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse";
            return reply;
        }
        return FaultReply::whole(200, "truth");
    });
    HttpClient client({});
    QCOMPARE(waitFor(client.send({ .url = server.url(u"/long"_s) })).bytes(), QByteArrayView("hello"));
    const HttpResponse next = waitFor(client.send({ .url = server.url(u"/next"_s) }));
    QVERIFY2(next.error || next.bytes() == QByteArrayView("truth"), next.bytes().constData());
}

void tst_HttpFaults::redirects_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("location"); // {port}: its own
    QTest::addColumn<QByteArray>("finalLine"); // empty: refused
    QTest::addColumn<QString>("errorPart");
    for (int status : { 301, 302, 303, 307, 308 })
        QTest::addRow("GET follows %d to its origin", status) << status << "GET"_ba << "/there"_ba << "GET /there"_ba << QString();
    QTest::newRow("a relative address") << 307 << "GET"_ba << "there?x=1"_ba << "GET /there?x=1"_ba << QString();
    QTest::newRow("its whole address") << 307 << "GET"_ba << "http://127.0.0.1:{port}/there"_ba << "GET /there"_ba << QString();
    QTest::newRow("307 keeps a POST") << 307 << "POST"_ba << "/there"_ba << "POST /there"_ba << QString();
    QTest::newRow("308 keeps a POST") << 308 << "POST"_ba << "/there"_ba << "POST /there"_ba << QString();
    QTest::newRow("303 makes a GET of it") << 303 << "POST"_ba << "/there"_ba << "GET /there"_ba << QString();
    QTest::newRow("302 would lose a POST") << 302 << "POST"_ba << "/there"_ba << QByteArray() << u"would lose"_s;
    QTest::newRow("another host") << 307 << "GET"_ba << "http://127.0.0.2:{port}/there?token=secret"_ba << QByteArray() << u"http://127.0.0.2"_s;
    QTest::newRow("another port") << 307 << "GET"_ba << "http://127.0.0.1:1/there?token=secret"_ba << QByteArray() << u"http://127.0.0.1:1,"_s;
    QTest::newRow("another scheme") << 307 << "GET"_ba << "https://127.0.0.1:{port}/there"_ba << QByteArray() << u"https://127.0.0.1"_s;
    QTest::newRow("the metadata service of a cloud") << 302 << "GET"_ba << "http://169.254.169.254/latest"_ba << QByteArray() << u"169.254.169.254:80"_s;
    QTest::newRow("a name without scheme") << 302 << "GET"_ba << "//evil.test/x"_ba << QByteArray() << u"http://evil.test:80"_s;
    QTest::newRow("a file") << 302 << "GET"_ba << "file:///etc/passwd"_ba << QByteArray() << u"cannot be used"_s;
    QTest::newRow("data") << 302 << "GET"_ba << "data:text/plain,x"_ba << QByteArray() << u"cannot be used"_s;
    QTest::newRow("itself, for ever") << 307 << "GET"_ba << "/here"_ba << QByteArray() << u"in circles"_s;
}

void tst_HttpFaults::redirects()
{
    QFETCH(int, status);
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, location);
    QFETCH(QByteArray, finalLine);
    QFETCH(QString, errorPart);
    FaultServer server;
    location.replace("{port}", QByteArray::number(server.port()));
    server.setHandler([&](const RecordedRequest &request, int) {
        return request.target == "/here" ? FaultReply::whole(status, "moved", { { "Location", location } })
                                         : FaultReply::whole(200, "arrived");
    });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .method = method,
                                                        .url = server.url(u"/here"_s),
                                                        .headers = { { "Authorization", "Bearer secret" } },
                                                        .body = method == "POST" ? "SELECT 1"_ba : QByteArray() }));
    const auto requests = server.requests();
    if (finalLine.isEmpty()) {
        QVERIFY(response.error);
        QVERIFY2(messageOf(response).contains(errorPart), qPrintable(messageOf(response)));
        QVERIFY(!response.error->ticketText().contains(u"secret"_s));
        QVERIFY(requests.size() <= 6);
        return;
    }
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes(), QByteArrayView("arrived"));
    QCOMPARE(requests.size(), 2);
    QCOMPARE(requests.constLast().line(), finalLine);
    QCOMPARE(requests.constLast().header("Authorization"), "Bearer secret"_ba);
    QCOMPARE(requests.constLast().body, finalLine.startsWith("POST") ? "SELECT 1"_ba : QByteArray());
    QCOMPARE(response.url.path(), u"/there"_s);
}

void tst_HttpFaults::redirectKeepsCredentialsHome()
{
    FaultServer thief;
    FaultServer server([&](const RecordedRequest &, int ordinal) {
        return FaultReply::whole(ordinal % 2 ? 302 : 307, {}, { { "Location", thief.url(u"/v1/statement"_s).toEncoded() }, { "Set-Cookie", "sid=1" } });
    });
    HttpClient client({});
    for (const QByteArray &method : { "GET"_ba, "POST"_ba, "DELETE"_ba, "HEAD"_ba, "POST"_ba, "GET"_ba }) {
        const HttpResponse response = waitFor(client.send({ .method = method,
                                                            .url = server.url(),
                                                            .headers = { { "Authorization", "Basic c2VjcmV0" }, { "X-Trino-User", "ann" } },
                                                            .body = method == "POST" ? "INSERT"_ba : QByteArray() }));
        QVERIFY(response.error);
    }
    QCOMPARE(server.requestCount(), 6);
    QCOMPARE(thief.connectionCount(), 0);
}

void tst_HttpFaults::redirectCanBeLeftAlone()
{
    FaultServer server([&](const RecordedRequest &, int) { return FaultReply::whole(303, {}, { { "Location", "http://elsewhere.test/x" } }); });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = server.url(), .followSameOriginRedirects = false }));
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.status, 303);
    QCOMPARE(response.header("location"), "http://elsewhere.test/x"_ba);
}

void tst_HttpFaults::deadlines_data()
{
    QTest::addColumn<FaultReply>("reply");
    QTest::addColumn<QString>("part");
    QTest::newRow("no answer") << FaultReply::nothing(End::Stall) << u"did not answer within 0.3 s"_s;
    QTest::newRow("a status line and nothing more") << [] { FaultReply r = FaultReply::nothing(End::Stall); r.bytes = "HTTP/1.1 200"; return r; }() << u"did not answer"_s;
    QTest::newRow("headers that drip for ever (Q7)") << FaultReply::whole(200, {}, { { "X", QByteArray(3000, 'x') } }).drip(1, 5ms) << u"did not answer"_s;
    QTest::newRow("silence behind the headers") << FaultReply::whole(200, "hello").cutBody(0, End::Stall) << u"fell silent"_s;
    QTest::newRow("silence in the body") << FaultReply::whole(200, QByteArray(1000, 'x')).cutBody(500, End::Stall) << u"fell silent"_s;
    QTest::newRow("a drip that never is silent (Q6)") << [] {
        FaultReply r = FaultReply::whole(200, QByteArray(100'000, 'x'));
        // The head at once, then byte by byte.
        r.dripBytes = r.bytes.indexOf("\r\n\r\n") + 4;
        return r;
    }() << u"fewer"_s;
}

void tst_HttpFaults::deadlines()
{
    QFETCH(FaultReply, reply);
    QFETCH(QString, part);
    HttpOptions options;
    options.firstByteTimeout = 300ms;
    options.silenceTimeout = 300ms;
    options.slowTimeout = 600ms;
    options.minimumRate = 10'000;
    if (part == "fewer"_L1) {
        reply.dripBytes = 40;
        reply.dripInterval = 50ms;
        options.firstByteTimeout = 5s;
        part = u"sent less than 10000 bytes a second for 0.6 s"_s;
    }
    FaultServer server([&](const RecordedRequest &, int) { return reply; });
    HttpClient client(options);
    QElapsedTimer timer;
    timer.start();
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = server.url(), .body = "SELECT 1" }));
    QVERIFY(response.error);
    QCOMPARE(response.error->code, Error::Code::Timeout);
    QVERIFY2(messageOf(response).contains(part), qPrintable(messageOf(response)));
    QVERIFY2(timer.elapsed() < 5000, "far later than the limit");
    QVERIFY(response.mayHaveBeenSent);
    QTRY_COMPARE(server.openConnections(), 0);
    QCOMPARE(server.requestCount(), 1);
}

void tst_HttpFaults::silentPortEndsAtTheConnectDeadline()
{
    // A full backlog: the kernel drops what comes next, as a firewall does.
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QCOMPARE(::bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
    QCOMPARE(::listen(listener, 0), 0);
    socklen_t length = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length);
    QList<int> fillers;
    for (int i = 0; i < 4; ++i) {
        const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)::connect(filler, reinterpret_cast<sockaddr *>(&address), sizeof address);
        fillers << filler;
    }
    HttpOptions options;
    options.connectTimeout = 300ms;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = QUrl(u"http://127.0.0.1:%1/"_s.arg(ntohs(address.sin_port))), .body = "INSERT" }));
    for (int filler : std::as_const(fillers))
        ::close(filler);
    ::close(listener);
    QVERIFY(response.error);
    QCOMPARE(response.error->code, Error::Code::Timeout);
    QVERIFY2(messageOf(response).startsWith(u"No connection to 127.0.0.1:"_s), qPrintable(messageOf(response)));
    QVERIFY(!response.mayHaveBeenSent);
}

void tst_HttpFaults::aLongPollIsNoConnectTimeout()
{
    FaultServer server([&](const RecordedRequest &, int) { return FaultReply::whole(200, "late").after(700ms); });
    HttpOptions options;
    options.connectTimeout = 300ms;
    HttpClient client(options);
    for (const QByteArray &method : { "GET"_ba, "POST"_ba, "DELETE"_ba, "GET"_ba }) {
        for (const QByteArray &body : { QByteArray(), "x"_ba }) {
            if (method != "POST" && !body.isEmpty())
                continue;
            const HttpResponse response = waitFor(client.send({ .method = method, .url = server.url(), .body = body }));
            QVERIFY2(!response.error, qPrintable(messageOf(response)));
        }
    }
}

void tst_HttpFaults::aSteadyDripIsFine()
{
    FaultServer server([&](const RecordedRequest &, int) { return FaultReply::whole(200, QByteArray(20'000, 'x')).drip(1000, 50ms); });
    HttpOptions options;
    options.silenceTimeout = 600ms;
    options.slowTimeout = 300ms;
    options.minimumRate = 1000;
    options.firstByteTimeout = 600ms;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes().size(), 20'000);
}

void tst_HttpFaults::headersBeyondMeasure_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("isError");
    QTest::newRow("90 headers are read") << 90 << 10 << false;
    QTest::newRow("one of 90 KiB is read") << 1 << 90 * 1024 << false;
    QTest::newRow("101 headers") << 101 << 10 << true;
    QTest::newRow("10000 headers") << 10'000 << 10 << true;
    QTest::newRow("one of 150 KiB") << 1 << 150 * 1024 << true;
    QTest::newRow("one of 8 MiB") << 1 << (8 << 20) << true;
}

void tst_HttpFaults::headersBeyondMeasure()
{
    QFETCH(int, count);
    QFETCH(int, size);
    QFETCH(bool, isError);
    TestHeaders headers;
    for (int i = 0; i < count; ++i)
        headers.emplaceBack("X-" + QByteArray::number(i), QByteArray(size, 'v'));
    FaultServer server([&](const RecordedRequest &, int) { return FaultReply::whole(200, "ok", headers); });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QCOMPARE(response.error.has_value(), isError);
    if (isError) {
        QCOMPARE(response.error->code, Error::Code::InvalidData);
        QVERIFY2(messageOf(response).contains(u"headers"_s), qPrintable(messageOf(response)));
    }
    HttpOptions small;
    small.maximumHeaderBytes = 500;
    HttpClient strict(small);
    const HttpResponse refused = waitFor(strict.send({ .url = server.url() }));
    QVERIFY(refused.error);
    QVERIFY2(messageOf(refused).contains(u"headers"_s), qPrintable(messageOf(refused)));
}

void tst_HttpFaults::bodiesBeyondMeasure_data()
{
    QTest::addColumn<FaultReply>("reply");
    QTest::addColumn<QString>("part");
    const QByteArray zeroes(20'000'000, '\0');
    QTest::newRow("a length above the limit is refused before the body") << FaultReply::whole(200, zeroes) << u"announced a reply of 20000000 bytes"_s;
    QTest::newRow("chunks above the limit") << FaultReply::chunked(200, zeroes, {}, 500'000).drip(500'000, 5ms) << u"longer than the 1000000 bytes"_s;
    QTest::newRow("a gzip bomb (Q8)") << FaultReply::whole(200, gzipped(zeroes), { { "Content-Encoding", "gzip" } }) << u"unpacks to more than"_s;
    QTest::newRow("a zstd bomb") << FaultReply::whole(200, zstdPacked(zeroes), { { "Content-Encoding", "zstd" } }) << u"unpacks to more than"_s;
    QTest::newRow("a zstd bomb that says its size") << FaultReply::whole(200, zstdPacked(zeroes, true), { { "Content-Encoding", "zstd" } }) << u"unpacks to more than"_s;
}

void tst_HttpFaults::bodiesBeyondMeasure()
{
    QFETCH(FaultReply, reply);
    QFETCH(QString, part);
    FaultServer server([&](const RecordedRequest &, int) { return reply; });
    HttpOptions options;
    options.maximumBodyBytes = 1'000'000;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .url = server.url(), .acceptEncoding = "gzip" }));
    QVERIFY(response.error);
    QCOMPARE(response.error->code, Error::Code::InvalidData);
    QVERIFY2(messageOf(response).contains(part), qPrintable(messageOf(response)));
    // A small bomb came whole: its connection may live on.
    if (reply.bytes.size() > 1'000'000)
        QTRY_COMPARE(server.openConnections(), 0);
}

QTEST_GUILESS_MAIN(tst_HttpFaults)
#include "tst_httpfaults.moc"
