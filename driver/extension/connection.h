// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectionparameters.h"
#include "dialect.h"
#include "engineinfo.h"
#include "metadata.h"
#include "objectpath.h"
#include "plan.h"
#include "statement.h"

#include <QFuture>
#include <QMap>
#include <QObject>

#include <chrono>

namespace Grebe {

/// What a server says of itself; a value.
struct GREBE_EXPORT ServerInfo
{
    QString product; ///< "Trino"
    QString version; ///< "476"
    QString environment;
    QString user; ///< who the server takes us for
    QString tlsDescription; ///< "TLS 1.3, issued by Example CA"; empty without TLS
};

/// The state that a server keeps for us, or that we send along with each statement; a value.
struct GREBE_EXPORT SessionState
{
    ObjectPath current; ///< catalog and schema that short names are looked up in
    QString user;
    QMap<QString, QString> properties;
    QMap<QString, QString> roles; ///< catalog (or "system") to role
    QStringList preparedStatements;
    QString timeZone;
    bool inTransaction = false;

    friend bool operator==(const SessionState &, const SessionState &) = default;
};

/// One step of opening a connection, for the Test button of a connection editor.
struct GREBE_EXPORT ConnectionStep
{
    enum class Kind { Resolve, Connect, Tls, SignIn, FirstQuery, OpenFile };
    enum class State { Running, Done, Failed, Skipped };

    Kind kind = Kind::Resolve;
    State state = State::Running;
    QString text; ///< "127.0.0.1", "TLS 1.3, Example CA", or why it failed
    std::chrono::milliseconds duration {};
};

/// A configured server and the session we have with it. Making one connects nothing.
///
/// Shape      a session is a value, not a socket: any statement can be sent again at once after a cancel or an error.
/// Errors     futures hold Result<T>; a future never throws. What the engine cannot do is NotImplemented. cancel() on a
///            future of list(), definition(), describe() or explain() gives the question up: the server is told to stop,
///            and no result follows.
/// Thread     callable from any thread; signals are emitted on the engine thread.
/// Ownership  the caller's, through ConnectionPtr. Letting go cancels its statements; statements may outlive it and
///            then end in failed().
/// Source     the surface is ADBC's AdbcConnection, one catalog level at a time.
class GREBE_EXPORT Connection : public QObject
{
    Q_OBJECT
public:
    ~Connection() override;

    virtual const EngineInfo &engine() const = 0;
    virtual ConnectionParameters parameters() const = 0;
    virtual const Dialect &dialect() const = 0;

    /// Resolves, connects, signs in and asks the server who it is. Statements do this by themselves when it was not
    /// called; a second call answers from the first.
    virtual QFuture<Result<ServerInfo>> open() = 0;
    /// Cancels what runs, forgets the session. open() may follow.
    virtual void close() = 0;
    /// The statement is not sent before Statement::start().
    virtual StatementPtr prepare(const QString &sql, const StatementOptions &options = {}) = 0;

    /// One level of the catalog tree below `parent`; the empty path lists the outermost level. An empty list means that
    /// there is nothing (that one may see) in an object that is there; an object that is not is NotFound.
    virtual QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &parent) = 0;
    /// The statement that would make the object: SHOW CREATE.
    virtual QFuture<Result<QString>> definition(const ObjectPath &path) = 0;
    /// One topic about the object at `path`, or about the server.
    virtual QFuture<Result<MetadataTable>> describe(MetadataTopic topic, const ObjectPath &path);
    /// How the server would run one statement in this session, or for PlanKind::Analyze, and then only, how it ran it.
    /// The places in errors are those of `sql`.
    virtual QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind);
    /// A SELECT that shows some rows of a table, with names quoted and a row limit; for a person to see before it runs.
    virtual QString previewSql(const ObjectPath &table, int rowLimit) const;

    virtual SessionState session() const = 0;
    /// Replaces catalog and schema without asking the server.
    virtual void setCurrent(const ObjectPath &current) = 0;
    virtual QFuture<Result<void>> begin() = 0;
    virtual QFuture<Result<void>> commit() = 0;
    virtual QFuture<Result<void>> rollback() = 0;

    /// Another session with the same server, as configured (same sign-in, same embedded database), with fresh state.
    virtual std::unique_ptr<Connection, DeleteOnItsThread> newSession() = 0;

Q_SIGNALS:
    void stepChanged(const Grebe::ConnectionStep &step);
    void sessionChanged(const Grebe::SessionState &session);

protected:
    explicit Connection(QObject *parent = nullptr);
};

using ConnectionPtr = std::unique_ptr<Connection, DeleteOnItsThread>;

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::ConnectionStep)
Q_DECLARE_METATYPE(Grebe::SessionState)
Q_DECLARE_METATYPE(Grebe::ServerInfo)
