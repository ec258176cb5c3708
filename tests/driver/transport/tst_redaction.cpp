// SPDX-License-Identifier: Apache-2.0
#include "transport/redaction.h"

#include "httprun.h"
#include "scriptedserver.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_Redaction : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void urls_data();
    void urls();
    void headerValues_data();
    void headerValues();
    void texts_data();
    void texts();
    void logOfACallHoldsNoSecret();
};

void tst_Redaction::urls_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("shown");
    QTest::newRow("a plain one") << u"http://h:8080/v1/statement"_s << u"http://h:8080/v1/statement"_s;
    QTest::newRow("IPv6") << u"http://[::1]:8080/v1/info"_s << u"http://[::1]:8080/v1/info"_s;
    QTest::newRow("user and password") << u"https://ann:secret@h/x"_s << u"https://h/x"_s;
    QTest::newRow("a query") << u"https://h/x?X-Amz-Signature=secret&b=c"_s << u"https://h/x?X-Amz-Signature=***&b=***"_s;
    QTest::newRow("a queued statement") << u"http://h:8080/v1/statement/queued/20260801_120000_00001_abcde/y0a1bsecret/1"_s << u"http://h:8080/v1/statement/queued/20260801_120000_00001_abcde/***/1"_s;
    QTest::newRow("a running one") << u"http://h/v1/statement/executing/20260801_120000_00001_abcde/ysecret/12"_s << u"http://h/v1/statement/executing/20260801_120000_00001_abcde/***/12"_s;
    QTest::newRow("a partial cancel") << u"http://h/v1/statement/executing/partialCancel/20260801_120000_00001_abcde/1/ysecret/1"_s << u"http://h/v1/statement/executing/partialCancel/20260801_120000_00001_abcde/1/***/1"_s;
    QTest::newRow("a spooled segment") << u"https://h/v1/spooled/download/secretsecret"_s << u"https://h/v1/spooled/download/***"_s;
    QTest::newRow("a sign-in token") << u"https://h/oauth2/token/0123456789abcdef0123secret"_s << u"https://h/oauth2/token/***"_s;
    QTest::newRow("a fragment") << u"https://h/x#secret"_s << u"https://h/x"_s;
}

void tst_Redaction::urls()
{
    QFETCH(QString, url);
    QFETCH(QString, shown);
    QCOMPARE(Redaction::url(QUrl(url)), shown);
}

void tst_Redaction::headerValues_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("shown");
    QTest::newRow("harmless") << "Content-Type"_ba << "application/json"_ba << u"application/json"_s;
    QTest::newRow("a user") << "X-Trino-User"_ba << "ann"_ba << u"ann"_s;
    QTest::newRow("basic") << "Authorization"_ba << "Basic c2VjcmV0"_ba << u"Basic ***"_s;
    QTest::newRow("bearer, name in capitals") << "AUTHORIZATION"_ba << "Bearer secret"_ba << u"Bearer ***"_s;
    QTest::newRow("a token alone") << "Authorization"_ba << "secret"_ba << u"***"_s;
    QTest::newRow("a proxy's") << "Proxy-Authorization"_ba << "Basic c2VjcmV0"_ba << u"Basic ***"_s;
    QTest::newRow("a challenge with its token server") << "WWW-Authenticate"_ba << "Bearer x_token_server=\"https://h/secret\""_ba << u"Bearer ***"_s;
    QTest::newRow("a cookie") << "Cookie"_ba << "sid=secret"_ba << u"*** (10 bytes)"_s;
    QTest::newRow("a cookie to come") << "Set-Cookie"_ba << "sid=secret"_ba << u"*** (10 bytes)"_s;
    QTest::newRow("an extra credential") << "X-Trino-Extra-Credential"_ba << "k=secret"_ba << u"*** (8 bytes)"_s;
    QTest::newRow("a prepared statement") << "X-Trino-Prepared-Statement"_ba << "a=SELECT+secret"_ba << u"*** (15 bytes)"_s;
    QTest::newRow("one that nobody knows") << "X-New-Thing"_ba << "secret"_ba << u"*** (6 bytes)"_s;
    QTest::newRow("a redirect") << "Location"_ba << "https://u:p@h/x?t=secret"_ba << u"https://h/x?t=***"_s;
}

void tst_Redaction::headerValues()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, value);
    QFETCH(QString, shown);
    QCOMPARE(Redaction::headerValue(name, value), shown);
}

void tst_Redaction::texts_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {
             "https://ann:SECRET@host/x",
             "token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJTRUNSRVQifQ.SECRETSECRET",
             "Authorization: Bearer SECRETSECRET",
             "sent Basic SECRETSECRET==",
             "Cookie: sid=SECRET",
             "password=SECRET",
             "Password : 'SECRET word'",
             "{\"access_token\":\"SECRET\",\"x\":1}",
             "client_secret=SECRET&x=1",
             "https://s3/b?X-Amz-Credential=SECRET&X-Amz-Signature=SECRET",
             "https://blob/c?sv=1&sig=SECRET",
             "CREATE USER x IDENTIFIED BY 'SECRET'",
             "ALTER USER x PASSWORD 'SE''CRET SECRET'",
             "X-Trino-Extra-Credential: k=SECRET",
         })
        QTest::newRow(text) << QString::fromUtf8(text);
}

void tst_Redaction::texts()
{
    QFETCH(QString, text);
    const QString shown = Redaction::text(text);
    QVERIFY2(!shown.contains(u"SECRET"_s) && shown.contains(u"***"_s), qPrintable(shown));
    QCOMPARE(Redaction::text(u"line 1:8: Column 'a' cannot be resolved"), u"line 1:8: Column 'a' cannot be resolved"_s);
    QCOMPARE(Redaction::text(u"a\x1b[31m\nb\u202Ec"), u"a [31m b c"_s);
    QCOMPARE(Redaction::text(QString(10'000, u'x')).size(), 4001);
}

static QStringList logged;

void tst_Redaction::logOfACallHoldsNoSecret()
{
    ScriptedServer server;
    server.expect("POST /v1/statement?token=SECRET")
        .answer(401, "SECRET", { { "Set-Cookie", "sid=SECRET" }, { "WWW-Authenticate", "Bearer x=\"SECRET\"" }, { "X-Other", "SECRET" } });
    QLoggingCategory::setFilterRules(u"grebe.driver.transport.debug=true"_s);
    const auto before = qInstallMessageHandler([](QtMsgType, const QMessageLogContext &, const QString &text) { logged << text; });
    HttpClient client({});
    QUrl url = server.url(u"/v1/statement"_s);
    url.setUserInfo(u"ann:SECRET"_s);
    url.setQuery(u"token=SECRET"_s);
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = url, .headers = { { "Authorization", "Basic SECRET" }, { "X-Trino-Extra-Credential", "SECRET" } }, .body = "SECRET" }));
    qInstallMessageHandler(before);
    QLoggingCategory::setFilterRules({});
    QCOMPARE(response.status, 401);
    QVERIFY(logged.size() >= 2);
    QVERIFY2(logged.join(u'\n').contains(u"/v1/statement"_s), "nothing was logged");
    QVERIFY2(!logged.join(u'\n').contains(u"SECRET"_s), qPrintable(logged.join(u'\n')));
}

QTEST_GUILESS_MAIN(tst_Redaction)
#include "tst_redaction.moc"
