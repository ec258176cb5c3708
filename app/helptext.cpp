// SPDX-License-Identifier: Apache-2.0
#include "helptext.h"

#include "connectionscommand.h"
#include "querycommand.h"
#include "schemacommand.h"
#include "signincommand.h"

#include "extension/resultwriter.h"

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qsizetype kWidth = 92;
constexpr qsizetype kIndent = 30;

// `name` at the left, `text` wrapped in a column of its own.
QString entry(const QString &name, const QString &text)
{
    QString out = "  "_L1 + name;
    qsizetype column = out.size();
    if (column + 2 > kIndent) {
        out += u'\n';
        column = 0;
    }
    out += QString(kIndent - column, u' ');
    column = kIndent;
    for (const QString &word : text.split(u' ', Qt::SkipEmptyParts)) {
        if (column > kIndent && column + 1 + word.size() > kWidth) {
            out += u'\n' + QString(kIndent, u' ');
            column = kIndent;
        }
        if (column > kIndent)
            out += u' ';
        out += word;
        column += word.size() + 1;
    }
    return out + u'\n';
}

QString optionsHelp(const QList<ArgumentOption> &options)
{
    QString out = u"\nOptions:\n"_s;
    for (const ArgumentOption &option : options) {
        // A list of choices is longer than its column: it stands in the text.
        const bool isChoice = option.valueName.contains(u'|');
        const QString value = isChoice ? option.name.toUpper() : option.valueName;
        QString text = option.help;
        if (isChoice)
            text += u" One of %1."_s.arg(option.valueName.split(u'|').join(u", "_s));
        out += entry("--"_L1 + option.name + (value.isEmpty() ? QString() : u' ' + value), text);
    }
    return out;
}

QString typeName(const OptionInfo &option)
{
    switch (option.type) {
    case OptionInfo::Type::Text: return u"text"_s;
    case OptionInfo::Type::Integer: return u"integer"_s;
    case OptionInfo::Type::Boolean: return u"true or false"_s;
    case OptionInfo::Type::Choice: return option.choices.join(u", "_s);
    case OptionInfo::Type::Duration: return u"duration (30s, 5m)"_s;
    case OptionInfo::Type::FilePath: return u"file"_s;
    case OptionInfo::Type::List: return u"list (a,b)"_s;
    case OptionInfo::Type::Map: return u"map (name:value;name:value)"_s;
    }
    return {};
}

} // namespace

QString mainHelp()
{
    return u"Grebe, an SQL workbench for data-lake query engines.\n"
           "\n"
           "Usage:\n"
           "  grebe                         open the window\n"
           "  grebe query [OPTIONS] SQL     run statements and write their rows\n"
           "  grebe schema [OPTIONS] [PATH...]\n"
           "                                list catalogs, schemas, tables or columns\n"
           "  grebe connections list|add|test|remove\n"
           "                                the stored connections\n"
           "  grebe login|logout --url URL  sign in with the browser and stay signed in; sign out\n"
           "  grebe tokens                  the sign-ins that the keychain keeps\n"
           "  grebe help [COMMAND|ENGINE]   more about a command, or an engine's options (grebe help trino)\n"
           "  grebe --version\n"
           "\n"
           "Try it without a server:\n"
           "  grebe query --url duckdb:sample 'SELECT * FROM customers LIMIT 5'\n"
           "\n"
           "Exit codes:\n"
           "  0 done   1 the server refused the statement   2 usage   3 no connection or sign-in\n"
           "  4 the result is incomplete   130 cancelled\n"_s;
}

