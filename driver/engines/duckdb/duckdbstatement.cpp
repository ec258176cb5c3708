// SPDX-License-Identifier: Apache-2.0
#include "duckdbstatement.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include <QPointer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

DuckDbStatement::DuckDbStatement(DuckDbSession *session, const QString &sql, const StatementOptions &options)
    : m_session(session), m_run(std::make_shared<DuckDbRun>(*m_session, sql, options)), m_timer(this)
{
    connect(&m_timer, &QTimer::timeout, this, &DuckDbStatement::poll);
}

DuckDbStatement::~DuckDbStatement()
{
    if (m_turn)
        letGo();
}

void DuckDbStatement::doStart()
{
    m_elapsed.start();
    const QPointer<DuckDbStatement> self(this);
    m_turn = std::make_shared<DuckDbSession::Turn>();
    m_turn->start = [self] {
        if (self)
            self->begin();
    };
    m_turn->hurry = [self] {
        if (self)
            self->hurry();
    };
    if (m_session->enqueue(m_turn))
        tellProgress(Progress::State::Queued, u"waiting for the statement before it in this session"_s);
}

void DuckDbStatement::begin()
{
    m_isActive = true;
    m_isWorking = true;
    m_timer.start(150ms);
    tellProgress(Progress::State::Running, u"running"_s);
    m_session->run([run = m_run] { return run->execute(); },
                   [self = QPointer<DuckDbStatement>(this)](const DuckDbRun::Outcome &outcome) {
                       if (self)
                           self->executed(outcome);
                   });
}

void DuckDbStatement::executed(const DuckDbRun::Outcome &outcome)
{
    m_isWorking = false;
    if (outcome.schema) {
        m_hasSchema = true;
        const QPointer<DuckDbStatement> self(this);
        Q_EMIT schemaReady(outcome.schema);
        if (!self)
            return;
    }
    if (outcome.atEnd)
        end(outcome);
    else
        fetchNext();
}

void DuckDbStatement::fetchNext()
{
    if (m_isWorking || m_end || isEnded())
        return;
    if (isCancelling() || m_stopsPartially) {
        end({ .error = Error { .code = Error::Code::Cancelled, .message = u"The statement was cancelled."_s }, .atEnd = true });
        return;
    }
    if (isPaused() && !m_isHurried)
        return;
    m_isWorking = true;
    m_session->run([run = m_run] { return run->fetch(); },
                   [self = QPointer<DuckDbStatement>(this)](const DuckDbRun::Outcome &outcome) {
                       if (self)
                           self->fetched(outcome);
                   });
}

void DuckDbStatement::fetched(const DuckDbRun::Outcome &outcome)
{
    m_isWorking = false;
    if (outcome.batch)
        m_ready.push_back(outcome.batch);
    if (outcome.atEnd) {
        m_end = outcome;
        m_timer.stop();
        letGo(); // the next statement need not wait until these rows are taken
    } else {
        fetchNext();
    }
    deliver();
}

void DuckDbStatement::deliver()
{
    const QPointer<DuckDbStatement> self(this);
    while (!m_ready.empty() && !isPaused() && !isCancelling() && !isEnded()) {
        const auto batch = m_ready.front();
        m_ready.pop_front();
        m_rowCount += batch->num_rows();
        m_byteCount += arrow::util::TotalBufferSize(*batch);
        Q_EMIT batchReady(batch);
        if (!self)
            return;
    }
    if (m_end && !isEnded() && (m_ready.empty() || isCancelling()))
        end(*std::exchange(m_end, std::nullopt));
}

void DuckDbStatement::end(const DuckDbRun::Outcome &outcome)
{
    m_timer.stop();
    if (m_turn)
        letGo();
    m_session->noteState(outcome.current, outcome.inTransaction);
    StatementSummary summary = outcome.summary;
    summary.rowCount = m_rowCount;
    summary.byteCount = m_byteCount;
    if (m_hasSchema && !summary.updateType.isEmpty())
        summary.affectedRows = m_rowCount; // RETURNING hands out each row that was written
    const bool wasStopped = outcome.error && outcome.error->isCancelled();
    if (m_stopsPartially && wasStopped && !isCancelling()) {
        summary.partialReason = u"stopped when asked to"_s;
        finish(summary);
    } else if (outcome.error) {
        fail(*outcome.error);
    } else if (isCancelling() && m_hasSchema && !summary.affectedRows) {
        // It came to its end at the same moment. Something that was written stays written, and is told as it is.
        fail({ .code = Error::Code::Cancelled, .message = u"The statement was cancelled."_s });
    } else {
        finish(summary);
    }
}

void DuckDbStatement::letGo()
{
    const DuckDbSession::TurnPtr turn = std::exchange(m_turn, nullptr);
    if (!m_isActive) {
        m_session->leave(turn);
        return;
    }
    m_isActive = false;
    m_run->cancel();
    if (m_isWorking)
        m_session->interrupt();
    // Behind what is on the thread still. The run must be gone before the next statement begins.
    m_session->run([run = m_run] {
        run->close();
        return true;
    }, [session = m_session, turn](bool) { session->leave(turn); });
}

void DuckDbStatement::doCancel()
{
    if (!m_isActive && !m_end) { // still in the queue
        end({ .error = Error { .code = Error::Code::Cancelled, .message = u"Cancelled before it ran."_s }, .atEnd = true });
        return;
    }
    m_run->cancel();
    if (m_isWorking) {
        m_session->interrupt();
        m_timer.start(20ms); // see ~DuckDbSession()
    } else if (m_end) {
        deliver();
    } else {
        fetchNext();
    }
}

void DuckDbStatement::doCancelPartially()
{
    if (!m_hasSchema || m_end)
        return;
    m_stopsPartially = true;
    m_run->cancel();
    if (m_isWorking) {
        m_session->interrupt();
        m_timer.start(20ms);
    } else {
        fetchNext();
    }
}

void DuckDbStatement::doResume()
{
    fetchNext();
    deliver();
}

void DuckDbStatement::hurry()
{
    m_isHurried = true;
    if (m_hasSchema)
        fetchNext();
}

void DuckDbStatement::poll()
{
    if (isCancelling() || m_stopsPartially) {
        m_session->interrupt();
        return;
    }
    const duckdb_query_progress_type progress = m_session->progress();
    if (progress.percentage > m_percent)
        m_percent = std::min(progress.percentage, 100.0);
    tellProgress(Progress::State::Running, m_hasSchema ? u"reading rows"_s : u"running"_s);
}

void DuckDbStatement::tellProgress(Progress::State state, const QString &text)
{
    Progress progress;
    progress.state = state;
    progress.text = text;
    progress.percent = m_percent;
    progress.isTotalKnown = m_percent >= 0;
    progress.rowCount = m_rowCount;
    progress.byteCount = m_byteCount;
    progress.elapsed = std::chrono::milliseconds(m_elapsed.elapsed());
    Q_EMIT progressChanged(progress);
}

} // namespace Grebe
