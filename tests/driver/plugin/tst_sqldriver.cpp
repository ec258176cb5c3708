// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/driverextension.h"

#include <QFile>
#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlField>
#include <QSqlIndex>
#include <QSqlQuery>
#include <QSqlQueryModel>
#include <QSqlRecord>
#include <QSqlTableModel>
#include <QTemporaryDir>
#include <QTest>
#include <QTimeZone>

#include <thread>

using namespace Grebe;
using namespace Qt::StringLiterals;

// The real plugin on the embedded engine; what QSqlQuery does is in tst_sqlresult.
class tst_SqlDriver : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void driverNames();
    void openingThatFails_data();
    void openingThatFails();
    void openedByOptions();
    void features();
    void extensionIsThereBeforeOpening();
    void tables();
    void tableNames_data();
    void tableNames();
    void recordOfTable();
    void primaryIndex();
    void identifiers();
    void formatValue();
    void sqlStatements();
    void transactions();
    void queryModel();
    void tableModel();
    void twoThreadsWithOwnConnections();

private:
    bool run(const QString &sql)
    {
        QSqlQuery query(m_database);
        if (query.exec(sql))
            return true;
        qWarning().noquote() << sql << query.lastError().text();
        return false;
    }

    QSqlDatabase m_database;
};

// Loading DuckDB takes longer than many a query of another engine.
void tst_SqlDriver::initTestCase()
{
    const auto isDuckDbLoaded = [] {
        QFile maps(u"/proc/self/maps"_s);
        return maps.open(QIODevice::ReadOnly) && maps.readAll().contains("/libduckdb");
    };
    QSqlDatabase database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, u"lazy"_s);
    QVERIFY(database.isValid());
    QVERIFY(!qobject_cast<DriverExtension *>(database.driver())->engines().isEmpty());
    QVERIFY(!isDuckDbLoaded());
    QVERIFY2(database.open(), qPrintable(database.lastError().text()));
    QVERIFY(isDuckDbLoaded());
    database = QSqlDatabase();
    QSqlDatabase::removeDatabase(u"lazy"_s);
}

void tst_SqlDriver::init()
{
    m_database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, u"test"_s);
    QVERIFY2(m_database.open(), qPrintable(m_database.lastError().text()));
}

void tst_SqlDriver::cleanup()
{
    m_database.close();
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(u"test"_s);
}

void tst_SqlDriver::driverNames()
{
    QVERIFY(QSqlDatabase::drivers().contains(u"QTRINO"_s));
    QVERIFY(QSqlDatabase::drivers().contains(u"QPRESTO"_s));
    QVERIFY(QSqlDatabase::drivers().contains(u"QDUCKDB"_s));
    QSqlDatabase trino = QSqlDatabase::addDatabase(u"QTRINO"_s, u"names"_s);
    QVERIFY(trino.isValid());
    QVERIFY(!trino.isOpen());
    trino = QSqlDatabase();
    QSqlDatabase::removeDatabase(u"names"_s);
}

void tst_SqlDriver::openingThatFails_data()
{
    QTest::addColumn<QString>("driver");
    QTest::addColumn<QString>("options");
    QTest::addColumn<QString>("text");
    QTest::newRow("an option that is mistyped") << u"QDUCKDB"_s << u"treads=2"_s << u"DuckDB has no option “treads”: did you mean “threads”?"_s;
    QTest::newRow("a value out of range") << u"QDUCKDB"_s << u"threads=0"_s << u"threads must be a number from 1 to 1024, not “0”"_s;
    QTest::newRow("a file that is not there") << u"QDUCKDB"_s << u"path=/nonexistent/x.db;readOnly=true"_s << u"/nonexistent/x.db"_s;
    QTest::newRow("no host") << u"QTRINO"_s << u""_s << u"host"_s;
    QTest::newRow("nobody listens where Presto should be") << u"QPRESTO"_s << u"URL=jdbc:presto://127.0.0.1:1/hive/x?user=me"_s << u"127.0.0.1"_s;
    QTest::newRow("another server's address") << u"QPRESTO"_s << u"URL=trino://me@127.0.0.1:1"_s << u"trino"_s;
    QTest::newRow("nobody listens") << u"QTRINO"_s << u"URL=trino://me@127.0.0.1:1"_s << u"127.0.0.1"_s;
}

