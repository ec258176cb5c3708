// SPDX-License-Identifier: Apache-2.0
#include "resultgrid.h"

#include "cellformatter.h"
#include "gridaccessible.h"
#include "gridpainter.h"
#include "widgets/theme.h"

#include <arrow/record_batch.h>

#include <QAccessible>
#include <QApplication>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kPadding = 8;
constexpr int kMinimumWidth = 48;
constexpr int kMaximumAutoWidth = 360;
constexpr int kResizeHandle = 5;
constexpr qint64 kSampleRows = 200;

} // namespace

ResultGrid::ResultGrid(QWidget *parent) : QAbstractScrollArea(parent), m_painter(std::make_unique<GridPainter>(*this))
{
    GridAccessible::install();
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setFont(Theme::tabularFont(font()));
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    horizontalScrollBar()->setSingleStep(24);
    setAccessibleName(tr("Result rows"));
}

ResultGrid::~ResultGrid() = default;

void ResultGrid::setResult(std::shared_ptr<ResultStore> store, const std::vector<ColumnFormatter> *columns,
                           const QStringList &names)
{
    m_store = std::move(store);
    m_columns = columns;
    m_names = names;
    m_order.reset();
    m_sortKeys.clear();
    m_layout.reset(m_columns ? int(m_columns->size()) : 0, kMinimumWidth);
    m_sourceRowCount = m_rowCount = 0;
    m_firstRow = 0;
    m_currentRow = m_anchorRow = -1;
    m_currentColumn = m_anchorColumn = -1;
    m_wholeRows = m_wholeColumns = false;
    m_isSized = m_hasOwnWidths = false;
    autoSizeColumns();
    m_isSized = false;
    updateScrollBars();
    viewport()->update();
}

void ResultGrid::setRowCount(qint64 rowCount)
{
    if (rowCount == m_sourceRowCount)
        return;
    m_sourceRowCount = rowCount;
    updateRows();
}

void ResultGrid::updateRows()
{
    const qint64 rowCount = m_order ? m_order->size() : m_sourceRowCount;
    const qint64 shownEnd = m_firstRow + visibleRows() + 1;
    const bool visible = m_rowCount < shownEnd;
    const int oldRowHeader = rowHeaderWidth();
    m_rowCount = rowCount;
    if (!m_isSized && rowCount > 0) {
        if (!m_hasOwnWidths)
            autoSizeColumns();
        m_isSized = true;
    }
    updateScrollBars();
    if (visible || oldRowHeader != rowHeaderWidth())
        viewport()->update();
    if (m_currentRow < 0 && rowCount > 0 && columnCount() > 0)
        setCurrentCell(0, 0);
}

void ResultGrid::setOrder(const RowOrderPtr &order, const QList<SortKey> &keys)
{
    m_order = order;
    m_sortKeys = keys;
    m_rowCount = m_order ? m_order->size() : m_sourceRowCount;
    m_firstRow = 0;
    updateScrollBars();
    viewport()->update();
    if (m_rowCount == 0) {
        m_currentRow = m_anchorRow = -1;
        m_wholeRows = m_wholeColumns = false;
        Q_EMIT selectionChanged();
    } else {
        setCurrentCell(0, std::max(0, m_currentColumn));
    }
}

void ResultGrid::setLayout(const GridColumns &layout)
{
    if (!m_columns || layout.sourceCount() != m_layout.sourceCount())
        return;
    m_layout = layout;
    m_hasOwnWidths = true;
    m_currentColumn = std::clamp(m_currentColumn, -1, columnCount() - 1);
    m_anchorColumn = std::clamp(m_anchorColumn, -1, columnCount() - 1);
    updateScrollBars();
    viewport()->update();
}

void ResultGrid::moveColumn(int from, int to)
{
    m_layout.move(from, to);
    m_wholeColumns = false;
    updateScrollBars();
    setCurrentCell(m_currentRow, to);
    Q_EMIT layoutChanged();
}

