// SPDX-License-Identifier: Apache-2.0
#include "querytab.h"

#include "sessionbar.h"

#include "connections/connectionmodel.h"
#include "editor/sqleditor.h"
#include "export/exportdialog.h"
#include "plan/planview.h"

#include <QFileInfo>
#include <QMessageBox>
#include <QPushButton>
#include <QRegularExpression>
#include <QShortcut>
#include <QSplitter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

QueryTab::QueryTab(ConnectionModel *connections, QWidget *parent)
    : QWidget(parent), m_connections(connections), m_bar(new SessionBar(connections, this)), m_editor(new SqlEditor(this)),
      m_results(new ResultPane(this)), m_splitter(new QSplitter(Qt::Vertical, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_bar);
    layout->addWidget(m_splitter, 1);
    m_splitter->addWidget(m_editor);
    m_splitter->addWidget(m_results);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setSizes({ 292, 440 });
    m_splitter->setStretchFactor(0, 2); // a small window takes from both
    m_splitter->setStretchFactor(1, 3);
    m_editor->setMinimumHeight(60);
    m_results->setMinimumHeight(80);
    setFocusProxy(m_editor);

    connect(m_bar, &SessionBar::connectionChosen, this, &QueryTab::setConnection);
    connect(m_bar, &SessionBar::runRequested, this, &QueryTab::run);
    connect(m_bar, &SessionBar::explainRequested, this, [this] { explain(PlanKind::Distributed); });
    connect(m_bar, &SessionBar::stopRequested, this, &QueryTab::stop);
    connect(m_editor, &SqlEditor::modifiedChanged, this, &QueryTab::titleChanged);
    connect(m_editor, &SqlEditor::textChanged, this, [this] { setNotice({}); });
    connect(m_editor, &SqlEditor::cursorMoved, this, &QueryTab::stateChanged);
    connect(m_results, &ResultPane::changed, this, [this] {
        m_bar->setRunning(m_results->isRunning());
        Q_EMIT stateChanged();
    });
    connect(m_results, &ResultPane::ended, this, &QueryTab::endPart);
    connect(m_results, &ResultPane::errorActivated, this, [this] { m_editor->goToError(); });
    connect(m_results, &ResultPane::selectionSummaryChanged, this, &QueryTab::selectionSummaryChanged);
    connect(m_results, &ResultPane::exportRequested, this, &QueryTab::exportRequested);
    auto *again = new QShortcut(QKeySequence(Qt::Key_F5), m_results);
    again->setContext(Qt::WidgetWithChildrenShortcut); // in the tree it reads a level again
    connect(again, &QShortcut::activated, this, &QueryTab::runAgain);
}

QueryTab::~QueryTab()
{
    // What the halves say while they are taken down concerns nobody any more.
    m_results->disconnect(this);
    m_editor->disconnect(this);
}

QString QueryTab::connectionName() const
{
    return m_bar->connectionName();
}

void QueryTab::setCache(SchemaCache *cache)
{
    m_bar->setCache(cache);
}

void QueryTab::setConnection(const QString &name)
{
    Connection *root = m_connections->connection(name);
    if (!root) {
        m_bar->setConnection(name, nullptr);
        m_editor->setDialect(nullptr, {});
        m_session.reset();
        Q_EMIT connectionChanged();
        return;
    }
    ConnectionPtr session = root->newSession();
    connect(session.get(), &Connection::sessionChanged, this, [this, from = session.get()](const SessionState &state) {
        if (m_session.get() == from)
            m_bar->setSession(state);
    });
    m_bar->setConnection(name, session.get());
    m_editor->setDialect(&session->dialect(), session->engine().syntaxName);
    m_queue.clear();
    m_session = std::move(session);
    // What needs no server and no sign-in can say at once which schema it is in.
    if (!m_session->engine().features.testFlag(EngineInfo::Network))
        (void)m_session->open();
    Q_EMIT connectionChanged();
}

