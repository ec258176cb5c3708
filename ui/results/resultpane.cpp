// SPDX-License-Identifier: Apache-2.0
#include "resultpane.h"

#include "cellformatter.h"
#include "comparewindow.h"
#include "keptbar.h"
#include "messagesview.h"
#include "progressview.h"
#include "resultpage.h"
#include "resulttabs.h"
#include "resultview.h"
#include "spillbar.h"

#include "export/exportdialog.h"
#include "widgets/button.h"
#include "widgets/pane.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

ResultPane::ResultPane(QWidget *parent) : QWidget(parent)
{
    m_tabs = new ResultTabs;
    m_limit = new Button(Button::Chip);
    m_limit->setCaption(tr("Read"));
    m_limit->setToolTip(tr("How many rows a result reads before it waits; there are more at a click"));
    m_limit->setAccessibleName(tr("Rows to read"));
    auto *limits = new QMenu(this);
    auto *choices = new QActionGroup(this);
    choices->setExclusionPolicy(QActionGroup::ExclusionPolicy::ExclusiveOptional);
    for (const qint64 limit : { 0, 1'000, 10'000, 100'000, 1'000'000 }) {
        QAction *action = limits->addAction(limit > 0 ? tr("First %1 rows").arg(countText(limit)) : tr("All rows"), this, [this, limit] {
            setRowLimit(limit);
            Q_EMIT rowLimitChanged(limit);
        });
        action->setCheckable(true);
        action->setData(limit);
        choices->addAction(action);
    }
    connect(limits, &QMenu::aboutToShow, this, [this, choices] {
        for (QAction *action : choices->actions())
            action->setChecked(action->data().toLongLong() == m_rowLimit);
    });
    m_limit->setMenu(limits);
    m_export = new Button(Button::Quiet, u"export"_s, QString());
    m_export->setToolTip(tr("Export… (Ctrl+E)"));
    m_export->setAccessibleName(tr("Export"));
    m_export->hide();
    m_chart = new Button(Button::Quiet, u"chart"_s, QString());
    m_chart->setToolTip(tr("Chart of the selection (Ctrl+Alt+G)"));
    m_chart->setAccessibleName(tr("Chart"));
    m_chart->hide();
    m_stack = new QStackedWidget;
    m_messages = new MessagesView;

    auto *strip = new Pane(Pane::LineBelow, this);
    auto *bar = new QHBoxLayout(strip);
    bar->setContentsMargins(6, 0, 8, 0);
    bar->setSpacing(6);
    bar->addWidget(m_tabs, 1);
    bar->addWidget(m_limit);
    bar->addWidget(m_chart);
    bar->addWidget(m_export);
    connect(m_chart, &Button::clicked, this, &ResultPane::toggleChart);
    connect(m_export, &Button::clicked, this, &ResultPane::exportRequested);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(strip);
    m_spill = new SpillBar;
    layout->addWidget(m_spill);
    m_kept = new KeptBar;
    layout->addWidget(m_kept);
    connect(m_kept, &KeptBar::waivedOff, this, [this] { m_offered.clear(); });
    connect(m_kept, &KeptBar::showRequested, this, [this](const SavedResult &result) {
        run(openSavedResult(result.fileName), result.title, result.sql);
        ResultPage *page = currentPage();
        page->setName(tr("%1 %2").arg(result.title, asOfText(result)));
        page->keptFile = result.fileName;
        refresh(page);
    });
    layout->addWidget(m_stack, 1);
    connect(m_spill, &SpillBar::retryRequested, this, [this] {
        if (ResultPage *page = currentPage())
            page->run()->retrySpill();
    });
    connect(m_spill, &SpillBar::stopRequested, this, &ResultPane::stop);
    connect(m_spill, &SpillBar::closeOthersRequested, this, &ResultPane::closeOtherResults);
    setRowLimit(0);

    m_stack->addWidget(m_messages);
    m_tabs->addTab(tr("Messages"));
    m_tabs->setTabButton(0, QTabBar::RightSide, nullptr);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int index) {
        showPage(index);
        const ResultPage *page = currentPage();
        Q_EMIT selectionSummaryChanged(page ? page->view()->summaryText() : QString());
    });
    connect(m_tabs, &QTabBar::tabCloseRequested, this, &ResultPane::closePage);
    connect(m_tabs, &ResultTabs::menuRequested, this, &ResultPane::openTabMenu);
    connect(m_tabs, &ResultTabs::renamed, this, [this](int index, const QString &name) {
        m_pages[size_t(index)]->setName(name);
        refresh(m_pages[size_t(index)].get());
    });
    connect(m_messages, &MessagesView::errorActivated, this, &ResultPane::errorActivated);
    // The clock of a running statement moves although nothing arrives.
    auto *clock = new QTimer(this);
    clock->setInterval(100ms);
    connect(clock, &QTimer::timeout, this, [this] {
        for (const std::unique_ptr<ResultPage> &page : m_pages) {
            if (page->run()->isRunning())
                page->refresh();
        }
    });
    clock->start();
}

