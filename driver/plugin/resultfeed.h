// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"
#include "extension/resultstore.h"

#include <QMutex>
#include <QSet>
#include <QWaitCondition>

#include <memory>
#include <optional>

namespace Grebe {

/// The statements of one driver that are under way, so that another thread can cancel them.
/// Thread     any. A statement is removed before it is let go of.
class RunningStatements
{
public:
    void add(Statement *statement);
    void remove(Statement *statement);
    /// How many were asked to stop.
    qsizetype cancelAll();

private:
    QMutex m_mutex;
    QSet<Statement *> m_statements;
};

/// Runs one statement for a caller that blocks: batches arrive on the engine thread, the caller waits for them.
///
/// Shape      reads ahead of the caller until kBytesAhead of rows lie there, then pauses the statement; reading on
///            resumes it, and so does a disk that has caught up with what goes beyond the store's memory. No event loop
///            is needed in the caller's thread.
/// Errors     where rows can't be put on disk and too many lie in memory, the statement is cancelled and error() says why;
///            what came before stays readable.
/// Thread     the caller's own, but for what happens inside on the engine thread.
/// Ownership  of the statement: letting go of the feed cancels it.
class ResultFeed
{
public:
    static constexpr qint64 kBytesAhead = 32 * 1024 * 1024;

    /// Starts the statement.
    ResultFeed(StatementPtr statement, std::shared_ptr<RunningStatements> running);
    ~ResultFeed();
    ResultFeed(const ResultFeed &) = delete;
    ResultFeed &operator=(const ResultFeed &) = delete;

    /// Until there is a first batch or the statement has ended.
    void waitForStart();
    /// Until the row is there, or the statement has ended: then false when it never came.
    bool waitForRow(qint64 row);
    /// Until the statement has ended or has more rows than this; whether it has ended.
    bool waitForEnd(qint64 rowLimit);
    /// The caller stands at this row: those behind it are no longer ahead.
    void setReadRow(qint64 row);

    const ResultStore &store() const { return m_shared->store; }
    void dropBefore(qint64 row) { m_shared->store.dropBefore(row); }
    bool hasEnded() const;
    std::optional<Error> error() const; ///< of failed()
    StatementSummary summary() const;

private:
    struct Shared // outlives the feed while the engine thread is inside of a signal
    {
        mutable QMutex mutex;
        QWaitCondition changed;
        ResultStore store;
        qint64 byteCount = 0; ///< of all batches, also of those that were dropped
        qint64 readRow = 0;
        bool isUnlimited = false;
        bool isPaused = false;
        bool hasEnded = false;
        std::optional<Error> error;
        StatementSummary summary;

        bool isFull() const;
        bool isOutOfRoom() const;
    };

    void resumeIfRoom(); ///< with the mutex held

    std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();
    std::shared_ptr<RunningStatements> m_running;
    StatementPtr m_statement;
};

} // namespace Grebe
