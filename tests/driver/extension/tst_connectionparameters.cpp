// SPDX-License-Identifier: Apache-2.0
#include "extension/connectionparameters.h"

#include <QJsonDocument>
#include <QRandomGenerator>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using Type = OptionInfo::Type;

// An engine with a host and every type of option, spelled as Trino's are.
const EngineInfo &lake()
{
    static const EngineInfo info {
        .id = u"trino"_s,
        .name = u"Trino"_s,
        .driverName = u"QTRINO"_s,
        .schemes = { u"trino+https"_s, u"jdbc:trino"_s, u"presto"_s },
        .webPaths = { u"/ui"_s },
        .pathOptions = { u"catalog"_s, u"schema"_s },
        .defaultPort = 8080,
        .defaultTlsPort = 443,
        .features = EngineInfo::Network | EngineInfo::Catalogs,
        .options = {
            { .name = u"host"_s, .isRequired = true },
            { .name = u"port"_s, .type = Type::Integer, .minimum = 1, .maximum = 65535 },
            { .name = u"user"_s },
            { .name = u"password"_s, .isSecret = true },
            { .name = u"catalog"_s, .aliases = { u"database"_s } },
            { .name = u"schema"_s },
            { .name = u"SSL"_s, .type = Type::Boolean, .defaultValue = u"false"_s },
            { .name = u"SSLVerification"_s, .type = Type::Choice, .defaultValue = u"FULL"_s,
              .choices = { u"FULL"_s, u"CA"_s, u"NONE"_s } },
            { .name = u"sessionProperties"_s, .type = Type::Map },
            { .name = u"clientTags"_s, .type = Type::List },
            { .name = u"timeout"_s, .type = Type::Duration, .defaultValue = u"30s"_s },
            { .name = u"retries"_s, .type = Type::Integer },
            { .name = u"accessToken"_s, .isSecret = true },
        },
    };
    return info;
}

// A second engine with web pages of its own.
const EngineInfo &broker()
{
    static const EngineInfo info {
        .id = u"pinot"_s,
        .name = u"Pinot"_s,
        .webPaths = { u"/dash/"_s },
        .pathOptions = {},
        .defaultPort = 8099,
        .defaultTlsPort = 8443,
        .features = EngineInfo::Network,
        .options = { { .name = u"host"_s, .isRequired = true },
                     { .name = u"port"_s, .type = Type::Integer, .minimum = 1, .maximum = 65535 },
                     { .name = u"SSL"_s, .type = Type::Boolean } },
    };
    return info;
}

const EngineInfo &embedded()
{
    static const EngineInfo info {
        .id = u"duckdb"_s,
        .name = u"DuckDB"_s,
        .driverName = u"QDUCKDB"_s,
        .schemes = { u"jdbc:duckdb"_s },
        .pathOptions = { u"path"_s },
        .features = EngineInfo::OpensFiles,
        .options = { { .name = u"path"_s, .type = Type::FilePath },
                     { .name = u"readOnly"_s, .type = Type::Boolean },
                     { .name = u"threads"_s, .type = Type::Integer, .minimum = 1, .maximum = 1024 } },
    };
    return info;
}

QList<const EngineInfo *> engines()
{
    return { &lake(), &broker(), &embedded() };
}

QString optionsOf(const ConnectionParameters &parameters)
{
    QStringList lines;
    for (const OptionInfo &option : parameters.engine().options) {
        if (parameters.hasValue(option.name))
            lines << option.name + u'=' + parameters.value(option.name);
    }
    return parameters.engine().id + u": "_s + lines.join(u' ');
}

} // namespace

class tst_ConnectionParameters : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void urlIsRead_data();
    void urlIsRead();
    void urlIsRefused_data();
    void urlIsRefused();
    void tlsIsDecided_data();
    void tlsIsDecided();
    void sqlDatabaseFields_data();
    void sqlDatabaseFields();
    void jsonIsRefused_data();
    void jsonIsRefused();
    void secretsAreNeverStored();
    void randomValuesSurviveUrlAndJson();
    void typedValues();
    void originAndDisplayName();
};

