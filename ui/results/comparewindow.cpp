// SPDX-License-Identifier: Apache-2.0
#include "comparewindow.h"

#include "cellformatter.h"
#include "extension/cellrange.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <arrow/type.h>

#include <QCheckBox>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QMenu>
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

constexpr qint64 kCopiedBytes = 50 << 20;
constexpr qint64 kCopiedRows = 100'000; // they are copied while a person waits
constexpr qsizetype kShownKeys = 3;

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
    m_key = new Button(Button::Chip);
    m_key->setCaption(tr("Rows by"));
    m_key->setToolTip(tr("The columns by which rows of both sides belong together"));
    m_keyMenu = new QMenu(this);
    m_key->setMenu(m_keyMenu);
    m_onlyDifferences = new QCheckBox(tr("Differences only"));
    m_status = new Label;
    m_status->setElided(true);
    m_stop = new Button(Button::Plain, u"stop"_s, tr("Stop"));
    m_previous = new Button(Button::Plain, tr("Previous"));
    m_previous->setToolTip(tr("The difference before (Shift+F3)"));
    m_next = new Button(Button::Plain, tr("Next"));
    m_next->setToolTip(tr("The next difference (F3)"));
    auto *bar = new QHBoxLayout(top);
    bar->setContentsMargins(12, 5, 8, 6);
    bar->setSpacing(8);
    bar->addWidget(m_key);
    bar->addWidget(m_status, 1);
    bar->addWidget(m_stop);
    bar->addWidget(m_onlyDifferences);
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
    arrangeColumns();

    connect(m_stop, &Button::clicked, this, &CompareWindow::stop);
    connect(m_next, &Button::clicked, this, [this] { goToDifference(false); });
    connect(m_previous, &Button::clicked, this, [this] { goToDifference(true); });
    connect(m_onlyDifferences, &QCheckBox::toggled, this, &CompareWindow::showRows);
    connect(m_keyMenu, &QMenu::aboutToShow, this, &CompareWindow::fillKeyMenu);
    connect(new QShortcut(Qt::Key_F3, this), &QShortcut::activated, this, [this] { goToDifference(false); });
    connect(new QShortcut(Qt::SHIFT | Qt::Key_F3, this), &QShortcut::activated, this, [this] { goToDifference(true); });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &CompareWindow::showMatch);
    connect(&m_watcher, &QFutureWatcherBase::progressValueChanged, this, [this](int value) {
        if (isMatching())
            showStatus(tr("Comparing, %1 %").arg(value / 10));
    });
    setKeys({});
    m_grids[0]->setFocus();
}

