// SPDX-License-Identifier: Apache-2.0
#include "valueformatter.h"

#include "extension/columnformatter.h"

#include <QDateTime>
#include <QTimeZone>
#include <QUuid>

#include <arrow/array/data.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/binary_view_util.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>
#include <arrow/util/key_value_metadata.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace Grebe {

namespace {

struct BooleanValue final : ValueFormatter
{
    BooleanValue() { metaType = QMetaType::fromType<bool>(); }
    static bool value(const arrow::ArrayData &data, int64_t row)
    {
        return arrow::bit_util::GetBit(data.buffers[1]->data(), data.offset + row);
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        out += value(data, row) ? "true" : "false";
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        text(data, row, out, limit);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override { return value(data, row); }
};

template<typename Stored, typename Given>
struct IntegerValue final : ValueFormatter
{
    IntegerValue()
    {
        metaType = QMetaType::fromType<Given>();
        isNumeric = true;
        precision = std::numeric_limits<Stored>::digits10 + 1;
        scale = 0;
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendInteger(data.GetValues<Stored>(1)[row], out);
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendInteger(data.GetValues<Stored>(1)[row], out);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        return QVariant::fromValue(Given(data.GetValues<Stored>(1)[row]));
    }
};

float fromHalf(uint16_t bits)
{
    return arrow::util::Float16::FromBits(bits).ToFloat();
}
float fromHalf(float value)
{
    return value;
}
double fromHalf(double value)
{
    return value;
}

template<typename Stored>
struct RealValue final : ValueFormatter
{
    using Given = decltype(fromHalf(Stored()));

    explicit RealValue(Spelling spelling) : m_spelling(spelling)
    {
        metaType = QMetaType::fromType<Given>();
        isNumeric = true;
    }
    static Given value(const arrow::ArrayData &data, int64_t row) { return fromHalf(data.GetValues<Stored>(1)[row]); }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendReal(value(data, row), m_spelling, out);
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const Given real = value(data, row);
        const bool isFinite = std::isfinite(real);
        if (!isFinite)
            out += '"';
        appendReal(real, m_spelling, out);
        if (!isFinite)
            out += '"';
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        return QVariant::fromValue(value(data, row));
    }

    const Spelling m_spelling;
};

// Values whose JSON is their text in quotes and whose text holds nothing that JSON escapes.
struct QuotedValue : ValueFormatter
{
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        out += '"';
        text(data, row, out, kNoLimit);
        out += '"';
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override { return textVariant(data, row); }
    QString textVariant(const arrow::ArrayData &data, int64_t row) const
    {
        std::string buffer;
        text(data, row, buffer, kNoLimit);
        return textFromUtf8(buffer);
    }
};

struct DecimalValue final : QuotedValue
{
    explicit DecimalValue(const arrow::DecimalType &type) : m_bytes(type.byte_width())
    {
        isNumeric = true;
        precision = type.precision();
        scale = type.scale();
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const uint8_t *value = data.buffers[1]->data() + (data.offset + row) * m_bytes;
        switch (m_bytes) {
        case 4: {
            int32_t number;
            memcpy(&number, value, sizeof number);
            appendDecimal64(number, scale, out);
            return;
        }
        case 8: {
            int64_t number;
            memcpy(&number, value, sizeof number);
            appendDecimal64(number, scale, out);
            return;
        }
        case 16: {
            const arrow::BasicDecimal128 number(value);
            appendDecimal128(number.high_bits(), number.low_bits(), scale, out);
            return;
        }
        default: {
            const std::string digits = arrow::Decimal256(value).ToIntegerString();
            const bool isNegative = digits.starts_with('-');
            appendScaled(std::string_view(digits).substr(isNegative ? 1 : 0), isNegative, scale, out);
        }
        }
    }

