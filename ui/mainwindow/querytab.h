// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "queryhistory.h"

#include "extension/connection.h"
#include "results/resultpane.h"

#include <QDateTime>
#include <QPointer>
#include <QWidget>

class QSplitter;

namespace Grebe {

class ConnectionModel;
class ExportDialog;
class PlanView;
class SchemaCache;
class SessionBar;
class Settings;
class SqlEditor;

/// One editor with its session and its results.
///
/// Shape      statements run one after the other, never at once: a run while another is on its way is refused with words
///            in the status bar. "Run all" stops at the first error.
/// Thread     GUI.
/// Ownership  of its session, a newSession() of the stored connection's; deleting the tab cancels what runs.
class QueryTab : public QWidget
{
    Q_OBJECT
public:
    explicit QueryTab(ConnectionModel *connections, QWidget *parent = nullptr);
    ~QueryTab() override;

    SqlEditor *editor() const { return m_editor; }
    ResultPane *results() const { return m_results; }
    QString connectionName() const;
    /// What its statements run on; null without a connection.
    Connection *session() const { return m_session.get(); }
    /// What the session bar's menus show at once; must outlive the tab.
    void setCache(SchemaCache *cache);
    void setConnection(const QString &name);

    QString title() const;
    QString fileName() const { return m_fileName; }
    void setFileName(const QString &fileName);
    void setScratchNumber(int number);
    bool isRunning() const { return m_results->isRunning(); }
    /// A remark for the status bar that is not about the run: why nothing was run.
    QString notice() const { return m_notice; }

    void run(); ///< the selection, or the statement at the cursor
    void runInNewTab(); ///< the same, and all earlier results stay
    void runAll();
    void runFromHere(); ///< the statement at the cursor and all behind it
    /// The table, or anything with a dotted name, that the cursor stands in or behind, with the parts the session adds; empty:
    /// no name there.
    ObjectPath nameAtCursor() const;
    /// What the shown result came from, when that only reads.
    void runAgain();
    void stop();
    /// The plan of the selection, or of the statement at the cursor, in a tab beside the results. Analyze runs it, and asks
    /// first where it may write.
    void explain(PlanKind kind);
    PlanView *planView() const; ///< null while there is none
    void toggleResults();
    void maximizeResults(); ///< and back
    bool areResultsVisible() const;
    void focusOtherHalf();
    /// The dialog for the result that is shown; null, and a notice, when there is none.
    ExportDialog *exportResult(Settings *settings);

Q_SIGNALS:
    void titleChanged();
    void stateChanged();
    void selectionSummaryChanged(const QString &text);
    void exportRequested();
    void connectionChanged();
    /// One statement came to its end, of a run of one or many.
    void statementEnded(const Grebe::PastStatement &statement);
    /// A run came to its end; no error: it finished.
    void ended(const std::optional<Grebe::Error> &error);

private:
    struct Part
    {
        qsizetype begin = 0; ///< in the editor's text; -1: it is not there any more
        QString sql;
    };

    void runParts(const QList<Part> &parts);
    void runWaiting();
    void runNext();
    Part partToExplain() const;
    void showPlan(const Part &part, PlanKind kind);
    void endPart(const std::optional<Error> &error);
    void setNotice(const QString &text);
    QString titleOf(const QString &sql) const;

    ConnectionModel *m_connections;
    ConnectionPtr m_session;
    SessionBar *m_bar;
    SqlEditor *m_editor;
    ResultPane *m_results;
    QPointer<PlanView> m_plan; // of the results, where its tab can be closed
    QSplitter *m_splitter;
    QList<Part> m_queue;
    QList<Part> m_next; ///< to run when the statement that waits at the row limit has ended
    bool m_isNextInNewTab = false;
    Part m_current;
    QDateTime m_startedAt; // of the current part
    bool m_isContinued = false; // the next part is of the same press as the last
    bool m_wantsNewTab = false;
    bool m_isNewTab = false; // of the press whose parts run
    QString m_fileName;
    QString m_notice;
    int m_scratchNumber = 1;
};

} // namespace Grebe
