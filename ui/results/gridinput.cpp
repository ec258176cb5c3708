// SPDX-License-Identifier: Apache-2.0
#include "gridinput.h"

#include <QApplication>
#include <QKeyEvent>
#include <QScrollBar>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kNotch = 120; // of a wheel, in eighths of a degree

} // namespace

void GridInput::mousePress(QMouseEvent *event)
{
    const ResultGrid::Hit at = m_grid.hit(event->position().toPoint());
    const bool extend = event->modifiers().testFlag(Qt::ShiftModifier) && m_grid.m_currentRow >= 0;
    if (event->button() == Qt::RightButton) {
        const ResultGrid::Range selected = m_grid.selection();
        const bool inside = at.row >= selected.firstRow && at.row <= selected.lastRow
            && at.column >= selected.firstColumn && at.column <= selected.lastColumn;
        if (at.area == ResultGrid::Area::Cells && at.row >= 0 && at.column >= 0 && !inside)
            m_grid.setCurrentCell(at.row, at.column);
        return;
    }
    if (event->button() != Qt::LeftButton)
        return;
    if (at.resizeColumn >= 0) {
        m_resizing = at.resizeColumn;
        m_resizeOffset = m_grid.columnLeft(m_resizing) + m_grid.columnWidth(m_resizing) - int(event->position().x());
        return;
    }
    m_selecting = true;
    m_selectingArea = at.area;
    switch (at.area) {
    case ResultGrid::Area::Corner: m_grid.selectAll(); break;
    case ResultGrid::Area::Header:
        if (event->modifiers().testFlag(Qt::ControlModifier)) {
            m_grid.selectColumn(at.column, extend);
        } else {
            m_headerPressed = at.column;
            m_pressedAt = event->position().toPoint();
            m_selecting = false;
        }
        break;
    case ResultGrid::Area::RowHeader: m_grid.selectRow(at.row, extend); break;
    case ResultGrid::Area::Cells:
        if (at.row >= 0 && at.column >= 0)
            m_grid.setCurrentCell(at.row, at.column, extend);
        break;
    case ResultGrid::Area::Nothing: break;
    }
}

