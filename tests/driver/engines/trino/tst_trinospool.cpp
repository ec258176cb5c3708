// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>
#include <arrow/record_batch.h>

#include "compressed.h"
#include "engines/trino/trinoclient.h"
#include "engines/trino/trinosegments.h"
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QTest>

#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray oneColumn = R"("columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])";
const QByteArray secret = "a%2Fb%3D%2Bc+d";
const QString everyEncoding = u"json+zstd,json+lz4,json"_s;
const TrinoTestOptions spooled { { u"encoding"_s, everyEncoding } };

QByteArray rows(qint64 from, qint64 count)
{
    QByteArray data;
    for (qint64 i = from; i < from + count; ++i)
        data += (data.isEmpty() ? "[[" : ",[") + QByteArray::number(i) + ']';
    return data.isEmpty() ? "[]"_ba : data + ']';
}

QByteArray quoted(const QByteArray &text)
{
    return '"' + text + '"';
}

QByteArray packed(const QByteArray &plain, const QByteArray &encoding)
{
    return encoding == "json+zstd" ? zstdPacked(plain, true) : encoding == "json+lz4" ? lz4Packed(plain) : plain;
}

/// Where segments are kept: another machine than the coordinator, as its port is another.
class Storage
{
public:
    using Tamper = std::function<void(const QByteArray &name, FaultReply &reply)>;

    Storage() { m_server.setHandler([this](const RecordedRequest &request, int) { return answer(request); }); }

    void put(const QByteArray &name, const QByteArray &bytes) { m_objects.insert(name, bytes); }
    void setTamper(const Tamper &tamper) { m_tamper = tamper; }
    QByteArray address(const QByteArray &name) const
    {
        return m_server.url().toEncoded() + "/bucket/" + name + ".json%2Bzstd?X-Signature=" + secret;
    }
    FaultServer &server() { return m_server; }
    int count(const QByteArray &name) const
    {
        const auto all = m_server.requests();
        return int(std::ranges::count_if(all, [&](const RecordedRequest &r) { return r.target.startsWith("/bucket/" + name + ".json"); }));
    }

private:
    FaultReply answer(const RecordedRequest &request)
    {
        const QByteArray name = request.target.sliced(8, request.target.indexOf(".json") - 8);
        FaultReply reply = FaultReply::whole(200, m_objects.value(name), { { "Content-Type", "application/octet-stream" }, { "Set-Cookie", "tracker=1" } });
        if (m_tamper)
            m_tamper(name, reply);
        return reply;
    }

    QHash<QByteArray, QByteArray> m_objects; // written before the requests come
    Tamper m_tamper;
    FaultServer m_server; // last: its thread ends first
};

struct Part
{
    qint64 from = 0;
    qint64 count = 0;
    bool isInline = false;
    bool isPlain = false; ///< too small to be packed
    QByteArray address; ///< another than the storage's
    QByteArray extraMetadata;
};

QByteArray segment(Storage &storage, const Part &part, const QByteArray &encoding)
{
    const QByteArray plain = rows(part.from, part.count);
    const QByteArray bytes = part.isPlain ? plain : packed(plain, encoding);
    const QByteArray name = "s" + QByteArray::number(part.from);
    storage.put(name, bytes);
    QByteArray metadata = R"({"rowOffset":)" + QByteArray::number(part.from) + R"(,"rowsCount":)" + QByteArray::number(part.count)
        + R"(,"segmentSize":)" + QByteArray::number(bytes.size());
    if (!part.isPlain && encoding != "json")
        metadata += R"(,"uncompressedSize":)" + quoted(QByteArray::number(plain.size()));
    metadata += part.extraMetadata + '}';
    if (part.isInline)
        return R"({"type":"inline","data":)" + quoted(bytes.toBase64()) + R"(,"metadata":)" + metadata + '}';
    return R"({"type":"spooled","uri":)" + quoted(part.address.isEmpty() ? storage.address(name) : part.address)
        + R"(,"ackUri":)" + quoted("{server}/v1/spooled/ack/" + name)
        + R"(,"headers":{"x-customer-key":["k1"],"x-several":["a","b"]},"metadata":)" + metadata + '}';
}

QByteArray segmentsPage(const QByteArray &encoding, const QList<QByteArray> &segments)
{
    return oneColumn + R"(,"data":{"encoding":)" + quoted(encoding) + R"(,"metadata":{},"segments":[)" + segments.join(',') + "]}";
}

QByteArray directPage(qint64 from, qint64 count)
{
    return oneColumn + R"(,"data":)" + rows(from, count);
}

/// `count` pages of one stored segment of ten rows each.
QList<QByteArray> storedPages(Storage &storage, int count)
{
    QList<QByteArray> pages;
    for (int i = 0; i < count; ++i)
        pages << segmentsPage("json+lz4", { segment(storage, { .from = i * 10, .count = 10 }, "json+lz4") });
    return pages << oneColumn;
}

