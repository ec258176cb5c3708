// SPDX-License-Identifier: Apache-2.0
#include "export/exportjob.h"
#include "extension/columnstatistics.h"
#include "extension/driverextension.h"
#include "extension/resultorder.h"
#include "results/resultgrid.h"
#include "results/resultrun.h"
#include "stallwatch.h"

#include <arrow/api.h>

#include <QEventLoop>
#include <QFile>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

qint64 kilobytes(const QByteArray &status, QByteArrayView key)
{
    const qsizetype at = status.indexOf(key);
    return at < 0 ? 0 : status.mid(at + key.size()).trimmed().split(' ').first().toLongLong();
}

/// What the process has of its own: memory that the system can't take back by dropping pages of a file. Mapped pages of
/// the files beside the result are in VmHWM, which is told besides.
class MemoryWatch
{
public:
    MemoryWatch() : m_thread(&MemoryWatch::run, this) { }
    ~MemoryWatch()
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_isEnding = true;
        }
        m_changed.notify_all();
        m_thread.join();
    }
    static QByteArray status()
    {
        QFile file(u"/proc/self/status"_s);
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }
    static qint64 own()
    {
        const QByteArray text = status();
        return (kilobytes(text, "RssAnon:") + kilobytes(text, "RssShmem:")) * 1024;
    }
    qint64 takePeak() { return m_peak.exchange(0); }

private:
    void run()
    {
        std::unique_lock lock(m_mutex);
        while (!m_changed.wait_for(lock, 5ms, [this] { return m_isEnding; }))
            m_peak = std::max(m_peak.load(), own());
    }

    std::atomic<qint64> m_peak = 0;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_isEnding = false;
    std::thread m_thread;
};

} // namespace

/// A result of a hundred million rows (GREBE_BIG_ROWS says another number, a multiple of 200,000), as a person uses it.
class tst_BigResult : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void fetch();
    void anyRow();
    void scroll();
    void sort_data();
    void sort();
    void sortIsStopped();
    void filter();
    void profile_data();
    void profile();
    void exportToParquet();
    void cleanupTestCase();

private:
    QString expected(qint64 row, int column) const;
    QString cell(qint64 row, int column) const;
    void report(const QString &what, qint64 milliseconds);

    qint64 m_rows = 100'000'000;
    QTemporaryDir m_folder { QDir::homePath() + u"/.cache/grebe-big-XXXXXX"_s }; // the temporary folder may be memory
    ConnectionPtr m_connection;
    std::unique_ptr<ResultRun> m_run;
    std::unique_ptr<ResultGrid> m_grid;
    MemoryWatch m_watch;
    qint64 m_idle = 0;
    std::mt19937_64 m_random { 42 };
};

void tst_BigResult::initTestCase()
{
    if (const qint64 rows = qEnvironmentVariable("GREBE_BIG_ROWS").toLongLong(); rows > 0)
        m_rows = rows;
    QVERIFY(m_folder.isValid());
    ResultStore::setSpillFolder(m_folder.filePath(u"results"_s));
    QString problem;
    DriverExtension *driver = DriverExtension::load(&problem);
    QVERIFY2(driver, qPrintable(problem));
    const auto parameters = ConnectionParameters::fromUrl(u"duckdb:"_s, driver->engines());
    QVERIFY(parameters);
    m_connection = driver->createConnection(*parameters, nullptr);

    // Idle is the program with a result that has been looked at.
    m_grid = std::make_unique<ResultGrid>();
    m_grid->resize(1440, 900);
    m_grid->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_grid.get()));
    ResultRun small(m_connection->prepare(u"SELECT range AS n FROM range(1000)"_s), {});
    small.start();
    QTRY_VERIFY_WITH_TIMEOUT(!small.isRunning(), 60'000);
    QVERIFY(!small.error());
    m_grid->setResult(small.store(), &small.columns(), small.columnNames());
    m_grid->setRowCount(1000);
    m_grid->viewport()->repaint();
    m_grid->setResult(nullptr, nullptr, {});
    m_idle = MemoryWatch::own();
    qInfo("idle: %lld MB of its own", m_idle >> 20);
}

void tst_BigResult::report(const QString &what, qint64 milliseconds)
{
    const qint64 above = m_watch.takePeak() - m_idle;
    qInfo("%s: %.1f s, %lld MB above idle (with mapped pages %lld MB)", qPrintable(what), double(milliseconds) / 1000, above >> 20,
          kilobytes(MemoryWatch::status(), "VmHWM:") / 1024);
    QVERIFY2(above < 400 << 20, "more than 400 MB above idle");
}

