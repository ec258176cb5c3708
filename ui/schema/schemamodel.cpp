// SPDX-License-Identifier: Apache-2.0
#include "schemamodel.h"

#include "connections/connectionmodel.h"
#include "extension/questionprogress.h"

#include <QFutureWatcher>
#include <QTimer>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// A wait shorter than this is not worth a word.
constexpr std::chrono::milliseconds kPatience { 150 };
// More changes than these in a level that is read again, and it is put in anew as a whole.
constexpr size_t kMostChanges = 64;

struct Change
{
    int at = 0; ///< row of the old level (removal) or of the new one (insertion)
    int count = 0;
};

/// Runs of rows that go and runs that come, for one level to become another. Rows are the same by name.
struct Changes
{
    std::vector<Change> removals;
    std::vector<Change> insertions;
};

void extend(std::vector<Change> &changes, int at)
{
    if (!changes.empty() && changes.back().at + changes.back().count == at)
        ++changes.back().count;
    else
        changes.push_back({ at, 1 });
}

Changes changesBetween(const SchemaLevel &old, const SchemaLevel &fresh)
{
    QHash<QStringView, int> places;
    places.reserve(fresh.count());
    for (int row = 0; row < fresh.count(); ++row)
        places.insert(fresh.name(row), row);
    Changes changes;
    std::vector<bool> isKept(size_t(fresh.count()), false);
    int last = -1;
    for (int row = 0; row < old.count(); ++row) {
        const int place = places.value(old.name(row), -1);
        if (place > last) {
            last = place;
            isKept[size_t(place)] = true;
        } else {
            extend(changes.removals, row);
        }
    }
    for (int row = 0; row < fresh.count(); ++row) {
        if (!isKept[size_t(row)])
            extend(changes.insertions, row);
    }
    return changes;
}

} // namespace

SchemaModel::SchemaModel(ConnectionModel *connections, QObject *parent)
    : QAbstractItemModel(parent), m_connections(connections), m_root(std::make_unique<Level>())
{
    m_root->state = LevelState::Loaded;
    if (connections->rowCount() > 0)
        insertConnections(0, connections->rowCount() - 1);
    connect(connections, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { insertConnections(first, last); });
    connect(connections, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { removeConnections(first, last); });
}

SchemaModel::~SchemaModel()
{
    for (Level *level : std::as_const(m_levels))
        level->asked.cancel();
}

int SchemaModel::objectCount(const Level *level)
{
    return level->parent ? level->objects->count() : int(level->children.size());
}

bool SchemaModel::isMessage(const QModelIndex &index) const
{
    return index.isValid() && index.row() < offset(owner(index));
}

SchemaModel::Level *SchemaModel::levelAt(const QModelIndex &index) const
{
    if (!index.isValid())
        return m_root.get();
    if (isMessage(index))
        return nullptr;
    const auto &children = owner(index)->children;
    const auto found = children.find(index.row() - offset(owner(index)));
    return found == children.end() ? nullptr : found->second.get();
}

SchemaModel::Level *SchemaModel::openLevel(const QModelIndex &index)
{
    if (Level *known = levelAt(index))
        return known;
    Level *up = owner(index);
    const int row = index.row() - offset(up);
    auto made = std::make_unique<Level>();
    made->parent = up;
    made->row = row;
    made->id = m_nextId++;
    made->path = up->path.child(up->objects->name(row).toString());
    made->kind = up->objects->kind(row);
    Level *level = made.get();
    m_levels.insert(level->id, level);
    up->children.emplace(row, std::move(made));
    return level;
}

QModelIndex SchemaModel::indexOf(const Level *level) const
{
    return level && level->parent ? createIndex(level->row + offset(level->parent), 0, level->parent) : QModelIndex();
}

SchemaModel::Level *SchemaModel::connectionLevel(const Level *level) const
{
    while (level && level->connectionName.isEmpty())
        level = level->parent;
    return const_cast<Level *>(level);
}

QModelIndex SchemaModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, 0, levelAt(parent));
}

QModelIndex SchemaModel::parent(const QModelIndex &index) const
{
    return index.isValid() ? indexOf(owner(index)) : QModelIndex();
}

int SchemaModel::rowCount(const QModelIndex &parent) const
{
    const Level *level = parent.column() > 0 ? nullptr : levelAt(parent);
    return level ? objectCount(level) + offset(level) : 0;
}

