// SPDX-License-Identifier: Apache-2.0
#include "trinorows.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace Grebe {

std::optional<qint64> firstInteger(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (!batch || batch->num_rows() == 0 || batch->column(0)->type_id() != arrow::Type::INT64)
        return {};
    const auto &numbers = static_cast<const arrow::Int64Array &>(*batch->column(0));
    return numbers.IsNull(0) ? std::optional<qint64>() : numbers.Value(0);
}

} // namespace Grebe