ExportDialog *QueryTab::exportResult(Settings *settings)
{
    std::optional<ExportRequest> request = m_results->exportRequest();
    QString sql = m_results->currentSql();
    if (!request) { // nothing ran yet: straight into a file
        const StatementRange range = m_editor->currentStatement();
        sql = m_editor->text().mid(range.begin, range.length());
        if (!m_session || m_session->dialect().kind(sql) != StatementKind::Query) {
            setNotice(tr("No result to export, and no query at the cursor"));
            return nullptr;
        }
        request = ExportRequest { .title = title() };
    }
    if (m_session) {
        request->dialect = &m_session->dialect();
        // Only what reads can be run a second time without asking what it would do.
        if (request->dialect->kind(sql) == StatementKind::Query) {
            request->runAgain = [tab = QPointer(this), session = QPointer(m_session.get()), sql]() -> StatementPtr {
                // What waits at its row limit gives its place to this.
                return tab && session && tab->m_results->stopHeld() ? session->prepare(sql) : nullptr;
            };
        }
    }
    auto *dialog = new ExportDialog(std::move(*request), settings, window());
    dialog->show();
    return dialog;
}

QString QueryTab::title() const
{
    return m_fileName.isEmpty() ? tr("scratch %1").arg(m_scratchNumber) : QFileInfo(m_fileName).fileName();
}

void QueryTab::setFileName(const QString &fileName)
{
    m_fileName = fileName;
    Q_EMIT titleChanged();
}

void QueryTab::setScratchNumber(int number)
{
    m_scratchNumber = number;
    Q_EMIT titleChanged();
}

void QueryTab::runInNewTab()
{
    m_wantsNewTab = true;
    run();
    m_wantsNewTab = false;
}

void QueryTab::run()
{
    const QString text = m_editor->text();
    const StatementRange selection = m_editor->selection();
    QList<Part> parts;
    if (selection.length() > 0 && m_session) {
        // The selection is exact: what stands in it runs, cut into statements where it holds more than one.
        const QString selected = text.mid(selection.begin, selection.length());
        const QList<StatementRange> ranges = m_session->dialect().split(selected);
        for (const StatementRange &range : ranges)
            parts += { selection.begin + range.begin, selected.mid(range.begin, range.length()) };
    } else {
        const StatementRange range = m_editor->currentStatement();
        if (range.length() > 0)
            parts += { range.begin, text.mid(range.begin, range.length()) };
    }
    runParts(parts);
}

void QueryTab::runAll()
{
    const QString text = m_editor->text();
    QList<Part> parts;
    const QList<StatementRange> ranges = m_editor->statements();
    for (const StatementRange &range : ranges)
        parts += { range.begin, text.mid(range.begin, range.length()) };
    runParts(parts);
}

void QueryTab::runFromHere()
{
    const QString text = m_editor->text();
    const StatementRange first = m_editor->currentStatement();
    QList<Part> parts;
    const QList<StatementRange> ranges = m_editor->statements();
    for (const StatementRange &range : ranges) {
        if (range.begin >= first.begin)
            parts += { range.begin, text.mid(range.begin, range.length()) };
    }
    runParts(parts);
}

ObjectPath QueryTab::nameAtCursor() const
{
    static const QRegularExpression name(uR"((?:[\w$]+|"(?:[^"]|"")+"|`[^`]+`)(?:\.(?:[\w$]+|"(?:[^"]|"")+"|`[^`]+`))*)"_s,
                                         QRegularExpression::UseUnicodePropertiesOption);
    static const QRegularExpression part(uR"([\w$]+|"(?:[^"]|"")+"|`[^`]+`)"_s, QRegularExpression::UseUnicodePropertiesOption);
    const StatementRange statement = m_editor->currentStatement();
    const QString text = m_editor->text().mid(statement.begin, statement.length());
    const qsizetype cursor = m_editor->cursorPosition() - statement.begin;
    QRegularExpressionMatchIterator names = name.globalMatch(text);
    while (names.hasNext()) {
        const QRegularExpressionMatch found = names.next();
        if (cursor < found.capturedStart() || cursor > found.capturedEnd())
            continue;
        QStringList parts;
        QRegularExpressionMatchIterator each = part.globalMatch(found.captured());
        while (each.hasNext()) {
            QString word = each.next().captured();
            if (const QChar quote = word.front(); quote == u'"' || quote == u'`')
                word = word.sliced(1, word.size() - 2).replace(QString(2, quote), QString(quote));
            parts += word;
        }
        const QStringList current = m_session ? m_session->session().current.parts() : QStringList();
        return ObjectPath(current.first(qMax<qsizetype>(0, current.size() + 1 - parts.size())) + parts);
    }
    return {};
}

