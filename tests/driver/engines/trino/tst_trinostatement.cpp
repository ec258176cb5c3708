// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "closedport.h"
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

QByteArray rowsPage(qint64 from, qint64 count)
{
    QByteArray data;
    for (qint64 i = from; i < from + count; ++i)
        data += (data.isEmpty() ? "[" : ",[") + QByteArray::number(i) + ']';
    return oneColumn + R"(,"data":[)" + data + ']';
}

// Ten rows on three pages, with empty ones before and behind as a server sends them.
QList<QByteArray> tenRows()
{
    return { {}, rowsPage(0, 4), rowsPage(4, 4), rowsPage(8, 2), oneColumn };
}

QList<QByteArray> threeInserted()
{
    const QByteArray rows = R"("columns":[{"name":"rows","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])";
    return { R"("stats":{"state":"RUNNING"},"updateType":"INSERT")", rows + R"(,"data":[[3]],"stats":{"state":"FINISHING"},"updateType":"INSERT","updateCount":3)",
             rows + R"(,"stats":{"state":"FINISHED"},"updateType":"INSERT","updateCount":3)" };
}

// Every row once and in order.
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

} // namespace

class tst_TrinoStatement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recorded_data();
    void recorded();
    void recordedError_data();
    void recordedError();
    void requestHeaders();
    void pathPrefixOfAGateway();
    void warningComesOnce();
    void postStatus_data();
    void postStatus();
    void getStatus_data();
    void getStatus();
    void longRetryAfterIsTold();
    void refusedConnectionIsToldAtOnce();
    void cutPageIsFetchedAgain_data();
    void cutPageIsFetchedAgain();
    void insertRunsOnceWhereverTheNetworkIsCut_data();
    void insertRunsOnceWhereverTheNetworkIsCut();
    void insertRunsOnceWhereverARequestIsCut();
    void insertRunsOnceWhenTheNetworkStaysCut_data();
    void insertRunsOnceWhenTheNetworkStaysCut();
    void cutResultNeverLooksComplete_data();
    void cutResultNeverLooksComplete();
    void progressNeverFalls();
    void manyPagesInOrder();
    void unwantedSpooledResultIsAnError();
    void changedColumnsAreAnError();
    void compressionIsAskedFor_data();
    void compressionIsAskedFor();
};

void tst_TrinoStatement::recorded_data()
{
    QTest::addColumn<QString>("recording");
    QTest::addColumn<int>("columnCount");
    QTest::addColumn<int>("rowCount");
    QTest::addColumn<QString>("updateType");
    QTest::addColumn<int>("affectedRows");
    QTest::newRow("a query") << u"select"_s << 2 << 2 << QString() << -1;
    QTest::newRow("a query without rows") << u"no-rows"_s << 1 << 0 << QString() << -1;
    QTest::newRow("nulls, and columns of one name") << u"nulls-and-duplicates"_s << 3 << 2 << QString() << -1;
    QTest::newRow("EXECUTE IMMEDIATE") << u"execute-immediate"_s << 1 << 1 << QString() << -1;
    QTest::newRow("INSERT, whose own row is hidden") << u"insert"_s << 0 << 0 << u"INSERT"_s << 3;
    QTest::newRow("CREATE TABLE") << u"create-table"_s << 0 << 0 << u"CREATE TABLE"_s << -1;
    QTest::newRow("USE") << u"use"_s << 0 << 0 << u"USE"_s << -1;
    QTest::newRow("SHOW SCHEMAS") << u"show-schemas"_s << 1 << 2 << QString() << -1;
}

void tst_TrinoStatement::recorded()
{
    QFETCH(QString, recording);
    const TrinoRecording script(recording);
    ScriptedServer server;
    script.play(server);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(QString::fromUtf8(script.sql)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());
    const StatementSummary summary = run.summary();
    QTEST(run.schema() ? run.schema()->num_fields() : 0, "columnCount");
    QTEST(int(run.rowCount()), "rowCount");
    QCOMPARE(summary.rowCount, run.rowCount());
    QTEST(summary.updateType, "updateType");
    QTEST(int(summary.affectedRows.value_or(-1)), "affectedRows");
    QVERIFY(summary.byteCount > 0);
    QVERIFY(!run->queryId().isEmpty());
    QVERIFY(run->infoUrl().contains("/ui/query.html?"_L1));
    QCOMPARE(server.requestCount(), int(script.exchangeCount()));
}

