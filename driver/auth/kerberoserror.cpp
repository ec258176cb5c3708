// SPDX-License-Identifier: Apache-2.0
#include "kerberoserror.h"

#include <krb5.h>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString cacheText(const KerberosOptions &options)
{
    return options.cachePath.isEmpty() ? QString() : u" in %1"_s.arg(options.cachePath);
}

QString kinit(const KerberosOptions &options)
{
    QString command = u"kinit"_s;
    if (!options.cachePath.isEmpty())
        command += u" -c "_s + options.cachePath;
    if (!options.principal.isEmpty())
        command += u' ' + options.principal;
    return command;
}

Error noTicket(const KerberosOptions &options)
{
    const QString whose = options.principal.isEmpty() ? QString() : u" for %1"_s.arg(options.principal);
    return { .code = Error::Code::Unauthenticated,
             .message = u"There is no Kerberos ticket%1%2."_s.arg(whose, cacheText(options)),
             .hint = u"Run \"%1\" and try again, or set KerberosKeytabPath to sign in without one. \"klist\" shows the tickets there are."_s.arg(kinit(options)),
             .vendorCode = u"KERBEROS_NO_TICKET"_s };
}

Error wrongKeytab(const KerberosOptions &options)
{
    return { .code = Error::Code::Unauthenticated,
             .message = options.principal.isEmpty() ? u"The keytab %1 holds no key to sign in with."_s.arg(options.keytabPath)
                                                    : u"The keytab %1 holds no key of %2."_s.arg(options.keytabPath, options.principal),
             .hint = u"\"klist -k %1\" lists whose keys it holds: KerberosPrincipal must be one of them, with its realm where it is not the default one."_s.arg(options.keytabPath),
             .vendorCode = u"KERBEROS_KEYTAB"_s };
}

Error expired(const KerberosOptions &options)
{
    return { .code = Error::Code::Unauthenticated,
             .message = u"The Kerberos ticket%1 has expired."_s.arg(cacheText(options)),
             .hint = u"Run \"%1\" and try again."_s.arg(kinit(options)),
             .vendorCode = u"KERBEROS_EXPIRED"_s };
}

} // namespace

