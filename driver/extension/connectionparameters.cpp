// SPDX-License-Identifier: Apache-2.0
#include "connectionparameters.h"

#include "optionvalue.h"

#include <QFileInfo>

#include <algorithm>
#include <optional>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

std::unexpected<Error> invalid(const QString &message, const QString &hint = {})
{
    return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = message, .hint = hint });
}

int hexDigit(QChar c)
{
    const char16_t u = c.unicode();
    if (u >= '0' && u <= '9')
        return u - '0';
    if (u >= 'a' && u <= 'f')
        return u - 'a' + 10;
    if (u >= 'A' && u <= 'F')
        return u - 'A' + 10;
    return -1;
}

/// `part` says in errors which part of the URL it is; the text itself is not shown, it may be a password.
/// A lenient reader takes a `%` that starts no code as it is: file names are typed by hand.
Result<QString> percentDecoded(QStringView text, const QString &part, bool isLenient = false)
{
    const QByteArray in = text.toUtf8();
    QByteArray out;
    out.reserve(in.size());
    for (qsizetype i = 0; i < in.size(); ++i) {
        if (in[i] != '%') {
            out += in[i];
            continue;
        }
        const int high = i + 2 < in.size() ? hexDigit(QLatin1Char(in[i + 1])) : -1;
        const int low = i + 2 < in.size() ? hexDigit(QLatin1Char(in[i + 2])) : -1;
        if (high < 0 || low < 0) {
            if (!isLenient)
                return invalid(u"In the address a “%” of the "_s + part + u" is not followed by two hexadecimal digits."_s,
                               u"Write “%25” for the percent sign itself."_s);
            out += '%';
            continue;
        }
        out += char(high * 16 + low);
        i += 2;
    }
    if (!QUtf8StringView(out).isValidUtf8())
        return invalid(u"In the address the "_s + part + u" is not UTF-8 behind its percent codes."_s);
    return QString::fromUtf8(out);
}

QString encoded(const QString &text, const QByteArray &keep = {})
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text, keep));
}