void tst_ConnectionParameters::urlIsRead_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("options");
    const auto row = [](const char *name, const QString &url, const QString &options) { QTest::newRow(name) << url << options; };
    row("host alone", u"trino://h"_s, u"trino: host=h"_s);
    row("everything in its place", u"trino://me@h:8081/hive/web?timeout=5s"_s,
        u"trino: host=h port=8081 user=me catalog=hive schema=web timeout=5s"_s);
    row("blanks around are dropped", u"  trino://h:1/c \n"_s, u"trino: host=h port=1 catalog=c"_s);
    row("scheme without case", u"TRINO://h"_s, u"trino: host=h"_s);
    row("password is used", u"trino://me:secret@h"_s, u"trino: host=h user=me password=secret"_s);
    row("password with a plus", u"trino://me:a+b@h"_s, u"trino: host=h user=me password=a+b"_s);
    row("password with percent codes", u"trino://me:p%40%2F%3A%25@h"_s, u"trino: host=h user=me password=p@/:%"_s);
    row("password with a raw at sign", u"trino://me:a@b@h"_s, u"trino: host=h user=me password=a@b"_s);
    row("password with a colon", u"trino://me:a:b@h"_s, u"trino: host=h user=me password=a:b"_s);
    row("password with a semicolon", u"trino://me:a;b@h"_s, u"trino: host=h user=me password=a;b"_s);
    row("user outside ASCII", u"trino://Zo%C3%AB@h"_s, u"trino: host=h user=Zoë"_s);
    row("user with a domain", u"trino://me%40example.net@h"_s, u"trino: host=h user=me@example.net"_s);
    row("IPv6 host", u"trino://[::1]:8080/c"_s, u"trino: host=::1 port=8080 catalog=c"_s);
    row("IPv6 host without port", u"trino://u@[fe80::1%25eth0]"_s, u"trino: host=fe80::1%eth0 user=u"_s);
    row("catalog with a slash", u"trino://h/a%2Fb/c.d"_s, u"trino: host=h catalog=a/b schema=c.d"_s);
    row("trailing slash", u"trino://h/c/"_s, u"trino: host=h catalog=c"_s);
    row("colon without port", u"trino://h:/c"_s, u"trino: host=h catalog=c"_s);
    row("an alias is stored under its name", u"trino://h?database=hive"_s, u"trino: host=h catalog=hive"_s);
    row("option names without case", u"trino://h?SESSIONPROPERTIES=a:1&ssl=TRUE"_s,
        u"trino: host=h SSL=true sessionProperties=a:1"_s);
    row("host as an option", u"trino:///c?host=h"_s, u"trino: host=h catalog=c"_s);
    row("empty option is the default", u"trino://h?timeout="_s, u"trino: host=h"_s);
    row("the same value twice is no contradiction", u"trino://me@h?user=me"_s, u"trino: host=h user=me"_s);
    row("another scheme of the engine", u"presto://h:8080"_s, u"trino: host=h port=8080"_s);
    row("trino+https", u"trino+https://h"_s, u"trino: host=h SSL=true"_s);
    row("trino+https with its own port", u"trino+https://h:8443/c"_s, u"trino: host=h port=8443 catalog=c SSL=true"_s);
    row("trino+https at 443 says nothing new", u"trino+https://h:443"_s, u"trino: host=h port=443"_s);
    row("trino+http at 443 is without TLS", u"trino+http://h:443"_s, u"trino: host=h port=443 SSL=false"_s);
    row("presto+https", u"presto+https://h"_s, u"trino: host=h SSL=true"_s);
    row("JDBC", u"jdbc:trino://h:8080/hive/web?user=me&SSL=true"_s,
        u"trino: host=h port=8080 user=me catalog=hive schema=web SSL=true"_s);
    row("JDBC with a value of several", u"jdbc:trino://h?sessionProperties=a:1;hive.b:2&clientTags=x,y"_s,
        u"trino: host=h sessionProperties=a:1;hive.b:2 clientTags=x,y"_s);
    row("JDBC with semicolons behind the path", u"jdbc:trino://h:443/c;schema=s;SSLVerification=none"_s,
        u"trino: host=h port=443 catalog=c schema=s SSLVerification=NONE"_s);
    row("JDBC with semicolons behind the port", u"jdbc:pinot://h:9;SSL=1"_s, u"pinot: host=h port=9 SSL=true"_s);
    row("JDBC without case", u"JDBC:Trino://h"_s, u"trino: host=h"_s);
    row("pasted web page", u"https://lake.example.net/ui/query.html?20260801_101112_00001_abcde"_s,
        u"trino: host=lake.example.net SSL=true"_s);
    row("pasted web page with a port", u"http://h:8080/ui/#query"_s, u"trino: host=h port=8080"_s);
    row("pasted web page of the other engine", u"http://h:9000/dash/query?q=SELECT%201"_s, u"pinot: host=h port=9000"_s);
    row("plain http has the browsers' port", u"http://h"_s, u"trino: host=h port=80"_s);
    row("plain https has the browsers' port", u"https://h/dash/"_s, u"pinot: host=h port=443"_s);
    row("https with catalog and schema", u"https://me@h:8443/hive/web"_s,
        u"trino: host=h port=8443 user=me catalog=hive schema=web SSL=true"_s);
    row("a catalog that begins like a web page", u"https://h/uist"_s, u"trino: host=h catalog=uist SSL=true"_s);
    row("https and SSL=true agree", u"https://h?SSL=true"_s, u"trino: host=h SSL=true"_s);
    row("memory database", u"duckdb:"_s, u"duckdb: "_s);
    row("sample", u"duckdb:sample"_s, u"duckdb: path=sample"_s);
    row("relative file", u"duckdb:data/my lake.db"_s, u"duckdb: path=data/my lake.db"_s);
    row("absolute file", u"duckdb:/srv/a b.db?readOnly=true"_s, u"duckdb: path=/srv/a b.db readOnly=true"_s);
    row("absolute file with slashes", u"duckdb:///srv/a.db"_s, u"duckdb: path=/srv/a.db"_s);
    row("file with a raw percent sign", u"duckdb:100%.db"_s, u"duckdb: path=100%.db"_s);
    row("file with a coded question mark", u"duckdb:what%3F.db"_s, u"duckdb: path=what?.db"_s);
    row("file with a hash", u"duckdb:a#1.db"_s, u"duckdb: path=a#1.db"_s);
    row("file on a drive", u"duckdb:C:\\lake\\a.db"_s, u"duckdb: path=C:\\lake\\a.db"_s);
    row("JDBC of the embedded one", u"jdbc:duckdb:/srv/a.db"_s, u"duckdb: path=/srv/a.db"_s);
    row("memory database with options", u"duckdb:?threads=2"_s, u"duckdb: threads=2"_s);
}

