// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/qglobal.h>

namespace Grebe {

/// `grebe` without a command: the window, until it is closed. Makes the QApplication and wires the parts together;
/// returns the process's exit code.
///
/// Shape      `--connection NAME|URL`, `--theme light|dark|system`, files to open, and `--demo-screenshot FILE` with
///            `--screenshot-state`, which ends by itself. It is all that the window's module shows of itself, under the
///            name grebeRunWindow.
int runWindow(int &argc, char **argv);

} // namespace Grebe

extern "C" Q_DECL_EXPORT int grebeRunWindow(int &argc, char **argv);
