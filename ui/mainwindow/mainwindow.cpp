// SPDX-License-Identifier: Apache-2.0
#include "mainwindow.h"

#include "editorfiles.h"
#include "editorsession.h"
#include "editortabbar.h"
#include "homepage.h"
#include "statusbar.h"

#include "connections/connectioneditor.h"
#include "connections/connectionmodel.h"
#include "connections/secretstore.h"
#include "connections/signedindialog.h"
#include "editor/sqleditor.h"
#include "extension/savedresult.h"
#include "results/resultpane.h"
#include "schema/schemamodel.h"
#include "schema/schematree.h"
#include "schema/schemaview.h"
#include "settings/settings.h"

#include <QApplication>
#include <QCloseEvent>
#include <QFile>
#include <QFileInfo>
#include <QLineEdit>
#include <QLocale>
#include <QMessageBox>
#include <QMimeData>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kClosedTabs = 20;

std::optional<Theme::Role> dot(RunState state)
{
    switch (state) {
    case RunState::Running:
        return Theme::Running;
    case RunState::Finished:
        return Theme::Ok;
    case RunState::Cancelled:
        return Theme::Warning;
    case RunState::Failed:
        return Theme::Failure;
    case RunState::Idle:
        break;
    }
    return std::nullopt;
}

} // namespace

MainWindow::MainWindow(ConnectionModel *connections, SecretStore *secrets, Settings *settings,
                       const QList<const EngineInfo *> &engines, QWidget *parent)
    : QMainWindow(parent), m_connections(connections), m_secrets(secrets), m_settings(settings), m_engines(engines),
      m_splitter(new QSplitter(Qt::Horizontal)), m_schemas(new SchemaView(connections)), m_tabBar(new EditorTabBar),
      m_pages(new QStackedWidget), m_status(new StatusBar), m_files(new EditorFiles(this, connections, settings))
{
    setWindowTitle(u"Grebe"_s);
    setAcceptDrops(true);
    m_fontStep = settings->value(Settings::EditorFontStep).toInt();

    auto *home = new HomePage(engines, sampleConnection(*connections).isEmpty()
                                             ? QString()
                                             : sampleSql().section(u'\n', 1).section(u';', 0, 0) + u';');
    m_home = home;
    m_pages->addWidget(home);
    connect(home, &HomePage::connectRequested, this, [this] { editConnection(); });
    connect(home, &HomePage::openRequested, m_files, qOverload<>(&EditorFiles::open));
    connect(home, &HomePage::sampleRequested, this, &MainWindow::runSample);

    auto *centre = new QWidget;
    auto *centreLayout = new QVBoxLayout(centre);
    centreLayout->setContentsMargins({});
    centreLayout->setSpacing(0);
    centreLayout->addWidget(m_tabBar);
    centreLayout->addWidget(m_pages, 1);
    m_splitter->addWidget(m_schemas);
    m_splitter->addWidget(centre);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    m_schemas->setMinimumWidth(160);
    centre->setMinimumWidth(320);
    const int sidebar = settings->value(Settings::SidebarWidth).toInt();
    m_splitter->setSizes({ sidebar, 1440 - sidebar });
    m_schemas->setVisible(settings->value(Settings::IsSidebarVisible).toBool());

    auto *whole = new QWidget;
    auto *layout = new QVBoxLayout(whole);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_status);
    setCentralWidget(whole);

    connect(m_tabBar, &QTabBar::currentChanged, this, &MainWindow::showTab);
    connect(m_tabBar, &QTabBar::tabCloseRequested, this, &MainWindow::closeTab);
    connect(m_tabBar, &QTabBar::tabMoved, this, [this](int from, int to) { m_tabs.move(from, to); });
    connect(m_tabBar, &EditorTabBar::newTabRequested, this, [this] { newTab(); });
    connect(m_files, &EditorFiles::saved, this, [this] { m_saveTimer.start(); });
    connectTree();
    makeMenus();

    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(std::chrono::milliseconds(1500)); // a crash costs at most two seconds of typing
    connect(&m_saveTimer, &QTimer::timeout, this, &MainWindow::saveEditors);

    resize(1440, 900);
    restoreGeometry(settings->value(Settings::WindowGeometry).toByteArray());
    connect(secrets, &SecretStore::failed, this, [this](const Error &error) { showMessage((error.message + u' ' + error.hint).trimmed()); });
    showTab(-1);
}

