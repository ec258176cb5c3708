// SPDX-License-Identifier: Apache-2.0
#include "referencedecoder.h"

#include "extension/columnformatter.h"

#include <QJsonObject>
#include <QJsonDocument>
#include <QRegularExpression>

#include <arrow/api.h>
#include <arrow/util/decimal.h>

#include <simdjson.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <map>

using namespace Grebe;
using namespace Qt::StringLiterals;
namespace ondemand = simdjson::ondemand;

namespace {

__extension__ typedef __int128 Wide;

enum class Outcome { Ok, Overflow, Unparsable };

/// One value before it goes into a builder.
struct Node
{
    bool isNull = false;
    bool boolean = false;
    qint64 integer = 0;
    double real = 0;
    float shortReal = 0;
    std::string text;
    arrow::Decimal128 decimal;
    std::vector<Node> parts; // elements; keys and values in turns; fields
};

QRegularExpressionMatch match(const char16_t *pattern, std::string_view text)
{
    static std::map<const char16_t *, QRegularExpression> compiled;
    auto found = compiled.find(pattern);
    if (found == compiled.end())
        found = compiled.emplace(pattern, QRegularExpression(QRegularExpression::anchoredPattern(QStringView(pattern)))).first;
    return found->second.match(QString::fromUtf8(text.data(), qsizetype(text.size())));
}

bool fits(Wide value, qint64 least, qint64 greatest)
{
    return value >= least && value <= greatest;
}

Outcome readInteger(std::string_view text, int bits, Node &node)
{
    if (text.size() > 60 || !match(u"-?[0-9]+", text).hasMatch())
        return Outcome::Unparsable;
    Wide value = 0;
    for (const char c : text.substr(text[0] == '-')) {
        value = value * 10 + (c - '0');
        if (value > Wide(1) << 100)
            return Outcome::Unparsable;
    }
    value = text[0] == '-' ? -value : value;
    if (!fits(value, std::numeric_limits<qint64>::min() >> (64 - bits), std::numeric_limits<qint64>::max() >> (64 - bits)))
        return Outcome::Unparsable;
    node.integer = qint64(value);
    return Outcome::Ok;
}

Outcome readReal(const std::string &text, bool isFloat, Node &node)
{
    if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
        node.real = text == "NaN" ? std::nan("") : text[0] == '-' ? -INFINITY : INFINITY;
        node.shortReal = float(node.real);
        return Outcome::Ok;
    }
    if (!match(u"-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?", text).hasMatch())
        return Outcome::Unparsable;
    node.real = std::strtod(text.c_str(), nullptr);
    node.shortReal = std::strtof(text.c_str(), nullptr);
    const double value = isFloat ? double(node.shortReal) : node.real;
    const std::string mantissa = text.substr(0, text.find_first_of("eE"));
    const bool isZero = mantissa.find_first_of("123456789") == std::string::npos;
    return std::isinf(value) || (value == 0 && !isZero) ? Outcome::Unparsable : Outcome::Ok;
}

Outcome readDecimal(std::string_view text, const arrow::Decimal128Type &type, Node &node)
{
    if (!match(u"[+-]?[0-9]+(\\.[0-9]+)?", text).hasMatch())
        return Outcome::Unparsable;
    int32_t precision, scale;
    arrow::Decimal128 value;
    if (!arrow::Decimal128::FromString(text, &value, &precision, &scale).ok())
        return Outcome::Unparsable;
    auto scaled = value.Rescale(scale, type.scale());
    if (!scaled.ok() || !scaled->FitsInPrecision(type.precision()))
        return Outcome::Unparsable;
    node.decimal = *scaled;
    return Outcome::Ok;
}

std::optional<qint64> days(const QRegularExpressionMatch &found)
{
    const int year = found.capturedView(2).toInt(), month = found.capturedView(3).toInt(), day = found.capturedView(4).toInt();
    const int signedYear = found.captured(1) == u"-" ? -year : year;
    // std::chrono has 16 bits for a year; calendars repeat after 400.
    const int cycle = (signedYear >= 0 ? signedYear : signedYear - 399) / 400;
    const std::chrono::year_month_day date {std::chrono::year(signedYear - cycle * 400 + 2000), std::chrono::month(unsigned(month)),
                                            std::chrono::day(unsigned(day))};
    if (!date.ok())
        return {};
    return std::chrono::sys_days(date).time_since_epoch().count() + (qint64(cycle) - 5) * 146097;
}

