// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <arrow/util/key_value_metadata.h>

#include <QRandomGenerator>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace Grebe;
using namespace Qt::StringLiterals;

__extension__ typedef __int128 Int128;
using Test = Filter::Test;
using StorePtr = std::shared_ptr<ResultStore>;

// A value as the reference sees it; what is not used stays empty.
struct Plain
{
    bool isNull = false;
    Int128 number = 0;
    double real = 0;
    std::string text;
};
using Column = std::vector<Plain>;
enum class Look { Number, Real, Text };

struct Kind
{
    std::shared_ptr<arrow::DataType> type;
    Look look = Look::Number;
    Int128 span = 100; // numbers are in [-span, span]
    bool isUnsigned = false;
    int scale = 0;
};
Q_DECLARE_METATYPE(Kind)

class tst_RowOrder : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void sortsLikeTheReference_data();
    void sortsLikeTheReference();
    void sortsBySeveralKeys();
    void sortsManyRows_data();
    void sortsManyRows();
    void filtersLikeTheReference_data();
    void filtersLikeTheReference();
    void literals_data();
    void literals();
    void texts_data();
    void texts();
    void wrongLiterals_data();
    void wrongLiterals();
    void filteredRowsAreSorted();
    void rawValuesHaveTheirPlace();
    void wholeResult();
    void emptyResult();
    void positions();
    void cancelledHasNoResult();

private:
    QTemporaryDir m_folder;
    QRandomGenerator m_random { 20240531 };
};

static std::string numberText(Int128 value)
{
    std::string digits;
    const bool isNegative = value < 0;
    do {
        digits.insert(digits.begin(), char('0' + std::abs(int(value % 10))));
        value /= 10;
    } while (value != 0);
    return isNegative ? '-' + digits : digits;
}

static Column randomColumn(const Kind &kind, qint64 count, QRandomGenerator &random)
{
    Column column;
    column.reserve(size_t(count));
    static const double reals[] = { 0.0, -0.0, 1.5, -1.5, INFINITY, -INFINITY, NAN, 1e-300, -3e300, 0.1 };
    static const std::string words[] = { "", "a", "ab", std::string("a\0", 2), std::string("a\0b", 3), "ä", "zebra", "the same beginning, then one", "the same beginning, then two",
                                         "the same beginning, then two and more", "Z" };
    for (qint64 i = 0; i < count; ++i) {
        Plain value;
        value.isNull = random.bounded(10) == 0;
        switch (kind.look) {
        case Look::Number: {
            const Int128 any = (Int128(random.generate64()) << 63) ^ Int128(random.generate64());
            const Int128 range = kind.isUnsigned ? kind.span + 1 : 2 * kind.span + 1;
            value.number = ((any < 0 ? -(any + 1) : any) % range) - (kind.isUnsigned ? 0 : kind.span);
            break;
        }
        case Look::Real:
            value.real = random.bounded(3) == 0 ? reals[random.bounded(10)] : random.generateDouble() * 20 - 10;
            if (kind.type->id() == arrow::Type::FLOAT)
                value.real = float(value.real);
            break;
        case Look::Text:
            value.text = words[random.bounded(11)];
            if (random.bounded(3) == 0)
                value.text += numberText(random.bounded(1000));
            break;
        }
        column.push_back(value);
    }
    return column;
}

template<typename Builder>
static std::shared_ptr<arrow::Array> built(const Column &column, const Kind &kind, const auto &convert)
{
    auto builder = arrow::MakeBuilder(kind.type).ValueOrDie();
    for (const Plain &value : column)
        (void)(value.isNull ? builder->AppendNull() : static_cast<Builder &>(*builder).Append(convert(value)));
    return *builder->Finish();
}

