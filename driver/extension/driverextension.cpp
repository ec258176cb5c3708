// SPDX-License-Identifier: Apache-2.0
#include "driverextension.h"

#include <QSqlDatabase>
#include <QSqlDriver>

using namespace Qt::StringLiterals;

namespace Grebe {

DriverExtension::~DriverExtension() = default;

DriverExtension *DriverExtension::load(QString *errorMessage)
{
    // The database is kept under a name of its own for the life of the application: its driver is the answer.
    const QString name = u"grebe-driver-extension"_s;
    if (!QSqlDatabase::contains(name)) {
        const QStringList drivers = QSqlDatabase::drivers();
        for (const QString &driver : { u"QTRINO"_s, u"QDUCKDB"_s }) {
            if (drivers.contains(driver)) {
                QSqlDatabase::addDatabase(driver, name);
                break;
            }
        }
    }
    auto *extension = QSqlDatabase::contains(name)
        ? qobject_cast<DriverExtension *>(QSqlDatabase::database(name, false).driver())
        : nullptr;
    if (!extension && errorMessage)
        *errorMessage = u"The Grebe driver (sqldrivers/libqsqlgrebe.so) was not found in Qt's plugin path."_s;
    return extension;
}

} // namespace Grebe
