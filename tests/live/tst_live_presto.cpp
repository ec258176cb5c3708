// SPDX-License-Identifier: Apache-2.0
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "engines/engineconnection.h"
#include "engines/trino/trinoengine.h"
#include "extension/columnformatter.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The engine on the real PrestoDB that GREBE_LIVE_PRESTO_URL names, with the catalogs tpch and memory.
class tst_LivePresto : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void opens();
    void isNotTakenForTrino();
    void type_data();
    void type();
    void nullOfEachType_data();
    void nullOfEachType();
    void nested_data();
    void nested();
    void fieldsHaveTheirTypes();
    void timestampsAreMeantInTheSessionsZone();
    void largePagesComeWhole();
    void error_data();
    void error();
    void cancelIsSeenOnTheServer();
    void lettingGoIsSeenOnTheServer();
    void cancelBeforeAnythingRuns();
    void partialCancel();
    void pausedQueriesAreKeptAlive();
    void sessionStateFollowsStatements();
    void temporaryFunctions();
    void sessionPropertiesOfTheConnection();
    void statementsWithoutRows();
    void transaction();
    void parameters();
    void warnings();
    void metadata();
    void unknownTimeZone();

private:
    Error run(const QString &sql);
    QStringList column(const QString &sql);
    QStringList column(Connection &connection, const QString &sql);
    QString stateOf(const QString &queryId);
    ConnectionPtr connectTo(const QMap<QString, QString> &options = {}) const;

    ConnectionParameters m_parameters;
    ConnectionPtr m_connection;
};

namespace {

template<typename T>
T valueOf(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 60s))
        qFatal("no answer in a minute");
    return future.result();
}

bool isRunning(const StatementRun &run)
{
    const auto progress = run.progress();
    return !progress.isEmpty() && progress.last().state == Progress::State::Running;
}

} // namespace

ConnectionPtr tst_LivePresto::connectTo(const QMap<QString, QString> &options) const
{
    ConnectionParameters parameters = m_parameters;
    for (auto it = options.begin(); it != options.end(); ++it) {
        const Result<void> set = parameters.setValue(it.key(), it.value());
        if (!set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(parameters.engine().id)->create(parameters, nullptr), parameters.engine(), parameters);
}

Error tst_LivePresto::run(const QString &sql)
{
    StatementRun run(m_connection->prepare(sql));
    if (!run.waitForEnd())
        return { .message = u"no end"_s };
    if (!run.problems().isEmpty())
        return { .message = QString::fromUtf8(run.problems()) };
    return run.error();
}

QStringList tst_LivePresto::column(const QString &sql)
{
    return column(*m_connection, sql);
}

QStringList tst_LivePresto::column(Connection &connection, const QString &sql)
{
    StatementRun run(connection.prepare(sql));
    if (!run.waitForEnd() || !run.hasFinished())
        return { u"failed: "_s + run.error().message };
    QStringList texts;
    for (const auto &batch : run.batches()) {
        const ColumnFormatter formatter(run.schema()->field(0));
        for (qint64 row = 0; row < batch->num_rows(); ++row)
            texts << (formatter.isNull(*batch, 0, row) ? u"NULL"_s : formatter.text(*batch, 0, row));
    }
    return texts;
}

// As another session sees it, once the server has settled it; what runs to its end is FINISHED.
QString tst_LivePresto::stateOf(const QString &queryId)
{
    const ConnectionPtr other = connectTo();
    QStringList states;
    for (int i = 0; i < 200 && (states.isEmpty() || !states.first().startsWith("F"_L1)); ++i)
        states = column(*other, u"SELECT state FROM system.runtime.queries WHERE query_id = '%1'"_s.arg(queryId));
    return states.value(0);
}

void tst_LivePresto::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_PRESTO_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_PRESTO_URL is not set: presto://user@127.0.0.1:8080");
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    m_parameters = *parameters;
    QCOMPARE(m_parameters.engine().driverName, u"QPRESTO"_s);
    QVERIFY(m_parameters.setValue(u"timezone"_s, u"UTC"_s));
}

void tst_LivePresto::init()
{
    m_connection = connectTo();
}

