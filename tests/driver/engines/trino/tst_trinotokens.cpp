// SPDX-License-Identifier: Apache-2.0
#include "auth/tokenbroker.h"

#include "closedport.h"
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QTemporaryDir>
#include <QTest>

#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

const QList<QByteArray> onePage { R"("columns":[{"name":"a","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}],"data":[[1]])" };

/// A Trino that takes one JSON web token, and the program that prints it.
class GuardedTrino
{
public:
    GuardedTrino() : trino(onePage)
    {
        trino.setTamper([this](const RecordedRequest &request, FaultReply &reply) {
            if (request.target != "/v1/statement" || request.header("Authorization") == "Bearer good" + QByteArray::number(serial))
                return;
            ++refusals;
            reply = FaultReply::whole(401, "Unauthorized", { { "WWW-Authenticate", R"(Bearer realm="Trino", token_type="JWT")" } });
        });
        write(u"print"_s, "#!/bin/sh\necho run >>\"$0.log\"\ncat \"$1\"\n");
        if (!QFile::setPermissions(folder.filePath(u"print"_s), QFile::ReadOwner | QFile::ExeOwner))
            qFatal("no script");
        print("good1");
    }
    ~GuardedTrino() { trino.setTamper({}); }

    void write(const QString &name, const QByteArray &text)
    {
        QFile file(folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("%s cannot be written", qPrintable(name));
    }
    void print(const QByteArray &token) { write(u"token"_s, token); }
    int runCount() const
    {
        QFile log(folder.filePath(u"print.log"_s));
        return log.open(QIODevice::ReadOnly) ? int(log.readAll().count('\n')) : 0;
    }
    TrinoTestOptions options() const
    {
        return { { u"accessTokenCommand"_s, u"\"%1\" \"%2\""_s.arg(folder.filePath(u"print"_s), folder.filePath(u"token"_s)) },
                 { u"allowInsecurePassword"_s, u"true"_s } };
    }

    QTemporaryDir folder;
    FakeTrino trino;
    std::atomic<int> serial = 1;
    std::atomic<int> refusals = 0;
};

/// Gives passphrases in order, then declines.
class KeyHolder final : public CredentialProvider
{
public:
    explicit KeyHolder(const QStringList &passphrases) : m_passphrases(passphrases) { }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        requests << request;
        return QtFuture::makeReadyValueFuture(m_passphrases.isEmpty()
                                                  ? Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"declined"_s }))
                                                  : Result<Credential>(Credential { .secret = m_passphrases.takeFirst() }));
    }
    void confirm(const CredentialRequest &, const Credential &, bool worked) override { confirmed << worked; }

    QList<CredentialRequest> requests;
    QList<bool> confirmed;

private:
    QStringList m_passphrases;
};

} // namespace

/// Tokens that a program prints, and keys that want a passphrase.
class tst_TrinoTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void commandRunsOnceForAllSessions();
    void commandRunsAgainWhenItsTokenIsRefused();
    void tokenThatIsNeverTakenIsGivenUp();
    void commandThatFailsSaysWhy();
    void commandBesideAnotherWay_data();
    void commandBesideAnotherWay();
    void closedKeyIsAskedForFirst_data();
    void closedKeyIsAskedForFirst();
};

void tst_TrinoTokens::commandRunsOnceForAllSessions()
{
    GuardedTrino server;
    TrinoTestEngine first(server.trino.url(), server.options());
    TrinoTestEngine second(server.trino.url(), server.options());
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 10; ++i)
        runs.push_back(std::make_unique<StatementRun>((i % 2 ? first : second).prepare(u"SELECT 1"_s)));
    for (const auto &run : runs)
        QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
    QCOMPARE(server.runCount(), 1);
    StatementRun later(first.prepare(u"SELECT 1"_s));
    QVERIFY2(later.waitForEnd() && later.hasFinished(), later.log());
    QCOMPARE(server.runCount(), 1);
}

void tst_TrinoTokens::commandRunsAgainWhenItsTokenIsRefused()
{
    GuardedTrino server;
    TrinoTestEngine engine(server.trino.url(), server.options());
    for (int serial = 1; serial <= 3; ++serial) {
        server.serial = serial;
        server.print("good" + QByteArray::number(serial) + '\n');
        StatementRun run(engine.prepare(u"SELECT 1"_s));
        QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
        QCOMPARE(server.runCount(), serial);
    }
}

