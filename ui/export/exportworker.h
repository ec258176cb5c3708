// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exportjob.h"

#include "extension/outputtarget.h"

#include <atomic>

namespace Grebe {

class DriverExtension;

/// The half of an ExportJob that waits for disks.
///
/// Shape      ended() once.
/// Thread     its own; cancel() and the counts from any.
class ExportWorker : public QObject
{
    Q_OBJECT
public:
    /// `driver` makes the writers of database files; it outlives this.
    ExportWorker(DriverExtension *driver, const QString &fileName, const QString &formatId, const WriteOptions &options);
    ~ExportWorker() override;

    void writeRange(const CellRange &range);

    void begin(const std::shared_ptr<arrow::Schema> &schema);
    void write(const std::shared_ptr<arrow::RecordBatch> &batch);
    /// The statement's end, behind its last batch.
    void finish(const StatementSummary &summary);
    void fail(const Error &error);

    /// Bytes of batches on their way; whoever sends one adds its size first. Outlives this.
    const std::shared_ptr<std::atomic<qint64>> &waitingBytes() const { return m_waitingBytes; }
    void cancel() { m_isCancelled = true; }
    qint64 rowCount() const { return m_rowCount; }
    qint64 byteCount() const { return m_byteCount; }

Q_SIGNALS:
    void drained(); ///< half of what waited has been written
    /// Nothing more will be written: the statement may stop.
    void gaveUp();
    void ended(const std::optional<Grebe::Error> &error, const QStringList &remarks);

private:
    Result<void> open();
    void noteRows(qint64 rows);
    Result<void> writeAll(const CellRange &range);
    void end(const std::optional<Error> &error);
    void giveUp(const Error &error);

    DriverExtension *const m_driver;
    const QString m_fileName;
    const QString m_formatId;
    WriteOptions m_options;
    std::unique_ptr<OutputTarget> m_target; // outlives the writer, which writes into it
    std::unique_ptr<ResultWriter> m_writer;
    std::optional<Error> m_error; // of writing; waits for the statement's end
    const std::shared_ptr<std::atomic<qint64>> m_waitingBytes = std::make_shared<std::atomic<qint64>>(0);
    std::atomic<qint64> m_rowCount = 0;
    std::atomic<qint64> m_byteCount = 0;
    std::atomic<bool> m_isCancelled = false;
    bool m_isEnded = false;
};

} // namespace Grebe
