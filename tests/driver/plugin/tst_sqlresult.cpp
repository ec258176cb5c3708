// SPDX-License-Identifier: Apache-2.0
#include "extension/driverextension.h"
#include "extension/resultstore.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QElapsedTimer>
#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlField>
#include <QSqlQuery>
#include <QSqlRecord>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>
#include <QUuid>

#include <csignal>
#include <limits>
#include <thread>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

// QSqlQuery on the real plugin and the embedded engine.
class tst_SqlResult : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void scrolling();
    void forwardOnly();
    void forwardOnlyLast();
    void noRows();
    void readsNoFurtherThanNeeded();
    void columns();
    void values_data();
    void values();
    void nulls();
    void precisionPolicy();
    void rowsAffected();
    void errors_data();
    void errors();
    void errorBehindRows();
    void boundValuesRoundTrip_data();
    void boundValuesRoundTrip();
    void namedPlaceholders_data();
    void namedPlaceholders();
    void placeholdersThatDoNotFit();
    void preparedAgain();
    void batches();
    void cancelFromAnotherThread();
    void resultOutlivesDatabase();
    void largeResultGoesToDisk();
    void fullDiskEndsTheResult();
    void finish();

private:
    QSqlDatabase m_database;
};

void tst_SqlResult::initTestCase()
{
    m_database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, u"test"_s);
    QVERIFY2(m_database.open(), qPrintable(m_database.lastError().text()));
    QVERIFY(QSqlQuery(m_database).exec(u"SET TimeZone = 'UTC'"_s));
}

void tst_SqlResult::cleanupTestCase()
{
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(u"test"_s);
}

void tst_SqlResult::scrolling()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"SELECT range FROM range(5000)"_s));
    QVERIFY(query.isSelect());
    QVERIFY(query.isActive());
    QCOMPARE(query.at(), int(QSql::BeforeFirstRow));
    QVERIFY(query.last());
    QCOMPARE(query.value(0), 4999);
    QCOMPARE(query.at(), 4999);
    QCOMPARE(query.size(), -1); // the driver has no QuerySize
    QVERIFY(!query.next());
    QCOMPARE(query.at(), int(QSql::AfterLastRow));
    QVERIFY(query.previous());
    QCOMPARE(query.value(0), 4999);
    QVERIFY(query.seek(17));
    QCOMPARE(query.value(0), 17);
    QVERIFY(query.seek(-2, true));
    QCOMPARE(query.value(0), 15);
    QVERIFY(query.first());
    QCOMPARE(query.value(0), 0);
    QVERIFY(!query.seek(5000));
}

void tst_SqlResult::forwardOnly()
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    QVERIFY(query.exec(u"SELECT range FROM range(300000)"_s));
    qint64 expected = 0;
    while (query.next()) {
        if (query.value(0).toLongLong() != expected)
            QCOMPARE(query.value(0).toLongLong(), expected);
        ++expected;
    }
    QCOMPARE(expected, 300000);
    QVERIFY(!query.lastError().isValid());
    QVERIFY(query.exec(u"SELECT range FROM range(10)"_s));
    QVERIFY(query.seek(5));
    QCOMPARE(query.value(0), 5);
}

void tst_SqlResult::forwardOnlyLast()
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    QVERIFY(query.exec(u"SELECT range FROM range(300000)"_s));
    QVERIFY(query.last());
    QCOMPARE(query.value(0), 299999);
}

void tst_SqlResult::noRows()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"SELECT 1 AS a, 'x' AS b WHERE false"_s));
    QVERIFY(query.isSelect());
    QCOMPARE(query.record().count(), 2);
    QVERIFY(!query.next());
    QVERIFY(!query.last());
    QVERIFY(!query.lastError().isValid());
}

void tst_SqlResult::readsNoFurtherThanNeeded()
{
    // 400 GB, were it all read.
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    QVERIFY(query.exec(u"SELECT range, repeat('x', 4000) AS t FROM range(100000000)"_s));
    for (int i = 0; i < 10000; ++i)
        QVERIFY(query.next());
    QCOMPARE(query.value(0), 9999);
    QCOMPARE(query.value(1).toString().size(), 4000);
    query.finish(); // a DuckDB session has one open result: the next statement would read the rest of this one
    QSqlQuery scrolling(m_database);
    QVERIFY(scrolling.exec(u"SELECT range, repeat('x', 4000) AS t FROM range(100000000)"_s));
    QVERIFY(scrolling.next());
}

