// SPDX-License-Identifier: Apache-2.0
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include "engines/trino/trinoparameters.h"
#include "engines/trino/trinotypetext.h"
#include "sql/trinodialect.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_TrinoMetadata : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void list_data();
    void list();
    void tables();
    void materializedViewsMayBeDenied();
    void columnsSayAllTheyKnow();
    void noHiddenComment();
    void definitionOfAView();
    void atMostTwoAtOnce();
    void closingAnswersEveryQuestion();
    void aClosedBranchIsCancelledOnTheServer();
    void aWaitingQuestionThatIsGivenUpIsNeverAsked();
    void aSlowQuestionEndsByItself();
    void emptyIsNotMissing_data();
    void emptyIsNotMissing();
    void describe_data();
    void describe();
    void aTableWithoutPartitions();
    void rolesOfACatalog();
    void typeParts_data();
    void typeParts();
    void text_data();
    void text();
};

namespace {

QStringList lines(const Result<QList<ObjectInfo>> &list)
{
    if (!list)
        return { u"failed: "_s + list.error().message };
    QStringList result;
    for (const ObjectInfo &object : *list)
        result << (kindName(object.kind) + u' ' + object.name() + (object.type.isEmpty() ? QString() : u" (%1)"_s.arg(object.type)));
    return result;
}

} // namespace

void tst_TrinoMetadata::list_data()
{
    QTest::addColumn<QString>("recording");
    QTest::addColumn<QStringList>("path");
    QTest::addColumn<QStringList>("objects");
    QTest::newRow("catalogs") << u"show-catalogs"_s << QStringList() << QStringList({ u"catalog memory"_s, u"catalog system"_s, u"catalog tpch"_s });
    QTest::newRow("columns of a table whose name has a dot") << u"columns"_s << QStringList({ u"memory"_s, u"recorded"_s, u"a.b"_s })
        << QStringList({ u"column id (bigint)"_s, u"column place (row(street varchar(10), zip code integer))"_s });
    QTest::newRow("fields of a row") << u"column"_s << QStringList({ u"memory"_s, u"recorded"_s, u"a.b"_s, u"place"_s })
        << QStringList({ u"field street (varchar(10))"_s, u"field zip code (integer)"_s });
}

void tst_TrinoMetadata::list()
{
    QFETCH(QString, recording);
    QFETCH(QStringList, path);
    const TrinoRecording script(recording);
    ScriptedServer server;
    script.play(server);
    TrinoTestEngine engine(server.url());
    QTEST(lines(answerOf(engine->list(ObjectPath(path)))), "objects");
    const RecordedRequest post = server.requests().first();
    QCOMPARE(post.body, script.sql);
    QCOMPARE(post.header("X-Trino-Source"), "grebe-metadata");
    QCOMPARE(post.header("X-Trino-Client-Tags"), "grebe,metadata");
}

void tst_TrinoMetadata::tables()
{
    ScriptedServer server;
    const TrinoRecording tables(u"tables"_s);
    const TrinoRecording materialized(u"materialized"_s);
    tables.play(server, TrinoRecording::To::ItsStatement);
    materialized.play(server, TrinoRecording::To::ItsStatement);
    TrinoTestEngine engine(server.url());
    const QStringList objects = lines(answerOf(engine->list(ObjectPath({ u"memory"_s, u"recorded"_s }))));
    QCOMPARE(objects, QStringList({ u"table a.b"_s, u"view v"_s }));
    // Both are in flight at the same time and never name more than one schema.
    QSet<QByteArray> sent;
    const auto requests = server.requests();
    for (const RecordedRequest &request : requests) {
        if (request.method == "POST")
            sent << request.body;
    }
    QCOMPARE(sent, QSet<QByteArray>({ tables.sql, materialized.sql }));
}