static std::shared_ptr<arrow::Array> arrayOf(const Column &column, const Kind &kind)
{
    const auto number = [](const Plain &value) { return qint64(value.number); };
    const auto real = [](const Plain &value) { return value.real; };
    const auto text = [](const Plain &value) { return std::string_view(value.text); };
    switch (kind.type->id()) {
    case arrow::Type::BOOL: return built<arrow::BooleanBuilder>(column, kind, [](const Plain &value) { return value.number != 0; });
    case arrow::Type::INT8: return built<arrow::Int8Builder>(column, kind, number);
    case arrow::Type::INT16: return built<arrow::Int16Builder>(column, kind, number);
    case arrow::Type::INT32: return built<arrow::Int32Builder>(column, kind, number);
    case arrow::Type::INT64: return built<arrow::Int64Builder>(column, kind, number);
    case arrow::Type::UINT64: return built<arrow::UInt64Builder>(column, kind, [](const Plain &value) { return quint64(value.number); });
    case arrow::Type::DATE32: return built<arrow::Date32Builder>(column, kind, number);
    case arrow::Type::TIME64: return built<arrow::Time64Builder>(column, kind, number);
    case arrow::Type::TIMESTAMP: return built<arrow::TimestampBuilder>(column, kind, number);
    case arrow::Type::DURATION: return built<arrow::DurationBuilder>(column, kind, number);
    case arrow::Type::FLOAT: return built<arrow::FloatBuilder>(column, kind, real);
    case arrow::Type::DOUBLE: return built<arrow::DoubleBuilder>(column, kind, real);
    case arrow::Type::DECIMAL64:
        return built<arrow::Decimal64Builder>(column, kind, [](const Plain &value) { return arrow::Decimal64(int64_t(value.number)); });
    case arrow::Type::DECIMAL128:
        return built<arrow::Decimal128Builder>(column, kind, [](const Plain &value) {
            return arrow::Decimal128(int64_t(value.number >> 64), uint64_t(value.number));
        });
    case arrow::Type::DECIMAL256:
        return built<arrow::Decimal256Builder>(column, kind, [](const Plain &value) {
            return arrow::Decimal256(arrow::Decimal128(int64_t(value.number >> 64), uint64_t(value.number)));
        });
    case arrow::Type::STRING: return built<arrow::StringBuilder>(column, kind, text);
    case arrow::Type::LARGE_STRING: return built<arrow::LargeStringBuilder>(column, kind, text);
    case arrow::Type::STRING_VIEW: return built<arrow::StringViewBuilder>(column, kind, text);
    case arrow::Type::BINARY: return built<arrow::BinaryBuilder>(column, kind, text);
    case arrow::Type::DICTIONARY: return built<arrow::StringDictionaryBuilder>(column, kind, text);
    case arrow::Type::LIST: {
        // Nested values go by their text.
        std::string json = "[";
        for (const Plain &value : column)
            json += (json.size() > 1 ? "," : "") + (value.isNull ? std::string("null") : value.text);
        return *arrow::json::ArrayFromJSONString(kind.type, json + "]");
    }
    default: qFatal("no builder");
    }
}

static StorePtr storeOf(const std::vector<std::shared_ptr<arrow::Array>> &columns, qint64 batchSize)
{
    auto store = std::make_shared<ResultStore>();
    arrow::FieldVector fields;
    for (size_t i = 0; i < columns.size(); ++i)
        fields.push_back(arrow::field("c" + std::to_string(i), columns[i]->type()));
    const auto schema = arrow::schema(fields);
    store->setSchema(schema);
    const auto whole = arrow::RecordBatch::Make(schema, columns[0]->length(), columns);
    for (qint64 first = 0; first < whole->num_rows(); first += batchSize)
        store->append(whole->Slice(first, std::min(batchSize, whole->num_rows() - first)));
    return store;
}

static int compared(const Plain &a, const Plain &b, Look look)
{
    switch (look) {
    case Look::Number: return a.number < b.number ? -1 : a.number > b.number;
    case Look::Text: return a.text.compare(b.text);
    case Look::Real: break;
    }
    if (std::isnan(a.real) || std::isnan(b.real))
        return int(std::isnan(a.real)) - int(std::isnan(b.real));
    return a.real < b.real ? -1 : a.real > b.real;
}

static int compared(const Plain &a, const Plain &b, Look look, const SortKey &key)
{
    if (a.isNull || b.isNull)
        return key.nullsFirst ? int(b.isNull) - int(a.isNull) : int(a.isNull) - int(b.isNull);
    return key.isDescending ? compared(b, a, look) : compared(a, b, look);
}

