// SPDX-License-Identifier: Apache-2.0
#include "engineconnection.h"

#ifdef GREBE_HAS_DUCKDB
#include "duckdb/duckdbengine.h"
#endif
#include "trino/trinoengine.h"
#include "trino/trinoinfo.h"

#include <span>

namespace Grebe {

namespace {

// One line per protocol; nothing registers itself.
std::span<const EngineEntry> engineEntries()
{
    static const EngineEntry entries[] {
        { trinoInfo, TrinoEngine::create },
        { prestoInfo, TrinoEngine::create },
#ifdef GREBE_HAS_DUCKDB
        { duckdbInfo, createDuckdbEngine },
#endif
    };
    return entries;
}

} // namespace

QList<const EngineInfo *> engineInfos()
{
    QList<const EngineInfo *> infos;
    for (const EngineEntry &entry : engineEntries())
        infos << &entry.info();
    return infos;
}

const EngineEntry *engineEntry(const QString &id)
{
    for (const EngineEntry &entry : engineEntries()) {
        if (entry.info().id == id)
            return &entry;
    }
    return nullptr;
}

} // namespace Grebe