namespace {

const QByteArray names = R"("columns":[{"name":"a","type":"varchar","typeSignature":{"rawType":"varchar","arguments":[{"kind":"LONG","value":2147483647}]}},{"name":"b","type":"varchar","typeSignature":{"rawType":"varchar","arguments":[{"kind":"LONG","value":2147483647}]}}])";

QByteArray lastPage(const QByteArray &members)
{
    return R"({"id":"q1","infoUri":"{server}/ui",)" + members + R"(,"warnings":[]})";
}

QByteArray failure(const char *name)
{
    return lastPage(R"("stats":{"state":"FAILED"},"error":{"message":"no","errorCode":1,"errorName":")" + QByteArray(name) + R"(","errorType":"USER_ERROR"})");
}

} // namespace

void tst_TrinoMetadata::materializedViewsMayBeDenied()
{
    // Both go out at the same time, and either may come first.
    const QByteArray tables = R"(SELECT table_name, table_type FROM "c".information_schema.tables WHERE table_schema = 's' ORDER BY table_name)";
    const QByteArray materialized = "SELECT name FROM system.metadata.materialized_views WHERE catalog_name = 'c' AND schema_name = 's'";
    const QByteArray both = lastPage(names + R"(,"data":[["t","BASE TABLE"],["m","BASE TABLE"]],"stats":{"state":"FINISHED"})");
    ScriptedServer server;
    server.expect("POST /v1/statement").withBody(tables).times(2).answer(200, both);
    server.expect("POST /v1/statement").withBody(materialized).answer(200, failure("PERMISSION_DENIED"));
    server.expect("POST /v1/statement").withBody(materialized).answer(200, lastPage(names + R"(,"data":[["m",null]],"stats":{"state":"FINISHED"})"));
    TrinoTestEngine engine(server.url());
    const ObjectPath schema({ u"c"_s, u"s"_s });
    QCOMPARE(lines(answerOf(engine->list(schema))), QStringList({ u"table t"_s, u"table m"_s }));
    QCOMPARE(lines(answerOf(engine->list(schema))), QStringList({ u"table t"_s, u"materialized view m"_s }));
}

void tst_TrinoMetadata::columnsSayAllTheyKnow()
{
    ScriptedServer server;
    TrinoRecording(u"columns"_s).play(server);
    TrinoTestEngine engine(server.url());
    const auto columns = answerOf(engine->list(ObjectPath({ u"memory"_s, u"recorded"_s, u"a.b"_s })));
    QVERIFY(columns && columns->size() == 2);
    QCOMPARE(columns->at(0).comment, u"the key"_s);
    QVERIFY(!columns->at(0).isNullable);
    QVERIFY(!columns->at(0).hasChildren);
    QVERIFY(columns->at(1).isNullable);
    QVERIFY(columns->at(1).hasChildren);
}

void tst_TrinoMetadata::noHiddenComment()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, failure("COLUMN_NOT_FOUND"));
    server.expect("POST /v1/statement").answer(200, lastPage(names + R"(,"data":[["id","bigint"]],"stats":{"state":"FINISHED"})"));
    TrinoTestEngine engine(server.url());
    QCOMPARE(lines(answerOf(engine->list(ObjectPath({ u"c"_s, u"s"_s, u"it's"_s })))), QStringList(u"column id (bigint)"_s));
    const QByteArray second = server.requests().last().body;
    QVERIFY2(!second.contains("comment") && second.contains("table_name = 'it''s'"), second);
}

void tst_TrinoMetadata::definitionOfAView()
{
    ScriptedServer server;
    TrinoRecording(u"show-create-table-of-view"_s).play(server);
    TrinoRecording(u"show-create-view"_s).play(server);
    TrinoTestEngine engine(server.url());
    const Result<QString> sql = answerOf(engine->definition(ObjectPath({ u"memory"_s, u"recorded"_s, u"v"_s })));
    QVERIFY2(sql, qPrintable(sql ? QString() : sql.error().message));
    QVERIFY2(sql->startsWith("CREATE VIEW \"memory\".\"recorded\".\"v\""_L1), qPrintable(*sql));
    QCOMPARE(answerOf(engine->definition(ObjectPath({ u"memory"_s }))).error().code, Error::Code::NotImplemented);
}

