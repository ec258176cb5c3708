// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>

#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include "extension/credentialprovider.h"

#include <QTest>
#include <QTimer>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QByteArray oneColumn = R"("columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])";

QList<QByteArray> manyPages(int count)
{
    QList<QByteArray> pages;
    for (int i = 0; i < count; ++i)
        pages << oneColumn + R"(,"data":[[)" + QByteArray::number(i) + "]]";
    return pages;
}

/// Answers from a list, and counts the questions.
class ScriptedPerson final : public CredentialProvider
{
public:
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        questions << request;
        QPromise<Result<Credential>> promise;
        promise.start();
        if (answers.isEmpty())
            promise.addResult(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"declined"_s }));
        else
            promise.addResult(Credential { .secret = answers.takeFirst() });
        promise.finish();
        return promise.future();
    }
    void confirm(const CredentialRequest &, const Credential &credential, bool worked) override
    {
        confirmed << credential.secret + (worked ? u" worked"_s : u" failed"_s);
    }

    QStringList answers;
    QList<CredentialRequest> questions;
    QStringList confirmed;
};

} // namespace

/// Ending a statement early, keeping it alive, staying at one address, signing in.
class tst_TrinoCancel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cancelWhile_data();
    void cancelWhile();
    void cancelBeforeTheAnswerToPost();
    void cancelWhileDecoding();
    void cancelOfAFinishedStatement();
    void cancelThatIsNotConfirmed();
    void cancelWhileTryingAgain();
    void lettingGoCancels();
    void closingCancels();
    void partialCancel();
    void pauseKeepsTheQueryAlive();
    void heartbeatsStop_data();
    void heartbeatsStop();
    void pinned_data();
    void pinned();
    void foreignNextUriIsNotAsked();
    void repeatedNextUri();
    void passwordIsAskedOnce();
    void refusedPasswordIsAskedAgain();
    void declinedSignIn();
    void passwordStaysOffPlainHttp();
    void badOptions_data();
    void badOptions();
    void openTellsItsSteps();
    void openFails_data();
    void openFails();
};

void tst_TrinoCancel::cancelWhile_data()
{
    QTest::addColumn<QByteArray>("heldAt"); // the end of the target of the request that gets no answer
    QTest::newRow("queued") << QByteArray("queued/q1/y/1");
    QTest::newRow("running without rows") << QByteArray("executing/q1/y/0");
    QTest::newRow("paging") << QByteArray("executing/q1/y/7");
}

void tst_TrinoCancel::cancelWhile()
{
    QFETCH(QByteArray, heldAt);
    FakeTrino server(manyPages(20));
    std::atomic<bool> isHeld = false;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "GET" && request.target.endsWith(heldAt)) {
            reply.isHeld = true;
            isHeld = true;
        }
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitFor([&](const StatementRun &) { return isHeld.load(); }), run.log());
    run->cancel();
    run->cancel();
    QVERIFY2(run.waitForEnd(5s) && run.hasFailed(), run.log());
    server.server().releaseHeld();
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QCOMPARE(run.error().message, u"Cancelled: stopped on the server."_s);
    QCOMPARE(run.error().queryId, u"q1"_s);
    QCOMPARE(run.endCount(), 1);
    QCOMPARE(server.deleteCount(), 1);
    // To the address of the GET that was given up, the latest there is.
    QVERIFY(server.server().requests().last().target.endsWith(heldAt));
    QCOMPARE(server.server().requests().last().method, "DELETE");
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoCancel::cancelBeforeTheAnswerToPost()
{
    FakeTrino server(manyPages(2));
    std::atomic<bool> isHeld = false;
    server.setTamper([&](const RecordedRequest &, FaultReply &reply) { isHeld = reply.isHeld = true; });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"INSERT INTO t VALUES 1"_s));
    QVERIFY2(run.waitFor([&](const StatementRun &) { return isHeld.load(); }), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd(5s) && run.hasFailed(), run.log());
    server.server().releaseHeld();
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY(!run.error().mayHaveRun);
    QCOMPARE(server.executionCount(), 0);
    QCOMPARE(server.server().requestCount(), 1);
}

