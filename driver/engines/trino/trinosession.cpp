// SPDX-License-Identifier: Apache-2.0
#include "trinosession.h"

#include <QDateTime>
#include <QLocale>
#include <QTimeZone>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// What the server may use because we understand it: SET PATH, times with their precision, the types number and variant,
// SET SESSION AUTHORIZATION.
constexpr char capabilities[] = "PATH,PARAMETRIC_DATETIME,NUMBER,VARIANT,SESSION_AUTHORIZATION";
constexpr char metadataSource[] = "grebe-metadata";
constexpr char metadataTags[] = "grebe,metadata";

// One header may hold several values, separated by commas; the values themselves are encoded.
QList<QByteArray> values(const HttpResponse &response, QByteArrayView name)
{
    QList<QByteArray> result;
    for (const auto &[key, value] : response.headers) {
        if (name.compare(key, Qt::CaseInsensitive) != 0)
            continue;
        for (const QByteArray &part : value.split(',')) {
            if (const QByteArray trimmed = part.trimmed(); !trimmed.isEmpty())
                result << trimmed;
        }
    }
    return result;
}

QByteArray lastValue(const HttpResponse &response, QByteArrayView name)
{
    QByteArray result;
    for (const auto &[key, value] : response.headers) {
        if (name.compare(key, Qt::CaseInsensitive) == 0)
            result = value.trimmed();
    }
    return result;
}

std::pair<QByteArray, QByteArray> halves(const QByteArray &assignment)
{
    const qsizetype sign = assignment.indexOf('=');
    if (sign < 0)
        return { assignment, {} };
    return { assignment.left(sign).trimmed(), assignment.mid(sign + 1).trimmed() };
}

// `isPlain`: values go as they are where that says the same.
QByteArray joined(const QMap<QString, QString> &map, bool isPlain = false)
{
    QByteArray result;
    for (auto it = map.begin(); it != map.end(); ++it) {
        const bool needsCode = !isPlain || it.value().contains(u',') || it.value().contains(u'=');
        result += (result.isEmpty() ? "" : ",") + trinoHeaderText(it.key()) + '='
            + (needsCode ? trinoEncode(it.value()) : trinoHeaderText(it.value()));
    }
    return result;
}

// "analyst" to "ROLE{analyst}"; ALL, NONE and what is written in full stay.
QString roleText(const QString &role)
{
    if (role == "ALL"_L1 || role == "NONE"_L1 || role.startsWith("ROLE{"_L1))
        return role;
    return u"ROLE{%1}"_s.arg(role);
}

QString roleName(const QString &text)
{
    if (text.startsWith("ROLE{"_L1) && text.endsWith(u'}'))
        return text.mid(5, text.size() - 6);
    return text;
}

QString numericOffset()
{
    const int seconds = QDateTime::currentDateTime().offsetFromUtc();
    const int minutes = std::abs(seconds) / 60;
    return u"%1%2:%3"_s.arg(seconds < 0 ? u'-' : u'+').arg(minutes / 60, 2, 10, u'0').arg(minutes % 60, 2, 10, u'0');
}

QString operatingSystemUser()
{
    for (const char *name : { "USER", "LOGNAME", "USERNAME" }) {
        if (const QString user = qEnvironmentVariable(name); !user.isEmpty())
            return user;
    }
    return u"grebe"_s;
}

bool isLatin1(const QString &text)
{
    return std::all_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 256; });
}

} // namespace

QByteArray trinoEncode(const QString &text)
{
    return text.toUtf8().toPercentEncoding();
}

QString trinoDecode(QByteArrayView text)
{
    QByteArray bytes = text.toByteArray();
    bytes.replace('+', ' ');
    return QString::fromUtf8(QByteArray::fromPercentEncoding(bytes));
}

QByteArray trinoHeaderText(const QString &text)
{
    QByteArray bytes = isLatin1(text) ? text.toLatin1() : text.toUtf8();
    for (char &byte : bytes) {
        if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f)
            byte = ' ';
    }
    return bytes;
}

