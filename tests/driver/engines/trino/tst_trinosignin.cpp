// SPDX-License-Identifier: Apache-2.0
#include "auth/tokenbroker.h"

#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QList<QByteArray> onePage { R"("columns":[{"name":"a","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}],"data":[[1]])" };
const QList<QByteArray> threePages { onePage.constFirst(), R"("data":[[2]])", R"("data":[[3]])" };

/// A Trino that wants a token, and its sign-in page.
class GuardedTrino
{
public:
    explicit GuardedTrino(const QList<QByteArray> &pages = onePage) : trino(pages)
    {
        trino.setTamper([this](const RecordedRequest &request, FaultReply &reply) { tamper(request, reply); });
    }
    ~GuardedTrino() { trino.setTamper({}); }

    /// From now on the token that clients have is refused; `isRenewable`: the server can get another without a person.
    void expire(bool isRenewable)
    {
        canRenew = isRenewable;
        ++serial;
        isSignedIn = false;
    }
    QByteArray token() const { return "token" + QByteArray::number(serial); }

    FakeTrino trino;
    std::atomic<int> serial = 1;
    std::atomic<bool> canRenew = false;
    std::atomic<bool> renewalFails = false;
    std::atomic<bool> isSignedIn = false; ///< somebody was at the page
    std::atomic<int> refusals = 0;
    std::atomic<int> tokensGiven = 0;
    std::atomic<int> tokensTaken = 0; ///< DELETE
    std::atomic<bool> isHeld = false; ///< pages wait
    QByteArray challenge; ///< empty: the honest one

private:
    void tamper(const RecordedRequest &request, FaultReply &reply)
    {
        const QByteArray base = trino.url().toEncoded();
        if (request.method == "GET" && request.target.contains("/executing/"))
            reply.isHeld = isHeld;
        if (request.target == "/v1/statement") {
            if (request.header("Authorization") == "Bearer " + token())
                return;
            ++refusals;
            const bool isSilent = canRenew && !request.header("Authorization").isEmpty();
            QByteArray header = challenge;
            if (header.isEmpty())
                header = "Bearer " + (isSilent ? QByteArray() : "x_redirect_server=\"" + base + "/oauth2/token/initiate/1\", ") + "x_token_server=\"" + base + "/oauth2/token/" + (isSilent ? "renew" : "ask") + '"';
            reply = FaultReply::whole(401, "Unauthorized", { { "WWW-Authenticate", header } });
        } else if (request.target.startsWith("/oauth2/token/") && request.method == "DELETE") {
            ++tokensTaken;
            reply = FaultReply::whole(200, {});
        } else if (request.target == "/oauth2/token/renew" && renewalFails) {
            reply = FaultReply::whole(200, R"({"error":"refresh token expired"})");
        } else if (request.target == "/oauth2/token/renew" || (request.target == "/oauth2/token/ask" && isSignedIn)) {
            ++tokensGiven;
            reply = FaultReply::whole(200, R"({"token":")" + token() + "\"}");
        } else if (request.target == "/oauth2/token/ask") {
            reply = FaultReply::whole(200, R"({"nextUri":")" + base + "/oauth2/token/ask\"}");
        }
    }
};

/// Sees a page and signs in on it, if that is what it is for.
class Visitor final : public CredentialProvider
{
public:
    explicit Visitor(GuardedTrino *server = nullptr) : m_server(server) { }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        if (request.kind == CredentialRequest::Kind::StoredToken) {
            const Result<Credential> none = std::unexpected(Error { .code = Error::Code::NotFound, .message = u"none"_s });
            return QtFuture::makeReadyValueFuture(kept.isEmpty() ? none : Result<Credential>(Credential { .secret = kept }));
        }
        if (request.kind != CredentialRequest::Kind::BrowserSignIn) {
            ++otherQuestions;
            return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"no"_s })));
        }
        ++visits;
        if (declines)
            return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"You did not sign in."_s })));
        if (m_server)
            m_server->isSignedIn = true;
        promise = std::make_shared<QPromise<Result<Credential>>>();
        promise->start();
        return promise->future();
    }
    void confirm(const CredentialRequest &request, const Credential &credential, bool worked) override
    {
        if (worked && request.kind == CredentialRequest::Kind::BrowserSignIn)
            confirmed = credential.secret;
    }

    std::atomic<int> visits = 0;
    std::atomic<int> otherQuestions = 0;
    bool declines = false;
    QString kept;
    QString confirmed;
    std::shared_ptr<QPromise<Result<Credential>>> promise;

