// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include "grebe_export.h"

#include <QtGlobal>

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

namespace Grebe {

/// Rows and columns of a batch without a copy of its values; `grebe.raw`, which counts rows of its batch, follows.
///
/// Shape      `columns` in the order they are to have; the rows must lie in the batch.
/// Thread     any.
GREBE_EXPORT std::shared_ptr<arrow::RecordBatch> sliceBatch(const arrow::RecordBatch &batch, qint64 firstRow, qint64 rowCount,
                                                            const std::vector<int> &columns);
/// The rows that stand at these places, in that order, copied into one batch; `grebe.raw` follows.
///
/// Errors     NotImplemented for a type whose values Arrow cannot pick.
struct RowPlace
{
    std::shared_ptr<arrow::RecordBatch> batch;
    qint64 row = 0;
};
GREBE_EXPORT Result<std::shared_ptr<arrow::RecordBatch>> gatherRows(const std::vector<RowPlace> &places,
                                                                    const std::vector<int> &columns);
/// Numbers of the columns that hold values which are null in their array and text in `grebe.raw`.
GREBE_EXPORT std::vector<int> columnsWithRawValues(const arrow::RecordBatch &batch);
GREBE_EXPORT std::shared_ptr<arrow::Schema> selectColumns(const arrow::Schema &schema, const std::vector<int> &columns);

} // namespace Grebe
