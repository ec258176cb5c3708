// SPDX-License-Identifier: Apache-2.0
#include "results/chartplot.h"
#include "results/chartview.h"
#include "results/resultview.h"
#include "widgets/theme.h"

#include <arrow/api.h>

#include <QApplication>
#include <QClipboard>
#include <QCheckBox>
#include <QMimeData>
#include <QSettings>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace Grebe;
using namespace Qt::StringLiterals;

// Charts as a person makes them: from the grid, by keys and the mouse.
class tst_ChartView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void aKeyOpensAndClosesIt();
    void theSelectionIsDrawn();
    void theColumnUnderTheCursorIsMeant();
    void textsAloneSayWhy();
    void kindsAreChosen();
    void aLogScaleIsRefusedInWords();
    void aLogScaleOfWhatIsAboveZero();
    void theLegendHidesASeries();
    void zoomsAndBack();
    void manyRowsAreReadAgainWhereOneLooks();
    void wordsAreExact();
    void wordsOfABarThatStandsForMore();
    void savesAPng();
    void savesAnSvg();
    void saysWhatCannotBeWritten();
    void copiesThePicture();
    void followsRowsThatArrive();
    void followsTheFilter();
    void drawsManyPointsAtOnce();

private:
    void open();
    ChartView *chart() const { return m_view->chart(); }

    std::shared_ptr<ResultStore> m_store;
    std::vector<ColumnFormatter> m_columns;
    QStringList m_names;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ResultView> m_view;
    ResultGrid *m_grid = nullptr;
};

static constexpr int kRows = 30'000;
enum Column { Day, Status, Total, Change };

void tst_ChartView::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    m_folder = std::make_unique<QTemporaryDir>();
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder->path());
    Theme::apply(Theme::schemeFromText(qEnvironmentVariable("GREBE_TEST_THEME", u"light"_s)));
    arrow::Date32Builder days;
    arrow::StringBuilder statuses;
    arrow::Decimal128Builder totals(arrow::decimal128(24, 4));
    arrow::DoubleBuilder changes;
    for (int i = 0; i < kRows; ++i) {
        QVERIFY(days.Append(i).ok());
        QVERIFY(statuses.Append(i % 3 ? i % 3 == 1 ? "OPEN" : "SHIPPED" : "RETURNED").ok());
        QVERIFY(totals.Append(*arrow::Decimal128::FromString("12345678901234567.0000") + arrow::Decimal128(i)).ok());
        if (i % 1000 == 500)
            QVERIFY(changes.AppendNull().ok());
        else
            QVERIFY(changes.Append(std::sin(i / 50.0) * 10).ok());
    }
    const auto typed = [](const char *name, const std::shared_ptr<arrow::DataType> &type, const char *text) {
        return arrow::field(name, type, true, arrow::key_value_metadata({ { kTypeKey, text } }));
    };
    const auto schema = arrow::schema({ typed("day", arrow::date32(), "date"), typed("status", arrow::utf8(), "varchar"),
                                        typed("total", arrow::decimal128(24, 4), "decimal(24, 4)"), typed("change", arrow::float64(), "double") });
    m_store = std::make_shared<ResultStore>();
    m_store->setSchema(schema);
    m_store->append(arrow::RecordBatch::Make(schema, kRows, { *days.Finish(), *statuses.Finish(), *totals.Finish(), *changes.Finish() }));
    for (const auto &field : schema->fields()) {
        m_columns.emplace_back(field);
        m_names << QString::fromStdString(field->name());
    }
}

void tst_ChartView::init()
{
    m_view = std::make_unique<ResultView>();
    m_view->setColumnMemory(ColumnMemory(m_folder->filePath(u"columns.ini"_s)));
    m_view->resize(1200, 500);
    m_view->setResult(m_store, &m_columns, m_names);
    m_view->setRowCount(300);
    m_grid = m_view->grid();
    m_view->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    m_grid->setFocus();
    QTRY_VERIFY(m_grid->hasFocus());
}