/// "scheme" of `scheme:rest`, empty when the text does not start with one.
QStringView schemeOf(QStringView url)
{
    qsizetype i = 0;
    while (i < url.size()) {
        const char16_t c = url[i].toLower().unicode();
        const bool isLetter = c >= 'a' && c <= 'z';
        if (!isLetter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            break;
        ++i;
    }
    return i < url.size() && url[i] == u':' ? url.first(i) : QStringView();
}

/// What remains of an engine's scheme without the prefix and suffix that every engine's may have.
QStringView bareScheme(QStringView scheme)
{
    if (scheme.startsWith("jdbc:"_L1, Qt::CaseInsensitive))
        scheme = scheme.sliced(5);
    if (scheme.endsWith("+https"_L1, Qt::CaseInsensitive))
        scheme.chop(6);
    else if (scheme.endsWith("+http"_L1, Qt::CaseInsensitive))
        scheme.chop(5);
    return scheme;
}

const EngineInfo *engineForScheme(QStringView scheme, const QList<const EngineInfo *> &engines)
{
    for (const EngineInfo *engine : engines) {
        if (scheme.compare(engine->id, Qt::CaseInsensitive) == 0)
            return engine;
        for (const QString &known : engine->schemes) {
            if (scheme.compare(bareScheme(known), Qt::CaseInsensitive) == 0)
                return engine;
        }
    }
    return nullptr;
}

std::unexpected<Error> unknownEngine(QStringView name, const QList<const EngineInfo *> &engines)
{
    EngineInfo names; // the same nearest-name search as for options
    QStringList ids;
    for (const EngineInfo *engine : engines) {
        names.options << OptionInfo { .name = engine->id };
        ids << engine->id;
    }
    const QString nearest = names.nearestOption(name);
    QString message = u"“"_s + name.toString() + u"” is not a kind of server that is known here"_s;
    message += nearest.isEmpty() ? u"."_s : u": did you mean “"_s + nearest + u"”?"_s;
    return invalid(message, u"Known are: "_s + ids.join(", "_L1) + u"."_s);
}

std::unexpected<Error> unknownOption(const EngineInfo &engine, const QString &name)
{
    const QString nearest = engine.nearestOption(name);
    if (!nearest.isEmpty())
        return invalid(engine.name + u" has no option “"_s + name + u"”: did you mean “"_s + nearest + u"”?"_s);
    QStringList names;
    for (const OptionInfo &option : engine.options)
        names << option.name;
    return invalid(engine.name + u" has no option “"_s + name + u"”."_s, u"Its options are: "_s + names.join(", "_L1) + u"."_s);
}

const EngineInfo *engineForWebPage(QStringView path, const QList<const EngineInfo *> &engines, bool *isWebPage)
{
    const EngineInfo *first = nullptr;
    for (const EngineInfo *engine : engines) {
        if (!engine->features.testFlag(EngineInfo::Network))
            continue;
        if (!first)
            first = engine;
        for (const QString &page : engine->webPaths) {
            if (path.startsWith(page) && (path.size() == page.size() || page.endsWith(u'/') || path[page.size()] == u'/')) {
                *isWebPage = true;
                return engine;
            }
        }
    }
    return first;
}

struct Given
{
    QString option;
    QString value;
};

/// `a=1;b="x;y"` into its pairs.
Result<QList<Given>> splitConnectOptions(const QString &text)
{
    QList<Given> pairs;
    qsizetype i = 0;
    while (i < text.size()) {
        if (text[i] == u';' || text[i].isSpace()) {
            ++i;
            continue;
        }
        qsizetype equals = i;
        while (equals < text.size() && text[equals] != u'=' && text[equals] != u';')
            ++equals;
        const QString name = text.sliced(i, equals - i).trimmed();
        if (equals == text.size() || text[equals] == u';')
            return invalid(u"The connect option “"_s + name + u"” has no value: write “"_s + name + u"=VALUE”."_s);
        if (name.isEmpty())
            return invalid(u"A connect option has no name in front of its “=”."_s);
        i = equals + 1;
        while (i < text.size() && text[i].isSpace())
            ++i;
        QString value;
        if (i < text.size() && text[i] == u'"') {
            bool isClosed = false;
            for (++i; i < text.size(); ++i) {
                if (text[i] != u'"') {
                    value += text[i];
                } else if (i + 1 < text.size() && text[i + 1] == u'"') {
                    value += text[i++];
                } else {
                    isClosed = true;
                    ++i;
                    break;
                }
            }
            if (!isClosed)
                return invalid(u"The value of the connect option “"_s + name + u"” has no closing double quote."_s);
            while (i < text.size() && text[i].isSpace())
                ++i;
            if (i < text.size() && text[i] != u';')
                return invalid(u"Behind the quoted value of the connect option “"_s + name + u"” a “;” is missing."_s);
        } else {
            const qsizetype end = text.indexOf(u';', i);
            value = text.sliced(i, (end < 0 ? text.size() : end) - i).trimmed();
            i = end < 0 ? text.size() : end;
        }
        pairs << Given { name, value };
    }
    return pairs;
}

/// Collects what one source says, so that it can be applied in one go and a contradiction inside it is found.
class Collector
{
public:
    explicit Collector(const EngineInfo &engine) : m_engine(engine) { }

    /// What an address may say, which may come from anybody.
    Result<void> addFromUrl(const QString &name, const QString &value)
    {
        const OptionInfo *option = m_engine.option(name);
        if (option && option->runsProgram)
            return invalid(u"The address may not say “%1”, which runs a program on this computer."_s.arg(option->name),
                           u"Enter it in the connection's own options if it is yours."_s);
        return add(name, value);
    }

    Result<void> add(const QString &name, const QString &value)
    {
        const OptionInfo *option = m_engine.option(name);
        if (!option)
            return unknownOption(m_engine, name);
        for (const Given &given : m_given) {
            if (given.option == option->name && given.value != value)
                return invalid(u"The option “"_s + option->name + u"” is given twice, with different values."_s);
        }
        m_given << Given { option->name, value };
        return {};
    }

    Result<void> applyTo(ConnectionParameters &parameters) const
    {
        for (const Given &given : m_given) {
            if (Result<void> set = parameters.setValue(given.option, given.value); !set)
                return set;
        }
        return {};
    }

private:
    const EngineInfo &m_engine;
    QList<Given> m_given;
};

Result<void> addPath(Collector &collector, const EngineInfo &engine, QStringView path)
{
    qsizetype index = 0;
    for (QStringView segment : path.split(u'/')) {
        if (segment.isEmpty())
            continue;
        if (index == engine.pathOptions.size()) {
            return invalid(u"The path in the address has too many parts."_s,
                           engine.pathOptions.isEmpty() ? engine.name + u" takes none."_s
                                                        : engine.name + u" takes /"_s + engine.pathOptions.join(u'/') + u"."_s);
        }
        const Result<QString> value = percentDecoded(segment, u"path"_s);
        if (!value)
            return std::unexpected(value.error());
        if (Result<void> added = collector.add(engine.pathOptions[index++], *value); !added)
            return added;
    }
    return {};
}

Result<void> addQuery(Collector &collector, QStringView query, QChar separator)
{
    for (QStringView pair : query.split(separator)) {
        if (pair.isEmpty())
            continue;
        const qsizetype equals = pair.indexOf(u'=');
        const Result<QString> name = percentDecoded(equals < 0 ? pair : pair.first(equals), u"option name"_s);
        if (!name)
            return std::unexpected(name.error());
        if (equals < 0)
            return invalid(u"The option “"_s + *name + u"” has no value: write “"_s + *name + u"=VALUE”."_s);
        const Result<QString> value = percentDecoded(pair.sliced(equals + 1), u"option “"_s + *name + u"”"_s);
        if (!value)
            return std::unexpected(value.error());
        if (Result<void> added = collector.addFromUrl(*name, *value); !added)
            return added;
    }
    return {};
}

Result<void> addAuthority(Collector &collector, QStringView authority)
{
    // The last @: a password that was pasted unencoded may hold one.
    const qsizetype at = authority.lastIndexOf(u'@');
    if (at >= 0) {
        const QStringView userInfo = authority.first(at);
        const qsizetype colon = userInfo.indexOf(u':');
        const Result<QString> user = percentDecoded(colon < 0 ? userInfo : userInfo.first(colon), u"user name"_s);
        if (!user)
            return std::unexpected(user.error());
        if (!user->isEmpty()) {
            if (Result<void> added = collector.add(u"user"_s, *user); !added)
                return added;
        }
        if (colon >= 0) {
            const Result<QString> password = percentDecoded(userInfo.sliced(colon + 1), u"password"_s);
            if (!password)
                return std::unexpected(password.error());
            if (Result<void> added = collector.add(u"password"_s, *password); !added)
                return added;
        }
        authority = authority.sliced(at + 1);
    }
    QStringView host = authority;
    QStringView port;
    bool hasPort = false;
    if (authority.startsWith(u'[')) {
        const qsizetype bracket = authority.indexOf(u']');
        if (bracket < 0)
            return invalid(u"The address “"_s + authority.toString() + u"” lacks its closing bracket “]”."_s);
        host = authority.sliced(1, bracket - 1);
        const QStringView rest = authority.sliced(bracket + 1);
        if (!rest.isEmpty() && rest[0] != u':')
            return invalid(u"Behind “]” in the address only “:PORT” may follow."_s);
        hasPort = !rest.isEmpty();
        port = hasPort ? rest.sliced(1) : QStringView();
    } else if (const qsizetype colon = authority.lastIndexOf(u':'); colon >= 0) {
        if (authority.first(colon).contains(u':'))
            return invalid(u"An IPv6 address stands in brackets: [%1]."_s.arg(authority));
        host = authority.first(colon);
        port = authority.sliced(colon + 1);
        hasPort = true;
    }
    const Result<QString> decodedHost = percentDecoded(host, u"host"_s);
    if (!decodedHost)
        return std::unexpected(decodedHost.error());
    if (!decodedHost->isEmpty()) {
        if (Result<void> added = collector.add(u"host"_s, *decodedHost); !added)
            return added;
    }
    if (hasPort && !port.isEmpty())
        return collector.add(u"port"_s, port.toString());
    return {};
}

Result<void> checkRequired(const ConnectionParameters &parameters)
{
    for (const OptionInfo &option : parameters.engine().options) {
        if (option.isRequired && !option.isSecret && parameters.value(option.name).isEmpty())
            return invalid(parameters.engine().name + u" needs the option “"_s + option.name + u"”."_s, option.help);
    }
    return {};
}

/// Everything but the check for what is missing, which QSqlDatabase's other fields may still fill in.
Result<ConnectionParameters> parsedUrl(const QString &url, const QList<const EngineInfo *> &engines)
{
    const QString trimmed = url.trimmed();
    QStringView rest = trimmed;
    const bool isJdbc = rest.startsWith("jdbc:"_L1, Qt::CaseInsensitive);
    if (isJdbc)
        rest = rest.sliced(5);
    const QStringView scheme = schemeOf(rest);
    // `localhost:8080` and `lake.example.net:8080/hive` read like a scheme and its rest.
    const QStringView behind = rest.sliced(scheme.isEmpty() ? 0 : scheme.size() + 1);
    const bool isHostAndPort = !engineForScheme(bareScheme(scheme), engines) && !behind.startsWith("//"_L1);
    if (scheme.isEmpty() || isHostAndPort) {
        const QString example = engines.isEmpty() ? u"trino"_s : engines.first()->id;
        return invalid(u"The address does not say which kind of server it is."_s,
                       u"Write the kind in front of it, such as “%1://HOST:PORT”."_s.arg(example));
    }
    rest = behind;

    const bool isHttps = scheme.compare("https"_L1, Qt::CaseInsensitive) == 0;
    const bool isWeb = isHttps || scheme.compare("http"_L1, Qt::CaseInsensitive) == 0;
    const bool wantsTls = isHttps || scheme.endsWith("+https"_L1, Qt::CaseInsensitive);
    const bool wantsPlain = (isWeb && !isHttps) || scheme.endsWith("+http"_L1, Qt::CaseInsensitive);

    const EngineInfo *engine = isWeb ? nullptr : engineForScheme(bareScheme(scheme), engines);
    if (!engine && !isWeb)
        return unknownEngine(bareScheme(scheme), engines);

    if (engine && !engine->features.testFlag(EngineInfo::Network)) {
        ConnectionParameters parameters(*engine);
        Collector collector(*engine);
        const qsizetype question = rest.indexOf(u'?');
        QStringView file = question < 0 ? rest : rest.first(question);
        if (file.startsWith("//"_L1))
            file = file.sliced(2);
        const Result<QString> decoded = percentDecoded(file, u"file name"_s, true);
        if (!decoded)
            return std::unexpected(decoded.error());
        if (!decoded->isEmpty()) {
            if (engine->pathOptions.isEmpty())
                return invalid(engine->name + u" takes nothing behind “"_s + engine->id + u":”."_s);
            if (Result<void> added = collector.add(engine->pathOptions.first(), *decoded); !added)
                return std::unexpected(added.error());
        }
        if (question >= 0) {
            if (Result<void> added = addQuery(collector, rest.sliced(question + 1), u'&'); !added)
                return std::unexpected(added.error());
        }
        if (Result<void> applied = collector.applyTo(parameters); !applied)
            return std::unexpected(applied.error());
        return parameters;
    }

    if (!rest.startsWith("//"_L1))
        return invalid(u"Behind “%1:” two slashes and the host are missing: “%1://HOST”."_s.arg(scheme));
    rest = rest.sliced(2);
    const auto isAuthorityEnd = [isJdbc](QChar c) {
        return c == u'/' || c == u'?' || c == u'#' || (isJdbc && c == u';');
    };
    const qsizetype authorityEnd = std::ranges::find_if(rest, isAuthorityEnd) - rest.begin();
    QStringView authority = rest.first(authorityEnd);
    QStringView path = rest.sliced(authorityEnd);
    QStringView semicolons;
    QStringView query;
    if (const qsizetype hash = path.indexOf(u'#'); hash >= 0) {
        if (!isWeb)
            return invalid(u"A “#” in the address must be written “%23”."_s);
        path.truncate(hash);
    }
    if (const qsizetype question = path.indexOf(u'?'); question >= 0) {
        query = path.sliced(question + 1);
        path.truncate(question);
    }
    if (const qsizetype semicolon = path.indexOf(u';'); isJdbc && semicolon >= 0) {
        semicolons = path.sliced(semicolon + 1);
        path.truncate(semicolon);
    }
    if (isWeb) {
        bool isWebPage = false;
        engine = engineForWebPage(path, engines, &isWebPage);
        if (!engine)
            return unknownEngine(scheme, engines);
        if (isWebPage)
            path = query = {}; // which page and which query somebody looked at is not where the server is
    }

    ConnectionParameters parameters(*engine);
    Collector collector(*engine);
    for (const Result<void> &added : { addAuthority(collector, authority), addPath(collector, *engine, path),
                                       addQuery(collector, query, u'&'), addQuery(collector, semicolons, u';') }) {
        if (!added)
            return std::unexpected(added.error());
    }
    if (Result<void> applied = collector.applyTo(parameters); !applied)
        return std::unexpected(applied.error());

    if (isWeb && !parameters.hasValue(u"port"_s)) {
        const int browserPort = isHttps ? 443 : 80;
        if (browserPort != (isHttps ? engine->defaultTlsPort : engine->defaultPort)) {
            if (Result<void> set = parameters.setValue(u"port"_s, QString::number(browserPort)); !set)
                return std::unexpected(set.error());
        }
    }
    if (wantsTls || wantsPlain) {
        if (parameters.hasValue(u"SSL"_s) && parameters.boolean(u"SSL"_s) != wantsTls) {
            return invalid(u"The address says “%1” and SSL=%2, which contradict each other."_s.arg(scheme, parameters.value(u"SSL"_s)));
        }
        // Said once more only where it changes something, so that equal addresses give equal parameters.
        if (parameters.usesTls() != wantsTls) {
            if (!engine->option(u"SSL"_s))
                return invalid(engine->name + u" has no TLS: write “"_s + engine->id + u"://”."_s);
            if (Result<void> set = parameters.setValue(u"SSL"_s, wantsTls ? u"true"_s : u"false"_s); !set)
                return std::unexpected(set.error());
        }
    }
    return parameters;
}

} // namespace

