// SPDX-License-Identifier: Apache-2.0
#include "comparewindow.h"

#include "cellformatter.h"
#include "resultgrid.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QHBoxLayout>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>
#include <QtConcurrentRun>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

/// Reads one side's rows from front to back, or here and there: the batch of the last row is kept.
class SideReader
{
public:
    explicit SideReader(const CompareWindow::Side &side) : m_store(side.store), m_order(side.order) { }

    const ResultStore::Place &place(qint64 position)
    {
        const qint64 row = m_order ? m_order->rowAt(position) : position;
        if (m_place.batch && row >= m_place.firstRow && row - m_place.firstRow < m_place.batch->num_rows())
            m_place.row = row - m_place.firstRow;
        else
            m_place = m_store->place(row);
        return m_place;
    }

private:
    const std::shared_ptr<ResultStore> m_store;
    const RowOrderPtr m_order;
    ResultStore::Place m_place;
};

bool cellsDiffer(const ColumnFormatter &left, const ResultStore::Place &leftPlace, int leftColumn, const ColumnFormatter &right,
                 const ResultStore::Place &rightPlace, int rightColumn, std::string &leftText, std::string &rightText)
{
    if (!leftPlace.batch || !rightPlace.batch)
        return leftPlace.batch != rightPlace.batch;
    leftText.clear();
    rightText.clear();
    const bool hasLeft = left.appendText(*leftPlace.batch, leftColumn, leftPlace.row, leftText);
    const bool hasRight = right.appendText(*rightPlace.batch, rightColumn, rightPlace.row, rightText);
    return hasLeft != hasRight || leftText != rightText;
}

std::vector<ColumnFormatter> formattersOf(const arrow::Schema &schema)
{
    std::vector<ColumnFormatter> formatters;
    formatters.reserve(size_t(schema.num_fields()));
    for (const auto &field : schema.fields())
        formatters.emplace_back(field);
    return formatters;
}

RowDifferences compareRows(const CompareWindow::Side &left, const CompareWindow::Side &right, const std::vector<int> &partners,
                           const std::shared_ptr<std::atomic_bool> &stop)
{
    const std::vector<ColumnFormatter> leftColumns = formattersOf(*left.store->schema());
    const std::vector<ColumnFormatter> rightColumns = formattersOf(*right.store->schema());
    SideReader leftRows(left);
    SideReader rightRows(right);
    std::string leftText;
    std::string rightText;
    RowDifferences found;
    const qint64 shared = std::min(left.rowCount, right.rowCount);
    const qint64 all = std::max(left.rowCount, right.rowCount);
    const auto add = [&found](qint64 row) {
        ++found.count;
        if (qsizetype(found.rows.size()) < RowDifferences::kMaximumRows)
            found.rows.push_back(row);
    };
    for (qint64 row = 0; row < shared; ++row) {
        if (row % 1024 == 0 && *stop)
            return found;
        const ResultStore::Place &leftPlace = leftRows.place(row);
        const ResultStore::Place &rightPlace = rightRows.place(row);
        for (size_t column = 0; column < partners.size(); ++column) {
            if (partners[column] < 0)
                continue;
            if (cellsDiffer(leftColumns[column], leftPlace, int(column), rightColumns[size_t(partners[column])], rightPlace,
                            partners[column], leftText, rightText)) {
                add(row);
                break;
            }
        }
    }
    found.comparedRows = shared;
    // Rows that only one side has: the first of them is a place to go to, all of them count.
    if (all > shared) {
        add(shared);
        found.count += all - shared - 1;
    }
    return found;
}

} // namespace

