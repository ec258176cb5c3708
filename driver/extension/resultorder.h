// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"

#include "grebe_export.h"

#include <QFuture>
#include <QList>
#include <QString>

#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace Grebe {

class ResultStore;

/// Which rows of a result are shown, and in which order.
///
/// Shape      positions count from 0; each stands for one row of the result, no row comes twice. Immutable.
/// Units      all rows cost nothing, a filter one bit a row of the result, a sorted order four bytes a row shown (eight
///            beyond 2^32 rows), which lie in a file beside the spilled rows where they are many.
/// Thread     any.
class GREBE_EXPORT RowOrder
{
public:
    /// The rows [first, first + count) as they came.
    static std::shared_ptr<const RowOrder> range(qint64 first, qint64 count);
    /// The rows whose bits are set, lowest bit first, as they came.
    static std::shared_ptr<const RowOrder> selection(std::vector<quint64> bits);
    static std::shared_ptr<const RowOrder> rows(std::vector<quint32> rows);
    static std::shared_ptr<const RowOrder> rows(std::vector<quint64> rows);
    /// Rows that lie elsewhere, such as in a mapped file; `owner` keeps them there.
    static std::shared_ptr<const RowOrder> rows(std::span<const quint32> rows, std::shared_ptr<const void> owner);
    static std::shared_ptr<const RowOrder> rows(std::span<const quint64> rows, std::shared_ptr<const void> owner);

    qint64 size() const { return m_size; }
    /// O(1), O(log rows) in a filter. `position` is in [0, size()).
    qint64 rowAt(qint64 position) const;
    /// Where a row is shown; empty when it is not. O(rows) in a sorted order.
    std::optional<qint64> positionOf(qint64 row) const;
    /// The positions [first, first + count) as an order of their own: what a person selected.
    std::shared_ptr<const RowOrder> slice(qint64 first, qint64 count) const;
    /// Rows follow each other as they came: no sorting took place.
    bool isAscending() const { return m_isAscending; }

private:
    struct Range
    {
        qint64 first = 0;
    };
    struct Selection
    {
        std::vector<quint64> bits;
        std::vector<qint64> ranks; // set bits before each group of eight words
    };

    std::variant<Range, Selection, std::span<const quint32>, std::span<const quint64>> m_rows;
    std::shared_ptr<const void> m_owner; // of the sorted rows
    qint64 m_size = 0;
    bool m_isAscending = true;
};
using RowOrderPtr = std::shared_ptr<const RowOrder>;

/// One column to sort by.
///
/// Shape      numbers by value, NaN above all others and -0 equal to 0; times by instant; text and bytes by their UTF-8
///            bytes, which is the order of code points; false before true; intervals with months of 30 days and days of
///            24 hours. A value beyond its Arrow type (`grebe.raw`) comes before or behind all others as its sign or
///            year says, and among its like by value where its text is a number or a time. Nested values, and text of
///            Trino's type `number`, go by their text.
struct SortKey
{
    int column = 0;
    bool isDescending = false;
    bool nullsFirst = false; ///< whatever the direction
};

/// One condition on one column.
///
/// Shape      what a person typed, read as a value of the column's own type: never by way of a double. A literal with
///            more digits than the type has is between two values, and compares so. Comparisons go by the order that
///            SortKey describes; a null meets no condition but IsNull. Contains and Regex look at the text that is shown.
struct Filter
{
    enum class Test { Contains, Equals, Differs, Less, LessOrEqual, Greater, GreaterOrEqual, Between, Regex, IsNull, IsNotNull };

    int column = 0;
    Test test = Test::Contains;
    QString value;
    QString upperValue {}; ///< of Between, which includes both ends
    bool isCaseSensitive = false; ///< of Contains and Regex; without it ASCII letters, or in Regex all, are alike
    /// Filters of one number must all be met; a row is shown that meets those of any number.
    int alternative = 0;
};

/// The rows that meet the filters (of any one alternative), sorted by the first key, among its equals by the second and so on; rows equal in all
/// keys stay as they came.
///
/// Errors     InvalidArgument names the filter whose value can't be read as its column's type; IO when rows on disk
///            can't be read back. A future that was cancelled has no result.
/// Thread     any; the work is done in the global thread pool. The future's progress runs from 0 to 1000.
GREBE_EXPORT QFuture<Result<RowOrderPtr>> orderRows(std::shared_ptr<const ResultStore> store, QList<Filter> filters,
                                                    QList<SortKey> keys);

/// The first `count` positions of what orderRows() gives for the same arguments, some times sooner: the page to show
/// while all is sorted.
GREBE_EXPORT QFuture<Result<RowOrderPtr>> firstRows(std::shared_ptr<const ResultStore> store, QList<Filter> filters,
                                                    QList<SortKey> keys, qint64 count);

} // namespace Grebe
