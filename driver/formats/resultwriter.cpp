// SPDX-License-Identifier: Apache-2.0
#include "extension/resultwriter.h"

#include "arrowwriter.h"
#include "csvwriter.h"
#include "guardedwriter.h"
#include "htmlwriter.h"
#include "insertwriter.h"
#include "jsonwriter.h"
#include "markdownwriter.h"
#include "parquetwriter.h"
#include "tablewriter.h"
#include "tsvwriter.h"
#include "workbookwriter.h"

#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

class NoneWriter final : public ResultWriter
{
public:
    Result<void> begin(const std::shared_ptr<arrow::Schema> &) override { return {}; }
    Result<void> write(const arrow::RecordBatch &) override { return {}; }
    Result<void> end() override { return {}; }
};

std::unique_ptr<ResultWriter> makeWriter(const QString &formatId, ByteSink &sink, const WriteOptions &options)
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
        return std::make_unique<WorkbookWriter>(sink, options);
    if (formatId == "html"_L1)
        return std::make_unique<HtmlWriter>(sink, options);
    if (formatId == "insert"_L1)
        return std::make_unique<InsertWriter>(sink, options);
    if (formatId == "none"_L1)
        return std::make_unique<NoneWriter>();
    return nullptr;
}

} // namespace

ResultWriter::~ResultWriter() = default;

const QList<ResultFormat> &resultFormats()
{
    static const QList<ResultFormat> formats {
        { .id = u"table"_s, .label = u"Table"_s, .suffixes = { u"txt"_s },
          .help = u"aligned columns for people to read"_s },
        { .id = u"csv"_s, .label = u"CSV"_s, .suffixes = { u"csv"_s },
          .help = u"comma separated (RFC 4180) with a header; NULL is empty, an empty string is \"\""_s },
        { .id = u"tsv"_s, .label = u"TSV"_s, .suffixes = { u"tsv"_s, u"tab"_s },
          .help = u"tab separated with a header; tab, newline and backslash are \\t, \\n and \\\\, NULL is \\N"_s },
        { .id = u"jsonl"_s, .label = u"JSON lines"_s, .suffixes = { u"jsonl"_s, u"ndjson"_s },
          .help = u"one JSON object a row and line"_s },
        { .id = u"json"_s, .label = u"JSON"_s, .suffixes = { u"json"_s }, .help = u"one JSON array of objects"_s },
        { .id = u"markdown"_s, .label = u"Markdown"_s, .suffixes = { u"md"_s, u"markdown"_s },
          .help = u"a table for a wiki or a ticket"_s },
        { .id = u"html"_s, .label = u"HTML"_s, .suffixes = { u"html"_s, u"htm"_s },
          .help = u"a page with one table"_s, .isWhole = true },
        { .id = u"insert"_s, .label = u"SQL INSERT"_s, .suffixes = { u"sql"_s },
          .help = u"INSERT statements in the SQL of the connection"_s },
        { .id = u"xlsx"_s, .label = u"Excel workbook"_s, .suffixes = { u"xlsx"_s },
         
          .help = u"numbers and dates as such, more than 15 digits as text; the next sheet after 1,048,576 rows"_s, .isBinary = true, .isWhole = true },
        { .id = u"parquet"_s, .label = u"Parquet"_s, .suffixes = { u"parquet"_s, u"pq"_s },
          .help = u"every type, with dictionary and zstd"_s, .isBinary = true, .isWhole = true },
        { .id = u"arrow"_s, .label = u"Arrow stream"_s, .suffixes = { u"arrow"_s, u"arrows"_s },
          .help = u"Arrow IPC stream: every value and type as it is"_s,
          .isBinary = true },
        { .id = u"arrowfile"_s, .label = u"Arrow file"_s, .suffixes = { u"feather"_s, u"ipc"_s },
         
          .help = u"Arrow IPC file (Feather 2): the same, for readers that jump in it"_s, .isBinary = true, .isWhole = true },
        { .id = u"duckdb"_s, .label = u"DuckDB database"_s, .suffixes = { u"duckdb"_s, u"ddb"_s },
          .help = u"a table in a database file, every type as DuckDB has it; other tables of the file stay"_s,
          .isBinary = true, .isDatabase = true, .isWhole = true },
        { .id = u"none"_s, .label = u"Nothing"_s, .suffixes = {},
          .help = u"reads the result and writes nothing: for measuring"_s },
    };
    return formats;
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
    return guarded(makeWriter(formatId, sink, options));
}

} // namespace Grebe
