// SPDX-License-Identifier: Apache-2.0
#include "engines/trino/trinopage.h"

#include "columnar/jsonscan.h"
#include "extension/columnformatter.h"

#include <QJsonArray>
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
    void texts_data();
    void texts();
    void nested_data();
    void nested();
    void nestedThatFailsIsKeptWhole();
    void nestedFieldsHaveTypes();
    void containersInStrings();
    void looseSpelling();
    void memberOrder_data();
    void memberOrder();
    void head();
    void headOfOddPages();
    void truncatedAnywhere_data();
    void truncatedAnywhere();
    void rejected_data();
    void rejected();
    void deepNesting();
    void columnsChange();
    void columnLimit();
    void duplicateNames();
    void manyRows();
    void emptyPages();
    void spooledData();
    void stats();
    void absurdStats();
    void warningsAndUpdates();
    void errors_data();
    void errors();
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

void tst_TrinoPage::texts_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QStringList>("texts");
    const auto row = [](const char *name, const char *type, const QStringList &texts) { QTest::newRow(name) << QByteArray(type) << texts; };
    row("decimal", "decimal(38, 10)", {u"-1234567890123456789012345678.0123456789"_s, u"0.0000000001"_s});
    row("date", "date", {u"-9999-01-01"_s, u"+99999-12-31"_s, u"0000-02-29"_s, u"1582-10-10"_s});
    row("time(1)", "time(1)", {u"23:59:59.9"_s});
    row("time(5)", "time(5)", {u"23:59:59.99999"_s});
    row("time(12)", "time(12)", {u"23:59:59.999999999999"_s});
    row("timestamp(3), far away", "timestamp(3)", {u"-9999-01-01 00:00:00.001"_s, u"+99999-12-31 23:59:59.999"_s});
    row("timestamp(7)", "timestamp(7)", {u"2026-08-01 12:34:56.1234567"_s, u"9999-12-31 23:59:59.9999999"_s, u"1677-09-21 00:12:43.1452242"_s});
    row("timestamp(12)", "timestamp(12)", {u"9999-12-31 23:59:59.999999999999"_s});
    row("timestamp with time zone", "timestamp(3) with time zone",
        {u"2026-08-01 12:34:56.789 UTC"_s, u"2026-08-01 12:34:56.789 Europe/Berlin"_s, u"2026-01-01 12:34:56.789 Europe/Berlin"_s,
         u"2026-08-01 12:34:56.789 +02:00"_s, u"2026-08-01 12:34:56.789 -12:00"_s, u"1890-01-01 00:00:00.000 Europe/Berlin"_s});
    row("both sides of the spring gap and the doubled hour in autumn", "timestamp(3) with time zone",
        {u"2026-03-29 01:59:59.999 Europe/Berlin"_s, u"2026-03-29 03:00:00.000 Europe/Berlin"_s, u"2026-10-25 01:59:59.999 Europe/Berlin"_s,
         u"2026-10-25 02:30:00.000 Europe/Berlin"_s, u"2026-10-25 03:00:00.000 Europe/Berlin"_s});
    row("a time in the gap, unknown to the rules", "timestamp(3) with time zone", {u"2026-03-29 02:30:00.000 Europe/Berlin"_s});
    row("nanoseconds with a zone", "timestamp(9) with time zone", {u"2026-08-01 12:34:56.123456789 Asia/Kathmandu"_s});
    row("picoseconds with a zone", "timestamp(12) with time zone", {u"2026-08-01 12:34:56.123456789012 Asia/Kathmandu"_s});
    row("time with time zone", "time(9) with time zone", {u"12:34:56.123456789+05:30"_s});
    row("intervals", "interval day to second", {u"-106751991167 07:12:55.808"_s, u"0 00:00:00.001"_s});
    row("months", "interval year to month", {u"-178956970-8"_s, u"0-11"_s});
    row("uuid", "uuid", {u"12151fd2-7586-11e9-8f9e-2a86e4085a59"_s});
    row("ipaddress", "ipaddress", {u"::ffff:1.2.3.4"_s, u"2001:db8::1"_s});
    row("text with what a table can't show", "varchar", {u"a\u0000b"_s, u"\u202Ertl"_s, u"e\u0301 \u00e9"_s, u"\uFEFFbom"_s});
}

/// What the engine wrote is what is shown, whether Arrow could hold it or not.
void tst_TrinoPage::texts()
{
    QFETCH(QByteArray, type);
    QFETCH(QStringList, texts);
    QByteArrayList rows;
    for (const QString &text : std::as_const(texts)) {
        // QJsonDocument escapes U+0000, which would end a C string.
        const QByteArray array = QJsonDocument(QJsonArray {text}).toJson(QJsonDocument::Compact);
        rows.append(array);
    }
    const auto page = decode(::page(column("c", type), "[" + rows.join(',') + "]"));
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    QVERIFY(page->batch->ValidateFull().ok());
    QCOMPARE(page->unparsableCount, 0);
    const ColumnFormatter formatter(page->batch->schema()->field(0));
    QStringList shown;
    for (int i = 0; i < texts.size(); ++i)
        shown.append(formatter.text(*page->batch, 0, i));
    QCOMPARE(shown, texts);
}