Result<ConnectionParameters> ConnectionParameters::fromUrl(const QString &url, const QList<const EngineInfo *> &engines)
{
    Result<ConnectionParameters> parameters = parsedUrl(url, engines);
    if (!parameters)
        return parameters;
    if (Result<void> complete = checkRequired(*parameters); !complete)
        return std::unexpected(complete.error());
    return parameters;
}

Result<ConnectionParameters> ConnectionParameters::fromSqlDatabase(const EngineInfo &engine, const QString &databaseName,
                                                                   const QString &user, const QString &password,
                                                                   const QString &host, int port,
                                                                   const QString &connectOptions)
{
    const Result<QList<Given>> options = splitConnectOptions(connectOptions);
    if (!options)
        return std::unexpected(options.error());

    ConnectionParameters parameters(engine);
    QString url;
    Collector fromOptions(engine);
    for (const Given &given : *options) {
        if (given.option.compare("URL"_L1, Qt::CaseInsensitive) == 0 && !engine.option(given.option)) {
            url = given.value;
        } else if (Result<void> added = fromOptions.add(given.option, given.value); !added) {
            return std::unexpected(added.error());
        }
    }
    const bool isNetwork = engine.features.testFlag(EngineInfo::Network);
    const bool nameIsUrl = isNetwork ? databaseName.contains("://"_L1)
                                     : engineForScheme(bareScheme(schemeOf(databaseName)), { &engine }) != nullptr;
    for (const QString &text : { url, nameIsUrl ? databaseName : QString() }) {
        if (text.isEmpty())
            continue;
        const Result<ConnectionParameters> fromUrl = parsedUrl(text, { &engine });
        if (!fromUrl)
            return fromUrl;
        for (const auto &[name, value] : fromUrl->m_values.asKeyValueRange())
            parameters.m_values.insert(name, value);
    }
    if (Result<void> applied = fromOptions.applyTo(parameters); !applied)
        return std::unexpected(applied.error());

    Collector fields(engine);
    if (!databaseName.isEmpty() && !nameIsUrl) {
        Result<void> added;
        if (isNetwork) {
            // SQL's own notation is what people try first. A catalog with a dot in its name has the option `catalog`.
            const bool isDotted = engine.pathOptions.size() == 2 && databaseName.count(u'.') == 1 && !databaseName.contains(u'/');
            added = addPath(fields, engine, isDotted ? QString(databaseName).replace(u'.', u'/') : databaseName);
        } else if (engine.pathOptions.isEmpty()) {
            added = invalid(engine.name + u" takes no database name."_s);
        } else {
            added = fields.add(engine.pathOptions.first(), databaseName);
        }
        if (!added)
            return std::unexpected(added.error());
    }
    const Given others[] = { { u"user"_s, user }, { u"password"_s, password }, { u"host"_s, host },
                             { u"port"_s, port < 0 ? QString() : QString::number(port) } };
    for (const Given &given : others) {
        if (given.value.isEmpty())
            continue;
        if (Result<void> added = fields.add(given.option, given.value); !added)
            return std::unexpected(added.error());
    }
    if (Result<void> applied = fields.applyTo(parameters); !applied)
        return std::unexpected(applied.error());
    if (Result<void> complete = checkRequired(parameters); !complete)
        return std::unexpected(complete.error());
    return parameters;
}