    const int m_bytes;
};

// How each Arrow layout of bytes gives one value's.
template<typename Offset>
struct OffsetBytes
{
    static std::string_view value(const arrow::ArrayData &data, int64_t row)
    {
        const Offset *offsets = data.GetValues<Offset>(1);
        const Offset begin = offsets[row];
        const Offset end = offsets[row + 1];
        return begin == end ? std::string_view()
                            : std::string_view(reinterpret_cast<const char *>(data.buffers[2]->data()) + begin,
                                               size_t(end - begin));
    }
};

struct ViewBytes
{
    static std::string_view value(const arrow::ArrayData &data, int64_t row)
    {
        const auto &view = data.GetValues<arrow::BinaryViewType::c_type>(1)[row];
        return arrow::util::FromBinaryView(view, data.buffers.data() + 2);
    }
};

template<typename Bytes>
struct TextValue final : ValueFormatter
{
    TextValue() { isText = true; }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        std::string_view value = Bytes::value(data, row);
        if (limit != kNoLimit)
            value = value.substr(0, limit > out.size() ? limit - out.size() : 0);
        out += value;
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        std::string_view value = Bytes::value(data, row);
        if (limit != kNoLimit)
            value = value.substr(0, limit > out.size() ? limit - out.size() : 0);
        appendJsonString(value, out);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        return textFromUtf8(Bytes::value(data, row));
    }
};

// A uuid that travels as text.
template<typename Bytes>
struct UuidTextValue final : QuotedValue
{
    UuidTextValue() { metaType = QMetaType::fromType<QUuid>(); }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        out += Bytes::value(data, row);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        const std::string_view value = Bytes::value(data, row);
        return QUuid::fromString(QLatin1StringView(value.data(), qsizetype(value.size())));
    }
};

struct UuidValue final : QuotedValue
{
    UuidValue() { metaType = QMetaType::fromType<QUuid>(); }
    static const uint8_t *value(const arrow::ArrayData &data, int64_t row)
    {
        return data.buffers[1]->data() + (data.offset + row) * 16;
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendUuid(value(data, row), out);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        return QUuid::fromRfc4122(QByteArrayView(value(data, row), 16));
    }
};

template<typename Bytes>
struct BytesValue final : ValueFormatter
{
    BytesValue() { metaType = QMetaType::fromType<QByteArray>(); }
    explicit BytesValue(int width) : BytesValue() { m_width = width; }

    std::string_view value(const arrow::ArrayData &data, int64_t row) const
    {
        if constexpr (std::is_void_v<Bytes>)
            return { reinterpret_cast<const char *>(data.buffers[1]->data()) + (data.offset + row) * m_width,
                     size_t(m_width) };
        else
            return Bytes::value(data, row);
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        std::string_view bytes = value(data, row);
        if (limit != kNoLimit)
            bytes = bytes.substr(0, limit > out.size() ? limit - out.size() : 0);
        appendHex(bytes, out);
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        out += '"';
        appendBase64(value(data, row), out);
        out += '"';
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        const std::string_view bytes = value(data, row);
        // A null QByteArray would be an SQL NULL.
        return bytes.empty() ? QByteArray("") : QByteArray(bytes.data(), qsizetype(bytes.size()));
    }

    int m_width = 0;
};

template<typename Stored>
struct DateValue final : QuotedValue
{
    explicit DateValue(Spelling spelling) : m_spelling(spelling) { metaType = QMetaType::fromType<QDate>(); }

    static int64_t days(const arrow::ArrayData &data, int64_t row)
    {
        const int64_t value = data.GetValues<Stored>(1)[row];
        if constexpr (sizeof(Stored) == 8) // date64 counts milliseconds
            return value / 86'400'000 - (value % 86'400'000 < 0 ? 1 : 0);
        else
            return value;
    }
    // DuckDB's dates of no day.
    static constexpr int64_t kInfinity = std::numeric_limits<int32_t>::max();

    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const int64_t day = days(data, row);
        if (m_spelling == Spelling::Plain && (day == kInfinity || day == -kInfinity))
            out += day < 0 ? "-infinity" : "infinity";
        else
            appendDate(day, m_spelling, out);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        const int64_t day = days(data, row);
        const CivilDay civil = civilDay(day);
        if (civil.year < 1 || civil.year > 9999)
            return textVariant(data, row);
        return QDate(int(civil.year), civil.month, civil.day);
    }

    const Spelling m_spelling;
};