static QList<qint64> rowsOf(const QFuture<Result<RowOrderPtr>> &future)
{
    const auto order = future.result();
    if (!order)
        qFatal("%s", qPrintable(order.error().message));
    QList<qint64> rows;
    for (qint64 i = 0; i < (*order)->size(); ++i)
        rows.append((*order)->rowAt(i));
    return rows;
}

void tst_RowOrder::initTestCase()
{
    ResultStore::setSpillFolder(m_folder.filePath(u"results"_s));
}

void tst_RowOrder::cleanup()
{
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
}

static void addKinds()
{
    QTest::addColumn<Kind>("kind");
    using namespace arrow;
    const Int128 all = (Int128(1) << 63) - 1;
    QTest::newRow("boolean") << Kind { boolean(), Look::Number, 1, true };
    QTest::newRow("tinyint") << Kind { int8() };
    QTest::newRow("smallint") << Kind { int16(), Look::Number, 32767 };
    QTest::newRow("integer") << Kind { int32(), Look::Number, 2147483647 };
    QTest::newRow("bigint of all sizes") << Kind { int64(), Look::Number, all };
    QTest::newRow("bigint in a narrow range") << Kind { int64() };
    QTest::newRow("unsigned") << Kind { uint64(), Look::Number, 2 * all + 1, true };
    QTest::newRow("real") << Kind { float32(), Look::Real };
    QTest::newRow("double") << Kind { float64(), Look::Real };
    QTest::newRow("decimal of 16 bytes") << Kind { decimal128(38, 2), Look::Number, all * all, false, 2 };
    QTest::newRow("decimal of 16 bytes with small values") << Kind { decimal128(38, 2), Look::Number, 300, false, 2 };
    QTest::newRow("decimal of 8 bytes") << Kind { decimal64(18, 3), Look::Number, 999999999999999999, false, 3 };
    QTest::newRow("date") << Kind { date32(), Look::Number, 100000 };
    QTest::newRow("time") << Kind { time64(TimeUnit::MICRO), Look::Number, 86399999999, true };
    QTest::newRow("timestamp") << Kind { timestamp(TimeUnit::NANO), Look::Number, all };
    QTest::newRow("duration") << Kind { duration(TimeUnit::MILLI), Look::Number, 1000000 };
    QTest::newRow("text") << Kind { utf8(), Look::Text };
    QTest::newRow("long text") << Kind { large_utf8(), Look::Text };
    QTest::newRow("text view") << Kind { utf8_view(), Look::Text };
    QTest::newRow("bytes") << Kind { binary(), Look::Text };
    QTest::newRow("dictionary") << Kind { dictionary(int32(), utf8()), Look::Text };
}

void tst_RowOrder::sortsLikeTheReference_data()
{
    addKinds();
    QTest::newRow("decimal of 32 bytes") << Kind { arrow::decimal256(60, 2), Look::Number, (Int128(1) << 100), false, 2 };
    QTest::newRow("list, by its text") << Kind { arrow::list(arrow::int32()), Look::Text };
}

void tst_RowOrder::sortsLikeTheReference()
{
    QFETCH(Kind, kind);
    for (const qint64 count : { 1, 40, 3000 }) {
        Column column = randomColumn(kind, count, m_random);
        if (kind.type->id() == arrow::Type::LIST) {
            for (Plain &value : column)
                value.text = "[" + numberText(m_random.bounded(30)) + "]";
        }
        ResultStore::setMemoryBudget(count == 3000 ? 0 : ResultStore::kDefaultMemoryBudget);
        const StorePtr store = storeOf({ arrayOf(column, kind) }, 137);
        ResultStore::waitForSpill();
        if (count == 3000)
            QVERIFY(store->spilledByteCount() > 0);
        for (const bool isDescending : { false, true }) {
            for (const bool nullsFirst : { false, true }) {
                const SortKey key { 0, isDescending, nullsFirst };
                QList<qint64> expected(count);
                std::iota(expected.begin(), expected.end(), 0);
                std::stable_sort(expected.begin(), expected.end(),
                                 [&](qint64 a, qint64 b) { return compared(column[size_t(a)], column[size_t(b)], kind.look, key) < 0; });
                QCOMPARE(rowsOf(orderRows(store, {}, { key })), expected);
                for (const qint64 first : { 1, 45, 350, 2990, 5000 })
                    QCOMPARE(rowsOf(firstRows(store, {}, { key }, first)), expected.first(std::min(first, count)));
            }
        }
    }
}

