// SPDX-License-Identifier: Apache-2.0
#include "engines/trino/trinopage.h"

#include "columnar/jsonscan.h"
#include "extension/columnformatter.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <arrow/api.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

/// A page's bytes with the padding that decodePage() asks for, and nothing readable behind it.
class PageBytes
{
public:
    explicit PageBytes(const QByteArray &json) : m_size(json.size()), m_bytes(new char[size_t(json.size() + kJsonPadding)])
    {
        std::memcpy(m_bytes.get(), json.data(), size_t(m_size));
        // The worst that may stand there: what looks like more of the page.
        for (int i = 0; i < kJsonPadding; ++i)
            m_bytes[size_t(m_size + i)] = "1],[1]}}\"\"\"]]}1,1]]}"[i % 20];
    }
    operator QByteArrayView() const { return {m_bytes.get(), m_size}; }

private:
    qsizetype m_size;
    std::unique_ptr<char[]> m_bytes;
};

/// `decimal(10,2)` as a typeSignature; nested types by their own brackets.
QByteArray signature(QByteArray type);

QByteArray argumentsOf(const QByteArray &inner, bool isRow)
{
    QByteArrayList parts;
    int depth = 0;
    qsizetype start = 0;
    for (qsizetype i = 0; i <= inner.size(); ++i) {
        const char c = i < inner.size() ? inner[i] : ',';
        depth += (c == '(') - (c == ')');
        if (c == ',' && depth == 0) {
            parts.append(inner.sliced(start, i - start).trimmed());
            start = i + 1;
        }
    }
    QByteArrayList arguments;
    for (const QByteArray &part : std::as_const(parts)) {
        bool isNumber;
        part.toLongLong(&isNumber);
        if (isNumber) {
            arguments.append("{\"kind\":\"LONG\",\"value\":" + part + "}");
        } else if (isRow) {
            const qsizetype colon = part.indexOf(':'); // name:type, or type without a name
            const qsizetype bracket = part.indexOf('(');
            if (colon > 0 && (bracket < 0 || colon < bracket)) {
                arguments.append("{\"kind\":\"NAMED_TYPE\",\"value\":{\"fieldName\":{\"name\":\"" + part.left(colon)
                                 + "\"},\"typeSignature\":" + signature(part.sliced(colon + 1)) + "}}");
            } else {
                arguments.append("{\"kind\":\"NAMED_TYPE\",\"value\":{\"typeSignature\":" + signature(part) + "}}");
            }
        } else {
            arguments.append("{\"kind\":\"TYPE\",\"value\":" + signature(part) + "}");
        }
    }
    return arguments.join(',');
}

QByteArray signature(QByteArray type)
{
    const qsizetype open = type.indexOf('(');
    if (open < 0)
        return "{\"rawType\":\"" + type + "\",\"arguments\":[]}";
    const qsizetype close = type.lastIndexOf(')');
    const QByteArray name = type.left(open) + type.sliced(close + 1); // timestamp(3) with time zone
    return "{\"rawType\":\"" + name + "\",\"arguments\":[" + argumentsOf(type.sliced(open + 1, close - open - 1), name == "row") + "]}";
}

QByteArray column(const QByteArray &name, const QByteArray &type)
{
    return "{\"name\":\"" + name + "\",\"type\":\"" + type + "\",\"typeSignature\":" + signature(type) + "}";
}

QByteArray page(const QByteArray &columns, const QByteArray &data)
{
    return "{\"id\":\"20260801_120000_00001_abcde\",\"infoUri\":\"http://h:8080/ui/query.html?20260801_120000_00001_abcde\","
           "\"nextUri\":\"http://h:8080/v1/statement/executing/20260801_120000_00001_abcde/y3f4e/1\",\"columns\":["
        + columns + "],\"data\":" + data
        + ",\"stats\":{\"state\":\"RUNNING\",\"queued\":false,\"scheduled\":true,\"nodes\":1,\"totalSplits\":4,"
          "\"completedSplits\":2,\"processedRows\":7},\"warnings\":[]}";
}

Result<TrinoPage> decode(const QByteArray &json, const std::shared_ptr<const TrinoRowDecoder> &decoder = {})
{
    return decodePage(PageBytes(json), decoder);
}