// GREBE_TEST_PICTURES names a folder for pictures of how each test leaves the view; GREBE_TEST_THEME is light or dark.
void tst_ChartView::cleanup()
{
    if (const QString folder = qEnvironmentVariable("GREBE_TEST_PICTURES"); !folder.isEmpty())
        m_view->grab().save(folder + u'/' + QString::fromLatin1(QTest::currentTestFunction()) + u".png"_s);
    m_view.reset();
}

void tst_ChartView::open()
{
    QTest::keyClick(m_grid, Qt::Key_G, Qt::ControlModifier | Qt::AltModifier);
    QVERIFY(chart());
    QTRY_VERIFY(!chart()->isWorking() && (chart()->data() || !chart()->messageText().isEmpty()));
}

void tst_ChartView::aKeyOpensAndClosesIt()
{
    QVERIFY(!chart());
    open();
    QVERIFY(chart()->isVisibleTo(m_view.get()));
    QCOMPARE(chart()->request().kind, ChartKind::Line);
    QCOMPARE(chart()->request().x, int(Day));
    QVERIFY(chart()->data());
    QCOMPARE(chart()->data()->rowCount, 300);
    QTest::keyClick(m_grid, Qt::Key_G, Qt::ControlModifier | Qt::AltModifier);
    QVERIFY(!chart()->isVisibleTo(m_view.get()));
    QVERIFY(m_grid->hasFocus());
    open();
    QTest::keyClick(chart()->plot(), Qt::Key_Escape);
    QVERIFY(!chart()->isVisibleTo(m_view.get()));
}

void tst_ChartView::theSelectionIsDrawn()
{
    m_grid->setCurrentCell(10, Status);
    m_grid->setCurrentCell(15, Change, true);
    open();
    QCOMPARE(chart()->request().kind, ChartKind::Bar);
    QCOMPARE(chart()->request().series, QList<int>({ Total, Change }));
    QCOMPARE(chart()->data()->rowCount, 6);
    QCOMPARE(chart()->data()->categories.size(), 3);
    QVERIFY(chart()->isOfSelection());
    // Another selection, and the same key: drawn anew, not closed.
    m_grid->setCurrentCell(0, Day);
    m_grid->setCurrentCell(4, Day, true);
    open();
    QVERIFY(chart()->isVisibleTo(m_view.get()));
    QTRY_COMPARE(chart()->data()->rowCount, 5);
    QCOMPARE(chart()->request().kind, ChartKind::Histogram);
}

void tst_ChartView::theColumnUnderTheCursorIsMeant()
{
    m_grid->setCurrentCell(3, Change);
    open();
    QCOMPARE(chart()->request().series, QList<int>({ Change }));
}

void tst_ChartView::textsAloneSayWhy()
{
    m_grid->setCurrentCell(0, Status);
    m_grid->setCurrentCell(5, Status, true);
    open();
    QCOMPARE(chart()->messageText(), u"Nothing numeric is selected"_s);
    QVERIFY(!chart()->data());
}

void tst_ChartView::kindsAreChosen()
{
    open();
    for (const ChartKind kind : { ChartKind::Scatter, ChartKind::Histogram, ChartKind::Bar, ChartKind::Line }) {
        QSignalSpy spy(chart(), &ChartView::changed);
        chart()->setKind(kind);
        QTRY_VERIFY(!spy.isEmpty());
        if (kind == ChartKind::Bar) {
            QVERIFY(chart()->messageText().contains(u"too many for bars"_s));
        } else {
            QVERIFY2(chart()->data(), qPrintable(chart()->messageText()));
            QCOMPARE(chart()->data()->request.kind, kind);
        }
    }
    // A text on the axis is a matter of bars.
    QSignalSpy spy(chart(), &ChartView::changed);
    chart()->setX(Status);
    QTRY_VERIFY(!spy.isEmpty());
    QCOMPARE(chart()->data()->request.kind, ChartKind::Bar);
    QCOMPARE(chart()->data()->categories, QStringList({ u"RETURNED"_s, u"OPEN"_s, u"SHIPPED"_s }));
}

