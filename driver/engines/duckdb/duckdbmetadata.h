// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/objectpath.h"

#include <duckdb.h>

namespace Grebe {

/// One level of the catalog tree: databases, schemas, tables and views, columns, fields of nested columns.
/// Thread     any that may use the connection; blocks.
Result<QList<ObjectInfo>> duckdbList(duckdb_connection connection, const ObjectPath &parent);
/// The CREATE statement of a database's object.
Result<QString> duckdbDefinition(duckdb_connection connection, const ObjectPath &path);

} // namespace Grebe
