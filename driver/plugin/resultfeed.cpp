// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>

#include "resultfeed.h"

#include <algorithm>
#include <utility>

namespace Grebe {

void RunningStatements::add(Statement *statement)
{
    const QMutexLocker lock(&m_mutex);
    m_statements.insert(statement);
}

void RunningStatements::remove(Statement *statement)
{
    const QMutexLocker lock(&m_mutex);
    m_statements.remove(statement);
}

qsizetype RunningStatements::cancelAll()
{
    const QMutexLocker lock(&m_mutex); // held, so that none of them is deleted meanwhile
    for (Statement *statement : std::as_const(m_statements))
        statement->cancel();
    return m_statements.size();
}

bool ResultFeed::Shared::isFull() const
{
    if (store.isBehind())
        return true;
    const qint64 rowCount = store.rowCount();
    if (isUnlimited || rowCount == 0)
        return false;
    const qint64 rowsAhead = rowCount - readRow;
    return double(byteCount) / double(rowCount) * double(rowsAhead) > double(kBytesAhead);
}

bool ResultFeed::Shared::isOutOfRoom() const
{
    return store.spillError() && store.isBehind();
}

ResultFeed::ResultFeed(StatementPtr statement, std::shared_ptr<RunningStatements> running)
    : m_running(std::move(running)), m_statement(std::move(statement))
{
    Statement *const sender = m_statement.get();
    // Direct: the signals come on the engine thread, and nobody turns an event loop on ours. The lambdas hold what they
    // touch, since the feed may be gone while one of them runs.
    QObject::connect(sender, &Statement::schemaReady, sender,
                     [shared = m_shared](const std::shared_ptr<arrow::Schema> &schema) {
        const QMutexLocker lock(&shared->mutex);
        shared->store.setSchema(schema);
    }, Qt::DirectConnection);
    QObject::connect(sender, &Statement::batchReady, sender,
                     [shared = m_shared, sender](const std::shared_ptr<arrow::RecordBatch> &batch) {
        const QMutexLocker lock(&shared->mutex);
        shared->store.append(batch);
        shared->byteCount += arrow::util::TotalBufferSize(*batch);
        if (!shared->isPaused && shared->isFull()) {
            shared->isPaused = true;
            sender->pause();
        }
        shared->changed.wakeAll();
    }, Qt::DirectConnection);
    QObject::connect(sender, &Statement::finished, sender,
                     [shared = m_shared, running = m_running, sender](const StatementSummary &summary) {
        running->remove(sender);
        const QMutexLocker lock(&shared->mutex);
        shared->summary = summary;
        shared->hasEnded = true;
        shared->changed.wakeAll();
    }, Qt::DirectConnection);
    QObject::connect(sender, &Statement::failed, sender, [shared = m_shared, running = m_running, sender](const Error &error) {
        running->remove(sender);
        const QMutexLocker lock(&shared->mutex);
        if (!shared->error)
            shared->error = error;
        shared->hasEnded = true;
        shared->changed.wakeAll();
    }, Qt::DirectConnection);
    m_shared->store.setRoomHandler([shared = m_shared.get(), sender] {
        const QMutexLocker lock(&shared->mutex);
        if (!shared->isPaused || shared->isFull())
            return;
        shared->isPaused = false;
        sender->resume();
    });
    m_shared->store.setSpillErrorHandler([shared = m_shared.get(), sender](const Error &error) {
        const QMutexLocker lock(&shared->mutex);
        if (shared->hasEnded || !shared->isOutOfRoom())
            return;
        shared->error = error; // nobody could be asked to make room
        sender->cancel();
    });
    m_running->add(sender);
    sender->start();
}

ResultFeed::~ResultFeed()
{
    m_shared->store.setRoomHandler({});
    m_shared->store.setSpillErrorHandler({});
    m_running->remove(m_statement.get());
}

void ResultFeed::waitForStart()
{
    const QMutexLocker lock(&m_shared->mutex);
    while (!m_shared->hasEnded && m_shared->store.rowCount() == 0)
        m_shared->changed.wait(&m_shared->mutex);
}

bool ResultFeed::waitForRow(qint64 row)
{
    const QMutexLocker lock(&m_shared->mutex);
    while (m_shared->store.rowCount() <= row && !m_shared->hasEnded) {
        m_shared->readRow = std::max(m_shared->readRow, std::min(row, m_shared->store.rowCount()));
        resumeIfRoom();
        if (m_shared->store.rowCount() <= row && !m_shared->hasEnded)
            m_shared->changed.wait(&m_shared->mutex);
    }
    return m_shared->store.rowCount() > row;
}

bool ResultFeed::waitForEnd(qint64 rowLimit)
{
    const QMutexLocker lock(&m_shared->mutex);
    while (!m_shared->hasEnded && m_shared->store.rowCount() <= rowLimit) {
        m_shared->isUnlimited = true;
        resumeIfRoom();
        if (!m_shared->hasEnded && m_shared->store.rowCount() <= rowLimit)
            m_shared->changed.wait(&m_shared->mutex);
    }
    m_shared->isUnlimited = false;
    return m_shared->hasEnded;
}

void ResultFeed::setReadRow(qint64 row)
{
    const QMutexLocker lock(&m_shared->mutex);
    m_shared->readRow = row;
    resumeIfRoom();
}

void ResultFeed::resumeIfRoom()
{
    if (!m_shared->isPaused || m_shared->isFull())
        return;
    m_shared->isPaused = false;
    m_statement->resume(); // only posts to the engine thread, so the lock may stay
}

bool ResultFeed::hasEnded() const
{
    const QMutexLocker lock(&m_shared->mutex);
    return m_shared->hasEnded;
}

std::optional<Error> ResultFeed::error() const
{
    const QMutexLocker lock(&m_shared->mutex);
    return m_shared->error;
}

StatementSummary ResultFeed::summary() const
{
    const QMutexLocker lock(&m_shared->mutex);
    return m_shared->summary;
}

} // namespace Grebe
