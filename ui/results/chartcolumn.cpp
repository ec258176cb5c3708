// SPDX-License-Identifier: Apache-2.0
#include "chartcolumn.h"

#include "extension/columnformatter.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <arrow/util/float16.h>
#include <arrow/util/key_value_metadata.h>

#include <cmath>

namespace Grebe {

namespace {

const arrow::DataType &valueType(const arrow::DataType &type)
{
    if (type.id() == arrow::Type::DICTIONARY)
        return *static_cast<const arrow::DictionaryType &>(type).value_type();
    return type;
}

// A timestamp whose zone is in each value.
bool isZoned(const arrow::Field &field)
{
    const arrow::DataType &type = *field.type();
    if (type.id() != arrow::Type::STRUCT || type.num_fields() != 2 || type.field(0)->type()->id() != arrow::Type::TIMESTAMP)
        return false;
    const auto text = field.metadata() ? field.metadata()->Get(kTypeKey) : arrow::Result<std::string>(std::string());
    return text.ok() && text->ends_with("with time zone");
}

double finite(double value)
{
    return std::isfinite(value) ? value : qQNaN();
}

template<typename Array>
double readPlain(const arrow::Array &array, qint64 row, double scale)
{
    return array.IsNull(row) ? qQNaN() : finite(double(static_cast<const Array &>(array).Value(row)) * scale);
}

double readHalf(const arrow::Array &array, qint64 row, double)
{
    if (array.IsNull(row))
        return qQNaN();
    return finite(arrow::util::Float16::FromBits(static_cast<const arrow::HalfFloatArray &>(array).Value(row)).ToDouble());
}

template<typename Array, typename Decimal>
double readDecimal(const arrow::Array &array, qint64 row, double scale)
{
    if (array.IsNull(row))
        return qQNaN();
    return Decimal(static_cast<const Array &>(array).GetValue(row)).ToDouble(int32_t(scale));
}

double millisecondsIn(arrow::TimeUnit::type unit)
{
    switch (unit) {
    case arrow::TimeUnit::SECOND: return 1e3;
    case arrow::TimeUnit::MILLI: return 1;
    case arrow::TimeUnit::MICRO: return 1e-3;
    case arrow::TimeUnit::NANO: return 1e-6;
    }
    return 1;
}

} // namespace

ChartRole ChartColumn::roleOf(const arrow::Field &field)
{
    if (isZoned(field))
        return ChartRole::Time;
    switch (valueType(*field.type()).id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64:
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: return ChartRole::Number;
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIMESTAMP: return ChartRole::Time;
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: return ChartRole::TimeOfDay;
    case arrow::Type::BOOL:
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::STRING_VIEW: return ChartRole::Category;
    default: return ChartRole::None;
    }
}

bool ChartColumn::isRounded(const arrow::Field &field)
{
    switch (valueType(*field.type()).id()) {
    case arrow::Type::INT64:
    case arrow::Type::UINT64:
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256: return true;
    default: return false;
    }
}

ChartColumn::Read ChartColumn::readerOf(const arrow::DataType &type, double *scale)
{
    *scale = 1;
    switch (type.id()) {
    case arrow::Type::INT8: return readPlain<arrow::Int8Array>;
    case arrow::Type::INT16: return readPlain<arrow::Int16Array>;
    case arrow::Type::INT32: return readPlain<arrow::Int32Array>;
    case arrow::Type::INT64: return readPlain<arrow::Int64Array>;
    case arrow::Type::UINT8: return readPlain<arrow::UInt8Array>;
    case arrow::Type::UINT16: return readPlain<arrow::UInt16Array>;
    case arrow::Type::UINT32: return readPlain<arrow::UInt32Array>;
    case arrow::Type::UINT64: return readPlain<arrow::UInt64Array>;
    case arrow::Type::HALF_FLOAT: return readHalf;
    case arrow::Type::FLOAT: return readPlain<arrow::FloatArray>;
    case arrow::Type::DOUBLE: return readPlain<arrow::DoubleArray>;
    case arrow::Type::DATE32:
        *scale = 86'400'000;
        return readPlain<arrow::Date32Array>;
    case arrow::Type::DATE64: return readPlain<arrow::Date64Array>;
    case arrow::Type::TIMESTAMP:
        *scale = millisecondsIn(static_cast<const arrow::TimestampType &>(type).unit());
        return readPlain<arrow::TimestampArray>;
    case arrow::Type::TIME32:
        *scale = millisecondsIn(static_cast<const arrow::TimeType &>(type).unit());
        return readPlain<arrow::Time32Array>;
    case arrow::Type::TIME64:
        *scale = millisecondsIn(static_cast<const arrow::TimeType &>(type).unit());
        return readPlain<arrow::Time64Array>;
    case arrow::Type::DECIMAL32:
        *scale = static_cast<const arrow::DecimalType &>(type).scale();
        return readDecimal<arrow::Decimal32Array, arrow::Decimal32>;
    case arrow::Type::DECIMAL64:
        *scale = static_cast<const arrow::DecimalType &>(type).scale();
        return readDecimal<arrow::Decimal64Array, arrow::Decimal64>;
    case arrow::Type::DECIMAL128:
        *scale = static_cast<const arrow::DecimalType &>(type).scale();
        return readDecimal<arrow::Decimal128Array, arrow::Decimal128>;
    case arrow::Type::DECIMAL256:
        *scale = static_cast<const arrow::DecimalType &>(type).scale();
        return readDecimal<arrow::Decimal256Array, arrow::Decimal256>;
    default: return nullptr;
    }
}

ChartColumn::ChartColumn(int column, const arrow::Field &field) : m_column(column)
{
    const arrow::DataType *type = &valueType(*field.type());
    m_place = [](const arrow::Array &, qint64 row) { return row; };
    if (field.type()->id() == arrow::Type::DICTIONARY) {
        m_place = [](const arrow::Array &array, qint64 row) {
            return array.IsNull(row) ? qint64(-1) : qint64(static_cast<const arrow::DictionaryArray &>(array).GetValueIndex(row));
        };
    } else if (isZoned(field)) {
        type = type->field(0)->type().get();
        m_place = [](const arrow::Array &array, qint64 row) { return array.IsNull(row) ? qint64(-1) : row; };
    }
    m_read = readerOf(*type, &m_scale);
}

void ChartColumn::bind(const std::shared_ptr<arrow::RecordBatch> &batch)
{
    m_array = batch->column(m_column);
    m_values = m_array;
    if (m_array->type_id() == arrow::Type::DICTIONARY)
        m_values = static_cast<const arrow::DictionaryArray &>(*m_array).dictionary();
    else if (m_array->type_id() == arrow::Type::STRUCT)
        m_values = static_cast<const arrow::StructArray &>(*m_array).field(0);
}

double ChartColumn::value(qint64 row) const
{
    if (!m_read)
        return qQNaN();
    const qint64 place = m_place(*m_array, row);
    return place < 0 ? qQNaN() : m_read(*m_values, place, m_scale);
}

} // namespace Grebe
