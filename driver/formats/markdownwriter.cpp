// SPDX-License-Identifier: Apache-2.0
#include "markdownwriter.h"

namespace Grebe {

void MarkdownWriter::appendEscaped(std::string_view text)
{
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        switch (c) {
        case '|':
        case '\\':
        case '`':
        case '*':
        case '_':
        case '[':
        case ']':
            m_out += '\\';
            m_out += c;
            break;
        case '<': m_out += "&lt;"; break;
        case '>': m_out += "&gt;"; break;
        case '&': m_out += "&amp;"; break;
        case '\r':
            if (i + 1 < text.size() && text[i + 1] == '\n')
                break;
            [[fallthrough]];
        case '\n': m_out += "<br>"; break;
        default: m_out += uint8_t(c) < 0x20 ? ' ' : c;
        }
    }
}

void MarkdownWriter::writeHeader()
{
    for (const Column &column : m_columns) {
        m_out += "| ";
        appendEscaped(column.name);
        m_out += ' ';
    }
    m_out += "|\n";
    for (const Column &column : m_columns)
        m_out += column.formatter.alignment() == ColumnFormatter::Alignment::Right ? "| ---: " : "| --- ";
    m_out += "|\n";
}

void MarkdownWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    for (size_t i = 0; i < m_columns.size(); ++i) {
        m_out += "| ";
        m_value.clear();
        if (m_columns[i].formatter.appendText(batch, int(i), row, m_value))
            appendEscaped(m_value);
        else
            m_out += m_options.nullText.value_or("NULL");
        m_out += ' ';
    }
    m_out += "|\n";
}

} // namespace Grebe
