// SPDX-License-Identifier: Apache-2.0
#include "extension/resultwriter.h"

#include "batchslice.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 kMostRows = 16'384; // between two looks at whether to stop

Error rowIsGone(qint64 row)
{
    return { .code = Error::Code::Incomplete, .message = u"Row %1 of the result is no longer there."_s.arg(row + 1) };
}

// The rows at positions [first, first + count), wherever they are.
Result<std::shared_ptr<arrow::RecordBatch>> pickRows(const CellRange &cells, qint64 first, qint64 count,
                                                     const std::vector<int> &columns)
{
    std::vector<RowPlace> places;
    places.reserve(size_t(count));
    bool isRun = true; // rows of one batch that follow each other
    for (qint64 position = first; position < first + count; ++position) {
        const qint64 row = cells.rowAt(position);
        const ResultStore::Place place = cells.store->place(row);
        if (!place.batch)
            return std::unexpected(rowIsGone(row));
        isRun = isRun && (places.empty() || (places.back().batch == place.batch && places.back().row + 1 == place.row));
        places.push_back({ place.batch, place.row });
    }
    if (isRun)
        return sliceBatch(*places.front().batch, places.front().row, count, columns);
    return gatherRows(places, columns);
}

} // namespace

Result<void> writeCells(const CellRange &cells, ResultWriter &writer, const CancelCheck &isCancelled,
                        const std::function<void(qint64)> &written)
{
    const std::vector<int> columns(cells.columns.begin(), cells.columns.end());
    const qint64 end = cells.firstPosition + cells.rowCount;
    for (qint64 position = cells.firstPosition; position < end;) {
        if (isCancelled && isCancelled())
            return std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"Stopped before all rows were written."_s });
        qint64 count = std::min(kMostRows, end - position);
        Result<std::shared_ptr<arrow::RecordBatch>> batch;
        if (cells.rowAt) {
            batch = pickRows(cells, position, count, columns);
        } else if (const ResultStore::Place place = cells.store->place(position); place.batch) {
            count = std::min(count, place.batch->num_rows() - place.row);
            batch = sliceBatch(*place.batch, place.row, count, columns);
        } else {
            batch = std::unexpected(rowIsGone(position));
        }
        if (!batch)
            return std::unexpected(batch.error());
        if (auto done = writer.write(**batch); !done)
            return done;
        position += count;
        if (written)
            written(position - cells.firstPosition);
    }
    return {};
}

std::shared_ptr<arrow::Schema> schemaOfCells(const CellRange &cells)
{
    const std::shared_ptr<arrow::Schema> schema = cells.store ? cells.store->schema() : nullptr;
    return schema ? selectColumns(*schema, { cells.columns.begin(), cells.columns.end() }) : nullptr;
}

std::vector<int> columnsWithRawValues(const CellRange &cells)
{
    std::vector<int> found;
    const qsizetype batches = cells.store ? cells.store->batchCount() : 0;
    for (qsizetype i = 0; i < batches && found.size() < size_t(cells.columns.size()); ++i) {
        // A few rows of it; where there are such values, which are known by their row in the batch, all.
        const auto batch = cells.store->place(cells.store->firstRow(i)).batch;
        if (!batch)
            continue;
        for (const int column : columnsWithRawValues(*batch)) {
            const qsizetype position = cells.columns.indexOf(column);
            if (position >= 0 && !std::ranges::contains(found, int(position)))
                found.push_back(int(position));
        }
    }
    return found;
}

} // namespace Grebe