int SchemaModel::columnCount(const QModelIndex &) const
{
    return 1;
}

bool SchemaModel::hasChildren(const QModelIndex &parent) const
{
    if (!parent.isValid())
        return objectCount(m_root.get()) > 0;
    if (isMessage(parent))
        return false;
    const Level *level = levelAt(parent);
    if (level && (objectCount(level) > 0 || level->message != MessageKind::None))
        return true;
    const Level *up = owner(parent);
    const bool mayHave = !up->parent || up->objects->hasChildren(parent.row() - offset(up));
    return mayHave && (!level || level->state == LevelState::NotLoaded || level->state == LevelState::Loading);
}

bool SchemaModel::canFetchMore(const QModelIndex &parent) const
{
    if (!parent.isValid() || isMessage(parent))
        return false;
    const Level *level = levelAt(parent);
    const Level *up = owner(parent);
    const bool mayHave = !up->parent || up->objects->hasChildren(parent.row() - offset(up));
    return mayHave && (!level || level->state == LevelState::NotLoaded);
}

void SchemaModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        load(openLevel(parent));
}

QVariant SchemaModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const Level *up = owner(index);
    if (role == ConnectionRole) {
        const Level *connection = up->parent ? connectionLevel(up) : levelAt(index);
        return connection->connectionName;
    }
    if (isMessage(index))
        return messageData(up, role);
    const Level *level = levelAt(index);
    switch (role) {
    case MessageRole:
        return int(MessageKind::None);
    case LevelStateRole:
        return int(level ? level->state : LevelState::NotLoaded);
    case LoadedAtRole:
        return level ? level->loadedAt : QDateTime();
    case Qt::ToolTipRole: {
        const QString text = data(index, Qt::DisplayRole).toString();
        const QString detail = data(index, DetailRole).toString();
        QStringList lines { detail.isEmpty() ? text : text + u"  "_s + detail };
        if (up->parent && !up->objects->comment(index.row() - offset(up)).isEmpty())
            lines += up->objects->comment(index.row() - offset(up)).toString();
        // Server text in a tool tip must not be taken for markup.
        return u"<qt style=\"white-space:pre-wrap\">"_s + lines.join(u'\n').toHtmlEscaped() + u"</qt>"_s;
    }
    case Qt::AccessibleTextRole: {
        const QString detail = data(index, DetailRole).toString();
        return detail.isEmpty() ? data(index, Qt::DisplayRole) : data(index, Qt::DisplayRole).toString() + u", "_s + detail;
    }
    default:
        return up->parent ? objectData(up, index.row() - offset(up), role) : connectionData(level, role);
    }
}

QVariant SchemaModel::messageData(const Level *level, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return level->messageText;
    case DetailRole:
        return level->messageDetail;
    case Qt::AccessibleTextRole:
        return level->messageDetail.isEmpty() ? level->messageText : level->messageText + u", "_s + level->messageDetail;
    case Qt::ToolTipRole:
        return u"<qt style=\"white-space:pre-wrap\">"_s + level->messageText.toHtmlEscaped() + u"</qt>"_s;
    case IconRole:
        return level->message == MessageKind::Failed ? u"error"_s : level->message == MessageKind::Loading ? u"refresh"_s : u"info"_s;
    case MessageRole:
        return int(level->message);
    case LevelStateRole:
        return int(LevelState::Loaded);
    case KindRole:
    case EnvironmentRole:
        return -1;
    default:
        return {};
    }
}

QVariant SchemaModel::objectData(const Level *level, int row, int role) const
{
    const SchemaLevel &objects = *level->objects;
    switch (role) {
    case Qt::DisplayRole:
        return objects.name(row).toString();
    case DetailRole:
        return objects.type(row).toString();
    case IconRole:
        return iconName(objects.kind(row));
    case PathRole:
        return QVariant::fromValue(level->path.child(objects.name(row).toString()));
    case KindRole:
        return int(objects.kind(row));
    case EnvironmentRole:
        return -1;
    default:
        return {};
    }
}

QVariant SchemaModel::connectionData(const Level *connection, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return connection->connectionName;
    case DetailRole:
        return connection->detail;
    case IconRole:
        return u"database"_s;
    case PathRole:
        return QVariant::fromValue(ObjectPath());
    case KindRole:
        return -1;
    case EnvironmentRole:
        return int(m_connections->stored(m_connections->row(connection->connectionName)).environment);
    default:
        return {};
    }
}

