// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/engineinfo.h"

namespace Grebe {

/// What DuckDB is and takes; known without the module that runs it.
const EngineInfo &duckdbInfo();

} // namespace Grebe
