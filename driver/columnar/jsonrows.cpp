// SPDX-License-Identifier: Apache-2.0
#include "jsonrows.h"

#include "extension/columnformatter.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 kFirstRows = 256; // after so many rows of a first page, the rest is guessed from them

/// One run over one array of rows.
class RowScanner
{
public:
    RowScanner(JsonReader &reader, const std::shared_ptr<arrow::Schema> &schema, const std::vector<JsonColumnSpec> &specs,
               JsonRowsSizes &sizes)
        : m_reader(reader), m_schema(schema), m_sizes(sizes), m_raws(specs.size())
    {
        m_columns.reserve(specs.size());
        for (const JsonColumnSpec &spec : specs)
            m_columns.push_back(makeJsonColumn(spec));
    }

    Result<JsonRowsResult> run()
    {
        const char *const start = m_reader.position();
        if (!m_reader.take('[')) {
            m_reader.fail("the rows are not an array");
            return std::unexpected(jsonError());
        }
        if (m_reader.take(']'))
            return JsonRowsResult {};
        if (m_columns.empty()) {
            m_error = {.code = Error::Code::InvalidData, .message = u"The server sent rows for a result without columns."_s};
            return std::unexpected(m_error);
        }
        reserveFromSizes(start);
        if (!scanRows(start))
            return std::unexpected(m_error);
        return finish(m_reader.position() - start);
    }

private:
    bool scanRows(const char *start)
    {
        const char *const end = m_reader.end();
        const size_t last = m_columns.size() - 1;
        std::unique_ptr<JsonColumn> *const columns = m_columns.data();
        const char *p = m_reader.position();
        for (;;) {
            if (*p != '[' || p >= end) [[unlikely]] {
                if (!(p = enterRow(p)))
                    return false;
            } else {
                ++p;
            }
            for (size_t i = 0;; ++i) {
                if (p >= end) [[unlikely]]
                    return fails(end, "");
                const char *behind = columns[i]->scan(p, end);
                if (!behind) [[unlikely]] {
                    behind = slowCell(p, i);
                    if (!behind)
                        return false;
                }
                p = behind;
                if (i == last)
                    break;
                if (*p == ',') [[likely]]
                    ++p;
                else if (!(p = separator(p, i)))
                    return false;
            }
            if (*p == ']') [[likely]]
                ++p;
            else if (!(p = separator(p, last)))
                return false;
            if (++m_row == kFirstRows && !m_isSized)
                reserveFrom(kFirstRows, p - start, end - start);
            if (*p == ',' && p < end) [[likely]] {
                ++p;
            } else {
                m_reader.setPosition(p);
                if (m_reader.take(']')) {
                    if (m_reader.position() > end)
                        return fails(end, "");
                    return true;
                }
                if (!m_reader.take(','))
                    return fails(m_reader.position(), "a comma or ] is missing behind a row");
                p = m_reader.position();
            }
        }
    }

    /// Steps over white space and the `[` of a row.
    const char *enterRow(const char *p)
    {
        m_reader.setPosition(p);
        if (!m_reader.take('[')) {
            fails(m_reader.position(), "a row is not an array");
            return nullptr;
        }
        return m_reader.position();
    }

    /// Behind a cell that no comma, or behind the last that no bracket follows at once.
    const char *separator(const char *p, size_t column)
    {
        const bool isLast = column + 1 == m_columns.size();
        m_reader.setPosition(p);
        if (m_reader.take(isLast ? ']' : ','))
            return m_reader.position();
        if (!m_reader.atEnd() && m_reader.peek() == (isLast ? ',' : ']')) {
            m_error = {.code = Error::Code::InvalidData,
                       .message = isLast ? u"The server sent a row that is too long: row %1 of the page has more values than the result has columns (%2)."_s
                                               .arg(m_row + 1)
                                               .arg(m_columns.size())
                                         : u"The server sent a row that is too short: row %1 of the page has %2 values, the result has %3 columns."_s
                                               .arg(m_row + 1)
                                               .arg(column + 1)
                                               .arg(m_columns.size())};
            return nullptr;
        }
        fails(m_reader.position(), isLast ? "a ] is missing behind the last value of a row" : "a comma is missing behind a value");
        return nullptr;
    }

