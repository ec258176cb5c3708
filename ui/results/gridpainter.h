// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gridtext.h"
#include "resultgrid.h"

class QPainter;
class QRect;

namespace Grebe {

/// Paints what a ResultGrid shows: rows, row numbers, header, marks.
///
/// Shape      backgrounds and lines first, then every text of a region at once. It keeps glyph tables between frames and
///            nothing of the result.
/// Thread     GUI.
class GridPainter
{
public:
    explicit GridPainter(const ResultGrid &grid) : m_grid(grid) { }

    void paint(QPainter &painter, const QRect &clip);
    qreal textWidth(const QString &text); ///< as it will be painted

private:
    struct Columns
    {
        int first = 0;
        int end = 0; ///< behind the last
        QRect area; ///< what they may paint on, header included
    };

    void updateFonts();
    Columns frozenColumns() const;
    Columns scrolledColumns() const;
    void paintCells(QPainter &painter, const Columns &columns, qint64 firstRow, qint64 lastRow);
    void paintRowNumbers(QPainter &painter, qint64 firstRow, qint64 lastRow);
    void paintHeader(QPainter &painter, const Columns &columns);
    void paintSortMark(QPainter &painter, const QRect &room, int keyIndex, bool isDescending, const QColor &color);
    void paintMark(QPainter &painter, const QRect &room, ResultGrid::CellMark mark);
    void paintCurrentCell(QPainter &painter, const Columns &columns, qint64 firstRow, qint64 lastRow);

    const ResultGrid &m_grid;
    GridText m_text;
    GridText m_nullText;
    GridText m_smallText;
};

} // namespace Grebe
