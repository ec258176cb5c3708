// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QtGlobal>

#include <arrow/type_fwd.h>

#include <memory>
#include <mutex>
#include <vector>

namespace Grebe {

/// The rows of one result: record batches, appended as they come, read from anywhere in it.
///
/// Shape      append-only; rows are numbered from 0 over all batches in the order they were appended.
/// Units      byteCount() is the memory that the arrays' buffers hold.
/// Thread     append() and the readers may be called from any thread; what a reader returns stays valid and unchanged
///            as long as it is held. rowCount() never falls.
/// Ownership  shared: grid, QSqlResult, exporters hold the same store.
class GREBE_EXPORT ResultStore
{
public:
    /// A row's place; `batch` is null when there is no such row.
    struct Place
    {
        std::shared_ptr<arrow::RecordBatch> batch;
        qint64 row = 0; ///< in the batch
        qint64 firstRow = 0; ///< the batch's first row's number in the result
    };

    ResultStore();
    ~ResultStore();
    ResultStore(const ResultStore &) = delete;
    ResultStore &operator=(const ResultStore &) = delete;

    void setSchema(const std::shared_ptr<arrow::Schema> &schema);
    std::shared_ptr<arrow::Schema> schema() const; ///< null until it is known
    void append(const std::shared_ptr<arrow::RecordBatch> &batch);

    qint64 rowCount() const;
    qint64 byteCount() const;
    qsizetype batchCount() const;
    std::shared_ptr<arrow::RecordBatch> batch(qsizetype index) const;
    /// O(log batches).
    Place place(qint64 row) const;
    /// Lets go of all batches that end before `row`, for readers that go forward only; their rows are then gone.
    void dropBefore(qint64 row);

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<arrow::Schema> m_schema;
    std::vector<std::shared_ptr<arrow::RecordBatch>> m_batches;
    std::vector<qint64> m_firstRows; // one more than batches: the last is the row count
    qint64 m_byteCount = 0;
};

} // namespace Grebe