    const char *slowCell(const char *p, size_t index)
    {
        m_reader.setPosition(p);
        m_reader.skipSpace();
        const char *const start = m_reader.position();
        if (m_reader.peek() == ']' && index == 0 && !m_reader.atEnd()) {
            m_error = {.code = Error::Code::InvalidData,
                       .message = u"The server sent a row that is too short: row %1 of the page has 0 values, the result has %2 columns."_s
                                      .arg(m_row + 1)
                                      .arg(m_columns.size())};
            return nullptr;
        }
        JsonColumn &column = *m_columns[index];
        const auto outcome = column.appendCell(m_reader, 2);
        switch (outcome) {
        case JsonColumn::Outcome::Ok:
            return m_reader.position();
        case JsonColumn::Outcome::Overflow:
        case JsonColumn::Outcome::Unparsable:
            return keepRaw(start, index, outcome == JsonColumn::Outcome::Unparsable);
        case JsonColumn::Outcome::Malformed:
            m_error = jsonError();
            return nullptr;
        case JsonColumn::Outcome::TooLarge:
            m_error = {.code = Error::Code::InvalidData,
                       .message = u"Column \"%1\" has more than 2 GiB of data in one page (row %2), which is more than one batch can hold."_s
                                      .arg(columnName(index))
                                      .arg(m_row + 1),
                       .hint = u"Select fewer or shorter values, or cut them with substr()."_s};
            return nullptr;
        case JsonColumn::Outcome::OutOfMemory:
            m_error = outOfMemory();
            return nullptr;
        }
        Q_UNREACHABLE_RETURN(nullptr);
    }

    /// The cell at `start` becomes null, its text goes aside.
    const char *keepRaw(const char *start, size_t index, bool isUnparsable)
    {
        JsonColumn &column = *m_columns[index];
        column.truncate(m_row);
        m_reader.setPosition(start);
        if (!m_reader.skipValue(2)) {
            m_error = jsonError();
            return nullptr;
        }
        const char *const behind = m_reader.position();
        std::string text(start, behind);
        if (*start == '"') {
            m_reader.setPosition(start);
            std::string_view content;
            if (m_reader.readString(content) == JsonReader::StringResult::Text)
                text = content;
            else
                text = text.substr(1, text.size() - 2);
        }
        if (isUnparsable && m_unparsableCount++ == 0) {
            m_firstUnparsable = u"row %1 of the page, column \"%2\": \"%3\" is not a value of type %4"_s.arg(m_row + 1)
                                    .arg(columnName(index), QString::fromUtf8(text.substr(0, 200)), typeText(index));
        }
        m_raws[index].emplace_back(m_row, std::move(text));
        if (column.appendNull() != JsonColumn::Outcome::Ok) {
            m_error = outOfMemory();
            return nullptr;
        }
        return behind;
    }

    Result<JsonRowsResult> finish(qint64 byteCount)
    {
        JsonRowsSizes::Sizes sizes {.rowCount = m_row, .byteCount = byteCount};
        std::vector<std::shared_ptr<arrow::ArrayData>> arrays;
        arrays.reserve(m_columns.size());
        for (const auto &column : m_columns)
            column->appendSizes(sizes.parts);
        for (const auto &column : m_columns) {
            arrays.push_back(column->finish());
            if (!arrays.back())
                return std::unexpected(outOfMemory());
        }
        m_sizes.setSizes(std::move(sizes));
        JsonRowsResult result;
        result.batch = arrow::RecordBatch::Make(schemaWithRaws(), m_row, std::move(arrays));
        result.unparsableCount = m_unparsableCount;
        result.firstUnparsable = m_firstUnparsable;
        return result;
    }

