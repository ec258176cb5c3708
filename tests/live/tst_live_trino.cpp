// SPDX-License-Identifier: Apache-2.0
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The Trino engine with the real server that GREBE_LIVE_TRINO_URL names: catalogs tpch and memory.
class tst_LiveTrino : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void opens();
    void opensWithAFirstQuery();
    void selectRunsWhole();
    void type_data();
    void type();
    void error_data();
    void error();
    void cancelIsSeenOnTheServer();
    void lettingGoIsSeenOnTheServer();
    void cancelBeforeAnythingRuns();
    void partialCancelKeepsRows();
    void pauseAndResume();
    void sessionStateFollowsStatements();
    void transaction();
    void updateCounts();
    void parameters_data();
    void parameters();
    void parametersOfTheWrongNumber();
    void placeOfAnErrorWithParameters_data();
    void placeOfAnErrorWithParameters();
    void metadata();
    void unknownTimeZone();
    void manyStatementsAtOnce();
    void signsInOverTls_data();
    void signsInOverTls();

private:
    Error run(const QString &sql);
    QStringList column(const QString &sql);
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

} // namespace

ConnectionPtr tst_LiveTrino::connectTo(const QMap<QString, QString> &options) const
{
    ConnectionParameters parameters = m_parameters;
    for (auto it = options.begin(); it != options.end(); ++it) {
        const Result<void> set = parameters.setValue(it.key(), it.value());
        if (!set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(u"trino"_s)->create(parameters, nullptr), parameters.engine(), parameters);
}

void tst_LiveTrino::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_TRINO_URL is not set: trino://user@127.0.0.1:8080");
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    m_parameters = *parameters;
}

void tst_LiveTrino::init()
{
    m_connection = connectTo();
}

void tst_LiveTrino::opens()
{
    const Result<ServerInfo> info = valueOf(m_connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->product, u"Trino"_s);
    QVERIFY(!info->version.isEmpty());
}