bool isCounting(const StatementRun &run, qint64 count)
{
    if (run.rowCount() != count)
        return false;
    for (qint64 row = 0; row < count; ++row) {
        if (run.cell(row, 0) != QString::number(row))
            return false;
    }
    return true;
}

int ackCount(FakeTrino &server)
{
    const auto all = server.server().requests();
    return int(std::ranges::count_if(all, [](const RecordedRequest &r) { return r.target.startsWith("/v1/spooled/ack/"); }));
}

/// The coordinator answers acknowledgements; `next` sees everything else.
FakeTrino::Tamper withAcks(const FakeTrino::Tamper &next = {})
{
    return [next](const RecordedRequest &request, FaultReply &reply) {
        if (request.target.startsWith("/v1/spooled/ack/"))
            reply = FaultReply::whole(200, {});
        if (next)
            next(request, reply);
    };
}

QByteArray statementHeader(const FakeTrino &server, const QByteArray &name)
{
    const auto all = const_cast<FakeTrino &>(server).server().requests();
    const auto post = std::ranges::find(all, "POST"_ba, &RecordedRequest::method);
    return post == all.end() ? "no POST"_ba : post->header(name);
}

// What Qt adds to every request; the same for everybody.
QSet<QByteArray> namesOfQt()
{
    return { "host", "connection", "accept-encoding", "accept-language", "user-agent", "cache-control", "pragma" };
}

QSet<QByteArray> headerNames(const RecordedRequest &request)
{
    QSet<QByteArray> names;
    for (const auto &[name, value] : request.headers)
        names << name.toLower();
    return names;
}

} // namespace

class tst_TrinoSpool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void asksForEncodings_data();
    void asksForEncodings();
    void autoAsksAnotherComputerForSegments();
    void unknownEncodingIsRefused();
    void metadataIsAskedForDirectly();
    void rowsInOrder_data();
    void rowsInOrder();
    void directAndStoredPagesMixed();
    void lateSegmentHoldsBackTheNext();
    void largeSegmentsComeOneByOne();
    void storageGetsTheSegmentsHeadersOnly();
    void storageGetsNoCertificate();
    void coordinatorGetsGatewayHeaders();
    void redirectIsFollowedWithTheSegmentsHeadersOnly_data();
    void redirectIsFollowedWithTheSegmentsHeadersOnly();
    void redirectIsRefused_data();
    void redirectIsRefused();
    void downgradeIsRefused();
    void triedAgain_data();
    void triedAgain();
    void givenUp_data();
    void givenUp();
    void damagedSegment_data();
    void damagedSegment();
    void gapInRowsIsAnError();
    void acknowledgementMayFail();
    void cancelAbortsDownloads();
    void lettingGoAbortsDownloads();
    void pauseStartsNoDownload();
    void pollingWaitsForDownloads();
    void malformedData_data();
    void malformedData();
};

void tst_TrinoSpool::asksForEncodings_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("nothing said, on this computer") << QString() << QByteArray();
    QTest::newRow("auto, on this computer") << u"auto"_s << QByteArray();
    QTest::newRow("all of them") << u"json+zstd,json+lz4,json"_s << "json+zstd,json+lz4,json"_ba;
    QTest::newRow("direct") << u"direct"_s << QByteArray();
    QTest::newRow("a list, in its order") << u"json+lz4, json"_s << "json+lz4,json"_ba;
}

void tst_TrinoSpool::asksForEncodings()
{
    QFETCH(QString, option);
    FakeTrino server({ directPage(0, 10), oneColumn });
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, option } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY(isCounting(run, 10)); // a server without spooling answers directly
    QTEST(statementHeader(server, "X-Trino-Query-Data-Encoding"), "header");
}

void tst_TrinoSpool::autoAsksAnotherComputerForSegments()
{
    const auto header = [](const TrinoTestOptions &options) {
        const TrinoClient client(trinoTestParameters(QUrl(u"http://trino.invalid:8080"_s), options), nullptr, quickTimings());
        const HttpRequest request = client.statementRequest("SELECT 1", StatementOptions::Purpose::User);
        const auto found = std::ranges::find(request.headers, "X-Trino-Query-Data-Encoding"_ba, &std::pair<QByteArray, QByteArray>::first);
        return found == request.headers.end() ? QByteArray() : found->second;
    };
    QCOMPARE(header({}), "json+zstd,json+lz4,json");
    QCOMPARE(header({ { u"encoding"_s, u"auto"_s } }), "json+zstd,json+lz4,json");
    QCOMPARE(header({ { u"encoding"_s, u"direct"_s } }), QByteArray());
}

void tst_TrinoSpool::unknownEncodingIsRefused()
{
    for (const QString &option : { u"json+brotli"_s, u"direct,json"_s }) {
        FakeTrino server({});
        TrinoTestEngine engine(server.url(), { { u"encoding"_s, option } });
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
        QCOMPARE(run.error().code, Error::Code::InvalidArgument);
        QVERIFY2(run.error().message.contains("encoding"_L1) && run.error().hint.contains("json+zstd"_L1), run.log());
        QCOMPARE(server.postCount(), 0);
    }
}