int digitsOf(arrow::TimeUnit::type unit)
{
    return int(unit) * 3;
}

/// The clock in groups `first`.. of a match, in units; empty when it is no time of day or digits would be lost.
std::optional<Wide> clockUnits(const QRegularExpressionMatch &found, int first, int digits)
{
    const int hour = found.capturedView(first).toInt(), minute = found.capturedView(first + 1).toInt(), second = found.capturedView(first + 2).toInt();
    if (hour > 23 || minute > 59 || second > 59)
        return {};
    QString fraction = found.captured(first + 3).mid(1);
    while (fraction.size() > digits && fraction.endsWith(u'0'))
        fraction.chop(1);
    if (fraction.size() > digits)
        return {};
    fraction = fraction.leftJustified(digits, u'0');
    return Wide(hour * 3600 + minute * 60 + second) * Wide(std::llround(std::pow(10, digits))) + fraction.toLongLong();
}

Outcome readTimestamp(std::string_view text, arrow::TimeUnit::type unit, bool isZoned, Node &node)
{
    const auto found = isZoned
        ? match(u"([+-]?)([0-9]{4,9})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})(\\.[0-9]+)? ([^ ]+)", text)
        : match(u"([+-]?)([0-9]{4,9})-([0-9]{2})-([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})(\\.[0-9]+)?", text);
    if (!found.hasMatch())
        return Outcome::Unparsable;
    const auto date = days(found);
    const auto clock = clockUnits(found, 5, digitsOf(unit));
    if (!date || !clock)
        return Outcome::Unparsable;
    const Wide perSecond = std::llround(std::pow(10, digitsOf(unit)));
    Wide value = Wide(*date) * 86400 * perSecond + *clock;
    if (isZoned) {
        const std::string zone = found.captured(9).toStdString();
        qint64 offset = 0;
        if (const auto fixed = match(u"([+-])([0-9]{2}):([0-9]{2})", zone); fixed.hasMatch()) {
            offset = fixed.capturedView(2).toInt() * 3600 + fixed.capturedView(3).toInt() * 60;
            offset *= fixed.captured(1) == u"-" ? -1 : 1;
        } else if (zone != "UTC") {
            try {
                const auto *rules = std::chrono::locate_zone(zone);
                const qint64 local = *date * 86400 + qint64(*clock / perSecond);
                if (local < -62135596800 || local >= 253402300800)
                    return Outcome::Overflow;
                const auto info = rules->get_info(std::chrono::local_seconds(std::chrono::seconds(local)));
                if (info.result == std::chrono::local_info::nonexistent)
                    return Outcome::Overflow;
                offset = info.first.offset.count();
            } catch (const std::exception &) {
                return Outcome::Overflow;
            }
        }
        value -= offset * perSecond;
        node.text = zone;
    }
    if (!fits(value, std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max()))
        return Outcome::Overflow;
    node.integer = qint64(value);
    return Outcome::Ok;
}

bool isZonedType(const arrow::DataType &type)
{
    return type.id() == arrow::Type::STRUCT && type.num_fields() == 2 && type.field(0)->name() == "value"
        && type.field(0)->type()->id() == arrow::Type::TIMESTAMP && type.field(1)->name() == "zone" && !type.field(0)->metadata();
}

Outcome readJson(std::string_view json, const arrow::Field &field, Node &node);

