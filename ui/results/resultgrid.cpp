// SPDX-License-Identifier: Apache-2.0
#include "resultgrid.h"

#include "cellformatter.h"
#include "widgets/theme.h"

#include <arrow/record_batch.h>

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
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
constexpr qsizetype kCellChars = 512; // more never fits a cell
constexpr qint64 kClipboardLimit = 50'000'000;
constexpr qint64 kSampleRows = 200;

} // namespace

ResultGrid::ResultGrid(QWidget *parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    horizontalScrollBar()->setSingleStep(24);
    setAccessibleName(tr("Result rows"));
}

void ResultGrid::setResult(std::shared_ptr<ResultStore> store, const std::vector<ColumnFormatter> *columns,
                           const QStringList &names)
{
    m_store = std::move(store);
    m_columns = columns;
    m_names = names;
    m_widths.assign(m_columns ? m_columns->size() : 0, kMinimumWidth);
    m_rowCount = 0;
    m_firstRow = 0;
    m_currentRow = m_anchorRow = -1;
    m_currentColumn = m_anchorColumn = -1;
    m_isSized = false;
    autoSizeColumns();
    updateScrollBars();
    viewport()->update();
}

void ResultGrid::setRowCount(qint64 rowCount)
{
    if (rowCount == m_rowCount)
        return;
    const qint64 shownEnd = m_firstRow + visibleRows() + 1;
    const bool visible = m_rowCount < shownEnd;
    const int oldRowHeader = rowHeaderWidth();
    m_rowCount = rowCount;
    if (!m_isSized && rowCount > 0) {
        autoSizeColumns();
        m_isSized = true;
    }
    updateScrollBars();
    if (visible || oldRowHeader != rowHeaderWidth())
        viewport()->update();
    if (m_currentRow < 0 && rowCount > 0 && columnCount() > 0)
        setCurrentCell(0, 0);
}

int ResultGrid::rowHeight() const
{
    return std::max(22, fontMetrics().height() + 5);
}