// In the very signal of a batch, with another page decoding and one on its way.
void tst_TrinoCancel::cancelWhileDecoding()
{
    FakeTrino server(manyPages(50));
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s), false);
    run.onBatch([](Statement &statement, const auto &) { statement.cancel(); });
    run->start();
    QVERIFY2(run.waitForEnd(5s) && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QCOMPARE(run.rowCount(), 1);
    QCOMPARE(server.deleteCount(), 1);
    QVERIFY2(run.problems().isEmpty(), run.problems());
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoCancel::cancelOfAFinishedStatement()
{
    FakeTrino server(manyPages(2));
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    run->cancel();
    run.destroy();
    engine->close();
    QVERIFY(engine->isQuiet());
    QCOMPARE(server.deleteCount(), 0);
    QCOMPARE(run.endCount(), 1);
}

void tst_TrinoCancel::cancelThatIsNotConfirmed()
{
    FakeTrino server(manyPages(2));
    std::atomic<bool> isHeld = false;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "GET")
            isHeld = reply.isHeld = true;
        if (request.method == "DELETE")
            reply = FaultReply::whole(500, "bang");
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"INSERT INTO t VALUES 1"_s));
    QVERIFY2(run.waitFor([&](const StatementRun &) { return isHeld.load(); }), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd(5s) && run.hasFailed(), run.log());
    server.server().releaseHeld();
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY2(run.error().message.contains("did not confirm"_L1), run.log());
    QVERIFY(!run.error().hint.isEmpty());
    QVERIFY(run.error().mayHaveRun);
    QCOMPARE(server.deleteCount(), 1); // one try
}

void tst_TrinoCancel::cancelWhileTryingAgain()
{
    FakeTrino server(manyPages(2));
    server.setTamper([](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "GET")
            reply = FaultReply::whole(503, {});
    });
    TrinoTimings timings = quickTimings();
    timings.retry.first = timings.retry.longest = 60s;
    TrinoTestEngine engine(server.url(), {}, nullptr, timings);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitFor([](const StatementRun &r) {
        return !r.progress().isEmpty() && r.progress().last().state == Progress::State::Retrying;
    }), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd(5s) && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QCOMPARE(server.deleteCount(), 1);
}

void tst_TrinoCancel::lettingGoCancels()
{
    FakeTrino server(manyPages(2));
    std::atomic<bool> isHeld = false;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "GET")
            isHeld = reply.isHeld = true;
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitFor([&](const StatementRun &) { return isHeld.load(); }), run.log());
    run.destroy();
    QTRY_COMPARE(server.deleteCount(), 1);
    QTRY_VERIFY(engine->isQuiet());
    server.server().releaseHeld();
    QCOMPARE(run.endCount(), 0); // nobody is there to hear it
}

void tst_TrinoCancel::closingCancels()
{
    FakeTrino server(manyPages(2));
    std::atomic<int> held = 0;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "GET") {
            reply.isHeld = true;
            ++held;
        }
    });
    TrinoTestEngine engine(server.url());
    StatementRun first(engine.prepare(u"SELECT n FROM t"_s));
    StatementRun second(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(first.waitFor([&](const StatementRun &) { return held.load() == 2; }), first.log());
    engine->close();
    QVERIFY2(first.hasFailed() && second.hasFailed(), first.log());
    QCOMPARE(first.error().code, Error::Code::Cancelled);
    QTRY_COMPARE(server.deleteCount(), 2);
    QTRY_VERIFY(engine->isQuiet());
    server.setTamper({});
    server.server().releaseHeld();
    StatementRun third(engine.prepare(u"SELECT n FROM t"_s)); // the session is none the worse
    QVERIFY2(third.waitForEnd() && third.hasFinished(), third.log());
}

void tst_TrinoCancel::partialCancel()
{
    FakeTrino server(manyPages(3));
    std::atomic<bool> isHeld = false;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.target.endsWith("executing/q1/y/1") && request.method == "GET")
            isHeld = reply.isHeld = true;
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitFor([&](const StatementRun &) { return isHeld.load(); }), run.log());
    run->cancelPartially();
    QTRY_COMPARE(server.server().requestCount("DELETE"), 1);
    QVERIFY(server.server().requests().last().target.contains("partialCancel"));
    server.server().releaseHeld();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 3);
    QVERIFY(run.summary().partialReason.startsWith("stopped early"_L1));
    QCOMPARE(server.deleteCount(), 0);
}

