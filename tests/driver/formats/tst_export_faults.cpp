// SPDX-License-Identifier: Apache-2.0
#include "duckdboracle.h"
#include "exportsource.h"

#include "extension/outputtarget.h"

#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>

#include <csignal>
#include <cstdio>

#include <sys/resource.h>

using namespace Grebe;
using namespace ExportSource;
using namespace Qt::StringLiterals;

// What is left when an export does not come to its end: killed, out of disk. The exporting program is this one,
// started anew: tst_export_faults --export FORMAT FILE [BYTES], which prints a dot behind each batch.
class tst_ExportFaults : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void killed_data() { formats(); }
    void killed();
    void outOfDisk_data() { formats(); }
    void outOfDisk();
    void aDeviceThatIsFull();
    void stoppedBehindEveryBatch_data() { formats(); }
    void stoppedBehindEveryBatch();

private:
    static void formats();
    QString name(const QString &format) const;
    QStringList entries() const { return QDir(m_folder->path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden); }
    /// What stood there before; a database with a table of its own.
    void putOld(const QString &format);
    void checkOld(const QString &format);
    bool isOld(const QString &format);

    std::unique_ptr<QTemporaryDir> m_folder;
    QByteArray m_old;
};

static constexpr int kBatches = 40;

static Batches source()
{
    Batches batches;
    for (int i = 0; i < kBatches; ++i) {
        arrow::Int64Builder numbers;
        arrow::StringBuilder texts;
        for (int row = 0; row < 1000; ++row) {
            (void)numbers.Append(qint64(i) * 1000 + row);
            (void)texts.Append("text number " + std::to_string(row * 7919 % 1009) + ", \"quoted\"");
        }
        const auto schema = arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8()) });
        batches << arrow::RecordBatch::Make(schema, 1000, { *numbers.Finish(), *texts.Finish() });
    }
    return batches;
}

/// An export as the program does it. `behindBatch` may end it by returning false.
template<typename BehindBatch>
static Result<void> exportTo(const QString &format, const QString &fileName, BehindBatch &&behindBatch)
{
    const Batches batches = source();
    std::unique_ptr<OutputTarget> target;
    std::unique_ptr<ResultWriter> writer;
    if (format == "duckdb"_L1) {
        auto made = makeFileWriter(format, fileName, {});
        if (!made)
            return std::unexpected(made.error());
        writer = std::move(*made);
    } else {
        auto opened = OutputTarget::open(fileName);
        if (!opened)
            return std::unexpected(opened.error());
        target = std::move(*opened);
        writer = makeResultWriter(format, target->sink());
    }
    Result<void> done = writer->begin(batches.first()->schema());
    for (const auto &batch : batches) {
        done = done.and_then([&] { return writer->write(*batch); });
        if (!done || !behindBatch())
            break;
    }
    if (!done)
        return done;
    if (!behindBatch())
        return std::unexpected(Error { .code = Error::Code::Cancelled });
    done = writer->end();
    writer.reset();
    return done && target ? target->commit() : done;
}

static int exportAsChild(const QString &format, const QString &fileName, const QString &bytes)
{
    if (!bytes.isEmpty()) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit { bytes.toULongLong(), bytes.toULongLong() };
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    const auto done = exportTo(format, fileName, [] {
        std::putchar('.');
        std::fflush(stdout);
        return true;
    });
    std::fputs(done ? "done" : qPrintable(done.error().message), stdout);
    return done ? 0 : 1;
}

void tst_ExportFaults::formats()
{
    QTest::addColumn<QString>("format");
    for (const ResultFormat &format : resultFormats()) {
        if (!format.suffixes.isEmpty())
            QTest::addRow("%s", qPrintable(format.id)) << format.id;
    }
}

void tst_ExportFaults::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

QString tst_ExportFaults::name(const QString &format) const
{
    return m_folder->filePath(u"out."_s + format);
}

void tst_ExportFaults::putOld(const QString &format)
{
    if (format == "duckdb"_L1) {
        QFile::remove(name(format));
        QCOMPARE(writeTable({ source().first() }, name(format), { .table = ObjectPath({ u"old"_s }) }), QString());
        return;
    }
    QFile file(name(format));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("old");
}