void tst_SqlDriver::openingThatFails()
{
    QFETCH(QString, driver);
    QFETCH(QString, options);
    QFETCH(QString, text);
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(driver, u"fails"_s);
        database.setConnectOptions(options);
        QVERIFY(!database.open());
        QVERIFY(!database.isOpen());
        QVERIFY(database.isOpenError());
        QCOMPARE(database.lastError().type(), QSqlError::ConnectionError);
        QVERIFY2(database.lastError().text().contains(text), qPrintable(database.lastError().text()));
        QVERIFY(!QSqlQuery(database).exec(u"SELECT 1"_s));
        QVERIFY(!qobject_cast<DriverExtension *>(database.driver())->connection());
    }
    QSqlDatabase::removeDatabase(u"fails"_s);
}

void tst_SqlDriver::openedByOptions()
{
    QTemporaryDir directory;
    const QString file = directory.filePath(u"a b;c.db"_s);
    {
        QSqlDatabase database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, u"file"_s);
        database.setDatabaseName(file);
        QVERIFY2(database.open(), qPrintable(database.lastError().text()));
        QVERIFY(QSqlQuery(database).exec(u"CREATE TABLE t AS SELECT 42 AS n"_s));
        database.close();
        QVERIFY(!database.isOpen());
        QVERIFY(database.tables().isEmpty());
        database.setDatabaseName({});
        database.setConnectOptions(u"URL=\"duckdb:%1?readOnly=true\""_s.arg(file));
        QVERIFY2(database.open(), qPrintable(database.lastError().text()));
        QSqlQuery query(u"SELECT n FROM t"_s, database);
        QVERIFY(query.next());
        QCOMPARE(query.value(0), 42);
        QVERIFY(!QSqlQuery(database).exec(u"INSERT INTO t VALUES (1)"_s));
    }
    QSqlDatabase::removeDatabase(u"file"_s);
}

void tst_SqlDriver::features()
{
    const QSqlDriver *driver = m_database.driver();
    const QList<QSqlDriver::DriverFeature> present { QSqlDriver::Transactions, QSqlDriver::BLOB, QSqlDriver::Unicode,
                                                     QSqlDriver::PreparedQueries, QSqlDriver::PositionalPlaceholders,
                                                     QSqlDriver::FinishQuery, QSqlDriver::LowPrecisionNumbers,
                                                     QSqlDriver::CancelQuery };
    for (int feature = QSqlDriver::Transactions; feature <= QSqlDriver::CancelQuery; ++feature) {
        const auto each = QSqlDriver::DriverFeature(feature);
        QVERIFY2(driver->hasFeature(each) == present.contains(each), qPrintable(QString::number(feature)));
    }
    QCOMPARE(m_database.numericalPrecisionPolicy(), QSql::HighPrecision);
}

void tst_SqlDriver::extensionIsThereBeforeOpening()
{
    {
        const QSqlDatabase database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, u"extension"_s);
        auto *extension = qobject_cast<DriverExtension *>(database.driver());
        QVERIFY(extension);
        QVERIFY(!extension->connection());
        QVERIFY(extension->engines().size() >= 2);
        const auto parameters = ConnectionParameters::fromUrl(u"duckdb:"_s, extension->engines());
        QVERIFY(parameters);
        const ConnectionPtr connection = extension->createConnection(*parameters, nullptr);
        QVERIFY(connection);
        QFuture<Result<ServerInfo>> server = connection->open();
        server.waitForFinished();
        QVERIFY(server.result());
        QCOMPARE(server.result()->product, u"DuckDB"_s);
    }
    QSqlDatabase::removeDatabase(u"extension"_s);
    auto *extension = qobject_cast<DriverExtension *>(m_database.driver());
    QVERIFY(extension->connection());
    QCOMPARE(extension->connection()->engine().id, u"duckdb"_s);
    QVERIFY(DriverExtension::load());
}

