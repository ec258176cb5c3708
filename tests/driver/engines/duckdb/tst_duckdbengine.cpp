// SPDX-License-Identifier: Apache-2.0
#include <arrow/api.h>

#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "statementrun.h"

#include <QDateTime>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>
#include <QUuid>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

ConnectionPtr connectTo(const QString &url)
{
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engineInfos());
    if (!parameters)
        qFatal("%s", qPrintable(parameters.error().ticketText()));
    const EngineEntry *entry = engineEntry(u"duckdb"_s);
    return makeConnection(entry->create(*parameters, nullptr), entry->info(), *parameters);
}

template<typename T>
Result<T> waitFor(QFuture<Result<T>> future)
{
    future.waitForFinished();
    return future.takeResult();
}

template<typename T>
Error errorOf(const Result<T> &result)
{
    return result ? Error { .message = u"(no error)"_s } : result.error();
}

QString textOf(const StatementRun &run, int column = 0, qint64 row = 0)
{
    const auto batches = run.batches();
    if (batches.isEmpty())
        return u"(no rows)"_s;
    const ColumnFormatter formatter(run.schema()->field(column));
    std::string text;
    return formatter.appendText(*batches.first(), column, row, text) ? QString::fromStdString(text) : u"NULL"_s;
}

/// The first value of the first row, or the error.
QString valueOf(Connection &connection, const QString &sql, const StatementOptions &options = {})
{
    StatementRun run(connection.prepare(sql, options));
    if (!run.waitForEnd())
        return u"(no end)"_s;
    if (!run.problems().isEmpty())
        return QString::fromUtf8(run.problems());
    return run.hasFailed() ? codeName(run.error().code) + u": "_s + run.error().message : textOf(run);
}

QStringList namesOf(const Result<QList<ObjectInfo>> &infos)
{
    if (!infos)
        return { infos.error().message };
    QStringList names;
    for (const ObjectInfo &info : *infos)
        names << info.name();
    return names;
}

} // namespace

class tst_DuckDbEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void typeIsExact_data();
    void typeIsExact();
    void errorIsPlaced_data();
    void errorIsPlaced();
    void parameterIsExact_data();
    void parameterIsExact();
    void wrongParameters();
    void openTellsItsStep();
    void fileIsShared();
    void readOnlyFile();
    void dataFilesAreViews();
    void memoryBelongsToTheConnection();
    void sampleLooksRight();
    void metadataLevels();
    void definitions();
    void statementsTakeTurns();
    void pausedStatementMakesRoom();
    void partialCancel();
    void networkExtensionsAreNotLoaded();
    void returningCounts();
    void firstRowsComeFirst();
    void closeReleasesTheFile();
    void intervalBeyondArrow();
    void failedCommitEndsTheTransaction();
    void abortedTransactionWaitsForRollback();
};

