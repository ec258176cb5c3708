// SPDX-License-Identifier: Apache-2.0
#include "auth/tokenbroker.h"

#include <QMutex>
#include <QTest>
#include <QThread>
#include <QTimeZone>

#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

const TokenKey annKey { u"https://lake:443"_s, u"ann"_s, {} };
const TokenKey bobKey { u"https://lake:443"_s, u"bob"_s, {} };

/// What a test sees of the flows a broker made; any thread.
struct FlowLog
{
    std::atomic<int> made = 0;
    std::atomic<int> started = 0;
    std::atomic<int> cancelled = 0;
    std::atomic<int> gone = 0;
};

/// Ends when the test says so, from whichever thread.
class TestFlow final : public TokenFlow
{
public:
    explicit TestFlow(FlowLog &log) : m_log(log) { ++m_log.made; }
    ~TestFlow() override { ++m_log.gone; }
    void start() override
    {
        ++m_log.started;
        const QMutexLocker lock(&mutex);
        current = this;
    }
    void cancel() override
    {
        ++m_log.cancelled;
        const QMutexLocker lock(&mutex);
        current = nullptr;
    }

    static bool isRunning()
    {
        const QMutexLocker lock(&mutex);
        return current;
    }
    static void finish(const Result<QByteArray> &token)
    {
        const QMutexLocker lock(&mutex);
        TestFlow *flow = std::exchange(current, nullptr);
        QMetaObject::invokeMethod(flow, [flow, token] { Q_EMIT flow->done(token); }, Qt::QueuedConnection);
    }

private:
    FlowLog &m_log;
    static inline QMutex mutex;
    static inline TestFlow *current = nullptr;
};

TokenBroker::MakeFlow maker(FlowLog &log)
{
    return [&log](const TokenBroker::Ask &) { return std::make_unique<TestFlow>(log); };
}

/// Gives its token at once.
class QuickFlow final : public TokenFlow
{
public:
    QuickFlow(std::atomic<int> &count, const QByteArray &prefix) : m_token(prefix + QByteArray::number(++count)) { }
    void start() override { Q_EMIT done(m_token); }
    void cancel() override { }

private:
    const QByteArray m_token;
};

class CountingProvider final : public CredentialProvider
{
public:
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        ++count;
        last = request;
        return QtFuture::makeReadyValueFuture(Result<Credential>(Credential {}));
    }
    std::atomic<int> count = 0;
    CredentialRequest last;
};

bool isSettled(const QFuture<Result<QByteArray>> &future)
{
    return QTest::qWaitFor([&] { return future.isFinished(); }, 20'000);
}

Error someError(Error::Code code)
{
    return { .code = code, .message = u"no"_s };
}

} // namespace

class tst_TokenBroker : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneFlowForAllWhoAsk();
    void everyKeyHasItsOwn();
    void lateRefusalGetsTheNewToken();
    void failureFailsAllAndIsNotAskedAgain();
    void nextStatementAfterAFailureAsksAgain();
    void lastWaiterTakesTheFlowWithIt();
    void flowOutlivesTheOneWhoBeganIt();
    void providerOfWhoeverWaitsIsAsked();
    void nobodyToAskIsSaid();
    void serverThatRefusesItsOwnTokens();
    void confirmedTokenMayExpireAsOftenAsItLikes();
    void signOutForgets();
    void listTellsWhatATokenTells();
    void expiry_data();
    void expiry();
    void brokerGoesWithAFlowUnderWay();
    void manyThreads();
};

void tst_TokenBroker::oneFlowForAllWhoAsk()
{
    FlowLog log;
    TokenBroker broker;
    QCOMPARE(broker.token(annKey), QByteArray());
    QList<QFuture<Result<QByteArray>>> futures;
    for (int i = 0; i < 10; ++i)
        futures << broker.renew(annKey, 0, nullptr, maker(log)).token;
    QTRY_VERIFY(TestFlow::isRunning());
    TestFlow::finish("token");
    for (const auto &future : futures) {
        QVERIFY(isSettled(future));
        QCOMPARE(future.result().value(), "token");
    }
    QCOMPARE(log.made, 1);
    QCOMPARE(broker.token(annKey), "token");
    QCOMPARE(broker.epoch(annKey), 1);
    QTRY_COMPARE(log.gone, 1);
}

