// SPDX-License-Identifier: Apache-2.0
#include "rowsorter.h"

#include <arrow/array/data.h>

#include <QThreadPool>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <limits>
#include <mutex>

namespace Grebe {

namespace {

constexpr quint64 kHighest = std::numeric_limits<quint64>::max();
constexpr qint64 kChunk = 4096;

int bitCount(quint64 value)
{
    return std::bit_width(value);
}

// A column's values as words, the most significant first, turned over for a descending order.
class KeyWords
{
public:
    // Asks `isCancelled` while it looks at the whole column; what it then says means nothing.
    KeyWords(const ColumnView &view, bool isDescending, const std::function<bool()> &isCancelled)
        : m_view(view), m_order(view.order()), m_flip(isDescending ? kHighest : 0), m_isCancelled(isCancelled)
    {
        if (m_order.form == ValueOrder::Form::Wide)
            findBase();
        else if (m_order.form == ValueOrder::Form::Bytes)
            findPrefix();
    }

    bool isBytes() const { return m_order.form == ValueOrder::Form::Bytes; }
    bool hasMore(int level) const { return isBytes() || (m_order.form == ValueOrder::Form::Wide && !m_isNarrow && level == 0); }
    bool isDescending() const { return m_flip; }

    void read(const ColumnView::Part &part, qint64 first, const quint32 *offsets, qint64 count, quint64 *out) const
    {
        if (m_order.form == ValueOrder::Form::Word) {
            part.order->words(*part.data, first, offsets, count, out);
            if (m_flip) {
                for (qint64 i = 0; i < count; ++i)
                    out[i] = ~out[i];
            }
            return;
        }
        for (qint64 i = 0; i < count; ++i) {
            const qint64 row = first + (offsets ? offsets[i] : i);
            // What stands where a null is may be anything.
            out[i] = part.mayHaveNulls && part.order->isNull(*part.data, row) ? 0 : wordIn(part, row, 0);
        }
    }
    quint64 word(qint64 row, int level) const
    {
        const ColumnView::Part &part = m_view.parts()[m_view.partOf(row)];
        return wordIn(part, row - part.firstRow, level);
    }
    std::string_view bytes(qint64 row) const
    {
        const ColumnView::Part &part = m_view.parts()[m_view.partOf(row)];
        return part.order->bytes(*part.data, row - part.firstRow);
    }
    size_t byteEnd(int level) const { return m_prefix + 8 * size_t(level); }
    bool isLess(qint64 left, qint64 right) const
    {
        if (isBytes())
            return m_flip ? bytes(right) < bytes(left) : bytes(left) < bytes(right);
        const quint64 a = word(left, 0), b = word(right, 0);
        if (a != b || !hasMore(0))
            return a < b;
        return word(left, 1) < word(right, 1);
    }

private:
    quint64 wordIn(const ColumnView::Part &part, qint64 row, int level) const
    {
        switch (m_order.form) {
        case ValueOrder::Form::Word: {
            quint64 word;
            part.order->words(*part.data, row, nullptr, 1, &word);
            return word ^ m_flip;
        }
        case ValueOrder::Form::Wide: {
            const UInt128 value = UInt128(part.order->wide(*part.data, row)) - UInt128(m_base);
            return (m_isNarrow || level > 0 ? quint64(value) : quint64(value >> 64)) ^ m_flip;
        }
        case ValueOrder::Form::Bytes: break;
        }
        const std::string_view text = part.order->bytes(*part.data, row);
        const size_t begin = byteEnd(level);
        quint64 word = 0;
        if (text.size() >= begin + 8)
            std::memcpy(&word, text.data() + begin, 8);
        else if (text.size() > begin)
            std::memcpy(&word, text.data() + begin, text.size() - begin);
        if constexpr (std::endian::native == std::endian::little)
            word = std::byteswap(word);
        return word ^ m_flip;
    }

    template<typename Look>
    void eachValue(Look look) const
    {
        inParallel(qint64(m_view.parts().size()), 1, [&](qint64 begin, qint64 end) {
            for (qint64 i = begin; i < end && !m_isCancelled(); ++i)
                look(m_view.parts()[size_t(i)]);
        });
    }