void tst_TrinoStatement::recordedError_data()
{
    QTest::addColumn<QString>("recording");
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("name");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    const auto row = [](const char *name, const char *recording, const char *sql, const char *error, Error::Code code, int line, int column) {
        QTest::newRow(name) << QString::fromLatin1(recording) << QString::fromLatin1(sql) << QString::fromLatin1(error) << code << line << column;
    };
    using enum Error::Code;
    row("before the first page", "table-not-found", "SELECT 1\nFROM memory.default.nowhere", "TABLE_NOT_FOUND", NotFound, 2, 6);
    row("while it runs", "division-by-zero", "SELECT 1 / 0", "DIVISION_BY_ZERO", InvalidArgument, 0, 0);
    row("syntax behind a parameter", "execute-immediate-syntax", "SELECT ?\n FROM FROM x", "SYNTAX_ERROR", InvalidArgument, 2, 7);
    row("syntax on the parameter's line", "execute-immediate-syntax-first-line", "SELECT ? FROM FROM x", "SYNTAX_ERROR", InvalidArgument, 1, 15);
    row("a column behind a parameter", "execute-immediate-column", "SELECT ?,\n nowhere", "COLUMN_NOT_FOUND", NotFound, 2, 2);
    row("a column on the parameter's line", "execute-immediate-column-first-line", "SELECT ?, nowhere", "COLUMN_NOT_FOUND", NotFound, 1, 11);
}

void tst_TrinoStatement::recordedError()
{
    QFETCH(QString, recording);
    QFETCH(QString, sql);
    const TrinoRecording script(recording);
    ScriptedServer server;
    server.expect("GET /v1/info").answer(200, R"({"nodeVersion":{"version":"476"}})").optional();
    StatementOptions options;
    if (sql.contains(u'?')) {
        options.parameters = { 1 };
        QVERIFY(script.sql.startsWith("EXECUTE IMMEDIATE\n"));
    }
    script.play(server);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(sql, options));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());
    const Error error = run.error();
    QTEST(error.vendorCode, "name");
    QTEST(error.code, "code");
    QTEST(error.line, "line");
    QTEST(error.column, "column");
    QCOMPARE(error.queryId, run->queryId());
    QVERIFY(!error.infoUrl.isEmpty());
    QVERIFY(!error.mayHaveRun);
    if (error.line > 0)
        QVERIFY2(error.message.startsWith(u"line %1:%2: "_s.arg(error.line).arg(error.column)), qPrintable(error.message));
}

