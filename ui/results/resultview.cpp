// SPDX-License-Identifier: Apache-2.0
#include "resultview.h"

#include "cellformatter.h"
#include "cellviewer.h"
#include "chartview.h"
#include "columnpicker.h"
#include "expressionbar.h"
#include "filterbar.h"
#include "filterexpression.h"
#include "findbar.h"
#include "profilepanel.h"
#include "settings/settings.h"
#include "widgets/button.h"
#include "widgets/chooser.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <arrow/type.h>

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QSplitter>
#include <QTimeZone>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

namespace {

// Grid, chart and panel; with less, what is opened takes the other's place.
constexpr int kRoomForAll = 800;

/// As tall as its one line needs, so that the grid makes that much room.
class NoticePane final : public Pane
{
public:
    NoticePane() : Pane(LineBelow) { }
    QSize sizeHint() const override { return { 300, 34 }; }
};

QMenu *popupMenu(QWidget *parent)
{
    auto *menu = new QMenu(parent);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    return menu;
}

} // namespace

ResultView::ResultView(QWidget *parent) : QWidget(parent)
{
    m_grid = new ResultGrid;
    m_viewer = new CellViewer(m_grid, &m_summary);
    m_viewer->hide();
    m_filter = new FilterBar(m_grid);
    m_expression = new ExpressionBar(m_grid);
    m_find = new FindBar(m_grid);
    m_notice = new NoticePane;
    m_notice->setCursor(Qt::ArrowCursor);
    m_noticeText = new Label;
    m_noticeText->setElided(true);
    m_noticeAction = new Button(Button::Plain, QString());
    auto *closeNotice = new Button(Button::Quiet, u"close"_s, QString());
    closeNotice->setAccessibleName(tr("Close the notice"));
    closeNotice->setToolTip(tr("Close"));
    auto *notice = new QHBoxLayout(m_notice);
    notice->setContentsMargins(12, 3, 8, 4);
    notice->addWidget(m_noticeText, 1);
    notice->addWidget(m_noticeAction);
    notice->addWidget(closeNotice);
    m_grid->addHeaderBar(m_filter);
    m_grid->addHeaderBar(m_expression);
    m_grid->addHeaderBar(m_find);
    m_grid->addHeaderBar(m_notice);

    auto *splitter = m_splitter = new QSplitter;
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    m_grid->setMinimumWidth(160);
    splitter->addWidget(m_grid);
    splitter->addWidget(m_viewer);
    splitter->setStretchFactor(0, 1);
    splitter->setSizes({ 800, 300 });
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(splitter);
    setFocusProxy(m_grid);
    m_grid->installEventFilter(this);

    m_orderTimer.setSingleShot(true);
    m_orderTimer.setInterval(500ms);
    m_slowTimer.setSingleShot(true);
    m_slowTimer.setInterval(150ms);
    m_viewerTimer.setSingleShot(true);
    m_viewerTimer.setInterval(20ms);
    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(500ms);
    connect(&m_orderTimer, &QTimer::timeout, this, &ResultView::reorder);
    connect(&m_viewerTimer, &QTimer::timeout, m_viewer, &CellViewer::refresh);
    connect(&m_slowTimer, &QTimer::timeout, this, [this] {
        showNotice(m_filter->hasFilters() || !m_expression->filters().isEmpty() ? tr("Filtering %1 rows").arg(countText(m_grid->sourceRowCount()))
                                          : tr("Sorting %1 rows").arg(countText(m_grid->sourceRowCount())),
                   tr("Stop"));
        m_isStopAction = true;
    });
    connect(&m_saveTimer, &QTimer::timeout, this, &ResultView::rememberLayout);
    connect(&m_order, &QFutureWatcherBase::finished, this, &ResultView::takeOrder);
    connect(closeNotice, &Button::clicked, m_notice, &QWidget::hide);
    connect(m_noticeAction, &Button::clicked, this, [this] {
        m_notice->hide();
        if (m_isStopAction)
            m_order.cancel();
        else
            saveToFile();
    });
    connect(m_grid, &ResultGrid::selectionChanged, this, [this] {
        m_summary.setCells(m_grid->selectedCells());
        m_viewerTimer.start();
    });
    connect(m_grid, &ResultGrid::layoutChanged, this, [this] { m_saveTimer.start(); });
    connect(m_grid, &ResultGrid::copyRequested, this, [this](bool hasHeader) { copy(CopyFormat::Tsv, hasHeader); });
    connect(m_grid, &ResultGrid::sortRequested, this, &ResultView::sortBy);
    connect(m_grid, &ResultGrid::headerMenuRequested, this, &ResultView::openHeaderMenu);
    connect(m_grid, &ResultGrid::cellMenuRequested, this, &ResultView::openCellMenu);
    connect(&m_summary, &SelectionSummary::changed, this, [this] {
        Q_EMIT summaryChanged(m_summary.text());
        m_viewerTimer.start();
    });
    connect(m_filter, &FilterBar::filtersChanged, this, &ResultView::reorder);
    connect(m_filter, &FilterBar::expressionRequested, this, &ResultView::openExpression);
    connect(m_expression, &ExpressionBar::filtersChanged, this, &ResultView::reorder);
    connect(m_viewer->profile(), &ProfilePanel::filterRequested, m_filter, &FilterBar::toggleCondition);
    connect(this, &ResultView::orderChanged, m_viewer, &CellViewer::refreshRows);
    connect(m_viewer, &CellViewer::closeRequested, this, [this] {
        if (m_viewer->page() == CellViewer::Column)
            Settings().setValue(Settings::IsProfileShown, false);
        m_viewer->hide();
        m_grid->setFocus();
    });
    connect(&m_copy, &CopyCells::tooLarge, this, [this](const QString &reason) { showNotice(reason, tr("To file…")); });
    connect(&m_copy, &CopyCells::failed, this, [this](const QString &reason) { showNotice(reason); });
    connect(&m_copy, &CopyCells::copied, this, [this](const QString &text) { Q_EMIT summaryChanged(text); });
}