void tst_SqlDriver::tables()
{
    QVERIFY(run(u"CREATE TABLE orders (n INTEGER)"_s));
    QVERIFY(run(u"CREATE TABLE \"a.b\" (n INTEGER)"_s));
    QVERIFY(run(u"CREATE TABLE \"\"\"x\"\"\" (n INTEGER)"_s));
    QVERIFY(run(u"CREATE VIEW recent AS SELECT * FROM orders"_s));
    QStringList tables = m_database.tables(QSql::Tables);
    tables.sort();
    // The name "x", in quotes, looks quoted: it is given in quotes so that it stays this name.
    QCOMPARE(tables, (QStringList { u"\"\"\"x\"\"\""_s, u"a.b"_s, u"orders"_s }));
    QCOMPARE(m_database.tables(QSql::Views), QStringList { u"recent"_s });
    QVERIFY(!m_database.tables(QSql::SystemTables).contains(u"orders"_s));
    QVERIFY(m_database.tables(QSql::AllTables).contains(u"recent"_s));
    for (const QString &name : m_database.tables(QSql::Tables))
        QCOMPARE(m_database.record(name).count(), 1);
    QVERIFY(m_database.record(u"\"information_schema\".\"columns\""_s).count() > 5);
}

void tst_SqlDriver::tableNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QStringList>("columns");
    QTest::newRow("plain") << u"orders"_s << QStringList { u"o"_s };
    QTest::newRow("with its schema") << u"main.orders"_s << QStringList { u"o"_s };
    QTest::newRow("with its catalog") << u"memory.main.orders"_s << QStringList { u"o"_s };
    QTest::newRow("another schema") << u"s.t"_s << QStringList { u"st"_s };
    QTest::newRow("quoted parts") << u"\"s\".\"t\""_s << QStringList { u"st"_s };
    QTest::newRow("a table with a dot wins over a path") << u"s.u"_s << QStringList { u"dotted"_s };
    QTest::newRow("a quoted name with a dot") << u"\"s.u\""_s << QStringList { u"dotted"_s };
    QTest::newRow("no such table") << u"nothing"_s << QStringList();
    QTest::newRow("an attempt to say more") << u"orders; DROP TABLE orders"_s << QStringList();
    QTest::newRow("nothing") << u""_s << QStringList();
}

void tst_SqlDriver::tableNames()
{
    QVERIFY(run(u"CREATE TABLE orders (o INTEGER)"_s));
    QVERIFY(run(u"CREATE SCHEMA s"_s));
    QVERIFY(run(u"CREATE TABLE s.t (st INTEGER)"_s));
    QVERIFY(run(u"CREATE TABLE s.u (su INTEGER)"_s));
    QVERIFY(run(u"CREATE TABLE \"s.u\" (dotted INTEGER)"_s));
    QFETCH(QString, name);
    const QSqlRecord record = m_database.record(name);
    QStringList columns;
    for (int i = 0; i < record.count(); ++i)
        columns << record.fieldName(i);
    QTEST(columns, "columns");
}

void tst_SqlDriver::recordOfTable()
{
    QVERIFY(run(u"CREATE TABLE t (id BIGINT PRIMARY KEY, price DECIMAL(12,2) NOT NULL, day DATE, note VARCHAR)"_s));
    const QSqlRecord record = m_database.record(u"t"_s);
    QCOMPARE(record.count(), 4);
    QCOMPARE(record.field(u"id"_s).metaType().id(), int(QMetaType::LongLong));
    QCOMPARE(record.field(u"id"_s).requiredStatus(), QSqlField::Required);
    QCOMPARE(record.field(u"price"_s).metaType().id(), int(QMetaType::QString));
    QCOMPARE(record.field(u"price"_s).length(), 12);
    QCOMPARE(record.field(u"price"_s).precision(), 2);
    QCOMPARE(record.field(u"day"_s).metaType().id(), int(QMetaType::QDate));
    QCOMPARE(record.field(u"day"_s).requiredStatus(), QSqlField::Optional);
    QCOMPARE(record.field(u"note"_s).tableName(), u"t"_s);
}

void tst_SqlDriver::primaryIndex()
{
    QVERIFY(run(u"CREATE TABLE t (a INTEGER, b VARCHAR, \"c'd\" INTEGER, PRIMARY KEY (b, \"c'd\"))"_s));
    QVERIFY(run(u"CREATE TABLE u (a INTEGER)"_s));
    const QSqlIndex index = m_database.primaryIndex(u"t"_s);
    QCOMPARE(index.count(), 2);
    QCOMPARE(index.fieldName(0), u"b"_s);
    QCOMPARE(index.field(0).metaType().id(), int(QMetaType::QString));
    QCOMPARE(index.fieldName(1), u"c'd"_s);
    QCOMPARE(m_database.primaryIndex(u"u"_s).count(), 0);
}

