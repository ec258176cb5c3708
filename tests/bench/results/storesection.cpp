// SPDX-License-Identifier: Apache-2.0
// D7: bytes a cell that is kept. G3: what rows that arrive cost the store and the window.
#include "report.h"

#include "extension/resultstore.h"
#include "fakestatement.h"
#include "results/resultpane.h"

#include <arrow/api.h>

#include <QAbstractTableModel>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QTableView>
#include <QTemporaryDir>
#include <QThread>
#include <QTimer>

#include <array>
#include <string>
#include <vector>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

constexpr qint64 kBatch = 100'000;

// Columns and ranges of TPC-H's table lineitem; decimals are double, as Trino's tpch catalog has them, or decimal as DuckDB's.
BatchPtr lineItems(qint64 first, bool hasDecimals)
{
    static const std::array<const char *, 24> words { "carefully", "final", "deposits", "sleep", "quickly", "ironic", "packages", "among",
        "furiously", "regular", "accounts", "slyly", "pending", "requests", "above", "the", "bold", "express", "theodolites", "haggle",
        "even", "instructions", "blithely", "unusual" };
    static const std::array<const char *, 4> instructions { "DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN" };
    static const std::array<const char *, 7> modes { "AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK" };
    quint64 state = quint64(first) * 2862933555777941757u + 3037000493u;
    const auto random = [&](quint64 most) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        return qint64((state >> 33) % most);
    };
    const auto decimal = arrow::decimal128(15, 2);
    std::vector<arrow::Int64Builder> keys(3);
    arrow::Int32Builder line;
    std::vector<arrow::DoubleBuilder> reals(4);
    std::vector<std::unique_ptr<arrow::Decimal128Builder>> decimals;
    for (int i = 0; i < 4; ++i)
        decimals.push_back(std::make_unique<arrow::Decimal128Builder>(decimal));
    std::vector<arrow::StringBuilder> texts(5);
    std::vector<arrow::Date32Builder> days(3);
    for (qint64 row = 0; row < kBatch; ++row) {
        const std::array<qint64, 4> cents { 100 * (1 + random(50)), 90'000 + random(10'400'000), random(11), random(9) };
        (void)keys[0].Append((first + row) / 4 * 4 + 1);
        (void)keys[1].Append(1 + random(200'000));
        (void)keys[2].Append(1 + random(10'000));
        (void)line.Append(int(1 + row % 7));
        for (size_t i = 0; i < 4; ++i) {
            if (hasDecimals)
                (void)decimals[i]->Append(arrow::Decimal128(cents[i]));
            else
                (void)reals[i].Append(double(cents[i]) / 100);
        }
        (void)texts[0].Append(std::string_view("ANR" + random(3), 1));
        (void)texts[1].Append(std::string_view("FO" + random(2), 1));
        for (auto &day : days)
            (void)day.Append(int(8'035 + random(2'526)));
        (void)texts[2].Append(instructions[size_t(random(4))]);
        (void)texts[3].Append(modes[size_t(random(7))]);
        std::string comment;
        for (const size_t length = size_t(10 + random(34)); comment.size() < length;)
            comment += std::string(words[size_t(random(24))]) + ' ';
        (void)texts[4].Append(comment.substr(0, 43));
    }
    std::vector<std::shared_ptr<arrow::Array>> columns { *keys[0].Finish(), *keys[1].Finish(), *keys[2].Finish(), *line.Finish() };
    for (size_t i = 0; i < 4; ++i)
        columns.push_back(hasDecimals ? *decimals[i]->Finish() : *reals[i].Finish());
    for (const size_t i : { size_t(0), size_t(1) })
        columns.push_back(*texts[i].Finish());
    for (auto &day : days)
        columns.push_back(*day.Finish());
    for (const size_t i : { size_t(2), size_t(3), size_t(4) })
        columns.push_back(*texts[i].Finish());
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (size_t i = 0; i < columns.size(); ++i)
        fields.push_back(arrow::field("c" + std::to_string(i), columns[i]->type()));
    return arrow::RecordBatch::Make(arrow::schema(fields), kBatch, columns);
}

void benchMemory(Report &report, bool hasDecimals)
{
    constexpr qint64 rows = 1'000'000, cells = rows * 16;
    const QString kind = hasDecimals ? u"with decimals"_s : u"with doubles"_s;
    const auto perCell = [](qint64 bytes, qint64 count) { return double(bytes) / double(count); };

    // Naive: a row is a list of variants.
    qint64 naive = 0;
    {
        constexpr qint64 few = 100'000;
        Report::releaseMemory();
        const qint64 before = Report::ownMemory();
        QList<QVariantList> kept;
        const BatchPtr batch = lineItems(0, hasDecimals);
        const qint64 source = Report::ownMemory();
        for (qint64 row = 0; row < few; ++row) {
            QVariantList values;
            for (int column = 0; column < 16; ++column) {
                const auto &array = *batch->column(column);
                switch (array.type_id()) {
                case arrow::Type::INT64: values << qlonglong(static_cast<const arrow::Int64Array &>(array).Value(row)); break;
                case arrow::Type::INT32: values << static_cast<const arrow::Int32Array &>(array).Value(row); break;
                case arrow::Type::DOUBLE: values << static_cast<const arrow::DoubleArray &>(array).Value(row); break;
                case arrow::Type::DATE32: values << QDate(1970, 1, 1).addDays(static_cast<const arrow::Date32Array &>(array).Value(row)); break;
                case arrow::Type::STRING: values << QString::fromStdString(static_cast<const arrow::StringArray &>(array).GetString(row)); break;
                default: values << QString::fromStdString(static_cast<const arrow::Decimal128Array &>(array).FormatValue(row));
                }
            }
            kept << values;
        }
        naive = qint64(perCell(Report::ownMemory() - std::max(source, before), few * 16));
    }
    ResultStore::setMemoryBudget(qint64(4) << 30);
    Report::releaseMemory();
    const qint64 before = Report::ownMemory();
    ResultStore store;
    for (qint64 row = 0; row < rows; row += kBatch)
        store.append(*lineItems(row, hasDecimals)->CopyTo(arrow::default_cpu_memory_manager())); // no larger than it has to be
    Report::releaseMemory();
    const double inMemory = perCell(Report::ownMemory() - before, cells);
    report.add({ .metric = u"D7"_s, .name = u"lineitem %1, kept in memory"_s.arg(kind), .value = inMemory, .unit = u"bytes a cell"_s,
                 .goal = hasDecimals ? std::optional<double>() : 9.0, .peer = u"rows of QVariant"_s, .peerValue = double(naive), .ratioGoal = 6 });
    const double spilling = Report::milliseconds([] {
        ResultStore::setMemoryBudget(0);
        ResultStore::waitForSpill();
    });
    report.add({ .metric = u"D7"_s, .name = u"lineitem %1, kept on disk"_s.arg(kind), .value = perCell(store.fileByteCount(), cells),
                 .unit = u"bytes a cell"_s, .goal = 6 });
    report.add({ .metric = u"D7"_s, .name = u"lineitem %1, to disk"_s.arg(kind), .value = double(rows) / spilling * 1000, .unit = u"rows/s"_s });
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
}

class CountingModel final : public QAbstractTableModel
{
public:
    int rowCount(const QModelIndex & = {}) const override { return m_rows; }
    int columnCount(const QModelIndex & = {}) const override { return 10; }
    QVariant data(const QModelIndex &index, int role) const override { return role == Qt::DisplayRole ? QVariant(index.row()) : QVariant(); }
    void append(int count)
    {
        beginInsertRows({}, m_rows, m_rows + count - 1);
        m_rows += count;
        endInsertRows();
    }

private:
    int m_rows = 0;
};

BatchPtr numbers(const std::shared_ptr<arrow::Schema> &schema, qint64 first)
{
    std::vector<std::shared_ptr<arrow::Array>> columns;
    for (int column = 0; column < schema->num_fields(); ++column) {
        arrow::Int64Builder builder;
        (void)builder.Reserve(kBatch);
        for (qint64 i = 0; i < kBatch; ++i)
            builder.UnsafeAppend((first + i) * (column + 1));
        columns.push_back(*builder.Finish());
    }
    return arrow::RecordBatch::Make(schema, kBatch, columns);
}

std::shared_ptr<arrow::Schema> tenColumns()
{
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (int column = 0; column < 10; ++column)
        fields.push_back(arrow::field("c" + std::to_string(column), arrow::int64()));
    return arrow::schema(fields);
}

void benchAppend(Report &report)
{
    // Batches are there already: this is what the store itself costs.
    ResultStore::setMemoryBudget(qint64(64) << 30);
    const BatchPtr batch = numbers(tenColumns(), 0);
    for (const qint64 before : { 0, 10'000'000, 50'000'000 }) {
        ResultStore store;
        for (qint64 row = 0; row < before; row += kBatch)
            store.append(batch);
        CountingModel model;
        QTableView view;
        view.setModel(&model);
        view.resize(1440, 900);
        view.show();
        QCoreApplication::processEvents();
        if (before > 0)
            model.append(int(before));
        double worst = 0, other = 0;
        for (int i = 0; i < 20; ++i) {
            worst = std::max(worst, Report::milliseconds([&] { store.append(batch); }));
            other = std::max(other, Report::milliseconds([&] { model.append(int(kBatch)); }));
        }
        report.add({ .metric = u"G3"_s, .name = u"append 100 k rows behind %1 M, longest"_s.arg(before / 1'000'000), .value = worst, .unit = u"ms"_s,
                     .goal = 2, .peer = u"QTableView"_s, .peerValue = other });
    }
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
}

// The window while ten million rows of ten columns arrive from another thread, as an engine's do, most of them to disk.
void benchArriving(Report &report)
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
    QTimer probe;
    QElapsedTimer since, clock;
    qint64 longest = 0;
    probe.setTimerType(Qt::PreciseTimer);
    QObject::connect(&probe, &QTimer::timeout, &probe, [&] {
        longest = std::max(longest, since.nsecsElapsed());
        since.restart();
    });
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
        QMetaObject::invokeMethod(statement, [give, row] { (*give)(row + kBatch); }, Qt::QueuedConnection);
    };
    clock.start();
    since.start();
    probe.start(2ms);
    QMetaObject::invokeMethod(statement, [&, statement] {
        statement->give(schema);
        (*give)(0);
    });
    loop.exec();
    const double took = double(clock.elapsed());
    report.add({ .metric = u"G3"_s, .name = u"longest block of the window while 10 M x 10 arrive"_s, .value = double(longest) / 1e6, .unit = u"ms"_s, .goal = 8 });
    report.add({ .metric = u"G3"_s, .name = u"10 M x 10 into the window, 0.8 GB, most to disk"_s, .value = double(rows) / took * 1000, .unit = u"rows/s"_s });
    thread.quit();
    thread.wait();
}

} // namespace

void benchStore(Report &report)
{
    QTemporaryDir folder(QDir::homePath() + u"/.cache/grebe-bench-XXXXXX"_s);
    ResultStore::setSpillFolder(folder.filePath(u"results"_s));
    benchMemory(report, false);
    benchMemory(report, true);
    benchAppend(report);
    benchArriving(report);
    ResultStore::setSpillFolder({});
}