MainWindow::~MainWindow()
{
    // Tabs are taken down here, while the models they were given still stand.
    m_tabBar->disconnect(this);
    qDeleteAll(std::exchange(m_tabs, {}));
}

QString MainWindow::sampleSql()
{
    return u"-- revenue by country\n"
           "SELECT country, count(*) AS orders, sum(total) AS revenue\n"
           "FROM orders NATURAL JOIN customers\n"
           "GROUP BY ALL;\n"
           "\n"
           "-- the largest orders and who placed them\n"
           "SELECT order_id, ordered_at, name, country, status, total, discount, items, tags\n"
           "FROM orders NATURAL JOIN customers\n"
           "ORDER BY total DESC, order_id\n"
           "LIMIT 10000;\n"_s;
}

void MainWindow::showMessage(const QString &text)
{
    m_message = text;
    updateStatus();
}

void MainWindow::setSignedIn(SignedInModel *signedIn)
{
    m_showSignedIn->setVisible(true);
    connect(m_showSignedIn, &QAction::triggered, this, [this, signedIn] {
        auto *dialog = new SignedInDialog(signedIn, this);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->open();
    });
}

void MainWindow::exportResult()
{
    if (QueryTab *tab = currentTab())
        tab->exportResult(m_settings);
}

void MainWindow::expandConnection(const QString &name)
{
    m_schemas->expandConnection(name);
}

QString MainWindow::sampleConnection(const ConnectionModel &connections)
{
    for (int row = 0; row < connections.rowCount(); ++row) {
        if (connections.stored(row).isBuiltIn)
            return connections.stored(row).name;
    }
    return {};
}

void MainWindow::connectTree()
{
    connect(m_schemas, &SchemaView::previewRequested, this, &MainWindow::previewTable);
    connect(m_schemas, &SchemaView::definitionRequested, this, &MainWindow::showDefinition);
    connect(m_schemas, &SchemaView::newEditorRequested, this, [this](const QString &name) { newTab(name); });
    connect(m_schemas, &SchemaView::newConnectionRequested, this, [this] { editConnection(); });
    connect(m_schemas, &SchemaView::editConnectionRequested, this, [this](const QString &name) { editConnection(name); });
    connect(m_schemas, &SchemaView::removeConnectionRequested, this, &MainWindow::removeConnection);
    connect(m_schemas, &SchemaView::insertNameRequested, this, [this](const QString &name, const ObjectPath &path) {
        Connection *connection = m_connections->connection(name);
        if (!connection)
            return;
        QueryTab *tab = currentTab() ? currentTab() : newTab(name);
        tab->editor()->insertText(connection->dialect().path(path));
        tab->editor()->setFocus();
    });
}