void tst_TrinoPage::nested_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::addColumn<QByteArray>("cell");
    QTest::addColumn<QByteArray>("json"); // as the formatter writes it: maps as pairs, rows by name
    const auto row = [](const char *name, const char *type, const char *cell, const char *json) {
        QTest::newRow(name) << QByteArray(type) << QByteArray(cell) << QByteArray(json);
    };
    row("array", "array(integer)", "[1,null,3]", "[1,null,3]");
    row("empty array", "array(varchar)", "[]", "[]");
    row("array of arrays", "array(array(varchar(5)))", "[[\"a\"],[],null,[\"b\",null]]", "[[\"a\"],[],null,[\"b\",null]]");
    row("array of decimals", "array(decimal(5, 2))", "[\"1.50\",\"-0.01\"]", "[\"1.50\",\"-0.01\"]");
    row("array of doubles", "array(double)", "[1.5,\"NaN\",1.0E10]", "[1.5,\"NaN\",10000000000.0]");
    row("map with text keys keeps their order", "map(varchar,integer)", "{\"b\":1,\"a\":null}", "[[\"b\",1],[\"a\",null]]");
    row("map with integer keys", "map(bigint,varchar)", "{\"9223372036854775807\":\"x\"}", "[[9223372036854775807,\"x\"]]");
    row("map with boolean keys", "map(boolean,integer)", "{\"true\":1,\"false\":0}", "[[true,1],[false,0]]");
    row("map with date keys", "map(date,integer)", "{\"2026-08-01\":1}", "[[\"2026-08-01\",1]]");
    row("map with time keys", "map(timestamp(6),integer)", "{\"2026-08-01 12:34:56.000001\":1}", "[[\"2026-08-01 12:34:56.000001\",1]]");
    row("map with nested keys keeps their text", "map(array(integer),integer)", "{\"[1, 2]\":1}", "[[\"[1, 2]\",1]]");
    row("empty map", "map(varchar,integer)", "{}", "[]");
    row("row", "row(x:bigint,y:varchar)", "[1,\"a\"]", "{\"x\":1,\"y\":\"a\"}");
    row("row of nulls", "row(x:bigint,y:varchar)", "[null,null]", "{\"x\":null,\"y\":null}");
    row("row without names", "row(bigint,varchar)", "[1,\"a\"]", "{\"field0\":1,\"field1\":\"a\"}");
    row("row with a name twice", "row(a:bigint,a:varchar)", "[1,\"a\"]", "[1,\"a\"]");
    row("everything in everything", "map(varchar,array(row(t:timestamp(3),m:map(integer,array(uuid)))))",
        "{\"k\":[[\"2026-08-01 00:00:00.000\",{\"1\":[\"12151fd2-7586-11e9-8f9e-2a86e4085a59\",null]}],null,[null,null]]}",
        "[[\"k\",[{\"t\":\"2026-08-01 00:00:00.000\",\"m\":[[1,[\"12151fd2-7586-11e9-8f9e-2a86e4085a59\",null]]]},null,{\"t\":null,\"m\":null}]]]");
    row("zones inside", "array(timestamp(3) with time zone)", "[\"2026-08-01 12:34:56.789 Europe/Berlin\"]", "[\"2026-08-01 12:34:56.789 Europe/Berlin\"]");
    row("an opaque value inside", "array(json)", "[\"{}\",null]", "[\"{}\",null]");
}

void tst_TrinoPage::nested()
{
    QFETCH(QByteArray, type);
    QFETCH(QByteArray, cell);
    QFETCH(QByteArray, json);
    const auto page = decode(::page(column("c", type), "[[" + cell + "],[null],[" + cell + "]]"));
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    const auto status = page->batch->ValidateFull();
    QVERIFY2(status.ok(), status.ToString().c_str());
    QCOMPARE(rawOf(*page), QString());
    QCOMPARE(page->batch->column(0)->null_count(), 1);
    const ColumnFormatter formatter(page->batch->schema()->field(0));
    for (const int row : {0, 2}) {
        std::string out;
        formatter.appendJson(*page->batch, 0, row, out);
        QCOMPARE(QByteArray::fromStdString(out), json);
    }
}

