// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/engineinfo.h"

namespace Grebe {

/// Trino as the catalogue shows it, with every option it knows.
///
/// Source     the option names and the forms of their values are the Trino JDBC driver's (`sessionProperties` is
///            `a:1;catalog.b:2`, `roles` is `system:admin;hive:ALL`).
const EngineInfo &trinoInfo();
/// Presto (PrestoDB): Trino's options without those that Presto has no use for, and with the Presto JDBC driver's names
/// beside them (`customHeaders`, `timeZoneId`).
const EngineInfo &prestoInfo();

} // namespace Grebe