private:
    GuardedTrino *m_server;
};

TrinoTimings signInTimings()
{
    TrinoTimings timings = quickTimings();
    timings.signIn.pause = 1ms;
    timings.signIn.retry.first = 1ms;
    return timings;
}

const TrinoTestOptions external { { u"externalAuthentication"_s, u"true"_s }, { u"allowInsecurePassword"_s, u"true"_s } };
const TrinoTestOptions plain { { u"allowInsecurePassword"_s, u"true"_s } };

Error errorOf(TrinoTestEngine &engine)
{
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    if (!run.waitForEnd())
        return { .message = u"no end"_s };
    return run.error();
}

} // namespace

class tst_TrinoSignIn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tenStatementsOneVisit_data();
    void tenStatementsOneVisit();
    void openingSignsInToo();
    void expiryLeavesARunningQueryAlone();
    void renewalThatFailsEndsAtThePage();
    void renewalThatAlwaysFailsEnds();
    void declinedOnceIsDeclinedForAll();
    void closingTakesTheQuestionAway();
    void nobodyToAsk();
    void tokenThatIsNeverTaken();
    void hostileChallenge_data();
    void hostileChallenge();
    void passwordBesideTheBrowser_data();
    void passwordBesideTheBrowser();
    void keptTokenSparesTheVisit();
    void tokenIsShownForKeeping();
    void signedOutMeansSignInAnew();
    void userThatNobodyConfiguredIsNotSent();
    void serverIsAskedWhoWeAre();
    void aBusyServerLetsUsInUnnamed_data();
    void aBusyServerLetsUsInUnnamed();
    void accessToken();
    void accessTokenFileIsReadAgain();
    void refusedAccessTokenIsExplained_data();
    void refusedAccessTokenIsExplained();
    void optionsThatDoNotFit_data();
    void optionsThatDoNotFit();
    void wayThatIsNotThere_data();
    void wayThatIsNotThere();
};

void tst_TrinoSignIn::tenStatementsOneVisit_data()
{
    QTest::addColumn<bool>("isRenewable");
    QTest::addColumn<int>("visits");
    QTest::newRow("the server renews the token by itself") << true << 1;
    QTest::newRow("the person has to come again") << false << 2;
}

void tst_TrinoSignIn::tenStatementsOneVisit()
{
    QFETCH(bool, isRenewable);
    GuardedTrino server;
    Visitor visitor(&server);
    // Two connections of one process, and another that signs in by nothing but what the first two got.
    TrinoTestEngine first(server.trino.url(), external, &visitor, signInTimings());
    TrinoTestEngine second(server.trino.url(), external, &visitor, signInTimings());
    const auto runTen = [&] {
        std::vector<std::unique_ptr<StatementRun>> runs;
        for (int i = 0; i < 10; ++i)
            runs.push_back(std::make_unique<StatementRun>((i % 2 ? first : second).prepare(u"SELECT a FROM t"_s)));
        for (const auto &run : runs) {
            QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
            QCOMPARE(run->rowCount(), 1);
            QVERIFY2(run->problems().isEmpty(), run->problems());
        }
    };
    runTen();
    QCOMPARE(visitor.visits, 1);
    QCOMPARE(server.tokensGiven, 1);
    QCOMPARE(visitor.confirmed, u"token1"_s);
    const int refusals = server.refusals;
    runTen();
    QCOMPARE(server.refusals, refusals);

    server.expire(isRenewable);
    runTen();
    QTEST(visitor.visits.load(), "visits");
    QCOMPARE(server.tokensGiven, 2);
    QTRY_COMPARE(server.tokensTaken, 2);
    TrinoTestEngine third(server.trino.url(), external, nullptr, signInTimings());
    QCOMPARE(errorOf(third).message, QString());
    QVERIFY2(server.trino.mistakes().isEmpty(), qPrintable(server.trino.mistakes().join(u'\n')));
}

void tst_TrinoSignIn::openingSignsInToo()
{
    GuardedTrino server;
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    const auto info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(visitor.visits, 1);
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(visitor.visits, 1);
}