void tst_DuckDbEngine::typeIsExact_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const char *sql, const char *type, const char *text) {
        QTest::newRow(name) << QString::fromUtf8(sql) << QString::fromUtf8(type) << QString::fromUtf8(text);
    };
    row("a truth", "true", "BOOLEAN", "true");
    row("a truth that is null", "NULL::BOOLEAN", "BOOLEAN", "NULL");
    row("the least bigint", "(-9223372036854775808)::BIGINT", "BIGINT", "-9223372036854775808");
    row("the greatest unsigned bigint", "18446744073709551615::UBIGINT", "UBIGINT", "18446744073709551615");
    row("the greatest hugeint", "170141183460469231731687303715884105727::HUGEINT", "HUGEINT", "170141183460469231731687303715884105727");
    row("the least hugeint", "(-170141183460469231731687303715884105727)::HUGEINT - 1", "HUGEINT", "-170141183460469231731687303715884105728");
    row("the greatest unsigned hugeint", "340282366920938463463374607431768211455::UHUGEINT", "UHUGEINT", "340282366920938463463374607431768211455");
    row("a null hugeint", "NULL::HUGEINT", "HUGEINT", "NULL");
    row("a big number", "'123456789012345678901234567890123456789012345'::BIGNUM", "BIGNUM", "123456789012345678901234567890123456789012345");
    row("a negative big number", "'-1000000000000000000000000000000000000000000001'::BIGNUM", "BIGNUM", "-1000000000000000000000000000000000000000000001");
    row("big zero", "'0'::BIGNUM", "BIGNUM", "0");
    row("a small negative big number", "'-1'::BIGNUM", "BIGNUM", "-1");
    row("a decimal", "1234567890.10::DECIMAL(12,2)", "DECIMAL(12,2)", "1234567890.10");
    row("the widest decimal", "'-99999999999999999999999999999999999999'::DECIMAL(38,0)", "DECIMAL(38,0)", "-99999999999999999999999999999999999999");
    row("a double", "0.1::DOUBLE", "DOUBLE", "0.1");
    row("no number", "'nan'::DOUBLE", "DOUBLE", "NaN");
    row("text with all planes", "'aé€😀'", "VARCHAR", "aé€😀");
    row("empty text", "''", "VARCHAR", "");
    row("bytes", "'\\x00\\xFF'::BLOB", "BLOB", "00ff");
    row("bits", "'0010101'::BIT", "BIT", "0010101");
    row("nine bits", "'100000001'::BIT", "BIT", "100000001");
    row("an uuid", "'b518839d-3b79-4fdb-bbb7-b34aa46d2660'::UUID", "UUID", "b518839d-3b79-4fdb-bbb7-b34aa46d2660");
    row("json", "'{\"a\": [1, 2.50]}'::JSON", "JSON", "{\"a\": [1, 2.50]}");
    row("an enum", "'b'::ENUM('a', 'b')", "ENUM('a', 'b')", "b");
    row("a date before Christ", "'0044-03-15 (BC)'::DATE", "DATE", "0044-03-15 (BC)");
    row("a time", "TIME '12:34:56.123456'", "TIME", "12:34:56.123456");
    row("a time with nanoseconds", "TIME_NS '12:34:56.123456789'", "TIME_NS", "12:34:56.123456789");
    row("a time east of UTC", "'12:34:56.5+05:30'::TIMETZ", "TIME WITH TIME ZONE", "12:34:56.5+05:30");
    row("a time west of UTC", "'23:59:59.999999-15:59:59'::TIMETZ", "TIME WITH TIME ZONE", "23:59:59.999999-15:59:59");
    row("a time at UTC", "'00:00:00+00'::TIMETZ", "TIME WITH TIME ZONE", "00:00:00+00");
    row("a timestamp", "TIMESTAMP '2024-02-29 12:34:56.123456'", "TIMESTAMP", "2024-02-29 12:34:56.123456");
    row("a timestamp in seconds", "'2024-02-29 12:34:56'::TIMESTAMP_S", "TIMESTAMP_S", "2024-02-29 12:34:56");
    row("a timestamp in milliseconds", "'2024-02-29 12:34:56.125'::TIMESTAMP_MS", "TIMESTAMP_MS", "2024-02-29 12:34:56.125");
    row("a timestamp in nanoseconds", "'2024-02-29 12:34:56.123456789'::TIMESTAMP_NS", "TIMESTAMP_NS", "2024-02-29 12:34:56.123456789");
    row("an infinite timestamp", "'infinity'::TIMESTAMP", "TIMESTAMP", "infinity");
    row("an instant", "TIMESTAMPTZ '2024-02-29 12:34:56+00'", "TIMESTAMP WITH TIME ZONE", "2024-02-29 12:34:56+00");
    row("an interval", "INTERVAL '1 year 2 months 3 days 04:05:06.5'", "INTERVAL", "1 year 2 months 3 days 04:05:06.5");
    row("a list", "[1, NULL, 3]", "INTEGER[]", "[1,null,3]");
    row("a list of hugeints", "[170141183460469231731687303715884105727::HUGEINT, NULL]", "HUGEINT[]", "[\"170141183460469231731687303715884105727\",null]");
    row("a list of truths", "[true, NULL, false]", "BOOLEAN[]", "[true,null,false]");
    row("an array", "[1, 2]::INTEGER[2]", "INTEGER[2]", "[1,2]");
    row("a struct", "{'a': 1, 'b c': 'x', 'u': 'b518839d-3b79-4fdb-bbb7-b34aa46d2660'::UUID}", "STRUCT(a INTEGER, \"b c\" VARCHAR, u UUID)",
        "{\"a\":1,\"b c\":\"x\",\"u\":\"b518839d-3b79-4fdb-bbb7-b34aa46d2660\"}");
    row("a map", "MAP {'k': [1.5]}", "MAP(VARCHAR, DECIMAL(2,1)[])", "[[\"k\",[\"1.5\"]]]");
    row("a union", "union_value(k := 1)::UNION(k INTEGER, s VARCHAR)", "UNION(k INTEGER, s VARCHAR)", "1");
    row("deep nesting", "[{'m': MAP {1: ['101'::BIT]}}]", "STRUCT(m MAP(INTEGER, BIT[]))[]", "[{\"m\":[[1,[\"101\"]]]}]");
    row("null of no type", "NULL", "NULL", "NULL");
}