void tst_LiveTrino::selectRunsWhole()
{
    StatementRun run(m_connection->prepare(u"SELECT orderkey, totalprice, orderdate, comment FROM tpch.tiny.orders"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 15000);
    QCOMPARE(run.summary().rowCount, 15000);
    QVERIFY2(run.problems().isEmpty(), run.problems());
}


void tst_LiveTrino::opensWithAFirstQuery()
{
    m_connection = connectTo({ { u"validateConnection"_s, u"true"_s } });
    QMap<ConnectionStep::Kind, ConnectionStep> steps;
    connect(m_connection.get(), &Connection::stepChanged, this,
            [&](const ConnectionStep &step) { steps.insert(step.kind, step); });
    QVERIFY(valueOf(m_connection->open()));
    QTRY_COMPARE(steps.value(ConnectionStep::Kind::FirstQuery).state, ConnectionStep::State::Done);
    QCOMPARE(steps.value(ConnectionStep::Kind::Resolve).state, ConnectionStep::State::Done);
    QCOMPARE(steps.value(ConnectionStep::Kind::Connect).state, ConnectionStep::State::Done);
    QCOMPARE(steps.value(ConnectionStep::Kind::Tls).state, ConnectionStep::State::Skipped);
    QCOMPARE(steps.value(ConnectionStep::Kind::SignIn).state, ConnectionStep::State::Done);
}

Error tst_LiveTrino::run(const QString &sql)
{
    StatementRun run(m_connection->prepare(sql));
    if (!run.waitForEnd())
        return { .message = u"no end"_s };
    if (!run.problems().isEmpty())
        return { .message = QString::fromUtf8(run.problems()) };
    return run.error();
}

QStringList tst_LiveTrino::column(const QString &sql)
{
    StatementRun run(m_connection->prepare(sql));
    QStringList texts;
    if (!run.waitForEnd() || !run.hasFinished())
        return { u"failed: "_s + run.error().message };
    for (const auto &batch : run.batches()) {
        const ColumnFormatter formatter(run.schema()->field(0));
        for (qint64 row = 0; row < batch->num_rows(); ++row)
            texts << (formatter.isNull(*batch, 0, row) ? u"NULL"_s : formatter.text(*batch, 0, row));
    }
    return texts;
}

// As another session sees it, once the server has settled it.
QString tst_LiveTrino::stateOf(const QString &queryId)
{
    const ConnectionPtr other = connectTo();
    std::swap(m_connection, const_cast<ConnectionPtr &>(other));
    QStringList states;
    for (int i = 0; i < 200 && (states.isEmpty() || states.first().startsWith(u"RUNNING"_s)); ++i)
        states = column(u"SELECT state || ' ' || coalesce(error_code, '') FROM system.runtime.queries WHERE query_id = '%1'"_s.arg(queryId));
    std::swap(m_connection, const_cast<ConnectionPtr &>(other));
    return states.value(0);
}

void tst_LiveTrino::type_data()
{
    QTest::addColumn<QString>("expression");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *expression, const char *type, const char *text) {
        QTest::newRow(expression) << QString::fromUtf8(expression) << QString::fromUtf8(type) << QString::fromUtf8(text);
    };
    row("true", "boolean", "true");
    row("TINYINT '-128'", "tinyint", "-128");
    row("SMALLINT '32767'", "smallint", "32767");
    row("2147483647", "integer", "2147483647");
    row("BIGINT '9007199254740993'", "bigint", "9007199254740993");
    row("BIGINT '-9223372036854775808'", "bigint", "-9223372036854775808");
    row("nan()", "double", "NaN");
    row("-infinity()", "double", "-Infinity");
    row("DECIMAL '99999999999999999999999999999999999999'", "decimal(38,0)", "99999999999999999999999999999999999999");
    row("DECIMAL '-0.50'", "decimal(2,2)", "-0.50");
    row("'it''s'", "varchar(4)", "it's");
    row("CAST('a' AS char(3))", "char(3)", "a  ");
    row("X'CAFE'", "varbinary", "cafe");
    row("JSON '{\"b\":1,\"a\":2}'", "json", "{\"a\":2,\"b\":1}");
    row("DATE '2026-08-01'", "date", "2026-08-01");
    row("DATE '12026-01-01'", "date", "+12026-01-01");
    row("DATE '-0044-03-15'", "date", "-0044-03-15");
    row("TIME '12:34:56.789'", "time(3)", "12:34:56.789");
    row("TIME '12:34:56.123456789012'", "time(12)", "12:34:56.123456789012");
    row("TIME '12:34:56.789 +05:30'", "time(3) with time zone", "12:34:56.789+05:30");
    row("TIMESTAMP '2024-02-29 12:34:56'", "timestamp(0)", "2024-02-29 12:34:56");
    row("TIMESTAMP '2024-02-29 12:34:56.123456789012'", "timestamp(12)", "2024-02-29 12:34:56.123456789012");
    row("TIMESTAMP '0001-01-01 00:00:00.123456789'", "timestamp(9)", "0001-01-01 00:00:00.123456789");
    row("TIMESTAMP '2024-02-29 12:34:56.789 Europe/Berlin'", "timestamp(3) with time zone", "2024-02-29 12:34:56.789 Europe/Berlin");
    row("TIMESTAMP '2024-02-29 12:34:56.789 +00:00'", "timestamp(3) with time zone", "2024-02-29 12:34:56.789 UTC");
    row("INTERVAL '-1 02:03:04.005' DAY TO SECOND", "interval day to second", "-1 02:03:04.005");
    row("INTERVAL '-2-3' YEAR TO MONTH", "interval year to month", "-2-3");
    row("UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59");
    row("IPADDRESS '2001:db8::1'", "ipaddress", "2001:db8::1");
    row("ARRAY[1, NULL, 3]", "array(integer)", "[1,null,3]");
    row("CAST(ROW(1, 'x') AS row(a integer, \"b c\" varchar))", "row(a integer,\"b c\" varchar)", "{\"a\":1,\"b c\":\"x\"}");
    if (qEnvironmentVariableIntValue("GREBE_LIVE_TRINO_VERSION") >= 483) { // the one of these tests that has them
        row("NUMBER '1.5e-42'", "number", "1.5E-42");
        row("CAST('12345678901234567890123456789012345678901234567890.5' AS number)", "number", "12345678901234567890123456789012345678901234567890.5");
        row("CAST('Infinity' AS number)", "number", "+Infinity");
        row("CAST(JSON '{\"a\":[1,null]}' AS variant)", "variant", "{\"a\":[1,null]}");
    }
    row("NULL", "unknown", "NULL");
    row("CAST(NULL AS bigint)", "bigint", "NULL");
}