void tst_SqlDriver::identifiers()
{
    const QSqlDriver *driver = m_database.driver();
    for (const QString &name : { u"plain"_s, u"a.b"_s, u"\"x\""_s, u"\"x"_s, u"a\"b"_s, u"x\"; DROP"_s, u"select"_s }) {
        const QString escaped = driver->escapeIdentifier(name, QSqlDriver::FieldName);
        QVERIFY(driver->isIdentifierEscaped(escaped, QSqlDriver::FieldName));
        QVERIFY(driver->isIdentifierEscaped(escaped, QSqlDriver::TableName));
        QCOMPARE(driver->stripDelimiters(escaped, QSqlDriver::FieldName), name);
        QSqlQuery query(m_database);
        QVERIFY(query.exec(u"SELECT 1 AS "_s + escaped));
        QCOMPARE(query.record().fieldName(0), name);
    }
    QVERIFY(!driver->isIdentifierEscaped(u"a"_s, QSqlDriver::FieldName));
    QVERIFY(!driver->isIdentifierEscaped(u"\"a\" or \"b\""_s, QSqlDriver::FieldName));
    QVERIFY(!driver->isIdentifierEscaped(u"\"a\".\"b\""_s, QSqlDriver::FieldName));
    QVERIFY(driver->isIdentifierEscaped(u"\"a\".\"b\""_s, QSqlDriver::TableName));
    QVERIFY(!driver->isIdentifierEscaped(u"a.\"b\""_s, QSqlDriver::TableName));
}

void tst_SqlDriver::formatValue()
{
    const auto formatted = [this](const QVariant &value, bool trim = false) {
        QSqlField field(u"f"_s, value.metaType());
        field.setValue(value);
        return m_database.driver()->formatValue(field, trim);
    };
    QCOMPARE(formatted(u"it's"_s), u"'it''s'"_s);
    QCOMPARE(formatted(u"a  "_s, true), u"'a'"_s);
    QCOMPARE(formatted(-5), u"(-5)"_s);
    QCOMPARE(formatted(QDate(2026, 8, 1)), u"DATE '2026-08-01'"_s);
    QCOMPARE(formatted(QByteArray("\x00\xff", 2)), u"CAST('\\x00\\xFF' AS BLOB)"_s);
    QCOMPARE(m_database.driver()->formatValue(QSqlField(u"f"_s, QMetaType::fromType<int>())), u"NULL"_s);
    QSqlField decimal(u"f"_s, QMetaType::fromType<QString>());
    decimal.setLength(12);
    decimal.setPrecision(2);
    decimal.setValue(u"1.50"_s);
    QCOMPARE(m_database.driver()->formatValue(decimal), u"CAST('1.50' AS decimal(12,2))"_s);
}

void tst_SqlDriver::sqlStatements()
{
    QSqlRecord record;
    record.append(QSqlField(u"a.b"_s, QMetaType::fromType<int>()));
    record.append(QSqlField(u"\"c\""_s, QMetaType::fromType<QString>()));
    record.setValue(0, -1);
    const QSqlDriver *driver = m_database.driver();
    const QString table = u"\"memory\".\"main\".\"t\""_s;
    QCOMPARE(driver->sqlStatement(QSqlDriver::SelectStatement, u"t"_s, record, false),
             u"SELECT \"a.b\", \"\"\"c\"\"\" FROM "_s + table);
    QCOMPARE(driver->sqlStatement(QSqlDriver::WhereStatement, u"t"_s, record, false),
             u"WHERE %1.\"a.b\" = (-1) AND %1.\"\"\"c\"\"\" IS NULL"_s.arg(table));
    QCOMPARE(driver->sqlStatement(QSqlDriver::WhereStatement, {}, record, true), u"WHERE \"a.b\" = ? AND \"\"\"c\"\"\" IS NULL"_s);
    QCOMPARE(driver->sqlStatement(QSqlDriver::UpdateStatement, u"t"_s, record, true),
             u"UPDATE %1 SET \"a.b\" = ?, \"\"\"c\"\"\" = ?"_s.arg(table));
    QCOMPARE(driver->sqlStatement(QSqlDriver::InsertStatement, u"t"_s, record, false),
             u"INSERT INTO %1 (\"a.b\", \"\"\"c\"\"\") VALUES ((-1), NULL)"_s.arg(table));
    QCOMPARE(driver->sqlStatement(QSqlDriver::DeleteStatement, u"t"_s, record, false), u"DELETE FROM "_s + table);
    QCOMPARE(driver->sqlStatement(QSqlDriver::SelectStatement, u"t"_s, QSqlRecord(), false), QString());
}

