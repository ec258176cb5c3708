// SPDX-License-Identifier: Apache-2.0
#include "duckdbarrow.h"

#include "duckdberror.h"
#include "extension/columnformatter.h"
#include "sql/duckdbdialect.h"

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/extension_type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>
#include <arrow/util/key_value_metadata.h>

#include <array>
#include <cstring>
#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

std::string taken(char *text)
{
    std::string copy = text ? text : "";
    duckdb_free(text);
    return copy;
}

std::string quotedName(const std::string &name)
{
    return duckdbDialect().quoteIfNeeded(QString::fromStdString(name)).toStdString();
}

const char *simpleTypeText(duckdb_type id)
{
    switch (id) {
    case DUCKDB_TYPE_BOOLEAN: return "BOOLEAN";
    case DUCKDB_TYPE_TINYINT: return "TINYINT";
    case DUCKDB_TYPE_SMALLINT: return "SMALLINT";
    case DUCKDB_TYPE_INTEGER: return "INTEGER";
    case DUCKDB_TYPE_BIGINT: return "BIGINT";
    case DUCKDB_TYPE_UTINYINT: return "UTINYINT";
    case DUCKDB_TYPE_USMALLINT: return "USMALLINT";
    case DUCKDB_TYPE_UINTEGER: return "UINTEGER";
    case DUCKDB_TYPE_UBIGINT: return "UBIGINT";
    case DUCKDB_TYPE_FLOAT: return "FLOAT";
    case DUCKDB_TYPE_DOUBLE: return "DOUBLE";
    case DUCKDB_TYPE_TIMESTAMP: return "TIMESTAMP";
    case DUCKDB_TYPE_DATE: return "DATE";
    case DUCKDB_TYPE_TIME: return "TIME";
    case DUCKDB_TYPE_INTERVAL: return "INTERVAL";
    case DUCKDB_TYPE_HUGEINT: return "HUGEINT";
    case DUCKDB_TYPE_UHUGEINT: return "UHUGEINT";
    case DUCKDB_TYPE_VARCHAR: return "VARCHAR";
    case DUCKDB_TYPE_BLOB: return "BLOB";
    case DUCKDB_TYPE_TIMESTAMP_S: return "TIMESTAMP_S";
    case DUCKDB_TYPE_TIMESTAMP_MS: return "TIMESTAMP_MS";
    case DUCKDB_TYPE_TIMESTAMP_NS: return "TIMESTAMP_NS";
    case DUCKDB_TYPE_UUID: return "UUID";
    case DUCKDB_TYPE_BIT: return "BIT";
    case DUCKDB_TYPE_TIME_TZ: return "TIME WITH TIME ZONE";
    case DUCKDB_TYPE_TIMESTAMP_TZ: return "TIMESTAMP WITH TIME ZONE";
    case DUCKDB_TYPE_BIGNUM: return "BIGNUM";
    case DUCKDB_TYPE_SQLNULL: return "NULL";
    case DUCKDB_TYPE_TIME_NS: return "TIME_NS";
    case DUCKDB_TYPE_GEOMETRY: return "GEOMETRY";
    case DUCKDB_TYPE_VARIANT: return "VARIANT";
    case DUCKDB_TYPE_TIMESTAMP_TZ_NS: return "TIMESTAMP_NS WITH TIME ZONE";
    default: return "UNKNOWN";
    }
}

std::shared_ptr<arrow::Field> finalField(const arrow::Field &exported, duckdb_logical_type type);

std::shared_ptr<arrow::Field> finalField(const arrow::Field &exported, duckdb_logical_type type, const char *name)
{
    return finalField(exported, type)->WithName(name);
}

