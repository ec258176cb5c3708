// SPDX-License-Identifier: Apache-2.0
#include "extension/cellrange.h"
#include "extension/columnformatter.h"

#include <arrow/api.h>
#include <arrow/util/decimal.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <limits>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_CellRange : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void totals_data();
    void totals();
    void totalsThroughAnOrder();
    void totalsCanBeCancelled();
    void copies_data();
    void copies();
    void tooMuchIsRefused();
    void aFileIsWholeOrNotThere();
    void finds();
    void countsWithoutRegardToCase();

private:
    CellRange range(QList<int> columns, qint64 first = 0, qint64 count = -1) const;

    std::shared_ptr<ResultStore> m_store;
};

// 0 bigint, 1 decimal(38, 2), 2 double, 3 varchar, 4 date, 5 decimal(12, 3)
void tst_CellRange::initTestCase()
{
    arrow::Int64Builder numbers;
    arrow::Decimal128Builder wide(arrow::decimal128(38, 2));
    arrow::DoubleBuilder reals;
    arrow::StringBuilder words;
    arrow::Date32Builder days;
    arrow::Decimal64Builder prices(arrow::decimal64(12, 3));
    const auto greatest = arrow::Decimal128::GetMaxValue(38);
    const auto big = std::numeric_limits<int64_t>::max();
    for (const int64_t value : { big, big, int64_t(3) })
        QVERIFY(numbers.Append(value).ok());
    QVERIFY(numbers.AppendNull().ok());
    QVERIFY(wide.Append(greatest).ok() && wide.Append(greatest).ok() && wide.Append(arrow::Decimal128(-1)).ok()
            && wide.AppendNull().ok());
    QVERIFY(reals.AppendValues({ 1e16, 1, -1e16, 0.5 }).ok());
    QVERIFY(words.AppendValues({ "it's", "a\tb", "Ätsch <b>|" }).ok() && words.AppendNull().ok());
    QVERIFY(days.AppendValues({ 20'000, 19'000, 21'000, 20'000 }).ok());
    for (const int64_t price : { 1000, 1000, 2001, -1 })
        QVERIFY(prices.Append(arrow::Decimal64(price)).ok());
    const auto typed = [](const char *name, const std::shared_ptr<arrow::DataType> &type, const char *text) {
        return arrow::field(name, type, true, arrow::key_value_metadata({ { kTypeKey, text } }));
    };
    const auto schema = arrow::schema({ typed("n", arrow::int64(), "bigint"), typed("wide", arrow::decimal128(38, 2), "decimal(38,2)"),
                                        typed("real", arrow::float64(), "double"), typed("word", arrow::utf8(), "varchar"),
                                        typed("day", arrow::date32(), "date"), typed("price", arrow::decimal64(12, 3), "decimal(12,3)") });
    const auto batch = arrow::RecordBatch::Make(schema, 4, { *numbers.Finish(), *wide.Finish(), *reals.Finish(), *words.Finish(),
                                                             *days.Finish(), *prices.Finish() });
    m_store = std::make_shared<ResultStore>();
    m_store->setSchema(schema);
    m_store->append(batch);
    m_store->append(batch);
}

CellRange tst_CellRange::range(QList<int> columns, qint64 first, qint64 count) const
{
    return { m_store, {}, first, count < 0 ? m_store->rowCount() - first : count, columns };
}

void tst_CellRange::totals_data()
{
    QTest::addColumn<QList<int>>("columns");
    QTest::addColumn<qint64>("count");
    QTest::addColumn<QString>("sum");
    QTest::addColumn<QString>("average");
    QTest::addColumn<QString>("extremes");
    QTest::addColumn<qint64>("nulls");
    QTest::newRow("sums of bigint leave 64 bits") << QList<int> { 0 } << qint64(4) << u"18446744073709551617"_s
                                                  << u"6148914691236517205.67"_s << u"3 9223372036854775807"_s << qint64(1);
    QTest::newRow("sums of decimals leave 128 bits")
        << QList<int> { 1 } << qint64(3) << u"1999999999999999999999999999999999999.97"_s
        << u"666666666666666666666666666666666666.66"_s << u"-0.01 999999999999999999999999999999999999.99"_s << qint64(0);
    QTest::newRow("reals keep what an addition loses") << QList<int> { 2 } << qint64(4) << u"1.5"_s << u"0.375"_s
                                                       << u"-1.0E16 1.0E16"_s << qint64(0);
    QTest::newRow("text has no sum but a first and a last") << QList<int> { 3 } << qint64(4) << QString() << QString()
                                                            << u"a\tb Ätsch <b>|"_s << qint64(1);
    QTest::newRow("days have extremes") << QList<int> { 4 } << qint64(4) << QString() << QString()
                                        << u"2022-01-08 2027-07-01"_s << qint64(0);
    QTest::newRow("an average is rounded away from zero") << QList<int> { 5 } << qint64(3) << u"4.001"_s << u"1.334"_s
                                                          << u"1.000 2.001"_s << qint64(0);
    QTest::newRow("scales are aligned over columns") << QList<int> { 0, 5 } << qint64(1) << u"9223372036854775808.000"_s
                                                     << u"4611686018427387904.000"_s << u" "_s << qint64(0);
    QTest::newRow("a text among numbers: no sum") << QList<int> { 0, 3 } << qint64(2) << QString() << QString() << u" "_s << qint64(0);
}

void tst_CellRange::totals()
{
    QFETCH(QList<int>, columns);
    QFETCH(qint64, count);
    const Result<CellTotals> totals = cellTotals(range(columns, 0, count));
    QVERIFY(totals);
    QTEST(totals->sum, "sum");
    QTEST(totals->average, "average");
    QTEST(totals->minimum + u' ' + totals->maximum, "extremes");
    QTEST(totals->nullCount, "nulls");
    QCOMPARE(totals->cellCount, count * columns.size());
}

