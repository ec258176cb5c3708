// SPDX-License-Identifier: Apache-2.0
// Servers and networks that fail, as the files of faults/ say: faults/README.md.
#include "closedport.h"
#include "compressed.h"
#include "faultcase.h"
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

#include <algorithm>
#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

Q_DECLARE_METATYPE(Grebe::FaultCase)

namespace {

const QByteArray bigint = R"("columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])";
const QByteArray receipt = R"("columns":[{"name":"rows","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])";
// In nothing that a person sees, and in nothing that another machine gets.
const QByteArray password = "canary-paddle";
const QByteArray signature = "canary-signature";

QByteArray rows(qint64 from, qint64 count)
{
    QByteArray data;
    for (qint64 i = from; i < from + count; ++i)
        data += (data.isEmpty() ? "[[" : ",[") + QByteArray::number(i) + ']';
    return data + ']';
}

QByteArray packed(const QByteArray &plain, const QByteArray &encoding)
{
    return encoding == "json+zstd" ? zstdPacked(plain, true) : encoding == "json+lz4" ? lz4Packed(plain) : plain;
}

QByteArray segmentPage(const QByteArray &store, int number, qint64 from, qint64 count, const QByteArray &encoding)
{
    const QByteArray plain = rows(from, count);
    QByteArray metadata = R"({"rowOffset":)" + QByteArray::number(from) + R"(,"rowsCount":)" + QByteArray::number(count)
        + R"(,"segmentSize":)" + QByteArray::number(packed(plain, encoding).size());
    if (encoding != "json")
        metadata += R"(,"uncompressedSize":)" + QByteArray::number(plain.size());
    return bigint + R"(,"data":{"encoding":")" + encoding + R"(","segments":[{"type":"spooled","uri":")" + store + "/s" + QByteArray::number(number)
        + "?X-Signature=" + signature + R"(","ackUri":"{server}/v1/spooled/ack/s","headers":{"x-key":["k"]},"metadata":)" + metadata + "}}]}";
}

/// Ten rows on the pages 1 to 3, or the receipt of an INSERT of three.
QList<QByteArray> pagesOf(const FaultCase &fault, const QByteArray &column, const QByteArray &store)
{
    QList<QByteArray> pages;
    if (fault.value("sql") == "insert") {
        pages = { R"("stats":{"state":"RUNNING"},"updateType":"INSERT")",
                  receipt + R"(,"data":[[3]],"stats":{"state":"FINISHING"},"updateType":"INSERT","updateCount":3)",
                  receipt + R"(,"stats":{"state":"FINISHED"},"updateType":"INSERT","updateCount":3)" };
    } else if (column == "spooled") {
        const QByteArray encoding = fault.value("encoding", "json");
        pages = { {}, segmentPage(store, 1, 0, 4, encoding), segmentPage(store, 2, 4, 4, encoding), segmentPage(store, 3, 8, 2, encoding), bigint };
    } else {
        pages = { {}, bigint + R"(,"data":)" + rows(0, 4), bigint + R"(,"data":)" + rows(4, 4), bigint + R"(,"data":)" + rows(8, 2), bigint };
    }
    const QList<QByteArray> own = fault.values("page");
    for (const QByteArray &line : own) {
        const qsizetype blank = line.indexOf(' ');
        pages[line.first(blank).toInt()] = expanded(line.sliced(blank + 1), {});
    }
    for (int i = fault.value("emptyPages").toInt(); i > 0; --i)
        pages.insert(1, QByteArray());
    return pages;
}

QSslConfiguration identity(const QString &name)
{
    const QString base = QStringLiteral(GREBE_TEST_DATA "/../../../transport/data/") + name;
    QFile key(base + u".key"_s);
    if (!key.open(QIODevice::ReadOnly))
        qFatal("no key %s", qPrintable(key.fileName()));
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate::fromPath(base + u".pem"_s).value(0));
    configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
    return configuration;
}

bool isAt(const RecordedRequest &request, const QByteArray &place)
{
    const QByteArray target = request.target.split('?').constFirst();
    if (place == "queued" || place == "executing")
        return request.method == "GET" && target.contains('/' + place + '/');
    if (place.startsWith("page "))
        return request.method == "GET" && target.contains("/executing/") && target.endsWith('/' + place.sliced(5));
    if (place.startsWith("segment "))
        return target == "/s" + place.sliced(8);
    if (place == "acknowledgement")
        return target.startsWith("/v1/spooled/ack/");
    return place == "anything" || request.method == place;
}

