// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultgrid.h"

#include <QPoint>

class QKeyEvent;
class QMouseEvent;
class QWheelEvent;

namespace Grebe {

/// What the mouse, the wheel and the keys do to a ResultGrid: what is current and selected, where it is scrolled to, how
/// wide its columns are and in which order.
///
/// Shape      it remembers what is being dragged between a press and its release, and nothing of the result.
/// Thread     GUI.
class GridInput
{
public:
    explicit GridInput(ResultGrid &grid) : m_grid(grid) { }

    void mousePress(QMouseEvent *event);
    void mouseMove(QMouseEvent *event);
    void mouseRelease(QMouseEvent *event);
    void doubleClick(QMouseEvent *event);
    /// False: it is nothing the grid has a use for.
    bool keyPress(QKeyEvent *event);
    bool wheel(QWheelEvent *event);

    int dropColumn() const { return m_dropColumn; } ///< where a dragged column would go, or -1

private:
    void endHeaderPress(QMouseEvent *event);
    QList<SortKey> keysAfterClick(int source, bool adds) const;

    ResultGrid &m_grid;
    int m_resizing = -1;
    int m_resizeOffset = 0;
    int m_headerPressed = -1;
    QPoint m_pressedAt;
    int m_dropColumn = -1;
    bool m_selecting = false;
    ResultGrid::Area m_selectingArea = ResultGrid::Area::Nothing;
    QPoint m_wheelRest; ///< parts of a pixel that add up
    int m_zoomRest = 0;
};

} // namespace Grebe
