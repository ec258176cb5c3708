// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <string>
#include <string_view>

namespace Grebe {

/// How many columns of a terminal a text takes: East Asian wide characters and emoji two, combining marks none, joined
/// emoji sequences two in all. Control characters take none here: printable() leaves no such character.
/// Source     Unicode Standard Annex 11 (East_Asian_Width) for wide, the general category for marks.
GREBE_EXPORT int displayWidth(std::string_view utf8);

/// The text on one line and harmless to a terminal: line breaks, tabs and other control characters become `\n`, `\t`,
/// `\x1b`. Bytes that are no UTF-8 become `\xff`.
GREBE_EXPORT void appendPrintable(std::string_view utf8, std::string &out);

} // namespace Grebe
