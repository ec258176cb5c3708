// SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include <arrow/api.h>

#include <array>
#include <string>
#include <vector>

BatchPtr lineItems(qint64 first, bool hasDecimals)
{
    static const std::array<const char *, 24> words { "carefully", "final", "deposits", "sleep", "quickly", "ironic", "packages", "among",
        "furiously", "regular", "accounts", "slyly", "pending", "requests", "above", "the", "bold", "express", "theodolites", "haggle",
        "even", "instructions", "blithely", "unusual" };
    static const std::array<const char *, 4> instructions { "DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN" };
    static const std::array<const char *, 7> modes { "AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK" };
    quint64 state = quint64(first) * 2862933555777941757u + 3037000493u;
    const auto random = [&](quint64 most) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return qint64((state >> 33) % most);
    };
    const auto decimal = arrow::decimal128(15, 2);
    std::vector<arrow::Int64Builder> keys(3);
    arrow::Int32Builder line;
    std::vector<arrow::DoubleBuilder> reals(4);
    std::vector<std::unique_ptr<arrow::Decimal128Builder>> decimals;
    for (int i = 0; i < 4; ++i)
        decimals.push_back(std::make_unique<arrow::Decimal128Builder>(decimal));
    std::vector<arrow::StringBuilder> texts(5);
    std::vector<arrow::Date32Builder> days(3);
    for (qint64 row = 0; row < kBenchBatchRows; ++row) {
        const std::array<qint64, 4> cents { 100 * (1 + random(50)), 90'000 + random(10'400'000), random(11), random(9) };
        (void)keys[0].Append((first + row) / 4 * 4 + 1);
        (void)keys[1].Append(1 + random(200'000));
        (void)keys[2].Append(1 + random(10'000));
        (void)line.Append(int(1 + row % 7));
        for (size_t i = 0; i < 4; ++i) {
            if (hasDecimals)
                (void)decimals[i]->Append(arrow::Decimal128(cents[i]));
            else
                (void)reals[i].Append(double(cents[i]) / 100);
        }
        (void)texts[0].Append(std::string_view("ANR" + random(3), 1));
        (void)texts[1].Append(std::string_view("FO" + random(2), 1));
        for (auto &day : days)
            (void)day.Append(int(8'035 + random(2'526)));
        (void)texts[2].Append(instructions[size_t(random(4))]);
        (void)texts[3].Append(modes[size_t(random(7))]);
        std::string comment;
        for (const size_t length = size_t(10 + random(34)); comment.size() < length;)
            comment += std::string(words[size_t(random(24))]) + ' ';
        (void)texts[4].Append(comment.substr(0, 43));
    }
    std::vector<std::shared_ptr<arrow::Array>> columns { *keys[0].Finish(), *keys[1].Finish(), *keys[2].Finish(), *line.Finish() };
    for (size_t i = 0; i < 4; ++i)
        columns.push_back(hasDecimals ? *decimals[i]->Finish() : *reals[i].Finish());
    for (const size_t i : { size_t(0), size_t(1) })
        columns.push_back(*texts[i].Finish());
    for (auto &day : days)
        columns.push_back(*day.Finish());
    for (const size_t i : { size_t(2), size_t(3), size_t(4) })
        columns.push_back(*texts[i].Finish());
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (size_t i = 0; i < columns.size(); ++i)
        fields.push_back(arrow::field("c" + std::to_string(i), columns[i]->type()));
    return arrow::RecordBatch::Make(arrow::schema(fields), kBenchBatchRows, columns);
}

BatchPtr numbers(const std::shared_ptr<arrow::Schema> &schema, qint64 first)
{
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (int column = 0; column < schema->num_fields(); ++column) {
        arrow::Int64Builder builder;
        (void)builder.Reserve(kBenchBatchRows);
        for (qint64 i = 0; i < kBenchBatchRows; ++i)
            builder.UnsafeAppend((first + i) * (column + 1));
        columns.push_back(*builder.Finish());
    }
    return arrow::RecordBatch::Make(schema, kBenchBatchRows, columns);
}

std::shared_ptr<arrow::Schema> tenColumns()
{
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (int column = 0; column < 10; ++column)
        fields.push_back(arrow::field("c" + std::to_string(column), arrow::int64()));
    return arrow::schema(fields);
}