void tst_LivePresto::opens()
{
    m_connection = connectTo({ { u"validateConnection"_s, u"true"_s } });
    QMap<ConnectionStep::Kind, ConnectionStep> steps;
    connect(m_connection.get(), &Connection::stepChanged, this,
            [&](const ConnectionStep &step) { steps.insert(step.kind, step); });
    const Result<ServerInfo> info = valueOf(m_connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->product, u"Presto"_s);
    QVERIFY2(info->version.startsWith("0."_L1), qPrintable(info->version));
    QCOMPARE(info->user, u"grebe"_s);
    QTRY_COMPARE(steps.value(ConnectionStep::Kind::FirstQuery).state, ConnectionStep::State::Done);
}

void tst_LivePresto::isNotTakenForTrino()
{
    ConnectionParameters trino(engineEntry(u"trino"_s)->info());
    for (const QString &name : { u"host"_s, u"port"_s, u"user"_s })
        QVERIFY(trino.setValue(name, m_parameters.value(name)));
    m_connection = makeConnection(engineEntry(u"trino"_s)->create(trino, nullptr), trino.engine(), trino);
    const Result<ServerInfo> info = valueOf(m_connection->open());
    QVERIFY(!info);
    QVERIFY2(info.error().message.startsWith("This is a Presto server (version 0."_L1), qPrintable(info.error().message));
    QVERIFY2(info.error().hint.contains("presto://"_L1), qPrintable(info.error().hint));
    // Who does not open, but asks at once, hears it from the server's refusal.
    StatementRun run(m_connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().message, u"User must be set"_s);
    QVERIFY2(run.error().hint.contains("presto://"_L1), run.log());
    // Presto's header names alone make it work, for who insists.
    QVERIFY(trino.setValue(u"protocol"_s, u"presto"_s));
    m_connection = makeConnection(engineEntry(u"trino"_s)->create(trino, nullptr), trino.engine(), trino);
    QVERIFY(valueOf(m_connection->open()));
    QCOMPARE(column(u"SELECT current_user"_s), QStringList(u"grebe"_s));
}

void tst_LivePresto::type_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *expression, const char *type, const char *text) {
        QTest::newRow(expression) << QString::fromUtf8(expression) << QString::fromUtf8(type) << QString::fromUtf8(text);
    };
    row("true", "boolean", "true");
    row("TINYINT '-128'", "tinyint", "-128");
    row("TINYINT '127'", "tinyint", "127");
    row("SMALLINT '-32768'", "smallint", "-32768");
    row("SMALLINT '32767'", "smallint", "32767");
    row("INTEGER '-2147483648'", "integer", "-2147483648");
    row("2147483647", "integer", "2147483647");
    row("BIGINT '9007199254740993'", "bigint", "9007199254740993");
    row("BIGINT '-9223372036854775808'", "bigint", "-9223372036854775808");
    row("BIGINT '9223372036854775807'", "bigint", "9223372036854775807");
    row("REAL '0.1'", "real", "0.1");
    row("REAL '-0.0'", "real", "-0.0");
    row("REAL '1.4E-45'", "real", "1.4E-45");
    row("CAST(nan() AS real)", "real", "NaN");
    row("DOUBLE '4.9E-324'", "double", "4.9E-324");
    row("DOUBLE '1.7976931348623157E308'", "double", "1.7976931348623157E308");
    row("DOUBLE '1E15'", "double", "1.0E15");
    row("nan()", "double", "NaN");
    row("infinity()", "double", "Infinity");
    row("-infinity()", "double", "-Infinity");
    row("DECIMAL '99999999999999999999999999999999999999'", "decimal(38,0)", "99999999999999999999999999999999999999");
    row("DECIMAL '-0.00000000000000000000000000000000000001'", "decimal(38,38)", "-0.00000000000000000000000000000000000001");
    row("DECIMAL '-0.50'", "decimal(2,2)", "-0.50");
    row("'it''s €😀\n\t\\\"'", "varchar(11)", "it's €😀\n\t\\\"");
    row("''", "varchar(0)", "");
    row("CAST('a' AS varchar)", "varchar", "a");
    row("CAST('a' AS char(3))", "char(3)", "a  ");
    row("X'00CAFE'", "varbinary", "00cafe");
    row("X''", "varbinary", "");
    row("JSON '{\"b\":1,\"a\":[2.50,null]}'", "json", "{\"a\":[2.5,null],\"b\":1}");
    row("DATE '2026-08-01'", "date", "2026-08-01");
    row("DATE '12026-01-01'", "date", "+12026-01-01");
    row("DATE '-0044-03-15'", "date", "-0044-03-15");
    row("TIME '23:59:59.999'", "time", "23:59:59.999");
    row("TIME '01:02:03.4 +05:30'", "time with time zone", "01:02:03.400 +05:30");
    row("TIMESTAMP '2024-02-29 12:34:56.789012'", "timestamp", "2024-02-29 12:34:56.789");
    row("TIMESTAMP '0001-01-01 00:00:00.123'", "timestamp", "0001-01-01 00:00:00.123");
    row("TIMESTAMP '9999-12-31 23:59:59.999'", "timestamp", "9999-12-31 23:59:59.999");
    row("TIMESTAMP '2024-02-29 12:34:56.789 America/New_York'", "timestamp with time zone", "2024-02-29 12:34:56.789 America/New_York");
    row("TIMESTAMP '2024-02-29 12:34:56.789 +05:30'", "timestamp with time zone", "2024-02-29 12:34:56.789 +05:30");
    row("INTERVAL '-1 02:03:04.005' DAY TO SECOND", "interval day to second", "-1 02:03:04.005");
    row("INTERVAL '-2-3' YEAR TO MONTH", "interval year to month", "-2-3");
    row("UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59");
    row("IPADDRESS '2001:db8::1'", "ipaddress", "2001:db8::1");
    row("IPPREFIX '10.0.0.0/8'", "ipprefix", "10.0.0.0/8");
    row("ST_Point(1, 2)", "Geometry", "POINT (1 2)");
    row("to_spherical_geography(ST_Point(1, 2))", "SphericalGeography", "POINT (1 2)");
    row("bing_tile(1, 2, 3)", "BingTile", "{\"x\":1,\"y\":2,\"zoom\":3}");
    row("approx_set(1)", "HyperLogLog", "020c010080034400");
    row("NULL", "unknown", "NULL");
}

