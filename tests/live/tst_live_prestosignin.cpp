// SPDX-License-Identifier: Apache-2.0
#include "auth/tokenbroker.h"
#include "engines/engineconnection.h"
#include "extension/connection.h"
#include "extension/credentialprovider.h"

#include "statementrun.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

using Options = QMap<QString, QString>;

/// Each way of signing in that the real PrestoDB at GREBE_LIVE_PRESTO_TLS_URL takes: password, token, client certificate.
class tst_LivePrestoSignIn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void signIn_data();
    void signIn();
    void passwordIsAskedFor();
    void passphraseIsAskedFor();
    void refused_data();
    void refused();
    void tokenIsReadAgain();
    void userNobodyNamed();
    void cancelIsConfirmed();

private:
    ConnectionPtr connectTo(const Options &options, CredentialProvider *provider = nullptr) const;
};

namespace {

QString variable(const char *name)
{
    return qEnvironmentVariable(("GREBE_LIVE_PRESTO_" + QByteArray(name)).constData());
}

QString secretFile(const QString &name)
{
    return variable("SECRETS") + u'/' + name;
}

QByteArray contents(const QString &name)
{
    QFile file(secretFile(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

template<typename T>
T valueOf(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 60s))
        qFatal("no answer in a minute");
    return future.result();
}

/// Gives the secrets in their order.
class Ann final : public CredentialProvider
{
public:
    explicit Ann(const QStringList &secrets) : m_secrets(secrets) { }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        requests << request;
        return QtFuture::makeReadyValueFuture(m_secrets.isEmpty() ? Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"declined"_s }))
                                                                  : Result<Credential>(Credential { .secret = m_secrets.takeFirst() }));
    }
    void confirm(const CredentialRequest &, const Credential &, bool worked) override { confirmed << worked; }

    QList<CredentialRequest> requests;
    QList<bool> confirmed;

private:
    QStringList m_secrets;
};

} // namespace

void tst_LivePrestoSignIn::initTestCase()
{
    for (const char *name : { "TLS_URL", "SECRETS", "PASSWORD" })
        QVERIFY2(!variable(name).isEmpty(), "tests/live/presto/server prints GREBE_LIVE_PRESTO_TLS_URL and the like");
}

// The token of a command is the process's, for all that ask as the same user.
void tst_LivePrestoSignIn::init()
{
    const QList<SignedIn> all = TokenBroker::instance().signedIn();
    for (const SignedIn &one : all)
        TokenBroker::instance().signOut({ one.origin, one.user, one.sessionUser });
}

