// SPDX-License-Identifier: Apache-2.0
#include "gridpainter.h"

#include "cellformatter.h"
#include "gridinput.h"
#include "resultgrid.h"
#include "widgets/theme.h"

#include <arrow/record_batch.h>

#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kPadding = 8;
constexpr qsizetype kCellChars = 512; // more never fits a cell
constexpr int kMarkWidth = 14;

} // namespace

void GridPainter::updateFonts()
{
    const QFont font = m_grid.font();
    if (m_text.font() == font && m_smallText.font() != QFont())
        return;
    m_text.setFont(font);
    QFont italic = font;
    italic.setItalic(true);
    m_nullText.setFont(italic);
    m_smallText.setFont(Theme::smallFont(font));
}

qreal GridPainter::textWidth(const QString &text)
{
    updateFonts();
    return m_text.width(text);
}

GridPainter::Columns GridPainter::frozenColumns() const
{
    const int left = m_grid.rowHeaderWidth();
    return { 0, m_grid.m_layout.frozen(), QRect(left, 0, m_grid.m_layout.frozenWidth(), m_grid.viewport()->height()) };
}

GridPainter::Columns GridPainter::scrolledColumns() const
{
    const GridColumns &layout = m_grid.m_layout;
    const int left = m_grid.rowHeaderWidth() + layout.frozenWidth();
    const int right = m_grid.viewport()->width();
    if (right <= left || layout.frozen() >= layout.count())
        return { layout.count(), layout.count(), QRect(left, 0, 0, 0) };
    const int origin = m_grid.rowHeaderWidth() - m_grid.horizontalScrollBar()->value();
    const int first = std::max(layout.frozen(), layout.at(left - origin));
    const int last = layout.at(right - 1 - origin);
    return { first, last < 0 ? layout.count() : last + 1, QRect(left, 0, right - left, m_grid.viewport()->height()) };
}

void GridPainter::paint(QPainter &painter, const QRect &clip)
{
    const QColor base = m_grid.palette().color(QPalette::Base);
    if (!m_grid.m_columns) {
        painter.fillRect(clip, base);
        return;
    }
    updateFonts();
    const int top = m_grid.headerHeight();
    const int height = m_grid.rowHeight();
    const qint64 firstRow = m_grid.m_firstRow + std::max(0, (clip.top() - top + m_grid.m_rowOffset) / height);
    const qint64 lastRow = std::min(m_grid.m_rowCount - 1, m_grid.m_firstRow + (clip.bottom() - top + m_grid.m_rowOffset) / height);
    const QColor line = Theme::color(m_grid.palette(), Theme::Line);
    const Columns frozen = frozenColumns();
    const Columns scrolled = scrolledColumns();
    const int width = m_grid.viewport()->width();
    const int left = m_grid.rowHeaderWidth();
    const int header = m_grid.nameHeight();

    // Each pixel once, as far as that goes: what rows, header and their numbers leave.
    const int rowsEnd = lastRow >= firstRow ? m_grid.rowTop(lastRow + 1) : top;
    const int cellsEnd = std::max(frozen.area.right() + 1, left + m_grid.m_layout.totalWidth() - m_grid.horizontalScrollBar()->value());
    if (clip.top() < top)
        painter.fillRect(0, header, width, top - header, base);
    if (cellsEnd < width)
        painter.fillRect(cellsEnd, top, width - cellsEnd, rowsEnd - top, base);
    if (rowsEnd <= clip.bottom())
        painter.fillRect(0, rowsEnd, width, clip.bottom() + 1 - rowsEnd, base);

    if (clip.bottom() >= top && lastRow >= firstRow) {
        paintCells(painter, scrolled, firstRow, lastRow);
        paintCells(painter, frozen, firstRow, lastRow);
        paintCurrentCell(painter, scrolled, firstRow, lastRow);
        paintCurrentCell(painter, frozen, firstRow, lastRow);
        paintRowNumbers(painter, firstRow, lastRow);
    }
    if (clip.top() < top) {
        painter.fillRect(0, 0, width, header, m_grid.palette().color(QPalette::Window));
        paintHeader(painter, scrolled);
        paintHeader(painter, frozen);
        painter.setClipping(false);
        painter.fillRect(left - 1, 0, 1, header, line);
        painter.fillRect(0, header - 1, width, 1, line);
    }
    // Where the columns that stay end, a line of more weight than those between cells.
    if (frozen.end > 0 && m_grid.m_layout.totalWidth() > frozen.area.width()) {
        const int bottom = lastRow >= firstRow ? m_grid.rowTop(lastRow + 1) : header;
        painter.fillRect(frozen.area.right(), 0, 1, header, Theme::color(m_grid.palette(), Theme::Subdued));
        painter.fillRect(frozen.area.right(), top, 1, std::max(0, bottom - top), Theme::color(m_grid.palette(), Theme::Subdued));
    }
    if (const int drop = m_grid.m_input->dropColumn(); drop >= 0) {
        const int x = drop < m_grid.columnCount()
            ? m_grid.columnLeft(drop)
            : m_grid.columnLeft(m_grid.columnCount() - 1) + m_grid.columnWidth(m_grid.columnCount() - 1);
        painter.fillRect(x - 1, 0, 2, m_grid.viewport()->height(), Theme::color(m_grid.palette(), Theme::Accent));
    }
}

