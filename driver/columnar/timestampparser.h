// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsonscan.h"

#include "grebe_export.h"

#include <optional>
#include <string>
#include <string_view>

namespace Grebe {

inline constexpr bool isLeapYear(qint64 year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

inline constexpr int daysInMonth(qint64 year, int month)
{
    constexpr signed char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && isLeapYear(year) ? 29 : days[month - 1];
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, which has a year 0.
inline constexpr qint64 daysFromCivil(qint64 year, int month, int day)
{
    // Years begin in March here, so that the leap day is the last of its year.
    year -= month <= 2;
    const qint64 era = (year >= 0 ? year : year - 399) / 400;
    const unsigned yearOfEra = unsigned(year - era * 400);
    const unsigned dayOfYear = unsigned((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1);
    const unsigned dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
    return era * 146097 + qint64(dayOfEra) - 719468;
}

/// Reads the ten bytes of `YYYY-MM-DD`; false when they are something else. Reads up to 16 bytes at `p`.
inline bool scanDate(const char *p, qint32 &days)
{
    const quint64 head = loadEight(p); // YYYY-MM-
    constexpr quint64 dashes = 0xFF0000FF00000000ull;
    quint64 digits;
    if ((head & dashes) != (0x2D00002D00000000ull) || digitPrefix((head & ~dashes) | (0x3030303030303030ull & dashes), digits) != 8
        || !isDigit(p[8]) || !isDigit(p[9]))
        return false;
    const quint32 yearAndMonth = joinEightDigits(digits); // YYYY0MM0
    const int year = int(yearAndMonth / 10000), month = int(yearAndMonth % 10000 / 10);
    const int day = (p[8] - '0') * 10 + (p[9] - '0');
    if (unsigned(month - 1) >= 12 || day < 1 || (day > 28 && day > daysInMonth(year, month)))
        return false;
    days = qint32(daysFromCivil(year, month, day));
    return true;
}

/// Reads the eight bytes of `HH:MM:SS`; false when they are something else or no time of day. 24:00:00 and leap seconds
/// are none.
inline bool scanClock(const char *p, qint32 &seconds)
{
    const quint64 word = loadEight(p);
    constexpr quint64 colons = 0x0000FF0000FF0000ull;
    quint64 digits;
    if ((word & colons) != 0x00003A00003A0000ull || digitPrefix((word & ~colons) | (0x3030303030303030ull & colons), digits) != 8)
        return false;
    const quint32 joined = joinEightDigits(digits); // HH0MM0SS
    const int hour = int(joined / 1000000), minute = int(joined / 1000 % 1000), second = int(joined % 1000);
    if (hour > 23 || minute > 59 || second > 59)
        return false;
    seconds = hour * 3600 + minute * 60 + second;
    return true;
}

/// A time of day, or the clock part of a timestamp.
struct ClockTime
{
    qint32 seconds = 0;
    qint64 fraction = 0; ///< in units of 10 to the power of minus the digits that were asked for
};

/// A date and a time, without a zone.
struct CivilTime
{
    qint64 days = 0; ///< from 1970-01-01
    ClockTime clock;
};

/// What follows reads a whole text, and is empty when that is something else, or has digits that would be lost.
///
/// Thread     any; functions without state.
/// Source     the forms are those of java.time, as Trino and its relatives print them: years of four digits, or more with
///            a sign in front; `-0044-03-15` is the year 45 BC.

/// Days from 1970-01-01.
GREBE_EXPORT std::optional<qint64> parseDate(std::string_view text);
/// `HH:MM:SS` with up to `fractionDigits` digits of a fraction, or none.
GREBE_EXPORT std::optional<ClockTime> parseClock(std::string_view text, int fractionDigits);
/// A date, a blank or a `T`, and a clock.
GREBE_EXPORT std::optional<CivilTime> parseCivilTime(std::string_view text, int fractionDigits);
/// `[-]D HH:MM:SS.mmm` in milliseconds.
GREBE_EXPORT std::optional<qint64> parseDayTimeInterval(std::string_view text);
/// `[-]Y-M` in months.
GREBE_EXPORT std::optional<qint32> parseMonthInterval(std::string_view text);
/// 32 hexadecimal digits with dashes behind the 8th, 12th, 16th and 20th, into 16 bytes.
GREBE_EXPORT bool parseUuid(std::string_view text, char *out);

} // namespace Grebe
