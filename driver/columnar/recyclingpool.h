// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/type_fwd.h>

namespace Grebe {

/// Memory for the columns of batches that come and go: what one batch let go of is given to the next, since touching
/// fresh pages costs as much as decoding into them.
///
/// Shape      over Arrow's default pool, which gets all that is not kept.
/// Units      blocks of 4 KiB to 4 MiB are kept, 32 MiB of them at most.
/// Thread     any.
arrow::MemoryPool *recyclingPool();

} // namespace Grebe
