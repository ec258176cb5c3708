// SPDX-License-Identifier: Apache-2.0
#include "pagebuilder.h"

#include "extension/columnformatter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <arrow/api.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_TrinoTypes : public QObject
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
};

void tst_TrinoTypes::types_data()
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

void tst_TrinoTypes::types()
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

void tst_TrinoTypes::raws_data()
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

void tst_TrinoTypes::raws()
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

void tst_TrinoTypes::texts_data()
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
    row("text with what a table can't show", "varchar", {u"a\u0000b"_s, u"\u202Ertl"_s, u"e\u0301 \u00e9"_s});
}

/// What the engine wrote is what is shown, whether Arrow could hold it or not.
void tst_TrinoTypes::texts()
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

void tst_TrinoTypes::nested_data()
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
    row("array of doubles", "array(double)", "[1.5,\"NaN\",1.0E10]", "[1.5,\"NaN\",1.0E10]");
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

void tst_TrinoTypes::nested()
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

void tst_TrinoTypes::nestedThatFailsIsKeptWhole()
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

void tst_TrinoTypes::nestedFieldsHaveTypes()
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
void tst_TrinoTypes::containersInStrings()
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

void tst_TrinoTypes::looseSpelling()
{
    const QByteArray columns = column("a", "bigint") + "," + column("b", "varchar") + "," + column("c", "double") + "," + column("d", "date");
    const auto tight = decode(page(columns, "[[1,\"x/y\",1.5,\"2026-08-01\"],[-2,\"\",100,null]]"));
    const auto loose = decode("\xEF\xBB\xBF \n" + page(columns, "\t[ [ \"1\" , \"x\\/\\u0079\",15e-1 ,\r\n\"2026\\u002d08-01\" ] ,\n[ -2,\"\", 1.0E+2 , null]\n]\n") + " \n");
    QVERIFY(tight);
    QVERIFY2(loose, loose ? "" : qPrintable(loose.error().message));
    QVERIFY(loose->batch->Equals(*tight->batch, true));
}

QTEST_APPLESS_MAIN(tst_TrinoTypes)
#include "tst_trinotypes.moc"
