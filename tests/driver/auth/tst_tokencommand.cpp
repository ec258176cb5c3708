// SPDX-License-Identifier: Apache-2.0
#include "auth/tokencommand.h"
#include "engines/engineconnection.h"
#include "extension/connectionparameters.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// A program that prints a token, and all the ways in which it does not.
class tst_TokenCommand : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void token_data();
    void token();
    void failures_data();
    void failures();
    void stopsWhenTheTimeIsOver();
    void ourSecretsAreNotHandedOn();
    void noAddressSaysIt_data();
    void noAddressSaysIt();

private:
    // An executable script; the folder's name has a blank.
    QString script(const QByteArray &text)
    {
        const QString path = m_folder->filePath(u"print token"_s);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write("#!/bin/sh\n" + text + "\n") < 0 || !file.setPermissions(QFile::ReadOwner | QFile::ExeOwner))
            qFatal("the script cannot be written");
        return path;
    }
    Result<QByteArray> run(const QString &command, std::chrono::milliseconds limit = 30s)
    {
        TokenCommand flow(command, limit);
        std::optional<Result<QByteArray>> result;
        int count = 0;
        connect(&flow, &TokenFlow::done, this, [&](const Result<QByteArray> &token) {
            result = token;
            ++count;
        });
        flow.start();
        if (!QTest::qWaitFor([&] { return result.has_value(); }, 40s))
            qFatal("no answer");
        QCoreApplication::processEvents();
        if (count != 1)
            qFatal("%d answers", count);
        return *result;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void tst_TokenCommand::init()
{
    m_folder = std::make_unique<QTemporaryDir>(QDir::tempPath() + u"/grebe test XXXXXX"_s);
    QVERIFY(m_folder->isValid());
}

void tst_TokenCommand::token_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("arguments");
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("alone") << QByteArray("printf abc.def") << QString() << QByteArray("abc.def");
    QTest::newRow("on a line") << QByteArray("echo abc.def") << QString() << QByteArray("abc.def");
    QTest::newRow("beside a warning") << QByteArray("echo careful >&2; echo abc") << QString() << QByteArray("abc");
    QTest::newRow("an argument") << QByteArray("printf %s \"$1\"") << u"abc"_s << QByteArray("abc");
    QTest::newRow("an argument with a blank is one") << QByteArray("printf %s:%s \"$#\" \"$2\"") << u"\"a b\" c"_s << QByteArray("2:c");
    QTest::newRow("no shell reads the arguments") << QByteArray("printf %s \"$1\"") << u"$HOME;`id`|x>y"_s << QByteArray("$HOME;`id`|x>y");
    QTest::newRow("64 KiB") << QByteArray("head -c 65536 /dev/zero | tr '\\0' a") << QString() << QByteArray(65536, 'a');
}

void tst_TokenCommand::token()
{
    QFETCH(QByteArray, body);
    QFETCH(QString, arguments);
    const Result<QByteArray> token = run(u"\"%1\" %2"_s.arg(script(body), arguments));
    QVERIFY2(token, qPrintable(token ? QString() : token.error().message));
    QTEST(*token, "token");
}

void tst_TokenCommand::failures_data()
{
    QTest::addColumn<QByteArray>("body"); // empty: no such program
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("part");
    QTest::addColumn<QString>("absent");
    using Code = Error::Code;
    QTest::newRow("a bad end, with its words") << QByteArray("echo 'not signed in to the cloud' >&2; exit 3") << Code::Unauthenticated << u"exit code 3. It says: not signed in to the cloud"_s << QString();
    QTest::newRow("a bad end without words") << QByteArray("exit 1") << Code::Unauthenticated << u"It says nothing"_s << QString();
    QTest::newRow("a bad end that shows the token") << QByteArray("echo canary1; echo 'refused canary1' >&2; exit 1") << Code::Unauthenticated << u"It says: refused ***"_s << u"canary1"_s;
    QTest::newRow("words that show a secret") << QByteArray("echo 'password=canary2 is wrong' >&2; exit 1") << Code::Unauthenticated << u"is wrong"_s << u"canary2"_s;
    QTest::newRow("a crash") << QByteArray("kill -SEGV $$") << Code::Unauthenticated << u"crashed"_s << QString();
    QTest::newRow("nothing printed") << QByteArray("echo hm >&2") << Code::Unauthenticated << u"printed no access token. It says: hm"_s << QString();
    QTest::newRow("no token printed") << QByteArray("echo canary3 is your token") << Code::Unauthenticated << u"is no access token"_s << u"canary3"_s;
    QTest::newRow("too much printed") << QByteArray("head -c 1000000 /dev/zero | tr '\\0' a") << Code::Unauthenticated << u"prints more than"_s << u"aaaa"_s;
    QTest::newRow("no such program") << QByteArray() << Code::InvalidArgument << u"There is no program"_s << QString();
}

