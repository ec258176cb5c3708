// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engines/engine.h"

namespace Grebe {

/// The plugin grebe/libgrebeduckdb.so, the one part of Grebe that links DuckDB.
class DuckDbModule final : public QObject, public EngineModule
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GREBE_ENGINE_MODULE_IID)
    Q_INTERFACES(Grebe::EngineModule)
public:
    std::unique_ptr<Engine> createEngine(const ConnectionParameters &parameters, CredentialProvider *provider) override;
    Result<std::unique_ptr<ResultWriter>> createFileWriter(const QString &fileName, const WriteOptions &options) override;
};

} // namespace Grebe
