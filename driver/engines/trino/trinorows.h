// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QList>
#include <QStringList>

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>

namespace Grebe {

/// The rows of a metadata answer, whose columns are text; a null is a null QString, a column of another type as well.
QList<QStringList> textRows(const arrow::RecordBatch &batch);
/// The first value of the first column when that is a bigint; `batch` may be null.
std::optional<qint64> firstInteger(const std::shared_ptr<arrow::RecordBatch> &batch);

} // namespace Grebe
