// SPDX-License-Identifier: Apache-2.0
#include "connectionstore.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QLockFile>
#include <QSaveFile>
#include <QStandardPaths>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kVersion = 1;

Result<StoredConnection> readEntry(const QJsonObject &entry, const QList<const EngineInfo *> &engines)
{
    const auto wrong = [](const QString &message) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = message });
    };
    for (const QString &key : entry.keys()) {
        if (key != "name"_L1 && key != "environment"_L1 && key != "parameters"_L1)
            return wrong(u"The key \"%1\" is unknown."_s.arg(key));
    }
    StoredConnection connection { .name = entry.value("name"_L1).toString() };
    if (connection.name.isEmpty())
        return wrong(u"It has no name."_s);
    const QString environment = entry.value("environment"_L1).toString(u"dev"_s);
    const auto known = environmentNamed(environment);
    if (!known)
        return wrong(u"The environment \"%1\" is none of dev, test and prod."_s.arg(environment));
    connection.environment = *known;
    auto parameters = ConnectionParameters::fromJson(entry.value("parameters"_L1).toObject(), engines);
    if (!parameters)
        return std::unexpected(parameters.error());
    connection.parameters = std::move(*parameters);
    connection.parameters.setConnectionName(connection.name);
    return connection;
}

bool isSame(const QString &a, const QString &b)
{
    return a.compare(b, Qt::CaseInsensitive) == 0;
}

} // namespace

QString environmentName(Environment environment)
{
    switch (environment) {
    case Environment::Development: return u"dev"_s;
    case Environment::Test: return u"test"_s;
    case Environment::Production: return u"prod"_s;
    }
    return u"dev"_s;
}

std::optional<Environment> environmentNamed(QStringView name)
{
    for (const Environment environment : { Environment::Development, Environment::Test, Environment::Production }) {
        if (name.compare(environmentName(environment), Qt::CaseInsensitive) == 0)
            return environment;
    }
    return std::nullopt;
}

ConnectionStore::ConnectionStore(const QList<const EngineInfo *> &engines, const QString &fileName, QObject *parent)
    : QObject(parent), m_engines(engines), m_fileName(fileName)
{
}

ConnectionStore::~ConnectionStore() = default;

QString ConnectionStore::defaultFileName()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppConfigLocation) + "/connections.json"_L1;
}

bool ConnectionStore::load()
{
    m_connections.clear();
    m_unreadable = {};
    m_problems.clear();
    if (auto sample = ConnectionParameters::fromUrl(u"duckdb:sample"_s, m_engines)) {
        sample->setConnectionName(u"Sample lake"_s);
        m_connections << StoredConnection { u"Sample lake"_s, Environment::Development, *sample, true };
    }

    QFile file(m_fileName);
    if (file.exists()) {
        if (!file.open(QIODevice::ReadOnly)) {
            m_problems << u"%1 cannot be read: %2."_s.arg(m_fileName, file.errorString());
        } else {
            QJsonParseError parseError;
            const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &parseError);
            file.close();
            if (!document.isObject() || !document.object().value("connections"_L1).isArray()) {
                const QString aside = u"%1.damaged-%2"_s.arg(
                    m_fileName, QDateTime::currentDateTimeUtc().toString(u"yyyyMMdd-HHmmss-zzz"_s));
                const QString reason = parseError.error == QJsonParseError::NoError
                    ? u"it holds no list of connections"_s
                    : parseError.errorString();
                m_problems << (QFile::rename(m_fileName, aside)
                                   ? u"%1 is damaged (%2). It was set aside as %3."_s.arg(m_fileName, reason, aside)
                                   : u"%1 is damaged (%2) and could not be set aside."_s.arg(m_fileName, reason));
            } else {
                for (const QJsonValue &value : document.object().value("connections"_L1).toArray()) {
                    const QJsonObject entry = value.toObject();
                    auto connection = readEntry(entry, m_engines);
                    if (connection && this->connection(connection->name)) {
                        connection = std::unexpected(Error { .code = Error::Code::AlreadyExists,
                                                             .message = u"The name is taken by another one."_s });
                    }
                    if (connection) {
                        m_connections << *connection;
                    } else {
                        m_unreadable << value;
                        m_problems << u"The connection \"%1\" in %2 was left out. %3"_s.arg(
                            entry.value("name"_L1).toString(), m_fileName, connection.error().message);
                    }
                }
            }
        }
    }
    Q_EMIT changed();
    return m_problems.isEmpty();
}

