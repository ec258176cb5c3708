// SPDX-License-Identifier: Apache-2.0
#include "batchslice.h"

#include "extension/columnformatter.h"

#include <arrow/array/array_base.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <charconv>

namespace Grebe {

namespace {

// The values of the rows from..to, numbered anew; empty when there are none.
std::string shiftedRaw(const std::string &text, qint64 firstRow, qint64 rowCount)
{
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(text).get(object) != simdjson::SUCCESS)
        return {};
    std::string shifted;
    for (const auto &[key, value] : object) {
        qint64 row = -1;
        std::from_chars(key.data(), key.data() + key.size(), row);
        if (row < firstRow || row >= firstRow + rowCount)
            continue;
        shifted += shifted.empty() ? "{\"" : ",\"";
        shifted += std::to_string(row - firstRow) + "\":" + simdjson::minify(value);
    }
    return shifted.empty() ? shifted : shifted + '}';
}

std::shared_ptr<arrow::Field> slicedField(const std::shared_ptr<arrow::Field> &field, qint64 firstRow, qint64 rowCount)
{
    const auto &metadata = field->metadata();
    const int key = metadata ? metadata->FindKey(kRawKey) : -1;
    if (key < 0)
        return field;
    const auto copy = metadata->Copy();
    const std::string shifted = shiftedRaw(metadata->value(key), firstRow, rowCount);
    const arrow::Status status = shifted.empty() ? copy->Delete(key) : copy->Set(kRawKey, shifted);
    Q_ASSERT(status.ok());
    return field->WithMetadata(copy);
}

} // namespace

std::shared_ptr<arrow::RecordBatch> sliceBatch(const arrow::RecordBatch &batch, qint64 firstRow, qint64 rowCount,
                                               const std::vector<int> &columns)
{
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const int column : columns) {
        fields.push_back(slicedField(batch.schema()->field(column), firstRow, rowCount));
        arrays.push_back(batch.column(column)->Slice(firstRow, rowCount));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields), batch.schema()->metadata()), rowCount, std::move(arrays));
}

std::shared_ptr<arrow::Schema> selectColumns(const arrow::Schema &schema, const std::vector<int> &columns)
{
    arrow::FieldVector fields;
    for (const int column : columns)
        fields.push_back(schema.field(column));
    return arrow::schema(std::move(fields), schema.metadata());
}

} // namespace Grebe
