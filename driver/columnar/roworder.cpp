// SPDX-License-Identifier: Apache-2.0
#include "extension/resultorder.h"

#include <algorithm>
#include <bit>

namespace Grebe {

namespace {

constexpr size_t kGroupWords = 8; // words of a selection between two ranks

} // namespace

RowOrderPtr RowOrder::range(qint64 first, qint64 count)
{
    auto order = std::make_shared<RowOrder>();
    order->m_rows = Range { first };
    order->m_size = count;
    return order;
}

RowOrderPtr RowOrder::selection(std::vector<quint64> bits)
{
    auto order = std::make_shared<RowOrder>();
    Selection selection { std::move(bits), {} };
    selection.ranks.reserve(selection.bits.size() / kGroupWords + 1);
    for (size_t i = 0; i < selection.bits.size(); ++i) {
        if (i % kGroupWords == 0)
            selection.ranks.push_back(order->m_size);
        order->m_size += std::popcount(selection.bits[i]);
    }
    order->m_rows = std::move(selection);
    return order;
}

RowOrderPtr RowOrder::rows(std::vector<quint32> rows)
{
    const auto owner = std::make_shared<const std::vector<quint32>>(std::move(rows));
    return RowOrder::rows(std::span(*owner), owner);
}

RowOrderPtr RowOrder::rows(std::vector<quint64> rows)
{
    const auto owner = std::make_shared<const std::vector<quint64>>(std::move(rows));
    return RowOrder::rows(std::span(*owner), owner);
}

RowOrderPtr RowOrder::rows(std::span<const quint32> rows, std::shared_ptr<const void> owner)
{
    auto order = std::make_shared<RowOrder>();
    order->m_size = qint64(rows.size());
    order->m_isAscending = false;
    order->m_rows = rows;
    order->m_owner = std::move(owner);
    return order;
}

RowOrderPtr RowOrder::rows(std::span<const quint64> rows, std::shared_ptr<const void> owner)
{
    auto order = std::make_shared<RowOrder>();
    order->m_size = qint64(rows.size());
    order->m_isAscending = false;
    order->m_rows = rows;
    order->m_owner = std::move(owner);
    return order;
}

qint64 RowOrder::rowAt(qint64 position) const
{
    if (const auto *rows = std::get_if<std::span<const quint32>>(&m_rows))
        return (*rows)[size_t(position)];
    if (const auto *rows = std::get_if<std::span<const quint64>>(&m_rows))
        return qint64((*rows)[size_t(position)]);
    if (const auto *range = std::get_if<Range>(&m_rows))
        return range->first + position;
    const auto &[bits, ranks] = std::get<Selection>(m_rows);
    const size_t group = size_t(std::upper_bound(ranks.begin(), ranks.end(), position) - ranks.begin()) - 1;
    qint64 rest = position - ranks[group];
    size_t word = group * kGroupWords;
    for (; rest >= std::popcount(bits[word]); ++word)
        rest -= std::popcount(bits[word]);
    quint64 left = bits[word];
    for (; rest > 0; --rest)
        left &= left - 1;
    return qint64(word) * 64 + std::countr_zero(left);
}

std::optional<qint64> RowOrder::positionOf(qint64 row) const
{
    if (row < 0)
        return {};
    const auto find = [&](const auto &rows) -> std::optional<qint64> {
        const auto found = std::ranges::find(rows, quint64(row));
        return found == rows.end() ? std::nullopt : std::optional(qint64(found - rows.begin()));
    };
    if (const auto *rows = std::get_if<std::span<const quint32>>(&m_rows))
        return find(*rows);
    if (const auto *rows = std::get_if<std::span<const quint64>>(&m_rows))
        return find(*rows);
    if (const auto *range = std::get_if<Range>(&m_rows)) {
        const qint64 position = row - range->first;
        return position >= 0 && position < m_size ? std::optional(position) : std::nullopt;
    }
    const auto &[bits, ranks] = std::get<Selection>(m_rows);
    const size_t word = size_t(row) / 64;
    if (word >= bits.size() || !(bits[word] >> (row % 64) & 1))
        return {};
    qint64 position = ranks[word / kGroupWords];
    for (size_t i = word / kGroupWords * kGroupWords; i < word; ++i)
        position += std::popcount(bits[i]);
    return position + std::popcount(bits[word] & ((quint64(1) << (row % 64)) - 1));
}

RowOrderPtr RowOrder::slice(qint64 first, qint64 count) const
{
    first = std::clamp<qint64>(first, 0, m_size);
    count = std::clamp<qint64>(count, 0, m_size - first);
    if (const auto *range = std::get_if<Range>(&m_rows))
        return RowOrder::range(range->first + first, count);
    if (const auto *rows = std::get_if<std::span<const quint32>>(&m_rows))
        return RowOrder::rows(rows->subspan(size_t(first), size_t(count)), m_owner);
    if (const auto *rows = std::get_if<std::span<const quint64>>(&m_rows))
        return RowOrder::rows(rows->subspan(size_t(first), size_t(count)), m_owner);
    std::vector<quint64> bits = std::get<Selection>(m_rows).bits;
    const auto clearBefore = [&](qint64 row) {
        std::fill_n(bits.begin(), row / 64, 0);
        if (row % 64)
            bits[size_t(row / 64)] &= ~quint64(0) << (row % 64);
    };
    const auto clearFrom = [&](qint64 row) {
        if (row % 64)
            bits[size_t(row / 64)] &= (quint64(1) << (row % 64)) - 1;
        std::fill(bits.begin() + (row + 63) / 64, bits.end(), 0);
    };
    if (first + count < m_size)
        clearFrom(rowAt(first + count));
    if (count > 0)
        clearBefore(rowAt(first));
    else
        std::ranges::fill(bits, 0);
    return selection(std::move(bits));
}

} // namespace Grebe
