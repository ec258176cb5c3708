// SPDX-License-Identifier: Apache-2.0
#include "export/exportjob.h"
#include "extension/outputtarget.h"
#include "fakestatement.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

// Exports rows of a store and of statements, stops them everywhere, and looks at what is left in the folder.
class tst_ExportJob : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void wholeResult();
    void partOfAResult();
    void cancelled_data();
    void cancelled();
    void letGo_data();
    void letGo();
    void fullDisk_data();
    void fullDisk();
    void noSuchFolder();
    void twoExportsToOneFile();
    void statementStreams();
    void statementIsPaused();
    void statementFails();
    void partialAnswerIsNoFile();
    void statementWithoutResult();
    void brokenDiskCancelsStatement();
    void fileNames_data();
    void fileNames();

private:
    QString file() const { return m_folder->filePath(u"out.csv"_s); }
    QStringList entries() const { return QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden); }
    static std::optional<Error> errorOf(const QSignalSpy &ended)
    {
        return ended.first().first().value<std::optional<Error>>();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

static constexpr qint64 kManyRows = 2000 * 16'384;

static std::shared_ptr<arrow::RecordBatch> numbers(int first, int count)
{
    arrow::Int64Builder builder;
    for (int i = 0; i < count; ++i)
        (void)builder.Append(first + i);
    const auto array = *builder.Finish();
    return arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("m", arrow::int64()) }), count,
                                    { array, array });
}

static CellRange range(int batches, int rows)
{
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(numbers(0, 0)->schema());
    for (int i = 0; i < batches; ++i)
        store->append(numbers(i * rows, rows));
    return { .store = store, .rowCount = qint64(batches) * rows, .columns = { 0, 1 } };
}

