// SPDX-License-Identifier: Apache-2.0
#include "commonoptions.h"

#include <QHostAddress>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace CommonOptions {

OptionInfo host()
{
    return { .name = u"host"_s,
             .defaultValue = u"localhost"_s,
             .group = u"Server"_s,
             .label = u"Host"_s,
             .help = u"Name or address of the server."_s,
             .aliases = { u"server"_s, u"hostname"_s } };
}

OptionInfo port(int port, int tlsPort)
{
    const QString help = tlsPort ? u"%1 without TLS and %2 with it, when nothing is said."_s.arg(port).arg(tlsPort)
                                 : u"%1 when nothing is said."_s.arg(port);
    return { .name = u"port"_s,
             .type = OptionInfo::Type::Integer,
             .group = u"Server"_s,
             .label = u"Port"_s,
             .help = help,
             .minimum = 1,
             .maximum = 65535 };
}

OptionInfo user()
{
    return { .name = u"user"_s,
             .group = u"Sign-in"_s,
             .label = u"User"_s,
             .help = u"Who signs in. The name of the user of this computer when nothing is said."_s,
             .aliases = { u"username"_s } };
}

OptionInfo password()
{
    return { .name = u"password"_s,
             .group = u"Sign-in"_s,
             .label = u"Password"_s,
             .help = u"Kept in the keychain of the system, never in a file. It is sent over TLS only."_s,
             .isSecret = true };
}

QList<OptionInfo> tls()
{
    return {
        { .name = u"SSL"_s,
          .type = OptionInfo::Type::Boolean,
          .defaultValue = u"false"_s,
          .group = u"TLS"_s,
          .label = u"Use TLS"_s,
          .help = u"Encrypts the connection. On by itself for https addresses and for port 443."_s,
          .aliases = { u"tls"_s } },
        { .name = u"SSLVerification"_s,
          .type = OptionInfo::Type::Choice,
          .defaultValue = u"FULL"_s,
          .group = u"TLS"_s,
          .label = u"Certificate check"_s,
          .help = u"FULL checks who signed the certificate and that it names this host, CA only who signed it. NONE "
                  u"checks nothing: anybody on the way can read and change everything."_s,
          .choices = { u"FULL"_s, u"CA"_s, u"NONE"_s } },
        { .name = u"caFile"_s,
          .type = OptionInfo::Type::FilePath,
          .group = u"TLS"_s,
          .label = u"CA certificates"_s,
          .help = u"A PEM file of authorities to trust for this connection besides those of the system."_s,
          .aliases = { u"SSLTrustStorePath"_s } },
        { .name = u"hostnameInCertificate"_s,
          .group = u"TLS"_s,
          .label = u"Name in the certificate"_s,
          .help = u"The name that the certificate must carry, where it differs from the host."_s },
        { .name = u"SSLKeyStorePath"_s,
          .type = OptionInfo::Type::FilePath,
          .group = u"TLS"_s,
          .label = u"Client certificate"_s,
          .help = u"To sign in by certificate: a PEM file, with or without the private key, or a PKCS#12 file (.p12, .pfx)."_s,
          .aliases = { u"clientCertificateFile"_s, u"cert"_s } },
        { .name = u"clientKeyFile"_s,
          .type = OptionInfo::Type::FilePath,
          .group = u"TLS"_s,
          .label = u"Client key"_s,
          .help = u"The PEM file of the private key, where it is not in the certificate's file."_s,
          .aliases = { u"key"_s } },
        { .name = u"SSLKeyStorePassword"_s,
          .group = u"TLS"_s,
          .label = u"Passphrase of the key"_s,
          .help = u"Where the private key or the PKCS#12 file is encrypted."_s,
          .isSecret = true,
          .aliases = { u"clientKeyPassphrase"_s } },
    };
}

QList<OptionInfo> proxy()
{
    return {
        { .name = u"httpProxy"_s,
          .group = u"Network"_s,
          .label = u"HTTP proxy"_s,
          .help = u"HOST:PORT of an HTTP proxy. The proxy of the system is used when nothing is said."_s },
        { .name = u"socksProxy"_s,
          .group = u"Network"_s,
          .label = u"SOCKS proxy"_s,
          .help = u"HOST:PORT of a SOCKS 5 proxy."_s },
    };
}

QList<OptionInfo> timeouts()
{
    return {
        { .name = u"timeout"_s,
          .type = OptionInfo::Type::Duration,
          .defaultValue = u"60s"_s,
          .group = u"Network"_s,
          .label = u"Silence limit"_s,
          .help = u"How long the server may be silent within one request. It does not limit how long a query runs."_s,
          .aliases = { u"networkTimeout"_s } },
        { .name = u"requestTimeout"_s,
          .type = OptionInfo::Type::Duration,
          .defaultValue = u"2m"_s,
          .group = u"Network"_s,
          .label = u"Try again for"_s,
          .help = u"How long a request is repeated while the server or the network does not answer."_s },
    };
}

} // namespace CommonOptions

HttpOptions httpOptions(const ConnectionParameters &parameters)
{
    HttpOptions options;
    const QString verify = parameters.value(u"SSLVerification"_s);
    if (verify.compare("CA"_L1, Qt::CaseInsensitive) == 0)
        options.verify = HttpOptions::Verify::CaOnly;
    else if (verify.compare("NONE"_L1, Qt::CaseInsensitive) == 0)
        options.verify = HttpOptions::Verify::None;
    options.caFile = parameters.value(u"caFile"_s);
    options.peerVerifyName = parameters.value(u"hostnameInCertificate"_s);
    options.clientCertificateFile = parameters.value(u"SSLKeyStorePath"_s);
    options.clientKeyFile = parameters.value(u"clientKeyFile"_s);
    options.clientKeyPassphrase = parameters.value(u"SSLKeyStorePassword"_s);
    if (const QString socks = parameters.value(u"socksProxy"_s); !socks.isEmpty())
        options.proxy = socks.contains("://"_L1) ? socks : u"socks5://"_s + socks;
    else if (const QString http = parameters.value(u"httpProxy"_s); !http.isEmpty())
        options.proxy = http.contains("://"_L1) ? http : u"http://"_s + http;
    options.userAgent = "Grebe/" GREBE_VERSION;
    if (const auto silence = parameters.duration(u"timeout"_s); silence.count() > 0) {
        options.firstByteTimeout = silence;
        options.silenceTimeout = silence;
    }
    return options;
}

bool isLoopback(const QString &host)
{
    if (host.compare("localhost"_L1, Qt::CaseInsensitive) == 0)
        return true;
    QHostAddress address;
    return address.setAddress(host) && address.isLoopback();
}

bool isNearby(const QString &host)
{
    if (isLoopback(host))
        return true;
    QHostAddress address;
    return address.setAddress(host) && (address.isPrivateUse() || address.isLinkLocal());
}

} // namespace Grebe
