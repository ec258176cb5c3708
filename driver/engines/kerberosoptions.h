// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "auth/kerberos.h"
#include "extension/connectionparameters.h"

#include <optional>

namespace Grebe {

namespace CommonOptions {

/// KerberosRemoteServiceName, which turns it on, and all else that begins with Kerberos: the names of the Trino JDBC driver,
/// and as aliases those of other clients.
QList<OptionInfo> kerberos();

} // namespace CommonOptions

/// What these options say; nothing when Kerberos is not asked for. InvalidArgument when they do not fit together.
Result<std::optional<KerberosOptions>> kerberosOptions(const ConnectionParameters &parameters);

} // namespace Grebe