/// From the content of a string, or of a number.
Outcome readText(const std::string &text, const arrow::Field &field, Node &node)
{
    const arrow::DataType &type = *field.type();
    switch (type.id()) {
    case arrow::Type::NA:
        return Outcome::Unparsable;
    case arrow::Type::BOOL:
        node.boolean = text == "true";
        return text == "true" || text == "false" ? Outcome::Ok : Outcome::Unparsable;
    case arrow::Type::INT8:
        return readInteger(text, 8, node);
    case arrow::Type::INT16:
        return readInteger(text, 16, node);
    case arrow::Type::INT32:
        return readInteger(text, 32, node);
    case arrow::Type::INT64:
        return readInteger(text, 64, node);
    case arrow::Type::FLOAT:
    case arrow::Type::DOUBLE:
        return readReal(text, type.id() == arrow::Type::FLOAT, node);
    case arrow::Type::DECIMAL128:
        return readDecimal(text, static_cast<const arrow::Decimal128Type &>(type), node);
    case arrow::Type::STRING:
        node.text = text;
        return Outcome::Ok;
    case arrow::Type::BINARY: {
        const auto bytes = QByteArray::fromBase64Encoding(QByteArray::fromStdString(text), QByteArray::AbortOnBase64DecodingErrors);
        if (!bytes || text.size() % 4)
            return Outcome::Unparsable;
        node.text = bytes.decoded.toStdString();
        return Outcome::Ok;
    }
    case arrow::Type::FIXED_SIZE_BINARY:
        if (!match(u"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text).hasMatch())
            return Outcome::Unparsable;
        node.text = QByteArray::fromHex(QByteArray::fromStdString(text).replace("-", "")).toStdString();
        return Outcome::Ok;
    case arrow::Type::DATE32: {
        const auto found = match(u"([+-]?)([0-9]{4,9})-([0-9]{2})-([0-9]{2})", text);
        const auto date = found.hasMatch() ? days(found) : std::nullopt;
        if (!date)
            return Outcome::Unparsable;
        node.integer = *date;
        return *date == qint32(*date) ? Outcome::Ok : Outcome::Overflow;
    }
    case arrow::Type::TIME32:
    case arrow::Type::TIME64: {
        const auto found = match(u"([0-9]{2}):([0-9]{2}):([0-9]{2})(\\.[0-9]+)?", text);
        const auto clock = found.hasMatch() ? clockUnits(found, 1, digitsOf(static_cast<const arrow::TimeType &>(type).unit())) : std::nullopt;
        node.integer = qint64(clock.value_or(0));
        return clock ? Outcome::Ok : Outcome::Unparsable;
    }
    case arrow::Type::TIMESTAMP:
        return readTimestamp(text, static_cast<const arrow::TimestampType &>(type).unit(), false, node);
    case arrow::Type::DURATION: {
        const auto found = match(u"(-?)([0-9]{1,12}) ([0-9]{2}):([0-9]{2}):([0-9]{2})(\\.[0-9]+)?", text);
        const auto clock = found.hasMatch() ? clockUnits(found, 3, 3) : std::nullopt;
        if (!clock)
            return Outcome::Unparsable;
        const Wide value = (Wide(found.capturedView(2).toLongLong()) * 86400000 + *clock) * (found.captured(1).isEmpty() ? 1 : -1);
        node.integer = qint64(value);
        return fits(value, std::numeric_limits<qint64>::min(), std::numeric_limits<qint64>::max()) ? Outcome::Ok : Outcome::Unparsable;
    }
    case arrow::Type::INTERVAL_MONTHS: {
        const auto found = match(u"(-?)([0-9]{1,9})-([0-9]{1,2})", text);
        if (!found.hasMatch() || found.capturedView(3).toInt() > 11)
            return Outcome::Unparsable;
        node.integer = (found.capturedView(2).toLongLong() * 12 + found.capturedView(3).toInt()) * (found.captured(1).isEmpty() ? 1 : -1);
        return node.integer == qint32(node.integer) ? Outcome::Ok : Outcome::Unparsable;
    }
    default:
        if (isZonedType(type))
            return readTimestamp(text, static_cast<const arrow::TimestampType &>(*type.field(0)->type()).unit(), true, node);
        // A container in a string.
        if (const size_t first = text.find_first_not_of(" \t\r\n"); first == text.npos || (text[first] != '[' && text[first] != '{'))
            return Outcome::Unparsable;
        return readJson(text, field, node);
    }
}

Outcome readContainer(ondemand::value value, const arrow::Field &field, Node &node)
{
    const arrow::DataType &type = *field.type();
    const auto part = [&](ondemand::value element, const arrow::Field &partField) {
        node.parts.emplace_back();
        const std::string_view json = element.raw_json();
        return readJson(json, partField, node.parts.back());
    };
    if (type.id() == arrow::Type::LIST) {
        ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS)
            return Outcome::Unparsable;
        for (ondemand::value element : array) {
            if (const auto outcome = part(element, *type.field(0)); outcome != Outcome::Ok)
                return outcome;
        }
        return Outcome::Ok;
    }
    if (type.id() == arrow::Type::MAP) {
        ondemand::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS)
            return Outcome::Unparsable;
        const auto &map = static_cast<const arrow::MapType &>(type);
        for (ondemand::field member : object) {
            const std::string key(std::string_view(member.unescaped_key()));
            node.parts.emplace_back();
            if (const auto outcome = readText(key, *map.key_field(), node.parts.back()); outcome != Outcome::Ok)
                return outcome;
            if (const auto outcome = part(member.value(), *map.item_field()); outcome != Outcome::Ok)
                return outcome;
        }
        return Outcome::Ok;
    }
    ondemand::array array;
    if (type.id() != arrow::Type::STRUCT || isZonedType(type) || value.get_array().get(array) != simdjson::SUCCESS)
        return Outcome::Unparsable;
    for (ondemand::value element : array) {
        if (node.parts.size() == size_t(type.num_fields()))
            return Outcome::Unparsable;
        if (const auto outcome = part(element, *type.field(int(node.parts.size()))); outcome != Outcome::Ok)
            return outcome;
    }
    return node.parts.size() == size_t(type.num_fields()) ? Outcome::Ok : Outcome::Unparsable;
}

