// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultwriter.h"
#include "extension/statement.h"

#include <QElapsedTimer>
#include <QObject>
#include <QThread>

#include <optional>

namespace Grebe {

class ExportWorker;
class DriverExtension;

/// One export on its way: cells of a result as they are shown, or a statement that was made for it, into a file.
///
/// Shape      start() once; ended() once, also behind cancel(). The file has its name only when it is whole and on the
///            disk; before that it is FILE.part, which goes away when the export ends in any other way. What stood there
///            before stays until then.
/// Errors     Cancelled; those of file, disk, format and statement; Incomplete when a statement gave part of its rows.
/// Units      memory stays flat: batches of a statement that wait to be written hold at most kHighBytes and one batch,
///            then it is paused. Rows and bytes count what was written.
/// Thread     GUI; reading, formatting and waiting for the disk happen on a thread of its own, one at a time.
/// Ownership  of the statement; letting go of the job cancels it.
class ExportJob : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 kHighBytes = 32 * 1024 * 1024;

    ExportJob(CellRange range, const QString &fileName, const QString &formatId, const WriteOptions &options,
              QObject *parent = nullptr);
    ExportJob(StatementPtr statement, const QString &fileName, const QString &formatId, const WriteOptions &options,
              QObject *parent = nullptr);
    ~ExportJob() override;

    void start();
    void cancel();
    bool isRunning() const { return m_isStarted && !m_isEnded; }
    bool isCancelling() const { return m_isCancelling; }

    QString fileName() const { return m_fileName; }
    qint64 rowCount() const;
    qint64 byteCount() const;
    qint64 totalRows() const { return m_totalRows; } ///< -1 when nobody knows
    std::chrono::milliseconds elapsed() const;
    /// What a reader of the file will find different from the result.
    QStringList remarks() const { return m_remarks; }

Q_SIGNALS:
    /// A few times a second while it runs.
    void progressChanged();
    /// No error: the file is there and whole.
    void ended(const std::optional<Grebe::Error> &error);

private:
    ExportJob(const QString &fileName, QObject *parent);
    void follow(Statement &statement);
    void end(const std::optional<Error> &error, const QStringList &remarks);

    const QString m_fileName;
    CellRange m_range;
    StatementPtr m_statement;
    qint64 m_totalRows = -1;
    QStringList m_remarks;
    QElapsedTimer m_clock;
    std::chrono::milliseconds m_took {};
    QThread m_thread;
    std::unique_ptr<ExportWorker> m_worker;
    bool m_isStarted = false;
    bool m_isCancelling = false;
    bool m_isEnded = false;
};

/// A file's name for a result: one component, whatever the text holds, without a suffix.
///
/// Shape      separators, controls, characters and names that some system reserves become `_`; at most 100 characters.
QString fileNameFor(const QString &title);

} // namespace Grebe
