// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "celldisplay.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <QList>
#include <QPromise>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

namespace Grebe {

/// One of two results that are compared: its rows as they are sorted and filtered.
struct ComparedSide
{
    QString title;
    std::shared_ptr<ResultStore> store;
    RowOrderPtr order; ///< null: as they came
    qint64 rowCount = 0;
    CellDisplay display;
};

/// A row of a side's order that stands for no row: the other side has one there.
inline constexpr quint64 kNoRow = ~quint64(0);

/// Which rows of two results belong together, and which of these differ; a value.
///
/// Shape      a place is a row of the comparison: one row of each side, or of one side alone. `orders` say which; their
///            gaps are kNoRow, so that rowAt() is negative there. Places go by the left side's rows; a row that only the
///            right side has stands behind the one it follows there.
struct RowMatch
{
    static constexpr qsizetype kMaximumDifferences = 1'000'000;
    /// Beyond these rows on a side, rows are compared row beside row, and without gaps: a row costs some 60 bytes.
    static constexpr qint64 kMaximumRows = 5'000'000;

    QList<int> keys; ///< the left side's columns; empty: row beside row
    RowOrderPtr orders[2]; ///< null: a place is the row's number
    qint64 placeCount = 0;
    std::vector<qint64> differences; ///< places, ascending; the first kMaximumDifferences of them
    qint64 changedCount = 0; ///< places where both sides have a row, and these differ
    qint64 aloneCounts[2] {}; ///< rows that only this side has
    qint64 repeatedCount = 0; ///< rows whose key another row of their side has had before: these go by their order
    bool isTooLarge = false; ///< keys were wanted, but there were more than kMaximumRows

    qint64 differenceCount() const { return changedCount + aloneCounts[0] + aloneCounts[1]; }
};

/// Reads one side's rows from front to back, or here and there: the batch of the last row is kept.
class SideReader
{
public:
    explicit SideReader(const ComparedSide &side) : m_store(side.store), m_order(side.order) { }

    qint64 row(qint64 position) const { return m_order ? m_order->rowAt(position) : position; }
    const ResultStore::Place &place(qint64 position) { return placeOfRow(row(position)); }
    const ResultStore::Place &placeOfRow(qint64 row);

private:
    const std::shared_ptr<ResultStore> m_store;
    const RowOrderPtr m_order;
    ResultStore::Place m_place;
};

std::vector<ColumnFormatter> formattersOf(const arrow::Schema &schema);

/// Whether two cells are written in other words, or one is null and the other is not; the texts are room to work in.
bool cellsDiffer(const ColumnFormatter &left, const ResultStore::Place &leftPlace, int leftColumn, const ColumnFormatter &right,
                 const ResultStore::Place &rightPlace, int rightColumn, std::string &leftText, std::string &rightText);

/// Matches the rows of two results and compares them.
///
/// Shape      `partners` is the right side's column for each of the left's, -1 for none. Without `keys` they are looked
///            for: the fewest first columns that are unique on both sides, less those that are not needed for it; row
///            beside row when there are none. Empty keys mean row beside row. NULL is equal to NULL.
/// Units      the promise's progress runs from 0 to 1000.
/// Errors     no result when the promise was cancelled.
/// Thread     any; it takes as long as it takes.
void matchRows(QPromise<RowMatch> &promise, const ComparedSide &left, const ComparedSide &right, const std::vector<int> &partners,
               const std::optional<QList<int>> &keys);

} // namespace Grebe
