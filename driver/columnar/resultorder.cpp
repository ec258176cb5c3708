// SPDX-License-Identifier: Apache-2.0
#include "extension/resultorder.h"

#include "columnview.h"
#include "rowfilter.h"
#include "rowsorter.h"

#include "extension/resultstore.h"

#include <QtConcurrent>

#include <bit>
#include <functional>
#include <map>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using OrderPromise = QPromise<Result<RowOrderPtr>>;

// Bits of a part's rows to those of all rows; parts may begin in the middle of a word.
void mergeBits(const std::vector<quint64> &part, qint64 firstRow, std::vector<quint64> &all)
{
    const size_t word = size_t(firstRow / 64);
    const int shift = int(firstRow % 64);
    for (size_t i = 0; i < part.size(); ++i) {
        all[word + i] |= part[i] << shift;
        if (shift > 0 && word + i + 1 < all.size())
            all[word + i + 1] |= part[i] >> (64 - shift);
    }
}

template<typename Row>
Result<ScratchArray<Row>> rowsOf(const std::vector<quint64> &bits)
{
    qint64 count = 0;
    for (const quint64 word : bits)
        count += std::popcount(word);
    auto rows = ScratchArray<Row>::make(count);
    if (!rows)
        return rows;
    auto out = rows->values.begin();
    for (size_t word = 0; word < bits.size(); ++word) {
        for (quint64 left = bits[word]; left; left &= left - 1)
            *out++ = Row(word * 64 + size_t(std::countr_zero(left)));
    }
    return rows;
}

class Ordering
{
public:
    Ordering(OrderPromise &promise, const ResultStore &store, qsizetype stepCount)
        : m_promise(promise), m_store(store), m_rowCount(store.rowCount()), m_stepCount(double(stepCount))
    {
    }

    // `limit` 0: all rows.
    Result<RowOrderPtr> run(const QList<Filter> &filters, const QList<SortKey> &keys, qint64 limit)
    {
        auto order = runWhole(filters, keys, limit);
        return order && limit > 0 ? (*order)->slice(0, limit) : order;
    }

private:
    Result<RowOrderPtr> runWhole(const QList<Filter> &filters, const QList<SortKey> &keys, qint64 limit)
    {
        std::vector<quint64> bits;
        if (!filters.isEmpty()) {
            if (const auto error = select(filters, bits))
                return std::unexpected(*error);
        }
        if (keys.isEmpty())
            return filters.isEmpty() ? RowOrder::range(0, m_rowCount) : RowOrder::selection(std::move(bits));
        if (m_rowCount <= qint64(std::numeric_limits<quint32>::max()))
            return sort<quint32>(bits, filters.isEmpty(), keys, limit);
        return sort<quint64>(bits, filters.isEmpty(), keys, limit);
    }

    Result<ColumnViewPtr> view(int column)
    {
        // A column that is filtered and sorted is looked up once.
        ColumnViewPtr &view = m_views[column];
        if (!view) {
            auto made = ColumnView::make(m_store, column, m_rowCount, true, [this] { return m_promise.isCanceled(); });
            if (!made)
                return std::unexpected(made.error());
            view = *made;
        }
        return view;
    }

    bool step(double share)
    {
        m_promise.setProgressValue(int(1000 * (double(m_stepsDone) + std::min(share, 1.0)) / m_stepCount));
        return !m_promise.isCanceled();
    }

