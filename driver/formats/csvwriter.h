// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultwriter.h"

#include <array>

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

private:
    void writeText(size_t start);
    void quoteFrom(size_t start);

    std::array<bool, 256> m_needsQuotes {};
    std::string m_lineEnd;
    std::string m_nullText;
};

} // namespace Grebe