void tst_RowOrder::sortsBySeveralKeys()
{
    const Kind kinds[] = { { arrow::int8(), Look::Number, 2 }, { arrow::utf8(), Look::Text }, { arrow::float64(), Look::Real }, { arrow::decimal128(20, 1), Look::Number, 3 } };
    std::vector<Column> columns;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const Kind &kind : kinds) {
        columns.push_back(randomColumn(kind, 5000, m_random));
        arrays.push_back(arrayOf(columns.back(), kind));
    }
    const StorePtr store = storeOf(arrays, 700);
    const QList<SortKey> keys { { 0, true, true }, { 3, false, false }, { 1, true, false }, { 2, false, true } };
    QList<qint64> expected(5000);
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(), [&](qint64 a, qint64 b) {
        for (const SortKey &key : keys) {
            const auto &column = columns[size_t(key.column)];
            if (const int order = compared(column[size_t(a)], column[size_t(b)], kinds[key.column].look, key))
                return order < 0;
        }
        return false;
    });
    QCOMPARE(rowsOf(orderRows(store, {}, keys)), expected);
    QCOMPARE(rowsOf(firstRows(store, {}, keys, 60)), expected.first(60));
}

void tst_RowOrder::sortsManyRows_data()
{
    QTest::addColumn<Kind>("kind");
    const Int128 all = (Int128(1) << 63) - 1;
    QTest::newRow("several threads and all bits") << Kind { arrow::int64(), Look::Number, all };
    QTest::newRow("many equal values") << Kind { arrow::int64(), Look::Number, 1000 };
    QTest::newRow("texts equal for long") << Kind { arrow::utf8(), Look::Text };
    QTest::newRow("wide decimals") << Kind { arrow::decimal128(38, 0), Look::Number, all * 4 };
}

void tst_RowOrder::sortsManyRows()
{
    QFETCH(Kind, kind);
    const qint64 count = 300'000;
    const Column column = randomColumn(kind, count, m_random);
    const StorePtr store = storeOf({ arrayOf(column, kind) }, 65'000);
    const SortKey key { 0, true, false };
    QList<qint64> expected(count);
    std::iota(expected.begin(), expected.end(), 0);
    std::stable_sort(expected.begin(), expected.end(),
                     [&](qint64 a, qint64 b) { return compared(column[size_t(a)], column[size_t(b)], kind.look, key) < 0; });
    QVERIFY(rowsOf(orderRows(store, {}, { key })) == expected);
    QCOMPARE(rowsOf(firstRows(store, {}, { key }, 100)), expected.first(100));
}

void tst_RowOrder::filtersLikeTheReference_data()
{
    addKinds();
}

static bool meets(const Plain &value, Test test, const Plain &bound, const Plain &upper, Look look)
{
    if (value.isNull)
        return false;
    const int order = compared(value, bound, look);
    switch (test) {
    case Test::Equals: return order == 0;
    case Test::Differs: return order != 0;
    case Test::Less: return order < 0;
    case Test::LessOrEqual: return order <= 0;
    case Test::Greater: return order > 0;
    case Test::GreaterOrEqual: return order >= 0;
    default: return order >= 0 && compared(value, upper, look) <= 0;
    }
}

void tst_RowOrder::filtersLikeTheReference()
{
    QFETCH(Kind, kind);
    const Column column = randomColumn(kind, 1000, m_random);
    const StorePtr store = storeOf({ arrayOf(column, kind) }, 333);
    ColumnFormatter formatter(arrow::field("c", kind.type));
    const auto literal = [&](qint64 row) {
        const ResultStore::Place place = store->place(row);
        return kind.type->id() == arrow::Type::BINARY ? QString::fromLatin1(QByteArray::fromStdString(column[size_t(row)].text).toHex())
                                                      : formatter.text(*place.batch, 0, place.row);
    };
    for (int i = 0; i < 40; ++i) {
        qint64 bound, upper;
        do {
            bound = m_random.bounded(1000);
            upper = m_random.bounded(1000);
        } while (column[size_t(bound)].isNull || column[size_t(upper)].isNull);
        for (const Test test : { Test::Equals, Test::Differs, Test::Less, Test::LessOrEqual, Test::Greater, Test::GreaterOrEqual, Test::Between }) {
            QList<qint64> expected;
            for (qint64 row = 0; row < 1000; ++row) {
                if (meets(column[size_t(row)], test, column[size_t(bound)], column[size_t(upper)], kind.look))
                    expected.append(row);
            }
            QCOMPARE(rowsOf(orderRows(store, { { 0, test, literal(bound), literal(upper) } }, {})), expected);
        }
    }
    QList<qint64> nulls;
    for (qint64 row = 0; row < 1000; ++row) {
        if (column[size_t(row)].isNull)
            nulls.append(row);
    }
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::IsNull, {} } }, {})), nulls);
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::IsNotNull, {} } }, {})).size(), 1000 - nulls.size());
}

