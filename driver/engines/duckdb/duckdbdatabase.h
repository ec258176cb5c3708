// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connectionparameters.h"

#include <duckdb.h>

#include <memory>
#include <mutex>

namespace Grebe {

/// An open DuckDB database; it is closed with the last session that holds it.
class DuckDbDatabase
{
public:
    explicit DuckDbDatabase(duckdb_database database, bool isReadOnly) : m_database(database), m_isReadOnly(isReadOnly) { }
    ~DuckDbDatabase() { duckdb_close(&m_database); }
    DuckDbDatabase(const DuckDbDatabase &) = delete;
    DuckDbDatabase &operator=(const DuckDbDatabase &) = delete;

    bool isReadOnly() const { return m_isReadOnly; }
    /// A connection with our settings; any thread.
    Result<duckdb_connection> connect() const;

private:
    duckdb_database m_database;
    const bool m_isReadOnly;
};

/// Which database a connection's sessions share, and how it is opened.
///
/// Shape      a database file, and the sample, are opened once in the process however many connections ask for them: DuckDB
///            locks a file against a second opening. Memory databases belong to the connection and its newSession()s and
///            live while one of these is open.
/// Security   extensions are neither installed nor loaded from the network unless the SQL says INSTALL and LOAD.
/// Thread     any; open() blocks, so it is for worker threads.
class DuckDbSource
{
public:
    explicit DuckDbSource(const ConnectionParameters &parameters) : m_parameters(parameters) { }

    Result<std::shared_ptr<DuckDbDatabase>> open();
    /// The database file, "sample" or "memory", for people.
    QString displayName() const;

private:
    Result<std::shared_ptr<DuckDbDatabase>> openNew(const QString &file, bool isReadOnly, const QStringList &dataFiles) const;

    const ConnectionParameters m_parameters;
    std::mutex m_mutex;
    std::weak_ptr<DuckDbDatabase> m_database;
};

} // namespace Grebe