void tst_TrinoTokens::tokenThatIsNeverTakenIsGivenUp()
{
    GuardedTrino server;
    server.print("canary");
    TrinoTestEngine engine(server.trino.url(), server.options());
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    QVERIFY2(run.error().hint.contains(u"accessTokenCommand"_s), run.log());
    QVERIFY2(!run.error().ticketText().contains(u"canary"_s), run.log());
    QCOMPARE(server.runCount(), 2);
    QCOMPARE(server.refusals, 3);
}

void tst_TrinoTokens::commandThatFailsSaysWhy()
{
    GuardedTrino server;
    server.write(u"token"_s, "");
    TrinoTestOptions options = server.options();
    options[u"accessTokenCommand"_s] += u".absent"_s;
    TrinoTestEngine engine(server.trino.url(), options);
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().message.contains(u"failed with exit code"_s) && run.error().message.contains(u"No such file"_s), run.log());
    QCOMPARE(server.runCount(), 1);
}

void tst_TrinoTokens::commandBesideAnotherWay_data()
{
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("value");
    QTest::newRow("a password") << u"password"_s << u"p"_s;
    QTest::newRow("a token") << u"accessToken"_s << u"t"_s;
    QTest::newRow("the browser") << u"externalAuthentication"_s << u"true"_s;
}

void tst_TrinoTokens::commandBesideAnotherWay()
{
    QFETCH(QString, option);
    QFETCH(QString, value);
    GuardedTrino server;
    TrinoTestOptions options = server.options();
    options[option] = value;
    TrinoTestEngine engine(server.trino.url(), options);
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidArgument);
    QCOMPARE(server.refusals, 0);
}

void tst_TrinoTokens::closedKeyIsAskedForFirst_data()
{
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QStringList>("passphrases");
    QTest::addColumn<Error::Code>("code"); // IO: nobody listens there, but it came so far
    QTest::addColumn<int>("questions");
    const QString pem = u"client.pem"_s;
    const QString key = u"client-encrypted.key"_s;
    QTest::newRow("PEM, opened") << pem << key << QStringList { u"paddle"_s } << Error::Code::IO << 1;
    QTest::newRow("PEM, opened the third time") << pem << key << QStringList { u"a"_s, u"b"_s, u"paddle"_s } << Error::Code::IO << 3;
    QTest::newRow("PEM, wrong three times") << pem << key << QStringList { u"a"_s, u"b"_s, u"c"_s, u"paddle"_s } << Error::Code::InvalidArgument << 3;
    QTest::newRow("PEM, declined") << pem << key << QStringList() << Error::Code::Cancelled << 1;
    QTest::newRow("PKCS#12, opened") << u"client.p12"_s << QString() << QStringList { u"paddle"_s } << Error::Code::IO << 1;
}

void tst_TrinoTokens::closedKeyIsAskedForFirst()
{
    QFETCH(QString, certificate);
    QFETCH(QString, key);
    QFETCH(QStringList, passphrases);
    QFETCH(Error::Code, code);
    QFETCH(int, questions);
    const ClosedPort nobody;
    const QString folder = QStringLiteral(GREBE_TEST_DATA "/../../../transport/data/");
    TrinoTestOptions options { { u"SSL"_s, u"true"_s }, { u"SSLKeyStorePath"_s, folder + certificate } };
    if (!key.isEmpty())
        options[u"clientKeyFile"_s] = folder + key;
    KeyHolder ann(passphrases);
    TrinoTestEngine engine(nobody.url(u"https"_s), options, &ann);
    StatementRun one(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(one.waitForEnd() && one.hasFailed(), one.log());
    QVERIFY2(one.error().code == code, one.log());
    QCOMPARE(ann.requests.size(), questions);
    for (const CredentialRequest &request : ann.requests) {
        QCOMPARE(request.kind, CredentialRequest::Kind::CertificatePassphrase);
        QCOMPARE(request.fileName, folder + (key.isEmpty() ? certificate : key));
    }
    QCOMPARE(ann.confirmed.size(), code == Error::Code::Cancelled ? 0 : questions);
    QCOMPARE(ann.confirmed.contains(true), code == Error::Code::IO);
}

QTEST_GUILESS_MAIN(tst_TrinoTokens)
#include "tst_trinotokens.moc"
