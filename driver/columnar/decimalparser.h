// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsonscan.h"

#include <string_view>

namespace Grebe {

__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

/// 10 to the power of `exponent`, 0 to 38.
inline constexpr UInt128 powerOfTen128(int exponent)
{
    return exponent < 20 ? UInt128(kPowersOfTen[exponent]) : UInt128(kPowersOfTen[19]) * kPowersOfTen[exponent - 19];
}

/// Reads plain notation, `-12.50`, into the unscaled value of a decimal(precision, scale), at most 38 digits. False when
/// the text is something else, or when digits would be lost: too many in front of the point, or others than 0 behind
/// the scale.
inline bool parseDecimal(std::string_view text, int precision, int scale, Int128 &out)
{
    const char *p = text.data();
    const char *const end = p + text.size();
    const bool isNegative = p < end && *p == '-';
    p += isNegative || (p < end && *p == '+');
    UInt128 value = 0;
    int digitCount = 0; // without leading zeros: what the value needs
    const char *const first = p;
    const auto put = [&](char c) {
        value = value * 10 + uchar(c - '0');
        digitCount += digitCount > 0 || c != '0';
        return digitCount <= 38;
    };
    for (; p < end && isDigit(*p); ++p) {
        if (!put(*p))
            return false;
    }
    if (p == first)
        return false;
    int fractionCount = 0;
    if (p < end && *p == '.') {
        const char *const fraction = ++p;
        for (; p < end && isDigit(*p); ++p) {
            if (fractionCount == scale) {
                if (*p != '0')
                    return false;
            } else {
                ++fractionCount;
                if (!put(*p))
                    return false;
            }
        }
        if (p == fraction)
            return false;
    }
    if (p != end)
        return false;
    for (; fractionCount < scale; ++fractionCount) {
        if (!put('0'))
            return false;
    }
    if (digitCount > precision)
        return false;
    out = isNegative ? -Int128(value) : Int128(value);
    return true;
}

} // namespace Grebe