std::optional<StoredConnection> ConnectionStore::connection(const QString &name) const
{
    const auto found = std::find_if(m_connections.cbegin(), m_connections.cend(),
                                    [&](const StoredConnection &known) { return isSame(known.name, name); });
    return found == m_connections.cend() ? std::nullopt : std::optional(*found);
}

QString ConnectionStore::nearestName(const QString &name) const
{
    EngineInfo names; // for its measure of nearness
    for (const StoredConnection &known : m_connections)
        names.options << OptionInfo { .name = known.name };
    return names.nearestOption(name);
}

Result<void> ConnectionStore::readForChange()
{
    const bool wasThere = QFile::exists(m_fileName);
    load();
    // A file that is there and can't be read must not be overwritten with what we know.
    if (wasThere && QFile::exists(m_fileName)) {
        QFile file(m_fileName);
        if (!file.open(QIODevice::ReadOnly))
            return std::unexpected(Error { .code = Error::Code::IO, .message = m_problems.value(0) });
    }
    return {};
}

Result<void> ConnectionStore::store(const StoredConnection &connection, const QString &replacedName)
{
    const QString name = connection.name.trimmed();
    if (name.isEmpty())
        return std::unexpected(
            Error { .code = Error::Code::InvalidArgument, .message = u"A stored connection needs a name."_s });
    QDir().mkpath(QFileInfo(m_fileName).absolutePath());
    QLockFile lock(m_fileName + ".lock"_L1);
    if (!lock.tryLock(5000))
        return std::unexpected(Error { .code = Error::Code::IO, .message = u"%1 is locked."_s.arg(m_fileName) });
    if (auto read = readForChange(); !read)
        return read;

    StoredConnection stored = connection;
    stored.name = name;
    stored.isBuiltIn = false;
    stored.parameters.setConnectionName(name);
    for (const OptionInfo &option : stored.parameters.engine().options) {
        if (option.isSecret)
            (void)stored.parameters.setValue(option.name, {});
    }
    const auto taken = this->connection(name);
    if (taken && !isSame(name, replacedName)) {
        return std::unexpected(Error { .code = Error::Code::AlreadyExists,
                                       .message = u"There is a connection \"%1\" already."_s.arg(taken->name),
                                       .hint = u"Take another name, or remove that one first."_s });
    }
    const auto replaced = std::find_if(m_connections.begin(), m_connections.end(), [&](const StoredConnection &known) {
        return !replacedName.isEmpty() && !known.isBuiltIn && isSame(known.name, replacedName);
    });
    if (replaced == m_connections.end())
        m_connections << stored;
    else
        *replaced = stored;
    return write();
}

Result<void> ConnectionStore::remove(const QString &name)
{
    QDir().mkpath(QFileInfo(m_fileName).absolutePath());
    QLockFile lock(m_fileName + ".lock"_L1);
    if (!lock.tryLock(5000))
        return std::unexpected(Error { .code = Error::Code::IO, .message = u"%1 is locked."_s.arg(m_fileName) });
    if (auto read = readForChange(); !read)
        return read;
    const auto known = connection(name);
    if (!known) {
        const QString nearest = nearestName(name);
        return std::unexpected(
            Error { .code = Error::Code::NotFound,
                    .message = u"There is no connection \"%1\"."_s.arg(name),
                    .hint = nearest.isEmpty() ? QString() : u"Did you mean \"%1\"?"_s.arg(nearest) });
    }
    if (known->isBuiltIn)
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"\"%1\" is built in and cannot be removed."_s.arg(known->name) });
    m_connections.removeIf([&](const StoredConnection &stored) { return isSame(stored.name, name); });
    return write();
}

Result<void> ConnectionStore::write()
{
    QJsonArray entries;
    for (const StoredConnection &connection : std::as_const(m_connections)) {
        if (connection.isBuiltIn)
            continue;
        entries << QJsonObject { { u"name"_s, connection.name },
                                 { u"environment"_s, environmentName(connection.environment) },
                                 { u"parameters"_s, connection.parameters.toJson() } };
    }
    for (const QJsonValue &entry : std::as_const(m_unreadable))
        entries << entry;
    const QJsonObject root { { u"version"_s, kVersion }, { u"connections"_s, entries } };

    QSaveFile file(m_fileName);
    if (!file.open(QIODevice::WriteOnly) || !file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        || file.write(QJsonDocument(root).toJson()) < 0 || !file.commit()) {
        return std::unexpected(Error { .code = Error::Code::IO,
                                       .message = u"%1 cannot be written: %2."_s.arg(m_fileName, file.errorString()) });
    }
    Q_EMIT changed();
    return {};
}

} // namespace Grebe
