// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnformatter.h"
#include "extension/resultwriter.h"
#include "zipstream.h"

#include <optional>

namespace Grebe {

/// An Excel workbook, row by row into the sink with flat memory.
///
/// Shape      numbers of at most 15 digits are numbers, longer ones text, since Excel would round them; reals are the
///            doubles they are. Dates and times to the millisecond are dates from March 1900 to the year 9999, all
///            others and those with a zone text. Text is never a formula. NULL is no cell, empty text an empty one.
///            A full sheet is followed by the next, with the header again, or is an error (WriteOptions::isOneSheet).
/// Errors     NotImplemented for what a workbook can't hold: 16,384 columns, a text of more than 32,767 characters.
/// Source     ECMA-376 part 1: 18.2 to 18.4, 18.8, 22.9.2.19 (ST_Xstring); Excel's published limits.
class WorkbookWriter final : public ResultWriter
{
public:
    static constexpr qint64 kMostRows = 1'048'576;
    static constexpr int kMostColumns = 16'384;
    static constexpr qint64 kMostTextUnits = 32'767; ///< UTF-16
    static constexpr qint64 kMostSheetBytes = qint64(3) << 30; ///< of XML; a ZIP holds 4 GB a file

    WorkbookWriter(ByteSink &sink, const WriteOptions &options);
    ~WorkbookWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) override;
    Result<void> write(const arrow::RecordBatch &batch) override;
    Result<void> end() override;

private:
    enum class Kind { Text, Bool, Integer, Decimal, Real, Date, Timestamp, Time };
    struct Column
    {
        std::string name;
        std::string letters; ///< "AB"
        Kind kind = Kind::Text;
        ColumnFormatter formatter;
    };

    Result<void> beginSheet();
    Result<void> endSheet();
    Result<void> addFile(const std::string &name, std::string_view text);
    Result<void> appendRow(const arrow::RecordBatch &batch, qint64 row);
    Result<void> appendText(const Column &column, const std::string &text, int style);
    bool appendValue(const Column &column, const std::string &text);
    void openCell(const Column &column);
    Result<void> flush(size_t atLeast);
    QString sheetName(int number) const;

    const WriteOptions m_options;
    ZipStream m_zip;
    std::vector<Column> m_columns;
    std::string m_out;
    std::string m_value;
    std::string m_rowText; ///< the number of the row that is written
    qint64 m_rowOfSheet = 0;
    qint64 m_rowCount = 0;
    int m_sheetCount = 0;
};

} // namespace Grebe
