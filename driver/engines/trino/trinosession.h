// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoproduct.h"

#include "extension/connection.h"
#include "transport/httpclient.h"

#include <optional>

namespace Grebe {

/// What Trino calls the session: state that only the client keeps and sends along with each statement.
///
/// Shape      a value. headers() says it to the server, apply() hears what a statement changed.
/// Errors     none: what a server sends that makes no sense is left alone.
/// Thread     any; its client's.
/// Source     Trino client REST API, "Client request headers" and "Client response headers"; Presto's are those of
///            PrestoHeaders in its client, and what 0.296 was seen to take and send.
class TrinoSession
{
public:
    TrinoSession() = default;
    explicit TrinoSession(const ConnectionParameters &parameters);

    /// For POST /v1/statement. A metadata statement carries its own source and tags, and runs outside the transaction,
    /// which its failure would abort.
    HttpHeaders headers(StatementOptions::Purpose purpose) const;
    /// For every other request: who asks.
    HttpHeaders userHeaders() const;
    /// `X-Trino-User` of `User`, or `X-Presto-User`.
    QByteArray headerName(QByteArrayView name) const { return m_prefix + name; }
    /// The server is Trino by another name, from before its headers were renamed.
    void useOldHeaderNames() { m_prefix = "X-Presto-"; }
    /// Takes over the X-Trino-Set-… headers of a reply; true when something changed. They are only sent when they took
    /// effect, so those of a statement that failed later count too.
    bool apply(const HttpResponse &response);

    SessionState state() const;
    void setCurrent(const ObjectPath &current);
    /// The server takes the transaction for ended or unknown.
    void forgetTransaction() { m_transactionId.clear(); }
    bool inTransaction() const { return !m_transactionId.isEmpty(); }
    /// The server does not know our zone's name: send its offset from UTC instead. False when that was done already, or
    /// when a person chose the zone.
    bool useNumericTimeZone();

    const QString &loginUser() const { return m_loginUser; }
    const QString &sessionUser() const { return m_sessionUser; }
    /// The server learns from a token or a certificate who we are: a name that nobody configured is not sent, since the
    /// one of this computer would be taken for impersonation.
    void setIdentifiedByServer(bool isIdentified) { m_isIdentifiedByServer = isIdentified; }
    /// Who that is, for state(), once it was asked; nobody until then.
    void setIdentity(const QString &user) { m_identity = user; }
    bool isIdentityKnown() const { return isLoginUserSaid() || !m_identity.isEmpty(); }

private:
    bool isLoginUserSaid() const;

    TrinoProduct m_product = TrinoProduct::Trino;
    QByteArray m_prefix = "X-Trino-";
    QString m_loginUser;
    bool m_isLoginUserConfigured = false;
    bool m_isIdentifiedByServer = false;
    QString m_identity; ///< as the server said
    QString m_sessionUser; ///< configured; empty: the login user
    QString m_authorizationUser; ///< by SET SESSION AUTHORIZATION
    QStringList m_originalRoles; ///< as received
    QString m_catalog;
    QString m_schema;
    QString m_path;
    QMap<QString, QString> m_properties;
    QMap<QString, QString> m_roles; ///< decoded: `ROLE{analyst}`, `ALL`, `NONE`
    /// Name to text, still encoded: the server may send a form (`$zstd:…`) that is only for echoing.
    QMap<QString, QByteArray> m_preparedStatements;
    QMap<QByteArray, QByteArray> m_functions; ///< of CREATE TEMPORARY FUNCTION, as received; Presto's alone
    QString m_transactionId;
    QString m_timeZone;
    bool m_isTimeZoneChosen = false;
    HttpHeaders m_constant; ///< headers of options that no statement changes, by their names without the prefix
    QByteArray m_source;
    QByteArray m_clientTags;
};

/// Percent-encoding as the server decodes it, and back; `+` is a blank.
QByteArray trinoEncode(const QString &text);
QString trinoDecode(QByteArrayView text);
/// Text for a header that is not encoded. The server reads ISO-8859-1, so that goes out where it fits, UTF-8 where not;
/// control characters become blanks, since a line break would begin another header.
QByteArray trinoHeaderText(const QString &text);

} // namespace Grebe
