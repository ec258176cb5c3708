// SPDX-License-Identifier: Apache-2.0
// What an application sees that knows nothing but QtSql. Ends with 1 at the first thing that is not as it should be.
#include <QCoreApplication>
#include <QDate>
#include <QSqlDatabase>
#include <QSqlDriver>
#include <QSqlError>
#include <QSqlField>
#include <QSqlIndex>
#include <QSqlQuery>
#include <QSqlQueryModel>
#include <QSqlRecord>
#include <QSqlTableModel>
#include <QVariant>

#include <cstdlib>

namespace {

#define CHECK(condition)                                                                                                \
    do {                                                                                                                \
        if (!(condition)) {                                                                                             \
            qCritical("%s:%d: %s", __FILE__, __LINE__, #condition);                                                     \
            std::exit(1);                                                                                               \
        }                                                                                                               \
    } while (false)

void run(QSqlQuery &query, const QString &sql)
{
    if (!query.exec(sql)) {
        qCritical("%s: %s", qPrintable(sql), qPrintable(query.lastError().text()));
        std::exit(1);
    }
}

void open(QSqlDatabase &database)
{
    if (!database.open()) {
        qCritical("%s", qPrintable(database.lastError().text()));
        std::exit(1);
    }
    CHECK(database.isOpen());
    CHECK(database.driver()->hasFeature(QSqlDriver::PreparedQueries));
    CHECK(database.driver()->hasFeature(QSqlDriver::CancelQuery));
}

void useSample()
{
    QSqlDatabase database = QSqlDatabase::addDatabase("QDUCKDB", "sample");
    CHECK(database.isValid());
    database.setDatabaseName("sample");
    open(database);
    const QStringList tables = database.tables();
    CHECK(tables.contains("customers") && tables.contains("orders") && tables.contains("events"));

    QSqlQuery query(database);
    query.setForwardOnly(true);
    run(query, "SELECT order_id, total, ordered_at, items FROM orders ORDER BY order_id");
    const QSqlRecord record = query.record();
    CHECK(record.count() == 4);
    CHECK(record.field("total").length() == 12 && record.field("total").precision() == 2);
    qint64 rows = 0;
    while (query.next()) {
        ++rows;
        CHECK(query.value(0).toLongLong() == rows);
    }
    CHECK(!query.lastError().isValid());
    CHECK(rows == 200000);

    CHECK(query.prepare("SELECT name, joined FROM customers WHERE customer_id = :id"));
    query.bindValue(":id", 17);
    CHECK(query.exec());
    CHECK(query.next());
    CHECK(!query.value(0).toString().isEmpty());
    CHECK(query.value(1).toDate().isValid());
    CHECK(!query.next());

    CHECK(!query.exec("SELECT nothing FROM customers"));
    CHECK(query.lastError().type() == QSqlError::StatementError);
    CHECK(query.lastError().text().contains("nothing"));

    QSqlTableModel model(nullptr, database);
    model.setTable("countries");
    model.setSort(0, Qt::AscendingOrder);
    CHECK(model.select());
    CHECK(model.rowCount() == 12);
    CHECK(model.data(model.index(0, 0)).toString() == "Brazil");
    CHECK(database.primaryIndex("countries").fieldName(0) == "country");
}

// Of Trino and Presto, whose SQL is the same so far.
void useServer(const QString &driver, const QString &url, const QString &nameNotFound)
{
    QSqlDatabase database = QSqlDatabase::addDatabase(driver, "server");
    CHECK(database.isValid());
    database.setConnectOptions("URL=\"" + url + "\";catalog=tpch;schema=tiny");
    open(database);
    CHECK(database.tables().contains("nation"));

    QSqlQuery query(database);
    query.setForwardOnly(true);
    run(query, "SELECT orderkey, totalprice, orderdate FROM orders");
    qint64 rows = 0;
    while (query.next()) {
        ++rows;
        CHECK(query.value(0).toLongLong() > 0);
    }
    CHECK(!query.lastError().isValid());
    CHECK(rows == 15000);

    run(query, "SELECT 9007199254740993, DECIMAL '12345678901234567890.10', DATE '2026-08-01', X'00ff', ARRAY[1, NULL], CAST(NULL AS varchar)");
    CHECK(query.next());
    CHECK(query.value(0).toLongLong() == 9007199254740993LL);
    CHECK(query.value(1).toString() == "12345678901234567890.10");
    CHECK(query.value(2).toDate() == QDate(2026, 8, 1));
    CHECK(query.value(3).toByteArray() == QByteArray("\x00\xff", 2));
    CHECK(query.value(4).toList().size() == 2);
    CHECK(query.isNull(5));

    CHECK(query.prepare("SELECT name, ? FROM nation WHERE nationkey = ?"));
    query.addBindValue(QString("it's ? 😀"));
    query.addBindValue(7);
    if (!query.exec())
        qCritical("%s", qPrintable(query.lastError().text()));
    CHECK(query.next());
    CHECK(query.value(0).toString() == "GERMANY");
    CHECK(query.value(1).toString() == "it's ? 😀");

    CHECK(!query.exec("SELECT\n  nothing FROM nation"));
    CHECK(query.lastError().nativeErrorCode() == nameNotFound);
    CHECK(query.lastError().driverText().contains("line 2, column 3"));

    const QSqlRecord record = database.record("tpch.tiny.nation");
    CHECK(record.count() == 4);
    CHECK(record.field("nationkey").metaType().id() == QMetaType::LongLong);
    CHECK(database.primaryIndex("nation").count() == 0);

    run(query, "CREATE TABLE memory.default.grebe_consumer AS SELECT nationkey, name FROM nation");
    CHECK(query.numRowsAffected() == 25);
    run(query, "DROP TABLE memory.default.grebe_consumer");

    QSqlTableModel model(nullptr, database);
    model.setTable("nation");
    model.setSort(0, Qt::AscendingOrder);
    CHECK(model.select());
    CHECK(model.rowCount() == 25);
    CHECK(model.data(model.index(0, 1)).toString() == "ALGERIA");
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (argc > 1) // else QT_PLUGIN_PATH
        QCoreApplication::addLibraryPath(QString::fromLocal8Bit(argv[1]));
    CHECK(QSqlDatabase::drivers().contains("QTRINO") && QSqlDatabase::drivers().contains("QPRESTO"));
    useSample();
    qInfo("DuckDB's sample is as expected.");
    if (const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL"); !url.isEmpty()) {
        useServer("QTRINO", url, "COLUMN_NOT_FOUND");
        qInfo("Trino is as expected.");
    }
    if (const QString url = qEnvironmentVariable("GREBE_LIVE_PRESTO_URL"); !url.isEmpty()) {
        useServer("QPRESTO", url, "SYNTAX_ERROR");
        qInfo("Presto is as expected.");
    }
    QSqlDatabase::removeDatabase("sample");
    QSqlDatabase::removeDatabase("server");
    return 0;
}