int ResultGrid::headerHeight() const
{
    return std::max(38, 2 * fontMetrics().height() + 4);
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

int ResultGrid::contentWidth() const
{
    qint64 width = 0;
    for (const int columnWidth : m_widths)
        width += columnWidth;
    return int(std::min<qint64>(width, std::numeric_limits<int>::max() / 2));
}

int ResultGrid::columnLeft(int column) const
{
    int left = rowHeaderWidth() - horizontalScrollBar()->value();
    for (int i = 0; i < column; ++i)
        left += m_widths[size_t(i)];
    return left;
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
    horizontalScrollBar()->setRange(0, std::max(0, contentWidth() - room));
    horizontalScrollBar()->setPageStep(std::max(1, room));
}

void ResultGrid::scrollContentsBy(int dx, int dy)
{
    if (dy)
        m_firstRow = std::min(qint64(verticalScrollBar()->value()) * m_rowsPerStep,
                              std::max<qint64>(0, m_rowCount - visibleRows()));
    Q_UNUSED(dx)
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
    if (column < 0 || column >= columnCount())
        return;
    const int left = columnLeft(column);
    const int right = left + m_widths[size_t(column)];
    if (left < rowHeaderWidth())
        horizontalScrollBar()->setValue(horizontalScrollBar()->value() - (rowHeaderWidth() - left));
    else if (right > viewport()->width())
        horizontalScrollBar()->setValue(horizontalScrollBar()->value()
                                        + std::min(right - viewport()->width(), left - rowHeaderWidth()));
}

void ResultGrid::setCurrentCell(qint64 row, int column, bool extendSelection)
{
    if (m_rowCount == 0 || columnCount() == 0)
        return;
    row = std::clamp<qint64>(row, 0, m_rowCount - 1);
    column = std::clamp(column, 0, columnCount() - 1);
    m_currentRow = row;
    m_currentColumn = column;
    if (!extendSelection) {
        m_anchorRow = row;
        m_anchorColumn = column;
        m_wholeRows = m_wholeColumns = false;
    }
    ensureVisible(row, column);
    viewport()->update();
    Q_EMIT selectionChanged();
}

void ResultGrid::selectAll()
{
    if (m_rowCount == 0)
        return;
    m_anchorRow = 0;
    m_anchorColumn = 0;
    m_currentRow = std::max<qint64>(0, m_currentRow);
    m_wholeRows = m_wholeColumns = true;
    viewport()->update();
    Q_EMIT selectionChanged();
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

QRect ResultGrid::cellRect(qint64 row, int column) const
{
    const qint64 offset = row - m_firstRow;
    return { columnLeft(column), int(headerHeight() + offset * rowHeight()), m_widths[size_t(column)], rowHeight() };
}

QString ResultGrid::cellText(const ResultStore::Place &place, int column, bool *isNull, qsizetype maxChars) const
{
    const ColumnFormatter &formatter = (*m_columns)[size_t(column)];
    *isNull = formatter.isNull(*place.batch, column, place.row);
    return *isNull ? u"NULL"_s : formatter.text(*place.batch, column, place.row, maxChars);
}

int ResultGrid::wantedWidth(int column) const
{
    QFont typeFont = font();
    typeFont.setPixelSize(std::max(11, fontInfo().pixelSize() - 2));
    int width = std::max(fontMetrics().horizontalAdvance(singleLine(m_names.value(column))),
                         std::min(QFontMetrics(typeFont).horizontalAdvance((*m_columns)[size_t(column)].typeText()), 220));
    const qint64 sample = std::min(m_rowCount, kSampleRows);
    for (qint64 row = 0; row < sample; ++row) {
        const ResultStore::Place place = m_store->place(row);
        if (!place.batch)
            break;
        bool isNull = false;
        width = std::max(width, fontMetrics().horizontalAdvance(singleLine(cellText(place, column, &isNull, 120))));
        if (width > kMaximumAutoWidth)
            break;
    }
    return std::clamp(width + 2 * kPadding + 2, kMinimumWidth, kMaximumAutoWidth);
}

void ResultGrid::autoSizeColumns()
{
    // Thousands of columns are measured when somebody asks for one of them.
    const int count = std::min(columnCount(), 300);
    for (int column = 0; column < count; ++column)
        m_widths[size_t(column)] = wantedWidth(column);
    for (int column = count; column < columnCount(); ++column)
        m_widths[size_t(column)] = 120;
}

void ResultGrid::autoSizeColumn(int column)
{
    setColumnWidth(column, wantedWidth(column));
}

void ResultGrid::setColumnWidth(int column, int width)
{
    m_widths[size_t(column)] = std::max(kMinimumWidth / 2, width);
    updateScrollBars();
    viewport()->update();
}

void ResultGrid::paintEvent(QPaintEvent *event)
{
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().color(QPalette::Base));
    if (!m_columns)
        return;
    paintRows(painter, event->rect());
    paintHeader(painter);
}

void ResultGrid::paintHeader(QPainter &painter) const
{
    const int height = headerHeight();
    const int width = viewport()->width();
    const int left = rowHeaderWidth();
    const Range selected = selection();
    QFont typeFont = font();
    typeFont.setPixelSize(std::max(11, fontInfo().pixelSize() - 2));
    const QFontMetrics typeMetrics(typeFont);
    const QColor line = Theme::color(palette(), Theme::Line);

    painter.setClipRect(left, 0, width - left, height);
    painter.fillRect(left, 0, width - left, height, palette().color(QPalette::Window));
    int x = left - horizontalScrollBar()->value();
    const int gap = std::max(0, (height - fontMetrics().height() - typeMetrics.height()) / 2);
    for (int column = 0; column < columnCount() && x < width; x += m_widths[size_t(column)], ++column) {
        const int columnWidth = m_widths[size_t(column)];
        if (x + columnWidth <= left)
            continue;
        const ColumnFormatter &formatter = (*m_columns)[size_t(column)];
        if (!selected.isEmpty() && m_wholeColumns && column >= selected.firstColumn && column <= selected.lastColumn)
            painter.fillRect(x, 0, columnWidth, height, Theme::color(palette(), Theme::Selection));
        const Qt::Alignment side =
            formatter.alignment() == ColumnFormatter::Alignment::Right ? Qt::AlignRight : Qt::AlignLeft;
        const int textWidth = columnWidth - 2 * kPadding;
        painter.setFont(font());
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QRect(x + kPadding, gap, textWidth, fontMetrics().height()), int(side | Qt::AlignVCenter),
                         fontMetrics().elidedText(singleLine(m_names.value(column)), Qt::ElideRight, textWidth));
        painter.setFont(typeFont);
        painter.setPen(Theme::color(palette(), Theme::Subdued));
        painter.drawText(QRect(x + kPadding, gap + fontMetrics().height(), textWidth, typeMetrics.height()),
                         int(side | Qt::AlignVCenter),
                         typeMetrics.elidedText(formatter.typeText(), Qt::ElideRight, textWidth));
        painter.fillRect(x + columnWidth - 1, 0, 1, height, line);
    }
    painter.setClipping(false);
    painter.setFont(font());
    painter.fillRect(0, 0, left, height, palette().color(QPalette::Window));
    painter.fillRect(left - 1, 0, 1, height, line);
    painter.fillRect(0, height - 1, width, 1, line);
}

