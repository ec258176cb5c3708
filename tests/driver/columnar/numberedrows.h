// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <arrow/api.h>

#include <limits>
#include <memory>
#include <string>

namespace Grebe {

constexpr qint64 kBatchRows = 20'000;

/// Numbers that mean nothing, few different ones, and texts: all can be told from the row.
inline qint64 numberOf(qint64 row)
{
    return qint64(quint64(row) * 0x9E3779B97F4A7C15u);
}

/// The rows from `first` on.
inline std::shared_ptr<arrow::RecordBatch> batch(qint64 first)
{
    arrow::Int64Builder numbers, few;
    arrow::StringBuilder texts;
    for (qint64 row = first; row < first + kBatchRows; ++row) {
        (void)numbers.Append(numberOf(row));
        (void)(row % 10 == 3 ? few.AppendNull() : few.Append(row % 5));
        (void)texts.Append("a text with a beginning " + std::to_string(numberOf(row) % 1000));
    }
    return arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("f", arrow::int64()),
                                                    arrow::field("t", arrow::utf8()) }),
                                    kBatchRows, { *numbers.Finish(), *few.Finish(), *texts.Finish() });
}

inline std::shared_ptr<ResultStore> storeOf(qint64 batchCount)
{
    auto store = std::make_shared<ResultStore>();
    store->setSchema(batch(0)->schema());
    for (qint64 i = 0; i < batchCount; ++i)
        store->append(batch(i * kBatchRows));
    return store;
}

/// Reads each 997th.
inline bool hasAll(const ResultStore &store, qint64 batchCount)
{
    for (qint64 row = 0; row < batchCount * kBatchRows; row += 997) {
        const auto place = store.place(row);
        if (!place.batch || static_cast<const arrow::Int64Array &>(*place.batch->column(0)).Value(place.row) != numberOf(row))
            return false;
    }
    return store.rowCount() == batchCount * kBatchRows;
}

/// By the first column.
inline bool isSorted(const ResultStore &store, const RowOrder &order)
{
    qint64 last = std::numeric_limits<qint64>::min();
    for (qint64 position = 0; position < order.size(); position += 7) {
        const qint64 value = numberOf(order.rowAt(position));
        if (value < last)
            return false;
        last = value;
    }
    return order.size() == store.rowCount();
}

} // namespace Grebe