ResultView::~ResultView()
{
    // Children outlive the members here and may still speak: a line edit that loses the focus commits.
    disconnect(this, nullptr, m_viewer, nullptr);
    delete m_chart; // which reads with the result's own columns
    for (QObject *child : std::initializer_list<QObject *> { m_grid, m_filter, m_expression, m_find, m_viewer, &m_summary, &m_copy })
        disconnect(child, nullptr, this, nullptr);
    m_order.cancel();
    if (m_saveTimer.isActive())
        rememberLayout();
}

// Not of a result that is taken apart: it would be another shape.
void ResultView::rememberLayout()
{
    m_saveTimer.stop();
    if (m_exploded.isEmpty())
        m_memory.store(m_shape, m_grid->layout());
}

void ResultView::setResult(std::shared_ptr<ResultStore> store, const std::vector<ColumnFormatter> *columns,
                           const QStringList &names)
{
    if (m_saveTimer.isActive())
        rememberLayout();
    m_order.cancel();
    m_orderTimer.stop();
    m_slowTimer.stop();
    m_keys.clear();
    m_notice->hide();
    m_grid->setDisplay(m_memory.display(m_connectionName));
    m_store = store;
    m_columns = columns;
    m_names = names;
    m_exploded.clear();
    m_grid->setResult(std::move(store), columns, names);
    m_filter->clear();
    m_expression->clear();
    m_summary.setCells({});
    if (columns) {
        QStringList types;
        for (const ColumnFormatter &column : *columns)
            types += column.typeText();
        m_shape = ColumnMemory::shapeOf(names, types);
        GridColumns layout = m_grid->layout();
        if (m_memory.restore(m_shape, layout))
            m_grid->setLayout(layout);
    }
    if (columns && Settings().value(Settings::IsProfileShown).toBool() && !m_viewer->isVisibleTo(this)) {
        m_viewer->show();
        m_viewer->setPage(CellViewer::Column);
    }
    if (m_chart)
        m_chart->clear();
    m_viewer->refresh();
}