ConnectionPtr tst_LivePrestoSignIn::connectTo(const Options &options, CredentialProvider *provider) const
{
    Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(variable("TLS_URL"), engineInfos());
    if (!parameters)
        qFatal("%s", qPrintable(parameters.error().message));
    Options all { { u"caFile"_s, secretFile(u"ca.pem"_s) }, { u"user"_s, u"ann"_s }, { u"timezone"_s, u"UTC"_s } };
    all.insert(options);
    for (const auto &[name, value] : all.asKeyValueRange()) {
        if (const Result<void> set = parameters->setValue(name, value); !set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(parameters->engine().id)->create(*parameters, provider), parameters->engine(), *parameters);
}

void tst_LivePrestoSignIn::signIn_data()
{
    QTest::addColumn<Options>("options");
    QTest::newRow("a password") << Options { { u"password"_s, variable("PASSWORD") } };
    QTest::newRow("a token, as a text") << Options { { u"accessToken"_s, QString::fromLatin1(contents(u"token"_s)) } };
    QTest::newRow("a token, from a file") << Options { { u"accessTokenFile"_s, secretFile(u"token"_s) } };
    QTest::newRow("a token, from a command") << Options { { u"accessTokenCommand"_s, u"cat \"%1\""_s.arg(secretFile(u"token"_s)) } };
    QTest::newRow("a certificate and its key") << Options { { u"SSLKeyStorePath"_s, secretFile(u"ann.pem"_s) }, { u"clientKeyFile"_s, secretFile(u"ann.key"_s) } };
    QTest::newRow("a PKCS#12 file") << Options { { u"SSLKeyStorePath"_s, secretFile(u"ann.p12"_s) }, { u"SSLKeyStorePassword"_s, variable("PASSWORD") } };
}

void tst_LivePrestoSignIn::signIn()
{
    QFETCH(Options, options);
    const ConnectionPtr connection = connectTo(options);
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
    QVERIFY2(info->version.startsWith(u"0.296"_s), qPrintable(info->version));
    QCOMPARE(info->user, u"ann"_s);
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
    // Each of many pages is let out only to whom it belongs.
    StatementRun many(connection->prepare(u"SELECT * FROM tpch.tiny.lineitem"_s));
    QVERIFY2(many.waitForEnd() && many.hasFinished(), many.log());
    QCOMPARE(many.rowCount(), 60175);
    const auto levels = valueOf(connection->list({}));
    QVERIFY2(levels && levels->size() >= 2, qPrintable(levels ? QString() : levels.error().message));
}

void tst_LivePrestoSignIn::passwordIsAskedFor()
{
    for (const bool opens : { true, false }) {
        Ann ann({ u"oar"_s, variable("PASSWORD") });
        const ConnectionPtr connection = connectTo({}, &ann);
        if (opens) {
            const Result<ServerInfo> info = valueOf(connection->open());
            QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
        }
        StatementRun run(connection->prepare(u"SELECT current_user"_s));
        QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
        QCOMPARE(run.cell(0, 0), u"ann"_s);
        QCOMPARE(ann.requests.size(), 2);
        QCOMPARE(ann.requests.first().user, u"ann"_s);
        QVERIFY2(ann.requests.last().reason.contains(u"Invalid credentials"_s), qPrintable(ann.requests.last().reason));
        QCOMPARE(ann.confirmed, (QList<bool> { false, true }));
    }
}

void tst_LivePrestoSignIn::passphraseIsAskedFor()
{
    Ann ann({ variable("PASSWORD") });
    const ConnectionPtr connection = connectTo({ { u"SSLKeyStorePath"_s, secretFile(u"ann.pem"_s) }, { u"clientKeyFile"_s, secretFile(u"ann-encrypted.key"_s) } }, &ann);
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(ann.requests.size(), 1);
    QCOMPARE(ann.requests.first().kind, CredentialRequest::Kind::CertificatePassphrase);
}

void tst_LivePrestoSignIn::refused_data()
{
    QTest::addColumn<Options>("options");
    QTest::addColumn<QString>("part"); // of message and hint
    QTest::newRow("another password") << Options { { u"password"_s, u"oar"_s } } << u"refused this user and password"_s;
    QTest::newRow("nothing, and nobody to ask") << Options {} << u"wants a password"_s;
    QTest::newRow("a token that has expired") << Options { { u"accessToken"_s, QString::fromLatin1(contents(u"expired-token"_s)) } } << u"The access token expired on"_s;
    QTest::newRow("a token of somebody else's") << Options { { u"accessToken"_s, u"eyJhbGciOiJub25lIn0.e30."_s } } << u"refused the access token"_s;
}

void tst_LivePrestoSignIn::refused()
{
    QFETCH(Options, options);
    QFETCH(QString, part);
    const ConnectionPtr connection = connectTo(options);
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY(!info);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    for (const Error &error : { info.error(), run.error() }) {
        QCOMPARE(error.code, Error::Code::Unauthenticated);
        QVERIFY2(error.ticketText().contains(part), qPrintable(error.ticketText()));
        QVERIFY2(!error.ticketText().contains(u"eyJ"_s), qPrintable(error.ticketText()));
    }
}

void tst_LivePrestoSignIn::tokenIsReadAgain()
{
    const QTemporaryDir folder;
    const QString fileName = folder.filePath(u"token"_s);
    const auto write = [&](const QByteArray &token) {
        QFile file(fileName);
        return file.open(QIODevice::WriteOnly) && file.write(token) == token.size();
    };
    QVERIFY(write(contents(u"expired-token"_s)));
    const ConnectionPtr connection = connectTo({ { u"accessTokenFile"_s, fileName } });
    QVERIFY(!valueOf(connection->open()));
    QVERIFY(write(contents(u"token"_s)));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY(valueOf(connection->open()));
}

// Presto wants a name with each request: without one it is that of the operating system's user, whoever signed in.
void tst_LivePrestoSignIn::userNobodyNamed()
{
    const ConnectionPtr connection = connectTo({ { u"user"_s, {} }, { u"accessTokenFile"_s, secretFile(u"token"_s) } });
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), info->user);
    QVERIFY(info->user != "ann"_L1);
}

void tst_LivePrestoSignIn::cancelIsConfirmed()
{
    const ConnectionPtr connection = connectTo({ { u"password"_s, variable("PASSWORD") } });
    StatementRun run(connection->prepare(u"SELECT count(*) FROM tpch.sf1000.lineitem"_s));
    QVERIFY(run.waitForStarted());
    QVERIFY(run.waitFor([](const StatementRun &self) { return !self.progress().isEmpty() && self.progress().last().state == Progress::State::Running; }));
    run->cancel();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().isCancelled(), run.log());
    QVERIFY2(!run.error().ticketText().contains(u"did not confirm"_s), run.log());
}

QTEST_GUILESS_MAIN(tst_LivePrestoSignIn)
#include "tst_live_prestosignin.moc"
