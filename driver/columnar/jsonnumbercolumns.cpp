// SPDX-License-Identifier: Apache-2.0
#include "decimalparser.h"
#include "jsonfixedcolumn.h"

#include <charconv>
#include <limits>

namespace Grebe {

namespace {

class NullColumn final : public JsonColumn
{
public:
    using JsonColumn::JsonColumn;
    const char *scan(const char *p, const char *) override
    {
        if (std::memcmp(p, "null", 4) != 0 || !endsCell(p[4]))
            return nullptr;
        ++m_length;
        return p + 4;
    }
    Outcome appendText(std::string_view) override { return Outcome::Unparsable; }
    Outcome appendNull() override
    {
        ++m_length;
        return Outcome::Ok;
    }
    void truncate(qint64 length) override { m_length = std::min(m_length, length); }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        return arrow::ArrayData::Make(m_type, m_length, {nullptr}, m_length);
    }
};

/// Bits, not bytes: the one flat column that is not a JsonFixedColumn.
class BooleanColumn final : public JsonColumn
{
public:
    using JsonColumn::JsonColumn;
    const char *scan(const char *p, const char *) override
    {
        if (m_length == m_capacity)
            return nullptr;
        const bool isTrue = std::memcmp(p, "true", 4) == 0;
        if (!isTrue && std::memcmp(p, "false", 5) != 0)
            return nullptr;
        put(isTrue);
        return p + (isTrue ? 4 : 5);
    }
    Outcome appendText(std::string_view text) override
    {
        if (text == "true" || text == "false")
            return appendBoolean(text == "true");
        return Outcome::Unparsable;
    }
    Outcome appendNull() override
    {
        if (!markNull())
            return Outcome::OutOfMemory;
        put(false);
        return Outcome::Ok;
    }
    bool reserve(qint64 rows) override
    {
        return rows <= m_capacity || (m_values.reserve((rows + 7) / 8) && JsonColumn::reserve(rows));
    }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        auto validity = takeValidity();
        auto data = m_values.take((m_length + 7) / 8);
        if (!data || (m_nullCount && !validity))
            return nullptr;
        return arrow::ArrayData::Make(m_type, m_length, {std::move(validity), std::move(data)}, m_nullCount);
    }

protected:
    Outcome appendBoolean(bool value) override
    {
        if (!ensureRoom())
            return Outcome::OutOfMemory;
        put(value);
        return Outcome::Ok;
    }

private:
    void put(bool value)
    {
        char &byte = m_values.data()[m_length >> 3];
        const int bit = int(m_length & 7);
        // The first bit of a byte clears the others, which are then defined too.
        byte = bit ? char((byte & ~(1 << bit)) | int(value) << bit) : char(value);
        ++m_length;
    }

    ColumnBuffer m_values;
};

template<typename T>
class IntegerColumn final : public JsonFixedColumn<T>
{
public:
    using Outcome = JsonColumn::Outcome;
    using JsonFixedColumn<T>::JsonFixedColumn;
    const char *scan(const char *p, const char *) override
    {
        const bool isNegative = *p == '-';
        p += isNegative;
        quint64 magnitude;
        int count;
        const char *behind = scanDigits(p, magnitude, count);
        if (uint(count - 1) > 17 || (*p == '0' && count > 1) || !endsCell(*behind) || !this->hasRoom())
            return nullptr;
        const qint64 value = isNegative ? -qint64(magnitude) : qint64(magnitude);
        if constexpr (sizeof(T) < sizeof(qint64)) {
            if (value != qint64(T(value)))
                return nullptr;
        }
        this->put(T(value));
        return behind;
    }
    Outcome appendText(std::string_view text) override
    {
        T value;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size())
            return Outcome::Unparsable;
        return this->append(value);
    }
};

constexpr double kExactPowers[23] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

