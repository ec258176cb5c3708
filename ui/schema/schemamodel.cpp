// SPDX-License-Identifier: Apache-2.0
#include "schemamodel.h"

#include "connections/connectionmodel.h"

#include <QTimer>

#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// A wait shorter than this is not worth a word.
constexpr std::chrono::milliseconds kPatience { 150 };

} // namespace

SchemaModel::SchemaModel(ConnectionModel *connections, QObject *parent)
    : QAbstractItemModel(parent), m_connections(connections), m_root(std::make_unique<Node>())
{
    m_root->state = LevelState::Loaded;
    if (connections->rowCount() > 0)
        insertConnections(0, connections->rowCount() - 1);
    connect(connections, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex &, int first, int last) { insertConnections(first, last); });
    connect(connections, &QAbstractItemModel::rowsRemoved, this,
            [this](const QModelIndex &, int first, int last) { removeConnections(first, last); });
}

SchemaModel::~SchemaModel() = default;

SchemaModel::Node *SchemaModel::node(const QModelIndex &index) const
{
    return index.isValid() ? static_cast<Node *>(index.internalPointer()) : m_root.get();
}

QModelIndex SchemaModel::indexOf(const Node *node) const
{
    if (!node || !node->parent)
        return {};
    const auto &siblings = node->parent->children;
    for (size_t row = 0; row < siblings.size(); ++row) {
        if (siblings[row].get() == node)
            return createIndex(int(row), 0, node);
    }
    return {};
}

SchemaModel::Node *SchemaModel::connectionNode(const Node *node) const
{
    while (node && node->connectionName.isEmpty())
        node = node->parent;
    return const_cast<Node *>(node);
}

QModelIndex SchemaModel::index(int row, int column, const QModelIndex &parent) const
{
    const Node *up = node(parent);
    if (column != 0 || row < 0 || row >= int(up->children.size()))
        return {};
    return createIndex(row, 0, up->children[row].get());
}

QModelIndex SchemaModel::parent(const QModelIndex &index) const
{
    return index.isValid() ? indexOf(node(index)->parent) : QModelIndex();
}

int SchemaModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : int(node(parent)->children.size());
}

int SchemaModel::columnCount(const QModelIndex &) const
{
    return 1;
}

bool SchemaModel::hasChildren(const QModelIndex &parent) const
{
    const Node *at = node(parent);
    if (!at->children.empty())
        return true;
    return at->parent && at->message == MessageKind::None && at->info.hasChildren
        && (at->state == LevelState::NotLoaded || at->state == LevelState::Loading);
}

bool SchemaModel::canFetchMore(const QModelIndex &parent) const
{
    const Node *at = node(parent);
    return at->parent && at->message == MessageKind::None && at->info.hasChildren && at->state == LevelState::NotLoaded;
}

void SchemaModel::fetchMore(const QModelIndex &parent)
{
    if (canFetchMore(parent))
        load(node(parent));
}

QVariant SchemaModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    const Node *at = node(index);
    switch (role) {
    case Qt::DisplayRole:
        return at->text;
    case DetailRole:
        return at->detail;
    case Qt::ToolTipRole: {
        QStringList lines { at->detail.isEmpty() ? at->text : at->text + u"  "_s + at->detail };
        if (!at->info.comment.isEmpty())
            lines += at->info.comment;
        // Server text in a tool tip must not be taken for markup.
        return u"<qt style=\"white-space:pre-wrap\">"_s + lines.join(u'\n').toHtmlEscaped() + u"</qt>"_s;
    }
    case Qt::AccessibleTextRole:
        return at->detail.isEmpty() ? at->text : at->text + u", "_s + at->detail;
    case IconRole:
        if (at->message != MessageKind::None) {
            return at->message == MessageKind::Failed ? u"error"_s
                                                      : at->message == MessageKind::Loading ? u"refresh"_s : u"info"_s;
        }
        return at->connectionName.isEmpty() ? iconName(at->info.kind) : u"database"_s;
    case PathRole:
        return QVariant::fromValue(at->info.path);
    case KindRole:
        return at->connectionName.isEmpty() && at->message == MessageKind::None ? int(at->info.kind) : -1;
    case EnvironmentRole:
        return at->connectionName.isEmpty()
            ? -1
            : int(m_connections->stored(m_connections->row(at->connectionName)).environment);
    case MessageRole:
        return int(at->message);
    case LevelStateRole:
        return int(at->state);
    case LoadedAtRole:
        return at->loadedAt;
    case ConnectionRole: {
        const Node *connection = connectionNode(at);
        return connection ? connection->connectionName : QString();
    }
    default:
        return {};
    }
}

Qt::ItemFlags SchemaModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return {};
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (node(index)->message != MessageKind::None)
        flags |= Qt::ItemNeverHasChildren;
    return flags;
}

void SchemaModel::reload(const QModelIndex &index)
{
    Node *at = node(index);
    if (at->message != MessageKind::None)
        at = at->parent;
    if (!at->parent || !at->info.hasChildren)
        return;
    replaceChildren(at, {});
    load(at);
}

