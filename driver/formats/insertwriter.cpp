// SPDX-License-Identifier: Apache-2.0
#include "insertwriter.h"

#include "extension/dialect.h"
#include "sql/duckdbdialect.h"

#include <algorithm>
#include <unordered_set>

using namespace Qt::StringLiterals;

namespace Grebe {

InsertWriter::InsertWriter(ByteSink &sink, const WriteOptions &options)
    : RowWriter(sink, options), m_dialect(options.dialect ? *options.dialect : duckdbDialect())
{
}

void InsertWriter::writeHeader()
{
    const ObjectPath table = m_options.table.isEmpty() ? ObjectPath({ u"result"_s }) : m_options.table;
    QStringList names;
    std::unordered_set<std::string_view> seen;
    bool hasNames = true;
    for (const Column &column : m_columns) {
        hasNames = hasNames && !column.name.empty() && seen.insert(column.name).second;
        names << m_dialect.quoteIfNeeded(QString::fromStdString(column.name));
        m_types << column.formatter.typeText();
    }
    m_head = "INSERT INTO " + m_dialect.path(table).toStdString()
        + (hasNames ? " (" + names.join(", "_L1).toStdString() + ")" : std::string()) + " VALUES\n";
}

void InsertWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    const bool isFirst = m_rowCount % std::max(1, m_options.rowsPerInsert) == 0;
    if (isFirst && m_rowCount > 0)
        m_out += ";\n";
    m_out += isFirst ? m_head : ",\n";
    ++m_rowCount;
    m_out += '(';
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += ", ";
        const ColumnFormatter &formatter = m_columns[i].formatter;
        if (formatter.isNull(batch, int(i), row)) {
            m_out += "NULL";
            continue;
        }
        const Result<QString> literal = m_dialect.literal(formatter.variant(batch, int(i), row), m_types[qsizetype(i)]);
        if (!literal) {
            Error error = literal.error();
            error.message = u"Row %1 of column %2 (%3) cannot be written as SQL: %4"_s
                                .arg(m_rowCount)
                                .arg(QString::fromStdString(m_columns[i].name), m_types[qsizetype(i)], error.message);
            fail(error);
            return;
        }
        m_out += literal->toStdString();
    }
    m_out += ')';
}

void InsertWriter::writeFooter()
{
    if (m_rowCount > 0)
        m_out += ";\n";
}

} // namespace Grebe
