// SPDX-License-Identifier: Apache-2.0
#include "schemacache.h"

#include "extension/connection.h"

#include <QCryptographicHash>
#include <QDataStream>
#include <QDir>
#include <QDirIterator>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSaveFile>
#include <QStandardPaths>
#include <QtConcurrentRun>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr quint32 magic = 0x47524231; // "GRB1": the format's number is its last character
constexpr auto hashAlgorithm = QCryptographicHash::Sha256;
constexpr qint64 mostFileBytes = qint64(64) << 20;

QString digest(const QByteArray &bytes)
{
    return QString::fromLatin1(QCryptographicHash::hash(bytes, hashAlgorithm).first(16).toHex());
}

} // namespace

SchemaCache::SchemaCache(const QString &folder, qint64 mostBytes, QObject *parent)
    : QObject(parent), m_folder(folder), m_mostBytes(mostBytes)
{
    m_disk.setMaxThreadCount(1);
    m_disk.setObjectName(u"schema-cache"_s);
}

SchemaCache::~SchemaCache()
{
    m_disk.waitForDone();
}

QString SchemaCache::defaultFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation) + u"/grebe/schemas"_s;
}

QString SchemaCache::keyOf(const ConnectionParameters &parameters, const QString &identity)
{
    if (!parameters.isValid() || !parameters.engine().features.testFlag(EngineInfo::Network))
        return {};
    if (parameters.user().isEmpty() && identity.isEmpty())
        return {};
    // Everything that says who asks, but no secret.
    QJsonObject who { { u"engine"_s, parameters.engine().id }, { u"origin"_s, parameters.origin().toString(QUrl::RemoveUserInfo) } };
    for (const OptionInfo &option : parameters.engine().options) {
        const bool isWho = option.group == "Sign-in"_L1 || option.name == "user"_L1 || option.name == "roles"_L1 || option.name.startsWith("SSLKeyStore"_L1)
            || option.name == "pathPrefix"_L1;
        if (isWho && !option.isSecret && parameters.hasValue(option.name))
            who.insert(option.name, parameters.value(option.name));
    }
    if (parameters.user().isEmpty())
        who.insert(u"identity"_s, identity);
    return QString::fromUtf8(QJsonDocument(who).toJson(QJsonDocument::Compact));
}

QFuture<QString> SchemaCache::keyOf(Connection *connection)
{
    const ConnectionParameters parameters = connection->parameters();
    const bool isServer = parameters.isValid() && parameters.engine().features.testFlag(EngineInfo::Network);
    if (!isServer || !parameters.user().isEmpty())
        return QtFuture::makeReadyValueFuture(keyOf(parameters));
    return connection->open().then([parameters](const Result<ServerInfo> &server) { return server ? keyOf(parameters, server->user) : QString(); });
}

std::optional<SchemaCache::Level> SchemaCache::level(const QString &key, const ObjectPath &path) const
{
    const auto found = m_levels.constFind({ key, path });
    return found == m_levels.constEnd() ? std::nullopt : std::optional(*found);
}

QFuture<std::optional<SchemaCache::Level>> SchemaCache::find(const QString &key, const ObjectPath &path)
{
    const Place place { key, path };
    if (key.isEmpty() || m_folder.isEmpty() || m_levels.contains(place))
        return QtFuture::makeReadyValueFuture(level(key, path));
    return QtConcurrent::run(&m_disk, [fileName = fileName(place), place] { return read(fileName, place); })
        .then(this, [this, place](const std::optional<Level> &found) {
            if (found && !m_levels.contains(place)) { // what was read meanwhile is newer
                m_levels.insert(place, *found);
                Q_EMIT changed(place.first, place.second);
            }
            return level(place.first, place.second);
        });
}

