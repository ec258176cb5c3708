// SPDX-License-Identifier: Apache-2.0
#include "insertwriter.h"

#include "extension/dialect.h"
#include "sql/duckdbdialect.h"

#include <algorithm>

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
    if (hasNames)
        m_names = " (" + names.join(", "_L1).toStdString() + ")";
    switch (m_options.sqlForm) {
    case SqlForm::Insert: m_head = "INSERT INTO " + m_dialect.path(table).toStdString() + m_names + " VALUES\n"; break;
    case SqlForm::Values: m_out += m_options.hasHeader ? "SELECT * FROM (VALUES\n" : "VALUES\n"; break;
    case SqlForm::InList: m_out += '('; break;
    }
}

std::string InsertWriter::literal(const arrow::RecordBatch &batch, size_t column, qint64 row)
{
    const ColumnFormatter &formatter = m_columns[column].formatter;
    if (formatter.isNull(batch, int(column), row))
        return "NULL";
    const Result<QString> text = m_dialect.literal(formatter.variant(batch, int(column), row), m_types[qsizetype(column)]);
    if (text)
        return text->toStdString();
    Error error = text.error();
    error.message = u"Row %1 of column %2 (%3) cannot be written as SQL: %4"_s
                        .arg(m_rowCount)
                        .arg(QString::fromStdString(m_columns[column].name), m_types[qsizetype(column)], error.message);
    fail(error);
    return {};
}

void InsertWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    ++m_rowCount;
    if (m_options.sqlForm == SqlForm::InList) {
        const std::string value = literal(batch, 0, row);
        if (value != "NULL" && m_seen.insert(value).second)
            m_out += (m_seen.size() > 1 ? ", " : "") + value;
        return;
    }
    const bool isInsert = m_options.sqlForm == SqlForm::Insert;
    const bool isFirst = isInsert ? (m_rowCount - 1) % std::max(1, m_options.rowsPerInsert) == 0 : m_rowCount == 1;
    if (isInsert && isFirst && m_rowCount > 1)
        m_out += ";\n";
    m_out += isFirst ? m_head : ",\n";
    m_out += '(';
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += ", ";
        m_out += literal(batch, i, row);
    }
    m_out += ')';
}

void InsertWriter::writeFooter()
{
    switch (m_options.sqlForm) {
    case SqlForm::Insert: m_out += m_rowCount > 0 ? ";\n" : ""; break;
    case SqlForm::Values: m_out += m_options.hasHeader ? "\n) AS t" + m_names + "\n" : "\n"; break;
    case SqlForm::InList: m_out += ')'; break;
    }
}

} // namespace Grebe