void tst_ConnectionParameters::urlIsRead()
{
    QFETCH(QString, url);
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engines());
    QVERIFY2(parameters, parameters ? "" : qPrintable(parameters.error().ticketText()));
    QTEST(optionsOf(*parameters), "options");

    ConnectionParameters open = *parameters;
    for (const OptionInfo &option : open.engine().options) {
        if (option.isSecret)
            QVERIFY(open.setValue(option.name, {}));
    }
    const Result<ConnectionParameters> again = ConnectionParameters::fromUrl(open.toUrl(), engines());
    QVERIFY2(again, qPrintable(open.toUrl()));
    QCOMPARE(optionsOf(*again), optionsOf(open));
    const Result<ConnectionParameters> stored = ConnectionParameters::fromJson(open.toJson(), engines());
    QVERIFY(stored);
    QVERIFY(*stored == open);
}

void tst_ConnectionParameters::urlIsRefused_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *name, const QString &url, const QString &message) { QTest::newRow(name) << url << message; };
    row("nothing", u""_s, u"The address does not say which kind of server it is."_s);
    row("host and port alone", u"localhost:8080"_s, u"The address does not say which kind of server it is."_s);
    row("host name and path alone", u"lake.example.net:8080/hive"_s, u"The address does not say which kind of server it is."_s);
    row("mistyped scheme", u"trno://h"_s, u"“trno” is not a kind of server that is known here: did you mean “trino”?"_s);
    row("scheme of something else", u"postgresql://h"_s, u"“postgresql” is not a kind of server that is known here."_s);
    row("mistyped option", u"trino://h?catlog=hive"_s, u"Trino has no option “catlog”: did you mean “catalog”?"_s);
    row("option that resembles none", u"trino://h?zzzzzzzzzzzz=1"_s, u"Trino has no option “zzzzzzzzzzzz”."_s);
    row("option without a value", u"trino://h?SSL"_s, u"The option “SSL” has no value: write “SSL=VALUE”."_s);
    row("port that is no number", u"trino://h:x"_s, u"port must be a number from 1 to 65535, not “x”"_s);
    row("port too large", u"trino://h:65536"_s, u"port must be a number from 1 to 65535, not “65536”"_s);
    row("port zero", u"trino://h:0"_s, u"port must be a number from 1 to 65535, not “0”"_s);
    row("unbounded number", u"trino://h?retries=many"_s, u"retries must be a whole number, not “many”"_s);
    row("boolean", u"trino://h?SSL=yes"_s, u"SSL must be true or false, not “yes”"_s);
    row("choice", u"trino://h?SSLVerification=ful"_s, u"SSLVerification must be one of FULL, CA, NONE, not “ful”"_s);
    row("duration without a unit", u"trino://h?timeout=30"_s,
        u"timeout must be a number with ms, s, m, h or d behind it, such as “30s”, not “30”"_s);
    row("map without a colon", u"trino://h?sessionProperties=a"_s,
        u"sessionProperties must be pairs such as “name:value;name:value”, not “a”"_s);
    row("line break in a text", u"trino://a%0Ab@h"_s,
        u"user must be text without line breaks and control characters, not “a\nb”"_s);
    row("IPv6 host without brackets", u"trino://::1"_s, u"An IPv6 address stands in brackets: [::1]."_s);
    row("open bracket", u"trino://[::1"_s, u"The address “[::1” lacks its closing bracket “]”."_s);
    row("words behind the bracket", u"trino://[::1]x"_s, u"Behind “]” in the address only “:PORT” may follow."_s);
    row("host with a blank", u"trino://a%20b"_s,
        u"host must be a host name or an address, without scheme, port or path, not “a b”"_s);
    row("path too long", u"trino://h/a/b/c"_s, u"The path in the address has too many parts."_s);
    row("no slashes", u"trino:h"_s, u"Behind “trino:” two slashes and the host are missing: “trino://HOST”."_s);
    row("no host", u"trino:///hive"_s, u"Trino needs the option “host”."_s);
    row("bad percent code", u"trino://h/50%"_s, u"In the address a “%” of the path is not followed by two hexadecimal digits."_s);
    row("bad UTF-8", u"trino://%FF@h"_s, u"In the address the user name is not UTF-8 behind its percent codes."_s);
    row("hash", u"trino://h/a#b"_s, u"A “#” in the address must be written “%23”."_s);
    row("https against SSL=false", u"https://h?SSL=false"_s, u"The address says “https” and SSL=false, which contradict each other."_s);
    row("two users", u"trino://a@h?user=b"_s, u"The option “user” is given twice, with different values."_s);
    row("two passwords, none shown", u"trino://a:one@h?password=two"_s,
        u"The option “password” is given twice, with different values."_s);
    row("embedded engine's option", u"duckdb:x?treads=2"_s, u"DuckDB has no option “treads”: did you mean “threads”?"_s);
    row("no TLS there", u"duckdb+https:x?SSL=true"_s, u"DuckDB has no option “SSL”."_s);
}

