// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/statement.h"

#include <QByteArray>
#include <QList>

#include <arrow/type_fwd.h>

#include <chrono>
#include <functional>
#include <memory>

/// Runs a statement and keeps what it says.
///
/// Shape      every signal is recorded, with any that came after the end or broke the order: problems().
/// Thread     signals are recorded on the statement's thread, so nothing depends on the test's event loop; everything
///            here may be called from any. The waiting functions turn the event loop of a test that is on the
///            statement's own thread, and else sleep until the signal comes.
/// Ownership  of the statement. destroy() lets go of it earlier.
class StatementRun
{
public:
    using Hook = std::function<void(Grebe::Statement &, const std::shared_ptr<arrow::RecordBatch> &)>;

    /// Starts it, unless told not to.
    explicit StatementRun(Grebe::StatementPtr statement, bool start = true);
    ~StatementRun();
    StatementRun(const StatementRun &) = delete;
    StatementRun &operator=(const StatementRun &) = delete;

    Grebe::Statement *operator->() const { return m_statement.get(); }
    Grebe::Statement *statement() const { return m_statement.get(); }
    void destroy() { m_statement.reset(); }
    /// Batches are counted and dropped: for results that are not to be kept. Before start().
    void setKeepsBatches(bool keeps);
    /// Called on the statement's thread for each batch. Before start().
    void onBatch(const Hook &hook);

    /// False when the time is over before finished() or failed().
    bool waitForEnd(std::chrono::milliseconds timeout = std::chrono::seconds(60));
    bool waitForBatches(qsizetype count, std::chrono::milliseconds timeout = std::chrono::seconds(60));
    bool waitForStarted(std::chrono::milliseconds timeout = std::chrono::seconds(60));
    /// Until the condition on this run holds; it is looked at after each signal.
    bool waitFor(const std::function<bool(const StatementRun &)> &condition,
                 std::chrono::milliseconds timeout = std::chrono::seconds(60));

    bool hasFinished() const;
    bool hasFailed() const;
    Grebe::StatementSummary summary() const;
    Grebe::Error error() const; ///< of failed(); a default one otherwise
    std::shared_ptr<arrow::Schema> schema() const;
    QList<std::shared_ptr<arrow::RecordBatch>> batches() const;
    std::shared_ptr<arrow::Table> table() const; ///< null without a schema
    qint64 rowCount() const; ///< over all batches that came
    qsizetype batchCount() const;
    qint64 largestBatch() const; ///< rows
    QList<Grebe::Progress> progress() const;
    QList<Grebe::Warning> warnings() const;
    int endCount() const; ///< finished() and failed() together
    /// What broke Statement's contract, a line each; empty is well.
    QByteArray problems() const;
    /// Everything that was signalled, a line each, for QVERIFY2.
    const char *log() const;
    /// One cell as arrow::Scalar::ToString() writes it; "null" for NULL.
    QString cell(qint64 row, int column) const;

private:
    Grebe::StatementPtr m_statement;
    struct State;
    std::shared_ptr<State> m_state; // shared with the slots, which may outlive us by a signal
};
