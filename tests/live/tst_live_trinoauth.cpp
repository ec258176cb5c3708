// SPDX-License-Identifier: Apache-2.0
#include "trinoauthserver.h"

#include "statementrun.h"
#include "transport/httpclient.h"

#include <QTest>

using namespace Grebe;
using namespace TrinoAuthServer;
using namespace Qt::StringLiterals;

/// What the Trino engine does alike with every server of trino-auth: password, certificates, and acting as somebody else.
class tst_LiveTrinoAuth : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(isThere()); }
    void signIn_data();
    void signIn();
    void closedKeyIsAskedFor_data();
    void closedKeyIsAskedFor();
    void refused_data();
    void refused();
    void passwordStaysAwayFromPlainHttp();
    void impersonation();
    void sessionAuthorization();
    void roles();
    void extraCredentials();
    void extraHeaders();
};

/// Knows passphrases, in the order in which they are given.
class KeyHolder final : public CredentialProvider
{
public:
    explicit KeyHolder(const QStringList &passphrases) : m_passphrases(passphrases) { }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        requests << request;
        if (request.kind != CredentialRequest::Kind::CertificatePassphrase || m_passphrases.isEmpty())
            return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"declined"_s })));
        return QtFuture::makeReadyValueFuture(Result<Credential>(Credential { .secret = m_passphrases.takeFirst() }));
    }
    void confirm(const CredentialRequest &, const Credential &, bool worked) override { confirmed << worked; }

    QList<CredentialRequest> requests;
    QList<bool> confirmed;

private:
    QStringList m_passphrases;
};

static Options asAnn(const Options &more = {})
{
    Options options { { u"user"_s, u"ann"_s }, { u"password"_s, password() } };
    options.insert(more);
    return options;
}

void tst_LiveTrinoAuth::signIn_data()
{
    QTest::addColumn<Options>("options");
    QTest::newRow("a password") << asAnn();
    QTest::newRow("a certificate and its key") << Options { { u"SSLKeyStorePath"_s, secretFile(u"ann.pem"_s) }, { u"clientKeyFile"_s, secretFile(u"ann.key"_s) } };
    QTest::newRow("a certificate and its encrypted key")
        << Options { { u"SSLKeyStorePath"_s, secretFile(u"ann.pem"_s) }, { u"clientKeyFile"_s, secretFile(u"ann-encrypted.key"_s) }, { u"SSLKeyStorePassword"_s, password() } };
    QTest::newRow("a PKCS#12 file") << Options { { u"SSLKeyStorePath"_s, secretFile(u"ann.p12"_s) }, { u"SSLKeyStorePassword"_s, password() } };
}

