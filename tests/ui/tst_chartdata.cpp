// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/resultorder.h"
#include "results/chartdata.h"

#include <arrow/api.h>

#include <QTest>

#include <algorithm>
#include <cmath>
#include <optional>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

struct Column
{
    std::shared_ptr<arrow::Field> field;
    std::shared_ptr<arrow::Array> values;
};

template<typename Builder, typename Value>
Column column(const char *name, const std::shared_ptr<arrow::DataType> &type, const std::vector<std::optional<Value>> &values)
{
    Builder builder(type, arrow::default_memory_pool());
    for (const std::optional<Value> &value : values)
        (void)(value ? builder.Append(*value) : builder.AppendNull());
    return { arrow::field(name, type), *builder.Finish() };
}

Column numbers(const char *name, const std::vector<std::optional<double>> &values)
{
    return column<arrow::DoubleBuilder>(name, arrow::float64(), values);
}

Column texts(const char *name, const std::vector<std::optional<std::string>> &values)
{
    return column<arrow::StringBuilder>(name, arrow::utf8(), values);
}

Column decimals(const char *name, const std::vector<std::optional<arrow::Decimal128>> &values)
{
    return column<arrow::Decimal128Builder>(name, arrow::decimal128(20, 2), values);
}

Column days(const char *name, const std::vector<std::optional<int32_t>> &values)
{
    return column<arrow::Date32Builder>(name, arrow::date32(), values);
}

CellRange cellsOf(const std::vector<Column> &columns)
{
    CellRange cells;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const Column &column : columns) {
        cells.columns += int(fields.size());
        fields.push_back(column.field);
        arrays.push_back(column.values);
    }
    const auto schema = arrow::schema(fields);
    auto store = std::make_shared<ResultStore>();
    store->setSchema(schema);
    // Two batches, so that every test goes over a seam.
    const auto whole = arrow::RecordBatch::Make(schema, arrays.front()->length(), arrays);
    const qint64 half = whole->num_rows() / 2;
    if (half > 0)
        store->append(whole->Slice(0, half));
    store->append(whole->Slice(half));
    cells.rowCount = whole->num_rows();
    cells.store = store;
    return cells;
}

ChartData made(const ChartRequest &request)
{
    const Result<ChartData> data = ChartData::make(request);
    return data ? *data : ChartData();
}

ChartRequest requestFor(const CellRange &cells, ChartKind kind, int x, const QList<int> &series)
{
    ChartRequest request { .cells = cells };
    request.kind = kind;
    request.x = x;
    request.series = series;
    return request;
}

} // namespace

class tst_ChartData : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }
    void choosesAxes_data();
    void choosesAxes();
    void readsEveryType_data();
    void readsEveryType();
    void aLineGoesUpInTimeAndHasGaps();
    void rowsWithoutAPlaceAreLeftOut();
    void theRowsThatAreShown();
    void barsOfOneRowKeepIt();
    void barsFold_data();
    void barsFold();
    void manyCategoriesLeaveTheRestToOthers();
    void barsOverTooManyTimesSayWhatToDo();
    void aHistogramCountsEveryValue();
    void aHistogramOfWholeNumbersHasABarEach();
    void aHistogramOfTimes();
    void extremesSurvive();
    void lookingAtAPartShowsItsRows();
    void aScatterKeepsItsOutermost();
    void saysWhyThereIsNothing_data();
    void saysWhyThereIsNothing();
    void countsWhatALogScaleRefuses();
    void stopsWhenTold();
};

void tst_ChartData::choosesAxes_data()
{
    QTest::addColumn<QList<int>>("selected");
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("x");
    QTest::addColumn<QList<int>>("series");
    // Columns: 0 text, 1 number, 2 date, 3 number, 4 text
    QTest::newRow("time before text and number") << QList<int> { 0, 1, 2, 3 } << int(ChartKind::Line) << 2 << QList<int> { 1, 3 };
    QTest::newRow("text before number") << QList<int> { 1, 0, 4 } << int(ChartKind::Bar) << 0 << QList<int> { 1 };
    QTest::newRow("two numbers are a scatter") << QList<int> { 3, 1 } << int(ChartKind::Scatter) << 3 << QList<int> { 1 };
    QTest::newRow("one number is a histogram") << QList<int> { 3 } << int(ChartKind::Histogram) << -1 << QList<int> { 3 };
    QTest::newRow("a time alone is counted") << QList<int> { 0, 2 } << int(ChartKind::Histogram) << -1 << QList<int> { 2 };
    QTest::newRow("texts alone are nothing") << QList<int> { 0, 4 } << int(ChartKind::Histogram) << -1 << QList<int>();
}