CompareWindow::CompareWindow(const Side &left, const Side &right, QWidget *parent) : QDialog(parent), m_sides { left, right }
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    setWindowTitle(tr("Compare: %1 and %2").arg(left.title, right.title));
    resize(1200, 640);
    for (int index = 0; index < 2; ++index) {
        Side &side = m_sides[index];
        if (side.order)
            side.rowCount = side.order->size();
        m_formatters[index] = formattersOf(*side.store->schema());
        for (const auto &field : side.store->schema()->fields())
            m_names[index] += QString::fromStdString(field->name());
    }
    mapColumns();

    auto *top = new Pane(Pane::LineBelow);
    m_status = new Label(tr("Comparing…"));
    m_status->setElided(true);
    m_previous = new Button(Button::Plain, tr("Previous difference"));
    m_previous->setToolTip(tr("Shift+F3"));
    m_next = new Button(Button::Plain, tr("Next difference"));
    m_next->setToolTip(tr("F3"));
    auto *bar = new QHBoxLayout(top);
    bar->setContentsMargins(12, 5, 8, 6);
    bar->addWidget(m_status, 1);
    bar->addWidget(m_previous);
    bar->addWidget(m_next);
    auto *splitter = new QSplitter;
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeSide(0));
    splitter->addWidget(makeSide(1));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(top);
    layout->addWidget(splitter, 1);
    splitter->setSizes({ 600, 600 });

    for (Button *button : { m_previous, m_next })
        button->setEnabled(false);
    connect(m_next, &Button::clicked, this, [this] { goToDifference(false); });
    connect(m_previous, &Button::clicked, this, [this] { goToDifference(true); });
    connect(new QShortcut(Qt::Key_F3, this), &QShortcut::activated, this, [this] { goToDifference(false); });
    connect(new QShortcut(Qt::SHIFT | Qt::Key_F3, this), &QShortcut::activated, this, [this] { goToDifference(true); });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &CompareWindow::showDifferences);
    m_watcher.setFuture(QtConcurrent::run(
        [left = m_sides[0], right = m_sides[1], partners = m_partners[0], stop = m_stop] { return compareRows(left, right, partners, stop); }));
    m_grids[0]->setFocus();
}

CompareWindow::~CompareWindow()
{
    *m_stop = true;
    // The grids outlive the members here.
    for (ResultGrid *grid : m_grids) {
        grid->disconnect(this);
        grid->setMarkedCells({});
    }
}

QWidget *CompareWindow::makeSide(int index)
{
    auto *side = new QWidget;
    auto *title = new Label(singleLine(m_sides[index].title));
    title->setContentsMargins(12, 4, 12, 4);
    auto *grid = m_grids[index] = new ResultGrid;
    grid->setAccessibleName(m_sides[index].title);
    grid->setDisplay(m_sides[index].display);
    grid->setResult(m_sides[index].store, &m_formatters[index], m_names[index]);
    grid->setRowCount(m_sides[index].store->rowCount() < m_sides[index].rowCount || m_sides[index].order
                          ? m_sides[index].store->rowCount()
                          : m_sides[index].rowCount);
    if (m_sides[index].order)
        grid->setOrder(m_sides[index].order, {});
    grid->setMarkedCells([this, index](qint64 row, int source) { return differs(index, row, source); });
    auto *layout = new QVBoxLayout(side);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(title);
    layout->addWidget(grid, 1);
    connect(grid, &ResultGrid::scrolled, this, [this, index] { follow(index); });
    connect(grid, &ResultGrid::selectionChanged, this, [this, index] { follow(index); });
    connect(grid->horizontalScrollBar(), &QScrollBar::valueChanged, this, [this, index](int value) {
        m_grids[1 - index]->horizontalScrollBar()->setValue(value);
    });
    return side;
}

void CompareWindow::mapColumns()
{
    m_partners[0].assign(m_formatters[0].size(), -1);
    m_partners[1].assign(m_formatters[1].size(), -1);
    const auto join = [this](int left, int right) {
        if (right >= 0 && size_t(right) < m_partners[1].size() && m_partners[0][size_t(left)] < 0 && m_partners[1][size_t(right)] < 0) {
            m_partners[0][size_t(left)] = right;
            m_partners[1][size_t(right)] = left;
        }
    };
    for (int left = 0; left < int(m_partners[0].size()); ++left) {
        for (qsizetype right = m_names[1].indexOf(m_names[0][left]); right >= 0; right = m_names[1].indexOf(m_names[0][left], right + 1))
            join(left, int(right));
    }
    for (int left = 0; left < int(m_partners[0].size()); ++left) {
        if (m_partners[0][size_t(left)] < 0 && !m_names[1].contains(m_names[0][left]))
            join(left, left);
    }
}