void tst_LiveTrinoAuth::signIn()
{
    QFETCH(Options, options);
    const ConnectionPtr connection = connectTo(options);
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoAuth::closedKeyIsAskedFor_data()
{
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("opens"); // before the statement
    QTest::newRow("PEM, opened first") << u"ann.pem"_s << u"ann-encrypted.key"_s << true;
    QTest::newRow("PEM, with the statement") << u"ann.pem"_s << u"ann-encrypted.key"_s << false;
    QTest::newRow("PKCS#12, opened first") << u"ann.p12"_s << QString() << true;
    QTest::newRow("PKCS#12, with the statement") << u"ann.p12"_s << QString() << false;
}

void tst_LiveTrinoAuth::closedKeyIsAskedFor()
{
    QFETCH(QString, certificate);
    QFETCH(QString, key);
    QFETCH(bool, opens);
    Options options { { u"SSLKeyStorePath"_s, secretFile(certificate) } };
    if (!key.isEmpty())
        options.insert(u"clientKeyFile"_s, secretFile(key));
    KeyHolder ann({ u"oar"_s, password() });
    const ConnectionPtr connection = connectTo(options, &ann);
    if (opens) {
        const Result<ServerInfo> info = valueOf(connection->open());
        QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
    }
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
    QCOMPARE(ann.requests.size(), 2);
    QCOMPARE(ann.requests.first().fileName, secretFile(key.isEmpty() ? certificate : key));
    QCOMPARE(ann.requests.first().reason, QString());
    QVERIFY2(ann.requests.last().reason.contains(u"does not open the key"_s), qPrintable(ann.requests.last().reason));
    QCOMPARE(ann.confirmed, (QList<bool> { false, true }));

    KeyHolder stranger({ u"a"_s, u"b"_s, u"c"_s, password() });
    const ConnectionPtr closed = connectTo(options, &stranger);
    StatementRun refused(closed->prepare(u"SELECT 1"_s));
    QVERIFY2(refused.waitForEnd() && refused.hasFailed(), refused.log());
    QCOMPARE(refused.error().code, Error::Code::InvalidArgument);
    QCOMPARE(stranger.requests.size(), 3);
}

void tst_LiveTrinoAuth::refused_data()
{
    QTest::addColumn<Options>("options");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("part"); // of message and hint
    QTest::newRow("another password") << Options { { u"user"_s, u"ann"_s }, { u"password"_s, u"oar"_s } } << Error::Code::Unauthenticated << u"refused this user and password"_s;
    QTest::newRow("a token of somebody else's") << Options { { u"accessToken"_s, u"eyJhbGciOiJub25lIn0.e30."_s } } << Error::Code::Unauthenticated << u"refused the access token"_s;
    QTest::newRow("nothing, and nobody to ask") << Options { { u"user"_s, u"ann"_s } } << Error::Code::Unauthenticated << u"wants a password"_s;
    QTest::newRow("a key that stays closed")
        << Options { { u"SSLKeyStorePath"_s, secretFile(u"ann.p12"_s) }, { u"SSLKeyStorePassword"_s, u"oar"_s } } << Error::Code::InvalidArgument << u"does not open the key"_s;
}

void tst_LiveTrinoAuth::refused()
{
    QFETCH(Options, options);
    QFETCH(Error::Code, code);
    QFETCH(QString, part);
    const ConnectionPtr connection = connectTo(options);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, code);
    const QString text = run.error().ticketText();
    QVERIFY2(text.contains(part), qPrintable(text));
    QVERIFY2(!text.contains(u"eyJ"_s) && !text.contains(u"x_token_server=\"https"_s), qPrintable(text));
}

void tst_LiveTrinoAuth::passwordStaysAwayFromPlainHttp()
{
    const Options plain = asAnn({ { u"SSL"_s, u"false"_s }, { u"port"_s, QString::number(httpPort()) }, { u"caFile"_s, {} } });
    const ConnectionPtr connection = connectTo(plain);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().message.contains(u"only sent over TLS"_s), run.log());
}

void tst_LiveTrinoAuth::impersonation()
{
    for (const QString &other : { u"bob"_s, u"carol"_s }) {
        const ConnectionPtr connection = connectTo(asAnn({ { u"sessionUser"_s, other } }));
        StatementRun run(connection->prepare(u"SELECT current_user"_s));
        QVERIFY2(run.waitForEnd(), run.log());
        if (other == "bob"_L1)
            QCOMPARE(run.cell(0, 0), other);
        else
            QVERIFY2(run.error().message.contains(u"cannot impersonate"_s), run.log());
    }
}

void tst_LiveTrinoAuth::sessionAuthorization()
{
    const ConnectionPtr connection = connectTo(asAnn());
    const auto user = [&] {
        StatementRun run(connection->prepare(u"SELECT current_user"_s));
        return run.waitForEnd() && run.hasFinished() ? run.cell(0, 0) : run.error().message;
    };
    const auto does = [&](const QString &sql) {
        StatementRun run(connection->prepare(sql));
        return run.waitForEnd() && run.hasFinished();
    };
    QVERIFY(does(u"SET SESSION AUTHORIZATION 'bob'"_s));
    QCOMPARE(user(), u"bob"_s);
    QCOMPARE(connection->session().user, u"bob"_s);
    QVERIFY(!does(u"SET SESSION AUTHORIZATION 'carol'"_s));
    QCOMPARE(user(), u"bob"_s);
    QVERIFY(does(u"RESET SESSION AUTHORIZATION"_s));
    QCOMPARE(user(), u"ann"_s);
}

