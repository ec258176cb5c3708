// SPDX-License-Identifier: Apache-2.0
#include "results/cellviewer.h"
#include "results/expressionbar.h"
#include "results/columnpicker.h"
#include "results/filterbar.h"
#include "results/findbar.h"
#include "results/jsontree.h"
#include "results/resultview.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <arrow/api.h>

#include <QAccessible>
#include <QApplication>
#include <QBuffer>
#include <QClipboard>
#include <QImage>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QPlainTextEdit>
#include <QSplitter>
#include <QTextBlock>
#include <QTest>
#include <QTreeWidget>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ResultView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void theStatusBarAddsUp();
    void aLargeSelectionIsAddedUpBesideTheWindow();
    void copiesTheRectangle();
    void copiesAsJsonFromTheMenu();
    void refusesTooMuchAndOffersAFile();
    void spaceOpensAndClosesTheViewer();
    void theViewerShowsJsonAsATree();
    void theViewerShowsBytesAndPictures();
    void hexLinesFitThePanel();
    void nullDoesNotLookLikeText();
    void theViewerShowsLongTextWhole();
    void theViewerAddsUpASelection();
    void f6ShowsTheRow();
    void findsCellsAndColumnNames();
    void goesToAColumnByName();
    void headerClicksSort();
    void filtersByTyping();
    void aWrongFilterSaysWhy();
    void filtersByAnExpression();
    void groupsThousandsFromTheMenu();
    void jsonIsTakenApart();
    void parsesConditions_data();
    void parsesConditions();
    void columnsAreMovedHiddenAndFrozen();
    void aLayoutIsRememberedForTheShape();
    void screenReadersHearValueAndPlace();
    void jsonKeepsEveryDigit();

private:
    void type(const QString &text);
    void picture(const QString &name);

    std::shared_ptr<ResultStore> m_store;
    std::vector<ColumnFormatter> m_columns;
    QStringList m_names;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ResultView> m_view;
    ResultGrid *m_grid = nullptr;
};

static constexpr int kRows = 1000;
static const QString kLong = QString(5000, u'x') + u"end"_s;

void tst_ResultView::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    if (qEnvironmentVariableIsSet("GREBE_TEST_THEME"))
        Theme::apply(Theme::schemeFromText(qEnvironmentVariable("GREBE_TEST_THEME")));
    QImage image(3, 2, QImage::Format_RGB32);
    image.fill(Qt::red);
    QByteArray png;
    QBuffer buffer(&png);
    QVERIFY(image.save(&buffer, "PNG"));

    arrow::Int64Builder numbers;
    arrow::Decimal128Builder prices(arrow::decimal128(12, 2));
    arrow::StringBuilder words;
    arrow::StringBuilder documents;
    arrow::BinaryBuilder blobs;
    for (int i = 0; i < kRows; ++i) {
        QVERIFY(numbers.Append(i).ok());
        QVERIFY(prices.Append(arrow::Decimal128(50139930 - 117327 * i)).ok());
        if (i % 3 == 2)
            QVERIFY(words.AppendNull().ok());
        else
            QVERIFY(words.Append(i % 3 ? "b\tc" : "<b>a</b>").ok());
        if (i == 1)
            QVERIFY(documents.Append(kLong.toStdString()).ok());
        else
            QVERIFY(documents.Append(R"({"id": 12345678901234567890, "tags": ["x", null]})").ok());
        QVERIFY((i == 0 ? blobs.Append(png.constData(), int(png.size())) : blobs.Append("\x01 A")).ok());
    }
    const auto typed = [](const char *name, const std::shared_ptr<arrow::DataType> &type, const char *text) {
        return arrow::field(name, type, true, arrow::key_value_metadata({ { kTypeKey, text } }));
    };
    const auto schema = arrow::schema({ typed("n", arrow::int64(), "bigint"), typed("totalprice", arrow::decimal128(12, 2), "decimal(12, 2)"),
                                        typed("word", arrow::utf8(), "varchar"), typed("document", arrow::utf8(), "varchar"),
                                        typed("blob", arrow::binary(), "varbinary") });
    m_store = std::make_shared<ResultStore>();
    m_store->setSchema(schema);
    m_store->append(arrow::RecordBatch::Make(schema, kRows, { *numbers.Finish(), *prices.Finish(), *words.Finish(),
                                                              *documents.Finish(), *blobs.Finish() }));
    for (const auto &field : schema->fields()) {
        m_columns.emplace_back(field);
        m_names << QString::fromStdString(field->name());
    }
}