/// The one column of a page, as Arrow prints its values.
QString valuesOf(const TrinoPage &page)
{
    if (!page.batch)
        return u"no rows"_s;
    const auto status = page.batch->ValidateFull();
    if (!status.ok())
        return QString::fromStdString(status.ToString());
    QStringList values;
    for (int64_t i = 0; i < page.batch->num_rows(); ++i) {
        const auto scalar = page.batch->column(0)->GetScalar(i);
        if (!scalar.ok()) {
            values.append(u"?"_s);
        } else if (const auto *bytes = dynamic_cast<const arrow::BaseBinaryScalar *>(scalar->get());
                   bytes && bytes->is_valid && !arrow::is_string(bytes->type->id())) {
            values.append(QString::fromStdString(bytes->value->ToHexString()));
        } else {
            values.append(QString::fromStdString((*scalar)->ToString()));
        }
    }
    return values.join(u" | "_s);
}

QString rawOf(const TrinoPage &page, int column = 0)
{
    const auto metadata = page.batch->schema()->field(column)->metadata();
    return QString::fromStdString(metadata->Get(kRawKey).ValueOr(""));
}

} // namespace

class tst_TrinoPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void types_data();
    void types();
    void raws_data();
    void raws();
};

void tst_TrinoPage::types_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("cells");
    QTest::addColumn<QString>("arrowType");
    QTest::addColumn<QString>("values");
    const auto row = [](const char *name, const char *type, const QByteArray &cells, const QString &arrowType, const QString &values) {
        QTest::newRow(name) << QByteArray(type) << cells << arrowType << values;
    };
    row("boolean", "boolean", "true,false,null,\"true\"", u"bool"_s, u"true | false | null | true"_s);
    row("tinyint at its ends", "tinyint", "-128,127,0,null", u"int8"_s, u"-128 | 127 | 0 | null"_s);
    row("smallint at its ends", "smallint", "-32768,32767,null", u"int16"_s, u"-32768 | 32767 | null"_s);
    row("integer at its ends", "integer", "-2147483648,2147483647,null", u"int32"_s, u"-2147483648 | 2147483647 | null"_s);
    row("bigint at its ends and beyond a double", "bigint", "-9223372036854775808,9223372036854775807,9007199254740993,null,\"12\"", u"int64"_s,
        u"-9223372036854775808 | 9223372036854775807 | 9007199254740993 | null | 12"_s);
    row("bigint of every length", "bigint", "1,12,123,1234,12345,123456,1234567,12345678,123456789,1234567890,123456789012345678", u"int64"_s,
        u"1 | 12 | 123 | 1234 | 12345 | 123456 | 1234567 | 12345678 | 123456789 | 1234567890 | 123456789012345678"_s);
    row("real", "real", "1.1,-0.0,1.6777216E7,1.4E-45,\"NaN\",\"Infinity\",\"-Infinity\",null", u"float"_s,
        u"1.1 | -0 | 16777216 | 1e-45 | nan | inf | -inf | null"_s);
    row("double", "double", "1.0E7,1.0E-4,-0.0,0.1,1.7976931348623157E308,4.9E-324,\"NaN\",\"-Infinity\",null", u"double"_s,
        u"10000000 | 0.0001 | -0 | 0.1 | 1.7976931348623157e+308 | 5e-324 | nan | -inf | null"_s);
    row("decimal", "decimal(10, 2)", "\"12.50\",\"-0.01\",\"99999999.99\",null,\"0.00\"", u"decimal128(10, 2)"_s,
        u"12.50 | -0.01 | 99999999.99 | null | 0.00"_s);
    row("decimal with 38 digits", "decimal(38, 0)", "\"99999999999999999999999999999999999999\",\"-99999999999999999999999999999999999999\",\"1\"",
        u"decimal128(38, 0)"_s, u"99999999999999999999999999999999999999 | -99999999999999999999999999999999999999 | 1"_s);
    row("decimal with 38 fraction digits", "decimal(38, 38)", "\"0.00000000000000000000000000000000000001\"", u"decimal128(38, 38)"_s, u"1E-38"_s);
    row("varchar", "varchar(25)", "\"\",\"a\",null,\"ünï \\uD83D\\uDE00 😀\",\"tab\\t\\\"q\\\\\"", u"string"_s,
        u" | a | null | ünï 😀 😀 | tab\t\"q\\"_s);
    row("varchar longer than a copy block", "varchar(2147483647)", "\"0123456789abcdef0123456789abcdef\",\"0123456789abcde\\n0123456789abcdef\"", u"string"_s,
        u"0123456789abcdef0123456789abcdef | 0123456789abcde\n0123456789abcdef"_s);
    row("char keeps its padding", "char(5)", "\"a    \"", u"string"_s, u"a    "_s);
    row("varbinary", "varbinary", "\"\",\"yv4=\",\"AA==\",\"AAEC\",null", u"binary"_s, u" | CAFE | 00 | 000102 | null"_s);
    row("json is text", "json", "\"{\\\"a\\\":1}\",null", u"string"_s, u"{\"a\":1} | null"_s);
    row("variant keeps its JSON", "variant", "{\"a\":[1,2]},\"x\",12.50,true,null", u"string"_s, u"{\"a\":[1,2]} | \"x\" | 12.50 | true | null"_s);
    row("number is text", "number", "\"1E+2\",\"NaN\",\"+Infinity\"", u"string"_s, u"1E+2 | NaN | +Infinity"_s);
    row("a type nobody knows keeps its JSON", "bingtile", "{\"x\":1,\"y\":2},7,\"t\",null", u"string"_s, u"{\"x\":1,\"y\":2} | 7 | t | null"_s);
    row("date", "date", "\"2026-08-01\",\"1970-01-01\",\"1582-10-15\",\"-0044-03-15\",\"+12026-01-01\",\"9999-12-31\",null", u"date32[day]"_s,
        u"2026-08-01 | 1970-01-01 | 1582-10-15 | -0044-03-15 | 12026-01-01 | 9999-12-31 | null"_s);
    row("time(0)", "time(0)", "\"23:59:59\",null", u"time32[ms]"_s, u"23:59:59.000 | null"_s);
    row("time without a precision", "time", "\"12:34:56.789\"", u"time32[ms]"_s, u"12:34:56.789"_s);
    row("time(6)", "time(6)", "\"12:34:56.789012\"", u"time64[us]"_s, u"12:34:56.789012"_s);
    row("time(9)", "time(9)", "\"12:34:56.789012345\"", u"time64[ns]"_s, u"12:34:56.789012345"_s);
    row("time(12) is text", "time(12)", "\"12:34:56.789012345678\"", u"string"_s, u"12:34:56.789012345678"_s);
    row("time with time zone is text", "time(3) with time zone", "\"12:34:56.789+05:30\"", u"string"_s, u"12:34:56.789+05:30"_s);
    row("timestamp(0)", "timestamp(0)", "\"2026-08-01 12:34:56\",\"1969-12-31 23:59:59\",null", u"timestamp[s]"_s,
        u"2026-08-01 12:34:56 | 1969-12-31 23:59:59 | null"_s);
    row("timestamp without a precision", "timestamp", "\"2026-08-01 12:34:56.789\"", u"timestamp[ms]"_s, u"2026-08-01 12:34:56.789"_s);
    row("timestamp(6)", "timestamp(6)", "\"2026-08-01 12:34:56.789012\",\"-0044-03-15 01:02:03.000001\"", u"timestamp[us]"_s,
        u"2026-08-01 12:34:56.789012 | -0044-03-15 01:02:03.000001"_s);
    row("timestamp(8) is nanoseconds", "timestamp(8)", "\"2026-08-01 12:34:56.78901234\"", u"timestamp[ns]"_s, u"2026-08-01 12:34:56.789012340"_s);
    row("timestamp(9) at its ends", "timestamp(9)", "\"1677-09-21 00:12:43.145224193\",\"2262-04-11 23:47:16.854775807\"", u"timestamp[ns]"_s,
        u"1677-09-21 00:12:43.145224193 | 2262-04-11 23:47:16.854775807"_s);
    row("timestamp(12) is text", "timestamp(12)", "\"2026-08-01 12:34:56.789012345678\"", u"string"_s, u"2026-08-01 12:34:56.789012345678"_s);
    row("interval day to second at its least", "interval day to second", "\"3 07:12:55.808\",\"-106751991167 07:12:55.808\",null", u"duration[ms]"_s,
        u"285175808 | -9223372036854775808 | null"_s);
    row("interval year to month", "interval year to month", "\"2-3\",\"-178956970-8\",null", u"month_interval"_s, u"27M | -2147483648M | null"_s);
    row("uuid", "uuid", "\"12151fd2-7586-11e9-8f9e-2a86e4085a59\",null", u"fixed_size_binary[16]"_s, u"12151FD2758611E98F9E2A86E4085A59 | null"_s);
    row("unknown", "unknown", "null,null", u"null"_s, u"null | null"_s);
}