void tst_TrinoPage::nestedThatFailsIsKeptWhole()
{
    const auto page = decode(::page(column("c", "array(row(a:integer,b:map(integer,varchar)))"),
                                    "[[[[1,{\"1\":\"x\"}]]],[[[2,{\"2\":\"y\"}],[3, {\"three\":\"z\"}]]],[[[4]]],[[[5,{\"5\":null}]]],[[[6,null,7]]]]"));
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    const auto status = page->batch->ValidateFull();
    QVERIFY2(status.ok(), status.ToString().c_str());
    const QJsonObject raws = QJsonDocument::fromJson(rawOf(*page).toUtf8()).object();
    QCOMPARE(raws.keys(), (QStringList {u"1"_s, u"2"_s, u"4"_s}));
    QCOMPARE(raws.value("1"_L1).toString(), u"[[2,{\"2\":\"y\"}],[3, {\"three\":\"z\"}]]"_s);
    QCOMPARE(page->unparsableCount, 3);
    std::string out;
    ColumnFormatter(page->batch->schema()->field(0)).appendJson(*page->batch, 0, 3, out);
    QCOMPARE(QByteArray::fromStdString(out), "[{\"a\":5,\"b\":[[5,null]]}]");
}

void tst_TrinoPage::nestedFieldsHaveTypes()
{
    const auto page = decode(::page(column("c", "array(row(t:timestamp(12) with time zone,u:uuid,d:decimal(5, 2),v:varchar(2147483647)))"), "[]"));
    QVERIFY(page);
    const auto item = schemaOf(*page->decoder)->field(0)->type()->field(0);
    const auto typeText = [](const std::shared_ptr<arrow::Field> &field) { return QByteArray::fromStdString(field->metadata()->Get(kTypeKey).ValueOr("")); };
    QCOMPARE(typeText(item), "row(t timestamp(12) with time zone, u uuid, d decimal(5, 2), v varchar)");
    QCOMPARE(typeText(item->type()->field(0)), "timestamp(12) with time zone");
    QCOMPARE(item->type()->field(1)->metadata()->Get("ARROW:extension:name").ValueOr(""), "arrow.uuid");
    QCOMPARE(typeText(item->type()->field(2)), "decimal(5, 2)");
}

/// As Presto sends containers.
void tst_TrinoPage::containersInStrings()
{
    const auto page = decode(::page(column("c", "array(array(varchar))") + "," + column("d", "map(varchar,bigint)"),
                                    "[[\"[ \\\"[ \\\\\\\"a\\\\\\\" ]\\\", \\\"[ ]\\\" ]\",\"{\\n  \\\"a\\\" : 1,\\n  \\\"b\\\" : null\\n}\"]]"));
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    QCOMPARE(rawOf(*page), QString());
    std::string out;
    ColumnFormatter(page->batch->schema()->field(0)).appendJson(*page->batch, 0, 0, out);
    ColumnFormatter(page->batch->schema()->field(1)).appendJson(*page->batch, 1, 0, out);
    QCOMPARE(QByteArray::fromStdString(out), "[[\"a\"],[]][[\"a\",1],[\"b\",null]]");
}

void tst_TrinoPage::looseSpelling()
{
    const QByteArray columns = column("a", "bigint") + "," + column("b", "varchar") + "," + column("c", "double") + "," + column("d", "date");
    const auto tight = decode(page(columns, "[[1,\"x/y\",1.5,\"2026-08-01\"],[-2,\"\",100,null]]"));
    const auto loose = decode("\xEF\xBB\xBF \n" + page(columns, "\t[ [ \"1\" , \"x\\/\\u0079\",15e-1 ,\r\n\"2026\\u002d08-01\" ] ,\n[ -2,\"\", 1.0E+2 , null]\n]\n") + " \n");
    QVERIFY(tight);
    QVERIFY2(loose, loose ? "" : qPrintable(loose.error().message));
    QVERIFY(loose->batch->Equals(*tight->batch, true));
}

void tst_TrinoPage::memberOrder_data()
{
    QTest::addColumn<QByteArray>("json");
    const QByteArray columns = "\"columns\":[" + column("c", "integer") + "]", data = "\"data\":[[1],[2]]",
                     next = "\"nextUri\":\"http://h/next\"", id = "\"id\":\"q\"", other = "\"later\":{\"data\":[\"]}\",[{}]]}";
    QTest::newRow("the server's order") << "{" + id + "," + next + "," + columns + "," + data + "}";
    QTest::newRow("rows before their columns") << "{" + id + "," + data + "," + columns + "," + next + "}";
    QTest::newRow("rows last") << "{" + columns + "," + next + "," + id + "," + data + "}";
    QTest::newRow("rows first") << "{" + data + "," + next + "," + columns + "," + id + "}";
    QTest::newRow("unknown members around") << "{" + other + "," + id + "," + next + "," + columns + ",\"x\":null," + data + ",\"y\":\"}\"}";
    QTest::newRow("a name in escapes") << "{" + id + "," + next + "," + columns + ",\"d\\u0061ta\":[[1],[2]]}";
}

void tst_TrinoPage::memberOrder()
{
    QFETCH(QByteArray, json);
    const auto page = decode(json);
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    QCOMPARE(valuesOf(*page), u"1 | 2"_s);
    QCOMPARE(page->head.nextUri, QUrl(u"http://h/next"_s));
    QCOMPARE(page->head.queryId, u"q"_s);
    const auto head = readPageHead(PageBytes(json));
    QVERIFY(head);
    QCOMPARE(head->nextUri, QUrl(u"http://h/next"_s));
}

