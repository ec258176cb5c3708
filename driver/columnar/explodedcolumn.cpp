// SPDX-License-Identifier: Apache-2.0
#include "extension/explodedcolumn.h"

#include "valueformatter.h"

#include "extension/columnformatter.h"

#include <arrow/array.h>
#include <arrow/array/builder_base.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/util.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <algorithm>
#include <functional>
#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// Of JSON, beside kPartSampleRows: the parts are looked for while a person waits.
constexpr qint64 kPartSampleBytes = 4 << 20;

enum class Kind { None, Row, Map, List, Json };

Kind kindOf(const arrow::Field &field)
{
    switch (field.type()->id()) {
    case arrow::Type::STRUCT:
        // A time with its zone is one value, however it is stored.
        return typeTextOf(field).ends_with("with time zone") ? Kind::None : Kind::Row;
    case arrow::Type::MAP: return Kind::Map;
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: return Kind::List;
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: return Kind::Json;
    default: return Kind::None;
    }
}

/// The values of a map or list: all rows' in one array, and where each row's are.
struct Elements
{
    std::shared_ptr<arrow::Array> keys; ///< of a map
    std::shared_ptr<arrow::Array> values;
    std::function<std::pair<int64_t, int64_t>(int64_t row)> range; ///< first and end
};

template<typename List>
Elements elementsOfList(const arrow::Array &array)
{
    const auto &list = static_cast<const List &>(array);
    return { nullptr, list.values(), [&list](int64_t row) {
        return std::pair<int64_t, int64_t>(list.value_offset(row), list.value_offset(row) + list.value_length(row));
    } };
}

Elements elementsOf(const arrow::Array &array)
{
    switch (array.type_id()) {
    case arrow::Type::MAP: {
        Elements elements = elementsOfList<arrow::MapArray>(array);
        elements.keys = static_cast<const arrow::MapArray &>(array).keys();
        elements.values = static_cast<const arrow::MapArray &>(array).items();
        return elements;
    }
    case arrow::Type::LIST: return elementsOfList<arrow::ListArray>(array);
    case arrow::Type::LARGE_LIST: return elementsOfList<arrow::LargeListArray>(array);
    default: return elementsOfList<arrow::FixedSizeListArray>(array);
    }
}

std::string keyText(const ValueFormatter &formatter, const arrow::Array &keys, int64_t row)
{
    std::string text;
    if (!formatter.isNull(*keys.data(), row))
        formatter.text(*keys.data(), row, text, ValueFormatter::kNoLimit);
    return text;
}

std::string_view textAt(const arrow::Array &array, int64_t row)
{
    if (array.type_id() == arrow::Type::STRING)
        return static_cast<const arrow::StringArray &>(array).GetView(row);
    return static_cast<const arrow::LargeStringArray &>(array).GetView(row);
}

bool mayBeJson(std::string_view text)
{
    const size_t begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
}

QString indexPart(qsizetype index)
{
    return u"[%1]"_s.arg(index + 1);
}

// -1: no index
int64_t indexOfPart(const QString &part)
{
    bool isIndex = false;
    const qlonglong index = part.startsWith(u'[') && part.endsWith(u']') ? part.mid(1, part.size() - 2).toLongLong(&isIndex) : 0;
    return isIndex ? index - 1 : -1;
}

class PartSample
{
public:
    void add(const QString &part)
    {
        if (m_parts.size() < kMaximumParts && !m_parts.contains(part))
            m_parts += part;
    }
    void addIndexes(int64_t count)
    {
        while (m_indexes < std::min<int64_t>(count, kMaximumParts))
            add(indexPart(m_indexes++));
    }
    QStringList take() { return m_parts; }

private:
    QStringList m_parts;
    int64_t m_indexes = 0;
};

