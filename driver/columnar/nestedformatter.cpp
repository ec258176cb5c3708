// SPDX-License-Identifier: Apache-2.0
#include "valueformatter.h"
#include "valuetext.h"

#include <arrow/array/data.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace Grebe {

namespace {

// Values that hold values. Their text is their JSON: one form that a person and a program can both read.
struct NestedValue : ValueFormatter
{
    NestedValue()
    {
        isNested = true;
        metaType = QMetaType::fromType<QVariantList>();
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        json(data, row, out, limit);
    }
};

struct Range
{
    int64_t begin;
    int64_t end;
};

template<typename Offset>
struct OffsetRange
{
    Range operator()(const arrow::ArrayData &data, int64_t row) const
    {
        const Offset *offsets = data.GetValues<Offset>(1);
        return { offsets[row], offsets[row + 1] };
    }
};

template<typename Offset>
struct ViewRange
{
    Range operator()(const arrow::ArrayData &data, int64_t row) const
    {
        const int64_t begin = data.GetValues<Offset>(1)[row];
        return { begin, begin + data.GetValues<Offset>(2)[row] };
    }
};

struct FixedRange
{
    int64_t size = 0;
    Range operator()(const arrow::ArrayData &data, int64_t row) const
    {
        return { (data.offset + row) * size, (data.offset + row + 1) * size };
    }
};

template<typename Ranges>
struct ListValue final : NestedValue
{
    explicit ListValue(ValueFormatterPtr element, Ranges ranges = {}) : m_element(std::move(element)), m_ranges(ranges)
    {
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        const Range range = m_ranges(data, row);
        const arrow::ArrayData &elements = *data.child_data[0];
        out += '[';
        for (int64_t i = range.begin; i < range.end && out.size() < limit; ++i) {
            if (i > range.begin)
                out += ',';
            m_element->jsonOrNull(elements, i, out, limit);
        }
        out += ']';
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        const Range range = m_ranges(data, row);
        QVariantList list;
        list.reserve(range.end - range.begin);
        for (int64_t i = range.begin; i < range.end; ++i)
            list << m_element->variantOrNull(*data.child_data[0], i);
        return list;
    }

    const ValueFormatterPtr m_element;
    const Ranges m_ranges;
};

struct MapValue final : NestedValue
{
    MapValue(ValueFormatterPtr key, ValueFormatterPtr value) : m_key(std::move(key)), m_value(std::move(value))
    {
        if (m_key->isText)
            metaType = QMetaType::fromType<QVariantMap>();
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        const Range range = OffsetRange<int32_t>()(data, row);
        const arrow::ArrayData &entries = *data.child_data[0];
        out += '[';
        for (int64_t i = range.begin; i < range.end && out.size() < limit; ++i) {
            out += i > range.begin ? ",[" : "[";
            m_key->jsonOrNull(*entries.child_data[0], entries.offset + i, out, limit);
            out += ',';
            m_value->jsonOrNull(*entries.child_data[1], entries.offset + i, out, limit);
            out += ']';
        }
        out += ']';
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        const Range range = OffsetRange<int32_t>()(data, row);
        const arrow::ArrayData &entries = *data.child_data[0];
        QVariantMap map;
        QVariantList pairs;
        for (int64_t i = range.begin; i < range.end; ++i) {
            const QVariant key = m_key->variantOrNull(*entries.child_data[0], entries.offset + i);
            const QVariant value = m_value->variantOrNull(*entries.child_data[1], entries.offset + i);
            if (m_key->isText)
                map.insert(key.toString(), value);
            else
                pairs << QVariant(QVariantList { key, value });
        }
        return m_key->isText ? QVariant(map) : QVariant(pairs);
    }