void tst_DuckDbEngine::typeIsExact()
{
    QFETCH(QString, sql);
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    // Three chunks and a null each, so that batches are merged.
    StatementRun run(connection->prepare(u"SELECT %1 AS v, range FROM range(5000)"_s.arg(sql)));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.problems(), QByteArray());
    QCOMPARE(run.rowCount(), 5000);
    QTEST(ColumnFormatter(run.schema()->field(0)).typeText(), "type");
    QTEST(textOf(run), "text");
    const auto last = run.batches().last();
    std::string text;
    const bool isValue = ColumnFormatter(run.schema()->field(0)).appendText(*last, 0, last->num_rows() - 1, text);
    QCOMPARE(isValue ? QString::fromStdString(text) : u"NULL"_s, textOf(run));
}

void tst_DuckDbEngine::errorIsPlaced_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    const auto row = [](const char *name, const char *sql, Error::Code code, const char *vendor, int line, int column) {
        QTest::newRow(name) << QString::fromUtf8(sql) << code << QString::fromUtf8(vendor) << line << column;
    };
    row("no such table", "SELECT *\nFROM nope", Error::Code::NotFound, "Catalog", 2, 6);
    row("not SQL", "SELEC 1", Error::Code::InvalidArgument, "Parser", 1, 1);
    row("no such column behind wide characters", "SELECT 'é😀', nocol FROM range(1)", Error::Code::InvalidArgument, "Binder", 1, 14);
    row("no such column behind a comment", "-- é\n  SELECT nocol", Error::Code::InvalidArgument, "Binder", 2, 10);
    row("a wrong number", "SELECT 'a'::INTEGER", Error::Code::InvalidArgument, "Conversion", 1, 11);
    row("a table made twice", "CREATE TABLE there (a INTEGER)", Error::Code::AlreadyExists, "Catalog", 0, 0);
    row("a key twice", "INSERT INTO there VALUES (1)", Error::Code::Integrity, "Constraint", 0, 0);
    row("no such file", "SELECT * FROM 'nope.parquet'", Error::Code::NotFound, "IO", 0, 0);
    row("nothing", "  -- only a comment", Error::Code::InvalidArgument, "", 0, 0);
    row("two statements", "SELECT 1; SELECT 2", Error::Code::InvalidArgument, "", 0, 0);
    row("commit without begin", "COMMIT", Error::Code::InvalidState, "TransactionContext", 0, 0);
}

void tst_DuckDbEngine::errorIsPlaced()
{
    QFETCH(QString, sql);
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*connection, u"CREATE TABLE there (a INTEGER PRIMARY KEY)"_s), u"(no rows)"_s);
    QCOMPARE(valueOf(*connection, u"INSERT INTO there VALUES (1)"_s), u"(no rows)"_s);
    StatementRun run(connection->prepare(sql));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFailed(), run.log());
    const Error error = run.error();
    QVERIFY2(!error.message.contains(u'{'), qPrintable(error.message));
    QTEST(error.code, "code");
    QTEST(error.vendorCode, "name");
    QTEST(error.line, "line");
    QTEST(error.column, "column");
    QCOMPARE(run.problems(), QByteArray());
}

