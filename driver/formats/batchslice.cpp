// SPDX-License-Identifier: Apache-2.0
#include "batchslice.h"

#include "extension/columnformatter.h"

#include <arrow/array/array_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/buffer.h>
#include <arrow/compute/api_vector.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <charconv>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// The values under the rows' new numbers; empty when there are none. `newRows` appends where an old row is now.
template<typename NewRows>
void appendRaw(const std::string &text, NewRows &&newRows, std::string &out)
{
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(text).get(object) != simdjson::SUCCESS)
        return;
    std::vector<qint64> rows;
    for (const auto &[key, value] : object) {
        qint64 row = -1;
        std::from_chars(key.data(), key.data() + key.size(), row);
        rows.clear();
        newRows(row, rows);
        for (const qint64 newRow : rows) {
            out += out.empty() ? "{\"" : ",\"";
            out += std::to_string(newRow) + "\":" + simdjson::minify(value);
        }
    }
}

const std::string *rawOf(const arrow::Field &field)
{
    const auto &metadata = field.metadata();
    const int key = metadata ? metadata->FindKey(kRawKey) : -1;
    return key < 0 ? nullptr : &metadata->value(key);
}

std::shared_ptr<arrow::Field> withRaw(const std::shared_ptr<arrow::Field> &field, std::string raw)
{
    const auto metadata = field->metadata() ? field->metadata()->Copy() : std::make_shared<arrow::KeyValueMetadata>();
    const int key = metadata->FindKey(kRawKey);
    arrow::Status status;
    if (!raw.empty())
        status = metadata->Set(kRawKey, raw + '}');
    else if (key >= 0)
        status = metadata->Delete(key);
    Q_ASSERT(status.ok());
    return field->WithMetadata(metadata);
}

std::shared_ptr<arrow::Field> slicedField(const std::shared_ptr<arrow::Field> &field, qint64 firstRow, qint64 rowCount)
{
    const std::string *raw = rawOf(*field);
    if (!raw)
        return field;
    std::string shifted;
    appendRaw(*raw, [&](qint64 row, std::vector<qint64> &rows) {
        if (row >= firstRow && row < firstRow + rowCount)
            rows.push_back(row - firstRow);
    }, shifted);
    return withRaw(field, std::move(shifted));
}

/// The places by batch: which rows of each, and where these stand in the end.
struct Gathering
{
    std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
    std::vector<std::vector<int64_t>> rows; // by batch
    std::vector<std::pair<size_t, int64_t>> order; // by place: batch, position in its rows

    explicit Gathering(const std::vector<RowPlace> &places)
    {
        std::unordered_map<const arrow::RecordBatch *, size_t> numbers;
        for (const RowPlace &place : places) {
            const auto [found, isNew] = numbers.try_emplace(place.batch.get(), batches.size());
            if (isNew) {
                batches.push_back(place.batch);
                rows.emplace_back();
            }
            order.emplace_back(found->second, int64_t(rows[found->second].size()));
            rows[found->second].push_back(place.row);
        }
    }

    arrow::Result<std::shared_ptr<arrow::Array>> column(int column) const
    {
        arrow::ArrayVector parts;
        for (size_t i = 0; i < batches.size(); ++i) {
            ARROW_ASSIGN_OR_RAISE(auto part, arrow::compute::Take(*batches[i]->column(column), *indices(rows[i]),
                                                                  arrow::compute::TakeOptions::NoBoundsCheck()));
            parts.push_back(std::move(part));
        }
        if (parts.size() == 1)
            return parts.front();
        std::vector<int64_t> starts { 0 };
        for (const auto &part : parts)
            starts.push_back(starts.back() + part->length());
        std::vector<int64_t> positions;
        for (const auto &[batch, row] : order)
            positions.push_back(starts[batch] + row);
        ARROW_ASSIGN_OR_RAISE(const auto joined, arrow::Concatenate(parts));
        return arrow::compute::Take(*joined, *indices(positions), arrow::compute::TakeOptions::NoBoundsCheck());
    }

    std::shared_ptr<arrow::Field> field(int column) const
    {
        const auto field = batches.front()->schema()->field(column);
        std::string raw;
        for (size_t i = 0; i < batches.size(); ++i) {
            const std::string *source = rawOf(*batches[i]->schema()->field(column));
            if (!source)
                continue;
            appendRaw(*source, [&](qint64 row, std::vector<qint64> &found) {
                for (size_t place = 0; place < order.size(); ++place) {
                    if (order[place].first == i && rows[i][size_t(order[place].second)] == row)
                        found.push_back(qint64(place));
                }
            }, raw);
        }
        return raw.empty() && !rawOf(*field) ? field : withRaw(field, std::move(raw));
    }

private:
    // Only looked at while the vector lives.
    static std::shared_ptr<arrow::Array> indices(const std::vector<int64_t> &values)
    {
        return std::make_shared<arrow::Int64Array>(int64_t(values.size()), arrow::Buffer::Wrap(values));
    }
};

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

Result<std::shared_ptr<arrow::RecordBatch>> gatherRows(const std::vector<RowPlace> &places, const std::vector<int> &columns)
{
    const Gathering gathering(places);
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (const int column : columns) {
        auto array = gathering.column(column);
        if (!array.ok())
            return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                           .message = u"Rows of column %1 cannot be picked from the result: %2"_s.arg(
                                               QString::fromStdString(places.front().batch->schema()->field(column)->name()),
                                               QString::fromStdString(array.status().message())),
                                           .hint = u"Export all rows as they came, or leave the column out."_s });
        fields.push_back(gathering.field(column));
        arrays.push_back(std::move(*array));
    }
    return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), qint64(places.size()), std::move(arrays));
}

std::vector<int> columnsWithRawValues(const arrow::RecordBatch &batch)
{
    std::vector<int> columns;
    for (int i = 0; i < batch.num_columns(); ++i) {
        const std::string *raw = rawOf(*batch.schema()->field(i));
        if (raw && *raw != "{}")
            columns.push_back(i);
    }
    return columns;
}

} // namespace Grebe
