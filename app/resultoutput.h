// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/statement.h"
#include "extension/resultwriter.h"

#include <QObject>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>

namespace Grebe {

/// Writes the results of statements, one after the other, as their batches come.
///
/// Shape      ended() once per statement, behind its last row: the statement's end travels through here, so that what
///            came before it has been written.
/// Errors     a failed write cancels the statement; ended() then carries the write's error.
/// Units      memory stays flat: batches on their way hold at most kHighBytes (and one batch), then the statement is
///            paused until half of them are written.
/// Thread     its own, where writing may block as long as the reader likes; follow() and the counts from any.
class ResultOutput : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 kHighBytes = 32 * 1024 * 1024;

    /// How a statement ended.
    struct End
    {
        StatementSummary summary;
        std::optional<Error> error; ///< the statement's
        std::optional<Error> writeError;
        qint64 rowCount = 0; ///< rows that were written
        bool hadSchema = false;
        QStringList remarks; ///< the writer's
    };

    using WriterMaker = std::function<Result<std::unique_ptr<ResultWriter>>()>;

    ResultOutput(ByteSink &sink, const QString &formatId, bool isTerminal, const WriteOptions &options = {});
    /// Into what is no stream of bytes: a database.
    ResultOutput(WriterMaker makeWriter, const QString &formatId);
    ~ResultOutput() override;

    /// Takes the statement's signals. It must live until ended().
    void follow(Statement &statement);
    qint64 rowCount() const { return m_rowCount; } ///< written so far, over all statements
    /// When the first row of all came; empty before.
    std::optional<std::chrono::steady_clock::time_point> firstRowTime() const;

Q_SIGNALS:
    void ended(const Grebe::ResultOutput::End &end);

private:
    void begin(const std::shared_ptr<arrow::Schema> &schema);
    void write(const std::shared_ptr<arrow::RecordBatch> &batch, qint64 byteCount);
    void end(const StatementSummary &summary, const std::optional<Error> &error);
    void failWriting(const Error &error);

    ByteSink *const m_sink;
    const WriterMaker m_makeWriter;
    const QString m_formatId;
    const bool m_isTerminal;
    const WriteOptions m_options;
    std::unique_ptr<ResultWriter> m_writer;
    Statement *m_statement = nullptr;
    std::atomic<qint64> m_waitingBytes = 0;
    std::atomic<qint64> m_rowCount = 0;
    std::atomic<std::chrono::steady_clock::rep> m_firstRow = 0; // ticks of the clock; 0: no row yet
    std::optional<Error> m_writeError;
    qint64 m_statementRows = 0;
    int m_resultCount = 0;
};

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::ResultOutput::End)