std::string trimmed(std::string_view json)
{
    while (!json.empty() && QByteArrayView(" \t\r\n").contains(json.back()))
        json.remove_suffix(1);
    while (!json.empty() && QByteArrayView(" \t\r\n").contains(json.front()))
        json.remove_prefix(1);
    return std::string(json);
}

Outcome readJson(std::string_view source, const arrow::Field &field, Node &node)
{
    const std::string json = trimmed(source);
    if (json == "null") {
        node.isNull = true;
        return Outcome::Ok;
    }
    if (field.metadata() && field.metadata()->Get(kTypeKey).ValueOr("") == "variant") {
        node.text = json;
        return Outcome::Ok;
    }
    const simdjson::padded_string padded(json);
    ondemand::parser parser;
    // On demand, a document that is one scalar is read by other calls: in an array it is a value like any other.
    const simdjson::padded_string wrapped("[" + json + "]");
    ondemand::document document;
    ondemand::array array;
    if (parser.iterate(wrapped).get(document) != simdjson::SUCCESS || document.get_array().get(array) != simdjson::SUCCESS)
        return Outcome::Unparsable;
    ondemand::value value = *array.begin();
    switch (json[0]) {
    case '"': {
        std::string_view text;
        if (value.get_string().get(text) != simdjson::SUCCESS)
            return Outcome::Unparsable; // a lone surrogate
        return readText(std::string(text), field, node);
    }
    case 't':
    case 'f':
        if (field.type()->id() == arrow::Type::BOOL || field.type()->id() == arrow::Type::STRING)
            return readText(json, field, node);
        return Outcome::Unparsable;
    case '[':
    case '{':
        if (field.type()->id() == arrow::Type::STRING) {
            node.text = json;
            return Outcome::Ok;
        }
        return readContainer(value, field, node);
    default:
        switch (field.type()->id()) {
        case arrow::Type::BOOL:
        case arrow::Type::BINARY:
            return Outcome::Unparsable;
        default:
            return readText(json, field, node);
        }
    }
}