void tst_ConnectionParameters::urlIsRefused()
{
    QFETCH(QString, url);
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engines());
    QVERIFY2(!parameters, qPrintable(parameters ? optionsOf(*parameters) : QString()));
    QCOMPARE(parameters.error().code, Error::Code::InvalidArgument);
    QTEST(parameters.error().message, "message");
}

void tst_ConnectionParameters::tlsIsDecided_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<bool>("usesTls");
    QTest::addColumn<int>("port");
    QTest::newRow("nothing said is without") << u"trino://h"_s << false << 8080;
    QTest::newRow("https") << u"https://h"_s << true << 443;
    QTest::newRow("https at another port") << u"https://h:9"_s << true << 9;
    QTest::newRow("trino+https") << u"trino+https://h"_s << true << 443;
    QTest::newRow("port 443") << u"trino://h:443"_s << true << 443;
    QTest::newRow("SSL=true") << u"trino://h?SSL=true"_s << true << 443;
    QTest::newRow("SSL=true at another port") << u"trino://h:8080?SSL=true"_s << true << 8080;
    QTest::newRow("SSL=false wins over port 443") << u"trino://h:443?SSL=false"_s << false << 443;
    QTest::newRow("http wins over port 443") << u"http://h:443/ui/"_s << false << 443;
    QTest::newRow("port 8443 alone says nothing") << u"trino://h:8443"_s << false << 8443;
}