void tst_ResultView::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_view = std::make_unique<ResultView>();
    m_view->setColumnMemory(ColumnMemory(m_folder->filePath(u"columns.ini"_s)));
    m_view->resize(1000, 500);
    m_view->setResult(m_store, &m_columns, m_names);
    m_view->setRowCount(kRows);
    m_grid = m_view->grid();
    m_view->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    m_grid->setFocus();
    QTRY_VERIFY(m_grid->hasFocus());
}

// GREBE_TEST_PICTURES names a folder for pictures of how each test leaves the view; GREBE_TEST_THEME is light or dark.
void tst_ResultView::cleanup()
{
    const QString folder = qEnvironmentVariable("GREBE_TEST_PICTURES");
    if (!folder.isEmpty()) {
        m_view->viewer()->refresh(); // which else follows a moment later
        m_view->grab().save(folder + u'/' + QString::fromLatin1(QTest::currentTestFunction()) + u".png"_s);
    }
    m_view.reset();
}

void tst_ResultView::picture(const QString &name)
{
    if (!qEnvironmentVariableIsEmpty("GREBE_TEST_PICTURES"))
        m_view->grab().save(qEnvironmentVariable("GREBE_TEST_PICTURES") + u'/' + name + u".png"_s);
}

void tst_ResultView::type(const QString &text)
{
    QTest::keyClicks(QApplication::focusWidget(), text);
}

void tst_ResultView::theStatusBarAddsUp()
{
    m_grid->setCurrentCell(0, 1);
    QCOMPARE(m_view->summaryText(), QString());
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(m_grid, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(m_view->summaryText(), u"4 cells · sum 1,998,557.58 · avg 499,639.40"_s);
    m_grid->setCurrentCell(0, 2);
    for (int i = 0; i < 2; ++i)
        QTest::keyClick(m_grid, Qt::Key_Down, Qt::ShiftModifier);
    QCOMPARE(m_view->summaryText(), u"3 cells · 1 null · min <b>a</b> · max b⇥c"_s);
}

void tst_ResultView::aLargeSelectionIsAddedUpBesideTheWindow()
{
    QTest::keyClick(m_grid, Qt::Key_A, Qt::ControlModifier);
    QCOMPARE(m_view->summaryText(), u"5,000 cells"_s);
    QTRY_COMPARE(m_view->summaryText(), u"5,000 cells · 333 null"_s);
    m_grid->setCurrentCell(0, 0);
    QTest::keyClick(m_grid, Qt::Key_Space, Qt::ControlModifier);
    QTest::keyClick(m_grid, Qt::Key_Right, Qt::ShiftModifier);
    QTRY_COMPARE(m_view->summaryText(), u"2,000 cells · sum -84,149,565.00 · avg -42,074.78"_s);
}

void tst_ResultView::copiesTheRectangle()
{
    m_grid->setCurrentCell(0, 1);
    QTest::keyClick(m_grid, Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(m_grid, Qt::Key_Down, Qt::ShiftModifier);
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"501399.30\t<b>a</b>\n500226.03\tb c\n"_s); // a tab inside a cell would make two of it
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(QGuiApplication::clipboard()->text().startsWith(u"totalprice\tword\n"_s));
}

void tst_ResultView::copiesAsJsonFromTheMenu()
{
    m_grid->setCurrentCell(1, 0);
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier | Qt::AltModifier);
    QMenu *menu = nullptr;
    QTRY_VERIFY((menu = qobject_cast<QMenu *>(QApplication::activePopupWidget())));
    for (int i = 0; i < 3; ++i)
        QTest::keyClick(menu, Qt::Key_Down);
    QTest::keyClick(menu, Qt::Key_Return);
    QTRY_COMPARE(QGuiApplication::clipboard()->text(), u"[\n{\"n\":1}\n]\n"_s);
}

void tst_ResultView::refusesTooMuchAndOffersAFile()
{
    QGuiApplication::clipboard()->setText(u"before"_s);
    m_view->copier()->setLimit(10'000);
    QTest::keyClick(m_grid, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier);
    QVERIFY2(m_view->noticeText().contains(u"too much for the clipboard"_s), qPrintable(m_view->noticeText()));
    QCOMPARE(QGuiApplication::clipboard()->text(), u"before"_s);
    QSignalSpy copied(m_view->copier(), &CopyCells::copied);
    const QString name = m_folder->filePath(u"all.tsv"_s);
    m_view->copier()->copyToFile(name);
    QVERIFY(copied.wait());
    QFile file(name);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll().count('\n'), kRows);
}

