// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chartcolumn.h"

#include "extension/cellrange.h"
#include "extension/columnformatter.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace Grebe {

/// Walks over the rows of a chart: x and every y as doubles.
///
/// Shape      `x` of -1 gives the row's place, counted from 1 as the grid does.
/// Thread     any, each by itself.
class ChartReader
{
public:
    struct Row
    {
        double x = 0;
        std::vector<double> y;
        qint64 number = 0; ///< the result's
    };

    ChartReader(const CellRange &cells, int x, const QList<int> &series, const CancelCheck &isCancelled);

    template<typename Take>
    Result<void> each(Take take)
    {
        for (qint64 i = 0; i < m_cells.rowCount; ++i) {
            if (i % 4096 == 0 && m_isCancelled && m_isCancelled())
                return std::unexpected(Error { .code = Error::Code::Cancelled });
            if (const Result<void> moved = move(m_cells.firstPosition + i); !moved)
                return moved;
            take(std::as_const(m_row));
        }
        return {};
    }
    /// The text of the current row's x; false for NULL.
    bool appendName(std::string &out) const;

private:
    Result<void> move(qint64 position);

    const CellRange &m_cells;
    CancelCheck m_isCancelled;
    std::optional<ChartColumn> m_x;
    std::optional<ColumnFormatter> m_names;
    std::vector<ChartColumn> m_series;
    std::shared_ptr<arrow::RecordBatch> m_batch;
    qint64 m_batchFirst = 0;
    qint64 m_batchEnd = 0;
    Row m_row;
};

} // namespace Grebe