/// The type that a column, or a value inside one, is handed out as.
TypePtr finalType(const TypePtr &exported, duckdb_logical_type type)
{
    switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT: return arrow::decimal256(39, 0);
    case DUCKDB_TYPE_BIGNUM:
    case DUCKDB_TYPE_BIT:
    case DUCKDB_TYPE_TIME_TZ: return arrow::utf8();
    case DUCKDB_TYPE_UUID: return arrow::fixed_size_binary(16);
    case DUCKDB_TYPE_BOOLEAN: return arrow::boolean();
    case DUCKDB_TYPE_LIST: {
        const DuckDbType child(duckdb_list_type_child_type(type));
        return arrow::list(finalField(*exported->field(0), child, "item"));
    }
    case DUCKDB_TYPE_ARRAY: {
        const DuckDbType child(duckdb_array_type_child_type(type));
        return arrow::fixed_size_list(finalField(*exported->field(0), child, "item"), int(duckdb_array_type_array_size(type)));
    }
    case DUCKDB_TYPE_MAP: {
        const auto &map = static_cast<const arrow::MapType &>(*exported);
        const DuckDbType key(duckdb_map_type_key_type(type));
        const DuckDbType value(duckdb_map_type_value_type(type));
        return std::make_shared<arrow::MapType>(finalField(*map.key_field(), key), finalField(*map.item_field(), value));
    }
    case DUCKDB_TYPE_STRUCT: {
        arrow::FieldVector fields;
        for (int i = 0; i < exported->num_fields(); ++i) {
            const DuckDbType child(duckdb_struct_type_child_type(type, idx_t(i)));
            fields.push_back(finalField(*exported->field(i), child));
        }
        return arrow::struct_(fields);
    }
    case DUCKDB_TYPE_UNION: {
        arrow::FieldVector fields;
        for (int i = 0; i < exported->num_fields(); ++i) {
            const DuckDbType child(duckdb_union_type_member_type(type, idx_t(i)));
            fields.push_back(finalField(*exported->field(i), child));
        }
        return arrow::sparse_union(fields, static_cast<const arrow::UnionType &>(*exported).type_codes());
    }
    default: break;
    }
    if (exported->id() == arrow::Type::EXTENSION)
        return static_cast<const arrow::ExtensionType &>(*exported).storage_type();
    return exported;
}

std::shared_ptr<arrow::Field> finalField(const arrow::Field &exported, duckdb_logical_type type)
{
    return arrow::field(exported.name(), finalType(exported.type(), type), exported.nullable(),
                        arrow::key_value_metadata({ std::string(kTypeKey) }, { duckdbTypeText(type) }));
}

bool holdsUnion(const arrow::DataType &type)
{
    if (type.id() == arrow::Type::SPARSE_UNION || type.id() == arrow::Type::DENSE_UNION)
        return true;
    for (const auto &field : type.fields()) {
        if (holdsUnion(*field->type()))
            return true;
    }
    return false;
}

// BIT: the first byte counts the padding bits, which stand in front in the second.
void appendBits(std::string_view stored, std::string &out)
{
    if (stored.empty())
        return;
    const size_t padding = uint8_t(stored[0]);
    for (size_t bit = padding; bit < (stored.size() - 1) * 8; ++bit)
        out += (uint8_t(stored[1 + bit / 8]) >> (7 - bit % 8)) & 1 ? '1' : '0';
}

