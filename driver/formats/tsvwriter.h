// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

namespace Grebe {

/// Tab separated values.
///
/// Shape      a header, then a line a row; never a quote. Tab, LF, CR and backslash in a value are written `\t`, `\n`,
///            `\r` and `\\`, NULL is `\N`: every line is one row and every tab ends a value.
/// Source     the escapes are those of PostgreSQL's COPY, which many tools read.
class TsvWriter final : public RowWriter
{
public:
    TsvWriter(ByteSink &sink, const WriteOptions &options);

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    bool hasEncoding() const override { return true; }

private:
    void writeText(size_t start);
    void escapeFrom(size_t start);

    std::string m_lineEnd;
    std::string m_nullText;
};

} // namespace Grebe
