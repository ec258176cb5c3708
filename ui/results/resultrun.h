// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnformatter.h"
#include "extension/resultstore.h"
#include "extension/statement.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <optional>
#include <vector>

namespace Grebe {

/// One run of one statement as the window follows it: never reused, so that nothing of an earlier run can arrive in it.
///
/// Shape      batches go straight into the store on the engine thread; the window hears of them once a frame. The
///            statement is paused, not cut, at the row limit, until loadMore() or loadAll(), and while the disk does not
///            keep up with what goes beyond the store's memory.
/// Errors     error() ends the run. spillError() pauses it: all rows are there, no more can be kept until there is room.
/// Thread     GUI.
/// Ownership  owns the statement; the store is shared and outlives the run where somebody holds it.
class ResultRun : public QObject
{
    Q_OBJECT
public:
    ResultRun(StatementPtr statement, const QString &sql, QObject *parent = nullptr);
    ~ResultRun() override;

    /// How many rows are read at first; 0 for all. A batch that crosses the line is kept whole.
    void setRowLimit(qint64 rowLimit);
    void start();
    void cancel();
    void loadMore(); ///< as many again
    void loadAll();
    /// After room was made on the disk.
    void retrySpill();

    const std::shared_ptr<ResultStore> &store() const { return m_store; }
    const std::vector<ColumnFormatter> &columns() const { return m_columns; }
    QStringList columnNames() const { return m_columnNames; }
    qint64 rowCount() const { return m_rowCount; }
    const Progress &progress() const { return m_progress; }
    const QList<Warning> &warnings() const { return m_warnings; }
    QString sql() const { return m_sql; }
    QString queryId() const { return m_statement->queryId(); }
    QString infoUrl() const { return m_statement->infoUrl(); }
    std::chrono::milliseconds elapsed() const;
    bool isRunning() const { return m_started && !m_ended; }
    bool isCancelling() const { return m_cancelling; }
    /// Paused at the row limit.
    bool isHeld() const { return m_held && isRunning(); }
    /// Why rows can't be put on disk; stays when the run has ended and its rows fill the memory.
    const std::optional<Error> &spillError() const { return m_spillError; }
    const std::optional<Error> &error() const { return m_error; }
    const StatementSummary &summary() const { return m_summary; }

Q_SIGNALS:
    void columnsKnown();
    void rowCountChanged(qint64 rowCount);
    void progressChanged();
    void warningReceived(const Grebe::Warning &warning);
    void ended();

private:
    struct Brake;
    void publish();
    void end();
    void noteSpill();

    StatementPtr m_statement;
    QString m_sql;
    std::shared_ptr<ResultStore> m_store = std::make_shared<ResultStore>();
    std::shared_ptr<Brake> m_brake;
    std::vector<ColumnFormatter> m_columns;
    QStringList m_columnNames;
    QTimer m_tick;
    QElapsedTimer m_clock;
    std::chrono::milliseconds m_took {};
    Progress m_progress;
    QList<Warning> m_warnings;
    StatementSummary m_summary;
    std::optional<Error> m_error;
    qint64 m_rowCount = 0;
    qint64 m_rowStep = 0;
    std::optional<Error> m_spillError;
    bool m_started = false;
    bool m_ended = false;
    bool m_held = false;
    bool m_cancelling = false;
};

} // namespace Grebe
