// SPDX-License-Identifier: Apache-2.0
#include "tablewriter.h"

#include "extension/displaywidth.h"

#include <algorithm>

namespace Grebe {

void TableWriter::writeHeader()
{
    for (Column &column : m_columns) {
        std::string name;
        appendPrintable(column.name, name);
        column.name = std::move(name);
        m_widths.push_back(m_options.hasHeader ? displayWidth(column.name) : 0);
    }
}

void TableWriter::format(const arrow::RecordBatch &batch, qint64 row, std::vector<Cell> &cells)
{
    cells.resize(m_columns.size());
    for (size_t i = 0; i < m_columns.size(); ++i) {
        m_raw.clear();
        cells[i].clear();
        if (!m_columns[i].formatter.appendText(batch, int(i), row, m_raw))
            m_raw = m_options.nullText.value_or("NULL");
        const std::string_view text = m_raw;
        for (size_t begin = 0, end = 0; begin <= text.size(); begin = end + 1) {
            end = std::min(text.find('\n', begin), text.size());
            std::string_view piece = text.substr(begin, end - begin);
            if (end < text.size() && piece.ends_with('\r'))
                piece.remove_suffix(1);
            Line &line = cells[i].emplace_back();
            appendPrintable(piece, line.text);
            line.width = displayWidth(line.text);
        }
    }
}

void TableWriter::writeRow(const arrow::RecordBatch &batch, qint64 row)
{
    if (!m_isHolding) {
        format(batch, row, m_cells);
        writeCells(m_cells);
        return;
    }
    format(batch, row, m_heldRows.emplace_back());
    for (size_t i = 0; i < m_columns.size(); ++i) {
        for (const Line &line : m_heldRows.back()[i])
            m_widths[i] = std::max(m_widths[i], line.width);
    }
    if (qsizetype(m_heldRows.size()) >= m_options.widthRows)
        writeHeldRows();
}

void TableWriter::writeFooter()
{
    if (m_isHolding)
        writeHeldRows();
}

void TableWriter::writeHeldRows()
{
    m_isHolding = false;
    if (m_options.hasHeader && !m_columns.empty()) {
        std::vector<Cell> names;
        for (const Column &column : m_columns)
            names.push_back({ { column.name, displayWidth(column.name) } });
        writeCells(names);
        for (size_t i = 0; i < m_widths.size(); ++i) {
            m_out += i > 0 ? "-+-" : "-";
            m_out.append(size_t(m_widths[i]), '-');
        }
        m_out += "-\n";
    }
    for (const std::vector<Cell> &cells : m_heldRows)
        writeCells(cells);
    m_heldRows = {};
}

void TableWriter::writeCells(const std::vector<Cell> &cells)
{
    size_t lineCount = cells.empty() ? 1 : 0;
    for (const Cell &cell : cells)
        lineCount = std::max(lineCount, cell.size());
    for (size_t at = 0; at < lineCount; ++at) {
        for (size_t i = 0; i < cells.size(); ++i) {
            m_out += i > 0 ? "| " : " ";
            static const Line nothing;
            const Line &line = at < cells[i].size() ? cells[i][at] : nothing;
            const bool isContinued = at + 1 < cells[i].size();
            const size_t padding = size_t(std::max(0, m_widths[i] - line.width));
            const bool isRight = m_columns[i].formatter.alignment() == ColumnFormatter::Alignment::Right;
            const bool isLast = i + 1 == cells.size();
            if (isRight)
                m_out.append(padding, ' ');
            m_out += line.text;
            if (!isRight && (!isLast || isContinued))
                m_out.append(padding, ' ');
            if (!isLast || isContinued)
                m_out += isContinued ? '+' : ' ';
        }
        m_out += '\n';
    }
}

} // namespace Grebe