void tst_SqlDriver::transactions()
{
    QVERIFY(run(u"CREATE TABLE t (n INTEGER)"_s));
    const auto count = [this] {
        QSqlQuery query(u"SELECT count(*) FROM t"_s, m_database);
        return query.next() ? query.value(0).toInt() : -1;
    };
    QVERIFY2(m_database.transaction(), qPrintable(m_database.lastError().text()));
    QVERIFY(run(u"INSERT INTO t VALUES (1)"_s));
    QCOMPARE(count(), 1);
    QVERIFY(m_database.rollback());
    QCOMPARE(count(), 0);
    QVERIFY(m_database.transaction());
    QVERIFY(run(u"INSERT INTO t VALUES (1)"_s));
    QVERIFY(m_database.commit());
    QCOMPARE(count(), 1);
    QVERIFY(!m_database.commit());
    QCOMPARE(m_database.lastError().type(), QSqlError::TransactionError);
    m_database.close();
    QVERIFY(!m_database.transaction());
}

void tst_SqlDriver::queryModel()
{
    QSqlQueryModel model;
    model.setQuery(u"SELECT range AS n, 'row ' || range AS text FROM range(1000)"_s, m_database);
    QVERIFY(!model.lastError().isValid());
    QCOMPARE(model.columnCount(), 2);
    QCOMPARE(model.headerData(1, Qt::Horizontal), u"text"_s);
    while (model.canFetchMore())
        model.fetchMore();
    QCOMPARE(model.rowCount(), 1000);
    QCOMPARE(model.data(model.index(999, 1)), u"row 999"_s);
    QCOMPARE(model.data(model.index(0, 0)), 0LL);
    QCOMPARE(model.record(5).value(u"n"_s), 5LL);
}

void tst_SqlDriver::tableModel()
{
    QVERIFY(run(u"CREATE TABLE \"my table\" AS SELECT range AS id, 'x' || range AS \"the text\" FROM range(20)"_s));
    QSqlTableModel model(nullptr, m_database);
    model.setTable(u"my table"_s);
    model.setSort(0, Qt::DescendingOrder);
    QVERIFY2(model.select(), qPrintable(model.lastError().text()));
    QCOMPARE(model.rowCount(), 20);
    QCOMPARE(model.data(model.index(0, 1)), u"x19"_s);
    model.setFilter(u"id < 5"_s);
    QVERIFY2(model.select(), qPrintable(model.lastError().text()));
    QCOMPARE(model.rowCount(), 5);

    for (const QString &name : { u"memory.main.\"my table\""_s, u"\"memory\".\"main\".\"my table\""_s }) {
        model.setTable(name);
        model.setSort(0, Qt::DescendingOrder);
        QVERIFY2(model.select(), qPrintable(model.lastError().text()));
        QCOMPARE(model.rowCount(), 20);
        QCOMPARE(model.data(model.index(0, 1)), u"x19"_s);
    }
    model.setTable(u"nowhere"_s);
    QVERIFY(!model.select());
}

void tst_SqlDriver::twoThreadsWithOwnConnections()
{
    std::atomic<qint64> sums[2] {};
    const auto work = [&sums](int index) {
        const QString name = u"thread %1"_s.arg(index);
        {
            QSqlDatabase database = QSqlDatabase::addDatabase(u"QDUCKDB"_s, name);
            if (database.open()) {
                QSqlQuery query(database);
                query.setForwardOnly(true);
                query.exec(u"SELECT range + %1 FROM range(100000)"_s.arg(index));
                while (query.next())
                    sums[index] += query.value(0).toLongLong();
            }
        }
        QSqlDatabase::removeDatabase(name);
    };
    std::thread first(work, 0);
    std::thread second(work, 1);
    first.join();
    second.join();
    QCOMPARE(sums[0], 4999950000LL);
    QCOMPARE(sums[1], 5000050000LL);
}

QTEST_GUILESS_MAIN(tst_SqlDriver)
#include "tst_sqldriver.moc"
