// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <arrow/util/key_value_metadata.h>

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

class tst_ResultStoreSpill : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { std::signal(SIGXFSZ, SIG_IGN); }
    void init();
    void cleanup();
    void valuesComeBack_data();
    void valuesComeBack();
    void fieldMetadataComesBack();
    void oldestGoFirstAndHeldStay();
    void budgetIsShared();
    void buffersAreAligned();
    void batchesOutliveTheStore();
    void manySmallBatches();
    void nothingIsLeftInTheFolder();
    void leftoversOfKilledProcessesGo();
    void killedProcessLeavesNothing();
    void folderIsPrivate();
    void folderOfOthersIsRefused();
    void fullDiskLosesNothing();
    void droppedRowsAreGone();
    void readersWhileItIsWritten();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

static BatchPtr numbers(qint64 first, qint64 count)
{
    arrow::Int64Builder builder;
    for (qint64 i = 0; i < count; ++i)
        (void)builder.Append((first + i) << 32); // needs all its bytes, also on disk
    return arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int64()) }), count, { *builder.Finish() });
}

static qint64 numberAt(const ResultStore &store, qint64 row)
{
    const ResultStore::Place place = store.place(row);
    return place.batch ? static_cast<const arrow::Int64Array &>(*place.batch->column(0)).Value(place.row) >> 32 : -1;
}

void tst_ResultStoreSpill::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    ResultStore::setSpillFolder(m_folder->filePath(u"results"_s));
    ResultStore::setMemoryBudget(0);
}

void tst_ResultStoreSpill::cleanup()
{
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
    ResultStore::waitForSpill();
    QTRY_COMPARE(ResultStore::memoryInUse(), 0); // every test's stores are gone
}

void tst_ResultStoreSpill::valuesComeBack_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<QByteArray>("json");
    using namespace arrow;
    QTest::newRow("booleans") << boolean() << QByteArray("[true, null, false]");
    QTest::newRow("integers") << int32() << QByteArray("[1, null, -3]");
    QTest::newRow("integers without a null") << int64() << QByteArray("[1, 2, 9223372036854775807]");
    QTest::newRow("doubles") << float64() << QByteArray("[1.5, null, NaN]");
    QTest::newRow("decimals") << decimal128(38, 2) << QByteArray(R"(["123456789012345678901234567890123456.78", null, "-0.01"])");
    QTest::newRow("texts") << utf8() << QByteArray(R"(["", null, "text \u00e4 \ud83d\ude00"])");
    QTest::newRow("text views") << utf8_view() << QByteArray(R"(["short", null, "longer than the twelve bytes of a view"])");
    QTest::newRow("long texts") << large_utf8() << QByteArray(R"(["a", null, "b"])");
    QTest::newRow("bytes") << fixed_size_binary(2) << QByteArray(R"(["ab", null, "cd"])");
    QTest::newRow("timestamps") << timestamp(TimeUnit::NANO, "UTC") << QByteArray("[1, null, -1]");
    QTest::newRow("intervals") << month_day_nano_interval() << QByteArray("[[1, 2, 3], null, [0, 0, -1]]");
    QTest::newRow("lists") << list(int32()) << QByteArray("[[1, 2], null, []]");
    QTest::newRow("maps") << map(utf8(), int32()) << QByteArray(R"([[["a", 1]], null, []])");
    QTest::newRow("rows") << struct_({ field("a", int32()), field("b", utf8()) }) << QByteArray(R"([{"a": 1, "b": "x"}, null, {"a": null, "b": ""}])");
    QTest::newRow("dictionaries") << dictionary(int8(), utf8()) << QByteArray(R"(["red", null, "red"])");
    QTest::newRow("nothing but nulls") << null() << QByteArray("[null, null, null]");
}

