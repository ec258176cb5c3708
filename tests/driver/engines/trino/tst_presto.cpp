// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "engines/trino/trinotypetext.h"
#include "extension/columnformatter.h"

#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// The engine as it speaks to Presto, against what a real 0.296 answered, and what no real one does when asked.
class tst_Presto : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordings_data();
    void recordings();
    void nestedValues();
    void containersThatAreNoText();
    void columnsOfATable();
    void headers();
    void userIsAlwaysSaid();
    void wrongProduct_data();
    void wrongProduct();
    void refusalsThatTellTheProduct_data();
    void refusalsThatTellTheProduct();
    void oldTrino();
    void opensWithoutHead();
    void opensWhereOnlyTheKnownAreLetIn();
    void tokenThatExpiresBetweenPages();
    void retriableErrorSaysSo();
    void lostQueryIsAPageOfHtml();
    void valuesGoIntoTheText();
    void typesOfText_data();
    void typesOfText();
};

namespace {

/// A page of Presto: what a test is about, and what every page has.
QByteArray page(const QByteArray &members)
{
    return R"({"id":"20261121_120000_00001_abcde","infoUri":"{server}/ui/query.html?x",)" + members
        + R"("stats":{"state":"RUNNING","waitingForPrerequisites":false,"queued":false,"scheduled":true,"peakTotalMemoryBytes":1},"warnings":[]})";
}

const QByteArray firstPage = page(R"("nextUri":"{server}/v1/statement/queued/20261121_120000_00001_abcde/1?slug=x1",)");
const QByteArray nextLine = "GET /v1/statement/queued/20261121_120000_00001_abcde/1?slug=x1&targetResultSize=8MB";

/// Gives passwords in their order.
class Ann final : public CredentialProvider
{
public:
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        asked << request.reason;
        return QtFuture::makeReadyValueFuture(passwords.isEmpty() ? Result<Credential>(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"declined"_s }))
                                                                  : Result<Credential>(Credential { .secret = passwords.takeFirst() }));
    }
    void confirm(const CredentialRequest &, const Credential &, bool worked) override { confirmed << worked; }

    QStringList passwords { u"oar"_s, u"paddle"_s };
    QStringList asked;
    QList<bool> confirmed;
};

TrinoTestOptions withProtocol(const QString &protocol)
{
    return { { u"protocol"_s, protocol } };
}

} // namespace

void tst_Presto::recordings_data()
{
    QTest::addColumn<QString>("recording");
    QTest::addColumn<QString>("outcome");
    QTest::addColumn<QString>("session"); // what changed
    const auto row = [](const char *name, const QString &recording, const QString &outcome, const QString &session = {}) {
        QTest::newRow(name) << recording << outcome << session;
    };
    row("a table that is not there has no place", u"presto-table-not-found"_s, u"SYNTAX_ERROR not found 0:0"_s);
    row("a column that is not there", u"presto-column-not-found"_s, u"SYNTAX_ERROR not found 2:2"_s);
    row("rows that were written are counted", u"presto-insert"_s, u"INSERT 3"_s);
    row("a receipt is no result", u"presto-drop-table"_s, u"DROP TABLE"_s);
    row("USE", u"presto-use"_s, u"USE"_s, u"tpch.tiny"_s);
    row("SET SESSION", u"presto-set-session"_s, u"SET SESSION"_s, u"query_max_run_time=1h"_s);
    row("PREPARE", u"presto-prepare"_s, u"PREPARE"_s, u"twice"_s);
    row("SET ROLE", u"presto-set-role"_s, u"SET ROLE"_s, u"tpch=ALL"_s);
    row("START TRANSACTION", u"presto-start-transaction"_s, u"START TRANSACTION"_s, u"transaction"_s);
}

