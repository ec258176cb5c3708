// SPDX-License-Identifier: Apache-2.0
// X1: a million rows into files, beside DuckDB's COPY, pyarrow's writers, SQLite's shell and rows of QVariants through a
// QTextStream, which is how DB Browser for SQLite exports (it can't without somebody at its window). By turns, each on one
// core, to memory (/dev/shm), so that no disk is measured but where it says so.
#include "report.h"

#include "extension/columnformatter.h"
#include "extension/connection.h"
#include "extension/driverextension.h"
#include "extension/outputtarget.h"
#include "extension/resultwriter.h"
#include "statementrun.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QMap>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTextStream>

#include <algorithm>

#include <unistd.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

constexpr qint64 kRows = 1'000'000;
constexpr qint64 kVariantRows = 50'000; // of them are written by QTextStream: all would take a minute
constexpr int kRounds = 3;

const auto kSource = uR"(CREATE TABLE t AS SELECT range AS orderkey, (range * 7919) % 200000 AS partkey, (range % 7)::INTEGER AS linenumber,
    ((range * 31) % 5000)::DECIMAL(12,2) / 100 AS quantity, (range * 1234567 % 10000000)::DECIMAL(12,2) AS price,
    (range * 104729 % 1000003) / 1000003::DOUBLE AS ratio, chr((65 + range % 3)::INTEGER) AS flag,
    DATE '1992-01-01' + (range % 2500)::INTEGER AS shipdate, TIMESTAMP '1992-01-01' + to_seconds(range % 100000000) AS changed,
    (ARRAY['AIR','RAIL','SHIP','TRUCK','MAIL','FOB','REG AIR'])[1 + range % 7] AS mode,
    'comment ' || (range * 104729 % 1000003) || ' carefully final, "quoted" deposits' AS comment FROM range(%1))"_s;
const auto kSqliteTable = u"CREATE TABLE t (orderkey INTEGER, partkey INTEGER, linenumber INTEGER, quantity REAL, price REAL, ratio REAL, "
                          "flag TEXT, shipdate TEXT, changed TEXT, mode TEXT, comment TEXT);"_s;

class Exports
{
public:
    explicit Exports(Report &report);
    void run();

private:
    using Times = QMap<QString, std::vector<double>>; // seconds of each round, by "format" or "format of peer"

    void ask(const QString &sql);
    double write(const QString &formatId, const QString &fileName);
    double copy(const QString &options);
    double writeVariants();
    double plainWrite(const QByteArray &bytes, const QString &fileName);
    bool program(const QString &name, const QStringList &arguments, const QString &output = {}, QByteArray *answer = nullptr);
    void makeSqlite();
    void add(const QString &formatId, const QString &name, const QString &peer, bool ofArrow = false, std::optional<double> goal = {},
             std::optional<double> ratioGoal = {});

    Report &m_report;
    QTemporaryDir m_memory { u"/dev/shm/grebe-bench-XXXXXX"_s };
    QTemporaryDir m_disk { QDir::homePath() + u"/.cache/grebe-bench-XXXXXX"_s };
    ConnectionPtr m_connection;
    std::unique_ptr<StatementRun> m_source;
    double m_arrowBytes = 0;
    Times m_times;
    QMap<QString, double> m_fileBytes;
};

Exports::Exports(Report &report) : m_report(report)
{
    QString problem;
    DriverExtension *driver = DriverExtension::load(&problem);
    if (!driver)
        qFatal("%s", qPrintable(problem));
    m_connection = driver->createConnection(*ConnectionParameters::fromUrl(u"duckdb:"_s, driver->engines()), nullptr);
    ask(u"SET threads = 1"_s);
    ask(kSource.arg(kRows));
    m_source = std::make_unique<StatementRun>(m_connection->prepare(u"SELECT * FROM t"_s));
    if (!m_source->waitForEnd(std::chrono::minutes(5)) || !m_source->hasFinished())
        qFatal("%s", m_source->log());
    for (const auto &batch : m_source->batches())
        m_arrowBytes += double(arrow::util::TotalBufferSize(*batch));
}

void Exports::ask(const QString &sql)
{
    StatementRun run(m_connection->prepare(sql));
    if (!run.waitForEnd(std::chrono::minutes(5)) || !run.hasFinished())
        qFatal("%s", run.log());
}