void tst_TrinoMetadata::atMostTwoAtOnce()
{
    FakeTrino server({ names + R"(,"data":[["x","y"]])" });
    std::atomic<int> held = 0;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.method == "POST") {
            reply.isHeld = true;
            ++held;
        }
    });
    TrinoTestEngine engine(server.url());
    QList<QFuture<Result<QList<ObjectInfo>>>> answers;
    for (int i = 0; i < 6; ++i)
        answers << engine->list(ObjectPath({ QString::number(i) }));
    QTRY_COMPARE(held.load(), 2);
    QTRY_COMPARE(answers[5].progressValue(), int(QuestionQueued));
    for (int i = 0; i < 6; ++i)
        QCOMPARE(answers[i].progressValue(), int(i < 2 ? QuestionAsked : QuestionQueued));
    // A statement of a person does not wait behind them.
    server.setTamper({});
    StatementRun run(engine.prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(server.postCount(), 3);
    server.server().releaseHeld();
    for (const auto &answer : answers) {
        QCOMPARE(lines(answerOf(answer)), QStringList(u"schema x"_s));
        QCOMPARE(answer.progressValue(), int(QuestionAsked));
    }
    QCOMPARE(server.postCount(), 7);
}

void tst_TrinoMetadata::closingAnswersEveryQuestion()
{
    FakeTrino server({ names });
    server.setTamper([](const RecordedRequest &, FaultReply &reply) { reply.isHeld = true; });
    TrinoTestEngine engine(server.url());
    QList<QFuture<Result<QList<ObjectInfo>>>> answers;
    for (int i = 0; i < 5; ++i)
        answers << engine->list(ObjectPath({ QString::number(i) }));
    QTRY_COMPARE(server.postCount(), 2);
    engine->close();
    for (const auto &answer : answers)
        QCOMPARE(answerOf(answer).error().code, Error::Code::Cancelled);
    server.server().releaseHeld();
}

void tst_TrinoMetadata::aClosedBranchIsCancelledOnTheServer()
{
    FakeTrino server({ names + R"(,"data":[["x","y"]])" });
    server.setTamper([](const RecordedRequest &request, FaultReply &reply) { reply.isHeld = request.method == "GET"; });
    TrinoTestEngine engine(server.url());
    auto first = engine->list(ObjectPath({ u"a"_s }));
    auto second = engine->list(ObjectPath({ u"b"_s }));
    auto third = engine->list(ObjectPath({ u"c"_s }));
    QTRY_COMPARE(server.getCount(), 2);
    QCOMPARE(server.postCount(), 2);
    first.cancel();
    QTRY_COMPARE(server.deleteCount(), 1);
    // Its place is free for the one that waited.
    QTRY_COMPARE(server.postCount(), 3);
    server.setTamper({});
    server.server().releaseHeld();
    QCOMPARE(lines(answerOf(second)), QStringList(u"schema x"_s));
    QCOMPARE(lines(answerOf(third)), QStringList(u"schema x"_s));
    QTRY_VERIFY(first.isFinished());
    QCOMPARE(first.resultCount(), 0);
    QCOMPARE(server.deleteCount(), 1);
    QCOMPARE(server.mistakes(), QStringList());
}

void tst_TrinoMetadata::aWaitingQuestionThatIsGivenUpIsNeverAsked()
{
    FakeTrino server({ names + R"(,"data":[["x","y"]])" });
    server.setTamper([](const RecordedRequest &request, FaultReply &reply) { reply.isHeld = request.method == "GET"; });
    TrinoTestEngine engine(server.url());
    // The tables of a schema take two statements: both are this caller's.
    auto tables = engine->list(ObjectPath({ u"c"_s, u"s"_s }));
    auto waiting = engine->list(ObjectPath({ u"b"_s }));
    QTRY_COMPARE(server.getCount(), 2);
    waiting.cancel();
    QTRY_VERIFY(waiting.isFinished());
    tables.cancel();
    QTRY_COMPARE(server.deleteCount(), 2);
    QTRY_VERIFY(tables.isFinished());
    server.server().releaseHeld();
    QCOMPARE(server.postCount(), 2);
}