QByteArray damaged(QByteArray bytes, const QByteArray &how)
{
    const QByteArray what = how.split(' ').constFirst(), rest = how.sliced(what.size()).trimmed();
    if (what == "cut")
        return bytes.left(bytes.size() * rest.toInt() / 100);
    if (what == "append")
        return bytes + rest;
    if (what == "again")
        return bytes + bytes;
    if (what != "flip")
        qFatal("unknown damage %s", how.constData());
    const qsizetype at = rest.toInt() < 0 ? bytes.size() + rest.toInt() : rest.toInt();
    bytes[at] = char(~bytes.at(at));
    return bytes;
}

FaultReply faultyReply(const FaultCase &fault, const FaultReply &own, QMap<QByteArray, QByteArray> names)
{
    using End = FaultReply::End;
    const qsizetype head = own.bytes.indexOf("\r\n\r\n") + 4;
    names.insert("crlf", "\r\n");
    names.insert("body", own.bytes.sliced(head));
    const QByteArray how = fault.value("reply");
    QByteArray body = expanded(fault.has("body") ? fault.value("body") : names.value("body"), names);
    for (const QByteArray &line : fault.values("replace")) {
        const qsizetype arrow = line.indexOf(" -> ");
        const QByteArray from = expanded(line.first(arrow), names), to = expanded(line.sliced(arrow + 4), names);
        if (!body.contains(from))
            qWarning("%s: nothing to replace: %s", fault.name.constData(), from.constData());
        body.replace(from, to);
    }
    TestHeaders headers;
    bool hasType = false;
    for (const QByteArray &line : fault.values("header")) {
        headers.emplaceBack(line.left(line.indexOf(':')), expanded(line.sliced(line.indexOf(':') + 1).trimmed(), names));
        hasType |= headers.constLast().first == "Content-Type";
    }
    if (!hasType)
        headers.emplaceBack("Content-Type", "application/json");
    if (const QByteArray pack = fault.value("pack"); !pack.isEmpty()) {
        body = pack == "gzip" ? gzipped(body) : zstdPacked(body, true);
        headers.emplaceBack("Content-Encoding", pack);
    }
    for (const QByteArray &damage : fault.values("damage"))
        body = damaged(body, damage);

    const int status = how.toInt() > 0 ? how.toInt() : 200;
    const QByteArray framing = fault.value("framing", "length");
    FaultReply reply = framing == "chunks" ? FaultReply::chunked(status, body, headers, 40)
        : framing == "chunks without the last"  ? FaultReply::chunked(status, body, headers, 40, false)
        : framing == "none"                     ? FaultReply::endless(status, body, headers)
                                                : FaultReply::whole(status, body, headers);
    if (how == "nothing")
        reply = FaultReply::nothing(End::Close);
    else if (how.startsWith("raw "))
        reply.bytes = expanded(how.sliced(4), names);
    if (const QByteArray cut = fault.value("cut"); !cut.isEmpty()) {
        const qsizetype from = reply.bytes.indexOf("\r\n\r\n") + 4, size = reply.bytes.size() - from, number = cut.chopped(cut.endsWith('%')).toInt();
        reply.bytes.truncate(from + (cut.endsWith('%') ? size * number / 100 : number < 0 ? size + number : number));
    }
    const QByteArray end = fault.value("end", reply.end == End::Close || fault.has("cut") ? "close" : "keep");
    reply.end = end == "reset" ? End::Reset : end == "stall" ? End::Stall : end == "close" ? End::Close : End::KeepAlive;
    if (const QList<QByteArray> drip = fault.value("drip").split(' '); drip.size() == 2)
        reply.drip(drip.at(0).toInt(), std::chrono::milliseconds(drip.at(1).toInt()));
    return reply;
}

// "7", "0-4" or "2+".
bool isWithin(qint64 number, const QByteArray &range)
{
    if (range.endsWith('+'))
        return number >= range.chopped(1).toLongLong();
    const qsizetype dash = range.indexOf('-');
    return dash < 0 ? number == range.toLongLong() : number >= range.left(dash).toLongLong() && number <= range.sliced(dash + 1).toLongLong();
}

QByteArray mismatch(const char *what, const QByteArray &found, const QByteArray &wanted)
{
    return QByteArray(what) + "\n  is:     " + found + "\n  wanted: " + wanted + '\n';
}

} // namespace

class tst_TrinoFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fault_data();
    void fault();
};

