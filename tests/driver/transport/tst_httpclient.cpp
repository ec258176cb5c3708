// SPDX-License-Identifier: Apache-2.0
#include "transport/httpclient.h"

#include "closedport.h"
#include "compressed.h"
#include "httprun.h"
#include "scriptedserver.h"
#include "socksproxy.h"

#include <QPointer>
#include <QSignalSpy>

#include <algorithm>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class tst_HttpClient : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void replyOfEveryStatus_data();
    void replyOfEveryStatus();
    void requestAsItGoesOut();
    void methodsAndBodies_data();
    void methodsAndBodies();
    void bodyOfEverySize_data();
    void bodyOfEverySize();
    void paddingBehindTheBody();
    void packedBodies_data();
    void packedBodies();
    void errorsFoundAtOnce_data();
    void errorsFoundAtOnce();
    void refusedWasNotSent();
    void finishedComesOnceAndLater();
    void abortSaysNothing();
    void abortClosesARunningBody();
    void clientGoesWithCallsUnderWay();
    void controlPassesWaitingData();
    void cookiesStayInTheirClient();
    void userInfoNeverLeaves();
    void stepsOfAConnection();
    void httpProxyGetsTheRequest();
    void loopbackPassesTheSystemProxy();
    void socksProxyCarriesTheRequest_data();
    void socksProxyCarriesTheRequest();
    void socksProxyIsNamedWhenItIsDown();
};

void tst_HttpClient::replyOfEveryStatus_data()
{
    QTest::addColumn<int>("status");
    for (int status : { 200, 201, 202, 304, 400, 401, 403, 404, 405, 406, 407, 409, 410, 418, 429, 431, 500, 501, 502, 503, 504, 599 })
        QTest::addRow("%d is a reply, not an error", status) << status;
}

void tst_HttpClient::replyOfEveryStatus()
{
    QFETCH(int, status);
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(status, "Error 400 Bad Request: text", { { "WWW-Authenticate", "Basic realm=\"x\"" } });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = server.url(u"/v1/statement"_s), .body = "SELECT 1" }));
    if (status == 407) {
        // Nobody but a proxy may say that.
        QVERIFY(response.error);
        QCOMPARE(response.error->code, Error::Code::Unauthenticated);
        return;
    }
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.status, status);
    if (status != 304)
        QCOMPARE(response.bytes(), QByteArrayView("Error 400 Bad Request: text"));
    QVERIFY(response.mayHaveBeenSent);
    QCOMPARE(server.requestCount(), 1);
}

void tst_HttpClient::requestAsItGoesOut()
{
    ScriptedServer server;
    server.expect("GET /a?b=c%2Fd").answer(200, "hello", { { "X-A", "1" }, { "x-a", "2" } });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = server.url(u"/a"_s).resolved(QUrl(u"/a?b=c%2Fd#here"_s)),
                                                        .headers = { { "X-Trino-User", "ann" } } }));
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes(), QByteArrayView("hello"));
    QCOMPARE(response.wireBytes, 5);
    QCOMPARE(response.header("X-a"), "1, 2"_ba);
    QCOMPARE(response.header("X-b"), QByteArray());
    const RecordedRequest request = server.requests().constFirst();
    QCOMPARE(request.header("User-Agent"), QByteArray("Grebe/" GREBE_VERSION));
    QCOMPARE(request.header("Accept-Encoding"), "identity"_ba);
    QCOMPARE(request.header("X-Trino-User"), "ann"_ba);
    QVERIFY(request.header("Upgrade").isEmpty());
    QVERIFY(request.header("HTTP2-Settings").isEmpty());

    HttpOptions options;
    options.userAgent = "Other/1";
    HttpClient other(options);
    server.expect("GET /b").withHeader("User-Agent", "Other/1").withHeader("Accept-Encoding", "zstd").answer(200);
    QVERIFY(!waitFor(other.send({ .url = server.url(u"/b"_s), .acceptEncoding = "zstd" })).error);
}