void tst_TrinoPage::head()
{
    const auto head = readPageHead(PageBytes(page(column("c", "integer"), "[[1]]")));
    QVERIFY(head);
    QCOMPARE(head->queryId, u"20260801_120000_00001_abcde"_s);
    QCOMPARE(head->infoUri, QUrl(u"http://h:8080/ui/query.html?20260801_120000_00001_abcde"_s));
    QCOMPARE(head->nextUri, QUrl(u"http://h:8080/v1/statement/executing/20260801_120000_00001_abcde/y3f4e/1"_s));
    QVERIFY(head->partialCancelUri.isEmpty());
}

void tst_TrinoPage::headOfOddPages()
{
    QVERIFY(!readPageHead(PageBytes("")));
    QVERIFY(!readPageHead(PageBytes("  \n")));
    QVERIFY(!readPageHead(PageBytes("<html></html>")));
    QVERIFY(!readPageHead(PageBytes("[]")));
    QVERIFY(!readPageHead(PageBytes("{\"id\":\"q\",\"nextUri\":17}")));
    QVERIFY(!readPageHead(PageBytes("{\"id\":\"q\"}}")));
    QVERIFY(readPageHead(PageBytes("{\"id\":\"q\",\"nextUri\":null,\"data\":[[1]]}"))->nextUri.isEmpty());
    QVERIFY(readPageHead(PageBytes("{}"))->nextUri.isEmpty());
}

void tst_TrinoPage::truncatedAnywhere_data()
{
    QTest::addColumn<QByteArray>("json");
    const QByteArray columns = column("a", "bigint") + "," + column("b", "varchar") + "," + column("c", "double") + "," + column("d", "date") + ","
        + column("e", "timestamp(3) with time zone") + "," + column("f", "map(varchar,array(decimal(5, 2)))") + "," + column("g", "boolean") + ","
        + column("h", "uuid") + "," + column("i", "varbinary");
    QByteArrayList rows;
    for (int i = 0; i < 16; ++i)
        rows.append("[" + QByteArray::number(i * 123456789) + ",\"tëxt \\\"" + QByteArray::number(i) + "\\\"}\",1." + QByteArray::number(i)
                    + ",\"2026-08-01\",\"2026-08-01 12:34:56.789 Europe/Berlin\",{\"}]\":[\"1.25\",null]},true,\"12151fd2-7586-11e9-8f9e-2a86e4085a59\",\"yv4=\"]");
    const QByteArray json = page(columns, "[" + rows.join(',') + "]");
    QTest::newRow("rows where the server writes them") << json;
    QTest::newRow("rows in front of their columns") << "{\"data\":[" + rows.join(',') + "],\"columns\":[" + columns + "]}";
    QTest::newRow("white space everywhere") << QByteArray(json).replace(",\"", " ,\n \"");
}

/// Cut at every byte: an error, whatever the memory behind the end looks like.
void tst_TrinoPage::truncatedAnywhere()
{
    QFETCH(QByteArray, json);
    QVERIFY(json.size() > 3900);
    const auto whole = decode(json);
    QVERIFY2(whole, whole ? "" : qPrintable(whole.error().message));
    QCOMPARE(whole->batch->num_rows(), 16);
    for (qsizetype size = 0; size < json.size(); ++size) {
        const PageBytes cut(json.left(size));
        const auto page = decodePage(cut, size % 2 ? whole->decoder : nullptr);
        QVERIFY2(!page, qPrintable(u"cut at %1"_s.arg(size)));
        QCOMPARE(page.error().code, Error::Code::InvalidData);
        QVERIFY(!page.error().message.isEmpty());
        // A brace at the cut makes the rows look whole: that is found without the check of the last byte, too.
        const auto closed = decode(json.left(size) + "}");
        if (closed)
            QVERIFY2(!closed->batch || closed->batch->num_rows() == 16, qPrintable(u"cut at %1 and closed"_s.arg(size)));
    }
}

