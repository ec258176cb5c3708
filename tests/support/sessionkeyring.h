// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QTemporaryDir>

/// A D-Bus session of its own, with gnome-keyring in it, as a desktop has them; far from the person's own.
///
/// Shape      keychains live in the folder, so that a daemon that was stopped finds them again, locked unless it is given
///            the password. Programs that shall see it run with environment().
/// Errors     functions answer false, after saying why.
class SessionKeyring
{
public:
    SessionKeyring();
    ~SessionKeyring();

    bool startBus();
    /// `unlocks`: with the password of the login, else as it was left.
    bool startDaemon(bool unlocks = true);
    void stopDaemon();

    QString address() const { return m_address; }
    qint64 busProcessId() const { return m_bus.processId(); }
    QProcessEnvironment environment() const;
    void addTo(QProcessEnvironment &environment) const;
    /// What the keychain has for Grebe under that name, by another program's eyes; empty when there is nothing.
    QByteArray lookup(const QString &name) const;
    /// Where the daemon keeps its files.
    QString folder() const { return m_folder.path(); }

private:
    QTemporaryDir m_folder;
    QProcess m_bus;
    QProcess m_daemon;
    QString m_address;
};
