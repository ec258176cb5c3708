// SPDX-License-Identifier: Apache-2.0
// Not under a sanitizer, whose own memory is beyond every limit.
#include "extension/columnstatistics.h"
#include "numberedrows.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>
#include <cstring>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

using StorePtr = std::shared_ptr<ResultStore>;

/// Sorting, filtering and counting where memory ends: an error, the process lives on, and the rows are there.
class tst_ResultMemory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void outOfMemory();

private:
    QTemporaryDir m_folder;
};

static qint64 dataBytes()
{
    QFile file(u"/proc/self/status"_s);
    if (!file.open(QFile::ReadOnly))
        return 0;
    const QByteArray text = file.readAll();
    return text.mid(text.indexOf("VmData:") + 7).trimmed().split(' ').first().toLongLong() * 1024;
}

// Sorts, filters and counts again and again with a little more memory each time, until there is enough.
static int useLittleMemory(const QString &folder)
{
    ResultStore::setSpillFolder(folder);
    const StorePtr store = storeOf(40); // 0.8 M rows
    (void)orderRows(store, {}, { { 0 } }).result(); // threads that exist from now on
    int failureCount = 0, successCount = 0;
    for (qint64 room = 0; room < 80 << 20; room += 5 << 20) {
        rlimit before;
        ::getrlimit(RLIMIT_DATA, &before);
        const rlimit little { rlim_t(dataBytes() + room), before.rlim_max };
        ::setrlimit(RLIMIT_DATA, &little);
        const auto sorted = orderRows(store, { { 1, Filter::Test::IsNotNull } }, { { 1 }, { 2 }, { 0 } }).result();
        const auto statistics = columnStatistics(store, 2).result();
        ::setrlimit(RLIMIT_DATA, &before);
        for (const bool isGood : { sorted.has_value(), statistics.has_value() })
            ++(isGood ? successCount : failureCount);
        if (!sorted && sorted.error().message.isEmpty())
            return 3;
        if (sorted && (*sorted)->size() != 40 * kBatchRows * 9 / 10)
            return 4;
    }
    std::printf("%d failed, %d succeeded\n", failureCount, successCount);
    return hasAll(*store, 40) && successCount > 0 && failureCount > 0 ? 0 : 5;
}

void tst_ResultMemory::outOfMemory()
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QCoreApplication::applicationFilePath(), { u"--little-memory"_s, m_folder.filePath(u"results"_s) });
    QVERIFY(process.waitForFinished(200'000));
    QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
             qPrintable(u"%1: %2"_s.arg(process.exitCode()).arg(QString::fromUtf8(process.readAll()))));
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 3 && std::strcmp(argv[1], "--little-memory") == 0)
        return useLittleMemory(QString::fromLocal8Bit(argv[2]));
    tst_ResultMemory test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_resultmemory.moc"
