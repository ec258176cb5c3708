// SPDX-License-Identifier: Apache-2.0
// Writes lineitem-like rows in every format, and has DuckDB's COPY and pyarrow write the same rows in the same run, each on
// one core. At the end one line of JSON a writer: the medians of its rounds.
//   bench_export [rows] [folder]      1,000,000 rows and /dev/shm unless told
#include "engines/engineconnection.h"
#include "extension/outputtarget.h"
#include "extension/resultwriter.h"
#include "sql/duckdbdialect.h"
#include "statementrun.h"

#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QMap>
#include <QProcess>

#include <algorithm>
#include <cstdio>

using namespace Grebe;
using namespace Qt::StringLiterals;

static QString sourceSql(qint64 rows)
{
    return uR"(SELECT range AS orderkey, (range * 7919) % 200000 AS partkey, (range % 7)::INTEGER AS linenumber,
        ((range * 31) % 5000)::DECIMAL(12,2) / 100 AS quantity, (range * 1234567 % 10000000)::DECIMAL(12,2) AS price,
        random() AS ratio, chr((65 + range % 3)::INTEGER) AS flag, DATE '1992-01-01' + (range % 2500)::INTEGER AS shipdate,
        TIMESTAMP '1992-01-01' + to_seconds(range % 100000000) AS changed,
        (ARRAY['AIR','RAIL','SHIP','TRUCK','MAIL','FOB','REG AIR'])[1 + range % 7] AS mode,
        'comment ' || (range * 104729 % 1000003) || ' carefully final, "quoted" deposits' AS comment FROM range(%1))"_s.arg(rows);
}

static void run(Connection &connection, const QString &sql)
{
    StatementRun run(connection.prepare(sql));
    if (!run.waitForEnd(std::chrono::minutes(10)) || !run.hasFinished())
        qFatal("%s", run.log());
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCoreApplication::addLibraryPath(QCoreApplication::applicationDirPath() + "/../plugins"_L1);
    const QStringList words = application.arguments();
    const qint64 rows = words.value(1, u"1000000"_s).toLongLong();
    const QString folder = words.value(2, u"/dev/shm"_s);
    const auto parameters = ConnectionParameters::fromUrl(u"duckdb:"_s, engineInfos());
    const EngineEntry *entry = engineEntry(u"duckdb"_s);
    const ConnectionPtr connection = makeConnection(entry->create(*parameters, nullptr), entry->info(), *parameters);
    run(*connection, u"SET threads = 1"_s);
    run(*connection, u"CREATE TABLE t AS "_s + sourceSql(rows));
    StatementRun source(connection->prepare(u"SELECT * FROM t"_s));
    if (!source.waitForEnd(std::chrono::minutes(10)) || !source.hasFinished())
        qFatal("%s", source.log());
    qint64 arrowBytes = 0;
    for (const auto &batch : source.batches())
        arrowBytes += arrow::util::TotalBufferSize(*batch);
    std::printf("%lld rows, %.1f MB of Arrow, one core, %s\n", qlonglong(rows), double(arrowBytes) / 1e6, qPrintable(folder));
    QMap<QString, std::vector<std::pair<double, double>>> rates; // MB/s of file, of Arrow
    const auto note = [&](const char *name, double seconds, double megabytes) {
        rates[QString::fromLatin1(name)].emplace_back(megabytes / seconds, double(arrowBytes) / 1e6 / seconds);
        std::printf("%-18s %8.2f s %9.1f MB %8.1f MB/s of file %8.1f MB/s of Arrow %10.0f rows/s\n", name, seconds, megabytes,
                    megabytes / seconds, double(arrowBytes) / 1e6 / seconds, double(rows) / seconds);
    };
    const auto report = [&](const char *name, double seconds, const QString &fileName) {
        note(name, seconds, double(QFileInfo(fileName).size()) / 1e6);
        std::remove(qPrintable(fileName));
    };
    const QString arrowFile = folder + u"/bench_export.feather"_s;
    for (int round = 1; round <= 3; ++round) {
        std::printf("round %d\n", round);
        for (const char *format : { "csv", "tsv", "jsonl", "parquet", "arrow", "arrowfile", "insert", "xlsx", "html", "duckdb" }) {
            const QString fileName = folder + u"/bench_export."_s + QString::fromLatin1(format);
            QElapsedTimer clock;
            clock.start();
            std::unique_ptr<OutputTarget> target;
            std::unique_ptr<ResultWriter> writer;
            if (format == std::string_view("duckdb")) {
                writer = std::move(*makeFileWriter(u"duckdb"_s, fileName, {}));
            } else {
                auto opened = OutputTarget::open(fileName);
                if (!opened)
                    qFatal("%s", qPrintable(opened.error().message));
                target = std::move(*opened);
                writer = makeResultWriter(QString::fromLatin1(format), target->sink(), { .dialect = &duckdbDialect() });
            }
            auto done = writer->begin(source.schema());
            for (const auto &batch : source.batches())
                done = done.and_then([&] { return writer->write(*batch); });
            done = done.and_then([&] { return writer->end(); }).and_then([&] { return target ? target->commit() : Result<void>(); });
            if (!done)
                qFatal("%s", qPrintable(done.error().ticketText()));
            if (format == std::string_view("arrowfile")) {
                QFile::remove(arrowFile);
                QFile::copy(fileName, arrowFile);
            }
            report(format, double(clock.nsecsElapsed()) / 1e9, fileName);
        }
        for (const char *copy : { "csv (HEADER)", "parquet (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)", "json (FORMAT json)" }) {
            const QString words = QString::fromLatin1(copy);
            const QString name = words.section(u' ', 0, 0);
            const QString fileName = folder + u"/bench_copy."_s + name;
            QElapsedTimer clock;
            clock.start();
            run(*connection, u"COPY t TO '%1' %2"_s.arg(fileName, words.section(u' ', 1)));
            report(qPrintable(u"DuckDB COPY "_s + name), double(clock.nsecsElapsed()) / 1e9, fileName);
        }
        QProcess python;
        python.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        python.start(u"python3"_s, { QStringLiteral(GREBE_BENCH_FOLDER "/bench_export.py"), arrowFile, folder });
        python.waitForFinished(-1);
        for (const QByteArray &line : python.readAllStandardOutput().trimmed().split('\n')) {
            const QList<QByteArray> parts = line.split('\t');
            if (parts.size() == 3)
                note(parts[0].constData(), parts[1].toDouble(), parts[2].toDouble() / 1e6);
        }
    }
    QFile::remove(arrowFile);
    for (auto it = rates.begin(); it != rates.end(); ++it) {
        std::vector<std::pair<double, double>> &values = it.value();
        std::ranges::sort(values);
        const auto &[file, arrow] = values[values.size() / 2];
        std::printf("{\"metric\": \"X1\", \"writer\": \"%s\", \"file_mb_s\": %.1f, \"arrow_mb_s\": %.1f}\n", qPrintable(it.key()),
                    file, arrow);
    }
    return 0;
}