void tst_TrinoMetadata::aSlowQuestionEndsByItself()
{
    FakeTrino server({ names });
    server.setTamper([](const RecordedRequest &request, FaultReply &reply) { reply.isHeld = request.method == "GET"; });
    TrinoTimings timings = quickTimings();
    timings.metadata = std::chrono::milliseconds(500);
    TrinoTestEngine engine(server.url(), {}, nullptr, timings);
    const auto answer = answerOf(engine->list(ObjectPath({ u"slow"_s })));
    QCOMPARE(answer.error().code, Error::Code::Timeout);
    QTRY_COMPARE(server.deleteCount(), 1);
    server.server().releaseHeld();
}

void tst_TrinoMetadata::emptyIsNotMissing_data()
{
    QTest::addColumn<QStringList>("path");
    QTest::addColumn<bool>("isThere");
    QTest::newRow("a schema without tables") << QStringList { u"c"_s, u"s"_s } << true;
    QTest::newRow("a schema that is not there") << QStringList { u"c"_s, u"s"_s } << false;
    QTest::newRow("a table without columns that one may see") << QStringList { u"c"_s, u"s"_s, u"t"_s } << true;
    QTest::newRow("a table that is not there") << QStringList { u"c"_s, u"s"_s, u"t"_s } << false;
}

void tst_TrinoMetadata::emptyIsNotMissing()
{
    QFETCH(QStringList, path);
    QFETCH(bool, isThere);
    ScriptedServer server;
    for (qsizetype i = path.size(); i < 4; ++i)
        server.expect("POST /v1/statement").answer(200, lastPage(names + R"(,"stats":{"state":"FINISHED"})"));
    if (path.size() == 3) // one statement for columns, two for tables
        server.expect("POST /v1/statement").answer(200, lastPage(names + QByteArray(isThere ? R"(,"data":[["t",null]])" : "") + R"(,"stats":{"state":"FINISHED"})"));
    else
        server.expect("POST /v1/statement").answer(200, lastPage(names + QByteArray(isThere ? R"(,"data":[["s",null]])" : "") + R"(,"stats":{"state":"FINISHED"})"));
    TrinoTestEngine engine(server.url());
    const auto answer = answerOf(engine->list(ObjectPath(path)));
    if (isThere)
        QVERIFY2(answer && answer->isEmpty(), qPrintable(lines(answer).join(u' ')));
    else
        QCOMPARE(answer.error_or(Error()).code, Error::Code::NotFound);
}

void tst_TrinoMetadata::describe_data()
{
    QTest::addColumn<MetadataTopic>("topic");
    QTest::addColumn<QString>("recording");
    QTest::addColumn<QStringList>("columns");
    QTest::addColumn<QStringList>("row"); // one that must be there
    QTest::newRow("statistics, whose null is no empty text") << MetadataTopic::Statistics << u"show-stats"_s
        << QStringList { u"column"_s, u"rows"_s, u"data size"_s, u"distinct values"_s, u"share of nulls"_s, u"lowest"_s, u"highest"_s }
        << QStringList { QString(), u"25.0"_s, QString(), QString(), QString(), QString(), QString() };
    QTest::newRow("session properties") << MetadataTopic::SessionProperties << u"show-session"_s
        << QStringList { u"name"_s, u"value"_s, u"default"_s, u"type"_s, u"description"_s }
        << QStringList { u"join_distribution_type"_s, u"AUTOMATIC"_s, u"AUTOMATIC"_s, u"varchar"_s, u"Join distribution type. Possible values: [BROADCAST, PARTITIONED, AUTOMATIC]"_s };
    QTest::newRow("functions of a schema") << MetadataTopic::Functions << u"show-functions"_s
        << QStringList { u"name"_s, u"kind"_s, u"arguments"_s, u"result"_s, u"description"_s }
        << QStringList { u"twice"_s, u"scalar"_s, u"bigint"_s, u"bigint"_s, u""_s };
    QTest::newRow("grants that there are none of") << MetadataTopic::Grants << u"show-grants"_s
        << QStringList { u"grantee"_s, u"kind"_s, u"privilege"_s, u"may hand on"_s, u"grantor"_s } << QStringList();
}

