// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/columnstatistics.h"
#include "extension/resultstore.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <arrow/util/key_value_metadata.h>

#include <QRandomGenerator>
#include <QTest>

#include <cmath>
#include <map>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ColumnStatistics : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void facts_data();
    void facts();
    void likeTheReference();
    void ofSomeRows();
    void ofARandomSet();
    void manyValuesAreEstimated();
    void rawValuesCount();
    void noRows();
    void cancelledHasNoResult();
};

static std::shared_ptr<ResultStore> storeOf(const std::shared_ptr<arrow::Array> &array, qint64 batchSize = 1000)
{
    auto store = std::make_shared<ResultStore>();
    const auto whole = arrow::RecordBatch::Make(arrow::schema({ arrow::field("c", array->type()) }), array->length(), { array });
    for (qint64 first = 0; first < array->length(); first += batchSize)
        store->append(whole->Slice(first, std::min(batchSize, array->length() - first)));
    return store;
}

static ColumnStatistics statisticsOf(const std::shared_ptr<ResultStore> &store, RowOrderPtr rows = {}, StatisticsOptions options = {})
{
    const auto statistics = columnStatistics(store, 0, std::move(rows), options).result();
    if (!statistics)
        qFatal("%s", qPrintable(statistics.error().message));
    return *statistics;
}

void tst_ColumnStatistics::facts_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("facts"); // nulls distinct min max sum average median
    using namespace arrow;
    const auto row = [](const char *name, const std::shared_ptr<DataType> &type, const char *json, const char *facts) {
        QTest::newRow(name) << type << QByteArray(json) << QString::fromUtf8(facts);
    };
    row("integers", int32(), "[3, null, 1, 3]", "1|2|1|3|7|2.333333|3");
    row("the sum is beyond the type", int64(), "[9223372036854775807, 9223372036854775807]",
        "0|1|9223372036854775807|9223372036854775807|18446744073709551614|9223372036854775807|9223372036854775807");
    row("negative average, half up", int32(), "[-1, -1, -3]", "0|2|-3|-1|-5|-1.666667|-1");
    row("unsigned", uint64(), "[18446744073709551615, 1]", "0|2|1|18446744073709551615|18446744073709551616|9223372036854775808|1");
    row("decimals", decimal128(38, 2), R"(["99999999999999999999999999999999999.99", "0.01", null])",
        "1|2|0.01|99999999999999999999999999999999999.99|100000000000000000000000000000000000.00|50000000000000000000000000000000000|0.01");
    row("negative decimals", decimal128(10, 1), R"(["-1.5", "-2.5", "1.0"])", "0|3|-2.5|1.0|-3.0|-1|-1.5");
    row("small decimals", decimal64(10, 2), R"(["1.50", "2.50"])", "0|2|1.50|2.50|4.00|2|1.50");
    row("doubles", float64(), "[0.1, 0.2, 0.3]", "0|3|0.1|0.3|0.6|0.2|0.2");
    row("NaN is the greatest", float64(), "[NaN, 1, NaN]", "0|2|1.0|NaN|NaN|NaN|NaN");
    row("large and small doubles", float64(), "[1e100, 1, -1e100]", "0|3|-1e+100|1e+100|1.0|0.3333333333333333|1.0");
    row("dates", date32(), "[19000, 19002, null]", "1|2|2022-01-08|2022-01-10|||2022-01-08");
    row("texts", utf8(), R"(["b", "", null, "a", "b"])", "1|3||b|||");
    row("booleans", boolean(), "[true, false, true]", "0|2|false|true|||true");
    row("lists, by their text", list(int32()), "[[1], [2], [1], null]", "1|2|[1]|[2]|||");
    row("nothing but nulls", int32(), "[null, null]", "2|0|||||");
}

void tst_ColumnStatistics::facts()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(QByteArray, json);
    QFETCH(QString, facts);
    const ColumnStatistics found = statisticsOf(storeOf(*arrow::json::ArrayFromJSONString(type, json.toStdString()), 2));
    const QString median = found.quantiles.isEmpty() ? QString() : found.quantiles[2].value.text;
    QCOMPARE(QStringList({ QString::number(found.nullCount), QString::number(found.distinctCount), found.minimum.text, found.maximum.text, found.sum,
                           found.average, median }).join(u'|'), facts);
    QVERIFY(!found.isDistinctEstimate);
    QVERIFY(!found.isQuantileEstimate);
    qint64 inBins = 0;
    for (const auto &bin : found.histogram)
        inBins += bin.count;
    if (!found.histogram.isEmpty())
        QCOMPARE(inBins, found.rowCount - found.nullCount - found.notANumberCount);
}

