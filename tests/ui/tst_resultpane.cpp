// SPDX-License-Identifier: Apache-2.0
#include "fakestatement.h"
#include "results/messagesview.h"
#include "results/resultgrid.h"
#include "results/resultpane.h"

#include <QLabel>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>

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
    void closingTheTabLetsGoOfTheStatement();

private:
    FakeStatement *run(const QString &title = u"orders"_s);
    QString tabTexts() const;
    QString labels() const;

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
