// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <simdjson.h>

#include <algorithm>
#include <limits>

namespace Grebe {

/// A member that is text, at most `longest` bytes of it; empty where it is absent or of another type.
inline QString jsonText(const simdjson::dom::element &object, std::string_view key,
                        size_t longest = std::numeric_limits<size_t>::max())
{
    std::string_view text;
    if (object[key].get(text) != simdjson::SUCCESS)
        return {};
    return QString::fromUtf8(text.data(), qsizetype(std::min(text.size(), longest)));
}

} // namespace Grebe
