// SPDX-License-Identifier: Apache-2.0
#include "rowmatcher.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/type_traits.h>

#include <QHashFunctions>
#include <QRandomGenerator>

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace Grebe {

namespace {

constexpr quint32 kNone = std::numeric_limits<quint32>::max();
constexpr int kMaximumKeys = 6; // that are looked for; a person may take more
constexpr qint64 kStep = 4096; // rows between two looks at the promise

/// What stands for a key: wide enough that two keys never share one by chance.
struct KeyHash
{
    quint64 first = 0;
    quint64 second = 0;

    friend bool operator==(const KeyHash &, const KeyHash &) = default;
};

class KeyReader
{
public:
    KeyReader(const ComparedSide &side, const std::vector<ColumnFormatter> &columns, const QList<int> &keys, quint64 seed)
        : m_rows(side), m_columns(columns), m_keys(keys), m_seed(seed)
    {
    }

    KeyHash hash(qint64 position)
    {
        const ResultStore::Place &place = m_rows.place(position);
        m_bytes.clear();
        for (const int column : m_keys) {
            const size_t begin = m_bytes.size();
            const bool hasValue = place.batch && m_columns[size_t(column)].appendText(*place.batch, column, place.row, m_bytes);
            // The length and whether it is null keep "a", "b" apart from "ab", "" and from NULLs.
            const quint64 length = hasValue ? m_bytes.size() - begin : std::numeric_limits<quint64>::max();
            if (!hasValue)
                m_bytes.resize(begin);
            m_bytes.append(reinterpret_cast<const char *>(&length), sizeof length);
        }
        return { qHashBits(m_bytes.data(), m_bytes.size(), size_t(m_seed)), qHashBits(m_bytes.data(), m_bytes.size(), size_t(~m_seed * 0x9e3779b97f4a7c15)) };
    }

private:
    SideReader m_rows;
    const std::vector<ColumnFormatter> &m_columns;
    const QList<int> m_keys;
    const quint64 m_seed;
    std::string m_bytes;
};

/// The keys of a side's rows; rows with the same key stand in a queue, in their order.
class KeyTable
{
public:
    explicit KeyTable(qint64 rowCount) : m_hashes(size_t(rowCount)), m_next(size_t(rowCount), kNone),
        m_slots(std::bit_ceil(size_t(rowCount + rowCount / 3 + 16))) { }

    /// Whether it is the first with this key.
    bool add(quint32 row, const KeyHash &hash)
    {
        m_hashes[row] = hash;
        Slot &slot = find(hash);
        if (slot.key == kNone) {
            slot = { row, row, row, false };
            return true;
        }
        m_next[slot.last] = row;
        slot.last = row;
        return false;
    }

    /// The first row with this key that was not taken yet; `isRepeated` when one was asked for before.
    quint32 take(const KeyHash &hash, bool *isRepeated)
    {
        Slot &slot = find(hash);
        if (slot.key == kNone)
            return kNone;
        *isRepeated = std::exchange(slot.wasAsked, true);
        const quint32 row = slot.first;
        if (row != kNone)
            slot.first = m_next[row];
        return row;
    }

private:
    struct Slot
    {
        quint32 key = kNone; ///< a row with the key; none: the slot is free
        quint32 first = kNone; ///< of those that were not taken
        quint32 last = kNone;
        bool wasAsked = false;
    };

    Slot &find(const KeyHash &hash)
    {
        const size_t mask = m_slots.size() - 1;
        for (size_t at = size_t(hash.first) & mask;; at = (at + 1) & mask) {
            if (m_slots[at].key == kNone || m_hashes[m_slots[at].key] == hash)
                return m_slots[at];
        }
    }

    std::vector<KeyHash> m_hashes;
    std::vector<quint32> m_next;
    std::vector<Slot> m_slots;
};

class Matcher
{
public:
    Matcher(QPromise<RowMatch> &promise, const ComparedSide &left, const ComparedSide &right, const std::vector<int> &partners)
        : m_promise(promise), m_sides { &left, &right }, m_partners(partners),
          m_columns { formattersOf(*left.store->schema()), formattersOf(*right.store->schema()) },
          m_seed(QRandomGenerator::global()->generate64())
    {
    }

    void run(const std::optional<QList<int>> &wanted)
    {
        m_promise.setProgressRange(0, 1000);
        const qint64 most = std::max(m_sides[0]->rowCount, m_sides[1]->rowCount);
        const bool isLarge = most > RowMatch::kMaximumRows;
        if (!isLarge)
            m_match.keys = wanted ? *wanted : uniqueKeys();
        m_match.isTooLarge = isLarge && (!wanted || !wanted->isEmpty());
        if (m_promise.isCanceled())
            return;
        if (!m_match.keys.isEmpty())
            pairByKey();
        else
            pairByPlace(most);
        if (m_promise.isCanceled())
            return;
        compare();
        if (!m_promise.isCanceled())
            m_promise.addResult(std::move(m_match));
    }

private:
    bool goesOn(qint64 done, qint64 all, int from, int to)
    {
        if (done % kStep)
            return true;
        m_promise.setProgressValue(from + int(double(to - from) * double(done) / double(std::max<qint64>(all, 1))));
        return !m_promise.isCanceled();
    }

    QList<int> onRight(const QList<int> &keys) const
    {
        QList<int> columns;
        for (const int key : keys)
            columns += m_partners[size_t(key)];
        return columns;
    }

    bool isUnique(int side, const QList<int> &keys)
    {
        const ComparedSide &rows = *m_sides[side];
        KeyReader reader(rows, m_columns[side], side == 0 ? keys : onRight(keys), m_seed);
        KeyTable table(rows.rowCount);
        for (qint64 row = 0; row < rows.rowCount; ++row) {
            if (!table.add(quint32(row), reader.hash(row)) || (row % kStep == 0 && m_promise.isCanceled()))
                return false;
        }
        return true;
    }

    bool isUnique(const QList<int> &keys) { return isUnique(0, keys) && isUnique(1, keys); }

    // A measure is no key, however unique it is.
    bool mayBeKey(int column) const
    {
        const auto id = m_sides[0]->store->schema()->field(column)->type()->id();
        return m_partners[size_t(column)] >= 0 && !m_columns[0][size_t(column)].isNested() && !arrow::is_floating(id);
    }

    QList<int> uniqueKeys()
    {
        QList<int> keys;
        for (int column = 0; column < int(m_partners.size()) && keys.size() < kMaximumKeys; ++column) {
            if (!mayBeKey(column))
                continue;
            keys += column;
            if (!isUnique(keys))
                continue;
            for (const int known : QList<int>(keys)) {
                QList<int> fewer = keys;
                fewer.removeOne(known);
                if (!fewer.isEmpty() && isUnique(fewer))
                    keys = fewer;
            }
            return keys;
        }
        return {};
    }

    void pairByPlace(qint64 most)
    {
        m_match.placeCount = most;
        if (m_sides[0]->rowCount == m_sides[1]->rowCount || most > RowMatch::kMaximumRows) {
            m_match.orders[0] = m_sides[0]->order;
            m_match.orders[1] = m_sides[1]->order;
            return;
        }
        for (int side = 0; side < 2; ++side) {
            std::vector<quint64> rows(size_t(most), kNoRow);
            const SideReader reader(*m_sides[side]);
            for (qint64 row = 0; row < m_sides[side]->rowCount; ++row)
                rows[size_t(row)] = quint64(reader.row(row));
            m_match.orders[side] = RowOrder::rows(std::move(rows));
        }
    }

    void pairByKey()
    {
        const ComparedSide &left = *m_sides[0];
        const ComparedSide &right = *m_sides[1];
        KeyTable table(right.rowCount);
        KeyReader rightKeys(right, m_columns[1], onRight(m_match.keys), m_seed);
        for (qint64 row = 0; row < right.rowCount; ++row) {
            if (!goesOn(row, right.rowCount, 0, 250))
                return;
            if (!table.add(quint32(row), rightKeys.hash(row)))
                ++m_match.repeatedCount;
        }
        std::vector<quint32> partner(size_t(left.rowCount), kNone);
        std::vector<bool> isTaken(size_t(right.rowCount), false);
        KeyReader leftKeys(left, m_columns[0], m_match.keys, m_seed);
        for (qint64 row = 0; row < left.rowCount; ++row) {
            if (!goesOn(row, left.rowCount, 250, 500))
                return;
            bool isRepeated = false;
            const quint32 found = table.take(leftKeys.hash(row), &isRepeated);
            m_match.repeatedCount += isRepeated;
            partner[size_t(row)] = found;
            if (found != kNone)
                isTaken[found] = true;
        }

        std::vector<quint64> rows[2];
        for (auto &side : rows)
            side.reserve(size_t(std::max(left.rowCount, right.rowCount)));
        const SideReader leftRows(left);
        const SideReader rightRows(right);
        const auto add = [&](qint64 leftRow, qint64 rightRow) {
            rows[0].push_back(leftRow < 0 ? kNoRow : quint64(leftRows.row(leftRow)));
            rows[1].push_back(rightRow < 0 ? kNoRow : quint64(rightRows.row(rightRow)));
        };
        const auto addRightFrom = [&](qint64 row) {
            for (; row < right.rowCount && !isTaken[size_t(row)]; ++row)
                add(-1, row);
        };
        addRightFrom(0);
        for (qint64 row = 0; row < left.rowCount; ++row) {
            const quint32 found = partner[size_t(row)];
            add(row, found == kNone ? -1 : qint64(found));
            if (found != kNone)
                addRightFrom(qint64(found) + 1);
        }
        m_match.placeCount = qint64(rows[0].size());
        for (int side = 0; side < 2; ++side)
            m_match.orders[side] = RowOrder::rows(std::move(rows[side]));
    }

    void addDifference(qint64 place)
    {
        if (qsizetype(m_match.differences.size()) < RowMatch::kMaximumDifferences)
            m_match.differences.push_back(place);
    }

    void compare()
    {
        const int from = m_match.keys.isEmpty() ? 0 : 500;
        SideReader readers[2] { SideReader(*m_sides[0]), SideReader(*m_sides[1]) };
        std::string texts[2];
        for (qint64 place = 0; place < m_match.placeCount; ++place) {
            if (!goesOn(place, m_match.placeCount, from, 1000))
                return;
            qint64 rows[2];
            for (int side = 0; side < 2; ++side) {
                const RowOrderPtr &order = m_match.orders[side];
                rows[side] = order ? (place < order->size() ? order->rowAt(place) : -1) : (place < m_sides[side]->rowCount ? place : -1);
            }
            if (rows[0] < 0 || rows[1] < 0) {
                ++m_match.aloneCounts[rows[0] < 0 ? 1 : 0];
                addDifference(place);
                continue;
            }
            const ResultStore::Place &left = readers[0].placeOfRow(rows[0]);
            const ResultStore::Place &right = readers[1].placeOfRow(rows[1]);
            for (size_t column = 0; column < m_partners.size(); ++column) {
                const int other = m_partners[column];
                if (other >= 0 && cellsDiffer(m_columns[0][column], left, int(column), m_columns[1][size_t(other)], right, other, texts[0], texts[1])) {
                    ++m_match.changedCount;
                    addDifference(place);
                    break;
                }
            }
        }
    }

    QPromise<RowMatch> &m_promise;
    const ComparedSide *const m_sides[2];
    const std::vector<int> &m_partners;
    const std::vector<ColumnFormatter> m_columns[2];
    const quint64 m_seed;
    RowMatch m_match;
};

} // namespace

const ResultStore::Place &SideReader::placeOfRow(qint64 row)
{
    if (m_place.batch && row >= m_place.firstRow && row - m_place.firstRow < m_place.batch->num_rows())
        m_place.row = row - m_place.firstRow;
    else
        m_place = m_store->place(row);
    return m_place;
}

std::vector<ColumnFormatter> formattersOf(const arrow::Schema &schema)
{
    std::vector<ColumnFormatter> formatters;
    formatters.reserve(size_t(schema.num_fields()));
    for (const auto &field : schema.fields())
        formatters.emplace_back(field);
    return formatters;
}

bool cellsDiffer(const ColumnFormatter &left, const ResultStore::Place &leftPlace, int leftColumn, const ColumnFormatter &right,
                 const ResultStore::Place &rightPlace, int rightColumn, std::string &leftText, std::string &rightText)
{
    if (!leftPlace.batch || !rightPlace.batch)
        return leftPlace.batch != rightPlace.batch;
    leftText.clear();
    rightText.clear();
    const bool hasLeft = left.appendText(*leftPlace.batch, leftColumn, leftPlace.row, leftText);
    const bool hasRight = right.appendText(*rightPlace.batch, rightColumn, rightPlace.row, rightText);
    return hasLeft != hasRight || leftText != rightText;
}

void matchRows(QPromise<RowMatch> &promise, const ComparedSide &left, const ComparedSide &right, const std::vector<int> &partners,
               const std::optional<QList<int>> &keys)
{
    Matcher(promise, left, right, partners).run(keys);
}

} // namespace Grebe