void tst_Presto::recordings()
{
    QFETCH(QString, recording);
    QFETCH(QString, session);
    ScriptedServer server;
    const TrinoRecording script(recording);
    script.play(server);
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(QString::fromUtf8(script.sql)));
    QVERIFY2(run.waitForEnd(), run.log());
    const Error error = run.error();
    QString outcome = u"%1 %2"_s.arg(run.summary().updateType).arg(run.summary().affectedRows.value_or(-1)).remove(u" -1"_s);
    if (run.hasFailed())
        outcome = u"%1 %2 %3:%4"_s.arg(error.vendorCode, error.code == Error::Code::NotFound ? u"not found"_s : u"other"_s).arg(error.line).arg(error.column);
    QTEST(outcome, "outcome");
    QVERIFY(!run.schema());
    QCOMPARE(server.requestCount(), script.exchangeCount());
    const SessionState state = engine->session();
    QStringList changes;
    if (!state.current.isEmpty())
        changes << state.current.parts().join(u'.');
    for (const auto &[name, value] : state.properties.asKeyValueRange())
        changes << name + u'=' + value;
    for (const auto &[name, value] : state.roles.asKeyValueRange())
        changes << name + u'=' + value;
    changes << state.preparedStatements;
    if (state.inTransaction)
        changes << u"transaction"_s;
    QCOMPARE(changes.join(u' '), session);
}

void tst_Presto::nestedValues()
{
    ScriptedServer server;
    const TrinoRecording script(u"presto-nested"_s);
    script.play(server);
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(QString::fromUtf8(script.sql)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 2);
    QStringList texts, types;
    for (int i = 0; i < run.schema()->num_fields(); ++i) {
        const ColumnFormatter formatter(run.schema()->field(i));
        texts << formatter.text(*run.batches().first(), i, 0);
        types << formatter.typeText();
    }
    QCOMPARE(types, QStringList({ u"bigint"_s, u"array(integer)"_s, u"map(varchar(1),array(varchar(1)))"_s,
                                  u"row(a integer,\"b c\" row(d date,e decimal(3,2)))"_s, u"timestamp"_s }));
    QCOMPARE(texts, QStringList({ u"0"_s, u"[1,null]"_s, u"[[\"k\",[\"x\"]]]"_s,
                                  u"{\"a\":1,\"b c\":{\"d\":\"2026-08-01\",\"e\":\"1.50\"}}"_s, u"2026-08-01 12:34:56.789"_s }));
    // Types inside of a row come as text: they are read, not kept as such.
    const auto inner = run.schema()->field(3)->type()->field(1)->type();
    QCOMPARE(inner->ToString(), std::string("struct<d: date32[day], e: decimal128(3, 2)>"));
    QVERIFY2(run.warnings().isEmpty(), run.log());
}

