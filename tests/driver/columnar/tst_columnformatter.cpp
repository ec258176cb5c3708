// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <arrow/util/key_value_metadata.h>

#include <QDateTime>
#include <QElapsedTimer>
#include <QRandomGenerator>
#include <QTest>
#include <QTimeZone>
#include <QUuid>

#include <charconv>
#include <cstring>
#include <limits>

using namespace Grebe;
using namespace Qt::StringLiterals;

using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

class tst_ColumnFormatter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void values_data();
    void values();
    void encodedValues_data();
    void encodedValues();
    void zonesOfValues_data();
    void zonesOfValues();
    void everyRealReadsBack();
    void rawTextStandsForNulls();
    void longTextIsCut_data();
    void longTextIsCut();
    void slicesStartAtTheirOffset();
    void columnFacts();
};

static ArrayPtr fromJson(const TypePtr &type, const std::string &json)
{
    auto array = arrow::json::ArrayFromJSONString(type, json);
    if (!array.ok())
        qFatal("%s", array.status().ToString().c_str());
    return *array;
}

static std::shared_ptr<arrow::Field> fieldOf(const TypePtr &type, const std::string &typeText = {})
{
    auto field = arrow::field("c", type);
    return typeText.empty() ? field : field->WithMetadata(arrow::key_value_metadata({ kTypeKey }, { typeText }));
}

static BatchPtr batchOf(const std::shared_ptr<arrow::Field> &field, const ArrayPtr &array)
{
    return arrow::RecordBatch::Make(arrow::schema({ field }), array->length(), { array });
}

static QByteArray textOf(const ColumnFormatter &formatter, const BatchPtr &batch, qint64 row)
{
    std::string out = "|";
    return formatter.appendText(*batch, 0, row, out) ? QByteArray::fromStdString(out.substr(1)) : QByteArray("NULL");
}

static QByteArray jsonOf(const ColumnFormatter &formatter, const BatchPtr &batch, qint64 row)
{
    std::string out;
    formatter.appendJson(*batch, 0, row, out);
    return QByteArray::fromStdString(out);
}

static TypePtr zonedType(arrow::TimeUnit::type unit)
{
    return arrow::struct_({ arrow::field("value", arrow::timestamp(unit, "UTC")), arrow::field("zone", arrow::utf8()) });
}

