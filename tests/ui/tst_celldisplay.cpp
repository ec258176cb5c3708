// SPDX-License-Identifier: Apache-2.0
#include "results/celldisplay.h"
#include "results/columnmemory.h"

#include <arrow/api.h>

#include <QLocale>
#include <QTemporaryDir>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_CellDisplay : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void showsInstants_data();
    void showsInstants();
    void groupsFigures_data();
    void groupsFigures();
    void otherColumnsStayAsTheyAre();
    void isRememberedForTheConnection();
};

namespace {

std::shared_ptr<arrow::Field> typed(const char *name, const std::shared_ptr<arrow::DataType> &type, const char *text)
{
    return arrow::field(name, type, true, arrow::key_value_metadata({ { kTypeKey, text } }));
}

std::shared_ptr<arrow::RecordBatch> instant(const char *type, arrow::TimeUnit::type unit, qint64 ticks, const char *zone)
{
    arrow::TimestampBuilder times(arrow::timestamp(unit), arrow::default_memory_pool());
    (void)times.Append(ticks);
    const auto timeArray = *times.Finish();
    arrow::StringBuilder zones;
    (void)zones.Append(zone);
    const auto fields = arrow::FieldVector { arrow::field("t", arrow::timestamp(unit)), arrow::field("z", arrow::utf8()) };
    const auto array = *arrow::StructArray::Make({ timeArray, *zones.Finish() }, fields);
    return arrow::RecordBatch::Make(arrow::schema({ typed("at", array->type(), type) }), 1, { array });
}

CellDisplay inZone(const QString &zone)
{
    CellDisplay display;
    display.setZone(CellDisplay::Zone::fromText(zone));
    return display;
}

} // namespace

void tst_CellDisplay::initTestCase()
{
    qputenv("TZ", "America/New_York");
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
}

void tst_CellDisplay::showsInstants_data()
{
    QTest::addColumn<QString>("type");
    QTest::addColumn<int>("unit");
    QTest::addColumn<qint64>("ticks");
    QTest::addColumn<QString>("sentZone");
    QTest::addColumn<QString>("zone");
    QTest::addColumn<QString>("text");
    const QString type = u"timestamp(6) with time zone"_s;
    const qint64 march = 1'711'846'800'123'456; // 2024-03-31 01:00:00.123456 UTC, the hour Berlin leaps over
    QTest::newRow("as sent") << type << int(arrow::TimeUnit::MICRO) << march << u"Asia/Tokyo"_s << QString() << u"2024-03-31 10:00:00.123456 Asia/Tokyo"_s;
    QTest::newRow("UTC") << type << int(arrow::TimeUnit::MICRO) << march << u"Asia/Tokyo"_s << u"utc"_s << u"2024-03-31 01:00:00.123456 UTC"_s;
    QTest::newRow("a named zone, after its leap") << type << int(arrow::TimeUnit::MICRO) << march << u"UTC"_s << u"Europe/Berlin"_s << u"2024-03-31 03:00:00.123456 +02:00"_s;
    QTest::newRow("a named zone, before its leap") << type << int(arrow::TimeUnit::MICRO) << march - 1'000'000 << u"UTC"_s << u"Europe/Berlin"_s << u"2024-03-31 01:59:59.123456 +01:00"_s;
    QTest::newRow("the local one") << type << int(arrow::TimeUnit::MICRO) << march << u"UTC"_s << u"local"_s << u"2024-03-30 21:00:00.123456 -04:00"_s;
    QTest::newRow("an hour that comes twice keeps its instant")
        << u"timestamp(3) with time zone"_s << int(arrow::TimeUnit::MILLI) << qint64(1'729'992'600'000) << u"Europe/Berlin"_s << u"utc"_s << u"2024-10-27 01:30:00.000 UTC"_s;
    QTest::newRow("before 1970 with a fraction")
        << u"timestamp(9) with time zone"_s << int(arrow::TimeUnit::NANO) << qint64(-1) << u"UTC"_s << u"Asia/Kathmandu"_s << u"1970-01-01 05:29:59.999999999 +05:30"_s;
    QTest::newRow("no fraction") << u"timestamp(0) with time zone"_s << int(arrow::TimeUnit::SECOND) << qint64(0) << u"UTC"_s << u"Asia/Tokyo"_s << u"1970-01-01 09:00:00 +09:00"_s;
    QTest::newRow("a zone nobody knows is as sent") << type << int(arrow::TimeUnit::MICRO) << march << u"UTC"_s << u"Mars/Olympus"_s << u"2024-03-31 01:00:00.123456 UTC"_s;
}

