// SPDX-License-Identifier: Apache-2.0
#include <QtSql>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QSqlDatabase database = QSqlDatabase::addDatabase("QDUCKDB"); // or "QTRINO"
    database.setDatabaseName("duckdb:sample"); // or "trino://me@host:8080/catalog/schema"
    if (!database.open())
        qFatal("%s", qPrintable(database.lastError().text()));
    QSqlQuery query("SELECT country, region FROM countries ORDER BY country");
    while (query.next())
        qInfo().noquote() << query.value("country").toString() << query.value("region").toString();
    if (query.lastError().isValid()) // of the query, or of a row that did not come
        qFatal("%s", qPrintable(query.lastError().text()));
}
