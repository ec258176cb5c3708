// SPDX-License-Identifier: Apache-2.0
#include "fakestatement.h"
#include "results/cellformatter.h"
#include "results/messagesview.h"
#include "results/resultgrid.h"
#include "results/resultpane.h"
#include "widgets/button.h"

#include <QFile>
#include <QLabel>
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

private:
    FakeStatement *run(const QString &title = u"orders"_s);
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

QTEST_MAIN(tst_ResultPane)
#include "tst_resultpane.moc"
