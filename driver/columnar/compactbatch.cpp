// SPDX-License-Identifier: Apache-2.0
#include "compactbatch.h"
#include "decimalparser.h"

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

namespace Grebe {

namespace {

constexpr qint64 kLeastRows = 1024; // below, a dictionary's own frame is most of it
constexpr qint64 kRowsPerEntry = 8; // a dictionary pays when at most one value in so many is new

using DataPtr = std::shared_ptr<arrow::ArrayData>;

bool isNullAt(const arrow::ArrayData &data, qint64 row)
{
    return data.buffers[0] && !arrow::bit_util::GetBit(data.buffers[0]->data(), data.offset + row);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> validityOf(const arrow::ArrayData &data, qint64 first, qint64 count)
{
    if (!data.buffers[0])
        return nullptr;
    if (data.offset + first == 0)
        return data.buffers[0];
    return arrow::internal::CopyBitmap(arrow::default_memory_pool(), data.buffers[0]->data(), data.offset + first, count);
}

// ---- integers

// Numbers that need not be aligned: other programs' arrays may lie anywhere.
template<typename T>
class Values
{
public:
    explicit Values(const arrow::ArrayData &data) : m_bytes(data.GetValues<uint8_t>(1, 0) + data.offset * qint64(sizeof(T))) { }
    T operator[](qint64 row) const
    {
        T value;
        std::memcpy(&value, m_bytes + row * qint64(sizeof(T)), sizeof(T));
        return value;
    }

private:
    const uint8_t *m_bytes;
};

template<typename From, typename To>
DataPtr converted(const arrow::ArrayData &data, const std::shared_ptr<arrow::DataType> &type)
{
    const auto validity = validityOf(data, 0, data.length);
    auto values = arrow::AllocateBuffer(data.length * qint64(sizeof(To)));
    if (!validity.ok() || !values.ok())
        return nullptr;
    const Values<From> in(data);
    To *out = reinterpret_cast<To *>((*values)->mutable_data());
    if (*validity) {
        for (qint64 i = 0; i < data.length; ++i)
            out[i] = isNullAt(data, i) ? To(0) : To(in[i]); // what stands where a null is may be anything
    } else {
        for (qint64 i = 0; i < data.length; ++i)
            out[i] = To(in[i]);
    }
    return arrow::ArrayData::Make(type, data.length, { *validity, std::move(*values) }, data.null_count.load());
}

template<typename From>
DataPtr narrowed(const arrow::ArrayData &data)
{
    const Values<From> values(data);
    From least = 0, most = 0;
    if (data.GetNullCount() > 0) {
        for (qint64 i = 0; i < data.length; ++i) {
            const From value = isNullAt(data, i) ? From(0) : values[i];
            least = std::min(least, value);
            most = std::max(most, value);
        }
    } else {
        for (qint64 i = 0; i < data.length; ++i) {
            least = std::min(least, values[i]);
            most = std::max(most, values[i]);
        }
    }
    const auto fits = [&]<typename To>(To) {
        return sizeof(To) < sizeof(From) && least >= From(std::numeric_limits<To>::min()) && most <= From(std::numeric_limits<To>::max());
    };
    if constexpr (!std::is_unsigned_v<From>) {
        if (fits(int8_t()))
            return converted<From, int8_t>(data, arrow::int8());
        if (fits(int16_t()))
            return converted<From, int16_t>(data, arrow::int16());
        if (fits(int32_t()))
            return converted<From, int32_t>(data, arrow::int32());
        if (fits(int64_t()))
            return converted<From, int64_t>(data, arrow::int64());
    } else {
        if (fits(uint8_t()))
            return converted<From, uint8_t>(data, arrow::uint8());
        if (fits(uint16_t()))
            return converted<From, uint16_t>(data, arrow::uint16());
        if (fits(uint32_t()))
            return converted<From, uint32_t>(data, arrow::uint32());
    }
    return nullptr;
}

// ---- texts

template<typename Index>
DataPtr indices(const arrow::ArrayData &data, const std::vector<int> &entries, const std::shared_ptr<arrow::DataType> &indexType,
                DataPtr dictionary)
{
    const auto validity = validityOf(data, 0, data.length);
    auto values = arrow::AllocateBuffer(data.length * qint64(sizeof(Index)));
    if (!validity.ok() || !values.ok())
        return nullptr;
    std::ranges::transform(entries, reinterpret_cast<Index *>((*values)->mutable_data()), [](int entry) { return Index(entry); });
    auto made = arrow::ArrayData::Make(arrow::dictionary(indexType, data.type), data.length, { *validity, std::move(*values) },
                                       data.null_count.load());
    made->dictionary = std::move(dictionary);
    return made;
}

template<typename Offset>
DataPtr dictionaryOf(const arrow::ArrayData &data)
{
    const Offset *offsets = data.GetValues<Offset>(1);
    const char *text = data.buffers[2] ? reinterpret_cast<const char *>(data.buffers[2]->data()) : "";
    const qint64 most = std::min<qint64>(data.length / kRowsPerEntry, std::numeric_limits<int16_t>::max());
    std::unordered_map<std::string_view, int> known;
    std::vector<std::string_view> values;
    std::vector<int> entries(static_cast<size_t>(data.length), 0);
    qint64 byteCount = 0;
    std::string_view last; // the same value often comes again and again
    int lastEntry = -1;
    for (qint64 i = 0; i < data.length; ++i) {
        if (isNullAt(data, i))
            continue;
        const std::string_view value(text + offsets[i], size_t(offsets[i + 1] - offsets[i]));
        if (lastEntry < 0 || value != last) {
            const auto [found, isNew] = known.try_emplace(value, int(values.size()));
            if (isNew) {
                // Most texts show early that no dictionary pays.
                if (qint64(values.size()) >= most || (i < kLeastRows && qint64(values.size()) > kLeastRows * 3 / 4))
                    return nullptr;
                values.push_back(value);
                byteCount += qint64(value.size());
            }
            last = value;
            lastEntry = found->second;
        }
        entries[size_t(i)] = lastEntry;
    }
    if (values.empty())
        return nullptr;
    auto newOffsets = arrow::AllocateBuffer(qint64(sizeof(Offset) * (values.size() + 1)));
    auto bytes = arrow::AllocateBuffer(byteCount);
    if (!newOffsets.ok() || !bytes.ok())
        return nullptr;
    auto *offset = reinterpret_cast<Offset *>((*newOffsets)->mutable_data());
    auto *byte = (*bytes)->mutable_data();
    *offset = 0;
    for (const std::string_view value : values) {
        byte = std::ranges::copy(value, byte).out;
        offset[1] = Offset(offset[0] + Offset(value.size()));
        ++offset;
    }
    auto dictionary = arrow::ArrayData::Make(data.type, qint64(values.size()), { nullptr, std::move(*newOffsets), std::move(*bytes) }, 0);
    if (values.size() <= size_t(std::numeric_limits<int8_t>::max()))
        return indices<int8_t>(data, entries, arrow::int8(), std::move(dictionary));
    return indices<int16_t>(data, entries, arrow::int16(), std::move(dictionary));
}

// Null when nothing pays.
DataPtr compactColumn(const arrow::ArrayData &data)
{
    switch (data.type->id()) {
    case arrow::Type::INT16: return narrowed<int16_t>(data);
    case arrow::Type::INT32:
    case arrow::Type::DATE32:
    case arrow::Type::TIME32:
    case arrow::Type::DECIMAL32: return narrowed<int32_t>(data);
    case arrow::Type::INT64:
    case arrow::Type::DATE64:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::DECIMAL64: return narrowed<int64_t>(data);
    case arrow::Type::UINT16: return narrowed<uint16_t>(data);
    case arrow::Type::UINT32: return narrowed<uint32_t>(data);
    case arrow::Type::UINT64: return narrowed<uint64_t>(data);
    case arrow::Type::DECIMAL128: return narrowed<Int128>(data);
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return dictionaryOf<int32_t>(data);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY: return dictionaryOf<int64_t>(data);
    default: return nullptr;
    }
}

// ---- and back

template<typename From, typename To>
void widen(const arrow::ArrayData &stored, qint64 first, qint64 count, uint8_t *out)
{
    const From *in = stored.GetValues<From>(1) + first;
    To *to = reinterpret_cast<To *>(out);
    for (qint64 i = 0; i < count; ++i)
        to[i] = To(in[i]);
}

template<typename To>
void widenSigned(const arrow::ArrayData &stored, qint64 first, qint64 count, uint8_t *out)
{
    switch (stored.type->id()) {
    case arrow::Type::INT8: return widen<int8_t, To>(stored, first, count, out);
    case arrow::Type::INT16: return widen<int16_t, To>(stored, first, count, out);
    case arrow::Type::INT32: return widen<int32_t, To>(stored, first, count, out);
    default: return widen<int64_t, To>(stored, first, count, out);
    }
}

template<typename To>
void widenUnsigned(const arrow::ArrayData &stored, qint64 first, qint64 count, uint8_t *out)
{
    switch (stored.type->id()) {
    case arrow::Type::UINT8: return widen<uint8_t, To>(stored, first, count, out);
    case arrow::Type::UINT16: return widen<uint16_t, To>(stored, first, count, out);
    default: return widen<uint32_t, To>(stored, first, count, out);
    }
}

template<typename Offset, typename Index>
arrow::Result<DataPtr> textOf(const arrow::ArrayData &stored, const std::shared_ptr<arrow::DataType> &type, qint64 first, qint64 count)
{
    const Index *entries = stored.GetValues<Index>(1) + first;
    const arrow::ArrayData &dictionary = *stored.dictionary;
    const Offset *from = dictionary.GetValues<Offset>(1);
    const uint8_t *text = dictionary.buffers[2] ? dictionary.buffers[2]->data() : nullptr;
    ARROW_ASSIGN_OR_RAISE(auto validity, validityOf(stored, first, count));
    ARROW_ASSIGN_OR_RAISE(auto offsets, arrow::AllocateBuffer((count + 1) * qint64(sizeof(Offset))));
    auto *offset = reinterpret_cast<Offset *>(offsets->mutable_data());
    offset[0] = 0;
    for (qint64 i = 0; i < count; ++i) {
        const Offset length = isNullAt(stored, first + i) ? Offset(0) : Offset(from[entries[i] + 1] - from[entries[i]]);
        offset[i + 1] = Offset(offset[i] + length);
    }
    ARROW_ASSIGN_OR_RAISE(auto bytes, arrow::AllocateBuffer(offset[count]));
    for (qint64 i = 0; i < count; ++i) {
        if (offset[i + 1] > offset[i])
            std::copy_n(text + from[entries[i]], offset[i + 1] - offset[i], bytes->mutable_data() + offset[i]);
    }
    return arrow::ArrayData::Make(type, count, { std::move(validity), std::move(offsets), std::move(bytes) });
}

} // namespace

std::shared_ptr<arrow::RecordBatch> compacted(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    if (batch->num_rows() < kLeastRows)
        return batch;
    std::vector<DataPtr> columns;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    bool isChanged = false;
    for (int i = 0; i < batch->num_columns(); ++i) {
        const DataPtr &whole = batch->column_data()[size_t(i)];
        DataPtr column = compactColumn(*whole);
        isChanged |= bool(column);
        fields.push_back(column ? batch->schema()->field(i)->WithType(column->type) : batch->schema()->field(i));
        columns.push_back(column ? std::move(column) : whole);
    }
    if (!isChanged)
        return batch;
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields), batch->schema()->metadata()), batch->num_rows(), std::move(columns));
}

