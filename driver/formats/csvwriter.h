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
    void lookAt(const arrow::RecordBatch &batch) override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    bool hasEncoding() const override { return true; }

private:
    void writeText(size_t start);
    void quoteFrom(size_t start);
    bool isPlain(size_t start) const;

    std::array<bool, 256> m_needsQuotes {};
    std::array<quint64, 4> m_needles {}; ///< the same characters, each eight times
    bool m_hasPlainFigures = false; ///< no number, date or time without a zone needs quotes
    struct Kind
    {
        bool isNumber = false;
        bool hasFiguresOnly = false; ///< but for nulls, which may be any text that the type has no place for
        bool isPlain = false; ///< in this batch
    };
    std::vector<Kind> m_kinds; ///< by column
    std::string m_value; ///< while it is quoted
    std::string m_lineEnd;
    std::string m_nullText;
};

} // namespace Grebe
