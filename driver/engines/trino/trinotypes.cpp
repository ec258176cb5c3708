// SPDX-License-Identifier: Apache-2.0
#include "trinotypes.h"

#include "trinotypetext.h"

#include "extension/columnformatter.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

using Kind = JsonColumnSpec::Kind;

constexpr size_t kMaxColumns = 100000;

std::unexpected<Error> badColumns(const QString &what)
{
    return std::unexpected(Error {.code = Error::Code::InvalidData,
                                  .message = u"The server described the result's columns in a way that is not understood: %1."_s.arg(what)});
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c | 0x20) : c; });
    return lower;
}

/// The argument that a type has when it is written without: timestamps and times mean milliseconds then, as servers
/// without PARAMETRIC_DATETIME send them.
qint64 number(const TrinoType &type, size_t index, qint64 fallback)
{
    return index < type.numbers.size() ? type.numbers[index] : fallback;
}

/// How many digits of a second the smallest Arrow unit that has them all counts; -1 when none does.
int unitDigits(qint64 precision)
{
    return precision < 0 || precision > 9 ? -1 : int(precision + 2) / 3 * 3;
}

arrow::TimeUnit::type unitOf(int digits)
{
    return digits == 0 ? arrow::TimeUnit::SECOND
        : digits == 3  ? arrow::TimeUnit::MILLI
        : digits == 6  ? arrow::TimeUnit::MICRO
                       : arrow::TimeUnit::NANO;
}

JsonColumnSpec flat(Kind kind, std::shared_ptr<arrow::DataType> type, int precision = 0, int scale = 0)
{
    return {.kind = kind, .type = std::move(type), .precision = precision, .scale = scale};
}

JsonColumnSpec text()
{
    return flat(Kind::Text, arrow::utf8());
}

bool isNested(const TrinoType &type)
{
    return type.name == "array" || type.name == "map" || type.name == "row";
}

/// A field inside a nested type.
std::shared_ptr<arrow::Field> partField(const std::string &name, const TrinoType &type, const JsonColumnSpec &spec,
                                        bool isNullable = true)
{
    return makeField(name, spec, displayText(type), type.name == "uuid", isNullable);
}

JsonColumnSpec mapSpec(const TrinoType &type)
{
    JsonColumnSpec spec {.kind = Kind::Map};
    // Keys of nested types are Java's toString(), which nothing reads back; a variant's is not JSON either.
    spec.children.push_back(isNested(type.types[0]) || type.types[0].name == "variant" ? text() : columnSpec(type.types[0]));
    spec.children.push_back(columnSpec(type.types[1]));
    spec.type = std::make_shared<arrow::MapType>(partField("key", type.types[0], spec.children[0], false),
                                                 partField("value", type.types[1], spec.children[1]));
    return spec;
}

JsonColumnSpec rowSpec(const TrinoType &type)
{
    JsonColumnSpec spec {.kind = Kind::Struct};
    arrow::FieldVector fields;
    for (size_t i = 0; i < type.types.size(); ++i) {
        spec.children.push_back(columnSpec(type.types[i]));
        const std::string &name = type.fieldNames[i];
        fields.push_back(partField(name.empty() ? "field" + std::to_string(i) : name, type.types[i], spec.children.back()));
    }
    spec.type = arrow::struct_(std::move(fields));
    return spec;
}

JsonColumnSpec zonedTimestampSpec(int digits)
{
    JsonColumnSpec spec {.kind = Kind::ZonedTimestamp, .precision = digits};
    const auto value = arrow::timestamp(unitOf(digits), "UTC");
    spec.type = arrow::struct_({arrow::field("value", value), arrow::field("zone", arrow::utf8())});
    spec.children.push_back(flat(Kind::Timestamp, value, digits));
    spec.children.push_back(text());
    return spec;
}

} // namespace

