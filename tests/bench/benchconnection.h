// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"
#include "extension/driverextension.h"

#include <QCoreApplication>

namespace Grebe {

/// A connection that is open, by the plugin beside the program; or the program ends with what is wrong.
inline ConnectionPtr openConnection(const QString &url)
{
    QCoreApplication::addLibraryPath(QCoreApplication::applicationDirPath() + QStringLiteral("/../plugins"));
    QString problem;
    DriverExtension *driver = DriverExtension::load(&problem);
    if (!driver)
        qFatal("%s", qPrintable(problem));
    const auto parameters = ConnectionParameters::fromUrl(url, driver->engines());
    if (!parameters)
        qFatal("%s", qPrintable(parameters.error().message));
    ConnectionPtr connection = driver->createConnection(*parameters, nullptr);
    auto opened = connection->open();
    opened.waitForFinished();
    if (const auto info = opened.takeResult(); !info)
        qFatal("%s", qPrintable(info.error().message));
    return connection;
}

} // namespace Grebe
