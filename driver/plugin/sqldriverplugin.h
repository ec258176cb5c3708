// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QSqlDriverPlugin>

namespace Grebe {

/// What QtSql loads: makes the driver for a name of `grebe.json`, or none when its engine was not built in.
class SqlDriverPlugin final : public QSqlDriverPlugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID QSqlDriverFactoryInterface_iid FILE "grebe.json")

public:
    QSqlDriver *create(const QString &key) override;
};

} // namespace Grebe
