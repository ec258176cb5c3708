// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QFuture>
#include <QMap>
#include <QObject>

namespace Grebe {

/// Passwords, passphrases and tokens, in the system's keychain alone; in memory while the program runs where there is
/// none, or where it does not take them.
///
/// Shape      a password or token belongs to a user at an origin, so that two connections to one server share it; a
///            passphrase to the file of its key, which leads to no server. Values of other secret options are kept for
///            this run only.
/// Errors     NotFound when the keychain has no such entry (which is also what it says when somebody does not unlock it),
///            Unauthorized when it is denied to us, NotImplemented when there is no keychain, IO otherwise. What could
///            not be written or removed is told by failed() too, for nobody waits for it.
/// Thread     GUI; the keychain answers through futures, maybe never: it asks a person to unlock it.
class SecretStore : public QObject
{
    Q_OBJECT
public:
    enum class Backend { System, MemoryOnly };

    explicit SecretStore(Backend backend = Backend::System, QObject *parent = nullptr);

    /// True when nothing outlives this run: dialogs say so.
    bool isMemoryOnly() const { return m_isMemoryOnly; }

    QFuture<Result<QString>> password(const QString &origin, const QString &user);
    /// `lasts`: in the keychain, else for this run only.
    QFuture<Result<void>> setPassword(const QString &origin, const QString &user, const QString &password, bool lasts = true);
    QFuture<Result<void>> forgetPassword(const QString &origin, const QString &user);

    /// Of the private key in a file.
    QFuture<Result<QString>> passphrase(const QString &fileName);
    QFuture<Result<void>> setPassphrase(const QString &fileName, const QString &passphrase, bool lasts = true);
    QFuture<Result<void>> forgetPassphrase(const QString &fileName);

    /// The token of a sign-in with the browser that a person wanted kept; it belongs to user and origin as a password does.
    QFuture<Result<QString>> token(const QString &origin, const QString &user);
    QFuture<Result<void>> setToken(const QString &origin, const QString &user, const QString &token);
    QFuture<Result<void>> forgetToken(const QString &origin, const QString &user);

    void setSessionValue(const QString &connection, const QString &option, const QString &value);
    QMap<QString, QString> sessionValues(const QString &connection) const { return m_sessionValues.value(connection.toLower()); }

Q_SIGNALS:
    void failed(const Grebe::Error &error);

private:
    static QString passphraseKey(const QString &fileName);
    static QString key(const QString &origin, const QString &user);
    static QString tokenKey(const QString &origin, const QString &user);
    QFuture<Result<QString>> read(const QString &name, const QString &what);
    QFuture<Result<void>> write(const QString &name, const QString &secret, const QString &what, bool lasts = true);
    QFuture<Result<void>> remove(const QString &name);

    QMap<QString, QString> m_secrets;
    QMap<QString, QMap<QString, QString>> m_sessionValues;
    bool m_isMemoryOnly;
};

} // namespace Grebe