void tst_DuckDbEngine::parameterIsExact_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("text"); // type and value
    QTest::newRow("bool") << QVariant(true) << QString() << u"BOOLEAN true"_s;
    QTest::newRow("int") << QVariant(-7) << QString() << u"INTEGER -7"_s;
    QTest::newRow("64 bits") << QVariant(std::numeric_limits<qlonglong>::min()) << QString() << u"BIGINT -9223372036854775808"_s;
    QTest::newRow("unsigned 64 bits") << QVariant(std::numeric_limits<qulonglong>::max()) << QString() << u"UBIGINT 18446744073709551615"_s;
    QTest::newRow("double") << QVariant(0.1) << QString() << u"DOUBLE 0.1"_s;
    QTest::newRow("text with a quote and a null character") << QVariant(u"a'b\0c"_s) << QString() << u"UNKNOWN a'b\0c"_s; // what DuckDB calls text that may become any type
    QTest::newRow("bytes") << QVariant(QByteArray("\0\xff", 2)) << QString() << u"BLOB \\x00\\xFF"_s;
    QTest::newRow("date") << QVariant(QDate(1969, 12, 31)) << QString() << u"DATE 1969-12-31"_s;
    QTest::newRow("time") << QVariant(QTime(1, 2, 3, 4)) << QString() << u"TIME 01:02:03.004"_s;
    QTest::newRow("local date and time is a timestamp") << QVariant(QDateTime(QDate(2024, 1, 2), QTime(3, 4, 5))) << QString()
                                                        << u"TIMESTAMP 2024-01-02 03:04:05"_s;
    QTest::newRow("instant") << QVariant(QDateTime(QDate(2024, 1, 2), QTime(3, 4, 5), QTimeZone::UTC)) << QString()
                             << u"TIMESTAMP WITH TIME ZONE 2024-01-02 03:04:05+00"_s;
    QTest::newRow("uuid") << QVariant(QUuid(u"b518839d-3b79-4fdb-bbb7-b34aa46d2660"_s)) << QString()
                          << u"UUID b518839d-3b79-4fdb-bbb7-b34aa46d2660"_s;
    QTest::newRow("uuid with the first bit clear") << QVariant(QUuid(u"0518839d-3b79-4fdb-0bb7-b34aa46d2660"_s)) << QString()
                                                   << u"UUID 0518839d-3b79-4fdb-0bb7-b34aa46d2660"_s;
    QTest::newRow("decimal") << QVariant(u"-12345678901234567890.123"_s) << u"decimal(38, 10)"_s
                             << u"DECIMAL(38,10) -12345678901234567890.1230000000"_s;
    QTest::newRow("hugeint") << QVariant(u"-170141183460469231731687303715884105727"_s) << u"HUGEINT"_s
                             << u"HUGEINT -170141183460469231731687303715884105727"_s;
    QTest::newRow("the least hugeint") << QVariant(u"-170141183460469231731687303715884105728"_s) << u"HUGEINT"_s
                                       << u"HUGEINT -170141183460469231731687303715884105728"_s;
    QTest::newRow("typed bigint") << QVariant(u"9007199254740993"_s) << u"BIGINT"_s << u"BIGINT 9007199254740993"_s;
}

void tst_DuckDbEngine::parameterIsExact()
{
    QFETCH(QVariant, value);
    QFETCH(QString, type);
    QFETCH(QString, text);
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*connection, u"SET TimeZone = 'UTC'"_s), u"(no rows)"_s);
    StatementOptions options;
    options.parameters = { value };
    options.parameterTypes = { type };
    QCOMPARE(valueOf(*connection, u"SELECT typeof($1) || ' ' || $1::VARCHAR"_s, options), text);
    options.parameters = { QVariant(value.metaType()) };
    QCOMPARE(valueOf(*connection, u"SELECT $1"_s, options), u"NULL"_s);
}

void tst_DuckDbEngine::wrongParameters()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*connection, u"SELECT ?, ?"_s, { .parameters = { 1 } }),
             u"InvalidArgument: The statement has 2 parameters, but 1 values were given."_s);
    QCOMPARE(valueOf(*connection, u"SELECT ?"_s, { .parameters = { u"1.234"_s }, .parameterTypes = { u"decimal(5,2)"_s } }),
             u"InvalidArgument: The value of parameter 1 is no decimal(5,2)."_s);
    QCOMPARE(valueOf(*connection, u"SELECT ?"_s, { .parameters = { u"1234"_s }, .parameterTypes = { u"decimal(5,2)"_s } }),
             u"InvalidArgument: The value of parameter 1 is no decimal(5,2)."_s);
}

void tst_DuckDbEngine::openTellsItsStep()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QObject here; // a QSignalSpy would be written by the engine thread
    QList<ConnectionStep> steps;
    connect(connection.get(), &Connection::stepChanged, &here, [&](const ConnectionStep &step) { steps.append(step); });
    const Result<ServerInfo> info = waitFor(connection->open());
    QVERIFY(info);
    QCOMPARE(info->product, u"DuckDB"_s);
    QVERIFY2(info->version.startsWith(u'v'), qPrintable(info->version));
    QTRY_COMPARE(steps.size(), 2);
    QCOMPARE(steps.at(1).state, ConnectionStep::State::Done);
    QCOMPARE(connection->session().current, ObjectPath({ u"memory"_s, u"main"_s }));

    const ConnectionPtr broken = connectTo(u"duckdb:/nowhere/at/all.db"_s);
    const Result<ServerInfo> failed = waitFor(broken->open());
    QVERIFY(!failed);
    QCOMPARE(failed.error().code, Error::Code::IO);
    QVERIFY2(failed.error().message.contains("/nowhere/at/all.db"_L1), qPrintable(failed.error().message));
}