Result<TrinoType> parseTrinoType(const simdjson::dom::element &signature)
{
    std::string_view raw;
    if (signature["rawType"].get(raw) != simdjson::SUCCESS)
        return badColumns(u"a type has no rawType"_s);
    TrinoType type {.name = lowerCase(raw)};
    simdjson::dom::array arguments;
    if (signature["arguments"].get(arguments) != simdjson::SUCCESS)
        return type;
    for (const simdjson::dom::element argument : arguments) {
        std::string_view kind;
        simdjson::dom::element value;
        if (argument["kind"].get(kind) != simdjson::SUCCESS || argument["value"].get(value) != simdjson::SUCCESS)
            return badColumns(u"an argument of the type %1 has no kind or no value"_s.arg(QString::fromStdString(type.name)));
        if (kind == "LONG" || kind == "LONG_LITERAL") {
            int64_t literal;
            if (value.get(literal) != simdjson::SUCCESS)
                return badColumns(u"an argument of the type %1 is not a number"_s.arg(QString::fromStdString(type.name)));
            type.numbers.push_back(literal);
        } else if (kind == "TYPE" || kind == "TYPE_SIGNATURE") {
            auto part = parseTrinoType(value);
            if (!part)
                return part;
            type.types.push_back(std::move(*part));
            type.fieldNames.emplace_back();
        } else if (kind == "NAMED_TYPE" || kind == "NAMED_TYPE_SIGNATURE") {
            simdjson::dom::element part;
            if (value["typeSignature"].get(part) != simdjson::SUCCESS)
                return badColumns(u"a field of a row has no type"_s);
            std::string_view text; // so writes Presto
            auto parsed = part.get(text) == simdjson::SUCCESS
                ? trinoTypeOf(QString::fromUtf8(text.data(), qsizetype(text.size()))) : parseTrinoType(part);
            if (!parsed)
                return parsed;
            std::string_view name;
            if (value["fieldName"]["name"].get(name) != simdjson::SUCCESS)
                name = {}; // a field without a name
            type.types.push_back(std::move(*parsed));
            type.fieldNames.emplace_back(name);
        }
        // Other kinds (variables, enums' members) change nothing about how a value is written.
    }
    return type;
}

std::string displayText(const TrinoType &type)
{
    std::string arguments;
    const auto add = [&](const std::string &argument) {
        if (!arguments.empty())
            arguments += ", ";
        arguments += argument;
    };
    // An unbounded varchar is displayed without the length that its signature has.
    if (type.name != "varchar" || number(type, 0, 2147483647) != 2147483647) {
        for (const qint64 literal : type.numbers)
            add(std::to_string(literal));
    }
    for (size_t i = 0; i < type.types.size(); ++i) {
        const std::string &name = type.fieldNames[i];
        const bool isPlain = !name.empty() && !isDigit(name[0])
            && std::ranges::all_of(name, [](char c) { return isDigit(c) || c == '_' || (c >= 'a' && c <= 'z'); });
        std::string quoted = name;
        if (!isPlain && !name.empty()) {
            quoted = "\"";
            for (const char c : name)
                quoted += c == '"' ? "\"\"" : std::string(1, c);
            quoted += '"';
        }
        add(name.empty() ? displayText(type.types[i]) : quoted + ' ' + displayText(type.types[i]));
    }
    if (arguments.empty())
        return type.name;
    // `timestamp with time zone` has its precision in the middle.
    const size_t blank = type.name.find(" with ");
    if (blank != std::string::npos)
        return type.name.substr(0, blank) + '(' + arguments + ')' + type.name.substr(blank);
    return type.name + '(' + arguments + ')';
}