bool tst_ExportFaults::isOld(const QString &format)
{
    QFile file(name(format));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    if (format != "duckdb"_L1)
        return file.readAll() == "old";
    DuckDbOracle oracle;
    return oracle.run("ATTACH '" + QFile::encodeName(name(format)) + "' AS f")
        && oracle.rows("SELECT count(*) FROM f.old").first().first() == QByteArray("1000")
        && oracle.rows("SELECT count(*) FROM duckdb_tables() WHERE database_name = 'f'").first().first() == QByteArray("1");
}

void tst_ExportFaults::killed()
{
    QFETCH(QString, format);
    for (int round = 0; round < 6; ++round) {
        putOld(format);
        const int dots = QRandomGenerator::global()->bounded(kBatches);
        QProcess child;
        child.start(QCoreApplication::applicationFilePath(), { u"--export"_s, format, name(format) });
        QByteArray output;
        while (output.count('.') < dots && child.waitForReadyRead(60'000))
            output += child.readAllStandardOutput();
        QVERIFY(output.count('.') >= dots);
        ::kill(pid_t(child.processId()), SIGKILL);
        QVERIFY(child.waitForFinished());
        output += child.readAllStandardOutput();
        if (output.contains("done") || isOld(format))
            continue;
        // It may have got to its end between the last dot and the signal: then all of it is there.
        QVERIFY2(output.count('.') == kBatches + 1, qPrintable(u"%1 behind %2 batches"_s.arg(format).arg(output.count('.'))));
        QFile file(name(format));
        const qint64 size = file.size();
        QFile::remove(name(format));
        QVERIFY(exportTo(format, name(format), [] { return true; }));
        if (format != "duckdb"_L1)
            QCOMPARE(size, file.size());
        QFile::remove(name(format));
    }
    // What a kill left behind is in nobody's way.
    QFile::remove(name(format));
    const auto done = exportTo(format, name(format), [] { return true; });
    QVERIFY2(done, done ? "" : qPrintable(done.error().ticketText()));
    QCOMPARE(entries(), QStringList { u"out."_s + format });
}

void tst_ExportFaults::outOfDisk()
{
    QFETCH(QString, format);
    for (const bool hasOld : { false, true }) {
        if (hasOld)
            putOld(format);
        const QStringList before = entries();
        for (const int bytes : { 0, 1000, 20'000 }) {
            QProcess child;
            child.start(QCoreApplication::applicationFilePath(),
                        { u"--export"_s, format, name(format), QString::number(hasOld && format == "duckdb"_L1
                                                                                   ? QFile(name(format)).size() + bytes
                                                                                   : bytes) });
            QVERIFY(child.waitForFinished(60'000));
            const QByteArray output = child.readAllStandardOutput();
            QVERIFY2(child.exitStatus() == QProcess::NormalExit && child.exitCode() == 1, output + child.readAllStandardError());
            QVERIFY(output.count('.') < output.size()); // a reason
            if (!hasOld)
                QCOMPARE(entries(), before);
            QCOMPARE(isOld(format), hasOld);
        }
    }
}

void tst_ExportFaults::aDeviceThatIsFull()
{
    const auto done = exportTo(u"csv"_s, u"/dev/full"_s, [] { return true; });
    QVERIFY(!done);
    QCOMPARE(done.error().vendorCode, u"ENOSPC"_s);
    QVERIFY(QFile::exists(u"/dev/full"_s));
}

void tst_ExportFaults::stoppedBehindEveryBatch()
{
    QFETCH(QString, format);
    putOld(format);
    const QStringList before = entries();
    for (int last = 0; last <= kBatches; last += 5) {
        int count = 0;
        const auto done = exportTo(format, name(format), [&] { return count++ < last; });
        QVERIFY(!done);
        QCOMPARE(entries(), before);
        QVERIFY(isOld(format));
    }
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList words = application.arguments();
    if (words.value(1) == "--export"_L1)
        return exportAsChild(words.value(2), words.value(3), words.value(4));
    tst_ExportFaults test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_export_faults.moc"