ResultPane::~ResultPane() = default;

ResultPage *ResultPane::currentPage() const
{
    const int index = m_tabs->currentIndex();
    return index >= 0 && size_t(index) < m_pages.size() ? m_pages[size_t(index)].get() : nullptr;
}

ResultPage *ResultPane::shownPage() const
{
    ResultPage *page = currentPage();
    return page || m_pages.empty() ? page : m_pages.back().get();
}

int ResultPane::indexOf(const ResultPage *page) const
{
    return int(std::ranges::find(m_pages, page, &std::unique_ptr<ResultPage>::get) - m_pages.begin());
}

ResultPage *ResultPane::pageForRun(const QString &sql, const Place &place)
{
    if (!place.isContinued)
        ++m_press;
    const auto isFree = [this, &place](const ResultPage &page) {
        return !place.isNewTab && !page.isPinned() && !page.run()->isRunning() && !(place.isContinued && page.press == m_press);
    };
    const auto find = [&](const auto &isWanted) -> ResultPage * {
        for (const std::unique_ptr<ResultPage> &page : m_pages) {
            if (isFree(*page) && isWanted(*page))
                return page.get();
        }
        return nullptr;
    };
    ResultPage *page = find([&](const ResultPage &other) { return other.run()->sql() == sql; });
    if (!page)
        page = find([&](const ResultPage &other) { return place.begin < 0 || other.place == place.begin; });
    if (page)
        return page;
    m_pages.push_back(std::make_unique<ResultPage>());
    page = m_pages.back().get();
    m_stack->insertWidget(int(m_pages.size()) - 1, page);
    connect(page->view(), &ResultView::summaryChanged, this, [this, page](const QString &text) {
        if (page == currentPage())
            Q_EMIT selectionSummaryChanged(text);
    });
    connect(page, &ResultPage::changed, this, [this, page] { refresh(page); });
    connect(page, &ResultPage::warningReceived, m_messages, &MessagesView::addWarning);
    connect(page, &ResultPage::ended, this, [this, page] { endPage(page); });
    connect(page, &ResultPage::exportRequested, this, &ResultPane::exportRequested);
    connect(page, &ResultPage::messagesRequested, this, &ResultPane::showMessages);
    return page;
}

void ResultPane::run(StatementPtr statement, const QString &title, const QString &sql, const Place &place)
{
    ResultPage *page = pageForRun(sql, place);
    page->place = place.begin;
    page->press = m_press;
    if (!std::exchange(page->keptFile, {}).isEmpty())
        page->setName({}); // it said of when those rows were
    page->begin(std::move(statement), title, sql, m_dialect, m_connectionName, m_rowLimit);
    m_offered.clear();
    m_kept->hide();
    // A page is shown only when it has a run: whoever hears of the change asks for its state.
    if (m_tabs->count() <= int(m_pages.size()) + (m_beside ? 1 : 0))
        m_tabs->insertTab(int(m_pages.size()) - 1, QString());
    m_tabs->setResultCount(int(m_pages.size()));
    m_tabs->setCurrentIndex(indexOf(page));
    refresh(page);
}

