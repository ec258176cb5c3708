// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"
#include "extension/metadata.h"
#include "extension/objectpath.h"

#include <duckdb.h>

namespace Grebe {

/// One level of the catalog tree: databases, schemas, tables and views, columns, fields of nested columns.
/// Thread     any that may use the connection; blocks.
Result<QList<ObjectInfo>> duckdbList(duckdb_connection connection, const ObjectPath &parent);
/// What DuckDB tells of its functions, settings, and the size of a table; the other topics are NotImplemented.
Result<MetadataTable> duckdbDescribe(duckdb_connection connection, MetadataTopic topic, const ObjectPath &path);
/// The CREATE statement of a database's object.
Result<QString> duckdbDefinition(duckdb_connection connection, const ObjectPath &path);

} // namespace Grebe
