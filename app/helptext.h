// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "arguments.h"

#include "extension/engineinfo.h"

namespace Grebe {

/// What `--help` prints; all of it is made from the option tables that the parsers use.
QString mainHelp();
/// Empty for a command that there is not.
QString commandHelp(const QString &command);
/// The options of an engine, by group: what a URL's `?option=value` may hold.
QString engineHelp(const EngineInfo &engine);

} // namespace Grebe
