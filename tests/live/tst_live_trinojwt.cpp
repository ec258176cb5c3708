// SPDX-License-Identifier: Apache-2.0
#include "trinoauthserver.h"

#include "auth/tokenbroker.h"
#include "statementrun.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace TrinoAuthServer;
using namespace Qt::StringLiterals;

/// JSON web tokens with the server that takes them: as a text, from a file, from a command; and no sign-in at all.
class tst_LiveTrinoJwt : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(isThere() && hasTokens()); }
    void cleanup() { TokenBroker::instance().signOut({ origin(), {}, {} }); }
    void signIn_data();
    void signIn();
    void expired_data();
    void expired();
    void commandRunsOnceForAllAndAgainWhenRefused();
    void userAloneOnThePlainPort();

private:
    static QByteArray read(const QString &fileName)
    {
        QFile file(fileName);
        return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
    }
};

void tst_LiveTrinoJwt::signIn_data()
{
    QTest::addColumn<Options>("options");
    QTest::newRow("as a text") << Options { { u"accessToken"_s, QString::fromLatin1(read(secretFile(u"token"_s))) } };
    QTest::newRow("from a file") << Options { { u"accessTokenFile"_s, secretFile(u"token"_s) } };
    QTest::newRow("from a command") << Options { { u"accessTokenCommand"_s, u"cat \"%1\""_s.arg(secretFile(u"token"_s)) } };
}

void tst_LiveTrinoJwt::signIn()
{
    QFETCH(Options, options);
    const ConnectionPtr connection = connectTo(options);
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoJwt::expired_data()
{
    QTest::addColumn<Options>("options");
    QTest::addColumn<QString>("part");
    const QString file = secretFile(u"expired-token"_s);
    QTest::newRow("from a file") << Options { { u"accessTokenFile"_s, file } } << u"expired on"_s;
    QTest::newRow("from a command") << Options { { u"accessTokenCommand"_s, u"cat \"%1\""_s.arg(file) } } << u"expired"_s;
}

void tst_LiveTrinoJwt::expired()
{
    QFETCH(Options, options);
    QFETCH(QString, part);
    const ConnectionPtr connection = connectTo(options);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    const QString text = run.error().ticketText();
    QVERIFY2(text.contains(part), qPrintable(text));
    QVERIFY2(!text.contains(u"eyJ"_s), qPrintable(text));
}

void tst_LiveTrinoJwt::commandRunsOnceForAllAndAgainWhenRefused()
{
    QTemporaryDir folder;
    const QString script = folder.filePath(u"print token"_s);
    QFile file(script);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\necho run >>\"$0.log\"\ncat \"$1\"\n");
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const Options options { { u"accessTokenCommand"_s, u"\"%1\" \"%2\""_s.arg(script, secretFile(u"token"_s)) } };
    const ConnectionPtr first = connectTo(options);
    const ConnectionPtr second = connectTo(options);
    const auto runTen = [&] {
        std::vector<std::unique_ptr<StatementRun>> runs;
        for (int i = 0; i < 10; ++i)
            runs.push_back(std::make_unique<StatementRun>((i % 2 ? first : second)->prepare(u"SELECT current_user"_s)));
        for (const auto &run : runs) {
            QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
            QCOMPARE(run->cell(0, 0), u"ann"_s);
        }
    };
    runTen();
    QCOMPARE(read(script + u".log"_s), "run");
    const TokenKey key { origin(), {}, {} };
    const QList<SignedIn> signedIn = TokenBroker::instance().signedIn();
    QCOMPARE(signedIn.size(), 1);
    QCOMPARE(signedIn.first().issuer, u"grebe"_s);
    QVERIFY(signedIn.first().expiry > QDateTime::currentDateTimeUtc());
    TokenBroker::instance().insert(key, read(secretFile(u"expired-token"_s)));
    runTen();
    QCOMPARE(read(script + u".log"_s), "run\nrun");
}

void tst_LiveTrinoJwt::userAloneOnThePlainPort()
{
    const ConnectionPtr connection = connectTo({ { u"SSL"_s, u"false"_s }, { u"port"_s, QString::number(httpPort()) }, { u"caFile"_s, {} }, { u"user"_s, u"dora"_s } });
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"dora"_s);
}

QTEST_GUILESS_MAIN(tst_LiveTrinoJwt)
#include "tst_live_trinojwt.moc"
