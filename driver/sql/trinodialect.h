// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"

namespace Grebe {

/// The SQL of Trino, and of PrestoDB where it knows it.
/// Ownership  the library's; lives as long as the process.
GREBE_EXPORT const Dialect &trinoDialect();

} // namespace Grebe