QueryTab *MainWindow::newTab(const QString &connection, const QString &text)
{
    QString name = connection;
    if (name.isEmpty() && currentTab())
        name = currentTab()->connectionName();
    if (name.isEmpty())
        name = m_schemas->currentConnection();
    if (name.isEmpty() && m_connections->row(m_settings->value(Settings::LastConnection).toString()) >= 0)
        name = m_settings->value(Settings::LastConnection).toString();
    if (name.isEmpty())
        name = m_connections->stored(0).name;

    auto *tab = new QueryTab(m_connections);
    tab->setCache(m_schemas->model()->cache());
    tab->setScratchNumber(m_nextScratch++);
    tab->editor()->changeFontSize(0);
    if (m_fontStep != 0)
        tab->editor()->changeFontSize(m_fontStep);
    tab->editor()->setText(text);
    tab->setConnection(name);
    m_settings->setValue(Settings::LastConnection, name);
    tab->results()->setRowLimit(m_settings->value(Settings::ResultRowLimit).toLongLong());

    connect(tab->results(), &ResultPane::rowLimitChanged, this,
            [this](qint64 rowLimit) { m_settings->setValue(Settings::ResultRowLimit, rowLimit); });
    connect(tab, &QueryTab::titleChanged, this, [this, tab] { updateTab(tab); });
    connect(tab, &QueryTab::connectionChanged, this, [this, tab] {
        updateTab(tab);
        m_saveTimer.start();
    });
    connect(tab, &QueryTab::stateChanged, this, [this, tab] {
        updateTab(tab);
        if (tab == currentTab())
            updateStatus();
    });
    connect(tab, &QueryTab::statementEnded, this, [this](const PastStatement &statement) {
        if (const Result<void> kept = m_history.add(statement); !kept)
            showMessage(kept.error().message);
    });
    connect(tab, &QueryTab::exportRequested, this, &MainWindow::exportResult);
    connect(tab, &QueryTab::selectionSummaryChanged, this, [this, tab](const QString &summary) {
        if (tab != currentTab())
            return;
        m_selectionSummary = summary;
        updateStatus();
    });
    connect(tab->editor(), &SqlEditor::textChanged, this, [this] { m_saveTimer.start(); });

    m_tabs += tab;
    m_pages->addWidget(tab);
    const int index = m_tabBar->addTab(tab->title());
    updateTab(tab);
    m_tabBar->setCurrentIndex(index);
    showTab(index);
    tab->editor()->setFocus();
    m_saveTimer.start();
    return tab;
}

QueryTab *MainWindow::currentTab() const
{
    return tab(m_tabBar->currentIndex());
}

int MainWindow::tabCount() const
{
    return int(m_tabs.size());
}

QueryTab *MainWindow::tab(int index) const
{
    return m_tabs.value(index, nullptr);
}

int MainWindow::indexOf(const QueryTab *tab) const
{
    return int(m_tabs.indexOf(tab));
}

void MainWindow::showTab(int index)
{
    QueryTab *shown = tab(index);
    m_pages->setCurrentWidget(shown ? static_cast<QWidget *>(shown) : m_home);
    m_tabBar->setVisible(shown);
    m_selectionSummary.clear();
    m_message.clear();
    if (shown)
        shown->editor()->setFocus();
    updateActions();
    updateStatus();
}

void MainWindow::closeTab(int index)
{
    QueryTab *closing = tab(index);
    if (!closing)
        return;
    // Nothing is asked: what was closed comes back with Ctrl+Shift+T, text and all.
    const QString text = closing->editor()->text();
    if (!text.trimmed().isEmpty()) {
        m_closed += { closing->fileName(), text, closing->connectionName(), closing->editor()->isModified() };
        if (m_closed.size() > kClosedTabs)
            m_closed.removeFirst();
    }
    m_tabs.removeAt(index);
    m_pages->removeWidget(closing);
    m_tabBar->removeTab(index);
    closing->deleteLater();
    showTab(m_tabBar->currentIndex());
    m_saveTimer.start();
}

void MainWindow::reopenTab()
{
    if (m_closed.isEmpty())
        return;
    const ClosedTab closed = m_closed.takeLast();
    QueryTab *tab = newTab(closed.connection, closed.text);
    tab->setFileName(closed.fileName);
    tab->editor()->setModified(closed.isModified);
    updateActions();
}

void MainWindow::updateTab(QueryTab *tab)
{
    const int index = indexOf(tab);
    if (index < 0 || index >= m_tabBar->count())
        return;
    if (m_tabBar->tabText(index) != tab->title())
        m_tabBar->setTabText(index, tab->title());
    m_tabBar->setTabToolTip(index, tab->fileName().isEmpty() ? tab->title() : tab->fileName().toHtmlEscaped());
    const int row = m_connections->row(tab->connectionName());
    m_tabBar->setMark(index, { .isModified = !tab->fileName().isEmpty() && tab->editor()->isModified(),
                               .isRunning = tab->isRunning(),
                               .environment = environmentRole(m_connections->stored(row).environment) });
    if (tab == currentTab())
        setWindowTitle(tr("%1 – Grebe").arg(tab->title()));
}