// Only what reads: a statement that changes data runs where it can be seen.
void QueryTab::runAgain()
{
    const QString sql = m_results->currentSql();
    if (sql.isEmpty() || !m_session)
        return;
    const StatementKind kind = m_session->dialect().kind(sql);
    if (kind != StatementKind::Query && kind != StatementKind::Metadata) {
        setNotice(tr("F5 repeats queries only; run this statement in the editor"));
        return;
    }
    runParts({ { m_editor->text().indexOf(sql), sql } });
}

void QueryTab::runParts(const QList<Part> &parts)
{
    if (!m_session)
        setNotice(tr("Choose a connection first"));
    else if (parts.isEmpty())
        setNotice(tr("No statement here to run"));
    else if (m_results->isHeld()) { // what waits at the row limit is let go of; its rows stay
        m_next = parts;
        m_isNextInNewTab = m_wantsNewTab;
        m_queue.clear();
        m_results->stop();
    } else if (m_results->isRunning())
        setNotice(tr("Still running: Ctrl+F2 stops it"));
    else {
        setNotice({});
        m_queue = parts;
        m_isContinued = false;
        m_isNewTab = m_wantsNewTab;
        if (!areResultsVisible())
            toggleResults();
        runNext();
    }
}

void QueryTab::runNext()
{
    m_current = m_queue.takeFirst();
    m_editor->clearError();
    if (m_current.begin >= 0) // not when the text of a result is in the editor no more
        m_editor->flash({ .begin = m_current.begin, .end = m_current.begin + m_current.sql.size() });
    m_results->setDialect(&m_session->dialect());
    m_results->setConnectionName(connectionName());
    m_startedAt = QDateTime::currentDateTimeUtc();
    m_results->run(m_session->prepare(m_current.sql), titleOf(m_current.sql), m_current.sql,
                   { .begin = m_current.begin, .isContinued = std::exchange(m_isContinued, true), .isNewTab = m_isNewTab });
    m_bar->setRunning(m_results->isRunning());
    Q_EMIT stateChanged();
}

void QueryTab::endPart(const std::optional<Error> &error)
{
    m_bar->setRunning(m_results->isRunning());
    const std::shared_ptr<ResultStore> rows = m_results->currentStore();
    Q_EMIT statementEnded({ .sql = m_current.sql,
                            .connection = connectionName(),
                            .startedAt = m_startedAt,
                            .took = std::chrono::milliseconds(m_startedAt.msecsTo(QDateTime::currentDateTimeUtc())),
                            .rowCount = rows ? rows->rowCount() : 0,
                            .error = error ? error->message : QString() });
    if (error) {
        m_queue.clear();
        if (!error->isCancelled() && m_current.begin >= 0)
            m_editor->setError(m_current.begin, m_current.sql, *error);
    }
    Q_EMIT stateChanged();
    if (!m_next.isEmpty())
        QMetaObject::invokeMethod(this, &QueryTab::runWaiting, Qt::QueuedConnection);
    else if (m_queue.isEmpty())
        Q_EMIT ended(error);
    else
        QMetaObject::invokeMethod(this, [this] {
            if (!m_queue.isEmpty() && m_session && !m_results->isRunning())
                runNext();
        }, Qt::QueuedConnection);
}

void QueryTab::runWaiting()
{
    if (m_results->isRunning())
        return;
    m_wantsNewTab = m_isNextInNewTab;
    runParts(std::exchange(m_next, {}));
    m_wantsNewTab = false;
}

