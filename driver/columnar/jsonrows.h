// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsoncolumn.h"

#include "extension/error.h"

#include <mutex>
#include <vector>

namespace Grebe {

/// What the rows of a result have needed so far: pages of one result are much alike, so the next one's buffers are made
/// of the right size at once.
///
/// Thread     any.
class GREBE_EXPORT JsonRowsSizes
{
public:
    struct Sizes
    {
        qint64 rowCount = 0;
        qint64 byteCount = 0; ///< of JSON
        std::vector<qint64> parts; ///< see JsonColumn::appendSizes()
    };

    Sizes sizes() const;
    void setSizes(Sizes sizes);

private:
    mutable std::mutex m_mutex;
    Sizes m_sizes;
};

/// The batch of one array of rows.
struct JsonRowsResult
{
    std::shared_ptr<arrow::RecordBatch> batch; ///< null when there are no rows
    qint64 unparsableCount = 0; ///< cells that are no value of their column's type; their text is in `grebe.raw`
    QString firstUnparsable; ///< the first of them in words, with row (from 1) and column
};

/// Decodes `[[cell, …], …]`, where the reader stands, and leaves it behind the closing bracket.
///
/// Shape      `columns` are the specs of `schema`'s fields. A value that the Arrow type can't hold, or that is none of its
///            type, is null in its array and in the field's `grebe.raw` (columnformatter.h) as the engine's own text: the
///            content of a string, any other value as its JSON. A string with a lone surrogate has no UTF-8 and is kept as
///            the escapes it was sent as.
/// Errors     InvalidData with the byte offset for what is not JSON, with the row for a row that has not a cell for each
///            column. InvalidArgument never; no memory is Internal.
/// Thread     any; one call, one thread.
GREBE_EXPORT Result<JsonRowsResult> decodeJsonRows(JsonReader &reader, const std::shared_ptr<arrow::Schema> &schema,
                                                   const std::vector<JsonColumnSpec> &columns, JsonRowsSizes &sizes);

} // namespace Grebe
