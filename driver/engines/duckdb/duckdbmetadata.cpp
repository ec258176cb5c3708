// SPDX-License-Identifier: Apache-2.0
#include "duckdbmetadata.h"

#include "duckdbarrow.h"
#include "duckdberror.h"
#include "duckdbsession.h"
#include "sql/duckdbdialect.h"

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using Rows = Result<QList<QStringList>>;

Error notThere(const ObjectPath &path)
{
    return { .code = Error::Code::NotFound, .message = u"There is no %1."_s.arg(duckdbDialect().path(path)) };
}

bool isNested(QStringView type)
{
    return type.startsWith("STRUCT("_L1) || type.startsWith("MAP("_L1) || type.startsWith("UNION("_L1)
        || (type.endsWith(u']') && (type.startsWith("STRUCT("_L1) || type.startsWith("MAP("_L1)));
}

ObjectInfo field(const ObjectPath &parent, const QString &name, duckdb_logical_type type)
{
    ObjectInfo info { .path = parent.child(name), .kind = ObjectInfo::Kind::Field };
    info.type = QString::fromStdString(duckdbTypeText(type));
    info.hasChildren = isNested(info.type);
    return info;
}

QString taken(char *text)
{
    const QString copy = QString::fromUtf8(text);
    duckdb_free(text);
    return copy;
}

/// The fields inside a type. An array is seen through: the fields of its elements stand right below it.
QList<ObjectInfo> fieldsOf(duckdb_logical_type type, const ObjectPath &parent)
{
    QList<ObjectInfo> fields;
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_LIST: return fieldsOf(DuckDbType(duckdb_list_type_child_type(type)), parent);
    case DUCKDB_TYPE_ARRAY: return fieldsOf(DuckDbType(duckdb_array_type_child_type(type)), parent);
    case DUCKDB_TYPE_MAP:
        fields << field(parent, u"key"_s, DuckDbType(duckdb_map_type_key_type(type)))
               << field(parent, u"value"_s, DuckDbType(duckdb_map_type_value_type(type)));
        break;
    case DUCKDB_TYPE_STRUCT:
        for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
            fields << field(parent, taken(duckdb_struct_type_child_name(type, i)),
                            DuckDbType(duckdb_struct_type_child_type(type, i)));
        }
        break;
    case DUCKDB_TYPE_UNION:
        for (idx_t i = 0; i < duckdb_union_type_member_count(type); ++i) {
            fields << field(parent, taken(duckdb_union_type_member_name(type, i)),
                            DuckDbType(duckdb_union_type_member_type(type, i)));
        }
        break;
    default: break;
    }
    return fields;
}

Result<QList<ObjectInfo>> descend(duckdb_logical_type type, const ObjectPath &whole, qsizetype depth)
{
    if (depth == whole.depth())
        return fieldsOf(type, whole);
    const ObjectPath here(whole.parts().first(depth));
    const QString wanted = whole.parts().at(depth);
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_LIST: return descend(DuckDbType(duckdb_list_type_child_type(type)), whole, depth);
    case DUCKDB_TYPE_ARRAY: return descend(DuckDbType(duckdb_array_type_child_type(type)), whole, depth);
    case DUCKDB_TYPE_MAP:
        if (wanted == "key"_L1)
            return descend(DuckDbType(duckdb_map_type_key_type(type)), whole, depth + 1);
        if (wanted == "value"_L1)
            return descend(DuckDbType(duckdb_map_type_value_type(type)), whole, depth + 1);
        break;
    case DUCKDB_TYPE_STRUCT:
        for (idx_t i = 0; i < duckdb_struct_type_child_count(type); ++i) {
            if (taken(duckdb_struct_type_child_name(type, i)) == wanted)
                return descend(DuckDbType(duckdb_struct_type_child_type(type, i)), whole, depth + 1);
        }
        break;
    case DUCKDB_TYPE_UNION:
        for (idx_t i = 0; i < duckdb_union_type_member_count(type); ++i) {
            if (taken(duckdb_union_type_member_name(type, i)) == wanted)
                return descend(DuckDbType(duckdb_union_type_member_type(type, i)), whole, depth + 1);
        }
        break;
    default: break;
    }
    return std::unexpected(notThere(whole));
}

Result<QList<ObjectInfo>> listFields(duckdb_connection connection, const ObjectPath &path)
{
    const ObjectPath table(path.parts().first(3));
    const QByteArray sql = (u"SELECT "_s + duckdbDialect().quoteIdentifier(path.parts().at(3)) + u" FROM "_s
                            + duckdbDialect().path(table)).toUtf8();
    duckdb_prepared_statement statement = nullptr;
    Result<QList<ObjectInfo>> result;
    if (duckdb_prepare(connection, sql.constData(), &statement) != DuckDBSuccess)
        result = std::unexpected(duckdbError(duckdb_prepare_error(statement)));
    else
        result = descend(DuckDbType(duckdb_prepared_statement_column_logical_type(statement, 0)), path, 4);
    duckdb_destroy_prepare(&statement);
    return result;
}