JsonColumnSpec columnSpec(const TrinoType &type)
{
    const std::string &name = type.name;
    if (name == "boolean")
        return flat(Kind::Boolean, arrow::boolean());
    if (name == "tinyint")
        return flat(Kind::Int8, arrow::int8());
    if (name == "smallint")
        return flat(Kind::Int16, arrow::int16());
    if (name == "integer")
        return flat(Kind::Int32, arrow::int32());
    if (name == "bigint")
        return flat(Kind::Int64, arrow::int64());
    if (name == "real")
        return flat(Kind::Float, arrow::float32());
    if (name == "double")
        return flat(Kind::Double, arrow::float64());
    if (name == "decimal") {
        const qint64 precision = number(type, 0, 38), scale = number(type, 1, 0);
        if (precision < 1 || precision > 38 || scale < 0 || scale > precision)
            return text();
        return flat(Kind::Decimal, arrow::decimal128(int(precision), int(scale)), int(precision), int(scale));
    }
    if (name == "varbinary" || name == "hyperloglog" || name == "p4hyperloglog" || name == "khyperloglog" || name == "qdigest"
        || name == "tdigest" || name == "setdigest" || name == "kllsketch")
        return flat(Kind::Binary, arrow::binary());
    if (name == "date")
        return flat(Kind::Date, arrow::date32());
    if (name == "time") {
        const int digits = unitDigits(number(type, 0, 3));
        if (digits < 0)
            return text();
        return digits <= 3 ? flat(Kind::Time, arrow::time32(arrow::TimeUnit::MILLI), 3)
                           : flat(Kind::Time, arrow::time64(unitOf(digits)), digits);
    }
    if (name == "timestamp" || name == "timestamp with time zone" || name == "timestamp microseconds") {
        const int digits = unitDigits(name == "timestamp microseconds" ? 6 : number(type, 0, 3));
        if (digits < 0)
            return text();
        return name == "timestamp with time zone" ? zonedTimestampSpec(digits)
                                                  : flat(Kind::Timestamp, arrow::timestamp(unitOf(digits)), digits);
    }
    if (name == "interval day to second")
        return flat(Kind::DayTimeInterval, arrow::duration(arrow::TimeUnit::MILLI));
    if (name == "interval year to month")
        return flat(Kind::MonthInterval, arrow::month_interval());
    if (name == "uuid")
        return flat(Kind::Uuid, arrow::fixed_size_binary(16));
    if (name == "unknown")
        return flat(Kind::Null, arrow::null());
    if (name == "variant")
        return flat(Kind::RawJson, arrow::utf8());
    if (name == "array" && type.types.size() == 1) {
        JsonColumnSpec spec {.kind = Kind::List};
        spec.children.push_back(columnSpec(type.types[0]));
        spec.type = arrow::list(partField("item", type.types[0], spec.children[0]));
        return spec;
    }
    if (name == "map" && type.types.size() == 2)
        return mapSpec(type);
    if (name == "row" && !type.types.empty())
        return rowSpec(type);
    // varchar, char, json, ipaddress, number, time with time zone, geometry and whatever a plugin brings.
    return text();
}

std::shared_ptr<arrow::Field> makeField(const std::string &name, const JsonColumnSpec &spec, const std::string &typeText,
                                        bool isUuid, bool isNullable)
{
    auto metadata = std::make_shared<arrow::KeyValueMetadata>();
    metadata->Append(kTypeKey, typeText);
    if (isUuid)
        metadata->Append("ARROW:extension:name", "arrow.uuid");
    return arrow::field(name, spec.type, isNullable, std::move(metadata));
}

Result<std::vector<TrinoColumn>> parseTrinoColumns(const simdjson::dom::element &columns)
{
    simdjson::dom::array array;
    if (columns.get(array) != simdjson::SUCCESS)
        return badColumns(u"they are not an array"_s);
    std::vector<TrinoColumn> result;
    for (const simdjson::dom::element column : array) {
        if (result.size() == kMaxColumns) {
            return std::unexpected(Error {.code = Error::Code::InvalidData,
                                          .message = u"The result has more than 100,000 columns."_s,
                                          .hint = u"Name the columns you need in the SELECT."_s});
        }
        std::string_view name, display;
        if (column["name"].get(name) != simdjson::SUCCESS)
            return badColumns(u"column %1 has no name"_s.arg(result.size() + 1));
        simdjson::dom::element signature;
        TrinoType type;
        if (column["type"].get(display) != simdjson::SUCCESS)
            display = {};
        if (column["typeSignature"].get(signature) == simdjson::SUCCESS && !signature.is_null()) {
            auto parsed = parseTrinoType(signature);
            if (!parsed)
                return std::unexpected(parsed.error());
            type = std::move(*parsed);
        } else if (display.empty()) {
            return badColumns(u"column %1 has no type"_s.arg(result.size() + 1));
        } else {
            // Without a signature the display text is all there is.
            type = trinoTypeOf(QString::fromUtf8(display.data(), qsizetype(display.size())));
        }
        TrinoColumn made;
        made.spec = columnSpec(type);
        made.field = makeField(std::string(name), made.spec, display.empty() ? displayText(type) : std::string(display),
                               type.name == "uuid");
        result.push_back(std::move(made));
    }
    return result;
}

} // namespace Grebe
