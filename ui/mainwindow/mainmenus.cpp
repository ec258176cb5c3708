// SPDX-License-Identifier: Apache-2.0
#include "mainwindow.h"

#include "editorfiles.h"
#include "editortabbar.h"

#include "connections/connectionmodel.h"
#include "editor/sqleditor.h"
#include "results/cellformatter.h"
#include "results/cellviewer.h"
#include "results/resultpane.h"
#include "results/resultview.h"
#include "schema/schemaview.h"
#include "settings/settings.h"
#include "widgets/chooser.h"

#include <QActionGroup>
#include <QApplication>
#include <QLocale>
#include <QMenuBar>

using namespace Qt::StringLiterals;

namespace Grebe {

void MainWindow::makeMenus()
{
    const auto add = [this](QMenu *menu, const QString &text, const QList<QKeySequence> &keys, auto slot) {
        QAction *action = menu->addAction(text);
        action->setShortcuts(keys);
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    // The editor answers these keys itself, so that the grid and the fields keep theirs: the menu only shows them.
    const auto addEdit = [this](QMenu *menu, const QString &text, const QString &key, auto slot) {
        QAction *action = menu->addAction(key.isEmpty() ? text : text + u'\t' + key);
        connect(action, &QAction::triggered, this, [this, slot] {
            if (QueryTab *tab = currentTab())
                (tab->editor()->*slot)();
        });
        m_editorActions += action;
    };
    const auto key = [](const char *text) { return QKeySequence(QString::fromLatin1(text)); };

    QMenu *file = menuBar()->addMenu(tr("&File"));
    add(file, tr("&New Editor"), { key("Ctrl+T"), key("Ctrl+N") }, [this] { newTab(); });
    add(file, tr("&Open…"), { key("Ctrl+O") }, [this] { m_files->open(); });
    file->addSeparator();
    m_save = add(file, tr("&Save"), { key("Ctrl+S") }, [this] { m_files->save(currentTab(), false); });
    m_editorActions += add(file, tr("Save &As…"), { key("Ctrl+Shift+S") }, [this] { m_files->save(currentTab(), true); });
    file->addSeparator();
    m_editorActions += add(file, tr("&Close Editor"), { key("Ctrl+W") }, [this] { closeTab(m_tabBar->currentIndex()); });
    m_reopen = add(file, tr("&Reopen Closed Editor"), { key("Ctrl+Shift+T") }, &MainWindow::reopenTab);
    file->addSeparator();
    add(file, tr("&Quit"), { key("Ctrl+Q") }, [this] { close(); })->setMenuRole(QAction::QuitRole);
    m_editorActions += m_save;

    QMenu *edit = menuBar()->addMenu(tr("&Edit"));
    addEdit(edit, tr("&Undo"), u"Ctrl+Z"_s, &SqlEditor::undo);
    addEdit(edit, tr("&Redo"), u"Ctrl+Shift+Z"_s, &SqlEditor::redo);
    edit->addSeparator();
    addEdit(edit, tr("Cu&t"), u"Ctrl+X"_s, &SqlEditor::cut);
    addEdit(edit, tr("&Copy"), u"Ctrl+C"_s, &SqlEditor::copy);
    addEdit(edit, tr("&Paste"), u"Ctrl+V"_s, &SqlEditor::paste);
    addEdit(edit, tr("Select &All"), u"Ctrl+A"_s, &SqlEditor::selectAll);
    edit->addSeparator();
    addEdit(edit, tr("&Find…"), u"Ctrl+F"_s, &SqlEditor::find);
    addEdit(edit, tr("R&eplace…"), u"Ctrl+R"_s, &SqlEditor::replace);
    edit->addSeparator();
    addEdit(edit, tr("Co&mment or Uncomment"), u"Ctrl+/"_s, &SqlEditor::toggleComment);

    QMenu *query = menuBar()->addMenu(tr("&Query"));
    m_run = add(query, tr("&Run Statement or Selection"), { key("Ctrl+Return"), key("Ctrl+Enter"), key("F9") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->run();
        else
            runSample();
    });
    m_runAll = add(query, tr("Run &All"), { key("Ctrl+Shift+Return"), key("Ctrl+Shift+Enter"), key("Alt+X") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->runAll();
    });
    m_editorActions += m_runAll;
    m_editorActions += add(query, tr("Run into a &New Result Tab"), { key("Ctrl+\\") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->runInNewTab();
    });
    m_editorActions += add(query, tr("Run from &Here to the End"), { key("Ctrl+Alt+Return"), key("Ctrl+Alt+Enter") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->runFromHere();
    });
    m_stop = add(query, tr("&Stop"), { key("Ctrl+F2") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->stop();
    });
    query->addSeparator();
    const auto addExplain = [&](const QString &text, const QList<QKeySequence> &keys, PlanKind kind) {
        m_editorActions += add(query, text, keys, [this, kind] {
            if (QueryTab *tab = currentTab())
                tab->explain(kind);
        });
    };
    addExplain(tr("&Explain"), { key("Ctrl+Shift+E"), key("Ctrl+Alt+E") }, PlanKind::Distributed);
    addExplain(tr("Explain by Ru&nning It"), {}, PlanKind::Analyze);
    addExplain(tr("Show What It Rea&ds"), {}, PlanKind::Io);
    addExplain(tr("&Check Names and Types"), {}, PlanKind::Validate);
    query->addSeparator();
    m_editorActions += add(query, tr("Go to the &Problem"), { key("F2") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->editor()->goToError();
    });
    m_editorActions += add(query, tr("Go to the &Table at the Cursor"), { key("F4") }, &MainWindow::goToTable);
    query->addSeparator();
    add(query, tr("Histor&y…"), { key("Ctrl+Alt+H") }, &MainWindow::showHistory);

    QMenu *results = menuBar()->addMenu(tr("&Results"));
    m_editorActions += add(results, tr("&Show or Hide Results"), { key("Ctrl+J") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->toggleResults();
    });
    m_editorActions += add(results, tr("&Maximize Results"), { key("Ctrl+Shift+J") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->maximizeResults();
    });
    m_editorActions += add(results, tr("Go to &Editor or Results"), { key("F8") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->focusOtherHalf();
    });
    m_editorActions += add(results, tr("Go to the &Results"), { key("Ctrl+PgDown") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->results()->focusGrid();
    });
    m_editorActions += add(results, tr("Go to the E&ditor"), { key("Ctrl+PgUp") }, [this] {
        if (QueryTab *tab = currentTab()) {
            tab->editor()->show();
            tab->editor()->setFocus(Qt::ShortcutFocusReason);
        }
    });

    results->addSeparator();
    m_editorActions += add(results, tr("&Run Again") + u"\tF5"_s, {}, [this] {
        if (QueryTab *tab = currentTab())
            tab->runAgain();
    });
    m_editorActions += add(results, tr("&Keep This Result"), { key("Ctrl+Shift+K") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->results()->togglePin();
    });
    m_editorActions += add(results, tr("The S&QL That Ran"), { key("Ctrl+Alt+Q") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->results()->toggleSql();
    });
    m_editorActions += add(results, tr("&Chart"), { key("Ctrl+Alt+G") }, [this] {
        if (QueryTab *tab = currentTab())
            tab->results()->toggleChart();
    });
    // The grid answers these itself, while it has the focus: the menu only shows their keys.
    const auto addView = [&](const QString &text, const QString &key, auto slot) {
        m_editorActions += add(results, text + u'\t' + key, {}, [this, slot] {
            if (ResultView *view = currentTab() ? currentTab()->results()->view() : nullptr)
                slot(view);
        });
    };
    addView(tr("Colu&mn Profile"), u"F4"_s, [](ResultView *view) { view->toggleProfile(); });
    addView(tr("&Value of the Cell"), u"Space"_s, [](ResultView *view) { view->toggleViewer(CellViewer::Value); });
    addView(tr("Ro&w in Detail"), u"F6"_s, [](ResultView *view) { view->toggleViewer(CellViewer::Row); });
    results->addSeparator();
    addView(tr("F&ind in the Result…"), u"Ctrl+F"_s, [](ResultView *view) { view->openFind(); });
    addView(tr("&Filter"), u"Ctrl+Shift+F"_s, [](ResultView *view) { view->openFilter(); });
    addView(tr("Filter &by a Condition…"), u"Ctrl+Alt+F"_s, [](ResultView *view) { view->openExpression(); });
    addView(tr("Go to C&olumn…"), u"Ctrl+G"_s, [](ResultView *view) { view->openColumnPicker(); });
    addView(tr("Copy &As…"), u"Ctrl+Alt+C"_s, [](ResultView *view) { view->openCopyMenu(); });
    results->addSeparator();
    m_editorActions += add(results, tr("E&xport…"), { key("Ctrl+E") }, &MainWindow::exportResult);

    QMenu *view = menuBar()->addMenu(tr("&View"));
    QAction *sidebar = add(view, tr("&Connections and Schemas"), { key("Ctrl+B") }, [this](bool shown) {
        m_schemas->setVisible(shown);
        m_settings->setValue(Settings::IsSidebarVisible, shown);
    });
    sidebar->setCheckable(true);
    sidebar->setChecked(!m_schemas->isHidden());
    add(view, tr("&Search the Schemas"), { key("Ctrl+P") }, [this, sidebar] {
        if (!sidebar->isChecked())
            sidebar->trigger();
        m_schemas->focusSearch();
    });
    view->addSeparator();
    QMenu *theme = view->addMenu(tr("&Theme"));
    auto *themes = new QActionGroup(this);
    const QString current = m_settings->value(Settings::ThemeName).toString();
    const auto addTheme = [&](const QString &text, const QString &name) {
        QAction *action = theme->addAction(text, this, [this, name] { setTheme(name); });
        action->setCheckable(true);
        action->setChecked(name == current);
        themes->addAction(action);
    };
    addTheme(tr("As the &System"), u"system"_s);
    addTheme(tr("&Light"), u"light"_s);
    addTheme(tr("&Dark"), u"dark"_s);
    view->addSeparator();
    const auto addZoom = [&](const QString &text, const QList<QKeySequence> &keys, int step) {
        m_editorActions += add(view, text, keys, [this, step] {
            m_fontStep = step == 0 ? 0 : m_fontStep + step;
            m_settings->setValue(Settings::EditorFontStep, m_fontStep);
            for (QueryTab *tab : std::as_const(m_tabs))
                tab->editor()->changeFontSize(step);
        });
    };
    addZoom(tr("L&arger Font"), { key("Ctrl++"), key("Ctrl+=") }, 1);
    addZoom(tr("S&maller Font"), { key("Ctrl+-") }, -1);
    addZoom(tr("&Normal Font"), { key("Ctrl+0") }, 0);

    QMenu *connections = menuBar()->addMenu(tr("&Connections"));
    add(connections, tr("&New Connection…"), {}, [this] { editConnection(); });
    add(connections, tr("&Edit Connection…"), {}, [this] {
        const QString name = m_schemas->currentConnection();
        const StoredConnection stored = m_connections->stored(m_connections->row(name));
        if (stored.name.isEmpty() || stored.isBuiltIn) {
            m_message = tr("Choose one of your connections in the tree first");
            updateStatus();
            return;
        }
        editConnection(name);
    });
    m_showSignedIn = connections->addAction(tr("&Signed In…"));
    m_showSignedIn->setVisible(false);
    connections->addSeparator();
    connect(connections->addAction(tr("&Read the Current Level Again") + u"\tF5"_s), &QAction::triggered, m_schemas,
            &SchemaView::reloadCurrent);

    QMenu *help = menuBar()->addMenu(tr("&Help"));
    add(help, tr("All &Commands and Keys…"), { key("Ctrl+Shift+P"), key("F1") }, &MainWindow::showCommands);
    help->addSeparator();
    add(help, tr("&About Grebe"), {}, &MainWindow::about)->setMenuRole(QAction::AboutRole);

    // Keys work while a menu bar is hidden, too.
    const QList<QMenu *> menus = menuBar()->findChildren<QMenu *>();
    for (QMenu *menu : menus)
        addActions(menu->actions());
}

namespace {

void appendCommands(const QMenu *menu, const QString &path, QList<Chooser::Line> &lines)
{
    const QList<QAction *> actions = menu->actions();
    for (QAction *action : actions) {
        if (action->isSeparator() || !action->isVisible())
            continue;
        QString name = action->text().section(u'\t', 0, 0);
        name.remove(u'&');
        if (action->menu()) {
            appendCommands(action->menu(), path + name + u": "_s, lines);
            continue;
        }
        QStringList keys;
        for (const QKeySequence &key : action->shortcuts()) {
            const QString text = key.toString(QKeySequence::NativeText);
            if (!text.endsWith("Enter"_L1) || keys.isEmpty()) // the same key on the number pad
                keys += text;
        }
        if (keys.isEmpty())
            keys += action->text().section(u'\t', 1);
        lines += { .text = path + name,
                   .remark = keys.join(u", "_s),
                   .isEnabled = action->isEnabled(),
                   .take = [action = QPointer(action)] {
                       if (action)
                           action->trigger();
                   } };
    }
}

} // namespace

// Made from the menus, so that it agrees with them.
void MainWindow::showCommands()
{
    QList<Chooser::Line> lines;
    const QList<QAction *> menus = menuBar()->actions();
    for (const QAction *menu : menus)
        appendCommands(menu->menu(), menu->text().remove(u'&') + u": "_s, lines);
    (new Chooser(tr("A command or a key"), lines, this))->open();
}

void MainWindow::showHistory()
{
    QList<Chooser::Line> lines;
    const QDateTime now = QDateTime::currentDateTime();
    for (const PastStatement &past : m_history.statements()) {
        const QDateTime at = past.startedAt.toLocalTime();
        const QString when = QLocale().toString(at, at.date() == now.date() ? u"HH:mm"_s : u"yyyy-MM-dd HH:mm"_s);
        const QString outcome = past.error.isEmpty() ? (past.rowCount == 1 ? tr("1 row") : tr("%1 rows").arg(countText(past.rowCount))) : tr("failed");
        lines.prepend({ .text = singleLine(past.sql.simplified().left(300)),
                        .remark = u"%1 · %2 · %3"_s.arg(past.connection, outcome, when),
                        .toolTip = past.sql.left(2000) + (past.error.isEmpty() ? QString() : u"\n\n"_s + past.error),
                        .take = [this, past] { newTab(m_connections->row(past.connection) >= 0 ? past.connection : QString(), past.sql); } });
    }
    (new Chooser(tr("A statement that ran, into a new editor"), lines, this))->open();
}

void MainWindow::goToTable()
{
    QueryTab *tab = currentTab();
    if (!tab)
        return;
    const QWidget *focus = QApplication::focusWidget();
    if (focus && tab->results()->isAncestorOf(focus)) // the panel beside the grid
        return tab->results()->toggleProfile();
    const ObjectPath path = tab->nameAtCursor();
    if (path.isEmpty())
        return showMessage(tr("No name at the cursor"));
    showDefinition(tab->connectionName(), path);
}

} // namespace Grebe
