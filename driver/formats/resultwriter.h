// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bytesink.h"
#include "extension/columnformatter.h"
#include "extension/objectpath.h"

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

/// How an export looks; a value. What a format has no use for it ignores.
struct GREBE_EXPORT WriteOptions
{
    char delimiter = ','; ///< csv
    bool hasHeader = true; ///< csv, tsv, table, html, xlsx
    std::string lineEnd; ///< csv, tsv; empty is the format's own: CR LF for csv, as RFC 4180 says, LF for tsv
    std::optional<std::string> nullText; ///< csv: nothing; tsv: `\N`; table, markdown, html: `NULL`
    bool quotesAll = false; ///< csv: every value and name but NULL
    bool hasByteOrderMark = false; ///< csv, tsv: U+FEFF in front, by which Excel knows UTF-8
    /// csv, tsv: a text that a spreadsheet could take for a formula gets a `'` in front. For spreadsheets only: the text
    /// is then another one.
    bool guardsFormulas = false;
    /// parquet: numbers of columns that are written as text, since they hold values that their type can't
    /// (columnsWithRawValues()).
    std::vector<int> textColumns;
    const Dialect *dialect = nullptr; ///< insert; null is DuckDB's
    ObjectPath table; ///< insert; empty is `result`
    int rowsPerInsert = 500; ///< insert
    QString title; ///< html, xlsx: of the page, of the sheet
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
    bool isWhole = false; ///< a file holds one result: a second one behind it makes no sense
};

/// Every format, in the order they are offered.
GREBE_EXPORT const QList<ResultFormat> &resultFormats();
/// The id of the format that a file's name asks for; empty when it asks for none.
GREBE_EXPORT QString formatForFileName(const QString &fileName);

/// Numbers of the columns that hold values which are null in their array and text in `grebe.raw`.
GREBE_EXPORT std::vector<int> columnsWithRawValues(const arrow::RecordBatch &batch);

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

/// Nullptr when there is no format of that id.
GREBE_EXPORT std::unique_ptr<ResultWriter> makeResultWriter(const QString &formatId, ByteSink &sink,
                                                            const WriteOptions &options = {});

/// What the formats of text share: a formatter per column, a buffer in front of the sink.
class RowWriter : public ResultWriter
{
public:
    RowWriter(ByteSink &sink, const WriteOptions &options) : m_options(options), m_sink(sink) { }
    ~RowWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) final;
    Result<void> write(const arrow::RecordBatch &batch) final;
    /// Some rows of a batch: a slice of it would not find what `grebe.raw` says by row.
    Result<void> writeRows(const arrow::RecordBatch &batch, qint64 first, qint64 count);
    Result<void> end() final;

protected:
    // Each appends to m_out.
    virtual void writeHeader() = 0;
    virtual void writeRow(const arrow::RecordBatch &batch, qint64 row) = 0;
    virtual void writeFooter() { }
    /// Ends the writing behind the row that is being written, which does not get out.
    void fail(const Error &error) { m_error = error; }

    struct Column
    {
        std::string name;
        ColumnFormatter formatter;
    };

    const WriteOptions m_options;
    std::vector<Column> m_columns;
    std::string m_out;

private:
    Result<void> flush();

    ByteSink &m_sink;
    std::optional<Error> m_error;
};

} // namespace Grebe
