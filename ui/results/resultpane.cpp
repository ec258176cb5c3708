// SPDX-License-Identifier: Apache-2.0
#include "resultpane.h"

#include "cellformatter.h"
#include "keptbar.h"
#include "messagesview.h"
#include "progressview.h"
#include "resultrun.h"
#include "resultview.h"
#include "spillbar.h"

#include "export/exportdialog.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QMenu>
#include <QStackedWidget>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

/// One result: its run, and the three faces it can show.
struct ResultPane::Page
{
    std::unique_ptr<ResultRun> run;
    QStackedWidget *stack = nullptr; // owned by the pane's stack
    ProgressView *progress = nullptr;
    ResultView *view = nullptr;
    Label *note = nullptr; ///< what there is to say when there is no grid: "INSERT: 5 rows"
    QString title;
    QString keptFile; ///< that has the same rows
    QDateTime startedAt;
    bool isPinned = false;
};

ResultPane::ResultPane(QWidget *parent) : QWidget(parent)
{
    m_tabs = new QTabBar;
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setElideMode(Qt::ElideRight);
    m_tabs->setTabsClosable(true);
    m_tabs->setFocusPolicy(Qt::TabFocus);
    m_partial = new Label(QString(), Theme::Warning);
    m_partial->hide();
    m_loadMore = new Button(Button::Plain, tr("Load more"));
    m_loadMore->hide();
    m_loadAll = new Button(Button::Plain, tr("All"));
    m_loadAll->hide();
    m_limit = new Button(Button::Chip);
    m_limit->setCaption(tr("Read"));
    m_limit->setToolTip(tr("How many rows a result reads before it waits; there are more at a click"));
    m_limit->setAccessibleName(tr("Rows to read"));
    auto *limits = new QMenu(this);
    for (const qint64 limit : { 0, 1'000, 10'000, 100'000, 1'000'000 }) {
        limits->addAction(limit > 0 ? tr("First %1 rows").arg(countText(limit)) : tr("All rows"), this, [this, limit] {
            setRowLimit(limit);
            Q_EMIT rowLimitChanged(limit);
        });
    }
    m_limit->setMenu(limits);
    m_export = new Button(Button::Quiet, u"export"_s, QString());
    m_export->setToolTip(tr("Export… (Ctrl+E)"));
    m_export->setAccessibleName(tr("Export"));
    m_export->hide();
    m_stack = new QStackedWidget;
    m_messages = new MessagesView;

    auto *strip = new Pane(Pane::LineBelow, this);
    auto *bar = new QHBoxLayout(strip);
    bar->setContentsMargins(6, 0, 8, 0);
    bar->setSpacing(6);
    bar->addWidget(m_tabs, 1);
    bar->addWidget(m_partial);
    bar->addWidget(m_loadMore);
    bar->addWidget(m_loadAll);
    bar->addWidget(m_limit);
    bar->addWidget(m_export);
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
        Page *page = currentPage();
        page->title = tr("%1 %2").arg(result.title, asOfText(result));
        page->keptFile = result.fileName;
        refresh(page);
    });
    layout->addWidget(m_stack, 1);
    connect(m_spill, &SpillBar::retryRequested, this, [this] {
        if (Page *page = currentPage())
            page->run->retrySpill();
    });
    connect(m_spill, &SpillBar::stopRequested, this, &ResultPane::stop);
    connect(m_spill, &SpillBar::closeOthersRequested, this, &ResultPane::closeOtherResults);
    setRowLimit(0);

    m_stack->addWidget(m_messages);
    m_tabs->addTab(tr("Messages"));
    m_tabs->setTabButton(0, QTabBar::RightSide, nullptr);
    connect(m_tabs, &QTabBar::currentChanged, this, &ResultPane::showPage);
    connect(m_tabs, &QTabBar::tabCloseRequested, this, &ResultPane::closePage);
    connect(m_messages, &MessagesView::errorActivated, this, &ResultPane::errorActivated);
    connect(m_loadMore, &Button::clicked, this, [this] {
        if (Page *page = currentPage())
            page->run->loadMore();
    });
    connect(m_loadAll, &Button::clicked, this, [this] {
        if (Page *page = currentPage())
            page->run->loadAll();
    });
    // The clock of a running statement moves although nothing arrives.
    auto *clock = new QTimer(this);
    clock->setInterval(100ms);
    connect(clock, &QTimer::timeout, this, [this] {
        for (const std::unique_ptr<Page> &page : m_pages) {
            if (page->run && page->run->isRunning())
                refresh(page.get());
        }
    });
    clock->start();
}

