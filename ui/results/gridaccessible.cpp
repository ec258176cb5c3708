// SPDX-License-Identifier: Apache-2.0
#include "gridaccessible.h"

#include "cellformatter.h"
#include "resultgrid.h"

#include <QPointer>

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kKeptCells = 512;
constexpr qsizetype kSpokenChars = 2000;

int clamped(qint64 count)
{
    return int(std::min<qint64>(count, std::numeric_limits<int>::max()));
}

/// One cell; without a place of its own it is the current one.
class GridCell final : public QAccessibleInterface, public QAccessibleTableCellInterface
{
public:
    GridCell(ResultGrid *grid, int row, int column) : m_grid(grid), m_row(row), m_column(column) { }
    explicit GridCell(ResultGrid *grid) : m_grid(grid), m_isCurrent(true) { }

    bool isValid() const override { return m_grid && row() < m_grid->rowCount() && column() < m_grid->columnCount(); }
    QObject *object() const override { return nullptr; }
    QAccessibleInterface *childAt(int, int) const override { return nullptr; }
    QAccessibleInterface *parent() const override { return QAccessible::queryAccessibleInterface(m_grid.data()); }
    QAccessibleInterface *child(int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface *) const override { return -1; }
    QAccessible::Role role() const override { return QAccessible::Cell; }
    void setText(QAccessible::Text, const QString &) override { }

    QString text(QAccessible::Text type) const override
    {
        if (!isValid() || row() < 0 || column() < 0)
            return {};
        const QString value = m_grid->cellText(row(), column(), kSpokenChars);
        if (type == QAccessible::Value)
            return value;
        if (type == QAccessible::Description)
            return m_grid->formatter(int(column())).typeText();
        if (type != QAccessible::Name)
            return {};
        const QString spoken = value.isEmpty() ? ResultGrid::tr("empty") : value;
        return m_isCurrent && !m_grid->movedDown() ? ResultGrid::tr("%1, %2").arg(spoken, m_grid->columnName(int(column())))
                                                   : ResultGrid::tr("%1, row %2").arg(spoken, countText(row() + 1));
    }

    QRect rect() const override
    {
        if (!isValid() || row() < 0)
            return {};
        const QRect rect = m_grid->cellRect(row(), int(column()));
        return { m_grid->viewport()->mapToGlobal(rect.topLeft()), rect.size() };
    }

    QAccessible::State state() const override
    {
        QAccessible::State state;
        state.readOnly = true;
        state.focusable = true;
        state.selectable = true;
        state.selected = isSelected();
        state.focused = m_grid && m_grid->hasFocus() && row() == m_grid->currentRow() && column() == m_grid->currentColumn();
        return state;
    }

    void *interface_cast(QAccessible::InterfaceType type) override
    {
        return type == QAccessible::TableCellInterface ? static_cast<QAccessibleTableCellInterface *>(this) : nullptr;
    }

    bool isSelected() const override
    {
        if (!m_grid)
            return false;
        const ResultGrid::Range range = m_grid->selection();
        return !range.isEmpty() && row() >= range.firstRow && row() <= range.lastRow && column() >= range.firstColumn
            && column() <= range.lastColumn;
    }
    QList<QAccessibleInterface *> columnHeaderCells() const override { return {}; }
    QList<QAccessibleInterface *> rowHeaderCells() const override { return {}; }
    int columnIndex() const override { return int(column()); }
    int rowIndex() const override { return clamped(row()); }
    int columnExtent() const override { return 1; }
    int rowExtent() const override { return 1; }
    QAccessibleInterface *table() const override { return parent(); }

private:
    qint64 row() const { return m_isCurrent && m_grid ? m_grid->currentRow() : m_row; }
    qint64 column() const { return m_isCurrent && m_grid ? m_grid->currentColumn() : m_column; }

    const QPointer<ResultGrid> m_grid;
    const int m_row = -1;
    const int m_column = -1;
    const bool m_isCurrent = false;
};

QAccessibleInterface *makeInterface(const QString &, QObject *object)
{
    if (auto *grid = qobject_cast<ResultGrid *>(object))
        return new GridAccessible(grid);
    return nullptr;
}

} // namespace

void GridAccessible::install()
{
    static const bool installed = (QAccessible::installFactory(makeInterface), true);
    Q_UNUSED(installed)
}

GridAccessible::GridAccessible(ResultGrid *grid) : QAccessibleWidget(grid, QAccessible::Table) { }

GridAccessible::~GridAccessible()
{
    for (const QAccessible::Id id : std::as_const(m_cells))
        QAccessible::deleteAccessibleInterface(id);
    if (m_current)
        QAccessible::deleteAccessibleInterface(m_current);
}

ResultGrid *GridAccessible::grid() const
{
    return static_cast<ResultGrid *>(widget());
}

QString GridAccessible::text(QAccessible::Text type) const
{
    if (type == QAccessible::Description)
        return ResultGrid::tr("%1 rows, %2 columns").arg(countText(grid()->rowCount()), countText(grid()->columnCount()));
    return QAccessibleWidget::text(type);
}

