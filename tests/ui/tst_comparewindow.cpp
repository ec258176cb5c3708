// SPDX-License-Identifier: Apache-2.0
#include "results/comparewindow.h"
#include "results/resultgrid.h"
#include "widgets/theme.h"

#include <arrow/api.h>

#include <QLocale>
#include <QScrollBar>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_CompareWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void scrollsInStep();
    void marksWhatDiffers();
    void goesFromDifferenceToDifference();
    void columnsMeetByName();
    void closingEndsTheWork();
};

namespace {

struct Change
{
    qint64 row;
    int value; // -1: null
};

CompareWindow::Side side(qint64 rowCount, const QList<Change> &changes = {}, bool isTurned = false)
{
    arrow::Int64Builder numbers;
    arrow::StringBuilder words;
    for (qint64 row = 0; row < rowCount; ++row) {
        int64_t value = row;
        for (const Change &change : changes)
            value = change.row == row ? change.value : value;
        (void)(value < 0 ? numbers.AppendNull() : numbers.Append(value));
        (void)words.Append(row % 2 ? "odd" : "");
    }
    arrow::FieldVector fields { arrow::field("n", arrow::int64()), arrow::field("word", arrow::utf8()) };
    arrow::ArrayVector arrays { *numbers.Finish(), *words.Finish() };
    if (isTurned) {
        std::swap(fields[0], fields[1]);
        std::swap(arrays[0], arrays[1]);
    }
    const auto schema = arrow::schema(fields);
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(schema);
    store->append(arrow::RecordBatch::Make(schema, rowCount, arrays));
    return { u"orders"_s, store, nullptr, rowCount, {} };
}

QColor cornerOf(const ResultGrid *grid, qint64 row, int column)
{
    return grid->viewport()->grab().toImage().pixelColor(grid->cellRect(row, column).topLeft() + QPoint(1, 1));
}

} // namespace

void tst_CompareWindow::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    if (qEnvironmentVariableIsSet("GREBE_TEST_THEME"))
        Theme::apply(Theme::schemeFromText(qEnvironmentVariable("GREBE_TEST_THEME")));
}

void tst_CompareWindow::scrollsInStep()
{
    auto *window = new CompareWindow(side(5000), side(5000));
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window));
    QTRY_COMPARE(window->statusText(), u"All 5,000 rows are the same"_s);
    QTest::keyClick(window->leftGrid(), Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(window->rightGrid()->firstVisibleRow(), window->leftGrid()->firstVisibleRow());
    QCOMPARE(window->rightGrid()->currentRow(), 4999);
    QCOMPARE(window->rightGrid()->currentColumn(), 1);
    window->rightGrid()->scrollToRow(100);
    window->rightGrid()->scrollByPixels(5);
    QCOMPARE(window->leftGrid()->firstVisibleRow(), 100);
    QCOMPARE(window->leftGrid()->rowOffset(), 5);
    window->leftGrid()->verticalScrollBar()->setValue(2000);
    QCOMPARE(window->rightGrid()->firstVisibleRow(), 2000);
    delete window;
}

void tst_CompareWindow::marksWhatDiffers()
{
    // 3 is another number on the right, 5 is null there, 8 is only on the left.
    auto *window = new CompareWindow(side(9), side(8, { { 3, 33 }, { 5, -1 } }));
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window));
    QTRY_COMPARE(window->statusText(), u"3 of 9 rows differ · 1 only on the left"_s);
    if (const QString folder = qEnvironmentVariable("GREBE_TEST_PICTURES"); !folder.isEmpty())
        window->grab().save(folder + u"/compare.png"_s);
    for (const ResultGrid *grid : { window->leftGrid(), window->rightGrid() }) {
        QVERIFY(cornerOf(grid, 3, 0) != cornerOf(grid, 1, 0));
        QVERIFY(cornerOf(grid, 5, 0) != cornerOf(grid, 1, 0));
        QCOMPARE(cornerOf(grid, 7, 0), cornerOf(grid, 1, 0));
        QCOMPARE(cornerOf(grid, 3, 1), cornerOf(grid, 1, 1));
    }
    QVERIFY(cornerOf(window->leftGrid(), 8, 0) != cornerOf(window->leftGrid(), 4, 0));
    delete window;
}

void tst_CompareWindow::goesFromDifferenceToDifference()
{
    auto *window = new CompareWindow(side(3000), side(3000, { { 20, 0 }, { 2500, 0 } }));
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window));
    QTRY_COMPARE(window->statusText(), u"2 of 3,000 rows differ"_s);
    window->leftGrid()->setFocus();
    QTest::keyClick(window->leftGrid(), Qt::Key_F3);
    QCOMPARE(window->leftGrid()->currentRow(), 20);
    QTest::keyClick(window->leftGrid(), Qt::Key_F3);
    QCOMPARE(window->leftGrid()->currentRow(), 2500);
    QCOMPARE(window->rightGrid()->currentRow(), 2500);
    QTest::keyClick(window->leftGrid(), Qt::Key_F3);
    QCOMPARE(window->leftGrid()->currentRow(), 20);
    QTest::keyClick(window->leftGrid(), Qt::Key_F3, Qt::ShiftModifier);
    QCOMPARE(window->leftGrid()->currentRow(), 2500);
    delete window;
}

void tst_CompareWindow::columnsMeetByName()
{
    auto *window = new CompareWindow(side(50), side(50, {}, true));
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window));
    QTRY_COMPARE(window->statusText(), u"All 50 rows are the same"_s);
    window->leftGrid()->setCurrentCell(7, 0);
    QCOMPARE(window->rightGrid()->columnName(window->rightGrid()->currentColumn()), u"n"_s);
    delete window;
}

void tst_CompareWindow::closingEndsTheWork()
{
    const CompareWindow::Side left = side(2'000'000);
    const std::weak_ptr<ResultStore> store = left.store;
    auto *window = new CompareWindow(left, left);
    window->show();
    window->close();
    // The worker lets go of the rows soon, whatever it was at: only `left` here holds them then.
    QTRY_COMPARE(store.use_count(), 1);
}

QTEST_MAIN(tst_CompareWindow)
#include "tst_comparewindow.moc"