void ResultView::setRowCount(qint64 rowCount)
{
    m_grid->setRowCount(rowCount);
    m_viewer->refreshRows();
    if (m_chart)
        m_chart->refresh();
    if ((m_grid->order() || m_order.isRunning()) && !m_orderTimer.isActive())
        m_orderTimer.start();
}

QString ResultView::filteredText() const
{
    if (!m_grid->order() || m_grid->rowCount() == m_grid->sourceRowCount())
        return {};
    return tr("%1 of %2 rows").arg(countText(m_grid->rowCount()), countText(m_grid->sourceRowCount()));
}

QString ResultView::noticeText() const
{
    return m_notice->isHidden() ? QString() : m_noticeText->text();
}

void ResultView::showNotice(const QString &text, const QString &actionText)
{
    m_isStopAction = false;
    m_noticeText->setText(text);
    m_noticeAction->setText(actionText);
    m_noticeAction->setVisible(!actionText.isEmpty());
    m_notice->show();
}

void ResultView::sortBy(const QList<SortKey> &keys)
{
    m_keys = keys;
    reorder();
}

void ResultView::reorder()
{
    m_order.cancel();
    const QList<Filter> filters = combinedFilters(m_filter->filters(), m_expression->filters());
    if (filters.isEmpty() && m_keys.isEmpty()) {
        m_slowTimer.stop();
        m_notice->hide();
        if (m_grid->order())
            m_grid->setOrder(nullptr, {});
        Q_EMIT orderChanged();
        return;
    }
    m_slowTimer.start();
    m_order.setFuture(orderRows(m_grid->store(), filters, m_keys));
}

void ResultView::takeOrder()
{
    m_slowTimer.stop();
    if (m_isStopAction)
        m_notice->hide();
    if (m_order.isCanceled() || m_order.future().resultCount() == 0) {
        m_keys = m_grid->sortKeys();
        return;
    }
    const Result<RowOrderPtr> order = m_order.result();
    if (!order) {
        m_filter->setError(m_filter->hasFilters() ? order.error().message : QString());
        m_expression->setError(m_expression->filters().isEmpty() ? QString() : order.error().message);
        showNotice(order.error().message);
        return;
    }
    m_grid->setOrder(*order, m_keys);
    Q_EMIT orderChanged();
}

void ResultView::toggleViewer(int page)
{
    if (m_viewer->isVisibleTo(this) && m_viewer->page() == page) {
        m_viewer->hide();
        m_grid->setFocus();
        return;
    }
    if (m_chart && width() < kRoomForAll)
        m_chart->hide();
    m_viewer->show();
    m_viewer->setPage(CellViewer::Page(page));
}

void ResultView::toggleProfile()
{
    toggleViewer(CellViewer::Column);
    Settings().setValue(Settings::IsProfileShown, m_viewer->isVisibleTo(this));
}

void ResultView::toggleChart()
{
    if (!m_grid->store())
        return;
    if (!m_chart) {
        m_chart = new ChartView(m_grid);
        m_chart->hide();
        m_splitter->insertWidget(1, m_chart);
        m_splitter->setStretchFactor(1, 1);
        connect(this, &ResultView::orderChanged, m_chart, &ChartView::refresh);
        connect(m_chart, &ChartView::closeRequested, this, [this] {
            m_chart->hide();
            m_grid->setFocus();
        });
    } else if (m_chart->isVisibleTo(this) && !m_chart->wouldChange()) {
        m_chart->hide();
        m_grid->setFocus();
        return;
    }
    if (!m_chart->isVisibleTo(this)) {
        if (width() < kRoomForAll)
            m_viewer->hide();
        // The chart and the grid share the room; the panel beside them keeps its own.
        const QList<int> sizes = m_splitter->sizes();
        const int room = sizes.value(0) + sizes.value(1);
        m_chart->show();
        m_splitter->setSizes({ room * 2 / 5, room * 3 / 5, sizes.value(2) });
    }
    m_chart->open();
}