QAccessible::State GridAccessible::state() const
{
    QAccessible::State state = QAccessibleWidget::state();
    state.readOnly = true;
    state.multiSelectable = true;
    return state;
}

int GridAccessible::childCount() const
{
    return grid()->currentRow() >= 0 ? 1 : 0;
}

QAccessibleInterface *GridAccessible::child(int index) const
{
    if (index != 0)
        return nullptr;
    if (!m_current)
        m_current = QAccessible::registerAccessibleInterface(new GridCell(grid()));
    return QAccessible::accessibleInterface(m_current);
}

int GridAccessible::indexOfChild(const QAccessibleInterface *child) const
{
    return m_current && child == QAccessible::accessibleInterface(m_current) ? 0 : -1;
}

QAccessibleInterface *GridAccessible::childAt(int x, int y) const
{
    const QPoint at = grid()->viewport()->mapFromGlobal(QPoint(x, y));
    const qint64 row = grid()->rowAtY(at.y());
    const int column = grid()->columnAtX(at.x());
    return row >= 0 && column >= 0 ? cellAt(clamped(row), column) : nullptr;
}

QAccessibleInterface *GridAccessible::focusChild() const
{
    return grid()->hasFocus() && childCount() > 0 ? child(0) : nullptr;
}

void *GridAccessible::interface_cast(QAccessible::InterfaceType type)
{
    if (type == QAccessible::TableInterface)
        return static_cast<QAccessibleTableInterface *>(this);
    return QAccessibleWidget::interface_cast(type);
}

QAccessibleInterface *GridAccessible::cellAt(int row, int column) const
{
    if (row < 0 || column < 0 || row >= grid()->rowCount() || column >= grid()->columnCount())
        return nullptr;
    const auto found = m_cells.constFind({ row, column });
    if (found != m_cells.constEnd())
        return QAccessible::accessibleInterface(*found);
    if (m_cells.size() >= kKeptCells) {
        for (const QAccessible::Id id : std::as_const(m_cells))
            QAccessible::deleteAccessibleInterface(id);
        m_cells.clear();
    }
    auto *cell = new GridCell(grid(), row, column);
    m_cells.insert({ row, column }, QAccessible::registerAccessibleInterface(cell));
    return cell;
}

int GridAccessible::selectedCellCount() const
{
    return clamped(grid()->selection().cellCount());
}

QList<QAccessibleInterface *> GridAccessible::selectedCells() const
{
    QList<QAccessibleInterface *> cells;
    const ResultGrid::Range range = grid()->selection();
    for (qint64 row = range.firstRow; !range.isEmpty() && row <= range.lastRow && cells.size() < 100; ++row) {
        for (int column = range.firstColumn; column <= range.lastColumn && cells.size() < 100; ++column)
            cells += cellAt(clamped(row), column);
    }
    return cells;
}

QString GridAccessible::columnDescription(int column) const
{
    return column >= 0 && column < columnCount() ? grid()->columnName(column) : QString();
}

QString GridAccessible::rowDescription(int row) const
{
    return countText(qint64(row) + 1);
}

int GridAccessible::selectedColumnCount() const
{
    return int(selectedColumns().size());
}

int GridAccessible::selectedRowCount() const
{
    const ResultGrid::Range range = grid()->selection();
    const bool isWhole = !range.isEmpty() && range.firstColumn == 0 && range.lastColumn == columnCount() - 1;
    return isWhole ? clamped(range.lastRow - range.firstRow + 1) : 0;
}

int GridAccessible::columnCount() const
{
    return grid()->columnCount();
}

int GridAccessible::rowCount() const
{
    return clamped(grid()->rowCount());
}

QList<int> GridAccessible::selectedColumns() const
{
    QList<int> columns;
    for (int column = 0; column < columnCount(); ++column) {
        if (isColumnSelected(column))
            columns += column;
    }
    return columns;
}

QList<int> GridAccessible::selectedRows() const
{
    QList<int> rows;
    const ResultGrid::Range range = grid()->selection();
    for (int i = 0; i < std::min(selectedRowCount(), 1000); ++i)
        rows += clamped(range.firstRow + i);
    return rows;
}

bool GridAccessible::isColumnSelected(int column) const
{
    const ResultGrid::Range range = grid()->selection();
    return !range.isEmpty() && range.firstRow == 0 && range.lastRow == grid()->rowCount() - 1
        && column >= range.firstColumn && column <= range.lastColumn;
}

bool GridAccessible::isRowSelected(int row) const
{
    const ResultGrid::Range range = grid()->selection();
    return selectedRowCount() > 0 && row >= range.firstRow && row <= range.lastRow;
}

bool GridAccessible::selectRow(int row)
{
    grid()->selectRow(row);
    return true;
}

bool GridAccessible::selectColumn(int column)
{
    grid()->selectColumn(column);
    return true;
}

} // namespace Grebe
