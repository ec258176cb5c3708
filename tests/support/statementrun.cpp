// SPDX-License-Identifier: Apache-2.0
#include "statementrun.h"

#include <arrow/api.h>

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QTimer>
#include <QMutex>
#include <QTest>
#include <QThread>
#include <QWaitCondition>

using namespace Grebe;

struct StatementRun::State
{
    mutable QMutex mutex;
    QWaitCondition changed;
    bool keepsBatches = true;
    Hook hook;
    bool started = false;
    std::optional<StatementSummary> summary;
    std::optional<Error> error;
    std::shared_ptr<arrow::Schema> schema;
    QList<std::shared_ptr<arrow::RecordBatch>> batches;
    qint64 rowCount = 0;
    qsizetype batchCount = 0;
    qint64 largestBatch = 0;
    QList<Progress> progress;
    QList<Warning> warnings;
    int endCount = 0;
    QByteArray log;
    QByteArray problems;
    mutable QByteArray shownLog;

    void add(const QByteArray &line)
    {
        log += line + '\n';
        if (endCount > 0)
            problems += "after the end: " + line + '\n';
    }
};

StatementRun::StatementRun(StatementPtr statement, bool start)
    : m_statement(std::move(statement)), m_state(std::make_shared<State>())
{
    const auto state = m_state;
    Statement *const s = m_statement.get();
    // The statement is the context: the slots run on its thread, as its signals do.
    QObject::connect(s, &Statement::started, s, [state](const QString &queryId) {
        const QMutexLocker lock(&state->mutex);
        state->add("started " + queryId.toUtf8());
        if (state->started)
            state->problems += "started() twice\n";
        state->started = true;
        state->changed.wakeAll();
    });
    QObject::connect(s, &Statement::schemaReady, s, [state](const std::shared_ptr<arrow::Schema> &schema) {
        const QMutexLocker lock(&state->mutex);
        state->add("schema " + QByteArray::fromStdString(schema ? schema->ToString() : "null"));
        if (state->schema)
            state->problems += "schemaReady() twice\n";
        if (!schema)
            state->problems += "schemaReady() with no schema\n";
        state->schema = schema;
        state->changed.wakeAll();
    });
    QObject::connect(s, &Statement::batchReady, s, [state, s](const std::shared_ptr<arrow::RecordBatch> &batch) {
        Hook hook;
        {
            const QMutexLocker lock(&state->mutex);
            state->add("batch of " + QByteArray::number(qlonglong(batch ? batch->num_rows() : -1)));
            if (!state->schema)
                state->problems += "a batch before the schema\n";
            else if (batch && !batch->schema()->Equals(*state->schema, false))
                state->problems += "a batch of another schema: " + QByteArray::fromStdString(batch->schema()->ToString()) + '\n';
            if (!batch || batch->num_rows() < 1) {
                state->problems += "a batch without rows\n";
                return;
            }
            if (const arrow::Status status = batch->ValidateFull(); !status.ok())
                state->problems += "an invalid batch: " + QByteArray::fromStdString(status.ToString()) + '\n';
            state->rowCount += batch->num_rows();
            state->batchCount += 1;
            state->largestBatch = std::max<qint64>(state->largestBatch, batch->num_rows());
            if (state->keepsBatches)
                state->batches << batch;
            hook = state->hook;
            state->changed.wakeAll();
        }
        if (hook)
            hook(*s, batch);
    });
    QObject::connect(s, &Statement::progressChanged, s, [state](const Progress &progress) {
        const QMutexLocker lock(&state->mutex);
        state->add("progress " + progress.text.toUtf8());
        if (!state->progress.isEmpty() && progress.percent < state->progress.last().percent)
            state->problems += "the percentage fell\n";
        state->progress << progress;
        state->changed.wakeAll();
    });
    QObject::connect(s, &Statement::warningReceived, s, [state](const Warning &warning) {
        const QMutexLocker lock(&state->mutex);
        state->add("warning " + warning.code.toUtf8() + ": " + warning.message.toUtf8());
        if (state->warnings.contains(warning))
            state->problems += "a warning twice\n";
        state->warnings << warning;
        state->changed.wakeAll();
    });
    QObject::connect(s, &Statement::finished, s, [state](const StatementSummary &summary) {
        const QMutexLocker lock(&state->mutex);
        state->add("finished with " + QByteArray::number(summary.rowCount) + " rows");
        if (summary.rowCount != state->rowCount)
            state->problems += "the summary counts other rows than came\n";
        state->endCount += 1;
        state->summary = summary;
        state->changed.wakeAll();
    });
    QObject::connect(s, &Statement::failed, s, [state](const Error &error) {
        const QMutexLocker lock(&state->mutex);
        state->add("failed, " + codeName(error.code).toUtf8() + ": " + error.message.toUtf8());
        state->endCount += 1;
        state->error = error;
        state->changed.wakeAll();
    });
    if (start)
        m_statement->start();
}

