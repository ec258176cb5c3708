// SPDX-License-Identifier: Apache-2.0
#include "extension/resultstore.h"

#include <arrow/api.h>

#include <QTest>

using namespace Grebe;

class tst_ResultStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void placeOfRow();
    void droppedRowsAreGone();
};

static std::shared_ptr<arrow::RecordBatch> batchOf(qint64 first, qint64 count)
{
    arrow::Int64Builder builder;
    for (qint64 i = 0; i < count; ++i)
        (void)builder.Append(first + i);
    return arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int64()) }), count, { *builder.Finish() });
}

void tst_ResultStore::placeOfRow()
{
    ResultStore store;
    QCOMPARE(store.rowCount(), 0);
    QVERIFY(!store.place(0).batch);
    store.append(batchOf(0, 3));
    store.append(batchOf(3, 1));
    store.append(batchOf(4, 5));
    QCOMPARE(store.rowCount(), 9);
    for (qint64 row = 0; row < 9; ++row) {
        const ResultStore::Place place = store.place(row);
        QVERIFY(place.batch);
        QCOMPARE(std::static_pointer_cast<arrow::Int64Array>(place.batch->column(0))->Value(place.row), row);
        QCOMPARE(place.firstRow + place.row, row);
    }
    QVERIFY(!store.place(9).batch);
    QVERIFY(!store.place(-1).batch);
}

void tst_ResultStore::droppedRowsAreGone()
{
    ResultStore store;
    store.append(batchOf(0, 3));
    store.append(batchOf(3, 3));
    const qint64 whole = store.byteCount();
    store.dropBefore(4);
    QVERIFY(!store.place(0).batch);
    QVERIFY(store.place(3).batch);
    QCOMPARE(store.rowCount(), 6);
    QCOMPARE(store.byteCount(), whole / 2);
}

QTEST_GUILESS_MAIN(tst_ResultStore)
#include "tst_resultstore.moc"
