// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/progress.h"

namespace simdjson::dom {
class element;
}

namespace Grebe {

/// The `stats` member of a page. Absurd values are brought into range: counts are 0 or more, percent 0 to 100.
Progress trinoProgress(const simdjson::dom::element &stats);

} // namespace Grebe