void tst_CellDisplay::showsInstants()
{
    QFETCH(QString, type);
    QFETCH(int, unit);
    QFETCH(qint64, ticks);
    QFETCH(QString, sentZone);
    QFETCH(QString, zone);
    const auto batch = instant(type.toUtf8(), arrow::TimeUnit::type(unit), ticks, sentZone.toUtf8());
    const ColumnFormatter formatter(batch->schema()->field(0));
    QVERIFY(CellDisplay::isInstant(formatter));
    QTEST(inZone(zone).text(formatter, *batch, 0, 0, 100), "text");
    // One column's own zone counts before that of all.
    CellDisplay display = inZone(u"utc"_s);
    display.setColumnZone(0, CellDisplay::Zone::fromText(zone));
    QTEST(display.text(formatter, *batch, 0, 0, 100), "text");
    QVERIFY2(display.typeText(formatter, 0).endsWith(CellDisplay::Zone::fromText(zone).label()), qPrintable(display.typeText(formatter, 0)));
}

void tst_CellDisplay::groupsFigures_data()
{
    QTest::addColumn<QString>("decimal");
    QTest::addColumn<QString>("text");
    QTest::newRow("none in three figures") << u"123.45"_s << u"123.45"_s;
    QTest::newRow("one in four") << u"-1234.50"_s << u"-1,234.50"_s;
    QTest::newRow("every digit of thirty-eight, whatever the room")
        << u"123456789012345678901234567890123456.78"_s << u"123,456,789,012,345,678,901,234,567,890,123,456.78"_s;
}

void tst_CellDisplay::groupsFigures()
{
    QFETCH(QString, decimal);
    arrow::Decimal128Builder builder(arrow::decimal128(38, 2));
    QVERIFY(builder.Append(arrow::Decimal128(QString(decimal).remove(u'.').toStdString())).ok());
    const auto batch = arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::decimal128(38, 2)) }), 1, { *builder.Finish() });
    const ColumnFormatter formatter(batch->schema()->field(0));
    CellDisplay display;
    QCOMPARE(display.text(formatter, *batch, 0, 0), decimal);
    display.setGroupsThousands(true);
    QTEST(display.text(formatter, *batch, 0, 0, 4), "text");
}

void tst_CellDisplay::otherColumnsStayAsTheyAre()
{
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MICRO), arrow::default_memory_pool());
    QVERIFY(times.Append(0).ok());
    arrow::StringBuilder words;
    QVERIFY(words.Append("1234567").ok());
    const auto schema = arrow::schema({ typed("local", arrow::timestamp(arrow::TimeUnit::MICRO), "timestamp(6)"), typed("word", arrow::utf8(), "varchar") });
    const auto batch = arrow::RecordBatch::Make(schema, 1, { *times.Finish(), *words.Finish() });
    CellDisplay display = inZone(u"Asia/Tokyo"_s);
    display.setGroupsThousands(true);
    for (int column = 0; column < 2; ++column) {
        const ColumnFormatter formatter(schema->field(column));
        QVERIFY(!CellDisplay::isInstant(formatter));
        QCOMPARE(display.text(formatter, *batch, column, 0), formatter.text(*batch, column, 0));
        QCOMPARE(display.typeText(formatter, column), formatter.typeText());
    }
}

void tst_CellDisplay::isRememberedForTheConnection()
{
    const QTemporaryDir folder;
    ColumnMemory memory(folder.filePath(u"columns.ini"_s));
    QVERIFY(memory.display(u"lake"_s) == CellDisplay());
    CellDisplay display = inZone(u"Asia/Tokyo"_s);
    display.setGroupsThousands(true);
    memory.storeDisplay(u"lake"_s, display);
    memory.storeDisplay(u"other"_s, inZone(u"utc"_s));
    const ColumnMemory later(folder.filePath(u"columns.ini"_s));
    QVERIFY(later.display(u"lake"_s) == display);
    QVERIFY(later.display(u"other"_s) == inZone(u"utc"_s));
    QVERIFY(later.display(u"a new one"_s) == inZone(u"utc"_s));
}

QTEST_MAIN(tst_CellDisplay)
#include "tst_celldisplay.moc"
