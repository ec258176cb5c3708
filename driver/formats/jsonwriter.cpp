// SPDX-License-Identifier: Apache-2.0
#include "jsonwriter.h"

#include "columnar/valuetext.h"

#include <unordered_set>

namespace Grebe {

void JsonWriter::writeHeader()
{
    std::unordered_set<std::string_view> names;
    for (const Column &column : m_columns)
        m_hasNames = m_hasNames && !column.name.empty() && names.insert(column.name).second;
    for (const Column &column : m_columns) {
        std::string &key = m_keys.emplace_back(m_keys.empty() ? (m_hasNames ? "{" : "[") : ",");
        if (m_hasNames) {
            appendJsonString(column.name, key);
            key += ':';
        }
    }
    if (m_layout == Layout::Array)
        m_out += '[';
}

void JsonWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    if (m_layout == Layout::Array)
        m_out += m_isFirstRow ? "\n" : ",\n";
    m_isFirstRow = false;
    for (size_t i = 0; i < m_columns.size(); ++i) {
        m_out += m_keys[i];
        m_columns[i].formatter.appendJson(batch, int(i), row, m_out);
    }
    if (m_columns.empty())
        m_out += '{';
    m_out += m_hasNames ? '}' : ']';
    if (m_layout == Layout::Lines)
        m_out += '\n';
}

void JsonWriter::writeFooter()
{
    if (m_layout == Layout::Array)
        m_out += m_isFirstRow ? "]\n" : "\n]\n";
}

} // namespace Grebe