/// Looks at the first rows until it has seen `most` bytes; how many these were.
qint64 sampleJson(const arrow::Array &array, qint64 most, PartSample &sample)
{
    simdjson::dom::parser parser;
    qint64 seen = 0;
    for (int64_t row = 0; row < array.length() && seen < most; ++row) {
        if (array.IsNull(row) || !mayBeJson(textAt(array, row)))
            continue;
        seen += qint64(textAt(array, row).size());
        simdjson::dom::element document;
        if (parser.parse(simdjson::padded_string(textAt(array, row))).get(document) != simdjson::SUCCESS)
            continue;
        simdjson::dom::object object;
        simdjson::dom::array elements;
        if (document.get(object) == simdjson::SUCCESS) {
            for (const auto &field : object)
                sample.add(QString::fromUtf8(field.key.data(), qsizetype(field.key.size())));
        } else if (document.get(elements) == simdjson::SUCCESS) {
            sample.addIndexes(int64_t(elements.size()));
        }
    }
    return seen;
}

void sampleElements(const arrow::Field &field, const arrow::Array &array, int64_t count, PartSample &sample)
{
    const Elements elements = elementsOf(array);
    const ValueFormatterPtr keys = elements.keys
        ? makeValueFormatter(*static_cast<const arrow::MapType &>(*field.type()).key_field(), Spelling::Plain)
        : nullptr;
    for (int64_t row = 0; row < count; ++row) {
        if (array.IsNull(row))
            continue;
        const auto [first, end] = elements.range(row);
        if (!keys)
            sample.addIndexes(end - first);
        for (int64_t i = first; keys && i < end; ++i)
            sample.add(QString::fromStdString(keyText(*keys, *elements.keys, i)));
    }
}

/// Makes the parts of one column of a batch.
class PartMaker
{
public:
    PartMaker(const std::shared_ptr<arrow::Field> &field, const ExplodedColumn &column)
        : m_field(field), m_column(column), m_kind(kindOf(*field))
    {
        if (m_kind == Kind::Map)
            m_keys = makeValueFormatter(*static_cast<const arrow::MapType &>(*field->type()).key_field(), Spelling::Plain);
        for (const QString &part : column.parts)
            m_partTexts.push_back(part.toStdString());
    }

    arrow::FieldVector fields() const
    {
        arrow::FieldVector fields;
        for (qsizetype i = 0; i < m_column.parts.size(); ++i) {
            const bool isIndex = m_kind != Kind::Row && m_kind != Kind::Map && indexOfPart(m_column.parts[i]) >= 0;
            fields.push_back(partField(i)->WithName(m_field->name() + (isIndex ? "" : ".") + m_partTexts[size_t(i)])->WithNullable(true));
        }
        return fields;
    }

    arrow::Result<arrow::ArrayVector> arrays(const arrow::RecordBatch &batch) const
    {
        const std::shared_ptr<arrow::Array> array = batch.column(m_column.column);
        switch (m_kind) {
        case Kind::Row: return fieldsOfRow(static_cast<const arrow::StructArray &>(*array));
        case Kind::Map:
        case Kind::List: return elementsOfRows(*array);
        case Kind::Json: return partsOfJson(*array);
        case Kind::None: break;
        }
        arrow::ArrayVector none;
        for (qsizetype i = 0; i < m_column.parts.size(); ++i) {
            ARROW_ASSIGN_OR_RAISE(auto nulls, arrow::MakeArrayOfNull(partField(i)->type(), batch.num_rows()));
            none.push_back(nulls);
        }
        return none;
    }

private:
    std::shared_ptr<arrow::Field> partField(qsizetype part) const
    {
        const arrow::DataType &type = *m_field->type();
        switch (m_kind) {
        case Kind::Row: {
            const int index = fieldIndex(type, part);
            return index >= 0 ? type.field(index) : arrow::field("", arrow::null());
        }
        case Kind::Map: return static_cast<const arrow::MapType &>(type).item_field();
        case Kind::List: return type.field(0);
        case Kind::Json: return arrow::field("", arrow::utf8(), true, arrow::key_value_metadata({ { kTypeKey, "json" } }));
        case Kind::None: break;
        }
        return arrow::field("", arrow::null());
    }

