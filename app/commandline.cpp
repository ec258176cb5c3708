// SPDX-License-Identifier: Apache-2.0
#include "commandline.h"

#include "connectionscommand.h"
#include "helptext.h"
#include "interrupt.h"
#include "querycommand.h"
#include "schemacommand.h"
#include "signincommand.h"
#include "terminal.h"

#include <QCoreApplication>
#include <QFile>

#include <csignal>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

const QStringList &commands()
{
    static const QStringList names { u"query"_s, u"schema"_s, u"connections"_s, u"login"_s, u"logout"_s, u"tokens"_s, u"help"_s };
    return names;
}

int usage(const Error &error, const QString &command)
{
    Terminal::complain(error);
    Terminal::say(command.isEmpty() ? u"`grebe --help` lists the commands."_s
                                    : u"`grebe %1 --help` shows how it is used."_s.arg(command));
    return ExitUsage;
}

template<typename Command>
int run(const QString &name, const QStringList &words)
{
    const auto arguments = Arguments::parse(words, Command::options());
    if (!arguments)
        return usage(arguments.error(), name);
    if (arguments->has(u"help"_s)) {
        Terminal::print(commandHelp(name));
        return ExitOk;
    }
    Interrupt interrupt;
    Command command(*arguments);
    // Queued: a command may end before the event loop runs.
    QObject::connect(&command, &Command::finished, qApp, [](int exitCode) { QCoreApplication::exit(exitCode); },
                     Qt::QueuedConnection);
    QObject::connect(&interrupt, &Interrupt::interrupted, &command, &Command::interrupt);
    QMetaObject::invokeMethod(&command, &Command::start, Qt::QueuedConnection);
    const int exitCode = QCoreApplication::exec();
    Terminal::restore();
    return exitCode;
}

int help(const QStringList &words)
{
    if (words.isEmpty()) {
        Terminal::print(mainHelp());
        return ExitOk;
    }
    const QString topic = words.first();
    if (const QString text = commandHelp(topic); !text.isEmpty()) {
        Terminal::print(text);
        return ExitOk;
    }
    CommandSession session;
    if (auto loaded = session.load(); !loaded)
        return usage(loaded.error(), {});
    QStringList topics = commands();
    for (const EngineInfo *engine : session.engines()) {
        if (engine->id == topic) {
            Terminal::print(engineHelp(*engine));
            return ExitOk;
        }
        topics << engine->id;
    }
    topics.removeAll(u"help"_s);
    return usage(usageError(u"There is no help on \"%1\".%2"_s.arg(topic, didYouMean(nearestOf(topic, topics))),
                            u"Topics: %1."_s.arg(topics.join(u", "_s))),
                 {});
}

} // namespace

bool isCommandLine(const QStringList &arguments)
{
    if (arguments.isEmpty())
        return false;
    const QString first = arguments.first();
    if (commands().contains(first) || first == "--help"_L1 || first == "-h"_L1 || first == "--version"_L1)
        return true;
    // Other options are Qt's (-platform), and a file is for the window to open. Any other word is a mistake.
    return !first.startsWith(u'-') && !QFile::exists(first);
}

int runCommandLine(const QStringList &arguments)
{
    signal(SIGPIPE, SIG_IGN); // a reader that goes away is an error of write(), not an end without a word
    const QString command = arguments.value(0);
    const QStringList words = arguments.mid(1);
    if (command == "query"_L1)
        return run<QueryCommand>(command, words);
    if (command == "schema"_L1)
        return run<SchemaCommand>(command, words);
    if (command == "connections"_L1)
        return run<ConnectionsCommand>(command, words);
    if (command == "login"_L1)
        return run<LoginCommand>(command, words);
    if (command == "logout"_L1)
        return run<LogoutCommand>(command, words);
    if (command == "tokens"_L1)
        return run<TokensCommand>(command, words);
    if (command == "help"_L1 || command == "--help"_L1 || command == "-h"_L1)
        return help(words);
    if (command == "--version"_L1) {
        Terminal::print(u"grebe %1 (Qt %2)\n"_s.arg(QLatin1StringView(GREBE_VERSION), QLatin1StringView(qVersion())));
        return ExitOk;
    }
    return usage(usageError(u"There is no command \"%1\".%2"_s.arg(command, didYouMean(nearestOf(command, commands())))),
                 {});
}

void nameApplication()
{
    QCoreApplication::setApplicationName(u"grebe"_s);
    QCoreApplication::setApplicationVersion(QLatin1StringView(GREBE_VERSION));
}

} // namespace Grebe
