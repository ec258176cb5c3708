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
/// Shape      batches go straight into the store on the engine thread; the window hears of them once a frame.
/// Units      the memory budget is in bytes of result; when it is used up the statement is paused, not cut: resume
///            with loadMore() or loadAll().
/// Thread     GUI.
/// Ownership  owns the statement; the store is shared and outlives the run where somebody holds it.
class ResultRun : public QObject
{
    Q_OBJECT
public:
    static constexpr qint64 kMemoryBudget = qint64(256) << 20;

    ResultRun(StatementPtr statement, const QString &sql, QObject *parent = nullptr);
    ~ResultRun() override;

    void start();
    void cancel();
    void loadMore();
    void loadAll();

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
    /// Paused because the memory budget is used up.
    bool isHeld() const { return m_held && isRunning(); }
    const std::optional<Error> &error() const { return m_error; }
    const StatementSummary &summary() const { return m_summary; }

Q_SIGNALS:
    void columnsKnown();
    void rowCountChanged(qint64 rowCount);
    void progressChanged();
    void warningReceived(const Grebe::Warning &warning);
    void ended();

private:
    void publish();
    void end();

    StatementPtr m_statement;
    QString m_sql;
    std::shared_ptr<ResultStore> m_store = std::make_shared<ResultStore>();
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
    qint64 m_budget = kMemoryBudget;
    bool m_started = false;
    bool m_ended = false;
    bool m_held = false;
    bool m_cancelling = false;
};

} // namespace Grebe