    void findBase()
    {
        Int128 lowest = 0, highest = 0;
        bool isFirst = true;
        std::mutex mutex;
        eachValue([&](const ColumnView::Part &part) {
            Int128 low = 0, high = 0;
            bool isEmpty = true;
            for (qint64 row = 0; row < part.rowCount; ++row) {
                if (part.mayHaveNulls && part.order->isNull(*part.data, row))
                    continue;
                const Int128 value = part.order->wide(*part.data, row);
                low = isEmpty || value < low ? value : low;
                high = isEmpty || value > high ? value : high;
                isEmpty = false;
            }
            if (isEmpty)
                return;
            const std::scoped_lock lock(mutex);
            lowest = isFirst ? low : std::min(lowest, low);
            highest = isFirst ? high : std::max(highest, high);
            isFirst = false;
        });
        m_base = lowest;
        m_isNarrow = UInt128(highest) - UInt128(lowest) <= kHighest;
    }

    // Where all texts begin alike, the words begin behind that.
    void findPrefix()
    {
        std::string_view common;
        bool isFirst = true;
        std::mutex mutex;
        eachValue([&](const ColumnView::Part &part) {
            std::string_view mine;
            bool isEmpty = true;
            for (qint64 row = 0; row < part.rowCount; ++row) {
                if (part.mayHaveNulls && part.order->isNull(*part.data, row))
                    continue;
                const std::string_view text = part.order->bytes(*part.data, row);
                if (isEmpty)
                    mine = text;
                else if (!text.starts_with(mine))
                    mine = mine.substr(0, size_t(std::ranges::mismatch(mine, text).in1 - mine.begin()));
                isEmpty = false;
                if (mine.empty())
                    break;
            }
            if (isEmpty)
                return;
            const std::scoped_lock lock(mutex);
            common = isFirst ? mine : common.substr(0, size_t(std::ranges::mismatch(common, mine).in1 - common.begin()));
            isFirst = false;
        });
        m_prefix = common.size();
    }

