// SPDX-License-Identifier: Apache-2.0
#include "csvwriter.h"

#include "spreadsheetguard.h"

#include <algorithm>

namespace Grebe {

CsvWriter::CsvWriter(ByteSink &sink, const WriteOptions &options)
    : RowWriter(sink, options), m_lineEnd(options.lineEnd.empty() ? "\r\n" : options.lineEnd),
      m_nullText(options.nullText.value_or(std::string()))
{
    for (const char c : { '"', '\r', '\n', options.delimiter })
        m_needsQuotes[uint8_t(c)] = true;
}

// What stands in m_out from `start` is one text.
void CsvWriter::writeText(size_t start)
{
    if (m_options.guardsFormulas && looksLikeFormula(std::string_view(m_out).substr(start)))
        m_out.insert(start, 1, kFormulaGuard);
    quoteFrom(start);
}

// What stands in m_out from `start` is one value.
void CsvWriter::quoteFrom(size_t start)
{
    const auto begin = m_out.begin() + qptrdiff(start);
    const bool isPlain = std::none_of(begin, m_out.end(), [this](char c) { return m_needsQuotes[uint8_t(c)]; });
    if (isPlain && !m_options.quotesAll && start < m_out.size() && m_out.compare(start, std::string::npos, m_nullText) != 0)
        return;
    const std::string value = m_out.substr(start);
    m_out.resize(start);
    m_out += '"';
    for (const char c : value) {
        if (c == '"')
            m_out += '"';
        m_out += c;
    }
    m_out += '"';
}

void CsvWriter::writeHeader()
{
    if (m_options.hasByteOrderMark)
        m_out += "\xEF\xBB\xBF";
    if (!m_options.hasHeader)
        return;
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += m_options.delimiter;
        const size_t start = m_out.size();
        m_out += m_columns[i].name;
        writeText(start);
    }
    m_out += m_lineEnd;
}

void CsvWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += m_options.delimiter;
        const size_t start = m_out.size();
        if (!m_columns[i].formatter.appendText(batch, int(i), row, m_out))
            m_out += m_nullText;
        else if (m_columns[i].formatter.isNumeric())
            quoteFrom(start);
        else
            writeText(start);
    }
    m_out += m_lineEnd;
}

} // namespace Grebe
