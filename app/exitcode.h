// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

namespace Grebe {

/// What the command line ends with.
enum ExitCode {
    ExitOk = 0,
    ExitRefused = 1, ///< the server refused the statement
    ExitUsage = 2,
    ExitNoConnection = 3, ///< no connection, or no sign-in
    ExitIncomplete = 4, ///< rows were written, but not all: cut off, or nobody reads them any more
    ExitCancelled = 130 ///< by Ctrl+C, as shells count it: 128 and SIGINT
};

} // namespace Grebe
