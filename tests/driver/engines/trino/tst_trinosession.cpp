// SPDX-License-Identifier: Apache-2.0
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include "engines/trino/trinosession.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

using Purpose = StatementOptions::Purpose;

namespace {

QByteArray valueOf(const HttpHeaders &headers, QByteArrayView name)
{
    QByteArrayList values;
    for (const auto &[key, value] : headers) {
        if (name.compare(key, Qt::CaseInsensitive) == 0)
            values << value;
    }
    return values.isEmpty() ? QByteArray("(none)") : values.join('|');
}

TrinoSession sessionWith(const TrinoTestOptions &options)
{
    return TrinoSession(trinoTestParameters(QUrl(u"http://127.0.0.1:8080"_s), options));
}

HttpResponse responseWith(const HttpHeaders &headers)
{
    HttpResponse response;
    response.status = 200;
    response.headers = headers;
    return response;
}

} // namespace

class tst_TrinoSession : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void option_data();
    void option();
    void constantHeaders();
    void metadataStaysOutside();
    void response_data();
    void response();
    void sessionAuthorization();
    void preparedStatementsAreEchoedAsReceived();
    void encoding_data();
    void encoding();
    void headerText_data();
    void headerText();
    void recordedStatement_data();
    void recordedStatement();
    void nextStatementCarriesTheSession();
    void unknownZoneOfThisComputer();
    void closingForgets();
};

void tst_TrinoSession::option_data()
{
    QTest::addColumn<TrinoTestOptions>("options");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char *name, const TrinoTestOptions &options, const char *header, const char *value) {
        QTest::newRow(name) << options << QByteArray(header) << QByteArray(value);
    };
    row("the user", {}, "X-Trino-User", "ann");
    row("the user who acts for another", { { u"sessionUser"_s, u"bob"_s } }, "X-Trino-User", "bob");
    row("the user behind that", { { u"sessionUser"_s, u"bob"_s } }, "X-Trino-Original-User", "ann");
    row("no original user when it is the same", {}, "X-Trino-Original-User", "(none)");
    row("a user beyond ASCII as ISO-8859-1", { { u"user"_s, u"jürgen"_s } }, "X-Trino-User", "j\xfcrgen");
    row("source", {}, "X-Trino-Source", "grebe");
    row("another source", { { u"source"_s, u"nightly"_s } }, "X-Trino-Source", "nightly");
    row("catalog", { { u"catalog"_s, u"tpch"_s } }, "X-Trino-Catalog", "tpch");
    row("schema", { { u"catalog"_s, u"tpch"_s }, { u"schema"_s, u"tiny"_s } }, "X-Trino-Schema", "tiny");
    row("no schema without a catalog, which is refused", { { u"schema"_s, u"tiny"_s } }, "X-Trino-Schema", "(none)");
    row("no catalog that cannot be said in a header", { { u"catalog"_s, u"каталог"_s } }, "X-Trino-Catalog", "(none)");
    row("session properties", { { u"sessionProperties"_s, u"a:1, 2;cat.b:x=y"_s } }, "X-Trino-Session", "a=1%2C%202,cat.b=x%3Dy");
    row("roles", { { u"roles"_s, u"system:admin;hive:ALL"_s } }, "X-Trino-Role", "hive=ALL,system=ROLE%7Badmin%7D");
    row("path", { { u"path"_s, u"tpch.tiny,memory.default"_s } }, "X-Trino-Path", "tpch.tiny,memory.default");
    row("time zone", { { u"timezone"_s, u"+05:30"_s } }, "X-Trino-Time-Zone", "+05:30");
    row("language", { { u"locale"_s, u"de-CH"_s } }, "X-Trino-Language", "de-CH");
    row("client info", { { u"clientInfo"_s, u"a b"_s } }, "X-Trino-Client-Info", "a b");
    row("client tags", { { u"clientTags"_s, u"etl,night"_s } }, "X-Trino-Client-Tags", "etl,night");
    row("trace token", { { u"traceToken"_s, u"t1"_s } }, "X-Trino-Trace-Token", "t1");
    row("resource estimates", { { u"resourceEstimates"_s, u"CPU_TIME:5m;PEAK_MEMORY:1GB"_s } }, "X-Trino-Resource-Estimate", "CPU_TIME=5m,PEAK_MEMORY=1GB");
    row("extra credentials", { { u"extraCredentials"_s, u"token:a+b c"_s } }, "X-Trino-Extra-Credential", "token=a%2Bb%20c");
    row("no transaction", {}, "X-Trino-Transaction-Id", "NONE");
}