void QueryTab::stop()
{
    m_queue.clear();
    m_next.clear();
    if (m_plan)
        m_plan->stop();
    m_results->stop();
}

PlanView *QueryTab::planView() const
{
    return m_plan;
}

QueryTab::Part QueryTab::partToExplain() const
{
    const QString text = m_editor->text();
    StatementRange range = m_editor->selection();
    if (range.length() <= 0)
        range = m_editor->currentStatement();
    return { range.begin, text.mid(range.begin, range.length()) };
}

void QueryTab::explain(PlanKind kind)
{
    const Part part = partToExplain();
    if (!m_session) {
        setNotice(tr("Choose a connection first"));
        return;
    }
    if (part.sql.trimmed().isEmpty()) {
        setNotice(tr("No statement here to explain"));
        return;
    }
    setNotice({});
    const StatementKind what = m_session->dialect().kind(part.sql);
    if (kind != PlanKind::Analyze || what == StatementKind::Query || what == StatementKind::Metadata) {
        showPlan(part, kind);
        return;
    }
    auto *question = new QMessageBox(QMessageBox::Warning, tr("Explain by running"),
                                     tr("This runs the statement on %1, and it may change data there:").arg(connectionName()), QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setInformativeText(part.sql.size() > 400 ? part.sql.first(400) + u'…' : part.sql);
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton *run = question->addButton(tr("Run It"), QMessageBox::AcceptRole);
    question->setDefaultButton(QMessageBox::Cancel);
    connect(question, &QMessageBox::buttonClicked, this, [this, part, kind, run](QAbstractButton *button) {
        if (button == run && m_session)
            showPlan(part, kind);
    });
    question->open();
}

void QueryTab::showPlan(const Part &part, PlanKind kind)
{
    if (!m_plan)
        m_plan = new PlanView;
    m_plan->disconnect(this);
    connect(m_plan, &PlanView::ended, this, [this, part](const std::optional<Error> &error) {
        if (error && !error->isCancelled())
            m_editor->setError(part.begin, part.sql, *error);
    });
    m_editor->clearError();
    m_editor->flash({ .begin = part.begin, .end = part.begin + part.sql.size() });
    m_results->show();
    m_results->showBeside(m_plan, tr("Plan"));
    m_plan->ask(m_session.get(), part.sql, kind);
}

void QueryTab::toggleResults()
{
    m_results->setVisible(m_results->isHidden());
    m_editor->show();
    if (m_results->isHidden())
        m_editor->setFocus();
}

void QueryTab::maximizeResults()
{
    const bool isLarge = m_editor->isHidden();
    m_results->show();
    m_editor->setVisible(isLarge);
    if (!isLarge)
        m_results->focusGrid();
}

bool QueryTab::areResultsVisible() const
{
    return !m_results->isHidden();
}

void QueryTab::focusOtherHalf()
{
    const QWidget *focus = focusWidget();
    if (focus && m_results->isAncestorOf(focus) && focus->hasFocus()) {
        m_editor->show();
        m_editor->setFocus(Qt::ShortcutFocusReason);
        return;
    }
    m_results->show();
    m_results->focusGrid();
}

void QueryTab::setNotice(const QString &text)
{
    if (m_notice == text)
        return;
    m_notice = text;
    Q_EMIT stateChanged();
}

QString QueryTab::titleOf(const QString &sql) const
{
    // The first table named is the best short name of a result; what it says without one is its first word.
    static const QRegularExpression table(uR"((?:\bfrom|\bjoin|\binto|\bupdate|\btable)\s+((?:[\w$]+|"(?:[^"]|"")*")(?:\.(?:[\w$]+|"(?:[^"]|"")*"))*))"_s,
                                          QRegularExpression::CaseInsensitiveOption);
    const QRegularExpressionMatch match = table.match(sql);
    if (match.hasMatch()) {
        QString name = match.captured(1);
        name = name.mid(name.lastIndexOf(u'.') + 1);
        name.remove(u'"');
        if (!name.isEmpty())
            return name;
    }
    return sql.simplified().section(u' ', 0, 0).toLower();
}

} // namespace Grebe
