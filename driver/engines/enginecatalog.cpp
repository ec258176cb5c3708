// SPDX-License-Identifier: Apache-2.0
#include "engineconnection.h"

#ifdef GREBE_HAS_DUCKDB
#include "duckdb/duckdbengine.h"
#include "duckdb/duckdbfilewriter.h"
#endif
#include "trino/trinoengine.h"
#include "trino/trinoinfo.h"

#include <span>

using namespace Qt::StringLiterals;

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

Result<std::unique_ptr<ResultWriter>> makeFileWriter([[maybe_unused]] const QString &formatId,
                                                     [[maybe_unused]] const QString &fileName,
                                                     [[maybe_unused]] const WriteOptions &options)
{
#ifdef GREBE_HAS_DUCKDB
    if (formatId == "duckdb"_L1)
        return std::make_unique<DuckDbFileWriter>(fileName, options);
#endif
    return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                   .message = u"This build of Grebe cannot write the format “%1”."_s.arg(formatId) });
}

} // namespace Grebe
