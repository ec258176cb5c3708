// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"
#include "resultstore.h"

#include "grebe_export.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <functional>
#include <memory>

namespace Grebe {

class Dialect;

/// The cells of a result that a person selected: rows in the order they are shown, columns in the order they are shown.
///
/// Shape      a value. Positions count from 0; `rowAt` gives the result's row of a position, and without it they are
///            the same. `columns` are the result's column numbers.
/// Thread     any, with the functions below: the GUI hands a copy to a worker.
struct CellRange
{
    std::shared_ptr<const ResultStore> store;
    std::function<qint64(qint64)> rowAt;
    qint64 firstPosition = 0;
    qint64 rowCount = 0;
    QList<int> columns;

    qint64 cellCount() const { return rowCount * columns.size(); }
};

/// Asked now and then by what takes long; true ends it with Error::Code::Cancelled.
using CancelCheck = std::function<bool()>;

/// Sum, average and the rest of selected cells.
///
/// Shape      texts as the result's own formatter writes values, without grouping. Sum and average are there when every
///            selected column is a number; of integers and decimals they are computed in whole numbers of up to 256
///            bits, so every digit is right. Minimum and maximum, and how many values differ, are those of one column.
/// Units      the average has the digits of the sum behind its point, and two at least, rounded half away from zero.
struct GREBE_EXPORT CellTotals
{
    qint64 cellCount = 0;
    qint64 nullCount = 0;
    QString sum;
    QString average;
    QString minimum;
    QString maximum;
    qint64 distinctCount = -1; ///< -1: not counted, there are too many
    bool isExact = true; ///< false: reals are among them, and the sum is one

    qint64 valueCount() const { return cellCount - nullCount; }
};

GREBE_EXPORT Result<CellTotals> cellTotals(const CellRange &range, const CancelCheck &isCancelled = {});

/// The forms cells are copied in.
enum class CopyFormat { Tsv, Csv, Json, Markdown, Html, Insert, InList, Values };

struct CopyOptions
{
    bool hasHeader = false; ///< the column names; Json, Markdown and Insert always have them
    const Dialect *dialect = nullptr; ///< of Insert, InList and Values; null is DuckDB's
    QString tableName; ///< of Insert
    qint64 maxBytes = -1; ///< -1: no limit
};

/// The cells as UTF-8 text.
///
/// Shape      Tsv is what spreadsheets take: NULL is empty, a tab or line break inside a value a blank; one cell alone
///            is its value as it is. The others are the exports' own, Html the table alone. InList takes the first column, each
///            value once, no NULL.
/// Errors     Incomplete when it would be larger than `maxBytes`; Cancelled; InvalidArgument for a value that the
///            engine has no literal for.
GREBE_EXPORT Result<QByteArray> copyCells(const CellRange &range, CopyFormat format, const CopyOptions &options,
                                          const CancelCheck &isCancelled = {});
/// The same into a file, which is there only when it is whole.
GREBE_EXPORT Result<void> copyCellsToFile(const CellRange &range, CopyFormat format, const CopyOptions &options,
                                          const QString &fileName, const CancelCheck &isCancelled = {});

/// Finds a text in cells as they are shown, without regard to case.
///
/// Errors     Cancelled.
/// Thread     the searching functions: any.
struct CellPosition
{
    qint64 position = -1;
    int columnIndex = -1; ///< in CellRange::columns
    bool isValid() const { return position >= 0; }
};
/// How many cells hold it; `found` hears of the count so far now and then.
GREBE_EXPORT Result<qint64> countMatches(const CellRange &range, const QString &text, const CancelCheck &isCancelled = {},
                                         const std::function<void(qint64)> &found = {});
/// The first one behind `from` (before it when `isBackward`), around the end once; invalid when there is none.
GREBE_EXPORT Result<CellPosition> findMatch(const CellRange &range, const QString &text, CellPosition from,
                                            bool isBackward, const CancelCheck &isCancelled = {});

} // namespace Grebe