CompareWindow::~CompareWindow()
{
    m_watcher.disconnect(this);
    m_watcher.cancel();
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
    title->setElided(true);
    auto *grid = m_grids[index] = new ResultGrid;
    grid->setAccessibleName(m_sides[index].title);
    grid->setDisplay(m_sides[index].display);
    grid->setResult(m_sides[index].store, &m_formatters[index], m_names[index]);
    grid->setRowCount(m_sides[index].rowCount);
    if (m_sides[index].order)
        grid->setOrder(m_sides[index].order, {});
    auto *layout = new QVBoxLayout(side);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(title);
    layout->addWidget(grid, 1);
    connect(grid, &ResultGrid::scrolled, this, [this, index] { follow(index); });
    connect(grid, &ResultGrid::selectionChanged, this, [this, index] { follow(index); });
    connect(grid, &ResultGrid::layoutChanged, this, [this, index] { followWidths(index); });
    connect(grid, &ResultGrid::copyRequested, this, [this, index](bool withHeader) { copy(index, withHeader); });
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

// Columns that belong together stand under each other's place, those of the left side first.
void CompareWindow::arrangeColumns()
{
    GridColumns right = m_grids[1]->layout();
    int place = 0;
    for (const int partner : m_partners[0]) {
        if (partner >= 0)
            right.move(right.shown(partner), place++);
    }
    m_grids[1]->setLayout(right);
    m_isFollowing = true;
    for (size_t column = 0; column < m_partners[0].size(); ++column) {
        const int partner = m_partners[0][column];
        if (partner < 0)
            continue;
        const int shown[2] { m_grids[0]->layout().shown(int(column)), m_grids[1]->layout().shown(partner) };
        const int width = std::max(m_grids[0]->columnWidth(shown[0]), m_grids[1]->columnWidth(shown[1]));
        for (int index = 0; index < 2; ++index)
            m_grids[index]->setColumnWidth(shown[index], width);
    }
    m_isFollowing = false;
}

void CompareWindow::followWidths(int index)
{
    if (std::exchange(m_isFollowing, true))
        return;
    for (size_t column = 0; column < m_partners[size_t(index)].size(); ++column) {
        const int partner = m_partners[index][column];
        const int from = m_grids[index]->layout().shown(int(column));
        const int to = partner < 0 ? -1 : m_grids[1 - index]->layout().shown(partner);
        if (from >= 0 && to >= 0 && m_grids[index]->columnWidth(from) != m_grids[1 - index]->columnWidth(to))
            m_grids[1 - index]->setColumnWidth(to, m_grids[index]->columnWidth(from));
    }
    m_isFollowing = false;
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

void CompareWindow::copy(int index, bool withHeader)
{
    CellRange cells = m_grids[index]->selectedCells();
    if (cells.rowCount > kCopiedRows)
        return showStatus(tr("Nothing was copied: more than %1 rows are for an export").arg(countText(kCopiedRows)));
    if (m_grids[index]->order()) { // what the other side has alone is no row here
        std::vector<quint64> rows;
        for (qint64 at = 0; at < cells.rowCount; ++at) {
            if (const qint64 row = m_grids[index]->sourceRow(cells.firstPosition + at); row >= 0)
                rows.push_back(quint64(row));
        }
        cells.firstPosition = 0;
        cells.rowCount = qint64(rows.size());
        cells.rowAt = [order = RowOrder::rows(std::move(rows))](qint64 position) { return order->rowAt(position); };
    }
    CopyOptions options;
    options.hasHeader = withHeader;
    options.maxBytes = kCopiedBytes;
    if (const Result<QByteArray> text = copyCells(cells, CopyFormat::Tsv, options))
        QGuiApplication::clipboard()->setText(QString::fromUtf8(*text));
}

ResultGrid::CellMark CompareWindow::mark(int index, qint64 row, int source) const
{
    const int partner = m_partners[index][size_t(source)];
    const ResultGrid *other = m_grids[1 - index];
    const qint64 otherRow = row < other->rowCount() ? other->sourceRow(row) : -1;
    if (partner < 0 || otherRow < 0)
        return ResultGrid::CellMark::Alone;
    std::string mine;
    std::string theirs;
    const bool differs = cellsDiffer(m_formatters[index][size_t(source)], SideReader(m_sides[index]).placeOfRow(m_grids[index]->sourceRow(row)), source,
                                     m_formatters[1 - index][size_t(partner)], SideReader(m_sides[1 - index]).placeOfRow(otherRow), partner, mine, theirs);
    return differs ? ResultGrid::CellMark::Differs : ResultGrid::CellMark::None;
}

void CompareWindow::setKeys(const std::optional<QList<int>> &keys)
{
    m_watcher.cancel();
    m_isMatched = false;
    m_match = {};
    showRows();
    m_key->setText(keys ? tr("…") : tr("looking for a key"));
    showStatus(tr("Comparing…"));
    m_watcher.setFuture(QtConcurrent::run(
        [left = m_sides[0], right = m_sides[1], partners = m_partners[0], keys](QPromise<RowMatch> &promise) { matchRows(promise, left, right, partners, keys); }));
    m_stop->show();
}

void CompareWindow::stop()
{
    if (!isMatching())
        return;
    m_watcher.cancel();
}

void CompareWindow::showMatch()
{
    m_stop->hide();
    if (m_watcher.isCanceled() || m_watcher.future().resultCount() == 0) {
        m_key->setText(tr("nothing"));
        showStatus(tr("Stopped: the rows stand beside each other as they are, not compared"));
        return;
    }
    m_match = m_watcher.result();
    m_isMatched = true;
    QStringList names;
    for (const int key : std::as_const(m_match.keys))
        names += singleLine(m_names[0][key]);
    if (names.size() > kShownKeys)
        names = names.first(kShownKeys - 1) << tr("%1 more").arg(names.size() - kShownKeys + 1);
    m_key->setText(names.isEmpty() ? tr("their place") : names.join(u", "_s));
    showRows();
    showStatus(resultText());
}

void CompareWindow::showRows()
{
    const bool isPart = m_isMatched && m_onlyDifferences->isChecked();
    m_onlyDifferences->setEnabled(m_isMatched && m_match.differenceCount() > 0);
    for (Button *button : { m_previous, m_next })
        button->setEnabled(m_isMatched && !m_match.differences.empty());
    m_isFollowing = true;
    for (int index = 0; index < 2; ++index) {
        RowOrderPtr order = m_isMatched ? m_match.orders[index] : m_sides[index].order;
        if (isPart) {
            std::vector<quint64> rows;
            rows.reserve(m_match.differences.size());
            for (const qint64 place : m_match.differences) {
                const bool isThere = place < (order ? order->size() : m_sides[index].rowCount);
                rows.push_back(!isThere ? kNoRow : order ? quint64(order->rowAt(place)) : quint64(place));
            }
            order = RowOrder::rows(std::move(rows));
        } else if (!order && m_grids[index]->sourceRowCount() != m_sides[index].rowCount) {
            order = RowOrder::range(0, m_sides[index].rowCount);
        }
        m_grids[index]->setOrder(order, {});
        m_grids[index]->setMarkedCells(m_isMatched ? [this, index](qint64 row, int source) { return mark(index, row, source); }
                                                   : ResultGrid::CellMarks());
    }
    m_isFollowing = false;
}

QString CompareWindow::resultText() const
{
    QStringList parts;
    const auto &alone = m_match.aloneCounts;
    if (m_match.differenceCount() == 0)
        parts += tr("All %1 rows are the same").arg(countText(m_match.placeCount));
    else if (m_match.keys.isEmpty())
        parts += tr("%1 of %2 rows differ").arg(countText(m_match.differenceCount()), countText(m_match.placeCount));
    else
        parts += m_match.changedCount == 1 ? tr("1 row changed") : tr("%1 rows changed").arg(countText(m_match.changedCount));
    if (alone[0] > 0)
        parts += tr("%1 only on the left").arg(countText(alone[0]));
    if (alone[1] > 0)
        parts += tr("%1 only on the right").arg(countText(alone[1]));
    if (!m_match.keys.isEmpty() && m_match.differenceCount() > 0)
        parts += tr("%1 the same").arg(countText(m_match.placeCount - m_match.differenceCount()));
    if (m_match.repeatedCount > 0)
        parts += m_match.repeatedCount == 1 ? tr("1 row repeats a key and goes by its order")
                                            : tr("%1 rows repeat a key and go by their order").arg(countText(m_match.repeatedCount));
    if (m_match.isTooLarge)
        parts += tr("more than %1 rows are not matched by key").arg(countText(RowMatch::kMaximumRows));
    for (int index = 0; index < 2; ++index) {
        QStringList columns;
        for (int column = 0; column < int(m_partners[index].size()); ++column) {
            if (m_partners[index][size_t(column)] < 0)
                columns += singleLine(m_names[index][column]);
        }
        if (!columns.isEmpty())
            parts += index == 0 ? tr("columns only on the left: %1").arg(columns.join(u", "_s))
                                : tr("columns only on the right: %1").arg(columns.join(u", "_s));
    }
    return parts.join(u" · "_s);
}

void CompareWindow::showStatus(const QString &text)
{
    m_status->setText(text);
}

QString CompareWindow::statusText() const
{
    return m_status->text();
}

void CompareWindow::fillKeyMenu()
{
    m_keyMenu->clear();
    m_keyMenu->addAction(tr("The first columns that tell rows apart"), this, [this] { setKeys({}); });
    QAction *places = m_keyMenu->addAction(tr("Their place, row beside row"), this, [this] { setKeys(QList<int>()); });
    places->setCheckable(true);
    places->setChecked(m_isMatched && m_match.keys.isEmpty());
    m_keyMenu->addSeparator();
    for (int column = 0; column < int(m_partners[0].size()); ++column) {
        if (m_partners[0][size_t(column)] < 0)
            continue;
        QAction *action = m_keyMenu->addAction(singleLine(m_names[0][column]).replace(u'&', "&&"_L1), this, [this, column] { toggleKey(column); });
        action->setCheckable(true);
        action->setChecked(m_match.keys.contains(column));
    }
}

void CompareWindow::toggleKey(int column)
{
    QList<int> keys = m_match.keys;
    if (!keys.removeOne(column))
        keys += column;
    std::ranges::sort(keys);
    setKeys(keys);
}

void CompareWindow::setDifferencesOnly(bool isWanted)
{
    m_onlyDifferences->setChecked(isWanted);
}

void CompareWindow::goToDifference(bool isBackward)
{
    if (m_match.differences.empty())
        return;
    const bool isPart = m_onlyDifferences->isChecked();
    const std::vector<qint64> &places = m_match.differences;
    const qint64 current = m_grids[0]->currentRow();
    qint64 place = 0;
    if (isPart) {
        const qint64 count = qint64(places.size());
        place = (current + (isBackward ? count - 1 : 1)) % count;
    } else {
        auto found = isBackward ? std::ranges::lower_bound(places, current) : std::ranges::upper_bound(places, current);
        if (isBackward)
            found = found == places.begin() ? places.end() - 1 : found - 1;
        else if (found == places.end())
            found = places.begin();
        place = *found;
    }
    // The side that has the row, at the first cell that is marked.
    const int index = place < m_grids[0]->rowCount() && m_grids[0]->sourceRow(place) >= 0 ? 0 : 1;
    ResultGrid *grid = m_grids[index];
    int column = std::max(0, grid->currentColumn());
    for (int shown = 0; shown < grid->columnCount(); ++shown) {
        if (mark(index, place, grid->sourceColumn(shown)) != ResultGrid::CellMark::None) {
            column = shown;
            break;
        }
    }
    grid->setCurrentCell(place, column);
}

} // namespace Grebe
