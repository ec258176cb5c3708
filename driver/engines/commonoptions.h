// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connectionparameters.h"
#include "transport/httpclient.h"

namespace Grebe {

/// Options that several engines have, with one name, label and meaning; an engine's table takes those that fit.
///
/// Source     names are those of the Trino JDBC driver where it has one.
namespace CommonOptions {

OptionInfo host();
/// `port` is what is assumed without TLS, `tlsPort` with it; 0 where TLS changes nothing.
OptionInfo port(int port, int tlsPort);
OptionInfo user();
OptionInfo password();
/// SSL, SSLVerification, caFile, hostnameInCertificate, SSLKeyStorePath, clientKeyFile, SSLKeyStorePassword.
QList<OptionInfo> tls();
/// httpProxy, socksProxy.
QList<OptionInfo> proxy();
/// timeout and requestTimeout.
QList<OptionInfo> timeouts();

} // namespace CommonOptions

/// What the common options say about HTTP.
HttpOptions httpOptions(const ConnectionParameters &parameters);

/// The address is this machine itself, by name or number.
bool isLoopback(const QString &host);
/// Loopback, private or link-local, as far as the name tells: a network where compressing costs more than it saves.
bool isNearby(const QString &host);

} // namespace Grebe
