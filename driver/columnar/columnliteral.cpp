// SPDX-License-Identifier: Apache-2.0
#include "columnliteral.h"
#include "timestampparser.h"
#include "valueformatter.h"
#include "zonecache.h"

#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <bit>
#include <charconv>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr Int128 kMost = Int128(~UInt128(0) >> 1);

std::unexpected<Error> expected(std::string_view text, const QString &what)
{
    return std::unexpected(Error { .code = Error::Code::InvalidArgument,
        .message = u"“%1” is not %2."_s.arg(QString::fromUtf8(text.data(), qsizetype(text.size())), what) });
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

LiteralStep below(const LiteralStep &magnitude)
{
    // The mirror image of a value between two steps has its floor one further from 0.
    return { -magnitude.floor - (magnitude.isExact ? 0 : 1), magnitude.isExact };
}

// A number in steps of 10^-scale.
std::optional<LiteralStep> scaledNumber(std::string_view text, int scale)
{
    const bool isNegative = text.starts_with('-');
    if (isNegative || text.starts_with('+'))
        text.remove_prefix(1);
    std::string digits;
    qint64 exponent = 0;
    bool hasPoint = false;
    size_t i = 0;
    for (; i < text.size() && (isDigit(text[i]) || (text[i] == '.' && !hasPoint)); ++i) {
        if (text[i] == '.') {
            hasPoint = true;
            continue;
        }
        digits += text[i];
        exponent -= hasPoint;
    }
    if (digits.empty())
        return {};
    if (i < text.size()) {
        int typed = 0;
        std::string_view rest = text.substr(i + 1);
        if ((text[i] != 'e' && text[i] != 'E') || rest.empty())
            return {};
        if (rest.starts_with('+'))
            rest.remove_prefix(1);
        const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), typed);
        if (read.ec != std::errc() || read.ptr != rest.data() + rest.size() || typed > 1'000'000 || typed < -1'000'000)
            return {};
        exponent += typed;
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    LiteralStep step;
    exponent += scale;
    if (!digits.empty() && qint64(digits.size()) + exponent > 38) {
        step = { kMost - 1, false }; // beyond all values of any type
    } else {
        const qint64 whole = qint64(digits.size()) + exponent; // digits in front of the last step
        for (qint64 at = 0; at < whole; ++at)
            step.floor = step.floor * 10 + (at < qint64(digits.size()) ? digits[size_t(at)] - '0' : 0);
        const size_t rest = size_t(std::clamp<qint64>(whole, 0, qint64(digits.size())));
        step.isExact = digits.find_first_not_of('0', rest) == digits.npos;
    }
    return isNegative ? below(step) : step;
}

constexpr int kFractionDigits = 18;

Int128 unitOf(int digits)
{
    return Int128(powerOfTen128(digits));
}

int digitsOf(arrow::TimeUnit::type unit)
{
    return 3 * int(unit); // SECOND, MILLI, MICRO, NANO
}

// From 10^-18 seconds to steps.
LiteralStep toStep(Int128 value, int unitDigits)
{
    const Int128 divisor = unitOf(kFractionDigits - unitDigits);
    const Int128 rest = value % divisor;
    return { value / divisor - (rest < 0 ? 1 : 0), rest == 0 };
}

std::string withSeconds(std::string_view clock)
{
    return clock.size() == 5 ? std::string(clock) + ":00" : std::string(clock);
}

// A date, or date and time, in steps of 10^-18 seconds since 1970 in UTC.
std::optional<Int128> instant(std::string_view text, const std::string &defaultZone)
{
    const Int128 second = unitOf(kFractionDigits);
    const size_t dateEnd = text.find_first_of(" T", 1);
    std::string_view clock = dateEnd == text.npos ? std::string_view() : text.substr(dateEnd + 1);
    const size_t clockEnd = std::min(clock.find_first_not_of("0123456789:."), clock.size());
    const std::string_view zone = trimmed(clock.substr(clockEnd));
    clock = clock.substr(0, clockEnd);
    const auto days = parseDate(text.substr(0, dateEnd));
    const auto time = clock.empty() ? std::optional(ClockTime {}) : parseClock(withSeconds(clock), kFractionDigits);
    if (!days || !time)
        return {};
    qint64 seconds = *days * 86400 + time->seconds;
    const std::string name = zone.empty() ? defaultZone : std::string(zone);
    if (!name.empty()) {
        // `+02` is what DuckDB shows.
        const std::string whole = name.size() == 3 && (name[0] == '+' || name[0] == '-') ? name + ":00" : name;
        ZoneCache zones;
        const auto utc = zones.toUtc(seconds, whole);
        if (!utc)
            return {};
        seconds = *utc;
    }
    return Int128(seconds) * second + time->fraction;
}

const arrow::DataType &storageOf(const arrow::DataType &type)
{
    const arrow::DataType *storage = &type;
    while (storage->id() == arrow::Type::EXTENSION)
        storage = static_cast<const arrow::ExtensionType *>(storage)->storage_type().get();
    return *storage;
}

} // namespace

