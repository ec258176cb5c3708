// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"
#include "progress.h"

#include <QObject>
#include <QPointer>
#include <QVariant>

#include <arrow/type_fwd.h>

#include <atomic>
#include <memory>
#include <optional>

namespace Grebe {

/// How a statement is to be run; a value.
struct GREBE_EXPORT StatementOptions
{
    /// Metadata statements carry their own source tag, so that a server's administrators can route them.
    enum class Purpose { User, Metadata };

    Purpose purpose = Purpose::User;
    /// Values of the `?` in the text, in order. Kept exact: an integer stays 64 bits; a decimal is a QString with
    /// a ParameterType in `parameterTypes`.
    QVariantList parameters;
    /// The engine's type of each parameter where the value alone does not tell: "decimal(12, 2)". May be shorter.
    QStringList parameterTypes;
};

/// What a statement did, known when it has finished; a value.
struct GREBE_EXPORT StatementSummary
{
    qint64 rowCount = 0; ///< rows delivered in batches
    qint64 byteCount = 0; ///< bytes received from the server, as they came over the wire
    std::optional<qint64> affectedRows; ///< rows written, for INSERT, UPDATE, DELETE, MERGE, CREATE TABLE AS
    QString updateType; ///< "INSERT", "CREATE TABLE"; empty for a query
    /// Not empty when the rows are right but not all: "stopped by partial cancel", "row limit of the server".
    QString partialReason;
};

/// One SQL statement on its way through one connection.
///
/// Shape      started() may come first; schemaReady() comes once and before any batch, or never (DDL); every batch has
///            that schema's fields and at least one row. A batch's field may carry one more key of metadata than the
///            schema's: `grebe.raw` (see columnformatter.h).
/// Units      rowCount counts rows over all batches.
/// Errors     exactly one of finished() and failed() is emitted after start(), and nothing after it. A cancelled
///            statement ends in failed() with Error::Code::Cancelled. Batches that came before failed() are true but
///            not all.
/// Thread     lives on the connection's engine thread and emits there: connect with a receiver object, or take care of
///            the thread. start(), cancel(), cancelPartially(), pause(), resume(), queryId() may be called from any.
/// Ownership  the caller's, through StatementPtr; letting go of it cancels the query on the server.
/// Source     the life cycle is ADBC's: AdbcStatementExecuteQuery and AdbcStatementCancel in adbc.h.
class GREBE_EXPORT Statement : public QObject
{
    Q_OBJECT
public:
    ~Statement() override;

    /// Sends the statement. Connect before calling it: no signal is emitted earlier. A second call does nothing.
    void start();
    /// Asks the server to stop and returns at once; failed() tells when it has. Before start(), start() then fails.
    void cancel();
    /// "Enough, show what you have": the server stops reading and the statement finishes with a partialReason.
    /// Does nothing where the engine cannot do it now.
    void cancelPartially();
    /// Back-pressure: while paused the statement asks the server for no further rows, keeps the query alive, and emits
    /// at most the batches that are on their way. Calls do not nest.
    void pause();
    void resume();

    /// The server's id of the query, empty until started().
    QString queryId() const;
    /// The server's page about the query; may need a login of its own.
    QString infoUrl() const;

Q_SIGNALS:
    /// The server took the statement and gave it an id.
    void started(const QString &queryId);
    void schemaReady(const std::shared_ptr<arrow::Schema> &schema);
    void batchReady(const std::shared_ptr<arrow::RecordBatch> &batch);
    void progressChanged(const Grebe::Progress &progress);
    /// Each remark once.
    void warningReceived(const Grebe::Warning &warning);
    void finished(const Grebe::StatementSummary &summary);
    void failed(const Grebe::Error &error);

protected:
    explicit Statement(QObject *parent = nullptr);

    // What an engine implements; all are called on the engine thread, doStart() and doCancel() at most once,
    // doCancel() only between doStart() and the end.
    virtual void doStart() = 0;
    virtual void doCancel() = 0;
    virtual void doCancelPartially() { }
    virtual void doPause() { }
    virtual void doResume() { }

    bool isPaused() const { return m_paused; }
    bool isEnded() const { return m_ended; }
    bool isCancelling() const { return m_cancelRequested; }
    void setQueryId(const QString &queryId, const QString &infoUrl);
    /// End the statement; only the first call of either has an effect.
    void finish(const StatementSummary &summary);
    void fail(const Error &error);

private:
    struct Shared;
    std::unique_ptr<Shared> m_shared;
    std::atomic<bool> m_paused = false;
    std::atomic<bool> m_cancelRequested = false;
    bool m_startCalled = false;
    bool m_ended = false;
};

/// Deletes an object on its own thread, from any; at once where that thread has ended or the application is ending, since
/// no event loop would carry out deleteLater() any more.
struct GREBE_EXPORT DeleteOnItsThread
{
    void operator()(QObject *object) const;
};

using StatementPtr = std::unique_ptr<Statement, DeleteOnItsThread>;

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::StatementSummary)
