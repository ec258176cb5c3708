// SPDX-License-Identifier: Apache-2.0
#include "timestampparser.h"

#include <limits>

namespace Grebe {

namespace {

/// Takes up to `maxDigits` digits off the front; false when there are fewer than `minDigits`.
bool takeDigits(std::string_view &text, int minDigits, int maxDigits, qint64 &value)
{
    int count = 0;
    value = 0;
    while (count < maxDigits && size_t(count) < text.size() && isDigit(text[size_t(count)]))
        value = value * 10 + (text[size_t(count++)] - '0');
    text.remove_prefix(size_t(count));
    return count >= minDigits;
}

bool takeChar(std::string_view &text, char c)
{
    if (text.empty() || text.front() != c)
        return false;
    text.remove_prefix(1);
    return true;
}

bool takeDate(std::string_view &text, qint64 &days)
{
    const bool isNegative = takeChar(text, '-');
    if (!isNegative)
        takeChar(text, '+');
    qint64 year, month, day;
    // Nine digits are all that java.time's years have.
    if (!takeDigits(text, 4, 9, year) || !takeChar(text, '-') || !takeDigits(text, 2, 2, month) || !takeChar(text, '-')
        || !takeDigits(text, 2, 2, day))
        return false;
    if (isNegative)
        year = -year;
    if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, int(month)))
        return false;
    days = daysFromCivil(year, int(month), int(day));
    return true;
}

bool takeClock(std::string_view &text, int fractionDigits, ClockTime &clock)
{
    qint64 hour, minute, second;
    if (!takeDigits(text, 2, 2, hour) || !takeChar(text, ':') || !takeDigits(text, 2, 2, minute) || !takeChar(text, ':')
        || !takeDigits(text, 2, 2, second) || hour > 23 || minute > 59 || second > 59)
        return false;
    clock.seconds = qint32(hour * 3600 + minute * 60 + second);
    clock.fraction = 0;
    if (takeChar(text, '.')) {
        if (text.empty() || !isDigit(text.front()))
            return false;
        int count = 0;
        for (; !text.empty() && isDigit(text.front()); text.remove_prefix(1)) {
            if (count < fractionDigits) {
                clock.fraction = clock.fraction * 10 + (text.front() - '0');
                ++count;
            } else if (text.front() != '0') {
                return false;
            }
        }
        for (; count < fractionDigits; ++count)
            clock.fraction *= 10;
    }
    return true;
}

int hexDigit(char c)
{
    if (isDigit(c))
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

} // namespace

std::optional<qint64> parseDate(std::string_view text)
{
    qint64 days;
    if (!takeDate(text, days) || !text.empty())
        return {};
    return days;
}

std::optional<ClockTime> parseClock(std::string_view text, int fractionDigits)
{
    ClockTime clock;
    if (!takeClock(text, fractionDigits, clock) || !text.empty())
        return {};
    return clock;
}

std::optional<CivilTime> parseCivilTime(std::string_view text, int fractionDigits)
{
    CivilTime time;
    if (!takeDate(text, time.days) || !(takeChar(text, ' ') || takeChar(text, 'T'))
        || !takeClock(text, fractionDigits, time.clock) || !text.empty())
        return {};
    return time;
}

std::optional<qint64> parseDayTimeInterval(std::string_view text)
{
    const bool isNegative = takeChar(text, '-');
    qint64 days;
    ClockTime clock;
    if (!takeDigits(text, 1, 12, days) || !takeChar(text, ' ') || !takeClock(text, 3, clock) || !text.empty())
        return {};
    // Built below zero, where the least value has a place: it is one further from 0 than the greatest.
    const qint64 rest = -(qint64(clock.seconds) * 1000 + clock.fraction);
    qint64 value;
    if (__builtin_mul_overflow(-days, qint64(86400000), &value) || __builtin_add_overflow(value, rest, &value))
        return {};
    if (!isNegative && value == std::numeric_limits<qint64>::min())
        return {};
    return isNegative ? value : -value;
}

std::optional<qint32> parseMonthInterval(std::string_view text)
{
    const bool isNegative = takeChar(text, '-');
    qint64 years, months;
    if (!takeDigits(text, 1, 9, years) || !takeChar(text, '-') || !takeDigits(text, 1, 2, months) || months > 11 || !text.empty())
        return {};
    const qint64 value = (years * 12 + months) * (isNegative ? -1 : 1);
    if (value < std::numeric_limits<qint32>::min() || value > std::numeric_limits<qint32>::max())
        return {};
    return qint32(value);
}

bool parseUuid(std::string_view text, char *out)
{
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-')
        return false;
    for (size_t i = 0; i < 36;) {
        if (text[i] == '-') {
            if (i != 8 && i != 13 && i != 18 && i != 23)
                return false;
            ++i;
            continue;
        }
        const int high = hexDigit(text[i]), low = hexDigit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        *out++ = char(high << 4 | low);
        i += 2;
    }
    return true;
}

} // namespace Grebe
