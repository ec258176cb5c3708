// SPDX-License-Identifier: Apache-2.0
#include "extension/columnstatistics.h"

#include "columnview.h"
#include "distinctcounter.h"
#include "valuetext.h"

#include "extension/columnformatter.h"
#include "extension/resultstore.h"

#include <arrow/array/data.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <QtConcurrent>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <unordered_map>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using StatisticsPromise = QPromise<Result<ColumnStatistics>>;
constexpr quint64 kSign = quint64(1) << 63;

// What the words of a column mean as a number.
enum class Meaning { None, Signed, Unsigned, Real, HalfReal, Wide };

struct Arithmetic
{
    Meaning meaning = Meaning::None;
    int scale = 0;
    bool hasSum = false;
};

Arithmetic arithmeticOf(const arrow::Field &field)
{
    const arrow::DataType *type = field.type().get();
    if (type->id() == arrow::Type::DICTIONARY)
        type = static_cast<const arrow::DictionaryType *>(type)->value_type().get();
    switch (type->id()) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::INT64: return { Meaning::Signed, 0, true };
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::UINT32:
    case arrow::Type::UINT64: return { Meaning::Unsigned, 0, true };
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64: return { Meaning::Signed, static_cast<const arrow::DecimalType &>(*type).scale(), true };
    case arrow::Type::DECIMAL128: return { Meaning::Wide, static_cast<const arrow::DecimalType &>(*type).scale(), true };
    case arrow::Type::HALF_FLOAT:
    case arrow::Type::FLOAT: return { Meaning::HalfReal, 0, true };
    case arrow::Type::DOUBLE: return { Meaning::Real, 0, true };
    case arrow::Type::DATE32:
    case arrow::Type::DATE64:
    case arrow::Type::TIME32:
    case arrow::Type::TIME64:
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
    case arrow::Type::STRUCT: return { Meaning::Signed, 0, false };
    default: return {};
    }
}

double realOf(quint64 word, Meaning meaning)
{
    if (meaning == Meaning::Real)
        return std::bit_cast<double>(word & kSign ? word ^ kSign : ~word);
    const quint32 half = quint32(word);
    return std::bit_cast<float>(half & 0x80000000u ? half ^ 0x80000000u : ~half);
}

bool isNotANumber(quint64 word, Meaning meaning)
{
    return (meaning == Meaning::Real && word == std::numeric_limits<quint64>::max())
        || (meaning == Meaning::HalfReal && word == std::numeric_limits<quint32>::max());
}

// A value that compares and hashes as a whole; texts stay where they are.
struct Item
{
    UInt128 number = 0; // sign turned over for Wide
    std::string_view text;

    friend bool operator==(const Item &, const Item &) = default;
    bool operator<(const Item &other) const { return number != other.number ? number < other.number : text < other.text; }
};

struct ItemHash
{
    size_t operator()(const Item &item) const
    {
        if (item.text.data())
            return mixedHash(std::hash<std::string_view>()(item.text));
        return mixedHash(quint64(item.number) ^ mixedHash(quint64(item.number >> 64)));
    }
};

class Statistician
{
public:
    Statistician(StatisticsPromise &promise, const ColumnView &view, const RowOrder &rows, const StatisticsOptions &options)
        : m_promise(promise), m_view(view), m_rows(rows), m_options(options)
        , m_arithmetic(view.isTextForm() ? Arithmetic() : arithmeticOf(*view.field()))
    {
        if (m_view.order().form == ValueOrder::Form::Bytes)
            m_arithmetic = {};
    }

    bool run(ColumnStatistics &out)
    {
        out.rowCount = m_rows.size();
        if (!lookAtAll(out))
            return false;
        out.minimum = value(m_minimumRow);
        out.maximum = value(m_maximumRow);
        putDistinct(out);
        putSum(out);
        return putQuantiles(out) && putHistogram(out) && putTop(out);
    }

private:
    ColumnStatistics::Value value(qint64 row) const
    {
        std::string text;
        if (row >= 0)
            m_view.appendText(row, text);
        return { QString::fromStdString(text), row };
    }

