// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engineinfo.h"
#include "error.h"

#include <QJsonObject>
#include <QMap>
#include <QStringList>
#include <QUrl>

#include <chrono>

namespace Grebe {

/// Where a server is, who we are there and how to talk to it: checked values of an engine's options.
///
/// Shape      a value; `values` maps option names as EngineInfo spells them to texts that passed their type's check.
///            Options that are absent have their default.
///            Names and values in a URL are percent-encoded UTF-8; `+` is an ordinary plus sign there. Its options are
///            separated by `&`, so that a value may hold the `;` of `sessionProperties=a:1;b:2`. Behind the path of a
///            `jdbc:` URL `;name=value` is understood too. An option that runs a program is refused in a URL.
/// Errors     every way in names the option that is wrong and the nearest valid one. No error text holds a secret.
/// Thread     any.
/// Source     TLS as Trino's JDBC driver decides it: SSL when it is given, else https or port 443. So SSL=false wins over
///            port 443, while https:// with SSL=false contradicts itself and is an error.
class GREBE_EXPORT ConnectionParameters
{
public:
    ConnectionParameters() = default;
    explicit ConnectionParameters(const EngineInfo &engine) : m_engine(&engine) { }

    /// From `trino://user@host:port/catalog/schema?option=value`, `jdbc:trino://…`, `trino+https://…`, a pasted address
    /// of the server's web page (whose page and query id are left out), or `duckdb:FILE`. TLS is on for https, +https,
    /// port 443 or SSL=true. A plain http(s) address belongs to the first engine whose web pages it matches, else to the
    /// first one with a host, and has the port that browsers would use. `engines` are those to choose from; they must outlive the result (the plugin's live as long as the process).
    static Result<ConnectionParameters> fromUrl(const QString &url, const QList<const EngineInfo *> &engines);
    /// From QSqlDatabase's fields; `databaseName` is a URL's path (`catalog/schema`, `catalog.schema`, or the file) or a
    /// whole URL; `connectOptions` is `NAME=VALUE;NAME=VALUE` (a value with `;` stands in double quotes, a quote in it is
    /// doubled) and may hold `URL=…`, over which the other fields win.
    static Result<ConnectionParameters> fromSqlDatabase(const EngineInfo &engine, const QString &databaseName,
                                                        const QString &user, const QString &password,
                                                        const QString &host, int port, const QString &connectOptions);
    /// From what toJson() made. Unknown keys are an error, secrets in it too.
    static Result<ConnectionParameters> fromJson(const QJsonObject &object, const QList<const EngineInfo *> &engines);
    /// Without secrets.
    QJsonObject toJson() const;
    /// A URL that fromUrl() reads back to the same parameters, without secrets and without programs to run.
    QString toUrl() const;

    bool isValid() const { return m_engine; }
    const EngineInfo &engine() const { return *m_engine; }

    /// Checks the value against the option's type; an alias is stored under the real name, an empty value is removed.
    Result<void> setValue(const QString &option, const QString &value);
    bool hasValue(const QString &option) const { return m_values.contains(option); }
    /// The value, or the option's default.
    QString value(const QString &option) const;
    bool boolean(const QString &option) const;
    qint64 integer(const QString &option) const;
    std::chrono::milliseconds duration(const QString &option) const;
    QStringList list(const QString &option) const;
    QMap<QString, QString> map(const QString &option) const;

    QString host() const { return value(QStringLiteral("host")); }
    int port() const; ///< the engine's default when none was given
    QString user() const { return value(QStringLiteral("user")); }
    QString password() const { return value(QStringLiteral("password")); }
    bool usesTls() const;
    /// scheme://host:port: what secrets are keyed by and credentials go to.
    QUrl origin() const;
    /// A name for people: stored connection's name, or host:port, or the file.
    QString displayName() const;
    void setConnectionName(const QString &name) { m_connectionName = name; }
    QString connectionName() const { return m_connectionName; }

    friend bool operator==(const ConnectionParameters &a, const ConnectionParameters &b)
    {
        return a.m_engine == b.m_engine && a.m_values == b.m_values;
    }

private:
    const EngineInfo *m_engine = nullptr;
    QString m_connectionName;
    QMap<QString, QString> m_values;
};

} // namespace Grebe
