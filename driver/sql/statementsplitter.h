// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"
#include "lexer.h"

namespace Grebe {

/// Whether `;` may stand inside a statement.
enum class Routines {
    None,
    SqlRoutines ///< `CREATE FUNCTION … BEGIN …; END` and `WITH FUNCTION … SELECT`, as Trino has them
};

/// The statements of a script: `;` is the only delimiter, blank lines cut nothing.
///
/// Shape      in order, without overlap; never an empty one. An unfinished routine reaches to the script's end.
/// Units      linear in the script's length.
/// Thread     any.
/// Source     the keywords that open and close a block in a routine's body: Trino's documentation, "SQL routines".
GREBE_EXPORT QList<StatementRange> splitStatements(QStringView script, const LexicalRules &rules, Routines routines);

} // namespace Grebe