Error kerberosError(OM_uint32 major, OM_uint32 minor, const QString &text, const KerberosOptions &options)
{
    const bool hasKeytab = !options.keytabPath.isEmpty();
    const QString service = options.servicePrincipal();
    Error error;
    switch (static_cast<krb5_error_code>(minor)) {
    case KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN:
    case KRB5_ERR_HOST_REALM_UNKNOWN:
        error = { .code = Error::Code::Unauthenticated,
                  .message = u"The Kerberos server knows no service %1."_s.arg(service),
                  .hint = u"Ask whoever runs the server for its principal. KerberosRemoteServiceName is what stands before "
                          u"the host in it; the host is the one of this connection, which has to be its full name, and "
                          u"KerberosServicePrincipalPattern says the rest."_s,
                  .vendorCode = u"KERBEROS_UNKNOWN_SERVICE"_s };
        break;
    case KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN:
        error = { .code = Error::Code::Unauthenticated,
                  .message = options.principal.isEmpty() ? u"The Kerberos server does not know who the ticket or keytab is of."_s
                                                         : u"The Kerberos server does not know %1."_s.arg(options.principal),
                  .hint = u"Is KerberosPrincipal written as \"klist\" shows it, with the realm in capitals?"_s,
                  .vendorCode = u"KERBEROS_UNKNOWN_PRINCIPAL"_s };
        break;
    case KRB5KRB_AP_ERR_SKEW:
    case KRB5KRB_AP_ERR_TKT_NYV:
        error = { .code = Error::Code::Unauthenticated,
                  .message = u"The clock of this computer and that of the Kerberos server differ by too much."_s,
                  .hint = u"Set the clock and the time zone of this computer; Kerberos allows five minutes of difference as a rule."_s,
                  .vendorCode = u"KERBEROS_CLOCK"_s };
        break;
    case KRB5KRB_AP_ERR_TKT_EXPIRED:
        error = expired(options);
        break;
    case KRB5KDC_ERR_KEY_EXP:
    case KRB5KDC_ERR_NAME_EXP:
    case KRB5KDC_ERR_CLIENT_REVOKED:
        error = { .code = Error::Code::Unauthenticated,
                  .message = u"The Kerberos server does not let this person in any more: the password or the account has expired or is locked."_s,
                  .hint = u"Change the password with \"kpasswd\", or ask whoever runs the Kerberos server."_s,
                  .vendorCode = u"KERBEROS_ACCOUNT"_s };
        break;
    case KRB5_KDC_UNREACH:
    case KRB5_REALM_CANT_RESOLVE:
        error = { .code = Error::Code::IO,
                  .message = u"The Kerberos server cannot be reached."_s,
                  .hint = u"Is this computer in the network, or the VPN, that the server is in? krb5.conf says where it is (the kdc lines of its realm)."_s,
                  .vendorCode = u"KERBEROS_UNREACHABLE"_s };
        break;
    case KRB5_REALM_UNKNOWN:
    case KRB5_CONFIG_NODEFREALM:
        error = { .code = Error::Code::InvalidArgument,
                  .message = u"krb5.conf does not say where the Kerberos server of the realm is."_s,
                  .hint = u"Set KerberosConfigPath to the krb5.conf of your organisation, or write the realm of KerberosPrincipal as it stands there, in capitals."_s,
                  .vendorCode = u"KERBEROS_UNKNOWN_REALM"_s };
        break;
    case KRB5_CONFIG_CANTOPEN:
    case KRB5_CONFIG_BADFORMAT:
        error = { .code = Error::Code::InvalidArgument,
                  .message = u"The Kerberos configuration cannot be read."_s,
                  .hint = u"It is the file that KerberosConfigPath or the variable KRB5_CONFIG names, else /etc/krb5.conf."_s,
                  .vendorCode = u"KERBEROS_CONFIGURATION"_s };
        break;
    case KRB5KDC_ERR_PREAUTH_FAILED:
    case KRB5KRB_AP_ERR_BAD_INTEGRITY:
    case KRB5_KT_KVNONOTFOUND:
        if (!hasKeytab)
            break;
        error = { .code = Error::Code::Unauthenticated,
                  .message = u"The Kerberos server does not accept the key in the keytab %1."_s.arg(options.keytabPath),
                  .hint = u"The password or the key was changed after the keytab was made: ask for a new keytab."_s,
                  .vendorCode = u"KERBEROS_KEYTAB_OLD"_s };
        break;
    case KRB5KDC_ERR_POLICY:
        error = { .code = Error::Code::Unauthorized,
                  .message = u"The Kerberos server gives no ticket for %1: its rules forbid it."_s.arg(service),
                  .vendorCode = u"KERBEROS_POLICY"_s };
        break;
    case KRB5_KT_NOTFOUND:
    case KRB5_FCC_NOFILE: // of the cache that a keytab would have filled
    case KRB5_CC_NOTFOUND:
        error = hasKeytab ? wrongKeytab(options) : noTicket(options);
        break;
    default:
        break;
    }
    if (error.message.isEmpty()) {
        switch (GSS_ROUTINE_ERROR(major)) {
        case GSS_S_NO_CRED:
            error = hasKeytab ? wrongKeytab(options) : noTicket(options);
            break;
        case GSS_S_CREDENTIALS_EXPIRED:
        case GSS_S_CONTEXT_EXPIRED:
            error = expired(options);
            break;
        case GSS_S_BAD_NAME:
        case GSS_S_BAD_NAMETYPE:
            error = { .code = Error::Code::InvalidArgument,
                      .message = u"Kerberos does not take %1 for a name."_s.arg(options.principal.isEmpty() ? service : options.principal + u" or "_s + service),
                      .hint = u"KerberosPrincipal reads name@REALM, the service service@host or service/host@REALM."_s,
                      .vendorCode = u"KERBEROS_NAME"_s };
            break;
        default:
            error = { .code = Error::Code::Unauthenticated,
                      .message = u"The Kerberos sign-in to %1 failed: %2"_s.arg(service, text),
                      .vendorCode = u"KERBEROS_FAILED"_s };
        }
    }
    error.detail = u"%1 (service %2)"_s.arg(text, service);
    return error;
}

Error kerberosTimeout(const KerberosOptions &options)
{
    return { .code = Error::Code::Timeout,
             .message = u"Kerberos gave no ticket for %1 within %2 s."_s.arg(options.servicePrincipal()).arg(std::chrono::ceil<std::chrono::seconds>(options.deadline).count()),
             .hint = u"The Kerberos server does not answer. Is this computer in the network, or the VPN, that it is in? krb5.conf says where it is."_s,
             .vendorCode = u"KERBEROS_TIMEOUT"_s };
}

} // namespace Grebe