void tst_RowOrder::literals_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<int>("test");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QList<qint64>>("rows");
    using namespace arrow;
    const auto row = [](const char *name, const std::shared_ptr<DataType> &type, const char *json, Test test, const char *value,
                        QList<qint64> rows) { QTest::newRow(name) << type << QByteArray(json) << int(test) << QString::fromUtf8(value) << rows; };
    using enum Filter::Test;
    row("a bigint that a double rounds", int64(), "[9007199254740992, 9007199254740993]", Equals, "9007199254740993", { 1 });
    row("a fraction is between two integers", int64(), "[2, 3, 4]", Greater, "2.5", { 1, 2 });
    row("and equals none", int64(), "[2, 3]", Equals, "2.5", {});
    row("and differs from all", int64(), "[2, 3]", Differs, "2.5", { 0, 1 });
    row("below a negative fraction", int64(), "[-3, -2, -1]", Less, "-2.5", { 0 });
    row("at least a negative fraction", int64(), "[-3, -2, -1]", GreaterOrEqual, "-2.5", { 1, 2 });
    row("a literal beyond the type is above all", int8(), "[-128, 127]", Less, "1e30", { 0, 1 });
    row("and one below it under all", int8(), "[-128, 127]", Greater, "-1e40", { 0, 1 });
    row("and equals none of them", int8(), "[-128, 127]", Equals, "383", {});
    row("the highest unsigned", uint64(), "[0, 18446744073709551615]", GreaterOrEqual, "18446744073709551615", { 1 });
    row("an unsigned is never below 0", uint64(), "[0, 1]", Less, "-0.5", {});
    row("an exponent", int32(), "[1500, 1501]", Equals, "1.5e3", { 0 });
    row("every digit of a decimal counts", decimal128(38, 20), R"(["0.12345678901234567890", "0.12345678901234567891"])", Equals, "0.12345678901234567891", { 1 });
    row("more digits than the decimal has", decimal128(10, 2), R"(["1.23", "1.24"])", Greater, "1.239999", { 1 });
    row("a float is compared as a float", float32(), "[0.1, 0.2]", Equals, "0.1", { 0 });
    row("minus zero equals zero", float64(), "[-0.0, 1]", Equals, "0", { 0 });
    row("NaN is found", float64(), "[NaN, 1]", Equals, "NaN", { 0 });
    row("infinity", float64(), "[Inf, 1e308]", GreaterOrEqual, "Infinity", { 0 });
    row("a number too large for a double is infinite", float64(), "[1e308]", Less, "1e400", { 0 });
    row("a date", date32(), "[19000, 19001]", Equals, "2022-01-08", { 0 });
    row("a noon is between two dates", date32(), "[19000, 19001]", Greater, "2022-01-08 12:00", { 1 });
    row("a time", time32(TimeUnit::SECOND), "[3599, 3600]", GreaterOrEqual, "01:00", { 1 });
    row("a date is its midnight", timestamp(TimeUnit::MICRO), "[1641600000000000, 1641599999999999]", GreaterOrEqual, "2022-01-08", { 0 });
    row("a fraction finer than the type", timestamp(TimeUnit::MILLI), "[1641600000000, 1641600000001]", Greater, "2022-01-08 00:00:00.000999999", { 1 });
    row("in the column's zone", timestamp(TimeUnit::SECOND, "Europe/Berlin"), "[1641596400]", Equals, "2022-01-08 00:00:00", { 0 });
    row("in a zone of its own", timestamp(TimeUnit::SECOND, "Europe/Berlin"), "[1641596400]", Equals, "2022-01-07 18:00:00 America/New_York", { 0 });
    row("with an offset", timestamp(TimeUnit::SECOND, "UTC"), "[1641596400]", Equals, "2022-01-08T00:00:00+01:00", { 0 });
    row("a boolean", boolean(), "[true, false, null]", Equals, "false", { 1 });
    row("bytes in hexadecimal", binary(), R"(["ab", "cd"])", Equals, "6364", { 1 });
    row("text is not trimmed", utf8(), R"(["a", " a"])", Equals, " a", { 1 });
    row("nothing typed is the empty text", utf8(), R"(["", null, "a"])", Equals, "", { 0 });
}