void tst_TokenBroker::everyKeyHasItsOwn()
{
    TokenBroker broker;
    std::atomic<int> count = 0;
    const auto make = [&](const TokenBroker::Ask &) { return std::make_unique<QuickFlow>(count, "t"); };
    TokenKey asBob = annKey;
    asBob.sessionUser = u"bob"_s;
    TokenKey elsewhere = annKey;
    elsewhere.origin = u"https://lake:8443"_s;
    QSet<QByteArray> tokens;
    for (const TokenKey &key : { annKey, bobKey, asBob, elsewhere }) {
        const auto future = broker.renew(key, 0, nullptr, make).token;
        QVERIFY(isSettled(future));
        tokens.insert(future.result().value());
    }
    QCOMPARE(tokens.size(), 4);
    QCOMPARE(broker.signedIn().size(), 4);
}

void tst_TokenBroker::lateRefusalGetsTheNewToken()
{
    TokenBroker broker;
    broker.insert(annKey, "old");
    const int epoch = broker.epoch(annKey);
    std::atomic<int> count = 0;
    const auto make = [&](const TokenBroker::Ask &) { return std::make_unique<QuickFlow>(count, "new"); };
    const auto first = broker.renew(annKey, epoch, nullptr, make).token;
    QVERIFY(isSettled(first));
    // Another statement was sent with the old token too, and its refusal comes only now.
    const auto second = broker.renew(annKey, epoch, nullptr, make).token;
    QVERIFY(second.isFinished());
    QCOMPARE(second.result().value(), "new1");
    QCOMPARE(count, 1);
}

void tst_TokenBroker::failureFailsAllAndIsNotAskedAgain()
{
    FlowLog log;
    TokenBroker broker;
    const auto first = broker.renew(annKey, 0, nullptr, maker(log)).token;
    const auto second = broker.renew(annKey, 0, nullptr, maker(log)).token;
    QTRY_VERIFY(TestFlow::isRunning());
    TestFlow::finish(std::unexpected(someError(Error::Code::Cancelled)));
    QVERIFY(isSettled(first));
    QVERIFY(isSettled(second));
    QCOMPARE(first.result().error().code, Error::Code::Cancelled);
    QCOMPARE(second.result().error().code, Error::Code::Cancelled);
    const auto late = broker.renew(annKey, 0, nullptr, maker(log)).token;
    QVERIFY(late.isFinished());
    QCOMPARE(late.result().error().code, Error::Code::Cancelled);
    QCOMPARE(log.made, 1);
}

void tst_TokenBroker::nextStatementAfterAFailureAsksAgain()
{
    FlowLog log;
    TokenBroker broker;
    const auto first = broker.renew(annKey, 0, nullptr, maker(log)).token;
    QTRY_VERIFY(TestFlow::isRunning());
    TestFlow::finish(std::unexpected(someError(Error::Code::Timeout)));
    QVERIFY(isSettled(first));
    const auto next = broker.renew(annKey, broker.epoch(annKey), nullptr, maker(log)).token;
    QTRY_VERIFY(TestFlow::isRunning());
    TestFlow::finish("token");
    QVERIFY(isSettled(next));
    QCOMPARE(next.result().value(), "token");
    QCOMPARE(log.made, 2);
}

void tst_TokenBroker::lastWaiterTakesTheFlowWithIt()
{
    FlowLog log;
    TokenBroker broker;
    const auto first = broker.renew(annKey, 0, nullptr, maker(log));
    const auto second = broker.renew(annKey, 0, nullptr, maker(log));
    QTRY_VERIFY(TestFlow::isRunning());
    broker.abandon(first.id);
    QVERIFY(first.token.isFinished());
    QCOMPARE(first.token.result().error().code, Error::Code::Cancelled);
    QVERIFY(!second.token.isFinished());
    broker.abandon(second.id);
    QVERIFY(second.token.isFinished());
    QTRY_COMPARE(log.cancelled, 1);
    broker.abandon(second.id); // once more is harmless
    const auto third = broker.renew(annKey, 0, nullptr, maker(log));
    QTRY_COMPARE(log.started, 2);
    TestFlow::finish("token");
    QVERIFY(isSettled(third.token));
    QCOMPARE(third.token.result().value(), "token");
}