void tst_TrinoSession::option()
{
    QFETCH(TrinoTestOptions, options);
    QFETCH(QByteArray, header);
    QTEST(valueOf(sessionWith(options).headers(Purpose::User), header), "value");
}

void tst_TrinoSession::constantHeaders()
{
    const HttpHeaders headers = sessionWith({}).headers(Purpose::User);
    QCOMPARE(valueOf(headers, "X-Trino-Client-Capabilities"), "PATH,PARAMETRIC_DATETIME,NUMBER,VARIANT,SESSION_AUTHORIZATION");
    QVERIFY(!valueOf(headers, "X-Trino-Language").isEmpty());
    QCOMPARE(valueOf(headers, "X-Trino-Query-Data-Encoding"), "(none)"); // no spooled results are asked for
    QCOMPARE(sessionWith({}).userHeaders().size(), 1);
}

void tst_TrinoSession::metadataStaysOutside()
{
    TrinoSession session = sessionWith({ { u"clientTags"_s, u"etl"_s } });
    QVERIFY(session.apply(responseWith({ { "X-Trino-Started-Transaction-Id", "t-1" } })));
    QCOMPARE(valueOf(session.headers(Purpose::User), "X-Trino-Transaction-Id"), "t-1");
    const HttpHeaders headers = session.headers(Purpose::Metadata);
    QCOMPARE(valueOf(headers, "X-Trino-Transaction-Id"), "NONE");
    QCOMPARE(valueOf(headers, "X-Trino-Source"), "grebe-metadata");
    QCOMPARE(valueOf(headers, "X-Trino-Client-Tags"), "grebe,metadata");
}

void tst_TrinoSession::response_data()
{
    QTest::addColumn<HttpHeaders>("received");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char *name, const HttpHeaders &received, const char *header, const char *value) {
        QTest::newRow(name) << received << QByteArray(header) << QByteArray(value);
    };
    row("a catalog", { { "X-Trino-Set-Catalog", "memory" } }, "X-Trino-Catalog", "memory");
    row("a schema", { { "x-trino-set-schema", "default" } }, "X-Trino-Schema", "default");
    row("a path, itself a list", { { "X-Trino-Set-Path", "a.b, c.d" } }, "X-Trino-Path", "a.b, c.d");
    row("a property", { { "X-Trino-Set-Session", "cat.p=a%2Cb+c" } }, "X-Trino-Session", "cat.p=a%2Cb%20c,old=1");
    row("two properties in one header", { { "X-Trino-Set-Session", "a=1, b=2" } }, "X-Trino-Session", "a=1,b=2,old=1");
    row("two headers of one name", { { "X-Trino-Set-Session", "a=1" }, { "X-Trino-Set-Session", "b=2" } }, "X-Trino-Session", "a=1,b=2,old=1");
    row("a property set again is replaced", { { "X-Trino-Set-Session", "old=2" } }, "X-Trino-Session", "old=2");
    row("a property is cleared, the rest stays", { { "X-Trino-Set-Session", "a=1" }, { "X-Trino-Clear-Session", "old" } }, "X-Trino-Session", "a=1");
    row("a role", { { "X-Trino-Set-Role", "hive=ROLE%7Ban%2Calyst%7D" } }, "X-Trino-Role", "hive=ROLE%7Ban%2Calyst%7D");
    row("original roles are echoed", { { "X-Trino-Set-Original-Roles", "ROLE%7Ba%7D" } }, "X-Trino-Original-Roles", "ROLE%7Ba%7D");
    row("a transaction", { { "X-Trino-Started-Transaction-Id", "t-1" } }, "X-Trino-Transaction-Id", "t-1");
    row("its end", { { "X-Trino-Started-Transaction-Id", "t-1" }, { "X-Trino-Clear-Transaction-Id", "true" } }, "X-Trino-Transaction-Id", "NONE");
    row("a prepared statement", { { "X-Trino-Added-Prepare", "my%2Cname=SELECT+%3F" } }, "X-Trino-Prepared-Statement", "my%2Cname=SELECT+%3F");
    row("garbage", { { "X-Trino-Set-Session", "=,,==,%" }, { "X-Trino-Set-Role", "" } }, "X-Trino-Role", "(none)");
}