void tst_CellRange::totalsThroughAnOrder()
{
    CellRange cells = range({ 5 }, 0, 3);
    cells.rowAt = [](qint64 position) { return 7 - position; };
    const Result<CellTotals> totals = cellTotals(cells);
    QVERIFY(totals);
    QCOMPARE(totals->sum, u"3.000"_s); // -0.001 + 2.001 + 1.000
    QCOMPARE(totals->distinctCount, 3);
}

void tst_CellRange::totalsCanBeCancelled()
{
    const Result<CellTotals> totals = cellTotals(range({ 0 }), [] { return true; });
    QVERIFY(!totals);
    QVERIFY(totals.error().isCancelled());
}

void tst_CellRange::copies_data()
{
    QTest::addColumn<CopyFormat>("format");
    QTest::addColumn<bool>("hasHeader");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("tsv makes a tab a blank") << CopyFormat::Tsv << true << QByteArray("n\tword\n9223372036854775807\tit's\n9223372036854775807\ta b\n");
    QTest::newRow("csv") << CopyFormat::Csv << false << QByteArray("9223372036854775807,it's\r\n9223372036854775807,a\tb\r\n");
    QTest::newRow("json") << CopyFormat::Json << false
                          << QByteArray("[\n{\"n\":9223372036854775807,\"word\":\"it's\"},\n{\"n\":9223372036854775807,\"word\":\"a\\tb\"}\n]\n");
    QTest::newRow("markdown") << CopyFormat::Markdown << true
                              << QByteArray("| n | word |\n| ---: | --- |\n| 9223372036854775807 | it's |\n| 9223372036854775807 | a b |\n");
    QTest::newRow("html") << CopyFormat::Html << true
                          << QByteArray("<table>\n<tr><th align=\"right\">n</th><th>word</th></tr>\n"
                                        "<tr><td align=\"right\">9223372036854775807</td><td>it's</td></tr>\n"
                                        "<tr><td align=\"right\">9223372036854775807</td><td>a\tb</td></tr>\n</table>\n");
    QTest::newRow("insert doubles the quote") << CopyFormat::Insert << false
                                              << QByteArray("INSERT INTO t (n, word) VALUES\n(CAST(9223372036854775807 AS bigint), CAST('it''s' AS varchar)),\n"
                                                            "(CAST(9223372036854775807 AS bigint), CAST('a\tb' AS varchar));\n");
    QTest::newRow("an IN list has each value once") << CopyFormat::InList << false << QByteArray("(CAST(9223372036854775807 AS bigint))");
    QTest::newRow("values with names") << CopyFormat::Values << true
                                       << QByteArray("SELECT * FROM (VALUES\n(CAST(9223372036854775807 AS bigint), CAST('it''s' AS varchar)),\n"
                                                     "(CAST(9223372036854775807 AS bigint), CAST('a\tb' AS varchar))\n"
                                                     ") AS t (n, word)\n");
}

void tst_CellRange::copies()
{
    QFETCH(CopyFormat, format);
    QFETCH(bool, hasHeader);
    const Result<QByteArray> text = copyCells(range({ 0, 3 }, 0, 2), format, { .hasHeader = hasHeader, .tableName = u"t"_s });
    QVERIFY(text);
    QTEST(*text, "text");
}

void tst_CellRange::tooMuchIsRefused()
{
    const Result<QByteArray> text = copyCells(range({ 0, 3 }), CopyFormat::Csv, { .maxBytes = 40 });
    QVERIFY(!text);
    QCOMPARE(text.error().code, Error::Code::Incomplete);
}

void tst_CellRange::aFileIsWholeOrNotThere()
{
    QTemporaryDir folder;
    const QString name = folder.filePath(u"cells.csv"_s);
    const Result<void> stopped = copyCellsToFile(range({ 0 }), CopyFormat::Csv, {}, name, [] { return true; });
    QVERIFY(!stopped && stopped.error().isCancelled());
    QVERIFY(!QFile::exists(name));
    QVERIFY(copyCellsToFile(range({ 5 }, 0, 1), CopyFormat::Csv, {}, name));
    QFile file(name);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), "1.000\r\n");
    QVERIFY(!copyCellsToFile(range({ 5 }, 0, 1), CopyFormat::Csv, {}, folder.filePath(u"no/folder/x.csv"_s)));
}

void tst_CellRange::finds()
{
    const CellRange cells = range({ 3, 0 });
    const auto first = findMatch(cells, u"IT'S"_s, {}, false);
    QVERIFY(first && first->isValid());
    QCOMPARE(first->position, 0);
    const auto second = findMatch(cells, u"it's"_s, *first, false);
    QCOMPARE(second->position, 4);
    QCOMPARE(findMatch(cells, u"it's"_s, *second, false)->position, 0); // around the end
    QCOMPARE(findMatch(cells, u"it's"_s, *first, true)->position, 4); // around the beginning
    QVERIFY(!findMatch(cells, u"nowhere"_s, {}, false)->isValid());
    QCOMPARE(findMatch(cells, u"3"_s, { 2, 0 }, false)->columnIndex, 1);
}

void tst_CellRange::countsWithoutRegardToCase()
{
    QCOMPARE(countMatches(range({ 3 }), u"äTSCH"_s), 2);
    QCOMPARE(countMatches(range({ 0, 3 }), u"a"_s), 2); // "a\tb", twice; Ä is another letter
    const auto stopped = countMatches(range({ 3 }), u"a"_s, [] { return true; });
    QVERIFY(!stopped && stopped.error().isCancelled());
}

QTEST_GUILESS_MAIN(tst_CellRange)
#include "tst_cellrange.moc"
