// SPDX-License-Identifier: Apache-2.0
// Sorting, filtering, appending and spilling of results, against std::sort in the same run. One JSON line a figure.
//
//   bench_results [sort] [filter] [append] [spill] [statistics]     all without an argument
#include "extension/columnstatistics.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <arrow/api.h>

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <malloc.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

using StorePtr = std::shared_ptr<ResultStore>;

static constexpr qint64 kRows = 10'000'000;
static constexpr qint64 kBatch = 100'000;

static double milliseconds(const std::function<void()> &work)
{
    QElapsedTimer timer;
    timer.start();
    work();
    return double(timer.nsecsElapsed()) / 1e6;
}

// The least of a few runs, the two taken by turns.
static void compare(const char *name, const std::function<void()> &ours, const std::function<void()> &theirs, int rounds = 3)
{
    double best = 1e18, bestOther = 1e18;
    for (int i = 0; i < rounds; ++i) {
        best = std::min(best, milliseconds(ours));
        if (theirs)
            bestOther = std::min(bestOther, milliseconds(theirs));
    }
    if (theirs)
        std::printf("{\"name\": \"%s\", \"ms\": %.1f, \"reference_ms\": %.1f, \"ratio\": %.2f}\n", name, best, bestOther, bestOther / best);
    else
        std::printf("{\"name\": \"%s\", \"ms\": %.1f}\n", name, best);
    std::fflush(stdout);
}

static qint64 statusKilobytes(const char *key)
{
    QFile file(u"/proc/self/status"_s);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith(key))
            return line.mid(qsizetype(std::char_traits<char>::length(key)) + 1).trimmed().split(' ').first().toLongLong();
    }
    return 0;
}

template<typename Builder>
static StorePtr columnOf(const std::shared_ptr<arrow::DataType> &type, qint64 count, const auto &value)
{
    auto store = std::make_shared<ResultStore>();
    const auto schema = arrow::schema({ arrow::field("c", type) });
    store->setSchema(schema);
    for (qint64 row = 0; row < count;) {
        auto builder = arrow::MakeBuilder(type).ValueOrDie();
        const qint64 end = std::min(count, row + kBatch);
        const qint64 length = end - row;
        for (; row < end; ++row)
            (void)static_cast<Builder &>(*builder).Append(value(row));
        store->append(arrow::RecordBatch::Make(schema, length, { *builder->Finish() }));
    }
    return store;
}

static void order(const StorePtr &store, const QList<Filter> &filters, const QList<SortKey> &keys)
{
    const auto result = orderRows(store, filters, keys).result();
    if (!result)
        qFatal("%s", qPrintable(result.error().message));
}

