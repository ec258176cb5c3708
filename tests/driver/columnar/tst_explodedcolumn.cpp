// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/explodedcolumn.h"
#include "extension/resultorder.h"

#include <arrow/api.h>

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ExplodedColumn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesApart_data();
    void takesApart();
    void growsWithItsBase();
    void isSortedAndFiltered();
    void leavesTheBaseAsItIs();
    void aRowThatIsLookedAtCostsAScreenful();
};

namespace {

std::shared_ptr<ResultStore> storeOf(const std::shared_ptr<arrow::Array> &array)
{
    const auto schema = arrow::schema({ arrow::field("c", array->type()) });
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(schema);
    const auto batch = arrow::RecordBatch::Make(schema, array->length(), { array });
    // A slice, so that arrays begin behind their buffers' first value.
    store->append(batch->Slice(0, 1));
    store->append(batch->Slice(1));
    return store;
}

// Rows of row(a bigint, b varchar): (1, "x"), null, (null, "y").
std::shared_ptr<arrow::Array> rowsArray()
{
    const auto type = arrow::struct_({ arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8()) });
    auto a = std::make_shared<arrow::Int64Builder>();
    auto b = std::make_shared<arrow::StringBuilder>();
    arrow::StructBuilder rows(type, arrow::default_memory_pool(), { a, b });
    (void)rows.Append();
    (void)a->Append(1);
    (void)b->Append("x");
    (void)rows.AppendNull();
    (void)rows.Append();
    (void)a->AppendNull();
    (void)b->Append("y");
    return *rows.Finish();
}

// {"k": 1, "l": 2}, {"l": 3}, null
std::shared_ptr<arrow::Array> mapsArray()
{
    auto keys = std::make_shared<arrow::StringBuilder>();
    auto values = std::make_shared<arrow::Int64Builder>();
    arrow::MapBuilder maps(arrow::default_memory_pool(), keys, values);
    (void)maps.Append();
    (void)keys->Append("k");
    (void)values->Append(1);
    (void)keys->Append("l");
    (void)values->Append(2);
    (void)maps.Append();
    (void)keys->Append("l");
    (void)values->Append(3);
    (void)maps.AppendNull();
    return *maps.Finish();
}

// [1.5], [2.5, null, 3.5], []
std::shared_ptr<arrow::Array> listsArray()
{
    auto values = std::make_shared<arrow::DoubleBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), values);
    (void)lists.Append();
    (void)values->Append(1.5);
    (void)lists.Append();
    (void)values->Append(2.5);
    (void)values->AppendNull();
    (void)values->Append(3.5);
    (void)lists.Append();
    return *lists.Finish();
}

std::shared_ptr<arrow::Array> textsArray(const QStringList &texts)
{
    arrow::StringBuilder builder;
    for (const QString &text : texts)
        (void)builder.Append(text.toStdString());
    return *builder.Finish();
}

} // namespace

void tst_ExplodedColumn::takesApart_data()
{
    QTest::addColumn<std::shared_ptr<arrow::Array>>("array");
    QTest::addColumn<QStringList>("parts");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("rows"); // names, then each row
    QTest::newRow("a row by its fields") << rowsArray() << QStringList { u"a"_s, u"b"_s } << u"int64"_s << u"c.a c.b|1 x|NULL NULL|NULL y"_s;
    QTest::newRow("a map by its keys") << mapsArray() << QStringList { u"k"_s, u"l"_s } << u"int64"_s << u"c.k c.l|1 2|NULL 3|NULL NULL"_s;
    QTest::newRow("a list by its places") << listsArray() << QStringList { u"[1]"_s, u"[2]"_s, u"[3]"_s } << u"double"_s
                                          << u"c[1] c[2] c[3]|1.5 NULL NULL|2.5 NULL 3.5|NULL NULL NULL"_s;
    QTest::newRow("objects in text, every digit kept")
        << textsArray({ uR"({"id": 12345678901234567890, "s": "x y"})"_s, u"no json"_s, uR"({"s": {"t": [1, 2]}, "more": null})"_s })
        << QStringList { u"id"_s, u"s"_s, u"more"_s } << u"string"_s
        << uR"(c.id c.s c.more|12345678901234567890 x y NULL|NULL NULL NULL|NULL {"t":[1,2]} NULL)"_s;
    QTest::newRow("arrays in text") << textsArray({ u"[1, \"a\"]"_s, u"[2]"_s, u""_s }) << QStringList { u"[1]"_s, u"[2]"_s } << u"string"_s
                                    << u"c[1] c[2]|1 a|2 NULL|NULL NULL"_s;
    QTest::newRow("plain text has none") << textsArray({ u"a"_s, u"b"_s }) << QStringList() << QString() << u"||"_s;
}

