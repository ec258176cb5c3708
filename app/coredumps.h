// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace Grebe {

/// Keeps the memory of this process, which holds passwords and tokens in use, out of core files. Whoever may debug the
/// process reads its memory all the same. GREBE_CORE_DUMPS=1 leaves core files to the system, for finding a fault.
void forbidCoreDumps();

} // namespace Grebe