void tst_ResultStoreSpill::valuesComeBack()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(QByteArray, json);
    std::shared_ptr<arrow::Array> array;
    if (type->id() == arrow::Type::DICTIONARY)
        array = *arrow::json::ArrayFromJSONString(arrow::utf8(), json.toStdString());
    else
        array = *arrow::json::ArrayFromJSONString(type, json.toStdString());
    if (type->id() == arrow::Type::DICTIONARY) {
        arrow::StringDictionaryBuilder builder;
        for (int i = 0; i < 3; ++i)
            QVERIFY((array->IsNull(i) ? builder.AppendNull() : builder.Append(std::string_view("red"))).ok());
        array = *builder.Finish();
    }
    const auto schema = arrow::schema({ arrow::field("c", array->type()), arrow::field("n", arrow::int64()) });
    const BatchPtr whole = arrow::RecordBatch::Make(schema, 3, { array, numbers(0, 3)->column(0) });
    ResultStore store;
    BatchPtr expected = *whole->CopyTo(arrow::default_cpu_memory_manager()); // nobody else's memory
    store.append(expected->Slice(0, 3));
    store.append(expected->Slice(1, 2));
    ResultStore::waitForSpill();
    QCOMPARE(store.memoryByteCount(), 0);
    QVERIFY(store.spilledByteCount() > 0);
    QVERIFY(!store.spillError());
    const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
    QVERIFY2(store.batch(0)->Equals(*whole, true, options), store.batch(0)->ToString().c_str());
    QVERIFY2(store.batch(1)->Equals(*whole->Slice(1, 2), true, options), store.batch(1)->ToString().c_str());
    QVERIFY(store.batch(0)->ValidateFull().ok());
}

void tst_ResultStoreSpill::fieldMetadataComesBack()
{
    ResultStore store;
    store.setSchema(numbers(0, 1)->schema());
    const auto with = [](const char *raw, qint64 first) {
        const auto field = arrow::field("n", arrow::int64(), true, arrow::key_value_metadata({ kTypeKey, kRawKey }, { "bigint", raw }));
        return numbers(first, 3)->ReplaceSchema(arrow::schema({ field })).ValueOrDie();
    };
    store.append(with(R"({"1":"first"})", 0));
    store.append(numbers(3, 3));
    store.append(with(R"({"2":"third"})", 6));
    ResultStore::waitForSpill();
    QCOMPARE(store.memoryByteCount(), 0);
    QVERIFY(store.batch(0)->schema()->Equals(*with(R"({"1":"first"})", 0)->schema(), true));
    QVERIFY(store.batch(1)->schema()->Equals(*numbers(0, 1)->schema(), true));
    QVERIFY(store.batch(2)->schema()->Equals(*with(R"({"2":"third"})", 0)->schema(), true));
}

void tst_ResultStoreSpill::oldestGoFirstAndHeldStay()
{
    ResultStore::setMemoryBudget(3 * 8000);
    ResultStore store;
    BatchPtr held = numbers(0, 1000);
    store.append(held);
    for (int i = 1; i < 6; ++i)
        store.append(numbers(1000 * i, 1000));
    ResultStore::waitForSpill();
    QCOMPARE(store.memoryByteCount(), 3 * 8000);
    QCOMPARE(store.spilledByteCount(), 3 * 8000);
    QCOMPARE(store.batch(0).get(), held.get());
    QVERIFY(!store.batch(1)->column(0)->data()->buffers[1]->is_mutable());
    held.reset();
    ResultStore::setMemoryBudget(2 * 8000);
    ResultStore::waitForSpill();
    QCOMPARE(store.memoryByteCount(), 2 * 8000);
    for (qint64 row = 0; row < 6000; row += 7)
        QCOMPARE(numberAt(store, row), row);
}

void tst_ResultStoreSpill::budgetIsShared()
{
    ResultStore::setMemoryBudget(2 * 8000);
    ResultStore first, second;
    first.append(numbers(0, 1000));
    second.append(numbers(0, 1000));
    ResultStore::waitForSpill();
    QCOMPARE(first.spilledByteCount() + second.spilledByteCount(), 0);
    second.append(numbers(1000, 1000));
    ResultStore::waitForSpill();
    QCOMPARE(first.spilledByteCount(), 8000); // its batch was the oldest of all
    QCOMPARE(second.spilledByteCount(), 0);
    QCOMPARE(ResultStore::memoryInUse(), 2 * 8000);
}

void tst_ResultStoreSpill::buffersAreAligned()
{
    ResultStore store;
    store.append(numbers(0, 1001));
    store.append(numbers(1001, 13));
    ResultStore::waitForSpill();
    for (int i = 0; i < 2; ++i) {
        const BatchPtr batch = store.batch(i);
        QCOMPARE(quintptr(batch->column(0)->data()->buffers[1]->data()) % 64, 0U);
        QCOMPARE(store.batch(i).get(), batch.get()); // mapped once while somebody has it
    }
}

