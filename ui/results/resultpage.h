// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/statement.h"
#include "resultrun.h"

#include <QDateTime>
#include <QWidget>

class QPlainTextEdit;
class QStackedWidget;

namespace Grebe {

class Dialect;
class Label;
class ProgressView;
class ResultBar;
class ResultView;

/// One tab of a result pane: a run and the faces it can show, progress, rows or a note, with the bar for what is
/// missing above them and, on demand, the SQL that ran.
///
/// Shape      begin() may be called again; nothing of an earlier run stays but the name a person gave it.
/// Thread     GUI.
/// Ownership  takes the statement; deleting the page cancels it.
class ResultPage : public QWidget
{
    Q_OBJECT
public:
    explicit ResultPage(QWidget *parent = nullptr);
    ~ResultPage() override;

    void begin(StatementPtr statement, const QString &title, const QString &sql, const Dialect *dialect,
               const QString &connectionName, qint64 rowLimit);
    ResultRun *run() const { return m_run.get(); }
    ResultView *view() const { return m_view; }
    QWidget *face() const; ///< what takes the focus
    const ResultBar *bar() const { return m_bar; }

    QString name() const { return m_name.isEmpty() ? m_title : m_name; }
    void setName(const QString &name) { m_name = name; } ///< a person's; empty: none
    bool isPinned() const { return m_isPinned; }
    void setPinned(bool isPinned) { m_isPinned = isPinned; }
    QString tabText() const; ///< "orders · 10,000 rows · 3.2 s"
    QString incompleteText() const; ///< why not all rows are there; empty: they are
    QString noteText() const; ///< "INSERT: 5 rows"; why there are no rows
    bool hasRows() const; ///< a grid is worth showing
    bool isSqlShown() const;
    void setSqlShown(bool isShown);
    void refresh(); ///< the clock went on

    qsizetype place = -1; ///< where its statement stood in the editor; -1: not known
    int press = 0; ///< of which press of "run" it is
    QString keptFile; ///< that has the same rows
    QDateTime startedAt() const { return m_startedAt; }

Q_SIGNALS:
    void changed(); ///< rows, progress, state
    void warningReceived(const Grebe::Warning &warning);
    void ended();
    void exportRequested();
    void messagesRequested();

private:
    void showRows(qint64 rowCount);
    void end();

    std::unique_ptr<ResultRun> m_run;
    ResultBar *m_bar;
    QPlainTextEdit *m_sql;
    QStackedWidget *m_stack;
    ProgressView *m_progress;
    ResultView *m_view;
    Label *m_note; ///< what there is to say when there is no grid: "INSERT: 5 rows"
    QString m_title;
    QString m_name;
    QDateTime m_startedAt;
    bool m_isPinned = false;
};

} // namespace Grebe
