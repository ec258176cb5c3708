// SPDX-License-Identifier: Apache-2.0
#include "columnview.h"
#include "compactbatch.h"
#include "timestampparser.h"

#include "extension/columnformatter.h"
#include "extension/resultstore.h"

#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <QSemaphore>
#include <QThreadPool>

#include <atomic>
#include <charconv>
#include <exception>
#include <iterator>
#include <mutex>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kHintShift = 12;

std::shared_ptr<const std::unordered_map<qint64, std::string>> rawValuesOf(const arrow::Field &field)
{
    const int key = field.metadata() ? field.metadata()->FindKey(kRawKey) : -1;
    if (key < 0)
        return nullptr;
    auto values = std::make_shared<std::unordered_map<qint64, std::string>>();
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(field.metadata()->value(key)).get(object) != simdjson::SUCCESS)
        return nullptr;
    for (const auto &[name, value] : object) {
        qint64 row = -1;
        std::from_chars(name.data(), name.data() + name.size(), row);
        std::string_view text;
        values->emplace(row, value.get(text) == simdjson::SUCCESS ? std::string(text) : simdjson::minify(value));
    }
    return values->empty() ? nullptr : values;
}

// Bytes that compare like a decimal of 256 bits: the highest first, negative numbers before the others.
void appendBigEndian(const arrow::ArrayData &data, qint64 row, std::string &out)
{
    const uint8_t *value = data.GetValues<uint8_t>(1, 0) + (data.offset + row) * 32;
    out.append(std::make_reverse_iterator(value + 32), std::make_reverse_iterator(value));
    out.front() = char(out.front() ^ 0x80);
}

// -1, 0, 1; empty when one is no plain number.
std::optional<int> compareNumbers(std::string_view left, std::string_view right)
{
    struct Number
    {
        bool isNegative;
        std::string_view whole, fraction;
    };
    const auto parse = [](std::string_view text) -> std::optional<Number> {
        Number number { text.starts_with('-'), {}, {} };
        if (text.starts_with('-') || text.starts_with('+'))
            text.remove_prefix(1);
        const size_t point = text.find('.');
        number.whole = text.substr(0, point);
        number.fraction = point == text.npos ? std::string_view() : text.substr(point + 1);
        const auto isDigits = [](std::string_view digits) { return digits.find_first_not_of("0123456789") == digits.npos; };
        if (number.whole.empty() || !isDigits(number.whole) || !isDigits(number.fraction))
            return {};
        number.whole.remove_prefix(std::min(number.whole.find_first_not_of('0'), number.whole.size()));
        return number;
    };
    const auto a = parse(left), b = parse(right);
    if (!a || !b)
        return {};
    if (a->isNegative != b->isNegative)
        return a->isNegative ? -1 : 1;
    int order = a->whole.size() != b->whole.size() ? (a->whole.size() < b->whole.size() ? -1 : 1) : a->whole.compare(b->whole);
    if (order == 0)
        order = a->fraction.compare(b->fraction);
    return a->isNegative ? -order : order;
}

// Days and seconds; empty when the text is no time. The zone behind it is left aside.
std::optional<std::pair<qint64, std::string_view>> timeIn(std::string_view text)
{
    const size_t end = std::min(text.find(' '), text.find('T'));
    const auto days = parseDate(text.substr(0, end));
    if (!days)
        return {};
    return std::pair(*days, end == text.npos ? std::string_view() : text.substr(end + 1));
}

} // namespace

ColumnView::~ColumnView() = default;

