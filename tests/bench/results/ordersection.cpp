// SPDX-License-Identifier: Apache-2.0
// G4: sorting and filtering 10 M rows, beside std::sort, a loop over values, and Qt's proxy model.
#include "report.h"

#include "extension/columnstatistics.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <arrow/api.h>

#include <QAbstractTableModel>
#include <QRandomGenerator>
#include <QSortFilterProxyModel>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

using StorePtr = std::shared_ptr<ResultStore>;

constexpr qint64 kRows = 10'000'000;
constexpr qint64 kBatch = 100'000;

template<typename Builder>
StorePtr columnOf(const std::shared_ptr<arrow::DataType> &type, qint64 count, const auto &value)
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

RowOrderPtr order(const StorePtr &store, const QList<Filter> &filters, const QList<SortKey> &keys)
{
    const auto result = orderRows(store, filters, keys).result();
    if (!result)
        qFatal("%s", qPrintable(result.error().message));
    return *result;
}

template<typename T>
void sortReference(const std::vector<T> &values)
{
    std::vector<quint32> rows(values.size());
    std::iota(rows.begin(), rows.end(), 0U);
    std::sort(rows.begin(), rows.end(), [&](quint32 a, quint32 b) { return values[a] < values[b]; });
}

// What a filter over values in a plain array costs at least.
template<typename T, typename Test>
void filterReference(const std::vector<T> &values, Test test)
{
    std::vector<quint32> rows;
    for (size_t i = 0; i < values.size(); ++i) {
        if (test(values[i]))
            rows.push_back(quint32(i));
    }
}

// Rows of QVariants, as a model over QSqlQuery keeps them.
class VariantModel final : public QAbstractTableModel
{
public:
    explicit VariantModel(QVariantList values) : m_values(std::move(values)) { }
    int rowCount(const QModelIndex & = {}) const override { return int(m_values.size()); }
    int columnCount(const QModelIndex & = {}) const override { return 1; }
    QVariant data(const QModelIndex &index, int role) const override { return role == Qt::DisplayRole ? m_values[index.row()] : QVariant(); }

private:
    const QVariantList m_values;
};

} // namespace

void benchOrder(Report &report)
{
    ResultStore::setMemoryBudget(qint64(4) << 30); // in memory: what the disk adds is the big test's
    QRandomGenerator random(1);
    std::vector<qint64> integers(kRows);
    std::vector<double> doubles(kRows);
    std::vector<qint32> dates(kRows);
    std::vector<std::string> texts(kRows);
    for (size_t i = 0; i < size_t(kRows); ++i) {
        integers[i] = qint64(random.generate64());
        doubles[i] = random.generateDouble() * 1e6 - 5e5;
        dates[i] = qint32(random.bounded(30'000));
        texts[i].resize(size_t(8 + random.bounded(17)));
        for (char &c : texts[i])
            c = char('a' + random.bounded(26));
    }
    const auto integerStore = columnOf<arrow::Int64Builder>(arrow::int64(), kRows, [&](qint64 row) { return integers[size_t(row)]; });
    const auto doubleStore = columnOf<arrow::DoubleBuilder>(arrow::float64(), kRows, [&](qint64 row) { return doubles[size_t(row)]; });
    const auto dateStore = columnOf<arrow::Date32Builder>(arrow::date32(), kRows, [&](qint64 row) { return dates[size_t(row)]; });
    const auto textStore = columnOf<arrow::StringBuilder>(arrow::utf8(), kRows, [&](qint64 row) { return texts[size_t(row)]; });

    const auto sorted = [](const char *what, double goal, double ratio) {
        return Report::Figure { .metric = u"G4"_s, .name = u"sort 10 M "_s + QLatin1StringView(what), .goal = goal, .peer = u"std::sort"_s, .ratioGoal = ratio };
    };
    report.compare(sorted("int64", 500, 4), [&] { order(integerStore, {}, { { 0 } }); }, [&] { sortReference(integers); }, 3);
    report.compare(sorted("double", 500, 4), [&] { order(doubleStore, {}, { { 0, true } }); }, [&] { sortReference(doubles); }, 3);
    report.compare(sorted("date", 500, 4), [&] { order(dateStore, {}, { { 0 } }); }, [&] { sortReference(dates); }, 3);
    report.compare(sorted("varchar(24)", 4000, 3), [&] { order(textStore, {}, { { 0 } }); }, [&] { sortReference(texts); }, 1);
    report.measure({ .metric = u"G4"_s, .name = u"first page of 10 M int64, sorted"_s }, [&] { (void)firstRows(integerStore, {}, { { 0 } }, 100).result(); });
    report.measure({ .metric = u"G4"_s, .name = u"first page of 10 M varchar(24), sorted"_s }, [&] { (void)firstRows(textStore, {}, { { 0 } }, 100).result(); });

    using Test = Filter::Test;
    const auto filtered = [](const char *what, double goal) {
        return Report::Figure { .metric = u"G4"_s, .name = u"filter 10 M "_s + QLatin1StringView(what), .goal = goal, .peer = u"a loop"_s };
    };
    report.compare(filtered("int64 >", 30), [&] { order(integerStore, { { 0, Test::Greater, u"4611686018427387904"_s } }, {}); },
                   [&] { filterReference(integers, [](qint64 value) { return value > 4611686018427387904; }); });
    report.compare(filtered("double between", 30), [&] { order(doubleStore, { { 0, Test::Between, u"-1000"_s, u"1000"_s } }, {}); },
                   [&] { filterReference(doubles, [](double value) { return value >= -1000 && value <= 1000; }); });
    report.compare(filtered("varchar contains", 250), [&] { order(textStore, { { 0, Test::Contains, u"abcd"_s, {}, true } }, {}); },
                   [&] { filterReference(texts, [](const std::string &value) { return value.contains("abcd"); }); });
    report.measure({ .metric = u"G4"_s, .name = u"filter 10 M varchar contains, any case"_s },
                   [&] { order(textStore, { { 0, Test::Contains, u"abcd"_s } }, {}); });
    report.measure({ .metric = u"G4"_s, .name = u"statistics of 10 M int64"_s }, [&] { (void)columnStatistics(integerStore, 0).result(); }, 1);

    // Qt's own way, on a tenth of the rows: it would take minutes on all.
    constexpr qint64 few = kRows / 10;
    QVariantList values;
    values.reserve(few);
    for (qint64 i = 0; i < few; ++i)
        values << integers[size_t(i)];
    VariantModel model(std::move(values));
    const auto fewStore = columnOf<arrow::Int64Builder>(arrow::int64(), few, [&](qint64 row) { return integers[size_t(row)]; });
    report.compare({ .metric = u"G4"_s, .name = u"sort 1 M int64"_s, .peer = u"QSortFilterProxyModel"_s }, [&] { order(fewStore, {}, { { 0 } }); }, [&] {
        QSortFilterProxyModel proxy;
        proxy.setSourceModel(&model);
        proxy.sort(0);
    }, 1);
    report.compare({ .metric = u"G4"_s, .name = u"filter 1 M int64 contains"_s, .peer = u"QSortFilterProxyModel"_s },
                   [&] { order(fewStore, { { 0, Test::Contains, u"777"_s } }, {}); }, [&] {
        QSortFilterProxyModel proxy;
        proxy.setSourceModel(&model);
        proxy.setFilterFixedString(u"777"_s);
        (void)proxy.rowCount();
    }, 3);
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
}