void tst_ConnectionParameters::tlsIsDecided()
{
    QFETCH(QString, url);
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engines());
    QVERIFY(parameters);
    QTEST(parameters->usesTls(), "usesTls");
    QTEST(parameters->port(), "port");
    const Result<ConnectionParameters> again = ConnectionParameters::fromUrl(parameters->toUrl(), engines());
    QVERIFY(again);
    QTEST(again->usesTls(), "usesTls");
    QTEST(again->port(), "port");
}

void tst_ConnectionParameters::sqlDatabaseFields_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("connectOptions");
    QTest::addColumn<QString>("answer");
    const auto row = [](const char *title, const QString &name, const QString &host, int port, const QString &options,
                        const QString &answer) { QTest::newRow(title) << name << host << port << options << answer; };
    row("fields alone", u"hive/web"_s, u"h"_s, 8080, u""_s, u"trino: host=h port=8080 user=me catalog=hive schema=web"_s);
    row("no port", u""_s, u"h"_s, -1, u""_s, u"trino: host=h user=me"_s);
    row("options", u""_s, u"h"_s, -1, u"SSL=true; clientTags = a,b ;"_s, u"trino: host=h user=me SSL=true clientTags=a,b"_s);
    row("a value in quotes", u""_s, u"h"_s, -1, u"sessionProperties=\"a:1;b:\"\"x\"\"\";SSL=1"_s,
        u"trino: host=h user=me SSL=true sessionProperties=a:1;b:\"x\""_s);
    row("a URL", u""_s, u""_s, -1, u"URL=trino://h:9/hive?timeout=5s"_s, u"trino: host=h port=9 user=me catalog=hive timeout=5s"_s);
    row("fields win over the URL", u"other"_s, u"g"_s, 1, u"URL=trino://you@h:9/hive"_s,
        u"trino: host=g port=1 user=me catalog=other"_s);
    row("options win over the URL", u""_s, u""_s, -1, u"URL=\"trino://h?timeout=1s\";timeout=2s"_s,
        u"trino: host=h user=me timeout=2s"_s);
    row("a URL as the database's name", u"trino://h/c"_s, u""_s, -1, u""_s, u"trino: host=h user=me catalog=c"_s);
    row("catalog and schema with a dot", u"hive.sales"_s, u"h"_s, -1, u""_s, u"trino: host=h user=me catalog=hive schema=sales"_s);
    row("a catalog with a dot", u"a.b/sales"_s, u"h"_s, -1, u""_s, u"trino: host=h user=me catalog=a.b schema=sales"_s);
    row("a URL of another engine", u""_s, u""_s, -1, u"URL=duckdb:x"_s, u"The address does not say which kind of server it is."_s);
    row("mistyped option", u""_s, u"h"_s, -1, u"clientTag=x"_s, u"Trino has no option “clientTag”: did you mean “clientTags”?"_s);
    row("option without value", u""_s, u"h"_s, -1, u"SSL"_s, u"The connect option “SSL” has no value: write “SSL=VALUE”."_s);
    row("option without name", u""_s, u"h"_s, -1, u"=1"_s, u"A connect option has no name in front of its “=”."_s);
    row("open quote", u""_s, u"h"_s, -1, u"clientTags=\"a"_s,
        u"The value of the connect option “clientTags” has no closing double quote."_s);
    row("text behind a quote", u""_s, u"h"_s, -1, u"clientTags=\"a\"b"_s,
        u"Behind the quoted value of the connect option “clientTags” a “;” is missing."_s);
    row("port out of range", u""_s, u"h"_s, 70000, u""_s, u"port must be a number from 1 to 65535, not “70000”"_s);
    row("no host", u"hive"_s, u""_s, -1, u""_s, u"Trino needs the option “host”."_s);
}

