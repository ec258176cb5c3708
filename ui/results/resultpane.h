// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <vector>

class QStackedWidget;
class QTabBar;

namespace Grebe {

class Button;
class KeptBar;
class Label;
class MessagesView;
class ResultRun;
class ResultStore;
class ResultView;
class SpillBar;
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
    void rowLimitChanged(qint64 rowLimit); ///< by the person

private:
    struct Page;
    Page *currentPage() const;
    Page *pageForNewRun();
    void showPage(int index);
    void refresh(Page *page);
    void endPage(Page *page, const std::optional<Error> &error);
    void closePage(int index);
    void closeOtherResults();
    int otherResultCount() const;
    QString incompleteText(const Page *page) const;

    const Dialect *m_dialect = nullptr;
    QTabBar *m_tabs;
    QStackedWidget *m_stack;
    Label *m_partial;
    Button *m_loadMore;
    Button *m_loadAll;
    Button *m_limit;
    Button *m_export;
    SpillBar *m_spill;
    KeptBar *m_kept;
    QString m_offered;
    qint64 m_rowLimit = 0;
    MessagesView *m_messages;
    std::vector<std::unique_ptr<Page>> m_pages; // in the order of the tabs; Messages is the last tab
};

} // namespace Grebe