void tst_ChartView::aLogScaleIsRefusedInWords()
{
    m_grid->setCurrentCell(0, Change);
    open();
    auto *box = chart()->findChild<QCheckBox *>();
    box->click();
    QVERIFY(!box->isChecked());
    QVERIFY(!chart()->plot()->isLogarithmic());
    QVERIFY2(chart()->noteText().startsWith(u"A log scale has no place for "_s), qPrintable(chart()->noteText()));
}

void tst_ChartView::aLogScaleOfWhatIsAboveZero()
{
    m_grid->setCurrentCell(0, Total);
    open();
    auto *box = chart()->findChild<QCheckBox *>();
    box->click();
    QVERIFY(box->isChecked());
    QVERIFY(chart()->plot()->isLogarithmic());
    QVERIFY(chart()->plot()->shownRange().top() > 0);
    // A column that has no log scale takes it away again.
    QSignalSpy spy(chart(), &ChartView::changed);
    chart()->setSeries({ Change });
    QTRY_VERIFY(!spy.isEmpty());
    QVERIFY(!box->isChecked());
    QVERIFY(!chart()->plot()->isLogarithmic());
}

void tst_ChartView::theLegendHidesASeries()
{
    m_grid->setCurrentCell(0, Day);
    m_grid->setCurrentCell(299, Change, true);
    open();
    ChartPlot *plot = chart()->plot();
    QWidget *label = nullptr;
    for (QWidget *child : plot->findChildren<QWidget *>()) {
        if (QByteArray(child->metaObject()->className()) == "QwtLegendLabel" && child->isVisible() && !label)
            label = child;
    }
    QVERIFY(label);
    QVERIFY(plot->isSeriesVisible(0));
    const QImage before = plot->image(1);
    QTest::mouseClick(label, Qt::LeftButton);
    QVERIFY(!plot->isSeriesVisible(0));
    QVERIFY(plot->isSeriesVisible(1));
    QVERIFY(plot->image(1) != before);
    plot->setSeriesVisible(0, true);
    QVERIFY(plot->isSeriesVisible(0));
}

void tst_ChartView::zoomsAndBack()
{
    open();
    ChartPlot *plot = chart()->plot();
    QTRY_VERIFY(plot->canvas()->width() > 100);
    const QRectF all = plot->shownRange();
    QWidget *canvas = plot->canvas();
    QTest::mousePress(canvas, Qt::LeftButton, {}, QPoint(50, 40));
    QTest::mouseMove(canvas, QPoint(150, 120));
    QTest::mouseRelease(canvas, Qt::LeftButton, {}, QPoint(150, 120));
    QVERIFY(plot->isZoomed());
    const QRectF part = plot->shownRange();
    QVERIFY(part.width() < all.width() && part.left() > all.left() && part.height() < all.height());
    QTest::keyClick(plot, Qt::Key_0);
    QVERIFY(!plot->isZoomed());
    QCOMPARE(plot->shownRange(), all);
    QWheelEvent wheel(QPointF(100, 80), canvas->mapToGlobal(QPointF(100, 80)), {}, QPoint(0, 120), Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(canvas, &wheel);
    QVERIFY(plot->isZoomed());
    QTest::mouseDClick(canvas, Qt::LeftButton, {}, QPoint(60, 60));
    QVERIFY(!plot->isZoomed());
}

void tst_ChartView::manyRowsAreReadAgainWhereOneLooks()
{
    m_view->setRowCount(kRows);
    m_grid->setCurrentCell(0, Change);
    open();
    QVERIFY(chart()->data()->isReduced);
    QSignalSpy spy(chart(), &ChartView::changed);
    QRectF part = chart()->plot()->shownRange();
    part.setWidth(part.width() / 20);
    chart()->plot()->zoomTo(part);
    QTRY_VERIFY(!spy.isEmpty());
    QVERIFY(!chart()->data()->isReduced);
    QCOMPARE(chart()->plot()->shownRange(), part);
    spy.clear();
    chart()->plot()->resetZoom();
    QTRY_VERIFY(!spy.isEmpty());
    QVERIFY(chart()->data()->isReduced);
}

void tst_ChartView::wordsAreExact()
{
    m_grid->setCurrentCell(7, Total);
    open();
    ChartPlot *plot = chart()->plot();
    const ChartData::Point &point = chart()->data()->series.at(0).points.at(7);
    const QPointF at(plot->transform(QwtAxis::XBottom, point.x), plot->transform(QwtAxis::YLeft, point.y));
    QCOMPARE(plot->textAt(at), u"day  1970-01-08\ntotal  12,345,678,901,234,567.0007"_s);
    QVERIFY(chart()->noteText().contains(u"drawn to 15 digits"_s));
    QCOMPARE(plot->textAt(QPointF(-500, -500)), QString());
}

void tst_ChartView::wordsOfABarThatStandsForMore()
{
    m_grid->setCurrentCell(0, Status);
    m_grid->setCurrentCell(8, Change, true);
    open();
    chart()->setSeries({ Change });
    QTRY_VERIFY(!chart()->isWorking() && chart()->data()->series.size() == 1u);
    ChartPlot *plot = chart()->plot();
    const QString text = plot->textAt(QPointF(plot->transform(QwtAxis::XBottom, 1.0), 10));
    QVERIFY2(text.startsWith(u"OPEN\nchange  "_s) && text.endsWith(u"\n3 rows"_s), qPrintable(text));
    QVERIFY(chart()->noteText().contains(u"sum of all rows with the same value"_s));
}

void tst_ChartView::savesAPng()
{
    open();
    const QString file = m_folder->filePath(u"chart.png"_s);
    QCOMPARE(chart()->save(file), QString());
    const QImage image(file);
    QVERIFY(!image.isNull());
    QCOMPARE(image.size(), chart()->plot()->size() * 2);
    // There is a line in it, in the colour of the first series.
    const QColor line = Theme::seriesColor(chart()->palette(), 0);
    qint64 count = 0;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) == line;
    }
    QVERIFY2(count > 200, qPrintable(QString::number(count)));
}

