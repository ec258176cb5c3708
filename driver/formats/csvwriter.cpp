// SPDX-License-Identifier: Apache-2.0
#include "csvwriter.h"

#include "spreadsheetguard.h"

#include <arrow/array/data.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

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
    m_hasPlainFigures = !options.quotesAll && m_nullText.empty()
        && std::string_view("0123456789+-.eENaInfity: ()BC").find(options.delimiter) == std::string_view::npos;
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
    m_value.assign(m_out, start);
    m_out.resize(start);
    m_out += '"';
    size_t from = 0;
    for (size_t quote = 0; (quote = m_value.find('"', from)) != std::string::npos; from = quote) {
        m_out.append(m_value, from, quote + 1 - from);
        m_out += '"';
        ++quote;
    }
    m_out.append(m_value, from);
    m_out += '"';
}

static bool hasFiguresOnly(const arrow::DataType &type)
{
    if (type.id() == arrow::Type::TIMESTAMP)
        return static_cast<const arrow::TimestampType &>(type).timezone().empty();
    return arrow::is_date(type.id()) || arrow::is_time(type.id());
}

void CsvWriter::writeHeader()
{
    for (const Column &column : m_columns) {
        const bool isNumber = column.formatter.isNumeric();
        m_kinds.push_back({ .isNumber = isNumber, .hasFiguresOnly = isNumber || (hasFiguresOnly(*column.type) && !m_options.guardsFormulas) });
    }
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

void CsvWriter::lookAt(const arrow::RecordBatch &batch)
{
    for (size_t i = 0; i < m_kinds.size(); ++i)
        m_kinds[i].isPlain = m_hasPlainFigures && m_kinds[i].hasFiguresOnly && batch.column_data(int(i))->GetNullCount() == 0;
}

void CsvWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    for (size_t i = 0; i < m_columns.size(); ++i) {
        if (i > 0)
            m_out += m_options.delimiter;
        const size_t start = m_out.size();
        const Kind kind = m_kinds[i];
        if (!m_columns[i].formatter.appendText(batch, int(i), row, m_out))
            m_out += m_nullText;
        else if (kind.isPlain)
            continue;
        else if (kind.isNumber)
            quoteFrom(start);
        else
            writeText(start);
    }
    m_out += m_lineEnd;
}

} // namespace Grebe
