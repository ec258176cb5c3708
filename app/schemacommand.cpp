// SPDX-License-Identifier: Apache-2.0
#include "schemacommand.h"

#include "listing.h"
#include "terminal.h"

using namespace Qt::StringLiterals;

namespace Grebe {

SchemaCommand::SchemaCommand(const Arguments &arguments, QObject *parent) : QObject(parent), m_arguments(arguments) { }

SchemaCommand::~SchemaCommand() = default;

QList<ArgumentOption> SchemaCommand::options()
{
    return CommandSession::connectionOptions()
        + QList<ArgumentOption> { Listing::formatOption(), { u"help"_s, {}, u"Show this help."_s } };
}

void SchemaCommand::start()
{
    if (auto loaded = m_session.load(); !loaded) {
        fail(ExitNoConnection, loaded.error());
        return;
    }
    if (auto checked = Listing::checkFormat(m_arguments.value(u"format"_s)); !checked) {
        fail(ExitUsage, checked.error());
        return;
    }
    const auto parameters = m_session.parameters(m_arguments);
    if (!parameters) {
        fail(ExitUsage, parameters.error());
        return;
    }
    m_connection = m_session.connect(*parameters);
    m_connection->open().then(this, [this](const Result<ServerInfo> &server) {
        if (m_isInterrupted)
            return;
        if (!server)
            fail(ExitNoConnection, server.error());
        else
            list();
    });
}

void SchemaCommand::list()
{
    m_connection->list(ObjectPath(m_arguments.words())).then(this, [this](const Result<QList<ObjectInfo>> &objects) {
        if (m_isInterrupted)
            return;
        if (!objects) {
            fail(CommandSession::exitCodeOfStatement(objects.error(), false, 0), objects.error());
            return;
        }
        Listing listing({ u"name"_s, u"kind"_s, u"type"_s, u"nullable"_s, u"comment"_s });
        const auto orNull = [](const QString &text) { return text.isEmpty() ? QString() : text; };
        for (const ObjectInfo &object : *objects) {
            const bool isColumn = object.kind == ObjectInfo::Kind::Column || object.kind == ObjectInfo::Kind::Field;
            listing.add({ object.name().isNull() ? u""_s : object.name(), kindName(object.kind), orNull(object.type),
                          isColumn ? (object.isNullable ? u"yes"_s : u"no"_s) : QString(), orNull(object.comment) });
        }
        if (auto printed = listing.print(m_arguments.value(u"format"_s)); !printed)
            fail(ExitIncomplete, printed.error());
        else
            Q_EMIT finished(ExitOk);
    });
}

void SchemaCommand::interrupt()
{
    m_isInterrupted = true;
    if (m_connection)
        m_connection->close();
    Q_EMIT finished(ExitCancelled);
}

void SchemaCommand::fail(int exitCode, const Error &error)
{
    if (error.vendorCode != "EPIPE"_L1)
        Terminal::complain(error);
    if (exitCode == ExitUsage)
        Terminal::say(u"`grebe schema --help` shows how it is used."_s);
    Q_EMIT finished(exitCode);
}

} // namespace Grebe
