// SPDX-License-Identifier: Apache-2.0
#include "sessionkeyring.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

constexpr int patience = 30'000;

static void end(QProcess &process)
{
    process.terminate();
    if (process.state() != QProcess::NotRunning && !process.waitForFinished(patience)) {
        process.kill();
        process.waitForFinished(patience);
    }
}

SessionKeyring::SessionKeyring()
{
    for (const QString &name : { u"data"_s, u"run"_s })
        QDir(m_folder.path()).mkdir(name, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

SessionKeyring::~SessionKeyring()
{
    stopDaemon();
    end(m_bus);
}

QProcessEnvironment SessionKeyring::environment() const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    addTo(environment);
    return environment;
}

void SessionKeyring::addTo(QProcessEnvironment &environment) const
{
    // Else the desktop that the tests are run on is asked for its kind of keychain.
    for (const QString &name : { u"XDG_CURRENT_DESKTOP"_s, u"DESKTOP_SESSION"_s, u"KDE_FULL_SESSION"_s, u"GNOME_DESKTOP_SESSION_ID"_s, u"DISPLAY"_s, u"WAYLAND_DISPLAY"_s })
        environment.remove(name);
    environment.insert(u"QTKEYCHAIN_BACKEND"_s, u"libsecret"_s);
    environment.insert(u"XDG_DATA_HOME"_s, m_folder.filePath(u"data"_s));
    environment.insert(u"XDG_RUNTIME_DIR"_s, m_folder.filePath(u"run"_s));
    environment.insert(u"DBUS_SESSION_BUS_ADDRESS"_s, m_address.isEmpty() ? u"unix:path=/nonexistent"_s : m_address);
}

bool SessionKeyring::startBus()
{
    // Our own rules: none of the machine's services is to be started by a question.
    QFile rules(m_folder.filePath(u"bus.conf"_s));
    if (!rules.open(QIODevice::WriteOnly))
        return false;
    rules.write("<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
                "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n<busconfig><type>session</type><listen>unix:dir="
                + m_folder.filePath(u"run"_s).toUtf8()
                + "</listen><policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>"
                  "<allow own=\"*\"/></policy></busconfig>\n");
    rules.close();
    m_bus.setProcessEnvironment(environment());
    m_bus.start(u"dbus-daemon"_s, { u"--nofork"_s, u"--print-address=1"_s, u"--config-file="_s + rules.fileName() });
    if (!m_bus.waitForReadyRead(patience)) {
        qCritical("dbus-daemon does not start: %s", qPrintable(m_bus.errorString()));
        return false;
    }
    m_address = QString::fromUtf8(m_bus.readLine()).trimmed();
    return !m_address.isEmpty();
}

bool SessionKeyring::startDaemon(bool unlocks)
{
    m_daemon.setProcessEnvironment(environment());
    QStringList arguments { u"--foreground"_s, u"--components=secrets"_s, u"--control-directory="_s + m_folder.filePath(u"run/keyring"_s) };
    if (unlocks)
        arguments << u"--unlock"_s;
    m_daemon.start(u"gnome-keyring-daemon"_s, arguments);
    if (!m_daemon.waitForStarted(patience)) {
        qCritical("gnome-keyring-daemon does not start: %s", qPrintable(m_daemon.errorString()));
        return false;
    }
    m_daemon.write("the password of the login");
    m_daemon.closeWriteChannel();
    if (!m_daemon.waitForReadyRead(patience)) {
        qCritical("gnome-keyring-daemon says nothing: %s", m_daemon.readAllStandardError().constData());
        return false;
    }
    // It has said where it is; now it takes its name on the bus.
    QProcess wait;
    wait.setProcessEnvironment(environment());
    wait.start(u"gdbus"_s, { u"wait"_s, u"--session"_s, u"--timeout=30"_s, u"org.freedesktop.secrets"_s });
    return wait.waitForFinished(patience) && wait.exitCode() == 0;
}

void SessionKeyring::stopDaemon()
{
    end(m_daemon);
}

QByteArray SessionKeyring::lookup(const QString &name) const
{
    QProcess tool;
    tool.setProcessEnvironment(environment());
    tool.start(u"secret-tool"_s, { u"lookup"_s, u"server"_s, u"Grebe"_s, u"user"_s, name });
    tool.waitForFinished(patience);
    return tool.readAllStandardOutput();
}