    // By name; a field without one, or with another's, by its place: "[2]".
    int fieldIndex(const arrow::DataType &type, qsizetype part) const
    {
        const int byName = static_cast<const arrow::StructType &>(type).GetFieldIndex(m_partTexts[size_t(part)]);
        const int64_t index = indexOfPart(m_column.parts[part]);
        return byName >= 0 ? byName : index < type.num_fields() ? int(index) : -1;
    }

    arrow::Result<arrow::ArrayVector> fieldsOfRow(const arrow::StructArray &array) const
    {
        arrow::ArrayVector arrays;
        for (qsizetype i = 0; i < m_column.parts.size(); ++i) {
            const int index = fieldIndex(*array.type(), i);
            std::shared_ptr<arrow::Array> values;
            if (index >= 0) {
                ARROW_ASSIGN_OR_RAISE(values, array.GetFlattenedField(index));
            } else {
                ARROW_ASSIGN_OR_RAISE(values, arrow::MakeArrayOfNull(arrow::null(), array.length()));
            }
            arrays.push_back(values);
        }
        return arrays;
    }

    arrow::Result<arrow::ArrayVector> elementsOfRows(const arrow::Array &array) const
    {
        const Elements elements = elementsOf(array);
        const arrow::ArraySpan values(*elements.values->data());
        arrow::ArrayVector arrays;
        for (qsizetype i = 0; i < m_column.parts.size(); ++i) {
            ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(elements.values->type()));
            const int64_t index = indexOfPart(m_column.parts[i]);
            for (int64_t row = 0; row < array.length(); ++row) {
                const int64_t found = array.IsNull(row) ? -1 : find(elements, row, i, index);
                ARROW_RETURN_NOT_OK(found < 0 ? builder->AppendNull() : builder->AppendArraySlice(values, found, 1));
            }
            ARROW_ASSIGN_OR_RAISE(auto made, builder->Finish());
            arrays.push_back(made);
        }
        return arrays;
    }

    int64_t find(const Elements &elements, int64_t row, qsizetype part, int64_t index) const
    {
        const auto [first, end] = elements.range(row);
        if (!elements.keys)
            return index >= 0 && first + index < end ? first + index : -1;
        for (int64_t i = first; i < end; ++i) {
            if (keyText(*m_keys, *elements.keys, i) == m_partTexts[size_t(part)])
                return i;
        }
        return -1;
    }

    arrow::Result<arrow::ArrayVector> partsOfJson(const arrow::Array &array) const
    {
        std::vector<arrow::StringBuilder> builders(size_t(m_column.parts.size()));
        simdjson::dom::parser parser;
        for (int64_t row = 0; row < array.length(); ++row) {
            simdjson::dom::element document;
            const bool isJson = !array.IsNull(row) && mayBeJson(textAt(array, row))
                && parser.parse(simdjson::padded_string(textAt(array, row))).get(document) == simdjson::SUCCESS;
            for (size_t i = 0; i < builders.size(); ++i) {
                const std::optional<std::string> text = isJson ? jsonPart(document, i) : std::nullopt;
                ARROW_RETURN_NOT_OK(text ? builders[i].Append(*text) : builders[i].AppendNull());
            }
        }
        arrow::ArrayVector arrays;
        for (arrow::StringBuilder &builder : builders) {
            ARROW_ASSIGN_OR_RAISE(auto made, builder.Finish());
            arrays.push_back(made);
        }
        return arrays;
    }

    std::optional<std::string> jsonPart(const simdjson::dom::element &document, size_t part) const
    {
        simdjson::dom::element value;
        simdjson::dom::object object;
        simdjson::dom::array elements;
        const int64_t index = indexOfPart(m_column.parts[qsizetype(part)]);
        bool isThere = false;
        if (document.get(object) == simdjson::SUCCESS)
            isThere = object.at_key(m_partTexts[part]).get(value) == simdjson::SUCCESS;
        else if (index >= 0 && document.get(elements) == simdjson::SUCCESS)
            isThere = elements.at(size_t(index)).get(value) == simdjson::SUCCESS;
        if (!isThere || value.is_null())
            return {};
        std::string_view text;
        return value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value);
    }

    const std::shared_ptr<arrow::Field> m_field;
    const ExplodedColumn m_column;
    const Kind m_kind;
    ValueFormatterPtr m_keys;
    std::vector<std::string> m_partTexts;
};

} // namespace