void tst_ConnectionParameters::sqlDatabaseFields()
{
    QFETCH(QString, name);
    QFETCH(QString, host);
    QFETCH(int, port);
    QFETCH(QString, connectOptions);
    const Result<ConnectionParameters> parameters =
        ConnectionParameters::fromSqlDatabase(lake(), name, u"me"_s, {}, host, port, connectOptions);
    QTEST(parameters ? optionsOf(*parameters) : parameters.error().message, "answer");

    const auto file = ConnectionParameters::fromSqlDatabase(embedded(), u"/srv/100%20.db"_s, {}, {}, {}, -1, u"threads=3"_s);
    QVERIFY(file);
    QCOMPARE(file->value(u"path"_s), u"/srv/100%20.db"_s); // a file's name, not a URL
    const auto prefixed = ConnectionParameters::fromSqlDatabase(embedded(), u"duckdb:sample"_s, {}, {}, {}, -1, {});
    QVERIFY(prefixed);
    QCOMPARE(prefixed->value(u"path"_s), u"sample"_s);
}

void tst_ConnectionParameters::jsonIsRefused_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("message");
    QTest::newRow("unknown engine") << R"({"engine":"duckdbb","options":{}})"_ba
                                    << u"“duckdbb” is not a kind of server that is known here: did you mean “duckdb”?"_s;
    QTest::newRow("unknown key") << R"({"engine":"trino","option":{}})"_ba
                                 << u"A stored connection has no “option”: did you mean “options”?"_s;
    QTest::newRow("unknown option") << R"({"engine":"trino","options":{"hots":"h"}})"_ba
                                    << u"Trino has no option “hots”: did you mean “host”?"_s;
    QTest::newRow("secret") << R"({"engine":"trino","options":{"host":"h","password":"x"}})"_ba
                            << u"The stored connection holds the secret option “password”."_s;
    QTest::newRow("value of a wrong type") << R"({"engine":"trino","options":{"host":["h"]}})"_ba
                                           << u"The value of the stored option “host” is not text."_s;
    QTest::newRow("value against its rule") << R"({"engine":"trino","options":{"host":"h","port":0}})"_ba
                                            << u"port must be a number from 1 to 65535, not “0”"_s;
    QTest::newRow("options of a wrong type") << R"({"engine":"trino","options":1})"_ba
                                             << u"The “options” of a stored connection are not an object."_s;
    QTest::newRow("required option") << R"({"engine":"trino"})"_ba << u"Trino needs the option “host”."_s;
}

void tst_ConnectionParameters::jsonIsRefused()
{
    QFETCH(QByteArray, json);
    const auto parameters = ConnectionParameters::fromJson(QJsonDocument::fromJson(json).object(), engines());
    QVERIFY(!parameters);
    QTEST(parameters.error().message, "message");
}

void tst_ConnectionParameters::secretsAreNeverStored()
{
    const auto parameters = ConnectionParameters::fromUrl(u"trino://me:sesame@h?accessToken=sesame"_s, engines());
    QVERIFY(parameters);
    QCOMPARE(parameters->password(), u"sesame"_s);
    QCOMPARE(parameters->toUrl(), u"trino://me@h"_s);
    QVERIFY(!QJsonDocument(parameters->toJson()).toJson().contains("sesame"));
    QVERIFY(!parameters->displayName().contains("sesame"_L1));

    ConnectionParameters wrong(lake());
    const Result<void> set = wrong.setValue(u"pasword"_s, u"sesame"_s);
    QVERIFY(!set);
    QVERIFY(!set.error().ticketText().contains("sesame"_L1));
    const auto broken = ConnectionParameters::fromUrl(u"trino://me:sesame%@h"_s, engines());
    QVERIFY(!broken);
    QVERIFY(!broken.error().ticketText().contains("sesame"_L1));
}

