// SPDX-License-Identifier: Apache-2.0
#include "resultrun.h"

#include <arrow/type.h>

#include <limits>

using namespace std::chrono_literals;

namespace Grebe {

ResultRun::ResultRun(StatementPtr statement, const QString &sql, QObject *parent)
    : QObject(parent), m_statement(std::move(statement)), m_sql(sql)
{
    m_tick.setInterval(16ms);
    connect(&m_tick, &QTimer::timeout, this, &ResultRun::publish);

    // The store takes batches where they are made; holding it by value keeps it alive for a batch that comes late.
    connect(m_statement.get(), &Statement::batchReady, m_statement.get(),
            [store = m_store](const std::shared_ptr<arrow::RecordBatch> &batch) { store->append(batch); });
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

ResultRun::~ResultRun() = default;

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
    m_budget = m_store->byteCount() + kMemoryBudget;
    m_held = false;
    m_statement->resume();
}

void ResultRun::loadAll()
{
    m_budget = std::numeric_limits<qint64>::max();
    m_held = false;
    m_statement->resume();
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
    if (!m_held && !m_ended && m_store->byteCount() > m_budget) {
        m_held = true;
        m_statement->pause();
        Q_EMIT progressChanged();
    }
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
