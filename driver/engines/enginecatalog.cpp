// SPDX-License-Identifier: Apache-2.0
#include "engineconnection.h"

#ifdef GREBE_HAS_DUCKDB
#include "duckdb/duckdbinfo.h"
#include "missingengine.h"
#include "sql/duckdbdialect.h"
#endif
#include "trino/trinoengine.h"
#include "trino/trinoinfo.h"

#include <QPluginLoader>

#include <span>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

#ifdef GREBE_HAS_DUCKDB
/// Looks where Qt looks for its plugins, as it did for us.
Result<EngineModule *> loadModule(const QString &name)
{
    QPluginLoader loader("grebe/"_L1 + name);
    if (auto *module = qobject_cast<EngineModule *>(loader.instance()))
        return module;
    return std::unexpected(Error { .code = Error::Code::NotFound,
                                   .message = u"The engine can't be loaded from plugins/grebe/%1: %2"_s.arg(name, loader.errorString()),
                                   .hint = u"Is Grebe installed whole? The other engines work without it."_s });
}

std::unique_ptr<Engine> createDuckDbEngine(const ConnectionParameters &parameters, CredentialProvider *provider)
{
    const Result<EngineModule *> module = loadModule(u"grebeduckdb"_s);
    if (!module)
        return std::make_unique<MissingEngine>(module.error(), duckdbDialect());
    return (*module)->createEngine(parameters, provider);
}
#endif

// One line per protocol; nothing registers itself.
std::span<const EngineEntry> engineEntries()
{
    static const EngineEntry entries[] {
        { trinoInfo, TrinoEngine::create },
        { prestoInfo, TrinoEngine::create },
#ifdef GREBE_HAS_DUCKDB
        { duckdbInfo, createDuckDbEngine },
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
    if (formatId == "duckdb"_L1) {
        const Result<EngineModule *> module = loadModule(u"grebeduckdb"_s);
        if (!module)
            return std::unexpected(module.error());
        return (*module)->createFileWriter(fileName, options);
    }
#endif
    return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                   .message = u"This build of Grebe cannot write the format “%1”."_s.arg(formatId) });
}

} // namespace Grebe
