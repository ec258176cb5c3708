// SPDX-License-Identifier: Apache-2.0
#include "extension/resultstore.h"
#include "results/filterexpression.h"

#include <arrow/api.h>

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// Expressions go through the parser and the driver's own filters, over twelve rows:
/// n 0..11, every fourth null; name "row 0".., null where n is 5; "odd name" true where the row number is odd.
class tst_FilterExpression : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void findsRows_data();
    void findsRows();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void meetsTheColumnFilters();

private:
    QString rows(const QList<Filter> &filters) const;

    std::shared_ptr<ResultStore> m_store = std::make_shared<ResultStore>();
    const QStringList m_names { u"n"_s, u"name"_s, u"odd name"_s, u"day"_s };
};

void tst_FilterExpression::initTestCase()
{
    arrow::Int64Builder numbers;
    arrow::StringBuilder names;
    arrow::BooleanBuilder odd;
    arrow::Date32Builder days;
    for (int i = 0; i < 12; ++i) {
        QVERIFY((i % 4 == 3 ? numbers.AppendNull() : numbers.Append(i)).ok());
        QVERIFY((i == 5 ? names.AppendNull() : names.Append("Row " + std::to_string(i) + (i == 6 ? " it's 50%" : ""))).ok());
        QVERIFY(odd.Append(i % 2 == 1).ok());
        QVERIFY(days.Append(20454 + i).ok()); // 2026-01-01 and on
    }
    const auto schema = arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("name", arrow::utf8()),
                                        arrow::field("odd name", arrow::boolean()), arrow::field("day", arrow::date32()) });
    m_store->setSchema(schema);
    const auto batch = arrow::RecordBatch::Make(schema, 12, { *numbers.Finish(), *names.Finish(), *odd.Finish(), *days.Finish() });
    // In two batches, the second of which begins in the middle of a word of bits.
    m_store->append(batch->Slice(0, 5));
    m_store->append(batch->Slice(5));
}

QString tst_FilterExpression::rows(const QList<Filter> &filters) const
{
    QFuture<Result<RowOrderPtr>> future = orderRows(m_store, filters, {});
    future.waitForFinished();
    const Result<RowOrderPtr> order = future.result();
    if (!order)
        return order.error().message;
    QStringList rows;
    for (qint64 position = 0; position < (*order)->size(); ++position)
        rows += QString::number((*order)->rowAt(position));
    return rows.join(u' ');
}

void tst_FilterExpression::findsRows_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("rows");
    QTest::newRow("a comparison") << u"n > 8"_s << u"9 10"_s;
    QTest::newRow("and binds more than or") << u"n = 1 or n = 2 and name contains '2'"_s << u"1 2"_s;
    QTest::newRow("parentheses") << u"(n = 1 or n = 2) and name contains '2'"_s << u"2"_s;
    QTest::newRow("null meets no comparison, nor its contrary") << u"not n = 1"_s << u"0 2 4 5 6 8 9 10"_s;
    QTest::newRow("is null") << u"n is null"_s << u"3 7 11"_s;
    QTest::newRow("is not null") << u"n IS NOT NULL AND n < 3"_s << u"0 1 2"_s;
    QTest::newRow("between includes both ends") << u"n between 4 and 6"_s << u"4 5 6"_s;
    QTest::newRow("not between") << u"n not between 2 and 9"_s << u"0 1 10"_s;
    QTest::newRow("in") << u"n in (1, 5, 99)"_s << u"1 5"_s;
    QTest::newRow("not in") << u"n not in (0, 1, 2, 4, 5)"_s << u"6 8 9 10"_s;
    QTest::newRow("like, with regard to case") << u"name like 'Row 1_'"_s << u"10 11"_s;
    QTest::newRow("like finds nothing in another case") << u"name like 'row%'"_s << QString();
    QTest::newRow("ilike does") << u"name ilike 'row 1%'"_s << u"1 10 11"_s;
    QTest::newRow("not like leaves nulls out") << u"name not like 'Row 1%'"_s << u"0 2 3 4 6 7 8 9"_s;
    QTest::newRow("a regular expression") << u"name ~ '[89]$'"_s << u"8 9"_s;
    QTest::newRow("its contrary leaves nulls out") << u"name !~ '[0-4]'"_s << u"7 8 9"_s;
    QTest::newRow("quotes in a text") << u"name contains 'it''s'"_s << u"6"_s;
    QTest::newRow("a name in quotes") << u"\"odd name\" = true and n < 6"_s << u"1 5"_s;
    QTest::newRow("names without regard to case") << u"N = 1"_s << u"1"_s;
    QTest::newRow("a date with its word") << u"day >= DATE '2026-01-11'"_s << u"10 11"_s;
    QTest::newRow("a date as it is") << u"day < 2026-01-02"_s << u"0"_s;
    QTest::newRow("not over and becomes or") << u"not (n > 1 and n < 9)"_s << u"0 1 9 10"_s;
    QTest::newRow("not twice is nothing") << u"not not n = 4"_s << u"4"_s;
    QTest::newRow("nothing meets it") << u"n < 0"_s << QString();
}

void tst_FilterExpression::findsRows()
{
    QFETCH(QString, text);
    const Result<QList<Filter>> filters = parseFilterExpression(text, m_names);
    QVERIFY2(filters, filters ? "" : qPrintable(filters.error().message));
    QTEST(rows(*filters), "rows");
}

void tst_FilterExpression::saysWhatIsWrong_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("message");
    QTest::addColumn<int>("column");
    QTest::newRow("no such column") << u"n = 1 and price > 3"_s << u"price"_s << 11;
    QTest::newRow("no comparison") << u"n 4"_s << u"comparison"_s << 3;
    QTest::newRow("no value") << u"n > "_s << u"value"_s << 5;
    QTest::newRow("an open parenthesis") << u"(n = 1"_s << u"closing parenthesis"_s << 7;
    QTest::newRow("an open quote") << u"name = 'x"_s << u"closing quote"_s << 8;
    QTest::newRow("something behind the end") << u"n = 1 2"_s << u"“and” or “or”"_s << 7;
    QTest::newRow("too many combinations")
        << u"(n=1 or n=2) and (n=1 or n=2) and (n=1 or n=2) and (n=1 or n=2) and (n=1 or n=2) and (n=1 or n=2) and (n=1 or n=2)"_s
        << u"too many"_s << 115;
}

void tst_FilterExpression::saysWhatIsWrong()
{
    QFETCH(QString, text);
    QFETCH(QString, message);
    const Result<QList<Filter>> filters = parseFilterExpression(text, m_names);
    QVERIFY(!filters);
    QVERIFY2(filters.error().message.contains(message), qPrintable(filters.error().message));
    QTEST(filters.error().column, "column");
}

void tst_FilterExpression::meetsTheColumnFilters()
{
    const QList<Filter> expression = *parseFilterExpression(u"n = 1 or n = 2 or n = 9"_s, m_names);
    const QList<Filter> columns { Filter { .column = 2, .test = Filter::Test::Equals, .value = u"true"_s } };
    QCOMPARE(rows(combinedFilters(columns, expression)), u"1 9"_s);
    QCOMPARE(rows(combinedFilters(columns, {})), u"1 3 5 7 9 11"_s);
    QCOMPARE(rows(combinedFilters({}, expression)), u"1 2 9"_s);
}

QTEST_MAIN(tst_FilterExpression)
#include "tst_filterexpression.moc"