Result<ConnectionParameters> ConnectionParameters::fromJson(const QJsonObject &object, const QList<const EngineInfo *> &engines)
{
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (it.key() != "engine"_L1 && it.key() != "name"_L1 && it.key() != "options"_L1) {
            EngineInfo keys { .options = { { .name = u"engine"_s }, { .name = u"name"_s }, { .name = u"options"_s } } };
            const QString nearest = keys.nearestOption(it.key());
            return invalid(u"A stored connection has no “"_s + it.key() + u"”"_s
                               + (nearest.isEmpty() ? u"."_s : u": did you mean “"_s + nearest + u"”?"_s),
                           u"It has “engine”, “name” and “options”."_s);
        }
    }
    const QString id = object.value("engine"_L1).toString();
    const auto engine = std::ranges::find_if(engines, [&id](const EngineInfo *e) { return e->id == id; });
    if (engine == engines.end())
        return unknownEngine(id, engines);
    if (!object.value("options"_L1).isObject() && object.contains("options"_L1))
        return invalid(u"The “options” of a stored connection are not an object."_s);

    ConnectionParameters parameters(**engine);
    parameters.setConnectionName(object.value("name"_L1).toString());
    const QJsonObject options = object.value("options"_L1).toObject();
    Collector collector(**engine);
    for (auto it = options.begin(); it != options.end(); ++it) {
        const OptionInfo *option = (*engine)->option(it.key());
        if (option && option->isSecret) {
            return invalid(u"The stored connection holds the secret option “"_s + option->name + u"”."_s,
                           u"Remove it from the file: secrets are kept in the keychain only."_s);
        }
        const QJsonValue value = it.value();
        QString text = value.toString();
        if (value.isBool())
            text = value.toBool() ? u"true"_s : u"false"_s;
        else if (value.isDouble())
            text = QString::number(value.toInteger());
        else if (!value.isString())
            return invalid(u"The value of the stored option “"_s + it.key() + u"” is not text."_s);
        if (Result<void> added = collector.add(it.key(), text); !added)
            return std::unexpected(added.error());
    }
    if (Result<void> applied = collector.applyTo(parameters); !applied)
        return std::unexpected(applied.error());
    if (Result<void> complete = checkRequired(parameters); !complete)
        return std::unexpected(complete.error());
    return parameters;
}

