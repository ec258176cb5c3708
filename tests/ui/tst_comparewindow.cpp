// SPDX-License-Identifier: Apache-2.0
#include "results/comparewindow.h"
#include "results/resultgrid.h"
#include "widgets/theme.h"

#include <arrow/api.h>

#include <QClipboard>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QLocale>
#include <QScrollBar>
#include <QTest>
#include <QTimer>

#include <memory>
#include <optional>

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
    void rowsMeetByKey();
    void keysAreFound_data();
    void keysAreFound();
    void repeatedKeysGoByTheirOrder();
    void onlyDifferencesAreShown();
    void stoppedShowsRowsAsTheyAre();
    void aMillionRowsLeaveTheWindowFree();
    void widthsAndPlacesAreThoseOfTheLeft();
    void whatIsCopiedHasNoGaps();
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
    window->setKeys(QList<int>());
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
    window->setKeys(QList<int>());
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

namespace {

using Row = std::pair<QString, std::optional<qint64>>;

/// Columns "name" and "n".
CompareWindow::Side sideOf(const QList<Row> &rows)
{
    arrow::StringBuilder names;
    arrow::Int64Builder numbers;
    for (const auto &[name, number] : rows) {
        (void)names.Append(name.toStdString());
        (void)(number ? numbers.Append(*number) : numbers.AppendNull());
    }
    const auto schema = arrow::schema({ arrow::field("name", arrow::utf8()), arrow::field("n", arrow::int64()) });
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(schema);
    store->append(arrow::RecordBatch::Make(schema, rows.size(), { *names.Finish(), *numbers.Finish() }));
    return { u"rows"_s, store, nullptr, rows.size(), {} };
}

/// What stands in a side's first column, a gap as "-".
QStringList firstColumn(const ResultGrid *grid)
{
    QStringList texts;
    for (qint64 row = 0; row < grid->rowCount(); ++row)
        texts += grid->sourceRow(row) < 0 ? u"-"_s : grid->cellText(row, 0);
    return texts;
}

} // namespace

void tst_CompareWindow::rowsMeetByKey()
{
    const std::unique_ptr<CompareWindow> window(new CompareWindow(
        sideOf({ { u"a"_s, 1 }, { u"b"_s, 2 }, { u"d"_s, 4 }, { u"e"_s, std::nullopt }, { u"f"_s, 6 } }),
        sideOf({ { u"0"_s, 0 }, { u"f"_s, 6 }, { u"b"_s, 20 }, { u"c"_s, 3 }, { u"d"_s, 4 }, { u"e"_s, 5 } })));
    window->setAttribute(Qt::WA_DeleteOnClose, false);
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window.get()));
    QTRY_COMPARE(window->statusText(), u"2 rows changed · 1 only on the left · 2 only on the right · 2 the same"_s);
    QCOMPARE(window->keys(), QList<int> { 0 });
    QCOMPARE(firstColumn(window->leftGrid()), QStringList({ u"-"_s, u"a"_s, u"b"_s, u"-"_s, u"d"_s, u"e"_s, u"f"_s }));
    QCOMPARE(firstColumn(window->rightGrid()), QStringList({ u"0"_s, u"-"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s, u"f"_s }));
    if (const QString folder = qEnvironmentVariable("GREBE_TEST_PICTURES"); !folder.isEmpty())
        window->grab().save(folder + u"/compare-keys.png"_s);
    // The changed cell is marked, its key is not; a row that is alone is marked as a whole.
    QVERIFY(cornerOf(window->leftGrid(), 2, 1) != cornerOf(window->leftGrid(), 4, 1));
    QCOMPARE(cornerOf(window->leftGrid(), 2, 0), cornerOf(window->leftGrid(), 4, 0));
    QVERIFY(cornerOf(window->rightGrid(), 3, 0) != cornerOf(window->rightGrid(), 4, 0));
    QVERIFY(cornerOf(window->rightGrid(), 3, 1) != cornerOf(window->rightGrid(), 2, 1));
    window->leftGrid()->setCurrentCell(4, 0);
    window->goToDifference(false);
    QCOMPARE(window->leftGrid()->currentRow(), 5);
    window->goToDifference(false);
    QCOMPARE(window->rightGrid()->currentRow(), 0); // from the start again
    window->setKeys(QList<int>());
    QTRY_COMPARE(window->statusText(), u"6 of 6 rows differ · 1 only on the right"_s);
    window->setKeys(QList<int> { 1 });
    QTRY_COMPARE(window->statusText(), u"0 rows changed · 3 only on the left · 4 only on the right · 2 the same"_s);
}

void tst_CompareWindow::keysAreFound_data()
{
    QTest::addColumn<QList<Row>>("left");
    QTest::addColumn<QList<int>>("keys");
    QTest::newRow("the first column tells rows apart") << QList<Row> { { u"a"_s, 1 }, { u"b"_s, 1 } } << QList<int> { 0 };
    QTest::newRow("the second does, so the first is not needed") << QList<Row> { { u"a"_s, 1 }, { u"a"_s, 2 } } << QList<int> { 1 };
    QTest::newRow("both together do") << QList<Row> { { u"a"_s, 1 }, { u"a"_s, 2 }, { u"b"_s, 1 } } << QList<int> { 0, 1 };
    QTest::newRow("NULL is a value of its own") << QList<Row> { { u"a"_s, 0 }, { u"a"_s, std::nullopt } } << QList<int> { 1 };
    QTest::newRow("nothing does") << QList<Row> { { u"a"_s, 1 }, { u"a"_s, 1 } } << QList<int>();
    QTest::newRow("texts that are alike when joined") << QList<Row> { { u"a"_s, 11 }, { u"a1"_s, 1 }, { u"a"_s, 1 } } << QList<int> { 0, 1 };
}