void tst_Presto::containersThatAreNoText()
{
    ScriptedServer server; // nested-data-serialization-enabled=false
    server.expect("POST /v1/statement").answer(200, firstPage);
    server.expect(nextLine).answer(200, page(R"json("columns":[{"name":"a","type":"array(row(x integer))","typeSignature":{"rawType":"array",)json"
        R"json("typeArguments":[],"literalArguments":[null],"arguments":[{"kind":"TYPE_SIGNATURE","value":{"rawType":"row","arguments":[)json"
        R"json({"kind":"NAMED_TYPE_SIGNATURE","value":{"fieldName":{"name":"x","delimited":false},"typeSignature":"integer"}}]}}]}}],)json"
        R"json("data":[[[[1],null]],["[ \"[ 2 ]\" ]"],[null]],)json"));
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(u"SELECT a"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    const ColumnFormatter formatter(run.schema()->field(0));
    QCOMPARE(formatter.text(*run.batches().first(), 0, 0), u"[{\"x\":1},null]"_s);
    QCOMPARE(formatter.text(*run.batches().first(), 0, 1), u"[{\"x\":2}]"_s);
    QVERIFY(formatter.isNull(*run.batches().first(), 0, 2));
    QVERIFY2(run.warnings().isEmpty(), run.log());
}

void tst_Presto::columnsOfATable()
{
    ScriptedServer server;
    TrinoRecording(u"presto-columns"_s).play(server);
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    const auto columns = answerOf(engine->list(ObjectPath({ u"memory"_s, u"default"_s, u"recorded"_s })));
    QVERIFY2(columns, qPrintable(columns ? QString() : columns.error().message));
    QCOMPARE(columns->size(), 2);
    QCOMPARE(columns->at(0).type, u"bigint"_s);
    QVERIFY(columns->at(1).hasChildren);
    QCOMPARE(trinoTypeParts(columns->at(1).type).at(1).name, u"zip code"_s);
    const QList<RecordedRequest> requests = server.requests();
    QCOMPARE(requests.first().header("X-Presto-Source"), "grebe-metadata");
}

void tst_Presto::headers()
{
    ScriptedServer server;
    const TrinoRecording script(u"presto-create-function"_s);
    script.play(server);
    TrinoTestEngine engine(server.url(),
                           { { u"sessionUser"_s, u"bob"_s },
                             { u"catalog"_s, u"tpch"_s },
                             { u"schema"_s, u"tiny"_s },
                             { u"sessionProperties"_s, u"a:1, 2;hive.b:3"_s },
                             { u"extraCredentials"_s, u"plain:a+b%;coded:a,b=c"_s },
                             { u"resourceEstimates"_s, u"PEAK_MEMORY:1GB"_s },
                             { u"customHeaders"_s, u"X-Gateway:1"_s },
                             { u"timezone"_s, u"Europe/Berlin"_s } },
                           nullptr, quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(QString::fromUtf8(script.sql)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    for (const RecordedRequest &request : server.requests()) {
        QCOMPARE(request.header("X-Presto-User"), "bob");
        QCOMPARE(request.header("X-Gateway"), "1");
        for (const auto &[name, value] : request.headers)
            QVERIFY2(!name.toLower().startsWith("x-trino-"), name.constData());
    }
    QCOMPARE(prestoInfo().option(u"timeZoneId")->name, u"timezone"_s); // as Presto's own driver calls it
    const RecordedRequest post = server.requests().first();
    QCOMPARE(post.header("X-Presto-Catalog"), "tpch");
    QCOMPARE(post.header("X-Presto-Schema"), "tiny");
    QCOMPARE(post.header("X-Presto-Session"), "a=1%2C%202,hive.b=3");
    QCOMPARE(post.header("X-Presto-Extra-Credential"), "coded=a%2Cb%3Dc,plain=a+b%");
    QCOMPARE(post.header("X-Presto-Resource-Estimate"), "PEAK_MEMORY=1GB");
    QCOMPARE(post.header("X-Presto-Time-Zone"), "Europe/Berlin");
    QCOMPARE(post.header("X-Presto-Transaction-Id"), "NONE");
    for (const char *name : { "X-Presto-Client-Capabilities", "X-Presto-Original-User", "X-Presto-Path", "X-Presto-Query-Data-Encoding", "X-Presto-Session-Function" })
        QVERIFY2(post.header(name).isEmpty(), name);

    // The function goes along from now on, as it was received.
    server.expect("POST /v1/statement").answer(200, page({}));
    StatementRun next(engine.prepare(u"SELECT more(1)"_s));
    QVERIFY2(next.waitForEnd() && next.hasFinished(), next.log());
    const QByteArray function = server.requests().last().header("X-Presto-Session-Function");
    QVERIFY2(function.startsWith("%22presto.session.more%3Binteger%22=%7B"), function.constData());
}

void tst_Presto::userIsAlwaysSaid()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, page({}));
    TrinoTestEngine engine(server.url(), { { u"user"_s, {} }, { u"accessToken"_s, u"abc"_s }, { u"allowInsecurePassword"_s, u"true"_s } }, nullptr,
                           quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(server.requests().first().header("Authorization"), "Bearer abc");
    QVERIFY(!server.requests().first().header("X-Presto-User").isEmpty());
}

void tst_Presto::wrongProduct_data()
{
    QTest::addColumn<bool>("isForPresto");
    QTest::addColumn<QString>("protocol");
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QString>("message"); // empty: opens
    const QString isPresto = u"This is a Presto server (version 0.297-abc), and the connection is for Trino."_s;
    const QString isTrino = u"This is a Trino server (version 476), and the connection is for Presto."_s;
    QTest::newRow("Presto asked for Trino's") << false << u"auto"_s << QByteArray("0.297-abc") << isPresto;
    QTest::newRow("Trino asked for Presto's") << true << u"auto"_s << QByteArray("476") << isTrino;
    QTest::newRow("Presto") << true << u"auto"_s << QByteArray("0.297-abc") << QString();
    QTest::newRow("Trino") << false << u"auto"_s << QByteArray("476-e.3") << QString();
    QTest::newRow("a Trino out of the source tree") << false << u"auto"_s << QByteArray("testversion") << QString();
    QTest::newRow("a Presto out of the source tree") << true << u"auto"_s << QByteArray("testversion") << QString();
    QTest::newRow("a Presto with an odd version") << true << u"presto"_s << QByteArray("476") << QString();
    QTest::newRow("a Trino with an odd version") << false << u"trino"_s << QByteArray("0.1") << QString();
}

void tst_Presto::wrongProduct()
{
    QFETCH(bool, isForPresto);
    QFETCH(QString, protocol);
    QFETCH(QByteArray, version);
    QFETCH(QString, message);
    ScriptedServer server;
    server.expect("GET /v1/info").answer(200, R"({"nodeVersion":{"version":")" + version + R"("},"starting":false})");
    server.expect("HEAD /v1/statement").answer(200).optional();
    TrinoTestEngine engine(server.url(), withProtocol(protocol), nullptr, quickTimings(), isForPresto ? prestoInfo() : trinoInfo());
    const Result<ServerInfo> info = answerOf(engine->open());
    QCOMPARE(info ? QString() : info.error().message, message);
    if (info)
        QCOMPARE(info->product, isForPresto ? u"Presto"_s : u"Trino"_s);
    else
        QVERIFY2(info.error().hint.contains(isForPresto ? "trino://"_L1 : "presto://"_L1), qPrintable(info.error().hint));
}

void tst_Presto::refusalsThatTellTheProduct_data()
{
    QTest::addColumn<bool>("isForPresto");
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QByteArray>("challenge");
    QTest::addColumn<QString>("hint");
    QTest::newRow("Presto") << false << 400 << QByteArray("User must be set") << QByteArray() << u"presto://"_s;
    QTest::newRow("Trino") << true << 401 << QByteArray("Basic authentication or X-Trino-Original-User or X-Trino-User must be sent") << QByteArray("Basic realm=\"Trino\"") << u"trino://"_s;
}

// Where a gateway keeps /v1/info to itself.
void tst_Presto::refusalsThatTellTheProduct()
{
    QFETCH(bool, isForPresto);
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(QByteArray, challenge);
    QFETCH(QString, hint);
    ScriptedServer server;
    TestHeaders headers { { "Content-Type", "text/plain" } };
    if (!challenge.isEmpty())
        headers.emplaceBack("WWW-Authenticate", challenge);
    server.expect("POST /v1/statement").answer(status, body, headers);
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), isForPresto ? prestoInfo() : trinoInfo());
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().hint.contains(hint), run.log());
}