void tst_TrinoPage::types()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, cells);
    QFETCH(QString, arrowType);
    QFETCH(QString, values);
    // Cells hold no top-level commas of their own but inside brackets: JSON's own parser splits them.
    QJsonParseError error;
    QJsonDocument::fromJson("[" + cells + "]", &error);
    QCOMPARE(error.error, QJsonParseError::NoError);
    QByteArray rows;
    int depth = 0;
    bool isString = false, isEscape = false;
    QByteArray cell;
    for (const char c : cells + ',') {
        if (!isString && depth == 0 && c == ',') {
            rows += (rows.isEmpty() ? "[" : ",[") + cell + "]";
            cell.clear();
            continue;
        }
        cell += c;
        if (isEscape)
            isEscape = false;
        else if (isString)
            isEscape = c == '\\', isString = c != '"';
        else
            isString = c == '"', depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    }
    const auto page = decode(::page(column("c", type), "[" + rows + "]"));
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    QCOMPARE(QString::fromStdString(page->batch->schema()->field(0)->type()->ToString()), arrowType);
    QCOMPARE(QByteArray::fromStdString(page->batch->schema()->field(0)->metadata()->Get(kTypeKey).ValueOr("")), type);
    QCOMPARE(valuesOf(*page), values);
    QCOMPARE(page->unparsableCount, 0);
    QCOMPARE(rawOf(*page), QString());
}