void tst_CompareWindow::keysAreFound()
{
    QFETCH(QList<Row>, left);
    const std::unique_ptr<CompareWindow> window(new CompareWindow(sideOf(left), sideOf(left)));
    QTRY_COMPARE(window->statusText(), u"All %1 rows are the same"_s.arg(left.size()));
    QTEST(window->keys(), "keys");
}

void tst_CompareWindow::repeatedKeysGoByTheirOrder()
{
    const std::unique_ptr<CompareWindow> window(new CompareWindow(sideOf({ { u"a"_s, 1 }, { u"a"_s, 2 }, { u"b"_s, 3 }, { u"a"_s, 9 } }),
                                                                  sideOf({ { u"a"_s, 1 }, { u"b"_s, 3 }, { u"a"_s, 5 } })));
    window->setKeys(QList<int> { 0 });
    QTRY_COMPARE(window->statusText(), u"1 row changed · 1 only on the left · 2 the same · 3 rows repeat a key and go by their order"_s);
    QCOMPARE(firstColumn(window->rightGrid()), QStringList({ u"a"_s, u"a"_s, u"b"_s, u"-"_s }));
}

void tst_CompareWindow::onlyDifferencesAreShown()
{
    const std::unique_ptr<CompareWindow> window(new CompareWindow(sideOf({ { u"a"_s, 1 }, { u"b"_s, 2 }, { u"c"_s, 3 }, { u"d"_s, 4 } }),
                                                                  sideOf({ { u"a"_s, 1 }, { u"b"_s, 3 }, { u"c"_s, 3 } })));
    QTRY_COMPARE(window->statusText(), u"1 row changed · 1 only on the left · 2 the same"_s);
    window->setDifferencesOnly(true);
    QCOMPARE(firstColumn(window->leftGrid()), QStringList({ u"b"_s, u"d"_s }));
    QCOMPARE(firstColumn(window->rightGrid()), QStringList({ u"b"_s, u"-"_s }));
    QCOMPARE(window->leftGrid()->currentRow(), 0);
    window->goToDifference(false);
    QCOMPARE(window->leftGrid()->currentRow(), 1);
    window->goToDifference(false);
    QCOMPARE(window->leftGrid()->currentRow(), 0);
    window->setDifferencesOnly(false);
    QCOMPARE(window->leftGrid()->rowCount(), 4);
}

void tst_CompareWindow::stoppedShowsRowsAsTheyAre()
{
    const CompareWindow::Side left = side(2'000'000);
    const std::unique_ptr<CompareWindow> window(new CompareWindow(left, left));
    QVERIFY(window->isMatching());
    window->stop();
    QTRY_VERIFY(!window->isMatching());
    QTRY_VERIFY2(window->statusText().startsWith(u"Stopped"_s), qPrintable(window->statusText()));
    QCOMPARE(window->leftGrid()->rowCount(), 2'000'000);
    window->setKeys(QList<int>());
    QTRY_COMPARE_WITH_TIMEOUT(window->statusText(), u"All 2,000,000 rows are the same"_s, 60'000);
}

void tst_CompareWindow::aMillionRowsLeaveTheWindowFree()
{
    QList<Change> changes;
    for (qint64 row = 0; row < 10; ++row)
        changes += Change { 99'991 * row, 2'000'000 + int(row) };
    const std::unique_ptr<CompareWindow> window(new CompareWindow(side(1'000'000), side(1'000'000, changes, true)));
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window.get()));
    // The longest time that the window answered nothing while rows were matched.
    QElapsedTimer sinceLast;
    qint64 longest = 0;
    QTimer tick;
    connect(&tick, &QTimer::timeout, this, [&] {
        longest = std::max(longest, sinceLast.restart());
    });
    tick.start(1);
    sinceLast.start();
    QElapsedTimer whole;
    whole.start();
    QTRY_COMPARE_WITH_TIMEOUT(window->statusText(), u"0 rows changed · 10 only on the left · 10 only on the right · 999,990 the same"_s, 120'000);
    QVERIFY2(longest < whole.elapsed() / 2, qPrintable(u"%1 of %2 ms"_s.arg(longest).arg(whole.elapsed())));
    QCOMPARE(window->leftGrid()->rowCount(), 1'000'010);
}

void tst_CompareWindow::widthsAndPlacesAreThoseOfTheLeft()
{
    const std::unique_ptr<CompareWindow> window(new CompareWindow(side(50), side(50, {}, true)));
    window->show();
    QVERIFY(QTest::qWaitForWindowExposed(window.get()));
    QCOMPARE(window->rightGrid()->columnName(0), u"n"_s);
    QCOMPARE(window->rightGrid()->columnWidth(0), window->leftGrid()->columnWidth(0));
    window->rightGrid()->setColumnWidth(0, 173);
    QCOMPARE(window->leftGrid()->columnWidth(0), 173);
}

void tst_CompareWindow::whatIsCopiedHasNoGaps()
{
    const std::unique_ptr<CompareWindow> window(new CompareWindow(sideOf({ { u"a"_s, 1 }, { u"c"_s, 3 } }),
                                                                  sideOf({ { u"a"_s, 1 }, { u"b"_s, 2 }, { u"c"_s, 3 } })));
    QTRY_COMPARE(window->leftGrid()->rowCount(), 3);
    window->leftGrid()->selectAll();
    QTest::keyClick(window->leftGrid(), Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text().trimmed(), u"a\t1\nc\t3"_s);
}

QTEST_MAIN(tst_CompareWindow)
#include "tst_comparewindow.moc"