void tst_TrinoSpool::metadataIsAskedForDirectly()
{
    FakeTrino server({ directPage(0, 1) });
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SHOW CATALOGS"_s, { .purpose = StatementOptions::Purpose::Metadata }));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(statementHeader(server, "X-Trino-Query-Data-Encoding"), QByteArray());
}

void tst_TrinoSpool::rowsInOrder_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QList<bool>>("inlines"); // each segment: does it stand in the page
    QTest::addColumn<bool>("isPlain");
    for (const QByteArray &encoding : { "json"_ba, "json+zstd"_ba, "json+lz4"_ba }) {
        QTest::addRow("%s, inline", encoding.constData()) << encoding << QList<bool> { true, true } << false;
        QTest::addRow("%s, stored", encoding.constData()) << encoding << QList<bool> { false, false, false } << false;
        QTest::addRow("%s, both", encoding.constData()) << encoding << QList<bool> { true, false, true, false, false } << false;
        QTest::addRow("%s, too small to be packed", encoding.constData()) << encoding << QList<bool> { true, false } << true;
        QTest::addRow("%s, no segment at all", encoding.constData()) << encoding << QList<bool> {} << false;
    }
}

void tst_TrinoSpool::rowsInOrder()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QList<bool>, inlines);
    QFETCH(bool, isPlain);
    Storage storage;
    QList<QByteArray> segments;
    for (const bool isInline : inlines)
        segments << segment(storage, { .from = segments.size() * 1000, .count = 1000, .isInline = isInline, .isPlain = isPlain }, encoding);
    // All in one page, with a page without rows in front and behind.
    FakeTrino server({ {}, segmentsPage(encoding, segments), oneColumn });
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());
    QVERIFY2(isCounting(run, inlines.size() * 1000), run.log());
    QCOMPARE(run.summary().rowCount, inlines.size() * 1000);
    QCOMPARE(run.batchCount(), inlines.size());
    QVERIFY(run.schema());
    const int stored = int(inlines.count(false));
    QCOMPARE(storage.server().requestCount(), stored);
    QTRY_COMPARE(ackCount(server), stored);
    if (stored > 0)
        QVERIFY2(run.summary().byteCount > stored * 1000, "the bytes of segments are counted");
}

void tst_TrinoSpool::directAndStoredPagesMixed()
{
    Storage storage;
    FakeTrino server({ directPage(0, 10), segmentsPage("json", { segment(storage, { .from = 10, .count = 10 }, "json") }), directPage(20, 10),
                       segmentsPage("json", { segment(storage, { .from = 30, .count = 10, .isInline = true }, "json") }), directPage(40, 10) });
    server.setTamper(withAcks());
    storage.setTamper([](const QByteArray &, FaultReply &reply) { reply.isHeld = true; });
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QTRY_COMPARE(server.getCount(), 6); // everything has come but the stored rows
    QTRY_COMPARE(storage.server().requestCount(), 1);
    QCOMPARE(run.rowCount(), 10); // what stood in front of them
    storage.server().releaseHeld();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 50), run.log());
}

void tst_TrinoSpool::lateSegmentHoldsBackTheNext()
{
    Storage storage;
    std::atomic<bool> isHeld = true;
    storage.setTamper([&](const QByteArray &name, FaultReply &reply) { reply.isHeld = isHeld && name == "s0"; });
    FakeTrino server(storedPages(storage, 8));
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    // The first waits; the others are fetched beside it, decoded and acknowledged.
    QTRY_COMPARE(storage.server().requestCount(), 8);
    QTRY_COMPARE(ackCount(server), 7);
    QCOMPARE(run.rowCount(), 0);
    QCOMPARE(run.endCount(), 0);
    storage.server().releaseHeld();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 80), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());

    // Of all that are held no more than four are under way.
    storage.setTamper([](const QByteArray &, FaultReply &reply) { reply.isHeld = true; });
    server.reset();
    StatementRun second(engine.prepare(u"SELECT n FROM t"_s));
    QTRY_COMPARE(server.getCount(), 10);
    QTRY_COMPARE(storage.server().requestCount(), 8 + 4);
    second->cancel();
    QVERIFY(second.waitForEnd());
    QCOMPARE(storage.server().requestCount(), 8 + 4);
}

void tst_TrinoSpool::largeSegmentsComeOneByOne()
{
    Storage storage;
    storage.setTamper([](const QByteArray &, FaultReply &reply) { reply.isHeld = true; });
    QList<QByteArray> pages;
    for (int i = 0; i < 4; ++i) {
        pages << segmentsPage("json+zstd", { segment(storage, { .from = i, .count = 1, .isPlain = true, .extraMetadata = R"(,"uncompressedSize":20000000)" }, "json+zstd") });
    }
    FakeTrino server(pages);
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QTRY_COMPARE(server.getCount(), 5);
    QTRY_COMPARE(storage.server().requestCount(), 2); // 40 MB; a third would be more than 48 MiB
    run->cancel();
    QVERIFY(run.waitForEnd());
    QCOMPARE(storage.server().requestCount(), 2);
}