    const ColumnView &m_view;
    const ValueOrder &m_order;
    const quint64 m_flip;
    const std::function<bool()> m_isCancelled;
    Int128 m_base = 0;
    bool m_isNarrow = false;
    size_t m_prefix = 0;
};

// Sorts by the bits [lowBit, lowBit + bits), stable. `scratch` is room that the next call may need again.
std::optional<Error> sortByBits(quint64 *data, size_t count, int lowBit, int bits, ScratchArray<quint64> &scratch)
{
    if (count < 2 || bits <= 0)
        return {};
    if (count <= 192) {
        std::sort(data, data + count); // places are unique and ascend, so the whole word says the same
        return {};
    }
    const int digitCount = (bits + 7) / 8;
    std::array<std::array<size_t, 256>, 8> counts;
    for (int digit = 0; digit < digitCount; ++digit)
        counts[size_t(digit)].fill(0);
    for (size_t i = 0; i < count; ++i) {
        quint64 key = data[i] >> lowBit;
        for (int digit = 0; digit < digitCount; ++digit, key >>= 8)
            ++counts[size_t(digit)][key & 255];
    }
    if (scratch.values.size() < count) {
        scratch = {};
        auto made = ScratchArray<quint64>::make(qint64(count));
        if (!made)
            return made.error();
        scratch = std::move(*made);
    }
    quint64 *from = data, *to = scratch.values.data();
    for (int digit = 0; digit < digitCount; ++digit) {
        auto &places = counts[size_t(digit)];
        const int shift = lowBit + 8 * digit;
        if (places[from[0] >> shift & 255] == count)
            continue; // all have the same
        size_t place = 0;
        for (size_t &entry : places)
            place += std::exchange(entry, place);
        for (size_t i = 0; i < count; ++i)
            to[places[from[i] >> shift & 255]++] = from[i];
        std::swap(from, to);
    }
    if (from != data)
        std::memcpy(data, from, count * sizeof(quint64));
    return {};
}

} // namespace

template<typename Row>
bool RowSorter<Row>::work(const ColumnView &view, const SortKey &key, qint64 limit, const std::function<bool(double)> &step)
{
    const qint64 count = m_count;
    const bool isIdentity = m_isIdentity;
    const int placeBits = std::max(1, bitCount(quint64(std::max<qint64>(count - 1, 0))));
    const quint64 placeMask = (quint64(1) << placeBits) - 1;
    const auto rowAt = [&](quint64 place) { return isIdentity ? qint64(place) : qint64(m_rows.values[place]); };

    std::atomic<bool> isCancelled = false;
    std::atomic<qint64> done = 0;
    const auto proceed = [&](qint64 rows) {
        if (!step(double(done += rows) / double(4 * count)))
            isCancelled = true;
        return !isCancelled;
    };
    const KeyWords words(view, key.isDescending, [&] { return !proceed(0); });
    if (isCancelled)
        return false;
    std::mutex errorMutex;
    const auto fail = [&](const Error &error) {
        const std::scoped_lock lock(errorMutex);
        m_error = error;
        isCancelled = true;
        return false;
    };

    // Gives the words of the places [begin, end) chunk by chunk, with their ranks where not all are plain values.
    using Rank = ColumnView::Rank;
    const auto read = [&](qint64 begin, qint64 end, const auto &take) {
        std::array<quint64, kChunk> chunk;
        std::array<Rank, kChunk> ranks;
        std::array<quint32, kChunk> offsets;
        for (qint64 place = begin, nextLook = begin; place < end;) {
            if (place >= nextLook) {
                if (isCancelled || !proceed(0))
                    return;
                nextLook = place + 0x40000;
            }
            const size_t index = view.partOf(rowAt(quint64(place)));
            const ColumnView::Part &part = view.parts()[index];
            const qint64 limit = std::min(end - place, kChunk);
            qint64 taken = 0;
            if (isIdentity) {
                taken = std::min(limit, part.firstRow + part.rowCount - place);
                words.read(part, place - part.firstRow, nullptr, taken, chunk.data());
            } else {
                for (; taken < limit; ++taken) {
                    const qint64 offset = qint64(m_rows.values[size_t(place + taken)]) - part.firstRow;
                    if (offset < 0 || offset >= part.rowCount)
                        break;
                    offsets[size_t(taken)] = quint32(offset);
                }
                words.read(part, 0, offsets.data(), taken, chunk.data());
            }
            const bool isPlain = !part.mayHaveNulls;
            for (qint64 i = 0; !isPlain && i < taken; ++i)
                ranks[size_t(i)] = view.rank(part, rowAt(quint64(place + i)) - part.firstRow);
            take(place, taken, chunk.data(), isPlain ? nullptr : ranks.data());
            place += taken;
        }
    };

    // What each slice of the places finds out; slices are worked on at the same time and joined in their order.
    struct Slice
    {
        qint64 begin, end;
        quint64 lowest = kHighest, highest = 0;
        qint64 nullCount = 0;
        std::vector<quint64> low, high; // places of raw values
        std::vector<qint64> buckets;
        qint64 nullPlace = 0;
        std::vector<Row> kept;
    };
    const qint64 sliceCount = std::clamp<qint64>(count / 65536, 1, std::max(1, QThreadPool::globalInstance()->maxThreadCount()));
    std::vector<Slice> slices;
    for (qint64 i = 0; i < sliceCount; ++i)
        slices.push_back({ count * i / sliceCount, count * (i + 1) / sliceCount });
    const auto eachSlice = [&](const auto &work) {
        inParallel(sliceCount, 1, [&](qint64 begin, qint64) {
            work(slices[size_t(begin)]);
            proceed(slices[size_t(begin)].end - slices[size_t(begin)].begin);
        });
    };

    eachSlice([&](Slice &slice) {
        read(slice.begin, slice.end, [&](qint64 place, qint64 taken, const quint64 *chunk, const Rank *ranks) {
            quint64 lowest = slice.lowest, highest = slice.highest;
            for (qint64 i = 0; i < taken; ++i) {
                if (!ranks || ranks[i] == Rank::Value) {
                    lowest = std::min(lowest, chunk[i]);
                    highest = std::max(highest, chunk[i]);
                } else if (ranks[i] == Rank::Null) {
                    ++slice.nullCount;
                } else {
                    (ranks[i] == Rank::Low ? slice.low : slice.high).push_back(quint64(place + i));
                }
            }
            slice.lowest = lowest;
            slice.highest = highest;
        });
    });
    if (isCancelled)
        return false;
    quint64 lowest = kHighest, highest = 0;
    qint64 nullCount = 0;
    std::vector<quint64> lowRaw, highRaw;
    for (Slice &slice : slices) {
        lowest = std::min(lowest, slice.lowest);
        highest = std::max(highest, slice.highest);
        slice.nullPlace = nullCount;
        nullCount += slice.nullCount;
        lowRaw.insert(lowRaw.end(), slice.low.begin(), slice.low.end());
        highRaw.insert(highRaw.end(), slice.high.begin(), slice.high.end());
    }
    const qint64 valueCount = count - nullCount - qint64(lowRaw.size() + highRaw.size());
    if (valueCount == 0)
        lowest = highest = 0;

    const int wholeBits = bitCount(highest - lowest);
    const int droppedBits = std::max(0, wholeBits + placeBits - 64);
    const int keyBits = wholeBits - droppedBits;
    const int bucketBits = std::min(keyBits, std::clamp(bitCount(quint64(count)) - 14, 0, 10));
    const int bucketShift = keyBits - bucketBits;
    const size_t bucketCount = size_t(1) << bucketBits;
    eachSlice([&](Slice &slice) {
        slice.buckets.assign(bucketCount, 0);
        read(slice.begin, slice.end, [&](qint64, qint64 taken, const quint64 *chunk, const Rank *ranks) {
            for (qint64 i = 0; i < taken; ++i) {
                if (!ranks || ranks[i] == Rank::Value)
                    ++slice.buckets[(chunk[i] - lowest) >> droppedBits >> bucketShift];
            }
        });
    });
    if (isCancelled)
        return false;
    std::vector<qint64> bucketBegins(bucketCount + 1);
    qint64 place = 0;
    for (size_t bucket = 0; bucket < bucketCount; ++bucket) {
        bucketBegins[bucket] = place;
        for (Slice &slice : slices)
            place += std::exchange(slice.buckets[bucket], place);
    }
    bucketBegins[bucketCount] = place;

    if (limit > 0) {
        const qint64 front = (key.nullsFirst ? nullCount : 0) + qint64((key.isDescending ? highRaw : lowRaw).size());
        const qint64 need = limit - front;
        if (need > valueCount)
            return true; // nearly all of them
        const size_t bucketEnd = size_t(std::lower_bound(bucketBegins.begin(), bucketBegins.end() - 1, need) - bucketBegins.begin());
        eachSlice([&](Slice &slice) {
            read(slice.begin, slice.end, [&](qint64 place, qint64 taken, const quint64 *chunk, const Rank *ranks) {
                for (qint64 i = 0; i < taken; ++i) {
                    const Rank rank = ranks ? ranks[i] : Rank::Value;
                    if (rank == Rank::Value ? (chunk[i] - lowest) >> droppedBits >> bucketShift < bucketEnd
                            : rank == Rank::Null ? key.nullsFirst : rank == (key.isDescending ? Rank::High : Rank::Low))
                        slice.kept.push_back(Row(rowAt(quint64(place + i))));
                }
            });
        });
        qint64 keptCount = 0;
        for (const Slice &slice : slices)
            keptCount += qint64(slice.kept.size());
        auto kept = ScratchArray<Row>::make(keptCount);
        if (!kept)
            return fail(kept.error());
        auto end = kept->values.begin();
        for (const Slice &slice : slices)
            end = std::ranges::copy(slice.kept, end).out;
        m_rows = std::move(*kept);
        m_count = keptCount;
        m_isIdentity = false;
        return !isCancelled;
    }

    // Not initialised: it is written from end to end, by all threads.
    const auto packedArray = ScratchArray<quint64>::make(valueCount);
    const auto nullArray = ScratchArray<quint64>::make(nullCount);
    if (!packedArray || !nullArray)
        return fail(packedArray ? nullArray.error() : packedArray.error());
    const std::span<quint64> packed = packedArray->values, nullPlaces = nullArray->values;
    eachSlice([&](Slice &slice) {
        read(slice.begin, slice.end, [&](qint64 place, qint64 taken, const quint64 *chunk, const Rank *ranks) {
            for (qint64 i = 0; i < taken; ++i) {
                if (!ranks || ranks[i] == Rank::Value) {
                    const quint64 key = (chunk[i] - lowest) >> droppedBits;
                    packed[size_t(slice.buckets[key >> bucketShift]++)] = (placeBits < 64 ? key << placeBits : 0) | quint64(place + i);
                } else if (ranks[i] == Rank::Null) {
                    nullPlaces[size_t(slice.nullPlace++)] = quint64(place + i);
                }
            }
        });
    });
    if (isCancelled)
        return false;

    // Rows that are equal so far, in the order they came.
    const auto refine = [&](const auto &self, quint64 *run, size_t length, int level) -> void {
        if (isCancelled || (length > 4096 && !proceed(0)))
            return;
        const auto row = [&](quint64 entry) { return rowAt(entry & placeMask); };
        if (length <= 32) {
            std::stable_sort(run, run + length, [&](quint64 a, quint64 b) { return words.isLess(row(a), row(b)); });
            return;
        }
        quint64 least = kHighest, most = 0;
        size_t shortest = std::numeric_limits<size_t>::max(), longest = 0;
        for (size_t i = 0; i < length; ++i) {
            const quint64 word = words.word(row(run[i]), level);
            least = std::min(least, word);
            most = std::max(most, word);
            if (words.isBytes()) {
                const size_t size = words.bytes(row(run[i])).size();
                shortest = std::min(shortest, size);
                longest = std::max(longest, size);
            }
        }
        if (words.isBytes() && longest <= words.byteEnd(level)) {
            // Only zero bytes at the end can tell them apart.
            if (shortest < longest)
                std::stable_sort(run, run + length, [&](quint64 a, quint64 b) { return words.isLess(row(a), row(b)); });
            return;
        }
        if (least == most) {
            if (words.hasMore(level))
                self(self, run, length, level + 1);
            return;
        }
        const auto itemArray = ScratchArray<std::pair<quint64, quint64>>::make(qint64(length));
        if (!itemArray) {
            fail(itemArray.error());
            return;
        }
        const auto items = itemArray->values;
        for (size_t i = 0; i < length; ++i)
            items[i] = { words.word(row(run[i]), level), run[i] };
        std::sort(items.begin(), items.end()); // places are unique: this is stable
        for (size_t i = 0; i < length; ++i)
            run[i] = items[i].second;
        if (!words.hasMore(level))
            return;
        for (size_t begin = 0, end; begin < length; begin = end) {
            for (end = begin + 1; end < length && items[end].first == items[begin].first; ++end) { }
            if (end - begin > 1)
                self(self, run + begin, end - begin, level + 1);
        }
    };
    const bool hasTies = droppedBits > 0 || words.hasMore(0);
    inParallel(qint64(bucketCount), 1, [&](qint64 bucket, qint64) {
        if (isCancelled)
            return;
        quint64 *const begin = packed.data() + bucketBegins[size_t(bucket)];
        const size_t length = size_t(bucketBegins[size_t(bucket) + 1] - bucketBegins[size_t(bucket)]);
        thread_local ScratchArray<quint64> scratch;
        if (const auto error = sortByBits(begin, length, placeBits, bucketShift, scratch))
            fail(*error);
        if (scratch.values.size() > (1 << 20))
            scratch = {};
        for (size_t i = 0, end; hasTies && i < length; i = end) {
            for (end = i + 1; end < length && begin[end] >> placeBits == begin[i] >> placeBits; ++end) { }
            if (end - i > 1)
                refine(refine, begin + i, end - i, droppedBits > 0 ? 0 : 1);
        }
        proceed(qint64(length));
    });
    if (isCancelled)
        return false;

    const auto rawText = [&](quint64 place) -> const std::string & {
        const ColumnView::Part &part = view.parts()[view.partOf(rowAt(place))];
        return part.raw->at(rowAt(place) - part.firstRow);
    };
    for (auto *raw : { &lowRaw, &highRaw }) {
        std::stable_sort(raw->begin(), raw->end(), [&](quint64 a, quint64 b) {
            return key.isDescending ? ColumnView::rawLess(rawText(b), rawText(a)) : ColumnView::rawLess(rawText(a), rawText(b));
        });
    }

    auto sortedArray = ScratchArray<Row>::make(count);
    if (!sortedArray)
        return fail(sortedArray.error());
    auto out = sortedArray->values.begin();
    const auto put = [&](const auto &places) {
        for (const quint64 place : places)
            *out++ = Row(rowAt(place));
    };
    if (key.nullsFirst)
        put(nullPlaces);
    put(key.isDescending ? highRaw : lowRaw);
    for (qint64 i = 0; i < valueCount; ++i)
        *out++ = Row(rowAt(packed[size_t(i)] & placeMask));
    put(key.isDescending ? lowRaw : highRaw);
    if (!key.nullsFirst)
        put(nullPlaces);
    m_rows = std::move(*sortedArray);
    m_isIdentity = false;
    return true;
}

template class RowSorter<quint32>;
template class RowSorter<quint64>;

} // namespace Grebe