QStringList columnParts(const ResultStore &store, int column)
{
    const std::shared_ptr<arrow::Schema> schema = store.schema();
    if (!schema || column < 0 || column >= schema->num_fields())
        return {};
    const arrow::Field &field = *schema->field(column);
    const Kind kind = kindOf(field);
    PartSample sample;
    if (kind == Kind::Row) {
        for (int i = 0; i < field.type()->num_fields(); ++i) {
            const QString name = QString::fromStdString(field.type()->field(i)->name());
            const bool isUnique = static_cast<const arrow::StructType &>(*field.type()).GetFieldIndex(name.toStdString()) >= 0;
            sample.add(name.isEmpty() || !isUnique ? indexPart(i) : name);
        }
    }
    if (kind == Kind::Row || kind == Kind::None)
        return sample.take();
    const qint64 rows = std::min(store.rowCount(), kPartSampleRows);
    qint64 bytes = kPartSampleBytes;
    for (qint64 row = 0; row < rows && bytes > 0;) {
        const ResultStore::Place place = store.place(row);
        if (!place.batch)
            break;
        const qint64 count = std::min(rows - row, place.batch->num_rows() - place.row);
        const std::shared_ptr<arrow::Array> part = place.batch->column(column)->Slice(place.row, count);
        if (kind == Kind::Json)
            bytes -= sampleJson(*part, bytes, sample);
        else
            sampleElements(field, *part, count, sample);
        row += count;
    }
    return sample.take();
}

std::shared_ptr<ResultStore> explodedStore(std::shared_ptr<const ResultStore> base, const QList<ExplodedColumn> &columns)
{
    const std::shared_ptr<arrow::Schema> schema = base->schema();
    arrow::FieldVector fields = schema->fields();
    const auto makers = std::make_shared<std::vector<PartMaker>>();
    makers->reserve(size_t(columns.size()));
    arrow::FieldVector more;
    for (const ExplodedColumn &column : columns) {
        makers->emplace_back(schema->field(column.column), column);
        const arrow::FieldVector parts = makers->back().fields();
        more.insert(more.end(), parts.begin(), parts.end());
    }
    fields.insert(fields.end(), more.begin(), more.end());
    return ResultStore::derived(std::move(base), arrow::schema(fields),
                                [makers, more](const std::shared_ptr<arrow::RecordBatch> &batch) -> std::shared_ptr<arrow::RecordBatch> {
        // The batch's own fields first: they may carry what its arrays can't hold (`grebe.raw`).
        arrow::FieldVector fields = batch->schema()->fields();
        arrow::ArrayVector arrays = batch->columns();
        fields.insert(fields.end(), more.begin(), more.end());
        for (const PartMaker &maker : *makers) {
            const arrow::Result<arrow::ArrayVector> parts = maker.arrays(*batch);
            if (!parts.ok())
                return nullptr; // out of memory: as a batch that can't be read back
            arrays.insert(arrays.end(), parts->begin(), parts->end());
        }
        return arrow::RecordBatch::Make(arrow::schema(fields), batch->num_rows(), std::move(arrays));
    });
}

} // namespace Grebe