template<typename Stored>
struct TimeValue final : QuotedValue
{
    TimeValue(int unitDigits, int digits, int precisionDigits) : m_unitDigits(unitDigits), m_digits(digits)
    {
        if (precisionDigits <= 3 && unitDigits <= 3)
            metaType = QMetaType::fromType<QTime>();
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendTimeOfDay(data.GetValues<Stored>(1)[row], m_unitDigits, m_digits, out);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        if (metaType != QMetaType::fromType<QTime>())
            return textVariant(data, row);
        const int64_t ticks = data.GetValues<Stored>(1)[row];
        const QTime time = QTime::fromMSecsSinceStartOfDay(int(m_unitDigits == 0 ? ticks * 1000 : ticks));
        return time.isValid() ? QVariant(time) : QVariant(textVariant(data, row));
    }

    const int m_unitDigits;
    const int m_digits;
};

QTimeZone timeZoneNamed(std::string_view name)
{
    thread_local QHash<QByteArray, QTimeZone> zones;
    const QByteArray id(name.data(), qsizetype(name.size()));
    const auto found = zones.constFind(id);
    if (found != zones.cend())
        return *found;
    bool known = false;
    const int offset = zoneOffset(name, 0, &known);
    // A zone that QTimeZone doesn't know gives an invalid one: the value is then handed out as text.
    QTimeZone zone = name == "UTC" ? QTimeZone(QTimeZone::UTC)
        : name.starts_with('+') || name.starts_with('-')
        ? QTimeZone::fromSecondsAheadOfUtc(offset)
        : QTimeZone(id);
    return zones.insert(id, zone).value();
}

struct TimestampFormat
{
    int unitDigits;
    int digits; // of the fraction; -1: as needed
    int precisionDigits;
    Spelling spelling;

    bool isExactInMilliseconds() const { return unitDigits <= 3 && precisionDigits <= 3; }
    int64_t unit() const
    {
        int64_t unit = 1;
        for (int i = 0; i < unitDigits; ++i)
            unit *= 10;
        return unit;
    }
    int64_t second(int64_t ticks) const { return ticks / unit() - (ticks % unit() < 0 ? 1 : 0); }
    bool isInfinite(int64_t ticks) const
    {
        constexpr int64_t limit = std::numeric_limits<int64_t>::max();
        return spelling == Spelling::Plain && (ticks == limit || ticks == -limit);
    }
    void append(int64_t ticks, int offset, std::string &out) const
    {
        int64_t local;
        if (isInfinite(ticks))
            out += ticks < 0 ? "-infinity" : "infinity";
        else if (!__builtin_add_overflow(ticks, offset * unit(), &local))
            appendTimestamp(local, unitDigits, digits, spelling, out);
        else
            appendTimestamp(ticks, unitDigits, digits, spelling, out);
    }
    // Invalid where QDateTime can't say it.
    QDateTime dateTime(int64_t ticks, const QTimeZone &zone) const
    {
        int64_t milliseconds = ticks;
        if (isInfinite(ticks) || !zone.isValid()
            || (unitDigits == 0 && __builtin_mul_overflow(ticks, int64_t(1000), &milliseconds)))
            return {};
        return QDateTime::fromMSecsSinceEpoch(milliseconds, zone);
    }
};

struct TimestampValue final : QuotedValue
{
    TimestampValue(const TimestampFormat &format, const std::string &zone) : m_format(format), m_zone(zone)
    {
        if (format.isExactInMilliseconds())
            metaType = QMetaType::fromType<QDateTime>();
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const int64_t ticks = data.GetValues<int64_t>(1)[row];
        if (m_zone.empty() || m_format.isInfinite(ticks)) {
            m_format.append(ticks, 0, out);
            return;
        }
        const int offset = zoneOffset(m_zone, m_format.second(ticks));
        m_format.append(ticks, offset, out);
        if (m_format.spelling == Spelling::Java) {
            out += ' ';
            out += m_zone;
        } else {
            appendOffset(offset, out);
        }
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        if (m_format.isExactInMilliseconds()) {
            const QDateTime dateTime = m_format.dateTime(
                data.GetValues<int64_t>(1)[row], m_zone.empty() ? QTimeZone(QTimeZone::UTC) : timeZoneNamed(m_zone));
            if (dateTime.isValid())
                return dateTime;
        }
        return textVariant(data, row);
    }