Qt::ItemFlags SchemaModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (isMessage(index))
        flags |= Qt::ItemNeverHasChildren;
    return flags;
}

void SchemaModel::reload(const QModelIndex &index)
{
    if (!index.isValid())
        return;
    if (isMessage(index)) {
        load(owner(index));
        return;
    }
    const Level *up = owner(index);
    if (!up->parent || up->objects->hasChildren(index.row() - offset(up)))
        load(openLevel(index));
}

void SchemaModel::cancel(const QModelIndex &index)
{
    if (Level *level = levelAt(index); level && level->parent)
        giveUp(level);
}

void SchemaModel::giveUp(Level *level)
{
    for (const auto &[row, child] : level->children)
        giveUp(child.get());
    if (level->state != LevelState::Loading)
        return;
    ++level->request;
    level->asked.cancel();
    level->state = LevelState::NotLoaded; // opening it again reads it
    if (level->message == MessageKind::Loading)
        setMessage(level, MessageKind::None);
}

void SchemaModel::forget(const Level &level)
{
    for (const auto &[row, child] : level.children)
        forget(*child);
    QFuture<Result<QList<ObjectInfo>>>(level.asked).cancel();
    m_levels.remove(level.id);
}

void SchemaModel::load(Level *level)
{
    Connection *connection = m_connections->connection(connectionLevel(level)->connectionName);
    level->asked.cancel();
    level->state = LevelState::Loading;
    const quint64 id = level->id;
    const int request = ++level->request;
    level->isQueued = false;
    if (level->message != MessageKind::Loading)
        setMessage(level, MessageKind::None);
    if (!connection) {
        setAnswer(id, request, std::unexpected(Error { .code = Error::Code::NotImplemented,
                                                       .message = tr("This Grebe was built without the engine of this connection.") }));
        return;
    }
    QTimer::singleShot(kPatience, this, [this, id, request] { showLoading(id, request); });
    const bool isConnection = !level->connectionName.isEmpty();
    if (m_cache)
        SchemaCache::keyOf(connection).then(this, [this, id, request](const QString &key) { beginReading(id, request, key); });
    else if (!isConnection)
        list(level);
    if (!isConnection)
        return;
    connection->open().then(this, [this, id, request](const Result<ServerInfo> &server) {
        if (!server) {
            setAnswer(id, request, std::unexpected(server.error()));
            return;
        }
        if (Level *opened = m_levels.value(id); opened && opened->request == request) {
            opened->detail = u"· "_s + (server->product + u' ' + server->version).trimmed();
            const QModelIndex index = indexOf(opened);
            Q_EMIT dataChanged(index, index);
            list(opened);
        }
    });
}

// Who asks is known by now.
void SchemaModel::beginReading(quint64 id, int request, const QString &key)
{
    Level *level = m_levels.value(id);
    if (!level || level->request != request)
        return;
    Level *top = connectionLevel(level);
    if (!top->cacheKey.isEmpty() && !key.isEmpty() && top->cacheKey != key) { // what is shown is somebody else's
        setObjects(top, std::make_shared<SchemaLevel>());
        if (top != level) {
            load(top);
            return;
        }
    }
    level->cacheKey = key;
    if (level->objects->count() == 0) {
        if (const auto known = m_cache->level(key, level->path))
            showCached(id, request, known);
        else
            m_cache->find(key, level->path).then(this, [this, id, request](const std::optional<SchemaCache::Level> &found) { showCached(id, request, found); });
    }
    if (level != top)
        list(level);
}

void SchemaModel::list(Level *level)
{
    Connection *connection = m_connections->connection(connectionLevel(level)->connectionName);
    QFuture<Result<QList<ObjectInfo>>> asked = connection->list(level->path); // ours: an answer that is there lets go of the level's
    level->asked = asked;
    const quint64 id = level->id;
    const int request = level->request;
    if (!asked.isFinished()) {
        auto *watcher = new QFutureWatcher<Result<QList<ObjectInfo>>>(this);
        connect(watcher, &QFutureWatcherBase::progressValueChanged, this, [this, id, request](int value) { showQueued(id, request, value == QuestionQueued); });
        connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
        watcher->setFuture(asked);
    }
    asked.then(this, [this, id, request](const Result<QList<ObjectInfo>> &answer) { setAnswer(id, request, answer); });
}

