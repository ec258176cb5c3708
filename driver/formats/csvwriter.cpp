// SPDX-License-Identifier: Apache-2.0
#include "csvwriter.h"

#include "spreadsheetguard.h"

#include <algorithm>
#include <cstring>

namespace Grebe {

static constexpr quint64 kOnes = 0x0101010101010101;

CsvWriter::CsvWriter(ByteSink &sink, const WriteOptions &options)
    : RowWriter(sink, options), m_lineEnd(options.lineEnd.empty() ? "\r\n" : options.lineEnd),
      m_nullText(options.nullText.value_or(std::string()))
{
    size_t needle = 0;
    for (const char c : { '"', '\r', '\n', options.delimiter }) {
        m_needsQuotes[uint8_t(c)] = true;
        m_needles[needle++] = uint8_t(c) * kOnes;
    }
    m_hasPlainNumbers = !options.quotesAll && m_nullText.empty()
        && std::string_view("0123456789+-.eENaInfity").find(options.delimiter) == std::string_view::npos;
}

// Eight characters at a time: a word has a zero byte where a needle's is equal.
bool CsvWriter::isPlain(size_t start) const
{
    const char *at = m_out.data() + start;
    const char *const end = m_out.data() + m_out.size();
    for (; end - at >= 8; at += 8) {
        quint64 word;
        std::memcpy(&word, at, 8);
        quint64 found = 0;
        for (const quint64 needle : m_needles) {
            const quint64 difference = word ^ needle;
            found |= (difference - kOnes) & ~difference & (kOnes << 7);
        }
        if (found)
            return false;
    }
    return std::none_of(at, end, [this](char c) { return m_needsQuotes[uint8_t(c)]; });
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
    if (isPlain(start) && !m_options.quotesAll && start < m_out.size() && m_out.compare(start, std::string::npos, m_nullText) != 0)
        return;
    // In place, from the end on: each quote moves what follows it by one.
    size_t from = m_out.size();
    m_out.resize(from + size_t(std::count(m_out.begin() + qsizetype(start), m_out.end(), '"')) + 2);
    size_t to = m_out.size();
    m_out[--to] = '"';
    while (from > start) {
        const char c = m_out[--from];
        m_out[--to] = c;
        if (c == '"')
            m_out[--to] = '"';
    }
    m_out[start] = '"';
}

void CsvWriter::writeHeader()
{
    for (const Column &column : m_columns)
        m_isNumber.push_back(column.formatter.isNumeric());
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
        else if (!m_isNumber[i])
            writeText(start);
        else if (!m_hasPlainNumbers)
            quoteFrom(start);
    }
    m_out += m_lineEnd;
}

} // namespace Grebe