void tst_DuckDbEngine::fileIsShared()
{
    const QTemporaryDir directory;
    const QString url = u"duckdb:"_s + directory.filePath(u"lake one.db"_s);
    const ConnectionPtr first = connectTo(url);
    const ConnectionPtr second = connectTo(url);
    QCOMPARE(valueOf(*first, u"CREATE TABLE t AS SELECT 42 AS a"_s), u"(no rows)"_s);
    QCOMPARE(valueOf(*second, u"SELECT a FROM t"_s), u"42"_s);
    const ConnectionPtr third = first->newSession();
    QCOMPARE(valueOf(*third, u"SELECT a FROM t"_s), u"42"_s);
    // Temporary tables and settings are a session's own.
    QCOMPARE(valueOf(*first, u"CREATE TEMP TABLE own AS SELECT 1"_s), u"(no rows)"_s);
    QVERIFY(valueOf(*third, u"SELECT * FROM own"_s).startsWith("NotFound"_L1));
}

void tst_DuckDbEngine::readOnlyFile()
{
    const QTemporaryDir directory;
    const QString url = u"duckdb:"_s + directory.filePath(u"a.db"_s);
    const ConnectionPtr missing = connectTo(url + u"?readOnly=true"_s);
    QCOMPARE(errorOf(waitFor(missing->open())).code, Error::Code::NotFound);
    const ConnectionPtr writer = connectTo(url);
    QCOMPARE(valueOf(*writer, u"CREATE TABLE t AS SELECT 1 AS a"_s), u"(no rows)"_s);
    QCOMPARE(errorOf(waitFor(missing->open())).code, Error::Code::InvalidState);
    writer->close();
    QVERIFY(errorOf(waitFor(writer->definition({}))).code == Error::Code::NotImplemented); // behind close()
    QTRY_VERIFY(waitFor(missing->open()).has_value() || (writer->close(), false));
    QCOMPARE(valueOf(*missing, u"SELECT a FROM t"_s), u"1"_s);
    QVERIFY(valueOf(*missing, u"INSERT INTO t VALUES (2)"_s).startsWith("InvalidArgument"_L1));
}

void tst_DuckDbEngine::dataFilesAreViews()
{
    const QTemporaryDir directory;
    const QString parquet = directory.filePath(u"my [odd] data.parquet"_s);
    {
        const ConnectionPtr connection = connectTo(u"duckdb:"_s);
        QCOMPARE(valueOf(*connection, u"COPY (SELECT range AS n FROM range(10)) TO '%1'"_s.arg(parquet)), u"(no rows)"_s);
    }
    QFile csv(directory.filePath(u"people.csv"_s));
    QVERIFY(csv.open(QIODevice::WriteOnly));
    csv.write("name,age\nAda,36\n");
    csv.close();
    QFile json(directory.filePath(u"people.jsonl"_s));
    QVERIFY(json.open(QIODevice::WriteOnly));
    json.write("{\"a\": 1}\n{\"a\": 2}\n");
    json.close();

    const ConnectionPtr connection = connectTo(u"duckdb:%1?files=%2,%3"_s.arg(parquet, csv.fileName(), json.fileName()));
    QCOMPARE(valueOf(*connection, u"SELECT sum(n)::BIGINT FROM \"my [odd] data\""_s), u"45"_s);
    QCOMPARE(valueOf(*connection, u"SELECT age FROM people"_s), u"36"_s);
    QCOMPARE(valueOf(*connection, u"SELECT sum(a)::BIGINT FROM people_2"_s), u"3"_s);
    const auto tables = waitFor(connection->list(ObjectPath({ u"memory"_s, u"main"_s })));
    QCOMPARE(namesOf(tables), QStringList({ u"my [odd] data"_s, u"people"_s, u"people_2"_s }));
    QCOMPARE(tables->first().kind, ObjectInfo::Kind::View);

    const ConnectionPtr missing = connectTo(u"duckdb:"_s + directory.filePath(u"nope.parquet"_s));
    const Result<ServerInfo> opened = waitFor(missing->open());
    QCOMPARE(errorOf(opened).code, Error::Code::NotFound);
    QVERIFY2(errorOf(opened).message.contains("nope.parquet"_L1), qPrintable(errorOf(opened).message));
    const ConnectionPtr wrong = connectTo(u"duckdb:?files=a.txt"_s);
    QCOMPARE(errorOf(waitFor(wrong->open())).code, Error::Code::InvalidArgument);
}

