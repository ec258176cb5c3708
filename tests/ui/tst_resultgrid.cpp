// SPDX-License-Identifier: Apache-2.0
#include "results/cellformatter.h"
#include "results/resultgrid.h"

#include <arrow/api.h>

#include <QApplication>
#include <QBackingStore>
#include <QElapsedTimer>
#include <QPaintEvent>
#include <QScrollBar>
#include <QTest>
#include <QWheelEvent>

#include <cmath>
#include <functional>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ResultGrid : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void hundredMillionRows();
    void keysMoveTheCurrentCell();
    void theTouchpadScrollsByPixels();
    void theWheelScrollsByLines();
    void whatIsPaintedMoves_data();
    void whatIsPaintedMoves();
    void theThumbLandsOnItsRow();
    void controlAndTheWheelChangeTheFont();
    void nullsAreNotCopiedAsText();
    void selectAllIsArithmetic();
    void singleLine_data();
    void singleLine();
    void durations_data();
    void durations();

private:
    void show(ResultGrid &grid, qint64 rowCount);

    std::shared_ptr<arrow::Schema> m_schema;
    std::shared_ptr<ResultStore> m_store;
    std::vector<ColumnFormatter> m_columns;
};

static constexpr qint64 kBatchRows = 1'000'000;

void tst_ResultGrid::init()
{
    // One batch, counted many times: a result of any length without the memory for it.
    arrow::Int64Builder numbers;
    arrow::StringBuilder words;
    QVERIFY(numbers.Reserve(kBatchRows).ok());
    for (qint64 i = 0; i < kBatchRows; ++i) {
        numbers.UnsafeAppend(i);
        if (i % 3 == 2)
            QVERIFY(words.AppendNull().ok());
        else
            QVERIFY(words.Append(i % 3 ? "b\tc" : "a").ok());
    }
    m_schema = arrow::schema({ arrow::field("n", arrow::int64(), true, arrow::key_value_metadata({ { kTypeKey, "bigint" } })),
                               arrow::field("word", arrow::utf8(), true, arrow::key_value_metadata({ { kTypeKey, "varchar" } })) });
    const auto batch = arrow::RecordBatch::Make(m_schema, kBatchRows, { *numbers.Finish(), *words.Finish() });
    m_store = std::make_shared<ResultStore>();
    m_store->setSchema(m_schema);
    for (int i = 0; i < 100; ++i)
        m_store->append(batch);
    m_columns.clear();
    for (const auto &field : m_schema->fields())
        m_columns.emplace_back(field);
}

void tst_ResultGrid::show(ResultGrid &grid, qint64 rowCount)
{
    grid.resize(500, 400);
    grid.setResult(m_store, &m_columns, { u"n"_s, u"word"_s });
    grid.setRowCount(rowCount);
    grid.show();
    QVERIFY(QTest::qWaitForWindowExposed(&grid));
}

void tst_ResultGrid::hundredMillionRows()
{
    ResultGrid grid;
    show(grid, m_store->rowCount());
    QCOMPARE(grid.rowCount(), 100 * kBatchRows);
    grid.verticalScrollBar()->setValue(grid.verticalScrollBar()->maximum());
    const qint64 shown = (grid.viewport()->height() - grid.cellRect(grid.firstVisibleRow(), 0).top()) / grid.rowHeight();
    QCOMPARE(grid.firstVisibleRow(), 100 * kBatchRows - shown);
    grid.scrollToRow(77'777'777);
    QCOMPARE(grid.firstVisibleRow(), 77'777'777);
    grid.setCurrentCell(77'777'778, 0);
    bool tooLarge = false;
    QCOMPARE(grid.selectedText(false, 1000, &tooLarge), "777778");
    QVERIFY(!tooLarge);
}