ResultPane::~ResultPane() = default;

ResultPane::Page *ResultPane::currentPage() const
{
    const int index = m_tabs->currentIndex();
    return index >= 0 && size_t(index) < m_pages.size() ? m_pages[size_t(index)].get() : nullptr;
}

ResultPane::Page *ResultPane::pageForNewRun()
{
    for (size_t i = 0; i < m_pages.size(); ++i) {
        Page *page = m_pages[i].get();
        if (!page->isPinned && !page->run->isRunning()) {
            m_tabs->setCurrentIndex(int(i));
            return page;
        }
    }
    auto page = std::make_unique<Page>();
    page->stack = new QStackedWidget;
    page->progress = new ProgressView;
    page->view = new ResultView;
    page->note = new Label;
    page->note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    page->note->setContentsMargins(14, 14, 14, 14);
    page->note->setBackgroundRole(QPalette::Base);
    page->note->setAutoFillBackground(true);
    page->note->setWordWrap(true);
    page->note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    page->stack->addWidget(page->progress);
    page->stack->addWidget(page->view);
    page->stack->addWidget(page->note);
    connect(page->view, &ResultView::summaryChanged, this, &ResultPane::selectionSummaryChanged);
    connect(page->view, &ResultView::orderChanged, this, &ResultPane::changed);
    const int index = int(m_pages.size());
    m_pages.push_back(std::move(page));
    m_stack->insertWidget(index, m_pages.back()->stack);
    return m_pages.back().get();
}

void ResultPane::run(StatementPtr statement, const QString &title, const QString &sql)
{
    Page *page = pageForNewRun();
    // A page without a run is not spoken of: whoever hears of its empty selection asks for its state.
    if (page->run)
        page->view->setResult(nullptr, nullptr, {});
    page->view->setDialect(m_dialect);
    page->view->setTableName(title);
    page->run = std::make_unique<ResultRun>(std::move(statement), sql);
    page->run->setRowLimit(m_rowLimit);
    page->title = title;
    page->keptFile.clear();
    page->startedAt = QDateTime::currentDateTimeUtc();
    m_offered.clear();
    m_kept->hide();
    // A page is shown only when it has a run: whoever hears of the change asks for its state.
    if (m_tabs->count() <= int(m_pages.size()))
        m_tabs->insertTab(int(m_pages.size()) - 1, QString());
    m_tabs->setCurrentIndex(int(std::ranges::find(m_pages, page, &std::unique_ptr<Page>::get) - m_pages.begin()));
    ResultRun *run = page->run.get();
    connect(run, &ResultRun::columnsKnown, page->view,
            [page, run] { page->view->setResult(run->store(), &run->columns(), run->columnNames()); });
    connect(run, &ResultRun::rowCountChanged, page->view, [this, page](qint64 rowCount) {
        page->view->setRowCount(rowCount);
        page->stack->setCurrentWidget(page->view);
        refresh(page);
    });
    connect(run, &ResultRun::progressChanged, this, [this, page] { refresh(page); });
    connect(run, &ResultRun::warningReceived, m_messages, &MessagesView::addWarning);
    connect(run, &ResultRun::ended, this, [this, page, run] { endPage(page, run->error()); });
    page->stack->setCurrentWidget(page->progress);
    run->start();
    refresh(page);
}

void ResultPane::endPage(Page *page, const std::optional<Error> &error)
{
    ResultRun *run = page->run.get();
    if (error && !error->isCancelled()) {
        m_messages->addError(*error, run->sql(), run->elapsed(), run->rowCount());
        if (run->rowCount() == 0)
            m_tabs->setCurrentIndex(int(m_pages.size()));
        page->note->setText(tr("No rows: %1").arg(error->message));
    } else if (error) {
        page->note->setText(error->hint.isEmpty() ? error->message : error->message + u'\n' + error->hint);
        m_messages->addLine(tr("%1 after %2. %3").arg(page->title, durationText(run->elapsed().count()), page->note->text()));
    } else {
        const StatementSummary &summary = run->summary();
        if (!summary.updateType.isEmpty()) {
            const QString text = summary.affectedRows
                ? tr("%1: %2 rows, %3").arg(summary.updateType, countText(*summary.affectedRows), durationText(run->elapsed().count()))
                : tr("%1: done, %2").arg(summary.updateType, durationText(run->elapsed().count()));
            page->note->setText(text);
            m_messages->addLine(text);
        } else if (run->columns().empty()) {
            page->note->setText(tr("Done, %1").arg(durationText(run->elapsed().count())));
        }
        if (!summary.partialReason.isEmpty())
            m_messages->addWarning({ {}, tr("Not all rows: %1").arg(summary.partialReason) });
    }
    // No rows but columns: the header with its types is the answer.
    const bool showsGrid = !run->columns().empty() && (!error || run->rowCount() > 0)
        && (run->rowCount() > 0 || run->summary().updateType.isEmpty());
    page->stack->setCurrentWidget(showsGrid ? static_cast<QWidget *>(page->view) : page->note);
    refresh(page);
    Q_EMIT ended(error);
}