void tst_TrinoSpool::storageGetsTheSegmentsHeadersOnly()
{
    Storage storage;
    FakeTrino server(storedPages(storage, 3));
    server.setTamper(withAcks([](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "POST")
            reply.bytes.replace("\r\n\r\n", "\r\nSet-Cookie: route=blue; Path=/\r\n\r\n");
    }));
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, everyEncoding },
                                           { u"extraHeaders"_s, u"X-Gateway:blue"_s },
                                           { u"extraCredentials"_s, u"token:abc"_s },
                                           { u"password"_s, u"pass"_s },
                                           { u"allowInsecurePassword"_s, u"true"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished() && isCounting(run, 30), run.log());
    const auto requests = storage.server().requests();
    QCOMPARE(requests.size(), 3);
    for (const RecordedRequest &request : requests) {
        QCOMPARE(request.method, "GET");
        const QSet<QByteArray> known = namesOfQt() + QSet<QByteArray> { "x-customer-key", "x-several" };
        const QSet<QByteArray> others = headerNames(request) - known;
        QVERIFY2(others.isEmpty(), others.isEmpty() ? "" : others.begin()->constData());
        QCOMPARE(request.header("x-customer-key"), "k1");
        QCOMPARE(request.header("x-several"), "a,b");
        QCOMPARE(request.header("Accept-Encoding"), "identity");
        // To the letter, since it is signed.
        QVERIFY2(request.target.endsWith(".json%2Bzstd?X-Signature=" + secret), request.target);
    }
    QTRY_COMPARE(ackCount(server), 3);
    const auto all = server.server().requests();
    for (const RecordedRequest &request : all) {
        if (!request.target.startsWith("/v1/spooled/ack/"))
            continue;
        QCOMPARE(request.header("x-customer-key"), "k1");
        QCOMPARE(request.header("X-Gateway"), "blue");
        QCOMPARE(request.header("Cookie"), "route=blue");
        QCOMPARE(request.header("Authorization"), QByteArray());
    }
}

void tst_TrinoSpool::storageGetsNoCertificate()
{
    const TrinoClient client(trinoTestParameters(QUrl(u"https://trino.invalid:8443"_s),
                                                 { { u"SSLKeyStorePath"_s, u"/me.p12"_s },
                                                   { u"SSLKeyStorePassword"_s, u"pass"_s },
                                                   { u"clientKeyFile"_s, u"/me.key"_s },
                                                   { u"hostnameInCertificate"_s, u"trino"_s },
                                                   { u"caFile"_s, u"/ca.pem"_s },
                                                   { u"SSLVerification"_s, u"CA"_s },
                                                   { u"httpProxy"_s, u"proxy:3128"_s } }),
                             nullptr, quickTimings());
    const HttpOptions options = client.storageOptions();
    QCOMPARE(options.clientCertificateFile, QString());
    QCOMPARE(options.clientKeyFile, QString());
    QCOMPARE(options.clientKeyPassphrase, QString());
    QCOMPARE(options.peerVerifyName, QString()); // the coordinator's name is no other machine's
    QVERIFY(!options.keepsCookies);
    QCOMPARE(options.caFile, u"/ca.pem"_s);
    QCOMPARE(options.verify, HttpOptions::Verify::CaOnly);
    QCOMPARE(options.proxy, u"http://proxy:3128"_s);
}

void tst_TrinoSpool::coordinatorGetsGatewayHeaders()
{
    Storage storage;
    const QByteArray bytes = rows(0, 10);
    FakeTrino server({ segmentsPage("json", { segment(storage, { .from = 0, .count = 10, .address = "{server}/v1/spooled/download/x%2By?k=" + secret }, "json") }) });
    server.setTamper(withAcks([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "POST")
            reply.bytes.replace("\r\n\r\n", "\r\nSet-Cookie: route=blue; Path=/\r\n\r\n");
        if (request.target.startsWith("/v1/spooled/download/"))
            reply = FaultReply::chunked(200, bytes); // without a length, as coordinators send them
    }));
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, everyEncoding },
                                           { u"extraHeaders"_s, u"X-Gateway:blue"_s },
                                           { u"password"_s, u"pass"_s },
                                           { u"allowInsecurePassword"_s, u"true"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished() && isCounting(run, 10), run.log());
    const auto all = server.server().requests();
    const auto download = std::ranges::find(all, "GET /v1/spooled/download/x%2By?k=" + secret, &RecordedRequest::line);
    QVERIFY(download != all.end());
    QCOMPARE(download->header("X-Gateway"), "blue");
    QCOMPARE(download->header("Cookie"), "route=blue");
    QCOMPARE(download->header("x-customer-key"), "k1");
    QCOMPARE(download->header("Authorization"), QByteArray());
    QCOMPARE(download->header("X-Trino-User"), QByteArray());
}