void GridPainter::paintCells(QPainter &painter, const Columns &columns, qint64 firstRow, qint64 lastRow)
{
    if (columns.first >= columns.end || columns.area.isEmpty())
        return;
    const int top = m_grid.headerHeight();
    const int height = m_grid.rowHeight();
    const QPalette &palette = m_grid.palette();
    const QColor text = palette.color(QPalette::Text);
    const QColor nullColor = Theme::color(palette, Theme::Null);
    const QColor line = Theme::color(palette, Theme::Line);
    const QColor alternate = palette.color(QPalette::AlternateBase);
    const int y0 = m_grid.rowTop(firstRow);
    const int bottom = m_grid.rowTop(lastRow + 1);
    const int left = columns.area.left();
    const int right = std::min(columns.area.right() + 1,
                               m_grid.columnLeft(columns.end - 1) + m_grid.columnWidth(columns.end - 1));
    painter.setClipRect(QRect(left, top, columns.area.width(), columns.area.height() - top));
    const QColor base = palette.color(QPalette::Base);
    for (qint64 row = firstRow; row <= lastRow; ++row)
        painter.fillRect(left, m_grid.rowTop(row), right - left, height, row & 1 ? alternate : base);

    const ResultGrid::Range selected = m_grid.selection();
    if (!selected.isEmpty()) {
        const qint64 from = std::max(firstRow, selected.firstRow);
        const qint64 to = std::min(lastRow, selected.lastRow);
        const int fromColumn = std::max(columns.first, selected.firstColumn);
        const int toColumn = std::min(columns.end - 1, selected.lastColumn);
        if (from <= to && fromColumn <= toColumn) {
            const int x = m_grid.columnLeft(fromColumn);
            painter.fillRect(x, m_grid.rowTop(from),
                             m_grid.columnLeft(toColumn) + m_grid.columnWidth(toColumn) - 1 - x,
                             int(to - from + 1) * height, Theme::color(palette, Theme::Selection));
        }
    }

    const bool hasMarks = !m_grid.m_foundText.isEmpty();
    ResultStore::Place place;
    for (qint64 row = firstRow; row <= lastRow; ++row) {
        const qint64 source = m_grid.sourceRow(row);
        if (source < 0) { // a gap in what is compared
            const QRect gap(left, m_grid.rowTop(row), right - left, height);
            painter.fillRect(gap, palette.color(QPalette::Window));
            painter.fillRect(gap, QBrush(line, Qt::BDiagPattern));
            continue;
        }
        if (place.batch && source >= place.firstRow && source - place.firstRow < place.batch->num_rows())
            place.row = source - place.firstRow;
        else
            place = m_grid.m_store->place(source);
        if (!place.batch)
            continue;
        const int y = m_grid.rowTop(row);
        int x = m_grid.columnLeft(columns.first);
        for (int column = columns.first; column < columns.end; ++column) {
            const int sourceColumn = m_grid.m_layout.source(column);
            const int width = m_grid.m_layout.sourceWidth(sourceColumn);
            const ColumnFormatter &formatter = (*m_grid.m_columns)[size_t(sourceColumn)];
            const bool isRight = formatter.alignment() == ColumnFormatter::Alignment::Right;
            const QRect room(x + kPadding, y, width - 2 * kPadding, height);
            x += width;
            if (m_grid.m_marks)
                paintMark(painter, room.adjusted(-kPadding, 0, kPadding - 1, 0), m_grid.m_marks(row, sourceColumn));
            if (formatter.isNull(*place.batch, sourceColumn, place.row)) {
                m_nullText.add(room, u"NULL"_s, isRight, nullColor);
                continue;
            }
            // No glyph is narrower than two pixels.
            const QString value = singleLine(m_grid.m_display.text(formatter, *place.batch, sourceColumn, place.row,
                                                                    std::min<qsizetype>(kCellChars, width / 2 + 4)));
            if (hasMarks
                && formatter.text(*place.batch, sourceColumn, place.row, 4000).contains(m_grid.m_foundText, Qt::CaseInsensitive))
                painter.fillRect(room.adjusted(-kPadding + 1, 1, kPadding - 2, -1),
                                 Theme::mix(Theme::color(palette, Theme::WarningBackground),
                                            Theme::color(palette, Theme::Warning), 0.2));
            m_text.add(room, value, isRight, text);
        }
    }
    for (int column = columns.first; column < columns.end; ++column)
        painter.fillRect(m_grid.columnLeft(column) + m_grid.columnWidth(column) - 1, y0, 1, bottom - y0, line);
    m_text.flush(painter);
    m_nullText.flush(painter);
    painter.setClipping(false);
}