QJsonObject ConnectionParameters::toJson() const
{
    QJsonObject options;
    for (const auto &[name, value] : m_values.asKeyValueRange()) {
        if (!m_engine->option(name)->isSecret)
            options.insert(name, value);
    }
    QJsonObject object { { u"engine"_s, m_engine ? m_engine->id : QString() }, { u"options"_s, options } };
    if (!m_connectionName.isEmpty())
        object.insert(u"name"_s, m_connectionName);
    return object;
}

QString ConnectionParameters::toUrl() const
{
    if (!m_engine)
        return {};
    QMap<QString, QString> rest = m_values;
    QString url = m_engine->id + u':';
    if (m_engine->features.testFlag(EngineInfo::Network)) {
        url += "//"_L1;
        if (const QString user = rest.take(u"user"_s); !user.isEmpty())
            url += encoded(user) + u'@';
        const QString host = rest.take(u"host"_s);
        url += host.contains(u':') ? u'[' + encoded(host, ":") + u']' : encoded(host);
        if (const QString port = rest.take(u"port"_s); !port.isEmpty())
            url += u':' + port;
        for (const QString &option : m_engine->pathOptions) {
            if (!rest.contains(option))
                break; // a later part would take its place
            url += u'/' + encoded(rest.take(option));
        }
    } else if (!m_engine->pathOptions.isEmpty()) {
        const QString file = rest.take(m_engine->pathOptions.first());
        url += (file.startsWith("//"_L1) ? u"//"_s : QString()) + encoded(file, "/\\:");
    }
    QChar separator = u'?';
    for (const auto &[name, value] : rest.asKeyValueRange()) {
        if (m_engine->option(name)->isSecret || m_engine->option(name)->runsProgram)
            continue;
        url += separator + encoded(name) + u'=' + encoded(value, ":;,/");
        separator = u'&';
    }
    return url;
}