void CompareWindow::follow(int index)
{
    const ResultGrid *from = m_grids[index];
    ResultGrid *to = m_grids[1 - index];
    if (!to || std::exchange(m_isFollowing, true))
        return;
    const int source = from->currentColumn() >= 0 ? from->sourceColumn(from->currentColumn()) : -1;
    const int partner = source >= 0 ? m_partners[index][size_t(source)] : -1;
    if (from->currentRow() >= 0 && from->currentRow() < to->rowCount())
        to->setCurrentCell(from->currentRow(), partner >= 0 ? to->layout().shown(partner) : to->currentColumn());
    to->scrollToRow(from->firstVisibleRow(), from->rowOffset());
    to->viewport()->update();
    m_isFollowing = false;
}

bool CompareWindow::differs(int index, qint64 row, int source) const
{
    const int partner = m_partners[index][size_t(source)];
    const Side &other = m_sides[1 - index];
    if (partner < 0 || row >= other.rowCount)
        return true;
    std::string mine;
    std::string theirs;
    return cellsDiffer(m_formatters[index][size_t(source)], SideReader(m_sides[index]).place(row), source,
                       m_formatters[1 - index][size_t(partner)], SideReader(other).place(row), partner, mine, theirs);
}

void CompareWindow::showDifferences()
{
    m_differences = m_watcher.result();
    QStringList parts;
    const qint64 shared = m_differences.comparedRows;
    if (m_differences.count == 0)
        parts += tr("All %1 rows are the same").arg(countText(shared));
    else
        parts += tr("%1 of %2 rows differ").arg(countText(m_differences.count), countText(std::max(m_sides[0].rowCount, m_sides[1].rowCount)));
    if (const qint64 more = m_sides[0].rowCount - m_sides[1].rowCount; more != 0)
        parts += more > 0 ? tr("%1 only on the left").arg(countText(more)) : tr("%1 only on the right").arg(countText(-more));
    for (int index = 0; index < 2; ++index) {
        QStringList alone;
        for (int column = 0; column < int(m_partners[index].size()); ++column) {
            if (m_partners[index][size_t(column)] < 0)
                alone += singleLine(m_names[index][column]);
        }
        if (!alone.isEmpty())
            parts += index == 0 ? tr("columns only on the left: %1").arg(alone.join(u", "_s))
                                : tr("columns only on the right: %1").arg(alone.join(u", "_s));
    }
    m_status->setText(parts.join(u" · "_s));
    for (Button *button : { m_previous, m_next })
        button->setEnabled(!m_differences.rows.empty());
}

QString CompareWindow::statusText() const
{
    return m_status->text();
}

void CompareWindow::goToDifference(bool isBackward)
{
    const std::vector<qint64> &rows = m_differences.rows;
    if (rows.empty())
        return;
    ResultGrid *grid = m_sides[0].rowCount >= m_sides[1].rowCount ? m_grids[0] : m_grids[1];
    const qint64 current = grid->currentRow();
    auto found = isBackward ? std::lower_bound(rows.begin(), rows.end(), current) : std::upper_bound(rows.begin(), rows.end(), current);
    if (isBackward)
        found = found == rows.begin() ? rows.end() - 1 : found - 1;
    else if (found == rows.end())
        found = rows.begin();
    const int index = grid == m_grids[0] ? 0 : 1;
    int column = std::max(0, grid->currentColumn());
    for (int shown = 0; shown < grid->columnCount(); ++shown) {
        if (differs(index, *found, grid->sourceColumn(shown))) {
            column = shown;
            break;
        }
    }
    grid->setCurrentCell(*found, column);
}

} // namespace Grebe