    const TimestampFormat m_format;
    const std::string m_zone;
};

// Trino's `timestamp with time zone`, whose zone is part of each value: struct<timestamp, utf8>.
struct ZonedTimestampValue final : QuotedValue
{
    ZonedTimestampValue(const TimestampFormat &format, ValueFormatterPtr zone)
        : m_format(format), m_zone(std::move(zone))
    {
        if (format.isExactInMilliseconds())
            metaType = QMetaType::fromType<QDateTime>();
    }
    bool isNull(const arrow::ArrayData &data, int64_t row) const override
    {
        return data.IsNull(row) || data.child_data[0]->IsNull(data.offset + row);
    }
    const std::string &zone(const arrow::ArrayData &data, int64_t row) const
    {
        thread_local std::string name;
        name.clear();
        const arrow::ArrayData &zones = *data.child_data[1];
        if (!m_zone->isNull(zones, data.offset + row))
            m_zone->text(zones, data.offset + row, name, kNoLimit);
        if (name.empty())
            name = "UTC";
        return name;
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const int64_t ticks = data.child_data[0]->GetValues<int64_t>(1)[data.offset + row];
        const std::string &name = zone(data, row);
        bool isKnown = true;
        const int offset = zoneOffset(name, m_format.second(ticks), &isKnown);
        m_format.append(ticks, offset, out);
        out += ' ';
        // In a zone that this system doesn't know the local time can't be said; the instant can.
        out += isKnown ? name : std::string("UTC");
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        if (m_format.isExactInMilliseconds()) {
            const int64_t ticks = data.child_data[0]->GetValues<int64_t>(1)[data.offset + row];
            const QDateTime dateTime = m_format.dateTime(ticks, timeZoneNamed(zone(data, row)));
            if (dateTime.isValid())
                return dateTime;
        }
        return textVariant(data, row);
    }

    const TimestampFormat m_format;
    const ValueFormatterPtr m_zone;
};

struct DurationValue final : QuotedValue
{
    DurationValue(int unitDigits, int digits) : m_unitDigits(unitDigits), m_digits(digits) { }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendDayTime(data.GetValues<int64_t>(1)[row], m_unitDigits, m_digits, out);
    }

    const int m_unitDigits;
    const int m_digits;
};

struct MonthIntervalValue final : QuotedValue
{
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        appendYearMonth(data.GetValues<int32_t>(1)[row], out);
    }
};

struct DayTimeIntervalValue final : QuotedValue
{
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const auto value = data.GetValues<arrow::DayTimeIntervalType::DayMilliseconds>(1)[row];
        appendDayTime(int64_t(value.days) * 86'400'000 + value.milliseconds, 3, 3, out);
    }
};

struct IntervalValue final : QuotedValue
{
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t) const override
    {
        const auto value = data.GetValues<arrow::MonthDayNanoIntervalType::MonthDayNanos>(1)[row];
        appendInterval(value.months, value.days, value.nanoseconds, out);
    }
};

struct NullValue final : QuotedValue
{
    bool isNull(const arrow::ArrayData &, int64_t) const override { return true; }
    void text(const arrow::ArrayData &, int64_t, std::string &, size_t) const override { }
};

struct UnknownValue final : ValueFormatter
{
    explicit UnknownValue(const arrow::DataType &type) : m_text('<' + type.ToString() + '>') { }
    void text(const arrow::ArrayData &, int64_t, std::string &out, size_t) const override { out += m_text; }
    void json(const arrow::ArrayData &, int64_t, std::string &out, size_t) const override
    {
        appendJsonString(m_text, out);
    }
    QVariant variant(const arrow::ArrayData &, int64_t) const override { return textFromUtf8(m_text); }

