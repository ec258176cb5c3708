// SPDX-License-Identifier: Apache-2.0
#include "decimalparser.h"
#include "jsonfixedcolumn.h"
#include "timestampparser.h"
#include "zonecache.h"

#include <algorithm>
#include <limits>

namespace Grebe {

namespace {

/// seconds * 10^digits + fraction; false when 64 bits are too few.
bool joinSeconds(qint64 seconds, qint64 fraction, int digits, qint64 &value)
{
    // The product alone may be out of range where the sum is not: just above the least value.
    const Int128 joined = Int128(seconds) * qint64(kPowersOfTen[digits]) + fraction;
    value = qint64(joined);
    return value == joined;
}

/// Reads a fraction `.123` with at most `digits` digits, or nothing, up to the byte behind it.
inline const char *scanFraction(const char *p, int digits, qint64 &fraction)
{
    fraction = 0;
    if (*p != '.')
        return p;
    quint64 value;
    int count;
    p = scanDigits(p + 1, value, count);
    if (count == 0 || count > digits)
        return nullptr;
    fraction = qint64(value * kPowersOfTen[digits - count]);
    return p;
}

class DateColumn final : public JsonFixedColumn<qint32>
{
public:
    using JsonFixedColumn::JsonFixedColumn;
    const char *scan(const char *p, const char *) override
    {
        qint32 days;
        if (p[0] != '"' || p[11] != '"' || !hasRoom() || !scanDate(p + 1, days))
            return nullptr;
        put(days);
        return p + 12;
    }
    Outcome appendText(std::string_view text) override
    {
        const auto days = parseDate(text);
        if (!days)
            return Outcome::Unparsable;
        return *days == qint32(*days) ? append(qint32(*days)) : Outcome::Overflow;
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }
};

template<typename T>
class TimeColumn final : public JsonFixedColumn<T>
{
public:
    using Outcome = JsonColumn::Outcome;
    explicit TimeColumn(const JsonColumnSpec &spec) : JsonFixedColumn<T>(spec), m_digits(spec.precision) { }
    const char *scan(const char *p, const char *) override
    {
        qint32 seconds;
        if (*p != '"' || !this->hasRoom() || !scanClock(p + 1, seconds))
            return nullptr;
        qint64 fraction;
        p = scanFraction(p + 9, m_digits, fraction);
        if (!p || *p != '"')
            return nullptr;
        this->put(T(seconds * qint64(kPowersOfTen[m_digits]) + fraction));
        return p + 1;
    }
    Outcome appendText(std::string_view text) override
    {
        const auto clock = parseClock(text, m_digits);
        if (!clock)
            return Outcome::Unparsable;
        return this->append(T(clock->seconds * qint64(kPowersOfTen[m_digits]) + clock->fraction));
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }

private:
    int m_digits;
};

/// Reads `"YYYY-MM-DD HH:MM:SS.fff`; returns the place behind it.
inline const char *scanCivilTime(const char *p, int digits, qint64 &seconds, qint64 &fraction)
{
    qint32 days, clock;
    if (p[0] != '"' || p[11] != ' ' || !scanDate(p + 1, days) || !scanClock(p + 12, clock))
        return nullptr;
    seconds = days * qint64(86400) + clock;
    return scanFraction(p + 20, digits, fraction);
}

class TimestampColumn final : public JsonFixedColumn<qint64>
{
public:
    explicit TimestampColumn(const JsonColumnSpec &spec) : JsonFixedColumn(spec), m_digits(spec.precision) { }
    const char *scan(const char *p, const char *) override
    {
        if (!hasRoom())
            return nullptr;
        qint64 seconds, fraction, value;
        p = scanCivilTime(p, m_digits, seconds, fraction);
        if (!p || *p != '"' || !joinSeconds(seconds, fraction, m_digits, value))
            return nullptr;
        put(value);
        return p + 1;
    }
    Outcome appendText(std::string_view text) override
    {
        const auto time = parseCivilTime(text, m_digits);
        if (!time)
            return Outcome::Unparsable;
        qint64 value;
        if (!joinSeconds(time->days * 86400 + time->clock.seconds, time->clock.fraction, m_digits, value))
            return Outcome::Overflow;
        return append(value);
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }

private:
    int m_digits;
};

/// struct<value: timestamp[unit, UTC], zone: utf8>. The parts are written by columns of their own, so that each cell has
/// a place in both.
class ZonedTimestampColumn final : public JsonColumn
{
public:
    explicit ZonedTimestampColumn(const JsonColumnSpec &spec)
        : JsonColumn(spec), m_digits(spec.precision), m_values(partSpec(spec, 0, JsonColumnSpec::Kind::Int64)),
          m_zones(makeJsonTextColumn(partSpec(spec, 1, JsonColumnSpec::Kind::Text)))
    {
    }
    const char *scan(const char *p, const char *end) override
    {
        qint64 seconds, fraction;
        p = scanCivilTime(p, m_digits, seconds, fraction);
        if (!p || *p != ' ')
            return nullptr;
        ++p;
        const auto *quote = static_cast<const char *>(std::memchr(p, '"', size_t(std::clamp<qint64>(end - p, 0, 64))));
        if (!quote || std::memchr(p, '\\', size_t(quote - p)))
            return nullptr;
        return append(seconds, fraction, std::string_view(p, size_t(quote - p))) == Outcome::Ok ? quote + 1 : nullptr;
    }
    Outcome appendText(std::string_view text) override
    {
        const size_t blank = text.rfind(' ');
        if (blank == text.npos)
            return Outcome::Unparsable;
        const auto time = parseCivilTime(text.substr(0, blank), m_digits);
        if (!time || blank + 1 == text.size())
            return Outcome::Unparsable;
        return append(time->days * 86400 + time->clock.seconds, time->clock.fraction, text.substr(blank + 1));
    }
    Outcome appendNull() override
    {
        if (!markNull() || m_values.put(0) != Outcome::Ok || m_zones->appendText({}) != Outcome::Ok)
            return Outcome::OutOfMemory;
        ++m_length;
        return Outcome::Ok;
    }
    void truncate(qint64 length) override
    {
        JsonColumn::truncate(length);
        m_values.truncate(length);
        m_zones->truncate(length);
    }
    bool reserve(qint64 rows) override { return m_values.reserve(rows) && m_zones->reserve(rows) && JsonColumn::reserve(rows); }
    void reserveBytes(const qint64 *&sizes, double factor) override { m_zones->reserveBytes(sizes, factor); }
    void appendSizes(std::vector<qint64> &sizes) const override { m_zones->appendSizes(sizes); }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        auto validity = takeValidity();
        auto values = m_values.finish();
        auto zones = m_zones->finish();
        if (!values || !zones || (m_nullCount && !validity))
            return nullptr;
        return arrow::ArrayData::Make(m_type, m_length, {std::move(validity)}, {std::move(values), std::move(zones)},
                                      m_nullCount);
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }

private:
    class Values final : public JsonFixedColumn<qint64>
    {
    public:
        using JsonFixedColumn::JsonFixedColumn;
        const char *scan(const char *, const char *) override { return nullptr; }
        Outcome appendText(std::string_view) override { return Outcome::Unparsable; }
        Outcome put(qint64 value) { return append(value); }
    };

