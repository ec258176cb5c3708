// SPDX-License-Identifier: Apache-2.0
// D6: how long after a page's last byte its first row is on the screen. G3: the window while ten million rows arrive.
#include "report.h"
#include "rows.h"
#include "stallwatch.h"

#include "columnar/jsonrows.h"
#include "extension/columnformatter.h"
#include "extension/resultstore.h"
#include "fakestatement.h"
#include "results/resultgrid.h"
#include "results/resultpane.h"

#include <arrow/api.h>

#include <QElapsedTimer>
#include <QEvent>
#include <QEventLoop>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <string>
#include <vector>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 kPageRows = 24'000;

/// The rows of a page as Trino sends them, 3.4 MB, with what may be read behind its end.
std::string jsonPage(const arrow::RecordBatch &batch)
{
    std::vector<ColumnFormatter> columns;
    for (const auto &field : batch.schema()->fields())
        columns.emplace_back(field);
    std::string page = "[";
    for (qint64 row = 0; row < kPageRows; ++row) {
        page += row ? ",[" : "[";
        for (int column = 0; column < batch.num_columns(); ++column) {
            const std::string text = columns[size_t(column)].text(batch, column, row).toStdString();
            page += column ? "," : "";
            page += columns[size_t(column)].isNumeric() ? text : '"' + text + '"';
        }
        page += ']';
    }
    return page + ']' + std::string(kJsonPadding, ' ');
}

std::vector<JsonColumnSpec> columnSpecs(const arrow::Schema &schema)
{
    std::vector<JsonColumnSpec> specs;
    for (const auto &field : schema.fields()) {
        const auto kind = [&] {
            switch (field->type()->id()) {
            case arrow::Type::INT64: return JsonColumnSpec::Kind::Int64;
            case arrow::Type::INT32: return JsonColumnSpec::Kind::Int32;
            case arrow::Type::DOUBLE: return JsonColumnSpec::Kind::Double;
            case arrow::Type::DATE32: return JsonColumnSpec::Kind::Date;
            default: return JsonColumnSpec::Kind::Text;
            }
        }();
        specs.push_back({ .kind = kind, .type = field->type() });
    }
    return specs;
}

/// Hears of the grid's first frame that has rows, once it is done.
class FirstFrame : public QObject
{
public:
    FirstFrame(ResultGrid &grid, std::function<void()> painted) : m_grid(grid), m_painted(std::move(painted))
    {
        m_grid.viewport()->installEventFilter(this);
    }
    bool eventFilter(QObject *, QEvent *event) override
    {
        if (event->type() == QEvent::Paint && m_grid.rowCount() > 0 && m_painted)
            QTimer::singleShot(0, this, std::exchange(m_painted, {}));
        return false;
    }

private:
    ResultGrid &m_grid;
    std::function<void()> m_painted;
};

void benchFirstRow(Report &report)
{
    const BatchPtr rows = lineItems(0, false);
    const std::string page = jsonPage(*rows);
    const std::vector<JsonColumnSpec> specs = columnSpecs(*rows->schema());
    QThread thread;
    thread.start();
    std::vector<double> times;
    for (int round = 0; round < 21; ++round) {
        ResultPane pane;
        pane.resize(1440, 900);
        pane.show();
        auto *statement = new FakeStatement;
        statement->moveToThread(&thread);
        pane.run(StatementPtr(statement), u"first"_s, u"SELECT"_s);
        QElapsedTimer clock;
        QEventLoop loop;
        FirstFrame frame(*pane.findChild<ResultGrid *>(), [&] {
            times.push_back(double(clock.nsecsElapsed()) / 1e6);
            loop.quit();
        });
        // Anywhere between two frames.
        QTimer::singleShot(std::chrono::milliseconds(20 + round), statement, [&] {
            clock.start();
            JsonReader reader(page.data(), page.data() + page.size() - kJsonPadding);
            JsonRowsSizes sizes;
            const auto decoded = decodeJsonRows(reader, rows->schema(), specs, sizes);
            if (!decoded)
                qFatal("%s", qPrintable(decoded.error().message));
            statement->give(rows->schema());
            statement->give(decoded->batch);
            statement->end();
        });
        loop.exec();
    }
    thread.quit();
    thread.wait();
    times.erase(times.begin()); // fonts and styles are loaded with the first
    std::ranges::sort(times);
    const QString what = u"from the last byte of a page of %1 MB to its first row, %2"_s.arg(double(page.size()) / 1e6, 0, 'f', 1);
    report.add({ .metric = u"D6"_s, .name = what.arg(u"p50"_s), .value = times[times.size() / 2], .unit = u"ms"_s, .goal = 33 });
    report.add({ .metric = u"D6"_s, .name = what.arg(u"longest of 20"_s), .value = times.back(), .unit = u"ms"_s, .goal = 33 });
}

// The window while ten million rows of ten columns arrive from another thread, as an engine's do, most of them to disk.
void benchTenMillion(Report &report)
{
    constexpr qint64 rows = 10'000'000;
    const auto schema = tenColumns();
    ResultPane pane;
    pane.resize(1440, 900);
    pane.show();
    QThread thread;
    thread.start();
    auto *statement = new FakeStatement;
    statement->moveToThread(&thread);
    pane.run(StatementPtr(statement), u"ten million"_s, u"SELECT"_s);

    QEventLoop loop;
    QElapsedTimer clock;
    QObject::connect(&pane, &ResultPane::ended, &loop, &QEventLoop::quit);
    // A batch an event, so that a pause is heard between two; paused, it looks again a little later.
    auto give = std::make_shared<std::function<void(qint64)>>();
    *give = [&, statement](qint64 row) {
        if (statement->resumeCount < statement->pauseCount) {
            QTimer::singleShot(1ms, statement, [give, row] { (*give)(row); });
            return;
        }
        if (row == rows) {
            statement->end();
            return;
        }
        statement->give(numbers(schema, row));
        QMetaObject::invokeMethod(statement, [give, row] { (*give)(row + kBenchBatchRows); }, Qt::QueuedConnection);
    };
    clock.start();
    QMetaObject::invokeMethod(statement, [&, statement] {
        statement->give(schema);
        (*give)(0);
    });
    {
        StallWatch watch;
        loop.exec();
        const double took = double(clock.elapsed());
        report.add({ .metric = u"G3"_s, .name = u"longest block of the window while 10 M x 10 arrive"_s, .value = watch.longest(), .unit = u"ms"_s,
                     .goal = 8 });
        report.add({ .metric = u"G3"_s, .name = u"the same without waiting for a core that others have"_s, .value = watch.longestOwn(),
                     .unit = u"ms"_s, .goal = 8 });
        report.add({ .metric = u"G3"_s, .name = u"blocks of more than 8 ms meanwhile"_s, .value = double(watch.lateCount()), .unit = u"blocks"_s });
        report.add({ .metric = u"G3"_s, .name = u"10 M x 10 into the window, 0.8 GB, most to disk"_s, .value = double(rows) / took * 1000,
                     .unit = u"rows/s"_s });
        if (watch.longestOwn() > 8)
            report.note(u"the window's thread was in\n  "_s + watch.stack().join(u"\n  "_s));
    }
    thread.quit();
    thread.wait();
}

} // namespace

void benchArrival(Report &report)
{
    QTemporaryDir folder(QDir::homePath() + u"/.cache/grebe-bench-XXXXXX"_s);
    ResultStore::setSpillFolder(folder.filePath(u"results"_s));
    benchFirstRow(report);
    benchTenMillion(report);
    ResultStore::setSpillFolder({});
}