void tst_ResultStoreSpill::batchesOutliveTheStore()
{
    BatchPtr batch;
    {
        ResultStore store;
        store.append(numbers(5, 1000));
        ResultStore::waitForSpill();
        QCOMPARE(store.memoryByteCount(), 0);
        batch = store.batch(0);
    }
    QVERIFY(batch->Equals(*numbers(5, 1000)));
}

void tst_ResultStoreSpill::manySmallBatches()
{
    ResultStore store;
    qint64 row = 0;
    for (int i = 0; i < 3000; ++i) {
        store.append(numbers(row, i % 7)); // some are empty
        row += i % 7;
    }
    ResultStore::waitForSpill();
    QCOMPARE(store.memoryByteCount(), 0);
    std::vector<BatchPtr> all; // all mapped at once
    for (int i = 0; i < 3000; ++i)
        all.push_back(store.batch(i));
    for (qint64 i = row - 1; i >= 0; --i)
        QCOMPARE(numberAt(store, i), i);
    QVERIFY(!store.place(row).batch);
    QCOMPARE(store.firstRow(store.batchCount()), row);
}

void tst_ResultStoreSpill::nothingIsLeftInTheFolder()
{
    ResultStore store;
    store.append(numbers(0, 1000));
    ResultStore::waitForSpill();
    QCOMPARE(store.spilledByteCount(), 8000);
    // A killed process leaves what is there now.
    const QDir::Filters all = QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot;
    QCOMPARE(QDir(m_folder->filePath(u"results"_s)).entryList(all), QStringList());
}