void tst_TrinoMetadata::describe()
{
    QFETCH(MetadataTopic, topic);
    QFETCH(QString, recording);
    QFETCH(QStringList, row);
    const TrinoRecording script(recording);
    ScriptedServer server;
    script.play(server);
    TrinoTestEngine engine(server.url());
    const QStringList path = topic == MetadataTopic::SessionProperties ? QStringList()
        : topic == MetadataTopic::Functions                            ? QStringList { u"memory"_s, u"recorded"_s }
        : topic == MetadataTopic::Statistics                           ? QStringList { u"tpch"_s, u"tiny"_s, u"nation"_s }
                                                                       : QStringList { u"memory"_s, u"recorded"_s, u"a.b"_s };
    const auto answer = answerOf(engine->describe(topic, ObjectPath(path)));
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().message));
    QCOMPARE(server.requests().first().body, script.sql);
    QCOMPARE(server.requests().first().header("X-Trino-Source"), "grebe-metadata");
    QTEST(answer->columns, "columns");
    QStringList all;
    for (const QStringList &found : answer->rows) {
        QCOMPARE(found.size(), answer->columns.size());
        all << found.join(u'|');
    }
    if (row.isEmpty())
        QVERIFY(answer->rows.isEmpty());
    else
        QVERIFY2(answer->rows.contains(row), qPrintable(all.join(u'\n')));
    if (topic == MetadataTopic::Statistics)
        QVERIFY(answer->rows.last().first().isNull());
}

void tst_TrinoMetadata::aTableWithoutPartitions()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, failure("TABLE_NOT_FOUND"));
    TrinoTestEngine engine(server.url());
    const auto answer = answerOf(engine->describe(MetadataTopic::Partitions, ObjectPath({ u"c"_s, u"s"_s, u"a\"b"_s })));
    QCOMPARE(answer.error_or(Error()).code, Error::Code::NotImplemented);
    QCOMPARE(server.requests().first().body, R"(SELECT * FROM "c"."s"."a""b$partitions" LIMIT 10001)");
    QCOMPARE(answerOf(engine->describe(MetadataTopic::Partitions, ObjectPath({ u"c"_s, u"s"_s }))).error_or(Error()).code, Error::Code::InvalidArgument);
}

void tst_TrinoMetadata::rolesOfACatalog()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, lastPage(names + R"(,"data":[["analyst",null]],"stats":{"state":"FINISHED"})"));
    server.expect("POST /v1/statement").answer(200, lastPage(names + R"(,"data":[["admin",null],["analyst",null]],"stats":{"state":"FINISHED"})"));
    TrinoTestEngine engine(server.url());
    const auto answer = answerOf(engine->describe(MetadataTopic::Roles, ObjectPath({ u"hive"_s })));
    QVERIFY(answer);
    QCOMPARE(answer->rows, QList<QStringList>({ { u"admin"_s, QString() }, { u"analyst"_s, u"yes"_s } }));
    QCOMPARE(server.requests().last().body, "SHOW ROLES FROM \"hive\"");
}

