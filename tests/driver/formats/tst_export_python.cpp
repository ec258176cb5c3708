// SPDX-License-Identifier: Apache-2.0
#include "exportsource.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>

using namespace Grebe;
using namespace ExportSource;
using namespace Qt::StringLiterals;

// Python's readers (pyarrow, openpyxl, csv, json) read what was exported: readers.py compares it value by value.
class tst_ExportPython : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyFormat();
};

static void addTo(QJsonArray &row, const std::optional<QByteArray> &text)
{
    row.append(text ? QJsonValue(QString::fromUtf8(*text)) : QJsonValue());
}

void tst_ExportPython::everyFormat()
{
    arrow::Int64Builder n;
    arrow::StringBuilder t;
    arrow::Decimal128Builder d(arrow::decimal128(38, 10));
    arrow::BooleanBuilder b;
    arrow::Date32Builder day;
    arrow::TimestampBuilder at(arrow::timestamp(arrow::TimeUnit::MICRO), arrow::default_memory_pool());
    arrow::DoubleBuilder r;
    QJsonArray expected;
    int count = 0;
    // Its own texts are written out here, so that no formatter of ours says what is right.
    const auto add = [&](qint64 number, const char *text, const char *decimal, bool flag, int days, const char *dayText,
                         qint64 micros, const char *atText, double real) {
        (void)n.Append(number);
        (void)t.Append(text);
        (void)d.Append(*arrow::Decimal128::FromString(decimal));
        (void)b.Append(flag);
        (void)day.Append(days);
        (void)at.Append(micros);
        (void)r.Append(real);
        QJsonArray row;
        addTo(row, QByteArray::number(number));
        addTo(row, QByteArray(text));
        addTo(row, QByteArray(decimal));
        addTo(row, QByteArray(flag ? "true" : "false"));
        addTo(row, QByteArray(dayText));
        addTo(row, QByteArray(atText));
        addTo(row, QByteArray::number(real, 'g', 17));
        expected.append(row);
        ++count;
    };
    for (const char *text : kNasty)
        add(count, text, "0.0000000001", count % 2 == 0, 20'667, "2026-08-02", 1'000'000, "1970-01-01 00:00:01.000000", 0.1);
    add(std::numeric_limits<qint64>::max(), "max", "9999999999999999999999999999.9999999999", true, 2'932'896, "9999-12-31",
        253'402'300'799'999'999, "9999-12-31 23:59:59.999999", std::numeric_limits<double>::max());
    add(std::numeric_limits<qint64>::min(), "min", "-9999999999999999999999999999.9999999999", false, -719'162, "0001-01-01",
        -62'135'596'800'000'000, "0001-01-01 00:00:00.000000", std::numeric_limits<double>::denorm_min());
    add(9'007'199'254'740'993, "beyond a double", "1234567890123456789.0000000001", true, -1, "1969-12-31", -1,
        "1969-12-31 23:59:59.999999", -1.7976931348623157e308);
    for (arrow::ArrayBuilder *builder : std::initializer_list<arrow::ArrayBuilder *> { &n, &t, &d, &b, &day, &at, &r })
        (void)builder->AppendNull();
    expected.append(QJsonArray { {}, {}, {}, {}, {}, {}, {} });
    ++count;
    const auto schema = arrow::schema({ arrow::field("n", arrow::int64()), arrow::field("t", arrow::utf8()), arrow::field("d", d.type()),
                                        arrow::field("b", arrow::boolean()), arrow::field("day", arrow::date32()),
                                        arrow::field("at", at.type()), arrow::field("r", arrow::float64()) });
    const Batches batches { arrow::RecordBatch::Make(schema, count, { *n.Finish(), *t.Finish(), *d.Finish(), *b.Finish(), *day.Finish(),
                                                                      *at.Finish(), *r.Finish() }) };
    QTemporaryDir folder;
    const auto file = [&](const char *suffix) { return folder.filePath(u"out."_s + QString::fromLatin1(suffix)); };
    for (const char *suffix : { "parquet", "arrow", "feather", "csv", "tsv", "json", "jsonl", "xlsx" })
        QCOMPARE(write(batches, formatForFileName(file(suffix)), file(suffix)), QString());
    QCOMPARE(write(batches, u"csv"_s, file("utf16.csv"), { .encoding = TextEncoding::Utf16Le }), QString());
    QFile list(folder.filePath(u"expected.json"_s));
    QVERIFY(list.open(QIODevice::WriteOnly));
    list.write(QJsonDocument(expected).toJson());
    list.close();
    QProcess python;
    python.setProcessChannelMode(QProcess::MergedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.remove(u"LD_PRELOAD"_s);
    python.setProcessEnvironment(environment);
    python.start(u"python3"_s, { QFINDTESTDATA("readers.py"), folder.path() });
    QVERIFY(python.waitForFinished(60'000));
    QVERIFY2(python.exitStatus() == QProcess::NormalExit && python.exitCode() == 0, python.readAll().constData());
}

QTEST_GUILESS_MAIN(tst_ExportPython)
#include "tst_export_python.moc"