void ResultView::openFind()
{
    m_find->open();
}

void ResultView::openFilter()
{
    m_filter->open();
}

void ResultView::openExpression()
{
    m_expression->open();
}

void ResultView::openColumnPicker()
{
    if (m_grid->columnCount() > 0)
        (new ColumnPicker(m_grid))->open();
}

bool ResultView::ownsKey(const QKeyEvent *event) const
{
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    switch (event->key()) {
    case Qt::Key_Space: return event->modifiers() == Qt::NoModifier;
    case Qt::Key_F4:
    case Qt::Key_F6:
    case Qt::Key_F7: return event->modifiers() == Qt::NoModifier;
    case Qt::Key_F: return control;
    case Qt::Key_G: return control;
    case Qt::Key_C: return control;
    case Qt::Key_A: return control;
    default: return false;
    }
}

bool ResultView::eventFilter(QObject *object, QEvent *event)
{
    // The window's own shortcuts (the editor's find) step back while the grid has the focus.
    if (object == m_grid && event->type() == QEvent::ShortcutOverride && ownsKey(static_cast<QKeyEvent *>(event))) {
        event->accept();
        return true;
    }
    return QWidget::eventFilter(object, event);
}

void ResultView::keyPressEvent(QKeyEvent *event)
{
    if (!m_grid->hasFocus() || !ownsKey(event))
        return QWidget::keyPressEvent(event);
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    switch (event->key()) {
    case Qt::Key_Space:
    case Qt::Key_F7: return toggleViewer(CellViewer::Value);
    case Qt::Key_F6: return toggleViewer(CellViewer::Row);
    case Qt::Key_F4: return toggleProfile();
    case Qt::Key_F:
        if (event->modifiers().testFlag(Qt::AltModifier))
            return openExpression();
        return shift ? openFilter() : openFind();
    case Qt::Key_G: return event->modifiers().testFlag(Qt::AltModifier) ? toggleChart() : openColumnPicker();
    case Qt::Key_C: return openCopyMenu();
    default: QWidget::keyPressEvent(event);
    }
}

void ResultView::copy(CopyFormat format, bool hasHeader)
{
    m_copy.copy(m_grid->selectedCells(), format, hasHeader);
}

