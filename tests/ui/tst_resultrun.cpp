// SPDX-License-Identifier: Apache-2.0
#include "fakestatement.h"
#include "results/resultrun.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

static constexpr qint64 kBatchRows = 500'000; // 4 MB

class tst_ResultRun : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { std::signal(SIGXFSZ, SIG_IGN); }
    void init();
    void cleanup();
    void rowsBeyondTheMemoryGoOnArriving();
    void pausesWhileTheDiskIsBehind();
    void goesOnWhenAnotherResultMakesRoom();
    void fullDiskPausesAndGoesOn();
    void fullDiskAndStop();
    void fullDiskBehindTheLastRow();
    void stopsAtTheRowLimit();
    void rowLimitAndFullDisk();
    void storeOutlivesTheRun();

private:
    FakeStatement *make(qint64 rowLimit = 0);
    void give(int batchCount);
    bool hasRightRows() const;
    void fillDisk();
    void emptyDisk();

    std::unique_ptr<QTemporaryDir> m_folder;
    std::shared_ptr<arrow::Schema> m_schema = arrow::schema({ arrow::field("n", arrow::int64()) });
    std::unique_ptr<ResultRun> m_run;
    FakeStatement *m_statement = nullptr;
    qint64 m_given = 0;
    rlimit m_limit {};
};

static BatchPtr numbers(const std::shared_ptr<arrow::Schema> &schema, qint64 first)
{
    arrow::Int64Builder builder;
    (void)builder.Reserve(kBatchRows);
    for (qint64 i = 0; i < kBatchRows; ++i)
        builder.UnsafeAppend((first + i) << 32); // needs all its bytes, also on disk
    return arrow::RecordBatch::Make(schema, kBatchRows, { *builder.Finish() });
}

void tst_ResultRun::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    ResultStore::setSpillFolder(m_folder->filePath(u"results"_s));
    ResultStore::setMemoryBudget(8 << 20);
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &m_limit), 0);
    m_given = 0;
}

void tst_ResultRun::cleanup()
{
    emptyDisk();
    m_run.reset();
    QTRY_COMPARE(ResultStore::memoryInUse(), 0);
    ResultStore::waitForSpill();
    QCOMPARE(QDir(m_folder->filePath(u"results"_s)).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
}

FakeStatement *tst_ResultRun::make(qint64 rowLimit)
{
    m_statement = new FakeStatement;
    m_run = std::make_unique<ResultRun>(StatementPtr(m_statement), u"SELECT n"_s);
    m_run->setRowLimit(rowLimit);
    m_run->start();
    m_statement->give(m_schema);
    return m_statement;
}

void tst_ResultRun::give(int batchCount)
{
    for (int i = 0; i < batchCount; ++i, m_given += kBatchRows)
        m_statement->give(numbers(m_schema, m_given));
}

bool tst_ResultRun::hasRightRows() const
{
    for (qint64 row = 0; row < m_given; row += 9'973) {
        const ResultStore::Place place = m_run->store()->place(row);
        if (!place.batch || static_cast<const arrow::Int64Array &>(*place.batch->column(0)).Value(place.row) >> 32 != row)
            return false;
    }
    return m_run->store()->rowCount() == m_given;
}

// For files of this process: the first batch fits, the second does not.
void tst_ResultRun::fillDisk()
{
    const rlimit full { 5'000'000, m_limit.rlim_max };
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
}

void tst_ResultRun::emptyDisk()
{
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &m_limit), 0);
}

void tst_ResultRun::rowsBeyondTheMemoryGoOnArriving()
{
    make();
    give(30); // 120 MB
    QTRY_COMPARE(m_run->rowCount(), m_given);
    QTRY_COMPARE(m_statement->resumeCount, m_statement->pauseCount);
    ResultStore::waitForSpill();
    QVERIFY(m_run->store()->memoryByteCount() <= 8 << 20);
    QVERIFY(!m_run->isHeld());
    QVERIFY(hasRightRows());
}

void tst_ResultRun::pausesWhileTheDiskIsBehind()
{
    make();
    std::vector<BatchPtr> held; // what somebody reads is not written
    for (int i = 0; i < 12; ++i, m_given += kBatchRows) { // 48 MB
        QCOMPARE(m_statement->pauseCount, i > 10 ? 1 : 0);
        held.push_back(numbers(m_schema, m_given));
        m_statement->give(held.back());
    }
    QCOMPARE(m_statement->pauseCount, 1);
    QCOMPARE(m_statement->resumeCount, 0);
    held.clear();
    QTRY_COMPARE(m_statement->resumeCount, 1);
    QVERIFY(ResultStore::spillBacklog() <= 8 << 20);
    QVERIFY(hasRightRows());
}

