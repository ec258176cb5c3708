// SPDX-License-Identifier: Apache-2.0
#include "extension/cellrange.h"

#include "extension/columnformatter.h"
#include "valuetext.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <cmath>
#include <optional>
#include <unordered_set>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using Wide = arrow::Decimal256;
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

constexpr qint64 kDistinctLimit = 200'000;
constexpr qint64 kCheckRows = 1 << 16;

// Two's complement arithmetic wraps; a sum whose sign contradicts its parts has left the 256 bits.
bool addChecked(Wide &sum, const Wide &value)
{
    const bool wasNegative = sum.IsNegative();
    sum += value;
    return wasNegative != value.IsNegative() || sum.IsNegative() == wasNegative;
}

Wide wide(Int128 value)
{
    return Wide(arrow::Decimal128(int64_t(value >> 64), uint64_t(value)));
}

/// The sum of one column's values: whole numbers scaled by a power of ten, or reals.
class ColumnSum
{
public:
    explicit ColumnSum(const arrow::DataType &type) : m_id(type.id())
    {
        if (arrow::is_decimal(m_id))
            m_scale = static_cast<const arrow::DecimalType &>(type).scale();
        m_isReal = arrow::is_floating(m_id);
        m_isNumber = m_isReal || arrow::is_integer(m_id) || arrow::is_decimal(m_id);
    }

    bool isNumber() const { return m_isNumber; }
    bool isReal() const { return m_isReal; }
    bool hasOverflow() const { return m_hasOverflow; }
    int scale() const { return m_scale; }
    double real() const { return m_real + m_rest; }
    Wide whole()
    {
        spill();
        return m_wide;
    }

    void add(const arrow::Array &array, int64_t first, int64_t count)
    {
        switch (m_id) {
        case arrow::Type::INT8: return addIntegers<arrow::Int8Array>(array, first, count);
        case arrow::Type::INT16: return addIntegers<arrow::Int16Array>(array, first, count);
        case arrow::Type::INT32: return addIntegers<arrow::Int32Array>(array, first, count);
        case arrow::Type::INT64: return addIntegers<arrow::Int64Array>(array, first, count);
        case arrow::Type::UINT8: return addIntegers<arrow::UInt8Array>(array, first, count);
        case arrow::Type::UINT16: return addIntegers<arrow::UInt16Array>(array, first, count);
        case arrow::Type::UINT32: return addIntegers<arrow::UInt32Array>(array, first, count);
        case arrow::Type::UINT64: return addIntegers<arrow::UInt64Array>(array, first, count);
        case arrow::Type::DECIMAL32: return addDecimals<arrow::Decimal32Array, arrow::Decimal32>(array, first, count);
        case arrow::Type::DECIMAL64: return addDecimals<arrow::Decimal64Array, arrow::Decimal64>(array, first, count);
        case arrow::Type::DECIMAL128: return addDecimals<arrow::Decimal128Array, arrow::Decimal128>(array, first, count);
        case arrow::Type::DECIMAL256: return addDecimals<arrow::Decimal256Array, arrow::Decimal256>(array, first, count);
        case arrow::Type::FLOAT: return addReals<arrow::FloatArray>(array, first, count);
        case arrow::Type::DOUBLE: return addReals<arrow::DoubleArray>(array, first, count);
        default: m_isNumber = false; // half floats and what is to come: no sum rather than a wrong one
        }
    }

private:
    void spill()
    {
        m_hasOverflow |= !addChecked(m_wide, wide(m_part));
        m_part = 0;
    }

    void addPart(Int128 value)
    {
        Int128 sum = 0;
        if (__builtin_add_overflow(m_part, value, &sum)) {
            spill();
            sum = value;
        }
        m_part = sum;
    }

    template<typename Array>
    void addIntegers(const arrow::Array &array, int64_t first, int64_t count)
    {
        const auto *values = static_cast<const Array &>(array).raw_values() + first;
        // A run of 2^31 64-bit values fits 128 bits by far; no check in the loop.
        Int128 sum = 0;
        if (array.null_count() == 0) {
            for (int64_t i = 0; i < count; ++i)
                sum += values[i];
        } else {
            for (int64_t i = 0; i < count; ++i) {
                if (array.IsValid(first + i))
                    sum += values[i];
            }
        }
        addPart(sum);
    }

