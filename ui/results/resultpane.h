// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QStackedWidget;
class QTabBar;

namespace Grebe {

class Button;
class Label;
class MessagesView;
class ResultRun;
class ResultStore;
class ResultView;
struct ExportRequest;

/// Where a run stands, for a status bar's dot and a tab's mark.
enum class RunState { Idle, Running, Finished, Cancelled, Failed };

/// The results of one editor: a tab a result with its grid (or its progress while there are no rows), and Messages.
///
/// Shape      run() replaces the current result unless it is pinned; messages of earlier runs stay.
/// Thread     GUI.
/// Ownership  takes the statement; closing a result or the pane lets go of it, which cancels it on the server.
class ResultPane : public QWidget
{
    Q_OBJECT
public:
    explicit ResultPane(QWidget *parent = nullptr);
    ~ResultPane() override;

    /// Starts the statement. `title` names the tab ("orders"), `sql` is what ran, for messages and tooltips.
    void run(StatementPtr statement, const QString &title, const QString &sql);
    /// How literals are spelled that are copied from the next results; must outlive them.
    void setDialect(const Dialect *dialect) { m_dialect = dialect; }
    /// Asks the server to stop what runs; nothing happens when nothing does.
    void stop();
    bool isRunning() const;
    RunState state() const;
    /// The status bar's words about the current result: "Finished 3.2 s".
    QString stateText() const;
    QString rowText() const; ///< "10,000 rows"
    QString transferText() const; ///< "2.1 GB read · 74 MB/s"
    /// The rows of the result that is shown; null when none is.
    std::shared_ptr<ResultStore> currentStore() const;
    /// What an export dialog has to know of the result that is shown; empty when there is none with columns.
    std::optional<ExportRequest> exportRequest() const;
    /// The SQL of the result that is shown.
    QString currentSql() const;
    /// A view that is no result, in a tab of its own behind Messages: one at a time, the pane's from now on; closing its tab
    /// deletes it.
    void showBeside(QWidget *view, const QString &title);
    /// A line for Messages that belongs to no result.
    void addMessage(const QString &text);

public Q_SLOTS:
    void focusGrid();

Q_SIGNALS:
    /// State, rows, transfer or tabs changed: read them again. At most once a frame.
    void changed();
    /// Once for every run(); no error: it finished.
    void ended(const std::optional<Grebe::Error> &error);
    /// "Show" in an error message: put the cursor there.
    void errorActivated(const Grebe::Error &error);
    void selectionSummaryChanged(const QString &text);
    void exportRequested();

private:
    struct Page;
    Page *currentPage() const;
    Page *pageForNewRun();
    void showPage(int index);
    void refresh(Page *page);
    void endPage(Page *page, const std::optional<Error> &error);
    void closePage(int index);
    QString incompleteText(const Page *page) const;

    const Dialect *m_dialect = nullptr;
    QTabBar *m_tabs;
    QStackedWidget *m_stack;
    Label *m_partial;
    Button *m_loadMore;
    Button *m_loadAll;
    Button *m_export;
    MessagesView *m_messages;
    std::vector<std::unique_ptr<Page>> m_pages; // in the order of the tabs; then Messages, then m_beside
    QPointer<QWidget> m_beside;
};

} // namespace Grebe