QString tst_BigResult::expected(qint64 row, int column) const
{
    static const char *modes[] = { "AIR", "RAIL", "SHIP", "TRUCK", "MAIL", "FOB", "REG AIR" };
    switch (column) {
    case 0: return QString::number(row);
    case 1: return QString::number(row * 7919 % 200'000);
    case 2: return QString::number(row % 7);
    case 3: return u"%1.%2"_s.arg(row * 31 % 500'000 / 100).arg(row * 31 % 100, 2, 10, u'0');
    case 4: return QString::number(double(row % 1024) / 1024);
    case 5: return row % 5 == 0 ? u"(null)"_s : QString(QChar(u'A' + int(row % 3)));
    case 6: return QDate(1992, 1, 1).addDays(row % 2500).toString(Qt::ISODate);
    case 7: return QDateTime(QDate(1992, 1, 1), {}, QTimeZone::UTC).addSecs(row % 100'000'000).toString(u"yyyy-MM-dd HH:mm:ss"_s);
    case 8: return QString::fromLatin1(modes[row % 7]);
    default: return u"comment %1"_s.arg(row * 104'729 % 1'000'003);
    }
}

QString tst_BigResult::cell(qint64 row, int column) const
{
    const ResultStore::Place place = m_run->store()->place(row);
    if (!place.batch)
        return u"(gone)"_s;
    const ColumnFormatter &formatter = m_run->columns()[size_t(column)];
    QString text = formatter.isNull(*place.batch, column, place.row) ? u"(null)"_s : formatter.text(*place.batch, column, place.row);
    if (column == 4)
        text = QString::number(text.toDouble());
    if (column == 7)
        text = text.left(19);
    return text;
}

void tst_BigResult::fetch()
{
    const QString sql = uR"(SELECT range AS id, range * 7919 % 200000 AS part, (range % 7)::INTEGER AS line,
        ((range * 31 % 500000)::DECIMAL(18, 2) / 100)::DECIMAL(12, 2) AS quantity, (range % 1024)::DOUBLE / 1024 AS ratio,
        CASE WHEN range % 5 = 0 THEN NULL ELSE chr((65 + range % 3)::INTEGER) END AS flag,
        DATE '1992-01-01' + (range % 2500)::INTEGER AS day, TIMESTAMP '1992-01-01' + to_seconds(range % 100000000) AS changed,
        (ARRAY['AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB', 'REG AIR'])[1 + range % 7] AS mode,
        'comment ' || (range * 104729 % 1000003) AS comment FROM range(%1))"_s.arg(m_rows);
    QElapsedTimer clock;
    clock.start();
    m_run = std::make_unique<ResultRun>(m_connection->prepare(sql), sql);
    connect(m_run.get(), &ResultRun::columnsKnown, this,
            [this] { m_grid->setResult(m_run->store(), &m_run->columns(), m_run->columnNames()); });
    connect(m_run.get(), &ResultRun::rowCountChanged, m_grid.get(), &ResultGrid::setRowCount);
    // An event loop of its own: what QTest waits with sleeps in between.
    QEventLoop loop;
    connect(m_run.get(), &ResultRun::ended, &loop, &QEventLoop::quit);
    const auto watch = std::make_unique<StallWatch>();
    m_run->start();
    loop.exec();
    QVERIFY2(!m_run->error(), m_run->error() ? qPrintable(m_run->error()->message) : "");
    QCOMPARE(m_run->rowCount(), m_rows);
    const qint64 took = clock.elapsed();
    ResultStore::waitForSpill();
    QVERIFY(!m_run->store()->spillError());
    QVERIFY(m_run->store()->memoryByteCount() <= ResultStore::memoryBudget());
    qInfo("%.0f rows/s, %lld MB of values, %lld MB in the file (%.1f bytes a cell)",
          double(m_rows) / double(took) * 1000, m_run->store()->byteCount() >> 20, m_run->store()->fileByteCount() >> 20,
          double(m_run->store()->fileByteCount()) / double(m_rows) / 10 * double(m_run->store()->byteCount())
              / double(std::max<qint64>(m_run->store()->spilledByteCount(), 1)));
    qInfo("the window was blocked for %.1f ms at most, for %.1f ms without waiting for a core that others had; %d times for more than 8 ms",
          watch->longest(), watch->longestOwn(), watch->lateCount());
    report(u"fetch"_s, took);
}

void tst_BigResult::anyRow()
{
    QElapsedTimer clock;
    clock.start();
    QList<qint64> rows { 0, m_rows - 1 };
    for (int i = 0; i < 3000; ++i)
        rows << qint64(m_random() % quint64(m_rows));
    for (const qint64 row : rows) {
        for (int column = 0; column < 10; ++column)
            QCOMPARE(cell(row, column), expected(row, column));
    }
    report(u"3,000 rows anywhere"_s, clock.elapsed());
}

void tst_BigResult::scroll()
{
    QElapsedTimer clock;
    clock.start();
    const auto measure = [&](const char *what, const std::function<void(int)> &step) {
        std::vector<double> times;
        for (int frame = 0; frame < 400; ++frame) {
            QElapsedTimer timer;
            timer.start();
            step(frame);
            m_grid->viewport()->repaint();
            times.push_back(double(timer.nsecsElapsed()) / 1e6);
        }
        std::ranges::sort(times);
        qInfo("%s: frame p50 %.1f ms, p99 %.1f ms, max %.1f ms", what, times[times.size() / 2], times[times.size() * 99 / 100], times.back());
    };
    measure("line by line", [&](int frame) { m_grid->scrollToRow(m_rows / 2 + 60 + frame); });
    measure("anywhere", [&](int) { m_grid->scrollToRow(qint64(m_random() % quint64(m_rows))); });
    for (int i = 0; i < 200; ++i) {
        const qint64 row = qint64(m_random() % quint64(m_rows));
        m_grid->scrollToRow(row);
        QVERIFY(m_grid->firstVisibleRow() <= row && row < m_grid->firstVisibleRow() + 900 / m_grid->rowHeight());
        QCOMPARE(m_grid->cellText(row, 0), QString::number(row));
    }
    m_grid->verticalScrollBar()->setValue(m_grid->verticalScrollBar()->maximum());
    QVERIFY(m_grid->firstVisibleRow() > m_rows - 100);
    report(u"scrolling"_s, clock.elapsed());
}

void tst_BigResult::sort_data()
{
    QTest::addColumn<QList<int>>("columns");
    QTest::addColumn<bool>("isDescending");
    QTest::newRow("by id, descending") << QList<int> { 0 } << true;
    QTest::newRow("by a number that comes often") << QList<int> { 1 } << false;
    QTest::newRow("by a decimal") << QList<int> { 3 } << true;
    QTest::newRow("by a time") << QList<int> { 7 } << true;
    QTest::newRow("by few texts and nulls") << QList<int> { 5 } << false;
    QTest::newRow("by texts") << QList<int> { 9 } << false;
    QTest::newRow("by two columns") << QList<int> { 8, 1 } << false;
}

void tst_BigResult::sort()
{
    QFETCH(QList<int>, columns);
    QFETCH(bool, isDescending);
    QElapsedTimer clock;
    clock.start();
    QList<SortKey> keys;
    for (const int column : columns)
        keys << SortKey { column, isDescending };
    auto future = orderRows(m_run->store(), {}, keys);
    QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 1'000'000);
    const auto order = future.result();
    QVERIFY2(order, order ? "" : qPrintable(order.error().message));
    const qint64 took = clock.elapsed();
    QCOMPARE((*order)->size(), m_rows);
    // Neighbours anywhere, and the ends.
    const auto compare = [&](qint64 left, qint64 right) {
        for (const int column : columns) {
            const QString a = cell(left, column), b = cell(right, column);
            if (a == b)
                continue;
            if (a == "(null)"_L1 || b == "(null)"_L1)
                return b == "(null)"_L1;
            const bool isNumber = column < 5;
            return (isNumber ? a.toDouble() < b.toDouble() : a < b) != isDescending;
        }
        return left < right;
    };
    QList<qint64> positions { 0, m_rows - 2 };
    for (int i = 0; i < 2000; ++i)
        positions << qint64(m_random() % quint64(m_rows - 1));
    for (const qint64 position : positions) {
        const qint64 left = (*order)->rowAt(position), right = (*order)->rowAt(position + 1);
        QVERIFY2(compare(left, right), qPrintable(u"rows %1 and %2 at %3"_s.arg(left).arg(right).arg(position)));
    }
    m_grid->setOrder(*order, keys);
    m_grid->scrollToRow(m_rows / 3);
    m_grid->viewport()->repaint();
    QCOMPARE(m_grid->cellText(m_rows / 3, 0), cell((*order)->rowAt(m_rows / 3), 0));
    m_grid->setOrder(nullptr, {});
    report(u"sort "_s + QString::fromLatin1(QTest::currentDataTag()), took);
}

void tst_BigResult::sortIsStopped()
{
    for (const int milliseconds : { 0, 1, 20, 100, 300, 700, 1500, 3000 }) {
        auto future = orderRows(m_run->store(), {}, { { 9 } });
        QElapsedTimer clock;
        QTimer stop;
        stop.setSingleShot(true);
        connect(&stop, &QTimer::timeout, this, [&] {
            clock.start();
            future.cancel();
        });
        stop.start(milliseconds);
        QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 1'000'000);
        QVERIFY(future.isCanceled() || milliseconds > 0);
        qInfo("stopped after %d ms, it took %lld ms", milliseconds, clock.isValid() ? clock.elapsed() : -1);
    }
    report(u"stopped sorts"_s, 0);
}

