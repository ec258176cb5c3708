// SPDX-License-Identifier: Apache-2.0
#include "sqldriverplugin.h"

#include "sqldriver.h"

#include "engines/engineconnection.h"

namespace Grebe {

QSqlDriver *SqlDriverPlugin::create(const QString &key)
{
    for (const EngineInfo *engine : engineInfos()) {
        if (engine->driverName == key)
            return new SqlDriver(*engine);
    }
    return nullptr;
}

} // namespace Grebe