void tst_ResultRun::goesOnWhenAnotherResultMakesRoom()
{
    auto other = std::make_unique<ResultStore>();
    fillDisk();
    for (int i = 0; i < 3; ++i)
        other->append(numbers(m_schema, 0));
    ResultStore::waitForSpill();
    QVERIFY(other->spillError() || other->spilledByteCount() > 0);
    make();
    give(2);
    QTRY_VERIFY(m_run->spillError());
    QTRY_COMPARE(m_statement->pauseCount, 1);
    other.reset();
    give(0);
    QTRY_COMPARE(m_statement->resumeCount, 1);
    QTRY_VERIFY(!m_run->spillError());
    QVERIFY(hasRightRows());
}

void tst_ResultRun::fullDiskPausesAndGoesOn()
{
    fillDisk();
    make();
    give(5); // 20 MB, of which 4 can be written
    QTRY_VERIFY(m_run->spillError());
    QVERIFY2(m_run->spillError()->message.contains(m_folder->path()), qPrintable(m_run->spillError()->message));
    QVERIFY(!m_run->spillError()->hint.isEmpty());
    QTRY_COMPARE(m_statement->pauseCount, 1);
    QVERIFY(m_run->isRunning());
    QVERIFY(hasRightRows());

    m_run->retrySpill(); // still full
    ResultStore::waitForSpill();
    QVERIFY(m_run->store()->spillError());
    QCOMPARE(m_statement->resumeCount, 0);
    QVERIFY(hasRightRows());

    emptyDisk();
    m_run->retrySpill();
    QTRY_COMPARE(m_statement->resumeCount, 1);
    QTRY_VERIFY(!m_run->spillError());
    give(5);
    m_statement->end();
    QTRY_VERIFY(!m_run->isRunning());
    QVERIFY(!m_run->error());
    ResultStore::waitForSpill();
    QVERIFY(m_run->store()->memoryByteCount() <= 8 << 20);
    QVERIFY(hasRightRows());
}

void tst_ResultRun::fullDiskAndStop()
{
    fillDisk();
    make();
    give(5);
    QTRY_VERIFY(m_run->spillError());
    m_run->cancel();
    QTRY_VERIFY(!m_run->isRunning());
    QVERIFY(m_run->error()->isCancelled());
    QVERIFY(hasRightRows());
}

void tst_ResultRun::fullDiskBehindTheLastRow()
{
    fillDisk();
    make();
    give(5);
    m_statement->end();
    QTRY_VERIFY(m_run->spillError());
    QVERIFY(!m_run->isRunning());
    QVERIFY(!m_run->error());
    QVERIFY(hasRightRows());
    emptyDisk();
    m_run->retrySpill();
    QTRY_VERIFY(!m_run->spillError());
    QVERIFY(hasRightRows());
}

void tst_ResultRun::stopsAtTheRowLimit()
{
    make(700'000);
    give(1);
    QCOMPARE(m_statement->pauseCount, 0);
    give(1);
    QCOMPARE(m_statement->pauseCount, 1);
    QTRY_VERIFY(m_run->isHeld());
    m_run->loadMore();
    QCOMPARE(m_statement->resumeCount, 1);
    QVERIFY(!m_run->isHeld());
    give(1);
    QCOMPARE(m_statement->pauseCount, 1);
    give(1);
    QTRY_VERIFY(m_run->isHeld());
    QCOMPARE(m_statement->pauseCount, 2);
    m_run->loadAll();
    give(3);
    QCOMPARE(m_statement->resumeCount, m_statement->pauseCount);
    QCOMPARE(m_statement->pauseCount, 2);
    QVERIFY(hasRightRows());
}

void tst_ResultRun::rowLimitAndFullDisk()
{
    fillDisk();
    make(kBatchRows * 5);
    give(5);
    QTRY_VERIFY(m_run->isHeld() && m_run->spillError());
    QCOMPARE(m_statement->pauseCount, 1);
    m_run->loadAll(); // the disk is still full
    QVERIFY(!m_run->isHeld());
    QCOMPARE(m_statement->resumeCount, 0);
    emptyDisk();
    m_run->retrySpill();
    QTRY_COMPARE(m_statement->resumeCount, 1);
    QVERIFY(hasRightRows());
}

void tst_ResultRun::storeOutlivesTheRun()
{
    fillDisk();
    make();
    const std::shared_ptr<ResultStore> store = m_run->store();
    give(5);
    m_run.reset(); // with calls from the writing thread under way
    ResultStore::waitForSpill();
    emptyDisk();
    store->retrySpill();
    ResultStore::waitForSpill();
    QVERIFY(!store->spillError());
    QCOMPARE(store->rowCount(), m_given);
}

QTEST_MAIN(tst_ResultRun)
#include "tst_resultrun.moc"
