// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

namespace Grebe {

/// What this program loads while it runs. It lies in `plugins`, beside `bin`, in the build tree as in an installed prefix.
///
/// Thread     the main one, while there is an application object.

/// Has Qt find the driver there before anywhere else.
void findDriver();

/// The window's runWindow() (application.h).
using WindowEntry = int (*)(int &argc, char **argv);

/// Loads the window with all its libraries, for the life of the process.
Result<WindowEntry> loadWindow();

} // namespace Grebe