void tst_LiveTrinoAuth::roles()
{
    // No catalog of this server has roles of its own, and its access control no system roles: what a role does shows in
    // what the server says to each.
    const auto answer = [](const QString &roles) {
        const ConnectionPtr connection = connectTo(asAnn({ { u"roles"_s, roles } }));
        StatementRun run(connection->prepare(u"SELECT 1"_s));
        return run.waitForEnd() && run.hasFinished() ? u"done"_s : run.error().message;
    };
    QCOMPARE(answer(u"system:NONE"_s), u"done"_s);
    QCOMPARE(answer(u"system:ALL"_s), u"done"_s);
    const QString unknown = answer(u"system:painter"_s);
    QVERIFY2(unknown.contains(u"painter"_s), qPrintable(unknown));

    const ConnectionPtr connection = connectTo(asAnn());
    StatementRun none(connection->prepare(u"SET ROLE NONE"_s));
    QVERIFY2(none.waitForEnd() && none.hasFinished(), none.log());
    QCOMPARE(connection->session().roles.value(u"system"_s), u"NONE"_s);
    StatementRun painter(connection->prepare(u"SET ROLE painter"_s));
    QVERIFY2(painter.waitForEnd() && painter.hasFailed() && painter.error().message.contains(u"painter"_s), painter.log());
}

void tst_LiveTrinoAuth::extraCredentials()
{
    // No catalog of this server uses any: it reads them all the same, and refuses what is none.
    HttpClient raw({ .caFile = secretFile(u"ca.pem"_s) });
    const auto statusFor = [&](const QByteArray &credential) {
        int status = 0;
        HttpCall *call = raw.send({ .method = "POST",
                                    .url = QUrl(origin() + u"/v1/statement"_s),
                                    .headers = { { "Authorization", "Basic " + ("ann:" + password().toLatin1()).toBase64() }, { "X-Trino-Extra-Credential", credential } },
                                    .body = "SELECT 1" });
        QObject::connect(call, &HttpCall::finished, this, [&](const HttpResponse &response) { status = response.status; });
        return QTest::qWaitFor([&] { return status != 0; }, std::chrono::seconds(60)) ? status : -1;
    };
    QCOMPARE(statusFor("no equals sign"), 400);
    QCOMPARE(statusFor("a=b"), 200);
    const ConnectionPtr connection = connectTo(asAnn({ { u"extraCredentials"_s, u"catalog.key:value;other:x =,%ä"_s } }));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoAuth::extraHeaders()
{
    // A header that this server wants to be told to expect: its complaint shows that it arrived.
    const ConnectionPtr proxied = connectTo(asAnn({ { u"extraHeaders"_s, u"X-Forwarded-For:192.0.2.7"_s } }));
    StatementRun refused(proxied->prepare(u"SELECT 1"_s));
    QVERIFY2(refused.waitForEnd() && refused.hasFailed(), refused.log());
    QVERIFY2(refused.error().message.contains(u"X-Forwarded-For"_s) && refused.error().hint.contains(u"process-forwarded"_s), refused.log());

    const ConnectionPtr tagged = connectTo(asAnn({ { u"extraHeaders"_s, u"X-Company:lake"_s }, { u"source"_s, u"tst_live_trinoauth"_s } }));
    StatementRun run(tagged->prepare(u"SELECT \"user\", source FROM system.runtime.queries WHERE query LIKE '%42 = 42%' AND state = 'RUNNING'"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
    QCOMPARE(run.cell(0, 1), u"tst_live_trinoauth"_s);
}

QTEST_GUILESS_MAIN(tst_LiveTrinoAuth)
#include "tst_live_trinoauth.moc"
