// SPDX-License-Identifier: Apache-2.0
// GETs that go past QNetworkAccessManager: what tst_httpclient and tst_httpfaults do not ask of every request.
#include "transport/directreply.h"
#include "transport/httpclient.h"

#include "faultserver.h"
#include "httprun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using End = FaultReply::End;

class tst_DirectReply : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void chunksCutAnywhere_data();
    void chunksCutAnywhere();
    void connectionIsUsedAgain();
    void usedConnectionThatWentIsReplaced();
    void requestIsRepeatedOnAUsedConnectionOnly();
    void bytesInPieces_data();
    void bytesInPieces();
    void hugeHeadCostsLittle();
};

void tst_DirectReply::chunksCutAnywhere_data()
{
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<bool>("isDone");
    QTest::addColumn<bool>("isBad");
    QTest::newRow("two chunks") << "5\r\nhello\r\nA\r\n, 12345678\r\n0\r\n\r\n"_ba << "hello, 12345678"_ba << true << false;
    QTest::newRow("bare line feeds") << "5\nhello\n0\n\n"_ba << "hello"_ba << true << false;
    QTest::newRow("extensions and a trailer") << "5;a=b\r\nhello\r\n0;end\r\nX-Sum: 1\r\nY: 2\r\n\r\n"_ba << "hello"_ba << true << false;
    QTest::newRow("payload that looks like a chunk") << "7\r\n0\r\n\r\nab\r\n0\r\n\r\n"_ba << "0\r\n\r\nab"_ba << true << false;
    QTest::newRow("no last chunk") << "5\r\nhello\r\n"_ba << "hello"_ba << false << false;
    QTest::newRow("no empty line behind the last chunk") << "5\r\nhello\r\n0\r\n"_ba << "hello"_ba << false << false;
    QTest::newRow("cut in a chunk") << "5\r\nhel"_ba << "hel"_ba << false << false;
    QTest::newRow("more behind the end") << "5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200"_ba << "hello"_ba << true << true;
    QTest::newRow("a size that is no number") << "5\r\nhello\r\nzz\r\nworld"_ba << "hello"_ba << false << true;
    QTest::newRow("an empty size") << "\r\nhello"_ba << ""_ba << false << true;
    QTest::newRow("a negative size") << "-5\r\nhello\r\n"_ba << ""_ba << false << true;
    QTest::newRow("a size beyond numbers") << "ffffffffffffffffff\r\nhello"_ba << ""_ba << false << true;
    QTest::newRow("a chunk longer than its size") << "4\r\nhello\r\n0\r\n\r\n"_ba << "hell"_ba << false << true;
}

void tst_DirectReply::chunksCutAnywhere()
{
    QFETCH(QByteArray, wire);
    QFETCH(QByteArray, payload);
    QFETCH(bool, isDone);
    QFETCH(bool, isBad);
    for (qsizetype piece = 1; piece <= wire.size(); ++piece) {
        ChunkReader chunks;
        QByteArray got;
        for (qsizetype at = 0; at < wire.size(); at += piece) {
            QByteArray bytes = wire.mid(at, piece);
            got += bytes.first(chunks.strip(bytes.data(), bytes.size()));
        }
        QCOMPARE(got, payload);
        QCOMPARE(chunks.isDone(), isDone);
        QCOMPARE(chunks.isBad(), isBad);
    }
}

void tst_DirectReply::connectionIsUsedAgain()
{
    FaultServer server([](const RecordedRequest &, int ordinal) {
        return ordinal % 2 ? FaultReply::chunked(200, "hello") : FaultReply::whole(200, "hello");
    });
    HttpClient client({});
    for (int i = 0; i < 10; ++i)
        QCOMPARE(waitFor(client.send({ .url = server.url() })).bytes(), QByteArrayView("hello"));
    QCOMPARE(server.requestCount(), 10);
    QCOMPARE(server.connectionCount(), 1);
}

void tst_DirectReply::usedConnectionThatWentIsReplaced()
{
    // The server closes behind its reply, and says so only by closing.
    FaultServer server([](const RecordedRequest &, int) {
        FaultReply reply = FaultReply::whole(200, "hello");
        reply.end = End::Close;
        return reply;
    });
    HttpClient client({});
    for (int i = 0; i < 20; ++i) {
        const HttpResponse response = waitFor(client.send({ .url = server.url() }));
        QVERIFY2(!response.error, qPrintable(messageOf(response)));
        QCOMPARE(response.bytes(), QByteArrayView("hello"));
    }
    QCOMPARE(server.requestCount(), 20);
}

void tst_DirectReply::requestIsRepeatedOnAUsedConnectionOnly()
{
    FaultServer server([](const RecordedRequest &request, int) {
        return request.target == "/warm" ? FaultReply::whole(200, "hello") : FaultReply::nothing(End::Close);
    });
    HttpClient client({});
    QVERIFY(!waitFor(client.send({ .url = server.url(u"/warm"_s) })).error);
    const HttpResponse response = waitFor(client.send({ .url = server.url(u"/lost"_s) }));
    QVERIFY(response.error);
    QVERIFY2(messageOf(response).contains(u"was lost before an answer came"_s), qPrintable(messageOf(response)));
    QCOMPARE(server.requestCount(), 3); // once on the used connection, once on a fresh one
    QVERIFY(waitFor(client.send({ .url = server.url(u"/lost"_s) })).error);
    QCOMPARE(server.requestCount(), 4);
}

void tst_DirectReply::bytesInPieces_data()
{
    QTest::addColumn<FaultReply>("reply");
    QByteArray body;
    for (int i = 0; i < 300; ++i)
        body += QByteArray::number(i);
    QTest::newRow("a length") << FaultReply::whole(200, body);
    QTest::newRow("chunks") << FaultReply::chunked(200, body, {}, 7);
    FaultReply informal = FaultReply::chunked(200, body, {}, 100);
    informal.bytes.prepend("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
    QTest::newRow("two informal replies in front") << informal;
}

void tst_DirectReply::bytesInPieces()
{
    QFETCH(FaultReply, reply);
    QByteArray body;
    for (int i = 0; i < 300; ++i)
        body += QByteArray::number(i);
    for (qsizetype piece : { 11, 23, 100, 100'000 }) {
        FaultReply pieces = reply;
        pieces.drip(piece, 1ms);
        FaultServer server([&](const RecordedRequest &, int) { return pieces; });
        HttpClient client({});
        const HttpResponse response = waitFor(client.send({ .url = server.url() }));
        QVERIFY2(!response.error, qPrintable(messageOf(response)));
        QCOMPARE(response.bytes(), QByteArrayView(body));
    }
}

void tst_DirectReply::hugeHeadCostsLittle()
{
    FaultServer server([](const RecordedRequest &, int) {
        return FaultReply::whole(200, "ok", { { "X", QByteArray(32 << 20, 'v') } });
    });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QVERIFY(response.error);
    QVERIFY2(messageOf(response).contains(u"headers that cannot be read"_s), qPrintable(messageOf(response)));
    QTRY_COMPARE(server.openConnections(), 0);
}

QTEST_GUILESS_MAIN(tst_DirectReply)
#include "tst_directreply.moc"
