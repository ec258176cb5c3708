// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "sqlresult.h"

#include "sqldriver.h"
#include "sqlerror.h"

#include "sql/quoting.h"

#include <QSqlField>
#include <QSqlRecord>

#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// Statements that write answer with a row or two about it; EXECUTE and CALL may answer with a whole result.
constexpr qint64 kRowsOfAnAnswer = 1000;

int saturated(qint64 row)
{
    return int(std::min<qint64>(row, std::numeric_limits<int>::max()));
}

/// A decimal that is to be a smaller type; the policies are those of QSql::NumericalPrecisionPolicy.
QVariant withPolicy(const QString &digits, QSql::NumericalPrecisionPolicy policy)
{
    switch (policy) {
    case QSql::LowPrecisionInt32:
        return int(digits.section(u'.', 0, 0).toLongLong());
    case QSql::LowPrecisionInt64:
        return digits.section(u'.', 0, 0).toLongLong();
    case QSql::LowPrecisionDouble:
        return digits.toDouble();
    case QSql::HighPrecision:
        break;
    }
    return digits;
}

} // namespace

SqlResult::SqlResult(const SqlDriver *driver) : QSqlResult(driver), m_driver(driver), m_running(driver->runningStatements()) { }

SqlResult::~SqlResult()
{
    letGo();
}

/// Letting go of a statement cancels it, and Trino aborts the transaction that a cancelled statement belongs to: there
/// the rest is read and dropped. Another thread's cancelQuery() ends that too.
void SqlResult::letGo()
{
    const Connection *connection = m_driver ? m_driver->connection() : nullptr;
    if (m_feed && !m_feed->hasEnded() && connection && connection->session().inTransaction) {
        while (m_feed->waitForRow(m_feed->store().rowCount()))
            m_feed->dropBefore(m_feed->store().rowCount() - 1);
    }
    m_feed.reset();
}

bool SqlResult::fail(const Error &error)
{
    setLastError(sqlError(error, QSqlError::StatementError));
    return false;
}

void SqlResult::clearResult()
{
    letGo();
    m_formatters.clear();
    m_place = {};
    m_row = -1;
    setAt(QSql::BeforeFirstRow);
    setActive(false);
    setSelect(false);
}

bool SqlResult::reset(const QString &query)
{
    m_statement.clear();
    m_positional.clear();
    return start(query, {});
}

bool SqlResult::savePrepare(const QString &query)
{
    clearResult();
    const Connection *connection = m_driver ? m_driver->connection() : nullptr;
    if (!connection)
        return fail({ .code = Error::Code::InvalidState, .message = u"The database is not open."_s });
    m_statement = query;
    m_positional = query;
    QString names;
    const auto parameters = connection->dialect().namedParameters(query);
    for (auto it = parameters.rbegin(); it != parameters.rend(); ++it) {
        names.prepend(query.sliced(it->first, it->second) + u' ');
        m_positional.replace(it->first, it->second, u"?"_s);
    }
    if (!QSqlResult::savePrepare(query))
        return false;
    if (executedQuery() != m_positional) {
        // Qt's own search takes labels and comments for names and does not look into brackets: it is given nothing but
        // the names, in their order.
        const bool isPrepared = QSqlResult::savePrepare(names);
        setQuery(query);
        return isPrepared;
    }
    return true;
}

bool SqlResult::prepare(const QString &)
{
    return true; // nothing is sent before there are values: the server then sees both at once
}

bool SqlResult::exec()
{
    const QVariantList values = boundValues();
    if (values.isEmpty()) // then a colon or question mark is the engine's own
        return start(m_statement, {});
    for (int i = 0; i < boundValueCount(); ++i) {
        if (bindValueType(i) & QSql::Out)
            return fail({ .code = Error::Code::NotImplemented, .message = u"Parameters give values to the server only."_s,
                          .hint = u"Bind with QSql::In; results of a procedure come as rows."_s });
    }
    return start(m_positional, values);
}

