// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"
#include "widgets/pane.h"

class QAction;
class QMenu;

namespace Grebe {

class Button;
class ConnectionModel;
class SchemaCache;
class SchemaLevel;

/// The strip above an editor: whose connection, which catalog and schema, what session, Stop and Run.
///
/// Shape      the chips' menus are filled when they open; a level of names is what the cache knows, and then what the
///            server says, nothing waits for it. Role and properties have a chip only when the session has some.
/// Thread     GUI.
class SessionBar : public Pane
{
    Q_OBJECT
public:
    explicit SessionBar(ConnectionModel *connections, QWidget *parent = nullptr);

    /// Must outlive it.
    void setCache(SchemaCache *cache) { m_cache = cache; }
    void setConnection(const QString &name, Connection *session);
    void setSession(const SessionState &session);
    void setRunning(bool running);
    QString connectionName() const { return m_connectionName; }

Q_SIGNALS:
    void connectionChosen(const QString &name);
    void runRequested();
    void explainRequested();
    void stopRequested();

private:
    void fillConnections();
    void fillSchemas();
    void addLevel(QMenu *menu, const ObjectPath &parent);
    void fillLevel(QMenu *menu, QAction *waiting, const ObjectPath &parent, const QString &key);
    void addNames(QMenu *menu, const ObjectPath &parent, const SchemaLevel &names);
    void fillFacts(QMenu *menu, const QMap<QString, QString> &facts);

    ConnectionModel *m_connections;
    SchemaCache *m_cache = nullptr;
    Connection *m_session = nullptr; ///< the tab's, which sets another one before it lets go of this
    SessionState m_state;
    QString m_connectionName;
    Button *m_connection;
    Button *m_schema;
    Button *m_role;
    Button *m_properties;
    Button *m_explain;
    Button *m_stop;
    Button *m_run;
    QMenu *m_connectionMenu;
    QMenu *m_schemaMenu;
    QMenu *m_roleMenu;
    QMenu *m_propertiesMenu;
};

} // namespace Grebe
