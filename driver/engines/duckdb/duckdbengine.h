// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "duckdbsession.h"
#include "engines/engine.h"

namespace Grebe {

class DuckDbStatement;

/// DuckDB in this process: `duckdb:` is a database in memory, `duckdb:FILE` a file, `duckdb:sample` the sample data.
class DuckDbEngine final : public Engine
{
    Q_OBJECT
public:
    explicit DuckDbEngine(std::shared_ptr<DuckDbSource> source);
    ~DuckDbEngine() override;

    QFuture<Result<ServerInfo>> open() override;
    void close() override;
    StatementPtr prepare(const QString &sql, const StatementOptions &options) override;
    QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent) override;
    QFuture<Result<QString>> definition(const ObjectPath &path) override;
    QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path) override;
    QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind) override;
    const Dialect &dialect() const override;
    SessionState session() const override;
    void setCurrent(const ObjectPath &current) override;
    QFuture<Result<void>> begin() override;
    QFuture<Result<void>> commit() override;
    QFuture<Result<void>> rollback() override;
    std::unique_ptr<Engine> newSession() const override;

private:
    template<typename T, typename Question>
    QFuture<Result<T>> ask(Question question);

    DuckDbSession *const m_session; // our child, so that it goes where we go
    QList<DuckDbStatement *> m_explaining;
};

} // namespace Grebe