void tst_ResultGrid::keysMoveTheCurrentCell()
{
    ResultGrid grid;
    show(grid, 1000);
    QCOMPARE(grid.currentRow(), 0);
    QTest::keyClick(&grid, Qt::Key_Down);
    QTest::keyClick(&grid, Qt::Key_Right);
    QCOMPARE(grid.currentRow(), 1);
    QCOMPARE(grid.currentColumn(), 1);
    QTest::keyClick(&grid, Qt::Key_Tab);
    QCOMPARE(grid.currentRow(), 2);
    QCOMPARE(grid.currentColumn(), 0);
    QTest::keyClick(&grid, Qt::Key_End, Qt::ControlModifier);
    QCOMPARE(grid.currentRow(), 999);
    QVERIFY(grid.firstVisibleRow() > 900);
    QTest::keyClick(&grid, Qt::Key_Home, Qt::ControlModifier);
    QCOMPARE(grid.currentRow(), 0);
    QCOMPARE(grid.firstVisibleRow(), 0);
    QTest::keyClick(&grid, Qt::Key_Up);
    QCOMPARE(grid.currentRow(), 0);
}

static void turnWheel(ResultGrid &grid, QPoint pixels, QPoint angle, Qt::KeyboardModifiers modifiers = {})
{
    const QPointF at(200, 200);
    QWheelEvent event(at, grid.viewport()->mapToGlobal(at), pixels, angle, Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(grid.viewport(), &event);
}

void tst_ResultGrid::theTouchpadScrollsByPixels()
{
    ResultGrid grid;
    show(grid, 100 * kBatchRows);
    const int height = grid.rowHeight();
    turnWheel(grid, { 0, -7 }, { 0, -14 });
    QCOMPARE(grid.firstVisibleRow(), 0);
    QCOMPARE(grid.rowOffset(), 7);
    QCOMPARE(grid.cellRect(0, 0).top(), grid.cellRect(1, 0).top() - height);
    QCOMPARE(grid.rowAtY(grid.cellRect(3, 0).top()), 3);
    QCOMPARE(grid.rowAtY(grid.cellRect(3, 0).bottom()), 3);
    turnWheel(grid, { 0, -height }, { 0, -14 });
    QCOMPARE(grid.firstVisibleRow(), 1);
    QCOMPARE(grid.rowOffset(), 7);
    turnWheel(grid, { 0, 8 }, { 0, 14 });
    QCOMPARE(grid.firstVisibleRow(), 0);
    QCOMPARE(grid.rowOffset(), height - 1);
    // A key brings the current row whole into sight.
    grid.setCurrentCell(0, 0);
    QCOMPARE(grid.rowOffset(), 0);
    // Neither end is passed, and pixels work as far down as rows go.
    turnWheel(grid, { 0, 5000 }, { 0, 120 });
    QCOMPARE(grid.firstVisibleRow(), 0);
    QCOMPARE(grid.rowOffset(), 0);
    grid.scrollToRow(99'000'000);
    turnWheel(grid, { 0, -3 }, { 0, -6 });
    QCOMPARE(grid.firstVisibleRow(), 99'000'000);
    QCOMPARE(grid.rowOffset(), 3);
    for (int i = 0; i < 3; ++i)
        turnWheel(grid, { 0, -2'000'000'000 }, { 0, -120 });
    const qint64 last = grid.firstVisibleRow();
    QCOMPARE(grid.rowOffset(), 0);
    QVERIFY(grid.cellRect(100 * kBatchRows - 1, 0).bottom() <= grid.viewport()->height());
    QVERIFY(last > 99'999'900);
}

void tst_ResultGrid::theWheelScrollsByLines()
{
    ResultGrid grid;
    show(grid, 1000);
    turnWheel(grid, {}, { 0, -120 });
    QCOMPARE(grid.firstVisibleRow(), QApplication::wheelScrollLines());
    QCOMPARE(grid.rowOffset(), 0);
    // A wheel without notches says parts of one; they add up to the same place.
    for (int i = 0; i < 8; ++i)
        turnWheel(grid, {}, { 0, -15 });
    QCOMPARE(grid.firstVisibleRow(), 2 * QApplication::wheelScrollLines());
    QCOMPARE(grid.rowOffset(), 0);
}

namespace {

/// The rows of pixels that paint events asked for.
class PaintedHeight : public QObject
{
public:
    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() == QEvent::Paint) {
            for (const QRect &rect : static_cast<QPaintEvent *>(event)->region())
                pixels += rect.height();
        }
        return false;
    }
    int pixels = 0;
};

} // namespace

using Move = std::function<void(ResultGrid &)>;
Q_DECLARE_METATYPE(Move)

void tst_ResultGrid::whatIsPaintedMoves_data()
{
    QTest::addColumn<Move>("move");
    QTest::addColumn<int>("paintedRows"); // at most, where a row begins with a pixel of the screen
    QTest::newRow("a line down") << Move([](ResultGrid &grid) { grid.verticalScrollBar()->setValue(501); }) << 2;
    QTest::newRow("a line up") << Move([](ResultGrid &grid) { grid.verticalScrollBar()->setValue(499); }) << 2;
    QTest::newRow("three lines by the wheel") << Move([](ResultGrid &grid) { turnWheel(grid, {}, { 0, -120 }); }) << 4;
    QTest::newRow("five pixels") << Move([](ResultGrid &grid) { turnWheel(grid, { 0, -5 }, { 0, -10 }); }) << 2;
    QTest::newRow("down, and up again by less") << Move([](ResultGrid &grid) {
        grid.scrollToRow(504);
        grid.scrollToRow(502, 3);
    }) << 6;
    QTest::newRow("down by a key at the lower edge") << Move([](ResultGrid &grid) {
        grid.setCurrentCell(grid.firstVisibleRow() + (grid.viewport()->height() - grid.cellRect(500, 0).top()) / grid.rowHeight() - 1, 1);
        QCoreApplication::processEvents();
        QTest::keyClick(&grid, Qt::Key_Down);
    }) << 30;
    QTest::newRow("with a selection that is made larger") << Move([](ResultGrid &grid) {
        grid.setCurrentCell(503, 0);
        grid.setCurrentCell(506, 1, true);
        grid.verticalScrollBar()->setValue(502);
        grid.setCurrentCell(508, 1, true);
    }) << 30;
    QTest::newRow("a column is selected and left") << Move([](ResultGrid &grid) {
        grid.selectColumn(1);
        QCoreApplication::processEvents();
        grid.setCurrentCell(505, 0);
        grid.scrollToRow(501);
    }) << 60;
    QTest::newRow("a page") << Move([](ResultGrid &grid) { grid.scrollToRow(540); }) << 30;
    QTest::newRow("to the end") << Move([](ResultGrid &grid) { grid.scrollToRow(1'000'000); }) << 30;
}

void tst_ResultGrid::whatIsPaintedMoves()
{
    QFETCH(Move, move);
    QFETCH(int, paintedRows);
    ResultGrid grid;
    show(grid, 1000);
    grid.freezeColumns(1);
    grid.setCurrentCell(502, 1);
    grid.scrollToRow(500);
    QCoreApplication::processEvents();
    PaintedHeight painted;
    grid.viewport()->installEventFilter(&painted);
    move(grid);
    QCoreApplication::processEvents();
    const qreal rowPixels = grid.rowHeight() * grid.devicePixelRatioF();
    if (rowPixels == std::floor(rowPixels) && grid.devicePixelRatioF() == std::floor(grid.devicePixelRatioF()))
        QVERIFY2(painted.pixels <= paintedRows * grid.rowHeight(), qPrintable(QString::number(painted.pixels)));
    QVERIFY(painted.pixels > 0);
    // What is on the screen is what would be painted anew.
    QCOMPARE(grid.backingStore()->paintDevice()->devType(), int(QInternal::Image));
    const QImage onScreen = static_cast<const QImage *>(grid.backingStore()->paintDevice())->copy();
    QCOMPARE(onScreen.size(), grid.size() * grid.devicePixelRatioF());
    grid.viewport()->update();
    QCoreApplication::processEvents();
    const QImage anew = static_cast<const QImage *>(grid.backingStore()->paintDevice())->copy();
    QVERIFY(onScreen == anew);
}

void tst_ResultGrid::theThumbLandsOnItsRow()
{
    ResultGrid grid;
    show(grid, 100 * kBatchRows);
    QScrollBar *bar = grid.verticalScrollBar();
    bar->setSliderDown(true);
    for (const qint64 row : { 50'000'001LL, 7LL, 99'999'000LL }) {
        bar->setSliderPosition(int(row));
        QCOMPARE(grid.firstVisibleRow(), row);
        QCOMPARE(grid.cellText(grid.firstVisibleRow(), 0), QString::number(row % kBatchRows));
    }
    bar->setSliderPosition(bar->maximum());
    QVERIFY(grid.cellRect(100 * kBatchRows - 1, 0).bottom() <= grid.viewport()->height());
}

void tst_ResultGrid::controlAndTheWheelChangeTheFont()
{
    ResultGrid grid;
    show(grid, 1000);
    const int size = grid.fontInfo().pixelSize();
    turnWheel(grid, {}, { 0, 120 }, Qt::ControlModifier);
    QCOMPARE(grid.fontInfo().pixelSize(), size + 1);
    QCOMPARE(grid.firstVisibleRow(), 0);
    turnWheel(grid, {}, { 0, -240 }, Qt::ControlModifier);
    QCOMPARE(grid.fontInfo().pixelSize(), size - 1);
    QTest::keyClick(&grid, Qt::Key_0, Qt::ControlModifier);
    QCOMPARE(grid.fontInfo().pixelSize(), QFontInfo(QApplication::font()).pixelSize());
}

void tst_ResultGrid::nullsAreNotCopiedAsText()
{
    ResultGrid grid;
    show(grid, 1000);
    grid.setCurrentCell(2, 0);
    grid.setCurrentCell(2, 1, true);
    bool tooLarge = false;
    QCOMPARE(grid.selectedText(false, 1000, &tooLarge), "2\t\n");
}

void tst_ResultGrid::selectAllIsArithmetic()
{
    ResultGrid grid;
    show(grid, m_store->rowCount());
    QTest::keyClick(&grid, Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(grid.selection().cellCount(), 200 * kBatchRows);
    bool tooLarge = false;
    QVERIFY(grid.selectedText(false, 1'000'000, &tooLarge).isEmpty());
    QVERIFY(tooLarge);
}

void tst_ResultGrid::singleLine_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shown");
    QTest::newRow("plain text stays") << u"Grüße 😀"_s << u"Grüße 😀"_s;
    QTest::newRow("a line break is seen") << u"a\nb"_s << u"a↵b"_s;
    QTest::newRow("a tab is seen") << u"a\tb"_s << u"a⇥b"_s;
    QTest::newRow("NUL is seen") << QString(QChar(0)) << u"␀"_s;
    QTest::newRow("a right-to-left override is written out") << u"a\u202eb"_s << u"a⟨U+202E⟩b"_s;
}

void tst_ResultGrid::singleLine()
{
    QFETCH(QString, text);
    QTEST(Grebe::singleLine(text), "shown");
}

void tst_ResultGrid::durations_data()
{
    QTest::addColumn<qint64>("milliseconds");
    QTest::addColumn<QString>("text");
    QTest::newRow("milliseconds") << qint64(84) << u"84 ms"_s;
    QTest::newRow("seconds with a digit") << qint64(3200) << u"3.2 s"_s;
    QTest::newRow("minutes") << qint64(245'000) << u"4 min 5 s"_s;
    QTest::newRow("hours") << qint64(3'720'000) << u"1 h 2 min"_s;
}

void tst_ResultGrid::durations()
{
    QFETCH(qint64, milliseconds);
    QLocale::setDefault(QLocale::c());
    QTEST(durationText(milliseconds), "text");
}

QTEST_MAIN(tst_ResultGrid)
#include "tst_resultgrid.moc"