void tst_Presto::oldTrino()
{
    ScriptedServer server;
    server.expect("GET /v1/info").answer(200, R"({"nodeVersion":{"version":"330"},"starting":false})");
    server.expect("POST /v1/statement").answer(200, page({}));
    TrinoTestEngine engine(server.url());
    const Result<ServerInfo> info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(server.requests().last().header("X-Presto-User"), "ann");
    QVERIFY(server.requests().last().header("X-Trino-User").isEmpty());
    QVERIFY(server.requests().last().header("X-Presto-Client-Capabilities").contains("PARAMETRIC_DATETIME"));
}

void tst_Presto::opensWithoutHead()
{
    ScriptedServer server;
    server.expect("GET /v1/info").answer(200, R"({"nodeVersion":{"version":"0.296-8661b73"},"environment":"test","starting":false})");
    server.expect("POST /v1/statement").withBody("SELECT 1").answer(200, page({}));
    TrinoTestEngine engine(server.url(), { { u"validateConnection"_s, u"true"_s } }, nullptr, quickTimings(), prestoInfo());
    const Result<ServerInfo> info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->product, u"Presto"_s);
    QCOMPARE(info->version, u"0.296-8661b73"_s);
    QCOMPARE(engine->dialect().name(), u"Presto"_s);
}