void ResultPane::refresh(Page *page)
{
    ResultRun *run = page->run.get();
    const auto found = std::find_if(m_pages.begin(), m_pages.end(), [page](const auto &other) { return other.get() == page; });
    const int index = int(found - m_pages.begin());
    QString title = page->title;
    if (run->isRunning() && run->rowCount() == 0)
        title += tr(" · running %1").arg(durationText(run->elapsed().count()));
    else if (run->isRunning())
        title += tr(" · %1 rows so far").arg(countText(run->rowCount()));
    else if (!run->columns().empty() && (!run->error() || run->rowCount() > 0))
        title += (run->rowCount() == 1 ? tr(" · 1 row · %2") : tr(" · %1 rows · %2").arg(countText(run->rowCount())))
                     .arg(durationText(run->elapsed().count()));
    m_tabs->setTabText(index, title);
    m_tabs->setTabToolTip(index, u"<pre>%1</pre>"_s.arg(run->sql().left(2000).toHtmlEscaped()));
    m_tabs->setTabText(int(m_pages.size()),
                       m_messages->errorCount() ? tr("Messages %1").arg(m_messages->errorCount()) : tr("Messages"));
    if (page->stack->currentWidget() == page->progress)
        page->progress->setProgress(run->progress(), run->elapsed(), run->isCancelling());
    if (page == currentPage())
        showPage(index);
    else
        Q_EMIT changed();
}

void ResultPane::showPage(int index)
{
    m_stack->setCurrentIndex(index);
    Page *page = currentPage();
    ResultRun *run = page ? page->run.get() : nullptr;
    const bool held = run && run->isHeld();
    if (run && run->spillError())
        m_spill->show(*run->spillError(), run->rowCount(), run->isRunning(), otherResultCount());
    else
        m_spill->hide();
    const QString partial = page ? incompleteText(page) : QString();
    m_partial->setVisible(!partial.isEmpty());
    m_partial->setText(partial);
    m_loadMore->setVisible(held);
    m_loadAll->setVisible(held);
    m_export->setVisible(run && !run->columns().empty());
    Q_EMIT changed();
}

void ResultPane::setRowLimit(qint64 rowLimit)
{
    m_rowLimit = rowLimit;
    m_limit->setText(rowLimit > 0 ? tr("first %1").arg(countText(rowLimit)) : tr("all rows"));
}

void ResultPane::keepResult(const QString &folder, const QString &connection, qint64 maxBytes)
{
    Page *page = currentPage() ? currentPage() : m_pages.empty() ? nullptr : m_pages.back().get();
    if (!page || !page->keptFile.isEmpty() || page->run->isRunning() || page->run->rowCount() == 0 || page->run->store()->byteCount() > maxBytes)
        return;
    const SavedResult facts { .title = page->title, .sql = page->run->sql(), .connection = connection, .ranAt = page->startedAt,
                              .incomplete = incompleteText(page) };
    if (const auto saved = saveResult(*page->run->store(), page->run->rowCount(), facts, folder, maxBytes))
        page->keptFile = saved->fileName;
}

QString ResultPane::keptFile() const
{
    const Page *page = currentPage() ? currentPage() : m_pages.empty() ? nullptr : m_pages.back().get();
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
        const Page *page = m_pages[size_t(index)].get();
        if (page != currentPage() && !page->isPinned && !page->run->isRunning())
            closePage(index);
    }
}

int ResultPane::otherResultCount() const
{
    return int(std::ranges::count_if(m_pages, [this](const auto &page) {
        return page.get() != currentPage() && !page->isPinned && !page->run->isRunning();
    }));
}