void tst_ExplodedColumn::takesApart()
{
    QFETCH(std::shared_ptr<arrow::Array>, array);
    QFETCH(QStringList, parts);
    QFETCH(QString, type);
    const auto base = storeOf(array);
    QCOMPARE(columnParts(*base, 0), parts);
    const auto store = explodedStore(base, { { 0, parts } });
    const auto schema = store->schema();
    if (!type.isEmpty())
        QCOMPARE(QString::fromStdString(schema->field(1)->type()->ToString()), type);
    QStringList rows { {} };
    for (int column = 1; column < schema->num_fields(); ++column)
        rows[0] += (column > 1 ? u" "_s : QString()) + QString::fromStdString(schema->field(column)->name());
    for (qint64 row = 0; row < store->rowCount(); ++row) {
        QStringList cells;
        const ResultStore::Place place = store->place(row);
        for (int column = 1; column < schema->num_fields(); ++column) {
            const ColumnFormatter formatter(schema->field(column));
            std::string text;
            cells += formatter.appendText(*place.batch, column, place.row, text) ? QString::fromStdString(text) : u"NULL"_s;
        }
        QVERIFY(place.batch->Validate().ok());
        rows += cells.join(u' ');
    }
    QTEST(rows.join(u'|'), "rows");
}

void tst_ExplodedColumn::growsWithItsBase()
{
    const auto base = storeOf(rowsArray());
    const auto store = explodedStore(base, { { 0, { u"a"_s } } });
    QCOMPARE(store->rowCount(), 3);
    base->append(base->batch(1));
    QCOMPARE(store->rowCount(), 5);
    QCOMPARE(store->batchCount(), 3);
    QCOMPARE(store->firstRow(2), 3);
    QCOMPARE(store->place(4).batch->num_columns(), 2);
    QVERIFY(!store->place(5).batch);
}

void tst_ExplodedColumn::isSortedAndFiltered()
{
    const auto store = explodedStore(storeOf(listsArray()), { { 0, { u"[1]"_s } } });
    auto sorted = orderRows(store, {}, { SortKey { .column = 1, .isDescending = true } });
    sorted.waitForFinished();
    QVERIFY(sorted.result());
    QCOMPARE((*sorted.result())->rowAt(0), 1);
    auto filtered = orderRows(store, { Filter { .column = 1, .test = Filter::Test::Less, .value = u"2"_s } }, {});
    filtered.waitForFinished();
    QVERIFY(filtered.result());
    QCOMPARE((*filtered.result())->size(), 1);
    QCOMPARE((*filtered.result())->rowAt(0), 0);
}

void tst_ExplodedColumn::leavesTheBaseAsItIs()
{
    const auto base = storeOf(rowsArray());
    const auto store = explodedStore(base, { { 0, { u"b"_s } } });
    const auto first = store->batch(0);
    QCOMPARE(first.get(), store->batch(0).get()); // made once
    QCOMPARE(base->batch(0)->num_columns(), 1);
    QCOMPARE(first->column(0)->data()->buffers[0].get(), base->batch(0)->column(0)->data()->buffers[0].get());
    QCOMPARE(store->byteCount(), base->byteCount());
    QCOMPARE(store->memoryByteCount(), 0);
}

void tst_ExplodedColumn::aRowThatIsLookedAtCostsAScreenful()
{
    constexpr int kRows = 50'000;
    arrow::StringBuilder texts;
    for (int row = 0; row < kRows; ++row)
        QVERIFY(texts.Append(R"({"id": )" + std::to_string(row) + "}").ok());
    const auto store = storeOf(*texts.Finish());
    const auto exploded = explodedStore(store, { { 0, { u"id"_s } } });
    for (const qint64 row : { qint64(0), qint64(1), qint64(777), qint64(49'999), qint64(778) }) {
        const ResultStore::Place place = exploded->place(row);
        QVERIFY(place.batch);
        QVERIFY2(place.batch->num_rows() <= 64, qPrintable(QString::number(place.batch->num_rows())));
        QCOMPARE(place.firstRow + place.row, row);
        const ColumnFormatter formatter(place.batch->schema()->field(1));
        QCOMPARE(formatter.text(*place.batch, 1, place.row), QString::number(row));
    }
    // Kept, and without the batch it is a part of: that may go to disk.
    QCOMPARE(exploded->place(778).batch, exploded->place(777).batch);
    QVERIFY(exploded->place(777).batch->column(0)->data()->buffers[2] != store->place(777).batch->column(0)->data()->buffers[2]);
    QCOMPARE(exploded->batch(1)->num_rows(), kRows - 1);
}

QTEST_MAIN(tst_ExplodedColumn)
#include "tst_explodedcolumn.moc"
