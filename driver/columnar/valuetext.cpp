// SPDX-License-Identifier: Apache-2.0
#include "valuetext.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <unordered_map>

namespace Grebe {

namespace {

__extension__ using Uint128 = unsigned __int128;

constexpr int64_t kDaySeconds = 86'400;

constexpr std::array<int64_t, 19> kPowers = [] {
    std::array<int64_t, 19> powers {};
    int64_t power = 1;
    for (int64_t &entry : powers) {
        entry = power;
        if (power < std::numeric_limits<int64_t>::max() / 10)
            power *= 10;
    }
    return powers;
}();

int64_t floorDivide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

void appendTwo(int64_t value, std::string &out)
{
    const char digits[2] = { char('0' + value / 10), char('0' + value % 10) };
    out.append(digits, 2);
}

void appendPadded(uint64_t value, size_t width, std::string &out)
{
    char buffer[24];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    const size_t size = size_t(end - buffer);
    if (size < width)
        out.append(width - size, '0');
    out.append(buffer, size);
}

void appendClock(int64_t secondOfDay, std::string &out)
{
    const auto second = uint32_t(secondOfDay), minute = second / 60, hour = minute / 60;
    const auto tens = [](uint32_t value) { return char('0' + value / 10); };
    const auto ones = [](uint32_t value) { return char('0' + value % 10); };
    const char text[] { tens(hour), ones(hour), ':', tens(minute % 60), ones(minute % 60), ':', tens(second % 60), ones(second % 60) };
    out.append(text, sizeof text);
}

// `fraction` counts ticks of 10^-unitDigits seconds.
void appendFraction(int64_t fraction, int unitDigits, int digits, std::string &out)
{
    int count = unitDigits;
    if (digits < 0) {
        while (count > 0 && fraction % 10 == 0) {
            fraction /= 10;
            --count;
        }
    } else {
        for (; count > digits; --count)
            fraction /= 10;
    }
    if (count > 0) {
        out += '.';
        appendPadded(uint64_t(fraction), size_t(count), out);
    } else if (digits > 0) {
        out += '.';
    }
    if (digits > count)
        out.append(size_t(digits - count), '0');
}

struct Digits
{
    char text[32];
    int count = 0;
    int exponent = 0; // of the first digit: 1.5e3 has 3
    bool isNegative = false;
};

template<typename T>
Digits digitsOf(const char *begin, const char *end)
{
    Digits digits;
    if (*begin == '-') {
        digits.isNegative = true;
        ++begin;
    }
    const char *e = std::find(begin, end, 'e');
    for (const char *c = begin; c < e; ++c) {
        if (*c != '.')
            digits.text[digits.count++] = *c;
    }
    std::from_chars(e + (e[1] == '+' ? 2 : 1), end, digits.exponent);
    return digits;
}

template<typename T>
void appendRealOf(T value, Spelling spelling, std::string &out)
{
    if (std::isnan(value)) {
        out += "NaN";
        return;
    }
    if (std::isinf(value)) {
        out += value < 0 ? "-Infinity" : "Infinity";
        return;
    }
    if (value == 0) {
        out += std::signbit(value) ? "-0.0" : "0.0";
        return;
    }
    char buffer[40];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    Digits digits = digitsOf<T>(buffer, end);
    const bool isJava = spelling == Spelling::Java;
    const bool isScientific = isJava ? digits.exponent < -3 || digits.exponent >= 7
                                     : digits.exponent < -4 || digits.exponent >= 16;
    if (isScientific && isJava && digits.count == 1) {
        // Java writes at least two digits and takes the two that are nearest to the value: 4.9E-324, not 5.0E-324.
        char two[40];
        const auto twoEnd = std::to_chars(two, two + sizeof two, value, std::chars_format::scientific, 1).ptr;
        T back = 0;
        if (std::from_chars(two, twoEnd, back).ec == std::errc() && back == value)
            digits = digitsOf<T>(two, twoEnd);
    }
    if (digits.isNegative)
        out += '-';
    if (isScientific) {
        out += digits.text[0];
        if (digits.count > 1 || isJava)
            out += '.';
        if (digits.count > 1)
            out.append(digits.text + 1, size_t(digits.count - 1));
        else if (isJava)
            out += '0';
        if (isJava) {
            out += 'E';
            appendInteger(digits.exponent, out);
        } else {
            out += digits.exponent < 0 ? "e-" : "e+";
            appendPadded(uint64_t(std::abs(digits.exponent)), 2, out);
        }
        return;
    }
    if (digits.exponent < 0) {
        out += "0.";
        out.append(size_t(-digits.exponent - 1), '0');
        out.append(digits.text, size_t(digits.count));
        return;
    }
    const int whole = digits.exponent + 1;
    out.append(digits.text, size_t(std::min(whole, digits.count)));
    if (digits.count <= whole) {
        out.append(size_t(whole - digits.count), '0');
        out += ".0";
    } else {
        out += '.';
        out.append(digits.text + whole, size_t(digits.count - whole));
    }
}

} // namespace

void appendReal(double value, Spelling spelling, std::string &out)
{
    appendRealOf(value, spelling, out);
}

void appendReal(float value, Spelling spelling, std::string &out)
{
    appendRealOf(value, spelling, out);
}

void appendScaled(std::string_view digits, bool isNegative, int scale, std::string &out)
{
    if (isNegative)
        out += '-';
    if (scale <= 0) {
        out += digits;
        if (digits != "0")
            out.append(size_t(-scale), '0');
        return;
    }
    const size_t fraction = size_t(scale);
    if (digits.size() > fraction) {
        out += digits.substr(0, digits.size() - fraction);
        out += '.';
        out += digits.substr(digits.size() - fraction);
    } else {
        out += "0.";
        out.append(fraction - digits.size(), '0');
        out += digits;
    }
}

void appendDecimal64(int64_t value, int scale, std::string &out)
{
    char buffer[24];
    const uint64_t magnitude = value < 0 ? 0 - uint64_t(value) : uint64_t(value);
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude).ptr;
    appendScaled({ buffer, size_t(end - buffer) }, value < 0, scale, out);
}