void tst_TrinoFaults::fault_data()
{
    QTest::addColumn<FaultCase>("fault");
    QTest::addColumn<QByteArray>("column");
    const QList<FaultCase> faults = readFaultCases(QStringLiteral(GREBE_TEST_DATA "/../faults"));
    for (const FaultCase &fault : faults) {
        for (const QByteArray &column : fault.value("for", "direct spooled presto").split(' '))
            QTest::addRow("%s, %s", fault.name.constData(), column.constData()) << fault << column;
    }
}

void tst_TrinoFaults::fault()
{
    QFETCH(FaultCase, fault);
    QFETCH(QByteArray, column);
    const QByteArray at = fault.value("at"), sql = fault.value("sql", "select");

    QMap<QByteArray, QByteArray> names;
    const ClosedPort nobody;
    names.insert("nobody", nobody.url().toEncoded());
    FaultServer stranger([](const RecordedRequest &, int) { return FaultReply::whole(200, bigint); });
    names.insert("stranger", stranger.url().toEncoded());
    std::atomic<int> left = fault.value("times") == "always" ? 1'000'000 : fault.value("times", "1").toInt();

    const QMap<QByteArray, QByteArray> parts { { "/s1", rows(0, 4) }, { "/s2", rows(4, 4) }, { "/s3", rows(8, 2) } };
    FaultServer store;
    names.insert("store", store.url().toEncoded());
    const QByteArray tls = fault.value("tls");
    const QList<QByteArray> pages = pagesOf(fault, column, names.value("store"));
    auto owned = tls.isEmpty() ? std::make_unique<FakeTrino>(pages) : std::make_unique<FakeTrino>(identity(QString::fromUtf8(tls)), pages);
    FakeTrino &server = *owned;
    names.insert("server", server.url().toEncoded());
    store.setHandler([&](const RecordedRequest &request, int) {
        const QByteArray plain = parts.value(request.target.split('?').constFirst());
        const FaultReply own = FaultReply::whole(200, packed(plain, fault.value("encoding", "json")));
        return isAt(request, at) && left-- > 0 ? faultyReply(fault, own, names) : own;
    });
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.target.startsWith("/v1/spooled/ack/"))
            reply = FaultReply::whole(200, {});
        if (isAt(request, at) && left-- > 0)
            reply = faultyReply(fault, reply, names);
    });

    TrinoTestOptions options { { u"password"_s, QString::fromUtf8(password) },
                               { u"allowInsecurePassword"_s, u"true"_s },
                               { u"caFile"_s, QStringLiteral(GREBE_TEST_DATA "/../../../transport/data/ca.pem") } };
    if (column != "presto")
        options.insert(u"encoding"_s, column == "direct" ? u"direct"_s : QString::fromUtf8(fault.value("encoding", "json")));
    for (const QByteArray &line : fault.values("option"))
        options.insert(QString::fromUtf8(line.left(line.indexOf('='))), QString::fromUtf8(expanded(line.sliced(line.indexOf('=') + 1), names)));
    const QUrl url = at == "connect" ? nobody.url() : server.url();
    TrinoTestEngine engine(url, options, nullptr, quickTimings(), column == "presto" ? prestoInfo() : trinoInfo());
    StatementRun run(engine.prepare(sql == "insert" ? u"INSERT INTO t VALUES 1, 2, 3"_s : u"SELECT n FROM t"_s));

    const auto asked = [&] {
        const auto all = server.server().requests() + store.requests();
        return std::ranges::count_if(all, [&](const RecordedRequest &r) { return isAt(r, at); });
    };
    if (fault.value("then") == "cancel") {
        QTRY_VERIFY(asked() > 0 || run.endCount() > 0);
        run->cancel();
    }
    QVERIFY2(run.waitForEnd(10s), run.log());

    QByteArray wrong = run.problems();
    const QByteArray ends = fault.value("ends", "finished");
    const Error error = run.error();
    const QByteArray ended = run.hasFinished() ? "finished"_ba : codeName(error.code).toUtf8();
    if (ended != ends)
        wrong += mismatch("it ends", ended, ends);
    const QByteArray rowRange = fault.value("rows", sql == "insert" ? "0" : "10");
    if (!isWithin(run.rowCount(), rowRange))
        wrong += mismatch("rows", QByteArray::number(run.rowCount()), rowRange);
    if (sql == "insert" && run.hasFinished() && run.summary().affectedRows != 3)
        wrong += "the count of the INSERT is lost\n";
    const QList<QByteArray> cells = fault.values("cell");
    for (const QByteArray &line : cells) {
        const QList<QByteArray> place = line.split(' ').first(2);
        const QByteArray wanted = expanded(line.sliced(place.join(' ').size() + 1), names);
        if (const QByteArray found = run.cell(place.at(0).toLongLong(), place.at(1).toInt()).toUtf8(); found != wanted)
            wrong += mismatch("cell", found, wanted);
    }
    for (qint64 row = 0; row < run.rowCount() && cells.isEmpty(); ++row) {
        if (run.cell(row, 0) != QString::number(row))
            wrong += "row " + QByteArray::number(row) + " is " + run.cell(row, 0).toUtf8() + '\n';
    }

    // What a person reads, word by word; whatever came before stands in front of it.
    QString message = error.message;
    if (run.hasFailed() && run.rowCount() > 0 && !error.isCancelled()) {
        const QString prefix = u"Incomplete after %1 rows: "_s.arg(run.rowCount());
        if (!message.startsWith(prefix))
            wrong += mismatch("the message hides that rows are missing", message.toUtf8(), prefix.toUtf8());
        message = message.sliced(message.startsWith(prefix) ? prefix.size() : 0);
    }
    const auto plain = [&](QString text) {
        for (const QByteArray &name : { "server"_ba, "store"_ba, "stranger"_ba, "nobody"_ba })
            text.replace(QString::fromUtf8(names.value(name)).section(u"//"_s, 1), QString::fromUtf8('<' + name + '>'));
        return text.toUtf8();
    };
    if (const QByteArray says = fault.value("says"); plain(message) != says && !(says.endsWith("...") && plain(message).startsWith(says.chopped(3))))
        wrong += mismatch("it says", plain(message), says);
    if (plain(error.hint) != fault.value("hint"))
        wrong += mismatch("its hint", plain(error.hint), fault.value("hint"));
    if (run.hasFailed() && (message.size() > 2200 || std::ranges::any_of(message, [](QChar c) { return c < u' ' && c != u'\n'; })))
        wrong += "the message is no plain short text\n";
    for (const QByteArray &secret : { password, signature, ("ann:" + password).toBase64() }) {
        if (error.ticketText().contains(QString::fromUtf8(secret)))
            wrong += "a secret in " + error.ticketText().toUtf8() + '\n';
    }
    if (error.mayHaveRun != (fault.value("mayHaveRun") == "yes"))
        wrong += mismatch("may have run", error.mayHaveRun ? "yes" : "no", fault.value("mayHaveRun", "no"));
    if (fault.has("told")) {
        const auto progress = run.progress();
        if (!std::ranges::any_of(progress, [&](const Progress &p) { return p.text.toUtf8() == fault.value("told"); }))
            wrong += mismatch("progress never told", {}, fault.value("told"));
    }

    // What servers saw: at most one statement ran, as often as said, and no other machine learned who we are.
    if (!isWithin(server.postCount(), fault.value("posts", "1")))
        wrong += mismatch("POSTs", QByteArray::number(server.postCount()), fault.value("posts", "1"));
    if (server.executionCount() > 1)
        wrong += "the statement ran " + QByteArray::number(server.executionCount()) + " times\n";
    if (fault.has("asked") && !isWithin(asked(), fault.value("asked")))
        wrong += mismatch("asked there", QByteArray::number(asked()), fault.value("asked"));
    if (fault.has("deletes") && !QTest::qWaitFor([&] { return isWithin(server.deleteCount(), fault.value("deletes")); }, 5000))
        wrong += mismatch("DELETEs", QByteArray::number(server.deleteCount()), fault.value("deletes"));
    wrong += server.mistakes().join(u'\n').toUtf8();
    if (stranger.requestCount() != fault.value("strangers").toInt())
        wrong += mismatch("requests at the stranger", QByteArray::number(stranger.requestCount()), fault.value("strangers", "0"));
    const auto abroad = stranger.requests() + store.requests();
    for (const RecordedRequest &request : abroad) {
        for (const auto &[name, value] : request.headers) {
            const QByteArray lower = name.toLower();
            if (lower == "authorization" || lower == "cookie" || lower.startsWith("x-trino") || lower.startsWith("x-presto"))
                wrong += "another machine got " + name + ": " + value + '\n';
        }
    }
    QVERIFY2(wrong.isEmpty(), wrong);
}

QTEST_GUILESS_MAIN(tst_TrinoFaults)

#include "tst_trinofaults.moc"