void tst_TokenCommand::failures()
{
    QFETCH(QByteArray, body);
    QFETCH(Error::Code, code);
    QFETCH(QString, part);
    QFETCH(QString, absent);
    const Result<QByteArray> token = run(body.isEmpty() ? u"grebe-no-such-program x"_s : u"\"%1\""_s.arg(script(body)));
    QVERIFY(!token);
    QCOMPARE(token.error().code, code);
    const QString text = token.error().ticketText();
    QVERIFY2(text.contains(part), qPrintable(text));
    QVERIFY2(absent.isEmpty() || !text.contains(absent), qPrintable(text));
}

void tst_TokenCommand::stopsWhenTheTimeIsOver()
{
    const QString path = script("echo $$ >\"$0.pid\"; exec sleep 1000");
    QElapsedTimer clock;
    clock.start();
    const Result<QByteArray> token = run(u"\"%1\""_s.arg(path), 2s);
    QVERIFY(!token);
    QCOMPARE(token.error().code, Error::Code::Timeout);
    QVERIFY(clock.elapsed() < 20'000);
    QFile pid(path + u".pid"_s);
    QVERIFY(pid.open(QIODevice::ReadOnly));
    const QString process = u"/proc/%1"_s.arg(QString::fromLatin1(pid.readAll().trimmed()));
    QTRY_VERIFY(!QFile::exists(process)); // killed, and nobody's zombie
}

void tst_TokenCommand::ourSecretsAreNotHandedOn()
{
    qputenv("GREBE_PASSWORD", "canary");
    qputenv("GREBE_ACCESS_TOKEN", "canary");
    qputenv("GREBE_KEY_PASSPHRASE", "canary");
    const Result<QByteArray> environment = run(u"\"%1\""_s.arg(script("env | grep -c canary; true")));
    for (const char *name : { "GREBE_PASSWORD", "GREBE_ACCESS_TOKEN", "GREBE_KEY_PASSPHRASE" })
        qunsetenv(name);
    QVERIFY(environment);
    QCOMPARE(*environment, "0");
}

void tst_TokenCommand::noAddressSaysIt_data()
{
    QTest::addColumn<QString>("url");
    QTest::newRow("ours") << u"trino+https://h/?accessTokenCommand=touch%20/tmp/x"_s;
    QTest::newRow("JDBC's") << u"jdbc:trino://h/c?SSL=true&accessTokenCommand=x"_s;
    QTest::newRow("in other case") << u"trino://h/?ACCESSTOKENCOMMAND=x"_s;
}

void tst_TokenCommand::noAddressSaysIt()
{
    QFETCH(QString, url);
    const auto parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY(!parameters);
    QVERIFY2(parameters.error().message.contains(u"runs a program"_s), qPrintable(parameters.error().message));
    const auto fromQt = ConnectionParameters::fromSqlDatabase(*engineInfos().constFirst(), url, {}, {}, {}, -1, {});
    QVERIFY(!fromQt);

    auto own = ConnectionParameters::fromUrl(u"trino+https://h"_s, engineInfos());
    QVERIFY(own && own->setValue(u"accessTokenCommand"_s, u"x y"_s));
    QVERIFY(!own->toUrl().contains(u"Command"_s));
    const auto stored = ConnectionParameters::fromJson(own->toJson(), engineInfos());
    QVERIFY(stored);
    QCOMPARE(stored->value(u"accessTokenCommand"_s), u"x y"_s);
}

QTEST_GUILESS_MAIN(tst_TokenCommand)
#include "tst_tokencommand.moc"
