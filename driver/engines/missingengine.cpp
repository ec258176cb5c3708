// SPDX-License-Identifier: Apache-2.0
#include "missingengine.h"

namespace Grebe {

namespace {

class RefusedStatement final : public Statement
{
public:
    explicit RefusedStatement(const Error &reason) : m_reason(reason) { }

protected:
    void doStart() override { fail(m_reason); }
    void doCancel() override { }

private:
    const Error m_reason;
};

} // namespace

MissingEngine::MissingEngine(const Error &reason, const Dialect &dialect) : m_reason(reason), m_dialect(dialect)
{
}

template<typename T>
QFuture<Result<T>> MissingEngine::refused() const
{
    return QtFuture::makeReadyValueFuture(Result<T>(std::unexpected(m_reason)));
}

QFuture<Result<ServerInfo>> MissingEngine::open()
{
    return refused<ServerInfo>();
}

StatementPtr MissingEngine::prepare(const QString &, const StatementOptions &)
{
    StatementPtr statement(new RefusedStatement(m_reason));
    statement->moveToThread(thread());
    return statement;
}

QFuture<Result<QList<ObjectInfo>>> MissingEngine::list(const ObjectPath &)
{
    return refused<QList<ObjectInfo>>();
}

QFuture<Result<QString>> MissingEngine::definition(const ObjectPath &)
{
    return refused<QString>();
}

QFuture<Result<MetadataTable>> MissingEngine::describe(MetadataTopic, const ObjectPath &)
{
    return refused<MetadataTable>();
}

QFuture<Result<Plan>> MissingEngine::explain(const QString &, PlanKind)
{
    return refused<Plan>();
}

QFuture<Result<void>> MissingEngine::begin()
{
    return refused<void>();
}

QFuture<Result<void>> MissingEngine::commit()
{
    return refused<void>();
}

QFuture<Result<void>> MissingEngine::rollback()
{
    return refused<void>();
}

std::unique_ptr<Engine> MissingEngine::newSession() const
{
    return std::make_unique<MissingEngine>(m_reason, m_dialect);
}

} // namespace Grebe