std::unique_ptr<SchemaModel::Node> SchemaModel::makeNode(Node *parent)
{
    auto made = std::make_unique<Node>();
    made->parent = parent;
    made->id = m_nextId++;
    m_nodes.insert(made->id, made.get());
    return made;
}

void SchemaModel::forget(const Node &node)
{
    for (const auto &child : node.children)
        forget(*child);
    m_nodes.remove(node.id);
}

void SchemaModel::replaceChildren(Node *parent, std::vector<std::unique_ptr<Node>> children)
{
    const QModelIndex index = indexOf(parent);
    if (!parent->children.empty()) {
        beginRemoveRows(index, 0, int(parent->children.size()) - 1);
        const std::vector<std::unique_ptr<Node>> old = std::exchange(parent->children, {});
        for (const auto &child : old)
            forget(*child);
        endRemoveRows();
    }
    if (!children.empty()) {
        beginInsertRows(index, 0, int(children.size()) - 1);
        parent->children = std::move(children);
        endInsertRows();
    }
}

std::unique_ptr<SchemaModel::Node> SchemaModel::makeMessage(Node *parent, MessageKind kind, const QString &text,
                                                             const QString &detail)
{
    auto message = makeNode(parent);
    message->message = kind;
    message->text = text;
    message->detail = detail;
    message->state = LevelState::Loaded;
    return message;
}

void SchemaModel::load(Node *node)
{
    Connection *connection = m_connections->connection(connectionNode(node)->connectionName);
    node->state = LevelState::Loading;
    const quint64 id = node->id;
    const int request = ++node->request;
    if (!connection) {
        setLevel(id, request, std::unexpected(Error { .code = Error::Code::NotImplemented,
                                                      .message = tr("This Grebe was built without the engine of this connection.") }));
        return;
    }
    QTimer::singleShot(kPatience, this, [this, id, request] { showLoading(id, request); });
    if (node->connectionName.isEmpty()) {
        list(node);
        return;
    }
    connection->open().then(this, [this, id, request](const Result<ServerInfo> &server) {
        if (!server) {
            setLevel(id, request, std::unexpected(server.error()));
            return;
        }
        if (Node *opened = m_nodes.value(id); opened && opened->request == request) {
            opened->detail = u"· "_s + (server->product + u' ' + server->version).trimmed();
            const QModelIndex index = indexOf(opened);
            Q_EMIT dataChanged(index, index);
            list(opened);
        }
    });
}

void SchemaModel::list(Node *node)
{
    Connection *connection = m_connections->connection(connectionNode(node)->connectionName);
    connection->list(node->info.path)
        .then(this, [this, id = node->id, request = node->request](const Result<QList<ObjectInfo>> &answer) {
            setLevel(id, request, answer);
        });
}

void SchemaModel::showLoading(quint64 id, int request)
{
    Node *at = m_nodes.value(id);
    if (!at || at->request != request || at->state != LevelState::Loading || !at->children.empty())
        return;
    std::vector<std::unique_ptr<Node>> rows;
    rows.push_back(makeMessage(at, MessageKind::Loading, tr("reading…")));
    replaceChildren(at, std::move(rows));
}

void SchemaModel::setLevel(quint64 id, int request, const Result<QList<ObjectInfo>> &answer)
{
    Node *at = m_nodes.value(id);
    if (!at || at->request != request)
        return;
    std::vector<std::unique_ptr<Node>> rows;
    if (!answer) {
        at->state = LevelState::Failed;
        rows.push_back(makeMessage(at, MessageKind::Failed, answer.error().message, tr("F5 tries again")));
    } else {
        at->state = LevelState::Loaded;
        at->loadedAt = QDateTime::currentDateTime();
        for (const ObjectInfo &info : *answer) {
            auto child = makeNode(at);
            child->info = info;
            child->text = info.name();
            child->detail = info.type;
            rows.push_back(std::move(child));
        }
        if (rows.empty())
            rows.push_back(makeMessage(at, MessageKind::Empty, emptyText(at)));
    }
    replaceChildren(at, std::move(rows));
    Q_EMIT levelEnded(indexOf(at));
}

void SchemaModel::insertConnections(int first, int last)
{
    beginInsertRows({}, first, last);
    for (int row = first; row <= last; ++row) {
        const StoredConnection stored = m_connections->stored(row);
        auto made = makeNode(m_root.get());
        made->connectionName = made->text = stored.name;
        made->detail = stored.parameters.isValid() ? u"· "_s + stored.parameters.engine().name : QString();
        made->info.hasChildren = true;
        m_root->children.insert(m_root->children.begin() + row, std::move(made));
    }
    endInsertRows();
}

void SchemaModel::removeConnections(int first, int last)
{
    beginRemoveRows({}, first, last);
    for (int row = first; row <= last; ++row)
        forget(*m_root->children[row]);
    m_root->children.erase(m_root->children.begin() + first, m_root->children.begin() + last + 1);
    endRemoveRows();
}

QString SchemaModel::emptyText(const Node *node) const
{
    if (!node->connectionName.isEmpty()) {
        Connection *connection = m_connections->connection(node->connectionName);
        return connection && connection->engine().features.testFlag(EngineInfo::Catalogs) ? tr("no catalogs you may see")
                                                                                         : tr("no schemas you may see");
    }
    switch (node->info.kind) {
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