// BIGNUM: three header bytes, of which the first bit is set for a number that is not negative and the rest is the length,
// then the magnitude, most significant byte first. A negative number has every bit turned over, header and magnitude.
// Source: duckdb.h on duckdb_bignum, src/common/types/bignum.cpp.
void appendBignum(std::string_view stored, std::string &out)
{
    constexpr size_t kHeader = 3;
    if (stored.size() <= kHeader)
        return;
    const bool isNegative = !(uint8_t(stored[0]) & 0x80);
    std::vector<uint32_t> digits { 0 }; // nine decimal digits each, least significant first
    for (const char c : stored.substr(kHeader)) {
        uint64_t carry = uint8_t(isNegative ? ~c : c);
        for (uint32_t &group : digits) {
            carry += uint64_t(group) << 8;
            group = uint32_t(carry % 1'000'000'000);
            carry /= 1'000'000'000;
        }
        if (carry)
            digits.push_back(uint32_t(carry));
    }
    if (isNegative)
        out += '-';
    out += std::to_string(digits.back());
    for (size_t i = digits.size() - 1; i-- > 0;) {
        const std::string group = std::to_string(digits[i]);
        out.append(9 - group.size(), '0');
        out += group;
    }
}

// TIMETZ: the upper 40 bits are microseconds, the lower 24 are 15:59:59 minus the offset in seconds, so that the number sorts.
void appendTimeTz(const uint8_t *stored, std::string &out)
{
    uint64_t bits;
    std::memcpy(&bits, stored, sizeof bits);
    const int64_t micros = int64_t(bits >> 24);
    int offset = 15 * 3600 + 59 * 60 + 59 - int(bits & 0xffffff);
    const auto two = [&out](int64_t value, char separator) {
        if (separator)
            out += separator;
        out += char('0' + value / 10 % 10);
        out += char('0' + value % 10);
    };
    two(micros / 3'600'000'000, 0);
    two(micros / 60'000'000 % 60, ':');
    two(micros / 1'000'000 % 60, ':');
    if (int64_t fraction = micros % 1'000'000) {
        std::string digits = std::to_string(1'000'000 + fraction).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        out += '.' + digits;
    }
    out += offset < 0 ? '-' : '+';
    offset = std::abs(offset);
    two(offset / 3600, 0);
    if (offset % 3600)
        two(offset / 60 % 60, ':');
    if (offset % 60)
        two(offset % 60, ':');
}

arrow::Result<ArrayPtr> toText(const ArrayPtr &storage, duckdb_type id)
{
    arrow::StringBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(storage->length()));
    std::string text;
    for (int64_t row = 0; row < storage->length(); ++row) {
        if (storage->IsNull(row)) {
            builder.UnsafeAppendNull();
            continue;
        }
        text.clear();
        if (id == DUCKDB_TYPE_TIME_TZ)
            appendTimeTz(static_cast<const arrow::FixedSizeBinaryArray &>(*storage).GetValue(row), text);
        else if (id == DUCKDB_TYPE_BIT)
            appendBits(static_cast<const arrow::BinaryArray &>(*storage).GetView(row), text);
        else
            appendBignum(static_cast<const arrow::BinaryArray &>(*storage).GetView(row), text);
        ARROW_RETURN_NOT_OK(builder.Append(text));
    }
    return builder.Finish();
}

arrow::Result<ArrayPtr> toDecimal(const ArrayPtr &storage, bool isSigned)
{
    arrow::Decimal256Builder builder(arrow::decimal256(39, 0));
    ARROW_RETURN_NOT_OK(builder.Reserve(storage->length()));
    const auto &values = static_cast<const arrow::FixedSizeBinaryArray &>(*storage);
    for (int64_t row = 0; row < storage->length(); ++row) {
        if (storage->IsNull(row)) {
            ARROW_RETURN_NOT_OK(builder.AppendNull());
            continue;
        }
        std::array<uint64_t, 4> words {};
        std::memcpy(words.data(), values.GetValue(row), 16);
        if (isSigned && words[1] >> 63)
            words[2] = words[3] = ~uint64_t(0);
        ARROW_RETURN_NOT_OK(builder.Append(arrow::Decimal256(arrow::Decimal256::LittleEndianArray, words)));
    }
    return builder.Finish();
}

arrow::Result<ArrayPtr> toBoolean(const ArrayPtr &storage)
{
    arrow::BooleanBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(storage->length()));
    const auto &values = static_cast<const arrow::Int8Array &>(*storage);
    for (int64_t row = 0; row < storage->length(); ++row) {
        if (values.IsNull(row))
            builder.UnsafeAppendNull();
        else
            builder.UnsafeAppend(values.Value(row) != 0);
    }
    return builder.Finish();
}

