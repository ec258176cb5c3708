// SPDX-License-Identifier: Apache-2.0
#include "rowfilter.h"
#include "columnliteral.h"

#include "extension/columnformatter.h"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include <string.h> // memmem

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using Test = Filter::Test;
constexpr quint64 kSign = quint64(1) << 63;
constexpr Int128 kMost = Int128(~UInt128(0) >> 1);

const arrow::DataType &valueTypeOf(const arrow::DataType &type)
{
    const arrow::DataType *value = &type;
    for (;;) {
        if (value->id() == arrow::Type::EXTENSION)
            value = static_cast<const arrow::ExtensionType *>(value)->storage_type().get();
        else if (value->id() == arrow::Type::DICTIONARY)
            value = static_cast<const arrow::DictionaryType *>(value)->value_type().get();
        else
            return *value;
    }
}

bool isTextType(arrow::Type::type id)
{
    return id == arrow::Type::STRING || id == arrow::Type::LARGE_STRING || id == arrow::Type::STRING_VIEW;
}

void setBit(quint64 *bits, qint64 row)
{
    bits[row / 64] |= quint64(1) << (row % 64);
}

char foldAscii(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c + 32) : c;
}

// Steps between which values are accepted; with `isInverted` those outside.
struct Interval
{
    Int128 low = -kMost - 1;
    Int128 high = kMost;
    bool isInverted = false;

    bool isEmpty() const { return low > high; }
};

Interval intervalOf(Test test, const LiteralStep &step, const LiteralStep &upper)
{
    const Int128 next = step.floor == kMost ? kMost : step.floor + 1;
    Interval all;
    switch (test) {
    case Test::Equals:
    case Test::Differs: {
        Interval equal = step.isExact ? Interval { step.floor, step.floor } : Interval { 1, 0 };
        equal.isInverted = test == Test::Differs;
        return equal;
    }
    case Test::Less: return { all.low, step.isExact ? step.floor - 1 : step.floor };
    case Test::LessOrEqual: return { all.low, step.floor };
    case Test::Greater: return { next, all.high };
    case Test::GreaterOrEqual: return { step.isExact ? step.floor : next, all.high };
    case Test::Between: return { step.isExact ? step.floor : next, upper.floor };
    default: return all;
    }
}

// A raw value is beyond the type: before or behind every literal that can be typed.
bool rawMeets(Test test, std::string_view raw)
{
    const bool isLow = ColumnView::rawRank(raw) == ColumnView::Rank::Low;
    switch (test) {
    case Test::Differs: return true;
    case Test::Less:
    case Test::LessOrEqual: return isLow;
    case Test::Greater:
    case Test::GreaterOrEqual: return !isLow;
    default: return false;
    }
}

struct PresenceFilter final : RowFilter
{
    PresenceFilter(const ColumnView &view, bool wantsNull) : RowFilter(view)
    {
        m_isPresence = true;
        m_wantsNull = wantsNull;
    }
    void test(const ValueOrder &, const arrow::ArrayData &, qint64, quint64 *) const override { }
    bool testRaw(std::string_view) const override { return false; }
};