void tst_ResultView::spaceOpensAndClosesTheViewer()
{
    QVERIFY(!m_view->viewer()->isVisible());
    QTest::keyClick(m_grid, Qt::Key_Space);
    QVERIFY(m_view->viewer()->isVisible());
    QTest::keyClick(m_grid, Qt::Key_F6);
    QCOMPARE(m_view->viewer()->page(), CellViewer::Row);
    QTest::keyClick(m_grid, Qt::Key_F7);
    QCOMPARE(m_view->viewer()->page(), CellViewer::Value);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QVERIFY(!m_view->viewer()->isVisible());
    QVERIFY(m_grid->hasFocus());
}

void tst_ResultView::theViewerShowsJsonAsATree()
{
    m_grid->setCurrentCell(0, 3);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QCOMPARE(m_view->viewer()->forms(), QStringList({ u"Text"_s, u"Tree"_s }));
    if (!qEnvironmentVariableIsEmpty("GREBE_TEST_PICTURES"))
        m_view->grab().save(qEnvironmentVariable("GREBE_TEST_PICTURES") + u"/tree.png"_s);
    QVERIFY(m_view->viewer()->shownText().contains(u"\"id\": 12345678901234567890,\n"_s));
    // It follows the current cell; server text is never markup.
    QTest::keyClick(m_grid, Qt::Key_Left);
    QTRY_COMPARE(m_view->viewer()->shownText(), u"<b>a</b>"_s);
    QCOMPARE(m_view->viewer()->forms(), QStringList { u"Text"_s });
}

void tst_ResultView::theViewerShowsBytesAndPictures()
{
    m_grid->setCurrentCell(0, 4);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QCOMPARE(m_view->viewer()->forms(), QStringList({ u"Text"_s, u"Hex"_s, u"Picture"_s }));
    QTest::keyClick(m_grid, Qt::Key_Down);
    QTRY_COMPARE(m_view->viewer()->forms(), QStringList({ u"Text"_s, u"Hex"_s }));
    QVERIFY2(m_view->viewer()->shownText().startsWith(u"000000  01 20 41"_s), qPrintable(m_view->viewer()->shownText()));
}

void tst_ResultView::hexLinesFitThePanel()
{
    m_grid->setCurrentCell(0, 4);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QTRY_VERIFY(m_view->viewer()->forms().contains(u"Picture"_s));
    auto *forms = m_view->viewer()->findChild<Segmented *>();
    forms->setCurrentIndex(1);
    QTRY_VERIFY(m_view->viewer()->shownText().startsWith(u"000000  89 50 4e 47"_s));
    const auto *splitter = qobject_cast<QSplitter *>(m_view->viewer()->parentWidget());
    QVERIFY(splitter);
    QList<qsizetype> lengths;
    for (const int width : { 220, 420, 700 }) {
        QList<int> sizes(splitter->count(), 0);
        sizes.first() = m_view->width() - width;
        sizes.last() = width;
        const_cast<QSplitter *>(splitter)->setSizes(sizes);
        QCoreApplication::sendPostedEvents();
        const qsizetype length = m_view->viewer()->shownText().section(u'\n', 0, 0).size();
        lengths += length;
        QVERIFY2(QFontMetrics(Theme::fixedFont()).horizontalAdvance(u'0') * length < m_view->viewer()->width() || length == 25,
                 qPrintable(u"%1 in %2"_s.arg(length).arg(m_view->viewer()->width())));
    }
    QVERIFY(lengths.first() < lengths.last());
}

void tst_ResultView::nullDoesNotLookLikeText()
{
    m_grid->setCurrentCell(2, 2);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QTRY_COMPARE(m_view->viewer()->shownText(), u"NULL"_s);
    const auto isItalic = [this] {
        const auto texts = m_view->viewer()->findChildren<QPlainTextEdit *>();
        const auto shown = std::ranges::find_if(texts, &QWidget::isVisible);
        return shown != texts.end() && (*shown)->document()->firstBlock().begin().fragment().charFormat().fontItalic();
    };
    QVERIFY(isItalic());
    QTest::keyClick(m_grid, Qt::Key_Down);
    QTRY_COMPARE(m_view->viewer()->shownText(), u"<b>a</b>"_s);
    QVERIFY(!isItalic());
}