Result<void> ConnectionParameters::setValue(const QString &option, const QString &value)
{
    if (!m_engine)
        return std::unexpected(Error { .code = Error::Code::InvalidState, .message = u"No engine was chosen yet."_s });
    const OptionInfo *info = m_engine->option(option);
    if (!info)
        return unknownOption(*m_engine, option);
    if (value.isEmpty()) {
        m_values.remove(info->name);
        return {};
    }
    const std::expected<QString, QString> checked = checkedValue(*info, value);
    if (!checked) {
        const QString shown = info->isSecret ? QString() : u", not “"_s + value + u"”"_s;
        QString hint;
        if (info->type == OptionInfo::Type::Choice) {
            EngineInfo choices;
            for (const QString &choice : info->choices)
                choices.options << OptionInfo { .name = choice };
            if (const QString nearest = choices.nearestOption(value); !nearest.isEmpty())
                hint = u"Did you mean “"_s + nearest + u"”?"_s;
        }
        return invalid(info->name + u" must be "_s + checked.error() + shown, hint);
    }
    m_values.insert(info->name, *checked);
    return {};
}

QString ConnectionParameters::value(const QString &option) const
{
    const OptionInfo *info = m_engine ? m_engine->option(option) : nullptr;
    if (!info)
        return {};
    const auto it = m_values.constFind(info->name);
    return it == m_values.cend() ? info->defaultValue : *it;
}

