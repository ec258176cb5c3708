// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnar/jsonrows.h"
#include "trinotypes.h"

#include <arrow/type_fwd.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace Grebe {

/// The columns of one result, compiled: what turns its rows into batches.
///
/// Thread     any; decoding keeps only sizes and the fact that there were rows.
class TrinoRowDecoder
{
public:
    /// `source` is the `columns` member as it was sent.
    TrinoRowDecoder(std::vector<TrinoColumn> columns, std::string_view source);

    const std::shared_ptr<arrow::Schema> &schema() const { return m_schema; }
    /// Pages of one result repeat their columns byte for byte.
    bool isFrom(std::string_view source) const { return m_source == source; }
    bool hasDeliveredRows() const { return m_hasDeliveredRows; }
    /// Rows of these columns are on their way: from now on they may not change.
    void promiseRows() const { m_hasDeliveredRows = true; }
    /// `(a bigint, b varchar(25))`, clipped.
    QString columnList() const;

    /// The reader stands at the rows.
    Result<JsonRowsResult> decode(JsonReader &reader) const;

private:
    std::shared_ptr<arrow::Schema> m_schema;
    std::vector<JsonColumnSpec> m_specs;
    std::string m_source;
    mutable JsonRowsSizes m_sizes;
    mutable std::atomic<bool> m_hasDeliveredRows = false;
};

} // namespace Grebe
