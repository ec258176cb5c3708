// SPDX-License-Identifier: Apache-2.0
#include "connectionmodel.h"

#include <algorithm>

namespace Grebe {

ConnectionModel::ConnectionModel(ConnectionStore *store, Factory factory, QObject *parent)
    : QAbstractListModel(parent), m_store(store), m_factory(std::move(factory))
{
    connect(store, &ConnectionStore::changed, this, &ConnectionModel::followStore);
    followStore();
}

ConnectionModel::~ConnectionModel() = default;

int ConnectionModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_entries.size());
}

QVariant ConnectionModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= int(m_entries.size()))
        return {};
    const StoredConnection &stored = m_entries[index.row()].stored;
    switch (role) {
    case Qt::DisplayRole:
        return stored.name;
    case EnvironmentRole:
        return int(stored.environment);
    case EngineRole:
        return stored.parameters.isValid() ? stored.parameters.engine().name : QString();
    default:
        return {};
    }
}

StoredConnection ConnectionModel::stored(int row) const
{
    return row >= 0 && row < int(m_entries.size()) ? m_entries[row].stored : StoredConnection {};
}

int ConnectionModel::row(const QString &name) const
{
    const auto found = std::ranges::find_if(m_entries, [&](const Entry &entry) {
        return entry.stored.name.compare(name, Qt::CaseInsensitive) == 0;
    });
    return found == m_entries.end() ? -1 : int(found - m_entries.begin());
}

Connection *ConnectionModel::connection(int row)
{
    if (row < 0 || row >= int(m_entries.size()))
        return nullptr;
    Entry &entry = m_entries[row];
    if (!entry.connection && entry.stored.parameters.isValid() && m_factory) {
        ConnectionParameters parameters = entry.stored.parameters;
        parameters.setConnectionName(entry.stored.name);
        entry.connection = m_factory(parameters);
    }
    return entry.connection.get();
}

ConnectionPtr ConnectionModel::make(const ConnectionParameters &parameters) const
{
    return m_factory ? m_factory(parameters) : ConnectionPtr();
}

int ConnectionModel::addTemporary(const StoredConnection &connection)
{
    const int row = int(m_entries.size());
    beginInsertRows({}, row, row);
    m_entries.push_back({ connection, {}, true });
    endInsertRows();
    return row;
}

void ConnectionModel::followStore()
{
    const QList<StoredConnection> wanted = m_store->connections();
    for (int row = int(m_entries.size()) - 1; row >= 0; --row) {
        if (m_entries[row].isTemporary || wanted.contains(m_entries[row].stored))
            continue;
        beginRemoveRows({}, row, row);
        m_entries.erase(m_entries.begin() + row);
        endRemoveRows();
    }
    for (int row = 0; row < wanted.size(); ++row) {
        if (row < int(m_entries.size()) && m_entries[row].stored == wanted[row])
            continue;
        beginInsertRows({}, row, row);
        m_entries.insert(m_entries.begin() + row, Entry { wanted[row], {}, false });
        endInsertRows();
    }
}

Theme::Role environmentRole(Environment environment)
{
    return environment == Environment::Production ? Theme::Prod
                                                  : environment == Environment::Test ? Theme::Test : Theme::Dev;
}

QString environmentLabel(Environment environment)
{
    switch (environment) {
    case Environment::Production:
        return ConnectionModel::tr("Prod");
    case Environment::Test:
        return ConnectionModel::tr("Test");
    case Environment::Development:
        break;
    }
    return ConnectionModel::tr("Dev");
}

} // namespace Grebe
