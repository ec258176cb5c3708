// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QElapsedTimer>
#include <QTimer>
#include <QWidget>

class QPlainTextEdit;
class QStackedWidget;
class QTextEdit;
class QTreeView;

namespace Grebe {

class Button;
class Label;
class PlanModel;
class Segmented;

/// How a server would run a statement, or ran it: the tree with its figures, what is known of the operator under the
/// cursor, and the server's own text.
///
/// Shape      one question at a time; a new one gives the one before up, and its server is told. While the server thinks
///            (or, for Analyze, runs the statement) the view says so and has a Stop.
/// Thread     GUI.
class PlanView : public QWidget
{
    Q_OBJECT
public:
    explicit PlanView(QWidget *parent = nullptr);
    ~PlanView() override;

    void ask(Connection *connection, const QString &sql, PlanKind kind);
    void stop();
    bool isAsking() const { return m_isAsking; }
    const Plan &plan() const;
    QTreeView *tree() const { return m_tree; }
    QString statusText() const;
    QString detailText() const;
    QString rawText() const;

Q_SIGNALS:
    /// The question has ended; no error: there is a plan.
    void ended(const std::optional<Grebe::Error> &error);

protected:
    void changeEvent(QEvent *event) override;

private:
    void updatePalette();
    void setAnswer(const Result<Plan> &answer);
    void showPlan(const Plan &plan);
    void showPart(int index);
    void showDetail();
    void updateStatus();
    void fitColumns();
    void copy() const;

    PlanModel *m_model;
    QFuture<Result<Plan>> m_asked;
    bool m_isAsking = false;
    int m_question = 0;
    PlanKind m_kind = PlanKind::Distributed;
    QElapsedTimer m_clock;
    QTimer m_tick;
    QTreeView *m_tree;
    QTextEdit *m_detail;
    QPlainTextEdit *m_text;
    QStackedWidget *m_stack;
    Segmented *m_parts;
    Label *m_status;
    Button *m_stop;
    Button *m_copy;
};

} // namespace Grebe
