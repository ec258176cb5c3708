// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connectionparameters.h"

#include <QJsonArray>
#include <QList>
#include <QObject>

#include <optional>

namespace Grebe {

/// How careful a person wants to be with a server.
enum class Environment { Development, Test, Production };

QString environmentName(Environment environment); ///< "dev", "test" or "prod"
std::optional<Environment> environmentNamed(QStringView name);

/// A connection under the name a person gave it; a value.
struct StoredConnection
{
    QString name;
    Environment environment = Environment::Development;
    ConnectionParameters parameters; ///< without secrets: they are the keychain's
    bool isBuiltIn = false; ///< always there, neither changed nor removed

    friend bool operator==(const StoredConnection &, const StoredConnection &) = default;
};

/// The connections of this person, in one JSON file.
///
/// Shape      the built-in sample comes first, then the file's order. Names are unique without case. An entry that
///            cannot be read (an engine or an option of another Grebe) is not shown, but stays in the file as it is.
/// Errors     problems() says in sentences what was wrong with the file. A file that is no JSON is set aside under a
///            name that problems() tells, never overwritten.
/// Thread     the GUI's, or the command line's only one. Two processes may share a file: each change reads it again
///            under a lock before it writes, whole or not at all.
class ConnectionStore : public QObject
{
    Q_OBJECT
public:
    /// `engines` must live as long as the process, as the plugin's do.
    explicit ConnectionStore(const QList<const EngineInfo *> &engines, const QString &fileName = defaultFileName(),
                             QObject *parent = nullptr);
    ~ConnectionStore() override;

    /// connections.json in the application's configuration folder.
    static QString defaultFileName();
    QString fileName() const { return m_fileName; }

    /// Reads the file; one that is not there is empty. False when problems() is not empty.
    bool load();
    QStringList problems() const { return m_problems; }

    QList<StoredConnection> connections() const { return m_connections; }
    std::optional<StoredConnection> connection(const QString &name) const; ///< without case
    /// The stored name nearest to a mistyped one; empty when none is near.
    QString nearestName(const QString &name) const;

    /// Adds it, or replaces the one called `replacedName`.
    Result<void> store(const StoredConnection &connection, const QString &replacedName = {});
    Result<void> remove(const QString &name);

Q_SIGNALS:
    void changed();

private:
    Result<void> readForChange();
    Result<void> write();

    const QList<const EngineInfo *> m_engines;
    const QString m_fileName;
    QList<StoredConnection> m_connections;
    QJsonArray m_unreadable;
    QStringList m_problems;
};

} // namespace Grebe
