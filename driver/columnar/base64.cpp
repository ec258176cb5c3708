// SPDX-License-Identifier: Apache-2.0
#include "base64.h"

#include <array>

namespace Grebe {

namespace {

constexpr std::array<quint8, 256> makeTable()
{
    std::array<quint8, 256> table {};
    table.fill(0xFF);
    constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < 64; ++i)
        table[uchar(alphabet[i])] = quint8(i);
    return table;
}

constexpr std::array<quint8, 256> kTable = makeTable();

} // namespace

qint64 decodeBase64(std::string_view text, char *out)
{
    if (text.size() % 4)
        return -1;
    if (text.empty())
        return 0;
    const auto *p = reinterpret_cast<const uchar *>(text.data());
    const uchar *const last = p + text.size() - 4;
    char *const start = out;
    quint8 seen = 0; // any letter outside the alphabet sets the top bit
    for (; p < last; p += 4) {
        const quint8 a = kTable[p[0]], b = kTable[p[1]], c = kTable[p[2]], d = kTable[p[3]];
        seen |= a | b | c | d;
        *out++ = char(a << 2 | b >> 4);
        *out++ = char(b << 4 | c >> 2);
        *out++ = char(c << 6 | d);
    }
    const quint8 a = kTable[p[0]], b = kTable[p[1]];
    const quint8 c = p[2] == '=' && p[3] == '=' ? 0 : kTable[p[2]];
    const quint8 d = p[3] == '=' ? 0 : kTable[p[3]];
    seen |= a | b | c | d;
    if (seen & 0x80)
        return -1;
    *out++ = char(a << 2 | b >> 4);
    if (p[2] != '=') {
        *out++ = char(b << 4 | c >> 2);
        if (p[3] != '=')
            *out++ = char(c << 6 | d);
        else if (c & 3)
            return -1; // bits that the padding says are not there
    } else if (b & 15) {
        return -1;
    }
    return out - start;
}

} // namespace Grebe