    const std::string m_text;
};

std::string metadataValue(const arrow::Field &field, const char *key)
{
    if (!field.metadata())
        return {};
    const int index = field.metadata()->FindKey(key);
    return index < 0 ? std::string() : field.metadata()->value(index);
}

int unitDigitsOf(arrow::TimeUnit::type unit)
{
    switch (unit) {
    case arrow::TimeUnit::SECOND: return 0;
    case arrow::TimeUnit::MILLI: return 3;
    case arrow::TimeUnit::MICRO: return 6;
    case arrow::TimeUnit::NANO: return 9;
    }
    return 9;
}

// The 3 of `timestamp(3) with time zone`; -1 when the type text has none.
int precisionIn(const std::string &typeText)
{
    const size_t open = typeText.find('(');
    int precision = -1;
    if (open != std::string::npos)
        std::from_chars(typeText.data() + open + 1, typeText.data() + typeText.size(), precision);
    return precision;
}

template<typename Bytes>
ValueFormatterPtr makeText(bool isUuid)
{
    if (isUuid)
        return std::make_unique<UuidTextValue<Bytes>>();
    return std::make_unique<TextValue<Bytes>>();
}

} // namespace

ValueFormatter::~ValueFormatter() = default;

bool ValueFormatter::isNull(const arrow::ArrayData &data, int64_t row) const
{
    return data.buffers[0] && !arrow::bit_util::GetBit(data.buffers[0]->data(), data.offset + row);
}

