// SPDX-License-Identifier: Apache-2.0
#include "auth/gssapi.h"

#include "fakegssapi.h"
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QLibrary>
#include <QTest>

#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

const QList<QByteArray> twoPages { R"("columns":[{"name":"a","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}],"data":[[1]])",
                                   R"("data":[[2]])" };
const QByteArray firstToken = "Negotiate " + QByteArray("first").toBase64();

/// A Trino that wants Kerberos for what Trino wants it for, or for everything as a gateway does.
class GuardedTrino
{
public:
    explicit GuardedTrino(bool isGateway = false) : trino(twoPages)
    {
        trino.setTamper([this, isGateway](const RecordedRequest &request, FaultReply &reply) {
            const QByteArray authorization = request.header("Authorization");
            if (request.target != "/v1/statement" && !isGateway) {
                strayTokens += !authorization.isEmpty();
                return;
            }
            if (accepts && authorization == firstToken) {
                ++tokens;
                return;
            }
            ++refusals;
            reply = FaultReply::whole(401, "Unauthorized", { { "WWW-Authenticate", challenge } });
        });
    }
    ~GuardedTrino() { trino.setTamper({}); }

    QByteArray challenge = "Negotiate";
    std::atomic<bool> accepts = true;
    std::atomic<int> tokens = 0;
    std::atomic<int> strayTokens = 0;
    std::atomic<int> refusals = 0;
    FakeTrino trino;
};

/// Counts the questions.
class Nobody final : public CredentialProvider
{
public:
    QFuture<Result<Credential>> request(const CredentialRequest &) override
    {
        ++questions;
        return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"no"_s })));
    }
    std::atomic<int> questions = 0;
};

const TrinoTestOptions kerberos { { u"KerberosRemoteServiceName"_s, u"trino"_s }, { u"allowInsecurePassword"_s, u"true"_s } };

TrinoTestOptions with(const TrinoTestOptions &more)
{
    TrinoTestOptions all = kerberos;
    all.insert(more);
    return all;
}

Error errorOf(TrinoTestEngine &engine)
{
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    if (!run.waitForEnd())
        return { .message = u"no end"_s };
    return run.error();
}

} // namespace

class tst_TrinoKerberos : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void tokensGoWhereTheyAreWanted_data();
    void tokensGoWhereTheyAreWanted();
    void eachStatementHasItsToken();
    void opening();
    void userThatNobodyConfiguredIsNotSent();
    void noTicketIsNotTriedAgain();
    void refusedTicketIsExplained_data();
    void refusedTicketIsExplained();
    void largeTicketIsExplained();
    void nobodyIsAsked();
    void hintsWithoutKerberos_data();
    void hintsWithoutKerberos();
    void otherOriginsGetNothing();
    void optionsThatDoNotFit_data();
    void optionsThatDoNotFit();
    void defaultsAloneAreNoKerberos();
    void aliases();
    void optionsReachTheLibrary();

private:
    FakeGssapi *m_fake = nullptr;
};

void tst_TrinoKerberos::initTestCase()
{
    QLibrary library(QStringLiteral(GREBE_FAKE_GSSAPI));
    const auto function = reinterpret_cast<FakeGssapiFunction>(library.resolve("fakeGssapi"));
    QVERIFY2(function, qPrintable(library.errorString()));
    m_fake = function();
    Gssapi::setLibrary(QStringLiteral(GREBE_FAKE_GSSAPI));
}

void tst_TrinoKerberos::init()
{
    m_fake->reset();
}

void tst_TrinoKerberos::tokensGoWhereTheyAreWanted_data()
{
    QTest::addColumn<bool>("isGateway");
    QTest::newRow("Trino, for the statement alone") << false;
    QTest::newRow("a gateway, for everything") << true;
}

void tst_TrinoKerberos::tokensGoWhereTheyAreWanted()
{
    QFETCH(bool, isGateway);
    GuardedTrino server(isGateway);
    TrinoTestEngine engine(server.trino.url(), kerberos);
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 2);
    QCOMPARE(server.strayTokens, 0);
    QCOMPARE(server.trino.postCount(), 1);
    QCOMPARE(server.refusals, isGateway ? 1 : 0); // once told, never asked again
    QCOMPARE(server.tokens, isGateway ? server.trino.getCount() : 1); // the POST, and all GETs but the first
    QVERIFY2(server.trino.mistakes().isEmpty(), qPrintable(server.trino.mistakes().join(u'\n')));
}

void tst_TrinoKerberos::eachStatementHasItsToken()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), kerberos);
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 10; ++i)
        runs.push_back(std::make_unique<StatementRun>(engine.prepare(u"SELECT 1"_s)));
    for (const auto &run : runs)
        QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
    QCOMPARE(server.tokens, 10);
    QCOMPARE(server.refusals, 0);
    QCOMPARE(m_fake->tokenCount, 10);
}

