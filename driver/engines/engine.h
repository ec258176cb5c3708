// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"
#include "extension/credentialprovider.h"
#include "extension/resultwriter.h"

#include <QObject>

namespace Grebe {

/// One protocol, speaking for one session: the only interface an engine implements.
///
/// Thread     lives on its connection's engine thread; everything but prepare(), dialect() and session() is called there.
///            prepare() is called from any thread: it makes the Statement and moves it to thread().
/// Ownership  its EngineConnection's (engineconnection.h), which makes the thread-safe Connection of it.
class GREBE_EXPORT Engine : public QObject
{
    Q_OBJECT
public:
    ~Engine() override;

    virtual QFuture<Result<ServerInfo>> open() = 0;
    virtual void close() = 0;
    /// False while what close() or the end of a statement began on a server, a cancel, is on its way; quiet() follows
    /// within seconds. The engine and its thread stay as long.
    virtual bool isQuiet() const { return true; }
    virtual StatementPtr prepare(const QString &sql, const StatementOptions &options) = 0;
    virtual QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent) = 0;
    virtual QFuture<Result<QString>> definition(const ObjectPath &path) = 0;
    // Who asked may cancel() these futures and those of list() and definition(): stop asking the server then.
    virtual QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path);
    /// `sql` is one statement without its `;`.
    virtual QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind);
    virtual const Dialect &dialect() const = 0;
    virtual SessionState session() const = 0;
    virtual void setCurrent(const ObjectPath &current) = 0;
    virtual QFuture<Result<void>> begin() = 0;
    virtual QFuture<Result<void>> commit() = 0;
    virtual QFuture<Result<void>> rollback() = 0;
    /// An engine for newSession(): shares what sessions share (an embedded database, a token), no session state.
    /// Called on any thread; the result has no thread of its own yet.
    virtual std::unique_ptr<Engine> newSession() const = 0;

Q_SIGNALS:
    void stepChanged(const Grebe::ConnectionStep &step);
    void sessionChanged(const Grebe::SessionState &session);
    void quiet();

protected:
    Engine() = default;
};

/// How the catalogue makes an engine.
struct EngineEntry
{
    const EngineInfo &(*info)();
    std::unique_ptr<Engine> (*create)(const ConnectionParameters &parameters, CredentialProvider *provider);
};

/// An engine in a plugin of its own, `plugins/grebe`, since the library under it is large: loaded with the first connection.
///
/// Thread     any.
class GREBE_EXPORT EngineModule
{
public:
    virtual ~EngineModule();
    virtual std::unique_ptr<Engine> createEngine(const ConnectionParameters &parameters, CredentialProvider *provider) = 0;
    /// What DriverExtension::createFileWriter() gives, where the engine has a file format.
    virtual Result<std::unique_ptr<ResultWriter>> createFileWriter(const QString &fileName, const WriteOptions &options) = 0;
};

} // namespace Grebe

#define GREBE_ENGINE_MODULE_IID "org.grebe.EngineModule/1"
Q_DECLARE_INTERFACE(Grebe::EngineModule, GREBE_ENGINE_MODULE_IID)
