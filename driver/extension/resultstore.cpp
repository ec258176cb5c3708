// SPDX-License-Identifier: Apache-2.0
#include "resultstore.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <algorithm>

namespace Grebe {

ResultStore::ResultStore() : m_firstRows { 0 } { }

ResultStore::~ResultStore() = default;

void ResultStore::setSchema(const std::shared_ptr<arrow::Schema> &schema)
{
    const std::scoped_lock lock(m_mutex);
    m_schema = schema;
}

std::shared_ptr<arrow::Schema> ResultStore::schema() const
{
    const std::scoped_lock lock(m_mutex);
    return m_schema;
}

void ResultStore::append(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    const qint64 size = arrow::util::TotalBufferSize(*batch);
    const std::scoped_lock lock(m_mutex);
    m_batches.push_back(batch);
    m_firstRows.push_back(m_firstRows.back() + batch->num_rows());
    m_byteCount += size;
}

qint64 ResultStore::rowCount() const
{
    const std::scoped_lock lock(m_mutex);
    return m_firstRows.back();
}

qint64 ResultStore::byteCount() const
{
    const std::scoped_lock lock(m_mutex);
    return m_byteCount;
}

qsizetype ResultStore::batchCount() const
{
    const std::scoped_lock lock(m_mutex);
    return qsizetype(m_batches.size());
}

std::shared_ptr<arrow::RecordBatch> ResultStore::batch(qsizetype index) const
{
    const std::scoped_lock lock(m_mutex);
    return index >= 0 && size_t(index) < m_batches.size() ? m_batches[size_t(index)] : nullptr;
}

ResultStore::Place ResultStore::place(qint64 row) const
{
    const std::scoped_lock lock(m_mutex);
    if (row < 0 || row >= m_firstRows.back())
        return {};
    const auto next = std::upper_bound(m_firstRows.begin(), m_firstRows.end(), row);
    const size_t index = size_t(next - m_firstRows.begin()) - 1;
    return { m_batches[index], row - m_firstRows[index], m_firstRows[index] };
}

void ResultStore::dropBefore(qint64 row)
{
    const std::scoped_lock lock(m_mutex);
    for (size_t index = 0; index < m_batches.size() && m_firstRows[index + 1] <= row; ++index) {
        if (m_batches[index]) {
            m_byteCount -= arrow::util::TotalBufferSize(*m_batches[index]);
            m_batches[index].reset();
        }
    }
}

} // namespace Grebe