void tst_RowOrder::literals()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(QByteArray, json);
    QFETCH(int, test);
    QFETCH(QString, value);
    QFETCH(QList<qint64>, rows);
    const StorePtr store = storeOf({ *arrow::json::ArrayFromJSONString(type, json.toStdString()) }, 10);
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test(test), value } }, {})), rows);
}

void tst_RowOrder::texts_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<int>("test");
    QTest::addColumn<QString>("needle");
    QTest::addColumn<bool>("isCaseSensitive");
    for (const auto &type : { arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(), arrow::dictionary(arrow::int8(), arrow::utf8()) }) {
        const QByteArray name = QByteArray::fromStdString(type->ToString());
        QTest::newRow(name + ": contains") << type << int(Test::Contains) << u"ab"_s << true;
        QTest::newRow(name + ": contains, in any case") << type << int(Test::Contains) << u"AB"_s << false;
        QTest::newRow(name + ": one letter") << type << int(Test::Contains) << u"a"_s << true;
        QTest::newRow(name + ": nothing is in every text") << type << int(Test::Contains) << QString() << false;
        QTest::newRow(name + ": beyond ASCII") << type << int(Test::Contains) << u"ä"_s << false;
        QTest::newRow(name + ": regular expression") << type << int(Test::Regex) << u"^a+b"_s << true;
        QTest::newRow(name + ": regular expression in any case") << type << int(Test::Regex) << u"^Ä"_s << false;
    }
}

void tst_RowOrder::texts()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(int, test);
    QFETCH(QString, needle);
    QFETCH(bool, isCaseSensitive);
    static const char *const letters[] = { "a", "b", "A", "B", "ä", "c" };
    Column column(2000);
    for (Plain &value : column) {
        value.isNull = m_random.bounded(8) == 0;
        for (int length = m_random.bounded(7); length > 0; --length)
            value.text += letters[m_random.bounded(6)];
    }
    const StorePtr store = storeOf({ arrayOf(column, { type, Look::Text }) }, 611);
    const auto sensitivity = isCaseSensitive ? Qt::CaseSensitive : Qt::CaseInsensitive;
    const QRegularExpression regex(needle, isCaseSensitive ? QRegularExpression::NoPatternOption : QRegularExpression::CaseInsensitiveOption);
    QList<qint64> expected;
    for (qint64 row = 0; row < qint64(column.size()); ++row) {
        const QString text = QString::fromStdString(column[size_t(row)].text);
        const bool isMet = Test(test) == Test::Contains ? text.contains(needle, sensitivity) : regex.match(text).hasMatch();
        if (isMet && !column[size_t(row)].isNull)
            expected.append(row);
    }
    QVERIFY(!expected.isEmpty());
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test(test), needle, {}, isCaseSensitive } }, {})), expected);
}