void tst_BigResult::filter()
{
    using Test = Filter::Test;
    const auto count = [&](const QList<Filter> &filters) -> qint64 {
        QElapsedTimer clock;
        clock.start();
        auto future = orderRows(m_run->store(), filters, {});
        if (!QTest::qWaitFor([&] { return future.isFinished(); }, 1'000'000) || !future.result())
            return -1;
        qInfo("filter: %lld ms", clock.elapsed());
        return (*future.result())->size();
    };
    QCOMPARE(count({ { 1, Test::Less, u"100"_s } }), m_rows / 2000);
    QCOMPARE(count({ { 5, Test::IsNull } }), m_rows / 5);
    QCOMPARE(count({ { 0, Test::Between, u"1000000"_s, u"1000999"_s } }), 1000);
    qint64 reg = 0;
    for (qint64 row = 6; row < m_rows; row += 7)
        ++reg;
    QCOMPARE(count({ { 8, Test::Contains, u"reg"_s } }), reg);
    QVERIFY(count({ { 9, Test::Contains, u"comment 777"_s } }) >= m_rows / 1000);
    report(u"filters"_s, 0);
}

void tst_BigResult::profile_data()
{
    QTest::addColumn<int>("column");
    for (const int column : { 0, 3, 5, 9 })
        QTest::addRow("column %d", column) << column;
}