Result<ColumnViewPtr> ColumnView::make(const ResultStore &store, int column, qint64 rowCount, bool withOrder,
                                       const std::function<bool()> &isCancelled)
{
    std::shared_ptr<ColumnView> view(new ColumnView);
    view->m_rowCount = rowCount;
    const qsizetype batchCount = store.batchCount();
    for (qsizetype i = 0; i < batchCount; ++i) {
        Part part { .firstRow = store.firstRow(i) };
        if (part.firstRow >= rowCount)
            break;
        part.rowCount = std::min(store.firstRow(i + 1), rowCount) - part.firstRow;
        if (part.rowCount == 0)
            continue;
        if (isCancelled && isCancelled())
            return std::unexpected(Error { .code = Error::Code::Cancelled });
        const auto [batch, schema] = store.stored(i);
        if (!batch) {
            return std::unexpected(store.spillError().value_or(
                Error { .code = Error::Code::InvalidState, .message = u"The first rows of this result are gone."_s }));
        }
        if (column < 0 || column >= batch->num_columns())
            return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = u"The result has no such column."_s });
        part.source = part.data = batch->column_data(column);
        part.field = schema->field(column);
        part.raw = rawValuesOf(*part.field);
        if (!view->m_field)
            view->m_field = part.field;
        view->m_parts.push_back(std::move(part));
    }
    if (!view->m_field) {
        const auto schema = store.schema();
        view->m_field = schema && column >= 0 && column < schema->num_fields() ? schema->field(column) : arrow::field("", arrow::null());
    }
    view->m_formatter = std::make_unique<ColumnFormatter>(view->m_field);
    if (withOrder) {
        view->m_order = makeValueOrder(*view->m_field);
        if (!view->m_order) {
            view->m_isTextForm = true;
            view->m_order = makeValueOrder(*arrow::field("text", arrow::large_utf8()));
        }
        for (Part &part : view->m_parts) {
            part.order = view->m_order.get();
            if (view->m_isTextForm || part.data->type->Equals(*view->m_field->type()))
                continue;
            auto &order = view->m_storedOrders[part.data->type->ToString()];
            if (!order)
                order = makeStoredOrder(*view->m_field, part.data->type);
            part.order = order.get();
        }
    }
    std::atomic<bool> failed = false;
    inParallel(qint64(view->m_parts.size()), 1, [&](qint64 begin, qint64 end) {
        for (qint64 i = begin; i < end && !failed; ++i) {
            Part &part = view->m_parts[size_t(i)];
            if (isCancelled && isCancelled())
                return;
            if (view->m_isTextForm) {
                arrow::LargeStringBuilder builder;
                std::string text;
                const auto batch = view->shown(part);
                if (!batch) {
                    failed = true;
                    return;
                }
                for (qint64 row = 0; row < part.rowCount; ++row) {
                    text.clear();
                    if (part.data->type->id() == arrow::Type::DECIMAL256) {
                        appendBigEndian(*part.data, row, text);
                        const bool isNull = part.data->IsNull(row);
                        if (!(isNull ? builder.AppendNull() : builder.Append(text)).ok())
                            failed = true;
                        continue;
                    }
                    const bool hasText = !(part.raw && part.raw->contains(row)) && view->m_formatter->appendText(*batch, 0, row, text);
                    if (!(hasText ? builder.Append(text) : builder.AppendNull()).ok())
                        failed = true;
                }
                auto array = builder.Finish();
                if (array.ok())
                    part.data = (*array)->data();
                else
                    failed = true;
            }
            part.mayHaveNulls = part.order ? part.order->mayHaveNulls(*part.data) : part.data->GetNullCount() > 0;
        }
    });
    if (failed)
        return std::unexpected(Error { .code = Error::Code::Internal, .message = u"There is not enough memory to sort by this column."_s });
    size_t index = 0;
    for (qint64 row = 0; row < rowCount && !view->m_parts.empty(); row += qint64(1) << kHintShift) {
        while (row >= view->m_parts[index].firstRow + view->m_parts[index].rowCount)
            ++index;
        view->m_hints.push_back(quint32(index));
    }
    for (const Part &part : view->m_parts)
        view->m_hasExceptions |= part.mayHaveNulls || part.raw;
    return view;
}

size_t ColumnView::partOf(qint64 row) const
{
    size_t index = m_hints[size_t(row >> kHintShift)];
    while (row >= m_parts[index].firstRow + m_parts[index].rowCount)
        ++index;
    return index;
}

ColumnView::Rank ColumnView::rank(const Part &part, qint64 rowInPart) const
{
    if (!part.mayHaveNulls || !part.order->isNull(*part.data, rowInPart))
        return Rank::Value;
    if (part.raw) {
        const auto found = part.raw->find(rowInPart);
        if (found != part.raw->end())
            return rawRank(found->second);
    }
    return Rank::Null;
}

ColumnView::Rank ColumnView::rawRank(std::string_view raw)
{
    if (raw.starts_with('-'))
        return Rank::Low;
    const auto time = timeIn(raw);
    return time && time->first < 0 ? Rank::Low : Rank::High;
}

bool ColumnView::rawLess(std::string_view left, std::string_view right)
{
    if (const auto a = timeIn(left), b = timeIn(right); a && b)
        return *a < *b;
    if (const auto order = compareNumbers(left, right))
        return *order < 0;
    return left < right;
}

bool ColumnView::appendText(qint64 row, std::string &out) const
{
    const Part &part = m_parts[partOf(row)];
    const qint64 rowInPart = row - part.firstRow;
    if (part.source->type->Equals(*part.field->type()) || part.raw) {
        const auto batch = shown(part);
        return batch && m_formatter->appendText(*batch, 0, rowInPart, out);
    }
    const auto value = widened(*part.source, part.field->type(), rowInPart, 1);
    return value.ok() && m_formatter->appendText(*arrow::RecordBatch::Make(arrow::schema({ part.field }), 1, std::vector { *value }), 0, 0, out);
}

std::shared_ptr<arrow::RecordBatch> ColumnView::shown(const Part &part) const
{
    const auto column = widened(*part.source, part.field->type(), 0, part.source->length);
    if (!column.ok())
        return nullptr;
    return arrow::RecordBatch::Make(arrow::schema({ part.field }), part.source->length, std::vector { *column });
}

void inParallel(qint64 count, qint64 pieceSize, const std::function<void(qint64, qint64)> &work)
{
    const qint64 pieceCount = (count + pieceSize - 1) / pieceSize;
    std::atomic<qint64> next = 0;
    std::mutex mutex;
    std::exception_ptr problem;
    const auto help = [&] {
        try {
            for (qint64 piece; (piece = next.fetch_add(1)) < pieceCount;)
                work(piece * pieceSize, std::min(count, (piece + 1) * pieceSize));
        } catch (...) { // no memory: the thread that asked for the work hears of it
            next = pieceCount;
            const std::scoped_lock lock(mutex);
            problem = std::current_exception();
        }
    };
    QThreadPool *pool = QThreadPool::globalInstance();
    const int mostHelpers = int(std::min<qint64>(pool->maxThreadCount(), pieceCount)) - 1;
    // Only threads that are free now: waiting for one that waits itself would be for ever.
    QSemaphore done;
    int helperCount = 0;
    while (helperCount < mostHelpers && pool->tryStart([&] { help(); done.release(); }))
        ++helperCount;
    help();
    done.acquire(helperCount);
    if (problem)
        std::rethrow_exception(problem);
}

} // namespace Grebe
