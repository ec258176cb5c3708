// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"

#include "valueformatter.h"
#include "valuetext.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <mutex>
#include <unordered_map>

// What variant() gives, by Arrow type. QDateTime has no more than milliseconds, so a column with finer times is text.
//
//   bool                                        bool
//   int8, int16, int32                          int
//   uint8, uint16, uint32                       uint
//   int64, uint64                               qlonglong, qulonglong
//   half float, float; double                   float; double
//   decimal of any width                        QString: every digit
//   text, json, ipaddress, number, time zone'd time, intervals      QString
//   uuid (16 bytes, or text of type uuid)       QUuid
//   binary                                      QByteArray
//   date                                        QDate; QString outside the years 1 to 9999
//   time, precision to 3                        QTime; else QString
//   timestamp, precision to 3                   QDateTime in UTC; else QString
//   timestamp with time zone, precision to 3    QDateTime in its QTimeZone; else QString
//   list, struct (by position)                  QVariantList
//   map with text keys; with others             QVariantMap; QVariantList of [key, value]
//   union, null                                 QString
//   dictionary, run-end encoded                 as the values
//   a value out of grebe.raw                    QString

namespace Grebe {

namespace {

using RawValues = std::unordered_map<qint64, std::string>;

// A damaged text gives no values: the cells are then null, as their array says.
RawValues parseRawValues(const std::string &text)
{
    RawValues values;
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (parser.parse(text).get(object) != simdjson::SUCCESS)
        return values;
    for (const auto &[key, value] : object) {
        qint64 row = -1;
        std::from_chars(key.data(), key.data() + key.size(), row);
        std::string_view raw;
        if (value.get(raw) == simdjson::SUCCESS)
            values.emplace(row, raw);
        else
            values.emplace(row, simdjson::minify(value));
    }
    return values;
}

bool isJson(const std::string &text)
{
    simdjson::dom::parser parser;
    return parser.parse(text).error() == simdjson::SUCCESS;
}

} // namespace

class ColumnFormatter::Impl
{
public:
    explicit Impl(const arrow::Field &field)
        : value(makeValueFormatter(field, Spelling::Plain)), typeText(QString::fromStdString(typeTextOf(field)))
    {
    }

    /// The engine's own text of a value that is null in its array; nullptr for an SQL NULL.
    /// Called for nulls alone, so columns without such values pay nothing.
    std::shared_ptr<const std::string> raw(const arrow::RecordBatch &batch, int column, qint64 row) const
    {
        const auto &metadata = batch.schema()->field(column)->metadata();
        if (!metadata)
            return nullptr;
        const int key = metadata->FindKey(kRawKey);
        if (key < 0)
            return nullptr;
        std::shared_ptr<const RawValues> values;
        {
            const std::scoped_lock lock(m_rawMutex);
            if (m_rawSource != metadata) {
                m_rawValues = std::make_shared<const RawValues>(parseRawValues(metadata->value(key)));
                m_rawSource = metadata;
            }
            values = m_rawValues;
        }
        const auto found = values->find(row);
        return found == values->end() ? nullptr : std::shared_ptr<const std::string>(values, &found->second);
    }

    const ValueFormatterPtr value;
    const QString typeText;

private:
    // Of the batch that was asked for last: readers go through a result batch by batch.
    mutable std::mutex m_rawMutex;
    mutable std::shared_ptr<const arrow::KeyValueMetadata> m_rawSource;
    mutable std::shared_ptr<const RawValues> m_rawValues;
};

ColumnFormatter::ColumnFormatter(const std::shared_ptr<arrow::Field> &field) : m_impl(std::make_unique<Impl>(*field)) { }

ColumnFormatter::~ColumnFormatter() = default;
ColumnFormatter::ColumnFormatter(ColumnFormatter &&) noexcept = default;
ColumnFormatter &ColumnFormatter::operator=(ColumnFormatter &&) noexcept = default;

bool ColumnFormatter::appendText(const arrow::RecordBatch &batch, int column, qint64 row, std::string &out) const
{
    const arrow::ArrayData &data = *batch.column_data()[size_t(column)];
    if (!m_impl->value->isNull(data, row)) {
        m_impl->value->text(data, row, out, ValueFormatter::kNoLimit);
        return true;
    }
    const auto raw = m_impl->raw(batch, column, row);
    if (raw)
        out += *raw;
    return raw != nullptr;
}

void ColumnFormatter::appendJson(const arrow::RecordBatch &batch, int column, qint64 row, std::string &out) const
{
    const arrow::ArrayData &data = *batch.column_data()[size_t(column)];
    if (!m_impl->value->isNull(data, row)) {
        m_impl->value->json(data, row, out, ValueFormatter::kNoLimit);
        return;
    }
    const auto raw = m_impl->raw(batch, column, row);
    if (!raw)
        out += "null";
    else if (m_impl->value->isNested && isJson(*raw))
        out += *raw;
    else
        appendJsonString(*raw, out);
}

bool ColumnFormatter::isNull(const arrow::RecordBatch &batch, int column, qint64 row) const
{
    return m_impl->value->isNull(*batch.column_data()[size_t(column)], row) && !m_impl->raw(batch, column, row);
}

QVariant ColumnFormatter::variant(const arrow::RecordBatch &batch, int column, qint64 row) const
{
    const arrow::ArrayData &data = *batch.column_data()[size_t(column)];
    if (!m_impl->value->isNull(data, row))
        return m_impl->value->variant(data, row);
    const auto raw = m_impl->raw(batch, column, row);
    return raw ? QVariant(textFromUtf8(*raw)) : QVariant(m_impl->value->metaType);
}

QMetaType ColumnFormatter::metaType() const
{
    return m_impl->value->metaType;
}

QString ColumnFormatter::text(const arrow::RecordBatch &batch, int column, qint64 row, qsizetype maxChars) const
{
    const arrow::ArrayData &data = *batch.column_data()[size_t(column)];
    std::string buffer;
    if (!m_impl->value->isNull(data, row)) {
        // A UTF-16 unit is at most three bytes of UTF-8; a little more shows whether anything was left out.
        const size_t limit = maxChars < 0 ? ValueFormatter::kNoLimit : size_t(maxChars) * 3 + 8;
        m_impl->value->text(data, row, buffer, limit);
    } else if (const auto raw = m_impl->raw(batch, column, row)) {
        buffer = *raw;
    }
    QString text = textFromUtf8(buffer);
    if (maxChars >= 0 && text.size() > maxChars) {
        if (maxChars > 0 && text.at(maxChars - 1).isHighSurrogate())
            --maxChars;
        text.truncate(maxChars);
        text += QChar(0x2026);
    }
    return text;
}

QString ColumnFormatter::typeText() const
{
    return m_impl->typeText;
}

ColumnFormatter::Alignment ColumnFormatter::alignment() const
{
    return m_impl->value->isNumeric ? Alignment::Right : Alignment::Left;
}

bool ColumnFormatter::isNested() const
{
    return m_impl->value->isNested;
}

bool ColumnFormatter::isNumeric() const
{
    return m_impl->value->isNumeric;
}

int ColumnFormatter::precision() const
{
    return m_impl->value->precision;
}

int ColumnFormatter::scale() const
{
    return m_impl->value->scale;
}

} // namespace Grebe