// Presto shows even the page that says who it is only to whom it knows.
void tst_Presto::opensWhereOnlyTheKnownAreLetIn()
{
    const TestHeaders challenge { { "WWW-Authenticate", "Basic realm=\"Presto\"" } };
    ScriptedServer server;
    server.expect("GET /v1/info").answer(401, "Unauthorized", challenge);
    server.expect("GET /v1/info").withHeader("Authorization", "Basic YW5uOm9hcg==").answer(401, "Access Denied: Invalid credentials", challenge);
    server.expect("GET /v1/info").withHeader("Authorization", "Basic YW5uOnBhZGRsZQ==").answer(200, R"({"nodeVersion":{"version":"0.296"}})");
    Ann ann;
    TrinoTestEngine engine(server.url(), { { u"allowInsecurePassword"_s, u"true"_s } }, &ann, quickTimings(), prestoInfo());
    QStringList steps;
    connect(&*engine, &Engine::stepChanged, this, [&](const ConnectionStep &step) {
        if (step.kind == ConnectionStep::Kind::SignIn && step.state != ConnectionStep::State::Running)
            steps << u"%1 %2"_s.arg(int(step.state)).arg(step.text);
    });
    const Result<ServerInfo> info = answerOf(engine->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->version, u"0.296"_s);
    QCOMPARE(info->user, u"ann"_s);
    QCOMPARE(ann.asked.size(), 2);
    QVERIFY2(ann.asked.last().contains(u"Invalid credentials"_s), qPrintable(ann.asked.last()));
    QCOMPARE(ann.confirmed, (QList<bool> { false, true }));
    QCOMPARE(steps, QStringList(u"%1 ann"_s.arg(int(ConnectionStep::State::Done))));
}

// It asks with each page, too.
void tst_Presto::tokenThatExpiresBetweenPages()
{
    const QTemporaryDir folder;
    const auto write = [&](const QByteArray &token) {
        QFile file(folder.filePath(u"token"_s));
        return file.open(QIODevice::WriteOnly) && file.write(token) == token.size();
    };
    QVERIFY(write("first"));
    const TestHeaders challenge { { "WWW-Authenticate", "Basic realm=\"Presto\"" } };
    ScriptedServer server;
    server.expect("POST /v1/statement").withHeader("Authorization", "Bearer first").answer(200, firstPage);
    server.expect(nextLine).withHeader("Authorization", "Bearer first").answer(401, "JWT expired", challenge);
    server.expect(nextLine).withHeader("Authorization", "Bearer second").answer(200, page(R"("columns":[{"name":"a","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}],"data":[[7]],)"));
    TrinoTestEngine engine(server.url(), { { u"allowInsecurePassword"_s, u"true"_s }, { u"accessTokenFile"_s, folder.filePath(u"token"_s) } },
                           nullptr, quickTimings(), prestoInfo());
    QVERIFY(write("second"));
    StatementRun run(engine.prepare(u"SELECT 7"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"7"_s);

    server.expect("POST /v1/statement").answer(200, firstPage);
    server.expect(nextLine).answer(401, "JWT expired", challenge);
    server.expect("DELETE /v1/statement/queued/20261121_120000_00001_abcde/1?slug=x1").answer(204);
    StatementRun refused(engine.prepare(u"SELECT 7"_s));
    QVERIFY2(refused.waitForEnd() && refused.hasFailed(), refused.log());
    QCOMPARE(refused.error().code, Error::Code::Unauthenticated);
    QVERIFY2(refused.error().message.contains(u"JWT expired"_s), refused.log());
}

