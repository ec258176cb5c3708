// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/plan.h"

namespace Grebe {

/// The EXPLAIN statement, `prefix` lines in front of the user's text: places in errors are off by that many lines.
struct TrinoExplainText
{
    QString sql;
    int prefixLines = 1;
};

/// `version` is 476, or 0 where it is not known. The words TYPE LOGICAL are deprecated since 479, and the plain form has
/// been what DISTRIBUTED gives for as long.
TrinoExplainText trinoExplain(const QString &sql, PlanKind kind, int version);

/// Reads what the server answered: JSON of one tree or of fragments by number, IO's JSON, or the indented text, which is
/// all that EXPLAIN ANALYZE has. Never fails: text that is none of these has no tree, and a note that says so.
/// Source     EXPLAIN of 476 and 483 as recorded in tests/driver/engines/trino/data/plans; other layouts (`identifier`
///            instead of `descriptor`, details as one text, `remoteSources`, fragments inside `plan`) are PrestoDB's.
Plan trinoPlan(const QString &text, PlanKind kind);

} // namespace Grebe