void tst_HttpClient::methodsAndBodies_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("body");
    QTest::newRow("GET") << "GET"_ba << QByteArray();
    QTest::newRow("HEAD has a length and no body") << "HEAD"_ba << QByteArray();
    QTest::newRow("DELETE") << "DELETE"_ba << QByteArray();
    QTest::newRow("POST of a statement") << "POST"_ba << "SELECT 'ü'"_ba;
    QTest::newRow("POST of nothing") << "POST"_ba << QByteArray();
    QTest::newRow("POST of a megabyte") << "POST"_ba << QByteArray(1'000'000, 'x');
    QTest::newRow("PUT") << "PUT"_ba << "{}"_ba;
}

void tst_HttpClient::methodsAndBodies()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, body);
    ScriptedServer server;
    server.expect(method + " /x").withBody(body).answer(200, "answer");
    HttpOptions options;
    options.connectTimeout = 2s;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .method = method, .url = server.url(u"/x"_s), .body = body }));
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes(), method == "HEAD" ? QByteArrayView() : QByteArrayView("answer"));
}

void tst_HttpClient::bodyOfEverySize_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("isChunked");
    for (int size : { 0, 1, 63, 64, 65, 65'535, 65'536, 65'537, 1'000'000, 20'000'000 }) {
        QTest::addRow("%d bytes with their length", size) << size << false;
        QTest::addRow("%d bytes in chunks", size) << size << true;
    }
}

static QByteArray pattern(int size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    quint32 state = 12345;
    for (char &c : bytes) {
        state = state * 1664525 + 1013904223;
        c = char(state >> 24);
    }
    return bytes;
}

void tst_HttpClient::bodyOfEverySize()
{
    QFETCH(int, size);
    QFETCH(bool, isChunked);
    const QByteArray body = pattern(size);
    FaultServer server([&](const RecordedRequest &, int) {
        return isChunked ? FaultReply::chunked(200, body, {}, 50'000) : FaultReply::whole(200, body);
    });
    HttpClient client({});
    for (int i = 0; i < 3; ++i) {
        const HttpResponse response = waitFor(client.send({ .url = server.url(u"/page"_s) }));
        QVERIFY2(!response.error, qPrintable(messageOf(response)));
        QVERIFY(response.bytes() == QByteArrayView(body));
        QCOMPARE(response.wireBytes, size);
    }
    QCOMPARE(server.connectionCount(), 1);
}

void tst_HttpClient::paddingBehindTheBody()
{
    // A long body first, so that the short ones land in memory that has been used.
    const QList<QByteArray> bodies { QByteArray(300'000, '\xff'), "short", "", QByteArray(65'536 - 64, 'a') };
    FaultServer server([&](const RecordedRequest &, int ordinal) { return FaultReply::whole(200, bodies[ordinal]); });
    HttpClient client({});
    for (const QByteArray &body : bodies) {
        const HttpResponse response = waitFor(client.send({ .url = server.url() }));
        QVERIFY(!response.error);
        QVERIFY(response.bytes() == QByteArrayView(body));
        const char *end = response.bytes().data() + response.bytes().size();
        for (int i = 0; i < 64; ++i)
            QCOMPARE(end[i], '\0');
    }
}

void tst_HttpClient::packedBodies_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QByteArray>("plain");
    QTest::addColumn<QString>("errorPart");
    const QByteArray page = QByteArray("[1,\"text\",2.5],").repeated(40'000);
    const QByteArray gzip = gzipped(page);
    const QByteArray zstd = zstdPacked(page);
    QTest::newRow("gzip") << "gzip"_ba << gzip << page << QString();
    QTest::newRow("GZIP in capitals") << "GZIP"_ba << gzip << page << QString();
    QTest::newRow("zstd") << "zstd"_ba << zstd << page << QString();
    QTest::newRow("zstd that says its size") << "zstd"_ba << zstdPacked(page, true) << page << QString();
    QTest::newRow("identity said aloud") << "identity"_ba << page << page << QString();
    QTest::newRow("half a gzip stream is never a body (Q3)") << "gzip"_ba << gzip.left(gzip.size() / 2) << QByteArray() << u"middle of its gzip"_s;
    QTest::newRow("gzip without its last byte") << "gzip"_ba << gzip.chopped(1) << QByteArray() << u"middle of its gzip"_s;
    QTest::newRow("half a zstd frame is never a body") << "zstd"_ba << zstd.left(zstd.size() / 2) << QByteArray() << u"middle of its zstd"_s;
    QTest::newRow("an encoding nobody asked for") << "br"_ba << page << QByteArray() << u"not asked for"_s;
}

void tst_HttpClient::packedBodies()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, wire);
    QFETCH(QByteArray, plain);
    QFETCH(QString, errorPart);
    for (bool isChunked : { false, true }) {
        FaultServer server([&](const RecordedRequest &, int) {
            const TestHeaders headers { { "Content-Encoding", encoding } };
            return isChunked ? FaultReply::chunked(200, wire, headers) : FaultReply::whole(200, wire, headers);
        });
        HttpClient client({});
        const HttpResponse response = waitFor(client.send({ .url = server.url(), .acceptEncoding = "gzip, zstd" }));
        if (errorPart.isEmpty()) {
            QVERIFY2(!response.error, qPrintable(messageOf(response)));
            QVERIFY(response.bytes() == QByteArrayView(plain));
            QCOMPARE(response.wireBytes, wire.size());
        } else {
            QVERIFY(response.error);
            QVERIFY2(messageOf(response).contains(errorPart), qPrintable(messageOf(response)));
        }
    }
}