TrinoSession::TrinoSession(const ConnectionParameters &parameters) : m_product(trinoProduct(parameters))
{
    const QString protocol = parameters.value(u"protocol"_s);
    if (protocol == "presto"_L1 || (protocol != "trino"_L1 && m_product == TrinoProduct::Presto))
        useOldHeaderNames();
    m_loginUser = parameters.user().isEmpty() ? operatingSystemUser() : parameters.user();
    m_isLoginUserConfigured = !parameters.user().isEmpty();
    m_sessionUser = parameters.value(u"sessionUser"_s);
    m_catalog = parameters.value(u"catalog"_s);
    m_schema = parameters.value(u"schema"_s);
    m_path = parameters.list(u"path"_s).join(u',');
    m_properties = parameters.map(u"sessionProperties"_s);
    const QMap<QString, QString> roles = parameters.map(u"roles"_s);
    for (auto it = roles.begin(); it != roles.end(); ++it)
        m_roles.insert(it.key(), roleText(it.value()));

    m_timeZone = parameters.value(u"timezone"_s);
    m_isTimeZoneChosen = !m_timeZone.isEmpty();
    if (!m_isTimeZoneChosen)
        m_timeZone = QString::fromLatin1(QTimeZone::systemTimeZoneId());
    if (m_timeZone.isEmpty())
        m_timeZone = u"UTC"_s;

    m_source = trinoHeaderText(parameters.value(u"source"_s));
    m_clientTags = trinoHeaderText(parameters.list(u"clientTags"_s).join(u','));

    const auto add = [this](const char *name, const QByteArray &value) {
        if (!value.isEmpty())
            m_constant << std::pair(QByteArray(name), value);
    };
    const QString locale = parameters.value(u"locale"_s);
    add("Language", trinoHeaderText(locale.isEmpty() ? QLocale().bcp47Name() : locale));
    add("Client-Info", trinoHeaderText(parameters.value(u"clientInfo"_s)));
    add("Trace-Token", trinoHeaderText(parameters.value(u"traceToken"_s)));
    // Older Prestos do not decode these two, and Presto's own client does not encode them.
    const bool isPlain = m_product == TrinoProduct::Presto;
    add("Resource-Estimate", joined(parameters.map(u"resourceEstimates"_s), isPlain));
    add("Extra-Credential", joined(parameters.map(u"extraCredentials"_s), isPlain));
    if (m_product == TrinoProduct::Trino)
        add("Client-Capabilities", capabilities);
}

// Presto answers nothing without a user, whatever signed in.
bool TrinoSession::isLoginUserSaid() const
{
    return !m_isIdentifiedByServer || m_isLoginUserConfigured || m_product == TrinoProduct::Presto;
}

HttpHeaders TrinoSession::userHeaders() const
{
    const QString configured = m_sessionUser.isEmpty() ? m_loginUser : m_sessionUser;
    const QString effective = m_authorizationUser.isEmpty() ? configured : m_authorizationUser;
    const bool isUserKnown = isLoginUserSaid();
    HttpHeaders headers;
    if (isUserKnown || effective != m_loginUser)
        headers << std::pair(headerName("User"), trinoHeaderText(effective));
    // The user at login, for the server to come back to; RESET SESSION AUTHORIZATION needs it.
    const QString original = m_authorizationUser.isEmpty() ? m_loginUser : configured;
    if (m_product == TrinoProduct::Trino && original != effective && (isUserKnown || original != m_loginUser))
        headers << std::pair(headerName("Original-User"), trinoHeaderText(original));
    return headers;
}

HttpHeaders TrinoSession::headers(StatementOptions::Purpose purpose) const
{
    const bool isMetadata = purpose == StatementOptions::Purpose::Metadata;
    HttpHeaders headers = userHeaders();
    const auto add = [&](QByteArrayView name, const QByteArray &value) {
        if (!value.isEmpty())
            headers << std::pair(headerName(name), value);
    };
    for (const auto &[name, value] : m_constant)
        add(name, value);
    add("Source", isMetadata ? QByteArray(metadataSource) : m_source);
    add("Client-Tags", isMetadata ? QByteArray(metadataTags) : m_clientTags);
    add("Original-Roles", m_originalRoles.join(u',').toLatin1());
    // These two are not encoded and the server reads them as ISO-8859-1: other names have to be written in full in the
    // statement. A schema without a catalog is refused.
    if (isLatin1(m_catalog) && !m_catalog.isEmpty()) {
        add("Catalog", trinoHeaderText(m_catalog));
        if (isLatin1(m_schema))
            add("Schema", trinoHeaderText(m_schema));
    }
    add("Path", trinoHeaderText(m_path));
    add("Time-Zone", trinoHeaderText(m_timeZone));
    add("Session", joined(m_properties));
    add("Role", joined(m_roles));
    QByteArray prepared;
    for (auto it = m_preparedStatements.begin(); it != m_preparedStatements.end(); ++it)
        prepared += (prepared.isEmpty() ? "" : ",") + trinoEncode(it.key()) + '=' + it.value();
    if (!isMetadata)
        add("Prepared-Statement", prepared);
    QByteArray functions;
    for (auto it = m_functions.begin(); it != m_functions.end(); ++it)
        functions += (functions.isEmpty() ? "" : ",") + it.key() + '=' + it.value();
    add("Session-Function", functions);
    // Without this header the server takes us for a client that knows no transactions and refuses START TRANSACTION.
    add("Transaction-Id", isMetadata || m_transactionId.isEmpty() ? "NONE" : m_transactionId.toLatin1());
    return headers;
}

