// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/plan.h"

namespace Grebe {

/// The EXPLAIN statement, one line in front of the text. There is no logical plan without changing a setting of the
/// session, and none of what is read: NotImplemented.
Result<QString> duckdbExplain(const QString &sql, PlanKind kind);
/// Reads FORMAT JSON: an array of operators, or for ANALYZE an object with figures of the whole and the same array.
/// Source     DuckDB 2.0 as recorded in tests/driver/engines/duckdb/data/plans.
Plan duckdbPlan(const QString &text, PlanKind kind);

} // namespace Grebe
