// SPDX-License-Identifier: Apache-2.0
// Frame time of the grid against a stock QTableView over the same store: 1600 x 900, 16 columns of 100 px, rows of 22 px
// (640 cells and a few), line scroll, page scroll and thumb drag at several row counts. Prints p50, p99 and the longest.
//   QT_QPA_PLATFORM=offscreen bench_grid [rows...]
#include "results/resultgrid.h"

#include <arrow/api.h>

#include <QAbstractTableModel>
#include <QApplication>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QPainter>
#include <QScrollBar>
#include <QTableView>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <random>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

constexpr int kFrames = 300;
constexpr int kColumns = 16;
constexpr qint64 kBatchRows = 100'000;

std::shared_ptr<arrow::RecordBatch> lineitemBatch()
{
    std::mt19937_64 random(7);
    std::vector<std::shared_ptr<arrow::Field>> fields;
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    const char *words[] = { "DELIVER IN PERSON", "TRUCK", "carefully final deposits", "MAIL", "NONE", "quickly ironic" };
    for (int column = 0; column < kColumns; ++column) {
        const std::string name = "column" + std::to_string(column);
        if (column < 4) {
            arrow::Int64Builder builder;
            for (qint64 i = 0; i < kBatchRows; ++i)
                (void)builder.Append(int64_t(random() % 6'000'000));
            fields.push_back(arrow::field(name, arrow::int64()));
            arrays.push_back(*builder.Finish());
        } else if (column < 8) {
            arrow::DoubleBuilder builder;
            for (qint64 i = 0; i < kBatchRows; ++i)
                (void)builder.Append(double(random() % 10'000'000) / 100);
            fields.push_back(arrow::field(name, arrow::float64()));
            arrays.push_back(*builder.Finish());
        } else if (column < 11) {
            arrow::Date32Builder builder;
            for (qint64 i = 0; i < kBatchRows; ++i)
                (void)builder.Append(int32_t(8000 + random() % 2500));
            fields.push_back(arrow::field(name, arrow::date32()));
            arrays.push_back(*builder.Finish());
        } else {
            arrow::StringBuilder builder;
            for (qint64 i = 0; i < kBatchRows; ++i)
                (void)builder.Append(words[random() % 6]);
            fields.push_back(arrow::field(name, arrow::utf8()));
            arrays.push_back(*builder.Finish());
        }
    }
    return arrow::RecordBatch::Make(arrow::schema(fields), kBatchRows, arrays);
}

class StoreModel final : public QAbstractTableModel
{
public:
    StoreModel(const ResultStore &store, const std::vector<ColumnFormatter> &columns) : m_store(store), m_columns(columns) { }
    int rowCount(const QModelIndex & = {}) const override { return int(m_store.rowCount()); }
    int columnCount(const QModelIndex & = {}) const override { return int(m_columns.size()); }
    QVariant data(const QModelIndex &index, int role) const override
    {
        const ColumnFormatter &column = m_columns[size_t(index.column())];
        if (role == Qt::TextAlignmentRole)
            return int((column.isNumeric() ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
        if (role != Qt::DisplayRole)
            return {};
        const ResultStore::Place place = m_store.place(index.row());
        return place.batch ? QVariant(column.text(*place.batch, index.column(), place.row, 100)) : QVariant();
    }

private:
    const ResultStore &m_store;
    const std::vector<ColumnFormatter> &m_columns;
};

struct Times
{
    double median = 0;
    double late = 0;
    double longest = 0;
};

Times measure(QAbstractScrollArea &view, const std::function<void(int)> &step)
{
    std::vector<double> times;
    for (int frame = 0; frame < kFrames + 20; ++frame) {
        QElapsedTimer timer;
        timer.start();
        step(frame);
        QApplication::processEvents();
        view.viewport()->repaint();
        if (frame >= 20)
            times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    std::sort(times.begin(), times.end());
    return { times[times.size() / 2], times[times.size() * 99 / 100], times.back() };
}

void print(const char *view, qint64 rows, const char *what, const Times &times)
{
    std::printf("%-12s %12lld rows  %-6s  p50 %6.2f ms  p99 %6.2f ms  max %6.2f ms\n", view, static_cast<long long>(rows), what,
                times.median, times.late, times.longest);
    std::fflush(stdout);
}

void measureAll(const char *name, QAbstractScrollArea &view, qint64 rows)
{
    QScrollBar *bar = view.verticalScrollBar();
    std::mt19937_64 random(11);
    print(name, rows, "line", measure(view, [bar](int frame) { bar->setValue(1000 + frame); }));
    print(name, rows, "page", measure(view, [bar](int frame) { bar->setValue(5000 + frame * 40); }));
    print(name, rows, "thumb", measure(view, [bar, &random](int) { bar->setValue(int(random() % quint64(bar->maximum()))); }));
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QFont font = QApplication::font();
    font.setPixelSize(13);
    QApplication::setFont(font);
    std::vector<qint64> counts;
    for (int i = 1; i < argc; ++i)
        counts.push_back(atoll(argv[i]));
    if (counts.empty())
        counts = { 10'000, 10'000'000, 100'000'000 };

    const std::shared_ptr<arrow::RecordBatch> batch = lineitemBatch();
    std::vector<ColumnFormatter> columns;
    QStringList names;
    for (const auto &field : batch->schema()->fields()) {
        columns.emplace_back(field);
        names += QString::fromStdString(field->name());
    }
    ResultStore::setMemoryBudget(qint64(64) << 30); // one batch counted many times: none of it goes to disk
    for (const qint64 count : counts) {
        const auto store = std::make_shared<ResultStore>();
        store->setSchema(batch->schema());
        for (qint64 rows = 0; rows < count; rows += kBatchRows)
            store->append(count - rows < kBatchRows ? batch->Slice(0, count - rows) : batch);

        {
            ResultGrid grid;
            grid.resize(1600, 900);
            grid.setResult(store, &columns, names);
            QElapsedTimer timer;
            timer.start();
            grid.setRowCount(count);
            std::printf("%-12s %12lld rows  append  %.3f ms\n", "Grebe", static_cast<long long>(count), double(timer.nsecsElapsed()) / 1e6);
            for (int column = 0; column < kColumns; ++column)
                grid.setColumnWidth(column, 95);
            grid.show();
            QApplication::processEvents();
            measureAll("Grebe", grid, count);
            timer.restart();
            grid.selectAll();
            grid.viewport()->repaint();
            std::printf("%-12s %12lld rows  Ctrl+A  %.3f ms\n", "Grebe", static_cast<long long>(count), double(timer.nsecsElapsed()) / 1e6);
        }
        if (count > 100'000'000)
            continue;
        QTableView table;
        table.resize(1600, 900);
        StoreModel model(*store, columns);
        table.verticalHeader()->setDefaultSectionSize(22);
        table.verticalHeader()->setMinimumSectionSize(22);
        table.horizontalHeader()->setDefaultSectionSize(95);
        QElapsedTimer timer;
        timer.start();
        table.setModel(&model);
        std::printf("%-12s %12lld rows  append  %.3f ms\n", "QTableView", static_cast<long long>(count), double(timer.nsecsElapsed()) / 1e6);
        table.show();
        QApplication::processEvents();
        measureAll("QTableView", table, count);
    }
    return 0;
}