bool SqlResult::start(const QString &text, const QVariantList &parameters)
{
    clearResult();
    Connection *connection = m_driver ? m_driver->connection() : nullptr;
    if (!connection)
        return fail({ .code = Error::Code::InvalidState, .message = u"The database is not open."_s });
    const Dialect &dialect = connection->dialect();
    const QList<StatementRange> statements = dialect.split(text);
    if (statements.size() != 1) {
        return fail({ .code = Error::Code::InvalidArgument,
                      .message = statements.isEmpty() ? u"There is no statement in the text."_s
                                                      : u"The text holds %1 statements."_s.arg(statements.size()),
                      .hint = u"Run one statement at a time."_s });
    }
    // From the beginning, so that the server's line and column are those of the caller's text.
    const QString sql = text.first(statements.first().end);
    if (!parameters.isEmpty()) {
        const qsizetype expected = dialect.parameterPositions(sql).size();
        if (expected != parameters.size()) {
            return fail({ .code = Error::Code::InvalidArgument,
                          .message = u"The statement has %1 parameters, %2 values are bound."_s.arg(expected).arg(parameters.size()) });
        }
    }
    StatementOptions options;
    options.parameters = parameters;
    m_feed = std::make_unique<ResultFeed>(connection->prepare(sql, options), m_running);

    const StatementKind kind = dialect.kind(sql);
    const bool mayBeLarge = kind == StatementKind::Query || kind == StatementKind::Metadata;
    if (mayBeLarge)
        m_feed->waitForStart(); // an error in the first rows is still exec()'s
    else
        m_feed->waitForEnd(kRowsOfAnAnswer);

    const std::shared_ptr<arrow::Schema> schema = m_feed->store().schema();
    const bool hasRows = m_feed->store().rowCount() > 0;
    if (const std::optional<Error> error = m_feed->error(); error && (!hasRows || !mayBeLarge)) {
        clearResult();
        return fail(*error);
    }
    const bool isSelect = schema && (mayBeLarge || !m_feed->hasEnded() || m_feed->summary().updateType.isEmpty());
    if (isSelect) {
        m_formatters.reserve(size_t(schema->num_fields()));
        for (const std::shared_ptr<arrow::Field> &field : schema->fields())
            m_formatters.emplace_back(field);
    }
    setSelect(isSelect);
    setActive(true);
    return true;
}

void SqlResult::detachFromResultSet()
{
    letGo();
    m_place = {};
}

bool SqlResult::fetch(int row)
{
    return fetchRow(row);
}

bool SqlResult::fetchNext()
{
    return fetchRow(m_row + 1);
}

bool SqlResult::fetchFirst()
{
    return fetchRow(0);
}

bool SqlResult::fetchLast()
{
    if (!m_feed)
        return false;
    // Batch by batch, so that a forward-only result does not hold all of them at once.
    while (m_feed->waitForRow(std::max<qint64>(m_feed->store().rowCount(), 0))) {
        if (isForwardOnly())
            m_feed->dropBefore(m_feed->store().rowCount() - 1);
    }
    return m_feed->store().rowCount() > 0 && fetchRow(m_feed->store().rowCount() - 1);
}

bool SqlResult::fetchRow(qint64 row)
{
    if (!m_feed || !isActive() || row < 0 || (isForwardOnly() && row < m_row))
        return false;
    if (!m_place.batch || row < m_place.firstRow || row >= m_place.firstRow + m_place.batch->num_rows()) {
        if (!m_feed->waitForRow(row)) {
            if (const std::optional<Error> error = m_feed->error())
                fail(*error);
            return false;
        }
        m_place = m_feed->store().place(row);
        if (!m_place.batch)
            return false;
        m_feed->setReadRow(m_place.firstRow);
        if (isForwardOnly())
            m_feed->dropBefore(m_place.firstRow);
    }
    m_place.row = row - m_place.firstRow;
    m_row = row;
    setAt(saturated(row));
    return true;
}

QVariant SqlResult::data(int column)
{
    if (!isColumn(column))
        return {};
    const ColumnFormatter &formatter = m_formatters[size_t(column)];
    const QVariant value = formatter.variant(*m_place.batch, column, m_place.row);
    const QSql::NumericalPrecisionPolicy policy = numericalPrecisionPolicy();
    if (policy == QSql::HighPrecision || !formatter.isNumeric() || value.metaType().id() != QMetaType::QString || value.isNull())
        return value;
    return withPolicy(value.toString(), policy);
}

bool SqlResult::isNull(int column)
{
    return !isColumn(column) || m_formatters[size_t(column)].isNull(*m_place.batch, column, m_place.row);
}

int SqlResult::size()
{
    return m_feed && m_feed->hasEnded() && !m_feed->error() ? saturated(m_feed->store().rowCount()) : -1;
}

int SqlResult::numRowsAffected()
{
    if (!m_feed || !m_feed->hasEnded())
        return -1;
    const std::optional<qint64> rows = m_feed->summary().affectedRows;
    return rows ? saturated(*rows) : -1;
}

QSqlRecord SqlResult::record() const
{
    QSqlRecord record;
    const std::shared_ptr<arrow::Schema> schema = m_feed && isActive() && isSelect() ? m_feed->store().schema() : nullptr;
    if (schema) {
        for (const std::shared_ptr<arrow::Field> &column : schema->fields())
            record.append(SqlDriver::field(column));
    }
    return record;
}

} // namespace Grebe