// Far more rows than can be written before somebody stops it; one batch many times.
static CellRange manyRows()
{
    const auto store = std::make_shared<ResultStore>();
    const auto batch = numbers(0, 16'384);
    store->setSchema(batch->schema());
    for (qint64 rows = 0; rows < kManyRows; rows += batch->num_rows())
        store->append(batch);
    return { .store = store, .rowCount = kManyRows, .columns = { 0, 1 } };
}

// Looks without a pause: the job's thread needs no event of ours to go on.
static bool hasWritten(const ExportJob &job)
{
    QDeadlineTimer deadline(std::chrono::seconds(30));
    while (job.rowCount() == 0 && !deadline.hasExpired())
        QThread::yieldCurrentThread();
    return job.rowCount() > 0;
}

static QByteArray contents(const QString &fileName)
{
    QFile file(fileName);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
}

void tst_ExportJob::initTestCase()
{
    signal(SIGXFSZ, SIG_IGN); // a file beyond the process's limit is then an error of write()
}

void tst_ExportJob::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void tst_ExportJob::wholeResult()
{
    ExportJob job(range(3, 2), file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    QVERIFY(job.isRunning());
    QVERIFY(ended.wait());
    QVERIFY(!errorOf(ended));
    QCOMPARE(contents(file()), "n,m\r\n0,0\r\n1,1\r\n2,2\r\n3,3\r\n4,4\r\n5,5\r\n");
    QCOMPARE(job.rowCount(), 6);
    QCOMPARE(job.byteCount(), QFile(file()).size());
    QVERIFY(!job.isRunning());
    QCOMPARE(entries(), QStringList { u"out.csv"_s });
}

void tst_ExportJob::partOfAResult()
{
    CellRange part = range(3, 2);
    part.firstPosition = 1;
    part.rowCount = 4;
    part.columns = { 1 };
    ExportJob job(part, file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    QVERIFY(ended.wait());
    QCOMPARE(contents(file()), "m\r\n1\r\n2\r\n3\r\n4\r\n");
}

void tst_ExportJob::cancelled_data()
{
    QTest::addColumn<QString>("format");
    for (const ResultFormat &format : resultFormats()) {
        if (!format.suffixes.isEmpty())
            QTest::addRow("%s", qPrintable(format.id)) << format.id;
    }
}

void tst_ExportJob::cancelled()
{
    QFETCH(QString, format);
    QFile old(file());
    QVERIFY(old.open(QIODevice::WriteOnly) && old.write("old") == 3);
    old.close();
    ExportJob job(manyRows(), file(), format, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    QVERIFY(hasWritten(job));
    job.cancel();
    job.cancel();
    QVERIFY(job.isCancelling());
    QVERIFY(ended.wait());
    QVERIFY(errorOf(ended));
    QCOMPARE(errorOf(ended)->code, Error::Code::Cancelled);
    QVERIFY(job.rowCount() < kManyRows);
    QCOMPARE(contents(file()), "old");
    QCOMPARE(entries(), QStringList { u"out.csv"_s });
}

void tst_ExportJob::letGo_data()
{
    cancelled_data();
}

void tst_ExportJob::letGo()
{
    QFETCH(QString, format);
    {
        ExportJob job(manyRows(), file(), format, {});
        job.start();
        QVERIFY(hasWritten(job));
    }
    QCOMPARE(entries(), QStringList());
}

void tst_ExportJob::fullDisk_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<bool>("isFirstWrite");
    for (const ResultFormat &format : resultFormats()) {
        if (format.suffixes.isEmpty())
            continue;
        if (format.id != "duckdb"_L1) // which opens databases, no devices
            QTest::addRow("%s, no byte fits", qPrintable(format.id)) << format.id << true;
        QTest::addRow("%s, some bytes fit", qPrintable(format.id)) << format.id << false;
    }
}

void tst_ExportJob::fullDisk()
{
    QFETCH(QString, format);
    QFETCH(bool, isFirstWrite);
    rlimit limit {};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &limit), 0);
    const rlimit small { 4000, limit.rlim_max };
    if (!isFirstWrite)
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const QString name = isFirstWrite ? u"/dev/full"_s : file();
    ExportJob job(range(40, 1000), name, format, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    const bool hasEnded = ended.wait();
    setrlimit(RLIMIT_FSIZE, &limit);
    QVERIFY(hasEnded);
    const std::optional<Error> error = errorOf(ended);
    QVERIFY(error);
    QCOMPARE(error->code, Error::Code::IO);
    QVERIFY2(error->message.contains(name), qPrintable(error->message));
    if (isFirstWrite) {
        QCOMPARE(error->vendorCode, u"ENOSPC"_s);
        QCOMPARE(error->hint, u"The disk is full."_s);
    }
    QCOMPARE(entries(), QStringList());
}

void tst_ExportJob::noSuchFolder()
{
    ExportJob job(range(1, 1), m_folder->filePath(u"no/out.csv"_s), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    QVERIFY(ended.wait());
    QVERIFY(errorOf(ended));
    QVERIFY(errorOf(ended)->message.contains("no/out.csv"_L1));
}

void tst_ExportJob::twoExportsToOneFile()
{
    auto first = OutputTarget::open(file());
    QVERIFY(first);
    QVERIFY((*first)->sink().write("first"));
    ExportJob job(range(1, 1), file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    QVERIFY(ended.wait());
    QVERIFY(errorOf(ended));
    QCOMPARE(errorOf(ended)->code, Error::Code::AlreadyExists);
    QVERIFY((*first)->commit());
    QCOMPARE(contents(file()), "first");
}

void tst_ExportJob::statementStreams()
{
    auto *statement = new FakeStatement;
    ExportJob job(StatementPtr(statement), file(), u"jsonl"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    QCOMPARE(statement->startCount, 1);
    QCOMPARE(job.totalRows(), -1);
    statement->give(numbers(0, 0)->schema());
    statement->give(numbers(0, 2));
    statement->give(numbers(2, 1));
    statement->end(StatementSummary { .rowCount = 3 });
    QVERIFY(ended.wait());
    QVERIFY(!errorOf(ended));
    QCOMPARE(contents(file()), "{\"n\":0,\"m\":0}\n{\"n\":1,\"m\":1}\n{\"n\":2,\"m\":2}\n");
    QCOMPARE(statement->pauseCount, 0);
}

void tst_ExportJob::statementIsPaused()
{
    auto *statement = new FakeStatement;
    ExportJob job(StatementPtr(statement), file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    const auto batch = numbers(0, 1 << 19); // 4 MiB a column, shared
    statement->give(batch->schema());
    int given = 0;
    while (statement->pauseCount == 0 && given < 1000) {
        statement->give(batch);
        ++given;
    }
    QVERIFY(given < 1000);
    QTRY_VERIFY(statement->resumeCount > 0);
    statement->end();
    QVERIFY(ended.wait(60'000));
    QVERIFY(!errorOf(ended));
    QCOMPARE(job.rowCount(), qint64(given) << 19);
}

void tst_ExportJob::statementFails()
{
    auto *statement = new FakeStatement;
    ExportJob job(StatementPtr(statement), file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    statement->give(numbers(0, 0)->schema());
    statement->give(numbers(0, 2));
    statement->end(Error { .code = Error::Code::Incomplete, .message = u"The server went away."_s });
    QVERIFY(ended.wait());
    QCOMPARE(errorOf(ended)->message, u"The server went away."_s);
    QCOMPARE(entries(), QStringList());
}

void tst_ExportJob::partialAnswerIsNoFile()
{
    auto *statement = new FakeStatement;
    ExportJob job(StatementPtr(statement), file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    statement->give(numbers(0, 0)->schema());
    statement->end(StatementSummary { .partialReason = u"two segments are missing"_s });
    QVERIFY(ended.wait());
    QCOMPARE(errorOf(ended)->code, Error::Code::Incomplete);
    QVERIFY(errorOf(ended)->message.contains("two segments are missing"_L1));
    QCOMPARE(entries(), QStringList());
}

void tst_ExportJob::statementWithoutResult()
{
    auto *statement = new FakeStatement;
    ExportJob job(StatementPtr(statement), file(), u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    job.start();
    statement->end();
    QVERIFY(ended.wait());
    QCOMPARE(errorOf(ended)->code, Error::Code::InvalidState);
    QCOMPARE(entries(), QStringList());
}

void tst_ExportJob::brokenDiskCancelsStatement()
{
    auto *statement = new FakeStatement;
    ExportJob job(StatementPtr(statement), u"/dev/full"_s, u"csv"_s, {});
    QSignalSpy ended(&job, &ExportJob::ended);
    QSignalSpy failed(statement, &Statement::failed);
    job.start();
    statement->give(numbers(0, 0)->schema());
    QVERIFY(ended.wait());
    QCOMPARE(failed.size(), 1);
    QCOMPARE(errorOf(ended)->vendorCode, u"ENOSPC"_s); // the cause, not the cancel it led to
}

void tst_ExportJob::fileNames_data()
{
    QTest::addColumn<QString>("title");
    QTest::addColumn<QString>("name");
    QTest::newRow("plain") << u"orders"_s << u"orders"_s;
    QTest::newRow("a path upwards") << u"../../etc/passwd"_s << u"_.._etc_passwd"_s;
    QTest::newRow("an absolute path") << u"/etc/passwd"_s << u"_etc_passwd"_s;
    QTest::newRow("a drive") << u"C:\\x"_s << u"C__x"_s;
    QTest::newRow("a device") << u"con"_s << u"_con"_s;
    QTest::newRow("a device with a suffix") << u"LPT1.txt"_s << u"_LPT1.txt"_s;
    QTest::newRow("nothing") << QString() << u"result"_s;
    QTest::newRow("dots") << u"..."_s << u"result"_s;
    QTest::newRow("an option") << u"--help"_s << u"help"_s;
    QTest::newRow("controls") << u"a\nb\tc\u0001"_s << u"a_b_c_"_s;
    QTest::newRow("a zero") << QString::fromLatin1("a\0b", 3) << u"a_b"_s;
    QTest::newRow("a turned direction") << u"a\u202Egpj.exe"_s << u"a_gpj.exe"_s;
    QTest::newRow("wildcards") << u"a*b?\"<>|"_s << u"a_b_____"_s;
    QTest::newRow("an emoji") << u"🦆 ducks"_s << u"🦆 ducks"_s;
    QTest::newRow("300 characters") << QString(300, u'x') << QString(100, u'x');
    QTest::newRow("blanks around") << u" a. "_s << u"a"_s;
}

void tst_ExportJob::fileNames()
{
    QFETCH(QString, title);
    QTEST(fileNameFor(title), "name");
}

QTEST_GUILESS_MAIN(tst_ExportJob)
#include "tst_exportjob.moc"
