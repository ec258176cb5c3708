// SPDX-License-Identifier: Apache-2.0
#include "columnview.h"
#include "valueformatter.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/float16.h>

#include <bit>
#include <limits>
#include <type_traits>

namespace Grebe {

namespace {

constexpr quint64 kSign = quint64(1) << 63;

template<typename T>
quint64 wordOf(T value)
{
    if constexpr (std::is_floating_point_v<T>) {
        using Bits = std::conditional_t<sizeof(T) == 4, quint32, quint64>;
        constexpr Bits sign = Bits(1) << (sizeof(T) * 8 - 1);
        const Bits bits = std::bit_cast<Bits>(value == 0 ? T(0) : value);
        const Bits word = bits & sign ? Bits(~bits) : Bits(bits | sign);
        return value != value ? std::numeric_limits<Bits>::max() : word;
    } else if constexpr (std::is_signed_v<T>) {
        return quint64(qint64(value)) ^ kSign;
    } else {
        return value;
    }
}

// Anything that is one number in the values buffer.
template<typename T>
struct NumberOrder final : ValueOrder
{
    void words(const arrow::ArrayData &data, qint64 first, const quint32 *offsets, qint64 count, quint64 *out) const override
    {
        const T *values = data.GetValues<T>(1) + first;
        if (offsets) {
            for (qint64 i = 0; i < count; ++i)
                out[i] = wordOf(values[offsets[i]]);
        } else {
            for (qint64 i = 0; i < count; ++i)
                out[i] = wordOf(values[i]);
        }
    }
};

// One value at a time, by a function object.
template<typename Read>
struct EachOrder final : ValueOrder
{
    explicit EachOrder(Read read) : read(std::move(read)) { }
    void words(const arrow::ArrayData &data, qint64 first, const quint32 *offsets, qint64 count, quint64 *out) const override
    {
        for (qint64 i = 0; i < count; ++i)
            out[i] = read(data, first + (offsets ? offsets[i] : i));
    }
    const Read read;
};

template<typename Read>
std::unique_ptr<const ValueOrder> eachOrder(Read read)
{
    return std::make_unique<EachOrder<Read>>(std::move(read));
}

struct Decimal128Order final : ValueOrder
{
    Decimal128Order() { form = Form::Wide; }
    Int128 wide(const arrow::ArrayData &data, qint64 row) const override
    {
        Int128 value;
        std::memcpy(&value, data.GetValues<uint8_t>(1, 0) + (data.offset + row) * 16, 16);
        return value;
    }
};

// A decimal of 128 bits in fewer.
template<typename T>
struct NarrowDecimalOrder final : ValueOrder
{
    NarrowDecimalOrder() { form = Form::Wide; }
    Int128 wide(const arrow::ArrayData &data, qint64 row) const override { return data.GetValues<T>(1)[row]; }
};

struct IntervalOrder final : ValueOrder
{
    IntervalOrder() { form = Form::Wide; }
    Int128 wide(const arrow::ArrayData &data, qint64 row) const override
    {
        const auto value = data.GetValues<arrow::MonthDayNanoIntervalType::MonthDayNanos>(1)[row];
        return (Int128(value.months) * 30 + value.days) * 86'400'000'000'000 + value.nanoseconds;
    }
};

template<typename Offset>
struct TextOrder final : ValueOrder
{
    TextOrder() { form = Form::Bytes; }
    std::string_view bytes(const arrow::ArrayData &data, qint64 row) const override
    {
        const Offset *offsets = data.GetValues<Offset>(1) + row;
        return { reinterpret_cast<const char *>(data.buffers[2] ? data.buffers[2]->data() : nullptr) + offsets[0],
                 size_t(offsets[1] - offsets[0]) };
    }
};

struct ViewOrder final : ValueOrder
{
    ViewOrder() { form = Form::Bytes; }
    std::string_view bytes(const arrow::ArrayData &data, qint64 row) const override
    {
        const auto &view = data.GetValues<arrow::BinaryViewType::c_type>(1)[row];
        if (view.is_inline())
            return { reinterpret_cast<const char *>(view.inline_data()), size_t(view.size()) };
        return { reinterpret_cast<const char *>(data.buffers[size_t(view.ref.buffer_index) + 2]->data()) + view.ref.offset,
                 size_t(view.size()) };
    }
};

struct FixedBytesOrder final : ValueOrder
{
    explicit FixedBytesOrder(int width) : m_width(width) { form = Form::Bytes; }
    std::string_view bytes(const arrow::ArrayData &data, qint64 row) const override
    {
        return { reinterpret_cast<const char *>(data.GetValues<uint8_t>(1, 0)) + (data.offset + row) * m_width, size_t(m_width) };
    }
    const int m_width;
};

// A time with a zone of its own in each value: the instant counts.
struct ZonedOrder final : ValueOrder
{
    bool mayHaveNulls(const arrow::ArrayData &data) const override
    {
        return data.GetNullCount() > 0 || data.child_data[0]->GetNullCount() > 0;
    }
    bool isNull(const arrow::ArrayData &data, qint64 row) const override
    {
        return ValueOrder::isNull(data, row) || data.child_data[0]->IsNull(data.offset + row);
    }
    void words(const arrow::ArrayData &data, qint64 first, const quint32 *offsets, qint64 count, quint64 *out) const override
    {
        const qint64 *values = data.child_data[0]->GetValues<qint64>(1) + data.offset + first;
        for (qint64 i = 0; i < count; ++i)
            out[i] = wordOf(values[offsets ? offsets[i] : i]);
    }
};

template<typename Index>
struct DictionaryOrder final : ValueOrder
{
    explicit DictionaryOrder(std::unique_ptr<const ValueOrder> values) : m_values(std::move(values)) { form = m_values->form; }
    static qint64 index(const arrow::ArrayData &data, qint64 row) { return qint64(data.GetValues<Index>(1)[row]); }
    bool mayHaveNulls(const arrow::ArrayData &data) const override
    {
        return data.GetNullCount() > 0 || m_values->mayHaveNulls(*data.dictionary);
    }
    bool isNull(const arrow::ArrayData &data, qint64 row) const override
    {
        return ValueOrder::isNull(data, row) || m_values->isNull(*data.dictionary, index(data, row));
    }
    void words(const arrow::ArrayData &data, qint64 first, const quint32 *offsets, qint64 count, quint64 *out) const override
    {
        const bool mayBeNull = mayHaveNulls(data);
        for (qint64 i = 0; i < count; ++i) {
            const qint64 row = first + (offsets ? offsets[i] : i);
            out[i] = 0;
            if (!mayBeNull || !isNull(data, row)) // the index of a null may be anything
                m_values->words(*data.dictionary, index(data, row), nullptr, 1, out + i);
        }
    }
    Int128 wide(const arrow::ArrayData &data, qint64 row) const override { return m_values->wide(*data.dictionary, index(data, row)); }
    std::string_view bytes(const arrow::ArrayData &data, qint64 row) const override
    {
        return m_values->bytes(*data.dictionary, index(data, row));
    }
    const ValueOrder *dictionaryValues() const override { return m_values.get(); }
    qint64 dictionaryIndex(const arrow::ArrayData &data, qint64 row) const override { return index(data, row); }
    const std::unique_ptr<const ValueOrder> m_values;
};

std::unique_ptr<const ValueOrder> makeDictionaryOrder(const arrow::DictionaryType &type, std::unique_ptr<const ValueOrder> values)
{
    if (!values)
        return nullptr;
    switch (type.index_type()->id()) {
    case arrow::Type::INT8: return std::make_unique<DictionaryOrder<int8_t>>(std::move(values));
    case arrow::Type::UINT8: return std::make_unique<DictionaryOrder<uint8_t>>(std::move(values));
    case arrow::Type::INT16: return std::make_unique<DictionaryOrder<int16_t>>(std::move(values));
    case arrow::Type::UINT16: return std::make_unique<DictionaryOrder<uint16_t>>(std::move(values));
    case arrow::Type::INT32: return std::make_unique<DictionaryOrder<int32_t>>(std::move(values));
    case arrow::Type::UINT32: return std::make_unique<DictionaryOrder<uint32_t>>(std::move(values));
    case arrow::Type::INT64: return std::make_unique<DictionaryOrder<int64_t>>(std::move(values));
    default: return std::make_unique<DictionaryOrder<uint64_t>>(std::move(values));
    }
}

} // namespace

bool ValueOrder::isNull(const arrow::ArrayData &data, qint64 row) const
{
    return data.buffers[0] && !arrow::bit_util::GetBit(data.buffers[0]->data(), data.offset + row);
}

bool ValueOrder::mayHaveNulls(const arrow::ArrayData &data) const
{
    return data.GetNullCount() > 0;
}

void ValueOrder::words(const arrow::ArrayData &, qint64, const quint32 *, qint64, quint64 *) const { }

Int128 ValueOrder::wide(const arrow::ArrayData &, qint64) const
{
    return 0;
}

std::string_view ValueOrder::bytes(const arrow::ArrayData &, qint64) const
{
    return {};
}

std::unique_ptr<const ValueOrder> makeValueOrder(const arrow::Field &field)
{
    const arrow::DataType *type = field.type().get();
    while (type->id() == arrow::Type::EXTENSION)
        type = static_cast<const arrow::ExtensionType *>(type)->storage_type().get();
    switch (type->id()) {
    case arrow::Type::BOOL:
        return eachOrder([](const arrow::ArrayData &data, qint64 row) {
            return quint64(arrow::bit_util::GetBit(data.buffers[1]->data(), data.offset + row));
        });
    case arrow::Type::INT8: return std::make_unique<NumberOrder<int8_t>>();
    case arrow::Type::INT16: return std::make_unique<NumberOrder<int16_t>>();
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::TIME32:
    case arrow::Type::INTERVAL_MONTHS:
    case arrow::Type::DECIMAL32: return std::make_unique<NumberOrder<int32_t>>();
    case arrow::Type::INT64:
    case arrow::Type::DATE64:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::DECIMAL64: return std::make_unique<NumberOrder<int64_t>>();
    case arrow::Type::UINT8: return std::make_unique<NumberOrder<uint8_t>>();
    case arrow::Type::UINT16: return std::make_unique<NumberOrder<uint16_t>>();
    case arrow::Type::UINT32: return std::make_unique<NumberOrder<uint32_t>>();
    case arrow::Type::UINT64: return std::make_unique<NumberOrder<uint64_t>>();
    case arrow::Type::HALF_FLOAT:
        return eachOrder([](const arrow::ArrayData &data, qint64 row) {
            return wordOf(arrow::util::Float16::FromBits(data.GetValues<uint16_t>(1)[row]).ToFloat());
        });
    case arrow::Type::FLOAT: return std::make_unique<NumberOrder<float>>();
    case arrow::Type::DOUBLE: return std::make_unique<NumberOrder<double>>();
    case arrow::Type::DECIMAL128: return std::make_unique<Decimal128Order>();
    case arrow::Type::INTERVAL_DAY_TIME:
        return eachOrder([](const arrow::ArrayData &data, qint64 row) {
            const auto value = data.GetValues<arrow::DayTimeIntervalType::DayMilliseconds>(1)[row];
            return wordOf(qint64(value.days) * 86'400'000 + value.milliseconds);
        });
    case arrow::Type::INTERVAL_MONTH_DAY_NANO: return std::make_unique<IntervalOrder>();
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return std::make_unique<TextOrder<int32_t>>();
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY: return std::make_unique<TextOrder<int64_t>>();
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW: return std::make_unique<ViewOrder>();
    case arrow::Type::FIXED_SIZE_BINARY:
        return std::make_unique<FixedBytesOrder>(static_cast<const arrow::FixedSizeBinaryType &>(*type).byte_width());
    case arrow::Type::DICTIONARY: {
        const auto &dictionary = static_cast<const arrow::DictionaryType &>(*type);
        return makeDictionaryOrder(dictionary, makeValueOrder(*field.WithType(dictionary.value_type())));
    }
    case arrow::Type::STRUCT:
        if (type->num_fields() == 2 && type->field(0)->type()->id() == arrow::Type::TIMESTAMP
            && typeTextOf(field).ends_with("with time zone"))
            return std::make_unique<ZonedOrder>();
        return nullptr;
    default: return nullptr;
    }
}

std::unique_ptr<const ValueOrder> makeStoredOrder(const arrow::Field &field, const std::shared_ptr<arrow::DataType> &stored)
{
    if (field.type()->id() != arrow::Type::DECIMAL128 || stored->id() == arrow::Type::DECIMAL128)
        return makeValueOrder(*field.WithType(stored)); // integers and times are words of the same order
    switch (stored->id()) {
    case arrow::Type::INT8: return std::make_unique<NarrowDecimalOrder<int8_t>>();
    case arrow::Type::INT16: return std::make_unique<NarrowDecimalOrder<int16_t>>();
    case arrow::Type::INT32: return std::make_unique<NarrowDecimalOrder<int32_t>>();
    default: return std::make_unique<NarrowDecimalOrder<int64_t>>();
    }
}

} // namespace Grebe