    template<typename Array, typename Decimal>
    void addDecimals(const arrow::Array &array, int64_t first, int64_t count)
    {
        const auto &decimals = static_cast<const Array &>(array);
        for (int64_t i = first; i < first + count; ++i) {
            if (decimals.IsNull(i))
                continue;
            const Decimal value(decimals.GetValue(i));
            if constexpr (std::is_same_v<Decimal, arrow::Decimal256>)
                m_hasOverflow |= !addChecked(m_wide, value);
            else if constexpr (std::is_same_v<Decimal, arrow::Decimal128>)
                addPart(Int128((UInt128(uint64_t(value.high_bits())) << 64) | value.low_bits()));
            else
                addPart(Int128(value.value()));
        }
    }

    template<typename Array>
    void addReals(const arrow::Array &array, int64_t first, int64_t count)
    {
        const auto *values = static_cast<const Array &>(array).raw_values();
        for (int64_t i = first; i < first + count; ++i) {
            if (!array.IsValid(i))
                continue;
            // Neumaier's sum: what an addition loses is kept and added at the end.
            const double value = values[i];
            const double sum = m_real + value;
            if (std::isfinite(sum))
                m_rest += std::abs(m_real) >= std::abs(value) ? (m_real - sum) + value : (value - sum) + m_real;
            m_real = sum;
        }
    }

    const arrow::Type::type m_id;
    int m_scale = 0;
    bool m_isNumber = false;
    bool m_isReal = false;
    bool m_hasOverflow = false;
    Int128 m_part = 0;
    Wide m_wide = 0;
    double m_real = 0;
    double m_rest = 0;
};

/// The least and the greatest of a column's values, by the Arrow value where it has an order of its own.
class ColumnExtremes
{
public:
    ColumnExtremes(const arrow::DataType &type, int column) : m_id(type.id()), m_column(column) { }

    static bool serves(arrow::Type::type id)
    {
        return arrow::is_integer(id) || arrow::is_decimal(id) || id == arrow::Type::FLOAT || id == arrow::Type::DOUBLE
            || arrow::is_date(id) || arrow::is_time(id) || id == arrow::Type::TIMESTAMP || id == arrow::Type::STRING
            || id == arrow::Type::LARGE_STRING;
    }

    void add(const std::shared_ptr<arrow::RecordBatch> &batch, int64_t first, int64_t count)
    {
        const arrow::Array &array = *batch->column(m_column);
        switch (m_id) {
        case arrow::Type::INT8: return look<arrow::Int8Array>(batch, array, first, count);
        case arrow::Type::INT16: return look<arrow::Int16Array>(batch, array, first, count);
        case arrow::Type::INT32: return look<arrow::Int32Array>(batch, array, first, count);
        case arrow::Type::INT64: return look<arrow::Int64Array>(batch, array, first, count);
        case arrow::Type::UINT8: return look<arrow::UInt8Array>(batch, array, first, count);
        case arrow::Type::UINT16: return look<arrow::UInt16Array>(batch, array, first, count);
        case arrow::Type::UINT32: return look<arrow::UInt32Array>(batch, array, first, count);
        case arrow::Type::UINT64: return look<arrow::UInt64Array>(batch, array, first, count);
        case arrow::Type::FLOAT: return look<arrow::FloatArray>(batch, array, first, count);
        case arrow::Type::DOUBLE: return look<arrow::DoubleArray>(batch, array, first, count);
        case arrow::Type::DATE32: return look<arrow::Date32Array>(batch, array, first, count);
        case arrow::Type::DATE64: return look<arrow::Date64Array>(batch, array, first, count);
        case arrow::Type::TIME32: return look<arrow::Time32Array>(batch, array, first, count);
        case arrow::Type::TIME64: return look<arrow::Time64Array>(batch, array, first, count);
        case arrow::Type::TIMESTAMP: return look<arrow::TimestampArray>(batch, array, first, count);
        case arrow::Type::STRING: return look<arrow::StringArray>(batch, array, first, count);
        case arrow::Type::LARGE_STRING: return look<arrow::LargeStringArray>(batch, array, first, count);
        case arrow::Type::DECIMAL32: return look<arrow::Decimal32Array, arrow::Decimal32>(batch, array, first, count);
        case arrow::Type::DECIMAL64: return look<arrow::Decimal64Array, arrow::Decimal64>(batch, array, first, count);
        case arrow::Type::DECIMAL128: return look<arrow::Decimal128Array, arrow::Decimal128>(batch, array, first, count);
        case arrow::Type::DECIMAL256: return look<arrow::Decimal256Array, arrow::Decimal256>(batch, array, first, count);
        default: return;
        }
    }