void tst_SqlResult::columns()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"SELECT 1 AS a, CAST(1 AS DECIMAL(12,2)) AS b, 'x' AS \"c d\", 1 AS a"_s));
    const QSqlRecord record = query.record();
    QCOMPARE(record.count(), 4);
    QCOMPARE(record.fieldName(2), u"c d"_s);
    QCOMPARE(record.field(0).metaType().id(), int(QMetaType::Int));
    QCOMPARE(record.field(1).metaType().id(), int(QMetaType::QString));
    QCOMPARE(record.field(1).length(), 12);
    QCOMPARE(record.field(1).precision(), 2);
    QCOMPARE(record.field(1).tableName(), QString());
    QCOMPARE(record.field(1).requiredStatus(), QSqlField::Unknown);
    QVERIFY(query.next());
    QCOMPARE(query.value(u"c d"_s), u"x"_s);
    QVERIFY(!query.value(7).isValid());
}

void tst_SqlResult::values_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QVariant>("value");
    const auto row = [](const char *name, const QString &sql, const QVariant &value) { QTest::newRow(name) << sql << value; };
    row("boolean", u"true"_s, true);
    row("tinyint", u"CAST(-128 AS TINYINT)"_s, -128);
    row("integer", u"2147483647"_s, 2147483647);
    row("bigint", u"-9223372036854775808"_s, std::numeric_limits<qint64>::min());
    row("2^53 + 1", u"9007199254740993"_s, 9007199254740993LL);
    row("unsigned bigint", u"CAST(18446744073709551615 AS UBIGINT)"_s, std::numeric_limits<quint64>::max());
    row("decimal", u"CAST('12345678901234567890.1234567890' AS DECIMAL(38,10))"_s, u"12345678901234567890.1234567890"_s);
    row("small decimal", u"CAST(-0.5 AS DECIMAL(4,2))"_s, u"-0.50"_s);
    row("real", u"CAST(1.5 AS FLOAT)"_s, 1.5f);
    row("double", u"1e300"_s, 1e300);
    row("text", u"'größe 😀'"_s, u"größe 😀"_s);
    row("empty text", u"''"_s, u""_s);
    row("text with NUL", u"'a' || chr(0) || 'b'"_s, u"a\0b"_s);
    row("bytes", u"'\\x00\\xFF'::BLOB"_s, QByteArray("\x00\xff", 2));
    row("date", u"DATE '2026-08-01'"_s, QDate(2026, 8, 1));
    row("uuid", u"'6ba7b810-9dad-11d1-80b4-00c04fd430c8'::UUID"_s, QUuid(u"6ba7b810-9dad-11d1-80b4-00c04fd430c8"_s));
    row("timestamp of microseconds is text", u"TIMESTAMP '2026-08-01 12:34:56.789012'"_s, u"2026-08-01 12:34:56.789012"_s);
    row("timestamp of milliseconds", u"TIMESTAMP_MS '2026-08-01 12:34:56.789'"_s,
        QDateTime(QDate(2026, 8, 1), QTime(12, 34, 56, 789), QTimeZone::UTC));
    row("list", u"[1, NULL, 3]"_s, QVariantList { 1, QVariant(QMetaType::fromType<int>()), 3 });
    row("struct", u"{'a': 1, 'b': 'x'}"_s, QVariantList { 1, u"x"_s });
    row("map", u"MAP {'k': 1}"_s, QVariantMap { { u"k"_s, 1 } });
}

void tst_SqlResult::values()
{
    QFETCH(QString, sql);
    QSqlQuery query(m_database);
    QVERIFY2(query.exec(u"SELECT "_s + sql), qPrintable(query.lastError().text()));
    const QMetaType declared = query.record().field(0).metaType();
    QVERIFY(query.next());
    QTEST(query.value(0), "value");
    QCOMPARE(query.value(0).metaType(), declared);
    QVERIFY(!query.isNull(0));
}

void tst_SqlResult::nulls()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"SELECT NULL::INTEGER, NULL::VARCHAR, NULL"_s));
    QVERIFY(query.next());
    for (int i = 0; i < 3; ++i) {
        QVERIFY(query.isNull(i));
        QVERIFY(query.value(i).isNull());
    }
    QCOMPARE(query.value(0).metaType().id(), int(QMetaType::Int));
}

