// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtNumeric>

#include <arrow/type_fwd.h>

#include <memory>

namespace Grebe {

/// What a column can be in a chart.
enum class ChartRole {
    None, ///< bytes, nested values
    Number,
    Time, ///< dates and timestamps
    TimeOfDay,
    Category ///< texts, booleans
};

/// One column of a result as the doubles a chart is drawn from: the only place where values lose digits.
///
/// Shape      numbers as the nearest double (a decimal of more than about 15 digits is rounded), times as milliseconds
///            since 1970-01-01 UTC, times of day as milliseconds since midnight. NaN stands for what has no place on an
///            axis: NULL, NaN, infinity, and values beyond their Arrow type.
/// Thread     any, each by itself.
class ChartColumn
{
public:
    ChartColumn(int column, const arrow::Field &field);

    static ChartRole roleOf(const arrow::Field &field);
    /// Doubles don't hold all of its values: decimals, and integers of 64 bits.
    static bool isRounded(const arrow::Field &field);

    int column() const { return m_column; }
    /// The batch that value() reads from now on; it is held.
    void bind(const std::shared_ptr<arrow::RecordBatch> &batch);
    double value(qint64 row) const;

private:
    using Read = double (*)(const arrow::Array &, qint64, double);
    using Place = qint64 (*)(const arrow::Array &, qint64);
    static Read readerOf(const arrow::DataType &type, double *scale);

    int m_column;
    double m_scale = 1;
    Read m_read = nullptr;
    Place m_place = nullptr;
    std::shared_ptr<arrow::Array> m_array;
    std::shared_ptr<arrow::Array> m_values; // the dictionary's, the struct's first field, or the array itself
};

} // namespace Grebe
