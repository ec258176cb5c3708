// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>

#include "transport/compression.h"

#include "compressed.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_Compression : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wholeInPieces_data();
    void wholeInPieces();
    void cutAnywhere_data() { wholeInPieces_data(); }
    void cutAnywhere();
    void damaged_data();
    void damaged();
    void bombs_data();
    void bombs();
    void poolKeepsMemory();
};

struct Decoded
{
    QByteArray bytes;
    std::optional<Error> error;
};

static Decoded decode(const QByteArray &encoding, QByteArrayView wire, qsizetype step, const DecodeLimits &limits = {})
{
    auto decoder = makeBodyDecoder(encoding, limits);
    BodyBuffer buffer(BodyPool::create());
    for (qsizetype at = 0; at < wire.size(); at += step) {
        if (const auto fed = (*decoder)->feed(wire.sliced(at, std::min(step, wire.size() - at)), buffer); !fed)
            return { {}, fed.error() };
    }
    if (const auto ended = (*decoder)->finish(); !ended)
        return { {}, ended.error() };
    const auto body = buffer.finish();
    return { QByteArray(reinterpret_cast<const char *>(body->data()), body->size()), {} };
}

void tst_Compression::wholeInPieces_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QByteArray>("plain");
    QByteArray plain;
    for (int i = 0; i < 300; ++i)
        plain += QByteArray::number(i * 7919) + ",\"name\"\n";
    QTest::newRow("gzip") << "gzip"_ba << gzipped(plain) << plain;
    QTest::newRow("gzip of nothing") << "gzip"_ba << gzipped({}) << QByteArray();
    QTest::newRow("zstd") << "zstd"_ba << zstdPacked(plain) << plain;
    QTest::newRow("zstd that says its size") << "zstd"_ba << zstdPacked(plain, true) << plain;
    QTest::newRow("zstd of nothing") << "zstd"_ba << zstdPacked({}) << QByteArray();
}

void tst_Compression::wholeInPieces()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, wire);
    QFETCH(QByteArray, plain);
    for (qsizetype step : { 1, 2, 7, 1000, 1'000'000 }) {
        const Decoded decoded = decode(encoding, wire, step);
        QVERIFY2(!decoded.error, qPrintable(decoded.error.value_or(Error()).message));
        QCOMPARE(decoded.bytes, plain);
    }
}

void tst_Compression::cutAnywhere()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, wire);
    for (qsizetype size = 0; size < wire.size(); ++size) {
        const Decoded decoded = decode(encoding, QByteArrayView(wire).first(size), 100);
        QVERIFY2(decoded.error, qPrintable(u"%1 of %2 bytes were taken for a whole"_s.arg(size).arg(wire.size())));
        QCOMPARE(decoded.error->code, Error::Code::Incomplete);
    }
}

void tst_Compression::damaged_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QByteArray>("wire");
    QTest::addColumn<QString>("part");
    const QByteArray plain = QByteArray("some text ").repeated(1000);
    for (const QByteArray &encoding : { "gzip"_ba, "zstd"_ba }) {
        const bool isGzip = encoding == "gzip";
        const QByteArray good = isGzip ? gzipped(plain) : zstdPacked(plain);
        const auto row = [&](const char *name) -> QTestData & { return QTest::addRow("%s: %s", encoding.constData(), name); };
        QByteArray bad = good;
        bad[bad.size() - (isGzip ? 6 : 2)] = char(bad[bad.size() - (isGzip ? 6 : 2)] ^ 1);
        row("wrong checksum") << encoding << bad << u"damaged"_s;
        if (isGzip) {
            bad = good;
            bad[bad.size() - 2] = char(bad[bad.size() - 2] ^ 1);
            row("wrong length behind it") << encoding << bad << u"damaged"_s;
        }
        row("bytes behind the end") << encoding << QByteArray(good + "x") << u"behind the end"_s;
        row("a second member") << encoding << QByteArray(good + good) << u"behind the end"_s;
        row("plain text") << encoding << "{\"data\":[[1]]}"_ba << u"damaged"_s;
        row("the other format") << encoding << (isGzip ? zstdPacked(plain) : gzipped(plain)) << u"damaged"_s;
    }
}

void tst_Compression::damaged()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, wire);
    QFETCH(QString, part);
    for (qsizetype step : { 1, 13, 100'000 }) {
        const Decoded decoded = decode(encoding, wire, step);
        QVERIFY(decoded.error);
        QCOMPARE(decoded.error->code, Error::Code::InvalidData);
        QVERIFY2(decoded.error->message.contains(part), qPrintable(decoded.error->message));
    }
}

void tst_Compression::bombs_data()
{
    QTest::addColumn<QByteArray>("encoding");
    QTest::addColumn<QByteArray>("wire");
    const QByteArray zeroes(8'000'000, '\0');
    QTest::newRow("gzip") << "gzip"_ba << gzipped(zeroes);
    QTest::newRow("zstd") << "zstd"_ba << zstdPacked(zeroes);
}

void tst_Compression::bombs()
{
    QFETCH(QByteArray, encoding);
    QFETCH(QByteArray, wire);
    QCOMPARE(decode(encoding, wire, 4096).bytes.size(), 8'000'000); // below the free size nobody counts
    const DecodeLimits tight { .inflationFreeBytes = 1'000'000 };
    QVERIFY(decode(encoding, wire, 4096, tight).error->message.contains(u"64 times"_s));
    const DecodeLimits small { .maximumBytes = 7'999'999 };
    QVERIFY(decode(encoding, wire, 4096, small).error->message.contains(u"a reply may have"_s));
    const DecodeLimits exact { .maximumBytes = 8'000'000 };
    QVERIFY(!decode(encoding, wire, 4096, exact).error);
}

void tst_Compression::poolKeepsMemory()
{
    auto pool = BodyPool::create();
    const auto fill = [&](qint64 size) {
        BodyBuffer buffer(pool);
        std::memset(buffer.space(size), 'x', size_t(size));
        buffer.commit(size);
        return buffer.finish();
    };
    auto first = fill(3'000'000);
    const void *place = first->data();
    auto second = fill(3'000'000);
    QVERIFY(second->data() != place); // the first is still held
    first.reset();
    QCOMPARE(static_cast<const void *>(fill(2'900'000)->data()), place);
    auto last = fill(100);
    pool.reset();
    QCOMPARE(last->size(), 100); // a body outlives its pool
    // Growth keeps what came before.
    BodyBuffer growing(BodyPool::create());
    QByteArray expected;
    for (int i = 0; i < 200; ++i) {
        const QByteArray piece(4999, char('a' + i % 26));
        std::memcpy(growing.space(piece.size()), piece.constData(), size_t(piece.size()));
        growing.commit(piece.size());
        expected += piece;
    }
    const auto grown = growing.finish();
    QVERIFY(QByteArrayView(reinterpret_cast<const char *>(grown->data()), grown->size()) == QByteArrayView(expected));
}

QTEST_GUILESS_MAIN(tst_Compression)
#include "tst_compression.moc"