void tst_SqlResult::precisionPolicy()
{
    const auto with = [this](QSql::NumericalPrecisionPolicy policy) {
        QSqlQuery query(m_database);
        query.setNumericalPrecisionPolicy(policy);
        query.exec(u"SELECT CAST('-1234567890123.75' AS DECIMAL(20,2)), 'x', 1"_s);
        query.next();
        return query.value(0);
    };
    QCOMPARE(with(QSql::HighPrecision), QVariant(u"-1234567890123.75"_s));
    QCOMPARE(with(QSql::LowPrecisionDouble), QVariant(-1234567890123.75));
    QCOMPARE(with(QSql::LowPrecisionInt64), QVariant(-1234567890123LL));
    QCOMPARE(with(QSql::LowPrecisionInt32).metaType().id(), int(QMetaType::Int));
    QSqlQuery query(m_database);
    QCOMPARE(query.numericalPrecisionPolicy(), QSql::HighPrecision);
    query.setNumericalPrecisionPolicy(QSql::LowPrecisionDouble);
    QVERIFY(query.exec(u"SELECT '12'"_s));
    QVERIFY(query.next());
    QCOMPARE(query.value(0), QVariant(u"12"_s)); // text is no number
}

void tst_SqlResult::rowsAffected()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"CREATE OR REPLACE TABLE written (n INTEGER)"_s));
    QVERIFY(!query.isSelect());
    QVERIFY(query.exec(u"INSERT INTO written SELECT range FROM range(7)"_s));
    QVERIFY(!query.isSelect());
    QVERIFY(query.isActive());
    QCOMPARE(query.numRowsAffected(), 7);
    QVERIFY(!query.lastInsertId().isValid());
    QVERIFY(query.exec(u"DELETE FROM written WHERE n > 4"_s));
    QCOMPARE(query.numRowsAffected(), 2);
    QVERIFY(query.exec(u"SELECT 1"_s));
    QCOMPARE(query.numRowsAffected(), -1);
    QVERIFY(query.exec(u"INSERT INTO written VALUES (9) RETURNING n"_s));
    QVERIFY(query.isSelect() || query.numRowsAffected() == 1);
}

void tst_SqlResult::errors_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("text");
    QTest::newRow("no such table") << u"SELECT * FROM nowhere"_s << u"nowhere"_s;
    QTest::newRow("syntax") << u"SELEC 1"_s << u"SELEC"_s;
    QTest::newRow("while it runs") << u"SELECT CAST('x' AS INTEGER)"_s << u"x"_s;
    QTest::newRow("no statement") << u"-- nothing"_s << u"There is no statement in the text."_s;
    QTest::newRow("two statements") << u"SELECT 1; SELECT 2"_s << u"The text holds 2 statements."_s;
    QTest::newRow("a write that is refused") << u"INSERT INTO nowhere VALUES (1)"_s << u"nowhere"_s;
}

void tst_SqlResult::errors()
{
    QFETCH(QString, sql);
    QFETCH(QString, text);
    QSqlQuery query(m_database);
    QVERIFY(!query.exec(sql));
    QVERIFY(!query.isActive());
    QCOMPARE(query.lastError().type(), QSqlError::StatementError);
    QVERIFY2(query.lastError().text().contains(text), qPrintable(query.lastError().text()));
    QVERIFY(!query.lastError().nativeErrorCode().isEmpty());
    QVERIFY(query.exec(u"SELECT 1;"_s)); // the connection goes on, and one `;` at the end is no second statement
    QVERIFY(!query.lastError().isValid());
}

void tst_SqlResult::errorBehindRows()
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    QVERIFY2(query.exec(u"SELECT CASE WHEN range < 2000000 THEN range ELSE error('late') END FROM range(3000000)"_s),
             qPrintable(query.lastError().text()));
    qint64 rows = 0;
    while (query.next())
        ++rows;
    QVERIFY(rows < 3000000);
    QVERIFY2(query.lastError().text().contains("late"_L1), qPrintable(query.lastError().text()));
}

void tst_SqlResult::boundValuesRoundTrip_data()
{
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QString>("type");
    QTest::newRow("boolean") << QVariant(true) << u"BOOLEAN"_s;
    QTest::newRow("integer") << QVariant(-5) << u"INTEGER"_s;
    QTest::newRow("bigint") << QVariant(std::numeric_limits<qint64>::min()) << u"BIGINT"_s;
    QTest::newRow("2^53 + 1") << QVariant(9007199254740993LL) << u"BIGINT"_s;
    QTest::newRow("unsigned bigint") << QVariant(std::numeric_limits<quint64>::max()) << u"UBIGINT"_s;
    QTest::newRow("double") << QVariant(0.1) << u"DOUBLE"_s;
    QTest::newRow("infinity") << QVariant(std::numeric_limits<double>::infinity()) << u"DOUBLE"_s;
    QTest::newRow("text") << QVariant(u"it's ? :x \\ 😀"_s) << u"VARCHAR"_s;
    QTest::newRow("empty text") << QVariant(u""_s) << u"VARCHAR"_s;
    QTest::newRow("bytes") << QVariant(QByteArray("\x00'\xff", 3)) << u"BLOB"_s;
    QTest::newRow("date") << QVariant(QDate(1969, 12, 31)) << u"DATE"_s;
    QTest::newRow("uuid") << QVariant(QUuid(u"6ba7b810-9dad-11d1-80b4-00c04fd430c8"_s)) << u"UUID"_s;
    QTest::newRow("decimal as text") << QVariant(u"-12345678901234567890.50"_s) << u"DECIMAL(38,2)"_s;
}

