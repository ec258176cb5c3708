// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"
#include "resultorder.h"

#include "grebe_export.h"

#include <QFuture>
#include <QList>
#include <QString>

#include <memory>

namespace Grebe {

/// What is in a column, or in some rows of it.
///
/// Shape      values are text as the grid shows it, with the row where they are; a row of -1 says there is none. Where
///            an `is...Estimate` is set the numbers beside it come from a sketch or a sample, all others are exact.
/// Units      counts in rows; lengths in bytes of UTF-8.
struct GREBE_EXPORT ColumnStatistics
{
    struct Value
    {
        QString text;
        qint64 row = -1;
    };
    struct Quantile
    {
        double share = 0; ///< 0.25: a quarter of the values is not above it
        Value value;
    };
    struct Bin
    {
        QString lower; ///< its lowest value; the bin ends before the next one's, the last includes the maximum
        QString upper;
        qint64 count = 0;
    };
    struct Top
    {
        Value value;
        qint64 count = 0;
    };

    qint64 rowCount = 0;
    qint64 nullCount = 0;
    qint64 notANumberCount = 0; ///< NaN
    qint64 emptyCount = 0; ///< texts of no length
    qint64 distinctCount = 0; ///< of values that are not null
    bool isDistinctEstimate = false; ///< within about 2 %
    Value minimum;
    Value maximum;
    QString sum; ///< integers and decimals exactly, reals as a real; empty for other types
    QString average; ///< to six digits behind those of the type; empty for other types
    QList<Quantile> quantiles; ///< 0.05, 0.25, 0.5, 0.75, 0.95; empty for text
    bool isQuantileEstimate = false;
    QList<Bin> histogram; ///< of numbers and times, equally wide; empty for others
    QList<Top> topValues; ///< most frequent first
    bool isTopEstimate = false; ///< counts are exact, but a more frequent value may be missing
    qint64 shortestLength = 0; ///< of texts and bytes
    qint64 longestLength = 0;
};

struct StatisticsOptions
{
    qint64 distinctLimit = 200'000; ///< values counted one by one; beyond it the count is an estimate
    qint64 quantileLimit = 2'000'000; ///< rows sorted for quantiles; beyond it they are a sample of as many
    int binCount = 20;
    int topCount = 10;
};

/// `rows` null: the whole column. For the sum of a selection give its rows (RowOrder::slice, RowOrder::range).
///
/// Errors     as orderRows(); a future that was cancelled has no result.
/// Thread     any; the work is done in the global thread pool. The future's progress runs from 0 to 1000.
GREBE_EXPORT QFuture<Result<ColumnStatistics>> columnStatistics(std::shared_ptr<const ResultStore> store, int column,
                                                                RowOrderPtr rows = {}, StatisticsOptions options = {});

} // namespace Grebe
