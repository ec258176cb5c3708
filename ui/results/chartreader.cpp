// SPDX-License-Identifier: Apache-2.0
#include "chartreader.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

using namespace Qt::StringLiterals;

namespace Grebe {

ChartReader::ChartReader(const CellRange &cells, int x, const QList<int> &series, const CancelCheck &isCancelled)
    : m_cells(cells), m_isCancelled(isCancelled)
{
    const std::shared_ptr<arrow::Schema> schema = cells.store->schema();
    if (x >= 0) {
        m_x.emplace(x, *schema->field(x));
        m_names.emplace(schema->field(x));
    }
    for (const int column : series)
        m_series.emplace_back(column, *schema->field(column));
    m_row.y.resize(m_series.size());
}

Result<void> ChartReader::move(qint64 position)
{
    m_row.number = m_cells.rowAt ? m_cells.rowAt(position) : position;
    if (m_row.number < m_batchFirst || m_row.number >= m_batchEnd) {
        const ResultStore::Place place = m_cells.store->place(m_row.number);
        if (!place.batch) {
            return std::unexpected(m_cells.store->spillError().value_or(
                Error { .code = Error::Code::InvalidState, .message = u"Rows of this result are gone."_s }));
        }
        m_batch = place.batch;
        m_batchFirst = place.firstRow;
        m_batchEnd = place.firstRow + place.batch->num_rows();
        if (m_x)
            m_x->bind(m_batch);
        for (ChartColumn &series : m_series)
            series.bind(m_batch);
    }
    const qint64 row = m_row.number - m_batchFirst;
    m_row.x = m_x ? m_x->value(row) : double(position + 1);
    for (size_t i = 0; i < m_series.size(); ++i)
        m_row.y[i] = m_series[i].value(row);
    return {};
}

bool ChartReader::appendName(std::string &out) const
{
    if (m_names)
        return m_names->appendText(*m_batch, m_x->column(), m_row.number - m_batchFirst, out);
    out += std::to_string(qint64(m_row.x));
    return true;
}

} // namespace Grebe
