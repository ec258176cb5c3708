// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace Grebe {

/// Two families of engines spell the same values differently.
///
/// Java    Trino and its kin: `1.0E7`, `+12026-01-01`, `-0044-03-15`, as many fraction digits as the type says.
/// Plain   DuckDB, and Arrow data of nobody in particular: `10000000.0`, `1e+16`, `12026-01-01`, `0045-03-15 (BC)`,
///         fraction digits as needed.
/// Source  Java: Double.toString() and java.time's ISO years, as Trino sends them. Plain: DuckDB's casts to VARCHAR.
enum class Spelling { Java, Plain };

// Each appends to `out`; none fails, throws or depends on the locale.

template<typename T>
inline void appendInteger(T value, std::string &out)
{
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, size_t(end - buffer));
}

/// Shortest digits that read back to the same value; `NaN`, `Infinity`, `-Infinity`.
void appendReal(double value, Spelling spelling, std::string &out);
void appendReal(float value, Spelling spelling, std::string &out);

/// The unscaled value's digits with a point `scale` digits from the right; a negative scale appends zeros.
void appendScaled(std::string_view digits, bool isNegative, int scale, std::string &out);
void appendDecimal64(int64_t value, int scale, std::string &out);
void appendDecimal128(int64_t high, uint64_t low, int scale, std::string &out);

/// A day in the proleptic Gregorian calendar, from days since 1970-01-01.
struct CivilDay
{
    int64_t year;
    int month;
    int day;
};
CivilDay civilDay(int64_t days);
void appendDate(int64_t days, Spelling spelling, std::string &out);

/// Ticks of 10^-unitDigits seconds as HH:MM:SS and a fraction: exactly `digits` of it, or those needed if -1.
void appendTimeOfDay(int64_t ticks, int unitDigits, int digits, std::string &out);
/// Date, blank, time of day, from ticks since 1970-01-01 00:00:00.
void appendTimestamp(int64_t ticks, int unitDigits, int digits, Spelling spelling, std::string &out);
/// `[-]D HH:MM:SS.fff` as Trino writes `interval day to second`.
void appendDayTime(int64_t ticks, int unitDigits, int digits, std::string &out);
/// `[-]Y-M` as Trino writes `interval year to month`.
void appendYearMonth(int64_t months, std::string &out);
/// `1 year 2 months 3 days 04:05:06.5` as DuckDB writes an INTERVAL.
void appendInterval(int32_t months, int32_t days, int64_t nanoseconds, std::string &out);

/// Seconds east of UTC that are in force in a zone (`Europe/Berlin`, `UTC`, `+02:00`) at an instant; 0 for a zone that
/// this system doesn't know, with *known (if given) false. Remembers what it found, per thread.
int zoneOffset(std::string_view zone, int64_t epochSecond, bool *known = nullptr);
/// `+02`, `+05:30`, `-00:25:21`: as DuckDB appends it to a time with time zone.
void appendOffset(int seconds, std::string &out);

void appendHex(std::string_view bytes, std::string &out);
void appendBase64(std::string_view bytes, std::string &out);
/// 16 bytes as `12345678-1234-1234-1234-123456789abc`.
void appendUuid(const uint8_t *bytes, std::string &out);
/// With its quotes; what JSON demands is escaped and nothing else.
void appendJsonString(std::string_view text, std::string &out);
/// Every character of it: QString::fromUtf8() takes a U+FEFF at the start for a mark of the encoding and drops it.
QString textFromUtf8(std::string_view text);

} // namespace Grebe
