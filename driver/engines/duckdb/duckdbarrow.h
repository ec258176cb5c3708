// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <arrow/type_fwd.h>
#include <duckdb.h>

#include <memory>
#include <string>
#include <vector>

namespace Grebe {

/// A type in DuckDB's own spelling, as DESCRIBE has it: `DECIMAL(12,2)`, `STRUCT(a INTEGER, "b c" VARCHAR)[]`.
std::string duckdbTypeText(duckdb_logical_type type);

/// Owns a duckdb_logical_type.
class DuckDbType
{
public:
    explicit DuckDbType(duckdb_logical_type type) : m_type(type) { }
    ~DuckDbType() { duckdb_destroy_logical_type(&m_type); }
    DuckDbType(const DuckDbType &) = delete;
    DuckDbType &operator=(const DuckDbType &) = delete;
    operator duckdb_logical_type() const { return m_type; }
    duckdb_type id() const { return duckdb_get_type_id(m_type); }

private:
    duckdb_logical_type m_type;
};

/// Turns a result's chunks into record batches over the Arrow C data interface.
///
/// Shape      exact. DuckDB exports losslessly (arrow_lossless_conversion) with extension types that hardly any reader knows;
///            these are turned into plain ones, in nested values too:
///              HUGEINT, UHUGEINT          decimal256(39, 0)
///              BIGNUM, BIT, TIMETZ        utf8, DuckDB's text
///              UUID                       fixed_size_binary(16)
///              BOOLEAN                    bool (from int8)
///              JSON                       utf8
///            All else is as DuckDB exports it: DECIMAL decimal128, ENUM dictionary, UNION sparse_union, ARRAY
///            fixed_size_list, INTERVAL month_day_nano. Every field, nested ones too, carries `grebe.type`.
///            An INTERVAL in a column of its own whose time part does not fit Arrow's nanoseconds (292 years) is an error.
///            Infinite dates and times are DuckDB's own numbers for them, the largest that the type holds.
/// Thread     the one at a time that runs the statement.
class DuckDbArrow
{
public:
    /// Fails when a type has no Arrow form.
    static Result<std::unique_ptr<DuckDbArrow>> make(duckdb_result *result);
    ~DuckDbArrow();

    const std::shared_ptr<arrow::Schema> &schema() const { return m_schema; }
    /// Arrow can't concatenate unions.
    bool canMerge() const { return m_canMerge; }
    Result<std::shared_ptr<arrow::RecordBatch>> convert(duckdb_data_chunk chunk) const;

private:
    DuckDbArrow() = default;

    duckdb_arrow_options m_options = nullptr;
    std::shared_ptr<arrow::Schema> m_exported;
    std::shared_ptr<arrow::Schema> m_schema;
    std::vector<idx_t> m_intervals; // columns
    std::vector<bool> m_isChanged; // by column: the exported type is not the final one
    bool m_canMerge = true;
};

} // namespace Grebe
