// SPDX-License-Identifier: Apache-2.0
// G1: the grid's frames against a stock QTableView over the same store. G2: how many cells are formatted in a second.
// 1600 x 900, 16 columns of 95 px, rows of 22 px (640 cells and a few), offscreen raster. A frame is what the event loop does
// for one move of the scroll bar, by page and by thumb. By line both views move what is painted already and paint a row, so
// that what is measured is mostly memory: the copy alone stands beside it, and "by line, painted anew" is all of the viewport.
#include "report.h"

#include "results/resultgrid.h"

#include <arrow/api.h>

#include <QAbstractTableModel>
#include <QApplication>
#include <QElapsedTimer>
#include <QEvent>
#include <QHeaderView>
#include <QImage>
#include <QPainter>
#include <QScrollBar>
#include <QTableView>

#include <algorithm>
#include <cstring>
#include <random>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

constexpr int kFrames = 300;
constexpr int kColumns = 16;
constexpr qint64 kBatchRows = 100'000;
// QHeaderView's positions are ints: from 97.6 M rows of 22 px on it paints the label of every row there is, for minutes.
constexpr qint64 kMostTableRows = 90'000'000;

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
    int rowCount(const QModelIndex & = {}) const override { return int(std::min(m_store.rowCount(), kMostTableRows)); }
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

class PaintCounter : public QObject
{
public:
    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Paint;
        return false;
    }
    int count = 0;
};

Times measure(Report &report, QAbstractScrollArea &view, const std::function<void(int)> &step, bool isAnew)
{
    std::vector<double> times;
    PaintCounter counter;
    view.viewport()->installEventFilter(&counter);
    for (int frame = 0; frame < kFrames + 20; ++frame) {
        QElapsedTimer timer;
        timer.start();
        step(frame);
        if (isAnew)
            view.viewport()->repaint();
        QApplication::processEvents();
        if (frame >= 20)
            times.push_back(double(timer.nsecsElapsed()) / 1e6);
    }
    if (counter.count < kFrames + 20)
        report.note(u"only %1 of %2 frames were painted"_s.arg(counter.count).arg(kFrames + 20));
    std::sort(times.begin(), times.end());
    return { times[times.size() / 2], times[times.size() * 99 / 100], times.back() };
}

struct Views
{
    ResultGrid grid;
    QTableView table;
};

enum class Paints { Anew, Forced, Moved };

void compareFrames(Report &report, Views &views, qint64 rows, const QString &what, const std::function<void(QScrollBar *, int)> &step,
                   Paints paints = Paints::Anew)
{
    const bool isAnew = paints == Paints::Forced;
    const auto framesOf = [&](QAbstractScrollArea &view) {
        return measure(report, view, [&](int frame) { step(view.verticalScrollBar(), frame); }, isAnew);
    };
    const Times ours = framesOf(views.grid);
    const Times theirs = framesOf(views.table);
    const QString name = u"%1, %L2 rows"_s.arg(what).arg(rows);
    report.add({ .metric = u"G1"_s, .name = name + u", p50"_s, .value = ours.median, .unit = u"ms"_s, .peer = u"QTableView"_s,
                 .peerValue = theirs.median, .ratioGoal = paints == Paints::Moved ? std::optional<double>() : 4.0 });
    report.add({ .metric = u"G1"_s, .name = name + u", p99"_s, .value = ours.late, .unit = u"ms"_s, .goal = 8, .peer = u"QTableView"_s,
                 .peerValue = theirs.late });
    report.add({ .metric = u"G1"_s, .name = name + u", longest"_s, .value = ours.longest, .unit = u"ms"_s, .peer = u"QTableView"_s,
                 .peerValue = theirs.longest });
}