void tst_TrinoKerberos::opening()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), kerberos);
    const Result<ServerInfo> info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    m_fake->ticket = { GSS_S_CREDENTIALS_EXPIRED, 0 };
    TrinoTestEngine late(server.trino.url(), kerberos);
    const Result<ServerInfo> none = answerOf(late->open());
    QVERIFY(!none);
    QCOMPARE(none.error().vendorCode, u"KERBEROS_EXPIRED"_s);
}

void tst_TrinoKerberos::userThatNobodyConfiguredIsNotSent()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), with({ { u"user"_s, QString() } }));
    QCOMPARE(errorOf(engine).message, QString());
    for (const RecordedRequest &request : server.trino.server().requests())
        QVERIFY2(request.header("X-Trino-User").isEmpty(), request.header("X-Trino-User"));
}

void tst_TrinoKerberos::noTicketIsNotTriedAgain()
{
    m_fake->ticket = { GSS_S_FAILURE, OM_uint32(-1765328228) }; // KRB5_KDC_UNREACH
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), kerberos);
    const Error error = errorOf(engine);
    QCOMPARE(error.vendorCode, u"KERBEROS_UNREACHABLE"_s);
    QCOMPARE(m_fake->ticketCount, 1);
    QCOMPARE(server.trino.postCount(), 0);
    QVERIFY(!error.mayHaveRun);
}

void tst_TrinoKerberos::refusedTicketIsExplained_data()
{
    QTest::addColumn<QByteArray>("challenge");
    QTest::addColumn<QString>("hint");
    QTest::newRow("the ticket is refused") << QByteArray("Negotiate") << u"did not take the Kerberos ticket for trino@127.0.0.1"_s;
    QTest::newRow("the server has no Kerberos") << QByteArray(R"(Basic realm="Trino")") << u"offers no sign-in with Kerberos"_s;
}

void tst_TrinoKerberos::refusedTicketIsExplained()
{
    QFETCH(QByteArray, challenge);
    QFETCH(QString, hint);
    GuardedTrino server;
    server.accepts = false;
    server.challenge = challenge;
    TrinoTestEngine engine(server.trino.url(), kerberos);
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::Unauthenticated);
    QVERIFY2(error.hint.contains(hint), qPrintable(error.hint));
    QCOMPARE(server.refusals, 1);
}

void tst_TrinoKerberos::largeTicketIsExplained()
{
    FaultServer server([](const RecordedRequest &, int) { return FaultReply::whole(431, {}); });
    TrinoTestEngine engine(server.url(), kerberos);
    const Error error = errorOf(engine);
    QVERIFY2(error.hint.contains(u"Kerberos ticket"_s), qPrintable(error.hint));
}

void tst_TrinoKerberos::nobodyIsAsked()
{
    GuardedTrino server;
    server.challenge = R"(Negotiate, Basic realm="Trino")";
    Nobody nobody;
    TrinoTestEngine engine(server.trino.url(), kerberos, &nobody);
    QCOMPARE(errorOf(engine).message, QString());
    server.accepts = false;
    QCOMPARE(errorOf(engine).code, Error::Code::Unauthenticated);
    QCOMPARE(nobody.questions, 0);
}

void tst_TrinoKerberos::hintsWithoutKerberos_data()
{
    QTest::addColumn<QByteArray>("challenge");
    QTest::addColumn<QString>("hint");
    QTest::newRow("Kerberos alone") << QByteArray("Negotiate") << u"set KerberosRemoteServiceName"_s;
    QTest::newRow("a password or Kerberos") << QByteArray(R"(Basic realm="Trino", Negotiate)") << u"a password, or Kerberos"_s;
}

void tst_TrinoKerberos::hintsWithoutKerberos()
{
    QFETCH(QByteArray, challenge);
    QFETCH(QString, hint);
    GuardedTrino server;
    server.challenge = challenge;
    TrinoTestEngine engine(server.trino.url(), { { u"allowInsecurePassword"_s, u"true"_s } });
    const Error error = errorOf(engine);
    QVERIFY2(error.hint.contains(hint), qPrintable(error.hint));
    QCOMPARE(m_fake->ticketCount, 0);
}

void tst_TrinoKerberos::otherOriginsGetNothing()
{
    FaultServer other([](const RecordedRequest &, int) { return FaultReply::whole(401, {}, { { "WWW-Authenticate", "Negotiate" } }); });
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), kerberos);
    server.trino.setTamper([&](const RecordedRequest &, FaultReply &reply) {
        reply = FaultReply::whole(307, {}, { { "Location", other.url(u"/v1/statement"_s).toEncoded() }, { "WWW-Authenticate", "Negotiate" } });
    });
    QVERIFY(!errorOf(engine).message.isEmpty());
    server.trino.setTamper([&](const RecordedRequest &, FaultReply &reply) {
        reply = FaultReply::whole(200, R"({"id":"20260101_000000_00000_aaaaa","nextUri":")" + other.url(u"/v1/statement/executing/x"_s).toEncoded() + R"(","stats":{"state":"QUEUED"}})");
    });
    QVERIFY(!errorOf(engine).message.isEmpty());
    QCOMPARE(other.connectionCount(), 0);
}