void ValueFormatter::jsonOrNull(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const
{
    if (isNull(data, row))
        out += "null";
    else
        json(data, row, out, limit);
}

QVariant ValueFormatter::variantOrNull(const arrow::ArrayData &data, int64_t row) const
{
    return isNull(data, row) ? QVariant(metaType) : variant(data, row);
}

std::string typeTextOf(const arrow::Field &field)
{
    const std::string text = metadataValue(field, kTypeKey);
    return text.empty() ? field.type()->ToString() : text;
}

ValueFormatterPtr makeValueFormatter(const arrow::Field &field, Spelling spelling)
{
    const std::string typeText = metadataValue(field, kTypeKey);
    // Trino writes its types in small letters (but INTERVAL DAY TO SECOND, whose value has only one form), DuckDB in
    // capitals.
    if (!typeText.empty())
        spelling = typeText[0] >= 'a' && typeText[0] <= 'z' ? Spelling::Java : Spelling::Plain;
    std::string extension = metadataValue(field, "ARROW:extension:name");
    const arrow::DataType *type = field.type().get();
    while (type->id() == arrow::Type::EXTENSION) {
        const auto &extended = static_cast<const arrow::ExtensionType &>(*type);
        extension = extended.extension_name();
        type = extended.storage_type().get();
    }
    const bool isUuid = extension == "arrow.uuid" || typeText == "uuid" || typeText == "UUID";
    const int typePrecision = precisionIn(typeText);
    const auto fractionDigits = [&](int unitDigits) {
        return typePrecision >= 0 ? typePrecision : spelling == Spelling::Java ? unitDigits : -1;
    };
    const auto timestampFormat = [&](const arrow::DataType &timestamp) {
        const int unit = unitDigitsOf(static_cast<const arrow::TimestampType &>(timestamp).unit());
        return TimestampFormat { unit, fractionDigits(unit), typePrecision >= 0 ? typePrecision : unit, spelling };
    };

    switch (type->id()) {
    case arrow::Type::NA: return std::make_unique<NullValue>();
    case arrow::Type::BOOL: return std::make_unique<BooleanValue>();
    case arrow::Type::INT8: return std::make_unique<IntegerValue<int8_t, int>>();
    case arrow::Type::INT16: return std::make_unique<IntegerValue<int16_t, int>>();
    case arrow::Type::INT32: return std::make_unique<IntegerValue<int32_t, int>>();
    case arrow::Type::INT64: return std::make_unique<IntegerValue<int64_t, qlonglong>>();
    case arrow::Type::UINT8: return std::make_unique<IntegerValue<uint8_t, uint>>();
    case arrow::Type::UINT16: return std::make_unique<IntegerValue<uint16_t, uint>>();
    case arrow::Type::UINT32: return std::make_unique<IntegerValue<uint32_t, uint>>();
    case arrow::Type::UINT64: return std::make_unique<IntegerValue<uint64_t, qulonglong>>();
    case arrow::Type::HALF_FLOAT: return std::make_unique<RealValue<uint16_t>>(spelling);
    case arrow::Type::FLOAT: return std::make_unique<RealValue<float>>(spelling);
    case arrow::Type::DOUBLE: return std::make_unique<RealValue<double>>(spelling);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
        return std::make_unique<DecimalValue>(static_cast<const arrow::DecimalType &>(*type));
    case arrow::Type::STRING: {
        ValueFormatterPtr text = makeText<OffsetBytes<int32_t>>(isUuid);
        if (typeText == "number") // Trino's decimal of any scale, which no Arrow decimal holds
            const_cast<ValueFormatter &>(*text).isNumeric = true;
        return text;
    }
    case arrow::Type::LARGE_STRING: return makeText<OffsetBytes<int64_t>>(isUuid);
    case arrow::Type::STRING_VIEW: return makeText<ViewBytes>(isUuid);
    case arrow::Type::BINARY: return std::make_unique<BytesValue<OffsetBytes<int32_t>>>();
    case arrow::Type::LARGE_BINARY: return std::make_unique<BytesValue<OffsetBytes<int64_t>>>();
    case arrow::Type::BINARY_VIEW: return std::make_unique<BytesValue<ViewBytes>>();
    case arrow::Type::FIXED_SIZE_BINARY: {
        const int width = static_cast<const arrow::FixedSizeBinaryType &>(*type).byte_width();
        if (isUuid && width == 16)
            return std::make_unique<UuidValue>();
        return std::make_unique<BytesValue<void>>(width);
    }
    case arrow::Type::DATE32: return std::make_unique<DateValue<int32_t>>(spelling);
    case arrow::Type::DATE64: return std::make_unique<DateValue<int64_t>>(spelling);
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: {
        const int unit = unitDigitsOf(static_cast<const arrow::TimeType &>(*type).unit());
        const int precisionDigits = typePrecision >= 0 ? typePrecision : unit;
        if (type->id() == arrow::Type::TIME32)
            return std::make_unique<TimeValue<int32_t>>(unit, fractionDigits(unit), precisionDigits);
        return std::make_unique<TimeValue<int64_t>>(unit, fractionDigits(unit), precisionDigits);
    }
    case arrow::Type::TIMESTAMP:
        return std::make_unique<TimestampValue>(timestampFormat(*type),
                                                static_cast<const arrow::TimestampType &>(*type).timezone());
    case arrow::Type::DURATION: {
        const int unit = unitDigitsOf(static_cast<const arrow::DurationType &>(*type).unit());
        return std::make_unique<DurationValue>(unit, unit);
    }
    case arrow::Type::INTERVAL_MONTHS: return std::make_unique<MonthIntervalValue>();
    case arrow::Type::INTERVAL_DAY_TIME: return std::make_unique<DayTimeIntervalValue>();
    case arrow::Type::INTERVAL_MONTH_DAY_NANO: return std::make_unique<IntervalValue>();
    case arrow::Type::STRUCT:
        if (type->num_fields() == 2 && typeText.ends_with("with time zone")
            && type->field(0)->type()->id() == arrow::Type::TIMESTAMP)
            return std::make_unique<ZonedTimestampValue>(timestampFormat(*type->field(0)->type()),
                                                         makeValueFormatter(*type->field(1), spelling));
        break;
    default: break;
    }
    if (ValueFormatterPtr nested = makeNestedFormatter(field, *type, spelling))
        return nested;
    return std::make_unique<UnknownValue>(*type);
}

} // namespace Grebe
