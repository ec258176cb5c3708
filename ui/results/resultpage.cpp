// SPDX-License-Identifier: Apache-2.0
#include "resultpage.h"

#include "cellformatter.h"
#include "progressview.h"
#include "resultbar.h"
#include "resultview.h"

#include "widgets/label.h"

#include <QFontDatabase>
#include <QPlainTextEdit>
#include <QStackedWidget>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

ResultPage::ResultPage(QWidget *parent)
    : QWidget(parent), m_bar(new ResultBar), m_sql(new QPlainTextEdit), m_stack(new QStackedWidget),
      m_progress(new ProgressView), m_view(new ResultView), m_note(new Label)
{
    m_sql->setObjectName(u"sql"_s);
    m_sql->setReadOnly(true);
    m_sql->setFrameShape(QFrame::NoFrame);
    m_sql->setMaximumHeight(120);
    m_sql->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_sql->setTabChangesFocus(true);
    m_sql->setAccessibleName(tr("The SQL that ran"));
    m_sql->hide();
    m_note->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_note->setContentsMargins(14, 14, 14, 14);
    m_note->setBackgroundRole(QPalette::Base);
    m_note->setAutoFillBackground(true);
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_stack->addWidget(m_progress);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_note);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(m_sql);
    layout->addWidget(m_stack, 1);
    connect(m_bar, &ResultBar::loadMoreRequested, this, [this] { m_run->loadMore(); });
    connect(m_bar, &ResultBar::loadAllRequested, this, [this] { m_run->loadAll(); });
    connect(m_bar, &ResultBar::exportRequested, this, &ResultPage::exportRequested);
    connect(m_bar, &ResultBar::messagesRequested, this, &ResultPage::messagesRequested);
    connect(m_view, &ResultView::orderChanged, this, &ResultPage::changed);
    connect(m_view, &ResultView::displayChanged, this, &ResultPage::changed);
}

ResultPage::~ResultPage()
{
    // The view speaks of its empty selection while the run is already gone.
    m_view->disconnect(this);
}

void ResultPage::begin(StatementPtr statement, const QString &title, const QString &sql, const Dialect *dialect,
                       const QString &connectionName, qint64 rowLimit)
{
    if (m_run)
        m_view->setResult(nullptr, nullptr, {});
    m_view->setDialect(dialect);
    m_view->setTableName(title);
    m_view->setConnectionName(connectionName);
    m_title = title;
    m_sql->setPlainText(sql);
    m_run = std::make_unique<ResultRun>(std::move(statement), sql);
    m_run->setRowLimit(rowLimit);
    ResultRun *run = m_run.get();
    connect(run, &ResultRun::columnsKnown, this, [this, run] { m_view->setResult(run->store(), &run->columns(), run->columnNames()); });
    connect(run, &ResultRun::rowCountChanged, this, &ResultPage::showRows);
    connect(run, &ResultRun::progressChanged, this, &ResultPage::refresh);
    connect(run, &ResultRun::warningReceived, this, &ResultPage::warningReceived);
    connect(run, &ResultRun::warningReceived, this, &ResultPage::refresh);
    connect(run, &ResultRun::ended, this, &ResultPage::end);
    m_stack->setCurrentWidget(m_progress);
    m_startedAt = QDateTime::currentDateTimeUtc();
    run->start();
    refresh();
}

QWidget *ResultPage::face() const
{
    return m_stack->currentWidget();
}

QString ResultPage::noteText() const
{
    return m_note->text();
}

bool ResultPage::hasRows() const
{
    return !m_run->columns().empty() && (!m_run->error() || m_run->rowCount() > 0);
}

bool ResultPage::isSqlShown() const
{
    return !m_sql->isHidden();
}

void ResultPage::setSqlShown(bool isShown)
{
    m_sql->setVisible(isShown);
    (isShown ? static_cast<QWidget *>(m_sql) : face())->setFocus();
}

void ResultPage::showRows(qint64 rowCount)
{
    m_view->setRowCount(rowCount);
    m_stack->setCurrentWidget(m_view);
    refresh();
}

void ResultPage::end()
{
    const std::optional<Error> &error = m_run->error();
    const QString took = durationText(m_run->elapsed().count());
    const StatementSummary &summary = m_run->summary();
    if (error && !error->isCancelled())
        m_note->setText(tr("No rows: %1").arg(error->message));
    else if (error)
        m_note->setText(error->hint.isEmpty() ? error->message : error->message + u'\n' + error->hint);
    else if (!summary.updateType.isEmpty())
        m_note->setText(summary.affectedRows ? tr("%1: %2 rows, %3").arg(summary.updateType, countText(*summary.affectedRows), took)
                                             : tr("%1: done, %2").arg(summary.updateType, took));
    else if (m_run->columns().empty())
        m_note->setText(tr("Done, %1").arg(took));
    // No rows but columns: the header with its types is the answer.
    const bool showsGrid = hasRows() && (m_run->rowCount() > 0 || summary.updateType.isEmpty());
    m_stack->setCurrentWidget(showsGrid ? static_cast<QWidget *>(m_view) : m_note);
    refresh();
    Q_EMIT ended();
}

void ResultPage::refresh()
{
    if (m_stack->currentWidget() == m_progress) {
        m_progress->setProgress(m_run->progress(), m_run->elapsed(), m_run->isCancelling());
        m_progress->setQuery(m_run->queryId(), m_run->infoUrl());
    }
    QString text = incompleteText();
    const QList<Warning> &warnings = m_run->warnings();
    if (text.isEmpty() && !warnings.isEmpty() && hasRows()) {
        text = warnings.size() == 1 ? singleLine(warnings.first().message)
                                    : tr("%1 (and %2 more)").arg(singleLine(warnings.first().message)).arg(warnings.size() - 1);
    }
    m_bar->setText(text, m_run->isHeld(), !warnings.isEmpty() || (m_run->error() && !m_run->error()->isCancelled()));
    Q_EMIT changed();
}

QString ResultPage::tabText() const
{
    if (m_run->isRunning() && m_run->rowCount() == 0)
        return tr("%1 · running %2").arg(name(), durationText(m_run->elapsed().count()));
    if (m_run->isRunning())
        return tr("%1 · %2 rows so far").arg(name(), countText(m_run->rowCount()));
    if (!hasRows())
        return name();
    const QString took = durationText(m_run->elapsed().count());
    return m_run->rowCount() == 1 ? tr("%1 · 1 row · %2").arg(name(), took)
                                  : tr("%1 · %2 rows · %3").arg(name(), countText(m_run->rowCount()), took);
}

QString ResultPage::incompleteText() const
{
    if (m_run->isHeld())
        return tr("first %1 of ? rows").arg(countText(m_run->rowCount()));
    if (m_run->isRunning())
        return {};
    if (m_run->error() && m_run->rowCount() > 0)
        return m_run->error()->isCancelled() ? tr("incomplete: stopped after %1 rows").arg(countText(m_run->rowCount()))
                                             : tr("incomplete: %1 rows, then an error").arg(countText(m_run->rowCount()));
    if (!m_run->summary().partialReason.isEmpty())
        return tr("incomplete: %1").arg(m_run->summary().partialReason);
    return {};
}

} // namespace Grebe