void ResultGrid::hideColumn(int column)
{
    m_layout.hide(column);
    updateScrollBars();
    setCurrentCell(m_currentRow, std::min(column, columnCount() - 1));
    viewport()->update();
    Q_EMIT layoutChanged();
}

void ResultGrid::showColumn(int source)
{
    m_layout.show(source);
    updateScrollBars();
    viewport()->update();
    Q_EMIT layoutChanged();
}

void ResultGrid::showAllColumns()
{
    m_layout.showAll();
    updateScrollBars();
    setCurrentCell(m_currentRow, m_currentColumn);
    viewport()->update();
    Q_EMIT layoutChanged();
}

void ResultGrid::freezeColumns(int count)
{
    m_layout.setFrozen(count);
    updateScrollBars();
    viewport()->update();
    Q_EMIT layoutChanged();
}

int ResultGrid::rowHeight() const
{
    return std::max(22, fontMetrics().height() + 5);
}

int ResultGrid::nameHeight() const
{
    return std::max(38, 2 * fontMetrics().height() + 4);
}

int ResultGrid::headerHeight() const
{
    int height = nameHeight();
    for (const QWidget *bar : m_bars)
        height += bar->isHidden() ? 0 : bar->sizeHint().height();
    return height;
}

void ResultGrid::addHeaderBar(QWidget *bar)
{
    bar->setParent(viewport());
    bar->hide();
    bar->installEventFilter(this);
    m_bars += bar;
}

void ResultGrid::placeBars()
{
    int y = nameHeight();
    for (QWidget *bar : std::as_const(m_bars)) {
        if (bar->isHidden())
            continue;
        bar->setGeometry(0, y, viewport()->width(), bar->sizeHint().height());
        y += bar->height();
    }
}

bool ResultGrid::eventFilter(QObject *object, QEvent *event)
{
    const bool matters = event->type() == QEvent::ShowToParent || event->type() == QEvent::HideToParent;
    if (matters && m_bars.contains(static_cast<QWidget *>(object))) {
        placeBars();
        updateScrollBars();
        viewport()->update();
    }
    return QAbstractScrollArea::eventFilter(object, event);
}

void ResultGrid::setFoundText(const QString &text)
{
    m_foundText = text;
    viewport()->update();
}

int ResultGrid::rowHeaderWidth() const
{
    const QString widest = countText(std::max<qint64>(m_rowCount, 999));
    return std::max(40, fontMetrics().horizontalAdvance(widest) + 2 * kPadding);
}

qint64 ResultGrid::visibleRows() const
{
    return std::max<qint64>(1, (viewport()->height() - headerHeight()) / rowHeight());
}

int ResultGrid::columnLeft(int column) const
{
    return rowHeaderWidth() + m_layout.left(column)
        - (column < m_layout.frozen() ? 0 : horizontalScrollBar()->value());
}

void ResultGrid::updateScrollBars()
{
    const qint64 last = std::max<qint64>(0, m_rowCount - visibleRows());
    m_rowsPerStep = last / std::numeric_limits<int>::max() + 1;
    m_firstRow = std::min(m_firstRow, last);
    const qint64 firstRow = m_firstRow;
    {
        const QSignalBlocker blocker(verticalScrollBar());
        verticalScrollBar()->setRange(0, int(last / m_rowsPerStep));
        verticalScrollBar()->setPageStep(int(std::max<qint64>(1, visibleRows() / m_rowsPerStep)));
        verticalScrollBar()->setSingleStep(1);
        verticalScrollBar()->setValue(int(firstRow / m_rowsPerStep));
    }
    m_firstRow = firstRow;
    const int room = viewport()->width() - rowHeaderWidth();
    horizontalScrollBar()->setRange(0, std::max(0, m_layout.totalWidth() - room));
    horizontalScrollBar()->setPageStep(std::max(1, room - m_layout.frozenWidth()));
}

