// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace Grebe {

/// How many bytes a JSON text needs to have readable behind its end, so that wide loads need no check of their own.
inline constexpr int kJsonPadding = 64;

inline constexpr quint64 kPowersOfTen[20] = {1ull,
                                             10ull,
                                             100ull,
                                             1000ull,
                                             10000ull,
                                             100000ull,
                                             1000000ull,
                                             10000000ull,
                                             100000000ull,
                                             1000000000ull,
                                             10000000000ull,
                                             100000000000ull,
                                             1000000000000ull,
                                             10000000000000ull,
                                             100000000000000ull,
                                             1000000000000000ull,
                                             10000000000000000ull,
                                             100000000000000000ull,
                                             1000000000000000000ull,
                                             10000000000000000000ull};

/// Eight bytes, the first in the lowest.
inline quint64 loadEight(const char *p)
{
    quint64 word;
    std::memcpy(&word, p, sizeof word);
    if constexpr (std::endian::native == std::endian::big)
        word = std::byteswap(word);
    return word;
}

/// How many of eight bytes, from the lowest up, are ASCII digits; `digits` gets their values, one a byte.
inline int digitPrefix(quint64 word, quint64 &digits)
{
    digits = word ^ 0x3030303030303030ull;
    // A byte above 9 reaches the top bit. A carry spoils only bytes behind the first that is no digit.
    const quint64 others = ((digits + 0x7676767676767676ull) | digits) & 0x8080808080808080ull;
    return others ? std::countr_zero(others) >> 3 : 8;
}

/// The number that eight digit values spell, the highest place in the lowest byte.
inline quint32 joinEightDigits(quint64 digits)
{
    digits = digits * 10 + (digits >> 8);
    return quint32(((digits & 0x000000FF000000FFull) * 0x000F424000000064ull
                    + ((digits >> 16) & 0x000000FF000000FFull) * 0x0000271000000001ull)
                   >> 32);
}

/// Reads the digits at `p`: `value` is right when `count` is at most 19; more than 24 are not looked for. Reads up to
/// 24 bytes. Returns the place behind the digits that were read.
inline const char *scanDigits(const char *p, quint64 &value, int &count)
{
    quint64 digits;
    int n = digitPrefix(loadEight(p), digits);
    if (n < 8) [[likely]] {
        value = n ? joinEightDigits(digits << (64 - 8 * n)) : 0;
        count = n;
        return p + n;
    }
    value = joinEightDigits(digits);
    n = digitPrefix(loadEight(p + 8), digits);
    if (n)
        value = value * kPowersOfTen[n] + joinEightDigits(digits << (64 - 8 * n));
    count = 8 + n;
    if (n == 8) {
        n = digitPrefix(loadEight(p + 16), digits);
        if (n)
            value = value * kPowersOfTen[n] + joinEightDigits(digits << (64 - 8 * n));
        count = 16 + n;
    }
    return p + count;
}

/// Whether a number may end in front of this byte without a look at white space.
inline bool endsCell(char c)
{
    return c == ',' || (c | 0x20) == '}'; // , ] }
}

inline bool isJsonSpace(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

inline bool isDigit(char c)
{
    return uchar(c - '0') < 10;
}

/// Copies 16 bytes and tells where among them a plain run of string bytes stops: at a quote, a backslash or a control
/// character; 16 when it does not.
inline int copyRun(const char *from, char *to)
{
#if defined(__SSE2__)
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(to), bytes);
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const unsigned mask = unsigned(_mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, escape))));
    return std::countr_zero(mask | 0x10000u);
#else
    std::memcpy(to, from, 16);
    for (int half = 0; half < 16; half += 8) {
        const quint64 word = loadEight(from + half);
        constexpr quint64 ones = 0x0101010101010101ull, tops = 0x8080808080808080ull;
        const quint64 quote = word ^ (ones * '"'), escape = word ^ (ones * '\\');
        // Exact for the lowest byte that matches, which is the one that counts.
        const quint64 stops = (((quote - ones) & ~quote) | ((escape - ones) & ~escape) | ((word - ones * 0x20) & ~word)) & tops;
        if (stops)
            return half + (std::countr_zero(stops) >> 3);
    }
    return 16;
#endif
}

} // namespace Grebe