void tst_DuckDbEngine::memoryBelongsToTheConnection()
{
    const ConnectionPtr first = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*first, u"CREATE TABLE t AS SELECT 1 AS a"_s), u"(no rows)"_s);
    const ConnectionPtr session = first->newSession();
    QCOMPARE(valueOf(*session, u"SELECT a FROM t"_s), u"1"_s);
    const ConnectionPtr other = connectTo(u"duckdb:"_s);
    QVERIFY(valueOf(*other, u"SELECT a FROM t"_s).startsWith("NotFound"_L1));
}

void tst_DuckDbEngine::sampleLooksRight()
{
    const ConnectionPtr connection = connectTo(u"duckdb:sample"_s);
    StatementRun run(connection->prepare(u"SELECT country, count(*) AS orders, sum(total) AS revenue FROM orders "
                                         "JOIN customers USING (customer_id) GROUP BY ALL ORDER BY revenue DESC"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 12);
    QCOMPARE(textOf(run), u"Germany"_s);
    QCOMPARE(ColumnFormatter(run.schema()->field(2)).scale(), 2);
    QCOMPARE(valueOf(*connection, u"SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM orders) + (SELECT count(*) FROM events)"_s),
             u"1025000"_s);
    QCOMPARE(valueOf(*connection, u"SELECT count(DISTINCT customer_id) FROM customers"_s), u"25000"_s);
    QCOMPARE(valueOf(*connection, u"SELECT count(*) FROM orders ANTI JOIN customers USING (customer_id)"_s), u"0"_s);
    QCOMPARE(namesOf(waitFor(connection->list({}))), QStringList(u"sample"_s));
    QVERIFY(namesOf(waitFor(connection->list(ObjectPath({ u"sample"_s, u"main"_s })))).contains(u"orders"_s));
    QCOMPARE(valueOf(*connection, u"SELECT count(*) FROM sample.main.countries"_s), u"12"_s);
    const ConnectionPtr again = connectTo(u"duckdb:sample"_s); // made once only
    QVERIFY(waitFor(again->open()));
    QCOMPARE(again->session().current, ObjectPath({ u"sample"_s, u"main"_s }));
    QCOMPARE(valueOf(*again, u"SELECT count(*) FROM revenue_by_country"_s), u"12"_s);
}

void tst_DuckDbEngine::metadataLevels()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(namesOf(waitFor(connection->list({}))), QStringList({ u"memory"_s }));
    for (const QString &sql : { u"CREATE SCHEMA \"a.b\""_s, u"CREATE TABLE \"a.b\".\"t\"\"1\" (id INTEGER NOT NULL DEFAULT 7, "
                                                            "place STRUCT(x DOUBLE, \"in\" STRUCT(y BIT)[]), m MAP(VARCHAR, INTEGER))"_s,
                                u"COMMENT ON TABLE \"a.b\".\"t\"\"1\" IS 'the table'"_s,
                                u"COMMENT ON COLUMN \"a.b\".\"t\"\"1\".id IS 'the key'"_s,
                                u"CREATE VIEW \"a.b\".v AS SELECT 1 AS one"_s, u"CREATE SCHEMA empty"_s })
        QCOMPARE(valueOf(*connection, sql), u"(no rows)"_s);
    QCOMPARE(namesOf(waitFor(connection->list(ObjectPath({ u"memory"_s })))), QStringList({ u"a.b"_s, u"empty"_s, u"main"_s }));
    const ObjectPath schema({ u"memory"_s, u"a.b"_s });
    const auto tables = waitFor(connection->list(schema));
    QCOMPARE(namesOf(tables), QStringList({ u"t\"1"_s, u"v"_s }));
    QCOMPARE(tables->at(0).kind, ObjectInfo::Kind::Table);
    QCOMPARE(tables->at(0).comment, u"the table"_s);
    QCOMPARE(tables->at(1).kind, ObjectInfo::Kind::View);
    const ObjectPath table = schema.child(u"t\"1"_s);
    const auto columns = waitFor(connection->list(table));
    QCOMPARE(namesOf(columns), QStringList({ u"id"_s, u"place"_s, u"m"_s }));
    QCOMPARE(columns->at(0).type, u"INTEGER"_s);
    QCOMPARE(columns->at(0).isNullable, false);
    QCOMPARE(columns->at(0).defaultValue, u"7"_s);
    QCOMPARE(columns->at(0).comment, u"the key"_s);
    QCOMPARE(columns->at(0).hasChildren, false);
    QCOMPARE(columns->at(1).hasChildren, true);
    const auto fields = waitFor(connection->list(table.child(u"place"_s)));
    QCOMPARE(namesOf(fields), QStringList({ u"x"_s, u"in"_s }));
    QCOMPARE(fields->at(1).type, u"STRUCT(y BIT)[]"_s);
    QCOMPARE(fields->at(1).hasChildren, true);
    QCOMPARE(namesOf(waitFor(connection->list(fields->at(1).path))), QStringList({ u"y"_s }));
    QCOMPARE(namesOf(waitFor(connection->list(table.child(u"m"_s)))), QStringList({ u"key"_s, u"value"_s }));
    QCOMPARE(namesOf(waitFor(connection->list(table.child(u"id"_s)))), QStringList());
    QVERIFY(waitFor(connection->list(ObjectPath({ u"memory"_s, u"empty"_s })))->isEmpty());
    QCOMPARE(errorOf(waitFor(connection->list(ObjectPath({ u"memory"_s, u"nope"_s })))).code, Error::Code::NotFound);
    QCOMPARE(errorOf(waitFor(connection->list(ObjectPath({ u"nope"_s })))).code, Error::Code::NotFound);
    QCOMPARE(errorOf(waitFor(connection->list(schema.child(u"nope"_s)))).code, Error::Code::NotFound);
    QCOMPARE(namesOf(waitFor(connection->list(schema.child(u"v"_s)))), QStringList({ u"one"_s }));
}

