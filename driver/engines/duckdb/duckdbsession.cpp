// SPDX-License-Identifier: Apache-2.0
#include "duckdbsession.h"

#include "duckdberror.h"

using namespace Qt::StringLiterals;

namespace Grebe {

Result<QList<QStringList>> duckdbRows(duckdb_connection connection, const QByteArray &sql, const QStringList &parameters)
{
    duckdb_prepared_statement statement = nullptr;
    duckdb_result result {};
    Result<QList<QStringList>> rows;
    if (duckdb_prepare(connection, sql.constData(), &statement) != DuckDBSuccess) {
        rows = std::unexpected(duckdbError(duckdb_prepare_error(statement)));
        duckdb_destroy_prepare(&statement);
        return rows;
    }
    for (qsizetype i = 0; i < parameters.size(); ++i) {
        const QByteArray text = parameters.at(i).toUtf8();
        duckdb_bind_varchar_length(statement, idx_t(i + 1), text.constData(), idx_t(text.size()));
    }
    if (duckdb_execute_prepared(statement, &result) != DuckDBSuccess) {
        rows = std::unexpected(duckdbError(duckdb_result_error(&result)));
    } else {
        const idx_t columns = duckdb_column_count(&result);
        while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result)) {
            for (idx_t row = 0; row < duckdb_data_chunk_get_size(chunk); ++row) {
                QStringList values;
                for (idx_t column = 0; column < columns; ++column) {
                    const duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, column);
                    uint64_t *validity = duckdb_vector_get_validity(vector);
                    if (validity && !duckdb_validity_row_is_valid(validity, row)) {
                        values << QString();
                        continue;
                    }
                    auto *strings = static_cast<duckdb_string_t *>(duckdb_vector_get_data(vector));
                    const auto length = duckdb_string_t_length(strings[row]);
                    values << (length ? QString::fromUtf8(duckdb_string_t_data(&strings[row]), qsizetype(length)) : u""_s);
                }
                rows->append(values);
            }
            duckdb_destroy_data_chunk(&chunk);
        }
        if (const char *text = duckdb_result_error(&result))
            rows = std::unexpected(duckdbError(text));
    }
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&statement);
    return rows;
}

DuckDbSession::DuckDbSession(std::shared_ptr<DuckDbSource> source, QObject *parent)
    : QObject(parent), m_source(std::move(source)), m_pool(this), m_metadataPool(this)
{
    m_pool.setMaxThreadCount(1);
    m_metadataPool.setMaxThreadCount(1);
}

DuckDbSession::~DuckDbSession()
{
    m_closing = true;
    m_pool.clear();
    m_metadataPool.clear();
    // Again and again: DuckDB forgets an interrupt that comes just before a query begins.
    do {
        interrupt();
    } while (!m_pool.waitForDone(10) || !m_metadataPool.waitForDone(10));
    disconnect(m_connection);
    disconnect(m_metadataConnection);
}

bool DuckDbSession::enqueue(const TurnPtr &turn)
{
    m_waiting.push_back(turn);
    if (!m_active) {
        startNext();
        return false;
    }
    if (m_active->hurry)
        m_active->hurry();
    return true;
}

void DuckDbSession::leave(const TurnPtr &turn)
{
    if (turn != m_active) {
        std::erase(m_waiting, turn);
        return;
    }
    m_active.reset();
    startNext();
}

void DuckDbSession::startNext()
{
    if (m_active || m_waiting.empty())
        return;
    m_active = m_waiting.front();
    m_waiting.pop_front();
    const TurnPtr turn = m_active; // start() may leave already
    turn->start();
    if (!m_waiting.empty() && turn == m_active && turn->hurry)
        turn->hurry();
}

namespace {

template<typename T>
struct Asked
{
    Result<T> result;
    std::optional<ObjectPath> current;
};

} // namespace

QFuture<Result<void>> DuckDbSession::command(const QByteArray &sql)
{
    const auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    const auto turn = std::make_shared<Turn>();
    turn->start = [this, sql, promise, weak = std::weak_ptr(turn)] {
        run([this, sql]() -> Asked<void> {
            const Result<duckdb_connection> handle = connection();
            if (!handle)
                return { std::unexpected(handle.error()), {} };
            duckdb_result result;
            Result<void> answer;
            if (duckdb_query(*handle, sql.constData(), &result) != DuckDBSuccess)
                answer = std::unexpected(duckdbError(duckdb_result_error(&result)));
            duckdb_destroy_result(&result);
            return { answer, askCurrent() };
        }, [this, sql, promise, weak](Asked<void> asked) {
            std::optional<bool> inTransaction;
            if (sql == "COMMIT" || sql == "ROLLBACK")
                inTransaction = false; // a COMMIT that fails has rolled back
            else if (sql == "BEGIN" && asked.result)
                inTransaction = true;
            noteState(asked.current, inTransaction);
            promise->addResult(asked.result);
            promise->finish();
            leave(weak.lock());
        });
    };
    enqueue(turn);
    return promise->future();
}

