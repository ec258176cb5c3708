// SPDX-License-Identifier: Apache-2.0
#include "engine.h"

using namespace Qt::StringLiterals;

namespace Grebe {

Engine::~Engine() = default;
EngineModule::~EngineModule() = default;

QFuture<Result<MetadataTable>> Engine::describe(MetadataTopic, const ObjectPath &)
{
    return QtFuture::makeReadyValueFuture(Result<MetadataTable>(
            std::unexpected(Error { .code = Error::Code::NotImplemented, .message = u"This engine does not tell this."_s })));
}

QFuture<Result<Plan>> Engine::explain(const QString &, PlanKind)
{
    return QtFuture::makeReadyValueFuture(Result<Plan>(
            std::unexpected(Error { .code = Error::Code::NotImplemented, .message = u"This engine has no such plan."_s })));
}

} // namespace Grebe
