// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

namespace Grebe {

/// One HTML page with one table, readable in light and dark, well-formed XML as well; or the table alone.
///
/// Shape      everything that came from a server is escaped: it is text, never markup. Controls that HTML can't hold are
///            shown as their Unicode picture. NULL is a cell of class `null`, numbers are to the right.
/// Source     HTML Living Standard, "Writing HTML documents"; XML 1.0, production Char.
class HtmlWriter final : public RowWriter
{
public:
    using RowWriter::RowWriter;

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    void writeFooter() override;

private:
    void writeHead();
    void writeCell(std::string_view tag, const Column &column, std::string_view text, bool hasType = false);

    std::string m_value;
};

} // namespace Grebe