void tst_HttpClient::errorsFoundAtOnce_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("proxy");
    QTest::addColumn<QString>("caFile");
    QTest::addColumn<QString>("part");
    QTest::newRow("a file is not asked over HTTP") << u"file:///etc/passwd"_s << QString() << QString() << u"no address"_s;
    QTest::newRow("nor is data") << u"data:text/plain,x"_s << QString() << QString() << u"no address"_s;
    QTest::newRow("nor nothing") << QString() << QString() << QString() << u"no address"_s;
    QTest::newRow("a proxy that is none") << u"http://127.0.0.1:1/"_s << u"ftp://x"_s << QString() << u"proxy option"_s;
    QTest::newRow("a CA file that is not there") << u"https://127.0.0.1:1/"_s << QString() << u"/nowhere/ca.pem"_s << u"/nowhere/ca.pem"_s;
    QTest::newRow("a CA file without a certificate") << u"https://127.0.0.1:1/"_s << QString() << QString::fromUtf8(GREBE_TEST_DATA "/server.key") << u"holds no certificate"_s;
}

void tst_HttpClient::errorsFoundAtOnce()
{
    QFETCH(QString, url);
    QFETCH(QString, proxy);
    QFETCH(QString, caFile);
    QFETCH(QString, part);
    HttpOptions options;
    options.proxy = proxy;
    options.caFile = caFile;
    HttpClient client(options);
    int count = 0;
    const HttpResponse response = waitFor(client.send({ .url = QUrl(url) }), &count);
    QVERIFY(response.error);
    QCOMPARE(response.error->code, Error::Code::InvalidArgument);
    QVERIFY2(messageOf(response).contains(part), qPrintable(messageOf(response)));
    QVERIFY(!response.mayHaveBeenSent);
    QVERIFY(response.body);
    QCOMPARE(count, 1);
}