void tst_TrinoSpool::redirectIsFollowedWithTheSegmentsHeadersOnly_data()
{
    QTest::addColumn<int>("status");
    QTest::newRow("303, as coordinators answer") << 303;
    QTest::newRow("307") << 307;
    QTest::newRow("308") << 308;
    QTest::newRow("302, as proxies answer") << 302;
}

void tst_TrinoSpool::redirectIsFollowedWithTheSegmentsHeadersOnly()
{
    QFETCH(int, status);
    Storage storage;
    FakeTrino server({ segmentsPage("json+zstd", { segment(storage, { .from = 0, .count = 10, .address = "{server}/v1/spooled/download/1" }, "json+zstd") }) });
    const QByteArray target = storage.address("s0");
    server.setTamper(withAcks([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.target.startsWith("/v1/spooled/download/"))
            reply = FaultReply::whole(status, {}, { { "Location", target }, { "Set-Cookie", "route=blue" } });
    }));
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, everyEncoding },
                                           { u"extraHeaders"_s, u"X-Gateway:blue"_s },
                                           { u"password"_s, u"pass"_s },
                                           { u"allowInsecurePassword"_s, u"true"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished() && isCounting(run, 10), run.log());
    const auto requests = storage.server().requests();
    QCOMPARE(requests.size(), 1);
    const QSet<QByteArray> known = namesOfQt() + QSet<QByteArray> { "x-customer-key", "x-several" };
    QCOMPARE(headerNames(requests.first()) - known, QSet<QByteArray>());
    QCOMPARE(requests.first().header("x-customer-key"), "k1");
    QVERIFY2(requests.first().target.endsWith("?X-Signature=" + secret), requests.first().target);
}

void tst_TrinoSpool::redirectIsRefused_data()
{
    QTest::addColumn<QByteArray>("location");
    QTest::addColumn<QString>("text");
    QTest::newRow("to a file") << "file:///etc/passwd"_ba << u"cannot be used"_s;
    QTest::newRow("to another protocol") << "ftp://127.0.0.1/x"_ba << u"not of the web"_s;
    QTest::newRow("without a location") << QByteArray() << u"cannot be used"_s;
    QTest::newRow("to itself") << "/bucket/s0.json?secret=1"_ba << u"in circles"_s;
}

void tst_TrinoSpool::redirectIsRefused()
{
    QFETCH(QByteArray, location);
    QFETCH(QString, text);
    Storage storage;
    storage.setTamper([&](const QByteArray &, FaultReply &reply) {
        reply = FaultReply::whole(303, {}, location.isEmpty() ? TestHeaders() : TestHeaders { { "Location", location } });
    });
    FakeTrino server(storedPages(storage, 1));
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
    QVERIFY2(run.error().message.contains(text), run.log());
    QVERIFY(!run.error().ticketText().contains("secret"_L1));
}

void tst_TrinoSpool::downgradeIsRefused()
{
    const auto client = std::make_shared<TrinoClient>(trinoTestParameters(QUrl(u"https://trino.invalid:8443"_s)), nullptr, quickTimings());
    const auto foreign = client->fetchSegment(QUrl(u"http://storage.invalid/bucket/x?k=secret"_s), {});
    QVERIFY(!foreign);
    QCOMPARE(foreign.error().code, Error::Code::InvalidData);
    QVERIFY2(foreign.error().message.contains("storage.invalid"_L1) && !foreign.error().ticketText().contains("secret"_L1),
             qPrintable(foreign.error().message));
    // The coordinator behind a proxy that ends TLS is asked over TLS: the address is put right, not refused.
    QVERIFY(client->fetchSegment(QUrl(u"http://trino.invalid:8080/v1/spooled/download/x"_s), {}));
    client->disconnectFromServer();
}

void tst_TrinoSpool::triedAgain_data()
{
    QTest::addColumn<FaultReply>("reply");
    QTest::addColumn<int>("times");
    const QByteArray body = lz4Packed(rows(10, 10));
    QTest::newRow("503 twice") << FaultReply::whole(503, {}) << 2;
    QTest::newRow("500 that is not the expiry") << FaultReply::whole(500, "bang") << 1;
    QTest::newRow("429 with a delay of no seconds") << FaultReply::whole(429, {}, { { "Retry-After", "0" } }) << 2;
    QTest::newRow("a connection that closes without an answer") << FaultReply::nothing(FaultReply::End::Close) << 1;
    QTest::newRow("a connection that is reset") << FaultReply::nothing(FaultReply::End::Reset) << 2;
    QTest::newRow("cut in the middle") << FaultReply::whole(200, body).cutBody(7, FaultReply::End::Close) << 2;
    QTest::newRow("cut in chunks") << FaultReply::chunked(200, body.first(8), {}, 8, false) .cutBody(8, FaultReply::End::Close) << 1;
    QTest::newRow("whole chunks of too few bytes") << FaultReply::chunked(200, body.first(8)) << 5;
    QTest::newRow("an empty 200") << FaultReply::whole(200, {}) << 1;
}

