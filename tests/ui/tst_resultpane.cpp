// SPDX-License-Identifier: Apache-2.0
#include "fakestatement.h"
#include "results/cellformatter.h"
#include "results/comparewindow.h"
#include "results/messagesview.h"
#include "results/resultbar.h"
#include "results/resultgrid.h"
#include "results/resultpane.h"
#include "widgets/button.h"
#include "widgets/theme.h"

#include <QContextMenuEvent>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ResultPane : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void rowsShowWhileTheyArrive();
    void noRowsShowTheColumns();
    void anErrorIsACardWithItsWords();
    void stopReachesTheStatement();
    void partialRowsAreMarked();
    void anUpdateSaysHowManyRows();
    void firstRowsAndMore();
    void fullDiskIsSaid();
    void keptResultIsOffered();
    void closingTheTabLetsGoOfTheStatement();
    void everyStatementOfAPressHasItsTab();
    void aStatementReplacesItsOwnResultOnly();
    void aPinnedResultStays();
    void tabsAreRenamed();
    void theSqlThatRanIsShown();
    void warningsStandAboveTheRows();
    void twoResultsAreCompared();
    void moreRowsAreAskedFor();

private:
    FakeStatement *run(const QString &title = u"orders"_s);
    void finish(const QString &title, const QString &sql, const ResultPane::Place &place, qint64 rowCount);
    QString tabTexts() const;
    QString labels() const;
    Button *buttonOf(const QString &text) const; ///< that is visible

    std::unique_ptr<ResultPane> m_pane;
    std::shared_ptr<arrow::Schema> m_schema = arrow::schema(
        { arrow::field("n", arrow::int64(), true, arrow::key_value_metadata({ { "grebe.type", "bigint" } })) });

};

static std::shared_ptr<arrow::RecordBatch> batchOf(const std::shared_ptr<arrow::Schema> &schema, qint64 count)
{
    arrow::Int64Builder builder;
    for (qint64 i = 0; i < count; ++i)
        (void)builder.Append(i);
    return arrow::RecordBatch::Make(schema, count, { *builder.Finish() });
}

void tst_ResultPane::init()
{
    if (qEnvironmentVariableIsSet("GREBE_TEST_THEME"))
        Theme::apply(Theme::schemeFromText(qEnvironmentVariable("GREBE_TEST_THEME")));
    m_pane = std::make_unique<ResultPane>();
    m_pane->resize(800, 400);
    m_pane->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_pane.get()));
}

void tst_ResultPane::cleanup()
{
    m_pane.reset();
}

FakeStatement *tst_ResultPane::run(const QString &title)
{
    auto *statement = new FakeStatement;
    m_pane->run(StatementPtr(statement), title, u"SELECT * FROM orders"_s);
    return statement;
}

QString tst_ResultPane::tabTexts() const
{
    const auto *tabs = m_pane->findChild<QTabBar *>();
    QStringList texts;
    for (int i = 0; i < tabs->count(); ++i)
        texts << tabs->tabText(i);
    return texts.join(u'|');
}

QString tst_ResultPane::labels() const
{
    QStringList texts;
    for (const QLabel *label : m_pane->findChildren<QLabel *>()) {
        if (label->isVisibleTo(m_pane.get()))
            texts << label->text();
    }
    return texts.join(u'|');
}

Button *tst_ResultPane::buttonOf(const QString &text) const
{
    for (Button *button : m_pane->findChildren<Button *>()) {
        if (button->isVisibleTo(m_pane.get()) && button->text() == text)
            return button;
    }
    return nullptr;
}

void tst_ResultPane::rowsShowWhileTheyArrive()
{
    FakeStatement *statement = run();
    QTRY_COMPARE(statement->startCount, 1);
    QCOMPARE(m_pane->state(), RunState::Running);
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 3));
    auto *grid = m_pane->findChild<ResultGrid *>();
    QTRY_COMPARE(grid->rowCount(), 3);
    QVERIFY(grid->isVisible());
    QVERIFY(m_pane->isRunning());
    statement->give(batchOf(m_schema, 4));
    QTRY_COMPARE(grid->rowCount(), 7);
    QSignalSpy ended(m_pane.get(), &ResultPane::ended);
    statement->end();
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(m_pane->state(), RunState::Finished);
    QVERIFY2(tabTexts().contains(u"7 rows"_s), qPrintable(tabTexts()));
}