void tst_TrinoPage::rejected_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("message");
    const QByteArray two = column("a", "integer") + "," + column("b", "varchar");
    const auto row = [](const char *name, const QByteArray &json, const QString &message) { QTest::newRow(name) << json << message; };
    row("a row that is too short", page(two, "[[1,\"x\"],[2]]"), u"row 2 of the page has 1 values, the result has 2 columns"_s);
    row("a row that is too long", page(two, "[[1,\"x\"],[2,\"y\"],[3,\"z\",4]]"), u"row 3 of the page has more values than the result has columns (2)"_s);
    row("an empty row", page(two, "[[]]"), u"row 1 of the page has 0 values"_s);
    row("a row that is an object", page(two, "[{}]"), u"a row is not an array"_s);
    row("a row that is null", page(two, "[null]"), u"a row is not an array"_s);
    row("rows that are a string", page(two, "\"x\""), u"the rows are not an array"_s);
    row("a comma too much behind a row", page(two, "[[1,\"x\"],]"), u"a row is not an array"_s);
    row("a comma too much in a row", page(two, "[[1,\"x\",]]"), u"more values"_s);
    row("no comma between rows", page(two, "[[1,\"x\"][2,\"y\"]]"), u"a comma or ] is missing behind a row"_s);
    row("no comma between values", page(two, "[[1 \"x\"]]"), u"a comma is missing behind a value"_s);
    row("a missing value", page(two, "[[,\"x\"]]"), u"a value is missing"_s);
    row("a leading zero", page(two, "[[01,\"x\"]]"), u"a number is not written"_s);
    row("a leading zero of a double", page(column("a", "double"), "[[01.5]]"), u"a number is not written"_s);
    row("a point without digits", page(column("a", "double"), "[[1.]]"), u"a number is not written"_s);
    row("a point without a number", page(column("a", "double"), "[[.5]]"), u"a value is missing"_s);
    row("an exponent without digits", page(column("a", "double"), "[[1E]]"), u"a number is not written"_s);
    row("a plus", page(two, "[[+1,\"x\"]]"), u"a value is missing"_s);
    row("a bare NaN", page(column("a", "double"), "[[NaN]]"), u"a value is missing"_s);
    row("a bare -Infinity", page(column("a", "double"), "[[-Infinity]]"), u"a number is not written"_s);
    row("a word", page(column("a", "boolean"), "[[truth]]"), u"null, true or false"_s);
    row("a line break in a string", page(two, "[[1,\"x\ny\"]]"), u"a control character"_s);
    row("a NUL in a string", page(two, "[[1,\"x" + QByteArray(1, '\0') + "y\"]]"), u"a control character"_s);
    row("an escape that is none", page(two, "[[1,\"\\x\"]]"), u"an escape that JSON does not have"_s);
    row("a \\u without digits", page(two, "[[1,\"\\u12g4\"]]"), u"four hexadecimal digits"_s);
    row("bytes that are no UTF-8", page(two, "[[1,\"x\xFF\"]]"), u"not valid UTF-8: at byte "_s);
    row("an overlong form", page(two, "[[1,\"\xC0\x80\"]]"), u"not valid UTF-8"_s);
    row("a surrogate in UTF-8", page(two, "[[1,\"\xED\xA0\x80\"]]"), u"not valid UTF-8"_s);
    row("something behind the page", page(two, "[]") + "{}", u"follows the closing }"_s);
    row("two pages in one", page(two, "[]") + page(two, "[]"), u"follows the closing }"_s);
    row("rows twice", "{\"columns\":[" + two + "],\"data\":[],\"data\":[]}", u"\"data\" twice"_s);
    row("nextUri twice", "{\"nextUri\":\"http://h/1\",\"nextUri\":\"http://h/2\"}", u"\"nextUri\" twice"_s);
    row("rows and no columns", "{\"data\":[[1]]}", u"has not said what their columns are"_s);
    row("rows for no columns", page("", "[[]]"), u"without columns"_s);
    row("columns that are no array", "{\"columns\":{\"a\":1},\"data\":[[1]]}", u"not an array"_s);
    row("a column without a type", "{\"columns\":[{\"name\":\"a\"}]}", u"column 1 has no type"_s);
    row("a nextUri that is a number", "{\"nextUri\":1}", u"nextUri is not a URL"_s);
    row("an empty nextUri", "{\"nextUri\":\"\"}", u"nextUri is not a URL"_s);
    row("nothing", "", u"it is empty"_s);
    row("a web page", "<html><body>502</body></html>", u"does not begin with {"_s);
}

void tst_TrinoPage::rejected()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, message);
    const auto page = decode(json);
    QVERIFY(!page);
    QCOMPARE(page.error().code, Error::Code::InvalidData);
    QVERIFY2(page.error().message.contains(message), qPrintable(page.error().message));
}

void tst_TrinoPage::deepNesting()
{
    const auto nestedText = [](int depth) { return QByteArray(depth, '[') + QByteArray(depth, ']'); };
    QVERIFY(decode(page(column("c", "json"), "[[" + nestedText(1000) + "]]")));
    for (const int depth : {1025, 100000}) {
        for (const char *const type : {"json", "variant", "integer", "array(integer)"}) {
            const auto page = decode(::page(column("c", type), "[[" + nestedText(depth) + "]]"));
            QVERIFY(!page);
            QVERIFY2(page.error().message.contains(u"nested more than 1,024 deep"_s), qPrintable(page.error().message));
        }
    }
    QByteArray type = "integer", cell = "7";
    for (int i = 0; i < 300; ++i) {
        type = "array(" + type + ")";
        cell = "[" + cell + "]";
    }
    const auto deep = decode(page(column("c", type), "[[" + cell + "],[null]]"));
    QVERIFY2(deep, deep ? "" : qPrintable(deep.error().message));
    QVERIFY(deep->batch->ValidateFull().ok());
    for (int i = 0; i < 200; ++i)
        type = "array(" + type + ")";
    QVERIFY(!decode(page(column("c", type), "[]")));
}

