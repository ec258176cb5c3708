// SPDX-License-Identifier: Apache-2.0
// D7: bytes a cell that is kept. G3: what rows that arrive cost the store.
#include "report.h"
#include "rows.h"

#include "extension/columnformatter.h"
#include "extension/resultstore.h"
#include "results/resultgrid.h"

#include <arrow/api.h>

#include <QAbstractTableModel>
#include <QDate>
#include <QEventLoop>
#include <QTableView>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <functional>
#include <vector>

#include <time.h>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr qint64 kBatch = kBenchBatchRows;

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

/// What this thread computes for `action` and for the frame that follows it, without what others take of the machine.
double untilPainted(const std::function<void()> &action)
{
    const auto now = [] {
        timespec time {};
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return double(time.tv_sec) * 1e3 + double(time.tv_nsec) / 1e6;
    };
    const double start = now();
    action();
    QEventLoop loop;
    QTimer::singleShot(50ms, &loop, &QEventLoop::quit);
    loop.exec();
    return now() - start;
}

// Batches are there already: this is what store and view cost until the next frame is done.
void benchAppend(Report &report)
{
    ResultStore::setMemoryBudget(qint64(64) << 30);
    const BatchPtr batch = numbers(tenColumns(), 0);
    for (const qint64 before : { 0, 10'000'000, 50'000'000 }) {
        const auto store = std::make_shared<ResultStore>();
        store->setSchema(batch->schema());
        for (qint64 row = 0; row < before; row += kBatch)
            store->append(batch);
        std::vector<ColumnFormatter> columns;
        QStringList names;
        for (const auto &field : batch->schema()->fields()) {
            columns.emplace_back(field);
            names << QString::fromStdString(field->name());
        }
        ResultGrid grid;
        grid.resize(1440, 900);
        grid.setResult(store, &columns, names);
        grid.show();
        CountingModel model;
        QTableView view;
        view.setModel(&model);
        view.resize(1440, 900);
        view.show();
        (void)untilPainted([&] {
            if (before > 0)
                model.append(int(before));
            grid.setRowCount(before);
        });
        double worst = 0, other = 0;
        for (int i = 0; i < 20; ++i) {
            worst = std::max(worst, untilPainted([&] {
                store->append(batch);
                grid.setRowCount(store->rowCount());
            }));
            other = std::max(other, untilPainted([&] { model.append(int(kBatch)); }));
        }
        report.add({ .metric = u"G3"_s, .name = u"append 100 k rows behind %1 M, CPU of the window, longest"_s.arg(before / 1'000'000), .value = worst, .unit = u"ms"_s,
                     .goal = 2, .peer = u"QTableView"_s, .peerValue = other });
    }
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
}

} // namespace

void benchStore(Report &report)
{
    QTemporaryDir folder(QDir::homePath() + u"/.cache/grebe-bench-XXXXXX"_s);
    ResultStore::setSpillFolder(folder.filePath(u"results"_s));
    benchMemory(report, false);
    benchMemory(report, true);
    benchAppend(report);
    ResultStore::setSpillFolder({});
}
