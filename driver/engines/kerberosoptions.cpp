// SPDX-License-Identifier: Apache-2.0
#include "kerberosoptions.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace CommonOptions {

QList<OptionInfo> kerberos()
{
    using Type = OptionInfo::Type;
    const QString group = u"Kerberos"_s;
    return {
        { .name = u"KerberosRemoteServiceName"_s,
          .group = group,
          .label = u"Service"_s,
          .help = u"Signs in with Kerberos to the service of this name: what stands before the host in the server's "
                  u"principal, often trino or HTTP. It is done over TLS only."_s,
          .aliases = { u"kerberos_service_name"_s, u"krb5-remote-service-name"_s } },
        { .name = u"KerberosPrincipal"_s,
          .group = group,
          .label = u"Principal"_s,
          .help = u"Who signs in: ann@EXAMPLE.COM. Whoever the ticket is of when nothing is said."_s,
          .aliases = { u"krb5-principal"_s } },
        { .name = u"KerberosKeytabPath"_s,
          .type = Type::FilePath,
          .group = group,
          .label = u"Keytab"_s,
          .help = u"A file with the keys of the principal, to sign in without a ticket."_s,
          .aliases = { u"kerberosKeytab"_s, u"krb5-keytab-path"_s } },
        { .name = u"KerberosCredentialCachePath"_s,
          .type = Type::FilePath,
          .group = group,
          .label = u"Tickets"_s,
          .help = u"The file, or KCM: or DIR: and a name, that holds the tickets. KRB5CCNAME or what the system has when "
                  u"nothing is said; with a keytab, the memory of this program."_s,
          .aliases = { u"krb5-credential-cache-path"_s } },
        { .name = u"KerberosUseCanonicalHostname"_s,
          .type = Type::Boolean,
          .defaultValue = u"true"_s,
          .group = group,
          .label = u"Look up the host's full name"_s,
          .help = u"For the service's principal, where krb5.conf allows it (dns_canonicalize_hostname). Off: the host as it "
                  u"is written here."_s },
        { .name = u"KerberosServicePrincipalPattern"_s,
          .defaultValue = u"${SERVICE}@${HOST}"_s,
          .group = group,
          .label = u"Service principal"_s,
          .help = u"How the service's principal is put together: ${SERVICE}@${HOST}, or in full ${SERVICE}/${HOST}@REALM."_s,
          .aliases = { u"krb5-service-principal-pattern"_s } },
        { .name = u"KerberosDelegation"_s,
          .type = Type::Choice,
          .defaultValue = u"false"_s,
          .group = group,
          .label = u"Pass the ticket on"_s,
          .help = u"true lets the server act as you elsewhere, with a forwardable ticket (kinit -f). permitted does so where "
                  u"the Kerberos server says that this service may."_s,
          .choices = { u"false"_s, u"true"_s, u"permitted"_s } },
        { .name = u"KerberosConfigPath"_s,
          .type = Type::FilePath,
          .group = group,
          .label = u"krb5.conf"_s,
          .help = u"The configuration of Kerberos, where it is not KRB5_CONFIG or /etc/krb5.conf. One for all connections "
                  u"of the program."_s,
          .aliases = { u"krb5-config-path"_s } },
        { .name = u"KerberosTimeout"_s,
          .type = Type::Duration,
          .defaultValue = u"30s"_s,
          .group = group,
          .label = u"Time for a ticket"_s,
          .help = u"How long the Kerberos server may take."_s },
    };
}

} // namespace CommonOptions

Result<std::optional<KerberosOptions>> kerberosOptions(const ConnectionParameters &parameters)
{
    const auto invalid = [](const QString &message, const QString &hint) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = message, .hint = hint });
    };
    KerberosOptions options;
    options.service = parameters.value(u"KerberosRemoteServiceName"_s);
    if (options.service.isEmpty()) {
        const QList<OptionInfo> all = CommonOptions::kerberos();
        const auto lonely = std::ranges::find_if(all, [&](const OptionInfo &option) { return parameters.value(option.name) != option.defaultValue; });
        if (lonely == all.end())
            return std::nullopt;
        return invalid(u"%1 is set, and KerberosRemoteServiceName is not."_s.arg(lonely->name),
                       u"It names the service to sign in to, often trino or HTTP. Without it there is no Kerberos."_s);
    }
    static constexpr QLatin1StringView separators("/@ ");
    if (std::ranges::any_of(options.service, [](QChar c) { return separators.contains(c); })) {
        return invalid(u"KerberosRemoteServiceName may not be \"%1\"."_s.arg(options.service.left(100)),
                       u"It is the first part of the server's principal alone: trino, where that is trino/host@REALM."_s);
    }
    options.host = parameters.host();
    options.pattern = parameters.value(u"KerberosServicePrincipalPattern"_s);
    if (!options.pattern.contains("${SERVICE}"_L1) || !options.pattern.contains(u'@')) {
        return invalid(u"KerberosServicePrincipalPattern may not be \"%1\"."_s.arg(options.pattern.left(100)),
                       u"It reads ${SERVICE}@${HOST} or ${SERVICE}/${HOST}@REALM."_s);
    }
    options.usesCanonicalHost = parameters.boolean(u"KerberosUseCanonicalHostname"_s);
    options.principal = parameters.value(u"KerberosPrincipal"_s);
    options.configPath = parameters.value(u"KerberosConfigPath"_s);
    options.keytabPath = parameters.value(u"KerberosKeytabPath"_s);
    options.cachePath = parameters.value(u"KerberosCredentialCachePath"_s);
    const QString delegation = parameters.value(u"KerberosDelegation"_s);
    if (delegation == "true"_L1)
        options.delegation = KerberosOptions::Delegation::Yes;
    else if (delegation == "permitted"_L1)
        options.delegation = KerberosOptions::Delegation::WherePermitted;
    if (const auto limit = parameters.duration(u"KerberosTimeout"_s); limit.count() > 0)
        options.deadline = limit;
    return options;
}

} // namespace Grebe