void tst_TrinoSignIn::expiryLeavesARunningQueryAlone()
{
    GuardedTrino server(threePages);
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    StatementRun run(engine.prepare(u"SELECT a FROM t"_s), false);
    run.onBatch([&](Statement &, const std::shared_ptr<arrow::RecordBatch> &) {
        if (server.serial == 1)
            server.expire(true);
    });
    run->start();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 3);
    QCOMPARE(server.tokensGiven, 1);
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(server.tokensGiven, 2);
    QCOMPARE(visitor.visits, 1);
}

void tst_TrinoSignIn::renewalThatFailsEndsAtThePage()
{
    GuardedTrino server;
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    QCOMPARE(errorOf(engine).message, QString());
    server.expire(true);
    server.renewalFails = true;
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(visitor.visits, 2);
    QCOMPARE(server.tokensGiven, 2);
}

void tst_TrinoSignIn::renewalThatAlwaysFailsEnds()
{
    GuardedTrino server;
    server.challenge = "Bearer x_token_server=\"" + server.trino.url().toEncoded() + "/oauth2/token/renew\"";
    server.renewalFails = true;
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::Unauthenticated);
    QVERIFY2(error.message.contains(u"refresh token expired"_s), qPrintable(error.message));
    QVERIFY(server.refusals <= 3);
}

void tst_TrinoSignIn::declinedOnceIsDeclinedForAll()
{
    GuardedTrino server;
    Visitor visitor;
    visitor.declines = true;
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 10; ++i)
        runs.push_back(std::make_unique<StatementRun>(engine.prepare(u"SELECT 1"_s)));
    for (const auto &run : runs) {
        QVERIFY2(run->waitForEnd() && run->hasFailed(), run->log());
        QVERIFY2(run->error().isCancelled(), run->log());
    }
    QCOMPARE(visitor.visits, 1);
    QVERIFY(errorOf(engine).isCancelled());
    QCOMPARE(visitor.visits, 2); // a new statement is a new wish
}

void tst_TrinoSignIn::closingTakesTheQuestionAway()
{
    GuardedTrino server;
    Visitor visitor; // never gets to the page
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QTRY_COMPARE(visitor.visits, 1);
    engine->close();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().isCancelled(), run.log());
    QTRY_VERIFY(visitor.promise->isCanceled());
}

void tst_TrinoSignIn::nobodyToAsk()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), external, nullptr, signInTimings());
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::Unauthenticated);
    QVERIFY2(error.message.contains(u"nobody here to ask"_s), qPrintable(error.message));
}

void tst_TrinoSignIn::tokenThatIsNeverTaken()
{
    GuardedTrino server;
    server.trino.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        const QByteArray base = server.trino.url().toEncoded();
        if (request.target == "/v1/statement")
            reply = FaultReply::whole(401, "Invalid", { { "WWW-Authenticate", "Bearer x_redirect_server=\"" + base + "/r\", x_token_server=\"" + base + "/oauth2/token/1\"" } });
        else if (request.target.startsWith("/oauth2"))
            reply = FaultReply::whole(200, R"({"token":"worthless"})");
    });
    Visitor visitor;
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::Unauthenticated);
    QVERIFY2(error.message.contains(u"just issued"_s), qPrintable(error.message));
    QCOMPARE(visitor.visits, 2);
}

void tst_TrinoSignIn::hostileChallenge_data()
{
    QTest::addColumn<QByteArray>("challenge"); // {other} is another server of ours
    QTest::addColumn<QString>("part");
    QTest::newRow("the token elsewhere") << QByteArray(R"(Bearer x_redirect_server="/r", x_token_server="{other}/t")") << u"x_token_server"_s;
    QTest::newRow("the page elsewhere") << QByteArray(R"(Bearer x_redirect_server="{other}/r", x_token_server="/t")") << u"x_redirect_server"_s;
    QTest::newRow("both elsewhere") << QByteArray(R"(Bearer x_redirect_server="{other}/r", x_token_server="{other}/t")") << u"x_token_server"_s;
    QTest::newRow("a file for a page") << QByteArray(R"(Bearer x_redirect_server="file:///etc/passwd", x_token_server="/t")") << u"file:"_s;
    QTest::newRow("a script for a page") << QByteArray(R"(Bearer x_redirect_server="javascript:alert", x_token_server="/t")") << u"javascript:"_s;
    QTest::newRow("silent, elsewhere") << QByteArray(R"(Bearer x_token_server="{other}/t")") << u"x_token_server"_s;
}

void tst_TrinoSignIn::hostileChallenge()
{
    QFETCH(QByteArray, challenge);
    QFETCH(QString, part);
    FaultServer other;
    GuardedTrino server;
    server.challenge = challenge.replace("{other}", other.url().toEncoded());
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    const Error error = errorOf(engine);
    QCOMPARE(error.vendorCode, u"HOSTILE_CHALLENGE"_s);
    QVERIFY2(error.message.contains(part), qPrintable(error.message));
    QCOMPARE(visitor.visits, 0);
    QCOMPARE(other.connectionCount(), 0);
    QCOMPARE(server.tokensGiven, 0);
}

void tst_TrinoSignIn::passwordBesideTheBrowser_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<int>("visits");
    QTest::addColumn<int>("questions");
    QTest::newRow("nothing said: the password") << QString() << 0 << 1;
    QTest::newRow("the browser is asked for") << u"true"_s << 1 << 0;
    QTest::newRow("the browser is refused") << u"false"_s << 0 << 1;
}