    Item item(const ColumnView::Part &part, qint64 row) const
    {
        const ValueOrder &order = *part.order;
        switch (order.form) {
        case ValueOrder::Form::Word: {
            quint64 word;
            order.words(*part.data, row, nullptr, 1, &word);
            return { word, {} };
        }
        case ValueOrder::Form::Wide: return { UInt128(order.wide(*part.data, row)) ^ (UInt128(1) << 127), {} };
        case ValueOrder::Form::Bytes: break;
        }
        const std::string_view text = order.bytes(*part.data, row);
        return { 0, text.data() ? text : std::string_view("", 0) };
    }

    // take(item, row) for values; takeOther(row, raw) for nulls, and for values beyond the type with their text. False
    // when cancelled.
    template<typename Take, typename TakeOther>
    bool each(double from, double to, qint64 stride, Take take, TakeOther takeOther)
    {
        const qint64 count = m_rows.size();
        size_t index = 0;
        qint64 nextReport = 0;
        for (qint64 position = 0; position < count; position += stride) {
            if (position >= nextReport) {
                if (m_promise.isCanceled())
                    return false;
                m_promise.setProgressValue(int(1000 * (from + (to - from) * double(position) / double(count))));
                nextReport = position + 65536;
            }
            const qint64 row = m_rows.rowAt(position);
            const ColumnView::Part *part = &m_view.parts()[index];
            if (row < part->firstRow || row >= part->firstRow + part->rowCount) {
                index = m_view.partOf(row);
                part = &m_view.parts()[index];
            }
            const qint64 rowInPart = row - part->firstRow;
            if (!part->mayHaveNulls || !part->order->isNull(*part->data, rowInPart)) {
                take(item(*part, rowInPart), row);
                continue;
            }
            const std::string *raw = nullptr;
            if (part->raw) {
                const auto found = part->raw->find(rowInPart);
                raw = found == part->raw->end() ? nullptr : &found->second;
            }
            takeOther(row, raw);
        }
        return true;
    }

    bool lookAtAll(ColumnStatistics &out)
    {
        Item minimum, maximum;
        bool isFirst = true;
        const std::string *lowRaw = nullptr, *highRaw = nullptr;
        qint64 lowRow = -1, highRow = -1;
        const bool isBytes = m_view.order().form == ValueOrder::Form::Bytes;
        const auto takeOther = [&](qint64 row, const std::string *raw) {
            if (!raw) {
                ++out.nullCount;
                return;
            }
            ++m_valueCount;
            ++m_rawCount;
            count({ 1, *raw }, row);
            if (ColumnView::rawRank(*raw) == ColumnView::Rank::Low) {
                if (!lowRaw || ColumnView::rawLess(*raw, *lowRaw)) {
                    lowRaw = raw;
                    lowRow = row;
                }
            } else if (!highRaw || ColumnView::rawLess(*highRaw, *raw)) {
                highRaw = raw;
                highRow = row;
            }
        };
        const auto take = [&](const Item &item, qint64 row) {
            ++m_valueCount;
            count(item, row);
            if (isBytes) {
                const qint64 length = qint64(item.text.size());
                out.emptyCount += length == 0;
                out.shortestLength = isFirst ? length : std::min(out.shortestLength, length);
                out.longestLength = std::max(out.longestLength, length);
            }
            if (isFirst || item < minimum) {
                minimum = item;
                m_minimumRow = row;
            }
            if (isFirst || maximum < item) {
                maximum = item;
                m_maximumRow = row;
            }
            isFirst = false;
            add(item, out);
        };
        const bool isDone = each(0, 0.4, 1, take, takeOther);
        m_minimum = minimum;
        m_maximum = maximum;
        if (lowRaw)
            m_minimumRow = lowRow;
        if (highRaw)
            m_maximumRow = highRow;
        if (isFirst) { // nothing but raw values
            m_minimumRow = lowRaw ? lowRow : highRow;
            m_maximumRow = highRaw ? highRow : lowRow;
        }
        return isDone;
    }
    void count(const Item &item, qint64 row)
    {
        const size_t hash = ItemHash()(item);
        m_sketch.add(hash);
        if (m_isOverLimit) {
            // What is frequent is mostly known by now: only known values are counted on.
            const auto known = m_counts.find(item);
            if (known != m_counts.end())
                ++known->second.first;
            return;
        }
        ++m_counts.try_emplace(item, 0, row).first->second.first;
        m_isOverLimit = qint64(m_counts.size()) > m_options.distinctLimit;
    }