template<typename T>
class RealColumn final : public JsonFixedColumn<T>
{
public:
    using Outcome = JsonColumn::Outcome;
    using JsonFixedColumn<T>::JsonFixedColumn;
    const char *scan(const char *p, const char *end) override
    {
        // A mantissa that T holds exactly, times or divided by a power of ten that T holds exactly, is rounded once and
        // so correctly: W. D. Clinger, "How to read floating point numbers accurately".
        constexpr bool isDouble = sizeof(T) == sizeof(double);
        constexpr quint64 greatestMantissa = isDouble ? 1ull << 53 : 1ull << 24;
        constexpr int greatestPower = isDouble ? 22 : 10;
        if (!this->hasRoom())
            return nullptr;
        const char *const start = p;
        const bool isNegative = *p == '-';
        p += isNegative;
        quint64 mantissa;
        int count;
        const char *behind = scanDigits(p, mantissa, count);
        if (count == 0 || (*p == '0' && count > 1))
            return nullptr;
        int exponent = 0;
        if (*behind == '.') {
            quint64 fraction;
            int fractionCount;
            behind = scanDigits(behind + 1, fraction, fractionCount);
            if (fractionCount == 0)
                return nullptr;
            count += fractionCount;
            if (count > 19)
                return nullptr;
            mantissa = mantissa * kPowersOfTen[fractionCount] + fraction;
            exponent = -fractionCount;
        }
        if ((*behind | 0x20) == 'e') {
            ++behind;
            const bool isFraction = *behind == '-';
            behind += isFraction || *behind == '+';
            quint64 power;
            int powerCount;
            behind = scanDigits(behind, power, powerCount);
            if (powerCount == 0 || powerCount > 3)
                return nullptr;
            exponent += isFraction ? -int(power) : int(power);
        }
        if (!endsCell(*behind) || behind > end)
            return nullptr;
        T value;
        if (count <= 19 && mantissa <= greatestMantissa && exponent >= -greatestPower && exponent <= greatestPower) [[likely]] {
            value = exponent < 0 ? T(mantissa) / T(kExactPowers[-exponent]) : T(mantissa) * T(kExactPowers[exponent]);
            value = isNegative ? -value : value;
        } else if (const auto result = std::from_chars(start, behind, value); result.ec != std::errc() || result.ptr != behind) {
            return nullptr;
        }
        this->put(value);
        return behind;
    }
    Outcome appendText(std::string_view text) override
    {
        T value;
        if (text == "NaN") {
            value = std::numeric_limits<T>::quiet_NaN();
        } else if (text == "Infinity" || text == "-Infinity") {
            value = text[0] == '-' ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
        } else {
            // from_chars also reads "inf" and "nan", which are nobody's text.
            if (text.empty() || !(isDigit(text.back()) || text.back() == '.'))
                return Outcome::Unparsable;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
            if (error != std::errc() || end != text.data() + text.size())
                return Outcome::Unparsable; // too large or too small for T: never rounded to infinity or 0
        }
        return this->append(value);
    }
};

class DecimalColumn final : public JsonFixedColumn<Int128>
{
public:
    explicit DecimalColumn(const JsonColumnSpec &spec)
        : JsonFixedColumn(spec), m_precision(spec.precision), m_scale(spec.scale)
    {
    }
    const char *scan(const char *p, const char *) override
    {
        if (*p != '"' || !hasRoom())
            return nullptr;
        ++p;
        const bool isNegative = *p == '-';
        p += isNegative;
        quint64 value;
        int count;
        const char *behind = scanDigits(p, value, count);
        if (count == 0)
            return nullptr;
        if (m_scale > 0) {
            if (*behind != '.')
                return nullptr;
            quint64 fraction;
            int fractionCount;
            behind = scanDigits(behind + 1, fraction, fractionCount);
            count += fractionCount;
            if (fractionCount != m_scale || count > 18)
                return nullptr;
            value = value * kPowersOfTen[fractionCount] + fraction;
        }
        if (*behind != '"' || count > 18 || (m_precision < 18 && value >= kPowersOfTen[m_precision]))
            return nullptr;
        put(isNegative ? -Int128(value) : Int128(value));
        return behind + 1;
    }
    Outcome appendText(std::string_view text) override
    {
        Int128 value;
        return parseDecimal(text, m_precision, m_scale, value) ? append(value) : Outcome::Unparsable;
    }

private:
    int m_precision;
    int m_scale;
};

} // namespace

std::unique_ptr<JsonColumn> makeJsonNumberColumn(const JsonColumnSpec &spec)
{
    switch (spec.kind) {
    case JsonColumnSpec::Kind::Null:
        return std::make_unique<NullColumn>(spec);
    case JsonColumnSpec::Kind::Boolean:
        return std::make_unique<BooleanColumn>(spec);
    case JsonColumnSpec::Kind::Int8:
        return std::make_unique<IntegerColumn<qint8>>(spec);
    case JsonColumnSpec::Kind::Int16:
        return std::make_unique<IntegerColumn<qint16>>(spec);
    case JsonColumnSpec::Kind::Int32:
        return std::make_unique<IntegerColumn<qint32>>(spec);
    case JsonColumnSpec::Kind::Int64:
        return std::make_unique<IntegerColumn<qint64>>(spec);
    case JsonColumnSpec::Kind::Float:
        return std::make_unique<RealColumn<float>>(spec);
    case JsonColumnSpec::Kind::Double:
        return std::make_unique<RealColumn<double>>(spec);
    case JsonColumnSpec::Kind::Decimal:
        return std::make_unique<DecimalColumn>(spec);
    default:
        return nullptr;
    }
}

} // namespace Grebe