void tst_TrinoSpool::triedAgain()
{
    QFETCH(FaultReply, reply);
    QFETCH(int, times);
    Storage storage;
    int left = times;
    storage.setTamper([&](const QByteArray &name, FaultReply &answer) {
        if (name == "s10" && left-- > 0)
            answer = reply;
    });
    FakeTrino server(storedPages(storage, 3));
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 30), run.log());
    QVERIFY2(storage.count("s10") >= times + 1, run.log()); // Qt repeats some by itself
    const auto progress = run.progress();
    // Where nothing at all came Qt may have asked again by itself.
    QVERIFY(reply.bytes.isEmpty() || std::ranges::any_of(progress, [](const Progress &p) { return p.state == Progress::State::Retrying; }));
    QTRY_COMPARE(ackCount(server), 3);
}

void tst_TrinoSpool::givenUp_data()
{
    QTest::addColumn<FaultReply>("reply");
    QTest::addColumn<int>("requests");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("text");
    const TestHeaders text { { "Content-Type", "text/plain" } };
    const TestHeaders xml { { "Content-Type", "application/xml" } };
    using enum Error::Code;
    QTest::newRow("503 for good") << FaultReply::whole(503, {}) << 6 << Incomplete << u"HTTP 503 Tried 6 times."_s;
    QTest::newRow("too few bytes for good") << FaultReply::whole(200, "[[1]]") << 6 << Incomplete << u"5 bytes"_s;
    QTest::newRow("429 that asks for ten days") << FaultReply::whole(429, {}, { { "Retry-After", "864000" } }) << 1 << Incomplete << u"HTTP 429"_s;
    QTest::newRow("the coordinator's expired segment") << FaultReply::whole(500, "io.trino.spi.spool.SpoolingException: Segment not found or expired\n\tat io.trino.Main", text)
                                                       << 1 << Incomplete << u"was not found or has expired"_s;
    QTest::newRow("404 of an object store") << FaultReply::whole(404, "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message><Resource>/b/k</Resource></Error>", xml)
                                            << 1 << Incomplete << u"The specified key does not exist. (NoSuchKey)"_s;
    QTest::newRow("403 of an object store") << FaultReply::whole(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", xml)
                                            << 1 << Unauthorized << u"Request has expired (AccessDenied)"_s;
    QTest::newRow("400 of an object store") << FaultReply::whole(400, "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>", xml)
                                            << 1 << InvalidData << u"Only one auth mechanism allowed (InvalidArgument)"_s;
}

void tst_TrinoSpool::givenUp()
{
    QFETCH(FaultReply, reply);
    Storage storage;
    storage.setTamper([&](const QByteArray &name, FaultReply &answer) {
        if (name == "s10")
            answer = reply;
    });
    FakeTrino server(storedPages(storage, 2));
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QTEST(run.error().code, "code");
    QFETCH(QString, text);
    QVERIFY2(run.error().message.contains(text), run.log());
    QVERIFY(!run.error().mayHaveRun);
    QTEST(storage.count("s10"), "requests");
    const QString everything = run.error().ticketText() + run.error().detail;
    QVERIFY2(!everything.contains("X-Signature"_L1) && !everything.contains("bucket"_L1) && !everything.contains("\tat "_L1), qPrintable(everything));
    QVERIFY(isCounting(run, run.rowCount()));
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

void tst_TrinoSpool::damagedSegment_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("metadata"); // behind segmentSize
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("text");
    const QByteArray plain = rows(0, 100);
    const QByteArray zstd = zstdPacked(plain, true);
    const QByteArray lz4 = lz4Packed(plain);
    const QByteArray size = R"(,"uncompressedSize":)" + QByteArray::number(plain.size());
    const QByteArray hundred = R"(,"rowsCount":100)";
    QByteArray flipped = zstd;
    flipped[zstd.size() / 2] = char(flipped[zstd.size() / 2] ^ 0x10);
    using enum Error::Code;
    const auto row = [](const char *name, const char *encoding, const QByteArray &bytes, const QByteArray &metadata, Error::Code code, const char *text) {
        QTest::newRow(name) << QByteArray(encoding) << bytes << metadata << code << QString::fromLatin1(text);
    };
    row("fewer rows than announced", "json", plain, R"(,"rowsCount":101)", Incomplete, "100 rows instead of the 101");
    row("more rows than announced", "json", plain, R"(,"rowsCount":99)", Incomplete, "100 rows instead of the 99");
    row("JSON that is cut", "json", plain.chopped(3), hundred, InvalidData, "");
    row("JSON with something behind it", "json", plain + "[]", hundred, InvalidData, "behind its closing bracket");
    row("JSON that is an object", "json", "{\"a\":1}", hundred, InvalidData, "begin with [");
    row("an error page", "json", "<html>busy</html>", hundred, InvalidData, "begin with [");
    row("bytes that are no UTF-8", "json", "[[\"\xff\"]]", R"(,"rowsCount":1)", InvalidData, "UTF-8");
    row("packed in a plain encoding", "json", zstd, size + hundred, InvalidData, "encoding is plain");
    row("zstd that is cut", "json+zstd", zstd.chopped(5), size + hundred, InvalidData, "damaged zstd");
    row("zstd cut to nothing", "json+zstd", QByteArray(), size + hundred, InvalidData, "damaged zstd");
    row("zstd with a bit turned over", "json+zstd", flipped, size + hundred, InvalidData, "damaged zstd");
    row("zstd with bytes behind it", "json+zstd", zstd + "x", size + hundred, InvalidData, "behind the end");
    row("two zstd frames", "json+zstd", zstd + zstd, R"(,"uncompressedSize":)" + QByteArray::number(plain.size() * 2) + hundred, InvalidData, "behind the end");
    row("zstd of less than announced", "json+zstd", zstd, R"(,"uncompressedSize":5000)" + hundred, InvalidData, "does not unpack to the 5000 bytes");
    row("zstd of more than announced", "json+zstd", zstd, R"(,"uncompressedSize":50)" + hundred, InvalidData, "zstd");
    row("zstd said to be of 10 GB", "json+zstd", zstd, R"(,"uncompressedSize":10000000000)" + hundred, InvalidData, "bomb");
    row("zstd said to be of 500 MB", "json+zstd", zstd, R"(,"uncompressedSize":500000000)" + hundred, InvalidData, "bomb");
    row("LZ4 that is cut", "json+lz4", lz4.chopped(9), size + hundred, InvalidData, "LZ4");
    row("LZ4 of less than announced", "json+lz4", lz4, R"(,"uncompressedSize":5000)" + hundred, InvalidData, "does not unpack to the 5000 bytes");
    row("LZ4 of more than announced", "json+lz4", lz4, R"(,"uncompressedSize":50)" + hundred, InvalidData, "damaged LZ4");
    row("LZ4 where zstd was said", "json+zstd", lz4, size + hundred, InvalidData, "damaged zstd");
}

void tst_TrinoSpool::damagedSegment()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, metadata);
    QFETCH(QString, text);
    Storage storage;
    storage.put("s0", bytes);
    const QByteArray whole = R"({"segmentSize":)" + QByteArray::number(bytes.size()) + metadata + '}';
    for (const bool isInline : { false, true }) {
        const QByteArray source = isInline ? R"("type":"inline","data":)" + quoted(bytes.toBase64())
                                           : R"("type":"spooled","uri":)" + quoted(storage.address("s0")) + R"(,"ackUri":)" + quoted("{server}/v1/spooled/ack/s0");
        FakeTrino server({ segmentsPage(encoding, { '{' + source + R"(,"metadata":)" + whole + '}' }), oneColumn });
        server.setTamper(withAcks());
        TrinoTestEngine engine(server.url(), spooled);
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
        QTEST(run.error().code, "code");
        QVERIFY2(run.error().message.contains(text), run.log());
        QCOMPARE(run.rowCount(), 0);
        QCOMPARE(ackCount(server), 0); // what could not be read is not thrown away
        QCOMPARE(storage.server().requestCount(), 1); // and not asked for again
    }
}