void ResultGrid::scrollContentsBy(int, int dy)
{
    if (dy)
        m_firstRow = std::min(qint64(verticalScrollBar()->value()) * m_rowsPerStep,
                              std::max<qint64>(0, m_rowCount - visibleRows()));
    viewport()->update();
}

void ResultGrid::scrollToRow(qint64 row)
{
    m_firstRow = std::clamp<qint64>(row, 0, std::max<qint64>(0, m_rowCount - visibleRows()));
    const QSignalBlocker blocker(verticalScrollBar());
    verticalScrollBar()->setValue(int(m_firstRow / m_rowsPerStep));
    viewport()->update();
}

void ResultGrid::ensureVisible(qint64 row, int column)
{
    if (row < m_firstRow)
        scrollToRow(row);
    else if (row >= m_firstRow + visibleRows())
        scrollToRow(row - visibleRows() + 1);
    if (column < m_layout.frozen() || column >= columnCount())
        return;
    const int edge = rowHeaderWidth() + m_layout.frozenWidth();
    const int left = columnLeft(column);
    const int right = left + columnWidth(column);
    if (left < edge)
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - (edge - left));
    else if (right > viewport()->width())
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() + std::min(right - viewport()->width(), left - edge));
}

void ResultGrid::select()
{
    viewport()->update();
    Q_EMIT selectionChanged();
}

void ResultGrid::setCurrentCell(qint64 row, int column, bool extendSelection)
{
    if (m_rowCount == 0 || columnCount() == 0)
        return;
    const qint64 oldRow = m_currentRow;
    const int oldColumn = m_currentColumn;
    m_currentRow = std::clamp<qint64>(row, 0, m_rowCount - 1);
    m_currentColumn = std::clamp(column, 0, columnCount() - 1);
    if (!extendSelection) {
        m_anchorRow = m_currentRow;
        m_anchorColumn = m_currentColumn;
        m_wholeRows = m_wholeColumns = false;
    }
    ensureVisible(m_currentRow, m_currentColumn);
    select();
    announce(oldRow, oldColumn);
}

void ResultGrid::selectAll()
{
    if (m_rowCount == 0)
        return;
    m_anchorRow = 0;
    m_anchorColumn = 0;
    m_currentRow = std::max<qint64>(0, m_currentRow);
    m_wholeRows = m_wholeColumns = true;
    select();
}

void ResultGrid::selectColumn(int column, bool extendSelection)
{
    if (m_rowCount == 0 || column < 0)
        return;
    if (!extendSelection)
        m_anchorColumn = column;
    m_currentColumn = column;
    m_currentRow = std::max<qint64>(0, m_currentRow);
    if (m_currentRow < m_firstRow || m_currentRow >= m_firstRow + visibleRows())
        m_currentRow = m_firstRow;
    m_anchorRow = m_currentRow;
    m_wholeColumns = true;
    m_wholeRows = false;
    select();
}

void ResultGrid::selectRow(qint64 row, bool extendSelection)
{
    if (row < 0 || row >= m_rowCount || columnCount() == 0)
        return;
    if (!extendSelection)
        m_anchorRow = row;
    m_currentRow = row;
    m_anchorColumn = m_currentColumn = std::max(0, m_currentColumn);
    m_wholeRows = true;
    m_wholeColumns = false;
    select();
}

ResultGrid::Range ResultGrid::selection() const
{
    if (m_currentRow < 0 || m_rowCount == 0)
        return {};
    Range range { std::min(m_anchorRow, m_currentRow), std::max(m_anchorRow, m_currentRow),
                  std::min(m_anchorColumn, m_currentColumn), std::max(m_anchorColumn, m_currentColumn) };
    if (m_wholeRows) {
        range.firstColumn = 0;
        range.lastColumn = columnCount() - 1;
    }
    if (m_wholeColumns) {
        range.firstRow = 0;
        range.lastRow = m_rowCount - 1;
    }
    return range;
}

