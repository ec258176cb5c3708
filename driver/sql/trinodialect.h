// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"

namespace Grebe {

/// The SQL of Trino, and that of Presto, which has other words, no $$ strings and no routines of several statements.
/// Ownership  the library's; both live as long as the process.
GREBE_EXPORT const Dialect &trinoDialect();
GREBE_EXPORT const Dialect &prestoDialect();

} // namespace Grebe