void tst_LiveTrino::type()
{
    QFETCH(QString, expression);
    QFETCH(QString, type);
    QFETCH(QString, text);
    StatementRun run(m_connection->prepare(u"SELECT %1 AS v"_s.arg(expression)));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 1);
    const ColumnFormatter formatter(run.schema()->field(0));
    QCOMPARE(formatter.typeText().replace(u", "_s, u","_s).toLower(), type.replace(u", "_s, u","_s));
    const bool isNull = formatter.isNull(*run.batches().first(), 0, 0);
    QCOMPARE(isNull ? u"NULL"_s : formatter.text(*run.batches().first(), 0, 0), text);
    QVERIFY2(run.warnings().isEmpty(), run.log());
}

void tst_LiveTrino::error_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("name");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("columnNumber");
    QTest::newRow("a syntax error") << u"SELECT 1\n FROM FROM x"_s << u"SYNTAX_ERROR"_s << Error::Code::InvalidArgument << 2 << 7;
    QTest::newRow("a table that is not there") << u"SELECT *\nFROM memory.default.nowhere"_s << u"TABLE_NOT_FOUND"_s << Error::Code::NotFound << 2 << 6;
    QTest::newRow("a column behind letters that UTF-16 counts twice") << u"SELECT '😀😀', nowhere"_s << u"COLUMN_NOT_FOUND"_s << Error::Code::NotFound << 1 << 14;
    QTest::newRow("a division by zero while it runs") << u"SELECT 1 / (nationkey - nationkey) FROM tpch.tiny.nation"_s << u"DIVISION_BY_ZERO"_s << Error::Code::InvalidArgument << 0 << 0;
    QTest::newRow("a second statement") << u"SELECT 1; SELECT 2"_s << u"SYNTAX_ERROR"_s << Error::Code::InvalidArgument << 1 << 9;
    QTest::newRow("nothing but a comment") << u"-- nothing"_s << QString() << Error::Code::InvalidArgument << 0 << 0;
}