void tst_TrinoPage::columnsChange()
{
    const QByteArray first = column("a", "integer"), second = column("a", "bigint");
    const auto empty = decode(page(first, "[]"));
    QVERIFY(empty && empty->decoder && !empty->batch);
    const auto changed = decode(page(second, "[[1]]"), empty->decoder); // nobody has seen a row of the first columns
    QVERIFY(changed);
    QVERIFY(changed->decoder != empty->decoder);
    const auto same = decode(page(second, "[[2]]"), changed->decoder);
    QVERIFY(same);
    QVERIFY(same->decoder == changed->decoder);
    const auto respelled = decode(page(QByteArray(second).replace(":", ": "), "[[2]]"), changed->decoder);
    QVERIFY(respelled);
    QVERIFY(respelled->decoder == changed->decoder);
    const auto without = decode("{\"data\":[[3]]}", changed->decoder);
    QVERIFY(without);
    QCOMPARE(valuesOf(*without), u"3"_s);
    const auto wrong = decode(page(first, "[[1]]"), changed->decoder);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().code, Error::Code::InvalidData);
    QVERIFY2(wrong.error().message.contains(u"from (a bigint) to (a integer)"_s), qPrintable(wrong.error().message));
}

void tst_TrinoPage::columnLimit()
{
    const QByteArray one = column("c", "tinyint");
    const auto wide = decode(page((one + ",").repeated(2999) + one, "[[" + QByteArray("1,").repeated(2999) + "1]]"));
    QVERIFY(wide);
    QCOMPARE(wide->batch->num_columns(), 3000);
    const auto tooWide = decode(page(QByteArray("{\"name\":\"\",\"type\":\"x\"},").repeated(100000) + one, "[]"));
    QVERIFY(!tooWide);
    QVERIFY2(tooWide.error().message.contains(u"more than 100,000 columns"_s), qPrintable(tooWide.error().message));
}

void tst_TrinoPage::duplicateNames()
{
    const auto page = decode(::page(column("a", "integer") + "," + column("a", "varchar") + "," + column("", "integer") + "," + column("q\\\"\\u0000\\n", "integer"),
                                    "[[1,\"x\",2,3]]"));
    QVERIFY(page);
    QCOMPARE(page->batch->num_columns(), 4);
    QCOMPARE(page->batch->schema()->field(1)->name(), "a");
    QCOMPARE(page->batch->schema()->field(3)->name(), std::string("q\"\0\n", 4));
}

void tst_TrinoPage::manyRows()
{
    // Rows much unlike the first ones, so that no guess of a size holds.
    const QByteArray columns = column("a", "bigint") + "," + column("b", "varchar") + "," + column("c", "array(varchar)") + "," + column("d", "boolean");
    const auto cell = [](int i) { return i < 300 ? QByteArray() : QByteArray(i % 97, char('a' + i % 26)); };
    QByteArray rows;
    constexpr int count = 20000;
    for (int i = 0; i < count; ++i) {
        rows += i ? ",[" : "[";
        rows += i % 7 ? QByteArray::number(i) : "null";
        rows += ",\"" + cell(i) + "\",[" + (i < 300 ? QByteArray() : "\"" + cell(i + 1) + "\",null") + "]," + (i % 5 ? i % 2 ? "true" : "false" : "null") + "]";
    }
    std::shared_ptr<const TrinoRowDecoder> decoder;
    for (int round = 0; round < 2; ++round) { // the second with the sizes of the first
        const auto page = decode(::page(columns, "[" + rows + "]"), decoder);
        QVERIFY2(page, page ? "" : qPrintable(page.error().message));
        decoder = page->decoder;
        const auto status = page->batch->ValidateFull();
        QVERIFY2(status.ok(), status.ToString().c_str());
        QCOMPARE(page->batch->num_rows(), count);
        const auto &numbers = static_cast<const arrow::Int64Array &>(*page->batch->column(0));
        const auto &texts = static_cast<const arrow::StringArray &>(*page->batch->column(1));
        const auto &lists = static_cast<const arrow::ListArray &>(*page->batch->column(2));
        const auto &flags = static_cast<const arrow::BooleanArray &>(*page->batch->column(3));
        for (int i = 0; i < count; ++i) {
            QCOMPARE(numbers.IsNull(i), i % 7 == 0);
            QVERIFY(numbers.IsNull(i) || numbers.Value(i) == i);
            QCOMPARE(texts.GetView(i), std::string_view(cell(i)));
            QCOMPARE(lists.value_length(i), i < 300 ? 0 : 2);
            QCOMPARE(flags.IsNull(i), i % 5 == 0);
            QVERIFY(flags.IsNull(i) || flags.Value(i) == (i % 2 == 1));
        }
    }
    const auto one = decode(page(columns, "[[1,\"x\",[],true]]"), decoder); // a small page behind large ones
    QVERIFY(one);
    QCOMPARE(one->batch->num_rows(), 1);
}

