// SPDX-License-Identifier: Apache-2.0
#include "resultgrid.h"

#include "cellformatter.h"
#include "gridaccessible.h"
#include "gridinput.h"
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
#include <cmath>
#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kPadding = 8;
constexpr int kMinimumWidth = 48;
constexpr int kMaximumAutoWidth = 360;
constexpr int kResizeHandle = 5;
constexpr qint64 kSampleRows = 200;

} // namespace

ResultGrid::ResultGrid(QWidget *parent)
    : QAbstractScrollArea(parent), m_painter(std::make_unique<GridPainter>(*this)), m_input(std::make_unique<GridInput>(*this))
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
    m_rowOffset = 0;
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
    const qint64 shownEnd = m_firstRow + visibleRows() + 2;
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
    m_rowOffset = 0;
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

void ResultGrid::setMarkedCells(CellMarks marks)
{
    m_marks = std::move(marks);
    viewport()->update();
}

void ResultGrid::setDisplay(const CellDisplay &display)
{
    if (m_display == display)
        return;
    m_display = display;
    viewport()->update();
    Q_EMIT displayChanged();
}

QString ResultGrid::typeText(int source) const
{
    return m_display.typeText((*m_columns)[size_t(source)], source);
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
    // Asked for many times a frame.
    if (m_rowHeader.rowCount != m_rowCount) {
        const QString widest = countText(std::max<qint64>(m_rowCount, 999));
        m_rowHeader = { m_rowCount, std::max(40, fontMetrics().horizontalAdvance(widest) + 2 * kPadding) };
    }
    return m_rowHeader.width;
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
    if (m_firstRow >= last) {
        m_firstRow = last;
        m_rowOffset = 0;
    }
    m_rowOffset = std::min(m_rowOffset, rowHeight() - 1);
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

void ResultGrid::scrollContentsBy(int dx, int dy)
{
    if (dx)
        viewport()->update();
    if (dy) {
        const qint64 oldFirstRow = m_firstRow;
        const int oldOffset = m_rowOffset;
        m_firstRow = std::min(qint64(verticalScrollBar()->value()) * m_rowsPerStep,
                              std::max<qint64>(0, m_rowCount - visibleRows()));
        m_rowOffset = 0;
        moveRows(oldFirstRow, oldOffset);
        Q_EMIT scrolled();
    }
}

// What is painted moves with its rows; only what comes into sight is painted. A scale of 1.25 has rows that begin between
// two pixels of the screen: they are painted anew.
void ResultGrid::moveRows(qint64 oldFirstRow, int oldOffset)
{
    const QRect area(0, headerHeight(), viewport()->width(), viewport()->height() - headerHeight());
    const qint64 pixels = (oldFirstRow - m_firstRow) * rowHeight() + oldOffset - m_rowOffset;
    if (pixels == 0)
        return;
    const QRect inWindow = area.translated(viewport()->mapTo(window(), QPoint()));
    const qreal scale = devicePixelRatioF();
    const auto isWhole = [scale](qint64 length) { return std::floor(qreal(length) * scale) == qreal(length) * scale; };
    const bool canMove = std::abs(pixels) < area.height() && isWhole(pixels) && isWhole(inWindow.left()) && isWhole(inWindow.top())
        && isWhole(inWindow.left() + inWindow.width()) && isWhole(inWindow.top() + inWindow.height());
    if (canMove)
        viewport()->scroll(0, int(pixels), area);
    else
        viewport()->update(area);
}

void ResultGrid::scrollToRow(qint64 row, int offset)
{
    const qint64 oldFirstRow = m_firstRow;
    const int oldOffset = m_rowOffset;
    const qint64 last = std::max<qint64>(0, m_rowCount - visibleRows());
    m_firstRow = std::clamp<qint64>(row, 0, last);
    m_rowOffset = row < 0 || m_firstRow >= last ? 0 : std::clamp(offset, 0, rowHeight() - 1);
    {
        const QSignalBlocker blocker(verticalScrollBar());
        verticalScrollBar()->setValue(int(m_firstRow / m_rowsPerStep));
    }
    moveRows(oldFirstRow, oldOffset);
    Q_EMIT scrolled();
}

void ResultGrid::scrollByPixels(qint64 pixels)
{
    const qint64 height = rowHeight();
    const qint64 wanted = m_rowOffset + pixels;
    const qint64 rows = wanted >= 0 ? wanted / height : -((height - 1 - wanted) / height);
    scrollToRow(m_firstRow + rows, int(wanted - rows * height));
}

int ResultGrid::rowTop(qint64 row) const
{
    return int(headerHeight() - m_rowOffset + (row - m_firstRow) * rowHeight());
}

void ResultGrid::ensureVisible(qint64 row, int column)
{
    if (row < m_firstRow || (row == m_firstRow && m_rowOffset > 0))
        scrollToRow(row);
    else if (row >= m_firstRow + visibleRows() && rowTop(row) + rowHeight() > viewport()->height())
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
    // Names have a colour of their own while their column is selected.
    const bool showsColumns = std::exchange(m_showsColumns, m_wholeColumns);
    if (m_wholeColumns || showsColumns)
        viewport()->update();
    const Range old = std::exchange(m_shownSelection, selection());
    for (const Range &range : { old, m_shownSelection }) {
        const qint64 first = std::max(range.firstRow, m_firstRow);
        const qint64 last = std::min(range.lastRow, m_firstRow + visibleRows() + 1);
        if (!range.isEmpty() && first <= last)
            viewport()->update(0, rowTop(first) - 1, viewport()->width(), int(last - first + 1) * rowHeight() + 2);
    }
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
    return { columnLeft(column), rowTop(row), columnWidth(column), rowHeight() };
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
        return m_display.text(formatter(column), *place.batch, source, place.row, maxChars);
    if (isNull)
        *isNull = true;
    return u"NULL"_s;
}

int ResultGrid::wantedWidth(int source) const
{
    const ColumnFormatter &formatter = (*m_columns)[size_t(source)];
    qreal width = m_painter->textWidth(singleLine(m_names.value(source)));
    width = std::max(width, std::min(QFontMetricsF(Theme::smallFont(font())).horizontalAdvance(typeText(source)), 220.0));
    const qint64 sample = std::min(m_rowCount, kSampleRows);
    for (qint64 row = 0; row < sample && width <= kMaximumAutoWidth; ++row) {
        const ResultStore::Place place = m_store->place(sourceRow(row));
        if (!place.batch)
            break;
        const bool isNull = formatter.isNull(*place.batch, source, place.row);
        width = std::max(width, m_painter->textWidth(
                                    isNull ? u"NULL"_s : singleLine(m_display.text(formatter, *place.batch, source, place.row, 120))));
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
    // A strip at each end, or two rows, are not all that lies between them.
    if (event->region().rectCount() > 4)
        m_painter->paint(painter, event->rect());
    else
        for (const QRect &rect : event->region())
            m_painter->paint(painter, rect);
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
        const qint64 row = m_firstRow + (position.y() - headerHeight() + m_rowOffset) / rowHeight();
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
    m_input->mousePress(event);
}

void ResultGrid::mouseMoveEvent(QMouseEvent *event)
{
    m_input->mouseMove(event);
}

void ResultGrid::mouseReleaseEvent(QMouseEvent *event)
{
    m_input->mouseRelease(event);
}

void ResultGrid::mouseDoubleClickEvent(QMouseEvent *event)
{
    m_input->doubleClick(event);
}

void ResultGrid::keyPressEvent(QKeyEvent *event)
{
    if (m_input->keyPress(event))
        event->accept();
    else
        QAbstractScrollArea::keyPressEvent(event);
}

void ResultGrid::wheelEvent(QWheelEvent *event)
{
    if (m_input->wheel(event))
        event->accept();
    else
        QAbstractScrollArea::wheelEvent(event);
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
    m_rowHeader = {};
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
        text = singleLine(columnName(at.column)) + u'\n' + typeText(sourceColumn(at.column));
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