void tst_LiveTrino::error()
{
    QFETCH(QString, sql);
    StatementRun run(m_connection->prepare(sql));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QTEST(run.error().vendorCode, "name");
    QTEST(run.error().code, "code");
    QTEST(run.error().line, "line");
    QTEST(run.error().column, "columnNumber");
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

void tst_LiveTrino::cancelIsSeenOnTheServer()
{
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY2(run.waitFor([](const StatementRun &r) {
        const auto progress = r.progress();
        return !progress.isEmpty() && progress.last().state == Progress::State::Running;
    }), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY2(run.error().message.contains("stopped on the server"_L1), run.log());
    QCOMPARE(stateOf(run->queryId()), u"FAILED USER_CANCELED"_s);
    QCOMPARE(column(u"SELECT 1"_s), QStringList(u"1"_s)); // the session is none the worse
}

void tst_LiveTrino::lettingGoIsSeenOnTheServer()
{
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY2(run.waitFor([](const StatementRun &r) {
        const auto progress = r.progress();
        return !progress.isEmpty() && progress.last().state == Progress::State::Running;
    }), run.log());
    const QString id = run->queryId();
    run.destroy();
    m_connection.reset(); // its thread stays until the server was told
    m_connection = connectTo();
    QCOMPARE(stateOf(id), u"FAILED USER_CANCELED"_s);
}

void tst_LiveTrino::cancelBeforeAnythingRuns()
{
    StatementRun run(m_connection->prepare(u"CREATE TABLE memory.default.never AS SELECT 1 a"_s));
    run->cancel();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY(!run.error().mayHaveRun);
    QCOMPARE(run.endCount(), 1);
    QCOMPARE(this->run(u"SELECT * FROM memory.default.never"_s).vendorCode, u"TABLE_NOT_FOUND"_s);
}

void tst_LiveTrino::partialCancelKeepsRows()
{
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.sf100.lineitem"_s));
    QVERIFY2(run.waitFor([](const StatementRun &r) {
        const auto progress = r.progress();
        return !progress.isEmpty() && progress.last().rowCount > 0;
    }), run.log());
    run->cancelPartially();
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 1);
    QVERIFY(!run.summary().partialReason.isEmpty());
}

void tst_LiveTrino::pauseAndResume()
{
    StatementRun run(m_connection->prepare(u"SELECT * FROM tpch.sf1.orders LIMIT 200000"_s));
    QVERIFY2(run.waitForBatches(1), run.log());
    run->pause();
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 200000);
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

void tst_LiveTrino::sessionStateFollowsStatements()
{
    QCOMPARE(run(u"USE tpch.tiny"_s).message, QString());
    QTRY_COMPARE(m_connection->session().current, ObjectPath({ u"tpch"_s, u"tiny"_s }));
    QCOMPARE(column(u"SELECT count(*) FROM nation"_s), QStringList(u"25"_s));
    QCOMPARE(run(u"SET SESSION query_max_run_time = '1h, 2m=3'"_s).vendorCode, u"INVALID_SESSION_PROPERTY"_s);
    QCOMPARE(run(u"SET SESSION query_max_run_time = '61m'"_s).message, QString());
    QTRY_COMPARE(m_connection->session().properties.value(u"query_max_run_time"_s), u"61m"_s);
    QCOMPARE(column(u"SHOW SESSION LIKE 'query_max_run_time'"_s).size(), 1);
    QCOMPARE(run(u"RESET SESSION query_max_run_time"_s).message, QString());
    QTRY_VERIFY(m_connection->session().properties.isEmpty());
    QCOMPARE(run(u"SET TIME ZONE 'Asia/Tokyo'"_s).message, QString());
    QTRY_COMPARE(m_connection->session().timeZone, u"Asia/Tokyo"_s);
    QCOMPARE(column(u"SELECT current_timezone()"_s), QStringList(u"Asia/Tokyo"_s));
    QCOMPARE(run(u"PREPARE twice FROM SELECT ? * 2"_s).message, QString());
    QTRY_COMPARE(m_connection->session().preparedStatements, QStringList(u"twice"_s));
    QCOMPARE(column(u"EXECUTE twice USING 21"_s), QStringList(u"42"_s));
    QCOMPARE(run(u"DEALLOCATE PREPARE twice"_s).message, QString());
    QTRY_VERIFY(m_connection->session().preparedStatements.isEmpty());
    QCOMPARE(run(u"SET ROLE ALL"_s).message, QString());
    QTRY_COMPARE(m_connection->session().roles.value(u"system"_s), u"ALL"_s);
    QCOMPARE(run(u"SET PATH tpch.tiny, memory.default"_s).message, QString());
    QCOMPARE(column(u"SELECT current_path"_s), QStringList(u"tpch.tiny, memory.default"_s));
    QVERIFY(m_connection->newSession()->session().current.isEmpty());
}

void tst_LiveTrino::transaction()
{
    QVERIFY(valueOf(m_connection->begin()));
    QTRY_VERIFY(m_connection->session().inTransaction);
    QCOMPARE(column(u"SELECT count(*) FROM tpch.tiny.nation"_s), QStringList(u"25"_s));
    QVERIFY(valueOf(m_connection->list(ObjectPath()))); // metadata stays outside of it
    QVERIFY(valueOf(m_connection->commit()));
    QTRY_VERIFY(!m_connection->session().inTransaction);
    QVERIFY(valueOf(m_connection->begin()));
    QCOMPARE(run(u"SELECT * FROM tpch.tiny.nowhere"_s).vendorCode, u"TABLE_NOT_FOUND"_s);
    QCOMPARE(run(u"SELECT 1"_s).vendorCode, u"TRANSACTION_ALREADY_ABORTED"_s);
    QVERIFY(valueOf(m_connection->rollback()));
    QTRY_VERIFY(!m_connection->session().inTransaction);
    QCOMPARE(valueOf(m_connection->commit()).error().vendorCode, u"NOT_IN_TRANSACTION"_s);
}

void tst_LiveTrino::updateCounts()
{
    run(u"DROP TABLE IF EXISTS memory.default.counted"_s);
    StatementRun create(m_connection->prepare(u"CREATE TABLE memory.default.counted AS SELECT nationkey FROM tpch.tiny.nation"_s));
    QVERIFY2(create.waitForEnd() && create.hasFinished(), create.log());
    QCOMPARE(create.summary().updateType, u"CREATE TABLE"_s);
    QCOMPARE(create.summary().affectedRows, 25);
    QCOMPARE(create.rowCount(), 0);
    QVERIFY(!create.schema());
    StatementRun insert(m_connection->prepare(u"INSERT INTO memory.default.counted VALUES 100, 101, 102"_s));
    QVERIFY2(insert.waitForEnd() && insert.hasFinished(), insert.log());
    QCOMPARE(insert.summary().updateType, u"INSERT"_s);
    QCOMPARE(insert.summary().affectedRows, 3);
    QVERIFY(!insert.schema());
    StatementRun select(m_connection->prepare(u"SELECT count(*) AS rows FROM memory.default.counted"_s));
    QVERIFY2(select.waitForEnd() && select.hasFinished(), select.log());
    QCOMPARE(select.rowCount(), 1);
    QVERIFY(!select.summary().affectedRows);
    StatementRun drop(m_connection->prepare(u"DROP TABLE memory.default.counted"_s));
    QVERIFY2(drop.waitForEnd() && drop.hasFinished(), drop.log());
    QCOMPARE(drop.summary().updateType, u"DROP TABLE"_s);
    QVERIFY(!drop.summary().affectedRows);
}

void tst_LiveTrino::parameters_data()
{
    QTest::addColumn<QString>("explicitPrepare");
    QTest::newRow("in EXECUTE IMMEDIATE") << u"false"_s;
    QTest::newRow("written into the text") << u"true"_s;
}

void tst_LiveTrino::parameters()
{
    QFETCH(QString, explicitPrepare);
    m_connection = connectTo({ { u"explicitPrepare"_s, explicitPrepare } });
    StatementOptions options;
    options.parameters = { 5, qint64(9007199254740993), u"it's a '?'"_s, QByteArray("\xca\xfe"), QDate(2026, 8, 1), u"12.50"_s, -1, QVariant() };
    options.parameterTypes = { {}, {}, {}, {}, {}, u"decimal(4, 2)"_s };
    StatementRun run(m_connection->prepare(
        u"SELECT ?, ?, ?, ?, ?, -- ? not me\n '?', ?, 10-?, ?"_s, options));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QStringList texts;
    for (int i = 0; i < run.schema()->num_fields(); ++i)
        texts << ColumnFormatter(run.schema()->field(i)).text(*run.batches().first(), i, 0);
    QCOMPARE(texts, QStringList({ u"5"_s, u"9007199254740993"_s, u"it's a '?'"_s, u"cafe"_s, u"2026-08-01"_s, u"?"_s, u"12.50"_s, u"11"_s, QString() }));
}

void tst_LiveTrino::parametersOfTheWrongNumber()
{
    StatementOptions options;
    options.parameters = { 1 };
    StatementRun run(m_connection->prepare(u"SELECT ?, ?"_s, options));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidArgument);
    QVERIFY2(run.error().message.contains("2 parameters"_L1), run.log());
}

