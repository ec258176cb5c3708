// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schemacache.h"

#include "extension/connection.h"

#include <QAbstractItemModel>
#include <QDateTime>
#include <QHash>

#include <map>
#include <memory>

namespace Grebe {

class ConnectionModel;

/// The connections and what their servers hold, read one level at a time when a level is opened.
///
/// Shape      the first level is the ConnectionModel's. A level that is not read yet has no rows but can be fetched. Its
///            first row is a message while it is read for the first time or waits for others that are read first (after
///            150 ms), when reading failed and when it is empty, so that these can be told apart. With a cache, what was read earlier is shown at once with
///            its age, and read again: rows that are still there stay as they are, open levels below them too.
/// Units      rows are not objects: a level keeps them packed (SchemaLevel), 100,000 tables take some 6 MB.
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
    /// Before anything is opened; must outlive the model.
    void setCache(SchemaCache *cache) { m_cache = cache; }
    SchemaCache *cache() const { return m_cache; }

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    bool hasChildren(const QModelIndex &parent = {}) const override;
    bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

    /// Reads the level below again. On a message row: the level it stands in.
    void reload(const QModelIndex &index);
    /// The branch was closed: what is being read in it is not wanted any more, and its server is told so.
    void cancel(const QModelIndex &index);
    ConnectionModel *connections() const { return m_connections; }

Q_SIGNALS:
    /// A level was read, or could not be.
    void levelEnded(const QModelIndex &parent);

private:
    /// The rows below one row; there when that was opened once.
    struct Level
    {
        Level *parent = nullptr;
        int row = 0; ///< of the object in its parent's level
        quint64 id = 0;
        ObjectPath path;
        QString cacheKey; ///< of who asked for it
        ObjectInfo::Kind kind = ObjectInfo::Kind::Other; ///< of the object at `path`
        QString connectionName; ///< of a connection's level
        QString detail; ///< of a connection's row
        LevelState state = LevelState::NotLoaded;
        std::shared_ptr<const SchemaLevel> objects = std::make_shared<SchemaLevel>();
        QDateTime loadedAt;
        MessageKind message = MessageKind::None; ///< of the row before the objects
        QString messageText;
        QString messageDetail;
        bool isQueued = false; ///< its question waits for others
        int request = 0; ///< answers to older requests are not for us any more
        QFuture<Result<QList<ObjectInfo>>> asked;
        std::map<int, std::unique_ptr<Level>> children; ///< by row of the object
    };

    static int objectCount(const Level *level);
    static int offset(const Level *level) { return level->message == MessageKind::None ? 0 : 1; }
    Level *owner(const QModelIndex &index) const { return static_cast<Level *>(index.internalPointer()); }
    bool isMessage(const QModelIndex &index) const;
    /// Of the rows below; null when it was never opened.
    Level *levelAt(const QModelIndex &index) const;
    Level *openLevel(const QModelIndex &index);
    QModelIndex indexOf(const Level *level) const;
    Level *connectionLevel(const Level *level) const;
    QVariant messageData(const Level *level, int role) const;
    QVariant objectData(const Level *level, int row, int role) const;
    QVariant connectionData(const Level *connection, int role) const;

    void load(Level *level);
    void beginReading(quint64 id, int request, const QString &key);
    void list(Level *level);
    void giveUp(Level *level);
    void forget(const Level &level);
    void setMessage(Level *level, MessageKind kind, const QString &text = {}, const QString &detail = {});
    void showLoading(quint64 id, int request);
    void showQueued(quint64 id, int request, bool isQueued);
    void showCached(quint64 id, int request, const std::optional<SchemaCache::Level> &cached);
    void setAnswer(quint64 id, int request, const Result<QList<ObjectInfo>> &answer);
    void setObjects(Level *level, const std::shared_ptr<const SchemaLevel> &objects);
    void removeObjects(Level *level, SchemaLevel &objects, int first, int count);
    void insertObjects(Level *level, SchemaLevel &objects, int at, const SchemaLevel &from, int first, int count);
    void shiftChildren(Level *level, int from, int by);
    void insertConnections(int first, int last);
    void removeConnections(int first, int last);
    QString emptyText(const Level *level) const;

    ConnectionModel *m_connections;
    SchemaCache *m_cache = nullptr;
    std::unique_ptr<Level> m_root; ///< its children are the connections' levels, all of them
    QHash<quint64, Level *> m_levels;
    quint64 m_nextId = 1;
};

/// The icon of a kind of object.
QString iconName(ObjectInfo::Kind kind);

} // namespace Grebe
