// SPDX-License-Identifier: Apache-2.0
#include "extension/displaywidth.h"

#include <QChar>

#include <algorithm>
#include <array>

namespace Grebe {

namespace {

struct WideRange
{
    char32_t first;
    char32_t last;
};

// East_Asian_Width W and F, with unassigned places between two wide blocks taken along.
constexpr std::array kWide = std::to_array<WideRange>({
    { 0x1100, 0x115F }, // Hangul Jamo, initial
    { 0x231A, 0x231B },
    { 0x2329, 0x232A },
    { 0x23E9, 0x23EC },
    { 0x23F0, 0x23F0 },
    { 0x23F3, 0x23F3 },
    { 0x25FD, 0x25FE },
    { 0x2614, 0x2615 },
    { 0x2648, 0x2653 },
    { 0x267F, 0x267F },
    { 0x2693, 0x2693 },
    { 0x26A1, 0x26A1 },
    { 0x26AA, 0x26AB },
    { 0x26BD, 0x26BE },
    { 0x26C4, 0x26C5 },
    { 0x26CE, 0x26CE },
    { 0x26D4, 0x26D4 },
    { 0x26EA, 0x26EA },
    { 0x26F2, 0x26F3 },
    { 0x26F5, 0x26F5 },
    { 0x26FA, 0x26FA },
    { 0x26FD, 0x26FD },
    { 0x2705, 0x2705 },
    { 0x270A, 0x270B },
    { 0x2728, 0x2728 },
    { 0x274C, 0x274C },
    { 0x274E, 0x274E },
    { 0x2753, 0x2755 },
    { 0x2757, 0x2757 },
    { 0x2795, 0x2797 },
    { 0x27B0, 0x27B0 },
    { 0x27BF, 0x27BF },
    { 0x2B1B, 0x2B1C },
    { 0x2B50, 0x2B50 },
    { 0x2B55, 0x2B55 },
    { 0x2E80, 0x303E }, // CJK radicals and punctuation
    { 0x3041, 0x33FF }, // Kana to CJK compatibility
    { 0x3400, 0x4DBF },
    { 0x4E00, 0x9FFF }, // CJK unified ideographs
    { 0xA000, 0xA4CF }, // Yi
    { 0xA960, 0xA97F },
    { 0xAC00, 0xD7A3 }, // Hangul syllables
    { 0xF900, 0xFAFF },
    { 0xFE10, 0xFE19 },
    { 0xFE30, 0xFE6F },
    { 0xFF00, 0xFF60 }, // full-width forms
    { 0xFFE0, 0xFFE6 },
    { 0x16FE0, 0x18DFF }, // Tangut, Khitan
    { 0x1AFF0, 0x1B2FF }, // Kana supplements, Nushu
    { 0x1F004, 0x1F004 },
    { 0x1F0CF, 0x1F0CF },
    { 0x1F18E, 0x1F18E },
    { 0x1F191, 0x1F19A },
    { 0x1F200, 0x1F320 },
    { 0x1F32D, 0x1F335 },
    { 0x1F337, 0x1F37C },
    { 0x1F37E, 0x1F393 },
    { 0x1F3A0, 0x1F3CA },
    { 0x1F3CF, 0x1F3D3 },
    { 0x1F3E0, 0x1F3F0 },
    { 0x1F3F4, 0x1F3F4 },
    { 0x1F3F8, 0x1F43E },
    { 0x1F440, 0x1F440 },
    { 0x1F442, 0x1F4FC },
    { 0x1F4FF, 0x1F53D },
    { 0x1F54B, 0x1F54E },
    { 0x1F550, 0x1F567 },
    { 0x1F57A, 0x1F57A },
    { 0x1F595, 0x1F596 },
    { 0x1F5A4, 0x1F5A4 },
    { 0x1F5FB, 0x1F64F },
    { 0x1F680, 0x1F6C5 },
    { 0x1F6CC, 0x1F6CC },
    { 0x1F6D0, 0x1F6D2 },
    { 0x1F6D5, 0x1F6D7 },
    { 0x1F6DC, 0x1F6DF },
    { 0x1F6EB, 0x1F6EC },
    { 0x1F6F4, 0x1F6FC },
    { 0x1F7E0, 0x1F7EB },
    { 0x1F7F0, 0x1F7F0 },
    { 0x1F90C, 0x1F93A },
    { 0x1F93C, 0x1F945 },
    { 0x1F947, 0x1F9FF },
    { 0x1FA70, 0x1FAFF },
    { 0x20000, 0x3FFFD }, // CJK extensions
});

bool isWide(char32_t c)
{
    if (c < kWide.front().first)
        return false;
    const auto range = std::lower_bound(kWide.begin(), kWide.end(), c,
                                        [](const WideRange &range, char32_t c) { return range.last < c; });
    return range != kWide.end() && range->first <= c;
}

bool isZeroWidth(char32_t c)
{
    if (c < 0x300)
        return c == 0xAD; // soft hyphen
    switch (QChar::category(c)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing:
    case QChar::Other_Format: return true;
    default: return c >= 0x1160 && c <= 0x11FF; // Hangul Jamo that join the one before
    }
}

constexpr char32_t kInvalid = 0xFFFFFFFF;

// The next character and how many bytes it takes; kInvalid and one byte where there is none.
char32_t decode(std::string_view text, size_t &size)
{
    const uint8_t first = uint8_t(text[0]);
    size = 1;
    if (first < 0x80)
        return first;
    const size_t length = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (length == 0 || first >= 0xF5 || text.size() < length)
        return kInvalid;
    char32_t c = first & (0xFF >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
        const uint8_t next = uint8_t(text[i]);
        if ((next & 0xC0) != 0x80)
            return kInvalid;
        c = c << 6 | (next & 0x3F);
    }
    if ((length == 3 && c < 0x800) || (length == 4 && c < 0x10000) || (c >= 0xD800 && c < 0xE000) || c > 0x10FFFF)
        return kInvalid;
    size = length;
    return c;
}

} // namespace

int displayWidth(std::string_view text)
{
    int width = 0;
    int last = 0; // the width of the character that marks and joiners belong to
    bool isJoined = false;
    while (!text.empty()) {
        size_t size = 0;
        const char32_t c = decode(text, size);
        text.remove_prefix(size);
        if (c == 0x200D) { // zero width joiner: the next emoji is drawn into this one
            isJoined = last == 2;
            continue;
        }
        if (c == 0xFE0F && last == 1) { // draw the last one as an emoji
            ++width;
            last = 2;
            continue;
        }
        const bool isSkinTone = c >= 0x1F3FB && c <= 0x1F3FF;
        if (c < 0x20 || c == 0x7F || (c != kInvalid && isZeroWidth(c)) || (isSkinTone && last == 2))
            continue;
        if (isJoined) {
            isJoined = false;
            continue;
        }
        last = c != kInvalid && isWide(c) ? 2 : 1;
        width += last;
    }
    return width;
}

void appendPrintable(std::string_view text, std::string &out)
{
    static constexpr char digits[] = "0123456789abcdef";
    const auto escape = [&](uint8_t byte) {
        out += "\\x";
        out += digits[byte >> 4];
        out += digits[byte & 15];
    };
    while (!text.empty()) {
        size_t size = 0;
        const char32_t c = decode(text, size);
        if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (c == kInvalid)
            escape(uint8_t(text[0]));
        else if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            escape(uint8_t(c));
        else
            out += text.substr(0, size);
        text.remove_prefix(size);
    }
}

} // namespace Grebe