void tst_HttpClient::refusedWasNotSent()
{
    const ClosedPort closed;
    const quint16 port = closed.number();
    HttpClient client({});
    for (const QByteArray &method : { "POST"_ba, "GET"_ba }) {
        const HttpResponse response = waitFor(client.send({ .method = method,
                                                            .url = QUrl(u"http://127.0.0.1:%1/?password=secret"_s.arg(port)),
                                                            .body = method == "POST" ? "INSERT"_ba : QByteArray() }));
        QVERIFY(response.error);
        QCOMPARE(response.error->code, Error::Code::IO);
        QCOMPARE(messageOf(response), u"127.0.0.1:%1 refused the connection."_s.arg(port));
        QVERIFY(!response.error->ticketText().contains(u"secret"_s));
        QVERIFY(!response.mayHaveBeenSent);
    }
}

void tst_HttpClient::finishedComesOnceAndLater()
{
    FaultServer server;
    HttpClient client({});
    QPointer<HttpCall> call = client.send({ .url = server.url() });
    QSignalSpy spy(call, &HttpCall::finished);
    QCOMPARE(spy.count(), 0);
    QTRY_COMPARE(spy.count(), 1);
    QTRY_VERIFY(!call); // it deleted itself
    QCOMPARE(spy.count(), 1);
}

void tst_HttpClient::abortSaysNothing()
{
    FaultServer server([](const RecordedRequest &, int) { return FaultReply::nothing(FaultReply::End::Stall); });
    HttpClient client({});
    QPointer<HttpCall> early = client.send({ .url = server.url() });
    QPointer<HttpCall> late = client.send({ .url = server.url() });
    QSignalSpy earlySpy(early, &HttpCall::finished);
    QSignalSpy lateSpy(late, &HttpCall::finished);
    early->abort(); // before anything happened
    QTRY_COMPARE(server.requestCount(), 1);
    late->abort();
    QTRY_VERIFY(!early && !late);
    QTRY_COMPARE(server.openConnections(), 0);
    QCOMPARE(earlySpy.count() + lateSpy.count(), 0);
}

void tst_HttpClient::abortClosesARunningBody()
{
    FaultServer server([](const RecordedRequest &, int) {
        FaultReply reply = FaultReply::whole(200, QByteArray(50'000'000, 'x'));
        return reply.drip(1'000'000, 5ms);
    });
    HttpClient client({});
    QPointer<HttpCall> call = client.send({ .url = server.url() });
    QSignalSpy grew(call, &HttpCall::bodyGrew);
    QTRY_VERIFY(grew.count() > 0);
    call->abort();
    QTRY_COMPARE(server.openConnections(), 0);
}

void tst_HttpClient::clientGoesWithCallsUnderWay()
{
    FaultServer server([](const RecordedRequest &, int) { return FaultReply::nothing(FaultReply::End::Stall); });
    auto client = std::make_unique<HttpClient>(HttpOptions());
    QList<QPointer<HttpCall>> calls;
    for (int i = 0; i < 10; ++i)
        calls << client->send({ .url = server.url() });
    QTRY_COMPARE(server.requestCount(), 6); // what an origin gets at once; four wait
    client.reset();
    QVERIFY(std::ranges::all_of(calls, [](const auto &call) { return call.isNull(); }));
    QTRY_COMPARE(server.openConnections(), 0);
    QCOMPARE(server.requestCount(), 6);
}

void tst_HttpClient::controlPassesWaitingData()
{
    FaultServer server([](const RecordedRequest &request, int) {
        FaultReply reply = FaultReply::whole(200, "{}");
        reply.isHeld = request.method == "GET";
        return reply;
    });
    HttpOptions options;
    options.connectTimeout = 500ms;
    HttpClient client(options);
    int done = 0;
    for (int i = 0; i < 8; ++i)
        connect(client.send({ .url = server.url() }), &HttpCall::finished, this, [&](const HttpResponse &response) { done += !response.error; });
    QTRY_COMPARE(server.requestCount("GET"), 6);
    const HttpResponse cancel = waitFor(client.send({ .method = "DELETE", .url = server.url(), .isControl = true }));
    QVERIFY(!cancel.error);
    QCOMPARE(done, 0);
    // Waiting for a free connection counts against no deadline: what is asked elsewhere takes longer than that.
    FaultServer slow([](const RecordedRequest &, int) { return FaultReply::whole(200, "{}").after(700ms); });
    QVERIFY(!waitFor(client.send({ .url = slow.url() })).error);
    QCOMPARE(done, 0);
    server.setHandler([](const RecordedRequest &, int) { return FaultReply::whole(200, "{}"); });
    server.releaseHeld();
    QTRY_COMPARE(done, 8);
}