void append(arrow::ArrayBuilder &builder, const Node &node)
{
    const auto ok = [](const arrow::Status &status) {
        if (!status.ok())
            qFatal("%s", status.ToString().c_str());
    };
    const std::shared_ptr<arrow::DataType> held = builder.type(); // nested builders make it anew
    const arrow::DataType &type = *held;
    if (node.isNull)
        return ok(builder.AppendNull());
    switch (type.id()) {
    case arrow::Type::BOOL:
        return ok(static_cast<arrow::BooleanBuilder &>(builder).Append(node.boolean));
    case arrow::Type::FLOAT:
        return ok(static_cast<arrow::FloatBuilder &>(builder).Append(node.shortReal));
    case arrow::Type::DOUBLE:
        return ok(static_cast<arrow::DoubleBuilder &>(builder).Append(node.real));
    case arrow::Type::DECIMAL128:
        return ok(static_cast<arrow::Decimal128Builder &>(builder).Append(node.decimal));
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
        return ok(static_cast<arrow::BinaryBuilder &>(builder).Append(node.text));
    case arrow::Type::FIXED_SIZE_BINARY:
        return ok(static_cast<arrow::FixedSizeBinaryBuilder &>(builder).Append(node.text.data()));
    case arrow::Type::LIST: {
        auto &list = static_cast<arrow::ListBuilder &>(builder);
        ok(list.Append());
        for (const Node &part : node.parts)
            append(*list.value_builder(), part);
        return;
    }
    case arrow::Type::MAP: {
        auto &map = static_cast<arrow::MapBuilder &>(builder);
        ok(map.Append());
        for (size_t i = 0; i < node.parts.size(); ++i)
            append(i % 2 ? *map.item_builder() : *map.key_builder(), node.parts[i]);
        return;
    }
    case arrow::Type::STRUCT: {
        auto &row = static_cast<arrow::StructBuilder &>(builder);
        ok(row.Append());
        if (isZonedType(type)) {
            Node value, zone;
            value.integer = node.integer;
            zone.text = node.text;
            append(*row.field_builder(0), value);
            append(*row.field_builder(1), zone);
            return;
        }
        for (size_t i = 0; i < node.parts.size(); ++i)
            append(*row.field_builder(int(i)), node.parts[i]);
        return;
    }
    default: { // all that are an integer inside
        auto scalar = arrow::MakeScalar(arrow::int64(), node.integer).ValueOrDie();
        const auto typed = type.id() == arrow::Type::INTERVAL_MONTHS
            ? std::shared_ptr<arrow::Scalar>(std::make_shared<arrow::MonthIntervalScalar>(qint32(node.integer)))
            : type.bit_width() == 32 && type.id() != arrow::Type::INT32
            ? arrow::MakeScalar(builder.type(), qint32(node.integer)).ValueOrDie()
            : type.id() == arrow::Type::INT8 || type.id() == arrow::Type::INT16 || type.id() == arrow::Type::INT32
            ? scalar->CastTo(builder.type()).ValueOrDie()
            : arrow::MakeScalar(builder.type(), node.integer).ValueOrDie();
        return ok(builder.AppendScalar(*typed));
    }
    }
}

} // namespace

std::optional<ReferenceResult> referenceDecode(const QByteArray &page, const std::shared_ptr<arrow::Schema> &schema)
{
    const simdjson::padded_string padded(page.data(), size_t(page.size()));
    ondemand::parser parser;
    ondemand::document document;
    ondemand::array rows;
    if (parser.iterate(padded).get(document) != simdjson::SUCCESS || document["data"].get_array().get(rows) != simdjson::SUCCESS)
        return {};
    std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders;
    for (const auto &field : schema->fields())
        builders.push_back(arrow::MakeBuilder(field->type()).ValueOrDie());
    ReferenceResult result;
    std::vector<QJsonObject> raws(builders.size());
    qint64 rowCount = 0;
    for (auto row : rows) {
        ondemand::array cells;
        if (row.get_array().get(cells) != simdjson::SUCCESS)
            return {};
        size_t column = 0;
        for (auto cell : cells) {
            std::string_view json;
            if (column == builders.size() || cell.raw_json().get(json) != simdjson::SUCCESS)
                return {};
            Node node;
            const Outcome outcome = readJson(json, *schema->field(int(column)), node);
            if (outcome != Outcome::Ok) {
                result.unparsableCount += outcome == Outcome::Unparsable;
                const std::string text = trimmed(json);
                QString raw = QString::fromStdString(text);
                if (text[0] == '"') {
                    // A lone surrogate makes QJsonDocument's text differ from what it was sent as: then the escapes stay.
                    const QString content = QJsonDocument::fromJson("[" + QByteArray::fromStdString(text) + "]")[0].toString();
                    raw = content.isValidUtf16() ? content : raw.sliced(1, raw.size() - 2);
                }
                raws[column].insert(QString::number(rowCount), raw);
                node = Node();
                node.isNull = true;
            }
            append(*builders[column], node);
            ++column;
        }
        if (column != builders.size())
            return {};
        ++rowCount;
    }
    if (rowCount == 0)
        return result;
    arrow::FieldVector fields = schema->fields();
    arrow::ArrayVector arrays;
    for (size_t i = 0; i < builders.size(); ++i) {
        arrays.push_back(builders[i]->Finish().ValueOrDie());
        if (!raws[i].isEmpty())
            fields[i] = fields[i]->WithMergedMetadata(
                arrow::key_value_metadata({kRawKey}, {QJsonDocument(raws[i]).toJson(QJsonDocument::Compact).toStdString()}));
    }
    result.batch = arrow::RecordBatch::Make(arrow::schema(fields), rowCount, arrays);
    return result;
}
