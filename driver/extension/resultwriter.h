// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bytesink.h"
#include "cellrange.h"
#include "objectpath.h"

#include <QList>
#include <QString>
#include <QStringList>

#include <arrow/type_fwd.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace Grebe {

class Dialect;

/// How the characters of a text file are written. What Latin-1 has no byte for is an error that names its row.
enum class TextEncoding { Utf8, Utf16Le, Latin1 };

/// Literals as INSERT statements; as a VALUES list, with the names around it where there is a header; as an IN list of the
/// first column, each value once, no NULL.
enum class SqlForm { Insert, Values, InList };

/// How an export looks; a value. What a format has no use for it ignores.
struct GREBE_EXPORT WriteOptions
{
    char delimiter = ','; ///< csv
    bool hasHeader = true; ///< csv, tsv, table, html, xlsx
    std::string lineEnd; ///< csv, tsv; empty is the format's own: CR LF for csv, as RFC 4180 says, LF for tsv
    std::optional<std::string> nullText; ///< csv: nothing; tsv: `\N`; table, markdown, html: `NULL`
    bool quotesAll = false; ///< csv: every value and name but NULL
    TextEncoding encoding = TextEncoding::Utf8; ///< csv, tsv
    bool hasByteOrderMark = false; ///< csv, tsv in UTF-8: U+FEFF in front, by which Excel knows it; UTF-16 always has it
    /// csv, tsv: a text that a spreadsheet could take for a formula gets a `'` in front. For spreadsheets only: the text
    /// is then another one.
    bool guardsFormulas = false;
    /// parquet: numbers of columns that are written as text, since they hold values that their type can't
    /// (columnsWithRawValues()).
    std::vector<int> textColumns;
    const Dialect *dialect = nullptr; ///< insert; null is DuckDB's
    ObjectPath table; ///< insert, duckdb; empty is `result`
    int rowsPerInsert = 500; ///< insert
    SqlForm sqlForm = SqlForm::Insert; ///< insert
    QString title; ///< html, xlsx: of the page, of the sheet
    bool isFragment = false; ///< html: the table alone, in the plain markup that is pasted into mails and documents
    bool isOneSheet = false; ///< xlsx: more rows than a sheet holds are an error, not a second sheet
    bool replacesTable = false; ///< duckdb: a table of that name may be replaced
    /// table: rows that are looked at for the columns' widths before the first one is written.
    qsizetype widthRows = 1000;
};

/// One format that results can be written in; a value.
struct GREBE_EXPORT ResultFormat
{
    QString id; ///< "csv"
    QString label; ///< for people: "CSV"
    QStringList suffixes; ///< of file names, the usual one first
    QString help; ///< one sentence
    bool isBinary = false; ///< nothing for a terminal
    /// Written by an engine: DriverExtension::createFileWriter() makes the writer, and there is no sink.
    bool isDatabase = false;
    bool isWhole = false; ///< a file holds one result: a second one behind it makes no sense
};

/// Every format, in the order they are offered.
GREBE_EXPORT const QList<ResultFormat> &resultFormats();
/// The id of the format that a file's name asks for; empty when it asks for none.
GREBE_EXPORT QString formatForFileName(const QString &fileName);

/// Writes one result, batch by batch, in one format.
///
/// Shape      begin() once, write() any number of times with batches of that schema, end() once. A result that ends
///            without end() was cut: the output says so where its format can (JSON has no closing bracket, Arrow no end
///            of stream), and whoever called must say so where it can't.
/// Errors     those of the sink, and NotImplemented for what a format cannot hold.
/// Thread     one at a time.
/// Ownership  the sink is the caller's and outlives the writer.
class GREBE_EXPORT ResultWriter
{
public:
    virtual ~ResultWriter();
    virtual Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) = 0;
    virtual Result<void> write(const arrow::RecordBatch &batch) = 0;
    virtual Result<void> end() = 0;
    /// What a reader will find different from the result, in sentences; known after begin().
    virtual QStringList remarks() const { return {}; }
};

/// Nullptr when there is no format of that id, and for a database.
GREBE_EXPORT std::unique_ptr<ResultWriter> makeResultWriter(const QString &formatId, ByteSink &sink,
                                                            const WriteOptions &options = {});

/// Writes the cells of a result, in the order they are shown, between begin() and end() of the writer, which stay the
/// caller's.
///
/// Shape      batches of at most 16,384 rows, values of the store without a copy where rows follow each other.
/// Errors     the writer's; Cancelled; Incomplete when rows are no longer in the store.
/// Units      memory: one such batch. `written` hears of the rows so far behind each.
GREBE_EXPORT Result<void> writeCells(const CellRange &cells, ResultWriter &writer, const CancelCheck &isCancelled = {},
                                     const std::function<void(qint64)> &written = {});
/// The fields of the range's columns; null without a result.
GREBE_EXPORT std::shared_ptr<arrow::Schema> schemaOfCells(const CellRange &cells);
/// Positions in CellRange::columns of columns with values that are null in their array and text in `grebe.raw`: what
/// WriteOptions::textColumns is for. Looks at the store's batches, not only at the rows of the range.
GREBE_EXPORT std::vector<int> columnsWithRawValues(const CellRange &cells);

} // namespace Grebe