void tst_HttpClient::cookiesStayInTheirClient()
{
    ScriptedServer server;
    server.expect("GET /set").answer(200, "{}", { { "Set-Cookie", "route=7; Path=/" } });
    HttpClient client({});
    HttpClient other({});
    QVERIFY(!waitFor(client.send({ .url = server.url(u"/set"_s) })).error);
    server.expect("GET /data").withHeader("Cookie", "route=7").answer(200);
    server.expect("DELETE /control").withHeader("Cookie", "route=7").answer(204);
    server.expect("GET /other").withHeader("Cookie", "").answer(200);
    QVERIFY(!waitFor(client.send({ .url = server.url(u"/data"_s) })).error);
    QVERIFY(!waitFor(client.send({ .method = "DELETE", .url = server.url(u"/control"_s), .isControl = true })).error);
    QVERIFY(!waitFor(other.send({ .url = server.url(u"/other"_s) })).error);
}

void tst_HttpClient::userInfoNeverLeaves()
{
    ScriptedServer server;
    server.expect("GET /").withHeader("Authorization", "").answer(401, "no", { { "WWW-Authenticate", "Basic realm=\"x\"" } });
    HttpClient client({});
    QUrl url = server.url(u"/"_s);
    url.setUserInfo(u"ann:secret"_s);
    const HttpResponse response = waitFor(client.send({ .url = url }));
    QCOMPARE(response.status, 401);
    QCOMPARE(server.requestCount(), 1);
    QVERIFY(response.url.userInfo().isEmpty());
}

void tst_HttpClient::stepsOfAConnection()
{
    FaultServer server;
    HttpClient client({});
    QUrl url = server.url();
    url.setHost(u"localhost"_s);
    HttpCall *call = client.send({ .url = url });
    QStringList steps;
    connect(call, &HttpCall::resolved, this, [&](const QString &address) { steps << address; });
    connect(call, &HttpCall::connected, this, [&] { steps << u"connected"_s; });
    const HttpResponse response = waitFor(call);
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(steps.size(), 2);
    QVERIFY(steps.constFirst().contains(u"127.0.0.1"_s));
    QCOMPARE(steps.constLast(), u"connected"_s);
}

void tst_HttpClient::httpProxyGetsTheRequest()
{
    FaultServer proxy([](const RecordedRequest &request, int) {
        if (request.header("Proxy-Authorization").isEmpty() || request.method != "POST")
            return FaultReply::whole(407, "who?", { { "Proxy-Authenticate", "Basic realm=\"p\"" } });
        return FaultReply::whole(200, "through");
    });
    FaultServer target;
    HttpOptions options;
    options.proxy = u"http://pete:pr%40xy@127.0.0.1:%1"_s.arg(proxy.port());
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = target.url(u"/x"_s), .body = "INSERT" }));
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes(), QByteArrayView("through"));
    QCOMPARE(target.requestCount(), 0);
    const RecordedRequest last = proxy.requests().constLast();
    QCOMPARE(last.target, target.url(u"/x"_s).toEncoded());
    QCOMPARE(last.header("Proxy-Authorization"), "Basic " + QByteArray("pete:pr@xy").toBase64());

    // A password that is wrong is tried once, and the error names the proxy.
    proxy.setHandler([](const RecordedRequest &, int) {
        return FaultReply::whole(407, "no", { { "Proxy-Authenticate", "Basic realm=\"p\"" } });
    });
    const int posts = proxy.requestCount("POST");
    const int gets = proxy.requestCount("GET");
    HttpClient other(options);
    for (const QByteArray &method : { "GET"_ba, "POST"_ba }) {
        const HttpResponse refused = waitFor(other.send({ .method = method, .url = target.url(u"/x"_s), .body = method == "POST" ? "INSERT"_ba : QByteArray() }));
        QVERIFY(refused.error);
        const QString text = refused.error->ticketText();
        QVERIFY2(text.contains(u"127.0.0.1:%1"_s.arg(proxy.port())) && text.contains(u"another user name or password"_s), qPrintable(text));
        QVERIFY(!text.contains(u"pr@xy"_s));
        if (method == "GET")
            QCOMPARE(refused.error->code, Error::Code::Unauthenticated);
    }
    QCOMPARE(proxy.requestCount("POST") - posts, 1);
    QVERIFY(proxy.requestCount("GET") - gets <= 2);
}

