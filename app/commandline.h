// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringList>

namespace Grebe {

/// Whether these arguments (without the program's name) are for the command line, not for the window.
bool isCommandLine(const QStringList &arguments);

/// Runs a command with no window system; needs the QCoreApplication. Returns the process's exit code.
int runCommandLine(const QStringList &arguments);

/// The name under which settings are found; before the application object is made.
void nameApplication();

} // namespace Grebe
