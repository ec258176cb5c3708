// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

#include <array>
#include <vector>

namespace Grebe {

/// Comma separated values.
///
/// Shape      a header, then a record a row. Text with a delimiter, a quote, CR or LF is quoted, quotes inside doubled.
///            NULL is empty and the empty string is `""`, so that the two stay apart. Encoding UTF-8, without a mark
///            unless it is asked for.
/// Source     RFC 4180.
class CsvWriter final : public RowWriter
{
public:
    CsvWriter(ByteSink &sink, const WriteOptions &options);

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    bool hasEncoding() const override { return true; }

private:
    void writeText(size_t start);
    void quoteFrom(size_t start);
    bool isPlain(size_t start) const;

    std::array<bool, 256> m_needsQuotes {};
    std::array<quint64, 4> m_needles {}; ///< the same characters, each eight times
    bool m_hasPlainNumbers = false; ///< no number needs quotes
    std::vector<char> m_isNumber; ///< by column
    std::string m_lineEnd;
    std::string m_nullText;
};

} // namespace Grebe