void ResultGrid::paintRows(QPainter &painter, const QRect &clip) const
{
    const int top = headerHeight();
    const int height = rowHeight();
    const int left = rowHeaderWidth();
    const int width = viewport()->width();
    const int contentRight = std::min(width, left + contentWidth() - horizontalScrollBar()->value());
    const qint64 firstShown = m_firstRow + std::max(0, (clip.top() - top) / height);
    const qint64 lastShown = std::min(m_rowCount - 1, m_firstRow + (clip.bottom() - top) / height);
    const Range selected = selection();
    const QColor line = Theme::color(palette(), Theme::Line);
    const QColor text = palette().color(QPalette::Text);
    const QColor nullColor = Theme::color(palette(), Theme::Null);
    const QColor selection = Theme::color(palette(), Theme::Selection);
    const QColor alternate = palette().color(QPalette::AlternateBase);
    QFont nullFont = font();
    nullFont.setItalic(true);

    int firstColumn = 0;
    int firstX = left - horizontalScrollBar()->value();
    while (firstColumn < columnCount() && firstX + m_widths[size_t(firstColumn)] <= left)
        firstX += m_widths[size_t(firstColumn++)];

    painter.setFont(font());
    ResultStore::Place place;
    for (qint64 row = firstShown; row <= lastShown; ++row) {
        if (place.batch && row - place.firstRow < place.batch->num_rows())
            place.row = row - place.firstRow;
        else
            place = m_store->place(row);
        if (!place.batch)
            break;
        const int y = top + int(row - m_firstRow) * height;
        painter.setClipRect(left, top, width - left, viewport()->height() - top);
        if (row % 2)
            painter.fillRect(left, y, contentRight - left, height, alternate);
        const bool rowSelected = !selected.isEmpty() && row >= selected.firstRow && row <= selected.lastRow;
        int x = firstX;
        for (int column = firstColumn; column < columnCount() && x < width; x += m_widths[size_t(column)], ++column) {
            const int columnWidth = m_widths[size_t(column)];
            if (rowSelected && column >= selected.firstColumn && column <= selected.lastColumn)
                painter.fillRect(x, y, columnWidth - 1, height, selection);
            bool isNull = false;
            const QString value = singleLine(cellText(place, column, &isNull, std::min<qsizetype>(kCellChars, columnWidth)));
            const int textWidth = columnWidth - 2 * kPadding;
            painter.setPen(isNull ? nullColor : text);
            if (isNull)
                painter.setFont(nullFont);
            const bool right = (*m_columns)[size_t(column)].alignment() == ColumnFormatter::Alignment::Right;
            const bool fits = fontMetrics().horizontalAdvance(value) <= textWidth;
            painter.drawText(QRect(x + kPadding, y, textWidth, height),
                             int((right ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter | Qt::TextSingleLine),
                             fits ? value : fontMetrics().elidedText(value, Qt::ElideRight, textWidth));
            if (isNull)
                painter.setFont(font());
            painter.fillRect(x + columnWidth - 1, y, 1, height, line);
        }
        painter.setClipping(false);
        const bool whole = rowSelected && m_wholeRows;
        painter.fillRect(0, y, left, height, whole ? selection : palette().color(QPalette::Window));
        painter.setPen(Theme::color(palette(), Theme::Subdued));
        painter.drawText(QRect(0, y, left - kPadding, height), int(Qt::AlignRight | Qt::AlignVCenter), countText(row + 1));
        painter.fillRect(left - 1, y, 1, height, line);
    }
    if (m_currentRow >= firstShown && m_currentRow <= lastShown && m_currentColumn >= 0) {
        painter.setClipRect(left, top, width - left, viewport()->height() - top);
        const QRect rect = cellRect(m_currentRow, m_currentColumn).adjusted(0, 0, -1, 0);
        painter.setPen(QPen(Theme::color(palette(), hasFocus() ? Theme::Accent : Theme::Line), 2));
        painter.drawRect(rect.adjusted(1, 1, -1, -1));
        painter.setClipping(false);
    }
}

ResultGrid::Hit ResultGrid::hit(QPoint position) const
{
    Hit result;
    const bool inHeader = position.y() < headerHeight();
    const bool inRowHeader = position.x() < rowHeaderWidth();
    int x = columnLeft(0);
    for (int column = 0; !inRowHeader && column < columnCount(); ++column) {
        const int right = x + m_widths[size_t(column)];
        if (inHeader && std::abs(position.x() - right) <= kResizeHandle)
            result.resizeColumn = column;
        if (position.x() >= x && position.x() < right)
            result.column = column;
        x = right;
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
        m_resizeOffset = columnLeft(m_resizing) + m_widths[size_t(m_resizing)] - int(event->position().x());
        return;
    }
    m_selecting = true;
    m_selectingArea = at.area;
    switch (at.area) {
    case Area::Corner:
        selectAll();
        break;
    case Area::Header:
        if (at.column < 0 || m_rowCount == 0)
            break;
        if (!extend)
            m_anchorColumn = at.column;
        m_currentColumn = at.column;
        m_anchorRow = m_currentRow = std::max<qint64>(0, m_firstRow);
        m_wholeColumns = true;
        m_wholeRows = false;
        viewport()->update();
        Q_EMIT selectionChanged();
        break;
    case Area::RowHeader:
        if (at.row < 0 || columnCount() == 0)
            break;
        if (!extend)
            m_anchorRow = at.row;
        m_currentRow = at.row;
        m_anchorColumn = m_currentColumn = 0;
        m_wholeRows = true;
        m_wholeColumns = false;
        viewport()->update();
        Q_EMIT selectionChanged();
        break;
    case Area::Cells:
        if (at.row >= 0 && at.column >= 0)
            setCurrentCell(at.row, at.column, extend);
        break;
    case Area::Nothing:
        break;
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
    if (!m_selecting || !(event->buttons() & Qt::LeftButton) || m_rowCount == 0)
        return;
    // Dragging past an edge scrolls; rows and columns are clamped to what is there.
    qint64 row = m_firstRow + (position.y() - headerHeight()) / rowHeight();
    if (position.y() < headerHeight())
        row = m_firstRow - 1;
    int column = at.column >= 0 ? at.column : (position.x() < rowHeaderWidth() ? 0 : columnCount() - 1);
    if (m_selectingArea == Area::Cells)
        setCurrentCell(row, column, true);
    else if (m_selectingArea == Area::RowHeader) {
        m_currentRow = std::clamp<qint64>(row, 0, m_rowCount - 1);
        ensureVisible(m_currentRow, -1);
        viewport()->update();
        Q_EMIT selectionChanged();
    } else if (m_selectingArea == Area::Header) {
        m_currentColumn = column;
        viewport()->update();
        Q_EMIT selectionChanged();
    }
}

void ResultGrid::mouseReleaseEvent(QMouseEvent *)
{
    m_resizing = -1;
    m_selecting = false;
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
    if (control && event->key() == Qt::Key_C)
        return copySelection(shift);
    if (control && (event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal))
        return changeFontSize(1);
    if (control && event->key() == Qt::Key_Minus)
        return changeFontSize(-1);
    if (control && event->key() == Qt::Key_0)
        return changeFontSize(0);
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
        updateScrollBars();
    }
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        viewport()->update();
}

void ResultGrid::resizeEvent(QResizeEvent *)
{
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
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    auto *help = static_cast<QHelpEvent *>(event);
    const Hit at = hit(help->pos());
    QString text;
    if (at.area == Area::Header && at.column >= 0) {
        text = singleLine(m_names.value(at.column)) + u'\n' + (*m_columns)[size_t(at.column)].typeText();
    } else if (at.area == Area::Cells && at.row >= 0 && at.column >= 0) {
        const ResultStore::Place place = m_store->place(at.row);
        bool isNull = false;
        const QString value = place.batch ? cellText(place, at.column, &isNull, 2000) : QString();
        if (!isNull && fontMetrics().horizontalAdvance(singleLine(value)) > m_widths[size_t(at.column)] - 2 * kPadding)
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
    QMenu menu(this);
    const bool any = !selection().isEmpty();
    menu.addAction(tr("Copy"), QKeySequence(Qt::CTRL | Qt::Key_C), this, [this] { copySelection(false); })->setEnabled(any);
    menu.addAction(tr("Copy with header"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), this,
                   [this] { copySelection(true); })
        ->setEnabled(any);
    menu.addSeparator();
    menu.addAction(tr("Select all"), QKeySequence(QKeySequence::SelectAll), this, &ResultGrid::selectAll)->setEnabled(any);
    menu.addAction(tr("Fit all columns"), this, [this] {
        autoSizeColumns();
        updateScrollBars();
        viewport()->update();
    });
    menu.exec(event->globalPos());
}

QByteArray ResultGrid::selectedText(bool withHeader, qint64 maxBytes, bool *tooLarge) const
{
    *tooLarge = false;
    const Range range = selection();
    if (range.isEmpty())
        return {};
    std::string out;
    if (withHeader) {
        for (int column = range.firstColumn; column <= range.lastColumn; ++column) {
            if (column > range.firstColumn)
                out += '\t';
            out += m_names.value(column).toStdString();
        }
        out += '\n';
    }
    ResultStore::Place place;
    for (qint64 row = range.firstRow; row <= range.lastRow; ++row) {
        place = m_store->place(row);
        if (!place.batch)
            break;
        for (int column = range.firstColumn; column <= range.lastColumn; ++column) {
            if (column > range.firstColumn)
                out += '\t';
            const size_t begin = out.size();
            (*m_columns)[size_t(column)].appendText(*place.batch, column, place.row, out);
            // A cell is one cell when it is pasted: its own tabs and line breaks become blanks. A single cell stays whole.
            if (range.cellCount() > 1)
                std::replace_if(out.begin() + ptrdiff_t(begin), out.end(),
                                [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
        }
        if (range.cellCount() > 1)
            out += '\n';
        if (qint64(out.size()) > maxBytes) {
            *tooLarge = true;
            return {};
        }
    }
    return QByteArray::fromStdString(out);
}

void ResultGrid::copySelection(bool withHeader)
{
    bool tooLarge = false;
    const QByteArray text = selectedText(withHeader, kClipboardLimit, &tooLarge);
    if (tooLarge)
        Q_EMIT copyRefused(tr("The selection is larger than %1: too much for the clipboard. Select less, or write it to a "
                              "file with “grebe query --output”.")
                               .arg(sizeText(kClipboardLimit)));
    else if (!text.isEmpty())
        QApplication::clipboard()->setText(QString::fromUtf8(text));
}

} // namespace Grebe