void tst_ResultView::theViewerShowsLongTextWhole()
{
    m_grid->setCurrentCell(1, 3);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QCOMPARE(m_view->viewer()->shownText(), kLong);
}

void tst_ResultView::theViewerAddsUpASelection()
{
    m_grid->setCurrentCell(0, 0);
    m_grid->setCurrentCell(2, 0, true);
    QTest::keyClick(m_grid, Qt::Key_Space);
    QStringList lines;
    for (const auto *tree : m_view->viewer()->findChildren<QTreeWidget *>()) {
        for (int i = 0; tree->isVisible() && i < tree->topLevelItemCount(); ++i)
            lines += tree->topLevelItem(i)->text(0) + u' ' + tree->topLevelItem(i)->text(1);
    }
    QCOMPARE(lines, QStringList({ u"values 3"_s, u"null 0"_s, u"distinct 3"_s, u"min 0"_s, u"max 2"_s, u"sum 3"_s, u"average 1"_s }));
}

void tst_ResultView::f6ShowsTheRow()
{
    m_grid->setCurrentCell(1, 2);
    QTest::keyClick(m_grid, Qt::Key_F6);
    QStringList lines;
    for (const auto *tree : m_view->viewer()->findChildren<QTreeWidget *>()) {
        for (int i = 0; tree->isVisible() && i < tree->topLevelItemCount(); ++i)
            lines += tree->topLevelItem(i)->text(0) + u'=' + tree->topLevelItem(i)->text(1).left(20);
    }
    QCOMPARE(lines.size(), 5);
    QCOMPARE(lines[1], u"totalprice=500226.03"_s);
    QCOMPARE(lines[2], u"word=b⇥c"_s);
}

void tst_ResultView::findsCellsAndColumnNames()
{
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier);
    QVERIFY(m_view->findBar()->isVisible());
    type(u"</B"_s);
    QTRY_VERIFY(!m_view->findBar()->isSearching());
    QTRY_COMPARE(m_view->findBar()->status(), u"334 cells"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->currentColumn(), 2);
    QCOMPARE(m_grid->currentRow(), 0);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return, Qt::ShiftModifier);
    QTRY_COMPARE(m_grid->currentRow(), 999); // around the beginning
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    QVERIFY(!m_view->findBar()->isVisible());
    QVERIFY(m_grid->hasFocus());
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier);
    type(u"totalp"_s);
    QTRY_COMPARE(m_view->findBar()->status(), u"In no cell · 1 column name"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->currentColumn(), 1);
}

void tst_ResultView::goesToAColumnByName()
{
    QTest::keyClick(m_grid, Qt::Key_G, Qt::ControlModifier);
    auto *picker = m_grid->findChild<ColumnPicker *>();
    QVERIFY(picker);
    auto *edit = picker->findChild<QLineEdit *>();
    QTest::keyClicks(edit, u"doc"_s);
    QCOMPARE(picker->findChild<QListWidget *>()->count(), 1);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(m_grid->currentColumn(), 3);
}

void tst_ResultView::headerClicksSort()
{
    QSignalSpy changed(m_view.get(), &ResultView::orderChanged);
    const auto click = [this](int column, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mouseClick(m_grid->viewport(), Qt::LeftButton, modifiers, m_grid->headerRect(column).center());
    };
    click(1);
    QTRY_COMPARE(changed.count(), 1);
    QCOMPARE(m_grid->cellText(0, 0), u"999"_s);
    click(1);
    QTRY_COMPARE(changed.count(), 2);
    QCOMPARE(m_grid->cellText(0, 0), u"0"_s);
    click(2);
    QTRY_COMPARE(changed.count(), 3);
    click(0, Qt::ShiftModifier);
    QTRY_COMPARE(changed.count(), 4);
    click(0, Qt::ShiftModifier);
    QTRY_COMPARE(changed.count(), 5);
    QCOMPARE(m_grid->sortKeys().size(), 2);
    QCOMPARE(m_grid->cellText(0, 2), u"<b>a</b>"_s);
    QCOMPARE(m_grid->cellText(0, 0), u"999"_s);
    m_grid->setCurrentCell(0, 0);
    m_grid->setCurrentCell(1, 0, true);
    QCOMPARE(m_view->summaryText(), u"2 cells · sum 1,995 · avg 997.50"_s); // 999 and 996: of the rows as shown
    click(2);
    click(2);
    QTRY_VERIFY(!m_grid->order() || m_grid->sortKeys().size() == 1);
}

