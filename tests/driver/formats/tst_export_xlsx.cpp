// SPDX-License-Identifier: Apache-2.0
#include "exportsource.h"

#include <QBuffer>
#include <QMap>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>
#include <QtEndian>

#include <zlib.h>

#include <cmath>

using namespace Grebe;
using namespace ExportSource;
using namespace Qt::StringLiterals;

// Unpacks workbooks by itself and reads their XML: nothing of what wrote them is asked.
class tst_ExportXlsx : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKindOfValue();
    void nastyText();
    void everyTypeOfDuckDb();
    void partsOfTheWorkbook();
    void nextSheet();
    void tooLongText();
    void tooManyColumns();

private:
    QTemporaryDir m_folder;
};

using Files = QMap<QByteArray, QByteArray>;

// Every file of an archive; sizes and checksums are compared with the central directory.
static Files unzipped(const QString &fileName)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s", qPrintable(file.errorString()));
    const QByteArray zip = file.readAll();
    const auto number16 = [&](qsizetype at) { return qFromLittleEndian<quint16>(zip.constData() + at); };
    const auto number32 = [&](qsizetype at) { return qFromLittleEndian<quint32>(zip.constData() + at); };
    const qsizetype end = zip.size() - 22;
    if (end < 0 || number32(end) != 0x06054b50)
        qFatal("no end of the central directory");
    Files files;
    qsizetype at = number32(end + 16);
    for (int i = 0; i < number16(end + 10); ++i) {
        if (number32(at) != 0x02014b50)
            qFatal("no entry %d", i);
        const quint32 crc = number32(at + 16);
        const quint32 packed = number32(at + 20);
        const quint32 size = number32(at + 24);
        const QByteArray name = zip.mid(at + 46, number16(at + 28));
        const qsizetype local = number32(at + 42);
        if (number32(local) != 0x04034b50 || zip.mid(local + 30, number16(local + 26)) != name)
            qFatal("no file %s", name.constData());
        const qsizetype data = local + 30 + number16(local + 26) + number16(local + 28);
        QByteArray content(qsizetype(size), Qt::Uninitialized);
        z_stream stream {};
        inflateInit2(&stream, -MAX_WBITS);
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(zip.constData() + data));
        stream.avail_in = packed;
        stream.next_out = reinterpret_cast<Bytef *>(content.data());
        stream.avail_out = size;
        if (inflate(&stream, Z_FINISH) != Z_STREAM_END || stream.total_out != size)
            qFatal("%s does not unpack", name.constData());
        inflateEnd(&stream);
        if (crc32_z(0, reinterpret_cast<const Bytef *>(content.constData()), size_t(content.size())) != crc)
            qFatal("%s has another checksum", name.constData());
        if (number32(data + packed) != 0x08074b50 || number32(data + packed + 12) != size)
            qFatal("%s has another descriptor", name.constData());
        files.insert(name, content);
        at += 46 + number16(at + 28) + number16(at + 30) + number16(at + 32);
    }
    return files;
}

struct Cell
{
    QString type;
    QString value;
    int style = 0;
};

// `_x0001_` as Excel reads it.
static QString unescaped(const QString &text)
{
    static const QRegularExpression escape(u"_x([0-9A-Fa-f]{4})_"_s);
    QString result;
    qsizetype from = 0;
    for (auto match = escape.match(text); match.hasMatch(); match = escape.match(text, from)) {
        result += text.mid(from, match.capturedStart() - from) + QChar(match.captured(1).toUInt(nullptr, 16));
        from = match.capturedEnd();
    }
    return result + text.mid(from);
}

static QMap<QString, Cell> cells(const QByteArray &sheet)
{
    QMap<QString, Cell> cells;
    QXmlStreamReader xml(sheet);
    QString place;
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement)
            continue;
        if (xml.name() == "f"_L1)
            qFatal("a formula");
        if (xml.name() == "c"_L1) {
            place = xml.attributes().value("r"_L1).toString();
            cells[place] = { xml.attributes().value("t"_L1).toString(), {}, xml.attributes().value("s"_L1).toInt() };
        } else if (xml.name() == "v"_L1) {
            cells[place].value = xml.readElementText();
        } else if (xml.name() == "t"_L1) {
            cells[place].value = unescaped(xml.readElementText());
        }
    }
    if (xml.hasError())
        qFatal("%s", qPrintable(xml.errorString()));
    return cells;
}

