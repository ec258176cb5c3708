// SPDX-License-Identifier: Apache-2.0
#include <QtSql>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QSqlDatabase database = QSqlDatabase::addDatabase("QDUCKDB"); // or "QTRINO"
    database.setDatabaseName("duckdb:sample"); // or "trino://me@host:8080/catalog/schema"
    if (!database.open())
        qFatal("%s", qPrintable(database.lastError().text()));
    QSqlQuery query("SELECT name, region FROM countries ORDER BY name");
    while (query.next())
        qInfo().noquote() << query.value("name").toString() << query.value("region").toString();
    return query.lastError().isValid() ? 1 : 0;
}