void SchemaModel::setMessage(Level *level, MessageKind kind, const QString &text, const QString &detail)
{
    const QModelIndex index = indexOf(level);
    const bool wasThere = level->message != MessageKind::None;
    const auto set = [&] {
        level->message = kind;
        level->messageText = text;
        level->messageDetail = detail;
    };
    if (kind != MessageKind::None && !wasThere) {
        beginInsertRows(index, 0, 0);
        set();
        endInsertRows();
    } else if (kind == MessageKind::None && wasThere) {
        beginRemoveRows(index, 0, 0);
        set();
        endRemoveRows();
    } else if (wasThere) {
        set();
        const QModelIndex row = createIndex(0, 0, level);
        Q_EMIT dataChanged(row, row);
    }
}

void SchemaModel::showLoading(quint64 id, int request)
{
    Level *level = m_levels.value(id);
    if (level && level->request == request && level->state == LevelState::Loading && objectCount(level) == 0)
        setMessage(level, MessageKind::Loading, level->isQueued ? tr("queued…") : tr("reading…"), level->isQueued ? tr("others are read first") : QString());
}

void SchemaModel::showQueued(quint64 id, int request, bool isQueued)
{
    Level *level = m_levels.value(id);
    if (!level || level->request != request || level->isQueued == isQueued)
        return;
    level->isQueued = isQueued;
    if (level->message == MessageKind::Loading)
        showLoading(id, request);
}

void SchemaModel::showCached(quint64 id, int request, const std::optional<SchemaCache::Level> &cached)
{
    Level *level = m_levels.value(id);
    const bool isWanted = level && level->request == request && level->objects->count() == 0 && level->state != LevelState::Loaded;
    if (!isWanted || !cached || cached->objects->count() == 0)
        return;
    if (level->message == MessageKind::Loading)
        setMessage(level, MessageKind::None);
    setObjects(level, cached->objects);
    level->loadedAt = cached->readAt;
    Q_EMIT levelEnded(indexOf(level));
}

void SchemaModel::setAnswer(quint64 id, int request, const Result<QList<ObjectInfo>> &answer)
{
    Level *level = m_levels.value(id);
    if (!level || level->request != request)
        return;
    level->asked = {};
    if (!answer) {
        level->state = LevelState::Failed;
        if (answer.error().code == Error::Code::NotFound) { // what was known of it is wrong
            if (m_cache)
                m_cache->forget(level->cacheKey, level->path);
            setObjects(level, std::make_shared<SchemaLevel>());
        }
        setMessage(level, MessageKind::Failed, answer.error().message, tr("F5 tries again"));
    } else {
        level->state = LevelState::Loaded;
        level->loadedAt = QDateTime::currentDateTime();
        const auto objects = std::make_shared<const SchemaLevel>(*answer);
        if (Connection *connection = m_connections->connection(connectionLevel(level)->connectionName); connection && m_cache)
            m_cache->storeFor(connection, level->cacheKey, level->path, { objects, level->loadedAt });
        setMessage(level, MessageKind::None);
        setObjects(level, objects);
        if (objects->count() == 0)
            setMessage(level, MessageKind::Empty, emptyText(level));
    }
    Q_EMIT levelEnded(indexOf(level));
}

void SchemaModel::setObjects(Level *level, const std::shared_ptr<const SchemaLevel> &objects)
{
    const SchemaLevel &old = *level->objects;
    if (old == *objects) {
        level->objects = objects;
        return;
    }
    Changes changes = changesBetween(old, *objects);
    if (changes.removals.size() + changes.insertions.size() > kMostChanges) {
        changes = {};
        if (old.count() > 0)
            changes.removals = { { 0, old.count() } };
        if (objects->count() > 0)
            changes.insertions = { { 0, objects->count() } };
    }
    const bool isAllNew = old.count() == 0 && changes.insertions.size() == 1;
    if (isAllNew) { // the common case, without a copy
        beginInsertRows(indexOf(level), offset(level), offset(level) + objects->count() - 1);
        level->objects = objects;
        endInsertRows();
        return;
    }
    const auto work = std::make_shared<SchemaLevel>(old);
    level->objects = work;
    for (auto change = changes.removals.rbegin(); change != changes.removals.rend(); ++change) // the last first: places stay
        removeObjects(level, *work, change->at, change->count);
    for (const Change &change : changes.insertions)
        insertObjects(level, *work, change.at, *objects, change.at, change.count);
    level->objects = objects; // types and comments of those that stayed may have changed
    if (objects->count() > 0)
        Q_EMIT dataChanged(createIndex(offset(level), 0, level), createIndex(offset(level) + objects->count() - 1, 0, level));
}