void tst_TrinoCancel::pauseKeepsTheQueryAlive()
{
    FakeTrino server(manyPages(100));
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s), false);
    run.onBatch([](Statement &statement, const auto &) { statement.pause(); });
    run->start();
    QTRY_VERIFY(server.headCount() >= 5); // one each 5 ms here
    // What was on its way when it paused: one page in flight, two that were being decoded.
    QVERIFY2(run.batchCount() <= 4, run.log());
    QVERIFY(server.getCount() <= 6);
    const int gets = server.getCount();
    const int heads = server.headCount();
    QTRY_VERIFY(server.headCount() >= heads + 3);
    QCOMPARE(server.getCount(), gets);
    run.onBatch([](Statement &statement, const auto &) { statement.pause(); statement.resume(); });
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 100);
    QVERIFY2(server.mistakes().isEmpty(), qPrintable(server.mistakes().join(u'\n')));
}

void tst_TrinoCancel::heartbeatsStop_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("count");
    QTest::newRow("at once when the server knows none") << 405 << 1;
    QTest::newRow("at once when it has no such address") << 404 << 1;
    QTest::newRow("after three failures") << 500 << 3;
}

void tst_TrinoCancel::heartbeatsStop()
{
    QFETCH(int, status);
    QFETCH(int, count);
    FakeTrino server(manyPages(10));
    server.setTamper([status](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "HEAD")
            reply = FaultReply::whole(status, {});
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s), false);
    run.onBatch([](Statement &statement, const auto &) { statement.pause(); });
    run->start();
    QTRY_COMPARE(server.headCount(), count);
    // A timer of the same interval counts the heartbeats that do not come.
    int beats = 0;
    QTimer pulse;
    connect(&pulse, &QTimer::timeout, &pulse, [&beats] { ++beats; });
    pulse.start(5ms);
    QTRY_COMPARE_GE(beats, 10);
    QCOMPARE(server.headCount(), count);
    run.onBatch({});
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 10);
}

void tst_TrinoCancel::pinned_data()
{
    QTest::addColumn<QString>("server");
    QTest::addColumn<QString>("uri");
    QTest::addColumn<QString>("always");
    QTest::addColumn<QString>("result"); // empty: refused
    const QString tls = u"https://trino.example:8443"_s;
    const QString plain = u"http://trino.example:8080"_s;
    QTest::newRow("the same origin") << tls << u"https://trino.example:8443/v1/a?b=c%2Fd"_s << u"false"_s << u"https://trino.example:8443/v1/a?b=c%2Fd"_s;
    QTest::newRow("the same host in other letters") << tls << u"https://TRINO.example:8443/a"_s << u"false"_s << u"https://trino.example:8443/a"_s;
    QTest::newRow("http behind a proxy that ends TLS is asked over TLS") << tls << u"http://trino.example/a"_s << u"false"_s << u"https://trino.example:8443/a"_s;
    QTest::newRow("with another port as well") << tls << u"http://trino.example:8080/a"_s << u"false"_s << u"https://trino.example:8443/a"_s;
    QTest::newRow("a path alone") << tls << u"/v1/a"_s << u"false"_s << u"https://trino.example:8443/v1/a"_s;
    QTest::newRow("another host") << tls << u"https://inner:8443/a"_s << u"false"_s << QString();
    QTest::newRow("another port") << plain << u"http://trino.example:9999/a"_s << u"false"_s << QString();
    QTest::newRow("another scheme") << plain << u"file:///etc/passwd"_s << u"false"_s << QString();
    QTest::newRow("the metadata service of a cloud") << plain << u"http://169.254.169.254/latest"_s << u"false"_s << QString();
    QTest::newRow("a host that looks like ours") << plain << u"http://trino.example:8080@evil/a"_s << u"false"_s << QString();
    QTest::newRow("another host, by the option") << tls << u"http://inner:8080/v1/a"_s << u"true"_s << u"https://trino.example:8443/v1/a"_s;
}

void tst_TrinoCancel::pinned()
{
    QFETCH(QString, server);
    QFETCH(QString, uri);
    QFETCH(QString, always);
    QFETCH(QString, result);
    const TrinoClient client(trinoTestParameters(QUrl(server), { { u"alwaysUseConfiguredAddress"_s, always } }), nullptr, quickTimings());
    const Result<QUrl> url = client.pinned(QUrl(uri));
    QCOMPARE(url.has_value(), !result.isEmpty());
    if (url)
        QCOMPARE(QString::fromLatin1(url->toEncoded()), result);
    else
        QVERIFY(url.error().hint.contains("http-server.process-forwarded"_L1));
}