void tst_TrinoSpool::gapInRowsIsAnError()
{
    Storage storage;
    FakeTrino server({ segmentsPage("json", { segment(storage, { .from = 0, .count = 10 }, "json") }),
                       segmentsPage("json", { segment(storage, { .from = 20, .count = 10 }, "json") }), oneColumn });
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Incomplete);
    QVERIFY2(run.error().message.contains("Rows are missing"_L1), run.log());
}

void tst_TrinoSpool::acknowledgementMayFail()
{
    Storage storage;
    FakeTrino server(storedPages(storage, 3));
    int acks = 0;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (!request.target.startsWith("/v1/spooled/ack/"))
            return;
        reply = ++acks == 1 ? FaultReply::whole(500, "bang") : FaultReply::nothing(FaultReply::End::Reset);
    });
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 30), run.log());
}

void tst_TrinoSpool::cancelAbortsDownloads()
{
    Storage storage;
    storage.setTamper([](const QByteArray &, FaultReply &reply) { reply.isHeld = true; });
    for (const bool isAllReceived : { false, true }) {
        FakeTrino server(storedPages(storage, 3));
        server.setTamper(withAcks([&](const RecordedRequest &request, FaultReply &reply) {
            if (!isAllReceived && request.method == "GET" && request.target.endsWith("/y/3"))
                reply.isHeld = true;
        }));
        const int before = storage.server().requestCount();
        TrinoTestEngine engine(server.url(), spooled);
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QTRY_COMPARE(storage.server().requestCount(), before + 3);
        QTRY_COMPARE(server.getCount(), 5);
        run->cancel();
        QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
        QCOMPARE(run.error().code, Error::Code::Cancelled);
        QTRY_COMPARE(storage.server().openConnections(), 0);
        QCOMPARE(run.rowCount(), 0);
        if (!isAllReceived)
            QCOMPARE(server.deleteCount(), 1);
        QCOMPARE(ackCount(server), 0);
        QVERIFY2(run.problems().isEmpty(), run.problems());
        QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
    }
}