    void add(const Item &item, ColumnStatistics &out)
    {
        switch (m_arithmetic.meaning) {
        case Meaning::None: return;
        case Meaning::Signed: m_sum += qint64(quint64(item.number) ^ kSign); return;
        case Meaning::Unsigned: m_sum += quint64(item.number); return;
        case Meaning::Wide: {
            // Two halves of their own: each has room for 2^63 addends.
            const Int128 value = Int128(item.number ^ (UInt128(1) << 127));
            m_lowSum += quint64(value);
            m_sum += value >> 64;
            return;
        }
        case Meaning::Real:
        case Meaning::HalfReal: break;
        }
        const double value = realOf(quint64(item.number), m_arithmetic.meaning);
        if (isNotANumber(quint64(item.number), m_arithmetic.meaning))
            ++out.notANumberCount;
        // Neumaier's sum: what is lost of the smaller addend is kept aside.
        const double total = m_realSum + value;
        if (std::isfinite(total))
            m_realRest += std::abs(m_realSum) >= std::abs(value) ? (m_realSum - total) + value : (value - total) + m_realSum;
        m_realSum = total;
    }

    void putDistinct(ColumnStatistics &out) const
    {
        out.isDistinctEstimate = m_isOverLimit;
        out.distinctCount = m_isOverLimit ? m_sketch.estimate() : qint64(m_counts.size());
    }

