// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gssapi.h"

#include <QByteArray>
#include <QString>

#include <atomic>
#include <chrono>

namespace Grebe {

/// Who signs in to which service with Kerberos, and from what; a value.
struct KerberosOptions
{
    enum class Delegation {
        No,
        Yes, ///< the service gets a ticket to act as the person; an error where the ticket may not be forwarded
        WherePermitted ///< where the Kerberos server says that this service may have one
    };

    QString service; ///< "trino", "HTTP", "hive"
    QString host;
    /// With ${SERVICE} and ${HOST}: "service@host", which the library completes by krb5.conf, or a whole principal,
    /// "service/host@REALM".
    QString pattern = QStringLiteral("${SERVICE}@${HOST}");
    bool usesCanonicalHost = true; ///< krb5.conf says whether the host's full name is looked up; false: it is not
    QString principal; ///< the person's; empty: whoever the ticket or keytab is of
    QString configPath; ///< of krb5.conf; empty: KRB5_CONFIG or the system's
    QString keytabPath; ///< empty: a ticket must be there
    QString cachePath; ///< of the tickets, or TYPE:NAME; empty: KRB5CCNAME or the system's
    Delegation delegation = Delegation::No;
    std::chrono::milliseconds deadline { 30'000 }; ///< for one step: a Kerberos server may have to be asked

    /// The pattern filled in: what the Kerberos server is asked for.
    QString servicePrincipal() const;

    friend bool operator==(const KerberosOptions &, const KerberosOptions &) = default;
};

/// One sign-in with SPNEGO: the tokens of one HTTP request and its answer.
///
/// Shape      step({}) makes the first token, each further step takes the server's answer. isComplete() after a step
///            means that the server proved to be the one that was asked for.
/// Errors     in a person's words: no ticket, expired, clock, unknown service, Kerberos server out of reach, keytab. No
///            token is in them.
/// Thread     any, one at a time. step() may block for as long as the Kerberos server is silent, so never on an event
///            loop; abandon() may be called from elsewhere.
/// Source     RFC 4178, RFC 4559; MIT Kerberos's credential store for keytabs ("client_keytab", "ccache"), which leaves
///            the environment of the process alone.
class KerberosContext
{
public:
    explicit KerberosContext(const KerberosOptions &options) : m_options(options) { }
    ~KerberosContext();
    Q_DISABLE_COPY_MOVE(KerberosContext)

    /// What to send next; empty when nothing is left to say.
    Result<QByteArray> step(const QByteArray &input);
    bool isComplete() const { return m_isComplete; }
    /// Nobody waits for a step any more: one that has not begun does nothing.
    void abandon() { m_isAbandoned = true; }

private:
    Result<void> acquire();
    Result<void> probe();
    Error error(OM_uint32 major, OM_uint32 minor) const;

    const KerberosOptions m_options;
    const Gssapi *m_gss = nullptr;
    std::unique_ptr<GssName> m_target;
    std::unique_ptr<GssCredential> m_credential;
    gss_ctx_id_t m_context = GSS_C_NO_CONTEXT;
    std::atomic<bool> m_isAbandoned = false;
    std::atomic<bool> m_isComplete = false;
};

/// KerberosConfigPath holds for the whole process, as the library knows no other way (KRB5_CONFIG): whoever signs in first
/// fixes it, and a connection that wants another one is refused.
Result<void> useKerberosConfiguration(const QString &path);

} // namespace Grebe