void tst_ResultPane::noRowsShowTheColumns()
{
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->end();
    QTRY_COMPARE(m_pane->state(), RunState::Finished);
    auto *grid = m_pane->findChild<ResultGrid *>();
    QVERIFY(grid->isVisible());
    QCOMPARE(grid->columnCount(), 1);
    QVERIFY2(tabTexts().contains(u"0 rows"_s), qPrintable(tabTexts()));
}

void tst_ResultPane::anErrorIsACardWithItsWords()
{
    FakeStatement *statement = run();
    statement->end(Error { .code = Error::Code::NotFound,
                           .message = u"line 1:8: Column '<b>x</b>' cannot be resolved"_s,
                           .vendorCode = u"COLUMN_NOT_FOUND"_s,
                           .vendorNumber = 47,
                           .line = 1,
                           .column = 8 });
    QTRY_COMPARE(m_pane->state(), RunState::Failed);
    QVERIFY2(labels().contains(u"<b>x</b>"_s), qPrintable(labels()));
    QVERIFY(labels().contains(u"COLUMN_NOT_FOUND (47)"_s));
    for (const QLabel *label : m_pane->findChildren<QLabel *>())
        QCOMPARE(label->textFormat(), Qt::PlainText);
    QVERIFY(m_pane->findChild<MessagesView *>()->isVisible());
}

void tst_ResultPane::stopReachesTheStatement()
{
    FakeStatement *statement = run();
    QTRY_COMPARE(statement->startCount, 1);
    m_pane->stop();
    QTRY_COMPARE(m_pane->state(), RunState::Cancelled);
    QVERIFY2(labels().contains(u"Stopped on the server."_s), qPrintable(labels()));
}

void tst_ResultPane::partialRowsAreMarked()
{
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 5));
    statement->end(Error { .code = Error::Code::Incomplete, .message = u"The connection was lost."_s });
    QTRY_COMPARE(m_pane->state(), RunState::Failed);
    QTRY_VERIFY2(labels().contains(u"incomplete: 5 rows, then an error"_s), qPrintable(labels()));
}

void tst_ResultPane::anUpdateSaysHowManyRows()
{
    FakeStatement *statement = run();
    statement->end(StatementSummary { .affectedRows = 5, .updateType = u"INSERT"_s });
    QTRY_COMPARE(m_pane->state(), RunState::Finished);
    QVERIFY2(labels().contains(u"INSERT: 5 rows"_s), qPrintable(labels()));
}

void tst_ResultPane::firstRowsAndMore()
{
    m_pane->setRowLimit(10);
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 12));
    QCOMPARE(statement->pauseCount, 1);
    QTRY_VERIFY2(labels().contains(u"first 12 of ? rows"_s), qPrintable(labels()));
    buttonOf(u"Load more"_s)->click();
    QCOMPARE(statement->resumeCount, 1);
    statement->give(batchOf(m_schema, 12));
    QTRY_VERIFY2(labels().contains(u"first 24 of ? rows"_s), qPrintable(labels()));
    buttonOf(u"All"_s)->click();
    QCOMPARE(statement->resumeCount, 2);
    statement->give(batchOf(m_schema, 12));
    statement->end();
    QTRY_COMPARE(m_pane->state(), RunState::Finished);
    QVERIFY2(!labels().contains(u"first"_s), qPrintable(labels()));
}