void ResultPane::endPage(ResultPage *page)
{
    ResultRun *run = page->run();
    const std::optional<Error> error = run->error();
    if (error && !error->isCancelled()) {
        m_messages->addError(*error, run->sql(), run->elapsed(), run->rowCount());
        if (run->rowCount() == 0)
            showMessages();
    } else {
        const QString took = durationText(run->elapsed().count());
        QString line = page->noteText();
        if (error)
            line = tr("%1 after %2. %3").arg(page->name(), took, line);
        else if (!run->columns().empty() && run->summary().updateType.isEmpty())
            line = tr("%1: %2 rows after %3").arg(page->name(), countText(run->rowCount()), took);
        m_messages->addLine(line, run->queryId(), run->infoUrl());
        if (!run->summary().partialReason.isEmpty())
            m_messages->addWarning({ {}, tr("Not all rows: %1").arg(run->summary().partialReason) });
    }
    refresh(page);
    Q_EMIT ended(error);
}

void ResultPane::refresh(ResultPage *page)
{
    const int index = indexOf(page);
    if (!m_tabs->isResult(index))
        return; // its tab comes in a moment
    m_tabs->setTabText(index, QString(page->tabText()).replace(u'&', u"&&"_s));
    m_tabs->setTabToolTip(index, u"<pre>%1</pre>"_s.arg(page->run()->sql().left(2000).toHtmlEscaped()));
    QStringList names;
    for (const std::unique_ptr<ResultPage> &other : m_pages)
        names += other->name();
    m_tabs->setNames(names);
    m_tabs->setTabText(int(m_pages.size()),
                       m_messages->errorCount() ? tr("Messages %1").arg(m_messages->errorCount()) : tr("Messages"));
    if (page == currentPage())
        showPage(index);
    else
        Q_EMIT changed();
}

void ResultPane::showPage(int index)
{
    m_stack->setCurrentIndex(index);
    const ResultPage *page = currentPage();
    const ResultRun *run = page ? page->run() : nullptr;
    if (run && run->spillError())
        m_spill->show(*run->spillError(), run->rowCount(), run->isRunning(), otherResultCount());
    else
        m_spill->hide();
    m_export->setVisible(run && !run->columns().empty());
    m_chart->setVisible(run && !run->columns().empty());
    Q_EMIT changed();
}

void ResultPane::setRowLimit(qint64 rowLimit)
{
    m_rowLimit = rowLimit;
    m_limit->setText(rowLimit > 0 ? tr("first %1").arg(countText(rowLimit)) : tr("all rows"));
}

void ResultPane::keepResult(const QString &folder, const QString &connection, qint64 maxBytes)
{
    ResultPage *page = shownPage();
    if (!page || !page->keptFile.isEmpty() || page->run()->isRunning() || page->run()->rowCount() == 0 || page->run()->store()->byteCount() > maxBytes)
        return;
    const SavedResult facts { .title = page->name(), .sql = page->run()->sql(), .connection = connection, .ranAt = page->startedAt(),
                              .incomplete = page->incompleteText() };
    if (const auto saved = saveResult(*page->run()->store(), page->run()->rowCount(), facts, folder, maxBytes))
        page->keptFile = saved->fileName;
}

QString ResultPane::keptFile() const
{
    const ResultPage *page = shownPage();
    return page ? page->keptFile : m_offered;
}

void ResultPane::offerKept(const QString &fileName)
{
    m_kept->offer(fileName);
    m_offered = m_kept->isHidden() ? QString() : fileName;
}

void ResultPane::closeOtherResults()
{
    for (int index = int(m_pages.size()) - 1; index >= 0; --index) {
        const ResultPage *page = m_pages[size_t(index)].get();
        if (page != currentPage() && !page->isPinned() && !page->run()->isRunning())
            closePage(index);
    }
}

int ResultPane::otherResultCount() const
{
    return int(std::ranges::count_if(m_pages, [this](const auto &page) {
        return page.get() != currentPage() && !page->isPinned() && !page->run()->isRunning();
    }));
}

void ResultPane::showMessages()
{
    m_tabs->setCurrentIndex(int(m_pages.size()));
}