QString commandHelp(const QString &command)
{
    if (command == "query"_L1) {
        QString out = u"Usage: grebe query (--url URL | --connection NAME) [OPTIONS] (SQL | --file FILE | -)\n"
                      "\n"
                      "Runs the statements in order, up to the first that fails, and writes their rows to standard\n"
                      "output as they arrive. Progress is shown on a terminal only. Ctrl+C cancels the query on the\n"
                      "server. A password comes from GREBE_PASSWORD, a token from GREBE_ACCESS_TOKEN, the passphrase of a\n"
                      "key from GREBE_KEY_PASSPHRASE, or from the keychain or a question on the terminal, never from an\n"
                      "argument.\n"_s
            + optionsHelp(QueryCommand::options()) + u"\nFormats:\n"_s;
        for (const ResultFormat &format : resultFormats())
            out += entry(format.id, format.help);
        return out
            + u"\nExamples:\n"
              "  grebe query --url duckdb:sample 'SELECT count(*) FROM events'\n"
              "  grebe query --url trino://me@localhost:8080/tpch/sf1 --output orders.csv 'TABLE orders'\n"
              "  grebe query --connection Lake --param day:date=2026-08-01 --file report.sql --format jsonl\n"_s;
    }
    if (command == "schema"_L1) {
        return u"Usage: grebe schema (--url URL | --connection NAME) [OPTIONS] [PATH...]\n"
               "\n"
               "Lists one level of the catalog tree. PATH is one word per level, so that names need no quoting.\n"_s
            + optionsHelp(SchemaCommand::options())
            + u"\nExamples:\n"
              "  grebe schema --url duckdb:sample\n"
              "  grebe schema --url trino://me@localhost:8080 tpch sf1 orders\n"_s;
    }
    if (command == "connections"_L1) {
        return u"Usage: grebe connections list [--format FORMAT]\n"
               "       grebe connections add NAME URL [--environment dev|test|prod] [--replace]\n"
               "       grebe connections test (NAME | --url URL)\n"
               "       grebe connections remove NAME\n"
               "\n"
               "The connections that the window and the command line share. Passwords are not stored with them.\n"_s
            + optionsHelp(ConnectionsCommand::options());
    }
    if (command == "login"_L1) {
        return u"Usage: grebe login (--url URL | --connection NAME)\n"
               "\n"
               "Signs in with a browser, here or on another computer, and keeps the token in the keychain for the\n"
               "window and for later commands. The token is written nowhere else.\n"_s
            + optionsHelp(LoginCommand::options());
    }
    if (command == "logout"_L1) {
        return u"Usage: grebe logout (--url URL | --connection NAME)\n"
               "\n"
               "Takes the token of a sign-in with the browser out of the keychain.\n"_s
            + optionsHelp(LogoutCommand::options());
    }
    if (command == "tokens"_L1) {
        return u"Usage: grebe tokens [--format FORMAT]\n"
               "\n"
               "Lists the stored connections whose sign-in the keychain keeps. Expiry and issuer are what a JSON web\n"
               "token says; other tokens do not tell.\n"_s
            + optionsHelp(TokensCommand::options());
    }
    return {};
}

QString engineHelp(const EngineInfo &engine)
{
    QString out = u"%1\n\n"_s.arg(engine.name);
    if (engine.features & EngineInfo::Network) {
        QString path;
        for (const QString &option : engine.pathOptions)
            path += u'/' + option;
        out += u"URL: %1://user@host:port%2?option=value&option=value\n"_s.arg(engine.id, path);
    } else {
        out += u"URL: %1:FILE?option=value&option=value\n"_s.arg(engine.id);
    }
    QStringList groups;
    for (const OptionInfo &option : engine.options) {
        if (!groups.contains(option.group))
            groups << option.group;
    }
    for (const QString &group : std::as_const(groups)) {
        out += u"\n%1:\n"_s.arg(group.isEmpty() ? u"Other"_s : group);
        for (const OptionInfo &option : engine.options) {
            if (option.group != group)
                continue;
            QString text = option.help;
            if (!text.isEmpty() && !text.endsWith(u'.'))
                text += u'.';
            text += u" [%1"_s.arg(typeName(option));
            if (!option.defaultValue.isEmpty())
                text += u"; default %1"_s.arg(option.defaultValue);
            if (!option.aliases.isEmpty())
                text += u"; also %1"_s.arg(option.aliases.join(u", "_s));
            if (option.isSecret)
                text += u"; secret: never in a URL"_s;
            if (option.isRequired)
                text += u"; required"_s;
            out += entry(option.name, text + u']');
        }
    }
    return out;
}

} // namespace Grebe