void tst_TrinoMetadata::typeParts_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<QStringList>("parts");
    QTest::newRow("a plain type") << u"decimal(12, 2)"_s << QStringList();
    QTest::newRow("a row") << u"row(a bigint, b varchar(5))"_s << QStringList({ u"a:bigint"_s, u"b:varchar(5)"_s });
    QTest::newRow("quoted names") << u"row(\"x, y\" bigint, \"say \"\"hi\"\" (1)\" date)"_s << QStringList({ u"x, y:bigint"_s, u"say \"hi\" (1):date"_s });
    QTest::newRow("names with blanks that 476 does not quote") << u"row(zip code integer, from date date, the interval interval day to second, at timestamp(3) with time zone)"_s
        << QStringList({ u"zip code:integer"_s, u"from date:date"_s, u"the interval:interval day to second"_s, u"at:timestamp(3) with time zone"_s });
    QTest::newRow("a type that we do not know") << u"row(a SetDigest)"_s << QStringList(u"a:SetDigest"_s);
    QTest::newRow("types of several words") << u"row(t timestamp(3) with time zone, i interval day to second)"_s << QStringList({ u"t:timestamp(3) with time zone"_s, u"i:interval day to second"_s });
    QTest::newRow("fields without names") << u"row(bigint, decimal(3, 1), timestamp(3) with time zone)"_s << QStringList({ u"field0:bigint"_s, u"field1:decimal(3, 1)"_s, u"field2:timestamp(3) with time zone"_s });
    QTest::newRow("nested rows") << u"row(a row(b row(c bigint)))"_s << QStringList({ u"a:row(b row(c bigint))"_s });
    QTest::newRow("an array of rows") << u"array(row(a bigint))"_s << QStringList({ u"a:bigint"_s });
    QTest::newRow("an array of numbers") << u"array(bigint)"_s << QStringList();
    QTest::newRow("a map") << u"map(varchar, row(a bigint, b date))"_s << QStringList({ u"key:varchar"_s, u"value:row(a bigint, b date)"_s });
    QTest::newRow("capitals") << u"ROW(a BIGINT)"_s << QStringList({ u"a:BIGINT"_s });
    QTest::newRow("a cut type") << u"row(a bigint"_s << QStringList();
    QTest::newRow("a name that is never closed") << u"row(\"a bigint)"_s << QStringList({ u"a bigint:"_s });
    QTest::newRow("nothing") << QString() << QStringList();
}

void tst_TrinoMetadata::typeParts()
{
    QFETCH(QString, type);
    QStringList parts;
    const auto found = trinoTypeParts(type);
    for (const TrinoTypePart &part : found)
        parts << part.name + u':' + part.type;
    QTEST(parts, "parts");
}

void tst_TrinoMetadata::text_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QVariantList>("values");
    QTest::addColumn<bool>("canExecuteImmediate");
    QTest::addColumn<QString>("sent"); // empty: refused
    QTest::newRow("no semicolon") << u"SELECT 1;\n"_s << QVariantList() << true << u"SELECT 1"_s;
    QTest::newRow("no values, no wrapping") << u"SELECT '?'"_s << QVariantList() << true << u"SELECT '?'"_s;
    QTest::newRow("a value") << u"SELECT ?, 'it''s'"_s << QVariantList { 5 } << true << u"EXECUTE IMMEDIATE\n'SELECT ?, ''it''''s'''\nUSING 5"_s;
    QTest::newRow("a value for an old server") << u"SELECT ?, '?' -- ?"_s << QVariantList { u"a'b"_s } << false << u"SELECT 'a''b', '?'"_s;
    QTest::newRow("too few values") << u"SELECT ?, ?"_s << QVariantList { 1 } << true << QString();
    QTest::newRow("too many values") << u"SELECT 1"_s << QVariantList { 1 } << true << QString();
    QTest::newRow("nothing to run") << u" -- nothing\n;"_s << QVariantList() << true << QString();
}

void tst_TrinoMetadata::text()
{
    QFETCH(QString, sql);
    QFETCH(QVariantList, values);
    QFETCH(bool, canExecuteImmediate);
    StatementOptions options;
    options.parameters = values;
    QTEST(trinoText(sql, options, trinoDialect(), canExecuteImmediate).value_or(TrinoText()).sql, "sent");
}

QTEST_GUILESS_MAIN(tst_TrinoMetadata)

#include "tst_trinometadata.moc"