    QString minimum(const ColumnFormatter &formatter) const { return textOf(m_least, formatter); }
    QString maximum(const ColumnFormatter &formatter) const { return textOf(m_greatest, formatter); }

private:
    struct Place
    {
        std::shared_ptr<arrow::RecordBatch> batch;
        int64_t row = 0;
    };

    QString textOf(const Place &place, const ColumnFormatter &formatter) const
    {
        return place.batch ? formatter.text(*place.batch, m_column, place.row, 200) : QString();
    }

    template<typename Array, typename Value>
    static auto valueAt(const arrow::Array &array, int64_t row)
    {
        if constexpr (std::is_void_v<Value>)
            return static_cast<const Array &>(array).GetView(row);
        else
            return Value(static_cast<const Array &>(array).GetValue(row));
    }

    template<typename Array, typename Value = void>
    void look(const std::shared_ptr<arrow::RecordBatch> &batch, const arrow::Array &array, int64_t first, int64_t count)
    {
        using Shown = decltype(valueAt<Array, Value>(array, 0));
        std::optional<Shown> least;
        std::optional<Shown> greatest;
        if (m_least.batch) {
            least = valueAt<Array, Value>(*m_least.batch->column(m_column), m_least.row);
            greatest = valueAt<Array, Value>(*m_greatest.batch->column(m_column), m_greatest.row);
        }
        int64_t leastRow = -1;
        int64_t greatestRow = -1;
        for (int64_t row = first; row < first + count; ++row) {
            if (array.IsNull(row))
                continue;
            const Shown value = valueAt<Array, Value>(array, row);
            if constexpr (std::is_floating_point_v<Shown>) {
                if (std::isnan(value))
                    continue;
            }
            if (!least || value < *least) {
                least = value;
                leastRow = row;
            }
            if (!greatest || *greatest < value) {
                greatest = value;
                greatestRow = row;
            }
        }
        if (leastRow >= 0)
            m_least = { batch, leastRow };
        if (greatestRow >= 0)
            m_greatest = { batch, greatestRow };
    }

    const arrow::Type::type m_id;
    const int m_column;
    Place m_least;
    Place m_greatest;
};

QString wholeText(const Wide &value, int scale)
{
    const std::string digits = value.ToIntegerString();
    const bool isNegative = digits.starts_with('-');
    std::string text;
    appendScaled(std::string_view(digits).substr(isNegative ? 1 : 0), isNegative, scale, text);
    return QString::fromStdString(text);
}

// The power of ten, or nothing beyond what 256 bits hold.
std::optional<Wide> scaledUp(const Wide &value, int digits)
{
    if (digits == 0)
        return value;
    Wide result = value;
    const Wide limit = Wide::GetMaxValue(76);
    for (int i = 0; i < digits; ++i) {
        if (Wide::Abs(result) > limit / Wide(10))
            return std::nullopt;
        result *= Wide(10);
    }
    return result;
}

QString averageText(const Wide &sum, int scale, qint64 count)
{
    const int digits = std::max(scale, 2);
    const std::optional<Wide> scaled = scaledUp(sum, digits - scale);
    if (!scaled || count == 0)
        return {};
    const auto divided = scaled->Divide(Wide(int64_t(count)));
    if (!divided.ok())
        return {};
    auto [quotient, rest] = *divided;
    if (Wide::Abs(rest) * Wide(2) >= Wide(int64_t(count)))
        quotient += scaled->IsNegative() ? Wide(-1) : Wide(1);
    QString text = wholeText(quotient, digits);
    if (scale <= 0 && text.endsWith(".00"_L1))
        text.chop(3);
    return text;
}

Error cancelled()
{
    return { .code = Error::Code::Cancelled, .message = u"Stopped."_s };
}

} // namespace

