// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QList>
#include <QStringList>

#include <duckdb.h>

#include <optional>

/// DuckDB by its C interface alone: the reader of exported files that shares no line with what wrote them.
///
/// Errors     end the test program, with DuckDB's words.
class DuckDbOracle
{
public:
    using Value = std::optional<QByteArray>;

    DuckDbOracle();
    ~DuckDbOracle();
    DuckDbOracle(const DuckDbOracle &) = delete;
    DuckDbOracle &operator=(const DuckDbOracle &) = delete;

    /// One statement or many; false, and error(), when it is refused.
    bool run(const QByteArray &sql);
    QByteArray error() const { return m_error; }
    /// Every value of a query as DuckDB casts it to VARCHAR.
    QList<QList<Value>> rows(const QByteArray &query);
    QList<QByteArray> names(const QByteArray &query);
    QList<QByteArray> types(const QByteArray &query);

private:
    duckdb_database m_database = nullptr;
    duckdb_connection m_connection = nullptr;
    QByteArray m_error;
};