void tst_TrinoCancel::foreignNextUriIsNotAsked()
{
    FaultServer foreign;
    FakeTrino server(manyPages(5));
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method != "GET" || !request.target.endsWith("/y/2"))
            return;
        const qsizetype head = reply.bytes.indexOf("\r\n\r\n") + 4;
        QByteArray body = reply.bytes.mid(head);
        body.replace("\"nextUri\":\"" + server.url().toEncoded(), "\"nextUri\":\"" + foreign.url().toEncoded());
        reply = FaultReply::whole(200, body, { { "Content-Type", "application/json" } });
    });
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
    QVERIFY2(run.error().hint.contains("http-server.process-forwarded"_L1), run.log());
    QCOMPARE(foreign.connectionCount(), 0);
    QTRY_COMPARE(server.deleteCount(), 1);
}

void tst_TrinoCancel::repeatedNextUri()
{
    const QByteArray page = R"({"id":"q1","infoUri":"{server}/ui","nextUri":"{server}/v1/statement/executing/q1/y/0","stats":{"state":"RUNNING"},"warnings":[]})";
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, page);
    server.expect("GET /v1/statement/executing/q1/y/0").answer(200, page);
    server.expect("DELETE /v1/statement/executing/q1/y/0").answer(204);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidData);
    QVERIFY2(run.error().message.contains("circles"_L1), run.log());
    QTRY_VERIFY(engine->isQuiet());
}

namespace {

// Wants ann:right on every POST.
FakeTrino::Tamper passwordCheck()
{
    return [](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "POST" && request.header("Authorization") != "Basic " + QByteArray("ann:right").toBase64())
            reply = FaultReply::whole(401, "Access Denied: Invalid credentials", { { "WWW-Authenticate", "Basic realm=\"Trino\"" } });
    };
}

const TrinoTestOptions plainPassword { { u"allowInsecurePassword"_s, u"true"_s } };

} // namespace

void tst_TrinoCancel::passwordIsAskedOnce()
{
    FakeTrino server(manyPages(2));
    server.setTamper(passwordCheck());
    ScriptedPerson person;
    person.answers = { u"right"_s };
    TrinoTestEngine engine(server.url(), plainPassword, &person);
    StatementRun first(engine.prepare(u"SELECT n FROM t"_s));
    StatementRun second(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(first.waitForEnd() && first.hasFinished(), first.log());
    QVERIFY2(second.waitForEnd() && second.hasFinished(), second.log());
    QCOMPARE(person.questions.size(), 1);
    QCOMPARE(person.questions.first().user, u"ann"_s);
    QCOMPARE(person.questions.first().origin, server.url().toString());
    QCOMPARE(person.confirmed, QStringList(u"right worked"_s));
}

void tst_TrinoCancel::refusedPasswordIsAskedAgain()
{
    FakeTrino server(manyPages(2));
    server.setTamper(passwordCheck());
    ScriptedPerson person;
    person.answers = { u"wrong"_s, u"right"_s };
    TrinoTestEngine engine(server.url(), plainPassword, &person);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(person.confirmed, QStringList({ u"wrong failed"_s, u"right worked"_s }));
    QVERIFY(person.questions.last().reason.contains("Invalid credentials"_L1));
}

void tst_TrinoCancel::declinedSignIn()
{
    FakeTrino server(manyPages(2));
    server.setTamper(passwordCheck());
    {
        ScriptedPerson person;
        TrinoTestEngine engine(server.url(), plainPassword, &person);
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
        QCOMPARE(run.error().code, Error::Code::Cancelled);
    }
    TrinoTestOptions options = plainPassword;
    options.insert(u"password"_s, u"wrong"_s);
    TrinoTestEngine engine(server.url(), options); // nobody to ask
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    QCOMPARE(run.error().message, u"Authentication failed: Access Denied: Invalid credentials"_s);
    QCOMPARE(server.executionCount(), 0);
}

void tst_TrinoCancel::passwordStaysOffPlainHttp()
{
    FakeTrino server(manyPages(2));
    server.setTamper(passwordCheck());
    {
        TrinoTestEngine engine(server.url(), { { u"password"_s, u"right"_s } });
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
        QCOMPARE(run.error().code, Error::Code::InvalidArgument);
        QCOMPARE(server.server().connectionCount(), 0);
    }
    ScriptedPerson person;
    person.answers = { u"right"_s };
    TrinoTestEngine engine(server.url(), {}, &person);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY(person.questions.isEmpty());
    QVERIFY2(run.error().hint.contains("TLS"_L1), run.log());
}

void tst_TrinoCancel::badOptions_data()
{
    QTest::addColumn<TrinoTestOptions>("options");
    QTest::newRow("a header that is ours") << TrinoTestOptions { { u"extraHeaders"_s, u"x-trino-user:root"_s } };
    QTest::newRow("Authorization") << TrinoTestOptions { { u"extraHeaders"_s, u"Authorization:Bearer x"_s } };
    QTest::newRow("a header name with a blank") << TrinoTestOptions { { u"extraHeaders"_s, u"X Y:1"_s } };
    QTest::newRow("a colon in the user's name") << TrinoTestOptions { { u"user"_s, u"a:b"_s }, { u"password"_s, u"p"_s }, { u"allowInsecurePassword"_s, u"true"_s } };
}

void tst_TrinoCancel::badOptions()
{
    QFETCH(TrinoTestOptions, options);
    FakeTrino server(manyPages(2));
    TrinoTestEngine engine(server.url(), options);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidArgument);
    QCOMPARE(answerOf(engine->open()).error().code, Error::Code::InvalidArgument);
    QCOMPARE(server.server().connectionCount(), 0);
}

