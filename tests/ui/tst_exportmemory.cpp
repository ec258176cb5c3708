// SPDX-License-Identifier: Apache-2.0
// Not under a sanitizer, whose own memory is beyond every limit.
#include "export/exportjob.h"

#include <arrow/api.h>

#include <QCoreApplication>
#include <QDir>
#include <QEventLoop>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>
#include <cstring>

#include <malloc.h>
#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

/// Exports where memory ends, in every format and at many places: an error in words and no file, or a whole file.
class tst_ExportMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outOfMemory_data();
    void outOfMemory();
};

static constexpr qint64 kBatchRows = 20'000;
static constexpr qint64 kBatches = 4;

// Each batch ends in a text that no small buffer takes.
static std::shared_ptr<ResultStore> store(qsizetype longText)
{
    auto store = std::make_shared<ResultStore>();
    for (qint64 i = 0; i < kBatches; ++i) {
        arrow::Int64Builder numbers;
        arrow::StringBuilder texts;
        for (qint64 row = i * kBatchRows; row < (i + 1) * kBatchRows; ++row) {
            (void)numbers.Append(row * 7919);
            (void)texts.Append("a text with a number " + std::to_string(row * 31 % 1000));
        }
        (void)numbers.Append(-1);
        (void)texts.Append(std::string(size_t(longText), 'x'));
        const auto schema = arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8()) });
        store->setSchema(schema);
        store->append(arrow::RecordBatch::Make(schema, kBatchRows + 1, { *numbers.Finish(), *texts.Finish() }));
    }
    return store;
}

static qint64 dataBytes()
{
    QFile file(u"/proc/self/status"_s);
    if (!file.open(QFile::ReadOnly))
        return 0;
    const QByteArray text = file.readAll();
    return text.mid(text.indexOf("VmData:") + 7).trimmed().split(' ').first().toLongLong() * 1024;
}

// Exports again and again with a little more memory each time, until there is enough.
static int useLittleMemory(const QString &formatId, const QString &folder)
{
    mallopt(M_MMAP_THRESHOLD, 256 << 10); // as the window has it: what is free is given back
    const qint64 rowCount = kBatches * (kBatchRows + 1);
    const std::shared_ptr<ResultStore> rows = store(formatId == "xlsx"_L1 ? 30'000 : 6 << 20);
    const CellRange range { .store = rows, .rowCount = rowCount, .columns = { 0, 1 } };
    const auto write = [&](const QString &fileName, qint64 room) {
        std::optional<Error> error;
        ExportJob job(range, fileName, formatId, {});
        QEventLoop loop;
        QObject::connect(&job, &ExportJob::ended, &loop, [&](const std::optional<Error> &why) {
            error = why;
            loop.quit();
        });
        rlimit before;
        ::getrlimit(RLIMIT_DATA, &before);
        if (room >= 0) {
            ::malloc_trim(0);
            const rlimit little { rlim_t(dataBytes() + room), before.rlim_max };
            ::setrlimit(RLIMIT_DATA, &little);
        }
        job.start();
        if (job.isRunning())
            loop.exec();
        ::setrlimit(RLIMIT_DATA, &before);
        return error;
    };
    const QString whole = QDir(folder).filePath(u"whole"_s);
    if (const auto error = write(whole, -1)) {
        std::printf("without a limit: %s\n", qPrintable(error->message));
        return 2;
    }
    const qint64 wholeSize = QFile(whole).size();
    int failureCount = 0, successCount = 0;
    for (qint64 room = 0; room <= 160 << 20; room += 4 << 20) {
        const QString fileName = QDir(folder).filePath(QString::number(room >> 20));
        const auto error = write(fileName, room);
        ++(error ? failureCount : successCount);
        if (error)
            std::printf("%lld MB: %s\n", room >> 20, qPrintable(error->message));
        if (error && error->message.isEmpty())
            return 3;
        // A database may differ by a block; its rows are another test's.
        const bool isWhole = formatId == "duckdb"_L1 ? QFile(fileName).size() >= wholeSize / 2 : QFile(fileName).size() == wholeSize;
        if (!error && !isWhole)
            return 4;
        const QStringList left = QDir(folder).entryList({ QString::number(room >> 20) + u'*' }, QDir::Files | QDir::Hidden);
        if (left != (error ? QStringList() : QStringList { QFileInfo(fileName).fileName() })) {
            std::printf("left over: %s\n", qPrintable(left.join(u' ')));
            return 5;
        }
        QFile::remove(fileName);
        if (successCount > 3)
            break;
    }
    std::printf("%d failed, %d succeeded\n", failureCount, successCount);
    const bool needsNone = formatId.startsWith("arrow"_L1); // buffers go out as they are
    return successCount > 0 && (failureCount > 0 || needsNone) ? 0 : 6;
}

void tst_ExportMemory::outOfMemory_data()
{
    QTest::addColumn<QString>("formatId");
    for (const ResultFormat &format : resultFormats()) {
        if (!format.suffixes.isEmpty())
            QTest::newRow(qPrintable(format.label)) << format.id;
    }
}

void tst_ExportMemory::outOfMemory()
{
    QFETCH(QString, formatId);
    QTemporaryDir folder;
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QCoreApplication::applicationFilePath(), { u"--little-memory"_s, formatId, folder.path() });
    QVERIFY(process.waitForFinished(200'000));
    const QByteArray said = process.readAll();
    QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
             qPrintable(u"%1: %2"_s.arg(process.exitCode()).arg(QString::fromUtf8(said))));
    qInfo("%s", said.trimmed().split('\n').constLast().constData());
}

int main(int argc, char **argv)
{
    if (argc == 4 && std::strcmp(argv[1], "--little-memory") == 0)
        qputenv("ARROW_DEFAULT_MEMORY_POOL", "system");
    QCoreApplication application(argc, argv);
    if (argc == 4 && std::strcmp(argv[1], "--little-memory") == 0)
        return useLittleMemory(QString::fromLocal8Bit(argv[2]), QString::fromLocal8Bit(argv[3]));
    tst_ExportMemory test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_exportmemory.moc"
