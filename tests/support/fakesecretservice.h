// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QDBusConnection>
#include <QDBusVirtualObject>

/// A keychain on D-Bus that misbehaves: org.freedesktop.secrets as far as libsecret asks of it.
///
/// Shape      it says of whatever it is asked for that it is there.
/// Source     Secret Service API 0.2, freedesktop.org.
class FakeSecretService : public QDBusVirtualObject
{
    Q_OBJECT
public:
    enum class Manner {
        Silent, ///< never answers
        Dismissed, ///< everything is locked, and somebody dismisses the question for the password
        Denies, ///< answers with an error
        Wrong, ///< gives another secret than it was given
        Dies ///< leaves the bus at the first question
    };
    Q_ENUM(Manner)

    FakeSecretService(Manner manner, const QString &busAddress);
    ~FakeSecretService() override;

    bool isThere() const { return m_isThere; }
    /// Names of the calls that came, in order.
    QStringList calls() const { return m_calls; }
    /// Secrets that somebody wanted kept.
    QByteArrayList given() const { return m_given; }

    QString introspect(const QString &path) const override;
    bool handleMessage(const QDBusMessage &message, const QDBusConnection &connection) override;

private:
    void complete(const QString &prompt);

    const Manner m_manner;
    const QString m_name;
    QDBusConnection m_bus;
    bool m_isThere = false;
    QStringList m_calls;
    QByteArrayList m_given;
};