void tst_TrinoPage::raws_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("cell");
    QTest::addColumn<QString>("raw");
    QTest::addColumn<int>("unparsableCount");
    const auto row = [](const char *name, const char *type, const QByteArray &cell, const QString &raw, int unparsable) {
        QTest::newRow(name) << QByteArray(type) << cell << raw << unparsable;
    };
    row("2^63 is no bigint", "bigint", "9223372036854775808", u"9223372036854775808"_s, 1);
    row("40 digits are no bigint", "bigint", "1234567890123456789012345678901234567890", u"1234567890123456789012345678901234567890"_s, 1);
    row("1.0 is no bigint", "bigint", "1.0", u"1.0"_s, 1);
    row("1E2 is no integer", "integer", "1E2", u"1E2"_s, 1);
    row("128 is no tinyint", "tinyint", "128", u"128"_s, 1);
    row("1e999 is no double", "double", "1e999", u"1e999"_s, 1);
    row("an array is no integer", "integer", "[1, 2]", u"[1, 2]"_s, 1);
    row("a decimal with too many fraction digits", "decimal(10, 2)", "\"1.234\"", u"1.234"_s, 1);
    row("a decimal with too many digits", "decimal(3, 2)", "\"12.34\"", u"12.34"_s, 1);
    row("a nanosecond in the year 1 is right, Arrow has no place", "timestamp(9)", "\"0001-01-01 00:00:00.000000001\"", u"0001-01-01 00:00:00.000000001"_s, 0);
    row("a zone that nobody knows", "timestamp(3) with time zone", "\"2026-08-01 12:34:56.789 Mars/Phobos\"", u"2026-08-01 12:34:56.789 Mars/Phobos"_s, 0);
    row("24:00:00", "time(0)", "\"24:00:00\"", u"24:00:00"_s, 1);
    row("February 30", "date", "\"2026-02-30\"", u"2026-02-30"_s, 1);
    row("a date beyond Arrow's", "date", "\"+9999999-01-01\"", u"+9999999-01-01"_s, 0);
    row("a lone surrogate is kept as it was escaped", "varchar", "\"a\\ud800b\"", u"a\\ud800b"_s, 1);
    row("not base64", "varbinary", "\"a?==\"", u"a?=="_s, 1);
    row("not a uuid", "uuid", "\"12151fd2-7586\"", u"12151fd2-7586"_s, 1);
    row("a value where only null can be", "unknown", "1", u"1"_s, 1);
}

void tst_TrinoPage::raws()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, cell);
    QFETCH(QString, raw);
    QFETCH(int, unparsableCount);
    const auto page = decode(::page(column("c", type) + "," + column("d", "integer"), "[[null,1],[" + cell + ",2]]"));
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    QVERIFY(page->batch->ValidateFull().ok());
    QVERIFY(page->batch->column(0)->null_count() == 2);
    const QJsonObject raws = QJsonDocument::fromJson(rawOf(*page).toUtf8()).object();
    QCOMPARE(raws.size(), 1);
    QCOMPARE(raws.value("1"_L1).toString(), raw);
    QCOMPARE(page->unparsableCount, unparsableCount);
    QCOMPARE(page->firstUnparsable.contains(u"row 2"_s), unparsableCount > 0);
    QCOMPARE(schemaOf(*page->decoder)->field(0)->metadata()->Contains(kRawKey), false);
}

QTEST_APPLESS_MAIN(tst_TrinoPage)
#include "tst_trinopage.moc"
