// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "duckdbrun.h"

#include <QElapsedTimer>
#include <QTimer>

#include <deque>

namespace Grebe {

/// A Statement over a DuckDbRun: one piece of work is on the session's statement thread at a time, and the next is asked for
/// before a batch is handed out, so that DuckDB and the receiver work at the same time.
///
/// Shape      no query id: DuckDB has none. byteCount counts the Arrow buffers handed out, since no wire is in between.
class DuckDbStatement final : public Statement
{
    Q_OBJECT
public:
    DuckDbStatement(DuckDbSession *session, const QString &sql, const StatementOptions &options);
    ~DuckDbStatement() override;

protected:
    void doStart() override;
    void doCancel() override;
    void doCancelPartially() override;
    void doResume() override;

private:
    void begin();
    void hurry();
    void fetchNext();
    void executed(const DuckDbRun::Outcome &outcome);
    void fetched(const DuckDbRun::Outcome &outcome);
    void deliver();
    void end(const DuckDbRun::Outcome &outcome);
    /// Closes the run and gives the turn back once that is done.
    void letGo();
    void tellProgress(Progress::State state, const QString &text);
    void poll();

    DuckDbSession *const m_session; // the engine's, which outlives us
    const std::shared_ptr<DuckDbRun> m_run;
    DuckDbSession::TurnPtr m_turn;
    std::deque<std::shared_ptr<arrow::RecordBatch>> m_ready; // read and not handed out: paused
    std::optional<DuckDbRun::Outcome> m_end; // waits for m_ready
    bool m_isActive = false; // has the turn
    bool m_isWorking = false; // on the statement thread
    bool m_hasSchema = false;
    bool m_isHurried = false;
    bool m_stopsPartially = false;
    qint64 m_rowCount = 0;
    qint64 m_byteCount = 0;
    double m_percent = -1;
    QElapsedTimer m_elapsed;
    QTimer m_timer; // progress, and interrupts until one is heard
};

} // namespace Grebe