void tst_TrinoPage::emptyPages()
{
    for (const QByteArray &json : {QByteArray("{}"), QByteArray("{\"columns\":null,\"data\":null}"), page(column("c", "integer"), "[]"),
                                   page(column("c", "integer"), "[ ]"), page(column("c", "integer"), "null")}) {
        const auto page = decode(json);
        QVERIFY2(page, page ? "" : qPrintable(page.error().message));
        QVERIFY(!page->batch);
        QVERIFY(!page->error);
        QCOMPARE(bool(page->decoder), json.contains("integer"));
    }
}

void tst_TrinoPage::spooledData()
{
    const auto page = decode(::page(column("c", "integer"), "{\"encoding\":\"json\",\"segments\":[{\"type\":\"inline\",\"data\":\"W1sxXV0=\"}]}"));
    QVERIFY(page);
    QVERIFY(page->hasSpooledData);
    QVERIFY(!page->batch);
    QVERIFY(page->decoder);
}

void tst_TrinoPage::stats()
{
    const auto page = decode(
        "{\"id\":\"q\",\"stats\":{\"state\":\"RUNNING\",\"queued\":false,\"scheduled\":true,\"progressPercentage\":12.5,\"nodes\":3,\"totalSplits\":40,"
        "\"runningSplits\":4,\"completedSplits\":5,\"planningTimeMillis\":7,\"cpuTimeMillis\":800,\"queuedTimeMillis\":9,\"elapsedTimeMillis\":1000,"
        "\"processedRows\":123456789012,\"processedBytes\":99,\"peakMemoryBytes\":5,\"spilledBytes\":6,\"rootStage\":{\"stageId\":\"0\",\"state\":\"RUNNING\","
        "\"done\":false,\"nodes\":1,\"totalSplits\":1,\"runningSplits\":1,\"completedSplits\":0,\"cpuTimeMillis\":1,\"processedRows\":2,\"processedBytes\":3,"
        "\"failedTasks\":0,\"subStages\":[{\"stageId\":\"1\",\"state\":\"FINISHED\",\"done\":true,\"nodes\":2,\"totalSplits\":39,\"completedSplits\":39,\"subStages\":[]}]}}}");
    QVERIFY(page);
    QVERIFY(page->hasProgress);
    const Progress &progress = page->progress;
    QCOMPARE(progress.state, Progress::State::Running);
    QCOMPARE(progress.text, u"running"_s);
    QCOMPARE(progress.percent, 12.5);
    QVERIFY(progress.isTotalKnown);
    QCOMPARE(progress.rowCount, 123456789012);
    QCOMPARE(progress.splitsTotal, 40);
    QCOMPARE(progress.splitsDone, 5);
    QCOMPARE(progress.nodeCount, 3);
    QCOMPARE(progress.elapsed, std::chrono::milliseconds(1000));
    QCOMPARE(progress.stages.size(), 1);
    QCOMPARE(progress.stages[0].stages.size(), 1);
    QCOMPARE(progress.stages[0].stages[0].state, u"finished"_s);
    QVERIFY(progress.stages[0].stages[0].isDone);
    QCOMPARE(progress.stages[0].stages[0].splitsDone, 39);
    const auto presto = decode("{\"stats\":{\"state\":\"WAITING_FOR_PREREQUISITES\",\"scheduled\":true,\"totalSplits\":4,\"completedSplits\":1}}");
    QCOMPARE(presto->progress.percent, 25.0);
    QCOMPARE(presto->progress.text, u"waiting for prerequisites"_s);
    const auto queued = decode("{\"stats\":{\"state\":\"QUEUED\",\"scheduled\":false,\"totalSplits\":4,\"completedSplits\":1}}");
    QCOMPARE(queued->progress.percent, -1.0);
    QCOMPARE(queued->progress.state, Progress::State::Queued);
    QVERIFY(!decode("{}")->hasProgress);
}

void tst_TrinoPage::absurdStats()
{
    const auto page = decode("{\"stats\":{\"state\":\"\",\"progressPercentage\":-5,\"nodes\":99999999999,\"totalSplits\":-1,\"processedRows\":1e30,"
                             "\"processedBytes\":\"many\",\"rootStage\":[],\"elapsedTimeMillis\":18446744073709551615}}");
    QVERIFY(page);
    QCOMPARE(page->progress.percent, 0.0);
    QCOMPARE(page->progress.nodeCount, std::numeric_limits<int>::max());
    QCOMPARE(page->progress.splitsTotal, 0);
    QCOMPARE(page->progress.rowCount, std::numeric_limits<qint64>::max());
    QCOMPARE(page->progress.byteCount, 0);
    QVERIFY(page->progress.stages.isEmpty());
    QCOMPARE(decode("{\"stats\":{\"progressPercentage\":1e6}}")->progress.percent, 100.0);
    // A number that no parser takes costs the progress, not the rows.
    const auto huge = decode("{\"columns\":[" + column("c", "integer") + "],\"data\":[[1]],\"stats\":{\"processedRows\":" + QByteArray(40, '9') + "}}");
    QVERIFY(huge);
    QCOMPARE(valuesOf(*huge), u"1"_s);
}

