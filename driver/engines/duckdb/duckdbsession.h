// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "duckdbdatabase.h"
#include "extension/connection.h"

#include <QPromise>
#include <QThreadPool>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace Grebe {

/// One DuckDB connection, the queue in front of it, and the two threads that wait for DuckDB: one for statements, one for
/// metadata, which has a DuckDB connection of its own and so is answered while a statement runs.
///
/// Shape      a DuckDB connection has one statement at a time: a result that is half read refuses the next statement with
///            RESOURCE_IN_USE. So statements take turns; who holds the turn while another waits is told to hurry: it reads the
///            rest of its result into memory, paused or not.
/// Thread     lives on the engine thread; what may be called from elsewhere says so.
/// Ownership  the engine's, which outlives its statements. The destructor interrupts and waits for what runs.
class DuckDbSession final : public QObject
{
    Q_OBJECT
public:
    /// A turn at the DuckDB connection.
    struct Turn
    {
        std::function<void()> start;
        std::function<void()> hurry;
    };
    using TurnPtr = std::shared_ptr<Turn>;

    DuckDbSession(std::shared_ptr<DuckDbSource> source, QObject *parent);
    ~DuckDbSession() override;

    const std::shared_ptr<DuckDbSource> &source() const { return m_source; }

    /// Starts it now or later; returns whether it has to wait.
    bool enqueue(const TurnPtr &turn);
    /// Gives the turn back, or leaves the queue.
    void leave(const TurnPtr &turn);

    /// Runs `work` on the statements' thread, or that of metadata, and `done` with its result on the engine thread.
    template<typename Work, typename Done>
    void run(Work work, Done done, bool isMetadata = false)
    {
        (isMetadata ? m_metadataPool : m_pool).start([this, work = std::move(work), done = std::move(done)]() mutable {
            QMetaObject::invokeMethod(this, [result = work(), done = std::move(done)]() mutable { done(std::move(result)); },
                                      Qt::QueuedConnection);
        });
    }
    /// One statement without a result, in turn.
    QFuture<Result<void>> command(const QByteArray &sql);
    /// Opens the database if it is not open, and asks for the version.
    QFuture<Result<ServerInfo>> open();
    /// In turn: disconnects; a database that nobody else uses is closed.
    void close();

    SessionState state() const; ///< any thread
    /// What a statement has changed: the new current schema, a transaction begun (true) or ended (false).
    void noteState(const std::optional<ObjectPath> &current, std::optional<bool> inTransaction);

    /// On the pool threads: the connection, opened when there is none yet.
    Result<duckdb_connection> connection();
    Result<duckdb_connection> metadataConnection();
    /// Database and schema that names are looked up in; on the statements' thread.
    std::optional<ObjectPath> askCurrent();
    bool isClosing() const { return m_closing; } ///< any thread

    void interrupt(); ///< any thread
    duckdb_query_progress_type progress(); ///< any thread; -1 when nothing is known

Q_SIGNALS:
    void stateChanged(const Grebe::SessionState &state);

private:
    Result<duckdb_connection> connect(duckdb_connection &connection);
    void disconnect(duckdb_connection &connection);
    void startNext();

    const std::shared_ptr<DuckDbSource> m_source;
    QThreadPool m_pool;
    QThreadPool m_metadataPool;
    TurnPtr m_active;
    std::deque<TurnPtr> m_waiting;
    std::atomic<bool> m_closing = false;

    std::mutex m_connectionMutex; // of the three below, and of interrupt() against disconnect()
    std::shared_ptr<DuckDbDatabase> m_database;
    duckdb_connection m_connection = nullptr;
    duckdb_connection m_metadataConnection = nullptr;

    mutable std::mutex m_stateMutex;
    SessionState m_state;
};

/// The rows of a query as texts, NULL as a null QString; for our own questions.
Result<QList<QStringList>> duckdbRows(duckdb_connection connection, const QByteArray &sql, const QStringList &parameters = {});

} // namespace Grebe