CellRange ResultGrid::selectedCells() const
{
    const Range range = selection();
    CellRange cells = allCells();
    cells.firstPosition = std::max<qint64>(0, range.firstRow);
    cells.rowCount = range.isEmpty() ? 0 : range.lastRow - range.firstRow + 1;
    cells.columns = m_layout.sources(range.firstColumn, range.lastColumn);
    return cells;
}

CellRange ResultGrid::allCells() const
{
    CellRange cells;
    cells.store = m_store;
    if (m_order)
        cells.rowAt = [order = m_order](qint64 position) { return order->rowAt(position); };
    cells.rowCount = m_rowCount;
    cells.columns = m_layout.sources(0, columnCount() - 1);
    return cells;
}

QByteArray ResultGrid::selectedText(bool withHeader, qint64 maxBytes, bool *tooLarge) const
{
    CopyOptions options;
    options.hasHeader = withHeader;
    options.maxBytes = maxBytes;
    const Result<QByteArray> text = copyCells(selectedCells(), CopyFormat::Tsv, options);
    *tooLarge = !text;
    return text.value_or(QByteArray());
}

QRect ResultGrid::cellRect(qint64 row, int column) const
{
    return { columnLeft(column), int(headerHeight() + (row - m_firstRow) * rowHeight()), columnWidth(column), rowHeight() };
}

QRect ResultGrid::headerRect(int column) const
{
    return { columnLeft(column), 0, columnWidth(column), nameHeight() };
}

QString ResultGrid::cellText(qint64 row, int column, qsizetype maxChars, bool *isNull) const
{
    if (isNull)
        *isNull = false;
    if (!m_columns || row < 0 || row >= m_rowCount || column < 0 || column >= columnCount())
        return {};
    const ResultStore::Place place = m_store->place(sourceRow(row));
    const int source = sourceColumn(column);
    if (!place.batch)
        return {};
    if (!formatter(column).isNull(*place.batch, source, place.row))
        return formatter(column).text(*place.batch, source, place.row, maxChars);
    if (isNull)
        *isNull = true;
    return u"NULL"_s;
}

int ResultGrid::wantedWidth(int source) const
{
    const ColumnFormatter &formatter = (*m_columns)[size_t(source)];
    qreal width = m_painter->textWidth(singleLine(m_names.value(source)));
    width = std::max(width, std::min(QFontMetricsF(Theme::smallFont(font())).horizontalAdvance(formatter.typeText()), 220.0));
    const qint64 sample = std::min(m_rowCount, kSampleRows);
    for (qint64 row = 0; row < sample && width <= kMaximumAutoWidth; ++row) {
        const ResultStore::Place place = m_store->place(sourceRow(row));
        if (!place.batch)
            break;
        const bool isNull = formatter.isNull(*place.batch, source, place.row);
        width = std::max(width, m_painter->textWidth(
                                    isNull ? u"NULL"_s : singleLine(formatter.text(*place.batch, source, place.row, 120))));
    }
    return std::clamp(int(width) + 2 * kPadding + 3, kMinimumWidth, kMaximumAutoWidth);
}

void ResultGrid::autoSizeColumns()
{
    // Thousands of columns are measured when somebody asks for one of them.
    std::vector<int> widths(size_t(m_layout.sourceCount()), 120);
    for (size_t source = 0; source < std::min<size_t>(widths.size(), 300); ++source)
        widths[source] = wantedWidth(int(source));
    m_layout.setSourceWidths(widths);
    updateScrollBars();
    viewport()->update();
}

void ResultGrid::autoSizeColumn(int column)
{
    setColumnWidth(column, wantedWidth(sourceColumn(column)));
}

void ResultGrid::setColumnWidth(int column, int width)
{
    m_layout.setSourceWidth(sourceColumn(column), std::max(kMinimumWidth / 2, width));
    updateScrollBars();
    viewport()->update();
    Q_EMIT layoutChanged();
}

