// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtTypes>

#include <arrow/type_fwd.h>

#include <memory>

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

constexpr qint64 kBenchBatchRows = 100'000;

/// Columns and ranges of TPC-H's table lineitem; decimals are double, as Trino's tpch catalog has them, or decimal as DuckDB's.
BatchPtr lineItems(qint64 first, bool hasDecimals);
/// Ten columns of int64, c0 to c9.
std::shared_ptr<arrow::Schema> tenColumns();
BatchPtr numbers(const std::shared_ptr<arrow::Schema> &schema, qint64 first);
