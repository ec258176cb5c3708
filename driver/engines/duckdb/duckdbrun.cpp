// SPDX-License-Identifier: Apache-2.0
#include "duckdbrun.h"

#include "duckdberror.h"
#include "duckdbparameters.h"
#include "sql/duckdbdialect.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include <QElapsedTimer>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// DuckDB's chunks have 2048 rows: too few for a batch, whose columns each cost allocations and a signal.
constexpr qint64 kBatchRows = 65536;
constexpr qint64 kBatchBytes = 8 * 1024 * 1024;
constexpr int kBatchMilliseconds = 100; // rows are shown that late at most

/// The first words of a statement in capitals, without comments: "CREATE OR REPLACE".
QStringList leadingWords(const QByteArray &sql, int count)
{
    static const QRegularExpression token(u"\\G(?:\\s+|--[^\\n]*(?:\\n|$)|/\\*.*?\\*/|;)*([A-Za-z_]+)"_s,
                                          QRegularExpression::DotMatchesEverythingOption);
    QStringList words;
    const QString text = QString::fromUtf8(sql.first(std::min<qsizetype>(sql.size(), 4096)));
    for (auto matches = token.globalMatch(text); matches.hasNext() && words.size() < count;)
        words << matches.next().captured(1).toUpper();
    return words;
}

bool beginsTransaction(const QByteArray &sql)
{
    const QString word = leadingWords(sql, 1).value(0);
    return word == "BEGIN"_L1 || word == "START"_L1;
}

QString updateType(duckdb_statement_type type, const QByteArray &sql)
{
    switch (type) {
    case DUCKDB_STATEMENT_TYPE_SELECT:
    case DUCKDB_STATEMENT_TYPE_EXPLAIN:
    case DUCKDB_STATEMENT_TYPE_RELATION: return {};
    default: break;
    }
    QStringList words = leadingWords(sql, 6);
    if (words.isEmpty())
        return {};
    if (words.first() == "WITH"_L1) {
        switch (type) {
        case DUCKDB_STATEMENT_TYPE_INSERT: return u"INSERT"_s;
        case DUCKDB_STATEMENT_TYPE_UPDATE: return u"UPDATE"_s;
        case DUCKDB_STATEMENT_TYPE_DELETE: return u"DELETE"_s;
        default: return u"MERGE"_s;
        }
    }
    const QString verb = words.takeFirst();
    if (verb != "CREATE"_L1 && verb != "DROP"_L1 && verb != "ALTER"_L1)
        return verb;
    while (!words.isEmpty()
           && QStringList { u"OR"_s, u"REPLACE"_s, u"TEMP"_s, u"TEMPORARY"_s, u"PERSISTENT"_s, u"UNIQUE"_s }.contains(words.first()))
        words.removeFirst();
    return words.isEmpty() ? verb : verb + u' ' + words.first();
}

std::shared_ptr<arrow::RecordBatch> merged(const std::vector<std::shared_ptr<arrow::RecordBatch>> &batches)
{
    if (batches.size() == 1)
        return batches.front();
    return arrow::ConcatenateRecordBatches(batches).ValueOr(nullptr);
}

} // namespace

DuckDbRun::DuckDbRun(DuckDbSession &session, const QString &sql, const StatementOptions &options)
    : m_session(session), m_sql(sql.toUtf8()), m_options(options)
{
}

DuckDbRun::~DuckDbRun()
{
    close();
}

DuckDbRun::Outcome DuckDbRun::failure(Error error) const
{
    if (m_cancelled || m_session.isClosing())
        error = { .code = Error::Code::Cancelled, .message = u"The statement was cancelled."_s };
    Outcome outcome { .error = error, .atEnd = true };
    if (m_type == DUCKDB_STATEMENT_TYPE_TRANSACTION && !beginsTransaction(m_sql))
        outcome.inTransaction = false; // a COMMIT that fails has rolled back
    return outcome;
}

Result<void> DuckDbRun::prepare()
{
    const Result<duckdb_connection> connection = m_session.connection();
    if (!connection)
        return std::unexpected(connection.error());
    duckdb_extracted_statements extracted = nullptr;
    const idx_t count = duckdb_extract_statements(*connection, m_sql.constData(), &extracted);
    Result<void> result;
    if (count == 0) {
        const char *text = duckdb_extract_statements_error(extracted);
        result = std::unexpected(text ? duckdbError(text, m_sql)
                                      : Error { .code = Error::Code::InvalidArgument, .message = u"There is no statement to run."_s });
    } else if (count > 1) {
        result = std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                         .message = u"The text holds %1 statements: run them one by one."_s.arg(count) });
    } else if (duckdb_prepare_extracted_statement(*connection, extracted, 0, &m_prepared) != DuckDBSuccess) {
        result = std::unexpected(duckdbError(duckdb_prepare_error(m_prepared), m_sql));
    }
    duckdb_destroy_extracted(&extracted);
    if (!result)
        return result;
    m_type = duckdb_prepared_statement_type(m_prepared);
    return bindParameters(m_prepared, m_options);
}