void SchemaModel::removeObjects(Level *level, SchemaLevel &objects, int first, int count)
{
    beginRemoveRows(indexOf(level), first + offset(level), first + offset(level) + count - 1);
    const auto begin = level->children.lower_bound(first);
    const auto end = level->children.lower_bound(first + count);
    for (auto child = begin; child != end; ++child)
        forget(*child->second);
    level->children.erase(begin, end);
    shiftChildren(level, first + count, -count);
    objects.remove(first, count);
    endRemoveRows();
}

void SchemaModel::insertObjects(Level *level, SchemaLevel &objects, int at, const SchemaLevel &from, int first, int count)
{
    beginInsertRows(indexOf(level), at + offset(level), at + offset(level) + count - 1);
    shiftChildren(level, at, count);
    objects.insert(at, from, first, count);
    endInsertRows();
}

void SchemaModel::shiftChildren(Level *level, int from, int by)
{
    std::map<int, std::unique_ptr<Level>> shifted;
    for (auto &[row, child] : level->children) {
        child->row = row >= from ? row + by : row;
        shifted.emplace(child->row, std::move(child));
    }
    level->children = std::move(shifted);
}

void SchemaModel::insertConnections(int first, int last)
{
    beginInsertRows({}, first, last);
    shiftChildren(m_root.get(), first, last - first + 1);
    for (int row = first; row <= last; ++row) {
        const StoredConnection stored = m_connections->stored(row);
        auto made = std::make_unique<Level>();
        made->parent = m_root.get();
        made->row = row;
        made->id = m_nextId++;
        made->connectionName = stored.name;
        made->detail = stored.parameters.isValid() ? u"· "_s + stored.parameters.engine().name : QString();
        m_levels.insert(made->id, made.get());
        m_root->children.emplace(row, std::move(made));
    }
    endInsertRows();
}

void SchemaModel::removeConnections(int first, int last)
{
    beginRemoveRows({}, first, last);
    const auto begin = m_root->children.lower_bound(first);
    const auto end = m_root->children.upper_bound(last);
    for (auto child = begin; child != end; ++child)
        forget(*child->second);
    m_root->children.erase(begin, end);
    shiftChildren(m_root.get(), last + 1, first - last - 1);
    endRemoveRows();
}

QString SchemaModel::emptyText(const Level *level) const
{
    if (!level->connectionName.isEmpty()) {
        Connection *connection = m_connections->connection(level->connectionName);
        return connection && connection->engine().features.testFlag(EngineInfo::Catalogs) ? tr("no catalogs you may see")
                                                                                         : tr("no schemas you may see");
    }
    switch (level->kind) {
    case ObjectInfo::Kind::Catalog:
        return tr("no schemas you may see");
    case ObjectInfo::Kind::Schema:
        return tr("no tables you may see");
    case ObjectInfo::Kind::Table:
    case ObjectInfo::Kind::View:
    case ObjectInfo::Kind::MaterializedView:
    case ObjectInfo::Kind::SystemTable:
        return tr("no columns you may see");
    default:
        return tr("nothing in here");
    }
}

QString iconName(ObjectInfo::Kind kind)
{
    switch (kind) {
    case ObjectInfo::Kind::Catalog:
        return u"catalog"_s;
    case ObjectInfo::Kind::Schema:
        return u"schema"_s;
    case ObjectInfo::Kind::Table:
    case ObjectInfo::Kind::SystemTable:
        return u"table"_s;
    case ObjectInfo::Kind::View:
        return u"view"_s;
    case ObjectInfo::Kind::MaterializedView:
        return u"materialized-view"_s;
    case ObjectInfo::Kind::Column:
        return u"column"_s;
    case ObjectInfo::Kind::Field:
        return u"field"_s;
    case ObjectInfo::Kind::Function:
    case ObjectInfo::Kind::Procedure:
        return u"function"_s;
    case ObjectInfo::Kind::Partition:
        return u"partition"_s;
    case ObjectInfo::Kind::Index:
    case ObjectInfo::Kind::Other:
        break;
    }
    return u"other"_s;
}

} // namespace Grebe