void tst_ColumnStatistics::likeTheReference()
{
    QRandomGenerator random(7);
    arrow::Int64Builder builder;
    std::vector<qint64> values;
    std::map<qint64, qint64> counts;
    qint64 nullCount = 0, sum = 0;
    for (int i = 0; i < 20'000; ++i) {
        if (random.bounded(20) == 0) {
            (void)builder.AppendNull();
            ++nullCount;
            continue;
        }
        const qint64 value = qint64(std::pow(random.generateDouble(), 3) * 1000) - 200;
        (void)builder.Append(value);
        values.push_back(value);
        ++counts[value];
        sum += value;
    }
    const ColumnStatistics found = statisticsOf(storeOf(*builder.Finish()));
    std::ranges::sort(values);
    QCOMPARE(found.rowCount, 20'000);
    QCOMPARE(found.nullCount, nullCount);
    QCOMPARE(found.distinctCount, qint64(counts.size()));
    QCOMPARE(found.sum, QString::number(sum));
    QCOMPARE(found.minimum.text, QString::number(values.front()));
    QCOMPARE(found.maximum.text, QString::number(values.back()));
    for (const auto &quantile : found.quantiles)
        QCOMPARE(quantile.value.text, QString::number(values[size_t(std::ceil(quantile.share * double(values.size()))) - 1]));
    QCOMPARE(found.quantiles.size(), 5);
    QCOMPARE(found.topValues.size(), 10);
    std::vector<qint64> frequencies;
    for (const auto &[value, count] : counts)
        frequencies.push_back(count);
    std::ranges::sort(frequencies, std::greater());
    for (int i = 0; i < 10; ++i) {
        QCOMPARE(found.topValues[i].count, frequencies[size_t(i)]);
        QCOMPARE(counts[found.topValues[i].value.text.toLongLong()], frequencies[size_t(i)]);
    }
    qint64 inBins = 0;
    for (const auto &bin : found.histogram) {
        const auto isIn = [&](qint64 value) {
            const bool isLast = &bin == &found.histogram.last();
            return value >= bin.lower.toLongLong() && (isLast ? value <= bin.upper.toLongLong() : value < bin.upper.toLongLong());
        };
        QCOMPARE(bin.count, qint64(std::ranges::count_if(values, isIn)));
        inBins += bin.count;
    }
    QCOMPARE(inBins, qint64(values.size()));
}

void tst_ColumnStatistics::ofSomeRows()
{
    const auto store = storeOf(*arrow::json::ArrayFromJSONString(arrow::int32(), "[1, 2, 3, null, 5, 6]"), 2);
    const ColumnStatistics found = statisticsOf(store, RowOrder::range(1, 4));
    QCOMPARE(found.rowCount, 4);
    QCOMPARE(found.nullCount, 1);
    QCOMPARE(found.sum, u"10"_s);
    QCOMPARE(found.minimum.row, 1);
    QCOMPARE(found.maximum.row, 4);
}

void tst_ColumnStatistics::ofARandomSet()
{
    const auto store = storeOf(*arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["x", "", "yyy", null, "x"])"), 2);
    const ColumnStatistics found = statisticsOf(store, RowOrder::rows(std::vector<quint32> { 4, 1, 2, 0 }));
    QCOMPARE(found.rowCount, 4);
    QCOMPARE(found.nullCount, 0);
    QCOMPARE(found.emptyCount, 1);
    QCOMPARE(found.distinctCount, 3);
    QCOMPARE(found.shortestLength, 0);
    QCOMPARE(found.longestLength, 3);
    QCOMPARE(found.topValues[0].value.text, u"x"_s);
    QCOMPARE(found.topValues[0].count, 2);
}

void tst_ColumnStatistics::manyValuesAreEstimated()
{
    arrow::Int64Builder builder;
    for (qint64 i = 0; i < 200'000; ++i)
        (void)builder.Append(i % 2 ? -1 : i * 7919);
    StatisticsOptions options;
    options.distinctLimit = 1000;
    options.quantileLimit = 10'000;
    const ColumnStatistics found = statisticsOf(storeOf(*builder.Finish()), {}, options);
    QVERIFY(found.isDistinctEstimate);
    QVERIFY(found.isTopEstimate);
    QVERIFY(found.isQuantileEstimate);
    QVERIFY2(std::abs(found.distinctCount - 100'001) < 3000, QByteArray::number(found.distinctCount));
    QCOMPARE(found.topValues[0].value.text, u"-1"_s);
    QCOMPARE(found.topValues[0].count, 100'000);
}

void tst_ColumnStatistics::rawValuesCount()
{
    const auto field = arrow::field("t", arrow::timestamp(arrow::TimeUnit::NANO), true,
                                    arrow::key_value_metadata({ kRawKey }, { R"({"1":"0001-01-01 00:00:00","3":"9999-01-01 00:00:00"})" }));
    const auto array = *arrow::json::ArrayFromJSONString(field->type(), "[5, null, null, null]");
    const auto store = std::make_shared<ResultStore>();
    store->append(arrow::RecordBatch::Make(arrow::schema({ field }), 4, { array }));
    const ColumnStatistics found = statisticsOf(store);
    QCOMPARE(found.nullCount, 1);
    QCOMPARE(found.distinctCount, 3);
    QCOMPARE(found.minimum.text, u"0001-01-01 00:00:00"_s);
    QCOMPARE(found.maximum.text, u"9999-01-01 00:00:00"_s);
}

void tst_ColumnStatistics::noRows()
{
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(arrow::schema({ arrow::field("n", arrow::int64()) }));
    const ColumnStatistics found = statisticsOf(store);
    QCOMPARE(found.rowCount, 0);
    QCOMPARE(found.distinctCount, 0);
    QCOMPARE(found.minimum.row, -1);
    QVERIFY(found.topValues.isEmpty());
}

void tst_ColumnStatistics::cancelledHasNoResult()
{
    const auto store = storeOf(*arrow::MakeArrayOfNull(arrow::int64(), 500'000));
    auto future = columnStatistics(store, 0);
    future.cancel();
    future.waitForFinished();
    QCOMPARE(future.resultCount(), 0);
}

QTEST_GUILESS_MAIN(tst_ColumnStatistics)
#include "tst_columnstatistics.moc"