void tst_LiveTrino::placeOfAnErrorWithParameters_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("columnNumber");
    QTest::newRow("syntax, first line") << u"SELECT ? FROM FROM x"_s << u"SYNTAX_ERROR"_s << 1 << 15;
    QTest::newRow("syntax, later line") << u"SELECT ?\n FROM FROM x"_s << u"SYNTAX_ERROR"_s << 2 << 7;
    QTest::newRow("column, first line") << u"SELECT ?, nowhere"_s << u"COLUMN_NOT_FOUND"_s << 1 << 11;
    QTest::newRow("column, later line") << u"SELECT ?,\n nowhere"_s << u"COLUMN_NOT_FOUND"_s << 2 << 2;
    QTest::newRow("column behind a quote") << u"SELECT 'it''s', ?, nowhere"_s << u"COLUMN_NOT_FOUND"_s << 1 << 20;
}

void tst_LiveTrino::placeOfAnErrorWithParameters()
{
    QFETCH(QString, sql);
    StatementOptions options;
    options.parameters = { 1 };
    StatementRun run(m_connection->prepare(sql, options));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QTEST(run.error().vendorCode, "name");
    QTEST(run.error().line, "line");
    QTEST(run.error().column, "columnNumber");
}

void tst_LiveTrino::metadata()
{
    QCOMPARE(run(u"CREATE SCHEMA IF NOT EXISTS memory.\"live test\""_s).message, QString());
    QCOMPARE(run(u"DROP TABLE IF EXISTS memory.\"live test\".\"a.b\""_s).message, QString());
    QCOMPARE(run(u"CREATE TABLE memory.\"live test\".\"a.b\" (id bigint NOT NULL COMMENT 'the key', "
                 u"place row(street varchar(10), \"zip code\" integer), list array(row(x date)))"_s).message, QString());
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
    QVERIFY(names({}).contains(u"catalog tpch: "_s));
    QVERIFY(names(ObjectPath({ u"memory"_s })).contains(u"schema live test: "_s));
    QCOMPARE(names(schema), QStringList({ u"table a.b: "_s, u"view v: "_s }));
    const auto columns = valueOf(m_connection->list(table));
    QVERIFY2(columns, qPrintable(columns ? QString() : columns.error().message));
    QCOMPARE(columns->size(), 3);
    QCOMPARE(columns->at(0).type, u"bigint"_s);
    QCOMPARE(columns->at(0).comment, u"the key"_s);
    QVERIFY(!columns->at(0).isNullable);
    QVERIFY(!columns->at(0).hasChildren);
    QVERIFY(columns->at(1).hasChildren);
    QCOMPARE(names(table.child(u"place"_s)), QStringList({ u"field street: varchar(10)"_s, u"field zip code: integer"_s }));
    QCOMPARE(names(table.child(u"list"_s)), QStringList({ u"field x: date"_s }));
    QVERIFY(valueOf(m_connection->definition(table)).value_or(QString()).startsWith(u"CREATE TABLE"_s));
    QVERIFY(valueOf(m_connection->definition(schema.child(u"v"_s))).value_or(QString()).startsWith(u"CREATE VIEW"_s));
    QVERIFY(valueOf(m_connection->definition(schema)).value_or(QString()).startsWith(u"CREATE SCHEMA"_s));
    QCOMPARE(valueOf(m_connection->list(ObjectPath({ u"nowhere"_s }))).error().code, Error::Code::NotFound);
    QCOMPARE(column(u"SELECT DISTINCT source FROM system.runtime.queries WHERE query = 'SHOW CREATE VIEW \"memory\".\"live test\".\"v\"'"_s), QStringList(u"grebe-metadata"_s));
}