void tst_ChartView::savesAnSvg()
{
    open();
    const QString file = m_folder->filePath(u"chart.SVG"_s);
    QCOMPARE(chart()->save(file), QString());
    QSvgRenderer renderer(file);
    QVERIFY(renderer.isValid());
    QCOMPARE(renderer.viewBox().size(), chart()->plot()->size());
    QFile in(file);
    QVERIFY(in.open(QIODevice::ReadOnly));
    const QByteArray bytes = in.readAll();
    QVERIFY(bytes.contains(Theme::seriesColor(chart()->palette(), 0).name().toLatin1()));
    QVERIFY(bytes.contains("1970-0")); // the axis is text, not a picture of it
}

void tst_ChartView::saysWhatCannotBeWritten()
{
    open();
    const QString file = m_folder->filePath(u"no/such/folder/chart.png"_s);
    const QString error = chart()->save(file);
    QVERIFY2(error.contains(u"chart.png can't be written"_s), qPrintable(error));
    QVERIFY(!QFile::exists(file));
}

void tst_ChartView::copiesThePicture()
{
    open();
    chart()->copyImage();
    QCOMPARE(QApplication::clipboard()->image().size(), chart()->plot()->size() * 2);
}

void tst_ChartView::followsRowsThatArrive()
{
    open();
    QCOMPARE(chart()->data()->rowCount, 300);
    m_view->setRowCount(400);
    QTRY_COMPARE(chart()->data()->rowCount, 400);
}

void tst_ChartView::followsTheFilter()
{
    m_grid->setCurrentCell(0, Change);
    open();
    m_view->sortBy({ SortKey { .column = Change, .isDescending = true } });
    QTRY_VERIFY(m_grid->order());
    QTRY_COMPARE(chart()->request().cells.rowAt(0), m_grid->sourceRow(0));
    QVERIFY(m_grid->sourceRow(0) != 0);
}

// What is drawn again and again must not take longer than a person notices.
void tst_ChartView::drawsManyPointsAtOnce()
{
    m_view->setRowCount(kRows);
    m_grid->setCurrentCell(0, Change);
    open();
    QVERIFY(chart()->data()->series.at(0).points.size() <= 4u * 4002);
    QBENCHMARK_ONCE
    {
        chart()->plot()->grab();
    }
}

QTEST_MAIN(tst_ChartView)
#include "tst_chartview.moc"