template<typename T>
static void sortReference(const std::vector<T> &values)
{
    std::vector<quint32> rows(values.size());
    std::iota(rows.begin(), rows.end(), 0U);
    std::sort(rows.begin(), rows.end(), [&](quint32 a, quint32 b) { return values[a] < values[b]; });
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList wanted = application.arguments().mid(1);
    const auto isWanted = [&](const QString &part) { return wanted.isEmpty() || wanted.contains(part); };
    ResultStore::setMemoryBudget(qint64(4) << 30); // the spill part sets its own
    QRandomGenerator random(1);

    std::vector<qint64> integers(kRows);
    std::vector<double> doubles(kRows);
    std::vector<qint32> dates(kRows);
    std::vector<std::string> texts;
    for (qint64 i = 0; i < kRows; ++i) {
        integers[size_t(i)] = qint64(random.generate64());
        doubles[size_t(i)] = random.generateDouble() * 1e6 - 5e5;
        dates[size_t(i)] = qint32(random.bounded(30'000));
    }
    const bool needsTexts = isWanted(u"sort"_s) || isWanted(u"filter"_s);
    if (needsTexts) {
        texts.resize(kRows);
        for (std::string &text : texts) {
            const int length = 8 + random.bounded(17);
            text.reserve(size_t(length));
            for (int i = 0; i < length; ++i)
                text += char('a' + random.bounded(26));
        }
    }
    const auto integerStore = columnOf<arrow::Int64Builder>(arrow::int64(), kRows, [&](qint64 row) { return integers[size_t(row)]; });
    const auto doubleStore = columnOf<arrow::DoubleBuilder>(arrow::float64(), kRows, [&](qint64 row) { return doubles[size_t(row)]; });
    const auto dateStore = columnOf<arrow::Date32Builder>(arrow::date32(), kRows, [&](qint64 row) { return dates[size_t(row)]; });
    StorePtr textStore;
    if (needsTexts)
        textStore = columnOf<arrow::StringBuilder>(arrow::utf8(), kRows, [&](qint64 row) { return texts[size_t(row)]; });

    if (isWanted(u"sort"_s)) {
        compare("sort 10 M int64", [&] { order(integerStore, {}, { { 0 } }); }, [&] { sortReference(integers); });
        compare("first page of 10 M int64", [&] { (void)firstRows(integerStore, {}, { { 0 } }, 100).result(); }, {});
        compare("first page of 10 M varchar(24)", [&] { (void)firstRows(textStore, {}, { { 0 } }, 100).result(); }, {});
        compare("sort 10 M double", [&] { order(doubleStore, {}, { { 0, true } }); }, [&] { sortReference(doubles); });
        compare("sort 10 M date", [&] { order(dateStore, {}, { { 0 } }); }, [&] { sortReference(dates); });
        compare("sort 10 M varchar(24)", [&] { order(textStore, {}, { { 0 } }); }, [&] { sortReference(texts); }, 1);
        auto prefixed = columnOf<arrow::StringBuilder>(arrow::utf8(), kRows, [&](qint64 row) {
            return "https://example.org/" + std::to_string(dates[size_t(row)] % 100) + "/" + std::to_string(integers[size_t(row)]);
        });
        compare("sort 10 M texts with long common beginnings", [&] { order(prefixed, {}, { { 0 } }); }, {}, 1);
    }
    if (isWanted(u"filter"_s)) {
        compare("filter 10 M int64 >", [&] { order(integerStore, { { 0, Filter::Test::Greater, u"4611686018427387904"_s } }, {}); }, {}, 5);
        compare("filter 10 M double between", [&] { order(doubleStore, { { 0, Filter::Test::Between, u"-1000"_s, u"1000"_s } }, {}); }, {}, 5);
        compare("filter 10 M date =", [&] { order(dateStore, { { 0, Filter::Test::Equals, u"2001-02-03"_s } }, {}); }, {}, 5);
        compare("filter 10 M varchar contains", [&] { order(textStore, { { 0, Filter::Test::Contains, u"abcd"_s, {}, true } }, {}); }, {}, 5);
        compare("filter 10 M varchar contains, any case", [&] { order(textStore, { { 0, Filter::Test::Contains, u"abcd"_s } }, {}); }, {}, 5);
        compare("filter 10 M varchar =", [&] { order(textStore, { { 0, Filter::Test::Equals, u"abcdefgh"_s } }, {}); }, {}, 5);
    }
    if (isWanted(u"statistics"_s)) {
        compare("statistics of 10 M int64", [&] { (void)columnStatistics(integerStore, 0).result(); }, {}, 2);
        compare("statistics of 10 M date", [&] { (void)columnStatistics(dateStore, 0).result(); }, {}, 2);
    }
    if (isWanted(u"append"_s)) {
        // Batches are there already: this is what the store itself costs.
        for (const qint64 before : { qint64(0), kRows, 5 * kRows }) {
            ResultStore store;
            const auto batch = integerStore->batch(0);
            for (qint64 row = 0; row < before; row += kBatch)
                store.append(batch);
            double worst = 0;
            for (int i = 0; i < 50; ++i)
                worst = std::max(worst, milliseconds([&] { store.append(batch); }));
            std::printf("{\"name\": \"worst append of 100 k rows behind %lld\", \"ms\": %.4f}\n", static_cast<long long>(before), worst);
        }
    }
    integers = {};
    doubles = {};
    dates = {};
    texts = {};
    const_cast<StorePtr &>(integerStore).reset();
    const_cast<StorePtr &>(doubleStore).reset();
    const_cast<StorePtr &>(dateStore).reset();
    textStore.reset();
    if (isWanted(u"spill"_s)) {
        ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
        arrow::default_memory_pool()->ReleaseUnused();
        ::malloc_trim(0);
        const qint64 idle = statusKilobytes("VmRSS:");
        // 100 M rows of ten bigint columns would be 8 GB; three make the point.
        const auto schema = arrow::schema({ arrow::field("a", arrow::int64()), arrow::field("b", arrow::int64()), arrow::field("c", arrow::int64()) });
        const auto store = std::make_shared<ResultStore>();
        store->setSchema(schema);
        qint64 peak = 0;
        double worst = 0;
        const double took = milliseconds([&] {
            for (qint64 row = 0; row < 10 * kRows; row += kBatch) {
                std::vector<std::shared_ptr<arrow::Array>> columns;
                for (qint64 factor : { 1, 3, 7 }) {
                    arrow::Int64Builder builder;
                    (void)builder.Reserve(kBatch);
                    for (qint64 i = 0; i < kBatch; ++i)
                        builder.UnsafeAppend((row + i) * factor);
                    columns.push_back(*builder.Finish());
                }
                auto batch = arrow::RecordBatch::Make(schema, kBatch, columns);
                columns.clear();
                worst = std::max(worst, milliseconds([&] { store->append(batch); }));
                batch.reset();
                if (ResultStore::spillBacklog() > (32 << 20))
                    ResultStore::waitForSpill(); // as a producer does that is quicker than the disk
                peak = std::max(peak, statusKilobytes("VmRSS:"));
            }
        });
        ResultStore::waitForSpill();
        std::printf("{\"name\": \"100 M rows, 2.4 GB through the store\", \"ms\": %.0f, \"MB_per_s\": %.0f, \"worst_append_ms\": %.3f, "
                    "\"peak_MB_above_idle\": %.0f, \"in_memory_MB\": %.0f, \"spilled_MB\": %.0f}\n",
                    took, 2400e3 / took, worst, double(peak - idle) / 1024, double(store->memoryByteCount()) / 1e6, double(store->spilledByteCount()) / 1e6);
        qint64 wrong = 0;
        const double jump = milliseconds([&] {
            for (int i = 0; i < 10'000; ++i) {
                const qint64 row = qint64(random.generate64() % quint64(10 * kRows));
                const auto place = store->place(row);
                wrong += static_cast<const arrow::Int64Array &>(*place.batch->column(2)).Value(place.row) != row * 7;
            }
        });
        std::printf("{\"name\": \"one of 100 M rows at random\", \"ms\": %.4f, \"wrong\": %lld, \"MB_above_idle\": %.0f}\n", jump / 10'000,
                    static_cast<long long>(wrong), double(statusKilobytes("VmRSS:") - idle) / 1024);
        const double filter = milliseconds([&] { order(store, { { 1, Filter::Test::Less, u"1000000"_s } }, {}); });
        std::printf("{\"name\": \"filter 100 M rows, most on disk\", \"ms\": %.0f, \"anonymous_MB\": %.0f}\n", filter,
                    double(statusKilobytes("RssAnon:")) / 1024);
        const double sort = milliseconds([&] { order(store, {}, { { 0, true } }); });
        std::printf("{\"name\": \"sort 100 M rows, most on disk\", \"ms\": %.0f, \"peak_MB\": %.0f}\n", sort, double(statusKilobytes("VmHWM:")) / 1024);
    }
    return 0;
}