void tst_ColumnFormatter::values_data()
{
    QTest::addColumn<TypePtr>("type");
    QTest::addColumn<QByteArray>("typeText");
    QTest::addColumn<QByteArray>("input"); // as Arrow reads it
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QVariant>("variant");

    const auto row = [](const char *name, const TypePtr &type, const char *typeText, QByteArray input, QByteArray text,
                        QByteArray json, const QVariant &variant) {
        QTest::newRow(name) << type << QByteArray(typeText) << input << text << json << variant;
    };
    // Text in quotes as JSON, and as a QString.
    const auto quoted = [&](const char *name, const TypePtr &type, const char *typeText, QByteArray input,
                            QByteArray text) { row(name, type, typeText, input, text, '"' + text + '"', QString::fromUtf8(text)); };
    using namespace arrow;

    row("true", boolean(), "boolean", "true", "true", "true", true);
    row("false", boolean(), "BOOLEAN", "false", "false", "false", false);
    row("tinyint's lowest", int8(), "tinyint", "-128", "-128", "-128", -128);
    row("smallint's lowest", int16(), "smallint", "-32768", "-32768", "-32768", -32768);
    row("integer's lowest", int32(), "integer", "-2147483648", "-2147483648", "-2147483648", int(-2147483647 - 1));
    row("bigint keeps what a double loses", int64(), "bigint", "9007199254740993", "9007199254740993",
        "9007199254740993", qlonglong(9007199254740993));
    row("bigint's lowest", int64(), "bigint", "-9223372036854775808", "-9223372036854775808", "-9223372036854775808",
        std::numeric_limits<qlonglong>::min());
    row("utinyint's highest", uint8(), "UTINYINT", "255", "255", "255", 255U);
    row("usmallint's highest", uint16(), "USMALLINT", "65535", "65535", "65535", 65535U);
    row("uinteger's highest", uint32(), "UINTEGER", "4294967295", "4294967295", "4294967295", 4294967295U);
    row("ubigint's highest", uint64(), "UBIGINT", "18446744073709551615", "18446744073709551615",
        "18446744073709551615", qulonglong(18446744073709551615U));

    row("a double with an integral value", float64(), "double", "1", "1.0", "1.0", 1.0);
    row("Java's exponent begins at 10^7", float64(), "double", "10000000", "1.0E7", "1.0E7", 1e7);
    row("and not below", float64(), "double", "9999999.5", "9999999.5", "9999999.5", 9999999.5);
    row("Java's exponent below 10^-3", float64(), "double", "0.0001", "1.0E-4", "1.0E-4", 1e-4);
    row("and not at it", float64(), "double", "0.001", "0.001", "0.001", 1e-3);
    row("minus zero", float64(), "double", "-0.0", "-0.0", "-0.0", -0.0);
    row("a double's highest", float64(), "double", "1.7976931348623157e308", "1.7976931348623157E308",
        "1.7976931348623157E308", std::numeric_limits<double>::max());
    row("a double's least", float64(), "double", "5e-324", "4.9E-324", "4.9E-324", 5e-324);
    row("a real's least", float32(), "real", "1.4e-45", "1.4E-45", "1.4E-45", 1.4e-45F);
    row("a real's shortest digits", float32(), "real", "1.1", "1.1", "1.1", 1.1F);
    row("a real of 2^24", float32(), "real", "16777216", "1.6777216E7", "1.6777216E7", 16777216.0F);
    row("infinity", float64(), "double", "Inf", "Infinity", "\"Infinity\"", std::numeric_limits<double>::infinity());
    row("minus infinity", float32(), "real", "-Inf", "-Infinity", "\"-Infinity\"",
        -std::numeric_limits<float>::infinity());
    row("DuckDB writes no exponent at 10^7", float64(), "DOUBLE", "10000000", "10000000.0", "10000000.0", 1e7);
    row("DuckDB's exponent begins at 10^16", float64(), "DOUBLE", "1e16", "1e+16", "1e+16", 1e16);
    row("DuckDB's small exponent", float64(), "DOUBLE", "1.5e-7", "1.5e-07", "1.5e-07", 1.5e-7);
    row("a half float", float16(), "", "1.5", "1.5", "1.5", 1.5F);

    quoted("a decimal keeps its scale", decimal128(10, 2), "decimal(10, 2)", "\"5.00\"", "5.00");
    quoted("a decimal below one", decimal128(10, 2), "decimal(10, 2)", "\"-0.05\"", "-0.05");
    quoted("a decimal of zero", decimal128(3, 3), "decimal(3, 3)", "\"0.000\"", "0.000");
    quoted("38 digits", decimal128(38, 0), "decimal(38, 0)", "\"99999999999999999999999999999999999999\"",
           "99999999999999999999999999999999999999");
    quoted("38 digits, all behind the point, negative", decimal128(38, 38), "decimal(38, 38)",
           "\"-0.99999999999999999999999999999999999999\"", "-0.99999999999999999999999999999999999999");
    quoted("20 digits with zeros inside", decimal128(38, 1), "decimal(38, 1)", "\"1000000000000000000000000000.1\"",
           "1000000000000000000000000000.1");
    quoted("a decimal beyond 64 bits", decimal128(20, 0), "decimal(20, 0)", "\"-9223372036854775809\"",
           "-9223372036854775809");
    quoted("a decimal of 64 bits' lowest", decimal128(20, 0), "decimal(20, 0)", "\"-9223372036854775808\"",
           "-9223372036854775808");
    quoted("76 digits", decimal256(76, 4), "",
           "\"-123456789012345678901234567890123456789012345678901234567890123456789012.3456\"",
           "-123456789012345678901234567890123456789012345678901234567890123456789012.3456");
    quoted("a small decimal", decimal32(5, 2), "DECIMAL(5,2)", "\"-123.45\"", "-123.45");
    quoted("a middle decimal", decimal64(15, 3), "DECIMAL(15,3)", "\"1.000\"", "1.000");

    row("text", utf8(), "varchar", "\"a \\\"b\\\" \\\\ \\n\\t\\u0001 é 日本 😀\"", "a \"b\" \\ \n\t\x01 é 日本 😀",
        "\"a \\\"b\\\" \\\\ \\n\\t\\u0001 é 日本 😀\"", u"a \"b\" \\ \n\t\x01 é 日本 😀"_s);
    row("a byte order mark at the start stays", utf8(), "varchar", "\"\\ufeffa\"", "\xef\xbb\xbf" "a",
        "\"\xef\xbb\xbf" "a\"", QString(QChar(QChar::ByteOrderMark)) + u'a');
    quoted("empty text", utf8(), "varchar", "\"\"", "");
    quoted("large text", large_utf8(), "VARCHAR", "\"abc\"", "abc");
    quoted("a short view", utf8_view(), "VARCHAR", "\"abc\"", "abc");
    quoted("a long view", utf8_view(), "VARCHAR", "\"more than twelve bytes\"", "more than twelve bytes");
    row("json stays a string as sent", utf8(), "json", R"("{\"a\": [1, 2.50]}")", R"({"a": [1, 2.50]})",
        R"("{\"a\": [1, 2.50]}")", u"{\"a\": [1, 2.50]}"_s);
    quoted("an address", utf8(), "ipaddress", "\"2001:db8::1\"", "2001:db8::1");

    row("bytes", binary(), "varbinary", "\"\\u0000Abc\"", "00416263", "\"AEFiYw==\"", QByteArray("\0Abc", 4));
    row("no bytes", binary(), "varbinary", "\"\"", "", "\"\"", QByteArray(""));
    row("two bytes", large_binary(), "BLOB", "\"Ab\"", "4162", "\"QWI=\"", QByteArray("Ab"));
    row("three bytes in a view", binary_view(), "BLOB", "\"Abc\"", "416263", "\"QWJj\"", QByteArray("Abc"));
    row("bytes of fixed size", fixed_size_binary(4), "", "\"abcd\"", "61626364", "\"YWJjZA==\"", QByteArray("abcd"));
    row("uuid in bytes", fixed_size_binary(16), "uuid", "\"0123456789abcdef\"", "30313233-3435-3637-3839-616263646566",
        "\"30313233-3435-3637-3839-616263646566\"", QUuid(u"30313233-3435-3637-3839-616263646566"_s));
    row("uuid in text", utf8(), "UUID", "\"12151fd2-7586-11e9-8f9e-2a86e4085a59\"",
        "12151fd2-7586-11e9-8f9e-2a86e4085a59", "\"12151fd2-7586-11e9-8f9e-2a86e4085a59\"",
        QUuid(u"12151fd2-7586-11e9-8f9e-2a86e4085a59"_s));

    const auto date = [&](const char *name, const TypePtr &type, const char *typeText, QByteArray input,
                          QByteArray text, QDate value) {
        row(name, type, typeText, input, text, '"' + text + '"', value.isValid() ? QVariant(value) : QVariant(QString::fromUtf8(text)));
    };
    date("a date", date32(), "date", "20666", "2026-08-01", QDate(2026, 8, 1));
    date("the epoch", date32(), "date", "0", "1970-01-01", QDate(1970, 1, 1));
    date("a leap day", date32(), "date", "11016", "2000-02-29", QDate(2000, 2, 29));
    date("the first day that QDate is asked to hold", date32(), "date", "-719162", "0001-01-01", QDate(1, 1, 1));
    date("a year beyond 9999 in Java", date32(), "date", "3673091", "+12026-08-01", {});
    date("a year beyond 9999 in DuckDB", date32(), "DATE", "3673091", "12026-08-01", {});
    date("Caesar in Java", date32(), "date", "-735525", "-0044-03-15", {});
    date("Caesar in DuckDB", date32(), "DATE", "-735525", "0045-03-15 (BC)", {});
    date("no end in DuckDB", date32(), "DATE", "2147483647", "infinity", {});
    date("no beginning in DuckDB", date32(), "DATE", "-2147483647", "-infinity", {});
    date("milliseconds before the epoch", date64(), "", "-86400000", "1969-12-31", QDate(1969, 12, 31));

    const auto time = [&](const char *name, const TypePtr &type, const char *typeText, QByteArray input,
                          QByteArray text, QTime value) {
        row(name, type, typeText, input, text, '"' + text + '"', value.isValid() ? QVariant(value) : QVariant(QString::fromUtf8(text)));
    };
    time("time(0)", time32(TimeUnit::SECOND), "time(0)", "45296", "12:34:56", QTime(12, 34, 56));
    time("time(3) keeps its zeros", time32(TimeUnit::MILLI), "time(3)", "45296000", "12:34:56.000", QTime(12, 34, 56));
    time("time(1) in milliseconds", time32(TimeUnit::MILLI), "time(1)", "45296500", "12:34:56.5", QTime(12, 34, 56, 500));
    time("time(6)", time64(TimeUnit::MICRO), "time(6)", "86399999999", "23:59:59.999999", {});
    time("time(9)", time64(TimeUnit::NANO), "time(9)", "1", "00:00:00.000000001", {});
    time("DuckDB's time has the digits it needs", time64(TimeUnit::MICRO), "TIME", "45296120000", "12:34:56.12", {});
    time("and none where it needs none", time64(TimeUnit::MICRO), "TIME", "45296000000", "12:34:56", {});
    time("DuckDB's end of the day", time64(TimeUnit::MICRO), "TIME", "86400000000", "24:00:00", {});

    const auto stamp = [&](const char *name, const TypePtr &type, const char *typeText, QByteArray input,
                           QByteArray text, QDateTime value) {
        row(name, type, typeText, input, text, '"' + text + '"', value.isValid() ? QVariant(value) : QVariant(QString::fromUtf8(text)));
    };
    const QDateTime august(QDate(2026, 8, 1), QTime(10, 0, 0, 123), QTimeZone::UTC);
    stamp("timestamp(0)", timestamp(TimeUnit::SECOND), "timestamp(0)", "0", "1970-01-01 00:00:00",
          QDateTime::fromMSecsSinceEpoch(0, QTimeZone::UTC));
    stamp("timestamp(3)", timestamp(TimeUnit::MILLI), "timestamp(3)", "1785578400123", "2026-08-01 10:00:00.123", august);
    stamp("timestamp(3) before the epoch", timestamp(TimeUnit::MILLI), "timestamp(3)", "-1", "1969-12-31 23:59:59.999",
          QDateTime::fromMSecsSinceEpoch(-1, QTimeZone::UTC));
    stamp("timestamp(4) in microseconds", timestamp(TimeUnit::MICRO), "timestamp(4)", "1785578400123400",
          "2026-08-01 10:00:00.1234", {});
    stamp("timestamp(6)", timestamp(TimeUnit::MICRO), "timestamp(6)", "1785578400000000", "2026-08-01 10:00:00.000000", {});
    stamp("timestamp(9)'s highest", timestamp(TimeUnit::NANO), "timestamp(9)", "9223372036854775807",
          "2262-04-11 23:47:16.854775807", {});
    stamp("timestamp(9)'s lowest", timestamp(TimeUnit::NANO), "timestamp(9)", "-9223372036854775808",
          "1677-09-21 00:12:43.145224192", {});
    stamp("timestamp(12) that was cut to nanoseconds shows its type's digits", timestamp(TimeUnit::NANO),
          "timestamp(12)", "1", "1970-01-01 00:00:00.000000001000", {});
    stamp("a year beyond 9999", timestamp(TimeUnit::MICRO), "timestamp(6)", "317355580800000000",
          "+12026-08-07 00:00:00.000000", {});
    stamp("a bare lower-case timestamp has its unit's digits", timestamp(TimeUnit::MILLI), "timestamp", "1785578400120",
          "2026-08-01 10:00:00.120", QDateTime::fromMSecsSinceEpoch(1785578400120, QTimeZone::UTC));
    stamp("DuckDB's timestamp has the digits it needs", timestamp(TimeUnit::MICRO), "TIMESTAMP", "1785578400123000",
          "2026-08-01 10:00:00.123", {});
    stamp("DuckDB's timestamp of nanoseconds", timestamp(TimeUnit::NANO), "TIMESTAMP_NS", "1785578400000000001",
          "2026-08-01 10:00:00.000000001", {});
    stamp("DuckDB's timestamp without an end", timestamp(TimeUnit::MICRO), "TIMESTAMP", "9223372036854775807",
          "infinity", {});
    stamp("DuckDB's instant in summer", timestamp(TimeUnit::MICRO, "Europe/Berlin"), "TIMESTAMP WITH TIME ZONE",
          "1785578400123000", "2026-08-01 12:00:00.123+02", {});
    stamp("DuckDB's instant in winter", timestamp(TimeUnit::MICRO, "Europe/Berlin"), "TIMESTAMP WITH TIME ZONE", "0",
          "1970-01-01 01:00:00+01", {});
    stamp("DuckDB's instant where the offset has minutes", timestamp(TimeUnit::MICRO, "Asia/Kolkata"),
          "TIMESTAMP WITH TIME ZONE", "0", "1970-01-01 05:30:00+05:30", {});
    stamp("an instant of Arrow in milliseconds", timestamp(TimeUnit::MILLI, "UTC"), "", "1785578400123",
          "2026-08-01 10:00:00.123+00", august);

    quoted("interval day to second", duration(TimeUnit::MILLI), "interval day to second", "93784005", "1 02:03:04.005");
    quoted("interval day to second's lowest", duration(TimeUnit::MILLI), "INTERVAL DAY TO SECOND",
           "-9223372036854775808", "-106751991167 07:12:55.808");
    quoted("interval year to month", month_interval(), "interval year to month", "14", "1-2");
    quoted("a negative interval year to month", month_interval(), "interval year to month", "-14", "-1-2");
    quoted("DuckDB's interval", month_day_nano_interval(), "INTERVAL", "[14, 3, 14706500000000]",
           "1 year 2 months 3 days 04:05:06.5");
    quoted("DuckDB's negative interval", month_day_nano_interval(), "INTERVAL", "[-13, -1, -1000000000]",
           "-1 year -1 month -1 day -00:00:01");
    quoted("DuckDB's interval of nothing", month_day_nano_interval(), "INTERVAL", "[0, 0, 0]", "00:00:00");

    row("a list", list(int64()), "array(bigint)", "[1, null, 3]", "[1,null,3]", "[1,null,3]",
        QVariantList { qlonglong(1), QVariant(QMetaType::fromType<qlonglong>()), qlonglong(3) });
    row("an empty list", list(int64()), "array(bigint)", "[]", "[]", "[]", QVariantList {});
    row("a large list", large_list(utf8()), "VARCHAR[]", "[\"a\\\"\"]", "[\"a\\\"\"]", "[\"a\\\"\"]",
        QVariantList { u"a\""_s });
    row("a list of fixed size", fixed_size_list(int32(), 2), "INTEGER[2]", "[1, 2]", "[1,2]", "[1,2]",
        QVariantList { 1, 2 });
    row("a list view", list_view(int32()), "", "[1, 2]", "[1,2]", "[1,2]", QVariantList { 1, 2 });
    row("nested lists take the column's spelling", list(list(float64())), "array(array(double))", "[[10000000], null]",
        "[[1.0E7],null]", "[[1.0E7],null]",
        QVariantList { QVariant(QVariantList { 1e7 }), QVariant(QMetaType::fromType<QVariantList>()) });
    row("a row", struct_({ field("x", int32()), field("y z", utf8()) }), "row(x integer, \"y z\" varchar)",
        "{\"x\": 1, \"y z\": null}", "{\"x\":1,\"y z\":null}", "{\"x\":1,\"y z\":null}",
        QVariantList { 1, QVariant(QMetaType::fromType<QString>()) });
    row("a row with a nameless field", struct_({ field("x", int32()), field("", int32()) }), "row(x integer, integer)",
        "[1, 2]", "[1,2]", "[1,2]", QVariantList { 1, 2 });
    row("a row with the same name twice", struct_({ field("x", int32()), field("x", int32()) }), "", "[1, 2]", "[1,2]",
        "[1,2]", QVariantList { 1, 2 });
    row("a map with text keys", map(utf8(), int32()), "map(varchar, integer)", "[[\"b\", 1], [\"a\", null]]",
        "[[\"b\",1],[\"a\",null]]", "[[\"b\",1],[\"a\",null]]",
        QVariantMap { { u"b"_s, 1 }, { u"a"_s, QVariant(QMetaType::fromType<int>()) } });
    row("a map with other keys", map(int32(), utf8()), "map(integer, varchar)", "[[2, \"x\"]]", "[[2,\"x\"]]",
        "[[2,\"x\"]]", QVariantList { QVariant(QVariantList { 2, u"x"_s }) });
    row("times inside are strings", list(timestamp(TimeUnit::MILLI)), "array(timestamp(3))", "[0]",
        "[\"1970-01-01 00:00:00.000\"]", "[\"1970-01-01 00:00:00.000\"]",
        QVariantList { QDateTime::fromMSecsSinceEpoch(0, QTimeZone::UTC) });

    stamp("a zoned timestamp", zonedType(TimeUnit::MILLI), "timestamp(3) with time zone",
          "{\"value\": 1785578400123, \"zone\": \"Europe/Berlin\"}", "2026-08-01 12:00:00.123 Europe/Berlin",
          august.toTimeZone(QTimeZone("Europe/Berlin")));
    stamp("a zoned timestamp in UTC", zonedType(TimeUnit::MICRO), "timestamp(6) with time zone",
          "{\"value\": 0, \"zone\": \"UTC\"}", "1970-01-01 00:00:00.000000 UTC", {});
    stamp("a zoned timestamp with an offset", zonedType(TimeUnit::SECOND), "timestamp(0) with time zone",
          "{\"value\": 0, \"zone\": \"-05:30\"}", "1969-12-31 18:30:00 -05:30",
          QDateTime::fromMSecsSinceEpoch(0, QTimeZone::fromSecondsAheadOfUtc(-19800)));
    stamp("a zoned timestamp in the far future", zonedType(TimeUnit::MICRO), "timestamp(6) with time zone",
          "{\"value\": 317355580800000000, \"zone\": \"America/New_York\"}",
          "+12026-08-06 20:00:00.000000 America/New_York", {});
}

void tst_ColumnFormatter::values()
{
    QFETCH(TypePtr, type);
    QFETCH(QByteArray, typeText);
    QFETCH(QByteArray, input);
    QFETCH(QVariant, variant);
    const auto field = fieldOf(type, typeText.toStdString());
    const BatchPtr batch = batchOf(field, fromJson(type, '[' + input.toStdString() + ", null]"));
    QVERIFY(batch->Validate().ok());
    const ColumnFormatter formatter(field);
    QTEST(textOf(formatter, batch, 0), "text");
    QTEST(jsonOf(formatter, batch, 0), "json");
    QVERIFY(!formatter.isNull(*batch, 0, 0));
    const QVariant given = formatter.variant(*batch, 0, 0);
    QCOMPARE(given.metaType(), variant.metaType());
    QCOMPARE(given, variant);
    if (given.metaType() == QMetaType::fromType<double>())
        QCOMPARE(std::signbit(given.toDouble()), std::signbit(variant.toDouble()));

    QCOMPARE(textOf(formatter, batch, 1), "NULL");
    QCOMPARE(jsonOf(formatter, batch, 1), "null");
    QVERIFY(formatter.isNull(*batch, 0, 1));
    QVERIFY(formatter.variant(*batch, 0, 1).isNull());
    QCOMPARE(formatter.variant(*batch, 0, 1).metaType(), formatter.metaType());
    if (variant.metaType() != QMetaType::fromType<QString>())
        QCOMPARE(formatter.metaType(), given.metaType());
}

void tst_ColumnFormatter::encodedValues_data()
{
    QTest::addColumn<ArrayPtr>("array");
    QTest::addColumn<QByteArrayList>("texts");

    const ArrayPtr words = fromJson(arrow::utf8(), R"(["x", "y", null])");
    QTest::newRow("a dictionary, with a null in the indices and one in the values")
        << ArrayPtr(*arrow::DictionaryArray::FromArrays(fromJson(arrow::uint8(), "[1, 0, null, 2]"), words))
        << QByteArrayList { "y", "x", "NULL", "NULL" };
    QTest::newRow("a slice of a dictionary")
        << (*arrow::DictionaryArray::FromArrays(fromJson(arrow::int64(), "[1, 0, null, 2]"), words))->Slice(1)
        << QByteArrayList { "x", "NULL", "NULL" };
    const ArrayPtr runs = *arrow::RunEndEncodedArray::Make(6, fromJson(arrow::int32(), "[2, 3, 6]"), words);
    QTest::newRow("runs") << runs << QByteArrayList { "x", "x", "y", "NULL", "NULL", "NULL" };
    QTest::newRow("a slice of runs") << runs->Slice(1, 3) << QByteArrayList { "x", "y", "NULL" };
    const ArrayPtr ids = fromJson(arrow::int8(), "[0, 1, 1, 0]");
    const ArrayPtr sparse = *arrow::SparseUnionArray::Make(
        *ids, { fromJson(arrow::int32(), "[7, 8, 9, null]"), fromJson(arrow::utf8(), R"(["a", "b", null, "d"])") });
    QTest::newRow("a sparse union") << sparse << QByteArrayList { "7", "b", "NULL", "NULL" };
    QTest::newRow("a slice of a sparse union") << sparse->Slice(1, 2) << QByteArrayList { "b", "NULL" };
    const ArrayPtr dense = *arrow::DenseUnionArray::Make(*ids, *fromJson(arrow::int32(), "[0, 0, 1, 1]"),
                                                         { fromJson(arrow::int32(), "[7, 8]"),
                                                           fromJson(arrow::utf8(), R"(["a", "b"])") });
    QTest::newRow("a dense union") << dense << QByteArrayList { "7", "a", "b", "8" };
    arrow::Decimal128Builder thousands(arrow::decimal128(5, -3));
    QVERIFY(thousands.Append(arrow::Decimal128(12)).ok() && thousands.Append(arrow::Decimal128(0)).ok());
    QTest::newRow("decimals of a negative scale") << *thousands.Finish() << QByteArrayList { "12000", "0" };
    QTest::newRow("nothing but nulls") << ArrayPtr(std::make_shared<arrow::NullArray>(2))
                                       << QByteArrayList { "NULL", "NULL" };
}

void tst_ColumnFormatter::encodedValues()
{
    QFETCH(ArrayPtr, array);
    QFETCH(QByteArrayList, texts);
    const auto field = fieldOf(array->type());
    const BatchPtr batch = batchOf(field, array);
    const ColumnFormatter formatter(field);
    QCOMPARE(batch->num_rows(), texts.size());
    for (qsizetype row = 0; row < texts.size(); ++row) {
        QCOMPARE(textOf(formatter, batch, row), texts[row]);
        QCOMPARE(formatter.isNull(*batch, 0, row), texts[row] == "NULL");
        QCOMPARE(formatter.variant(*batch, 0, row).isNull(), texts[row] == "NULL");
        QCOMPARE(formatter.text(*batch, 0, row), texts[row] == "NULL" ? QString() : QString::fromUtf8(texts[row]));
    }
}

void tst_ColumnFormatter::zonesOfValues_data()
{
    QTest::addColumn<QByteArray>("zone");
    QTest::addColumn<qint64>("second");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("before summer time") << QByteArray("Europe/Berlin") << qint64(1774745999) << QByteArray("2026-03-29 01:59:59");
    QTest::newRow("summer time") << QByteArray("Europe/Berlin") << qint64(1774746000) << QByteArray("2026-03-29 03:00:00");
    QTest::newRow("local mean time") << QByteArray("Europe/Berlin") << qint64(-3000000000) << QByteArray("1874-12-07 19:33:28");
    QTest::newRow("a link") << QByteArray("Asia/Calcutta") << qint64(0) << QByteArray("1970-01-01 05:30:00");
    QTest::newRow("an offset") << QByteArray("+14:00") << qint64(0) << QByteArray("1970-01-01 14:00:00");
    QTest::newRow("a zone that nobody knows is said in UTC") << QByteArray("Atlantis/Poseidonis") << qint64(0) << QByteArray("1970-01-01 00:00:00");
}

void tst_ColumnFormatter::zonesOfValues()
{
    QFETCH(QByteArray, zone);
    QFETCH(qint64, second);
    QFETCH(QByteArray, text);
    const auto field = fieldOf(zonedType(arrow::TimeUnit::SECOND), "timestamp(0) with time zone");
    const std::string json = "[{\"value\": " + std::to_string(second) + ", \"zone\": \"" + zone.toStdString() + "\"}]";
    const BatchPtr batch = batchOf(field, fromJson(field->type(), json));
    const ColumnFormatter formatter(field);
    const QByteArray shownZone = zone.startsWith("Atlantis") ? QByteArray("UTC") : zone;
    for (int again = 0; again < 2; ++again) // from the rules, then from what was remembered
        QCOMPARE(textOf(formatter, batch, 0), text + ' ' + shownZone);
}

void tst_ColumnFormatter::everyRealReadsBack()
{
    QRandomGenerator random(20260801);
    arrow::DoubleBuilder builder;
    for (int i = 0; i < 20'000; ++i) {
        const quint64 bits = random.generate64();
        double value;
        memcpy(&value, &bits, sizeof value);
        QVERIFY(builder.Append(i % 2 ? value : random.bounded(1e6)).ok());
    }
    const ArrayPtr array = *builder.Finish();
    for (const char *typeText : { "double", "DOUBLE" }) {
        const auto field = fieldOf(arrow::float64(), typeText);
        const BatchPtr batch = batchOf(field, array);
        const ColumnFormatter formatter(field);
        for (qint64 row = 0; row < array->length(); ++row) {
            const double value = static_cast<const arrow::DoubleArray &>(*array).Value(row);
            const QByteArray text = textOf(formatter, batch, row);
            if (std::isnan(value)) {
                QCOMPARE(text, "NaN");
                continue;
            }
            double back = 0;
            QCOMPARE(std::from_chars(text.begin(), text.end(), back).ptr, text.end());
            QCOMPARE(memcmp(&back, &value, sizeof back), 0);
        }
    }
}

void tst_ColumnFormatter::rawTextStandsForNulls()
{
    const auto schemaField = fieldOf(arrow::timestamp(arrow::TimeUnit::NANO), "timestamp(9)");
    const auto batchField = schemaField->WithMetadata(arrow::key_value_metadata(
        { kTypeKey, kRawKey }, { "timestamp(9)", R"({"1": "0001-01-01 00:00:00.000000001", "3": "a \"b\""})" }));
    const BatchPtr batch = batchOf(batchField, fromJson(schemaField->type(), "[0, null, null, null]"));
    const ColumnFormatter formatter(schemaField);
    QCOMPARE(textOf(formatter, batch, 1), "0001-01-01 00:00:00.000000001");
    QCOMPARE(formatter.variant(*batch, 0, 1), QVariant(u"0001-01-01 00:00:00.000000001"_s));
    QCOMPARE(formatter.text(*batch, 0, 1, 4), u"0001…"_s);
    QVERIFY(!formatter.isNull(*batch, 0, 1));
    QCOMPARE(textOf(formatter, batch, 2), "NULL");
    QVERIFY(formatter.isNull(*batch, 0, 2));
    QCOMPARE(jsonOf(formatter, batch, 3), R"("a \"b\"")");

    // Another batch of the same schema has other raw texts.
    const auto otherField = schemaField->WithMetadata(
        arrow::key_value_metadata({ kTypeKey, kRawKey }, { "timestamp(9)", R"({"0": "other"})" }));
    const BatchPtr other = batchOf(otherField, fromJson(schemaField->type(), "[null, null]"));
    QCOMPARE(textOf(formatter, other, 0), "other");
    QCOMPARE(textOf(formatter, other, 1), "NULL");
    QCOMPARE(textOf(formatter, batch, 1), "0001-01-01 00:00:00.000000001");

    const auto damagedField = schemaField->WithMetadata(
        arrow::key_value_metadata({ kTypeKey, kRawKey }, { "timestamp(9)", "{\"0\": " }));
    QCOMPARE(textOf(formatter, batchOf(damagedField, fromJson(schemaField->type(), "[null]")), 0), "NULL");
}

void tst_ColumnFormatter::longTextIsCut_data()
{
    QTest::addColumn<QString>("value");
    QTest::addColumn<int>("maxChars");
    QTest::addColumn<QString>("cut");
    QTest::newRow("short enough") << u"abc"_s << 3 << u"abc"_s;
    QTest::newRow("one too many") << u"abcd"_s << 3 << u"abc…"_s;
    QTest::newRow("no limit") << u"abcd"_s << -1 << u"abcd"_s;
    QTest::newRow("a pair is not torn apart") << u"ab😀d"_s << 3 << u"ab…"_s;
    QTest::newRow("three bytes each") << QString(1000, u'日') << 5 << u"日日日日日…"_s;
    QTest::newRow("four bytes each") << u"😀"_s.repeated(1000) << 4 << u"😀😀…"_s;
}

void tst_ColumnFormatter::longTextIsCut()
{
    QFETCH(QString, value);
    QFETCH(int, maxChars);
    arrow::StringBuilder builder;
    QVERIFY(builder.Append(value.toStdString()).ok());
    const auto field = fieldOf(arrow::utf8(), "varchar");
    const ColumnFormatter formatter(field);
    QTEST(formatter.text(*batchOf(field, *builder.Finish()), 0, 0, maxChars), "cut");
}

void tst_ColumnFormatter::slicesStartAtTheirOffset()
{
    const auto check = [](const TypePtr &type, const char *json, const QByteArrayList &texts) {
        const auto field = fieldOf(type);
        const BatchPtr whole = batchOf(field, fromJson(type, json));
        const ColumnFormatter formatter(field);
        for (qint64 first = 0; first < texts.size(); ++first) {
            const BatchPtr slice = whole->Slice(first);
            for (qint64 row = 0; row < slice->num_rows(); ++row)
                QCOMPARE(textOf(formatter, slice, row), texts[first + row]);
        }
    };
    check(arrow::boolean(), "[true, false, null, true]", { "true", "false", "NULL", "true" });
    check(arrow::decimal128(5, 1), R"(["1.0", "2.0", null])", { "1.0", "2.0", "NULL" });
    check(arrow::utf8(), R"(["a", null, "c"])", { "a", "NULL", "c" });
    check(arrow::utf8_view(), R"(["a", null, "a long one, out of line"])", { "a", "NULL", "a long one, out of line" });
    check(arrow::fixed_size_binary(2), R"(["aa", null, "bb"])", { "6161", "NULL", "6262" });
    check(arrow::list(arrow::int8()), "[[1], null, [2, 3]]", { "[1]", "NULL", "[2,3]" });
    check(arrow::fixed_size_list(arrow::int8(), 2), "[[1, 2], null, [3, 4]]", { "[1,2]", "NULL", "[3,4]" });
    check(arrow::struct_({ arrow::field("a", arrow::int8()), arrow::field("b", arrow::list(arrow::int8())) }),
          R"([{"a": 1, "b": [1]}, null, {"a": 3, "b": null}])", { R"({"a":1,"b":[1]})", "NULL", R"({"a":3,"b":null})" });
    check(arrow::map(arrow::utf8(), arrow::int8()), R"([[["k", 1]], null, [["l", null]]])",
          { R"([["k",1]])", "NULL", R"([["l",null]])" });
}

void tst_ColumnFormatter::columnFacts()
{
    const ColumnFormatter decimal(fieldOf(arrow::decimal128(12, 2), "decimal(12, 2)"));
    QCOMPARE(decimal.precision(), 12);
    QCOMPARE(decimal.scale(), 2);
    QVERIFY(decimal.isNumeric());
    QCOMPARE(decimal.alignment(), ColumnFormatter::Alignment::Right);
    QCOMPARE(decimal.typeText(), u"decimal(12, 2)"_s);
    QVERIFY(!decimal.isNested());

    const ColumnFormatter text(fieldOf(arrow::utf8()));
    QCOMPARE(text.alignment(), ColumnFormatter::Alignment::Left);
    QCOMPARE(text.precision(), -1);
    QCOMPARE(text.typeText(), u"string"_s);

    const ColumnFormatter row(fieldOf(arrow::struct_({ arrow::field("a", arrow::int8()) })));
    QVERIFY(row.isNested());
    QVERIFY(!row.isNumeric());
    QCOMPARE(row.metaType(), QMetaType::fromType<QVariantList>());
    const ColumnFormatter number(fieldOf(arrow::utf8(), "number"));
    QVERIFY(number.isNumeric());
    QCOMPARE(number.metaType(), QMetaType::fromType<QString>());
    const ColumnFormatter words(fieldOf(arrow::dictionary(arrow::int8(), arrow::utf8()), "ENUM('a')"));
    QCOMPARE(words.metaType(), QMetaType::fromType<QString>());
}

QTEST_GUILESS_MAIN(tst_ColumnFormatter)
#include "tst_columnformatter.moc"