void tst_TrinoStatement::requestHeaders()
{
    FakeTrino server(tenRows());
    TrinoTestEngine engine(server.url(), { { u"extraHeaders"_s, u"X-Gateway:blue"_s },
                                           { u"password"_s, u"pässword+"_s },
                                           { u"allowInsecurePassword"_s, u"true"_s } });
    StatementRun run(engine.prepare(u"SELECT 'é' ; -- done"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    const QByteArray basic = "Basic " + QByteArray("ann:p\xe4ssword+").toBase64(); // ISO-8859-1, as the server reads
    const auto requests = server.server().requests();
    QCOMPARE(requests.size(), 7);
    for (const RecordedRequest &request : requests) {
        QCOMPARE(request.header("X-Trino-User"), "ann");
        QCOMPARE(request.header("X-Gateway"), "blue");
        QCOMPARE(request.header("Authorization"), basic);
        QVERIFY(request.header("User-Agent").startsWith("Grebe/"));
        QCOMPARE(request.header("X-Trino-Source").isEmpty(), request.method != "POST");
    }
    QCOMPARE(requests.first().header("Content-Type"), "text/plain; charset=utf-8");
    QCOMPARE(requests.first().header("X-Trino-Transaction-Id"), "NONE");
    QCOMPARE(requests.first().body, "SELECT '\xc3\xa9'"); // the server refuses a semicolon
}

void tst_TrinoStatement::pathPrefixOfAGateway()
{
    FaultServer server([](const RecordedRequest &request, int) {
        if (request.line() != "POST /gateway/blue/v1/statement")
            return FaultReply::whole(404, "no such route");
        return FaultReply::whole(200, R"({"id":"q1","columns":[{"name":"a","type":"bigint"}],"data":[[1]],"stats":{"state":"FINISHED"}})",
                                 { { "Content-Type", "application/json" } });
    });
    for (const QString &prefix : { u"gateway/blue"_s, u"/gateway/blue/"_s }) {
        TrinoTestEngine engine(server.url(), { { u"pathPrefix"_s, prefix } });
        StatementRun run(engine.prepare(u"SELECT 1"_s));
        QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
        QCOMPARE(run.rowCount(), 1);
    }
}

void tst_TrinoStatement::warningComesOnce()
{
    ScriptedServer server;
    const TrinoRecording script(u"redundant-order"_s);
    script.play(server);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(QString::fromUtf8(script.sql)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.warnings().size(), 1);
    QCOMPARE(run.warnings().first().code, u"REDUNDANT_ORDER_BY"_s);
}

void tst_TrinoStatement::postStatus_data()
{
    QTest::addColumn<FaultReply>("reply");
    QTest::addColumn<int>("times"); // it comes so often, then the right answer
    QTest::addColumn<Error::Code>("code"); // Unknown: it finishes
    QTest::addColumn<QString>("text");
    const TestHeaders text { { "Content-Type", "text/plain" } };
    const auto good = Error::Code::Unknown;
    QTest::newRow("503 is a proxy's, sent again") << FaultReply::whole(503, "later", text) << 3 << good << QString();
    QTest::newRow("502 as well") << FaultReply::whole(502, {}) << 1 << good << QString();
    QTest::newRow("429 with a delay of no seconds") << FaultReply::whole(429, {}, { { "Retry-After", "0" } }) << 2 << good << QString();
    QTest::newRow("429 with a date that has passed") << FaultReply::whole(429, {}, { { "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT" } }) << 1 << good << QString();
    QTest::newRow("an empty 200") << FaultReply::whole(200, {}) << 1 << good << QString();
    QTest::newRow("half a page") << FaultReply::whole(200, R"({"id":"q1","nextUri":"http)") << 1 << good << QString();
    QTest::newRow("a connection that closes without an answer") << FaultReply::nothing(FaultReply::End::Close) << 2 << good << QString();
    QTest::newRow("a connection that is reset") << FaultReply::nothing(FaultReply::End::Reset) << 2 << good << QString();
    QTest::newRow("400 is final, without the prefix") << FaultReply::whole(400, "Error 400 Bad Request: SQL is empty", text) << 1 << Error::Code::InvalidArgument << u"SQL is empty"_s;
    QTest::newRow("403") << FaultReply::whole(403, "Error 403 Forbidden: Authentication over HTTP is not enabled", text) << 1 << Error::Code::Unauthorized << u"Authentication over HTTP is not enabled"_s;
    QTest::newRow("404") << FaultReply::whole(404, "<html><head><title>404 Not Found</title></head></html>") << 1 << Error::Code::NotFound << u"404 Not Found"_s;
    QTest::newRow("500 is final, without the Java stack") << FaultReply::whole(500, "java.lang.Boom: bang\n\tat io.trino.Main", text) << 1 << Error::Code::Internal << u"java.lang.Boom: bang"_s;
    QTest::newRow("401 without a way to sign in") << FaultReply::whole(401, "Unauthorized", { { "WWW-Authenticate", "Bearer x_token_server=\"https://x/\"" } }) << 1 << Error::Code::Unauthenticated << u"Authentication failed: Unauthorized"_s;
}

void tst_TrinoStatement::postStatus()
{
    QFETCH(FaultReply, reply);
    QFETCH(int, times);
    QFETCH(Error::Code, code);
    FakeTrino server(tenRows());
    server.setTamper([&reply, &times](const RecordedRequest &request, FaultReply &answer) {
        if (request.method == "POST" && times-- > 0)
            answer = reply;
    });
    const int wanted = times + 1;
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    if (code == Error::Code::Unknown) {
        QVERIFY2(run.hasFinished() && isCounting(run, 10), run.log());
        QCOMPARE(server.postCount(), wanted);
    } else {
        QCOMPARE(run.error().code, code);
        QTEST(run.error().message, "text");
        QCOMPARE(server.postCount(), 1);
        QVERIFY(!run.error().mayHaveRun);
    }
    QCOMPARE(server.executionCount(), code == Error::Code::Unknown ? 1 : 0);
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

void tst_TrinoStatement::getStatus_data()
{
    QTest::addColumn<FaultReply>("reply");
    QTest::addColumn<int>("times");
    QTest::addColumn<Error::Code>("code");
    const TestHeaders text { { "Content-Type", "text/plain" } };
    const auto good = Error::Code::Unknown;
    QTest::newRow("503 twice") << FaultReply::whole(503, {}) << 2 << good;
    QTest::newRow("504") << FaultReply::whole(504, {}) << 1 << good;
    QTest::newRow("429 with a delay of no seconds") << FaultReply::whole(429, {}, { { "Retry-After", "0" } }) << 2 << good;
    QTest::newRow("429 with garbage for a delay") << FaultReply::whole(429, {}, { { "Retry-After", "soon" } }) << 2 << good;
    QTest::newRow("an empty 200") << FaultReply::whole(200, {}) << 2 << good;
    QTest::newRow("a page of a proxy") << FaultReply::whole(200, "<html>overloaded</html>") << 1 << good;
    QTest::newRow("a closed connection") << FaultReply::nothing(FaultReply::End::Close) << 2 << good;
    QTest::newRow("a page without length or chunks, which may be cut") << FaultReply::endless(200, R"({"id":"q1"})") << 1 << good;
    QTest::newRow("410: the query is gone") << FaultReply::whole(410, "Error 410 Gone: HTTP 410 Gone", text) << 1 << Error::Code::Incomplete;
    QTest::newRow("404: the server was restarted") << FaultReply::whole(404, "Error 404 Not Found: Query not found", text) << 1 << Error::Code::Incomplete;
    QTest::newRow("500 is final") << FaultReply::whole(500, "bang", text) << 1 << Error::Code::Internal;
    QTest::newRow("503 for longer than requestTimeout") << FaultReply::whole(503, {}) << 1'000'000 << Error::Code::Incomplete;
}

void tst_TrinoStatement::getStatus()
{
    QFETCH(FaultReply, reply);
    QFETCH(int, times);
    QFETCH(Error::Code, code);
    FakeTrino server(tenRows());
    server.setTamper([&reply, &times](const RecordedRequest &request, FaultReply &answer) {
        if (request.method == "GET" && request.target.endsWith("/y/2") && times-- > 0)
            answer = reply;
    });
    TrinoTestEngine engine(server.url(), { { u"requestTimeout"_s, times > 1000 ? u"50ms"_s : u"1m"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());
    QCOMPARE(server.postCount(), 1);
    if (code == Error::Code::Unknown) {
        QVERIFY2(run.hasFinished() && isCounting(run, 10), run.log());
        return;
    }
    QCOMPARE(run.error().code, code);
    QVERIFY(isCounting(run, run.rowCount()) && run.rowCount() <= 4);
    QVERIFY2(run.rowCount() == 0 || run.error().message.startsWith("Incomplete after 4 rows: "_L1), qPrintable(run.error().message));
    if (times > 1000) {
        const auto progress = run.progress();
        QVERIFY(std::any_of(progress.begin(), progress.end(), [](const Progress &p) {
            return p.state == Progress::State::Retrying && p.text == u"server not answering, trying again"_s;
        }));
    }
    QTRY_COMPARE(server.deleteCount(), 1); // what still may run is stopped
}

void tst_TrinoStatement::longRetryAfterIsTold()
{
    FakeTrino server(tenRows());
    server.setTamper([](const RecordedRequest &request, FaultReply &answer) {
        if (request.method == "GET")
            answer = FaultReply::whole(429, {}, { { "Retry-After", "864000" } });
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().message.contains("10 days"_L1), run.log());
}

void tst_TrinoStatement::refusedConnectionIsToldAtOnce()
{
    const ClosedPort nobody;
    TrinoTestEngine engine(nobody.url());
    StatementRun run(engine.prepare(u"INSERT INTO t VALUES 1"_s));
    QVERIFY2(run.waitForEnd(5s) && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::IO);
    QVERIFY2(run.error().message.contains("127.0.0.1"_L1), run.log());
    QVERIFY(!run.error().mayHaveRun);
}

void tst_TrinoStatement::cutPageIsFetchedAgain_data()
{
    QTest::addColumn<bool>("isChunked");
    QTest::addColumn<int>("percent");
    QTest::addColumn<FaultReply::End>("end");
    for (const bool isChunked : { false, true }) {
        for (const int percent : { 0, 25, 60, 99, 100 }) {
            if (!isChunked && percent == 100)
                continue; // that is whole
            for (const auto end : { FaultReply::End::Close, FaultReply::End::Reset }) {
                QTest::addRow("%s at %d %%, %s", isChunked ? "chunked" : "with a length", percent, end == FaultReply::End::Close ? "closed" : "reset")
                    << isChunked << percent << end;
            }
        }
    }
}

void tst_TrinoStatement::cutPageIsFetchedAgain()
{
    QFETCH(bool, isChunked);
    QFETCH(int, percent);
    QFETCH(FaultReply::End, end);
    FakeTrino server(tenRows());
    bool isCut = false;
    server.setTamper([&](const RecordedRequest &request, FaultReply &answer) {
        if (!request.target.endsWith("/y/1") || request.method != "GET" || !request.target.contains("executing") || std::exchange(isCut, true))
            return;
        const qsizetype head = answer.bytes.indexOf("\r\n\r\n") + 4;
        const QByteArray body = answer.bytes.mid(head);
        if (isChunked)
            answer = FaultReply::chunked(200, body, { { "Content-Type", "application/json" } }, 40, false);
        const qsizetype from = answer.bytes.indexOf("\r\n\r\n") + 4;
        answer.bytes.truncate(from + (answer.bytes.size() - from) * percent / 100);
        answer.end = end;
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 10), run.log());
    QCOMPARE(server.postCount(), 1);
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoStatement::insertRunsOnceWhereverTheNetworkIsCut_data()
{
    QTest::addColumn<FaultReply::End>("end");
    QTest::addColumn<int>("step");
    QTest::newRow("reset at every byte") << FaultReply::End::Reset << 1;
    QTest::newRow("closed at every seventh byte") << FaultReply::End::Close << 7;
}

// Each reply of the exchange in turn is cut at each of its bytes, once; the client may try again as it sees fit.
void tst_TrinoStatement::insertRunsOnceWhereverTheNetworkIsCut()
{
    QFETCH(FaultReply::End, end);
    QFETCH(int, step);
    FakeTrino server(threeInserted());
    TrinoTestEngine engine(server.url());
    int replyIndex = 0;
    qsizetype at = 0;
    int seen = 0;
    qsizetype size = 0;
    server.setTamper([&](const RecordedRequest &, FaultReply &reply) {
        if (seen++ == replyIndex) {
            size = reply.bytes.size();
            if (at < size) {
                reply.bytes.truncate(at);
                reply.end = end;
            }
        }
    });
    int cuts = 0;
    int finished = 0;
    constexpr int replies = 5; // POST, queued, three executing pages
    for (replyIndex = 0; replyIndex < replies; ++replyIndex) {
        for (at = 0; at == 0 || at < size; at += step) {
            server.reset();
            seen = 0;
            StatementRun run(engine.prepare(u"INSERT INTO t VALUES 1, 2, 3"_s));
            QVERIFY2(run.waitForEnd(), run.log());
            const QByteArray where = "reply " + QByteArray::number(replyIndex) + " cut at byte " + QByteArray::number(at);
            QVERIFY2(server.executionCount() == 1, where); // it comes back each time, so it does run
            QVERIFY2(run.hasFinished() && run.summary().affectedRows == 3, where + run.log());
            QVERIFY2(server.mistakes().isEmpty(), where + server.mistakes().join(u'\n').toUtf8());
            QVERIFY2(run.problems().isEmpty(), run.problems());
            ++cuts;
            finished += run.hasFinished();
        }
    }
    
    QVERIFY(cuts >= 1500 / step);
    QCOMPARE(finished, cuts);
}

// The connection is reset while a request is on its way up, at bytes all over it.
void tst_TrinoStatement::insertRunsOnceWhereverARequestIsCut()
{
    FakeTrino server(threeInserted());
    TrinoTestEngine engine(server.url());
    for (qint64 at = 1; at < 1200; at += 13) {
        server.reset();
        const int before = server.server().closedConnections();
        server.server().resetAfter(at);
        StatementRun run(engine.prepare(u"INSERT INTO t VALUES 1, 2, 3"_s));
        // The network comes back after the first loss.
        QTRY_VERIFY(server.server().closedConnections() > before || run.endCount() > 0);
        server.server().resetAfter(-1);
        QVERIFY2(run.waitForEnd(), run.log());
        QVERIFY2(server.executionCount() <= 1, run.log());
        QCOMPARE(run.hasFinished(), server.executionCount() == 1 && run.summary().affectedRows == 3);
        if (run.hasFailed())
            QCOMPARE(run.error().mayHaveRun, server.executionCount() == 1);
    }
}

void tst_TrinoStatement::insertRunsOnceWhenTheNetworkStaysCut_data()
{
    QTest::addColumn<int>("replyIndex");
    QTest::newRow("from the answer to POST on") << 0;
    QTest::newRow("from the queued page on") << 1;
    QTest::newRow("from the first executing page on") << 2;
    QTest::newRow("from the page with the count on") << 3;
    QTest::newRow("from the last page on") << 4;
}

void tst_TrinoStatement::insertRunsOnceWhenTheNetworkStaysCut()
{
    QFETCH(int, replyIndex);
    std::atomic<int> seen; // as the next: for the server's thread
    std::atomic<int> percent;
    FakeTrino server(threeInserted());
    TrinoTestEngine engine(server.url(), { { u"requestTimeout"_s, u"20ms"_s } });
    server.setTamper([&](const RecordedRequest &, FaultReply &reply) {
        if (seen++ >= replyIndex) {
            reply.bytes.truncate(reply.bytes.size() * percent / 100);
            reply.end = FaultReply::End::Reset;
        }
    });
    for (const int share : { 0, 10, 50, 90, 99 }) {
        server.reset();
        seen = 0;
        percent = share;
        StatementRun run(engine.prepare(u"INSERT INTO t VALUES 1, 2, 3"_s));
        QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
        QVERIFY2(server.executionCount() <= 1, run.log());
        QCOMPARE(server.executionCount(), replyIndex == 0 ? 0 : 1);
        QCOMPARE(run.error().mayHaveRun, replyIndex > 0);
        if (replyIndex > 0)
            QVERIFY2(run.error().hint.contains("may have run"_L1), run.log());
        QTRY_VERIFY(engine->isQuiet());
    }
}

void tst_TrinoStatement::cutResultNeverLooksComplete_data()
{
    insertRunsOnceWhenTheNetworkStaysCut_data();
    QTest::newRow("from the third page with rows on") << 5;
    QTest::newRow("from the very last page on") << 6;
}

void tst_TrinoStatement::cutResultNeverLooksComplete()
{
    QFETCH(int, replyIndex);
    std::atomic<int> seen = 0; // as the next: for the server's thread
    std::atomic<qsizetype> at = 0;
    std::atomic<qsizetype> size = 1;
    FakeTrino server(tenRows());
    TrinoTestEngine engine(server.url(), { { u"requestTimeout"_s, u"5ms"_s } });
    server.setTamper([&](const RecordedRequest &, FaultReply &reply) {
        if (seen++ >= replyIndex) {
            size = reply.bytes.size();
            reply.bytes.truncate(std::min<qsizetype>(at, size - 1));
            reply.end = at % 2 ? FaultReply::End::Reset : FaultReply::End::Close;
        }
    });
    for (at = 0; at < size; at += 5) {
        server.reset();
        seen = 0;
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QVERIFY2(run.waitForEnd(), run.log());
        QVERIFY2(run.hasFailed(), run.log());
        QVERIFY2(isCounting(run, run.rowCount()) && run.rowCount() <= 10, run.log());
        QCOMPARE(run.error().code == Error::Code::Incomplete, replyIndex > 0 || run.error().code == Error::Code::Incomplete);
        QVERIFY2(run.problems().isEmpty(), run.problems());
        QTRY_VERIFY(engine->isQuiet());
    }
}

void tst_TrinoStatement::progressNeverFalls()
{
    const auto at = [](double percent) {
        return oneColumn + R"(,"stats":{"state":"RUNNING","scheduled":true,"progressPercentage":)" + QByteArray::number(percent) + '}';
    };
    FakeTrino server({ at(10), at(60), at(30), at(70), oneColumn });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    double last = -1;
    const auto progress = run.progress();
    for (const Progress &step : progress) {
        QVERIFY2(step.percent >= last, run.log());
        last = step.percent;
    }
    QVERIFY2(last >= 70, run.log());
    QCOMPARE(progress.first().state, Progress::State::Connecting);
}

void tst_TrinoStatement::manyPagesInOrder()
{
    QList<QByteArray> pages;
    for (qint64 i = 0; i < 200; ++i)
        pages << rowsPage(i * 100, 100);
    FakeTrino server(pages);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(isCounting(run, 20'000), "rows are missing, doubled or out of order");
    QCOMPARE(run.batchCount(), 200);
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoStatement::unwantedSpooledResultIsAnError()
{
    FakeTrino server({ oneColumn + R"(,"data":{"encoding":"json","segments":[]})", oneColumn });
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, u"direct"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
    QVERIFY2(run.error().message.contains("spooled"_L1), run.log());
}

void tst_TrinoStatement::changedColumnsAreAnError()
{
    QByteArray other = rowsPage(4, 4);
    other.replace("\"n\"", "\"m\"");
    FakeTrino server({ rowsPage(0, 4), other, oneColumn, oneColumn, oneColumn });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
    QVERIFY2(run.error().message.startsWith("Incomplete after 4 rows: "_L1), run.log());
    QTRY_VERIFY(engine->isQuiet());
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoStatement::compressionIsAskedFor_data()
{
    QTest::addColumn<TrinoTestOptions>("options");
    QTest::addColumn<QByteArray>("header");
    QTest::newRow("none on this computer") << TrinoTestOptions {} << QByteArray("identity");
    QTest::newRow("zstd when chosen") << TrinoTestOptions { { u"compression"_s, u"zstd"_s } } << QByteArray("zstd");
    QTest::newRow("gzip when chosen") << TrinoTestOptions { { u"compression"_s, u"gzip"_s } } << QByteArray("gzip");
    QTest::newRow("disableCompression wins") << TrinoTestOptions { { u"compression"_s, u"zstd"_s }, { u"disableCompression"_s, u"true"_s } } << QByteArray("identity");
    QTest::newRow("zstd for a name that says nothing of the network") << TrinoTestOptions { { u"host"_s, u"ip6-localhost.invalid"_s } } << QByteArray("zstd");
}

void tst_TrinoStatement::compressionIsAskedFor()
{
    QFETCH(TrinoTestOptions, options);
    const TrinoClient client(trinoTestParameters(QUrl(u"http://127.0.0.1:1"_s), options), nullptr, quickTimings());
    QTEST(client.request("GET", QUrl()).acceptEncoding, "header");
}

QTEST_GUILESS_MAIN(tst_TrinoStatement)

#include "tst_trinostatement.moc"