void tst_ResultView::filtersByTyping()
{
    m_grid->setCurrentCell(5, 0);
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(m_view->filterBar()->isVisible());
    type(u">= 990"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->rowCount(), 10);
    QCOMPARE(m_view->filteredText(), u"10 of 1,000 rows"_s);
    QVERIFY(m_grid->hasFocus());
    m_grid->setCurrentCell(0, 2);
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    type(u"null"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->rowCount(), 3);
    QCOMPARE(m_grid->cellText(0, 0), u"992"_s);
    picture(u"filters"_s);
    m_view->filterBar()->clear();
    QTRY_COMPARE(m_grid->rowCount(), kRows);
}

void tst_ResultView::aWrongFilterSaysWhy()
{
    m_grid->setCurrentCell(0, 0);
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    type(u"> pear"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_VERIFY(!m_view->noticeText().isEmpty());
    QCOMPARE(m_grid->rowCount(), kRows);
}

void tst_ResultView::filtersByAnExpression()
{
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier | Qt::AltModifier);
    QVERIFY(m_view->expressionBar()->isVisible());
    type(u"n >= 990 and (word is null or n = 999"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QCOMPARE(m_view->expressionBar()->errorText(), u"A closing parenthesis is missing"_s);
    QCOMPARE(m_grid->rowCount(), kRows);
    type(u")"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->rowCount(), 4); // 992, 995, 998 and 999
    picture(u"expression"_s);
    QVERIFY(m_grid->hasFocus());
    // A column's own condition is one more.
    m_grid->setCurrentCell(0, 0);
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    type(u"> 995"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->rowCount(), 2);
    QCOMPARE(m_grid->cellText(0, 0), u"998"_s);
    m_view->filterBar()->clear();
    QTRY_COMPARE(m_grid->rowCount(), 4);
    m_view->expressionBar()->clear();
    QTRY_COMPARE(m_grid->rowCount(), kRows);
}

void tst_ResultView::groupsThousandsFromTheMenu()
{
    QCOMPARE(m_grid->cellText(0, 1), u"501399.30"_s);
    const auto toggle = [this] {
        QMenu menu;
        m_view->fillDisplayMenu(&menu);
        QVERIFY(!menu.actions().at(1)->isEnabled()); // no column has times with a zone
        menu.show();
        QTest::keyClick(&menu, Qt::Key_Down);
        QTest::keyClick(&menu, Qt::Key_Return);
    };
    toggle();
    QCOMPARE(m_grid->cellText(0, 1), u"501,399.30"_s);
    picture(u"grouped"_s);
    m_grid->setCurrentCell(0, 1);
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier);
    QTRY_COMPARE(QApplication::clipboard()->text(), u"501399.30"_s);
    toggle();
    QCOMPARE(m_grid->cellText(0, 1), u"501399.30"_s);
}

void tst_ResultView::jsonIsTakenApart()
{
    m_grid->setColumnWidth(0, 111);
    m_view->explode(2);
    QVERIFY2(m_view->noticeText().contains(u"word"_s), qPrintable(m_view->noticeText())); // text, not JSON
    QCOMPARE(m_grid->columnCount(), 5);
    m_view->explode(3);
    QStringList names;
    for (int column = 0; column < m_grid->columnCount(); ++column)
        names += m_grid->columnName(column);
    QCOMPARE(names, QStringList({ u"n"_s, u"totalprice"_s, u"word"_s, u"document.id"_s, u"document.tags"_s, u"blob"_s }));
    QCOMPARE(m_grid->columnWidth(0), 111);
    QCOMPARE(m_grid->rowCount(), kRows);
    QCOMPARE(m_grid->cellText(0, 3), u"12345678901234567890"_s);
    bool isNull = false;
    m_grid->cellText(1, 3, -1, &isNull); // a long text that is no JSON
    QVERIFY(isNull);
    QCOMPARE(m_grid->cellText(2, 4), u"[\"x\",null]"_s);
    picture(u"parts"_s);
    // Filters and copying see the parts.
    m_grid->setCurrentCell(0, 3);
    QTest::keyClick(m_grid, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    type(u"null"_s);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
    QTRY_COMPARE(m_grid->rowCount(), 1);
    QCOMPARE(m_grid->cellText(0, 0), u"1"_s);
    m_grid->setCurrentCell(0, 0);
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier);
    QTRY_COMPARE(QApplication::clipboard()->text(), u"1"_s);
    m_view->putTogether(m_grid->sourceColumn(4));
    QCOMPARE(m_grid->columnCount(), 5);
    QCOMPARE(m_grid->columnName(3), u"document"_s);
    QCOMPARE(m_grid->rowCount(), kRows);
    QCOMPARE(m_grid->columnWidth(0), 111);
}