void MainWindow::updateStatus()
{
    QueryTab *tab = currentTab();
    m_stop->setEnabled(tab && tab->isRunning());
    if (!tab) {
        setWindowTitle(u"Grebe"_s);
        m_status->setState(m_message.isEmpty() ? tr("No editor is open") : m_message, std::nullopt);
        m_status->setFacts({});
        m_status->setRight({});
        return;
    }
    const ResultPane *results = tab->results();
    if (!tab->notice().isEmpty() || !m_message.isEmpty())
        m_status->setState(tab->notice().isEmpty() ? m_message : tab->notice(), Theme::Warning);
    else if (results->state() == RunState::Idle)
        m_status->setState(tr("Ready"), std::nullopt);
    else
        m_status->setState(results->stateText(), dot(results->state()));
    m_status->setFacts({ results->rowText(), results->transferText(), results->zoneText() });
    QStringList right;
    if (tab->isRunning())
        right += tr("Ctrl+F2 stops it on the server");
    else if (tab->editor()->hasError())
        right += tr("F2 goes to the problem");
    right += m_selectionSummary;
    right += tr("Ln %1, Col %2").arg(QLocale().toString(tab->editor()->cursorLine()),
                                     QLocale().toString(tab->editor()->cursorColumn()));
    m_status->setRight(right);
}

void MainWindow::updateActions()
{
    const bool hasTab = currentTab();
    for (QAction *action : std::as_const(m_editorActions))
        action->setEnabled(hasTab);
    m_reopen->setEnabled(!m_closed.isEmpty());
    m_run->setEnabled(hasTab || !sampleConnection(*m_connections).isEmpty());
}

QueryTab *MainWindow::runSample()
{
    const QString connection = sampleConnection(*m_connections);
    if (connection.isEmpty())
        return nullptr;
    QueryTab *tab = newTab(connection, sampleSql());
    m_schemas->expandConnection(connection);
    tab->editor()->setFocus();
    m_run->trigger();
    return tab;
}

void MainWindow::openFiles(const QStringList &fileNames)
{
    m_files->open(fileNames);
}

void MainWindow::previewTable(const QString &connection, const ObjectPath &path)
{
    Connection *server = m_connections->connection(connection);
    if (!server)
        return;
    // Shown before it runs: a preview of a table can be dear, and the person decides.
    newTab(connection, server->previewSql(path, kPreviewRows) + u'\n');
}

void MainWindow::showDefinition(const QString &connection, const ObjectPath &path)
{
    Connection *server = m_connections->connection(connection);
    if (!server)
        return;
    server->definition(path).then(this, [this, connection](const Result<QString> &definition) {
        if (definition) {
            newTab(connection, *definition + u'\n');
            return;
        }
        m_message = definition.error().message;
        updateStatus();
    });
}