void tst_TrinoCancel::openTellsItsSteps()
{
    FakeTrino server(manyPages(2));
    QStringList steps;
    TrinoTestEngine engine(server.url(), { { u"validateConnection"_s, u"true"_s } });
    connect(&*engine, &Engine::stepChanged, this, [&](const ConnectionStep &step) {
        if (step.state != ConnectionStep::State::Running)
            steps << u"%1 %2 %3"_s.arg(int(step.kind)).arg(int(step.state)).arg(step.text);
    });
    const Result<ServerInfo> info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->version, u"476"_s);
    QCOMPARE(info->user, u"ann"_s);
    using enum ConnectionStep::Kind;
    const auto line = [](ConnectionStep::Kind kind, ConnectionStep::State state, const QString &text) {
        return u"%1 %2 %3"_s.arg(int(kind)).arg(int(state)).arg(text);
    };
    QCOMPARE(steps, QStringList({ line(Resolve, ConnectionStep::State::Done, u"127.0.0.1"_s),
                                  line(Connect, ConnectionStep::State::Done, u"port %1"_s.arg(server.server().port())),
                                  line(Tls, ConnectionStep::State::Skipped, u"not used"_s),
                                  line(SignIn, ConnectionStep::State::Done, u"ann"_s),
                                  line(FirstQuery, ConnectionStep::State::Done, u"SELECT 1"_s) }));
    const int requests = server.server().requestCount();
    QVERIFY(answerOf(engine->open())); // from the first answer
    QCOMPARE(server.server().requestCount(), requests);
}

void tst_TrinoCancel::openFails_data()
{
    QTest::addColumn<FaultReply>("info");
    QTest::addColumn<FaultReply>("head");
    QTest::addColumn<Error::Code>("code");
    const FaultReply good = FaultReply::whole(200, R"({"nodeVersion":{"version":"476"}})");
    const FaultReply none = FaultReply::whole(200, {});
    QTest::newRow("another program's page") << FaultReply::whole(200, "<html>hello</html>") << none << Error::Code::InvalidData;
    QTest::newRow("PrestoDB") << FaultReply::whole(200, R"({"nodeVersion":{"version":"0.297-abc"}})") << none << Error::Code::InvalidArgument;
    QTest::newRow("a server that is not ready") << FaultReply::whole(503, {}) << none << Error::Code::IO;
    QTest::newRow("a sign-in that Grebe does not know") << good << FaultReply::whole(401, {}, { { "WWW-Authenticate", "Negotiate" } }) << Error::Code::Unauthenticated;
    QTest::newRow("a server that forbids") << good << FaultReply::whole(403, {}) << Error::Code::Unauthorized;
}

void tst_TrinoCancel::openFails()
{
    QFETCH(FaultReply, info);
    QFETCH(FaultReply, head);
    FakeTrino server(manyPages(2));
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        reply = request.target == "/v1/info" ? info : head;
    });
    TrinoTestEngine engine(server.url());
    const Result<ServerInfo> result = answerOf(engine->open());
    QVERIFY(!result);
    QTEST(result.error().code, "code");
    QVERIFY(!result.error().message.isEmpty());
}

QTEST_GUILESS_MAIN(tst_TrinoCancel)

#include "tst_trinocancel.moc"
