// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"

#include <QAbstractItemModel>
#include <QDateTime>
#include <QHash>

#include <memory>
#include <vector>

namespace Grebe {

class ConnectionModel;

/// The connections and what their servers hold, read one level at a time when a level is opened.
///
/// Shape      the first level is the ConnectionModel's. A level that is not read yet has no rows but can be fetched. While
///            it is read (after 150 ms), when reading failed and when it is empty it has one row, a message, so that the
///            three can be told apart; reload() reads it again.
/// Thread     GUI; servers are asked through futures.
class SchemaModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum class LevelState { NotLoaded, Loading, Loaded, Failed };
    enum class MessageKind { None, Loading, Failed, Empty };
    enum Role {
        DetailRole = Qt::UserRole, ///< a column's type, a connection's product: for the subdued colour
        IconRole, ///< the name of an icon
        PathRole, ///< ObjectPath
        KindRole, ///< ObjectInfo::Kind, -1 for a connection and a message
        EnvironmentRole, ///< of a connection's row: int of Environment; -1 elsewhere
        MessageRole, ///< MessageKind
        LevelStateRole, ///< LevelState of the rows below
        LoadedAtRole, ///< QDateTime
        ConnectionRole ///< the connection's name
    };

    explicit SchemaModel(ConnectionModel *connections, QObject *parent = nullptr);
    ~SchemaModel() override;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

    /// Reads the level below again; what hangs below it is forgotten. On a message row: the level it stands in.
    void reload(const QModelIndex &index);
    ConnectionModel *connections() const { return m_connections; }

Q_SIGNALS:
    /// A level was read, or could not be.
    void levelEnded(const QModelIndex &parent);

private:
    struct Node
    {
        Node *parent = nullptr;
        quint64 id = 0;
        ObjectInfo info;
        QString connectionName; ///< set at a connection's node
        QString text;
        QString detail;
        MessageKind message = MessageKind::None;
        LevelState state = LevelState::NotLoaded;
        QDateTime loadedAt;
        int request = 0; ///< answers to older requests are not for us any more
        std::vector<std::unique_ptr<Node>> children;
    };

    Node *node(const QModelIndex &index) const;
    QModelIndex indexOf(const Node *node) const;
    Node *connectionNode(const Node *node) const;
    std::unique_ptr<Node> makeNode(Node *parent);
    void forget(const Node &node);
    void replaceChildren(Node *parent, std::vector<std::unique_ptr<Node>> children);
    std::unique_ptr<Node> makeMessage(Node *parent, MessageKind kind, const QString &text, const QString &detail = {});
    void showLoading(quint64 id, int request);
    void setLevel(quint64 id, int request, const Result<QList<ObjectInfo>> &answer);
    void load(Node *node);
    void list(Node *node);
    void insertConnections(int first, int last);
    void removeConnections(int first, int last);
    QString emptyText(const Node *node) const;

    ConnectionModel *m_connections;
    std::unique_ptr<Node> m_root;
    QHash<quint64, Node *> m_nodes;
    quint64 m_nextId = 1;
};

/// The icon of a kind of object.
QString iconName(ObjectInfo::Kind kind);

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::ObjectPath)
