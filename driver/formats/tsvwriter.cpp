// SPDX-License-Identifier: Apache-2.0
#include "tsvwriter.h"

#include "spreadsheetguard.h"

namespace Grebe {

TsvWriter::TsvWriter(ByteSink &sink, const WriteOptions &options)
    : RowWriter(sink, options), m_lineEnd(options.lineEnd.empty() ? "\n" : options.lineEnd),
      m_nullText(options.nullText.value_or("\\N"))
{
}

void TsvWriter::writeText(size_t start)
{
    if (m_options.guardsFormulas && looksLikeFormula(std::string_view(m_out).substr(start)))
        m_out.insert(start, 1, kFormulaGuard);
    escapeFrom(start);
}

void TsvWriter::escapeFrom(size_t start)
{
    if (m_out.find_first_of("\t\n\r\\", start) == std::string::npos)
        return;
    const std::string value = m_out.substr(start);
    m_out.resize(start);
    for (const char c : value) {
        switch (c) {
        case '\t': m_out += "\\t"; break;
        case '\n': m_out += "\\n"; break;
        case '\r': m_out += "\\r"; break;
        case '\\': m_out += "\\\\"; break;
        default: m_out += c;
        }
    }
}

void TsvWriter::writeHeader()
{
    if (!m_options.hasHeader)
        return;
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += '\t';
        const size_t start = m_out.size();
        m_out += m_columns[i].name;
        writeText(start);
    }
    m_out += m_lineEnd;
}

void TsvWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += '\t';
        const size_t start = m_out.size();
        if (!m_columns[i].formatter.appendText(batch, int(i), row, m_out))
            m_out += m_nullText;
        else if (m_columns[i].formatter.isNumeric())
            escapeFrom(start);
        else
            writeText(start);
    }
    m_out += m_lineEnd;
}

} // namespace Grebe
