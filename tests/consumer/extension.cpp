// SPDX-License-Identifier: Apache-2.0
// The other half of the installation: <grebe/…>, libgrebe and the plugin have one idea of the same classes.
#include <grebe/connection.h>
#include <grebe/driverextension.h>

#include <QCoreApplication>
#include <QSqlDatabase>
#include <QSqlDriver>

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (argc > 1)
        QCoreApplication::addLibraryPath(QString::fromLocal8Bit(argv[1]));
    QString reason;
    Grebe::DriverExtension *extension = Grebe::DriverExtension::load(&reason);
    if (!extension) {
        qCritical("%s", qPrintable(reason));
        return 1;
    }
    const auto parameters = Grebe::ConnectionParameters::fromUrl(QStringLiteral("duckdb:"), extension->engines());
    if (!parameters)
        return 2;
    const Grebe::ConnectionPtr connection = extension->createConnection(*parameters, nullptr);
    QFuture<Grebe::Result<Grebe::ServerInfo>> server = connection->open();
    server.waitForFinished();
    if (!server.result()) {
        qCritical("%s", qPrintable(server.result().error().message));
        return 3;
    }
    qInfo("%s %s", qPrintable(server.result()->product), qPrintable(server.result()->version));
    return server.result()->product == QLatin1String("DuckDB") ? 0 : 4;
}
