// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine.h"
#include "extension/resultwriter.h"

#include <memory>

namespace Grebe {

/// The thread-safe Connection over one Engine: owns the engine's thread, hands calls over to it, and takes the thread
/// down when nothing uses it any more (statements may outlive the connection).
ConnectionPtr makeConnection(std::unique_ptr<Engine> engine, const EngineInfo &info,
                             const ConnectionParameters &parameters);

/// Every engine that was built in, and the entry of one by id; nullptr when there is none.
QList<const EngineInfo *> engineInfos();
const EngineEntry *engineEntry(const QString &id);

/// What DriverExtension::createFileWriter() gives.
Result<std::unique_ptr<ResultWriter>> makeFileWriter(const QString &formatId, const QString &fileName,
                                                     const WriteOptions &options);

} // namespace Grebe