    std::shared_ptr<arrow::Schema> schemaWithRaws() const
    {
        if (std::ranges::all_of(m_raws, [](const auto &raws) { return raws.empty(); }))
            return m_schema;
        arrow::FieldVector fields = m_schema->fields();
        for (size_t i = 0; i < fields.size(); ++i) {
            if (m_raws[i].empty())
                continue;
            std::string json = "{";
            for (const auto &[row, text] : m_raws[i]) {
                if (json.size() > 1)
                    json += ',';
                appendJsonString(json, std::to_string(row));
                json += ':';
                appendJsonString(json, text);
            }
            json += '}';
            fields[i] = fields[i]->WithMergedMetadata(arrow::key_value_metadata({kRawKey}, {json}));
        }
        return arrow::schema(std::move(fields), m_schema->metadata());
    }

    void reserveFromSizes(const char *start)
    {
        const JsonRowsSizes::Sizes sizes = m_sizes.sizes();
        const double factor = sizes.byteCount > 0 ? double(m_reader.end() - start) / double(sizes.byteCount) * 1.02 : 0;
        if (sizes.rowCount == 0 || factor > 1000) {
            for (const auto &column : m_columns)
                column->reserve(std::min<qint64>(kFirstRows, (m_reader.end() - start) / 4 + 1));
            return;
        }
        m_isSized = true;
        // A failure to reserve shows when the room is needed.
        const qint64 *part = sizes.parts.data();
        for (const auto &column : m_columns) {
            column->reserve(qint64(double(sizes.rowCount) * factor) + 64);
            column->reserveBytes(part, factor);
        }
    }

    void reserveFrom(qint64 rows, qint64 bytes, qint64 total)
    {
        m_isSized = true;
        const double factor = double(total) / double(bytes) * 1.05;
        std::vector<qint64> parts;
        for (const auto &column : m_columns)
            column->appendSizes(parts);
        const qint64 *part = parts.data();
        for (const auto &column : m_columns) {
            column->reserve(qint64(double(rows) * factor) + 64);
            column->reserveBytes(part, factor);
        }
    }

    bool fails(const char *at, const char *what)
    {
        m_reader.setPosition(at);
        m_reader.fail(what);
        m_error = jsonError();
        return false;
    }

    Error jsonError() const
    {
        return {.code = Error::Code::InvalidData,
                .message = u"The server's answer is not valid JSON: at byte %1, in row %2 of the page, %3."_s
                               .arg(m_reader.errorOffset())
                               .arg(m_row + 1)
                               .arg(QString::fromLatin1(m_reader.what()))};
    }
    static Error outOfMemory() { return {.code = Error::Code::Internal, .message = u"There is not enough memory for this page of the result."_s}; }
    QString columnName(size_t index) const { return QString::fromStdString(m_schema->field(int(index))->name()); }
    QString typeText(size_t index) const
    {
        const auto &metadata = m_schema->field(int(index))->metadata();
        const auto text = metadata ? metadata->Get(kTypeKey) : arrow::Result<std::string>();
        return QString::fromStdString(text.ok() ? *text : m_schema->field(int(index))->type()->ToString());
    }

    JsonReader &m_reader;
    std::shared_ptr<arrow::Schema> m_schema;
    JsonRowsSizes &m_sizes;
    std::vector<std::unique_ptr<JsonColumn>> m_columns;
    std::vector<std::vector<std::pair<qint64, std::string>>> m_raws;
    qint64 m_row = 0;
    bool m_isSized = false;
    qint64 m_unparsableCount = 0;
    QString m_firstUnparsable;
    Error m_error;
};

} // namespace

JsonRowsSizes::Sizes JsonRowsSizes::sizes() const
{
    const std::lock_guard lock(m_mutex);
    return m_sizes;
}

void JsonRowsSizes::setSizes(Sizes sizes)
{
    const std::lock_guard lock(m_mutex);
    m_sizes = std::move(sizes);
}

Result<JsonRowsResult> decodeJsonRows(JsonReader &reader, const std::shared_ptr<arrow::Schema> &schema,
                                      const std::vector<JsonColumnSpec> &columns, JsonRowsSizes &sizes)
{
    return RowScanner(reader, schema, columns, sizes).run();
}

} // namespace Grebe
