// SPDX-License-Identifier: Apache-2.0
#include "columnar/compactbatch.h"
#include "extension/columnformatter.h"
#include "extension/columnstatistics.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>
#include <arrow/util/key_value_metadata.h>

#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

using ArrayPtr = std::shared_ptr<arrow::Array>;
using BatchPtr = std::shared_ptr<arrow::RecordBatch>;
using StorePtr = std::shared_ptr<ResultStore>;

class tst_CompactBatch : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void comesBack_data();
    void comesBack();
    void paysOnLineItems();
    void ordersAlikeOnDisk_data();
    void ordersAlikeOnDisk();
    void rawValuesComeBack();

private:
    QTemporaryDir m_folder;
};

static constexpr qint64 kRows = 10'000;

// `value` says a number, or nothing for null.
static ArrayPtr arrayOf(const std::shared_ptr<arrow::DataType> &type, const std::function<std::optional<qint64>(qint64)> &value)
{
    auto builder = arrow::MakeBuilder(type).ValueOrDie();
    for (qint64 row = 0; row < kRows; ++row) {
        const auto number = value(row);
        if (!number)
            (void)builder->AppendNull();
        else if (type->id() == arrow::Type::DECIMAL128)
            (void)static_cast<arrow::Decimal128Builder &>(*builder).Append(arrow::Decimal128(*number));
        else if (arrow::is_base_binary_like(type->id()))
            (void)builder->AppendScalar(**arrow::MakeScalar(type, arrow::Buffer::FromString("text " + std::to_string(*number))));
        else
            (void)builder->AppendScalar(**arrow::MakeScalar(type, *number));
    }
    return *builder->Finish();
}

static BatchPtr batchOf(const ArrayPtr &array)
{
    return arrow::RecordBatch::Make(arrow::schema({ arrow::field("c", array->type()) }), array->length(), { array });
}

void tst_CompactBatch::init()
{
    ResultStore::setSpillFolder(m_folder.filePath(u"results"_s));
}

void tst_CompactBatch::cleanup()
{
    ResultStore::setMemoryBudget(ResultStore::kDefaultMemoryBudget);
}