void tst_TrinoSignIn::passwordBesideTheBrowser()
{
    QFETCH(QString, option);
    GuardedTrino server;
    const QByteArray base = server.trino.url().toEncoded();
    server.challenge = "Basic realm=\"Trino\", Bearer x_redirect_server=\"" + base + "/r\", x_token_server=\"" + base + "/oauth2/token/ask\"";
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), { { u"externalAuthentication"_s, option }, { u"allowInsecurePassword"_s, u"true"_s } }, &visitor, signInTimings());
    (void)errorOf(engine);
    QTEST(visitor.visits.load(), "visits");
    QTEST(visitor.otherQuestions.load(), "questions");
}

void tst_TrinoSignIn::keptTokenSparesTheVisit()
{
    GuardedTrino server;
    Visitor visitor(&server);
    visitor.kept = u"token1"_s;
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(visitor.visits, 0);
    QCOMPARE(server.tokensGiven, 0);
}

void tst_TrinoSignIn::tokenIsShownForKeeping()
{
    GuardedTrino server;
    Visitor visitor(&server);
    visitor.kept = u"stale"_s; // refused: the page, and the new one replaces it
    TrinoTestEngine engine(server.trino.url(), plain, &visitor, signInTimings()); // nothing else is offered
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(visitor.visits, 1);
    QCOMPARE(visitor.confirmed, u"token1"_s);
}

void tst_TrinoSignIn::signedOutMeansSignInAnew()
{
    GuardedTrino server;
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), external, &visitor, signInTimings());
    QCOMPARE(errorOf(engine).message, QString());
    const TokenKey key { server.trino.url().toString(), u"ann"_s, {} };
    QCOMPARE(TokenBroker::instance().token(key), "token1");
    TokenBroker::instance().signOut(key);
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(visitor.visits, 2);
}

void tst_TrinoSignIn::userThatNobodyConfiguredIsNotSent()
{
    GuardedTrino server;
    Visitor visitor(&server);
    TrinoTestOptions options = external;
    options.insert(u"user"_s, QString());
    TrinoTestEngine engine(server.trino.url(), options, &visitor, signInTimings());
    QCOMPARE(errorOf(engine).message, QString());
    for (const RecordedRequest &request : server.trino.server().requests())
        QVERIFY2(request.header("X-Trino-User").isEmpty(), request.header("X-Trino-User"));
    options.insert(u"sessionUser"_s, u"bob"_s);
    TrinoTestEngine asBob(server.trino.url(), options, &visitor, signInTimings());
    QCOMPARE(errorOf(asBob).message, QString());
    auto requests = server.trino.server().requests();
    requests.removeIf([](const RecordedRequest &request) { return !request.target.startsWith("/v1/statement"); });
    QCOMPARE(requests.constLast().header("X-Trino-User"), "bob");
    QVERIFY(requests.constLast().header("X-Trino-Original-User").isEmpty());
    QCOMPARE(visitor.visits, 2); // bob's token is not ann's
}

