// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

namespace Grebe {

/// A table of GitHub's Markdown.
///
/// Shape      numbers to the right. What Markdown or HTML would take for its own is escaped, a line break is `<br>`.
/// Source     GitHub Flavored Markdown, "Tables".
class MarkdownWriter final : public RowWriter
{
public:
    using RowWriter::RowWriter;

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;

private:
    void appendEscaped(std::string_view text);

    std::string m_value;
};

} // namespace Grebe