    const ValueFormatterPtr m_key;
    const ValueFormatterPtr m_value;
};

struct StructValue final : NestedValue
{
    StructValue(const arrow::DataType &type, Spelling spelling)
    {
        std::unordered_set<std::string_view> names;
        for (const auto &field : type.fields()) {
            m_hasNames = m_hasNames && !field->name().empty() && names.insert(field->name()).second;
            Member member { "", makeValueFormatter(*field, spelling) };
            appendJsonString(field->name(), member.key);
            member.key += ':';
            m_members.push_back(std::move(member));
        }
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        out += m_hasNames ? '{' : '[';
        for (size_t i = 0; i < m_members.size() && out.size() < limit; ++i) {
            if (i > 0)
                out += ',';
            if (m_hasNames)
                out += m_members[i].key;
            m_members[i].value->jsonOrNull(*data.child_data[i], data.offset + row, out, limit);
        }
        out += m_hasNames ? '}' : ']';
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        QVariantList list;
        for (size_t i = 0; i < m_members.size(); ++i)
            list << m_members[i].value->variantOrNull(*data.child_data[i], data.offset + row);
        return list;
    }

    struct Member
    {
        std::string key; // quoted, with the colon
        ValueFormatterPtr value;
    };
    std::vector<Member> m_members;
    bool m_hasNames = true;
};

// Encodings: where a value is, is not where its row says; what it is, the inner formatter knows.
struct EncodedValue : ValueFormatter
{
    void takeOver(const ValueFormatter &inner)
    {
        metaType = inner.metaType;
        isNested = inner.isNested;
        isNumeric = inner.isNumeric;
        isText = inner.isText;
        precision = inner.precision;
        scale = inner.scale;
    }

    struct Place
    {
        const ValueFormatter *formatter; // null: the value is null
        const arrow::ArrayData *data;
        int64_t row;
    };
    virtual Place place(const arrow::ArrayData &data, int64_t row) const = 0;

    bool isNull(const arrow::ArrayData &data, int64_t row) const override
    {
        const Place at = place(data, row);
        return !at.formatter || at.formatter->isNull(*at.data, at.row);
    }
    void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        const Place at = place(data, row);
        at.formatter->text(*at.data, at.row, out, limit);
    }
    void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const override
    {
        const Place at = place(data, row);
        at.formatter->json(*at.data, at.row, out, limit);
    }
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        const Place at = place(data, row);
        return at.formatter->variant(*at.data, at.row);
    }
};

template<typename Index>
struct DictionaryValue final : EncodedValue
{
    explicit DictionaryValue(ValueFormatterPtr value) : m_value(std::move(value)) { takeOver(*m_value); }
    Place place(const arrow::ArrayData &data, int64_t row) const override
    {
        if (ValueFormatter::isNull(data, row))
            return { nullptr, nullptr, 0 };
        return { m_value.get(), data.dictionary.get(), int64_t(data.GetValues<Index>(1)[row]) };
    }

    const ValueFormatterPtr m_value;
};

ValueFormatterPtr makeDictionary(const arrow::DataType &index, ValueFormatterPtr value)
{
    switch (index.id()) {
    case arrow::Type::INT8: return std::make_unique<DictionaryValue<int8_t>>(std::move(value));
    case arrow::Type::UINT8: return std::make_unique<DictionaryValue<uint8_t>>(std::move(value));
    case arrow::Type::INT16: return std::make_unique<DictionaryValue<int16_t>>(std::move(value));
    case arrow::Type::UINT16: return std::make_unique<DictionaryValue<uint16_t>>(std::move(value));
    case arrow::Type::INT32: return std::make_unique<DictionaryValue<int32_t>>(std::move(value));
    case arrow::Type::UINT32: return std::make_unique<DictionaryValue<uint32_t>>(std::move(value));
    case arrow::Type::UINT64: return std::make_unique<DictionaryValue<uint64_t>>(std::move(value));
    default: return std::make_unique<DictionaryValue<int64_t>>(std::move(value));
    }
}

template<typename End>
struct RunEndValue final : EncodedValue
{
    explicit RunEndValue(ValueFormatterPtr value) : m_value(std::move(value)) { takeOver(*m_value); }
    Place place(const arrow::ArrayData &data, int64_t row) const override
    {
        const arrow::ArrayData &runs = *data.child_data[0];
        const End *ends = runs.GetValues<End>(1);
        const End *run = std::upper_bound(ends, ends + runs.length, data.offset + row,
                                          [](int64_t position, End end) { return position < int64_t(end); });
        return { m_value.get(), data.child_data[1].get(), run - ends };
    }