void tst_TrinoSignIn::serverIsAskedWhoWeAre()
{
    GuardedTrino server({ R"("columns":[{"name":"_col0","type":"varchar","typeSignature":{"rawType":"varchar","arguments":[]}}],"data":[["ann"]])" });
    Visitor visitor(&server);
    TrinoTestOptions options = external;
    options.insert(u"user"_s, QString());
    TrinoTestEngine engine(server.trino.url(), options, &visitor, signInTimings());
    const auto userOf = [&] {
        const auto info = answerOf(engine->open());
        return info ? info->user : info.error().message;
    };
    QCOMPARE(engine->session().user, QString()); // nobody knows yet
    QCOMPARE(userOf(), u"ann"_s);
    QCOMPARE(engine->session().user, u"ann"_s);
    const int asked = server.trino.postCount();
    QCOMPARE(userOf(), u"ann"_s);
    QCOMPARE(server.trino.postCount(), asked);
    // Whoever signs in next may be somebody else.
    TokenBroker::instance().signOut({ .origin = server.trino.url().toString(), .user = {}, .sessionUser = {} });
    QCOMPARE(userOf(), u"ann"_s);
    QCOMPARE(visitor.visits, 2);
    QVERIFY(server.trino.postCount() > asked);

    options.insert(u"user"_s, u"bob"_s);
    TrinoTestEngine named(server.trino.url(), options, &visitor, signInTimings());
    const int before = server.trino.postCount();
    const auto info = answerOf(named->open());
    QCOMPARE(info ? info->user : info.error().message, u"bob"_s);
    QCOMPARE(server.trino.postCount(), before);
}

void tst_TrinoSignIn::aBusyServerLetsUsInUnnamed_data()
{
    QTest::addColumn<QByteArray>("page");
    QTest::addColumn<bool>("isHeld");
    QTest::newRow("the queue is full") << R"("error":{"message":"Too many queued queries","errorCode":131075,"errorName":"QUERY_QUEUE_FULL","errorType":"INSUFFICIENT_RESOURCES"})"_ba << false;
    QTest::newRow("the queue is long") << R"("stats":{"state":"QUEUED"})"_ba << true;
    QTest::newRow("we may not be whom we want to be") << R"("error":{"message":"Access Denied: User ann cannot impersonate user bob","errorCode":4,"errorName":"PERMISSION_DENIED","errorType":"USER_ERROR"})"_ba << false;
}

void tst_TrinoSignIn::aBusyServerLetsUsInUnnamed()
{
    QFETCH(QByteArray, page);
    QFETCH(bool, isHeld);
    GuardedTrino server({ page });
    server.isHeld = isHeld;
    Visitor visitor(&server);
    TrinoTestOptions options = external;
    options.insert(u"user"_s, QString());
    if (page.contains("impersonate"))
        options.insert(u"sessionUser"_s, u"bob"_s);
    TrinoTimings timings = signInTimings();
    timings.control = std::chrono::milliseconds(200);
    TrinoTestEngine engine(server.trino.url(), options, &visitor, timings);
    const auto info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->user, QString());
    QCOMPARE(visitor.visits, 1);
    QTRY_COMPARE(server.trino.deleteCount(), isHeld ? 1 : 0);
    server.trino.server().releaseHeld();
}

void tst_TrinoSignIn::accessToken()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), { { u"accessToken"_s, u"token1"_s }, { u"allowInsecurePassword"_s, u"true"_s } });
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(server.refusals, 0);
}

static void write(const QString &fileName, const QByteArray &text)
{
    QFile file(fileName);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write");
}

void tst_TrinoSignIn::accessTokenFileIsReadAgain()
{
    const QTemporaryDir dir;
    const QString fileName = dir.filePath(u"token"_s);
    write(fileName, "token1\n");
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), { { u"accessTokenFile"_s, fileName }, { u"allowInsecurePassword"_s, u"true"_s } });
    QCOMPARE(errorOf(engine).message, QString());
    server.expire(false);
    write(fileName, "token2\n");
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(server.refusals, 1);
    server.expire(false);
    QVERIFY(errorOf(engine).hint.contains(u"refused the access token"_s));
    QVERIFY(QFile::remove(fileName));
    QVERIFY(errorOf(engine).message.contains(u"cannot be read"_s));
}

void tst_TrinoSignIn::refusedAccessTokenIsExplained_data()
{
    QTest::addColumn<QByteArray>("payload");
    QTest::addColumn<QString>("hint");
    QTest::newRow("expired") << QByteArray(R"({"exp":1700000000})") << u"expired on 2023-11-14 22:13 UTC"_s;
    QTest::newRow("not expired") << QByteArray(R"({"exp":4102444800})") << u"refused the access token"_s;
    QTest::newRow("without a date") << QByteArray("{}") << u"refused the access token"_s;
}

