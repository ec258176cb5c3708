// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnformatter.h"
#include "extension/error.h"

#include <memory>

namespace Grebe {

/// A column's values as large_utf8, for a format that has no type for them.
GREBE_EXPORT Result<std::shared_ptr<arrow::Array>> textColumn(const ColumnFormatter &formatter, const arrow::RecordBatch &batch,
                                                              int column);
/// InvalidData for a value that is null in its array and text in `grebe.raw`, behind row `row`: in `format` it would be
/// lost.
GREBE_EXPORT Error lostValueError(const arrow::Field &field, const ColumnFormatter &formatter, qint64 row, const QString &format);

} // namespace Grebe
