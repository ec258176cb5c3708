// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>

/// What a page's rows mean, decoded in the plainest way there is: simdjson on demand, one cell at a time, values by the
/// standard library, arrays by Arrow's own builders. Slow, and shares nothing with the decoder that it is there to check.
struct ReferenceResult
{
    std::shared_ptr<arrow::RecordBatch> batch; ///< null when there are no rows
    qint64 unparsableCount = 0;
};

/// `schema` is the one that the decoder found. Empty when the page is an error.
std::optional<ReferenceResult> referenceDecode(const QByteArray &page, const std::shared_ptr<arrow::Schema> &schema);