void tst_TrinoSignIn::refusedAccessTokenIsExplained()
{
    QFETCH(QByteArray, payload);
    QFETCH(QString, hint);
    GuardedTrino server;
    server.challenge = R"(Bearer realm="Trino", token_type="JWT")";
    const QByteArray token = "eyJhbGciOiJub25lIn0." + payload.toBase64(QByteArray::Base64UrlEncoding) + ".x";
    TrinoTestEngine engine(server.trino.url(), { { u"accessToken"_s, QString::fromLatin1(token) }, { u"allowInsecurePassword"_s, u"true"_s } });
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::Unauthenticated);
    QVERIFY2(error.hint.contains(hint), qPrintable(error.hint));
    QVERIFY(!error.ticketText().contains(u"eyJ"_s));
}

void tst_TrinoSignIn::optionsThatDoNotFit_data()
{
    QTest::addColumn<TrinoTestOptions>("options");
    QTest::addColumn<QString>("part");
    QTest::newRow("a token over plain http") << TrinoTestOptions { { u"accessToken"_s, u"t"_s } } << u"only sent over TLS"_s;
    QTest::newRow("the browser over plain http") << TrinoTestOptions { { u"externalAuthentication"_s, u"true"_s } } << u"only sent over TLS"_s;
    QTest::newRow("a token over plain http elsewhere, whatever is allowed")
        << TrinoTestOptions { { u"accessToken"_s, u"t"_s }, { u"host"_s, u"lake.example"_s }, { u"allowInsecurePassword"_s, u"true"_s } } << u"only sent over TLS"_s;
    QTest::newRow("a password and a token") << TrinoTestOptions { { u"accessToken"_s, u"t"_s }, { u"password"_s, u"p"_s }, { u"allowInsecurePassword"_s, u"true"_s } } << u"Both a password and"_s;
    QTest::newRow("a password and the browser")
        << TrinoTestOptions { { u"externalAuthentication"_s, u"true"_s }, { u"password"_s, u"p"_s }, { u"allowInsecurePassword"_s, u"true"_s } } << u"externalAuthentication is on"_s;
    QTest::newRow("a token with a line break") << TrinoTestOptions { { u"accessToken"_s, u"a\nb"_s }, { u"allowInsecurePassword"_s, u"true"_s } } << u"characters that no token has"_s;
    QTest::newRow("a token file that is not there") << TrinoTestOptions { { u"accessTokenFile"_s, u"/nonexistent/token"_s }, { u"allowInsecurePassword"_s, u"true"_s } } << u"cannot be read"_s;
    QTest::newRow("a certificate over plain http") << TrinoTestOptions { { u"SSLKeyStorePath"_s, u"/nonexistent/a.pem"_s } } << u"needs TLS"_s;
}

void tst_TrinoSignIn::optionsThatDoNotFit()
{
    QFETCH(TrinoTestOptions, options);
    QFETCH(QString, part);
    FaultServer server;
    TrinoTestEngine engine(server.url(), options);
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::InvalidArgument);
    QVERIFY2(error.message.contains(part), qPrintable(error.message));
    QCOMPARE(server.connectionCount(), 0);
}

void tst_TrinoSignIn::wayThatIsNotThere_data()
{
    QTest::addColumn<QByteArray>("challenge");
    QTest::addColumn<QString>("hint");
    QTest::newRow("JSON web tokens") << QByteArray(R"(Bearer realm="Trino", token_type="JWT")") << u"accessToken"_s;
    QTest::newRow("Kerberos") << QByteArray("Negotiate") << u"Kerberos"_s;
    QTest::newRow("something unknown") << QByteArray("Mutual") << u"does not know"_s;
    QTest::newRow("nonsense") << QByteArray("@@@") << u"client certificate"_s;
}

void tst_TrinoSignIn::wayThatIsNotThere()
{
    QFETCH(QByteArray, challenge);
    QFETCH(QString, hint);
    GuardedTrino server;
    server.challenge = challenge;
    Visitor visitor(&server);
    TrinoTestEngine engine(server.trino.url(), plain, &visitor, signInTimings());
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::Unauthenticated);
    QVERIFY2(error.hint.contains(hint), qPrintable(error.hint));
    QCOMPARE(visitor.visits + visitor.otherQuestions, 0);
}

QTEST_GUILESS_MAIN(tst_TrinoSignIn)
#include "tst_trinosignin.moc"