void tst_SqlResult::boundValuesRoundTrip()
{
    QFETCH(QVariant, value);
    QFETCH(QString, type);
    QSqlQuery query(m_database);
    QVERIFY(query.prepare(u"SELECT CAST(? AS %1), ? IS NULL, typeof(?)"_s.arg(type)));
    query.addBindValue(value);
    query.addBindValue(QVariant());
    query.addBindValue(value);
    QVERIFY2(query.exec(), qPrintable(query.lastError().text()));
    QVERIFY(query.next());
    QCOMPARE(query.value(0), value);
    QCOMPARE(query.value(1), true);
    if (!type.startsWith("DECIMAL"_L1))
        QCOMPARE(query.value(2), type);
}

void tst_SqlResult::namedPlaceholders_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QVariantMap>("values");
    QTest::addColumn<QVariant>("answer");
    const QVariantMap ab { { u":a"_s, 1 }, { u":b"_s, 10 } };
    QTest::newRow("two") << u"SELECT :a + :b"_s << ab << QVariant(11);
    QTest::newRow("one of them twice") << u"SELECT :a + :b * 2 + :a"_s << ab << QVariant(22);
    QTest::newRow("beside a cast") << u"SELECT :a::INTEGER + :b"_s << ab << QVariant(11);
    QTest::newRow("names in comments are none") << u"SELECT :a /* :c */ + :b -- :d"_s << ab << QVariant(11);
    QTest::newRow("names in brackets are some") << u"SELECT list_sum([:a::INTEGER, :b::INTEGER])::INTEGER"_s << ab << QVariant(11);
    QTest::newRow("names in strings are none") << u"SELECT (':c' || :a || :b)::VARCHAR"_s << ab << QVariant(u":c110"_s);
    QTest::newRow("a name beside a slice") << u"SELECT ([1,2,3][2:3])[1] + :a + :b"_s << ab << QVariant(13);
}

void tst_SqlResult::namedPlaceholders()
{
    QFETCH(QString, sql);
    QFETCH(QVariantMap, values);
    QSqlQuery query(m_database);
    QVERIFY(query.prepare(sql));
    for (const auto &[name, value] : values.asKeyValueRange())
        query.bindValue(name, value);
    QVERIFY2(query.exec(), qPrintable(query.lastError().text()));
    QVERIFY(query.next());
    QTEST(query.value(0), "answer");
    QCOMPARE(query.lastQuery(), sql);
    QCOMPARE(query.boundValue(u":a"_s), 1);
}

void tst_SqlResult::placeholdersThatDoNotFit()
{
    QSqlQuery query(m_database);
    QVERIFY(query.prepare(u"SELECT ?, ?"_s));
    query.addBindValue(1);
    QVERIFY(!query.exec());
    QVERIFY(query.lastError().text().contains("2 parameters, 1 values"_L1));
    QVERIFY(query.prepare(u"SELECT {'a' :b} FROM (SELECT 5 AS b)"_s)); // the colon is DuckDB's, and nothing is bound
    QVERIFY2(query.exec(), qPrintable(query.lastError().text()));
    QVERIFY(query.next());
    QCOMPARE(query.value(0), QVariant(QVariantList { 5 }));
    QVERIFY(query.prepare(u"SELECT ?"_s));
    query.bindValue(0, 1, QSql::Out);
    QVERIFY(!query.exec());
}

void tst_SqlResult::preparedAgain()
{
    QSqlQuery query(m_database);
    QVERIFY(query.prepare(u"SELECT ? * 2"_s));
    for (int i = 0; i < 3; ++i) {
        query.bindValue(0, i);
        QVERIFY(query.exec());
        QVERIFY(query.next());
        QCOMPARE(query.value(0).toInt(), 2 * i);
    }
}