void tst_ResultPane::fullDiskIsSaid()
{
    QTemporaryDir folder;
    ResultStore::setSpillFolder(folder.filePath(u"results"_s));
    ResultStore::setMemoryBudget(1'000'000);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before;
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const rlimit full { 1'000'000, before.rlim_max };
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 500'000));
    QTRY_VERIFY2(labels().contains(u"all %1 rows are safe"_s.arg(countText(500'000))), qPrintable(labels()));
    QVERIFY2(labels().contains(folder.filePath(u"results"_s)), qPrintable(labels()));
    QCOMPARE(statement->pauseCount, 1);
    QCOMPARE(m_pane->stateText(), u"Paused, the server waits"_s);
    QVERIFY(!buttonOf(u"Close other results"_s));
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    buttonOf(u"Retry"_s)->click();
    QTRY_VERIFY2(!labels().contains(u"safe"_s), qPrintable(labels()));
    QCOMPARE(statement->resumeCount, 1);
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
    statement->give(batchOf(m_schema, 500'000));
    QTRY_VERIFY(buttonOf(u"Stop"_s));
    buttonOf(u"Stop"_s)->click();
    QTRY_COMPARE(m_pane->state(), RunState::Cancelled);
    QTRY_VERIFY2(labels().contains(u"All %1 rows are safe, in memory"_s.arg(countText(1'000'000))), qPrintable(labels()));
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
    m_pane.reset();
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
    ResultStore::setSpillFolder({});
}

void tst_ResultPane::keptResultIsOffered()
{
    QTemporaryDir folder;
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 1000));
    m_pane->keepResult(folder.path(), u"lake"_s, 1 << 20);
    QCOMPARE(m_pane->keptFile(), QString()); // it is not whole yet
    statement->end();
    QTRY_COMPARE(m_pane->state(), RunState::Finished);
    m_pane->keepResult(folder.path(), u"lake"_s, 1000);
    QCOMPARE(m_pane->keptFile(), QString()); // too large
    m_pane->keepResult(folder.path(), u"lake"_s, 1 << 20);
    const QString file = m_pane->keptFile();
    QVERIFY(QFile::exists(file));

    init(); // another run of the program
    m_pane->offerKept(folder.filePath(u"not there.arrow"_s));
    QVERIFY(!buttonOf(u"Show"_s));
    m_pane->offerKept(file);
    QVERIFY2(labels().contains(u"orders, %1 rows from lake, as of"_s.arg(countText(1000))), qPrintable(labels()));
    QCOMPARE(m_pane->keptFile(), file);
    buttonOf(u"Show"_s)->click();
    QVERIFY(!buttonOf(u"Show"_s));
    QTRY_COMPARE(m_pane->state(), RunState::Finished);
    QCOMPARE(m_pane->currentStore()->rowCount(), 1000);
    QVERIFY2(tabTexts().contains(u"orders as of"_s), qPrintable(tabTexts()));
    QCOMPARE(m_pane->currentSql(), u"SELECT * FROM orders"_s);
    m_pane->keepResult(folder.path(), u"lake"_s, 1 << 20);
    QCOMPARE(m_pane->keptFile(), file); // the same rows, of the same time
    run();
    QCOMPARE(m_pane->keptFile(), QString());

    init();
    m_pane->offerKept(file);
    buttonOf(u"Forget"_s)->click();
    QVERIFY(!buttonOf(u"Show"_s));
    QCOMPARE(m_pane->keptFile(), QString());
}

void tst_ResultPane::closingTheTabLetsGoOfTheStatement()
{
    const QPointer<FakeStatement> statement = run();
    auto *tabs = m_pane->findChild<QTabBar *>();
    QCOMPARE(tabs->count(), 2);
    Q_EMIT tabs->tabCloseRequested(0);
    QCOMPARE(tabs->count(), 1);
    QTRY_VERIFY(!statement);
}

void tst_ResultPane::finish(const QString &title, const QString &sql, const ResultPane::Place &place, qint64 rowCount)
{
    auto *statement = new FakeStatement;
    QSignalSpy ended(m_pane.get(), &ResultPane::ended);
    m_pane->run(StatementPtr(statement), title, sql, place);
    statement->give(m_schema);
    statement->give(batchOf(m_schema, rowCount));
    statement->end();
    QTRY_COMPARE(ended.count(), 1);
}

void tst_ResultPane::everyStatementOfAPressHasItsTab()
{
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 1);
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 10, .isContinued = true }, 2);
    finish(u"customers"_s, u"SELECT 3"_s, { .begin = 20, .isContinued = true }, 3);
    QVERIFY2(tabTexts().contains(u"1 row"_s) && tabTexts().contains(u"2 rows"_s) && tabTexts().contains(u"customers · 3 rows"_s), qPrintable(tabTexts()));
    QCOMPARE(m_pane->findChild<QTabBar *>()->count(), 4);
    QCOMPARE(m_pane->currentSql(), u"SELECT 3"_s);
    // The same three again take the same three tabs.
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 4);
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 10, .isContinued = true }, 5);
    finish(u"customers"_s, u"SELECT 3"_s, { .begin = 20, .isContinued = true }, 6);
    QCOMPARE(m_pane->findChild<QTabBar *>()->count(), 4);
    QVERIFY2(tabTexts().contains(u"4 rows"_s) && tabTexts().contains(u"5 rows"_s) && tabTexts().contains(u"customers · 6 rows"_s), qPrintable(tabTexts()));
}