Result<LiteralStep> parseLiteralStep(std::string_view typed, const arrow::Field &field)
{
    const std::string_view text = trimmed(typed);
    const arrow::DataType *type = &storageOf(*field.type());
    const auto number = [&](int scale, const QString &what) -> Result<LiteralStep> {
        if (const auto step = scaledNumber(text, scale))
            return *step;
        return expected(text, what);
    };
    std::string zone;
    if (type->id() == arrow::Type::STRUCT) { // a timestamp whose zone is in each value
        type = type->field(0)->type().get();
        zone = "UTC";
    }
    switch (type->id()) {
    case arrow::Type::BOOL:
        if (text == "true" || text == "TRUE" || text == "1" || text == "t")
            return LiteralStep { 1 };
        if (text == "false" || text == "FALSE" || text == "0" || text == "f")
            return LiteralStep { 0 };
        return expected(text, u"true or false"_s);
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64: return number(0, u"a number"_s);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128: return number(static_cast<const arrow::DecimalType &>(*type).scale(), u"a number"_s);
    case arrow::Type::DATE32:
    case arrow::Type::DATE64: {
        const auto value = instant(text, {});
        if (!value)
            return expected(text, u"a date such as 2024-05-31"_s);
        LiteralStep step = toStep(*value, 3);
        if (type->id() == arrow::Type::DATE32) {
            const Int128 rest = step.floor % 86'400'000;
            step = { step.floor / 86'400'000 - (rest < 0 ? 1 : 0), step.isExact && rest == 0 };
        }
        return step;
    }
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: {
        const auto time = parseClock(withSeconds(text), kFractionDigits);
        if (!time)
            return expected(text, u"a time of day such as 23:59:59.5"_s);
        return toStep(Int128(time->seconds) * unitOf(kFractionDigits) + time->fraction,
                      digitsOf(static_cast<const arrow::TimeType &>(*type).unit()));
    }
    case arrow::Type::TIMESTAMP: {
        const auto &timestamp = static_cast<const arrow::TimestampType &>(*type);
        const auto value = instant(text, zone.empty() ? timestamp.timezone() : zone);
        if (!value)
            return expected(text, u"a date and time such as 2024-05-31 23:59:59.5"_s);
        return toStep(*value, digitsOf(timestamp.unit()));
    }
    case arrow::Type::DURATION:
    case arrow::Type::INTERVAL_DAY_TIME: {
        const auto value = parseDayTimeInterval(text);
        if (!value)
            return expected(text, u"a duration such as 3 04:05:06.789"_s);
        const int digits = type->id() == arrow::Type::DURATION ? digitsOf(static_cast<const arrow::DurationType &>(*type).unit()) : 3;
        return toStep(Int128(*value) * unitOf(kFractionDigits - 3), digits);
    }
    case arrow::Type::INTERVAL_MONTHS: {
        const auto value = parseMonthInterval(text);
        if (!value)
            return expected(text, u"an interval such as 1-6, years and months"_s);
        return LiteralStep { *value };
    }
    default:
        return std::unexpected(Error { .code = Error::Code::NotImplemented,
            .message = u"Values of type %1 can't be compared with what is typed."_s.arg(QString::fromStdString(typeTextOf(field))),
            .hint = u"Search their text with “contains” or a regular expression."_s });
    }
}

Result<quint64> parseLiteralReal(std::string_view typed, const arrow::DataType &type)
{
    std::string_view text = trimmed(typed);
    if (text.starts_with('+'))
        text.remove_prefix(1);
    const auto read = [&]<typename T>(T value) -> Result<quint64> {
        using Bits = std::conditional_t<sizeof(T) == 4, quint32, quint64>;
        constexpr Bits sign = Bits(1) << (sizeof(T) * 8 - 1);
        const auto end = text.data() + text.size();
        const auto result = std::from_chars(text.data(), end, value);
        if (text.empty() || result.ptr != end || result.ec == std::errc::invalid_argument)
            return expected(text, u"a number"_s);
        if (result.ec == std::errc::result_out_of_range) {
            // Too large or too small to tell: the sign of the exponent says which.
            const size_t exponent = text.find_first_of("eE");
            const bool isTiny = exponent != text.npos && text.substr(exponent + 1).starts_with('-');
            value = isTiny ? T(0) : text.starts_with('-') ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
        }
        if (value != value)
            return std::numeric_limits<Bits>::max();
        const Bits bits = std::bit_cast<Bits>(value == 0 ? T(0) : value);
        return bits & sign ? Bits(~bits) : Bits(bits | sign);
    };
    return type.id() == arrow::Type::DOUBLE ? read(double()) : read(float());
}

Result<std::string> parseLiteralBytes(std::string_view text, const arrow::Field &field)
{
    const arrow::DataType &type = storageOf(*field.type());
    switch (type.id()) {
    case arrow::Type::FIXED_SIZE_BINARY: {
        std::string bytes(16, '\0');
        if (static_cast<const arrow::FixedSizeBinaryType &>(type).byte_width() == 16 && parseUuid(trimmed(text), bytes.data()))
            return bytes;
        [[fallthrough]];
    }
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::BINARY_VIEW: {
        std::string_view digits = trimmed(text);
        if (digits.starts_with("0x") || digits.starts_with("\\x"))
            digits.remove_prefix(2);
        std::string bytes;
        for (size_t i = 0; i + 1 < digits.size(); i += 2) {
            uchar byte = 0;
            if (std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16).ptr != digits.data() + i + 2)
                return expected(text, u"bytes in hexadecimal, two digits each"_s);
            bytes += char(byte);
        }
        if (digits.size() % 2)
            return expected(text, u"bytes in hexadecimal, two digits each"_s);
        return bytes;
    }
    default: return std::string(text);
    }
}

} // namespace Grebe