void tst_RowOrder::wrongLiterals_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<QString>("value");
    QTest::newRow("no number") << arrow::int64() << u"twelve"_s;
    QTest::newRow("nothing") << arrow::int64() << QString();
    QTest::newRow("no decimal") << arrow::decimal128(10, 2) << u"1,5"_s;
    QTest::newRow("an endless exponent") << arrow::int64() << u"1e999999999999"_s;
    QTest::newRow("no double") << arrow::float64() << u"1.5x"_s;
    QTest::newRow("no date") << arrow::date32() << u"2022-02-30"_s;
    QTest::newRow("no time") << arrow::time32(arrow::TimeUnit::SECOND) << u"25:00:00"_s;
    QTest::newRow("no timestamp") << arrow::timestamp(arrow::TimeUnit::SECOND) << u"yesterday"_s;
    QTest::newRow("no zone") << arrow::timestamp(arrow::TimeUnit::SECOND, "UTC") << u"2022-01-01 00:00:00 Moon/Crater"_s;
    QTest::newRow("no boolean") << arrow::boolean() << u"perhaps"_s;
    QTest::newRow("no bytes") << arrow::binary() << u"6g"_s;
}

void tst_RowOrder::wrongLiterals()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(QString, value);
    const StorePtr store = storeOf({ *arrow::MakeArrayOfNull(type, 3) }, 10);
    const auto order = orderRows(store, { { 0, Test::Equals, value } }, {}).result();
    QVERIFY(!order);
    QCOMPARE(order.error().code, Error::Code::InvalidArgument);
    QVERIFY2(order.error().message.contains(value), qPrintable(order.error().message));
    const auto regex = orderRows(store, { { 0, Test::Regex, u"(("_s } }, {}).result();
    QVERIFY(!regex);
    QCOMPARE(regex.error().code, Error::Code::InvalidArgument);
}

void tst_RowOrder::filteredRowsAreSorted()
{
    const Kind numbers { arrow::int32(), Look::Number, 50 }, words { arrow::utf8(), Look::Text };
    const Column first = randomColumn(numbers, 4000, m_random), second = randomColumn(words, 4000, m_random);
    const StorePtr store = storeOf({ arrayOf(first, numbers), arrayOf(second, words) }, 999);
    QList<qint64> expected;
    for (qint64 row = 0; row < 4000; ++row) {
        const Plain &number = first[size_t(row)], &word = second[size_t(row)];
        if (!number.isNull && number.number > 10 && !word.isNull && word.text.contains('a'))
            expected.append(row);
    }
    const SortKey key { 0, true };
    std::stable_sort(expected.begin(), expected.end(),
                     [&](qint64 a, qint64 b) { return compared(first[size_t(a)], first[size_t(b)], Look::Number, key) < 0; });
    QVERIFY(expected.size() > 100);
    const QList<Filter> filters { { 0, Test::Greater, u"10"_s }, { 1, Test::Contains, u"a"_s, {}, true } };
    QCOMPARE(rowsOf(orderRows(store, filters, { key })), expected);
    QCOMPARE(rowsOf(firstRows(store, filters, { key }, 50)), expected.first(50));
    QCOMPARE(rowsOf(firstRows(store, filters, {}, 3)).size(), 3);
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::Greater, u"1000"_s } }, { key })), QList<qint64>());
}

void tst_RowOrder::rawValuesHaveTheirPlace()
{
    const auto type = arrow::timestamp(arrow::TimeUnit::NANO);
    const auto batch = [&](const std::string &json, const char *raw) {
        const auto array = *arrow::json::ArrayFromJSONString(type, json);
        const auto field = arrow::field("t", type, true, arrow::key_value_metadata({ kRawKey }, { raw }));
        return arrow::RecordBatch::Make(arrow::schema({ field }), array->length(), { array });
    };
    ResultStore::setMemoryBudget(0);
    const auto store = std::make_shared<ResultStore>();
    // Rows: 0 value, 1 the year 9999, 2 null, 3 the year 1, 4 value, 5 the year 44 before, 6 the year 12026
    store->append(batch("[5, null, null, null]", R"({"1":"9999-12-31 00:00:00.000000000","3":"0001-01-01 00:00:00.000000000"})"));
    store->append(batch("[-5, null, null]", R"({"1":"-0044-03-15 00:00:00.000000000","2":"+12026-01-01 00:00:00.000000000"})"));
    ResultStore::waitForSpill();
    QCOMPARE(rowsOf(orderRows(store, {}, { { 0 } })), (QList<qint64> { 5, 3, 4, 0, 1, 6, 2 }));
    QCOMPARE(rowsOf(orderRows(store, {}, { { 0, true, true } })), (QList<qint64> { 2, 6, 1, 0, 4, 3, 5 }));
    for (qint64 first = 1; first < 8; ++first)
        QCOMPARE(rowsOf(firstRows(store, {}, { { 0 } }, first)), (QList<qint64> { 5, 3, 4, 0, 1, 6, 2 }).first(std::min<qint64>(first, 7)));
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::IsNull, {} } }, {})), QList<qint64> { 2 });
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::Less, u"1970-01-01"_s } }, {})), (QList<qint64> { 3, 4, 5 }));
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::Contains, u"9999"_s } }, {})), (QList<qint64> { 1, 4 })); // 23:59:59.999999995
}