ConnectionEditor *MainWindow::editConnection(const QString &name)
{
    auto *editor = new ConnectionEditor(m_connections, m_secrets, m_engines, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    if (!name.isEmpty())
        editor->setConnection(m_connections->stored(m_connections->row(name)));
    connect(editor, &ConnectionEditor::saved, this, [this](const QString &stored) {
        m_schemas->expandConnection(stored);
        if (!currentTab())
            newTab(stored);
    });
    editor->open();
    return editor;
}

void MainWindow::removeConnection(const QString &name)
{
    auto *question = new QMessageBox(QMessageBox::Question, tr("Remove connection"),
                                     tr("Remove the connection “%1”? Its server and data stay as they are.").arg(name),
                                     QMessageBox::Cancel, this);
    question->setTextFormat(Qt::PlainText);
    question->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton *remove = question->addButton(tr("Remove"), QMessageBox::AcceptRole);
    connect(question, &QMessageBox::buttonClicked, this, [this, name, remove](QAbstractButton *button) {
        if (button != remove)
            return;
        if (const Result<void> removed = m_connections->store()->remove(name); !removed) {
            m_message = removed.error().message;
            updateStatus();
        }
    });
    question->open();
}

void MainWindow::setTheme(const QString &name)
{
    m_settings->setValue(Settings::ThemeName, name);
    Theme::apply(Theme::schemeFromText(name));
}

void MainWindow::about()
{
    auto *box = new QMessageBox(QMessageBox::NoIcon, tr("About Grebe"),
                                tr("Grebe %1\n\nA SQL workbench for data-lake query engines, and the Qt SQL driver under it.\n"
                                   "Licensed under the Apache License 2.0.")
                                    .arg(QApplication::applicationVersion()),
                                QMessageBox::Ok, this);
    box->setTextFormat(Qt::PlainText);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::restoreEditors(const QString &fileName)
{
    m_sessionFile = fileName;
    const Result<QList<SavedEditor>> editors = readEditors(fileName);
    if (!editors) {
        m_message = editors.error().message;
        updateStatus();
        return;
    }
    int current = -1;
    for (const SavedEditor &saved : *editors) {
        QString text = saved.text;
        if (!saved.isModified && !saved.fileName.isEmpty()) {
            QFile file(saved.fileName);
            if (file.open(QIODevice::ReadOnly))
                text = QString::fromUtf8(file.readAll());
        }
        QueryTab *tab = newTab(m_connections->row(saved.connection) >= 0 ? saved.connection : QString(), text);
        tab->setFileName(saved.fileName);
        tab->editor()->setModified(saved.isModified);
        tab->editor()->setCursorPosition(saved.cursor);
        if (!saved.result.isEmpty())
            tab->results()->offerKept(saved.result);
        if (saved.isCurrent)
            current = indexOf(tab);
    }
    if (current >= 0)
        m_tabBar->setCurrentIndex(current);
}

void MainWindow::openHistory(const QString &fileName)
{
    m_history.open(fileName);
}

void MainWindow::saveEditors()
{
    if (m_sessionFile.isEmpty())
        return;
    QList<SavedEditor> editors;
    for (const QueryTab *tab : std::as_const(m_tabs)) {
        const bool isClean = !tab->fileName().isEmpty() && !tab->editor()->isModified();
        if (!isClean && tab->fileName().isEmpty() && tab->editor()->text().trimmed().isEmpty())
            continue;
        editors += { .text = isClean ? QString() : tab->editor()->text(),
                     .fileName = tab->fileName(),
                     .connection = tab->connectionName(),
                     .result = tab->results()->keptFile(),
                     .cursor = tab->editor()->cursorPosition(),
                     .isModified = !isClean,
                     .isCurrent = tab == currentTab() };
    }
    if (const Result<void> written = writeEditors(m_sessionFile, editors); !written) {
        m_message = written.error().message;
        updateStatus();
    }
}

// As many results as there is room for, the current editor's first; those of earlier runs of the program go.
void MainWindow::keepResults()
{
    if (m_sessionFile.isEmpty())
        return;
    const QString folder = QFileInfo(m_sessionFile).absolutePath() + "/results"_L1;
    qint64 room = m_settings->value(Settings::KeptResults).toLongLong() << 20;
    QList<QueryTab *> tabs = m_tabs;
    std::ranges::stable_partition(tabs, [this](const QueryTab *tab) { return tab == currentTab(); });
    QStringList files;
    for (QueryTab *tab : std::as_const(tabs)) {
        tab->results()->keepResult(folder, tab->connectionName(), room);
        if (const QString file = tab->results()->keptFile(); !file.isEmpty()) {
            files << file;
            room -= QFileInfo(file).size();
        }
    }
    removeSavedResults(folder, files);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    m_saveTimer.stop();
    keepResults();
    saveEditors();
    m_settings->setValue(Settings::WindowGeometry, saveGeometry());
    if (!m_schemas->isHidden())
        m_settings->setValue(Settings::SidebarWidth, m_splitter->sizes().value(0));
    for (QueryTab *tab : std::as_const(m_tabs))
        tab->stop();
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent *event)
{
    if (event->mimeData()->hasUrls())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent *event)
{
    QStringList fileNames;
    const QList<QUrl> urls = event->mimeData()->urls();
    for (const QUrl &url : urls) {
        if (url.isLocalFile())
            fileNames += url.toLocalFile();
    }
    openFiles(fileNames);
}

void MainWindow::changeEvent(QEvent *event)
{
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        updateStatus();
}

} // namespace Grebe
