// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/statement.h"

#include <duckdb.h>

namespace Grebe {

/// Binds the values of a statement's parameters, in order.
///
/// Shape      exact: integers by their width, QString as VARCHAR, QByteArray as BLOB, QDate, QTime, QUuid as their own; a
///            QDateTime in local time is a TIMESTAMP, any other a TIMESTAMP WITH TIME ZONE. With a type text the value's text
///            is read as that type: `decimal(12, 2)`, `hugeint`, `date`… What DuckDB knows of the parameter from the statement
///            casts the rest.
Result<void> bindParameters(duckdb_prepared_statement statement, const StatementOptions &options);

} // namespace Grebe
