// SPDX-License-Identifier: Apache-2.0
#include "fakesecretservice.h"

#include <QDBusArgument>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QUuid>

using namespace Qt::StringLiterals;

namespace {

const QString root = u"/org/freedesktop/secrets"_s;
const QString item = u"/org/freedesktop/secrets/collection/login/1"_s;
const QString prompt = u"/org/freedesktop/secrets/prompt/p1"_s;

struct Secret
{
    QDBusObjectPath session;
    QByteArray parameters;
    QByteArray value;
    QString contentType;
};
using Secrets = QMap<QDBusObjectPath, Secret>;

QDBusArgument &operator<<(QDBusArgument &argument, const Secret &secret)
{
    argument.beginStructure();
    argument << secret.session << secret.parameters << secret.value << secret.contentType;
    argument.endStructure();
    return argument;
}

const QDBusArgument &operator>>(const QDBusArgument &argument, Secret &secret)
{
    argument.beginStructure();
    argument >> secret.session >> secret.parameters >> secret.value >> secret.contentType;
    argument.endStructure();
    return argument;
}

} // namespace

Q_DECLARE_METATYPE(Secret)

FakeSecretService::FakeSecretService(Manner manner, const QString &busAddress)
    : m_manner(manner), m_name(QUuid::createUuid().toString()), m_bus(QDBusConnection::connectToBus(busAddress, m_name))
{
    qDBusRegisterMetaType<Secret>();
    qDBusRegisterMetaType<Secrets>();
    m_isThere = m_bus.registerVirtualObject(root, this, QDBusConnection::SubPath) && m_bus.registerService(u"org.freedesktop.secrets"_s);
}

FakeSecretService::~FakeSecretService()
{
    if (!m_bus.isConnected())
        return; // died
    m_bus.unregisterService(u"org.freedesktop.secrets"_s);
    m_bus.unregisterObject(root);
    QDBusConnection::disconnectFromBus(m_name);
}

QString FakeSecretService::introspect(const QString &) const
{
    return {};
}

void FakeSecretService::complete(const QString &path)
{
    QDBusMessage signal = QDBusMessage::createSignal(path, u"org.freedesktop.Secret.Prompt"_s, u"Completed"_s);
    signal << true << QVariant::fromValue(QDBusVariant(QVariant::fromValue(QList<QDBusObjectPath>())));
    m_bus.send(signal);
}

bool FakeSecretService::handleMessage(const QDBusMessage &message, const QDBusConnection &)
{
    const QString member = message.member();
    const auto paths = [](const QStringList &texts) {
        QList<QDBusObjectPath> list;
        for (const QString &text : texts)
            list << QDBusObjectPath(text);
        return QVariant::fromValue(list);
    };
    const auto path = [](const QString &text) { return QVariant::fromValue(QDBusObjectPath(text)); };
    m_calls << member;
    if (m_manner == Manner::Silent && member != "GetAll"_L1 && member != "OpenSession"_L1) {
        message.setDelayedReply(true);
        return true;
    }
    if (m_manner == Manner::Dies && member != "GetAll"_L1) {
        message.setDelayedReply(true);
        m_bus.unregisterService(u"org.freedesktop.secrets"_s);
        QDBusConnection::disconnectFromBus(m_name);
        m_bus = QDBusConnection(u"none"_s); // the last one who knew it: now it is closed
        return true;
    }
    QDBusMessage reply;
    if (member == "GetAll"_L1) {
        reply = message.createReply(QVariantMap());
    } else if (member == "OpenSession"_L1) {
        reply = message.arguments().constFirst().toString() == "plain"_L1
            ? message.createReply({ QVariant::fromValue(QDBusVariant(QString())), path(root + u"/session/s1"_s) })
            : message.createErrorReply(u"org.freedesktop.DBus.Error.NotSupported"_s, u"plain only"_s);
    } else if (m_manner == Manner::Denies) {
        reply = message.createErrorReply(u"org.freedesktop.DBus.Error.AccessDenied"_s, u"this program may not"_s);
    } else if (member == "SearchItems"_L1) {
        reply = m_manner == Manner::Dismissed ? message.createReply({ paths({}), paths({ item }) }) : message.createReply({ paths({ item }), paths({}) });
    } else if (member == "Unlock"_L1) {
        reply = message.createReply({ paths({}), path(prompt) });
    } else if (member == "Prompt"_L1) {
        m_bus.send(message.createReply());
        complete(message.path());
        return true;
    } else if (member == "GetSecrets"_L1) {
        reply = message.createReply(QVariant::fromValue(Secrets { { QDBusObjectPath(item), { QDBusObjectPath(root + u"/session/s1"_s), {}, "another secret", u"text/plain"_s } } }));
    } else if (member == "CreateItem"_L1) {
        const Secret secret = qdbus_cast<Secret>(message.arguments().at(1));
        if (m_manner == Manner::Dismissed) {
            reply = message.createErrorReply(u"org.freedesktop.Secret.Error.IsLocked"_s, u"locked"_s);
        } else {
            m_given << secret.value;
            reply = message.createReply({ path(item), path(u"/"_s) });
        }
    } else if (member == "Delete"_L1) {
        reply = message.createReply(path(u"/"_s));
    } else {
        reply = message.createErrorReply(u"org.freedesktop.DBus.Error.UnknownMethod"_s, member);
    }
    m_bus.send(reply);
    return true;
}