void tst_TokenBroker::flowOutlivesTheOneWhoBeganIt()
{
    FlowLog log;
    TokenBroker broker;
    const auto first = broker.renew(annKey, 0, nullptr, maker(log));
    const auto second = broker.renew(annKey, 0, nullptr, maker(log));
    QTRY_VERIFY(TestFlow::isRunning());
    broker.abandon(first.id);
    TestFlow::finish("token");
    QVERIFY(isSettled(second.token));
    QCOMPARE(second.token.result().value(), "token");
    QCOMPARE(log.cancelled, 0);
}

/// Asks a person; the answer is the token.
class AskingFlow final : public TokenFlow
{
public:
    explicit AskingFlow(const TokenBroker::Ask &ask) : m_ask(ask) { }
    void start() override
    {
        m_ask({ .kind = CredentialRequest::Kind::BrowserSignIn, .user = u"ann"_s }).then(this, [this](const Result<Credential> &answer) {
            Q_EMIT done(answer ? Result<QByteArray>("asked") : Result<QByteArray>(std::unexpected(answer.error())));
        });
    }
    void cancel() override { }

private:
    const TokenBroker::Ask m_ask;
};

void tst_TokenBroker::providerOfWhoeverWaitsIsAsked()
{
    TokenBroker broker;
    CountingProvider provider;
    const auto future = broker.renew(annKey, 0, &provider, [](const TokenBroker::Ask &ask) { return std::make_unique<AskingFlow>(ask); }).token;
    QVERIFY(isSettled(future));
    QCOMPARE(future.result().value(), "asked");
    QCOMPARE(provider.count, 1);
    QCOMPARE(provider.last.user, u"ann"_s);
}

void tst_TokenBroker::nobodyToAskIsSaid()
{
    TokenBroker broker;
    const auto future = broker.renew(annKey, 0, nullptr, [](const TokenBroker::Ask &ask) { return std::make_unique<AskingFlow>(ask); }).token;
    QVERIFY(isSettled(future));
    QCOMPARE(future.result().error().code, Error::Code::Unauthenticated);
    QVERIFY(future.result().error().message.contains(u"nobody here to ask"_s));
}

void tst_TokenBroker::serverThatRefusesItsOwnTokens()
{
    TokenBroker broker;
    std::atomic<int> count = 0;
    const auto make = [&](const TokenBroker::Ask &) { return std::make_unique<QuickFlow>(count, "t"); };
    for (int i = 0; i < 2; ++i) {
        const auto future = broker.renew(annKey, broker.epoch(annKey), nullptr, make).token;
        QVERIFY(isSettled(future));
        QVERIFY(future.result());
    }
    const auto future = broker.renew(annKey, broker.epoch(annKey), nullptr, make).token;
    QVERIFY(isSettled(future));
    QVERIFY(!future.result());
    QVERIFY(future.result().error().message.contains(u"just issued"_s));
    QCOMPARE(count, 2);
    QVERIFY(broker.token(annKey).isEmpty());
}

void tst_TokenBroker::confirmedTokenMayExpireAsOftenAsItLikes()
{
    TokenBroker broker;
    std::atomic<int> count = 0;
    const auto make = [&](const TokenBroker::Ask &) { return std::make_unique<QuickFlow>(count, "t"); };
    for (int i = 1; i <= 10; ++i) {
        const auto future = broker.renew(annKey, broker.epoch(annKey), nullptr, make).token;
        QVERIFY(isSettled(future));
        QVERIFY(future.result());
        broker.confirm(annKey);
        QCOMPARE(count, i);
    }
}

void tst_TokenBroker::signOutForgets()
{
    TokenBroker broker;
    broker.insert(annKey, "a");
    broker.insert(bobKey, "b");
    broker.signOut(annKey);
    broker.signOut({ u"https://elsewhere:443"_s, {}, {} });
    QVERIFY(broker.token(annKey).isEmpty());
    QCOMPARE(broker.token(bobKey), "b");
    QCOMPARE(broker.signedIn().size(), 1);
}

static QByteArray jwt(const QByteArray &payload)
{
    return "eyJhbGciOiJub25lIn0." + payload.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals) + ".sig";
}