void tst_ResultPane::aStatementReplacesItsOwnResultOnly()
{
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 1);
    finish(u"customers"_s, u"SELECT 2"_s, { .begin = 40 }, 2);
    QCOMPARE(m_pane->findChild<QTabBar *>()->count(), 3);
    finish(u"customers"_s, u"SELECT 2"_s, { .begin = 44 }, 3); // moved
    QCOMPARE(m_pane->findChild<QTabBar *>()->count(), 3);
    finish(u"customers"_s, u"SELECT 22"_s, { .begin = 44 }, 4); // edited
    QCOMPARE(m_pane->findChild<QTabBar *>()->count(), 3);
    QVERIFY2(tabTexts().contains(u"orders · 1 row"_s) && tabTexts().contains(u"customers · 4 rows"_s), qPrintable(tabTexts()));
    finish(u"customers"_s, u"SELECT 22"_s, { .begin = 44, .isNewTab = true }, 5);
    QCOMPARE(m_pane->findChild<QTabBar *>()->count(), 4);
}

void tst_ResultPane::aPinnedResultStays()
{
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 1);
    m_pane->togglePin();
    auto *tabs = m_pane->findChild<QTabBar *>();
    QVERIFY(!tabs->tabIcon(0).isNull());
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 2);
    QCOMPARE(tabs->count(), 3);
    QVERIFY2(tabTexts().startsWith(u"orders · 1 row"_s), qPrintable(tabTexts()));
    tabs->setCurrentIndex(0);
    m_pane->togglePin();
    QVERIFY(tabs->tabIcon(0).isNull());
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 7);
    QCOMPARE(tabs->count(), 3);
    QVERIFY2(tabTexts().startsWith(u"orders · 7 rows"_s), qPrintable(tabTexts()));
}

void tst_ResultPane::tabsAreRenamed()
{
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 3);
    auto *tabs = m_pane->findChild<QTabBar *>();
    tabs->setFocus();
    QTest::keyClick(tabs, Qt::Key_F2);
    auto *edit = tabs->findChild<QLineEdit *>();
    QVERIFY(edit->isVisible());
    QCOMPARE(edit->text(), u"orders"_s);
    QTest::keyClicks(edit, u"before & after"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QVERIFY(!edit->isVisible());
    QVERIFY2(tabs->tabText(0).startsWith(u"before && after · 3 rows"_s), qPrintable(tabs->tabText(0)));
    // The name stays for the next run, and Escape changes nothing.
    QTest::keyClick(tabs, Qt::Key_F2);
    QTest::keyClicks(edit, u"other"_s);
    QTest::keyClick(edit, Qt::Key_Escape);
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 4);
    QVERIFY2(tabs->tabText(0).startsWith(u"before && after · 4 rows"_s), qPrintable(tabs->tabText(0)));
    // Messages has no name of its own.
    tabs->setCurrentIndex(1);
    tabs->setFocus();
    QTest::keyClick(tabs, Qt::Key_F2);
    QVERIFY(!edit->isVisible());
    tabs->setCurrentIndex(0);
    QTest::keyClick(tabs, Qt::Key_Delete);
    QCOMPARE(tabs->count(), 1);
}