QString ResultPane::incompleteText(const Page *page) const
{
    const ResultRun &run = *page->run;
    if (run.isHeld())
        return tr("first %1 of ? rows").arg(countText(run.rowCount()));
    if (run.isRunning())
        return {};
    if (run.error() && run.rowCount() > 0)
        return run.error()->isCancelled() ? tr("incomplete: stopped after %1 rows").arg(countText(run.rowCount()))
                                          : tr("incomplete: %1 rows, then an error").arg(countText(run.rowCount()));
    if (!run.summary().partialReason.isEmpty())
        return tr("incomplete: %1").arg(run.summary().partialReason);
    return {};
}

std::optional<ExportRequest> ResultPane::exportRequest() const
{
    const Page *page = currentPage();
    if (!page || page->run->columns().empty())
        return std::nullopt;
    const ResultRun &run = *page->run;
    ExportRequest request { .title = page->title, .all = { .store = run.store(), .rowCount = run.rowCount() } };
    for (int column = 0; column < int(run.columns().size()); ++column)
        request.all.columns.push_back(column);
    request.incomplete = run.isRunning() && !run.isHeld() ? tr("more are on their way") : incompleteText(page);
    // A range of rows as they came; sorted or filtered rows are no such range, and go out as a copy instead.
    const CellRange selected = page->view->grid()->selectedCells();
    if (selected.cellCount() > 1 && !page->view->grid()->order()) {
        request.selection = { .store = run.store(), .firstRow = selected.firstPosition, .rowCount = selected.rowCount };
        request.selection->columns.assign(selected.columns.begin(), selected.columns.end());
    }
    return request;
}

QString ResultPane::currentSql() const
{
    const Page *page = currentPage();
    return page ? page->run->sql() : QString();
}

void ResultPane::closePage(int index)
{
    if (index < 0 || size_t(index) >= m_pages.size())
        return;
    QWidget *stack = m_pages[size_t(index)]->stack;
    m_stack->removeWidget(stack);
    m_pages.erase(m_pages.begin() + index);
    m_tabs->removeTab(index);
    delete stack;
    showPage(m_tabs->currentIndex());
}

void ResultPane::stop()
{
    for (const std::unique_ptr<Page> &page : m_pages)
        page->run->cancel();
}

bool ResultPane::isRunning() const
{
    return std::any_of(m_pages.begin(), m_pages.end(), [](const auto &page) { return page->run->isRunning(); });
}

RunState ResultPane::state() const
{
    const Page *page = currentPage();
    if (!page && !m_pages.empty())
        page = m_pages.back().get();
    if (!page)
        return RunState::Idle;
    if (page->run->isRunning())
        return RunState::Running;
    if (!page->run->error())
        return RunState::Finished;
    return page->run->error()->isCancelled() ? RunState::Cancelled : RunState::Failed;
}

QString ResultPane::stateText() const
{
    const Page *page = currentPage();
    if (!page && !m_pages.empty())
        page = m_pages.back().get();
    if (!page)
        return {};
    const ResultRun &run = *page->run;
    const QString took = durationText(run.elapsed().count());
    switch (state()) {
    case RunState::Idle: return {};
    case RunState::Running:
        return run.isHeld() || run.spillError() ? tr("Paused, the server waits") : tr("%1 %2").arg(progressWords(run.progress(), run.isCancelling()), took);
    case RunState::Finished: return tr("Finished %1").arg(took);
    case RunState::Cancelled: return tr("Stopped after %1").arg(took);
    case RunState::Failed: return tr("Refused or failed, %1").arg(took);
    }
    return {};
}

QString ResultPane::rowText() const
{
    const Page *page = currentPage();
    if (!page || page->run->columns().empty())
        return {};
    if (const QString filtered = page->view->filteredText(); !filtered.isEmpty())
        return filtered;
    return page->run->rowCount() == 1 ? tr("1 row") : tr("%1 rows").arg(countText(page->run->rowCount()));
}

QString ResultPane::transferText() const
{
    const Page *page = currentPage();
    if (!page || page->run->progress().byteCount <= 0)
        return {};
    return tr("%1 read").arg(sizeText(page->run->progress().byteCount));
}

std::shared_ptr<ResultStore> ResultPane::currentStore() const
{
    const Page *page = currentPage();
    return page ? page->run->store() : nullptr;
}

void ResultPane::addMessage(const QString &text)
{
    m_messages->addLine(text);
    m_tabs->setCurrentIndex(int(m_pages.size()));
}

void ResultPane::focusGrid()
{
    if (Page *page = currentPage())
        page->stack->currentWidget()->setFocus();
    else
        m_messages->setFocus();
}

} // namespace Grebe
