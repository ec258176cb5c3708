// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectionstore.h"

#include "extension/connection.h"
#include "widgets/theme.h"

#include <QAbstractListModel>

#include <functional>
#include <vector>

namespace Grebe {

/// The stored connections with a live Connection for each that was used: what tree, session bars and menus show.
///
/// Shape      follows the store; a stored connection that changed is a new one here, and its Connection is let go. Those
///            added by addTemporary() come last and are not stored.
/// Thread     GUI.
/// Ownership  of the Connections: the model's. They are for the tree; an editor takes newSession() of one.
class ConnectionModel : public QAbstractListModel
{
    Q_OBJECT
public:
    /// Makes a connection that is not open yet; null when its engine is missing.
    using Factory = std::function<ConnectionPtr(const ConnectionParameters &)>;
    enum Role { EnvironmentRole = Qt::UserRole, EngineRole };

    ConnectionModel(ConnectionStore *store, Factory factory, QObject *parent = nullptr);
    ~ConnectionModel() override;

    int rowCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;

    StoredConnection stored(int row) const;
    int row(const QString &name) const; ///< -1 when there is none; without case
    /// Made on first use, connects nothing; null when its engine is missing.
    Connection *connection(int row);
    Connection *connection(const QString &name) { return connection(row(name)); }
    /// A connection that is in no list: for a test of what somebody types. Null when its engine is missing.
    ConnectionPtr make(const ConnectionParameters &parameters) const;
    /// For this run of the program only; returns its row.
    int addTemporary(const StoredConnection &connection);
    ConnectionStore *store() const { return m_store; }

private:
    struct Entry
    {
        StoredConnection stored;
        ConnectionPtr connection;
        bool isTemporary = false;
    };
    void followStore();

    ConnectionStore *m_store;
    Factory m_factory;
    std::vector<Entry> m_entries;
};

/// The colour of a kind of connection.
Theme::Role environmentRole(Environment environment);
/// Its word for people: "Dev".
QString environmentLabel(Environment environment);

} // namespace Grebe