void tst_ResultPane::theSqlThatRanIsShown()
{
    finish(u"orders"_s, u"SELECT '<b>'"_s, { .begin = 0 }, 1);
    auto *tabs = m_pane->findChild<QTabBar *>();
    QCOMPARE(tabs->tabToolTip(0), u"<pre>SELECT '&lt;b&gt;'</pre>"_s);
    m_pane->toggleSql();
    const auto *sql = m_pane->findChild<QPlainTextEdit *>(u"sql"_s);
    QVERIFY(sql && sql->isVisible());
    QCOMPARE(sql->toPlainText(), u"SELECT '<b>'"_s);
    m_pane->toggleSql();
    QVERIFY(!sql->isVisible());
}

void tst_ResultPane::warningsStandAboveTheRows()
{
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 5));
    statement->give(Warning { .code = u"X"_s, .message = u"two servers did not answer"_s });
    QTRY_VERIFY2(labels().contains(u"two servers did not answer"_s), qPrintable(labels()));
    m_pane->togglePin();
    if (const QString folder = qEnvironmentVariable("GREBE_TEST_PICTURES"); !folder.isEmpty())
        m_pane->grab().save(folder + u"/warning.png"_s);
    statement->end(StatementSummary { .partialReason = u"2 of 3 servers answered"_s });
    QTRY_VERIFY2(labels().contains(u"incomplete: 2 of 3 servers answered"_s), qPrintable(labels()));
    Q_EMIT m_pane->findChild<ResultBar *>()->messagesRequested();
    QVERIFY(m_pane->findChild<MessagesView *>()->isVisible());
}

void tst_ResultPane::twoResultsAreCompared()
{
    finish(u"orders"_s, u"SELECT 1"_s, { .begin = 0 }, 3);
    finish(u"orders"_s, u"SELECT 2"_s, { .begin = 10 }, 4);
    auto *tabs = m_pane->findChild<QTabBar *>();
    tabs->setCurrentIndex(0);
    QContextMenuEvent event(QContextMenuEvent::Keyboard, QPoint(5, 5), tabs->mapToGlobal(QPoint(5, 5)));
    QCoreApplication::sendEvent(tabs, &event);
    QMenu *menu = nullptr;
    for (QMenu *other : m_pane->findChildren<QMenu *>()) {
        if (other->title() == u"Compare with"_s)
            menu = other;
    }
    QVERIFY(menu);
    QCOMPARE(menu->actions().size(), 1);
    menu->actions().first()->trigger();
    auto *window = m_pane->findChild<CompareWindow *>();
    QVERIFY(window && window->isVisible());
    QTRY_COMPARE(window->statusText(), u"0 rows changed · 1 only on the right · 3 the same"_s);
    // It holds its rows by itself.
    Q_EMIT tabs->tabCloseRequested(0);
    QCOMPARE(window->leftGrid()->cellText(2, 0), u"2"_s);
    delete window;
}

void tst_ResultPane::moreRowsAreAskedFor()
{
    m_pane->setRowLimit(10);
    FakeStatement *statement = run();
    statement->give(m_schema);
    statement->give(batchOf(m_schema, 12));
    QTRY_COMPARE(statement->pauseCount, 1);
    auto *bar = m_pane->findChild<ResultBar *>();
    QTRY_VERIFY(bar->isVisible());
    QCOMPARE(bar->text(), u"first 12 of ? rows"_s);
    QSignalSpy exported(m_pane.get(), &ResultPane::exportRequested);
    for (Button *button : bar->findChildren<Button *>()) {
        if (button->text() == u"To file…"_s || button->text() == u"All"_s)
            QTest::mouseClick(button, Qt::LeftButton);
    }
    QCOMPARE(exported.count(), 1);
    QTRY_COMPARE(statement->resumeCount, 1);
    QTRY_VERIFY(!bar->isVisible());
    statement->end();
    QTRY_COMPARE(m_pane->state(), RunState::Finished);
}

QTEST_MAIN(tst_ResultPane)
#include "tst_resultpane.moc"