void benchFrames(Report &report, const std::shared_ptr<ResultStore> &store, const std::vector<ColumnFormatter> &columns, const QStringList &names)
{
    const qint64 rows = store->rowCount();
    QElapsedTimer clock;
    clock.start();
    Views views;
    views.grid.resize(1600, 900);
    views.grid.setResult(store, &columns, names);
    for (int column = 0; column < kColumns; ++column)
        views.grid.setColumnWidth(column, 95);
    views.grid.show();
    QApplication::processEvents();
    StoreModel model(*store, columns);
    views.table.resize(1600, 900);
    views.table.verticalHeader()->setDefaultSectionSize(22);
    views.table.verticalHeader()->setMinimumSectionSize(22);
    views.table.horizontalHeader()->setDefaultSectionSize(95);
    views.table.show();
    QApplication::processEvents();
    const double shown = Report::milliseconds([&] {
        views.grid.setRowCount(rows);
        QApplication::processEvents();
    });
    const double tableShown = Report::milliseconds([&] {
        views.table.setModel(&model);
        QApplication::processEvents();
    });
    report.add({ .metric = u"G1"_s, .name = u"rows into the view, %L1"_s.arg(rows), .value = shown, .unit = u"ms"_s, .peer = u"QTableView"_s,
                 .peerValue = tableShown });
    const auto line = [](QScrollBar *bar, int frame) { bar->setValue(1000 + frame); };
    compareFrames(report, views, rows, u"by line"_s, line, Paints::Moved);
    compareFrames(report, views, rows, u"by three lines"_s, [](QScrollBar *bar, int frame) { bar->setValue(2000 + 3 * frame); }, Paints::Moved);
    compareFrames(report, views, rows, u"by line, painted anew"_s, line, Paints::Forced);
    compareFrames(report, views, rows, u"by page"_s, [](QScrollBar *bar, int frame) { bar->setValue(500 + frame % 200 * 40); });
    std::mt19937_64 random(11);
    compareFrames(report, views, rows, u"by thumb"_s,
                  [&random](QScrollBar *bar, int) { bar->setValue(int(random() % quint64(bar->maximum()))); });
    report.add({ .metric = u"G1"_s, .name = u"Ctrl+A and its frame, %L1 rows"_s.arg(rows), .value = Report::milliseconds([&views] {
                     views.grid.selectAll();
                     QApplication::processEvents();
                 }), .unit = u"ms"_s, .goal = 50 });
    if (rows > kMostTableRows)
        report.note(u"QTableView had %L1 rows: its positions are ints, and more overflow them"_s.arg(kMostTableRows));
    report.note(u"%L1 rows: %2 s"_s.arg(rows).arg(clock.elapsed() / 1000));
    views.table.setModel(nullptr);
}

void benchCells(Report &report, const ResultStore &store, const std::vector<ColumnFormatter> &columns)
{
    constexpr qint64 kCells = 2'000'000;
    const StoreModel model(store, columns);
    std::mt19937_64 random(5);
    std::vector<qint64> places(kCells / kColumns);
    for (qint64 &row : places)
        row = qint64(random() % quint64(store.rowCount()));
    qsizetype sum = 0;
    const auto read = [&](const auto &rowOf) {
        return double(kCells) * 1000 / Report::milliseconds([&] {
            for (qint64 i = 0; i < kCells / kColumns; ++i) {
                const ResultStore::Place place = store.place(rowOf(i));
                for (int column = 0; column < kColumns; ++column)
                    sum += columns[size_t(column)].text(*place.batch, column, place.row, 100).size();
            }
        });
    };
    report.add({ .metric = u"G2"_s, .name = u"formatted, in order"_s, .value = read([](qint64 i) { return i; }), .unit = u"cells/s"_s });
    report.add({ .metric = u"G2"_s, .name = u"formatted, here and there"_s, .value = read([&](qint64 i) { return places[size_t(i)]; }), .unit = u"cells/s"_s });
    if (sum == 0)
        report.note(u"nothing was formatted"_s);
}

} // namespace

void benchGrid(Report &report)
{
    QFont font = QApplication::font();
    font.setPixelSize(13);
    QApplication::setFont(font);
    const std::shared_ptr<arrow::RecordBatch> batch = lineitemBatch();
    std::vector<ColumnFormatter> columns;
    QStringList names;
    for (const auto &field : batch->schema()->fields()) {
        columns.emplace_back(field);
        names += QString::fromStdString(field->name());
    }
    const qint64 budget = ResultStore::memoryBudget();
    ResultStore::setMemoryBudget(qint64(64) << 30); // one batch counted many times: none of it goes to disk
    QImage screen(1600, 900, QImage::Format_RGB32);
    report.measure({ .metric = u"G1"_s, .name = u"moving the pixels alone by a line"_s }, [&screen] {
        std::memmove(screen.bits(), screen.constScanLine(22), size_t(screen.bytesPerLine()) * (900 - 22));
    }, 100);
    for (const qint64 count : { 10'000LL, 10'000'000LL, 100'000'000LL }) {
        const auto store = std::make_shared<ResultStore>();
        store->setSchema(batch->schema());
        for (qint64 rows = 0; rows < count; rows += kBatchRows)
            store->append(count - rows < kBatchRows ? batch->Slice(0, count - rows) : batch);
        benchFrames(report, store, columns, names);
        if (count == 10'000'000)
            benchCells(report, *store, columns);
    }
    ResultStore::setMemoryBudget(budget);
}