void tst_ResultView::parsesConditions_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<Filter::Test>("test");
    QTest::addColumn<QString>("values");
    QTest::newRow("text is looked for") << u" OPEN "_s << Filter::Test::Contains << u"OPEN|"_s;
    QTest::newRow("= compares") << u"= 4"_s << Filter::Test::Equals << u"4|"_s;
    QTest::newRow("<> differs") << u"<>4"_s << Filter::Test::Differs << u"4|"_s;
    QTest::newRow("<= is not <") << u"<=4"_s << Filter::Test::LessOrEqual << u"4|"_s;
    QTest::newRow("> is greater") << u">4"_s << Filter::Test::Greater << u"4|"_s;
    QTest::newRow("two dots are between") << u"1.5 .. 2.5"_s << Filter::Test::Between << u"1.5|2.5"_s;
    QTest::newRow("slashes are a regular expression") << u"/^a/"_s << Filter::Test::Regex << u"^a|"_s;
    QTest::newRow("null asks for it") << u"NULL"_s << Filter::Test::IsNull << u"|"_s;
    QTest::newRow("!null asks for the others") << u"!null"_s << Filter::Test::IsNotNull << u"|"_s;
}

void tst_ResultView::parsesConditions()
{
    QFETCH(QString, text);
    const std::optional<Filter> filter = FilterBar::parse(3, text);
    QVERIFY(filter);
    QCOMPARE(filter->column, 3);
    QTEST(filter->test, "test");
    QTEST(filter->value + u'|' + filter->upperValue, "values");
    QVERIFY(!FilterBar::parse(0, u"  "_s));
}