Result<CellTotals> cellTotals(const CellRange &range, const CancelCheck &isCancelled)
{
    CellTotals totals;
    totals.cellCount = range.cellCount();
    const std::shared_ptr<arrow::Schema> schema = range.store ? range.store->schema() : nullptr;
    if (!schema || range.columns.isEmpty() || range.rowCount <= 0)
        return totals;

    std::vector<ColumnSum> sums;
    std::vector<ColumnFormatter> formatters;
    for (const int column : range.columns) {
        sums.emplace_back(*schema->field(column)->type());
        formatters.emplace_back(schema->field(column));
    }
    const bool isSingle = range.columns.size() == 1;
    ColumnExtremes extremes(*schema->field(range.columns.front())->type(), range.columns.front());
    const bool hasExtremes = isSingle && ColumnExtremes::serves(schema->field(range.columns.front())->type()->id());
    const bool countsDistinct = isSingle && range.rowCount <= kDistinctLimit;
    std::unordered_set<std::string> distinct;
    bool hasRaw = false; // values beyond their Arrow type: no sum is better than one without them
    std::string text;

    const qint64 end = range.firstPosition + range.rowCount;
    for (qint64 position = range.firstPosition; position < end;) {
        if (isCancelled && isCancelled())
            return std::unexpected(cancelled());
        // Runs of rows that follow each other in one batch, at most kCheckRows of them.
        const qint64 row = range.rowAt ? range.rowAt(position) : position;
        const ResultStore::Place place = range.store->place(row);
        if (!place.batch)
            break;
        const qint64 longest = std::min({ kCheckRows, end - position, place.batch->num_rows() - place.row });
        qint64 count = 1;
        if (!range.rowAt)
            count = longest;
        else
            while (count < longest && range.rowAt(position + count) == row + count)
                ++count;
        for (qsizetype i = 0; i < range.columns.size(); ++i) {
            const int column = range.columns[i];
            const arrow::Array &array = *place.batch->column(column);
            if (array.null_count() > 0 || array.type_id() == arrow::Type::NA) {
                for (qint64 r = place.row; r < place.row + count; ++r) {
                    if (!array.IsNull(r))
                        continue;
                    const bool isNull = formatters[size_t(i)].isNull(*place.batch, column, r);
                    totals.nullCount += isNull;
                    hasRaw |= !isNull;
                }
            }
            if (sums[size_t(i)].isNumber())
                sums[size_t(i)].add(array, place.row, count);
            if (hasExtremes)
                extremes.add(place.batch, place.row, count);
            if (countsDistinct) {
                for (qint64 r = place.row; r < place.row + count; ++r) {
                    text.clear();
                    if (formatters[size_t(i)].appendText(*place.batch, column, r, text))
                        distinct.insert(text);
                }
            }
        }
        position += count;
    }

    if (countsDistinct)
        totals.distinctCount = qint64(distinct.size());
    if (hasExtremes && !hasRaw) {
        totals.minimum = extremes.minimum(formatters.front());
        totals.maximum = extremes.maximum(formatters.front());
    }
    bool allNumbers = !hasRaw && totals.valueCount() > 0;
    int scale = 0;
    for (const ColumnSum &sum : sums) {
        allNumbers = allNumbers && sum.isNumber() && !sum.hasOverflow();
        totals.isExact = totals.isExact && !sum.isReal();
        scale = std::max(scale, sum.scale());
    }
    if (!allNumbers)
        return totals;
    if (totals.isExact) {
        Wide sum = 0;
        for (ColumnSum &part : sums) {
            const std::optional<Wide> scaled = scaledUp(part.whole(), scale - part.scale());
            if (!scaled || part.hasOverflow() || !addChecked(sum, *scaled))
                return totals;
        }
        totals.sum = wholeText(sum, scale);
        totals.average = averageText(sum, scale, totals.valueCount());
    } else {
        double sum = 0;
        for (ColumnSum &part : sums)
            sum += part.isReal() ? part.real() : part.whole().ToDouble(part.scale());
        std::string out;
        appendReal(sum, Spelling::Plain, out);
        totals.sum = QString::fromStdString(out);
        out.clear();
        appendReal(sum / double(totals.valueCount()), Spelling::Plain, out);
        totals.average = QString::fromStdString(out);
    }
    return totals;
}

} // namespace Grebe
