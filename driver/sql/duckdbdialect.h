// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/dialect.h"

namespace Grebe {

/// The SQL of DuckDB.
/// Ownership  the library's; lives as long as the process.
GREBE_EXPORT const Dialect &duckdbDialect();

} // namespace Grebe