bool Exports::program(const QString &name, const QStringList &arguments, const QString &output, QByteArray *answer)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    if (!output.isEmpty())
        process.setStandardOutputFile(output);
    process.start(name, arguments);
    if (!process.waitForFinished(-1) || process.exitCode() != 0)
        return false;
    if (answer)
        *answer = process.readAllStandardOutput();
    return true;
}

// The seconds of one export, as the program does it: beside the file, synced, renamed.
double Exports::write(const QString &formatId, const QString &fileName)
{
    QElapsedTimer clock;
    clock.start();
    auto target = OutputTarget::open(fileName);
    if (!target)
        qFatal("%s", qPrintable(target.error().message));
    const auto writer = makeResultWriter(formatId, (*target)->sink(), { .dialect = &m_connection->dialect() });
    auto done = writer->begin(m_source->schema());
    for (const auto &batch : m_source->batches())
        done = done.and_then([&] { return writer->write(*batch); });
    done = done.and_then([&] { return writer->end(); }).and_then([&] { return (*target)->commit(); });
    if (!done)
        qFatal("%s", qPrintable(done.error().message));
    return double(clock.nsecsElapsed()) / 1e9;
}

double Exports::copy(const QString &options)
{
    const QString fileName = m_memory.filePath(u"copy"_s);
    const double seconds = Report::milliseconds([&] { ask(u"COPY t TO '%1' %2"_s.arg(fileName, options)); }) / 1000;
    QFile::remove(fileName);
    return seconds;
}

double Exports::plainWrite(const QByteArray &bytes, const QString &fileName)
{
    const double seconds = Report::milliseconds([&] {
        QFile file(fileName);
        (void)file.open(QFile::WriteOnly | QFile::Unbuffered);
        for (qsizetype at = 0; at < bytes.size(); at += 1 << 20)
            (void)file.write(bytes.constData() + at, std::min<qint64>(1 << 20, bytes.size() - at));
        (void)::fsync(file.handle());
    }) / 1000;
    QFile::remove(fileName);
    return seconds;
}

double Exports::writeVariants()
{
    const auto &batch = m_source->batches();
    std::vector<ColumnFormatter> columns;
    for (const auto &field : m_source->schema()->fields())
        columns.emplace_back(field);
    QList<QVariantList> rows;
    for (const auto &part : batch) {
        for (qint64 row = 0; row < part->num_rows() && rows.size() < kVariantRows; ++row) {
            QVariantList values;
            for (int column = 0; column < part->num_columns(); ++column)
                values << columns[size_t(column)].variant(*part, column, row);
            rows << values;
        }
    }
    const QString fileName = m_memory.filePath(u"variants.csv"_s);
    const double seconds = Report::milliseconds([&] {
        QFile file(fileName);
        (void)file.open(QFile::WriteOnly);
        QTextStream stream(&file);
        for (const QVariantList &values : std::as_const(rows)) {
            for (qsizetype i = 0; i < values.size(); ++i) {
                QString text = values[i].toString();
                if (text.contains(u',') || text.contains(u'"') || text.contains(u'\n'))
                    text = u'"' + text.replace(u'"', u"\"\""_s) + u'"';
                stream << text << (i + 1 < values.size() ? u","_s : u"\r\n"_s);
            }
        }
    }) / 1000;
    QFile::remove(fileName);
    return seconds * double(kRows) / double(rows.size());
}

void Exports::makeSqlite()
{
    const QString csv = m_memory.filePath(u"source.csv"_s);
    (void)write(u"csv"_s, csv);
    (void)program(u"sqlite3"_s, { m_memory.filePath(u"t.sqlite"_s), kSqliteTable, u".mode csv"_s, u".import --skip 1 %1 t"_s.arg(csv) });
    QFile::remove(csv);
}

void Exports::add(const QString &formatId, const QString &name, const QString &peer, bool ofArrow, std::optional<double> goal,
                  std::optional<double> ratioGoal)
{
    const auto median = [](std::vector<double> values) {
        std::ranges::sort(values);
        return values.empty() ? 0.0 : values[values.size() / 2];
    };
    const double megabytes = (ofArrow ? m_arrowBytes : m_fileBytes.value(formatId)) / 1e6;
    const std::vector<double> &ours = m_times[formatId];
    Report::Figure figure { .metric = u"X1"_s, .name = name, .value = megabytes / median(ours), .unit = ofArrow ? u"MB of Arrow/s"_s : u"MB/s"_s,
                            .goal = goal };
    const std::vector<double> theirs = m_times.value(formatId + u' ' + peer);
    if (theirs.empty()) {
        m_report.add(figure);
        return;
    }
    std::vector<double> ratios;
    for (size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i)
        ratios.push_back(theirs[i] / ours[i]);
    figure.peer = peer;
    figure.peerValue = megabytes / median(theirs); // the same rows in its time
    figure.ratioGoal = ratioGoal;
    m_report.add(figure, median(ratios));
}