    std::optional<Error> select(const QList<Filter> &filters, std::vector<quint64> &bits)
    {
        bits.assign(size_t((m_rowCount + 63) / 64), 0);
        std::map<int, std::vector<qsizetype>> alternatives;
        for (qsizetype i = 0; i < filters.size(); ++i)
            alternatives[filters[i].alternative].push_back(i);
        std::vector<std::unique_ptr<const RowFilter>> tests;
        ColumnViewPtr first;
        for (const Filter &filter : filters) {
            const auto column = view(filter.column);
            if (!column)
                return column.error();
            auto test = RowFilter::make(filter, **column);
            if (!test)
                return test.error();
            tests.push_back(std::move(*test));
            if (!first)
                first = *column;
        }
        std::vector<std::vector<quint64>> met(first->parts().size());
        std::atomic<qint64> done = 0;
        inParallel(qint64(met.size()), 1, [&](qint64 part, qint64) {
            const qint64 rowCount = first->parts()[size_t(part)].rowCount;
            auto &mine = met[size_t(part)];
            mine.assign(size_t((rowCount + 63) / 64), 0);
            std::vector<quint64> all;
            for (const auto &[number, members] : alternatives) {
                all.assign(mine.size(), ~quint64(0));
                if (rowCount % 64)
                    all.back() = (quint64(1) << (rowCount % 64)) - 1;
                for (size_t i = 0; i < members.size() && !m_promise.isCanceled(); ++i)
                    tests[size_t(members[i])]->apply((*m_views.at(filters[members[i]].column)).parts()[size_t(part)], all.data());
                std::ranges::transform(mine, all, mine.begin(), std::bit_or());
            }
            step(double(done += rowCount) / double(m_rowCount));
        });
        for (size_t i = 0; i < met.size(); ++i)
            mergeBits(met[i], first->parts()[i].firstRow, bits);
        ++m_stepsDone;
        return {};
    }

    template<typename Row>
    Result<RowOrderPtr> sort(std::vector<quint64> &bits, bool hasAll, const QList<SortKey> &keys, qint64 limit)
    {
        RowSorter<Row> sorter(m_rowCount);
        if (!hasAll) {
            auto rows = rowsOf<Row>(std::exchange(bits, {}));
            if (!rows)
                return std::unexpected(rows.error());
            sorter = RowSorter<Row>(std::move(*rows));
        }
        const auto why = [&sorter] { return std::unexpected(sorter.error().value_or(Error { .code = Error::Code::Cancelled })); };
        if (limit > 0) {
            const auto column = view(keys.first().column);
            if (!column)
                return std::unexpected(column.error());
            if (!sorter.keepFirst(**column, keys.first(), limit, [this](double share) { return step(share); }))
                return why();
            ++m_stepsDone;
        }
        for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
            const auto column = view(key->column);
            if (!column)
                return std::unexpected(column.error());
            if (!sorter.sortBy(**column, *key, [this](double share) { return step(share); }))
                return why();
            ++m_stepsDone;
        }
        return sorter.order();
    }

    OrderPromise &m_promise;
    const ResultStore &m_store;
    const qint64 m_rowCount;
    const double m_stepCount;
    int m_stepsDone = 0;
    std::map<int, ColumnViewPtr> m_views;
};

QFuture<Result<RowOrderPtr>> start(std::shared_ptr<const ResultStore> store, QList<Filter> filters, QList<SortKey> keys, qint64 limit)
{
    return QtConcurrent::run([store = std::move(store), filters = std::move(filters), keys = std::move(keys), limit](OrderPromise &promise) {
        promise.setProgressRange(0, 1000);
        const auto answer = [&]() -> Result<RowOrderPtr> {
            try {
                const qsizetype stepCount = (filters.isEmpty() ? 0 : 1) + (limit > 0 ? 1 : 0) + keys.size();
                return Ordering(promise, *store, std::max<qsizetype>(stepCount, 1)).run(filters, keys, limit);
            } catch (const std::bad_alloc &) {
                return std::unexpected(Error { .code = Error::Code::Internal,
                    .message = u"There is not enough memory to sort or filter this result."_s });
            }
        }();
        if (!promise.isCanceled()) {
            promise.setProgressValue(1000);
            promise.addResult(answer);
        }
    });
}

} // namespace

QFuture<Result<RowOrderPtr>> orderRows(std::shared_ptr<const ResultStore> store, QList<Filter> filters, QList<SortKey> keys)
{
    return start(std::move(store), std::move(filters), std::move(keys), 0);
}

QFuture<Result<RowOrderPtr>> firstRows(std::shared_ptr<const ResultStore> store, QList<Filter> filters, QList<SortKey> keys, qint64 count)
{
    return start(std::move(store), std::move(filters), std::move(keys), std::max<qint64>(count, 1));
}

} // namespace Grebe