void tst_ExportXlsx::everyKindOfValue()
{
    const Batches batches = fromDuckDb(
        u"SELECT * FROM (VALUES "
        "(true, 42, 123456789012345, 1234567890123456, 1.50::DECIMAL(20,2), 123456789012345.67::DECIMAL(20,2), 0.1::DOUBLE, "
        "DATE '2026-08-01', TIMESTAMP '2026-08-01 12:00:00.250', TIME '06:00:00', '=1+1', ''),"
        "(false, -7, -1, NULL, -0.01, NULL, 'NaN', DATE '1900-02-28', TIMESTAMP '2026-08-01 12:00:00.250001', NULL, '007', NULL),"
        "(NULL, NULL, 0, 9, 0, 0, 1e300, DATE '1900-03-01', TIMESTAMP '1899-01-01 00:00:00', TIME '23:59:59.9999', ' x ', 'a')) "
        "AS t(yes, i, fifteen, sixteen, dec, longdec, real, day, stamp, tod, formula, blank)"_s);
    const QString file = m_folder.filePath(u"values.xlsx"_s);
    QCOMPARE(write(batches, u"xlsx"_s, file), QString());
    const auto sheet = cells(unzipped(file).value("xl/worksheets/sheet1.xml"));
    const auto is = [&](const char *place, const char *type, const char *value, int style = 0) {
        const Cell cell = sheet.value(QString::fromLatin1(place));
        if (cell.type == QString::fromLatin1(type) && cell.value == QString::fromUtf8(value) && cell.style == style)
            return true;
        qWarning("%s: type %s, value %s, style %d", place, qPrintable(cell.type), qPrintable(cell.value), cell.style);
        return false;
    };
    QVERIFY(is("A1", "inlineStr", "yes", 1));
    QVERIFY(is("L1", "inlineStr", "blank", 1));
    QVERIFY(is("A2", "b", "1"));
    QVERIFY(is("A3", "b", "0"));
    QVERIFY(!sheet.contains(u"A4"_s));
    QVERIFY(is("B2", "", "42"));
    QVERIFY(is("B3", "", "-7"));
    QVERIFY(is("C2", "", "123456789012345"));
    QVERIFY(is("D2", "inlineStr", "1234567890123456")); // Excel would make it ...450
    QVERIFY(is("D4", "", "9"));
    QVERIFY(is("E2", "", "1.50"));
    QVERIFY(is("E3", "", "-0.01"));
    QVERIFY(is("F2", "inlineStr", "123456789012345.67"));
    QVERIFY(is("G2", "", "0.1"));
    QVERIFY(is("G3", "inlineStr", "NaN"));
    QCOMPARE(sheet.value(u"G4"_s).value.toDouble(), 1e300);
    QVERIFY(is("H2", "", "46235", 2));
    QVERIFY(is("H3", "inlineStr", "1900-02-28")); // Excel's day before the leap day that was none
    QVERIFY(is("H4", "", "61", 2));
    QVERIFY(qAbs(sheet.value(u"I2"_s).value.toDouble() - (46235.5 + 0.25 / 86400)) < 1e-10);
    QCOMPARE(sheet.value(u"I2"_s).style, 3);
    QVERIFY(is("I3", "inlineStr", "2026-08-01 12:00:00.250001"));
    QVERIFY(is("I4", "inlineStr", "1899-01-01 00:00:00"));
    QVERIFY(is("J2", "", "0.25", 4));
    QVERIFY(is("J4", "inlineStr", "23:59:59.9999"));
    QVERIFY(is("K2", "inlineStr", "=1+1"));
    QVERIFY(is("K3", "inlineStr", "007"));
    QVERIFY(is("K4", "inlineStr", " x "));
    QVERIFY(is("L2", "inlineStr", ""));
    QVERIFY(!sheet.contains(u"L3"_s)); // NULL is no cell, empty text is one
}

void tst_ExportXlsx::nastyText()
{
    arrow::StringBuilder builder;
    for (const char *text : kNasty)
        (void)builder.Append(text);
    const int64_t count = builder.length();
    const Batches batches { arrow::RecordBatch::Make(arrow::schema({ arrow::field("<t>", arrow::utf8()) }), count,
                                                     { *builder.Finish() }) };
    const QString file = m_folder.filePath(u"nasty.xlsx"_s);
    QCOMPARE(write(batches, u"xlsx"_s, file, { .hasHeader = false }), QString());
    const auto sheet = cells(unzipped(file).value("xl/worksheets/sheet1.xml"));
    QCOMPARE(sheet.size(), qsizetype(std::size(kNasty)));
    for (size_t i = 0; i < std::size(kNasty); ++i) {
        const Cell cell = sheet.value(u"A%1"_s.arg(i + 1));
        QCOMPARE(cell.type, u"inlineStr"_s);
        QCOMPARE(cell.value.toUtf8(), QByteArray(kNasty[i]));
    }
}

