// SPDX-License-Identifier: Apache-2.0
#include "extension/columnstatistics.h"
#include "numberedrows.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

using StorePtr = std::shared_ptr<ResultStore>;

/// Disks without room, memory without room, and work that is stopped in the middle: nothing that was there is lost.
class tst_ResultFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { std::signal(SIGXFSZ, SIG_IGN); }
    void init();
    void cleanup();
    void noRoomToSort_data();
    void noRoomToSort();
    void cancelledAtEveryPoint_data();
    void cancelledAtEveryPoint();
    void manyAtTheSameTime();
    void closedWhileSpilling();
    void closedWhileSorted();

private:
    bool isFolderEmpty() const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void tst_ResultFaults::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    ResultStore::setSpillFolder(m_folder->filePath(u"results"_s));
    ResultStore::setMemoryBudget(1 << 20); // what a sort needs is then in files, too
}

void tst_ResultFaults::cleanup()
{
    ResultStore::waitForSpill();
    QTRY_COMPARE(ResultStore::memoryInUse(), 0);
    QTRY_VERIFY(isFolderEmpty());
}

bool tst_ResultFaults::isFolderEmpty() const
{
    return QDir(m_folder->filePath(u"results"_s)).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot).isEmpty();
}

void tst_ResultFaults::noRoomToSort_data()
{
    QTest::addColumn<QList<Filter>>("filters");
    QTest::addColumn<QList<SortKey>>("keys");
    QTest::newRow("numbers") << QList<Filter>() << QList<SortKey> { { 0 } };
    QTest::newRow("numbers, first filtered") << QList<Filter> { { 1, Filter::Test::IsNotNull } } << QList<SortKey> { { 0 } };
    QTest::newRow("few numbers and nulls") << QList<Filter>() << QList<SortKey> { { 1 } };
    QTest::newRow("texts") << QList<Filter>() << QList<SortKey> { { 2 } };
    QTest::newRow("two keys") << QList<Filter>() << QList<SortKey> { { 1 }, { 2, true } };
}

void tst_ResultFaults::noRoomToSort()
{
    QFETCH(QList<Filter>, filters);
    QFETCH(QList<SortKey>, keys);
    const StorePtr store = storeOf(20);
    ResultStore::waitForSpill();
    rlimit before;
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto expected = orderRows(store, filters, keys).result();
    QVERIFY(expected);
    // Room for one thing after another, until there is enough for all.
    int failureCount = 0;
    for (rlim_t room = 0; room < 6'000'000; room += 400'000) {
        const rlimit full { room, before.rlim_max };
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
        const auto order = orderRows(store, filters, keys).result();
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        if (!order) {
            ++failureCount;
            QCOMPARE(order.error().code, Error::Code::IO);
            QVERIFY2(order.error().message.contains(m_folder->path()), qPrintable(order.error().message));
            QVERIFY(!order.error().hint.isEmpty());
            continue;
        }
        QCOMPARE((*order)->size(), (*expected)->size());
        for (qint64 position = 0; position < (*order)->size(); position += 11)
            QCOMPARE((*order)->rowAt(position), (*expected)->rowAt(position));
    }
    QVERIFY(failureCount > 0);
    QVERIFY(!store->spillError());
    QVERIFY(hasAll(*store, 20));
}

void tst_ResultFaults::cancelledAtEveryPoint_data()
{
    QTest::addColumn<int>("column");
    QTest::newRow("numbers") << 0;
    QTest::newRow("few numbers and nulls") << 1;
    QTest::newRow("texts") << 2;
}

void tst_ResultFaults::cancelledAtEveryPoint()
{
    QFETCH(int, column);
    const StorePtr store = storeOf(10);
    int cancelledCount = 0;
    for (int share = 0; share < 1000; share += 40) {
        auto sorted = orderRows(store, { { 1, Filter::Test::Less, u"4"_s } }, { { column }, { 0, true } });
        auto statistics = columnStatistics(store, column);
        while (!sorted.isFinished() && sorted.progressValue() < share) { }
        sorted.cancel();
        statistics.cancel();
        sorted.waitForFinished();
        statistics.waitForFinished();
        cancelledCount += sorted.resultCount() == 0;
        for (qsizetype i = 0; i < sorted.resultCount(); ++i)
            QVERIFY(sorted.resultAt(i)); // it was there before the cancel
    }
    QVERIFY2(cancelledCount > 3, qPrintable(QString::number(cancelledCount)));
    QVERIFY(hasAll(*store, 10));
    const auto order = orderRows(store, {}, { { 0 } }).result();
    QVERIFY(order && isSorted(*store, **order));
}

void tst_ResultFaults::manyAtTheSameTime()
{
    // More than there are threads, and each divides its work among threads.
    const StorePtr store = storeOf(4);
    QList<QFuture<Result<RowOrderPtr>>> orders;
    QList<QFuture<Result<ColumnStatistics>>> statistics;
    for (int i = 0; i < 3 * QThread::idealThreadCount(); ++i) {
        orders << orderRows(store, { { 1, Filter::Test::IsNotNull } }, { { i % 3 } });
        statistics << columnStatistics(store, i % 3);
    }
    for (auto &order : orders)
        QVERIFY(QTest::qWaitFor([&] { return order.isFinished(); }, 60'000) && order.result());
    for (auto &found : statistics)
        QVERIFY(QTest::qWaitFor([&] { return found.isFinished(); }, 60'000) && found.result());
}

void tst_ResultFaults::closedWhileSpilling()
{
    for (int round = 0; round < 40; ++round) {
        StorePtr store = storeOf(1 + round % 5);
        const auto read = store->batch(0);
        if (round % 3 == 0)
            store->dropBefore(kBatchRows);
        store.reset(); // the writer is somewhere in it
        QVERIFY(read->Equals(*batch(0)));
    }
}

void tst_ResultFaults::closedWhileSorted()
{
    for (int round = 0; round < 12; ++round) {
        StorePtr store = storeOf(6);
        auto sorted = orderRows(store, {}, { { round % 3 } });
        store.reset(); // the sort holds it on
        if (round % 2)
            sorted.cancel();
        sorted.waitForFinished();
        QCOMPARE(sorted.resultCount(), round % 2 ? sorted.resultCount() : 1);
    }
}

QTEST_GUILESS_MAIN(tst_ResultFaults)
#include "tst_resultfaults.moc"
