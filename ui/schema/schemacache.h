// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "schemalevel.h"

#include <QDateTime>
#include <QFuture>
#include <QHash>
#include <QObject>
#include <QThreadPool>

#include <memory>

namespace Grebe {

class Connection;
class ConnectionParameters;

/// What was read of servers, in memory and on disk, with the time it was read: what the tree shows before a server has
/// answered, and where completion takes names from without asking one.
///
/// Shape      a level (the objects below one path) of a connection; connections are told apart by keyOf(). level() is
///            memory alone; find() looks on the disk too, and what it finds is in memory from then on.
/// Units      the files together are at most `mostBytes`; the oldest go first.
/// Errors     none: a file that is corrupt, of another format or of somebody else is as if it were not there, and a disk
///            that is full only costs the next start its names.
/// Thread     GUI; files are read and written on a thread of its own.
/// Ownership  files are the user's alone (0600 in a folder of 0700) and hold names, types and comments, no secret.
class SchemaCache : public QObject
{
    Q_OBJECT
public:
    struct Level
    {
        std::shared_ptr<const SchemaLevel> objects;
        QDateTime readAt;
    };

    /// An empty folder keeps nothing on the disk.
    explicit SchemaCache(const QString &folder, qint64 mostBytes = qint64(64) << 20, QObject *parent = nullptr);
    ~SchemaCache() override; ///< writes what is to be written
    static QString defaultFolder();

    /// Who asks which server: two that could be shown different things have different keys. `identity` is who the server
    /// says that they are, where no user is configured. Empty, which is never kept, for engines that are no servers and
    /// for somebody unknown.
    static QString keyOf(const ConnectionParameters &parameters, const QString &identity = {});
    /// The same, once the server has said who we are where that has to be asked; opens the connection then.
    static QFuture<QString> keyOf(Connection *connection);

    std::optional<Level> level(const QString &key, const ObjectPath &path) const;
    QFuture<std::optional<Level>> find(const QString &key, const ObjectPath &path);
    void store(const QString &key, const ObjectPath &path, const Level &level);
    /// store(), unless somebody else has signed in on the connection since it had that key.
    void storeFor(Connection *connection, const QString &key, const ObjectPath &path, const Level &level);
    /// The object is not there any more.
    void forget(const QString &key, const ObjectPath &path);

Q_SIGNALS:
    void changed(const QString &key, const Grebe::ObjectPath &path);

private:
    using Place = std::pair<QString, ObjectPath>;

    QString fileName(const Place &place) const;
    void write(const QString &fileName, const Place &place, const Level &level) const;
    static std::optional<Level> read(const QString &fileName, const Place &place);
    void prune() const;

    const QString m_folder;
    const qint64 m_mostBytes;
    QHash<Place, Level> m_levels;
    QThreadPool m_disk; // one thread: files are written in the order of store()
};

} // namespace Grebe
