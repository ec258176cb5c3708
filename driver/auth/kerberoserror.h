// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kerberos.h"

namespace Grebe {

/// What the Kerberos library says, for a person: what is wrong and what to do. `text` is the library's own words.
/// Source     RFC 4120, 7.5.9, for what a Kerberos server answers; krb5.h and gssapi.h for the numbers.
Error kerberosError(OM_uint32 major, OM_uint32 minor, const QString &text, const KerberosOptions &options);
/// The deadline passed.
Error kerberosTimeout(const KerberosOptions &options);

} // namespace Grebe