void ResultPane::setPinned(int index, bool isPinned)
{
    m_pages[size_t(index)]->setPinned(isPinned);
    m_tabs->setPinned(index, isPinned);
}

void ResultPane::togglePin()
{
    if (ResultPage *page = currentPage())
        setPinned(indexOf(page), !page->isPinned());
}

ResultView *ResultPane::view() const
{
    const ResultPage *page = currentPage();
    return page && page->hasRows() ? page->view() : nullptr;
}

void ResultPane::toggleProfile()
{
    if (ResultView *shown = view())
        shown->toggleProfile();
}

void ResultPane::toggleChart()
{
    if (ResultView *shown = view())
        shown->toggleChart();
}

void ResultPane::toggleSql()
{
    if (ResultPage *page = currentPage())
        page->setSqlShown(!page->isSqlShown());
}

void ResultPane::openTabMenu(int index, const QPoint &at)
{
    ResultPage *page = m_pages[size_t(index)].get();
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction *pin = menu->addAction(tr("Keep"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_K), this, [this, index] {
        setPinned(index, !m_pages[size_t(index)]->isPinned());
    });
    pin->setCheckable(true);
    pin->setChecked(page->isPinned());
    menu->addAction(tr("Rename"), Qt::Key_F2, this, [this, index] { m_tabs->rename(index); });
    menu->addSeparator();
    menu->addAction(tr("Show the SQL that ran"), this, [this, page, index] {
        m_tabs->setCurrentIndex(index);
        page->setSqlShown(true);
    });
    menu->addAction(tr("Copy the SQL that ran"), this, [page] { QApplication::clipboard()->setText(page->run()->sql()); });
    QMenu *others = menu->addMenu(tr("Compare with"));
    for (int other = 0; other < int(m_pages.size()); ++other) {
        if (other != index && m_pages[size_t(other)]->hasRows())
            others->addAction(QString(m_pages[size_t(other)]->tabText()).replace(u'&', u"&&"_s), this, [this, index, other] { compare(index, other); });
    }
    others->setEnabled(page->hasRows() && !others->isEmpty());
    menu->addSeparator();
    menu->addAction(tr("Close"), Qt::Key_Delete, this, [this, index] { closePage(index); });
    menu->addAction(tr("Close the others"), this, [this, page] {
        for (int other = int(m_pages.size()) - 1; other >= 0; --other) {
            if (m_pages[size_t(other)].get() != page && !m_pages[size_t(other)]->isPinned())
                closePage(other);
        }
    })->setEnabled(m_pages.size() > 1);
    menu->popup(at);
}

void ResultPane::compare(int left, int right)
{
    const auto side = [this](int index) {
        const ResultPage &page = *m_pages[size_t(index)];
        const ResultGrid &grid = *page.view()->grid();
        return CompareWindow::Side { page.tabText(), page.run()->store(), grid.order(), page.run()->rowCount(), grid.display() };
    };
    (new CompareWindow(side(left), side(right), this))->show();
}

std::optional<ExportRequest> ResultPane::exportRequest() const
{
    const ResultPage *page = currentPage();
    if (!page || page->run()->columns().empty())
        return std::nullopt;
    const ResultRun &run = *page->run();
    const ResultGrid *grid = page->view()->grid();
    CellRange all { .store = run.store(), .rowCount = run.rowCount() };
    for (int column = 0; column < int(run.columns().size()); ++column)
        all.columns.append(column);
    ExportRequest request { .title = page->name(), .all = all };
    request.isAtLimit = run.isHeld();
    request.incomplete = run.isRunning() && !run.isHeld() ? tr("more are on their way") : page->incompleteText();
    if (const CellRange shown = grid->allCells(); grid->order() || shown.store != all.store || shown.columns != all.columns)
        request.shown = shown;
    if (const CellRange selected = grid->selectedCells(); selected.cellCount() > 1)
        request.selection = selected;
    return request;
}

QString ResultPane::currentSql() const
{
    const ResultPage *page = currentPage();
    return page ? page->run()->sql() : QString();
}