void appendDecimal128(int64_t high, uint64_t low, int scale, std::string &out)
{
    if (high == (int64_t(low) < 0 ? -1 : 0)) {
        appendDecimal64(int64_t(low), scale, out);
        return;
    }
    Uint128 value = Uint128(uint64_t(high)) << 64 | low;
    if (high < 0)
        value = 0 - value;
    constexpr uint64_t chunk = 10'000'000'000'000'000'000U; // 10^19
    uint64_t chunks[3];
    int count = 0;
    do {
        chunks[count++] = uint64_t(value % chunk);
        value /= chunk;
    } while (value != 0);
    char buffer[64];
    char *end = std::to_chars(buffer, buffer + sizeof buffer, chunks[count - 1]).ptr;
    for (int i = count - 2; i >= 0; --i) {
        for (int digit = 18; digit >= 0; --digit) {
            end[digit] = char('0' + chunks[i] % 10);
            chunks[i] /= 10;
        }
        end += 19;
    }
    appendScaled({ buffer, size_t(end - buffer) }, high < 0, scale, out);
}

CivilDay civilDay(int64_t days)
{
    // The calendar of the library knows 65,536 years; it is the same again after 400.
    const int64_t era = floorDivide(days, 146'097);
    const std::chrono::year_month_day civil { std::chrono::sys_days { std::chrono::days { days - era * 146'097 } } };
    return { era * 400 + int(civil.year()), int(unsigned(civil.month())), int(unsigned(civil.day())) };
}

void appendDate(int64_t days, Spelling spelling, std::string &out)
{
    const CivilDay civil = civilDay(days);
    int64_t year = civil.year;
    if (year >= 1 && year <= 9999) {
        const auto digit = [](int value) { return char('0' + value); };
        const int four = int(year);
        const char text[] { digit(four / 1000), digit(four / 100 % 10), digit(four / 10 % 10), digit(four % 10), '-',
                            digit(civil.month / 10), digit(civil.month % 10), '-', digit(civil.day / 10), digit(civil.day % 10) };
        out.append(text, sizeof text);
        return;
    }
    const bool isBeforeChrist = spelling == Spelling::Plain && year <= 0;
    if (isBeforeChrist)
        year = 1 - year;
    if (year < 0)
        out += '-';
    else if (year > 9999 && spelling == Spelling::Java)
        out += '+';
    appendPadded(uint64_t(year < 0 ? -year : year), 4, out);
    out += '-';
    appendTwo(civil.month, out);
    out += '-';
    appendTwo(civil.day, out);
    if (isBeforeChrist)
        out += " (BC)";
}

void appendTimeOfDay(int64_t ticks, int unitDigits, int digits, std::string &out)
{
    const int64_t unit = kPowers[size_t(unitDigits)];
    const int64_t second = floorDivide(ticks, unit);
    // 24:00:00 is a time of day for DuckDB; anything else beyond a day is no time.
    appendClock(second == kDaySeconds ? second : second - floorDivide(second, kDaySeconds) * kDaySeconds, out);
    appendFraction(ticks - second * unit, unitDigits, digits, out);
}

void appendTimestamp(int64_t ticks, int unitDigits, int digits, Spelling spelling, std::string &out)
{
    const int64_t unit = kPowers[size_t(unitDigits)];
    const int64_t second = floorDivide(ticks, unit);
    const int64_t day = floorDivide(second, kDaySeconds);
    appendDate(day, spelling, out);
    out += ' ';
    appendClock(second - day * kDaySeconds, out);
    // Without a sign, since second * unit is beyond 64 bits for the lowest value, and only its last ones count.
    appendFraction(int64_t(uint64_t(ticks) - uint64_t(second) * uint64_t(unit)), unitDigits, digits, out);
}

void appendDayTime(int64_t ticks, int unitDigits, int digits, std::string &out)
{
    const uint64_t unit = uint64_t(kPowers[size_t(unitDigits)]);
    const uint64_t magnitude = ticks < 0 ? 0 - uint64_t(ticks) : uint64_t(ticks);
    if (ticks < 0)
        out += '-';
    const uint64_t second = magnitude / unit;
    appendInteger(second / kDaySeconds, out);
    out += ' ';
    appendClock(int64_t(second % kDaySeconds), out);
    appendFraction(int64_t(magnitude % unit), unitDigits, digits, out);
}

void appendYearMonth(int64_t months, std::string &out)
{
    if (months < 0)
        out += '-';
    const int64_t magnitude = months < 0 ? -months : months;
    appendInteger(magnitude / 12, out);
    out += '-';
    appendInteger(magnitude % 12, out);
}

void appendInterval(int32_t months, int32_t days, int64_t nanoseconds, std::string &out)
{
    const size_t start = out.size();
    const auto part = [&](int32_t value, std::string_view name) {
        if (value == 0)
            return;
        if (out.size() > start)
            out += ' ';
        appendInteger(value, out);
        out += name;
        if (value != 1 && value != -1)
            out += 's';
    };
    part(months / 12, " year");
    part(months % 12, " month");
    part(days, " day");
    if (nanoseconds == 0 && out.size() > start)
        return;
    if (out.size() > start)
        out += ' ';
    if (nanoseconds < 0)
        out += '-';
    const uint64_t magnitude = nanoseconds < 0 ? 0 - uint64_t(nanoseconds) : uint64_t(nanoseconds);
    const uint64_t second = magnitude / 1'000'000'000;
    appendPadded(second / 3600, 2, out);
    out += ':';
    appendTwo(int64_t(second / 60 % 60), out);
    out += ':';
    appendTwo(int64_t(second % 60), out);
    appendFraction(int64_t(magnitude % 1'000'000'000), 9, -1, out);
}

namespace {

// What a thread knows of a zone: the offset and how long it holds.
struct KnownZone
{
    const std::chrono::time_zone *zone = nullptr;
    int64_t begin = 0;
    int64_t end = 0;
    int offset = 0;
    bool isKnown = true;
};

// `+HH:MM`, `-HH`, `+HHMM`, `+HH:MM:SS`.
bool parseOffset(std::string_view text, int &seconds)
{
    if (text.size() < 3 || (text[0] != '+' && text[0] != '-'))
        return false;
    std::string digits;
    for (const char c : text.substr(1)) {
        if (c >= '0' && c <= '9')
            digits += c;
        else if (c != ':')
            return false;
    }
    if (digits.size() % 2 != 0 || digits.size() > 6)
        return false;
    int factor = 3600;
    seconds = 0;
    for (size_t i = 0; i < digits.size(); i += 2, factor /= 60)
        seconds += factor * ((digits[i] - '0') * 10 + digits[i + 1] - '0');
    if (text[0] == '-')
        seconds = -seconds;
    return true;
}

KnownZone lookUp(std::string_view name)
{
    KnownZone zone { .begin = std::numeric_limits<int64_t>::min(), .end = std::numeric_limits<int64_t>::max() };
    if (name == "UTC" || name == "Z" || name == "GMT" || parseOffset(name, zone.offset))
        return zone;
    try {
        zone.zone = std::chrono::locate_zone(name);
        zone.begin = zone.end = 0;
    } catch (const std::runtime_error &) { // thrown for a name that the zone database doesn't have
        zone.isKnown = false;
    }
    return zone;
}

} // namespace

int zoneOffset(std::string_view name, int64_t epochSecond, bool *known)
{
    struct Hash
    {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    thread_local std::unordered_map<std::string, KnownZone, Hash, std::equal_to<>> zones;
    auto found = zones.find(name);
    if (found == zones.end())
        found = zones.emplace(std::string(name), lookUp(name)).first;
    KnownZone &zone = found->second;
    if (known)
        *known = zone.isKnown;
    if (zone.zone && (epochSecond < zone.begin || epochSecond >= zone.end)) {
        // std::chrono's calendar ends in the year 32767; rules beyond it are those of its last year.
        constexpr int64_t limit = 900'000'000'000;
        const std::chrono::sys_seconds when(std::chrono::seconds(std::clamp(epochSecond, -limit, limit)));
        const std::chrono::sys_info info = zone.zone->get_info(when);
        zone.begin = info.begin.time_since_epoch().count();
        zone.end = info.end.time_since_epoch().count();
        zone.offset = int(info.offset.count());
    }
    return zone.offset;
}

void appendOffset(int seconds, std::string &out)
{
    out += seconds < 0 ? '-' : '+';
    const int magnitude = std::abs(seconds);
    appendTwo(magnitude / 3600, out);
    if (magnitude % 3600 != 0) {
        out += ':';
        appendTwo(magnitude / 60 % 60, out);
    }
    if (magnitude % 60 != 0) {
        out += ':';
        appendTwo(magnitude % 60, out);
    }
}

static constexpr char kHexDigits[] = "0123456789abcdef";

void appendHex(std::string_view bytes, std::string &out)
{
    const size_t start = out.size();
    out.resize(start + bytes.size() * 2);
    char *to = out.data() + start;
    for (const char byte : bytes) {
        *to++ = kHexDigits[uint8_t(byte) >> 4];
        *to++ = kHexDigits[uint8_t(byte) & 15];
    }
}

void appendBase64(std::string_view bytes, std::string &out)
{
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
    size_t i = 0;
    for (; i + 2 < bytes.size(); i += 3) {
        const uint32_t three = uint32_t(uint8_t(bytes[i])) << 16 | uint32_t(uint8_t(bytes[i + 1])) << 8
            | uint8_t(bytes[i + 2]);
        const char four[4] = { digits[three >> 18], digits[three >> 12 & 63], digits[three >> 6 & 63],
                               digits[three & 63] };
        out.append(four, 4);
    }
    if (i < bytes.size()) {
        const bool isTwo = i + 1 < bytes.size();
        const uint32_t rest = uint32_t(uint8_t(bytes[i])) << 16 | (isTwo ? uint32_t(uint8_t(bytes[i + 1])) << 8 : 0);
        const char four[4] = { digits[rest >> 18], digits[rest >> 12 & 63], isTwo ? digits[rest >> 6 & 63] : '=', '=' };
        out.append(four, 4);
    }
}

void appendUuid(const uint8_t *bytes, std::string &out)
{
    for (int i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out += '-';
        out += kHexDigits[bytes[i] >> 4];
        out += kHexDigits[bytes[i] & 15];
    }
}

void appendJsonString(std::string_view text, std::string &out)
{
    out += '"';
    size_t copied = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const uint8_t c = uint8_t(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        out.append(text, copied, i - copied);
        copied = i + 1;
        switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        default:
            out += "\\u00";
            out += kHexDigits[c >> 4];
            out += kHexDigits[c & 15];
        }
    }
    out.append(text, copied, text.size() - copied);
    out += '"';
}

QString textFromUtf8(std::string_view text)
{
    if (text.empty())
        return QString::fromLatin1(""); // of a view without data fromUtf8() makes a null QString, which is an SQL NULL
    QString result = QString::fromUtf8(text.data(), qsizetype(text.size()));
    if (text.starts_with("\xef\xbb\xbf"))
        result.prepend(QChar(QChar::ByteOrderMark));
    return result;
}

} // namespace Grebe
