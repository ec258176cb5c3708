// SPDX-License-Identifier: Apache-2.0
#include "exportjob.h"

#include "exportworker.h"

#include "extension/driverextension.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <QTimer>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

// The plugin is loaded for what needs it alone.
static DriverExtension *driverFor(const QString &formatId)
{
    const auto format = std::ranges::find(resultFormats(), formatId, &ResultFormat::id);
    return format != resultFormats().end() && format->isDatabase ? DriverExtension::load() : nullptr;
}

ExportJob::ExportJob(const QString &fileName, QObject *parent) : QObject(parent), m_fileName(fileName)
{
    qRegisterMetaType<std::optional<Error>>();
    m_thread.setObjectName(u"grebe-export"_s);
    auto *tick = new QTimer(this);
    tick->setInterval(100ms);
    connect(tick, &QTimer::timeout, this, [this] {
        if (isRunning())
            Q_EMIT progressChanged();
    });
    tick->start();
}

ExportJob::ExportJob(CellRange range, const QString &fileName, const QString &formatId, const WriteOptions &options,
                     QObject *parent)
    : ExportJob(fileName, parent)
{
    m_range = std::move(range);
    m_totalRows = m_range.rowCount;
    m_worker = std::make_unique<ExportWorker>(driverFor(formatId), fileName, formatId, options);
}

ExportJob::ExportJob(StatementPtr statement, const QString &fileName, const QString &formatId, const WriteOptions &options,
                     QObject *parent)
    : ExportJob(fileName, parent)
{
    m_statement = std::move(statement);
    m_worker = std::make_unique<ExportWorker>(driverFor(formatId), fileName, formatId, options);
}

ExportJob::~ExportJob()
{
    m_worker->cancel();
    m_thread.quit();
    m_thread.wait(); // a slice of rows at most: the worker looks at the flag in between
}

void ExportJob::start()
{
    if (m_isStarted)
        return;
    m_isStarted = true;
    m_clock.start();
    m_worker->moveToThread(&m_thread);
    connect(m_worker.get(), &ExportWorker::ended, this, &ExportJob::end);
    m_thread.start();
    if (!m_thread.isRunning()) { // Qt says so on stderr and nowhere else
        QMetaObject::invokeMethod(this, [this] {
            end(Error { .code = Error::Code::Internal, .message = u"The system gives no thread to write the file with."_s,
                        .hint = u"There may be too little memory, or too many programs. Close some and try again."_s }, {});
        }, Qt::QueuedConnection);
        return;
    }
    if (!m_statement) {
        QMetaObject::invokeMethod(m_worker.get(), [worker = m_worker.get(), range = m_range] { worker->writeRange(range); });
        m_range.store.reset();
        return;
    }
    follow(*m_statement);
    m_statement->start();
}

void ExportJob::follow(Statement &statement)
{
    Statement *const followed = &statement;
    ExportWorker *const worker = m_worker.get();
    connect(followed, &Statement::schemaReady, worker, &ExportWorker::begin);
    // Counted on the engine's thread, where the batches are made: that is where the flow has to stop. Before the
    // connection that hands the batch on, and without the worker, which may be gone by then.
    connect(
        followed, &Statement::batchReady, followed,
        [followed, waiting = worker->waitingBytes()](const std::shared_ptr<arrow::RecordBatch> &batch) {
            const qint64 byteCount = arrow::util::TotalBufferSize(*batch);
            if (waiting->fetch_add(byteCount) + byteCount <= kHighBytes)
                return;
            followed->pause();
            // All of it may have been written between the two lines above: then nobody else would resume.
            if (*waiting <= kHighBytes / 2)
                followed->resume();
        },
        Qt::DirectConnection);
    connect(followed, &Statement::batchReady, worker, &ExportWorker::write);
    connect(worker, &ExportWorker::drained, followed, &Statement::resume, Qt::DirectConnection);
    connect(worker, &ExportWorker::gaveUp, followed, &Statement::cancel, Qt::DirectConnection);
    connect(followed, &Statement::finished, worker, &ExportWorker::finish);
    connect(followed, &Statement::failed, worker, &ExportWorker::fail);
}

void ExportJob::cancel()
{
    if (!isRunning() || m_isCancelling)
        return;
    m_isCancelling = true;
    m_worker->cancel();
    if (m_statement)
        m_statement->cancel();
    Q_EMIT progressChanged();
}

void ExportJob::end(const std::optional<Error> &error, const QStringList &remarks)
{
    m_isEnded = true;
    m_took = std::chrono::milliseconds(m_clock.elapsed());
    m_remarks = remarks;
    m_statement.reset();
    Q_EMIT ended(error);
}

qint64 ExportJob::rowCount() const
{
    return m_worker->rowCount();
}

qint64 ExportJob::byteCount() const
{
    return m_worker->byteCount();
}

std::chrono::milliseconds ExportJob::elapsed() const
{
    return isRunning() ? std::chrono::milliseconds(m_clock.elapsed()) : m_took;
}

QString fileNameFor(const QString &title)
{
    QString name;
    for (const QChar c : title.normalized(QString::NormalizationForm_C)) {
        const bool isPlain = c.isPrint() && c.category() != QChar::Other_Format && !u"/\\:*?\"<>|"_s.contains(c);
        name += isPlain || c.isSurrogate() ? c : QChar(u'_');
    }
    name = name.trimmed();
    while (name.startsWith(u'.') || name.startsWith(u'-'))
        name.remove(0, 1);
    name.truncate(100);
    if (!name.isEmpty() && name.back().isHighSurrogate())
        name.chop(1);
    while (name.endsWith(u'.') || name.endsWith(u' '))
        name.chop(1);
    // Device names of Windows, with or without a suffix.
    static const QStringList reserved { u"CON"_s, u"PRN"_s, u"AUX"_s, u"NUL"_s };
    const QString stem = name.section(u'.', 0, 0).toUpper();
    const bool isPort = stem.size() == 4 && (stem.startsWith("COM"_L1) || stem.startsWith("LPT"_L1)) && stem[3].isDigit();
    if (reserved.contains(stem) || isPort)
        name.prepend(u'_');
    return name.isEmpty() ? u"result"_s : name;
}

} // namespace Grebe
