// SPDX-License-Identifier: Apache-2.0
#include "exportworker.h"

#include "formats/batchslice.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/byte_size.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 kSliceRows = 16'384; // between two looks at whether to stop

Error cancelled()
{
    return { .code = Error::Code::Cancelled, .message = u"The export was stopped."_s };
}

// Parquet has to know before the first row which columns hold values that only text can.
std::vector<int> rawColumns(const ExportRange &range)
{
    std::vector<int> found;
    for (qint64 row = range.firstRow; row < range.firstRow + range.rowCount;) {
        const ResultStore::Place place = range.store->place(row);
        if (!place.batch)
            break;
        for (const int column : columnsWithRawValues(*place.batch)) {
            const auto position = std::ranges::find(range.columns, column);
            if (position != range.columns.end() && !std::ranges::contains(found, int(position - range.columns.begin())))
                found.push_back(int(position - range.columns.begin()));
        }
        row = place.firstRow + place.batch->num_rows();
    }
    return found;
}

} // namespace

ExportWorker::ExportWorker(const QString &fileName, const QString &formatId, const WriteOptions &options)
    : m_fileName(fileName), m_formatId(formatId), m_options(options)
{
}

ExportWorker::~ExportWorker()
{
    m_writer.reset();
}

Result<void> ExportWorker::open()
{
    auto target = OutputTarget::open(m_fileName);
    if (!target)
        return std::unexpected(target.error());
    m_target = std::move(*target);
    m_writer = makeResultWriter(m_formatId, m_target->sink(), m_options);
    if (!m_writer) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"There is no format “%1”."_s.arg(m_formatId) });
    }
    return {};
}

Result<void> ExportWorker::writeRows(const arrow::RecordBatch &batch)
{
    for (qint64 row = 0; row < batch.num_rows(); row += kSliceRows) {
        if (m_isCancelled)
            return std::unexpected(cancelled());
        const qint64 count = std::min(kSliceRows, batch.num_rows() - row);
        std::vector<int> columns(size_t(batch.num_columns()));
        std::ranges::generate(columns, [n = 0]() mutable { return n++; });
        const auto slice = sliceBatch(batch, row, count, columns);
        if (auto written = m_writer->write(*slice); !written)
            return written;
        m_rowCount += count;
        m_byteCount = m_target->sink().byteCount();
    }
    return {};
}

Result<void> ExportWorker::writeAll(const ExportRange &range)
{
    const auto schema = range.store->schema();
    if (!schema)
        return std::unexpected(Error { .code = Error::Code::InvalidState, .message = u"There is no result to export."_s });
    m_options.textColumns = rawColumns(range);
    if (auto opened = open(); !opened)
        return opened;
    if (auto begun = m_writer->begin(selectColumns(*schema, range.columns)); !begun)
        return begun;
    const qint64 end = range.firstRow + range.rowCount;
    for (qint64 row = range.firstRow; row < end;) {
        if (m_isCancelled)
            return std::unexpected(cancelled());
        const ResultStore::Place place = range.store->place(row);
        if (!place.batch) {
            return std::unexpected(Error { .code = Error::Code::Incomplete,
                                           .message = u"Row %1 of the result is no longer there."_s.arg(row + 1) });
        }
        const qint64 count = std::min(place.batch->num_rows() - place.row, end - row);
        const auto part = sliceBatch(*place.batch, place.row, count, range.columns);
        if (auto written = writeRows(*part); !written)
            return written;
        row += count;
    }
    return {};
}

void ExportWorker::writeRange(const ExportRange &range)
{
    const Result<void> written = writeAll(range);
    end(written ? std::nullopt : std::optional(written.error()));
}

void ExportWorker::giveUp(const Error &error)
{
    m_error = error;
    Q_EMIT gaveUp();
}

void ExportWorker::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    Result<void> result = open();
    if (result)
        result = m_writer->begin(schema);
    if (!result)
        giveUp(result.error());
}

void ExportWorker::write(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (!m_error && m_writer) {
        if (auto written = writeRows(*batch); !written)
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
    Result<void> result = error ? Result<void>(std::unexpected(*error)) : m_writer->end();
    const QStringList remarks = m_writer ? m_writer->remarks() : QStringList();
    m_writer.reset();
    if (result && m_isCancelled)
        result = std::unexpected(cancelled());
    if (result) {
        m_byteCount = m_target->sink().byteCount();
        result = m_target->commit();
    }
    m_target.reset(); // removes FILE.part where it was not put in place
    Q_EMIT ended(result ? std::nullopt : std::optional(result.error()), remarks);
}

} // namespace Grebe