void ResultView::saveToFile()
{
    auto *dialog = new QFileDialog(this, tr("Write the selection to a file"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(m_copy.suggestedFileName());
    connect(dialog, &QFileDialog::fileSelected, &m_copy, &CopyCells::copyToFile);
    dialog->open();
}

void ResultView::fillCopyMenu(QMenu *menu)
{
    for (const CopyFormat format : CopyCells::formats())
        menu->addAction(CopyCells::label(format), this, [this, format] { copy(format, m_copiesHeader); });
    menu->addSeparator();
    QAction *header = menu->addAction(tr("With column names"));
    header->setCheckable(true);
    header->setChecked(m_copiesHeader);
    connect(header, &QAction::toggled, this, [this](bool isOn) { m_copiesHeader = isOn; });
}

int ResultView::explodedFrom(int source) const
{
    int first = int(m_names.size());
    for (const ExplodedColumn &column : m_exploded) {
        const int end = first + int(column.parts.size());
        if (source == column.column || (source >= first && source < end))
            return column.column;
        first = end;
    }
    return -1;
}

QList<int> ResultView::shownWholes() const
{
    QList<int> wholes;
    const QList<int> sources = m_grid->layout().sources(0, m_grid->columnCount() - 1);
    for (const int source : sources) {
        const int whole = source < m_names.size() ? source : explodedFrom(source);
        if (!wholes.contains(whole))
            wholes += whole;
    }
    return wholes;
}

void ResultView::explode(int source)
{
    const QStringList parts = source < m_names.size() && explodedFrom(source) < 0 ? columnParts(*m_store, source) : QStringList();
    if (parts.isEmpty())
        return showNotice(tr("There is nothing in %1 to make columns of").arg(singleLine(m_grid->sourceColumnName(source))));
    const QList<int> wholes = shownWholes();
    m_exploded += ExplodedColumn { source, parts };
    showExploded(wholes, source);
}

void ResultView::putTogether(int source)
{
    const int column = explodedFrom(source);
    const QList<int> wholes = shownWholes();
    m_exploded.removeIf([column](const ExplodedColumn &exploded) { return exploded.column == column; });
    showExploded(wholes, column);
}

// Sorting, filters, copying and the rest work on the columns that are shown, so they get a store that has them.
void ResultView::showExploded(const QList<int> &wholes, int changed)
{
    const GridColumns before = m_grid->layout();
    const qint64 row = std::max<qint64>(0, m_grid->currentRow());
    const qint64 rowCount = m_grid->sourceRowCount();
    m_notice->hide();
    m_order.cancel();
    m_keys.clear();
    m_filter->clear();
    m_expression->clear();
    m_grid->setResult(nullptr, nullptr, {});
    if (m_chart)
        m_chart->clear();
    std::shared_ptr<ResultStore> store = m_store;
    m_explodedColumns.clear();
    QStringList names = m_names;
    if (!m_exploded.isEmpty()) {
        store = explodedStore(m_store, m_exploded);
        names.clear();
        const std::shared_ptr<arrow::Schema> schema = store->schema();
        m_explodedColumns.reserve(size_t(schema->num_fields()));
        for (const std::shared_ptr<arrow::Field> &field : schema->fields()) {
            m_explodedColumns.emplace_back(field);
            names += QString::fromStdString(field->name());
        }
    }
    m_grid->setResult(store, m_exploded.isEmpty() ? m_columns : &m_explodedColumns, names);
    m_grid->setRowCount(rowCount);
    // The columns stay where they were, the parts in the place of what they are parts of.
    GridColumns layout = m_grid->layout();
    for (int source = 0; source < int(m_names.size()); ++source)
        layout.setSourceWidth(source, before.sourceWidth(source));
    QList<int> order;
    for (const int whole : wholes) {
        int part = int(m_names.size());
        for (const ExplodedColumn &column : m_exploded) {
            for (int i = 0; i < column.parts.size(); ++i, ++part) {
                if (column.column == whole)
                    order += part;
            }
        }
        if (explodedFrom(whole) < 0)
            order += whole;
    }
    for (int shown = 0; shown < order.size(); ++shown)
        layout.move(layout.shown(order[shown]), shown);
    while (layout.count() > order.size())
        layout.hide(layout.count() - 1);
    m_grid->setLayout(layout);
    m_viewer->refresh();
    // Where the change is.
    const auto isNew = [&](int source) { return explodedFrom(source) == changed || source == changed; };
    m_grid->setCurrentCell(row, int(std::ranges::find_if(order, isNew) - order.begin()));
    Q_EMIT orderChanged();
}

bool ResultView::hasInstants() const
{
    const std::vector<ColumnFormatter> *columns = m_grid->formatters();
    return columns && std::ranges::any_of(*columns, &CellDisplay::isInstant);
}

void ResultView::setDisplay(const CellDisplay &display)
{
    m_grid->setDisplay(display);
    m_memory.storeDisplay(m_connectionName, display);
    m_viewer->refresh();
    Q_EMIT displayChanged();
}

void ResultView::setZone(int source, const CellDisplay::Zone &zone)
{
    CellDisplay display = m_grid->display();
    if (source < 0)
        display.setZone(zone);
    else
        display.setColumnZone(source, zone);
    setDisplay(display);
}

void ResultView::fillDisplayMenu(QMenu *menu, int source)
{
    using Zone = CellDisplay::Zone;
    const CellDisplay &display = m_grid->display();
    if (source < 0) {
        QAction *groups = menu->addAction(tr("Group thousands"));
        groups->setCheckable(true);
        groups->setChecked(display.groupsThousands());
        connect(groups, &QAction::toggled, this, [this](bool isOn) {
            CellDisplay changed = m_grid->display();
            changed.setGroupsThousands(isOn);
            setDisplay(changed);
        });
    }
    const Zone current = source < 0 ? display.zone() : display.columnZone(source);
    QMenu *zones = menu->addMenu(source < 0 ? tr("Times") : tr("Times of this column"));
    zones->setEnabled(hasInstants());
    auto *group = new QActionGroup(zones);
    const auto add = [&](const QString &text, const Zone &zone) {
        QAction *action = zones->addAction(text, this, [this, source, zone] { setZone(source, zone); });
        action->setCheckable(true);
        action->setChecked(zone == current);
        group->addAction(action);
    };
    add(tr("As sent"), Zone {});
    add(tr("UTC"), Zone { .kind = Zone::Utc });
    add(tr("Local time"), Zone { .kind = Zone::Local });
    if (current.kind == Zone::Named)
        add(current.label(), current);
    zones->addAction(tr("Another zone…"), this, [this, source] {
        QList<Chooser::Line> lines;
        const QList<QByteArray> names = QTimeZone::availableTimeZoneIds();
        for (const QByteArray &name : names)
            lines += { .text = QString::fromUtf8(name), .take = [this, source, name] { setZone(source, { .kind = Zone::Named, .name = name }); } };
        (new Chooser(tr("Time zone, such as Europe/Berlin"), lines, window()))->open();
    });
}

void ResultView::openCopyMenu()
{
    if (m_grid->selection().isEmpty())
        return;
    QMenu *menu = popupMenu(this);
    fillCopyMenu(menu);
    menu->popup(m_grid->viewport()->mapToGlobal(m_grid->cellRect(m_grid->currentRow(), m_grid->currentColumn()).bottomLeft()));
}

void ResultView::openCellMenu(const QPoint &at)
{
    QMenu *menu = popupMenu(this);
    const bool any = !m_grid->selection().isEmpty();
    const auto add = [menu, any](const QString &text, const QKeySequence &keys, const auto &receiver, auto slot) {
        menu->addAction(text, keys, receiver, slot)->setEnabled(any);
    };
    add(tr("Copy"), Qt::CTRL | Qt::Key_C, this, [this] { copy(CopyFormat::Tsv, false); });
    add(tr("Copy with header"), Qt::CTRL | Qt::SHIFT | Qt::Key_C, this, [this] { copy(CopyFormat::Tsv, true); });
    QMenu *forms = menu->addMenu(tr("Copy as"));
    forms->setEnabled(any);
    fillCopyMenu(forms);
    menu->addSeparator();
    add(tr("Cell value"), Qt::Key_Space, this, [this] { toggleViewer(CellViewer::Value); });
    add(tr("Row detail"), Qt::Key_F6, this, [this] { toggleViewer(CellViewer::Row); });
    add(tr("Column profile"), Qt::Key_F4, this, [this] { toggleProfile(); });
    add(tr("Chart"), Qt::CTRL | Qt::ALT | Qt::Key_G, this, [this] { toggleChart(); });
    menu->addSeparator();
    add(tr("Find"), Qt::CTRL | Qt::Key_F, this, [this] { openFind(); });
    menu->addAction(tr("Filter"), Qt::CTRL | Qt::SHIFT | Qt::Key_F, this, [this] { openFilter(); });
    menu->addAction(tr("Filter by a condition"), Qt::CTRL | Qt::ALT | Qt::Key_F, this, [this] { openExpression(); });
    add(tr("Go to column"), Qt::CTRL | Qt::Key_G, this, [this] { openColumnPicker(); });
    if (m_filter->hasFilters() || !m_expression->filters().isEmpty())
        menu->addAction(tr("Remove all filters"), this, [this] {
            m_filter->clear();
            m_expression->clear();
        });
    menu->addSeparator();
    fillDisplayMenu(menu);
    menu->addSeparator();
    add(tr("Select all"), QKeySequence(QKeySequence::SelectAll), m_grid, &ResultGrid::selectAll);
    add(tr("Fit all columns"), QKeySequence(), this, [this] {
        m_grid->autoSizeColumns();
        Q_EMIT m_grid->layoutChanged();
    });
    menu->popup(at);
}

void ResultView::openHeaderMenu(int column, const QPoint &at)
{
    QMenu *menu = popupMenu(this);
    const int source = m_grid->sourceColumn(column);
    menu->addAction(tr("Sort ascending"), this, [this, source] { sortBy({ SortKey { .column = source } }); });
    menu->addAction(tr("Sort descending"), this, [this, source] { sortBy({ SortKey { .column = source, .isDescending = true } }); });
    menu->addAction(tr("As it came"), this, [this] { sortBy({}); })->setEnabled(!m_keys.isEmpty());
    menu->addAction(tr("Filter"), Qt::CTRL | Qt::SHIFT | Qt::Key_F, this, [this, column] {
        m_grid->setCurrentCell(m_grid->currentRow(), column);
        openFilter();
    });
    menu->addSeparator();
    menu->addAction(tr("Column profile"), Qt::Key_F4, this, [this, column] {
        m_grid->setCurrentCell(m_grid->currentRow(), column);
        if (!m_viewer->isVisibleTo(this) || m_viewer->page() != CellViewer::Column)
            toggleProfile();
    });
    menu->addAction(tr("Select column"), Qt::CTRL | Qt::Key_Space, m_grid, [this, column] { m_grid->selectColumn(column); });
    menu->addAction(tr("Copy name"), this, [name = m_grid->columnName(column)] { QApplication::clipboard()->setText(name); });
    menu->addSeparator();
    if (m_grid->layout().frozen() == column + 1)
        menu->addAction(tr("Let all columns scroll"), m_grid, [this] { m_grid->freezeColumns(0); });
    else
        menu->addAction(tr("Keep columns up to here in place"), m_grid, [this, column] { m_grid->freezeColumns(column + 1); });
    menu->addAction(tr("Hide"), m_grid, [this, column] { m_grid->hideColumn(column); })->setEnabled(m_grid->columnCount() > 1);
    const GridColumns &layout = m_grid->layout();
    menu->addAction(layout.hiddenCount() > 0 ? tr("Show %1 hidden, in the result's order").arg(layout.hiddenCount())
                                             : tr("In the result's order"),
                    m_grid, &ResultGrid::showAllColumns)
        ->setEnabled(layout.hiddenCount() > 0 || layout.isMoved());
    menu->addAction(tr("Columns"), Qt::CTRL | Qt::Key_G, this, [this] { openColumnPicker(); });
    menu->addSeparator();
    if (explodedFrom(source) >= 0)
        menu->addAction(tr("Put together again"), this, [this, source] { putTogether(source); });
    else
        menu->addAction(tr("Make columns of its parts"), this, [this, source] { explode(source); })
            ->setEnabled(!columnParts(*m_store, source).isEmpty());
    if (CellDisplay::isInstant(m_grid->formatter(column))) {
        fillDisplayMenu(menu, source);
        menu->addSeparator();
    }
    menu->addAction(tr("Fit width"), m_grid, [this, column] { m_grid->autoSizeColumn(column); });
    menu->addAction(tr("Fit all columns"), this, [this] {
        m_grid->autoSizeColumns();
        Q_EMIT m_grid->layoutChanged();
    });
    menu->popup(at);
}

} // namespace Grebe