void tst_TokenBroker::listTellsWhatATokenTells()
{
    TokenBroker broker;
    const QDateTime before = QDateTime::currentDateTimeUtc();
    broker.insert(bobKey, "opaque");
    broker.insert(annKey, jwt(R"({"iss":"https://login","exp":4102444800})"));
    const QList<SignedIn> list = broker.signedIn();
    QCOMPARE(list.size(), 2);
    QCOMPARE(list.at(0).user, u"ann"_s);
    QCOMPARE(list.at(0).origin, u"https://lake:443"_s);
    QCOMPARE(list.at(0).issuer, u"https://login"_s);
    QCOMPARE(list.at(0).expiry, QDateTime(QDate(2100, 1, 1), QTime(0, 0), QTimeZone::UTC));
    QVERIFY(list.at(0).since >= before && list.at(0).lastUse >= before);
    QVERIFY(list.at(1).issuer.isEmpty());
    QVERIFY(!list.at(1).expiry.isValid());
}

void tst_TokenBroker::expiry_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<qint64>("seconds"); // -1: not known
    QTest::newRow("whole seconds") << jwt(R"({"exp":1700000000})") << qint64(1'700'000'000);
    QTest::newRow("parts of a second") << jwt(R"({"exp":1700000000.75})") << qint64(1'700'000'000);
    QTest::newRow("none") << jwt(R"({"sub":"ann"})") << qint64(-1);
    QTest::newRow("a text") << jwt(R"({"exp":"1700000000"})") << qint64(-1);
    QTest::newRow("beyond any calendar") << jwt(R"({"exp":1e300})") << qint64(-1);
    QTest::newRow("negative") << jwt(R"({"exp":-5})") << qint64(-1);
    QTest::newRow("no JSON within") << jwt("exp") << qint64(-1);
    QTest::newRow("no base64 within") << QByteArray("a.*.c") << qint64(-1);
    QTest::newRow("one dot") << QByteArray("a.b") << qint64(-1);
    QTest::newRow("opaque") << QByteArray("aBcD") << qint64(-1);
    QTest::newRow("empty") << QByteArray() << qint64(-1);
}

void tst_TokenBroker::expiry()
{
    QFETCH(QByteArray, token);
    QFETCH(qint64, seconds);
    const QDateTime expiry = tokenExpiry(token);
    QCOMPARE(expiry.isValid() ? expiry.toSecsSinceEpoch() : -1, seconds);
}

void tst_TokenBroker::brokerGoesWithAFlowUnderWay()
{
    FlowLog log;
    QFuture<Result<QByteArray>> future;
    {
        TokenBroker broker;
        future = broker.renew(annKey, 0, nullptr, maker(log)).token;
        QTRY_VERIFY(TestFlow::isRunning());
    }
    QVERIFY(future.isFinished());
    QCOMPARE(future.result().error().code, Error::Code::Cancelled);
    QCOMPARE(log.cancelled, 1);
    QCOMPARE(log.gone, 1);
}

void tst_TokenBroker::manyThreads()
{
    TokenBroker broker;
    std::atomic<int> count = 0;
    std::atomic<int> good = 0;
    const auto make = [&](const TokenBroker::Ask &) { return std::make_unique<QuickFlow>(count, "t"); };
    std::vector<std::unique_ptr<QThread>> threads;
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back(QThread::create([&] {
            for (int round = 0; round < 50; ++round) {
                const int epoch = broker.epoch(annKey);
                auto renewal = broker.renew(annKey, epoch, nullptr, make);
                if (round % 7 == 3)
                    broker.abandon(renewal.id);
                renewal.token.waitForFinished();
                if (renewal.token.result())
                    ++good;
                broker.confirm(annKey);
                if (round % 11 == 5)
                    broker.signOut(annKey);
                (void)broker.signedIn();
            }
        }));
        threads.back()->start();
    }
    for (const auto &thread : threads)
        QVERIFY(thread->wait(60'000));
    QVERIFY(good >= 8);
    QVERIFY2(count <= 8 * 50, "never more sign-ins than questions");
}

QTEST_GUILESS_MAIN(tst_TokenBroker)
#include "tst_tokenbroker.moc"