void tst_Presto::retriableErrorSaysSo()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, page(R"("error":{"message":"Lost a worker","errorCode":65540,"errorName":"REMOTE_TASK_ERROR",)"
        R"("errorType":"INTERNAL_ERROR","retriable":true},)"));
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().vendorCode, u"REMOTE_TASK_ERROR"_s);
    QVERIFY2(run.error().hint.contains("again"_L1), run.log());
}

void tst_Presto::lostQueryIsAPageOfHtml()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, firstPage);
    server.expect(nextLine).answer(410, "<html>\n<head>\n<title>Error 410 Gone</title>\n</head>\n<body><h2>HTTP ERROR 410 Gone</h2></body></html>",
                                   { { "Content-Type", "text/html" } });
    server.expect("DELETE /v1/statement/queued/20261121_120000_00001_abcde/1?slug=x1").answer(404);
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Incomplete);
    QCOMPARE(run.error().message, u"The server no longer knows the query: Error 410 Gone"_s);
}

void tst_Presto::valuesGoIntoTheText()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").withBody("SELECT 'it''s', a-(-1) FROM t").answer(200, page({}));
    TrinoTestEngine engine(server.url(), {}, nullptr, quickTimings(), prestoInfo());
    StatementOptions options;
    options.parameters = { u"it's"_s, -1 };
    StatementRun run(engine.prepare(u"SELECT ?, a-? FROM t"_s, options));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(server.requestCount(), 1); // the version needs not be known
}

void tst_Presto::typesOfText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("type"); // as Trino shows it
    const auto row = [](const char *text, const char *type) { QTest::newRow(text) << QString::fromLatin1(text) << QByteArray(type); };
    row("integer", "integer");
    row("decimal(38,2)", "decimal(38, 2)");
    row("timestamp with time zone", "timestamp with time zone");
    row("timestamp(3) with time zone", "timestamp(3) with time zone");
    row("interval day to second", "interval day to second");
    row("map(varchar(1),array(row(integer,varchar)))", "map(varchar(1), array(row(integer, varchar)))");
    row("row(a integer,\"b c\" array(varchar),\"x,(\" row(timestamp timestamp,t timestamp with time zone))",
        "row(a integer, \"b c\" array(varchar), \"x,(\" row(timestamp timestamp, t timestamp with time zone))");
    row("row(bingtile BingTile,HyperLogLog)", "row(bingtile bingtile, hyperloglog)");
    row("row(timestamp with time zone,interval day to second)", "row(timestamp with time zone, interval day to second)");
    row("qdigest(double)", "qdigest(double)");
    row("array(", "array(");
    row(")(", ")(");
    row("", "");
}

void tst_Presto::typesOfText()
{
    QFETCH(QString, text);
    QTEST(QByteArray::fromStdString(displayText(trinoTypeOf(text))), "type");
    // However deep, it ends.
    const QString deep = u"array("_s.repeated(300) + text + u")"_s.repeated(300);
    QCOMPARE(columnSpec(trinoTypeOf(deep)).kind, JsonColumnSpec::Kind::List);
}

QTEST_GUILESS_MAIN(tst_Presto)
#include "tst_presto.moc"
