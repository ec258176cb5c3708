// SPDX-License-Identifier: Apache-2.0
// One query through the driver as an application uses it, with what it took as a line of JSON.
//   bench_fetch URL SQL drop|keep|store
// drop lets go of each batch, keep has all of them as they came at the end, store keeps them as the window does (a
// ResultStore, which writes to disk what is more than GREBE_RESULT_MEMORY megabytes).
#include "benchconnection.h"
#include "extension/resultstore.h"

#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QCoreApplication>
#include <QFile>

#include <chrono>
#include <cstdio>

#include <sys/resource.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

/// Of /proc/self/status, in KiB.
qint64 memory(const QByteArray &name)
{
    QFile file(u"/proc/self/status"_s);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("no /proc/self/status");
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith(name + ':'))
            return line.simplified().split(' ').value(1).toLongLong();
    }
    return 0;
}

double cpuSeconds()
{
    rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) { return double(time.tv_sec) + double(time.tv_usec) * 1e-6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

int main(int argc, char **argv)
{
    if (!qEnvironmentVariableIsSet("ARROW_DEFAULT_MEMORY_POOL"))
        qputenv("ARROW_DEFAULT_MEMORY_POOL", "system"); // as Grebe sets it
    QCoreApplication application(argc, argv);
    const QStringList words = application.arguments();
    const QString mode = words.value(3);
    if (mode != "drop"_L1 && mode != "keep"_L1 && mode != "store"_L1)
        qFatal("usage: bench_fetch URL SQL drop|keep|store");
    const ConnectionPtr connection = openConnection(words[1]);

    const qint64 memoryBefore = memory("VmRSS");
    const double cpuBefore = cpuSeconds();
    const auto start = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<arrow::RecordBatch>> kept; // touched on the statement's thread alone until it has ended
    ResultStore store;
    qint64 rows = 0, cells = 0;
    double firstRow = -1;
    const StatementPtr statement = connection->prepare(words[2]);
    QObject::connect(statement.get(), &Statement::schemaReady, statement.get(),
                     [&store](const std::shared_ptr<arrow::Schema> &schema) { store.setSchema(schema); }, Qt::DirectConnection);
    QObject::connect(statement.get(), &Statement::batchReady, statement.get(),
                     [&](const std::shared_ptr<arrow::RecordBatch> &batch) {
                         if (rows == 0)
                             firstRow = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
                         rows += batch->num_rows();
                         cells += batch->num_rows() * batch->num_columns();
                         if (mode == "keep"_L1)
                             kept.push_back(batch);
                         else if (mode == "store"_L1)
                             store.append(batch);
                     }, Qt::DirectConnection);
    QObject::connect(statement.get(), &Statement::finished, &application, [] { QCoreApplication::exit(0); });
    QObject::connect(statement.get(), &Statement::failed, &application, [](const Error &error) {
        std::fprintf(stderr, "%s\n", qPrintable(error.message));
        QCoreApplication::exit(1);
    });
    statement->start();
    if (const int code = QCoreApplication::exec(); code != 0)
        return code;
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double cpu = cpuSeconds() - cpuBefore;
    std::printf("{\"rows\":%lld,\"cells\":%lld,\"wall\":%.4f,\"cpu\":%.4f,\"first_row\":%.4f,\"start_kib\":%lld,\"peak_kib\":%lld,"
                "\"arrow_bytes\":%lld,\"file_bytes\":%lld}\n",
                qlonglong(rows), qlonglong(cells), wall, cpu, firstRow, qlonglong(memoryBefore), qlonglong(memory("VmHWM")),
                qlonglong(arrow::default_memory_pool()->bytes_allocated()), qlonglong(store.fileByteCount()));
    return 0;
}