void ResultPane::showBeside(QWidget *view, const QString &title)
{
    if (m_beside != view) {
        if (m_beside)
            closePage(int(m_pages.size()) + 1);
        m_beside = view;
        m_stack->addWidget(view);
        m_tabs->addTab(title);
    }
    m_tabs->setCurrentIndex(int(m_pages.size()) + 1);
}

void ResultPane::closePage(int index)
{
    if (m_beside && index == int(m_pages.size()) + 1) {
        m_tabs->removeTab(index);
        delete m_beside;
        showPage(m_tabs->currentIndex());
        return;
    }
    if (index < 0 || size_t(index) >= m_pages.size())
        return;
    // The page goes last: what it says on its way out finds the pane in order.
    const std::unique_ptr<ResultPage> page = std::move(m_pages[size_t(index)]);
    m_pages.erase(m_pages.begin() + index);
    page->disconnect(this);
    m_stack->removeWidget(page.get());
    m_tabs->setResultCount(int(m_pages.size()));
    m_tabs->removeTab(index);
    showPage(m_tabs->currentIndex());
}

void ResultPane::stop()
{
    for (const std::unique_ptr<ResultPage> &page : m_pages)
        page->run()->cancel();
}

bool ResultPane::stopHeld()
{
    const auto isBusy = [](const auto &page) { return page->run()->isRunning() && !page->run()->isHeld(); };
    if (std::any_of(m_pages.begin(), m_pages.end(), isBusy))
        return false;
    stop();
    return true;
}

bool ResultPane::isRunning() const
{
    return std::any_of(m_pages.begin(), m_pages.end(), [](const auto &page) { return page->run()->isRunning(); });
}

bool ResultPane::isHeld() const
{
    return isRunning() && std::ranges::all_of(m_pages, [](const auto &page) { return !page->run()->isRunning() || page->run()->isHeld(); });
}

RunState ResultPane::state() const
{
    const ResultPage *page = shownPage();
    if (!page)
        return RunState::Idle;
    if (page->run()->isRunning())
        return RunState::Running;
    if (!page->run()->error())
        return RunState::Finished;
    return page->run()->error()->isCancelled() ? RunState::Cancelled : RunState::Failed;
}

QString ResultPane::stateText() const
{
    const ResultPage *page = shownPage();
    if (!page)
        return {};
    const ResultRun &run = *page->run();
    const QString took = durationText(run.elapsed().count());
    switch (state()) {
    case RunState::Idle: return {};
    case RunState::Running:
        return run.isHeld() || run.spillError() ? tr("Paused, the server waits") : tr("%1 %2").arg(progressWords(run.progress(), run.isCancelling()), took);
    case RunState::Finished: return tr("Finished %1").arg(took);
    case RunState::Cancelled: return tr("Stopped after %1").arg(took);
    case RunState::Failed: return tr("Failed, %1").arg(took);
    }
    return {};
}

QString ResultPane::rowText() const
{
    const ResultPage *page = currentPage();
    if (!page || page->run()->columns().empty())
        return {};
    if (const QString filtered = page->view()->filteredText(); !filtered.isEmpty())
        return filtered;
    return page->run()->rowCount() == 1 ? tr("1 row") : tr("%1 rows").arg(countText(page->run()->rowCount()));
}

QString ResultPane::transferText() const
{
    const ResultPage *page = currentPage();
    if (!page || page->run()->progress().byteCount <= 0)
        return {};
    return tr("%1 read").arg(sizeText(page->run()->progress().byteCount));
}

QString ResultPane::zoneText() const
{
    const ResultPage *page = currentPage();
    if (!page || !page->view()->hasInstants())
        return {};
    return tr("times %1").arg(page->view()->grid()->display().zone().label());
}

std::shared_ptr<ResultStore> ResultPane::currentStore() const
{
    const ResultPage *page = currentPage();
    return page ? page->run()->store() : nullptr;
}

void ResultPane::addMessage(const QString &text)
{
    m_messages->addLine(text);
    showMessages();
}

void ResultPane::focusGrid()
{
    if (ResultPage *page = currentPage())
        page->face()->setFocus();
    else
        m_stack->currentWidget()->setFocus();
}

} // namespace Grebe
