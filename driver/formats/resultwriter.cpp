// SPDX-License-Identifier: Apache-2.0
#include "resultwriter.h"

#include "arrowwriter.h"
#include "csvwriter.h"
#include "htmlwriter.h"
#include "insertwriter.h"
#include "jsonwriter.h"
#include "markdownwriter.h"
#include "parquetwriter.h"
#include "tablewriter.h"
#include "tsvwriter.h"
#include "xlsxwriter.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr size_t kFlushBytes = 256 * 1024;

class NoneWriter final : public ResultWriter
{
public:
    Result<void> begin(const std::shared_ptr<arrow::Schema> &) override { return {}; }
    Result<void> write(const arrow::RecordBatch &) override { return {}; }
    Result<void> end() override { return {}; }
};

} // namespace

ResultWriter::~ResultWriter() = default;

RowWriter::~RowWriter() = default;

Result<void> RowWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    for (const auto &field : schema->fields())
        m_columns.push_back({ field->name(), ColumnFormatter(field) });
    writeHeader();
    return flush();
}

Result<void> RowWriter::write(const arrow::RecordBatch &batch)
{
    return writeRows(batch, 0, batch.num_rows());
}

Result<void> RowWriter::writeRows(const arrow::RecordBatch &batch, qint64 first, qint64 count)
{
    for (qint64 row = first; row < first + count; ++row) {
        const size_t rowStart = m_out.size();
        writeRow(batch, row);
        if (m_error) {
            m_out.resize(rowStart);
            (void)flush();
            return std::unexpected(*m_error);
        }
        if (m_out.size() >= kFlushBytes) {
            if (auto flushed = flush(); !flushed)
                return flushed;
        }
    }
    // A reader at the other end of a pipe sees what has arrived, not what fills a buffer.
    return flush();
}

Result<void> RowWriter::end()
{
    if (m_error)
        return std::unexpected(*m_error);
    writeFooter();
    return flush();
}

Result<void> RowWriter::flush()
{
    if (m_out.empty())
        return {};
    const Result<void> result = m_sink.write(m_out);
    m_out.clear();
    return result;
}

const QList<ResultFormat> &resultFormats()
{
    static const QList<ResultFormat> formats {
        { u"table"_s, u"Table"_s, { u"txt"_s }, u"aligned columns for people to read"_s },
        { u"csv"_s, u"CSV"_s, { u"csv"_s },
          u"comma separated (RFC 4180) with a header; NULL is empty, an empty string is \"\""_s },
        { u"tsv"_s, u"TSV"_s, { u"tsv"_s, u"tab"_s },
          u"tab separated with a header; tab, newline and backslash are \\t, \\n and \\\\, NULL is \\N"_s },
        { u"jsonl"_s, u"JSON lines"_s, { u"jsonl"_s, u"ndjson"_s }, u"one JSON object a row and line"_s },
        { u"json"_s, u"JSON"_s, { u"json"_s }, u"one JSON array of objects"_s },
        { u"markdown"_s, u"Markdown"_s, { u"md"_s, u"markdown"_s }, u"a table for a wiki or a ticket"_s },
        { u"html"_s, u"HTML"_s, { u"html"_s, u"htm"_s }, u"a page with one table"_s, false, true },
        { u"insert"_s, u"SQL INSERT"_s, { u"sql"_s }, u"INSERT statements in the SQL of the connection"_s },
        { u"xlsx"_s, u"Excel workbook"_s, { u"xlsx"_s },
          u"numbers and dates as such, more than 15 digits as text; the next sheet after 1,048,576 rows"_s, true, true },
        { u"parquet"_s, u"Parquet"_s, { u"parquet"_s, u"pq"_s }, u"every type, with dictionary and zstd"_s, true, true },
        { u"arrow"_s, u"Arrow stream"_s, { u"arrow"_s, u"arrows"_s }, u"Arrow IPC stream: every value and type as it is"_s,
          true },
        { u"arrowfile"_s, u"Arrow file"_s, { u"feather"_s, u"ipc"_s },
          u"Arrow IPC file (Feather 2): the same, for readers that jump in it"_s, true, true },
        { u"none"_s, u"Nothing"_s, {}, u"reads the result and writes nothing: for measuring"_s },
    };
    return formats;
}

std::vector<int> columnsWithRawValues(const arrow::RecordBatch &batch)
{
    std::vector<int> columns;
    for (int i = 0; i < batch.num_columns(); ++i) {
        const auto &metadata = batch.schema()->field(i)->metadata();
        const int key = metadata ? metadata->FindKey(kRawKey) : -1;
        if (key >= 0 && metadata->value(key) != "{}")
            columns.push_back(i);
    }
    return columns;
}

QString formatForFileName(const QString &fileName)
{
    const QString suffix = QFileInfo(fileName).suffix();
    for (const ResultFormat &format : resultFormats()) {
        if (format.suffixes.contains(suffix, Qt::CaseInsensitive))
            return format.id;
    }
    return {};
}

std::unique_ptr<ResultWriter> makeResultWriter(const QString &formatId, ByteSink &sink, const WriteOptions &options)
{
    if (formatId == "table"_L1)
        return std::make_unique<TableWriter>(sink, options);
    if (formatId == "csv"_L1)
        return std::make_unique<CsvWriter>(sink, options);
    if (formatId == "tsv"_L1)
        return std::make_unique<TsvWriter>(sink, options);
    if (formatId == "jsonl"_L1)
        return std::make_unique<JsonWriter>(sink, options, JsonWriter::Layout::Lines);
    if (formatId == "json"_L1)
        return std::make_unique<JsonWriter>(sink, options, JsonWriter::Layout::Array);
    if (formatId == "markdown"_L1)
        return std::make_unique<MarkdownWriter>(sink, options);
    if (formatId == "arrow"_L1)
        return std::make_unique<ArrowWriter>(sink, ArrowWriter::Layout::Stream);
    if (formatId == "arrowfile"_L1)
        return std::make_unique<ArrowWriter>(sink, ArrowWriter::Layout::File);
    if (formatId == "parquet"_L1)
        return std::make_unique<ParquetWriter>(sink, options);
    if (formatId == "xlsx"_L1)
        return std::make_unique<XlsxWriter>(sink, options);
    if (formatId == "html"_L1)
        return std::make_unique<HtmlWriter>(sink, options);
    if (formatId == "insert"_L1)
        return std::make_unique<InsertWriter>(sink, options);
    if (formatId == "none"_L1)
        return std::make_unique<NoneWriter>();
    return nullptr;
}

} // namespace Grebe