    void putSum(ColumnStatistics &out) const
    {
        // Raw values are numbers that no sum holds: a sum without them would be wrong.
        if (!m_arithmetic.hasSum || m_valueCount == 0 || m_rawCount > 0)
            return;
        if (m_arithmetic.meaning == Meaning::Real || m_arithmetic.meaning == Meaning::HalfReal) {
            const long double exact = std::isfinite(m_realSum) ? (long double)m_realSum + m_realRest : (long double)m_realSum;
            const double sum = double(exact);
            std::string text;
            appendReal(sum, Spelling::Plain, text);
            out.sum = QString::fromStdString(text);
            text.clear();
            appendReal(double(exact / m_valueCount), Spelling::Plain, text);
            out.average = QString::fromStdString(text);
            return;
        }
        const auto wide = [](Int128 value) { return arrow::Decimal256(arrow::Decimal128(qint64(value >> 64), quint64(value))); };
        const bool isWide = m_arithmetic.meaning == Meaning::Wide;
        const arrow::Decimal256 word = wide(Int128(1) << 64);
        const arrow::Decimal256 sum = isWide ? wide(m_sum) * word + wide(Int128(m_lowSum)) : wide(m_sum);
        out.sum = QString::fromStdString(sum.ToString(m_arithmetic.scale));
        // Half up, away from 0.
        constexpr int moreDigits = 6;
        const arrow::Decimal256 divisor = wide(m_valueCount), half = wide(m_valueCount / 2 + m_valueCount % 2);
        const arrow::Decimal256 scaled = sum * wide(1'000'000);
        const bool isNegative = scaled.IsNegative();
        const arrow::Decimal256 magnitude(isNegative ? arrow::Decimal256(-scaled) : scaled);
        const auto divided = magnitude.Divide(divisor);
        if (!divided.ok())
            return;
        arrow::Decimal256 average = divided->first;
        if (divided->second >= half)
            average += arrow::Decimal256(1);
        std::string text = (isNegative ? arrow::Decimal256(-average) : average).ToString(m_arithmetic.scale + moreDigits);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.ends_with('.'))
            text.pop_back();
        out.average = QString::fromStdString(text);
    }

    bool putQuantiles(ColumnStatistics &out)
    {
        if (m_view.order().form == ValueOrder::Form::Bytes || m_valueCount - m_rawCount == 0)
            return true;
        const qint64 stride = (m_rows.size() + m_options.quantileLimit - 1) / m_options.quantileLimit;
        out.isQuantileEstimate = stride > 1 || m_rawCount > 0;
        std::vector<std::pair<UInt128, qint64>> items;
        items.reserve(size_t(m_rows.size() / stride + 1));
        if (!eachValue(0.4, 0.6, stride, [&](const Item &item, qint64 row) { items.emplace_back(item.number, row); }))
            return false;
        if (items.empty())
            return true;
        auto from = items.begin();
        for (const double share : { 0.05, 0.25, 0.5, 0.75, 0.95 }) {
            const auto place = items.begin() + std::clamp<qint64>(qint64(std::ceil(share * double(items.size()))) - 1, 0, qint64(items.size()) - 1);
            std::nth_element(from, place, items.end());
            out.quantiles.append({ share, value(place->second) });
            from = place;
        }
        return true;
    }

    template<typename Take>
    bool eachValue(double from, double to, qint64 stride, Take take)
    {
        return each(from, to, stride, take, [](qint64, const std::string *) { });
    }

    bool putHistogram(ColumnStatistics &out)
    {
        const Meaning meaning = m_arithmetic.meaning;
        if (meaning == Meaning::None || m_valueCount - m_rawCount == 0 || m_options.binCount < 1)
            return true;
        QList<ColumnStatistics::Bin> bins;
        if (meaning == Meaning::Real || meaning == Meaning::HalfReal) {
            // Infinite values and NaN are in no bin; the ends are those of the others.
            double low = 0, high = 0;
            bool isFirst = true;
            if (!eachValue(0.6, 0.7, 1, [&](const Item &item, qint64) {
                    const double real = realOf(quint64(item.number), meaning);
                    if (!std::isfinite(real))
                        return;
                    low = isFirst ? real : std::min(low, real);
                    high = isFirst ? real : std::max(high, real);
                    isFirst = false;
                }))
                return false;
            if (isFirst)
                return true;
            const int count = low == high ? 1 : m_options.binCount;
            const double width = high / count - low / count;
            bins.resize(count);
            for (int i = 0; i < count; ++i) {
                std::string lower, upper;
                appendReal(low + width * i, Spelling::Plain, lower);
                appendReal(i + 1 == count ? high : low + width * (i + 1), Spelling::Plain, upper);
                bins[i] = { QString::fromStdString(lower), QString::fromStdString(upper), 0 };
            }
            if (!eachValue(0.7, 0.8, 1, [&](const Item &item, qint64) {
                    const double real = realOf(quint64(item.number), meaning);
                    if (std::isfinite(real))
                        ++bins[width > 0 ? std::clamp(int((real - low) / width), 0, count - 1) : 0].count;
                }))
                return false;
        } else {
            const UInt128 low = m_minimum.number, span = m_maximum.number - low;
            // Rounded up, so that the last bin ends at or behind the maximum.
            const UInt128 width = span / UInt128(m_options.binCount) + 1;
            const int count = int(span / width) + 1;
            bins.resize(count);
            for (int i = 0; i < count; ++i)
                bins[i] = { stepText(low + width * UInt128(i)), stepText(std::min(low + width * UInt128(i + 1), m_maximum.number)), 0 };
            if (!eachValue(0.6, 0.8, 1, [&](const Item &item, qint64) { ++bins[int((item.number - low) / width)].count; }))
                return false;
        }
        out.histogram = bins;
        return true;
    }

    // A value that need not be in the column, as the column shows it.
    QString stepText(UInt128 number) const
    {
        const auto field = m_view.field();
        const Meaning meaning = m_arithmetic.meaning;
        std::string text;
        if (meaning == Meaning::Wide) {
            const Int128 value = Int128(number ^ (UInt128(1) << 127));
            appendDecimal128(int64_t(value >> 64), uint64_t(value), m_arithmetic.scale, text);
        } else if (meaning == Meaning::Unsigned) {
            appendInteger(quint64(number), text);
        } else {
            const qint64 value = qint64(quint64(number) ^ kSign);
            const arrow::DataType *type = field->type().get();
            if (type->id() == arrow::Type::STRUCT)
                type = type->field(0)->type().get();
            const auto digits = [](arrow::TimeUnit::type unit) { return 3 * int(unit); };
            switch (type->id()) {
            case arrow::Type::DATE32: appendDate(value, Spelling::Plain, text); break;
            case arrow::Type::DATE64: appendDate(value / 86'400'000 - (value % 86'400'000 < 0), Spelling::Plain, text); break;
            case arrow::Type::TIME32:
            case arrow::Type::TIME64:
                appendTimeOfDay(value, digits(static_cast<const arrow::TimeType *>(type)->unit()), -1, text);
                break;
            case arrow::Type::TIMESTAMP:
                appendTimestamp(value, digits(static_cast<const arrow::TimestampType *>(type)->unit()), -1, Spelling::Plain, text);
                break;
            case arrow::Type::DURATION: {
                const int unit = digits(static_cast<const arrow::DurationType *>(type)->unit());
                appendDayTime(value, unit, unit, text);
                break;
            }
            default: appendDecimal64(value, m_arithmetic.scale, text);
            }
        }
        return QString::fromStdString(text);
    }

    bool putTop(ColumnStatistics &out)
    {
        std::vector<std::pair<Item, std::pair<qint64, qint64>>> tops(size_t(std::min<qint64>(m_options.topCount, qint64(m_counts.size()))));
        std::partial_sort_copy(m_counts.begin(), m_counts.end(), tops.begin(), tops.end(), [](const auto &a, const auto &b) {
            return a.second.first != b.second.first ? a.second.first > b.second.first : a.second.second < b.second.second;
        });
        // Each was counted from its first row on, which is all of its rows.
        for (const auto &[item, found] : tops)
            out.topValues.append({ value(found.second), found.first });
        out.isTopEstimate = m_isOverLimit;
        m_promise.setProgressValue(1000);
        return !m_promise.isCanceled();
    }

    StatisticsPromise &m_promise;
    const ColumnView &m_view;
    const RowOrder &m_rows;
    const StatisticsOptions m_options;
    Arithmetic m_arithmetic;
    qint64 m_valueCount = 0;
    qint64 m_rawCount = 0;
    qint64 m_minimumRow = -1;
    qint64 m_maximumRow = -1;
    Item m_minimum, m_maximum;
    Int128 m_sum = 0;
    UInt128 m_lowSum = 0;
    double m_realSum = 0;
    double m_realRest = 0;
    DistinctSketch m_sketch;
    bool m_isOverLimit = false;
    std::unordered_map<Item, std::pair<qint64, qint64>, ItemHash> m_counts; // how often, and where first
};

} // namespace

QFuture<Result<ColumnStatistics>> columnStatistics(std::shared_ptr<const ResultStore> store, int column, RowOrderPtr rows,
                                                   StatisticsOptions options)
{
    return QtConcurrent::run([store = std::move(store), column, rows = std::move(rows), options](StatisticsPromise &promise) {
        promise.setProgressRange(0, 1000);
        const auto answer = [&]() -> Result<ColumnStatistics> {
            try {
                const qint64 rowCount = store->rowCount();
                const auto view = ColumnView::make(*store, column, rowCount, true, [&promise] { return promise.isCanceled(); });
                if (!view)
                    return std::unexpected(view.error());
                ColumnStatistics statistics;
                if (!Statistician(promise, **view, rows ? *rows : *RowOrder::range(0, rowCount), options).run(statistics))
                    return std::unexpected(Error { .code = Error::Code::Cancelled });
                return statistics;
            } catch (const std::bad_alloc &) {
                return std::unexpected(Error { .code = Error::Code::Internal, .message = u"There is not enough memory for the statistics of this column."_s });
            }
        }();
        if (!promise.isCanceled())
            promise.addResult(answer);
    });
}

} // namespace Grebe
