// SPDX-License-Identifier: Apache-2.0
#include "duckdboracle.h"

DuckDbOracle::DuckDbOracle()
{
    if (duckdb_open(nullptr, &m_database) != DuckDBSuccess || duckdb_connect(m_database, &m_connection) != DuckDBSuccess)
        qFatal("no DuckDB");
    if (!run("SET TimeZone = 'UTC'"))
        qFatal("%s", m_error.constData());
}

DuckDbOracle::~DuckDbOracle()
{
    duckdb_disconnect(&m_connection);
    duckdb_close(&m_database);
}

bool DuckDbOracle::run(const QByteArray &sql)
{
    duckdb_result result;
    const bool isGood = duckdb_query(m_connection, sql.constData(), &result) == DuckDBSuccess;
    m_error = isGood ? QByteArray() : QByteArray(duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return isGood;
}

QList<QList<DuckDbOracle::Value>> DuckDbOracle::rows(const QByteArray &query)
{
    duckdb_result result;
    if (duckdb_query(m_connection, ("SELECT COLUMNS(*)::VARCHAR FROM (" + query + ")").constData(), &result) != DuckDBSuccess)
        qFatal("%s: %s", query.constData(), duckdb_result_error(&result));
    QList<QList<Value>> rows;
    const idx_t columns = duckdb_column_count(&result);
    while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
        const qsizetype first = rows.size();
        const idx_t count = duckdb_data_chunk_get_size(chunk);
        rows.resize(first + qsizetype(count));
        for (idx_t column = 0; column < columns; ++column) {
            const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
            auto *texts = static_cast<duckdb_string_t *>(duckdb_vector_get_data(vector));
            uint64_t *validity = duckdb_vector_get_validity(vector);
            for (idx_t row = 0; row < count; ++row) {
                Value value;
                if (!validity || duckdb_validity_row_is_valid(validity, row))
                    value = QByteArray(duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row]));
                rows[first + qsizetype(row)].append(value);
            }
        }
        duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    return rows;
}

QList<QByteArray> DuckDbOracle::names(const QByteArray &query)
{
    QList<QByteArray> names;
    for (const auto &row : rows("SELECT column_name FROM (DESCRIBE " + query + ")"))
        names << row[0].value_or("");
    return names;
}

QList<QByteArray> DuckDbOracle::types(const QByteArray &query)
{
    QList<QByteArray> types;
    for (const auto &row : rows("SELECT column_type FROM (DESCRIBE " + query + ")"))
        types << row[0].value_or("");
    return types;
}
