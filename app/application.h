// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace Grebe {

/// `grebe` without a command: the window, until it is closed. Makes the QApplication; returns the process's exit code.
int runWindow(int &argc, char **argv);

} // namespace Grebe