void tst_ExportXlsx::everyTypeOfDuckDb()
{
    const Batches batches = fromDuckDb(u"SELECT * FROM test_all_types()"_s);
    const QString file = m_folder.filePath(u"all.xlsx"_s);
    QCOMPARE(write(batches, u"xlsx"_s, file), QString());
    const auto sheet = cells(unzipped(file).value("xl/worksheets/sheet1.xml"));
    const auto want = texts(batches);
    const int columns = batches.first()->num_columns();
    for (qsizetype row = 0; row < want.size(); ++row) {
        for (int column = 0; column < columns; ++column) {
            QString letters { QChar(u'A' + column % 26) };
            if (column >= 26)
                letters.prepend(QChar(u'A' + column / 26 - 1));
            const QString place = letters + QString::number(row + 2);
            const auto &value = want[row][column];
            QCOMPARE(sheet.contains(place), value.has_value());
            const Cell cell = sheet.value(place);
            // Text is as it is shown; numbers are the same number; dates have their own test.
            if (cell.type == "inlineStr"_L1)
                QCOMPARE(cell.value.toUtf8(), *value);
            else if (value && cell.type.isEmpty() && cell.style == 0)
                QCOMPARE(cell.value.toDouble(), value->toDouble());
        }
    }
}

void tst_ExportXlsx::partsOfTheWorkbook()
{
    const QString file = m_folder.filePath(u"parts.xlsx"_s);
    QCOMPARE(write(fromDuckDb(u"SELECT 1 AS a"_s), u"xlsx"_s, file, { .title = u"a/b: <\"quarter\"> & more than thirty-one"_s }), QString());
    const Files files = unzipped(file);
    QCOMPARE(files.keys(), QList<QByteArray>({ "[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
                                               "xl/workbook.xml", "xl/worksheets/sheet1.xml" }));
    for (const auto &[name, content] : files.asKeyValueRange()) {
        QXmlStreamReader xml(content);
        while (!xml.atEnd()) {
            if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == "sheet"_L1)
                QCOMPARE(xml.attributes().value("name"_L1), u"a_b_ <\"quarter\"> & more than th"_s);
        }
        QVERIFY2(!xml.hasError(), name.constData());
    }
}

void tst_ExportXlsx::nextSheet()
{
    arrow::Int32Builder builder;
    const int count = 1'048'576; // with the header one too many
    for (int i = 0; i < count; ++i)
        (void)builder.Append(i);
    const Batches batches { arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int32()) }), count, { *builder.Finish() }) };
    const QString file = m_folder.filePath(u"long.xlsx"_s);
    QCOMPARE(write(batches, u"xlsx"_s, file), QString());
    const Files files = unzipped(file);
    QVERIFY(files.value("xl/worksheets/sheet1.xml").endsWith("<row r=\"1048576\"><c r=\"A1048576\"><v>1048574</v></c></row></sheetData></worksheet>"));
    const auto second = cells(files.value("xl/worksheets/sheet2.xml"));
    QCOMPARE(second.size(), 2);
    QCOMPARE(second.value(u"A1"_s).value, u"n"_s);
    QCOMPARE(second.value(u"A2"_s).value, u"1048575"_s);
    QVERIFY(files.value("xl/workbook.xml").contains("name=\"Result 2\""));
}

void tst_ExportXlsx::tooLongText()
{
    const QString file = m_folder.filePath(u"text.xlsx"_s);
    QCOMPARE(write(fromDuckDb(u"SELECT repeat('é', 32767) AS a"_s), u"xlsx"_s, file), QString());
    const QString error = write(fromDuckDb(u"SELECT 'x' AS a UNION ALL SELECT repeat('x', 32768)"_s), u"xlsx"_s, file);
    QVERIFY2(error.startsWith("Row 2 of column a has a text of 32,768 characters"_L1), qPrintable(error));
}

void tst_ExportXlsx::tooManyColumns()
{
    arrow::FieldVector fields(16'385, arrow::field("a", arrow::int32()));
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    DeviceSink sink(buffer);
    const auto begun = makeResultWriter(u"xlsx"_s, sink)->begin(arrow::schema(fields));
    QVERIFY(!begun);
    QCOMPARE(begun.error().code, Error::Code::NotImplemented);
    QCOMPARE(buffer.size(), 0);
}

QTEST_GUILESS_MAIN(tst_ExportXlsx)
#include "tst_export_xlsx.moc"