struct WordFilter final : RowFilter
{
    WordFilter(const ColumnView &view, Test test, const Interval &steps, Int128 least, Int128 most, quint64 flip)
        : RowFilter(view), m_test(test), m_isInverted(steps.isInverted)
    {
        const Int128 low = std::max(steps.low, least), high = std::min(steps.high, most);
        m_isEmpty = low > high;
        m_low = quint64(low) ^ flip;
        m_span = m_isEmpty ? 0 : (quint64(high) ^ flip) - m_low;
    }
    void test(const ValueOrder &order, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const override
    {
        std::array<quint64, 4096> words;
        const quint64 low = m_low, span = m_span, invert = m_isInverted ? ~quint64(0) : 0;
        for (qint64 begin = 0; begin < rowCount; begin += qint64(words.size())) {
            const qint64 count = std::min(rowCount - begin, qint64(words.size()));
            if (!m_isEmpty)
                order.words(data, begin, nullptr, count, words.data());
            for (qint64 i = 0; i < count; i += 64) {
                quint64 word = 0;
                const qint64 width = std::min<qint64>(64, count - i);
                for (qint64 bit = 0; !m_isEmpty && bit < width; ++bit)
                    word |= quint64(words[size_t(i + bit)] - low <= span) << bit;
                bits[(begin + i) / 64] = word ^ invert;
            }
        }
    }
    bool testRaw(std::string_view raw) const override { return rawMeets(m_test, raw); }

    const Test m_test;
    const bool m_isInverted;
    bool m_isEmpty;
    quint64 m_low, m_span;
};

struct WideFilter final : RowFilter
{
    WideFilter(const ColumnView &view, Test test, const Interval &steps) : RowFilter(view), m_test(test), m_steps(steps) { }
    void test(const ValueOrder &order, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const override
    {
        for (qint64 row = 0; row < rowCount; ++row) {
            const Int128 value = order.wide(data, row);
            bits[row / 64] |= quint64((value >= m_steps.low && value <= m_steps.high) != m_steps.isInverted) << (row % 64);
        }
    }
    bool testRaw(std::string_view raw) const override { return rawMeets(m_test, raw); }

    const Test m_test;
    const Interval m_steps;
};

struct BytesFilter final : RowFilter
{
    BytesFilter(const ColumnView &view, Test test, std::string value, std::string upper)
        : RowFilter(view), m_test(test), m_value(std::move(value)), m_upper(std::move(upper))
    {
    }
    bool meets(std::string_view text) const
    {
        switch (m_test) {
        case Test::Equals: return text == m_value;
        case Test::Differs: return text != m_value;
        case Test::Less: return text < m_value;
        case Test::LessOrEqual: return text <= m_value;
        case Test::Greater: return text > m_value;
        case Test::GreaterOrEqual: return text >= m_value;
        default: return text >= m_value && text <= m_upper;
        }
    }
    void test(const ValueOrder &order, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const override
    {
        for (qint64 row = 0; row < rowCount; ++row) {
            if (!order.isNull(data, row))
                bits[row / 64] |= quint64(meets(order.bytes(data, row))) << (row % 64);
        }
    }
    bool testRaw(std::string_view raw) const override { return meets(raw); }

    const Test m_test;
    const std::string m_value, m_upper;
};

struct ContainsFilter final : RowFilter
{
    ContainsFilter(const ColumnView &view, std::string needle, bool isCaseSensitive, bool isText)
        : RowFilter(view), m_needle(std::move(needle)), m_isCaseSensitive(isCaseSensitive), m_isText(isText)
    {
        if (!m_isCaseSensitive)
            std::ranges::transform(m_needle, m_needle.begin(), foldAscii);
    }
    bool testsShownText() const override { return !m_isText; }
    bool testText(std::string_view text) const override
    {
        thread_local std::string folded;
        if (!m_isCaseSensitive) {
            folded.assign(text);
            std::ranges::transform(folded, folded.begin(), foldAscii);
            text = folded;
        }
        return ::memmem(text.data(), text.size(), m_needle.data(), m_needle.size()) != nullptr;
    }
    bool testRaw(std::string_view raw) const override { return testText(raw); }
    void test(const ValueOrder &order, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const override
    {
        const auto id = valueTypeOf(*data.type).id();
        if (data.type->id() == id && id == arrow::Type::STRING && !m_needle.empty())
            return search(data.GetValues<int32_t>(1), data, rowCount, bits);
        if (data.type->id() == id && id == arrow::Type::LARGE_STRING && !m_needle.empty())
            return search(data.GetValues<int64_t>(1), data, rowCount, bits);
        for (qint64 row = 0; row < rowCount; ++row) {
            if (!order.isNull(data, row) && testText(order.bytes(data, row)))
                setBit(bits, row);
        }
    }

    // One search through all texts of a block, hits mapped back to rows: most rows are never looked at.
    template<typename Offset>
    void search(const Offset *offsets, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const
    {
        const char *const text = data.buffers[2] ? reinterpret_cast<const char *>(data.buffers[2]->data()) : "";
        thread_local std::vector<char> folded;
        for (qint64 row = 0; row < rowCount;) {
            // Blocks that stay in the cache while they are folded and searched.
            qint64 end = std::upper_bound(offsets + row + 1, offsets + rowCount + 1, Offset(offsets[row] + (64 << 10))) - offsets - 1;
            end = std::max(end, row + 1);
            const qint64 length = offsets[end] - offsets[row];
            const char *haystack = text + offsets[row];
            if (!m_isCaseSensitive) {
                folded.resize(size_t(length));
                for (qint64 i = 0; i < length; ++i)
                    folded[size_t(i)] = foldAscii(haystack[i]);
                haystack = folded.data();
            }
            const Offset base = offsets[row];
            const char *const haystackEnd = haystack + length;
            const char *from = haystack;
            while (const void *found = ::memmem(from, size_t(haystackEnd - from), m_needle.data(), m_needle.size())) {
                const Offset at = Offset(static_cast<const char *>(found) - haystack) + base;
                // Hits come in order, so their rows do; near ones are found in a step or two.
                qint64 bound = 1;
                while (row + bound < end && offsets[row + bound] <= at)
                    bound *= 2;
                row = std::upper_bound(offsets + row, offsets + std::min(row + bound, end) + 1, at) - offsets - 1;
                if (at + Offset(m_needle.size()) <= offsets[row + 1]) {
                    setBit(bits, row);
                    from = haystack + (offsets[row + 1] - base);
                } else {
                    from = static_cast<const char *>(found) + 1; // over the border of two rows
                }
            }
            row = end;
        }
    }

    std::string m_needle;
    const bool m_isCaseSensitive;
    const bool m_isText;
};

struct RegexFilter final : RowFilter
{
    RegexFilter(const ColumnView &view, QRegularExpression regex, bool isText)
        : RowFilter(view), m_regex(std::move(regex)), m_isText(isText)
    {
        m_regex.optimize();
    }
    bool testsShownText() const override { return !m_isText; }
    bool testText(std::string_view text) const override
    {
        return m_regex.match(QString::fromUtf8(text.data(), qsizetype(text.size()))).hasMatch();
    }
    bool testRaw(std::string_view raw) const override { return testText(raw); }
    void test(const ValueOrder &order, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const override
    {
        for (qint64 row = 0; row < rowCount; ++row) {
            if (!order.isNull(data, row) && testText(order.bytes(data, row)))
                setBit(bits, row);
        }
    }

    QRegularExpression m_regex;
    const bool m_isText;
};

} // namespace

Result<std::unique_ptr<const RowFilter>> RowFilter::make(const Filter &filter, const ColumnView &view)
{
    const std::string value = filter.value.toStdString(), upperValue = filter.upperValue.toStdString();
    const auto field = view.field()->WithType(view.field()->type()->id() == arrow::Type::DICTIONARY
        ? static_cast<const arrow::DictionaryType &>(*view.field()->type()).value_type() : view.field()->type());
    const arrow::DataType &type = valueTypeOf(*field->type());
    const bool isText = isTextType(type.id()) && !view.isTextForm();
    const bool isBetween = filter.test == Test::Between;
    switch (filter.test) {
    case Test::IsNull:
    case Test::IsNotNull: return std::make_unique<PresenceFilter>(view, filter.test == Test::IsNull);
    case Test::Contains: return std::make_unique<ContainsFilter>(view, value, filter.isCaseSensitive, isText);
    case Test::Regex: {
        QRegularExpression::PatternOptions options = QRegularExpression::UseUnicodePropertiesOption;
        if (!filter.isCaseSensitive)
            options |= QRegularExpression::CaseInsensitiveOption;
        QRegularExpression regex(filter.value, options);
        if (!regex.isValid()) {
            return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                .message = u"The regular expression is wrong at character %1: %2."_s.arg(regex.patternErrorOffset() + 1).arg(regex.errorString()) });
        }
        return std::make_unique<RegexFilter>(view, std::move(regex), isText);
    }
    default: break;
    }
    if (view.isTextForm() || view.order().form == ValueOrder::Form::Bytes) {
        if (view.isTextForm() && type.id() == arrow::Type::DECIMAL256)
            return std::unexpected(parseLiteralStep(value, *field).error());
        auto low = view.isTextForm() ? Result<std::string>(value) : parseLiteralBytes(value, *field);
        auto high = view.isTextForm() || !isBetween ? Result<std::string>(upperValue) : parseLiteralBytes(upperValue, *field);
        if (!low || !high)
            return std::unexpected(low ? high.error() : low.error());
        return std::make_unique<BytesFilter>(view, filter.test, std::move(*low), std::move(*high));
    }
    const Int128 wordMost = Int128(std::numeric_limits<quint64>::max());
    switch (type.id()) {
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE: {
        const auto low = parseLiteralReal(value, type);
        const auto high = isBetween ? parseLiteralReal(upperValue, type) : low;
        if (!low || !high)
            return std::unexpected(low ? high.error() : low.error());
        const Interval steps = intervalOf(filter.test, { Int128(*low), true }, { Int128(*high), true });
        return std::make_unique<WordFilter>(view, filter.test, steps, 0, wordMost, 0);
    }
    default: break;
    }
    const auto low = parseLiteralStep(value, *field);
    const auto high = isBetween ? parseLiteralStep(upperValue, *field) : low;
    if (!low || !high)
        return std::unexpected(low ? high.error() : low.error());
    const Interval steps = intervalOf(filter.test, *low, *high);
    if (view.order().form == ValueOrder::Form::Wide)
        return std::make_unique<WideFilter>(view, filter.test, steps);
    switch (type.id()) {
    case arrow::Type::BOOL:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64: return std::make_unique<WordFilter>(view, filter.test, steps, 0, wordMost, 0);
    default:
        return std::make_unique<WordFilter>(view, filter.test, steps, std::numeric_limits<qint64>::min(),
                                            std::numeric_limits<qint64>::max(), kSign);
    }
}

void RowFilter::apply(const ColumnView::Part &part, quint64 *bits) const
{
    const qint64 rowCount = part.rowCount, wordCount = (rowCount + 63) / 64;
    std::vector<quint64> met(size_t(wordCount), 0);
    const ValueOrder &order = *part.order;
    const arrow::ArrayData &data = *part.data;
    if (m_isPresence) {
        std::fill(met.begin(), met.end(), m_wantsNull ? 0 : ~quint64(0));
        for (qint64 row = 0; (part.mayHaveNulls) && row < rowCount; ++row) {
            if (order.isNull(data, row) && !(part.raw && part.raw->contains(row)))
                met[size_t(row / 64)] ^= quint64(1) << (row % 64);
        }
    } else {
        if (testsShownText()) {
            std::string text;
            const auto batch = m_view.shown(part);
            for (qint64 row = 0; batch && row < rowCount; ++row) {
                // Beyond the rows of the view a bit means nothing; where it is already clear nobody needs the text.
                if (!(bits[row / 64] >> (row % 64) & 1) || (part.mayHaveNulls && order.isNull(data, row)))
                    continue;
                text.clear();
                if (m_view.formatter().appendText(*batch, 0, row, text) && testText(text))
                    setBit(met.data(), row);
            }
        } else if (const ValueOrder *values = order.dictionaryValues(); values && data.dictionary->length <= rowCount) {
            // Each different value once.
            std::vector<quint64> entries(size_t((data.dictionary->length + 63) / 64), 0);
            test(*values, *data.dictionary, data.dictionary->length, entries.data());
            for (qint64 row = 0; row < rowCount; ++row) {
                if (part.mayHaveNulls && order.isNull(data, row))
                    continue;
                const qint64 entry = order.dictionaryIndex(data, row);
                met[size_t(row / 64)] |= (entries[size_t(entry / 64)] >> (entry % 64) & 1) << (row % 64);
            }
        } else {
            test(order, data, rowCount, met.data());
        }
        for (qint64 row = 0; part.mayHaveNulls && row < rowCount; ++row) {
            if (!order.isNull(data, row))
                continue;
            met[size_t(row / 64)] &= ~(quint64(1) << (row % 64));
            if (!part.raw)
                continue;
            const auto raw = part.raw->find(row);
            if (raw != part.raw->end() && testRaw(raw->second))
                setBit(met.data(), row);
        }
    }
    for (qint64 i = 0; i < wordCount; ++i)
        bits[i] &= met[size_t(i)];
}

} // namespace Grebe