void tst_ConnectionParameters::randomValuesSurviveUrlAndJson()
{
    QRandomGenerator random(20261121);
    const auto text = [&random](bool allowColon) {
        QString result;
        for (int i = random.bounded(1, 12); i > 0; --i) {
            const char32_t c = random.bounded(3) ? random.bounded(0x20u, 0x7fu) : random.bounded(0xa0u, 0xd7ffu);
            if (c != ':' || allowColon)
                result += QString::fromUcs4(&c, 1);
        }
        return result;
    };
    for (int i = 0; i < 2000; ++i) {
        ConnectionParameters parameters(i % 2 ? lake() : embedded());
        if (i % 2) {
            QVERIFY(parameters.setValue(u"host"_s, random.bounded(2) ? u"h.example"_s : u"2001:db8::1"_s));
            QVERIFY(parameters.setValue(u"user"_s, text(true)));
            QVERIFY(parameters.setValue(u"catalog"_s, text(true)));
            if (random.bounded(2))
                QVERIFY(parameters.setValue(u"schema"_s, text(true)));
            QVERIFY(parameters.setValue(u"sessionProperties"_s, u"a:"_s + text(false).remove(u';')));
        } else {
            QVERIFY(parameters.setValue(u"path"_s, text(true)));
        }
        const auto url = ConnectionParameters::fromUrl(parameters.toUrl(), engines());
        QVERIFY2(url, qPrintable(parameters.toUrl()));
        QVERIFY2(*url == parameters, qPrintable(parameters.toUrl()));
        const auto json = ConnectionParameters::fromJson(parameters.toJson(), engines());
        QVERIFY(json);
        QVERIFY(*json == parameters);
    }
}

void tst_ConnectionParameters::typedValues()
{
    ConnectionParameters parameters(lake());
    QCOMPARE(parameters.duration(u"timeout"_s), 30s);
    QVERIFY(parameters.setValue(u"timeout"_s, u"1.5m"_s));
    QCOMPARE(parameters.duration(u"timeout"_s), 90s);
    QVERIFY(parameters.setValue(u"timeout"_s, u"250ms"_s));
    QCOMPARE(parameters.duration(u"timeout"_s), 250ms);
    QVERIFY(parameters.setValue(u"clientTags"_s, u"a, b,,c"_s));
    QCOMPARE(parameters.list(u"clientTags"_s), (QStringList { u"a"_s, u"b"_s, u"c"_s }));
    QVERIFY(parameters.setValue(u"sessionProperties"_s, u"a:1; hive.b:x:y;"_s));
    QCOMPARE(parameters.map(u"sessionProperties"_s), (QMap<QString, QString> { { u"a"_s, u"1"_s }, { u"hive.b"_s, u"x:y"_s } }));
    QVERIFY(parameters.setValue(u"DATABASE"_s, u"hive"_s));
    QCOMPARE(parameters.value(u"catalog"_s), u"hive"_s);
    QVERIFY(parameters.setValue(u"catalog"_s, {}));
    QVERIFY(!parameters.hasValue(u"catalog"_s));
    QCOMPARE(parameters.value(u"nothing of the kind"_s), QString());
    QVERIFY(!ConnectionParameters().setValue(u"host"_s, u"h"_s));
}

void tst_ConnectionParameters::originAndDisplayName()
{
    const auto at = [](const QString &url) { return *ConnectionParameters::fromUrl(url, engines()); };
    QCOMPARE(at(u"trino://h"_s).origin(), QUrl(u"http://h:8080"_s));
    QCOMPARE(at(u"https://h/ui/"_s).origin(), QUrl(u"https://h:443"_s));
    QCOMPARE(at(u"trino://[::1]"_s).origin(), QUrl(u"http://[::1]:8080"_s));
    QCOMPARE(at(u"duckdb:x.db"_s).origin(), QUrl());
    QCOMPARE(at(u"trino://[::1]"_s).displayName(), u"[::1]:8080"_s);
    QCOMPARE(at(u"duckdb:/srv/x.db"_s).displayName(), u"x.db"_s);
    QCOMPARE(at(u"duckdb:"_s).displayName(), u"DuckDB"_s);
    ConnectionParameters named = at(u"trino://h"_s);
    named.setConnectionName(u"The lake"_s);
    QCOMPARE(named.displayName(), u"The lake"_s);
    QCOMPARE(ConnectionParameters::fromJson(named.toJson(), engines())->connectionName(), u"The lake"_s);
}

QTEST_GUILESS_MAIN(tst_ConnectionParameters)
#include "tst_connectionparameters.moc"