void tst_BigResult::profile()
{
    QFETCH(int, column);
    QElapsedTimer clock;
    clock.start();
    auto future = columnStatistics(m_run->store(), column);
    QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 1'000'000);
    const auto found = future.result();
    QVERIFY(found);
    QCOMPARE(found->rowCount, m_rows);
    if (column == 0) {
        QCOMPARE(found->minimum.text, u"0"_s);
        QCOMPARE(found->maximum.text, QString::number(m_rows - 1));
        QCOMPARE(found->sum, QString::number(m_rows * (m_rows - 1) / 2));
        QVERIFY(std::abs(found->distinctCount - m_rows) < m_rows / 40);
    } else if (column == 5) {
        QCOMPARE(found->nullCount, m_rows / 5);
        QCOMPARE(found->distinctCount, 3);
    }
    report(u"profile of column %1"_s.arg(column), clock.elapsed());
}

void tst_BigResult::exportToParquet()
{
    CellRange range { .store = m_run->store(), .rowCount = m_rows, .columns = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 } };
    const QString fileName = m_folder.filePath(u"big.parquet"_s);
    ExportJob job(range, fileName, u"parquet"_s, {});
    std::optional<Error> error;
    connect(&job, &ExportJob::ended, this, [&](const std::optional<Error> &why) { error = why; });
    job.start();
    QTRY_VERIFY_WITH_TIMEOUT(!job.isRunning(), 3'000'000);
    QVERIFY2(!error, error ? qPrintable(error->message) : "");
    QCOMPARE(job.rowCount(), m_rows);
    qInfo("%lld MB of Parquet", job.byteCount() >> 20);
    report(u"export"_s, job.elapsed().count());
    // Read by somebody else.
    ResultRun check(m_connection->prepare(u"SELECT count(*), sum(id), sum(part), sum(quantity), count(flag), max(comment) FROM read_parquet('%1')"_s
                                              .arg(fileName)), {});
    check.start();
    QTRY_VERIFY_WITH_TIMEOUT(!check.isRunning(), 1'000'000);
    QVERIFY2(!check.error(), check.error() ? qPrintable(check.error()->message) : "");
    const auto row = check.store()->place(0);
    QCOMPARE(check.columns()[0].text(*row.batch, 0, 0), QString::number(m_rows));
    QCOMPARE(check.columns()[1].text(*row.batch, 1, 0), QString::number(m_rows * (m_rows - 1) / 2));
    QCOMPARE(check.columns()[2].text(*row.batch, 2, 0), QString::number(m_rows / 200'000 * (199'999LL * 100'000)));
    QCOMPARE(check.columns()[4].text(*row.batch, 4, 0), QString::number(m_rows - m_rows / 5));
}

void tst_BigResult::cleanupTestCase()
{
    m_grid.reset();
    m_run.reset();
    QTRY_COMPARE(ResultStore::memoryInUse(), 0);
    QCOMPARE(QDir(m_folder.filePath(u"results"_s)).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), QStringList());
    qInfo("after closing it: %lld MB above idle", (MemoryWatch::own() - m_idle) >> 20);
    m_connection.reset(); // DuckDB keeps what it read of the Parquet file
    QTRY_VERIFY2((MemoryWatch::own() - m_idle) < 64 << 20, "memory of a closed result stays with the process");
    qInfo("after closing the connection: %lld MB above idle", (MemoryWatch::own() - m_idle) >> 20);
}

QTEST_MAIN(tst_BigResult)
#include "tst_bigresult.moc"
