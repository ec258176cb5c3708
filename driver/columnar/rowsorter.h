// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnview.h"
#include "scratchmemory.h"

#include "extension/resultorder.h"

#include <functional>
#include <optional>

namespace Grebe {

/// Sorts rows by one column after another, the least significant first; each sort is stable.
///
/// Shape      a row's key and its place in the order before share one 64-bit word, so that a radix sort moves 8 bytes a
///            row: one pass distributes rows to buckets that fit a core's cache, the others stay in the bucket. Bits of the
///            key that have no room in the word, and further bytes of texts, are looked at only among rows that are
///            equal so far.
/// Units      `Row` is quint32 below 2^32 rows, else quint64. Memory while sorting: 8 bytes a row and two orders, in files
///            where they are large.
/// Errors     a sort that ends early has either been cancelled or has an error().
/// Thread     one at a time; uses the global thread pool.
template<typename Row>
class RowSorter
{
public:
    /// The first `count` rows.
    explicit RowSorter(qint64 count) : m_count(count) { }
    explicit RowSorter(ScratchArray<Row> rows) : m_rows(std::move(rows)), m_count(qint64(m_rows.values.size())), m_isIdentity(false) { }

    /// `step` is called now and then with the share that is done, 0 to 1, on any thread; the sort ends early with false
    /// when it returns false.
    bool sortBy(const ColumnView &view, const SortKey &key, const std::function<bool(double)> &step)
    {
        return work(view, key, 0, step);
    }
    /// Leaves out rows that can't be among the first `limit` by this key; those that stay keep their order.
    bool keepFirst(const ColumnView &view, const SortKey &key, qint64 limit, const std::function<bool(double)> &step)
    {
        return limit >= m_count || work(view, key, limit, step);
    }
    const std::optional<Error> &error() const { return m_error; }
    RowOrderPtr order() const
    {
        return m_isIdentity ? RowOrder::range(0, m_count) : RowOrder::rows(std::span<const Row>(m_rows.values), m_rows.memory);
    }

private:
    bool work(const ColumnView &view, const SortKey &key, qint64 limit, const std::function<bool(double)> &step);

    ScratchArray<Row> m_rows;
    qint64 m_count;
    bool m_isIdentity = true; // all rows, as they came
    std::optional<Error> m_error;
};

extern template class RowSorter<quint32>;
extern template class RowSorter<quint64>;

} // namespace Grebe