void ResultGrid::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    m_painter->paint(painter, event->rect());
}

ResultGrid::Hit ResultGrid::hit(QPoint position) const
{
    Hit result;
    const bool inHeader = position.y() < nameHeight();
    const bool inRowHeader = position.x() < rowHeaderWidth();
    if (!inHeader && position.y() < headerHeight())
        return result;
    const bool isFrozen = position.x() < rowHeaderWidth() + m_layout.frozenWidth();
    const int x = position.x() - rowHeaderWidth() + (isFrozen ? 0 : horizontalScrollBar()->value());
    if (!inRowHeader)
        result.column = m_layout.at(x);
    if (inHeader && columnCount() > 0) {
        for (const int edge : { kResizeHandle, -kResizeHandle }) {
            // The column left of the pointer, or the one it stands in at its right edge.
            const int column = m_layout.at(std::clamp(x - edge, 0, m_layout.totalWidth() - 1));
            if (x - edge >= 0 && column >= 0 && std::abs(columnLeft(column) + columnWidth(column) - position.x()) <= kResizeHandle)
                result.resizeColumn = column;
        }
    }
    if (!inHeader) {
        const qint64 row = m_firstRow + (position.y() - headerHeight()) / rowHeight();
        if (row < m_rowCount)
            result.row = row;
    }
    if (inHeader)
        result.area = inRowHeader ? Area::Corner : Area::Header;
    else
        result.area = inRowHeader ? Area::RowHeader : Area::Cells;
    return result;
}

void ResultGrid::mousePressEvent(QMouseEvent *event)
{
    const Hit at = hit(event->position().toPoint());
    const bool extend = event->modifiers().testFlag(Qt::ShiftModifier) && m_currentRow >= 0;
    if (event->button() == Qt::RightButton) {
        const Range selected = selection();
        const bool inside = at.row >= selected.firstRow && at.row <= selected.lastRow
            && at.column >= selected.firstColumn && at.column <= selected.lastColumn;
        if (at.area == Area::Cells && at.row >= 0 && at.column >= 0 && !inside)
            setCurrentCell(at.row, at.column);
        return;
    }
    if (event->button() != Qt::LeftButton)
        return;
    if (at.resizeColumn >= 0) {
        m_resizing = at.resizeColumn;
        m_resizeOffset = columnLeft(m_resizing) + columnWidth(m_resizing) - int(event->position().x());
        return;
    }
    m_selecting = true;
    m_selectingArea = at.area;
    switch (at.area) {
    case Area::Corner: selectAll(); break;
    case Area::Header:
        if (event->modifiers().testFlag(Qt::ControlModifier)) {
            selectColumn(at.column, extend);
        } else {
            m_headerPressed = at.column;
            m_pressedAt = event->position().toPoint();
            m_selecting = false;
        }
        break;
    case Area::RowHeader: selectRow(at.row, extend); break;
    case Area::Cells:
        if (at.row >= 0 && at.column >= 0)
            setCurrentCell(at.row, at.column, extend);
        break;
    case Area::Nothing: break;
    }
}

