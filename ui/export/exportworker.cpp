// SPDX-License-Identifier: Apache-2.0
#include "exportworker.h"

#include "extension/driverextension.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <QFileInfo>

#include <algorithm>
#include <new>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

Error cancelled()
{
    return { .code = Error::Code::Cancelled, .message = u"The export was stopped."_s };
}

// Writers say themselves when memory ends; this is for what is around them.
template<typename Work>
Result<void> withinMemory(Work &&work)
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return std::unexpected(Error { .code = Error::Code::Internal, .message = u"There is not enough memory for this export."_s,
                                       .hint = u"Close other results and try again."_s });
    }
}

} // namespace

ExportWorker::ExportWorker(DriverExtension *driver, const QString &fileName, const QString &formatId, const WriteOptions &options)
    : m_driver(driver), m_fileName(fileName), m_formatId(formatId), m_options(options)
{
}

ExportWorker::~ExportWorker()
{
    m_writer.reset();
}

Result<void> ExportWorker::open()
{
    const auto format = std::ranges::find(resultFormats(), m_formatId, &ResultFormat::id);
    if (format == resultFormats().end()) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"There is no format “%1”."_s.arg(m_formatId) });
    }
    if (format->isDatabase) {
        if (!m_driver) {
            return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                           .message = u"%1 needs the driver, which was not found."_s.arg(format->label) });
        }
        auto writer = m_driver->createFileWriter(m_formatId, m_fileName, m_options);
        if (!writer)
            return std::unexpected(writer.error());
        m_writer = std::move(*writer);
        return {};
    }
    auto target = OutputTarget::open(m_fileName);
    if (!target)
        return std::unexpected(target.error());
    m_target = std::move(*target);
    m_writer = makeResultWriter(m_formatId, m_target->sink(), m_options);
    return {};
}

Result<void> ExportWorker::writeAll(const CellRange &range)
{
    const auto schema = schemaOfCells(range);
    if (!schema)
        return std::unexpected(Error { .code = Error::Code::InvalidState, .message = u"There is no result to export."_s });
    m_options.textColumns = columnsWithRawValues(range);
    return open()
        .and_then([&] { return m_writer->begin(schema); })
        .and_then([&] {
            return writeCells(range, *m_writer, [this] { return m_isCancelled.load(); }, [this](qint64 rows) { noteRows(rows); });
        });
}

void ExportWorker::noteRows(qint64 rows)
{
    m_rowCount = rows;
    if (m_target)
        m_byteCount = m_target->sink().byteCount();
}

void ExportWorker::writeRange(const CellRange &range)
{
    const Result<void> written = withinMemory([&] { return writeAll(range); });
    end(written ? std::nullopt : std::optional(written.error()));
}

void ExportWorker::giveUp(const Error &error)
{
    m_error = error;
    Q_EMIT gaveUp();
}

void ExportWorker::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    const Result<void> result = withinMemory([&] { return open().and_then([&] { return m_writer->begin(schema); }); });
    if (!result)
        giveUp(result.error());
}

void ExportWorker::write(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (!m_error && m_writer) {
        const Result<void> written = m_isCancelled ? std::unexpected(cancelled()) : m_writer->write(*batch);
        if (written)
            noteRows(m_rowCount + batch->num_rows());
        else
            giveUp(written.error());
    }
    const qint64 byteCount = arrow::util::TotalBufferSize(*batch);
    const qint64 before = m_waitingBytes->fetch_sub(byteCount);
    if (before > ExportJob::kHighBytes / 2 && before - byteCount <= ExportJob::kHighBytes / 2)
        Q_EMIT drained();
}

void ExportWorker::finish(const StatementSummary &summary)
{
    if (m_error) {
        end(m_error);
    } else if (!m_writer) {
        end(Error { .code = Error::Code::InvalidState, .message = u"The statement has no result to export."_s });
    } else if (!summary.partialReason.isEmpty()) {
        end(Error { .code = Error::Code::Incomplete,
                    .message = u"The server gave not all rows, so no file was written: %1."_s.arg(summary.partialReason) });
    } else {
        end(std::nullopt);
    }
}

void ExportWorker::fail(const Error &error)
{
    end(m_error ? m_error : error);
}

void ExportWorker::end(const std::optional<Error> &error)
{
    if (m_isEnded)
        return;
    m_isEnded = true;
    Result<void> result = error ? Result<void>(std::unexpected(*error)) : Result<void>();
    if (result && m_isCancelled)
        result = std::unexpected(cancelled());
    QStringList remarks;
    if (m_writer) {
        const Result<void> ended = withinMemory([&] {
            remarks = m_writer->remarks();
            return result ? m_writer->end() : result;
        });
        result = ended;
    }
    m_writer.reset();
    if (result && m_target)
        result = withinMemory([&] { return m_target->commit(); });
    if (result)
        m_byteCount = QFileInfo(m_fileName).size();
    m_target.reset(); // removes FILE.part where it was not put in place
    Q_EMIT ended(result ? std::nullopt : std::optional(result.error()), remarks);
}

} // namespace Grebe