// A tint, and a corner or an edge: colour alone is no sign.
void GridPainter::paintMark(QPainter &painter, const QRect &room, ResultGrid::CellMark mark)
{
    const QPalette &palette = m_grid.palette();
    if (mark == ResultGrid::CellMark::None)
        return;
    if (mark == ResultGrid::CellMark::Alone) {
        const QColor running = Theme::color(palette, Theme::Running);
        painter.fillRect(room, Theme::mix(palette.color(QPalette::Base), running, 0.16));
        painter.fillRect(room.left(), room.top(), 2, room.height(), running);
        return;
    }
    const QColor warning = Theme::color(palette, Theme::Warning);
    painter.fillRect(room, Theme::mix(Theme::color(palette, Theme::WarningBackground), warning, 0.12));
    for (int line = 0; line < 6; ++line)
        painter.fillRect(room.left(), room.top() + line, 6 - line, 1, warning);
}

void GridPainter::paintCurrentCell(QPainter &painter, const Columns &columns, qint64 firstRow, qint64 lastRow)
{
    const int column = m_grid.m_currentColumn;
    if (m_grid.m_currentRow < firstRow || m_grid.m_currentRow > lastRow || column < columns.first || column >= columns.end)
        return;
    const int top = m_grid.headerHeight();
    painter.setClipRect(QRect(columns.area.left(), top, columns.area.width(), columns.area.height() - top));
    const QRect rect = m_grid.cellRect(m_grid.m_currentRow, column).adjusted(0, 0, -1, 0);
    painter.setPen(QPen(Theme::color(m_grid.palette(), m_grid.hasFocus() ? Theme::Accent : Theme::Subdued), 2));
    painter.drawRect(rect.adjusted(1, 1, -1, -1));
    painter.setClipping(false);
}

void GridPainter::paintRowNumbers(QPainter &painter, qint64 firstRow, qint64 lastRow)
{
    const int top = m_grid.headerHeight();
    const int height = m_grid.rowHeight();
    const int left = m_grid.rowHeaderWidth();
    const QPalette &palette = m_grid.palette();
    const QColor subdued = Theme::color(palette, Theme::Subdued);
    const int y0 = m_grid.rowTop(firstRow);
    const int rows = int(lastRow - firstRow + 1);
    painter.setClipRect(QRect(0, top, left, m_grid.viewport()->height() - top));
    painter.fillRect(0, y0, left, rows * height, palette.color(QPalette::Window));
    const ResultGrid::Range selected = m_grid.selection();
    for (qint64 row = firstRow; row <= lastRow; ++row) {
        const int y = m_grid.rowTop(row);
        if (m_grid.m_wholeRows && row >= selected.firstRow && row <= selected.lastRow)
            painter.fillRect(0, y, left, height, Theme::color(palette, Theme::Selection));
        if (m_grid.sourceRow(row) >= 0)
            m_text.add(QRect(0, y, left - kPadding, height), countText(row + 1), true, subdued);
    }
    painter.fillRect(left - 1, y0, 1, rows * height, Theme::color(palette, Theme::Line));
    m_text.flush(painter);
    painter.setClipping(false);
}