arrow::Result<DataPtr> widened(const arrow::ArrayData &stored, const std::shared_ptr<arrow::DataType> &type, qint64 first, qint64 count)
{
    if (stored.type->Equals(*type))
        return stored.Slice(first, count);
    if (stored.type->id() == arrow::Type::DICTIONARY) {
        const bool isLarge = type->id() == arrow::Type::LARGE_STRING || type->id() == arrow::Type::LARGE_BINARY;
        const bool isByte = static_cast<const arrow::DictionaryType &>(*stored.type).index_type()->id() == arrow::Type::INT8;
        if (isLarge)
            return isByte ? textOf<int64_t, int8_t>(stored, type, first, count) : textOf<int64_t, int16_t>(stored, type, first, count);
        return isByte ? textOf<int32_t, int8_t>(stored, type, first, count) : textOf<int32_t, int16_t>(stored, type, first, count);
    }
    const int width = static_cast<const arrow::FixedWidthType &>(*type).bit_width() / 8;
    ARROW_ASSIGN_OR_RAISE(auto validity, validityOf(stored, first, count));
    ARROW_ASSIGN_OR_RAISE(auto values, arrow::AllocateBuffer(count * width));
    uint8_t *out = values->mutable_data();
    if (arrow::is_unsigned_integer(type->id())) {
        switch (width) {
        case 2: widenUnsigned<uint16_t>(stored, first, count, out); break;
        case 4: widenUnsigned<uint32_t>(stored, first, count, out); break;
        default: widenUnsigned<uint64_t>(stored, first, count, out);
        }
    } else {
        switch (width) {
        case 2: widenSigned<int16_t>(stored, first, count, out); break;
        case 4: widenSigned<int32_t>(stored, first, count, out); break;
        case 8: widenSigned<int64_t>(stored, first, count, out); break;
        default: widenSigned<Int128>(stored, first, count, out);
        }
    }
    return arrow::ArrayData::Make(type, count, { std::move(validity), std::move(values) });
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> widened(const arrow::RecordBatch &stored, const std::shared_ptr<arrow::Schema> &schema,
                                                           qint64 first, qint64 count)
{
    std::vector<DataPtr> columns;
    for (int i = 0; i < stored.num_columns(); ++i) {
        ARROW_ASSIGN_OR_RAISE(auto column, widened(*stored.column_data(i), schema->field(i)->type(), first, count));
        columns.push_back(std::move(column));
    }
    return arrow::RecordBatch::Make(schema, count, std::move(columns));
}

} // namespace Grebe