void tst_DuckDbEngine::definitions()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*connection, u"CREATE TABLE t (a INTEGER)"_s), u"(no rows)"_s);
    QCOMPARE(waitFor(connection->definition(ObjectPath({ u"memory"_s, u"main"_s, u"t"_s }))).value(), u"CREATE TABLE t(a INTEGER);"_s);
    QCOMPARE(errorOf(waitFor(connection->definition(ObjectPath({ u"memory"_s, u"main"_s, u"x"_s })))).code, Error::Code::NotFound);
    QVERIFY(waitFor(connection->begin()));
    QCOMPARE(valueOf(*connection, u"CREATE TABLE own (b INTEGER)"_s), u"(no rows)"_s);
    QCOMPARE(waitFor(connection->definition(ObjectPath({ u"memory"_s, u"main"_s, u"own"_s }))).value(), u"CREATE TABLE own(b INTEGER);"_s);
    QVERIFY(waitFor(connection->rollback()));
}

void tst_DuckDbEngine::statementsTakeTurns()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 8; ++i)
        runs.push_back(std::make_unique<StatementRun>(connection->prepare(u"SELECT %1, range FROM range(100000)"_s.arg(i))));
    for (const auto &run : runs) {
        QVERIFY2(run->waitForEnd(), run->log());
        QCOMPARE(run->problems(), QByteArray());
        QCOMPARE(run->rowCount(), 100000);
    }
}

void tst_DuckDbEngine::pausedStatementMakesRoom()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    StatementRun first(connection->prepare(u"SELECT range, range::VARCHAR FROM range(1000000)"_s), false);
    first.onBatch([](Statement &statement, const auto &) { statement.pause(); });
    first->start();
    QVERIFY(first.waitForBatches(1));
    const qsizetype before = first.batchCount();
    QCOMPARE(valueOf(*connection, u"SELECT 42"_s), u"42"_s); // would wait for ever if the first kept its turn
    QVERIFY2(first.batchCount() <= before + 1, first.log());
    QCOMPARE(first.endCount(), 0);
    first.onBatch({});
    first->resume();
    QVERIFY2(first.waitForEnd(), first.log());
    QCOMPARE(first.rowCount(), 1000000);
    QCOMPARE(first.problems(), QByteArray());
}

void tst_DuckDbEngine::partialCancel()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    StatementRun run(connection->prepare(u"SELECT range FROM range(100000000)"_s), false);
    run.onBatch([](Statement &statement, const auto &) { statement.cancelPartially(); });
    run->start();
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QVERIFY(!run.summary().partialReason.isEmpty());
    QVERIFY(run.rowCount() > 0);
    QCOMPARE(run.problems(), QByteArray());
    QCOMPARE(valueOf(*connection, u"SELECT 1"_s), u"1"_s);
}