void tst_RowOrder::wholeResult()
{
    const StorePtr store = storeOf({ *arrow::json::ArrayFromJSONString(arrow::int32(), "[3, 1, 2]") }, 2);
    const auto order = orderRows(store, {}, {}).result();
    QVERIFY(order);
    QVERIFY((*order)->isAscending());
    QCOMPARE((*order)->size(), 3);
    const auto none = orderRows(store, {}, { { 7 } }).result();
    QVERIFY(!none);
    QCOMPARE(none.error().code, Error::Code::InvalidArgument);
}

void tst_RowOrder::emptyResult()
{
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(arrow::schema({ arrow::field("n", arrow::int64()) }));
    QCOMPARE(rowsOf(orderRows(store, { { 0, Test::Equals, u"1"_s } }, { { 0 } })), QList<qint64>());
    QCOMPARE(rowsOf(orderRows(store, {}, { { 0 } })), QList<qint64>());
}

void tst_RowOrder::positions()
{
    std::vector<quint64> bits(40);
    QList<qint64> rows;
    for (qint64 row = 0; row < 40 * 64; ++row) {
        if (row < 700 ? m_random.bounded(3) == 0 : row > 1500 && m_random.bounded(50) == 0) {
            bits[size_t(row / 64)] |= quint64(1) << (row % 64);
            rows.append(row);
        }
    }
    std::vector<quint32> shuffled(rows.begin(), rows.end());
    std::ranges::shuffle(shuffled, m_random);
    for (const RowOrderPtr &order : { RowOrder::selection(bits), RowOrder::rows(shuffled), RowOrder::range(17, rows.size()),
                                      RowOrder::rows(std::vector<quint64>(shuffled.begin(), shuffled.end())) }) {
        QCOMPARE(order->size(), rows.size());
        for (qint64 i = 0; i < order->size(); ++i) {
            QCOMPARE(order->positionOf(order->rowAt(i)), std::optional(i));
        }
        QVERIFY(!order->positionOf(-1));
        QVERIFY(!order->positionOf(1'000'000));
        for (const auto &[first, count] : { std::pair(0, 5), std::pair(100, 64), std::pair(3, 0), std::pair(0, int(rows.size())), std::pair(200, 1) }) {
            const RowOrderPtr slice = order->slice(first, count);
            QCOMPARE(slice->size(), count);
            for (qint64 i = 0; i < count; ++i)
                QCOMPARE(slice->rowAt(i), order->rowAt(first + i));
        }
    }
    const RowOrderPtr selection = RowOrder::selection(bits);
    for (qint64 i = 0; i < rows.size(); ++i)
        QCOMPARE(selection->rowAt(i), rows[i]);
}

void tst_RowOrder::cancelledHasNoResult()
{
    const Kind kind { arrow::int64(), Look::Number, (Int128(1) << 63) - 1 };
    const StorePtr store = storeOf({ arrayOf(randomColumn(kind, 300'000, m_random), kind) }, 10'000);
    auto future = orderRows(store, {}, { { 0 } });
    future.cancel();
    future.waitForFinished();
    QCOMPARE(future.resultCount(), 0);
    QVERIFY(future.isCanceled());
}

QTEST_GUILESS_MAIN(tst_RowOrder)
#include "tst_roworder.moc"
