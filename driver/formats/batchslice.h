// SPDX-License-Identifier: Apache-2.0
#pragma once

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
GREBE_EXPORT std::shared_ptr<arrow::Schema> selectColumns(const arrow::Schema &schema, const std::vector<int> &columns);

} // namespace Grebe