    static JsonColumnSpec partSpec(const JsonColumnSpec &spec, int part, JsonColumnSpec::Kind kind)
    {
        JsonColumnSpec made;
        made.kind = kind;
        made.type = spec.children.at(size_t(part)).type;
        return made;
    }
    Outcome append(qint64 localSeconds, qint64 fraction, std::string_view zone)
    {
        const auto utc = m_cache.toUtc(localSeconds, zone);
        qint64 value;
        if (!utc || !joinSeconds(*utc, fraction, m_digits, value))
            return Outcome::Overflow;
        if (!ensureRoom() || m_values.put(value) != Outcome::Ok)
            return Outcome::OutOfMemory;
        const Outcome outcome = m_zones->appendText(zone);
        if (outcome != Outcome::Ok) {
            m_values.truncate(m_length);
            return outcome;
        }
        ++m_length;
        return Outcome::Ok;
    }

    int m_digits;
    Values m_values;
    std::unique_ptr<JsonColumn> m_zones;
    ZoneCache m_cache;
};

template<typename T, auto parse>
class IntervalColumn final : public JsonFixedColumn<T>
{
public:
    using Outcome = JsonColumn::Outcome;
    using JsonFixedColumn<T>::JsonFixedColumn;
    const char *scan(const char *p, const char *end) override
    {
        if (*p != '"')
            return nullptr;
        ++p;
        const auto *quote = static_cast<const char *>(std::memchr(p, '"', size_t(std::clamp<qint64>(end - p, 0, 40))));
        if (!quote)
            return nullptr;
        const auto value = parse(std::string_view(p, size_t(quote - p)));
        return value && this->append(*value) == Outcome::Ok ? quote + 1 : nullptr;
    }
    Outcome appendText(std::string_view text) override
    {
        const auto value = parse(text);
        return value ? this->append(*value) : Outcome::Unparsable;
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }
};

} // namespace

std::unique_ptr<JsonColumn> makeJsonTimeColumn(const JsonColumnSpec &spec)
{
    switch (spec.kind) {
    case JsonColumnSpec::Kind::Date:
        return std::make_unique<DateColumn>(spec);
    case JsonColumnSpec::Kind::Time:
        if (spec.precision <= 3)
            return std::make_unique<TimeColumn<qint32>>(spec);
        return std::make_unique<TimeColumn<qint64>>(spec);
    case JsonColumnSpec::Kind::Timestamp:
        return std::make_unique<TimestampColumn>(spec);
    case JsonColumnSpec::Kind::ZonedTimestamp:
        return std::make_unique<ZonedTimestampColumn>(spec);
    case JsonColumnSpec::Kind::DayTimeInterval:
        return std::make_unique<IntervalColumn<qint64, parseDayTimeInterval>>(spec);
    case JsonColumnSpec::Kind::MonthInterval:
        return std::make_unique<IntervalColumn<qint32, parseMonthInterval>>(spec);
    default:
        return nullptr;
    }
}

} // namespace Grebe