void tst_ResultView::columnsAreMovedHiddenAndFrozen()
{
    const QPoint from = m_grid->headerRect(0).center();
    const QRect over = m_grid->headerRect(2);
    QTest::mousePress(m_grid->viewport(), Qt::LeftButton, {}, from);
    QTest::mouseMove(m_grid->viewport(), from + QPoint(30, 0));
    QTest::mouseMove(m_grid->viewport(), QPoint(over.right() - 10, from.y()));
    QTest::mouseRelease(m_grid->viewport(), Qt::LeftButton, {}, QPoint(over.right() - 10, from.y()));
    QCOMPARE(m_grid->columnName(2), u"n"_s);
    QCOMPARE(m_grid->columnName(0), u"totalprice"_s);
    QVERIFY(m_grid->sortKeys().isEmpty()); // a drag is no click
    m_grid->hideColumn(1);
    QCOMPARE(m_grid->columnCount(), 4);
    QCOMPARE(m_grid->columnName(1), u"n"_s);
    m_grid->freezeColumns(1);
    m_view->resize(350, 400);
    m_grid->setCurrentCell(0, 3);
    QCOMPARE(m_grid->headerRect(0).left(), m_grid->rowNumberWidth()); // stays
    QVERIFY(m_grid->headerRect(1).left() < m_grid->headerRect(0).right());
    m_grid->setCurrentCell(0, 0);
    QTest::keyClick(m_grid, Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(m_grid, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QGuiApplication::clipboard()->text(), u"501399.30\t0\n"_s); // as shown
    m_grid->showAllColumns();
    QCOMPARE(m_grid->columnName(0), u"n"_s);
}

void tst_ResultView::aLayoutIsRememberedForTheShape()
{
    m_grid->setColumnWidth(1, 222);
    m_grid->moveColumn(4, 0);
    m_grid->hideColumn(3);
    m_grid->freezeColumns(2);
    m_view->setResult(nullptr, nullptr, {});
    m_view->setResult(m_store, &m_columns, m_names);
    m_view->setRowCount(kRows);
    QCOMPARE(m_grid->columnCount(), 4);
    QCOMPARE(m_grid->columnName(0), u"blob"_s);
    QCOMPARE(m_grid->columnWidth(2), 222);
    QCOMPARE(m_grid->layout().frozen(), 2);
    QVERIFY(m_grid->layout().isHidden(2));
    // Another shape knows nothing of it, and a damaged file is as good as none.
    GridColumns other;
    other.reset(5, 50);
    const ColumnMemory memory(m_folder->filePath(u"columns.ini"_s));
    QVERIFY(!memory.restore(ColumnMemory::shapeOf(m_names, m_names), other));
    QFile file(m_folder->filePath(u"broken.ini"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[layout]\nx=2;0:50;0:50;9:1;a:b;1:99999\n");
    file.close();
    QVERIFY(!ColumnMemory(file.fileName()).restore(u"x"_s, other));
    QCOMPARE(other.count(), 5);
}

void tst_ResultView::screenReadersHearValueAndPlace()
{
    QAccessible::setActive(true);
    QAccessibleInterface *table = QAccessible::queryAccessibleInterface(m_grid);
    QVERIFY(table && table->tableInterface());
    QCOMPARE(table->role(), QAccessible::Table);
    QCOMPARE(table->tableInterface()->rowCount(), kRows);
    QCOMPARE(table->tableInterface()->columnCount(), 5);
    QCOMPARE(table->text(QAccessible::Description), u"1,000 rows, 5 columns"_s);
    m_grid->setCurrentCell(0, 0);
    QTest::keyClick(m_grid, Qt::Key_Down);
    QCOMPARE(table->focusChild()->text(QAccessible::Name), u"1, row 2"_s);
    QTest::keyClick(m_grid, Qt::Key_Right);
    QCOMPARE(table->focusChild()->text(QAccessible::Name), u"500226.03, totalprice"_s);
    QVERIFY(table->focusChild()->state().focused);
    QAccessibleInterface *cell = table->tableInterface()->cellAt(4, 1);
    QVERIFY(cell && cell->tableCellInterface());
    QCOMPARE(cell->text(QAccessible::Value), u"496706.22"_s);
    QCOMPARE(cell->tableCellInterface()->rowIndex(), 4);
    QCOMPARE(table->tableInterface()->columnDescription(2), u"word"_s);
    QVERIFY(!table->tableInterface()->cellAt(kRows, 0));
    m_grid->setCurrentCell(2, 2);
    QCOMPARE(table->focusChild()->text(QAccessible::Name), u"NULL, row 3"_s);
    QAccessible::setActive(false);
}

void tst_ResultView::jsonKeepsEveryDigit()
{
    const JsonTree tree(uR"({"a": [1.10, 12345678901234567890], "b": {"c": "x\u00e9\n", "d": true}})"_s);
    QVERIFY(tree.isValid());
    QCOMPARE(tree.nodes().size(), 7);
    QCOMPARE(tree.nodes()[2].value, u"1.10"_s);
    QCOMPARE(tree.nodes()[3].value, u"12345678901234567890"_s);
    QCOMPARE(tree.path(3, u"col"_s), u"col.a[2]"_s);
    QCOMPARE(tree.nodes()[5].value, u"xé\n"_s);
    JsonTree maps(uR"([{"m": [["it's", [[1, "x"]]], ["b", null]], "odd name": 2}])"_s);
    const auto numbers = arrow::map(arrow::int64(), arrow::utf8());
    maps.findMaps(*arrow::list(arrow::struct_({ arrow::field("m", arrow::map(arrow::utf8(), numbers)), arrow::field("odd name", arrow::int64()) })));
    QStringList paths;
    for (int node = 1; node < int(maps.nodes().size()); ++node) {
        if (maps.nodes()[size_t(node)].kind != JsonTree::Kind::Nothing)
            paths += maps.path(node, u"c"_s);
    }
    QCOMPARE(paths, QStringList({ u"c[1]"_s, u"c[1].m"_s, u"c[1].m['it''s']"_s, u"c[1].m['it''s'][1]"_s, u"c[1].m['b']"_s, u"c[1].\"odd name\""_s }));
    QVERIFY(!JsonTree(u"{oops}"_s).isValid());
    QVERIFY(!JsonTree(u"[1, 2"_s).isValid());
    QVERIFY(!JsonTree(QString(100'000, u'[')).isValid()); // deep nesting ends, it does not fall over
    QCOMPARE(JsonTree::indented(u"[1,{}]"_s), u"[\n  1,\n  {}\n]"_s);
}

QTEST_MAIN(tst_ResultView)
#include "tst_resultview.moc"
