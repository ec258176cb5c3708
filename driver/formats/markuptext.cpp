// SPDX-License-Identifier: Apache-2.0
#include "markuptext.h"

#include <algorithm>
#include <cstdint>

namespace Grebe {

namespace {

bool isHex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void appendExcelEscape(unsigned unit, std::string &out)
{
    static constexpr char kDigits[] = "0123456789ABCDEF";
    out += "_x";
    for (int shift = 12; shift >= 0; shift -= 4)
        out += kDigits[(unit >> shift) & 15];
    out += '_';
}

// The length of the well-formed UTF-8 sequence at the front, 0 when there is none.
size_t sequenceLength(std::string_view text)
{
    const auto byte = [&](size_t i) { return i < text.size() ? uint8_t(text[i]) : uint8_t(0); };
    const auto isNext = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const uint8_t lead = byte(0);
    if (lead >= 0xC2 && lead <= 0xDF)
        return isNext(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const bool isOverlong = lead == 0xE0 && byte(1) < 0xA0;
        const bool isSurrogate = lead == 0xED && byte(1) > 0x9F;
        return isNext(1) && isNext(2) && !isOverlong && !isSurrogate ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool isOverlong = lead == 0xF0 && byte(1) < 0x90;
        const bool isBeyond = lead == 0xF4 && byte(1) > 0x8F;
        return isNext(1) && isNext(2) && isNext(3) && !isOverlong && !isBeyond ? 4 : 0;
    }
    return 0;
}

} // namespace

void appendMarkupText(std::string_view text, ControlForm form, std::string &out)
{
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = uint8_t(c);
        switch (c) {
        case '&': out += "&amp;"; continue;
        case '<': out += "&lt;"; continue;
        case '>': out += "&gt;"; continue;
        case '"': out += "&quot;"; continue;
        case '\t':
        case '\n': out += c; continue;
        case '\r': // a bare one is read back as a line feed
            if (form == ControlForm::Excel)
                appendExcelEscape('\r', out);
            else
                out += "&#13;";
            continue;
        case '_':
            if (form == ControlForm::Excel && i + 6 < text.size() && text[i + 1] == 'x' && text[i + 6] == '_'
                && std::ranges::all_of(text.substr(i + 2, 4), isHex))
                appendExcelEscape('_', out);
            else
                out += c;
            continue;
        default: break;
        }
        if (byte < 0x20) {
            if (form == ControlForm::Excel) {
                appendExcelEscape(byte, out);
            } else {
                out += "\xE2\x90";
                out += char(0x80 + byte);
            }
        } else if (byte < 0x80) {
            out += c;
        } else if (const size_t length = sequenceLength(text.substr(i)); length > 0) {
            const std::string_view sequence = text.substr(i, length);
            if (sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF") { // no characters of XML
                if (form == ControlForm::Excel)
                    appendExcelEscape(sequence.back() == '\xBE' ? 0xFFFE : 0xFFFF, out);
                else
                    out += "\xEF\xBF\xBD";
            } else {
                out += sequence;
            }
            i += length - 1;
        } else {
            out += "\xEF\xBF\xBD";
        }
    }
}

} // namespace Grebe
