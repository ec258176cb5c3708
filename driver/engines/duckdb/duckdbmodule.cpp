// SPDX-License-Identifier: Apache-2.0
#include "duckdbmodule.h"

#include "duckdbengine.h"
#include "duckdbfilewriter.h"

namespace Grebe {

std::unique_ptr<Engine> DuckDbModule::createEngine(const ConnectionParameters &parameters, CredentialProvider *)
{
    return std::make_unique<DuckDbEngine>(std::make_shared<DuckDbSource>(parameters));
}

Result<std::unique_ptr<ResultWriter>> DuckDbModule::createFileWriter(const QString &fileName, const WriteOptions &options)
{
    return std::make_unique<DuckDbFileWriter>(fileName, options);
}

} // namespace Grebe
