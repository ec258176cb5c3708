// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QByteArray>

namespace Grebe {

/// An Error from the text of a DuckDB error; `sql` is the statement's text as DuckDB was given it, for line and column.
///
/// Source     every connection of ours sets errors_as_json: the text then is, behind "Catalog Error: " or nothing, a JSON
///            object with exception_type, exception_message, error_subtype and position, a byte offset in the statement
///            (DuckDB 2.0).
Error duckdbError(const char *text, const QByteArray &sql = {});

/// Sets line and column, both from 1, to those of a byte offset; columns count code points.
void setPosition(Error &error, const QByteArray &sql, qsizetype offset);

} // namespace Grebe