void tst_TrinoSession::response()
{
    QFETCH(HttpHeaders, received);
    QFETCH(QByteArray, header);
    TrinoSession session = sessionWith({ { u"catalog"_s, u"tpch"_s }, { u"sessionProperties"_s, u"old:1"_s } });
    session.apply(responseWith(received));
    QTEST(valueOf(session.headers(Purpose::User), header), "value");
    QVERIFY(!session.apply(responseWith({ { "Content-Type", "application/json" } })));
}

void tst_TrinoSession::sessionAuthorization()
{
    TrinoSession session = sessionWith({ { u"roles"_s, u"hive:analyst"_s } });
    QVERIFY(session.apply(responseWith({ { "X-Trino-Set-Authorization-User", "carol" } })));
    QCOMPARE(valueOf(session.userHeaders(), "X-Trino-User"), "carol");
    QCOMPARE(valueOf(session.userHeaders(), "X-Trino-Original-User"), "ann");
    QCOMPARE(valueOf(session.headers(Purpose::User), "X-Trino-Role"), "(none)");
    QCOMPARE(session.state().user, u"carol"_s);
    QVERIFY(session.apply(responseWith({ { "X-Trino-Reset-Authorization-User", "true" } })));
    QCOMPARE(valueOf(session.userHeaders(), "X-Trino-User"), "ann");

    TrinoSession acting = sessionWith({ { u"sessionUser"_s, u"bob"_s } });
    QVERIFY(acting.apply(responseWith({ { "X-Trino-Set-Authorization-User", "carol" } })));
    QCOMPARE(valueOf(acting.userHeaders(), "X-Trino-User"), "carol");
    QCOMPARE(valueOf(acting.userHeaders(), "X-Trino-Original-User"), "bob");
    QVERIFY(acting.apply(responseWith({ { "X-Trino-Reset-Authorization-User", "true" } })));
    QCOMPARE(valueOf(acting.userHeaders(), "X-Trino-User"), "bob");
}

void tst_TrinoSession::preparedStatementsAreEchoedAsReceived()
{
    TrinoSession session = sessionWith({});
    session.apply(responseWith({ { "X-Trino-Added-Prepare", "long=$zstd:KLUv_SAA-_==" } }));
    session.apply(responseWith({ { "X-Trino-Added-Prepare", "b=SELECT+1" } }));
    QCOMPARE(valueOf(session.headers(Purpose::User), "X-Trino-Prepared-Statement"), "b=SELECT+1,long=$zstd:KLUv_SAA-_==");
    QCOMPARE(session.state().preparedStatements, QStringList({ u"b"_s, u"long"_s }));
    session.apply(responseWith({ { "X-Trino-Deallocated-Prepare", "long" } }));
    QCOMPARE(session.state().preparedStatements, QStringList(u"b"_s));
}

void tst_TrinoSession::encoding_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << u"abc"_s;
    QTest::newRow("separators") << u"a=b,c;d e+f%"_s;
    QTest::newRow("beyond ASCII") << u"é€😀"_s;
    QTest::newRow("a line break") << u"a\r\nb"_s;
}

void tst_TrinoSession::encoding()
{
    QFETCH(QString, text);
    const QByteArray encoded = trinoEncode(text);
    for (const char c : encoded)
        QVERIFY2(c > 0x20 && c < 0x7f && c != ',' && c != '=' && c != '+', encoded);
    QCOMPARE(trinoDecode(encoded), text);
}

void tst_TrinoSession::headerText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("ASCII") << u"tpch"_s << QByteArray("tpch");
    QTest::newRow("ISO-8859-1, as the server reads") << u"straße"_s << QByteArray("stra\xdf" "e");
    QTest::newRow("UTF-8 for the rest") << u"€"_s << QByteArray("\xe2\x82\xac");
    QTest::newRow("a line break would begin another header") << u"a\r\nX-Evil: 1"_s << QByteArray("a  X-Evil: 1");
}

void tst_TrinoSession::headerText()
{
    QFETCH(QString, text);
    QTEST(trinoHeaderText(text), "bytes");
}

