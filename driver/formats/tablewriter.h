// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

namespace Grebe {

/// Aligned columns for a terminal.
///
/// Shape      the columns' widths are those of the header and the first WriteOptions::widthRows rows, which are held
///            back for it; rows behind them are written as they come, and a wider value shifts its own line. Values
///            are free of control characters; one of several lines has them below each other, with a `+` behind each but
///            the last, as psql writes it. NULL is `NULL`.
class TableWriter final : public RowWriter
{
public:
    using RowWriter::RowWriter;

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    void writeFooter() override;

private:
    struct Line
    {
        std::string text;
        int width = 0;
    };
    using Cell = std::vector<Line>;

    void format(const arrow::RecordBatch &batch, qint64 row, std::vector<Cell> &cells);
    void writeHeldRows();
    void writeCells(const std::vector<Cell> &cells);

    std::vector<int> m_widths;
    std::vector<std::vector<Cell>> m_heldRows;
    std::vector<Cell> m_cells;
    std::string m_raw;
    bool m_isHolding = true;
};

} // namespace Grebe
