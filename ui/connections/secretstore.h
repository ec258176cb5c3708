// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QFuture>
#include <QMap>
#include <QObject>

namespace Grebe {

/// Passwords and tokens, in the system's keychain alone; in memory while the program runs where there is none.
///
/// Shape      a password belongs to a user at an origin, so that two connections to one server share it. Values of other
///            secret options are kept for this run only.
/// Thread     GUI; the keychain answers through futures.
class SecretStore : public QObject
{
    Q_OBJECT
public:
    enum class Backend { System, MemoryOnly };

    explicit SecretStore(Backend backend = Backend::System, QObject *parent = nullptr);

    /// True when nothing outlives this run: dialogs say so.
    bool isMemoryOnly() const { return m_isMemoryOnly; }

    /// NotFound when there is none.
    QFuture<Result<QString>> password(const QString &origin, const QString &user);
    QFuture<Result<void>> setPassword(const QString &origin, const QString &user, const QString &password);
    void forgetPassword(const QString &origin, const QString &user);

    /// The token of a sign-in with the browser that a person wanted kept; it belongs to user and origin as a password does.
    QFuture<Result<QString>> token(const QString &origin, const QString &user);
    QFuture<Result<void>> setToken(const QString &origin, const QString &user, const QString &token);
    QFuture<Result<void>> forgetToken(const QString &origin, const QString &user);

    void setSessionValue(const QString &connection, const QString &option, const QString &value);
    QMap<QString, QString> sessionValues(const QString &connection) const { return m_sessionValues.value(connection.toLower()); }

private:
    static QString key(const QString &origin, const QString &user);
    static QString tokenKey(const QString &origin, const QString &user);
    QFuture<Result<QString>> read(const QString &name, const QString &what);
    QFuture<Result<void>> write(const QString &name, const QString &secret, const QString &what);
    QFuture<Result<void>> remove(const QString &name);

    QMap<QString, QString> m_secrets;
    QMap<QString, QMap<QString, QString>> m_sessionValues;
    bool m_isMemoryOnly;
};

} // namespace Grebe