bool ConnectionParameters::boolean(const QString &option) const
{
    return value(option) == "true"_L1;
}

qint64 ConnectionParameters::integer(const QString &option) const
{
    return value(option).toLongLong();
}

std::chrono::milliseconds ConnectionParameters::duration(const QString &option) const
{
    return parsedDuration(value(option)).value_or(std::chrono::milliseconds(0));
}

QStringList ConnectionParameters::list(const QString &option) const
{
    QStringList items;
    for (const QString &item : value(option).split(u',')) {
        if (!item.trimmed().isEmpty())
            items << item.trimmed();
    }
    return items;
}

QMap<QString, QString> ConnectionParameters::map(const QString &option) const
{
    QMap<QString, QString> result;
    for (const QString &entry : mapEntries(value(option))) {
        const qsizetype colon = entry.indexOf(u':');
        result.insert(entry.first(colon).trimmed(), entry.sliced(colon + 1).trimmed());
    }
    return result;
}

int ConnectionParameters::port() const
{
    if (!m_engine)
        return 0;
    if (const qint64 port = integer(u"port"_s); port > 0)
        return int(port);
    return usesTls() ? m_engine->defaultTlsPort : m_engine->defaultPort;
}

bool ConnectionParameters::usesTls() const
{
    if (!m_engine)
        return false;
    if (m_values.contains(u"SSL"_s))
        return boolean(u"SSL"_s);
    return integer(u"port"_s) == 443 || boolean(u"SSL"_s);
}

QUrl ConnectionParameters::origin() const
{
    QUrl url;
    if (m_engine && m_engine->features.testFlag(EngineInfo::Network)) {
        url.setScheme(usesTls() ? u"https"_s : u"http"_s);
        url.setHost(host());
        url.setPort(port());
    }
    return url;
}

QString ConnectionParameters::displayName() const
{
    if (!m_connectionName.isEmpty() || !m_engine)
        return m_connectionName;
    if (m_engine->features.testFlag(EngineInfo::Network)) {
        const QString shown = host().contains(u':') ? u'[' + host() + u']' : host();
        return shown + u':' + QString::number(port());
    }
    const QString file = m_engine->pathOptions.isEmpty() ? QString() : value(m_engine->pathOptions.first());
    return file.isEmpty() ? m_engine->name : QFileInfo(file).fileName();
}

} // namespace Grebe