void tst_LivePresto::type()
{
    QFETCH(QString, expression);
    StatementRun run(m_connection->prepare(u"SELECT %1 AS v"_s.arg(expression)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 1);
    const ColumnFormatter formatter(run.schema()->field(0));
    QTEST(formatter.typeText(), "type");
    const bool isNull = formatter.isNull(*run.batches().first(), 0, 0);
    QTEST(isNull ? u"NULL"_s : formatter.text(*run.batches().first(), 0, 0), "text");
    QVERIFY2(run.warnings().isEmpty(), run.log());
}

void tst_LivePresto::nullOfEachType_data()
{
    QTest::addColumn<QString>("type");
    for (const char *type : { "boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal(38,2)", "varchar",
                              "varchar(3)", "char(3)", "varbinary", "json", "date", "time", "time with time zone", "timestamp",
                              "timestamp with time zone", "interval day to second", "interval year to month", "uuid", "ipaddress",
                              "ipprefix", "array(integer)", "map(varchar,integer)", "row(a integer)" })
        QTest::newRow(type) << QString::fromLatin1(type);
}

void tst_LivePresto::nullOfEachType()
{
    QFETCH(QString, type);
    // Between values of the same type, and inside of each container.
    StatementRun run(m_connection->prepare(
        u"SELECT CAST(NULL AS %1) a, ARRAY[CAST(NULL AS %1)] b, MAP(ARRAY['k'], ARRAY[CAST(NULL AS %1)]) c, ROW(CAST(NULL AS %1)) d"_s.arg(type)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QStringList texts;
    for (int i = 0; i < 4; ++i) {
        const ColumnFormatter formatter(run.schema()->field(i));
        texts << (formatter.isNull(*run.batches().first(), i, 0) ? u"NULL"_s : formatter.text(*run.batches().first(), i, 0));
    }
    QCOMPARE(texts, QStringList({ u"NULL"_s, u"[null]"_s, u"[[\"k\",null]]"_s, u"{\"field0\":null}"_s }));
    QCOMPARE(ColumnFormatter(run.schema()->field(0)).typeText(), type);
    QVERIFY2(run.warnings().isEmpty(), run.log());
}

void tst_LivePresto::nested_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *expression, const char *text) {
        QTest::newRow(expression) << QString::fromUtf8(expression) << QString::fromUtf8(text);
    };
    row("ARRAY[1, NULL, 3]", "[1,null,3]");
    row("CAST(ARRAY[] AS array(integer))", "[]");
    row("ARRAY[ARRAY['a'], ARRAY[], NULL]", "[[\"a\"],[],null]");
    row("ARRAY['\"[1]', 'null', '', NULL, '[ ]', '{\"a\":1}', 'line\nbreak']", "[\"\\\"[1]\",\"null\",\"\",null,\"[ ]\",\"{\\\"a\\\":1}\",\"line\\nbreak\"]");
    row("ARRAY[BIGINT '9007199254740993']", "[9007199254740993]");
    row("ARRAY[DECIMAL '1.50']", "[\"1.50\"]");
    row("ARRAY[X'CAFE']", "[\"yv4=\"]");
    row("ARRAY[TIMESTAMP '2024-02-29 12:34:56.789 Europe/Berlin']", "[\"2024-02-29 12:34:56.789 Europe/Berlin\"]");
    row("MAP(ARRAY['b', 'a'], ARRAY[1, NULL])", "[[\"a\",null],[\"b\",1]]"); // in the server's order
    row("MAP(ARRAY[2, 1], ARRAY[ARRAY[ARRAY[1]], NULL])", "[[1,null],[2,[[1]]]]");
    row("MAP(ARRAY[DATE '2026-08-01'], ARRAY[MAP(ARRAY[DECIMAL '1.50'], ARRAY['x'])])", "[[\"2026-08-01\",[[\"1.50\",\"x\"]]]]");
    row("ROW(1, 'a')", "{\"field0\":1,\"field1\":\"a\"}");
    row("CAST(ROW(NULL, ARRAY['x', NULL]) AS row(a integer, \"b c\" array(varchar)))", "{\"a\":null,\"b c\":[\"x\",null]}");
    row("ARRAY[CAST(ROW(1, ROW(TIMESTAMP '2024-02-29 12:34:56.789', DATE '2026-08-01')) AS row(a integer, inner_ row(timestamp timestamp, \"b c\" date)))]",
        "[{\"a\":1,\"inner_\":{\"timestamp\":\"2024-02-29 12:34:56.789\",\"b c\":\"2026-08-01\"}}]");
    row("ARRAY[bing_tile(1, 2, 3)]", "[\"{\\n  \\\"x\\\" : 1,\\n  \\\"y\\\" : 2,\\n  \\\"zoom\\\" : 3\\n}\"]");
    row("ARRAY[ARRAY[ARRAY[ARRAY[ARRAY[ARRAY['\\\"']]]]]]", "[[[[[[\"\\\\\\\"\"]]]]]]");
}

void tst_LivePresto::nested()
{
    QFETCH(QString, expression);
    StatementRun run(m_connection->prepare(u"SELECT %1 AS v"_s.arg(expression)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    std::string json;
    ColumnFormatter(run.schema()->field(0)).appendText(*run.batches().first(), 0, 0, json);
    QTEST(QString::fromStdString(json), "text");
    QVERIFY2(run.warnings().isEmpty(), run.log());
}

void tst_LivePresto::fieldsHaveTheirTypes()
{
    StatementRun run(m_connection->prepare(
        u"SELECT CAST(NULL AS row(a bigint, \"b c\" array(decimal(3, 2)), t timestamp with time zone, i interval day to second, r row(u uuid)))"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    const auto type = run.schema()->field(0)->type();
    QCOMPARE(type->num_fields(), 5);
    QCOMPARE(type->field(0)->type()->id(), arrow::Type::INT64);
    QCOMPARE(type->field(1)->name(), std::string("b c"));
    QCOMPARE(type->field(1)->type()->ToString(), std::string("list<item: decimal128(3, 2)>"));
    QCOMPARE(ColumnFormatter(type->field(2)).typeText(), u"timestamp with time zone"_s);
    QCOMPARE(type->field(3)->type()->id(), arrow::Type::DURATION);
    QCOMPARE(type->field(4)->type()->field(0)->type()->id(), arrow::Type::FIXED_SIZE_BINARY);
}

void tst_LivePresto::timestampsAreMeantInTheSessionsZone()
{
    m_connection = connectTo({ { u"timezone"_s, u"America/New_York"_s } });
    QCOMPARE(column(u"SELECT from_unixtime(0)"_s), QStringList(u"1969-12-31 19:00:00.000"_s));
    QCOMPARE(column(u"SELECT CAST(TIMESTAMP '2024-07-01 12:00:00' AS timestamp with time zone)"_s),
             QStringList(u"2024-07-01 12:00:00.000 America/New_York"_s));
    QCOMPARE(m_connection->session().timeZone, u"America/New_York"_s);
}

void tst_LivePresto::largePagesComeWhole()
{
    StatementRun run(m_connection->prepare(u"SELECT * FROM tpch.sf1.orders"_s));
    qint64 largest = 0;
    run.onBatch([&](Statement &, const std::shared_ptr<arrow::RecordBatch> &batch) { largest = std::max<qint64>(largest, batch->num_rows()); });
    QVERIFY2(run.waitForEnd(240s) && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 1'500'000);
    QVERIFY2(largest > 40'000, qPrintable(u"of %1 rows at most, as without targetResultSize"_s.arg(largest)));
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

void tst_LivePresto::error_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("name");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("columnNumber");
    const auto row = [](const char *name, const QString &sql, const QString &vendorCode, Error::Code code, int line, int column) {
        QTest::newRow(name) << sql << vendorCode << code << line << column;
    };
    const QString syntax = u"SYNTAX_ERROR"_s;
    using enum Error::Code;
    row("a syntax error", u"SELECT 1\n FROM FROM x"_s, syntax, InvalidArgument, 2, 7);
    row("a second statement", u"SELECT 1; SELECT 2"_s, syntax, InvalidArgument, 1, 9);
    row("a catalog that is not there", u"SELECT * FROM nowhere.a.b"_s, syntax, NotFound, 0, 0);
    row("a schema that is not there", u"SELECT * FROM tpch.nowhere.b"_s, syntax, NotFound, 0, 0);
    row("a table that is not there", u"SELECT *\nFROM memory.default.nowhere"_s, syntax, NotFound, 0, 0);
    row("a column behind letters that UTF-16 counts twice", u"SELECT '😀😀', nowhere"_s, syntax, NotFound, 1, 14);
    row("a function that is not there", u"SELECT\n  nowhere(1)"_s, syntax, NotFound, 2, 3);
    row("a session property that is not there", u"SET SESSION nowhere = 1"_s, syntax, NotFound, 1, 1);
    row("a division by zero while it runs", u"SELECT 1 / (nationkey - nationkey) FROM tpch.tiny.nation"_s, u"DIVISION_BY_ZERO"_s, InvalidArgument, 0, 0);
    row("what the connector can't do", u"DELETE FROM tpch.tiny.nation"_s, u"NOT_SUPPORTED"_s, NotImplemented, 0, 0);
    row("nothing but a comment", u"-- nothing"_s, QString(), InvalidArgument, 0, 0);
}

void tst_LivePresto::error()
{
    QFETCH(QString, sql);
    StatementRun run(m_connection->prepare(sql));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QTEST(run.error().vendorCode, "name");
    QTEST(run.error().code, "code");
    QTEST(run.error().line, "line");
    QTEST(run.error().column, "columnNumber");
    QVERIFY(!run.error().message.isEmpty());
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

void tst_LivePresto::cancelIsSeenOnTheServer()
{
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY2(run.waitFor(isRunning), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY2(run.error().message.contains("stopped on the server"_L1), run.log());
    QCOMPARE(stateOf(run->queryId()), u"FAILED"_s);
    QCOMPARE(column(u"SELECT 1"_s), QStringList(u"1"_s));
}

void tst_LivePresto::lettingGoIsSeenOnTheServer()
{
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY2(run.waitFor(isRunning), run.log());
    const QString id = run->queryId();
    run.destroy();
    m_connection.reset(); // its thread stays until the server was told
    QCOMPARE(stateOf(id), u"FAILED"_s);
}

void tst_LivePresto::cancelBeforeAnythingRuns()
{
    StatementRun run(m_connection->prepare(u"CREATE TABLE memory.default.never AS SELECT 1 a"_s));
    run->cancel();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY(!run.error().mayHaveRun);
    QCOMPARE(this->run(u"SELECT * FROM memory.default.never"_s).code, Error::Code::NotFound);
}

void tst_LivePresto::partialCancel()
{
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY2(run.waitFor([](const StatementRun &r) {
        const auto progress = r.progress();
        return !progress.isEmpty() && progress.last().splitsRunning > 0;
    }), run.log());
    run->cancelPartially();
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 1);
    QVERIFY(!run.summary().partialReason.isEmpty());
}

void tst_LivePresto::pausedQueriesAreKeptAlive()
{
    TrinoTimings timings;
    timings.heartbeat = 100ms;
    const ConnectionPtr connection = makeConnection(std::make_unique<TrinoEngine>(m_parameters, nullptr, timings), m_parameters.engine(), m_parameters);
    StatementRun run(connection->prepare(u"SELECT orderkey FROM tpch.sf1.orders"_s), false);
    run.onBatch([](Statement &statement, const auto &) { statement.pause(); });
    run->start();
    QVERIFY2(run.waitForBatches(1), run.log());
    const auto lastHeard = [&] {
        return column(u"SELECT CAST(last_heartbeat AS varchar) FROM system.runtime.queries WHERE query_id = '%1'"_s.arg(run->queryId())).value(0);
    };
    QStringList heard { lastHeard() };
    QVERIFY(heard.first().startsWith("20"_L1));
    for (int i = 0; i < 500 && heard.size() < 3; ++i) {
        if (const QString now = lastHeard(); now != heard.last())
            heard << now;
    }
    QVERIFY2(heard.size() == 3, qPrintable(heard.join(u", "_s)));
    QCOMPARE(run.endCount(), 0);
    // What was made ready for HEAD is what the next GET brings: no row is lost or comes twice.
    run.onBatch({});
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 1'500'000);
    qint64 sum = 0;
    for (const auto &batch : run.batches()) {
        const auto &keys = static_cast<const arrow::Int64Array &>(*batch->column(0));
        for (qint64 i = 0; i < keys.length(); ++i)
            sum += keys.Value(i);
    }
    QCOMPARE(column(u"SELECT sum(orderkey) FROM tpch.sf1.orders"_s), QStringList(QString::number(sum)));
}

void tst_LivePresto::sessionStateFollowsStatements()
{
    QCOMPARE(run(u"USE tpch.tiny"_s).message, QString());
    QTRY_COMPARE(m_connection->session().current, ObjectPath({ u"tpch"_s, u"tiny"_s }));
    QCOMPARE(column(u"SELECT count(*) FROM nation"_s), QStringList(u"25"_s));
    QCOMPARE(run(u"SET SESSION query_max_run_time = '61m'"_s).message, QString());
    QTRY_COMPARE(m_connection->session().properties.value(u"query_max_run_time"_s), u"61m"_s);
    QCOMPARE(run(u"SET SESSION query_max_run_time = 'a=b, c'"_s).vendorCode, u"GENERIC_INTERNAL_ERROR"_s);
    StatementRun show(m_connection->prepare(u"SHOW SESSION LIKE 'query_max_run_time'"_s));
    QVERIFY2(show.waitForEnd() && show.hasFinished(), show.log());
    QCOMPARE(ColumnFormatter(show.schema()->field(1)).text(*show.batches().first(), 1, 0), u"61m"_s);
    QCOMPARE(run(u"RESET SESSION query_max_run_time"_s).message, QString());
    QTRY_VERIFY(m_connection->session().properties.isEmpty());
    QCOMPARE(run(u"PREPARE twice FROM SELECT ? * 2, 'a,b=c'"_s).message, QString());
    QTRY_COMPARE(m_connection->session().preparedStatements, QStringList(u"twice"_s));
    QCOMPARE(column(u"EXECUTE twice USING 21"_s), QStringList(u"42"_s));
    QCOMPARE(run(u"DEALLOCATE PREPARE twice"_s).message, QString());
    QTRY_VERIFY(m_connection->session().preparedStatements.isEmpty());
    QCOMPARE(run(u"SET ROLE ALL"_s).message, QString());
    QTRY_COMPARE(m_connection->session().roles.value(u"tpch"_s), u"ALL"_s);
    QCOMPARE(column(u"SELECT 1"_s), QStringList(u"1"_s)); // with the role
    QVERIFY(m_connection->newSession()->session().current.isEmpty());
}

void tst_LivePresto::temporaryFunctions()
{
    QCOMPARE(run(u"CREATE TEMPORARY FUNCTION more(x int) RETURNS int RETURN x + 1"_s).message, QString());
    QCOMPARE(run(u"CREATE TEMPORARY FUNCTION less(x int) RETURNS int RETURN x - 1"_s).message, QString());
    QCOMPARE(column(u"SELECT more(less(41)) + 1"_s), QStringList(u"42"_s));
    QCOMPARE(run(u"DROP TEMPORARY FUNCTION more(int)"_s).message, QString());
    QCOMPARE(run(u"SELECT more(1)"_s).code, Error::Code::NotFound);
    QCOMPARE(run(u"DROP TEMPORARY FUNCTION more(int)"_s).code, Error::Code::NotFound);
    QCOMPARE(column(u"SELECT less(43)"_s), QStringList(u"42"_s));
}

void tst_LivePresto::sessionPropertiesOfTheConnection()
{
    m_connection = connectTo({ { u"sessionProperties"_s, u"query_max_run_time:59m"_s },
                               { u"source"_s, u"live test"_s },
                               { u"clientInfo"_s, u"größe, a=b"_s },
                               { u"clientTags"_s, u"one,two"_s },
                               { u"traceToken"_s, u"trace"_s },
                               { u"resourceEstimates"_s, u"EXECUTION_TIME:5m;PEAK_MEMORY:1GB"_s },
                               { u"extraCredentials"_s, u"a:b;c:d,e=f"_s },
                               { u"roles"_s, u"tpch:ALL"_s },
                               { u"locale"_s, u"de"_s },
                               { u"catalog"_s, u"tpch"_s },
                               { u"schema"_s, u"tiny"_s } });
    QCOMPARE(column(u"SELECT count(*) FROM nation"_s), QStringList(u"25"_s));
    QCOMPARE(column(u"SELECT source FROM system.runtime.queries WHERE query = 'SELECT count(*) FROM nation' AND source = 'live test'"_s).value(0),
             u"live test"_s);
    StatementRun show(m_connection->prepare(u"SHOW SESSION LIKE 'query_max_run_time'"_s));
    QVERIFY2(show.waitForEnd() && show.hasFinished(), show.log());
    QCOMPARE(ColumnFormatter(show.schema()->field(1)).text(*show.batches().first(), 1, 0), u"59m"_s);
}

void tst_LivePresto::statementsWithoutRows()
{
    run(u"DROP TABLE IF EXISTS memory.default.counted"_s);
    const auto summary = [this](const QString &sql) {
        StatementRun run(m_connection->prepare(sql));
        if (!run.waitForEnd() || !run.hasFinished() || run.schema() || run.rowCount() != 0)
            return u"not without rows: "_s + QString::fromUtf8(run.log());
        return run.summary().updateType + u' ' + (run.summary().affectedRows ? QString::number(*run.summary().affectedRows) : u"-"_s);
    };
    QCOMPARE(summary(u"CREATE TABLE memory.default.counted AS SELECT nationkey FROM tpch.tiny.nation"_s), u"CREATE TABLE 25"_s);
    QCOMPARE(summary(u"INSERT INTO memory.default.counted VALUES 100, 101, 102"_s), u"INSERT 3"_s);
    QCOMPARE(summary(u"DROP TABLE memory.default.counted"_s), u"DROP TABLE -"_s);
    QCOMPARE(summary(u"USE tpch.tiny"_s), u"USE -"_s);
    QCOMPARE(summary(u"SET SESSION query_max_run_time = '1h'"_s), u"SET SESSION -"_s);
    StatementRun validate(m_connection->prepare(u"EXPLAIN (TYPE VALIDATE) SELECT 1"_s));
    QVERIFY2(validate.waitForEnd() && validate.hasFinished(), validate.log());
    QCOMPARE(validate.rowCount(), 1); // a row that was asked for
}

void tst_LivePresto::transaction()
{
    QVERIFY(valueOf(m_connection->begin()));
    QTRY_VERIFY(m_connection->session().inTransaction);
    QCOMPARE(column(u"SELECT count(*) FROM tpch.tiny.nation"_s), QStringList(u"25"_s));
    QVERIFY(valueOf(m_connection->list(ObjectPath()))); // metadata stays outside of it
    QVERIFY(valueOf(m_connection->commit()));
    QTRY_VERIFY(!m_connection->session().inTransaction);
    QCOMPARE(run(u"START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY"_s).message, QString());
    QTRY_VERIFY(m_connection->session().inTransaction);
    QCOMPARE(run(u"SELECT * FROM tpch.tiny.nowhere"_s).code, Error::Code::NotFound);
    QCOMPARE(run(u"SELECT 1"_s).vendorCode, u"TRANSACTION_ALREADY_ABORTED"_s);
    QVERIFY(valueOf(m_connection->rollback()));
    QTRY_VERIFY(!m_connection->session().inTransaction);
    QCOMPARE(valueOf(m_connection->commit()).error().vendorCode, u"NOT_IN_TRANSACTION"_s);
}

void tst_LivePresto::parameters()
{
    StatementOptions options;
    options.parameters = { 5, qint64(9007199254740993), u"it's a '?'"_s, QByteArray("\xca\xfe"), QDate(2026, 8, 1), u"12.50"_s, -1, QVariant() };
    options.parameterTypes = { {}, {}, {}, {}, {}, u"decimal(4, 2)"_s };
    StatementRun run(m_connection->prepare(u"SELECT ?, ?, ?, ?, ?, -- ? not me\n '?', ?, 10-?, ?"_s, options));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QStringList texts;
    for (int i = 0; i < run.schema()->num_fields(); ++i)
        texts << ColumnFormatter(run.schema()->field(i)).text(*run.batches().first(), i, 0);
    QCOMPARE(texts, QStringList({ u"5"_s, u"9007199254740993"_s, u"it's a '?'"_s, u"cafe"_s, u"2026-08-01"_s, u"?"_s, u"12.50"_s, u"11"_s, QString() }));
    options.parameters = { 1 };
    options.parameterTypes.clear();
    StatementRun wrong(m_connection->prepare(u"SELECT ?,\n nowhere"_s, options));
    QVERIFY2(wrong.waitForEnd() && wrong.hasFailed(), wrong.log());
    QCOMPARE(wrong.error().line, 2);
    QCOMPARE(wrong.error().column, 2);
}

void tst_LivePresto::warnings()
{
    StatementRun run(m_connection->prepare(u"SELECT count(DISTINCT nationkey) FROM tpch.tiny.nation"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.warnings().size(), 1);
    QCOMPARE(run.warnings().first().code, u"PERFORMANCE_WARNING"_s);
}

void tst_LivePresto::metadata()
{
    QCOMPARE(run(u"CREATE SCHEMA IF NOT EXISTS memory.\"live test\""_s).message, QString());
    QCOMPARE(run(u"DROP TABLE IF EXISTS memory.\"live test\".\"a.b\""_s).message, QString());
    QCOMPARE(run(u"CREATE TABLE memory.\"live test\".\"a.b\" (id bigint, place row(street varchar(10), \"zip code\" integer), "
                 u"list array(row(x date)))"_s).message, QString());
    QCOMPARE(run(u"CREATE OR REPLACE VIEW memory.\"live test\".v AS SELECT 1 x"_s).message, QString());
    const auto names = [&](const ObjectPath &parent) {
        const auto list = valueOf(m_connection->list(parent));
        QStringList result;
        if (!list)
            return QStringList { list.error().message };
        for (const ObjectInfo &object : *list)
            result << kindName(object.kind) + u' ' + object.name() + u": "_s + object.type;
        return result;
    };
    const ObjectPath schema({ u"memory"_s, u"live test"_s });
    const ObjectPath table = schema.child(u"a.b"_s);
    QCOMPARE(names({}), QStringList({ u"catalog memory: "_s, u"catalog system: "_s, u"catalog tpch: "_s }));
    QVERIFY(names(ObjectPath({ u"memory"_s })).contains(u"schema live test: "_s));
    QCOMPARE(names(schema), QStringList({ u"table a.b: "_s, u"view v: "_s }));
    const auto columns = valueOf(m_connection->list(table));
    QVERIFY2(columns, qPrintable(columns ? QString() : columns.error().message));
    QCOMPARE(columns->size(), 3);
    QCOMPARE(columns->at(0).type, u"bigint"_s);
    QVERIFY(!columns->at(0).hasChildren);
    QCOMPARE(names(table.child(u"place"_s)), QStringList({ u"field street: varchar(10)"_s, u"field zip code: integer"_s }));
    QCOMPARE(names(table.child(u"list"_s)), QStringList({ u"field x: date"_s }));
    QVERIFY(valueOf(m_connection->definition(table)).value_or(QString()).startsWith(u"CREATE TABLE"_s));
    QVERIFY(valueOf(m_connection->definition(schema.child(u"v"_s))).value_or(QString()).startsWith(u"CREATE VIEW"_s));
    QCOMPARE(valueOf(m_connection->list(ObjectPath({ u"nowhere"_s }))).error().code, Error::Code::NotFound);
    QCOMPARE(column(u"SELECT DISTINCT source FROM system.runtime.queries WHERE query = 'SHOW CREATE VIEW \"memory\".\"live test\".\"v\"'"_s), QStringList(u"grebe-metadata"_s));
}

void tst_LivePresto::unknownTimeZone()
{
    m_connection = connectTo({ { u"timezone"_s, u"Nowhere/Else"_s } });
    const Error error = run(u"SELECT 1"_s);
    QVERIFY2(error.message.contains("Nowhere/Else"_L1), qPrintable(error.message));
}

QTEST_GUILESS_MAIN(tst_LivePresto)
#include "tst_live_presto.moc"
