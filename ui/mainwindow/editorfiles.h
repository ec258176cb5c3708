// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>
#include <QStringList>

namespace Grebe {

class ConnectionModel;
class MainWindow;
class QueryTab;
class Settings;

/// What the window does with files: scripts into editors and back, data files into queries on an engine that reads them.
///
/// Errors     told by MainWindow::showMessage(); the editor keeps its text.
/// Thread     GUI.
/// Ownership  the window's, which it uses by its public face alone.
class EditorFiles : public QObject
{
    Q_OBJECT
public:
    EditorFiles(MainWindow *window, ConnectionModel *connections, Settings *settings);

    /// Asks which.
    void open();
    void open(const QStringList &fileNames);
    /// Under its name, or under one the person is asked for.
    void save(QueryTab *tab, bool askName);

Q_SIGNALS:
    void saved();

private:
    void openData(const QString &fileName);
    void saveTo(QueryTab *tab, const QString &fileName);

    MainWindow *m_window;
    ConnectionModel *m_connections;
    Settings *m_settings;
};

} // namespace Grebe