DuckDbRun::Outcome DuckDbRun::execute()
{
    if (m_cancelled)
        return failure({});
    if (const Result<void> prepared = prepare(); !prepared)
        return failure(prepared.error());
    if (m_cancelled)
        return failure({});
    // Streaming: DuckDB works ahead of us by a bounded buffer and then waits, so a result of any size takes little memory.
    if (duckdb_pending_prepared_streaming(m_prepared, &m_pending) != DuckDBSuccess)
        return failure(duckdbError(duckdb_pending_error(m_pending), m_sql));
    m_hasResult = true;
    if (duckdb_execute_pending(m_pending, &m_result) != DuckDBSuccess)
        return failure(duckdbError(duckdb_result_error(&m_result), m_sql));
    if (duckdb_result_return_type(m_result) != DUCKDB_RESULT_TYPE_QUERY_RESULT) {
        while (duckdb_data_chunk chunk = duckdb_fetch_chunk(m_result)) // until it returns null the statement is not complete
            duckdb_destroy_data_chunk(&chunk);
        return end();
    }
    Result<std::unique_ptr<DuckDbArrow>> arrow = DuckDbArrow::make(&m_result);
    if (!arrow)
        return failure(arrow.error());
    m_arrow = std::move(*arrow);
    Outcome outcome;
    outcome.schema = m_arrow->schema();
    return outcome;
}

DuckDbRun::Outcome DuckDbRun::fetch()
{
    QElapsedTimer time;
    time.start();
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    qint64 rows = 0;
    qint64 bytes = 0;
    Outcome outcome;
    while (!m_cancelled && !m_session.isClosing()) {
        duckdb_data_chunk chunk = duckdb_fetch_chunk(m_result);
        if (!chunk) {
            outcome = end();
            break;
        }
        if (duckdb_data_chunk_get_size(chunk) == 0) {
            duckdb_destroy_data_chunk(&chunk);
            continue;
        }
        const auto batch = m_arrow->convert(chunk);
        duckdb_destroy_data_chunk(&chunk);
        if (!batch) {
            outcome = failure(batch.error());
            break;
        }
        batches.push_back(*batch);
        rows += (*batch)->num_rows();
        bytes += arrow::util::TotalBufferSize(**batch);
        if (m_isFirst || !m_arrow->canMerge() || rows >= kBatchRows || bytes >= kBatchBytes || time.elapsed() >= kBatchMilliseconds)
            break;
    }
    if ((m_cancelled || m_session.isClosing()) && !outcome.atEnd)
        outcome = failure({});
    m_isFirst = false;
    if (!batches.empty()) {
        outcome.batch = merged(batches);
        if (!outcome.batch && !outcome.error) {
            outcome = failure({ .code = Error::Code::Internal, .message = u"The rows could not be put into one batch."_s });
        }
    }
    return outcome;
}

DuckDbRun::Outcome DuckDbRun::end()
{
    if (const char *text = duckdb_result_error(&m_result))
        return failure(duckdbError(text, m_sql));
    Outcome outcome { .atEnd = true };
    const duckdb_result_type kind = duckdb_result_return_type(m_result);
    const bool isWrite = m_type == DUCKDB_STATEMENT_TYPE_INSERT || m_type == DUCKDB_STATEMENT_TYPE_UPDATE
        || m_type == DUCKDB_STATEMENT_TYPE_DELETE || m_type == DUCKDB_STATEMENT_TYPE_MERGE_INTO;
    if (kind != DUCKDB_RESULT_TYPE_QUERY_RESULT || isWrite) // not SHOW, CALL, PRAGMA
        outcome.summary.updateType = updateType(m_type, m_sql);
    if (kind == DUCKDB_RESULT_TYPE_CHANGED_ROWS)
        outcome.summary.affectedRows = qint64(duckdb_rows_changed(&m_result));
    close();
    switch (m_type) {
    case DUCKDB_STATEMENT_TYPE_SELECT:
    case DUCKDB_STATEMENT_TYPE_INSERT:
    case DUCKDB_STATEMENT_TYPE_UPDATE:
    case DUCKDB_STATEMENT_TYPE_DELETE:
    case DUCKDB_STATEMENT_TYPE_EXPLAIN: break;
    default: outcome.current = m_session.askCurrent();
    }
    if (m_type == DUCKDB_STATEMENT_TYPE_TRANSACTION)
        outcome.inTransaction = beginsTransaction(m_sql);
    return outcome;
}

void DuckDbRun::close()
{
    if (m_hasResult)
        duckdb_destroy_result(&m_result);
    m_hasResult = false;
    m_arrow.reset();
    duckdb_destroy_pending(&m_pending);
    duckdb_destroy_prepare(&m_prepared);
}

} // namespace Grebe
