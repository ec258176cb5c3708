// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "duckdbarrow.h"
#include "duckdbsession.h"

#include <atomic>

namespace Grebe {

/// One execution in DuckDB: everything that blocks.
///
/// Shape      execute(), then fetch() until `atEnd` or an error, then close(); close() may come at any time.
/// Thread     the session's statement thread, but for cancel().
/// Ownership  shared by the statement and the work on its way; lives no longer than the session.
class DuckDbRun
{
public:
    struct Outcome
    {
        std::optional<Error> error;
        std::shared_ptr<arrow::Schema> schema; ///< of execute(); none for statements without rows
        std::shared_ptr<arrow::RecordBatch> batch; ///< of fetch(); may be there with an error, and at the end
        bool atEnd = false;
        StatementSummary summary; ///< at the end: affectedRows and updateType
        std::optional<ObjectPath> current; ///< at the end, where it may have changed
        std::optional<bool> inTransaction;
    };

    DuckDbRun(DuckDbSession &session, const QString &sql, const StatementOptions &options);
    ~DuckDbRun();

    Outcome execute();
    /// A decent number of rows, or what came in a moment; the first time what comes first.
    Outcome fetch();
    void close();
    void cancel() { m_cancelled = true; } ///< any thread; interrupt the session too

private:
    Outcome failure(Error error) const;
    Outcome end();
    Result<void> prepare();

    DuckDbSession &m_session;
    const QByteArray m_sql;
    const StatementOptions m_options;
    std::atomic<bool> m_cancelled = false;

    duckdb_prepared_statement m_prepared = nullptr;
    duckdb_pending_result m_pending = nullptr;
    duckdb_result m_result {};
    bool m_hasResult = false;
    bool m_isFirst = true;
    duckdb_statement_type m_type = DUCKDB_STATEMENT_TYPE_INVALID;
    std::unique_ptr<DuckDbArrow> m_arrow;
};

} // namespace Grebe