Result<QList<ObjectInfo>> listColumns(duckdb_connection connection, const ObjectPath &table)
{
    const Rows rows = duckdbRows(connection,
                                 "SELECT column_name, data_type, is_nullable::VARCHAR, column_default, comment FROM duckdb_columns() "
                                 "WHERE database_name = ? AND schema_name = ? AND table_name = ? ORDER BY column_index",
                                 table.parts());
    if (!rows)
        return std::unexpected(rows.error());
    if (rows->isEmpty())
        return std::unexpected(notThere(table));
    QList<ObjectInfo> infos;
    for (const QStringList &row : *rows) {
        infos << ObjectInfo { .path = table.child(row.at(0)), .kind = ObjectInfo::Kind::Column, .type = row.at(1), .comment = row.at(4),
                              .defaultValue = row.at(3), .isNullable = row.at(2) == "true"_L1, .hasChildren = isNested(row.at(1)) };
    }
    return infos;
}

} // namespace

Result<QList<ObjectInfo>> duckdbList(duckdb_connection connection, const ObjectPath &parent)
{
    using Kind = ObjectInfo::Kind;
    Rows rows;
    switch (parent.depth()) {
    case 0:
        rows = duckdbRows(connection, "SELECT database_name, 'catalog', comment FROM duckdb_databases() WHERE NOT internal ORDER BY 1");
        break;
    case 1:
        rows = duckdbRows(connection,
                          "SELECT schema_name, 'schema', comment FROM duckdb_schemas() WHERE database_name = ? "
                          "AND schema_name NOT IN ('information_schema', 'pg_catalog') ORDER BY 1",
                          parent.parts());
        break;
    case 2:
        rows = duckdbRows(connection,
                          "SELECT table_name, 'table', comment FROM duckdb_tables() WHERE database_name = $1 AND schema_name = $2 "
                          "UNION ALL SELECT view_name, 'view', comment FROM duckdb_views() "
                          "WHERE database_name = $1 AND schema_name = $2 AND NOT internal ORDER BY 1",
                          parent.parts());
        break;
    case 3: return listColumns(connection, parent);
    default: return listFields(connection, parent);
    }
    if (!rows)
        return std::unexpected(rows.error());
    if (rows->isEmpty() && !parent.isEmpty()) { // empty, or not there
        const Rows there = duckdbRows(connection,
                                      "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND schema_name = coalesce(?, schema_name)",
                                      { parent.parts().at(0), parent.parts().value(1, u"main"_s) });
        if (there && there->isEmpty())
            return std::unexpected(notThere(parent));
    }
    QList<ObjectInfo> infos;
    for (const QStringList &row : *rows) {
        const Kind kind = row.at(1) == "catalog"_L1 ? Kind::Catalog : row.at(1) == "schema"_L1 ? Kind::Schema
            : row.at(1) == "view"_L1                                                           ? Kind::View
                                                                                               : Kind::Table;
        infos << ObjectInfo { .path = parent.child(row.at(0)), .kind = kind, .comment = row.at(2), .hasChildren = true };
    }
    return infos;
}

Result<MetadataTable> duckdbDescribe(duckdb_connection connection, MetadataTopic topic, const ObjectPath &path)
{
    MetadataTable table;
    Rows rows;
    switch (topic) {
    case MetadataTopic::Functions:
        table.columns = { u"name"_s, u"kind"_s, u"arguments"_s, u"result"_s, u"description"_s };
        rows = duckdbRows(connection,
                          "SELECT function_name, function_type, array_to_string(parameter_types, ', '), return_type, description "
                          "FROM duckdb_functions() WHERE ($1 = '' OR database_name = $1) AND ($2 = '' OR schema_name = $2) "
                          "ORDER BY ALL",
                          { path.parts().value(0), path.parts().value(1) });
        break;
    case MetadataTopic::SessionProperties:
        table.columns = { u"name"_s, u"value"_s, u"default"_s, u"type"_s, u"description"_s };
        rows = duckdbRows(connection, "SELECT name, value, NULL, input_type, description FROM duckdb_settings() ORDER BY name");
        break;
    case MetadataTopic::Statistics:
        table.columns = { u"column"_s, u"rows"_s, u"data size"_s, u"distinct values"_s, u"share of nulls"_s, u"lowest"_s, u"highest"_s };
        rows = duckdbRows(connection,
                          "SELECT NULL, estimated_size::VARCHAR, NULL, NULL, NULL, NULL, NULL FROM duckdb_tables() "
                          "WHERE database_name = ? AND schema_name = ? AND table_name = ?",
                          path.parts());
        if (rows && rows->isEmpty())
            return std::unexpected(notThere(path));
        break;
    default:
        return std::unexpected(Error { .code = Error::Code::NotImplemented, .message = u"DuckDB has no partitions, roles or grants."_s });
    }
    if (!rows)
        return std::unexpected(rows.error());
    table.rows = *rows;
    return table;
}

Result<QString> duckdbDefinition(duckdb_connection connection, const ObjectPath &path)
{
    Rows rows;
    switch (path.depth()) {
    case 2:
        rows = duckdbRows(connection, "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND schema_name = ?", path.parts());
        if (rows && !rows->isEmpty())
            return u"CREATE SCHEMA %1;"_s.arg(duckdbDialect().path(path));
        break;
    case 3:
        rows = duckdbRows(connection,
                          "SELECT sql FROM duckdb_tables() WHERE database_name = $1 AND schema_name = $2 AND table_name = $3 "
                          "UNION ALL SELECT sql FROM duckdb_views() WHERE database_name = $1 AND schema_name = $2 AND view_name = $3",
                          path.parts());
        break;
    default:
        return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                       .message = u"Only schemas, tables and views have a statement that makes them."_s });
    }
    if (!rows)
        return std::unexpected(rows.error());
    if (rows->isEmpty())
        return std::unexpected(notThere(path));
    return rows->first().first();
}

} // namespace Grebe