void tst_SqlResult::batches()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"CREATE OR REPLACE TABLE batch (n INTEGER, t VARCHAR)"_s));
    QVERIFY(query.prepare(u"INSERT INTO batch VALUES (?, ?)"_s));
    query.addBindValue(QVariantList { 1, 2, 3 });
    query.addBindValue(QVariantList { u"a"_s, QVariant(QMetaType::fromType<QString>()), u"c"_s });
    QVERIFY2(query.execBatch(), qPrintable(query.lastError().text()));
    QVERIFY(query.exec(u"SELECT count(*), count(t), sum(n)::INTEGER FROM batch"_s));
    QVERIFY(query.next());
    QCOMPARE(query.value(0).toInt(), 3);
    QCOMPARE(query.value(1).toInt(), 2);
    QCOMPARE(query.value(2).toInt(), 6);
}

void tst_SqlResult::cancelFromAnotherThread()
{
    QSqlDriver *driver = m_database.driver();
    QVERIFY(!driver->cancelQuery()); // nothing runs
    std::thread canceller([driver] {
        while (!driver->cancelQuery())
            std::this_thread::yield();
    });
    QSqlQuery query(m_database);
    const bool answered = query.exec(u"SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = -1"_s);
    canceller.join();
    QVERIFY(!answered);
    QCOMPARE(query.lastError().nativeErrorCode(), u"Cancelled"_s);
    QVERIFY(query.exec(u"SELECT 1"_s));
}

void tst_SqlResult::resultOutlivesDatabase()
{
    QSqlQuery query;
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, u"short"_s);
        QVERIFY(database.open());
        query = QSqlQuery(database);
        QVERIFY(query.exec(u"SELECT range, repeat('x', 4000) FROM range(100000000)"_s));
        QVERIFY(query.next());
        database.close();
    }
    // Rows that are here stay readable; then the result says that it was cut.
    qint64 rows = 1;
    while (query.next())
        ++rows;
    QVERIFY(rows < 100000000);
    QVERIFY(query.lastError().isValid());
    QVERIFY(!query.exec(u"SELECT 1"_s));
    query = QSqlQuery();
    QSqlDatabase::removeDatabase(u"short"_s);
}

void tst_SqlResult::largeResultGoesToDisk()
{
    QTemporaryDir folder;
    ResultStore::setSpillFolder(folder.filePath(u"results"_s));
    ResultStore::setMemoryBudget(8 << 20);
    {
        QSqlQuery query(m_database);
        QVERIFY(query.exec(u"SELECT range, repeat(md5(range::VARCHAR), 100) FROM range(20000)"_s)); // 64 MB
        QVERIFY(query.last());
        QCOMPARE(query.at(), 19'999);
        for (const int row : { 0, 19'999, 7'777, 1 }) {
            QVERIFY(query.seek(row));
            QCOMPARE(query.value(0).toInt(), row);
            QCOMPARE(query.value(1).toString().first(32),
                     QString::fromLatin1(QCryptographicHash::hash(QByteArray::number(row), QCryptographicHash::Md5).toHex()));
        }
        ResultStore::waitForSpill();
        QVERIFY(ResultStore::memoryInUse() < 16 << 20);
    }
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
    ResultStore::setSpillFolder({});
}

void tst_SqlResult::fullDiskEndsTheResult()
{
    QTemporaryDir folder;
    ResultStore::setSpillFolder(folder.filePath(u"results"_s));
    ResultStore::setMemoryBudget(8 << 20);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before;
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit full { 5'000'000, before.rlim_max };
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
    {
        QSqlQuery query(m_database);
        QVERIFY(query.exec(u"SELECT range, repeat(md5(range::VARCHAR), 100) FROM range(1000000)"_s)); // 3.2 GB
        int rows = 0;
        while (query.next()) {
            if (query.value(0).toInt() != rows++)
                QFAIL("a row has another's value");
        }
        QVERIFY(rows > 1000 && rows < 1'000'000);
        QVERIFY2(query.lastError().text().contains(folder.path()), qPrintable(query.lastError().text()));
        QVERIFY(query.first()); // what came stays readable
        QCOMPARE(query.value(0).toInt(), 0);
        QVERIFY(query.seek(rows - 1));
        QCOMPARE(query.value(0).toInt(), rows - 1);
    }
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
    ResultStore::setSpillFolder({});
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"SELECT 1"_s) && query.next());
}

void tst_SqlResult::finish()
{
    QSqlQuery query(m_database);
    QVERIFY(query.exec(u"SELECT range FROM range(100000000)"_s));
    QVERIFY(query.next());
    query.finish();
    QVERIFY(!query.isActive());
    QVERIFY(!query.next());
    QVERIFY(!m_database.driver()->cancelQuery()); // it no longer runs
}

QTEST_GUILESS_MAIN(tst_SqlResult)
#include "tst_sqlresult.moc"