void tst_CompactBatch::comesBack_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<qint64>("most");
    QTest::addColumn<QByteArray>("stored");
    using namespace arrow;
    QTest::newRow("bigint in a byte") << int64() << qint64(127) << QByteArray("int8");
    QTest::newRow("bigint just beyond a byte") << int64() << qint64(128) << QByteArray("int16");
    QTest::newRow("bigint in two bytes") << int64() << qint64(32767) << QByteArray("int16");
    QTest::newRow("bigint in four bytes") << int64() << qint64(2147483647) << QByteArray("int32");
    QTest::newRow("bigint in eight bytes") << int64() << qint64(2147483648) << QByteArray("int64");
    QTest::newRow("integer in a byte") << int32() << qint64(3) << QByteArray("int8");
    QTest::newRow("smallint in a byte") << int16() << qint64(3) << QByteArray("int8");
    QTest::newRow("tinyint") << int8() << qint64(3) << QByteArray("int8");
    QTest::newRow("unsigned") << uint64() << qint64(255) << QByteArray("uint8");
    QTest::newRow("unsigned in two bytes") << uint32() << qint64(65535) << QByteArray("uint16");
    QTest::newRow("date") << date32() << qint64(20'000) << QByteArray("int16");
    QTest::newRow("timestamp") << timestamp(TimeUnit::SECOND) << qint64(1'700'000'000) << QByteArray("int32");
    QTest::newRow("decimal in a byte") << decimal128(15, 2) << qint64(9) << QByteArray("int8");
    QTest::newRow("decimal in four bytes") << decimal128(15, 2) << qint64(10'494'950) << QByteArray("int32");
    QTest::newRow("decimal in eight bytes") << decimal128(38, 2) << qint64(999'999'999'999) << QByteArray("int64");
    QTest::newRow("double") << float64() << qint64(3) << QByteArray("double");
    QTest::newRow("text of few values") << utf8() << qint64(100) << QByteArray("dictionary<values=string, indices=int8, ordered=0>");
    QTest::newRow("text of some values") << utf8() << qint64(600) << QByteArray("dictionary<values=string, indices=int16, ordered=0>");
    QTest::newRow("text of many values") << utf8() << qint64(5'000) << QByteArray("string");
    QTest::newRow("long text") << large_utf8() << qint64(100) << QByteArray("dictionary<values=large_string, indices=int8, ordered=0>");
    QTest::newRow("bytes") << binary() << qint64(100) << QByteArray("dictionary<values=binary, indices=int8, ordered=0>");
}

void tst_CompactBatch::comesBack()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(qint64, most);
    QFETCH(QByteArray, stored);
    const bool isSigned = !arrow::is_unsigned_integer(type->id());
    for (const bool hasNulls : { false, true }) {
        // Both ends, the negative one lower by one as two's complement has it.
        const ArrayPtr array = arrayOf(type, [&](qint64 row) -> std::optional<qint64> {
            if (hasNulls && row % 7 == 3)
                return {};
            const qint64 value = row == 0 ? most : row % (most + 1);
            return isSigned && row % 2 && arrow::is_fixed_width(type->id()) && type->id() != arrow::Type::DATE32 ? -value : value;
        });
        for (const qint64 offset : { 0, 1, 8, 13 }) {
            const BatchPtr batch = batchOf(array->Slice(offset == 0 ? 0 : offset, kRows - offset));
            const BatchPtr compact = compacted(batch);
            if (offset == 0)
                QCOMPARE(QByteArray::fromStdString(compact->schema()->field(0)->type()->ToString()), stored);
            for (const auto &[first, count] : { std::pair<qint64, qint64>(0, kRows - offset), { 1, 100 }, { 4096, 4096 }, { 9'000, 1 } }) {
                const auto back = widened(*compact, batch->schema(), first, count);
                QVERIFY2(back.ok(), back.status().ToString().c_str());
                QVERIFY((*back)->ValidateFull().ok());
                QVERIFY2((*back)->Equals(*batch->Slice(first, count), true), qPrintable(u"%1 %2 %3"_s.arg(offset).arg(first).arg(count)));
            }
        }
    }
    // Nothing but nulls, and the lowest and highest values there are.
    const BatchPtr nulls = batchOf(arrayOf(type, [](qint64) { return std::optional<qint64>(); }));
    QVERIFY((*widened(*compacted(nulls), nulls->schema(), 0, kRows))->Equals(*nulls));
}

void tst_CompactBatch::paysOnLineItems()
{
    // The columns of TPC-H's table lineitem as DuckDB has them, with the ranges of its generator.
    const auto text = [](std::initializer_list<const char *> values) {
        arrow::StringBuilder builder;
        for (qint64 row = 0; row < kRows; ++row)
            (void)builder.Append(values.begin()[size_t(row * 7919 % 1009) % values.size()]);
        return *builder.Finish();
    };
    const auto numbers = [](const std::shared_ptr<arrow::DataType> &type, qint64 most) {
        return arrayOf(type, [most](qint64 row) { return row * 2'654'435'761 % most; });
    };
    arrow::StringBuilder comments;
    for (qint64 row = 0; row < kRows; ++row)
        (void)comments.Append(std::string(size_t(10 + row * 31 % 34), char('a' + row % 26)) + std::to_string(row));
    const std::vector<ArrayPtr> columns {
        numbers(arrow::int64(), 6'000'000), numbers(arrow::int64(), 200'000), numbers(arrow::int64(), 10'000), numbers(arrow::int64(), 7),
        numbers(arrow::decimal128(15, 2), 5'000), numbers(arrow::decimal128(15, 2), 10'494'950), numbers(arrow::decimal128(15, 2), 10),
        numbers(arrow::decimal128(15, 2), 8), text({ "A", "N", "R" }), text({ "F", "O" }), numbers(arrow::date32(), 10'000),
        numbers(arrow::date32(), 10'000), numbers(arrow::date32(), 10'000), text({ "DELIVER IN PERSON", "COLLECT COD", "NONE", "TAKE BACK RETURN" }),
        text({ "AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK" }), *comments.Finish() };
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (size_t i = 0; i < columns.size(); ++i)
        fields.push_back(arrow::field("c" + std::to_string(i), columns[i]->type()));
    const BatchPtr batch = arrow::RecordBatch::Make(arrow::schema(fields), kRows, columns);
    const double before = double(arrow::util::TotalBufferSize(*batch)) / double(kRows * 16);
    const double after = double(arrow::util::TotalBufferSize(*compacted(batch))) / double(kRows * 16);
    QVERIFY2(after < 4.5 && after < before / 2, qPrintable(u"%1 bytes a cell, %2 before"_s.arg(after).arg(before)));
}

void tst_CompactBatch::ordersAlikeOnDisk_data()
{
    QTest::addColumn<std::shared_ptr<arrow::DataType>>("type");
    QTest::addColumn<QString>("literal");
    using namespace arrow;
    QTest::newRow("bigint") << int64() << u"17"_s;
    QTest::newRow("unsigned") << uint32() << u"17"_s;
    QTest::newRow("date") << date32() << u"1970-02-01"_s;
    QTest::newRow("timestamp") << timestamp(TimeUnit::SECOND) << u"1970-01-01 00:00:20"_s;
    QTest::newRow("decimal") << decimal128(15, 2) << u"0.17"_s;
    QTest::newRow("text") << utf8() << u"text 5"_s;
}

void tst_CompactBatch::ordersAlikeOnDisk()
{
    QFETCH(std::shared_ptr<arrow::DataType>, type);
    QFETCH(QString, literal);
    const StorePtr inMemory = std::make_shared<ResultStore>(), onDisk = std::make_shared<ResultStore>();
    for (qint64 part = 0; part < 3; ++part) {
        // Each batch needs another width, so that one column has several.
        const qint64 most = part == 0 ? 50 : part == 1 ? 1'000 : 5'000;
        const ArrayPtr array = arrayOf(type, [&](qint64 row) -> std::optional<qint64> {
            return row % 11 == 5 ? std::nullopt : std::optional(row * 2'654'435'761 % most);
        });
        for (const StorePtr &store : { inMemory, onDisk }) {
            store->setSchema(batchOf(array)->schema());
            store->append(*batchOf(array)->CopyTo(arrow::default_cpu_memory_manager()));
        }
    }
    const auto held = std::vector { inMemory->batch(0), inMemory->batch(1), inMemory->batch(2) }; // are not written
    ResultStore::setMemoryBudget(0);
    ResultStore::waitForSpill();
    QCOMPARE(onDisk->memoryByteCount(), 0);
    QCOMPARE(inMemory->spilledByteCount(), 0);
    QVERIFY(onDisk->fileByteCount() < onDisk->spilledByteCount());

    const auto rows = [](const StorePtr &store, const QList<Filter> &filters, const QList<SortKey> &keys) {
        const auto order = orderRows(store, filters, keys).result();
        QList<qint64> found;
        for (qint64 i = 0; order && i < (*order)->size(); ++i)
            found << (*order)->rowAt(i);
        return found;
    };
    using Test = Filter::Test;
    QVERIFY(rows(inMemory, {}, { { 0 } }).size() == 3 * kRows);
    for (const bool isDescending : { false, true })
        QCOMPARE(rows(onDisk, {}, { { 0, isDescending } }), rows(inMemory, {}, { { 0, isDescending } }));
    for (const Test test : { Test::Equals, Test::Differs, Test::Less, Test::GreaterOrEqual, Test::Contains, Test::Regex, Test::IsNull }) {
        const QList<Filter> filters { { 0, test, literal } };
        QVERIFY2(!rows(inMemory, filters, {}).isEmpty(), qPrintable(QString::number(int(test))));
        QCOMPARE(rows(onDisk, filters, {}), rows(inMemory, filters, {}));
    }
    const auto disk = columnStatistics(onDisk, 0).result(), memory = columnStatistics(inMemory, 0).result();
    QVERIFY(disk && memory);
    QCOMPARE(disk->nullCount, memory->nullCount);
    QCOMPARE(disk->distinctCount, memory->distinctCount);
    QCOMPARE(disk->sum, memory->sum);
    QCOMPARE(disk->minimum.text, memory->minimum.text);
    QCOMPARE(disk->maximum.text, memory->maximum.text);
    QCOMPARE(disk->topValues.size(), memory->topValues.size());
    for (qsizetype i = 0; i < disk->topValues.size(); ++i)
        QCOMPARE(disk->topValues[i].value.text, memory->topValues[i].value.text);
    for (qint64 row = 0; row < 3 * kRows; row += 7) {
        const auto a = onDisk->place(row), b = inMemory->place(row);
        QVERIFY(a.batch->column(0)->type()->Equals(*type));
        QCOMPARE(a.firstRow + a.row, row);
        QVERIFY(a.batch->column(0)->RangeEquals(a.row, a.row + 1, b.row, b.batch->column(0)));
    }
}

void tst_CompactBatch::rawValuesComeBack()
{
    const ArrayPtr array = arrayOf(arrow::int64(), [](qint64 row) { return row == 9'000 ? std::nullopt : std::optional(row % 100); });
    const auto field = arrow::field("n", arrow::int64(), true, arrow::key_value_metadata({ kTypeKey, kRawKey }, { "bigint", R"({"9000":"9223372036854775808"})" }));
    const auto store = std::make_shared<ResultStore>();
    store->setSchema(arrow::schema({ field }));
    store->append(arrow::RecordBatch::Make(arrow::schema({ field }), kRows, { array->Slice(0) }));
    ResultStore::setMemoryBudget(0);
    ResultStore::waitForSpill();
    QCOMPARE(store->memoryByteCount(), 0);
    const ColumnFormatter formatter(field);
    const auto place = store->place(9'000);
    QCOMPARE(formatter.text(*place.batch, 0, place.row), u"9223372036854775808"_s);
    QCOMPARE(formatter.text(*store->place(8'999).batch, 0, store->place(8'999).row), u"99"_s);
    const auto order = orderRows(store, {}, { { 0, true } }).result();
    QCOMPARE((*order)->rowAt(0), 9'000);
    QCOMPARE(columnStatistics(store, 0).result()->maximum.text, u"9223372036854775808"_s);
}

QTEST_GUILESS_MAIN(tst_CompactBatch)
#include "tst_compactbatch.moc"
