// SPDX-License-Identifier: Apache-2.0
#include "auth/negotiatedcall.h"

#include "transport/redaction.h"

#include "fakegssapi.h"
#include "faultserver.h"

#include <QLibrary>
#include <QLoggingCategory>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using When = NegotiatedCall::When;
const QByteArray firstToken = "Negotiate " + QByteArray("first").toBase64();
const QByteArray nextToken = "Negotiate " + QByteArray("more").toBase64();
const QByteArray goOn = "Negotiate " + QByteArray("go on").toBase64();
const QByteArray proof = "Negotiate " + QByteArray("proof").toBase64();

/// What a server answers to a request with this Authorization.
struct Answer
{
    QByteArray authorization;
    int status;
    QByteArray challenge; ///< of WWW-Authenticate
};

/// A call to a server that answers so, what became of it.
class Talk
{
public:
    explicit Talk(const QList<Answer> &answers, const KerberosOptions &options = { .service = u"trino"_s, .host = u"lake"_s })
        : server([answers](const RecordedRequest &request, int) {
              for (const Answer &answer : answers) {
                  if (request.header("Authorization") == answer.authorization)
                      return FaultReply::whole(answer.status, "body", answer.challenge.isEmpty() ? TestHeaders() : TestHeaders { { "WWW-Authenticate", answer.challenge } });
              }
              return FaultReply::whole(500, "unexpected " + request.header("Authorization"));
          }),
          options(options), client(std::make_unique<HttpClient>(HttpOptions {}))
    {
    }
    HttpCall *start(When when)
    {
        const HttpRequest request { .method = "POST", .url = server.url(u"/v1/statement"_s), .headers = { { "X-One", "1" } }, .body = "SELECT 1" };
        call = new NegotiatedCall(options, request, when, [this](const HttpRequest &r) { return client->send(r); }, client.get());
        QObject::connect(call, &HttpCall::finished, client.get(), [this](const HttpResponse &r) { responses << r; });
        return call;
    }
    HttpResponse run(When when = When::AtOnce)
    {
        start(when);
        if (!QTest::qWaitFor([this] { return !responses.isEmpty(); }, 20'000))
            qFatal("no answer");
        return responses.constFirst();
    }
    Error error() const { return responses.constFirst().error.value_or(Error {}); }

    FaultServer server;
    KerberosOptions options;
    std::unique_ptr<HttpClient> client;
    QPointer<HttpCall> call;
    QList<HttpResponse> responses;
};

} // namespace

class tst_NegotiatedCall : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void exchange_data();
    void exchange();
    void everyLegSaysTheSame();
    void wrongProof_data();
    void wrongProof();
    void withoutATicketNothingIsSent();
    void otherThreadsWait();
    void deadline();
    void abortWhileItWaits();
    void clientThatGoesAway();
    void manyAtOnce();
    void tokensAreNotLogged();

private:
    bool waitForHeld()
    {
        return QTest::qWaitFor([this] {
            const std::lock_guard lock(m_fake->mutex);
            return m_fake->waitingCount > 0;
        }, 20'000);
    }

    FakeGssapi *m_fake = nullptr;
};

void tst_NegotiatedCall::initTestCase()
{
    QLibrary library(QStringLiteral(GREBE_FAKE_GSSAPI));
    const auto function = reinterpret_cast<FakeGssapiFunction>(library.resolve("fakeGssapi"));
    QVERIFY2(function, qPrintable(library.errorString()));
    m_fake = function();
    Gssapi::setLibrary(QStringLiteral(GREBE_FAKE_GSSAPI));
}

void tst_NegotiatedCall::init()
{
    m_fake->reset();
}

void tst_NegotiatedCall::cleanup()
{
    m_fake->release();
    QTRY_COMPARE(m_fake->alive, 0);
}

void tst_NegotiatedCall::exchange_data()
{
    QTest::addColumn<bool>("isAtOnce");
    QTest::addColumn<QList<Answer>>("answers");
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("requestCount");
    const QByteArray none;
    QTest::newRow("the token goes along, the server proves nothing") << true << QList<Answer> { { firstToken, 200, {} } } << 200 << 1;
    QTest::newRow("the server proves who it is") << true << QList<Answer> { { firstToken, 200, proof } } << 200 << 1;
    QTest::newRow("only when asked, and not asked") << false << QList<Answer> { { none, 200, {} } } << 200 << 1;
    QTest::newRow("only when asked, and asked") << false << QList<Answer> { { none, 401, "Negotiate" }, { firstToken, 200, {} } } << 200 << 2;
    QTest::newRow("asked beside a password") << false << QList<Answer> { { none, 401, R"(Basic realm="Trino, Negotiate", Negotiate)" }, { firstToken, 200, {} } } << 200 << 2;
    QTest::newRow("asked in small letters") << false << QList<Answer> { { none, 401, "negotiate" }, { firstToken, 200, {} } } << 200 << 2;
    QTest::newRow("asked for a password only") << false << QList<Answer> { { none, 401, R"(Basic realm="Negotiate")" } } << 401 << 1;
    QTest::newRow("asked with a token nobody began") << false << QList<Answer> { { none, 401, goOn } } << 401 << 1;
    QTest::newRow("refused") << true << QList<Answer> { { firstToken, 401, "Negotiate" } } << 401 << 1;
    QTest::newRow("refused after being asked") << false << QList<Answer> { { none, 401, "Negotiate" }, { firstToken, 401, "Negotiate" } } << 401 << 2;
    QTest::newRow("two legs") << true << QList<Answer> { { firstToken, 401, goOn }, { nextToken, 200, proof } } << 200 << 2;
    QTest::newRow("legs without end") << true << QList<Answer> { { firstToken, 401, goOn }, { nextToken, 401, goOn } } << 401 << 4;
    QTest::newRow("another error with a token is that error") << true << QList<Answer> { { firstToken, 503, goOn } } << 503 << 1;
}

void tst_NegotiatedCall::exchange()
{
    QFETCH(bool, isAtOnce);
    QFETCH(QList<Answer>, answers);
    Talk talk(answers);
    const HttpResponse response = talk.run(isAtOnce ? When::AtOnce : When::WhenAsked);
    QVERIFY2(!response.error, qPrintable(talk.error().message));
    QTEST(response.status, "status");
    QTEST(talk.server.requestCount(), "requestCount");
    QCOMPARE(response.bytes().toByteArray(), "body");
    QTRY_VERIFY(!talk.call); // it deletes itself
    QCOMPARE(talk.responses.size(), 1);
}

void tst_NegotiatedCall::everyLegSaysTheSame()
{
    Talk talk({ { firstToken, 401, goOn }, { nextToken, 200, proof } });
    QCOMPARE(talk.run().status, 200);
    for (const RecordedRequest &request : talk.server.requests()) {
        QCOMPARE(request.method, "POST");
        QCOMPARE(request.header("X-One"), "1");
        QCOMPARE(request.body, "SELECT 1");
    }
}

void tst_NegotiatedCall::wrongProof_data()
{
    QTest::addColumn<QByteArray>("challenge");
    QTest::newRow("somebody else's") << QByteArray("Negotiate " + QByteArray("forged").toBase64());
    QTest::newRow("not finished") << goOn;
    QTest::newRow("no Base64") << QByteArray("Negotiate ab~c");
    QTest::newRow("cut") << QByteArray("Negotiate abcde");
}

void tst_NegotiatedCall::wrongProof()
{
    QFETCH(QByteArray, challenge);
    Talk talk({ { firstToken, 200, challenge } });
    const HttpResponse response = talk.run();
    QVERIFY(response.error);
    QCOMPARE(response.error->code, Error::Code::InvalidData);
    QCOMPARE(response.error->vendorCode, u"KERBEROS_MUTUAL"_s);
    QVERIFY2(response.error->message.contains(u"trino@lake"_s), qPrintable(response.error->message));
    QVERIFY(response.mayHaveBeenSent);
    QVERIFY(response.bytes().isEmpty());
}

void tst_NegotiatedCall::withoutATicketNothingIsSent()
{
    m_fake->acquire = { GSS_S_NO_CRED, 0 };
    Talk talk({});
    const HttpResponse response = talk.run();
    QCOMPARE(talk.error().vendorCode, u"KERBEROS_NO_TICKET"_s);
    QVERIFY(!response.mayHaveBeenSent);
    QVERIFY(response.body);
    QCOMPARE(talk.server.connectionCount(), 0);
}

void tst_NegotiatedCall::otherThreadsWait()
{
    m_fake->isHeld = true;
    Talk talk({ { firstToken, 200, {} } });
    talk.start(When::AtOnce);
    QVERIFY(waitForHeld()); // this thread turns its event loop meanwhile
    QCOMPARE(talk.server.connectionCount(), 0);
    m_fake->release();
    QTRY_COMPARE(talk.responses.size(), 1);
    QCOMPARE(talk.responses.constFirst().status, 200);
    for (const std::thread::id &id : m_fake->threads)
        QVERIFY(id != std::this_thread::get_id());
}

void tst_NegotiatedCall::deadline()
{
    m_fake->isHeld = true;
    Talk talk({}, { .service = u"trino"_s, .host = u"lake"_s, .deadline = 20ms });
    talk.run();
    QCOMPARE(talk.error().code, Error::Code::Timeout);
    QVERIFY(!talk.responses.constFirst().mayHaveBeenSent);
    m_fake->release();
    QTRY_COMPARE(m_fake->alive, 0); // the late token is thrown away
    QCOMPARE(talk.server.connectionCount(), 0);
    QCOMPARE(talk.responses.size(), 1);
}

void tst_NegotiatedCall::abortWhileItWaits()
{
    m_fake->isHeld = true;
    Talk talk({});
    talk.start(When::AtOnce);
    QVERIFY(waitForHeld());
    talk.call->abort();
    QTRY_VERIFY(!talk.call);
    m_fake->release();
    QTRY_COMPARE(m_fake->alive, 0);
    QCOMPARE(talk.server.connectionCount(), 0);
    QVERIFY(talk.responses.isEmpty());
}

void tst_NegotiatedCall::clientThatGoesAway()
{
    m_fake->isHeld = true;
    Talk talk({});
    talk.start(When::AtOnce);
    QVERIFY(waitForHeld());
    talk.client.reset();
    QVERIFY(!talk.call);
    m_fake->release();
    QTRY_COMPARE(m_fake->alive, 0);
    QVERIFY(talk.responses.isEmpty());
}

void tst_NegotiatedCall::manyAtOnce()
{
    Talk talk({ { firstToken, 200, proof } });
    for (int i = 0; i < 30; ++i)
        talk.start(When::AtOnce);
    QTRY_COMPARE(talk.responses.size(), 30);
    for (const HttpResponse &response : std::as_const(talk.responses))
        QCOMPARE(response.status, 200);
    QCOMPARE(m_fake->ticketCount, 30);
}

static QStringList logged;

void tst_NegotiatedCall::tokensAreNotLogged()
{
    logged.clear();
    QLoggingCategory::setFilterRules(u"grebe.*=true"_s);
    const auto before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) { logged << text; });
    Talk talk({ { {}, 401, "Negotiate" }, { firstToken, 401, goOn }, { nextToken, 200, proof } });
    const int status = talk.run(When::WhenAsked).status;
    qInstallMessageHandler(before);
    QLoggingCategory::setFilterRules({});
    QCOMPARE(status, 200);
    QVERIFY(logged.size() >= 3);
    const QString text = logged.join(u'\n');
    for (const QByteArray &token : { firstToken, nextToken, goOn, proof })
        QVERIFY2(!text.contains(QString::fromLatin1(token.sliced(10))), qPrintable(text));
}

QTEST_GUILESS_MAIN(tst_NegotiatedCall)
#include "tst_negotiatedcall.moc"
