// SPDX-License-Identifier: Apache-2.0
#include "resultrun.h"

#include <arrow/type.h>

#include <atomic>
#include <limits>
#include <mutex>

using namespace std::chrono_literals;

namespace Grebe {

/// The reasons to pause the statement: the engine's thread, the one that writes and the window's know one each.
struct ResultRun::Brake
{
    explicit Brake(Statement *statement) : m_statement(statement) { }

    void take(ResultStore &store, const std::shared_ptr<arrow::RecordBatch> &batch)
    {
        const std::scoped_lock lock(m_mutex);
        store.append(batch);
        m_isAtLimit = store.rowCount() >= m_rowLimit;
        m_isBehind = store.isBehind();
        update();
    }
    void release()
    {
        const std::scoped_lock lock(m_mutex);
        m_isBehind = false;
        update();
    }
    void check(const ResultStore &store)
    {
        const std::scoped_lock lock(m_mutex);
        m_isBehind = store.isBehind();
        update();
    }
    void setRowLimit(qint64 rowLimit)
    {
        const std::scoped_lock lock(m_mutex);
        m_rowLimit = rowLimit;
        m_isAtLimit = false;
        update();
    }
    /// Waits for nobody: the window asks each frame.
    bool isAtLimit() const { return m_isAtLimit; }

private:
    void update()
    {
        const bool isWanted = m_isAtLimit || m_isBehind;
        if (std::exchange(m_isPulled, isWanted) == isWanted)
            return;
        if (isWanted)
            m_statement->pause();
        else
            m_statement->resume();
    }

    std::recursive_mutex m_mutex; // a statement that resumes on its own thread may have a batch at once
    Statement *const m_statement;
    qint64 m_rowLimit = std::numeric_limits<qint64>::max();
    std::atomic<bool> m_isAtLimit = false;
    bool m_isBehind = false;
    bool m_isPulled = false;
};

ResultRun::ResultRun(StatementPtr statement, const QString &sql, QObject *parent)
    : QObject(parent), m_statement(std::move(statement)), m_sql(sql), m_brake(std::make_shared<Brake>(m_statement.get()))
{
    m_tick.setInterval(16ms);
    connect(&m_tick, &QTimer::timeout, this, &ResultRun::publish);

    // The store takes batches where they are made; holding it by value keeps it alive for a batch that comes late.
    connect(m_statement.get(), &Statement::batchReady, m_statement.get(),
            [store = m_store, brake = m_brake](const std::shared_ptr<arrow::RecordBatch> &batch) { brake->take(*store, batch); });
    m_store->setSpillErrorHandler([this](const Error &) { QMetaObject::invokeMethod(this, &ResultRun::noteSpill); });
    m_store->setRoomHandler([this, brake = m_brake] {
        brake->release();
        QMetaObject::invokeMethod(this, &ResultRun::noteSpill);
    });
    connect(m_statement.get(), &Statement::schemaReady, this, [this](const std::shared_ptr<arrow::Schema> &schema) {
        m_store->setSchema(schema);
        m_columns.reserve(size_t(schema->num_fields()));
        for (const std::shared_ptr<arrow::Field> &field : schema->fields()) {
            m_columns.emplace_back(field);
            m_columnNames << QString::fromStdString(field->name());
        }
        Q_EMIT columnsKnown();
        publish();
    });
    connect(m_statement.get(), &Statement::started, this, &ResultRun::progressChanged);
    connect(m_statement.get(), &Statement::progressChanged, this, [this](const Progress &progress) {
        m_progress = progress;
        Q_EMIT progressChanged();
    });
    connect(m_statement.get(), &Statement::warningReceived, this, [this](const Warning &warning) {
        m_warnings << warning;
        Q_EMIT warningReceived(warning);
    });
    connect(m_statement.get(), &Statement::finished, this, [this](const StatementSummary &summary) {
        m_summary = summary;
        end();
    });
    connect(m_statement.get(), &Statement::failed, this, [this](const Error &error) {
        m_error = error;
        end();
    });
}

ResultRun::~ResultRun()
{
    // Others may hold the store on.
    m_store->setSpillErrorHandler({});
    m_store->setRoomHandler({});
}

void ResultRun::setRowLimit(qint64 rowLimit)
{
    m_rowStep = rowLimit;
    m_brake->setRowLimit(rowLimit > 0 ? rowLimit : std::numeric_limits<qint64>::max());
}

void ResultRun::start()
{
    m_started = true;
    m_clock.start();
    m_tick.start();
    m_statement->start();
}

void ResultRun::cancel()
{
    if (!isRunning() || m_cancelling)
        return;
    m_cancelling = true;
    m_statement->cancel();
    Q_EMIT progressChanged();
}

void ResultRun::loadMore()
{
    m_held = false;
    m_brake->setRowLimit(m_store->rowCount() + m_rowStep);
}

void ResultRun::loadAll()
{
    m_held = false;
    m_brake->setRowLimit(std::numeric_limits<qint64>::max());
}

void ResultRun::retrySpill()
{
    m_store->retrySpill();
}

// The store is asked how it is: an error and the room after it are told by two threads, in any order.
void ResultRun::noteSpill()
{
    m_spillError = m_store->spillError();
    if (m_spillError)
        m_brake->check(*m_store);
    Q_EMIT progressChanged();
}

std::chrono::milliseconds ResultRun::elapsed() const
{
    return m_ended || !m_started ? m_took : std::chrono::milliseconds(m_clock.elapsed());
}

void ResultRun::publish()
{
    // Rows are shown only once their columns are.
    const qint64 rowCount = m_columns.empty() ? 0 : m_store->rowCount();
    if (rowCount != m_rowCount) {
        m_rowCount = rowCount;
        Q_EMIT rowCountChanged(rowCount);
    }
    if (const bool isHeld = m_brake->isAtLimit(); std::exchange(m_held, isHeld) != isHeld)
        Q_EMIT progressChanged();
}

void ResultRun::end()
{
    m_took = std::chrono::milliseconds(m_clock.elapsed());
    m_ended = true;
    m_tick.stop();
    publish();
    Q_EMIT ended();
}

} // namespace Grebe