void tst_TrinoKerberos::optionsThatDoNotFit_data()
{
    QTest::addColumn<TrinoTestOptions>("options");
    QTest::addColumn<QString>("part");
    const QString off;
    QTest::newRow("over plain http") << with({ { u"allowInsecurePassword"_s, off } }) << u"over TLS only"_s;
    QTest::newRow("over plain http elsewhere, whatever is allowed") << with({ { u"host"_s, u"lake.example"_s } }) << u"over TLS only"_s;
    QTest::newRow("with a password") << with({ { u"password"_s, u"p"_s } }) << u"another way to sign in"_s;
    QTest::newRow("with an access token") << with({ { u"accessToken"_s, u"t"_s } }) << u"another way to sign in"_s;
    QTest::newRow("with the browser") << with({ { u"externalAuthentication"_s, u"true"_s } }) << u"another way to sign in"_s;
    QTest::newRow("a keytab without a service") << TrinoTestOptions { { u"KerberosKeytabPath"_s, u"/k"_s } } << u"KerberosKeytabPath is set, and KerberosRemoteServiceName is not"_s;
    QTest::newRow("a service that is a principal") << with({ { u"KerberosRemoteServiceName"_s, u"trino/lake@EXAMPLE.COM"_s } }) << u"may not be"_s;
    QTest::newRow("a pattern without the service") << with({ { u"KerberosServicePrincipalPattern"_s, u"trino@${HOST}"_s } }) << u"KerberosServicePrincipalPattern"_s;
    QTest::newRow("a pattern without an end") << with({ { u"KerberosServicePrincipalPattern"_s, u"${SERVICE}"_s } }) << u"KerberosServicePrincipalPattern"_s;
}

void tst_TrinoKerberos::optionsThatDoNotFit()
{
    QFETCH(TrinoTestOptions, options);
    QFETCH(QString, part);
    FaultServer server;
    TrinoTestEngine engine(server.url(), options);
    const Error error = errorOf(engine);
    QCOMPARE(error.code, Error::Code::InvalidArgument);
    QVERIFY2(error.message.contains(part), qPrintable(error.message));
    QCOMPARE(server.connectionCount(), 0);
    QCOMPARE(m_fake->ticketCount, 0);
}

void tst_TrinoKerberos::defaultsAloneAreNoKerberos()
{
    FakeTrino server(twoPages);
    TrinoTestEngine engine(server.url(), { { u"KerberosUseCanonicalHostname"_s, u"true"_s }, { u"KerberosDelegation"_s, u"false"_s } });
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(m_fake->ticketCount, 0);
}

void tst_TrinoKerberos::aliases()
{
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(
        u"jdbc:trino://lake:8443?SSL=true&kerberosremoteservicename=HTTP&kerberosKeytab=/k&krb5-principal=ann&kerberosDelegation=true"_s, { &trinoInfo() });
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    QCOMPARE(parameters->value(u"KerberosRemoteServiceName"_s), u"HTTP"_s);
    QCOMPARE(parameters->value(u"KerberosKeytabPath"_s), u"/k"_s);
    QCOMPARE(parameters->value(u"KerberosPrincipal"_s), u"ann"_s);
    QCOMPARE(parameters->value(u"KerberosDelegation"_s), u"true"_s);
    QVERIFY(parameters->boolean(u"KerberosUseCanonicalHostname"_s));
}

void tst_TrinoKerberos::optionsReachTheLibrary()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), with({ { u"KerberosRemoteServiceName"_s, u"HTTP"_s },
                                                      { u"KerberosServicePrincipalPattern"_s, u"${SERVICE}/${HOST}@EXAMPLE.COM"_s },
                                                      { u"KerberosPrincipal"_s, u"ann@EXAMPLE.COM"_s },
                                                      { u"KerberosCredentialCachePath"_s, u"/tmp/tickets"_s },
                                                      { u"KerberosDelegation"_s, u"permitted"_s } }));
    QCOMPARE(errorOf(engine).message, QString());
    QCOMPARE(m_fake->names, (std::vector<std::string> { "principal:HTTP/127.0.0.1@EXAMPLE.COM", "principal:ann@EXAMPLE.COM" }));
    QCOMPARE(m_fake->store, (std::vector<std::string> { "ccache=/tmp/tickets" }));
    QCOMPARE(m_fake->flags, OM_uint32(GSS_C_MUTUAL_FLAG | GSS_C_DELEG_POLICY_FLAG));
}

QTEST_GUILESS_MAIN(tst_TrinoKerberos)
#include "tst_trinokerberos.moc"
