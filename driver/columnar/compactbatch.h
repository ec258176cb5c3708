// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QtGlobal>

#include <arrow/type_fwd.h>

#include <memory>

namespace Grebe {

/// The batch in fewer bytes, for the disk; itself when nothing pays.
///
/// Shape      integers, times and decimals become signed integers (unsigned ones unsigned) of the width that the batch's
///            own values need; texts and bytes of few different values become a dictionary. Field names and metadata stay.
/// Thread     any.
GREBE_EXPORT std::shared_ptr<arrow::RecordBatch> compacted(const std::shared_ptr<arrow::RecordBatch> &batch);

/// `count` rows of a stored column as its logical type has them; a slice without a copy where it was not changed.
arrow::Result<std::shared_ptr<arrow::ArrayData>> widened(const arrow::ArrayData &stored,
                                                         const std::shared_ptr<arrow::DataType> &type, qint64 first, qint64 count);

/// `count` rows of a stored batch with the schema it had before.
GREBE_EXPORT arrow::Result<std::shared_ptr<arrow::RecordBatch>> widened(const arrow::RecordBatch &stored,
                                                                        const std::shared_ptr<arrow::Schema> &schema, qint64 first,
                                                                        qint64 count);

} // namespace Grebe