void tst_ChartData::choosesAxes()
{
    QFETCH(QList<int>, selected);
    CellRange cells = cellsOf({ texts("a", { "x" }), numbers("b", { 1.0 }), days("c", { 1 }), numbers("d", { 1.0 }), texts("e", { "y" }) });
    cells.columns = selected;
    const ChartRequest request = ChartRequest::forCells(cells);
    QTEST(int(request.kind), "kind");
    QTEST(request.x, "x");
    QTEST(request.series, "series");
}

void tst_ChartData::readsEveryType_data()
{
    QTest::addColumn<std::shared_ptr<arrow::Array>>("values");
    QTest::addColumn<int>("role");
    QTest::addColumn<double>("expected");
    const auto row = [](const char *name, const std::shared_ptr<arrow::Scalar> &scalar, ChartRole role, double expected) {
        QTest::newRow(name) << std::shared_ptr<arrow::Array>(*arrow::MakeArrayFromScalar(*scalar, 3)) << int(role) << expected;
    };
    using arrow::MakeScalar;
    row("tinyint", MakeScalar(int8_t(-128)), ChartRole::Number, -128);
    row("smallint", MakeScalar(int16_t(-32768)), ChartRole::Number, -32768);
    row("integer", MakeScalar(int32_t(-7)), ChartRole::Number, -7);
    row("bigint beyond a double's digits", MakeScalar(int64_t(9007199254740993)), ChartRole::Number, 9007199254740992.0);
    row("unsigned bigint", MakeScalar(std::numeric_limits<uint64_t>::max()), ChartRole::Number, 18446744073709551616.0);
    row("real", MakeScalar(0.5f), ChartRole::Number, 0.5);
    row("double", MakeScalar(-1e300), ChartRole::Number, -1e300);
    row("NaN has no place", MakeScalar(std::nan("")), ChartRole::Number, std::nan(""));
    row("infinity has no place", MakeScalar(HUGE_VAL), ChartRole::Number, std::nan(""));
    row("decimal", std::make_shared<arrow::Decimal128Scalar>(arrow::Decimal128(-12345), arrow::decimal128(9, 2)), ChartRole::Number, -123.45);
    row("decimal of 76 digits", std::make_shared<arrow::Decimal256Scalar>(arrow::Decimal256(5), arrow::decimal256(76, 1)), ChartRole::Number, 0.5);
    row("date", std::make_shared<arrow::Date32Scalar>(1), ChartRole::Time, 86'400'000);
    row("timestamp in microseconds", std::make_shared<arrow::TimestampScalar>(1'500, arrow::timestamp(arrow::TimeUnit::MICRO)), ChartRole::Time, 1.5);
    row("timestamp in seconds before 1970", std::make_shared<arrow::TimestampScalar>(-2, arrow::timestamp(arrow::TimeUnit::SECOND)), ChartRole::Time, -2000);
    row("time of day", std::make_shared<arrow::Time64Scalar>(3'000'000, arrow::time64(arrow::TimeUnit::MICRO)), ChartRole::TimeOfDay, 3000);
    row("boolean", MakeScalar(true), ChartRole::Category, std::nan(""));
    row("bytes", std::make_shared<arrow::BinaryScalar>("x"), ChartRole::None, std::nan(""));
    row("null", arrow::MakeNullScalar(arrow::int64()), ChartRole::Number, std::nan(""));
    QTest::newRow("a dictionary's number") << std::shared_ptr<arrow::Array>(*arrow::DictionaryArray::FromArrays(
        *arrow::MakeArrayFromScalar(*MakeScalar(int32_t(1)), 3), numbers("", { 1.0, 42.0 }).values))
                                           << int(ChartRole::Number) << 42.0;
}

void tst_ChartData::readsEveryType()
{
    QFETCH(std::shared_ptr<arrow::Array>, values);
    QFETCH(double, expected);
    const auto schema = arrow::schema({ arrow::field("v", values->type()) });
    QTEST(int(ChartColumn::roleOf(*schema->field(0))), "role");
    ChartColumn column(0, *schema->field(0));
    column.bind(arrow::RecordBatch::Make(schema, 3, { values }));
    const double value = column.value(2);
    QVERIFY2(std::isnan(expected) ? std::isnan(value) : value == expected, qPrintable(QString::number(value, 'g', 17)));
}

void tst_ChartData::aLineGoesUpInTimeAndHasGaps()
{
    const CellRange cells = cellsOf({ days("day", { 3, 1, 2, 4 }), numbers("n", { 30.0, 10.0, {}, 40.0 }) });
    const ChartData data = made(ChartRequest::forCells(cells));
    QCOMPARE(data.xRole, ChartRole::Time);
    const auto &points = data.series.at(0).points;
    QCOMPARE(points.size(), 4u);
    QCOMPARE(points[0].x, 86'400'000.0);
    QCOMPARE(points[0].y, 10.0);
    QCOMPARE(points[0].row, 1);
    QVERIFY(std::isnan(points[1].y));
    QCOMPARE(points[2].y, 30.0);
    QCOMPARE(points[3].y, 40.0);
    QCOMPARE(data.gapCount, 1);
    QCOMPARE(data.lowest, 10.0);
    QCOMPARE(data.highest, 40.0);
    QVERIFY(!data.isReduced);
    QCOMPARE(data.note(), u"1 gaps"_s);
}

void tst_ChartData::rowsWithoutAPlaceAreLeftOut()
{
    const CellRange cells = cellsOf({ days("day", { 1, {}, 3 }), numbers("n", { 1.0, 1000.0, 3.0 }) });
    const ChartData data = made(ChartRequest::forCells(cells));
    QCOMPARE(data.leftOutCount, 1);
    QCOMPARE(data.highest, 3.0);
    QVERIFY(data.note().contains(u"1 rows without a place on the x axis"_s));
}

void tst_ChartData::theRowsThatAreShown()
{
    CellRange cells = cellsOf({ numbers("n", { 1.0, 2.0, 3.0, 4.0, 5.0 }) });
    cells.rowAt = [](qint64 position) { return 4 - position; };
    cells.firstPosition = 1;
    cells.rowCount = 3;
    const ChartData data = made(requestFor(cells, ChartKind::Line, -1, { 0 }));
    const auto &points = data.series.at(0).points;
    QCOMPARE(points.size(), 3u);
    QCOMPARE(points[0].x, 2.0); // the row's number as the grid shows it
    QCOMPARE(points[0].y, 4.0);
    QCOMPARE(points[2].y, 2.0);
    QCOMPARE(points[2].row, 1);
}

void tst_ChartData::barsOfOneRowKeepIt()
{
    const CellRange cells = cellsOf({ texts("status", { "OPEN", "SHIPPED", {} }), decimals("total", { arrow::Decimal128(150), arrow::Decimal128(-25), arrow::Decimal128(1) }) });
    const ChartData data = made(ChartRequest::forCells(cells));
    QCOMPARE(data.categories, QStringList({ u"OPEN"_s, u"SHIPPED"_s, u"NULL"_s }));
    const auto &points = data.series.at(0).points;
    QCOMPARE(points[0].y, 1.5);
    QCOMPARE(points[1].y, -0.25);
    QCOMPARE(points[1].row, 1);
    QVERIFY(!data.isFolded);
    QVERIFY(data.isRounded);
    QCOMPARE(data.note(), u"drawn to 15 digits"_s);
}

void tst_ChartData::barsFold_data()
{
    QTest::addColumn<int>("fold");
    QTest::addColumn<double>("expected");
    QTest::newRow("sum") << int(ChartFold::Sum) << 7.0;
    QTest::newRow("average leaves NULL out") << int(ChartFold::Average) << 3.5;
    QTest::newRow("lowest") << int(ChartFold::Minimum) << -1.0;
    QTest::newRow("highest") << int(ChartFold::Maximum) << 8.0;
}

void tst_ChartData::barsFold()
{
    QFETCH(int, fold);
    ChartRequest request = ChartRequest::forCells(cellsOf({ texts("k", { "a", "b", "a", "a" }), numbers("n", { 8.0, 2.0, -1.0, {} }) }));
    request.fold = ChartFold(fold);
    const ChartData data = made(request);
    QCOMPARE(data.categories, QStringList({ u"a"_s, u"b"_s }));
    QTEST(data.series.at(0).points.at(0).y, "expected");
    QCOMPARE(data.series.at(0).points.at(0).rowCount, 3);
    QCOMPARE(data.series.at(0).points.at(0).row, -1);
    QVERIFY(data.isFolded);
    QCOMPARE(data.gapCount, 1);
}

void tst_ChartData::manyCategoriesLeaveTheRestToOthers()
{
    std::vector<std::optional<std::string>> names;
    std::vector<std::optional<double>> values;
    for (int i = 0; i < 100; ++i) {
        names.push_back("k" + std::to_string(i));
        values.push_back(double(i));
    }
    ChartRequest request = ChartRequest::forCells(cellsOf({ texts("k", names), numbers("n", values) }));
    request.categoryLimit = 5;
    const ChartData data = made(request);
    QCOMPARE(data.categories, QStringList({ u"k99"_s, u"k98"_s, u"k97"_s, u"k96"_s, u"96 others"_s }));
    const auto &points = data.series.at(0).points;
    QCOMPARE(points[0].y, 99.0);
    QCOMPARE(points[4].y, 95.0 * 96 / 2);
    QCOMPARE(points[4].rowCount, 96);
    QCOMPARE(data.otherCount, 96);
}

void tst_ChartData::barsOverTooManyTimesSayWhatToDo()
{
    std::vector<std::optional<int32_t>> dates;
    std::vector<std::optional<double>> values;
    for (int i = 0; i < 300; ++i) {
        dates.push_back(i);
        values.push_back(1.0);
    }
    const CellRange cells = cellsOf({ days("d", dates), numbers("n", values) });
    const ChartData data = made(requestFor(cells, ChartKind::Bar, 0, { 1 }));
    QCOMPARE(data.reason, u"More than 200 different values are too many for bars: a line shows them"_s);
    QVERIFY(data.series.empty());
}

void tst_ChartData::aHistogramCountsEveryValue()
{
    std::vector<std::optional<double>> values;
    for (int i = 0; i < 1000; ++i)
        values.push_back(i % 10 == 9 ? std::nullopt : std::optional(i / 100.0));
    const ChartData data = made(ChartRequest::forCells(cellsOf({ numbers("n", values) })));
    double sum = 0;
    for (const ChartData::Point &point : data.series.at(0).points) {
        qint64 expected = 0;
        for (const auto &value : values)
            expected += value && *value >= point.x && *value < point.x + data.binWidth;
        QCOMPARE(point.rowCount, expected);
        QCOMPARE(point.y, double(expected));
        sum += point.y;
    }
    QCOMPARE(sum, 900.0);
    QCOMPARE(data.gapCount, 100);
    QCOMPARE(data.binWidth, 0.5);
}

void tst_ChartData::aHistogramOfWholeNumbersHasABarEach()
{
    const ChartData data = made(ChartRequest::forCells(cellsOf({ numbers("n", { 1.0, 6.0, 6.0, 3.0 }) })));
    const auto &points = data.series.at(0).points;
    QCOMPARE(points.size(), 6u);
    QCOMPARE(points[0].x, 0.5);
    QCOMPARE(points[5].y, 2.0);
    QCOMPARE(points[1].y, 0.0);
}

void tst_ChartData::aHistogramOfTimes()
{
    std::vector<std::optional<int32_t>> dates;
    for (int i = 0; i < 365; ++i)
        dates.push_back(20454 + i);
    const ChartData data = made(ChartRequest::forCells(cellsOf({ days("d", dates) })));
    QCOMPARE(data.xRole, ChartRole::Time);
    QCOMPARE(data.binWidth, 30 * 86'400'000.0);
    double sum = 0;
    for (const ChartData::Point &point : data.series.at(0).points)
        sum += point.y;
    QCOMPARE(sum, 365.0);
}

// Single rows in a million that nobody may lose.
void tst_ChartData::extremesSurvive()
{
    constexpr int kRows = 1'000'000, kHigh = 123'457, kLow = 777'778, kGapFrom = 400'000, kGapTo = 420'000;
    arrow::Int32Builder x;
    arrow::DoubleBuilder y;
    for (int i = 0; i < kRows; ++i) {
        QVERIFY(x.Append(i).ok());
        if (i >= kGapFrom && i < kGapTo)
            QVERIFY(y.AppendNull().ok());
        else
            QVERIFY(y.Append(i == kHigh ? 1e6 : i == kLow ? -1e6 : std::sin(i / 1000.0)).ok());
    }
    const CellRange cells = cellsOf({ { arrow::field("x", arrow::int32()), *x.Finish() }, { arrow::field("y", arrow::float64()), *y.Finish() } });
    ChartRequest request = requestFor(cells, ChartKind::Line, 0, { 1 });
    request.pixelCount = 800;
    const ChartData data = made(request);
    QVERIFY(data.isReduced);
    const auto &points = data.series.at(0).points;
    QVERIFY2(points.size() <= 4 * 802, qPrintable(QString::number(points.size())));
    QVERIFY(std::ranges::is_sorted(points, {}, &ChartData::Point::x));
    const auto at = [&](qint64 row) { return std::ranges::find(points, row, &ChartData::Point::row); };
    QVERIFY(at(kHigh) != points.end());
    QCOMPARE(at(kHigh)->y, 1e6);
    QVERIFY(at(kLow) != points.end());
    QVERIFY(at(0) != points.end());
    QVERIFY(at(kRows - 1) != points.end());
    // The gap is one, and where it was.
    QVERIFY(std::ranges::any_of(points, [](const ChartData::Point &point) { return std::isnan(point.y) && point.x > kGapFrom && point.x < kGapTo; }));
    QVERIFY(std::ranges::none_of(points, [](const ChartData::Point &point) { return std::isnan(point.y) && (point.x < kGapFrom - 1000 || point.x > kGapTo + 1000); }));
    QCOMPARE(data.gapCount, kGapTo - kGapFrom);
    QCOMPARE(data.highest, 1e6);
}

void tst_ChartData::lookingAtAPartShowsItsRows()
{
    std::vector<std::optional<double>> values;
    for (int i = 0; i < 100'000; ++i)
        values.push_back(double(i % 7));
    ChartRequest request = requestFor(cellsOf({ numbers("n", values) }), ChartKind::Line, -1, { 0 });
    QVERIFY(made(request).isReduced);
    request.from = 50'000;
    request.to = 50'100;
    const ChartData data = made(request);
    QVERIFY(!data.isReduced);
    const auto &points = data.series.at(0).points;
    QCOMPARE(points.size(), 103u); // with one on either side, for the lines to the edges
    QCOMPARE(points.front().x, 49'999.0);
    QCOMPARE(points.back().x, 50'101.0);
    QCOMPARE(points[1].y, double(49'999 % 7));
}

void tst_ChartData::aScatterKeepsItsOutermost()
{
    std::vector<std::optional<double>> x, y;
    for (int i = 0; i < 60'000; ++i) {
        x.push_back(i == 41 ? 5000.0 : double(i % 300));
        y.push_back(i == 4242 ? -9000.0 : double(i % 211));
    }
    const ChartData data = made(requestFor(cellsOf({ numbers("x", x), numbers("y", y) }), ChartKind::Scatter, 0, { 1 }));
    QVERIFY(data.isReduced);
    const auto &points = data.series.at(0).points;
    QVERIFY(points.size() < 60'000u);
    QVERIFY(std::ranges::find(points, 41, &ChartData::Point::row) != points.end());
    QVERIFY(std::ranges::find(points, 4242, &ChartData::Point::row) != points.end());
}

void tst_ChartData::saysWhyThereIsNothing_data()
{
    QTest::addColumn<int>("x");
    QTest::addColumn<QList<int>>("series");
    QTest::addColumn<int>("kind");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no numbers") << 0 << QList<int>() << int(ChartKind::Bar) << u"Nothing numeric is selected"_s;
    QTest::newRow("only NULL") << 0 << QList<int> { 1 } << int(ChartKind::Bar) << u"There are no values to draw: all are NULL"_s;
    QTest::newRow("only NULL in a histogram") << -1 << QList<int> { 1 } << int(ChartKind::Histogram) << u"There are no values to draw: all are NULL"_s;
    QTest::newRow("an x of NULL") << 1 << QList<int> { 2 } << int(ChartKind::Line) << u"The x axis has no values: all are NULL"_s;
    QTest::newRow("a line over texts") << 0 << QList<int> { 2 } << int(ChartKind::Line) << u"Texts have no place on this axis: bars show them"_s;
}

void tst_ChartData::saysWhyThereIsNothing()
{
    QFETCH(int, x);
    QFETCH(QList<int>, series);
    QFETCH(int, kind);
    const CellRange cells = cellsOf({ texts("a", { "x", "y" }), numbers("b", { {}, {} }), numbers("c", { 1.0, 2.0 }) });
    const ChartData data = made(requestFor(cells, ChartKind(kind), x, series));
    QTEST(data.reason, "reason");
    QVERIFY(data.series.empty());
    CellRange none = cells;
    none.rowCount = 0;
    QCOMPARE(made(requestFor(none, ChartKind(kind), x, { 2 })).reason, u"There are no rows to draw"_s);
}

void tst_ChartData::countsWhatALogScaleRefuses()
{
    const ChartData data = made(requestFor(cellsOf({ numbers("n", { 5.0, 0.0, -3.0, {} }) }), ChartKind::Line, -1, { 0 }));
    QCOMPARE(data.notPositiveCount, 2);
    QCOMPARE(data.lowest, -3.0);
}

void tst_ChartData::stopsWhenTold()
{
    const CellRange cells = cellsOf({ numbers("n", { 5.0, 0.0 }) });
    const Result<ChartData> data = ChartData::make(requestFor(cells, ChartKind::Line, -1, { 0 }), [] { return true; });
    QVERIFY(!data);
    QVERIFY(data.error().isCancelled());
}

QTEST_GUILESS_MAIN(tst_ChartData)
#include "tst_chartdata.moc"