void tst_TrinoSpool::lettingGoAbortsDownloads()
{
    Storage storage;
    storage.setTamper([](const QByteArray &, FaultReply &reply) { reply.isHeld = true; });
    FakeTrino server(storedPages(storage, 3));
    TrinoTestEngine engine(server.url(), spooled);
    {
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QTRY_COMPARE(storage.server().requestCount(), 3);
    }
    QTRY_COMPARE(storage.server().openConnections(), 0);
}

void tst_TrinoSpool::pauseStartsNoDownload()
{
    Storage storage;
    // So many in one page that the next is not asked for before the pause.
    QList<QByteArray> segments;
    for (int i = 0; i < 60; ++i)
        segments << segment(storage, { .from = i * 10, .count = 10 }, "json");
    FakeTrino server({ segmentsPage("json", segments), oneColumn, oneColumn, oneColumn });
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    bool isFirst = true;
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s), false);
    run.onBatch([&isFirst](Statement &statement, const std::shared_ptr<arrow::RecordBatch> &) {
        if (std::exchange(isFirst, false))
            statement.pause();
    });
    run->start();
    // The server hears that somebody still is there, and what was under way is delivered.
    QTRY_VERIFY(server.headCount() >= 3);
    QTRY_COMPARE(run.rowCount(), storage.server().requestCount() * 10);
    QVERIFY2(storage.server().requestCount() < 20, run.log()); // only the pause holds the others back
    QCOMPARE(run.endCount(), 0);
    const int polls = server.getCount();
    const int heads = server.headCount();
    QTRY_VERIFY(server.headCount() >= heads + 3);
    QCOMPARE(server.getCount(), polls);
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 600), run.log());
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoSpool::pollingWaitsForDownloads()
{
    Storage storage;
    std::atomic<bool> isHeld = true;
    storage.setTamper([&](const QByteArray &, FaultReply &reply) { reply.isHeld = isHeld; });
    FakeTrino server(storedPages(storage, 100));
    server.setTamper(withAcks());
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QTRY_COMPARE(storage.server().requestCount(), 4);
    QTRY_VERIFY(server.headCount() >= 3); // it waits, and keeps the query alive
    const int polls = server.getCount();
    QVERIFY2(polls >= 30 && polls <= 36, QByteArray::number(polls));
    const int heads = server.headCount();
    QTRY_VERIFY(server.headCount() >= heads + 3);
    QCOMPARE(server.getCount(), polls);
    isHeld = false;
    storage.server().releaseHeld();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 1000), run.log());
    QCOMPARE(storage.server().requestCount(), 100);
}

void tst_TrinoSpool::malformedData_data()
{
    QTest::addColumn<QByteArray>("data");
    const QByteArray metadata = R"("metadata":{"rowsCount":1,"segmentSize":5})";
    const auto one = [](const QByteArray &segment) { return R"({"encoding":"json","segments":[)" + segment + "]}"; };
    QTest::newRow("no encoding") << R"({"segments":[]})"_ba;
    QTest::newRow("an encoding that was not asked for") << R"({"encoding":"arrow","segments":[]})"_ba;
    QTest::newRow("no segments") << R"({"encoding":"json"})"_ba;
    QTest::newRow("a segment that is a number") << one("1");
    QTest::newRow("no metadata") << one(R"({"type":"inline","data":"W1sxXV0="})");
    QTest::newRow("no size") << one(R"({"type":"inline","data":"W1sxXV0=","metadata":{"rowsCount":1}})");
    QTest::newRow("a size that is no number") << one(R"({"type":"inline","data":"W1sxXV0=","metadata":{"rowsCount":1,"segmentSize":"5x"}})");
    QTest::newRow("an unknown type") << one(R"({"type":"carrier pigeon",)" + metadata + '}');
    QTest::newRow("no base64") << one(R"({"type":"inline","data":"W1sxXV0",)" + metadata + '}');
    QTest::newRow("no address") << one(R"({"type":"spooled",)" + metadata + '}');
    QTest::newRow("an address of a file") << one(R"({"type":"spooled","uri":"file:///etc/passwd",)" + metadata + '}');
    QTest::newRow("a header with a line in it") << one(R"({"type":"spooled","uri":"http://h/x","headers":{"a":["b\r\nc: d"]},)" + metadata + '}');
    QTest::newRow("a header name that is none") << one(R"({"type":"spooled","uri":"http://h/x","headers":{"a b":["c"]},)" + metadata + '}');
    QTest::newRow("headers that are text") << one(R"({"type":"spooled","uri":"http://h/x","headers":"a",)" + metadata + '}');
}

void tst_TrinoSpool::malformedData()
{
    QFETCH(QByteArray, data);
    const auto segments = readTrinoSegments(data.toStdString());
    QVERIFY(!segments);
    QCOMPARE(segments.error().code, Error::Code::InvalidData);
    FakeTrino server({ oneColumn + R"(,"data":)" + data });
    TrinoTestEngine engine(server.url(), spooled);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
}

QTEST_GUILESS_MAIN(tst_TrinoSpool)

#include "tst_trinospool.moc"