bool TrinoSession::apply(const HttpResponse &response)
{
    const QByteArray prefix = m_prefix.toLower();
    bool isAny = false;
    for (const auto &[name, value] : response.headers)
        isAny = isAny || name.toLower().startsWith(prefix);
    if (!isAny)
        return false; // nearly every page
    const TrinoSession before = *this;

    if (const QByteArray catalog = lastValue(response, headerName("Set-Catalog")); !catalog.isEmpty())
        m_catalog = QString::fromLatin1(catalog);
    if (const QByteArray schema = lastValue(response, headerName("Set-Schema")); !schema.isEmpty())
        m_schema = QString::fromLatin1(schema);
    // A comma list itself.
    if (const QByteArray path = lastValue(response, headerName("Set-Path")); !path.isEmpty())
        m_path = QString::fromLatin1(path);
    for (const QByteArray &item : values(response, headerName("Set-Session"))) {
        const auto [name, value] = halves(item);
        m_properties.insert(QString::fromLatin1(name), trinoDecode(value));
    }
    for (const QByteArray &name : values(response, headerName("Clear-Session")))
        m_properties.remove(QString::fromLatin1(name));
    for (const QByteArray &item : values(response, headerName("Set-Role"))) {
        const auto [catalog, role] = halves(item);
        m_roles.insert(QString::fromLatin1(catalog), trinoDecode(role));
    }
    if (const QList<QByteArray> roles = values(response, headerName("Set-Original-Roles")); !roles.isEmpty()) {
        m_originalRoles.clear();
        for (const QByteArray &role : roles)
            m_originalRoles << QString::fromLatin1(role);
    }
    if (const QByteArray user = lastValue(response, headerName("Set-Authorization-User")); !user.isEmpty()) {
        m_authorizationUser = QString::fromLatin1(user);
        m_roles.clear();
    }
    if (!lastValue(response, headerName("Reset-Authorization-User")).isEmpty()) {
        m_authorizationUser.clear();
        m_roles.clear();
    }
    for (const QByteArray &item : values(response, headerName("Added-Prepare"))) {
        const auto [name, text] = halves(item);
        m_preparedStatements.insert(trinoDecode(name), text);
    }
    for (const QByteArray &name : values(response, headerName("Deallocated-Prepare")))
        m_preparedStatements.remove(trinoDecode(name));
    for (const QByteArray &item : values(response, headerName("Added-Session-Functions"))) {
        const auto [name, function] = halves(item);
        m_functions.insert(name, function);
    }
    for (const QByteArray &name : values(response, headerName("Removed-Session-Function")))
        m_functions.remove(name);
    if (const QByteArray id = lastValue(response, headerName("Started-Transaction-Id")); !id.isEmpty())
        m_transactionId = QString::fromLatin1(id);
    if (!lastValue(response, headerName("Clear-Transaction-Id")).isEmpty())
        m_transactionId.clear();

    return state() != before.state() || m_path != before.m_path || m_preparedStatements != before.m_preparedStatements;
}

SessionState TrinoSession::state() const
{
    SessionState state;
    QStringList current;
    if (!m_catalog.isEmpty())
        current << m_catalog;
    if (!m_catalog.isEmpty() && !m_schema.isEmpty())
        current << m_schema;
    state.current = ObjectPath(current);
    state.user = !m_authorizationUser.isEmpty() ? m_authorizationUser : !m_sessionUser.isEmpty() ? m_sessionUser : isLoginUserSaid() ? m_loginUser : m_identity;
    state.properties = m_properties;
    for (auto it = m_roles.begin(); it != m_roles.end(); ++it)
        state.roles.insert(it.key(), roleName(it.value()));
    state.preparedStatements = m_preparedStatements.keys();
    // SET TIME ZONE arrives as a session property.
    state.timeZone = m_properties.value(u"time_zone_id"_s, m_timeZone);
    state.inTransaction = inTransaction();
    return state;
}

void TrinoSession::setCurrent(const ObjectPath &current)
{
    m_catalog = current.parts().value(0);
    m_schema = current.parts().value(1);
}

bool TrinoSession::useNumericTimeZone()
{
    if (m_isTimeZoneChosen)
        return false;
    const QString offset = numericOffset();
    if (m_timeZone == offset)
        return false;
    m_timeZone = offset;
    return true;
}

} // namespace Grebe
