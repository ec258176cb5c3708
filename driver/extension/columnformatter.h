// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QString>
#include <QVariant>

#include <arrow/type_fwd.h>

#include <memory>
#include <string>

namespace Grebe {

/// Keys of the metadata on an Arrow field.
///
/// `grebe.type` is the engine's own type text (`timestamp(12) with time zone`). `grebe.raw`, on a field of a single
/// batch, is a JSON object from row number in the batch to the engine's own text of a value that the Arrow type can't
/// hold (a nanosecond time in the year 1); the array is null there, the value is not.
inline constexpr char kTypeKey[] = "grebe.type";
inline constexpr char kRawKey[] = "grebe.raw";

/// Turns the values of one column into text, JSON or QVariants; made once per column, used per cell.
///
/// Shape      text is exact and is the engine's own: every digit of a decimal or a time, its zone, shortest round-trip
///            reals, `NaN`, `Infinity`. Bytes are hexadecimal in text and base64 in JSON. Nested values are JSON in text,
///            with row fields by name.
/// Thread     const, any. A formatter serves every batch of its schema.
/// Source     the JSON forms are those that the command line documents: integers exact to 64 bits, decimal as a string,
///            non-finite reals as strings, times as the engine's text, map as an array of pairs, row as an object (an
///            array where field names are missing or repeat).
class GREBE_EXPORT ColumnFormatter
{
public:
    enum class Alignment { Left, Right };

    explicit ColumnFormatter(const std::shared_ptr<arrow::Field> &field);
    ~ColumnFormatter();
    ColumnFormatter(ColumnFormatter &&) noexcept;
    ColumnFormatter &operator=(ColumnFormatter &&) noexcept;

    /// Appends nothing and returns false for SQL NULL. `column` is the column's index in the batch.
    bool appendText(const arrow::RecordBatch &batch, int column, qint64 row, std::string &out) const;
    /// Appends one JSON value; `null` for SQL NULL.
    void appendJson(const arrow::RecordBatch &batch, int column, qint64 row, std::string &out) const;
    bool isNull(const arrow::RecordBatch &batch, int column, qint64 row) const;
    /// The value as the QSqlDriver hands it out; a null QVariant of the right type for SQL NULL. The mapping is the
    /// table in driver/plugin/README.md. What a QVariant can't hold exactly is a QString.
    QVariant variant(const arrow::RecordBatch &batch, int column, qint64 row) const;
    QMetaType metaType() const; ///< what variant() gives
    /// Convenience for one cell: at most `maxChars` characters, "…" behind them when cut.
    QString text(const arrow::RecordBatch &batch, int column, qint64 row, qsizetype maxChars = -1) const;

    QString typeText() const; ///< the engine's type
    Alignment alignment() const;
    bool isNested() const;
    bool isNumeric() const;
    int precision() const; ///< decimal digits, or -1
    int scale() const; ///< digits behind the point, or -1

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace Grebe