void ResultGrid::mouseMoveEvent(QMouseEvent *event)
{
    const QPoint position = event->position().toPoint();
    if (m_resizing >= 0) {
        setColumnWidth(m_resizing, position.x() + m_resizeOffset - columnLeft(m_resizing));
        return;
    }
    const Hit at = hit(position);
    viewport()->setCursor(at.resizeColumn >= 0 ? Qt::SplitHCursor : Qt::ArrowCursor);
    if (m_headerPressed >= 0) {
        if (m_dropColumn < 0 && (position - m_pressedAt).manhattanLength() < QApplication::startDragDistance())
            return;
        const int over = at.column >= 0 ? at.column : position.x() < rowHeaderWidth() ? 0 : columnCount() - 1;
        const QRect rect = headerRect(over);
        m_dropColumn = over + (position.x() > rect.center().x() ? 1 : 0);
        viewport()->update();
        return;
    }
    if (!m_selecting || !(event->buttons() & Qt::LeftButton) || m_rowCount == 0)
        return;
    // Dragging past an edge scrolls; rows and columns are clamped to what is there.
    qint64 row = m_firstRow + (position.y() - headerHeight()) / rowHeight();
    if (position.y() < headerHeight())
        row = m_firstRow - 1;
    const int column = at.column >= 0 ? at.column : (position.x() < rowHeaderWidth() ? 0 : columnCount() - 1);
    if (m_selectingArea == Area::Cells) {
        setCurrentCell(row, column, true);
    } else if (m_selectingArea == Area::RowHeader) {
        selectRow(std::clamp<qint64>(row, 0, m_rowCount - 1), true);
        ensureVisible(m_currentRow, -1);
    } else if (m_selectingArea == Area::Header) {
        selectColumn(column, true);
    }
}

void ResultGrid::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_headerPressed >= 0)
        endHeaderPress(event);
    m_resizing = -1;
    m_selecting = false;
}

void ResultGrid::endHeaderPress(QMouseEvent *event)
{
    const int pressed = std::exchange(m_headerPressed, -1);
    const int drop = std::exchange(m_dropColumn, -1);
    if (drop >= 0)
        moveColumn(pressed, drop > pressed ? drop - 1 : drop);
    else if (pressed < columnCount())
        Q_EMIT sortRequested(keysAfterClick(sourceColumn(pressed), event->modifiers().testFlag(Qt::ShiftModifier)));
    viewport()->update();
}

// Ascending, descending, as it came; with Shift the other keys stay.
QList<SortKey> ResultGrid::keysAfterClick(int source, bool adds) const
{
    QList<SortKey> keys = m_sortKeys;
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

void ResultGrid::mouseDoubleClickEvent(QMouseEvent *event)
{
    const Hit at = hit(event->position().toPoint());
    if (at.resizeColumn >= 0)
        autoSizeColumn(at.resizeColumn);
    else
        mousePressEvent(event);
}

void ResultGrid::keyPressEvent(QKeyEvent *event)
{
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    if (event->matches(QKeySequence::SelectAll))
        return selectAll();
    if (control && event->key() == Qt::Key_C && !(event->modifiers() & Qt::AltModifier))
        return Q_EMIT copyRequested(shift);
    if (control && (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal))
        return changeFontSize(1);
    if (control && event->key() == Qt::Key_Minus)
        return changeFontSize(-1);
    if (control && event->key() == Qt::Key_0)
        return changeFontSize(0);
    // As in spreadsheets.
    if (event->key() == Qt::Key_Space && control)
        return selectColumn(m_currentColumn);
    if (event->key() == Qt::Key_Space && shift)
        return selectRow(m_currentRow);
    qint64 row = m_currentRow;
    int column = m_currentColumn;
    switch (event->key()) {
    case Qt::Key_Up: row = control ? 0 : row - 1; break;
    case Qt::Key_Down: row = control ? m_rowCount - 1 : row + 1; break;
    case Qt::Key_Left: column = control ? 0 : column - 1; break;
    case Qt::Key_Right: column = control ? columnCount() - 1 : column + 1; break;
    case Qt::Key_PageUp:
        if (control)
            return QAbstractScrollArea::keyPressEvent(event);
        row -= visibleRows();
        break;
    case Qt::Key_PageDown:
        if (control)
            return QAbstractScrollArea::keyPressEvent(event);
        row += visibleRows();
        break;
    case Qt::Key_Home:
        column = 0;
        row = control ? 0 : row;
        break;
    case Qt::Key_End:
        column = columnCount() - 1;
        row = control ? m_rowCount - 1 : row;
        break;
    case Qt::Key_Tab: column + 1 < columnCount() ? ++column : (column = 0, ++row); break;
    case Qt::Key_Backtab: column > 0 ? --column : (column = columnCount() - 1, --row); break;
    default: QAbstractScrollArea::keyPressEvent(event); return;
    }
    setCurrentCell(row, column, shift && event->key() != Qt::Key_Backtab);
    event->accept();
}

void ResultGrid::wheelEvent(QWheelEvent *event)
{
    if (event->modifiers().testFlag(Qt::ControlModifier)) {
        if (event->angleDelta().y())
            changeFontSize(event->angleDelta().y() > 0 ? 1 : -1);
        event->accept();
        return;
    }
    if (std::abs(event->angleDelta().x()) > std::abs(event->angleDelta().y())
        || event->modifiers().testFlag(Qt::ShiftModifier)) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    // Three lines a notch, whatever the scroll bar's steps mean; parts of a notch add up.
    m_wheelRest += event->angleDelta().y() * QApplication::wheelScrollLines();
    const int lines = m_wheelRest / 120;
    m_wheelRest -= lines * 120;
    if (lines)
        scrollToRow(m_firstRow - lines);
    event->accept();
}

void ResultGrid::changeFontSize(int steps)
{
    QFont changed = font();
    const int size = steps == 0 ? QFontInfo(QApplication::font()).pixelSize() : fontInfo().pixelSize() + steps;
    changed.setPixelSize(std::clamp(size, 8, 40));
    setFont(changed);
}

void ResultGrid::changeEvent(QEvent *event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_columns) {
        autoSizeColumns();
        placeBars();
    }
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        viewport()->update();
}