void GridPainter::paintHeader(QPainter &painter, const Columns &columns)
{
    if (columns.first >= columns.end || columns.area.isEmpty())
        return;
    const QPalette &palette = m_grid.palette();
    const int height = m_grid.nameHeight();
    const QFontMetrics metrics(m_text.font());
    const QFontMetrics smallMetrics(m_smallText.font());
    const int gap = std::max(0, (height - metrics.height() - smallMetrics.height()) / 2);
    const QColor text = palette.color(QPalette::Text);
    const QColor subdued = Theme::color(palette, Theme::Subdued);
    const QColor line = Theme::color(palette, Theme::Line);
    const ResultGrid::Range selected = m_grid.selection();
    painter.setClipRect(QRect(columns.area.left(), 0, columns.area.width(), height));
    painter.fillRect(QRect(columns.area.left(), 0, columns.area.width(), height), palette.color(QPalette::Window));
    for (int column = columns.first; column < columns.end; ++column) {
        const int x = m_grid.columnLeft(column);
        const int width = m_grid.columnWidth(column);
        const int source = m_grid.sourceColumn(column);
        const ColumnFormatter &formatter = (*m_grid.m_columns)[size_t(source)];
        const QString name = singleLine(m_grid.m_names.value(source));
        if (!selected.isEmpty() && m_grid.m_wholeColumns && column >= selected.firstColumn && column <= selected.lastColumn)
            painter.fillRect(x, 0, width, height - 1, Theme::color(palette, Theme::Selection));
        else if (!m_grid.m_foundText.isEmpty() && name.contains(m_grid.m_foundText, Qt::CaseInsensitive))
            painter.fillRect(x, 0, width, height - 1,
                             Theme::mix(Theme::color(palette, Theme::WarningBackground),
                                        Theme::color(palette, Theme::Warning), 0.2));
        const bool isRight = formatter.alignment() == ColumnFormatter::Alignment::Right;
        QRect room(x + kPadding, gap, width - 2 * kPadding, metrics.height());
        for (qsizetype key = 0; key < m_grid.m_sortKeys.size(); ++key) {
            if (m_grid.m_sortKeys[key].column != source)
                continue;
            const bool numbered = m_grid.m_sortKeys.size() > 1;
            const int markWidth = kMarkWidth + (numbered ? 8 : 0);
            // Behind the name, whichever side that is written on.
            const int nameWidth = std::min(int(m_text.width(name)) + 1, std::max(0, room.width() - markWidth));
            const int markX = isRight ? room.right() + 1 - markWidth + 3 : room.left() + nameWidth + 3;
            paintSortMark(painter, QRect(markX, room.top(), markWidth, room.height()), numbered ? int(key) + 1 : 0,
                          m_grid.m_sortKeys[key].isDescending, text);
            room.setWidth(room.width() - markWidth);
        }
        m_text.add(room, name, isRight, text);
        m_smallText.add(QRect(x + kPadding, gap + metrics.height(), width - 2 * kPadding, smallMetrics.height()),
                        singleLine(m_grid.typeText(source)), isRight, subdued);
        painter.fillRect(x + width - 1, 0, 1, height, line);
    }
    m_text.flush(painter);
    m_smallText.flush(painter);
    painter.setClipping(false);
}

void GridPainter::paintSortMark(QPainter &painter, const QRect &room, int keyIndex, bool isDescending, const QColor &color)
{
    const qreal x = room.left() + 1;
    const qreal y = room.center().y() + 0.5;
    QPainterPath path;
    if (isDescending) {
        path.moveTo(x, y - 2.5);
        path.lineTo(x + 8, y - 2.5);
        path.lineTo(x + 4, y + 2.5);
    } else {
        path.moveTo(x, y + 2.5);
        path.lineTo(x + 8, y + 2.5);
        path.lineTo(x + 4, y - 2.5);
    }
    path.closeSubpath();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillPath(path, color);
    painter.setRenderHint(QPainter::Antialiasing, false);
    if (keyIndex > 0)
        m_smallText.add(QRect(room.left() + 11, room.top(), 10, room.height()), QString::number(keyIndex), false, color);
}

} // namespace Grebe
