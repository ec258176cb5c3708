// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoclient.h"
#include "trinometadata.h"

#include "engines/engine.h"

namespace Grebe {

/// Trino, and Presto where the parameters are for it. README.md says what is there.
class TrinoEngine final : public Engine
{
    Q_OBJECT
public:
    TrinoEngine(const ConnectionParameters &parameters, CredentialProvider *provider, const TrinoTimings &timings = {});
    ~TrinoEngine() override;

    static std::unique_ptr<Engine> create(const ConnectionParameters &parameters, CredentialProvider *provider);

    QFuture<Result<ServerInfo>> open() override;
    void close() override;
    bool isQuiet() const override;
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
    QFuture<Result<void>> run(const QString &sql);
    void startExplain(const Promise<Plan> &promise, const QString &sql, PlanKind kind);
    void endOpening(const Result<ServerInfo> &result, int generation = 0);

    std::shared_ptr<TrinoClient> m_client;
    TrinoMetadata *m_metadata;
    std::vector<std::shared_ptr<QPromise<Result<ServerInfo>>>> m_openers;
    std::optional<ServerInfo> m_server;
    int m_serverGeneration = 0; ///< of the sign-in that it was with
    QObject *m_opening = nullptr;
};

} // namespace Grebe