void tst_LiveTrino::unknownTimeZone()
{
    m_connection = connectTo({ { u"timezone"_s, u"Nowhere/Else"_s } });
    const Error error = run(u"SELECT 1"_s);
    QVERIFY2(error.message.contains("Time zone not supported"_L1), qPrintable(error.message));
}

void tst_LiveTrino::manyStatementsAtOnce()
{
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 30; ++i)
        runs.push_back(std::make_unique<StatementRun>(m_connection->prepare(u"SELECT %1 FROM tpch.tiny.nation"_s.arg(i))));
    for (const auto &run : runs) {
        QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
        QCOMPARE(run->rowCount(), 25);
    }
}

void tst_LiveTrino::signsInOverTls_data()
{
    QTest::addColumn<QMap<QString, QString>>("options");
    QTest::addColumn<ConnectionStep::Kind>("step");
    QTest::addColumn<ConnectionStep::State>("state");
    const QString authority = qEnvironmentVariable("GREBE_LIVE_TRINO_CA");
    const QString password = qEnvironmentVariable("GREBE_LIVE_TRINO_PASSWORD");
    using Options = QMap<QString, QString>;
    using enum ConnectionStep::State;
    const QString plainPort = QString::number(m_parameters.port());
    QTest::newRow("to a port that does not speak it") << Options { { u"SSL"_s, u"true"_s }, { u"port"_s, plainPort } } << ConnectionStep::Kind::Tls << Failed;
    if (authority.isEmpty())
        return; // this server has no TLS
    QTest::newRow("with its authority and the password") << Options { { u"caFile"_s, authority }, { u"password"_s, password } } << ConnectionStep::Kind::SignIn << Done;
    QTest::newRow("with a wrong password") << Options { { u"caFile"_s, authority }, { u"password"_s, u"wrong"_s } } << ConnectionStep::Kind::SignIn << Failed;
    QTest::newRow("without a password") << Options { { u"caFile"_s, authority } } << ConnectionStep::Kind::SignIn << Failed;
    QTest::newRow("with an authority that is not known") << Options { { u"password"_s, password } } << ConnectionStep::Kind::Tls << Failed;
    QTest::newRow("with the check switched off") << Options { { u"SSLVerification"_s, u"NONE"_s }, { u"password"_s, password } } << ConnectionStep::Kind::SignIn << Done;
    QTest::newRow("with a name that is not in the certificate") << Options { { u"caFile"_s, authority }, { u"hostnameInCertificate"_s, u"other.example"_s }, { u"password"_s, password } } << ConnectionStep::Kind::Tls << Failed;
}