void tst_HttpClient::loopbackPassesTheSystemProxy()
{
    FaultServer proxy;
    FaultServer target;
    qputenv("http_proxy", proxy.url().toEncoded());
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = target.url() }));
    qunsetenv("http_proxy");
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(proxy.connectionCount(), 0);
    QCOMPARE(target.requestCount(), 1);
}

void tst_HttpClient::socksProxyCarriesTheRequest_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<QString>("password");
    QTest::newRow("to an address") << u"127.0.0.1"_s << u"pr%40xy"_s;
    QTest::newRow("to a name, which the proxy resolves") << u"coordinator.invalid"_s << u"pr%40xy"_s;
    QTest::newRow("not with a wrong password") << u"127.0.0.1"_s << u"wrong"_s;
}

void tst_HttpClient::socksProxyCarriesTheRequest()
{
    QFETCH(QString, host);
    QFETCH(QString, password);
    SocksProxy proxy("pete", "pr@xy");
    FaultServer target([](const RecordedRequest &, int) { return FaultReply::whole(200, "through"); });
    HttpOptions options;
    options.proxy = u"socks5://pete:%1@127.0.0.1:%2"_s.arg(password).arg(proxy.serverPort());
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = QUrl(u"http://%1:%2/x"_s.arg(host).arg(target.port())), .body = "INSERT" }));
    if (password == u"wrong"_s) {
        QVERIFY(response.error);
        QVERIFY2(messageOf(response).contains(u"127.0.0.1:%1"_s.arg(proxy.serverPort())), qPrintable(messageOf(response)));
        QVERIFY(!response.error->ticketText().contains(u"wrong"_s));
        QVERIFY(proxy.refusals() > 0);
        QCOMPARE(target.connectionCount(), 0);
        return;
    }
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes(), QByteArrayView("through"));
    QCOMPARE(proxy.targets(), QList<QByteArray>({ host.toLatin1() + ':' + QByteArray::number(target.port()) }));
    QCOMPARE(target.requestCount("POST"), 1);
    QCOMPARE(target.requests().constLast().body, "INSERT");
    QVERIFY(target.requests().constLast().header("Proxy-Authorization").isEmpty());
}

void tst_HttpClient::socksProxyIsNamedWhenItIsDown()
{
    FaultServer target;
    const ClosedPort closed;
    const quint16 port = closed.number();
    HttpOptions options;
    options.proxy = u"socks5://pete:secret@127.0.0.1:%1"_s.arg(port);
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = target.url(), .body = "INSERT" }));
    QVERIFY(response.error);
    QVERIFY2(messageOf(response).contains(u"127.0.0.1:%1"_s.arg(port)), qPrintable(messageOf(response)));
    QVERIFY(!response.error->ticketText().contains(u"secret"_s));
    QVERIFY(!response.mayHaveBeenSent);
    QCOMPARE(target.connectionCount(), 0);
}

QTEST_GUILESS_MAIN(tst_HttpClient)
#include "tst_httpclient.moc"