/// `type` is final; what the array's leaves were is told by their extension types.
arrow::Result<ArrayPtr> toFinal(const ArrayPtr &array, const TypePtr &type)
{
    if (array->type_id() == arrow::Type::EXTENSION) {
        const auto &extended = static_cast<const arrow::ExtensionArray &>(*array);
        const ArrayPtr &storage = extended.storage();
        if (type->id() == arrow::Type::DECIMAL256) {
            const std::string name = extended.type()->ToString();
            return toDecimal(storage, name.find("type_name=uhugeint") == std::string::npos);
        }
        if (type->id() == arrow::Type::BOOL)
            return toBoolean(storage);
        if (type->id() == arrow::Type::STRING && storage->type_id() != arrow::Type::STRING) {
            const std::string name = extended.type()->ToString();
            return toText(storage, name.find("type_name=time_tz") != std::string::npos ? DUCKDB_TYPE_TIME_TZ
                              : name.find("type_name=bit") != std::string::npos       ? DUCKDB_TYPE_BIT
                                                                                      : DUCKDB_TYPE_BIGNUM);
        }
        return toFinal(storage, type);
    }
    if (array->type()->Equals(*type, true))
        return array;
    auto data = array->data()->Copy();
    for (size_t i = 0; i < data->child_data.size(); ++i) {
        ARROW_ASSIGN_OR_RAISE(const ArrayPtr child, toFinal(arrow::MakeArray(data->child_data[i]), type->field(int(i))->type()));
        data->child_data[i] = child->data();
    }
    data->type = type;
    return arrow::MakeArray(data);
}

// DuckDB 2.0 multiplies the microseconds by 1000 without looking.
bool intervalsFit(duckdb_vector vector, idx_t count)
{
    constexpr int64_t limit = std::numeric_limits<int64_t>::max() / 1000;
    const auto *values = static_cast<const duckdb_interval *>(duckdb_vector_get_data(vector));
    uint64_t *validity = duckdb_vector_get_validity(vector);
    for (idx_t row = 0; row < count; ++row) {
        if (validity && !duckdb_validity_row_is_valid(validity, row))
            continue;
        if (values[row].micros > limit || values[row].micros < -limit)
            return false;
    }
    return true;
}

Error arrowProblem(const arrow::Status &status)
{
    return { .code = Error::Code::Internal, .message = u"A result of DuckDB could not be read as Arrow data: "_s
                 + QString::fromStdString(status.message()) };
}

} // namespace

std::string duckdbTypeText(duckdb_logical_type type)
{
    const duckdb_type id = duckdb_get_type_id(type);
    if (const std::string alias = taken(duckdb_logical_type_get_alias(type)); !alias.empty())
        return alias;
    std::string text;
    const auto list = [&](const char *name, idx_t count, const auto &nameOf, const auto &typeOf) {
        text = name;
        text += '(';
        for (idx_t i = 0; i < count; ++i) {
            text += i ? ", " : "";
            const DuckDbType child(typeOf(type, i));
            if (const std::string field = taken(nameOf(type, i)); !field.empty())
                text += quotedName(field) + ' ';
            text += duckdbTypeText(child);
        }
        return text + ')';
    };
    switch (id) {
    case DUCKDB_TYPE_DECIMAL:
        return "DECIMAL(" + std::to_string(duckdb_decimal_width(type)) + ',' + std::to_string(duckdb_decimal_scale(type)) + ')';
    case DUCKDB_TYPE_ENUM:
        text = "ENUM(";
        for (uint32_t i = 0; i < duckdb_enum_dictionary_size(type); ++i) {
            std::string value = taken(duckdb_enum_dictionary_value(type, i));
            for (size_t at = 0; (at = value.find('\'', at)) != std::string::npos; at += 2)
                value.insert(at, 1, '\'');
            text += (i ? ", '" : "'") + value + '\'';
        }
        return text + ')';
    case DUCKDB_TYPE_LIST: {
        const DuckDbType child(duckdb_list_type_child_type(type));
        return duckdbTypeText(child) + "[]";
    }
    case DUCKDB_TYPE_ARRAY: {
        const DuckDbType child(duckdb_array_type_child_type(type));
        return duckdbTypeText(child) + '[' + std::to_string(duckdb_array_type_array_size(type)) + ']';
    }
    case DUCKDB_TYPE_MAP: {
        const DuckDbType key(duckdb_map_type_key_type(type));
        const DuckDbType value(duckdb_map_type_value_type(type));
        return "MAP(" + duckdbTypeText(key) + ", " + duckdbTypeText(value) + ')';
    }
    case DUCKDB_TYPE_STRUCT:
        return list("STRUCT", duckdb_struct_type_child_count(type), duckdb_struct_type_child_name, duckdb_struct_type_child_type);
    case DUCKDB_TYPE_UNION:
        return list("UNION", duckdb_union_type_member_count(type), duckdb_union_type_member_name, duckdb_union_type_member_type);
    default: return simpleTypeText(id);
    }
}