void tst_TrinoPage::warningsAndUpdates()
{
    const auto page = decode("{\"id\":\"q\",\"warnings\":[{\"warningCode\":{\"code\":2,\"name\":\"REDUNDANT_ORDER_BY\"},\"message\":\"ORDER BY in subquery may have no effect\"}],"
                             "\"updateType\":\"INSERT\",\"updateCount\":12345678901}");
    QVERIFY(page);
    QCOMPARE(page->warnings.size(), 1);
    QCOMPARE(page->warnings[0], (Warning {u"REDUNDANT_ORDER_BY"_s, u"ORDER BY in subquery may have no effect"_s}));
    QCOMPARE(page->updateType, u"INSERT"_s);
    QCOMPARE(page->updateCount, 12345678901);
    const auto nulls = decode("{\"warnings\":null,\"updateType\":null,\"updateCount\":null,\"error\":null,\"stats\":null,\"partialCancelUri\":null}");
    QVERIFY(nulls);
    QVERIFY(nulls->warnings.isEmpty() && nulls->updateType.isEmpty() && !nulls->updateCount && !nulls->error && !nulls->hasProgress);
}

void tst_TrinoPage::errors_data()
{
    QTest::addColumn<QByteArray>("error");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("message");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::newRow("syntax with a place") << QByteArray("{\"message\":\"line 2:8: mismatched input 'fro'\",\"errorCode\":1,\"errorName\":\"SYNTAX_ERROR\",\"errorType\":\"USER_ERROR\","
                                                       "\"errorLocation\":{\"lineNumber\":2,\"columnNumber\":8}}")
                                         << Error::Code::InvalidArgument << u"line 2:8: mismatched input 'fro'"_s << 2 << 8;
    QTest::newRow("a place in the message alone") << QByteArray("{\"message\":\"line 12:3: Table 'a.b.c' does not exist\",\"errorName\":\"TABLE_NOT_FOUND\",\"errorType\":\"USER_ERROR\"}")
                                                  << Error::Code::NotFound << u"line 12:3: Table 'a.b.c' does not exist"_s << 12 << 3;
    const auto row = [](const char *name, const char *type, Error::Code code) {
        QTest::newRow(name) << "{\"message\":\"m\",\"errorName\":\"" + QByteArray(name) + "\",\"errorType\":\"" + type + "\"}" << code << u"m"_s << 0 << 0;
    };
    row("TABLE_ALREADY_EXISTS", "USER_ERROR", Error::Code::AlreadyExists);
    row("PERMISSION_DENIED", "USER_ERROR", Error::Code::Unauthorized);
    row("USER_CANCELED", "USER_ERROR", Error::Code::Cancelled);
    row("NOT_SUPPORTED", "USER_ERROR", Error::Code::NotImplemented);
    row("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", Error::Code::Timeout);
    row("DIVISION_BY_ZERO", "USER_ERROR", Error::Code::InvalidArgument);
    row("GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", Error::Code::Internal);
    row("HIVE_METASTORE_ERROR", "EXTERNAL", Error::Code::IO);
    QTest::newRow("an error that says nothing") << QByteArray("{}") << Error::Code::Unknown << u"The server says that the query failed, and not why."_s << 0 << 0;
    QTest::newRow("an error that is a string") << QByteArray("\"broken\"") << Error::Code::Unknown << u"The query failed, and the server's error can't be read."_s << 0 << 0;
}

void tst_TrinoPage::errors()
{
    QFETCH(QByteArray, error);
    const auto page = decode("{\"id\":\"q1\",\"infoUri\":\"http://h/ui\",\"error\":" + error + "}");
    QVERIFY(page);
    QVERIFY(page->error);
    QTEST(page->error->code, "code");
    QTEST(page->error->message, "message");
    QTEST(page->error->line, "line");
    QTEST(page->error->column, "column");
    QCOMPARE(page->error->queryId, u"q1"_s);
    QCOMPARE(page->error->infoUrl, u"http://h/ui"_s);
    const auto stack = decode("{\"error\":{\"message\":\"" + QByteArray(100000, 'm') + "\",\"failureInfo\":{\"type\":\"java.lang.A\",\"message\":\"a\",\"stack\":[\"x.y(Z.java:1)\"],"
                              "\"cause\":{\"type\":\"java.lang.B\",\"message\":\"b\",\"stack\":[]}}}}");
    QVERIFY(stack->error->message.size() < 70000);
    QCOMPARE(stack->error->detail, u"java.lang.A: a\n    at x.y(Z.java:1)\nCaused by: java.lang.B: b\n"_s);
}

QTEST_APPLESS_MAIN(tst_TrinoPage)
#include "tst_trinopage.moc"