void tst_LiveTrino::signsInOverTls()
{
    using Options = QMap<QString, QString>;
    QFETCH(Options, options);
    QFETCH(ConnectionStep::Kind, step);
    QFETCH(ConnectionStep::State, state);
    const ConnectionParameters plain = m_parameters;
    const auto restore = qScopeGuard([&] { m_parameters = plain; });
    if (const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_TLS_URL"); !url.isEmpty())
        m_parameters = ConnectionParameters::fromUrl(url, engineInfos()).value();
    m_connection = connectTo(options);
    QMap<ConnectionStep::Kind, ConnectionStep> steps;
    connect(m_connection.get(), &Connection::stepChanged, this,
            [&](const ConnectionStep &changed) { steps.insert(changed.kind, changed); });
    const Result<ServerInfo> info = valueOf(m_connection->open());
    QTRY_COMPARE_WITH_TIMEOUT(steps.value(step).state, state, 2s);
    QCOMPARE(info.has_value(), state == ConnectionStep::State::Done);
    StatementRun run(m_connection->prepare(u"SELECT count(*) FROM tpch.tiny.orders"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QCOMPARE(run.hasFinished(), info.has_value());
    if (info) {
        QVERIFY2(info->tlsDescription.startsWith("TLS 1.3"_L1), qPrintable(info->tlsDescription));
        QCOMPARE(info->user, u"grebe"_s);
        QCOMPARE(run.cell(0, 0), u"15000"_s);
    } else if (step == ConnectionStep::Kind::SignIn) {
        QCOMPARE(info.error().code, Error::Code::Unauthenticated);
        QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    }
}

QTEST_GUILESS_MAIN(tst_LiveTrino)

#include "tst_live_trino.moc"