void tst_TrinoSession::recordedStatement_data()
{
    QTest::addColumn<QString>("recording");
    QTest::addColumn<SessionState>("state");
    SessionState plain;
    plain.user = u"ann"_s;
    plain.timeZone = u"UTC"_s;
    SessionState state = plain;
    state.current = ObjectPath({ u"tpch"_s, u"tiny"_s });
    QTest::newRow("USE") << u"use"_s << state;
    state = plain;
    state.properties = { { u"query_max_run_time"_s, u"1h"_s } };
    QTest::newRow("SET SESSION") << u"set-session"_s << state;
    QTest::newRow("RESET SESSION") << u"reset-session"_s << plain;
    state = plain;
    state.properties = { { u"time_zone_id"_s, u"Europe/Berlin"_s } };
    state.timeZone = u"Europe/Berlin"_s;
    QTest::newRow("SET TIME ZONE") << u"set-time-zone"_s << state;
    QTest::newRow("SET TIME ZONE LOCAL") << u"set-time-zone-local"_s << plain;
    state = plain;
    state.roles = { { u"system"_s, u"ALL"_s } };
    QTest::newRow("SET ROLE") << u"set-role"_s << state;
    QTest::newRow("SET PATH") << u"set-path"_s << plain;
    state = plain;
    state.preparedStatements = { u"twice"_s };
    QTest::newRow("PREPARE") << u"prepare"_s << state;
    QTest::newRow("DEALLOCATE PREPARE") << u"deallocate"_s << plain;
    state = plain;
    state.inTransaction = true;
    QTest::newRow("START TRANSACTION") << u"start-transaction"_s << state;
    QTest::newRow("SET SESSION AUTHORIZATION that is refused") << u"set-authorization"_s << plain;
}

void tst_TrinoSession::recordedStatement()
{
    QFETCH(QString, recording);
    ScriptedServer server;
    const TrinoRecording script(recording);
    script.play(server);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(QString::fromUtf8(script.sql)));
    QVERIFY2(run.waitForEnd(), run.log());
    QCOMPARE(run.hasFailed(), recording == "set-authorization"_L1);
    QVERIFY(!run.schema());
    QTEST(engine->session(), "state");
}

void tst_TrinoSession::nextStatementCarriesTheSession()
{
    const QByteArray page = R"({"id":"q1","infoUri":"{server}/ui","stats":{"state":"FINISHED"},"warnings":[],"updateType":"USE"})";
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, page, { { "X-Trino-Set-Catalog", "tpch" }, { "X-Trino-Set-Session", "p=a%2Cb" } });
    server.expect("POST /v1/statement").withHeader("X-Trino-Catalog", "tpch").withHeader("X-Trino-Session", "p=a%2Cb").answer(200, page);
    SessionState told;
    TrinoTestEngine engine(server.url());
    connect(&*engine, &Engine::sessionChanged, this, [&](const SessionState &state) { told = state; });
    StatementRun first(engine.prepare(u"USE tpch.tiny"_s));
    QVERIFY2(first.waitForEnd() && first.hasFinished(), first.log());
    QCOMPARE(told.current, ObjectPath(QStringList(u"tpch"_s)));
    StatementRun second(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(second.waitForEnd() && second.hasFinished(), second.log());
}

void tst_TrinoSession::unknownZoneOfThisComputer()
{
    const TrinoRecording refused(u"bad-time-zone"_s);
    const TrinoRecording good(u"select"_s);
    ScriptedServer server;
    refused.play(server);
    good.play(server);
    TrinoTestEngine engine(server.url(), { { u"timezone"_s, QString() } });
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 2);
    const QByteArray zone = server.requests().at(2).header("X-Trino-Time-Zone");
    QVERIFY2(zone.size() == 6 && (zone.startsWith('+') || zone.startsWith('-')), zone);
}

void tst_TrinoSession::closingForgets()
{
    ScriptedServer server;
    TrinoRecording(u"use"_s).play(server);
    TrinoTestEngine engine(server.url());
    StatementRun run(engine.prepare(u"USE tpch.tiny"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY(!engine->session().current.isEmpty());
    QVERIFY(engine->newSession()->session().current.isEmpty());
    engine->close();
    QVERIFY(engine->session().current.isEmpty());
    engine->setCurrent(ObjectPath({ u"memory"_s, u"default"_s }));
    QCOMPARE(engine->session().current, ObjectPath({ u"memory"_s, u"default"_s }));
}

QTEST_GUILESS_MAIN(tst_TrinoSession)

#include "tst_trinosession.moc"