void ResultGrid::resizeEvent(QResizeEvent *)
{
    placeBars();
    updateScrollBars();
}

void ResultGrid::focusInEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void ResultGrid::focusOutEvent(QFocusEvent *event)
{
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

bool ResultGrid::viewportEvent(QEvent *event)
{
    if (event->type() != QEvent::ToolTip || !m_columns)
        return QAbstractScrollArea::viewportEvent(event);
    auto *help = static_cast<QHelpEvent *>(event);
    const Hit at = hit(help->pos());
    QString text;
    if (at.area == Area::Header && at.column >= 0) {
        text = singleLine(columnName(at.column)) + u'\n' + formatter(at.column).typeText();
    } else if (at.area == Area::Cells && at.row >= 0 && at.column >= 0) {
        const QString value = cellText(at.row, at.column, 2000);
        if (m_painter->textWidth(singleLine(value)) > columnWidth(at.column) - 2 * kPadding)
            text = value;
    }
    // A tool tip takes text that looks like markup for markup: server text is always escaped.
    if (text.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), u"<span style=\"white-space:pre-wrap\">%1</span>"_s.arg(text.toHtmlEscaped()),
                           viewport());
    return true;
}

void ResultGrid::contextMenuEvent(QContextMenuEvent *event)
{
    if (!m_columns)
        return;
    const Hit at = hit(viewport()->mapFromGlobal(event->globalPos()));
    if (event->reason() == QContextMenuEvent::Mouse && at.area == Area::Header && at.column >= 0)
        Q_EMIT headerMenuRequested(at.column, event->globalPos());
    else if (event->reason() == QContextMenuEvent::Keyboard && m_currentRow >= 0)
        Q_EMIT cellMenuRequested(viewport()->mapToGlobal(cellRect(m_currentRow, m_currentColumn).bottomLeft()));
    else
        Q_EMIT cellMenuRequested(event->globalPos());
}

void ResultGrid::announce(qint64 oldRow, int oldColumn)
{
    if (oldRow == m_currentRow && oldColumn == m_currentColumn)
        return;
    m_movedRows = oldRow != m_currentRow;
    if (!QAccessible::isActive() || !hasFocus())
        return;
    QAccessibleEvent event(this, QAccessible::Focus);
    event.setChild(0); // the current cell, whichever it is
    QAccessible::updateAccessibility(&event);
}

} // namespace Grebe