Result<std::unique_ptr<DuckDbArrow>> DuckDbArrow::make(duckdb_result *result)
{
    std::unique_ptr<DuckDbArrow> self(new DuckDbArrow);
    self->m_options = duckdb_result_get_arrow_options(result);
    const idx_t count = duckdb_column_count(result);
    std::vector<std::unique_ptr<DuckDbType>> owned;
    std::vector<duckdb_logical_type> types;
    std::vector<const char *> names;
    for (idx_t i = 0; i < count; ++i) {
        owned.push_back(std::make_unique<DuckDbType>(duckdb_column_logical_type(result, i)));
        types.push_back(*owned.back());
        names.push_back(duckdb_column_name(result, i));
    }
    ArrowSchema exported {};
    duckdb_error_data failure = duckdb_to_arrow_schema(self->m_options, types.data(), names.data(), count, &exported);
    if (failure && duckdb_error_data_has_error(failure)) {
        const Error error = duckdbError(duckdb_error_data_message(failure));
        duckdb_destroy_error_data(&failure);
        return std::unexpected(error);
    }
    duckdb_destroy_error_data(&failure);
    auto imported = arrow::ImportSchema(&exported);
    if (!imported.ok())
        return std::unexpected(arrowProblem(imported.status()));
    self->m_exported = *imported;
    arrow::FieldVector fields;
    for (idx_t i = 0; i < count; ++i) {
        const auto &field = self->m_exported->field(int(i));
        fields.push_back(finalField(*field, types[i]));
        self->m_isChanged.push_back(!field->type()->Equals(*fields.back()->type(), true));
        if (owned[i]->id() == DUCKDB_TYPE_INTERVAL)
            self->m_intervals.push_back(i);
        self->m_canMerge = self->m_canMerge && !holdsUnion(*field->type());
    }
    self->m_schema = arrow::schema(fields);
    return self;
}

DuckDbArrow::~DuckDbArrow()
{
    duckdb_destroy_arrow_options(&m_options);
}

Result<std::shared_ptr<arrow::RecordBatch>> DuckDbArrow::convert(duckdb_data_chunk chunk) const
{
    for (const idx_t column : m_intervals) {
        if (!intervalsFit(duckdb_data_chunk_get_vector(chunk, column), duckdb_data_chunk_get_size(chunk))) {
            return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                           .message = u"Column %1 holds an interval of more than 292 years in hours, which has no exact "
                                                       "Arrow form."_s.arg(column + 1),
                                           .hint = u"Cast it to VARCHAR."_s });
        }
    }
    ArrowArray exported {};
    duckdb_error_data failure = duckdb_data_chunk_to_arrow(m_options, chunk, &exported);
    if (failure && duckdb_error_data_has_error(failure)) {
        const Error error = duckdbError(duckdb_error_data_message(failure));
        duckdb_destroy_error_data(&failure);
        return std::unexpected(error);
    }
    duckdb_destroy_error_data(&failure);
    const auto imported = arrow::ImportRecordBatch(&exported, m_exported);
    if (!imported.ok())
        return std::unexpected(arrowProblem(imported.status()));
    arrow::ArrayVector columns;
    for (int i = 0; i < (*imported)->num_columns(); ++i) {
        ArrayPtr column = (*imported)->column(i);
        if (m_isChanged[size_t(i)]) {
            const auto changed = toFinal(column, m_schema->field(i)->type());
            if (!changed.ok())
                return std::unexpected(arrowProblem(changed.status()));
            column = *changed;
        }
        columns.push_back(column);
    }
    return arrow::RecordBatch::Make(m_schema, (*imported)->num_rows(), columns);
}

} // namespace Grebe
