// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine.h"

namespace Grebe {

/// Stands in for an engine whose module could not be loaded: whatever it is asked, its answer is why.
class MissingEngine final : public Engine
{
    Q_OBJECT
public:
    MissingEngine(const Error &reason, const Dialect &dialect);

    QFuture<Result<ServerInfo>> open() override;
    void close() override { }
    StatementPtr prepare(const QString &sql, const StatementOptions &options) override;
    QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent) override;
    QFuture<Result<QString>> definition(const ObjectPath &path) override;
    QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path) override;
    QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind) override;
    const Dialect &dialect() const override { return m_dialect; }
    SessionState session() const override { return {}; }
    void setCurrent(const ObjectPath &) override { }
    QFuture<Result<void>> begin() override;
    QFuture<Result<void>> commit() override;
    QFuture<Result<void>> rollback() override;
    std::unique_ptr<Engine> newSession() const override;

private:
    template<typename T>
    QFuture<Result<T>> refused() const;

    const Error m_reason;
    const Dialect &m_dialect;
};

} // namespace Grebe
