// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QPointer>
#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QStackedWidget;

namespace Grebe {

class Button;
class KeptBar;
class MessagesView;
class ResultPage;
class ResultStore;
class ResultTabs;
class ResultView;
class SpillBar;
struct ExportRequest;

/// Where a run stands, for a status bar's dot and a tab's mark.
enum class RunState { Idle, Running, Finished, Cancelled, Failed };

/// The results of one editor: a tab a result with its grid (or its progress while there are no rows), and Messages.
///
/// Shape      a result replaces that of the same statement (the same text, or the same place in the editor) unless that
///            is pinned or running; all others stay, and so do messages.
/// Thread     GUI.
/// Ownership  takes the statement; closing a result or the pane lets go of it, which cancels it on the server.
class ResultPane : public QWidget
{
    Q_OBJECT
public:
    explicit ResultPane(QWidget *parent = nullptr);
    ~ResultPane() override;

    /// How a run finds its tab.
    struct Place
    {
        qsizetype begin = -1; ///< of the statement in the editor; -1: any tab that is free will do
        bool isContinued = false; ///< another statement of the same press of "run": the tabs of that are taken
        bool isNewTab = false;
    };
    /// How many rows the next results read at first; 0: all.
    void setRowLimit(qint64 rowLimit);
    qint64 rowLimit() const { return m_rowLimit; }
    /// Writes the result that is shown, or was last, into the folder, for another run of the program. Not while it runs,
    /// and not when it has more than `maxBytes`.
    void keepResult(const QString &folder, const QString &connection, qint64 maxBytes);
    /// The file that the result is kept in, or that is offered; empty when there is none.
    QString keptFile() const;
    /// Offers a result that was kept, until there is another one.
    void offerKept(const QString &fileName);
    /// Starts the statement. `title` names the tab ("orders"), `sql` is what ran, for messages and tooltips.
    void run(StatementPtr statement, const QString &title, const QString &sql, const Place &place);
    void run(StatementPtr statement, const QString &title, const QString &sql) { run(std::move(statement), title, sql, {}); }
    /// Whose choice of how values are written counts for the next results.
    void setConnectionName(const QString &name) { m_connectionName = name; }
    /// How literals are spelled that are copied from the next results; must outlive them.
    void setDialect(const Dialect *dialect) { m_dialect = dialect; }
    /// Asks the server to stop what runs; nothing happens when nothing does.
    void stop();
    /// Stops what waits at its row limit, and keeps its rows. False, and nothing was stopped, while something runs.
    bool stopHeld();
    bool isRunning() const;
    bool isHeld() const; ///< what runs waits at the row limit, all of it
    RunState state() const;
    /// The status bar's words about the current result: "Finished 3.2 s".
    QString stateText() const;
    QString rowText() const; ///< "10,000 rows"
    QString transferText() const; ///< "2.1 GB read · 74 MB/s"
    QString zoneText() const; ///< "times as sent"; empty where no column has a zone
    /// The rows of the result that is shown; null when none is.
    std::shared_ptr<ResultStore> currentStore() const;
    /// What an export dialog has to know of the result that is shown; empty when there is none with columns.
    std::optional<ExportRequest> exportRequest() const;
    /// The result that is shown, to work with; null when none has columns.
    ResultView *view() const;
    /// The SQL of the result that is shown.
    QString currentSql() const;
    /// A view that is no result, in a tab of its own behind Messages: one at a time, the pane's from now on; closing its tab
    /// deletes it.
    void showBeside(QWidget *view, const QString &title);
    /// A line for Messages that belongs to no result.
    void addMessage(const QString &text);

public Q_SLOTS:
    void focusGrid();
    void togglePin(); ///< of the result that is shown
    void toggleSql();
    void toggleProfile();
    void toggleChart();

Q_SIGNALS:
    /// State, rows, transfer or tabs changed: read them again. At most once a frame.
    void changed();
    /// Once for every run(); no error: it finished.
    void ended(const std::optional<Grebe::Error> &error);
    /// "Show" in an error message: put the cursor there.
    void errorActivated(const Grebe::Error &error);
    void selectionSummaryChanged(const QString &text);
    void exportRequested();
    void rowLimitChanged(qint64 rowLimit); ///< by the person

private:
    ResultPage *currentPage() const;
    ResultPage *shownPage() const; ///< the current one, or the last while Messages are shown
    ResultPage *pageForRun(const QString &sql, const Place &place);
    void showPage(int index);
    void refresh(ResultPage *page);
    void endPage(ResultPage *page);
    void closePage(int index);
    void setPinned(int index, bool isPinned);
    void openTabMenu(int index, const QPoint &at);
    void compare(int left, int right);
    void showMessages();
    int indexOf(const ResultPage *page) const;
    void closeOtherResults();
    int otherResultCount() const;

    const Dialect *m_dialect = nullptr;
    QString m_connectionName;
    ResultTabs *m_tabs;
    QStackedWidget *m_stack;
    Button *m_limit;
    Button *m_export;
    Button *m_chart;
    SpillBar *m_spill;
    KeptBar *m_kept;
    QString m_offered;
    qint64 m_rowLimit = 0;
    MessagesView *m_messages;
    std::vector<std::unique_ptr<ResultPage>> m_pages; // in the order of the tabs; then Messages, then m_beside
    int m_press = 0;
    QPointer<QWidget> m_beside; // behind Messages
};

} // namespace Grebe