void SchemaCache::store(const QString &key, const ObjectPath &path, const Level &level)
{
    if (key.isEmpty())
        return;
    const Place place { key, path };
    m_levels.insert(place, level);
    if (!m_folder.isEmpty()) {
        m_disk.start([this, fileName = fileName(place), place, level] {
            write(fileName, place, level);
            prune();
        });
    }
    Q_EMIT changed(key, path);
}

void SchemaCache::storeFor(Connection *connection, const QString &key, const ObjectPath &path, const Level &level)
{
    keyOf(connection).then(this, [this, key, path, level](const QString &now) {
        if (now == key)
            store(key, path, level);
    });
}

void SchemaCache::forget(const QString &key, const ObjectPath &path)
{
    const Place place { key, path };
    m_levels.remove(place);
    if (!key.isEmpty() && !m_folder.isEmpty())
        m_disk.start([fileName = fileName(place)] { QFile::remove(fileName); });
    Q_EMIT changed(key, path);
}

QString SchemaCache::fileName(const Place &place) const
{
    QByteArray path;
    QDataStream stream(&path, QIODevice::WriteOnly);
    stream << place.second.parts();
    return u"%1/%2/%3"_s.arg(m_folder, digest(place.first.toUtf8()), digest(path));
}

void SchemaCache::write(const QString &fileName, const Place &place, const Level &level) const
{
    constexpr auto mine = QFile::ReadOwner | QFile::WriteOwner;
    const QString folder = QFileInfo(fileName).path();
    if (!QDir().mkpath(folder))
        return;
    QFile::setPermissions(m_folder, mine | QFile::ExeOwner);
    QFile::setPermissions(folder, mine | QFile::ExeOwner);
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    stream.setVersion(QDataStream::Qt_6_0);
    stream << place.first << place.second.parts() << level.readAt.toMSecsSinceEpoch() << level.objects->toBytes();
    QSaveFile file(fileName);
    if (!file.open(QIODevice::WriteOnly))
        return;
    file.setPermissions(mine);
    QDataStream out(&file);
    out.setVersion(QDataStream::Qt_6_0);
    out << magic << QCryptographicHash::hash(bytes, hashAlgorithm) << bytes;
    if (out.status() == QDataStream::Ok)
        file.commit();
}

std::optional<SchemaCache::Level> SchemaCache::read(const QString &fileName, const Place &place)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly) || file.size() > mostFileBytes)
        return {};
    QDataStream in(&file);
    in.setVersion(QDataStream::Qt_6_0);
    quint32 format = 0;
    QByteArray hash;
    QByteArray bytes;
    in >> format;
    if (format != magic)
        return {};
    in >> hash >> bytes;
    if (in.status() != QDataStream::Ok || hash != QCryptographicHash::hash(bytes, hashAlgorithm))
        return {};
    QDataStream stream(bytes);
    stream.setVersion(QDataStream::Qt_6_0);
    Place of;
    QStringList parts;
    qint64 readAt = 0;
    QByteArray packed;
    stream >> of.first >> parts >> readAt >> packed;
    of.second = ObjectPath(parts);
    if (stream.status() != QDataStream::Ok || of != place)
        return {};
    std::optional<SchemaLevel> objects = SchemaLevel::fromBytes(packed);
    if (!objects)
        return {};
    return Level { std::make_shared<const SchemaLevel>(std::move(*objects)), QDateTime::fromMSecsSinceEpoch(readAt) };
}

void SchemaCache::prune() const
{
    QFileInfoList files;
    qint64 bytes = 0;
    for (QDirIterator it(m_folder, QDir::Files, QDirIterator::Subdirectories); it.hasNext();) {
        files << it.nextFileInfo();
        bytes += files.last().size();
    }
    if (bytes <= m_mostBytes)
        return;
    std::ranges::sort(files, {}, [](const QFileInfo &file) { return file.lastModified(); });
    for (const QFileInfo &file : std::as_const(files)) {
        if (bytes <= m_mostBytes)
            break;
        bytes -= file.size();
        QFile::remove(file.filePath());
    }
}

} // namespace Grebe
