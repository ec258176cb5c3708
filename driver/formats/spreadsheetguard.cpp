// SPDX-License-Identifier: Apache-2.0
#include "spreadsheetguard.h"

#include <algorithm>
#include <charconv>

namespace Grebe {

bool looksLikeFormula(std::string_view text)
{
    static constexpr std::string_view kStarts[] = { "=", "+", "-", "@", "\t", "\r", "\n",
                                                    "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20" };
    if (std::ranges::none_of(kStarts, [&](std::string_view start) { return text.starts_with(start); }))
        return false;
    double number = 0;
    const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
    if (!digits.empty() && (digits == text || digits[0] != '-')) {
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (end == digits.data() + digits.size() && error != std::errc::invalid_argument)
            return false;
    }
    return true;
}

} // namespace Grebe
