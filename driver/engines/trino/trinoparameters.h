// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"
#include "extension/statement.h"

namespace Grebe {

/// A statement's text as the server gets it, and the way back from a place in that text to the caller's.
struct TrinoText
{
    enum class Form {
        Plain, ///< the caller's text up to the end of its statement
        ExecuteImmediate,
        Substituted ///< values stand in the text: places behind the first are not the caller's
    };

    QString sql;
    Form form = Form::Plain;
    int firstValueLine = 0; ///< Substituted: places behind this one are unknown; from 1, code points
    int firstValueColumn = 0;
};

/// Takes away what stands behind the statement (the server refuses a semicolon), and brings the parameters in: as
/// `EXECUTE IMMEDIATE` from Trino 418 on, else as literals in the text.
///
/// Errors     InvalidArgument: no statement, or a number of values other than the number of `?`.
Result<TrinoText> trinoText(const QString &sql, const StatementOptions &options, const Dialect &dialect, bool canExecuteImmediate);

/// Moves the place of an error, and the `line L:C:` at the head of its message, to where it is in the caller's text.
void restoreLocation(Error &error, const TrinoText &text);

} // namespace Grebe