void tst_DuckDbEngine::networkExtensionsAreNotLoaded()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    for (const QString &setting : { u"autoinstall_known_extensions"_s, u"autoload_known_extensions"_s })
        QCOMPARE(valueOf(*connection, u"SELECT current_setting('%1')"_s.arg(setting)), u"false"_s);
    const QString answer = valueOf(*connection, u"SELECT * FROM 'https://127.0.0.1:1/a.parquet'"_s);
    QVERIFY2(answer.startsWith("NotImplemented"_L1), qPrintable(answer));
}

void tst_DuckDbEngine::returningCounts()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*connection, u"CREATE TABLE t (a INTEGER)"_s), u"(no rows)"_s);
    StatementRun run(connection->prepare(u"INSERT INTO t SELECT range FROM range(5000) RETURNING a"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QCOMPARE(run.summary().affectedRows, 5000);
    QCOMPARE(run.summary().updateType, u"INSERT"_s);
    QCOMPARE(run.rowCount(), 5000);
}

void tst_DuckDbEngine::firstRowsComeFirst()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    StatementRun run(connection->prepare(u"SELECT range FROM range(1000000)"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY(run.batches().first()->num_rows() <= 2048);
    QVERIFY2(run.largestBatch() > 2048, run.log());
    QVERIFY2(run.largestBatch() <= 65536 + 2048, run.log());
}

void tst_DuckDbEngine::closeReleasesTheFile()
{
    const QTemporaryDir directory;
    const QString file = directory.filePath(u"a.db"_s);
    const ConnectionPtr connection = connectTo(u"duckdb:"_s + file);
    QCOMPARE(valueOf(*connection, u"CREATE TABLE t AS SELECT 1 AS a"_s), u"(no rows)"_s);
    QVERIFY(QFile::exists(file + u".wal"_s));
    connection->close();
    QTRY_VERIFY(!QFile::exists(file + u".wal"_s)); // written back as the database was closed
    QCOMPARE(valueOf(*connection, u"SELECT a FROM t"_s), u"1"_s);
}

void tst_DuckDbEngine::intervalBeyondArrow()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    const QString answer = valueOf(*connection, u"SELECT to_hours(2562047)"_s); // 292 years are 2559672 hours
    QVERIFY2(answer == "2562047:00:00"_L1, qPrintable(answer));
    const QString beyond = valueOf(*connection, u"SELECT to_hours(2562048)"_s);
    QVERIFY2(beyond.startsWith("NotImplemented"_L1), qPrintable(beyond));
    QCOMPARE(valueOf(*connection, u"SELECT to_hours(2562048)::VARCHAR"_s), u"2562048:00:00"_s);
}

void tst_DuckDbEngine::failedCommitEndsTheTransaction()
{
    const ConnectionPtr first = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*first, u"CREATE TABLE t (a INTEGER PRIMARY KEY)"_s), u"(no rows)"_s);
    const ConnectionPtr second = first->newSession();
    for (Connection *connection : { first.get(), second.get() }) {
        QVERIFY(waitFor(connection->begin()));
        QCOMPARE(valueOf(*connection, u"INSERT INTO t VALUES (1)"_s), u"(no rows)"_s);
    }
    QVERIFY(waitFor(first->commit()));
    const Result<void> committed = waitFor(second->commit());
    QVERIFY(!committed);
    QVERIFY(!second->session().inTransaction);
    QVERIFY(waitFor(second->begin())); // there is none any more
    QVERIFY(waitFor(second->rollback()));
}

void tst_DuckDbEngine::abortedTransactionWaitsForRollback()
{
    const ConnectionPtr connection = connectTo(u"duckdb:"_s);
    QCOMPARE(valueOf(*connection, u"CREATE TABLE t (a INTEGER PRIMARY KEY)"_s), u"(no rows)"_s);
    QCOMPARE(valueOf(*connection, u"/* by hand */ BEGIN"_s), u"(no rows)"_s);
    QVERIFY(connection->session().inTransaction);
    QVERIFY(valueOf(*connection, u"INSERT INTO t VALUES (1), (1)"_s).startsWith("Integrity"_L1));
    QVERIFY(valueOf(*connection, u"SELECT 1"_s).startsWith("InvalidState"_L1));
    QVERIFY(connection->session().inTransaction);
    QCOMPARE(valueOf(*connection, u"ROLLBACK"_s), u"(no rows)"_s);
    QVERIFY(!connection->session().inTransaction);
    QCOMPARE(valueOf(*connection, u"SELECT 1"_s), u"1"_s);
}

QTEST_GUILESS_MAIN(tst_DuckDbEngine)
#include "tst_duckdbengine.moc"
