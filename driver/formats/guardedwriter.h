// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultwriter.h"

namespace Grebe {

/// The writer, with an error in words where one of its calls needs more memory than there is. It is then of no more use
/// than after any other error.
GREBE_EXPORT std::unique_ptr<ResultWriter> guarded(std::unique_ptr<ResultWriter> writer);

} // namespace Grebe
