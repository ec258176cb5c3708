// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace Grebe {

/// How characters that XML 1.0 cannot hold are written.
enum class ControlForm {
    Picture, ///< U+2400 and on, for people
    Excel ///< `_x0001_` as Excel reads it back; text that looks like that is escaped too
};

/// Appends text as the content of an element or attribute. Invalid UTF-8 becomes U+FFFD.
void appendMarkupText(std::string_view text, ControlForm form, std::string &out);

} // namespace Grebe