void Exports::run()
{
    const bool hasSqlite = !QStandardPaths::findExecutable(u"sqlite3"_s).isEmpty();
    if (hasSqlite)
        makeSqlite();
    else
        m_report.note(u"sqlite3 is not here: its export is left out"_s);
    const QString arrowFile = m_memory.filePath(u"source.feather"_s);
    (void)write(u"arrowfile"_s, arrowFile);
    QByteArray csv;
    for (int round = 0; round < kRounds; ++round) {
        for (const char *format : { "csv", "tsv", "jsonl", "parquet", "arrow", "insert", "html", "xlsx" }) {
            const QString id = QString::fromLatin1(format);
            if (id == "xlsx"_L1 && round > 0) // ten times as slow as the rest
                continue;
            const QString fileName = m_memory.filePath(u"rows."_s + id);
            m_times[id].push_back(write(id, fileName));
            m_fileBytes[id] = double(QFileInfo(fileName).size());
            if (id == "csv"_L1 && csv.isEmpty()) {
                QFile file(fileName);
                (void)file.open(QFile::ReadOnly);
                csv = file.readAll();
            }
            QFile::remove(fileName);
        }
        m_times[u"csv COPY of DuckDB"_s].push_back(copy(u"(HEADER)"_s));
        m_times[u"parquet COPY of DuckDB"_s].push_back(copy(u"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"_s));
        m_times[u"jsonl COPY of DuckDB"_s].push_back(copy(u"(FORMAT json)"_s));
        m_times[u"csv QVariant, QTextStream"_s].push_back(writeVariants());
        const QString fileName = m_memory.filePath(u"sqlite.csv"_s);
        if (hasSqlite) {
            m_times[u"csv sqlite3 -csv"_s].push_back(Report::milliseconds([&] {
                (void)program(u"sqlite3"_s, { u"-csv"_s, u"-header"_s, m_memory.filePath(u"t.sqlite"_s), u"SELECT * FROM t"_s }, fileName);
            }) / 1000);
        }
        QByteArray answer;
        if (!program(u"python3"_s, { QStringLiteral(GREBE_BENCH_FOLDER "/pyarrowwriters.py"), arrowFile, m_memory.path() }, {}, &answer))
            m_report.note(u"pyarrow is not here: its writers are left out"_s);
        for (const QByteArray &line : answer.trimmed().split('\n')) {
            const QList<QByteArray> parts = line.split('\t');
            if (parts.size() == 3)
                m_times[QString::fromLatin1(parts[0]) + u" pyarrow"_s].push_back(parts[1].toDouble());
        }
        const QString onDisk = m_disk.filePath(u"rows.csv"_s);
        m_times[u"disk"_s].push_back(write(u"csv"_s, onDisk));
        m_fileBytes[u"disk"_s] = double(csv.size());
        QFile::remove(onDisk);
        m_times[u"disk write() of the same bytes"_s].push_back(plainWrite(csv, onDisk));
    }
    add(u"csv"_s, u"CSV"_s, u"COPY of DuckDB"_s, false, 400);
    add(u"csv"_s, u"CSV"_s, u"pyarrow"_s);
    add(u"csv"_s, u"CSV"_s, u"sqlite3 -csv"_s);
    add(u"csv"_s, u"CSV"_s, u"QVariant, QTextStream"_s);
    add(u"disk"_s, u"CSV to the disk"_s, u"write() of the same bytes"_s, false, {}, 0.9);
    add(u"tsv"_s, u"TSV"_s, {});
    add(u"jsonl"_s, u"JSON lines"_s, u"COPY of DuckDB"_s);
    add(u"parquet"_s, u"Parquet, zstd-1"_s, u"COPY of DuckDB"_s, true, 200);
    add(u"parquet"_s, u"Parquet, zstd-1"_s, u"pyarrow"_s, true);
    add(u"arrow"_s, u"Arrow stream"_s, u"pyarrow"_s, true);
    add(u"insert"_s, u"INSERT"_s, {});
    add(u"html"_s, u"HTML"_s, {});
    add(u"xlsx"_s, u"Excel"_s, {});
}

} // namespace

void benchExport(Report &report)
{
    Exports(report).run();
}