void tst_ResultStoreSpill::leftoversOfKilledProcessesGo()
{
    // Where a file system has no files without a name, a process may be killed before it has removed the name.
    const QString folder = m_folder->filePath(u"results"_s);
    QVERIFY(QDir().mkdir(folder));
    QVERIFY(QFile::setPermissions(folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const auto make = [&](const QString &name, int secondsAgo) {
        QFile file(folder + u'/' + name);
        return file.open(QFile::WriteOnly) && file.write("x") == 1 && file.flush()
            && file.setFileTime(QDateTime::currentDateTimeUtc().addSecs(-secondsAgo), QFile::FileModificationTime);
    };
    QVERIFY(make(u"old.spill"_s, 3600));
    QVERIFY(make(u"of-another-just-now.spill"_s, 0));
    QVERIFY(make(u"something-else.txt"_s, 3600));
    ResultStore store;
    store.append(numbers(0, 1000));
    ResultStore::waitForSpill();
    QCOMPARE(store.spilledByteCount(), 8000);
    QCOMPARE(QDir(folder).entryList(QDir::Files, QDir::Name), QStringList({ u"of-another-just-now.spill"_s, u"something-else.txt"_s }));
}

void tst_ResultStoreSpill::killedProcessLeavesNothing()
{
    // Another process spills and sorts until it is killed in the middle of it.
    const QString folder = m_folder->filePath(u"results"_s);
    for (int round = 0; round < 3; ++round) {
        QProcess process;
        process.setProgram(QCoreApplication::applicationFilePath());
        process.setArguments({ u"--spill-until-killed"_s, folder });
        process.start();
        QVERIFY(process.waitForReadyRead(60'000)); // something is on disk
        QVERIFY(process.readAll().startsWith("spilled"));
        process.kill();
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
        QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot), QStringList());
    }
}

void tst_ResultStoreSpill::folderIsPrivate()
{
    QVERIFY(QDir().mkdir(m_folder->filePath(u"results"_s)));
    QCOMPARE(::chmod(qPrintable(m_folder->filePath(u"results"_s)), 0755), 0);
    ResultStore store;
    store.append(numbers(0, 1000));
    ResultStore::waitForSpill();
    QCOMPARE(store.spilledByteCount(), 8000);
    struct stat facts;
    QCOMPARE(::stat(qPrintable(m_folder->filePath(u"results"_s)), &facts), 0);
    QCOMPARE(facts.st_mode & 0777, 0700U);
}

void tst_ResultStoreSpill::folderOfOthersIsRefused()
{
    QVERIFY(QFile::link(m_folder->path(), m_folder->filePath(u"results"_s)));
    ResultStore store;
    store.append(numbers(0, 1000));
    ResultStore::waitForSpill();
    QVERIFY(store.spillError());
    QCOMPARE(store.memoryByteCount(), 8000);
    QCOMPARE(numberAt(store, 999), 999);
}

void tst_ResultStoreSpill::fullDiskLosesNothing()
{
    rlimit before;
    QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
    ResultStore store;
    std::atomic<int> errorCount = 0;
    store.setSpillErrorHandler([&errorCount](const Error &) { ++errorCount; });

    const rlimit full { 3'000'000, before.rlim_max }; // two batches fit, the third only in part
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &full), 0);
    for (qint64 i = 0; i < 5; ++i)
        store.append(numbers(i * 150'000, 150'000));
    ResultStore::waitForSpill();
    QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);

    QCOMPARE(errorCount.load(), 1);
    QVERIFY(store.spillError());
    QCOMPARE(store.spillError()->code, Error::Code::IO);
    QVERIFY(!store.spillError()->hint.isEmpty());
    QCOMPARE(store.spilledByteCount(), 2 * 1'200'000);
    QCOMPARE(store.memoryByteCount(), 3 * 1'200'000);
    QCOMPARE(ResultStore::spillBacklog(), 3 * 1'200'000);
    for (qint64 row = 0; row < 750'000; row += 1009)
        QCOMPARE(numberAt(store, row), row);

    store.retrySpill();
    ResultStore::waitForSpill();
    QVERIFY(!store.spillError());
    QCOMPARE(store.memoryByteCount(), 0);
    QCOMPARE(ResultStore::spillBacklog(), 0);
    for (qint64 row = 0; row < 750'000; row += 1009)
        QCOMPARE(numberAt(store, row), row);
}

void tst_ResultStoreSpill::droppedRowsAreGone()
{
    ResultStore store;
    for (qint64 i = 0; i < 4; ++i)
        store.append(numbers(i * 100'000, 100'000));
    ResultStore::waitForSpill();
    const BatchPtr held = store.batch(1);
    store.dropBefore(250'000);
    QVERIFY(!store.place(0).batch);
    QVERIFY(!store.batch(1));
    QVERIFY(held->Equals(*numbers(100'000, 100'000))); // what a reader has stays
    QCOMPARE(numberAt(store, 250'000), 250'000);
    QCOMPARE(store.rowCount(), 400'000);
    QCOMPARE(store.byteCount(), 2 * 800'000);
    QVERIFY(!store.spillError());
}

void tst_ResultStoreSpill::readersWhileItIsWritten()
{
    ResultStore::setMemoryBudget(100'000);
    ResultStore store;
    constexpr qint64 batchCount = 400, batchSize = 1000;
    std::atomic<bool> isDone = false;
    std::atomic<qint64> wrongCount = 0, readCount = 0;
    const auto read = [&](quint64 seed) {
        while (!isDone || readCount < 1000) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            const qint64 count = store.rowCount();
            if (count == 0)
                continue;
            const qint64 row = qint64((seed >> 20) % quint64(count));
            wrongCount += numberAt(store, row) != row;
            ++readCount;
        }
    };
    std::thread first(read, 1), second(read, 2);
    std::thread other([&] {
        while (!isDone) {
            ResultStore another;
            another.append(numbers(0, 100));
            wrongCount += numberAt(another, 99) != 99;
        }
    });
    for (qint64 i = 0; i < batchCount; ++i) {
        store.append(numbers(i * batchSize, batchSize));
        if (i % 16 == 0)
            ResultStore::waitForSpill();
    }
    isDone = true;
    first.join();
    second.join();
    other.join();
    QCOMPARE(wrongCount.load(), 0);
    QVERIFY(!store.spillError());
    for (qint64 row = 0; row < batchCount * batchSize; ++row) {
        if (numberAt(store, row) != row)
            QFAIL("a row has another's value");
    }
}

static int spillUntilKilled(const QString &folder)
{
    ResultStore::setSpillFolder(folder);
    ResultStore::setMemoryBudget(1 << 20);
    const auto store = std::make_shared<ResultStore>();
    for (qint64 row = 0; row < 20'000'000; row += 100'000) {
        store->append(numbers(row, 100'000));
        ResultStore::waitForSpill();
        if (row == 13'000'000) { // enough for an order that lies in a file
            std::puts("spilled");
            std::fflush(stdout);
        }
    }
    for (;;)
        (void)orderRows(store, {}, { { 0, true } }).result();
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 3 && std::strcmp(argv[1], "--spill-until-killed") == 0)
        return spillUntilKilled(QString::fromLocal8Bit(argv[2]));
    tst_ResultStoreSpill test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_resultstorespill.moc"
