// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QObject>
#include <QStringList>
#include <QTimer>

#include <optional>

namespace Grebe {

class ConnectionModel;
class MainWindow;
class QueryTab;

/// Shows the window at work on the sample, saves a picture of it, prints the first rows and ends the application:
/// exit code 0, or 1 with the reason on stderr.
///
/// Shape      everything runs through the actions that keys run; each step waits for the signal that the one before has
///            come to its end, and for a minute at most.
class Demo : public QObject
{
    Q_OBJECT
public:
    Demo(MainWindow *window, ConnectionModel *connections, const QString &fileName, const QString &state);

    static QStringList states();
    void start();

private:
    void expandTree();
    void showState();
    void runStatement(const QString &sql, const QString &at);
    void endRows(const std::optional<Error> &error);
    void showConnect();
    void showExport();
    void savePicture();
    void printRows();
    void fail(const QString &text);

    MainWindow *m_window;
    ConnectionModel *m_connections;
    const QString m_fileName;
    const QString m_state;
    QTimer m_deadline;
    QStringList m_treePath;
    QueryTab *m_tab = nullptr;
    QWidget *m_dialog = nullptr;
    bool m_isStopping = false;
    bool m_isSaved = false;
};

} // namespace Grebe