    const ValueFormatterPtr m_value;
};

struct UnionValue final : EncodedValue
{
    UnionValue(const arrow::UnionType &type, Spelling spelling)
        : m_isDense(type.mode() == arrow::UnionMode::DENSE), m_childIds(type.child_ids())
    {
        for (const auto &field : type.fields())
            m_children.push_back(makeValueFormatter(*field, spelling));
    }
    Place place(const arrow::ArrayData &data, int64_t row) const override
    {
        const int child = m_childIds[size_t(data.GetValues<int8_t>(1)[row])];
        return { m_children[size_t(child)].get(), data.child_data[size_t(child)].get(),
                 m_isDense ? int64_t(data.GetValues<int32_t>(2)[row]) : data.offset + row };
    }
    // Members differ in type: only text says them all.
    QVariant variant(const arrow::ArrayData &data, int64_t row) const override
    {
        std::string buffer;
        text(data, row, buffer, kNoLimit);
        return textFromUtf8(buffer);
    }

    const bool m_isDense;
    const std::vector<int> m_childIds;
    std::vector<ValueFormatterPtr> m_children;
};

// The dictionary's or the runs' values carry the field's own `grebe.type`.
ValueFormatterPtr makeInner(const arrow::Field &field, const std::shared_ptr<arrow::DataType> &type, Spelling spelling)
{
    return makeValueFormatter(*field.WithType(type), spelling);
}

} // namespace

ValueFormatterPtr makeNestedFormatter(const arrow::Field &field, const arrow::DataType &type, Spelling spelling)
{
    const auto element = [&] { return makeValueFormatter(*type.field(0), spelling); };
    switch (type.id()) {
    case arrow::Type::LIST: return std::make_unique<ListValue<OffsetRange<int32_t>>>(element());
    case arrow::Type::LARGE_LIST: return std::make_unique<ListValue<OffsetRange<int64_t>>>(element());
    case arrow::Type::LIST_VIEW: return std::make_unique<ListValue<ViewRange<int32_t>>>(element());
    case arrow::Type::LARGE_LIST_VIEW: return std::make_unique<ListValue<ViewRange<int64_t>>>(element());
    case arrow::Type::FIXED_SIZE_LIST: {
        const auto &list = static_cast<const arrow::FixedSizeListType &>(type);
        return std::make_unique<ListValue<FixedRange>>(element(), FixedRange { list.list_size() });
    }
    case arrow::Type::MAP: {
        const auto &map = static_cast<const arrow::MapType &>(type);
        return std::make_unique<MapValue>(makeValueFormatter(*map.key_field(), spelling),
                                          makeValueFormatter(*map.item_field(), spelling));
    }
    case arrow::Type::STRUCT: return std::make_unique<StructValue>(type, spelling);
    case arrow::Type::DICTIONARY: {
        const auto &dictionary = static_cast<const arrow::DictionaryType &>(type);
        return makeDictionary(*dictionary.index_type(), makeInner(field, dictionary.value_type(), spelling));
    }
    case arrow::Type::RUN_END_ENCODED: {
        const auto &runs = static_cast<const arrow::RunEndEncodedType &>(type);
        ValueFormatterPtr value = makeInner(field, runs.value_type(), spelling);
        switch (runs.run_end_type()->id()) {
        case arrow::Type::INT16: return std::make_unique<RunEndValue<int16_t>>(std::move(value));
        case arrow::Type::INT32: return std::make_unique<RunEndValue<int32_t>>(std::move(value));
        default: return std::make_unique<RunEndValue<int64_t>>(std::move(value));
        }
    }
    case arrow::Type::SPARSE_UNION:
    case arrow::Type::DENSE_UNION:
        return std::make_unique<UnionValue>(static_cast<const arrow::UnionType &>(type), spelling);
    default: return nullptr;
    }
}

} // namespace Grebe
