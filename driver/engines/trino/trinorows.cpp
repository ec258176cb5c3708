// SPDX-License-Identifier: Apache-2.0
#include "trinorows.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace Grebe {

QList<QStringList> textRows(const arrow::RecordBatch &batch)
{
    QList<QStringList> rows(batch.num_rows(), QStringList(batch.num_columns()));
    for (int column = 0; column < batch.num_columns(); ++column) {
        if (batch.column(column)->type_id() != arrow::Type::STRING)
            continue;
        const auto &texts = static_cast<const arrow::StringArray &>(*batch.column(column));
        for (qint64 row = 0; row < batch.num_rows(); ++row) {
            if (!texts.IsNull(row)) {
                const std::string_view text = texts.GetView(row);
                rows[row][column] = QString::fromUtf8(text.data() ? text.data() : "", qsizetype(text.size()));
            }
        }
    }
    return rows;
}

std::optional<qint64> firstInteger(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (!batch || batch->num_rows() == 0 || batch->column(0)->type_id() != arrow::Type::INT64)
        return {};
    const auto &numbers = static_cast<const arrow::Int64Array &>(*batch->column(0));
    return numbers.IsNull(0) ? std::optional<qint64>() : numbers.Value(0);
}

} // namespace Grebe
