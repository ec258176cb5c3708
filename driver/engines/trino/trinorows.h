// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtTypes>

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>

namespace Grebe {

/// The first value of the first column when that is a bigint; `batch` may be null.
std::optional<qint64> firstInteger(const std::shared_ptr<arrow::RecordBatch> &batch);

} // namespace Grebe