QFuture<Result<ServerInfo>> DuckDbSession::open()
{
    const auto promise = std::make_shared<QPromise<Result<ServerInfo>>>();
    promise->start();
    const auto turn = std::make_shared<Turn>();
    turn->start = [this, promise, weak = std::weak_ptr(turn)] {
        run([this]() -> Asked<ServerInfo> {
            const Result<duckdb_connection> handle = connection();
            if (!handle)
                return { std::unexpected(handle.error()), {} };
            const Result<QList<QStringList>> rows = duckdbRows(*handle, "SELECT version(), current_user");
            if (!rows)
                return { std::unexpected(rows.error()), {} };
            return { ServerInfo { .product = u"DuckDB"_s, .version = rows->value(0).value(0), .user = rows->value(0).value(1) },
                     askCurrent() };
        }, [this, promise, weak](Asked<ServerInfo> asked) {
            noteState(asked.current, {});
            promise->addResult(asked.result);
            promise->finish();
            leave(weak.lock());
        });
    };
    enqueue(turn);
    return promise->future();
}

void DuckDbSession::close()
{
    const auto turn = std::make_shared<Turn>();
    turn->start = [this, weak = std::weak_ptr(turn)] {
        const auto closed = [this, weak](bool) {
            {
                const std::scoped_lock lock(m_stateMutex);
                m_state = {};
            }
            Q_EMIT stateChanged({});
            leave(weak.lock());
        };
        // Each on the thread that uses it.
        run([this] {
            disconnect(m_connection);
            return true;
        }, [this, closed](bool) {
            run([this] {
                disconnect(m_metadataConnection);
                return true;
            }, closed, true);
        });
    };
    enqueue(turn);
}

SessionState DuckDbSession::state() const
{
    const std::scoped_lock lock(m_stateMutex);
    return m_state;
}

void DuckDbSession::noteState(const std::optional<ObjectPath> &current, std::optional<bool> inTransaction)
{
    SessionState state;
    {
        const std::scoped_lock lock(m_stateMutex);
        const SessionState before = m_state;
        if (current)
            m_state.current = *current;
        if (inTransaction)
            m_state.inTransaction = *inTransaction;
        if (m_state == before)
            return;
        state = m_state;
    }
    Q_EMIT stateChanged(state);
}

Result<duckdb_connection> DuckDbSession::connect(duckdb_connection &connection)
{
    {
        const std::scoped_lock lock(m_connectionMutex);
        if (connection)
            return connection;
    }
    const Result<std::shared_ptr<DuckDbDatabase>> database = m_source->open();
    if (!database)
        return std::unexpected(database.error());
    const Result<duckdb_connection> opened = (*database)->connect();
    if (!opened)
        return std::unexpected(opened.error());
    const std::scoped_lock lock(m_connectionMutex);
    m_database = *database;
    connection = *opened;
    return connection;
}

Result<duckdb_connection> DuckDbSession::connection()
{
    return connect(m_connection);
}

Result<duckdb_connection> DuckDbSession::metadataConnection()
{
    return connect(m_metadataConnection);
}

void DuckDbSession::disconnect(duckdb_connection &connection)
{
    std::shared_ptr<DuckDbDatabase> unused; // closing a database writes to disk: outside the lock
    const std::scoped_lock lock(m_connectionMutex);
    duckdb_disconnect(&connection);
    connection = nullptr;
    if (!m_connection && !m_metadataConnection)
        unused = std::move(m_database);
}

std::optional<ObjectPath> DuckDbSession::askCurrent()
{
    const Result<duckdb_connection> handle = connection();
    if (!handle)
        return {};
    const Result<QList<QStringList>> rows = duckdbRows(*handle, "SELECT current_database(), current_schema()");
    if (!rows || rows->size() != 1)
        return {}; // an aborted transaction answers nothing
    return ObjectPath(rows->first());
}

void DuckDbSession::interrupt()
{
    const std::scoped_lock lock(m_connectionMutex);
    if (m_connection)
        duckdb_interrupt(m_connection);
    if (m_closing && m_metadataConnection)
        duckdb_interrupt(m_metadataConnection);
}

duckdb_query_progress_type DuckDbSession::progress()
{
    const std::scoped_lock lock(m_connectionMutex);
    return m_connection ? duckdb_query_progress(m_connection) : duckdb_query_progress_type { -1, 0, 0 };
}

} // namespace Grebe