StatementRun::~StatementRun() = default;

void StatementRun::setKeepsBatches(bool keeps)
{
    const QMutexLocker lock(&m_state->mutex);
    m_state->keepsBatches = keeps;
}

void StatementRun::onBatch(const Hook &hook)
{
    const QMutexLocker lock(&m_state->mutex);
    m_state->hook = hook;
}

bool StatementRun::waitFor(const std::function<bool(const StatementRun &)> &condition, std::chrono::milliseconds timeout)
{
    const bool isOwnThread = m_statement && m_statement->thread() == QThread::currentThread();
    const QDeadlineTimer deadline(timeout);
    if (isOwnThread) {
        // Not qWaitFor(), which sleeps ten milliseconds between two looks: an exchange has many turns.
        QTimer wakeUp;
        wakeUp.start(std::chrono::milliseconds(20));
        while (!condition(*this)) {
            if (deadline.hasExpired())
                return false;
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
            QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        }
        return true;
    }
    while (!condition(*this)) {
        QMutexLocker lock(&m_state->mutex);
        if (deadline.hasExpired())
            return false;
        // What the condition looks at may have changed since, or be no signal: look again soon in any case.
        m_state->changed.wait(&m_state->mutex, QDeadlineTimer(std::chrono::milliseconds(20)));
    }
    return true;
}

bool StatementRun::waitForEnd(std::chrono::milliseconds timeout)
{
    return waitFor([](const StatementRun &run) { return run.endCount() > 0; }, timeout);
}

bool StatementRun::waitForBatches(qsizetype count, std::chrono::milliseconds timeout)
{
    return waitFor([count](const StatementRun &run) { return run.batchCount() >= count; }, timeout);
}

bool StatementRun::waitForStarted(std::chrono::milliseconds timeout)
{
    return waitFor([](const StatementRun &run) {
        const QMutexLocker lock(&run.m_state->mutex);
        return run.m_state->started;
    }, timeout);
}

bool StatementRun::hasFinished() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->summary.has_value();
}

bool StatementRun::hasFailed() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->error.has_value();
}

StatementSummary StatementRun::summary() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->summary.value_or(StatementSummary());
}

Error StatementRun::error() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->error.value_or(Error());
}

std::shared_ptr<arrow::Schema> StatementRun::schema() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->schema;
}

QList<std::shared_ptr<arrow::RecordBatch>> StatementRun::batches() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->batches;
}

std::shared_ptr<arrow::Table> StatementRun::table() const
{
    const QMutexLocker lock(&m_state->mutex);
    if (!m_state->schema)
        return nullptr;
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    for (const auto &batch : std::as_const(m_state->batches)) // a batch may carry more metadata than the schema
        batches.push_back(batch->ReplaceSchema(m_state->schema).ValueOr(batch));
    return arrow::Table::FromRecordBatches(m_state->schema, batches).ValueOr(nullptr);
}

qint64 StatementRun::rowCount() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->rowCount;
}

qsizetype StatementRun::batchCount() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->batchCount;
}

qint64 StatementRun::largestBatch() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->largestBatch;
}

QList<Progress> StatementRun::progress() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->progress;
}

QList<Warning> StatementRun::warnings() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->warnings;
}

int StatementRun::endCount() const
{
    const QMutexLocker lock(&m_state->mutex);
    return m_state->endCount;
}

QByteArray StatementRun::problems() const
{
    const QMutexLocker lock(&m_state->mutex);
    QByteArray problems = m_state->problems;
    if (m_state->endCount > 1)
        problems += "more than one end\n";
    return problems;
}

const char *StatementRun::log() const
{
    const QMutexLocker lock(&m_state->mutex);
    m_state->shownLog = m_state->problems + m_state->log;
    return m_state->shownLog.constData();
}

QString StatementRun::cell(qint64 row, int column) const
{
    for (const auto &batch : batches()) {
        if (row >= batch->num_rows()) {
            row -= batch->num_rows();
            continue;
        }
        if (column < 0 || column >= batch->num_columns())
            return QStringLiteral("no such column");
        const auto scalar = batch->column(column)->GetScalar(row);
        return QString::fromStdString(scalar.ok() ? (*scalar)->ToString() : scalar.status().ToString());
    }
    return QStringLiteral("no such row");
}
