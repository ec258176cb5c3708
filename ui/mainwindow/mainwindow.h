// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "querytab.h"

#include <QMainWindow>
#include <QTimer>

class QActionGroup;
class QSplitter;
class QStackedWidget;

namespace Grebe {

class ConnectionEditor;
class EditorFiles;
class EditorTabBar;
class SchemaView;
class SecretStore;
class Settings;
class SignedInModel;
class StatusBar;

/// The window: tree, editors, status bar, and every action with its key.
///
/// Thread     GUI; it never waits. Closing it lets go of all statements, which cancels them on their servers.
/// Ownership  models and settings are the application's and outlive it.
class MainWindow : public QMainWindow
{
    Q_OBJECT
public:
    /// As many rows as a look at a table or a file shows.
    static constexpr int kPreviewRows = 1000;

    MainWindow(ConnectionModel *connections, SecretStore *secrets, Settings *settings,
               const QList<const EngineInfo *> &engines, QWidget *parent = nullptr);
    ~MainWindow() override;

    /// An editor on a connection; an empty name takes the current tab's, the tree's or the first.
    QueryTab *newTab(const QString &connection = {}, const QString &text = {});
    QueryTab *currentTab() const;
    int tabCount() const;
    QueryTab *tab(int index) const;
    void openFiles(const QStringList &fileNames);
    /// Opens the sample query in an editor and runs it by the same action as the key.
    QueryTab *runSample();
    /// The sign-ins that its page shows; not owned. Without them there is no such page.
    void setSignedIn(SignedInModel *signedIn);
    /// Shows the dialog for a new connection, or for the stored one of that name.
    ConnectionEditor *editConnection(const QString &name = {});

    SchemaView *schemas() const { return m_schemas; }
    StatusBar *status() const { return m_status; }
    QAction *runAction() const { return m_run; }

    /// Editors as they were when the program ended, and their upkeep from now on.
    void restoreEditors(const QString &fileName);
    /// What ran before, and its upkeep from now on.
    void openHistory(const QString &fileName);
    /// What is wrong with something that is no run: in the status bar.
    void showMessage(const QString &text);
    void expandConnection(const QString &name);
    /// A script for the built-in connection; its first statement is the one on the home page.
    static QString sampleSql();
    /// The built-in connection's name; empty when there is none.
    static QString sampleConnection(const ConnectionModel &connections);

protected:
    void closeEvent(QCloseEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void makeMenus(); // in mainmenus.cpp, as the next three
    void showCommands();
    void showHistory();
    void goToTable();
    void connectTree();
    void showTab(int index);
    void closeTab(int index);
    void reopenTab();
    void updateTab(QueryTab *tab);
    void updateStatus();
    void updateActions();
    void previewTable(const QString &connection, const ObjectPath &path);
    void showDefinition(const QString &connection, const ObjectPath &path);
    void removeConnection(const QString &name);
    void setTheme(const QString &name);
    void about();
    void saveEditors();
    void keepResults();
    void exportResult();
    int indexOf(const QueryTab *tab) const;

    ConnectionModel *m_connections;
    SecretStore *m_secrets;
    Settings *m_settings;
    const QList<const EngineInfo *> m_engines;
    QSplitter *m_splitter;
    SchemaView *m_schemas;
    EditorTabBar *m_tabBar;
    QStackedWidget *m_pages; // the home page, then a page a tab in the order of the tabs' data
    QWidget *m_home;
    StatusBar *m_status;
    EditorFiles *m_files;
    QList<QueryTab *> m_tabs; // in the order of the tab bar
    QAction *m_run = nullptr;
    QAction *m_runAll = nullptr;
    QAction *m_stop = nullptr;
    QAction *m_save = nullptr;
    QAction *m_reopen = nullptr;
    QAction *m_showSignedIn = nullptr;
    QList<QAction *> m_editorActions;
    QString m_selectionSummary;
    QString m_message;
    QString m_sessionFile;
    QTimer m_saveTimer;
    struct ClosedTab
    {
        QString fileName;
        QString text;
        QString connection;
        bool isModified = false;
    };
    QList<ClosedTab> m_closed;
    QueryHistory m_history;
    int m_nextScratch = 1;
    int m_fontStep = 0;
};

} // namespace Grebe