void GridInput::mouseMove(QMouseEvent *event)
{
    const QPoint position = event->position().toPoint();
    if (m_resizing >= 0) {
        m_grid.setColumnWidth(m_resizing, position.x() + m_resizeOffset - m_grid.columnLeft(m_resizing));
        return;
    }
    const ResultGrid::Hit at = m_grid.hit(position);
    m_grid.viewport()->setCursor(at.resizeColumn >= 0 ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (m_headerPressed >= 0) {
        if (m_dropColumn < 0 && (position - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
            return;
        const int over = at.column >= 0 ? at.column : position.x() < m_grid.rowHeaderWidth() ? 0 : m_grid.columnCount() - 1;
        const QRect rect = m_grid.headerRect(over);
        m_dropColumn = over + (position.x() > rect.center().x() ? 1 : 0);
        m_grid.viewport()->update();
        return;
    }
    if (!m_selecting || !(event->buttons() & Qt::LeftButton) || m_grid.m_rowCount == 0)
        return;
    // Dragging past an edge scrolls; rows and columns are clamped to what is there.
    qint64 row = m_grid.m_firstRow + (position.y() - m_grid.headerHeight() + m_grid.m_rowOffset) / m_grid.rowHeight();
    if (position.y() < m_grid.headerHeight())
        row = m_grid.m_firstRow - 1;
    const int column = at.column >= 0 ? at.column : (position.x() < m_grid.rowHeaderWidth() ? 0 : m_grid.columnCount() - 1);
    if (m_selectingArea == ResultGrid::Area::Cells) {
        m_grid.setCurrentCell(row, column, true);
    } else if (m_selectingArea == ResultGrid::Area::RowHeader) {
        m_grid.selectRow(std::clamp<qint64>(row, 0, m_grid.m_rowCount - 1), true);
        m_grid.ensureVisible(m_grid.m_currentRow, -1);
    } else if (m_selectingArea == ResultGrid::Area::Header) {
        m_grid.selectColumn(column, true);
    }
}

void GridInput::mouseRelease(QMouseEvent *event)
{
    if (m_headerPressed >= 0)
        endHeaderPress(event);
    m_resizing = -1;
    m_selecting = false;
}

void GridInput::endHeaderPress(QMouseEvent *event)
{
    const int pressed = std::exchange(m_headerPressed, -1);
    const int drop = std::exchange(m_dropColumn, -1);
    if (drop >= 0)
        m_grid.moveColumn(pressed, drop > pressed ? drop - 1 : drop);
    else if (pressed < m_grid.columnCount())
        Q_EMIT m_grid.sortRequested(keysAfterClick(m_grid.sourceColumn(pressed), event->modifiers().testFlag(Qt::ShiftModifier)));
    m_grid.viewport()->update();
}

// Ascending, descending, as it came; with Shift the other keys stay.
QList<SortKey> GridInput::keysAfterClick(int source, bool adds) const
{
    QList<SortKey> keys = m_grid.m_sortKeys;
    const auto same = [source](const SortKey &key) { return key.column == source; };
    auto found = std::find_if(keys.begin(), keys.end(), same);
    SortKey next { .column = source };
    const bool isLast = found != keys.end() && found->isDescending;
    if (found != keys.end())
        next.isDescending = true;
    if (!adds)
        return isLast ? QList<SortKey>() : QList<SortKey> { next };
    if (isLast)
        keys.erase(found);
    else if (found != keys.end())
        *found = next;
    else
        keys += next;
    return keys;
}

void GridInput::doubleClick(QMouseEvent *event)
{
    const ResultGrid::Hit at = m_grid.hit(event->position().toPoint());
    if (at.resizeColumn >= 0)
        m_grid.autoSizeColumn(at.resizeColumn);
    else
        mousePress(event);
}

bool GridInput::keyPress(QKeyEvent *event)
{
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    if (event->matches(QKeySequence::SelectAll))
        return m_grid.selectAll(), true;
    if (control && event->key() == Qt::Key_C && !(event->modifiers() & Qt::AltModifier))
        return Q_EMIT m_grid.copyRequested(shift), true;
    if (control && (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal))
        return m_grid.changeFontSize(1), true;
    if (control && event->key() == Qt::Key_Minus)
        return m_grid.changeFontSize(-1), true;
    if (control && event->key() == Qt::Key_0)
        return m_grid.changeFontSize(0), true;
    // As in spreadsheets.
    if (event->key() == Qt::Key_Space && control)
        return m_grid.selectColumn(m_grid.m_currentColumn), true;
    if (event->key() == Qt::Key_Space && shift)
        return m_grid.selectRow(m_grid.m_currentRow), true;
    qint64 row = m_grid.m_currentRow;
    int column = m_grid.m_currentColumn;
    switch (event->key()) {
    case Qt::Key_Up: row = control ? 0 : row - 1; break;
    case Qt::Key_Down: row = control ? m_grid.m_rowCount - 1 : row + 1; break;
    case Qt::Key_Left: column = control ? 0 : column - 1; break;
    case Qt::Key_Right: column = control ? m_grid.columnCount() - 1 : column + 1; break;
    case Qt::Key_PageUp:
        if (control)
            return false;
        row -= m_grid.visibleRows();
        break;
    case Qt::Key_PageDown:
        if (control)
            return false;
        row += m_grid.visibleRows();
        break;
    case Qt::Key_Home:
        column = 0;
        row = control ? 0 : row;
        break;
    case Qt::Key_End:
        column = m_grid.columnCount() - 1;
        row = control ? m_grid.m_rowCount - 1 : row;
        break;
    case Qt::Key_Tab: column + 1 < m_grid.columnCount() ? ++column : (column = 0, ++row); break;
    case Qt::Key_Backtab: column > 0 ? --column : (column = m_grid.columnCount() - 1, --row); break;
    default: return false;
    }
    m_grid.setCurrentCell(row, column, shift && event->key() != Qt::Key_Backtab);
    return true;
}

// A touchpad says pixels, except on X11, where they are the driver's guess; a wheel says notches of 120, or parts of them.
bool GridInput::wheel(QWheelEvent *event)
{
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        m_zoomRest += event->angleDelta().y();
        const int steps = m_zoomRest / kNotch;
        m_zoomRest -= steps * kNotch;
        if (steps)
            m_grid.changeFontSize(steps);
        return true;
    }
    const bool isSideways = event->modifiers().testFlag(Qt::ShiftModifier);
    QPoint pixels = event->pixelDelta();
    if (pixels.isNull() || QGuiApplication::platformName() == "xcb"_L1) {
        const int line = QApplication::wheelScrollLines();
        m_wheelRest += QPoint(event->angleDelta().x() * line * m_grid.horizontalScrollBar()->singleStep(),
                              event->angleDelta().y() * line * m_grid.rowHeight());
        pixels = m_wheelRest / kNotch;
        m_wheelRest -= pixels * kNotch;
    }
    if (isSideways && pixels.x() == 0)
        pixels = pixels.transposed();
    if (pixels.x())
        m_grid.horizontalScrollBar()->setValue(m_grid.horizontalScrollBar()->value() - pixels.x());
    if (pixels.y())
        m_grid.scrollByPixels(-pixels.y());
    return true;
}

} // namespace Grebe
