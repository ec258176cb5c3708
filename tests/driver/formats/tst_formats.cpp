// SPDX-License-Identifier: Apache-2.0
#include "extension/columnformatter.h"
#include "extension/displaywidth.h"
#include "extension/resultwriter.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/json/from_string.h>
#include <arrow/util/key_value_metadata.h>

#include <simdjson.h>

#include <QBuffer>
#include <QTest>

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

using BatchPtr = std::shared_ptr<arrow::RecordBatch>;

class tst_Formats : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void output_data();
    void output();
    void emptyResults_data();
    void emptyResults();
    void csvReadsBack();
    void csvQuotes_data();
    void csvQuotes();
    void jsonReadsBack();
    void repeatedNamesGiveArrays();
    void arrowReadsBack();
    void arrowKeepsRawTexts();
    void tableHoldsRowsBackForWidths();
    void tableShowsLines();
    void displayWidths_data();
    void displayWidths();
    void printableText_data();
    void printableText();
    void suffixes_data();
    void suffixes();
    void sinkErrors_data();
    void sinkErrors();
};

static BatchPtr batchFrom(const arrow::FieldVector &fields, const char *rows)
{
    auto array = arrow::json::ArrayFromJSONString(arrow::struct_(fields), rows);
    if (!array.ok())
        qFatal("%s", array.status().ToString().c_str());
    return *arrow::RecordBatch::FromStructArray(*array);
}

static QByteArray written(const QString &format, const std::vector<BatchPtr> &batches, const WriteOptions &options = {})
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    DeviceSink sink(buffer);
    const auto writer = makeResultWriter(format, sink, options);
    if (!writer || !writer->begin(batches.front()->schema()))
        return "no writer";
    for (const BatchPtr &batch : batches) {
        if (!writer->write(*batch))
            return "write failed";
    }
    if (!writer->end() || sink.byteCount() != buffer.size())
        return "end failed";
    return buffer.data();
}

// A reader of RFC 4180 of its own: nullopt is an empty value without quotes.
static std::vector<std::vector<std::optional<QByteArray>>> readCsv(const QByteArray &csv)
{
    std::vector<std::vector<std::optional<QByteArray>>> records;
    qsizetype i = 0;
    while (i < csv.size()) {
        auto &record = records.emplace_back();
        while (true) {
            std::optional<QByteArray> value;
            if (csv.mid(i, 1) == "\"") {
                value = "";
                for (++i; csv.mid(i, 1) != "\"" || csv.mid(i, 2) == "\"\""; ++i) {
                    if (csv[i] == '"')
                        ++i;
                    *value += csv[i];
                }
                ++i;
            } else {
                const qsizetype begin = i;
                while (i < csv.size() && csv[i] != ',' && csv[i] != '\r')
                    ++i;
                if (i > begin)
                    value = csv.mid(begin, i - begin);
            }
            record.push_back(value);
            if (i < csv.size() && csv[i] == ',') {
                ++i;
                continue;
            }
            break;
        }
        if (csv.mid(i, 2) != "\r\n")
            qFatal("a record doesn't end in CR LF at %lld", qlonglong(i));
        i += 2;
    }
    return records;
}

static BatchPtr oddBatch()
{
    return batchFrom({ arrow::field("id", arrow::int64()), arrow::field("a,\"b\"", arrow::utf8()),
                       arrow::field("list", arrow::list(arrow::utf8())) },
                     R"([[1, "plain", ["x"]], [2, "", []], [null, null, null], [-4, "quote \" comma , line\nend\ttab", ["a", "b\\"]]])");
}

void tst_Formats::output_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("csv") << u"csv"_s
                         << QByteArray("id,\"a,\"\"b\"\"\",list\r\n"
                                       "1,plain,\"[\"\"x\"\"]\"\r\n"
                                       "2,\"\",[]\r\n"
                                       ",,\r\n"
                                       "-4,\"quote \"\" comma , line\nend\ttab\",\"[\"\"a\"\",\"\"b\\\\\"\"]\"\r\n");
    QTest::newRow("tsv") << u"tsv"_s
                         << QByteArray("id\ta,\"b\"\tlist\n"
                                       "1\tplain\t[\"x\"]\n"
                                       "2\t\t[]\n"
                                       "\\N\t\\N\t\\N\n"
                                       "-4\tquote \" comma , line\\nend\\ttab\t[\"a\",\"b\\\\\\\\\"]\n");
    QTest::newRow("jsonl") << u"jsonl"_s
                           << QByteArray("{\"id\":1,\"a,\\\"b\\\"\":\"plain\",\"list\":[\"x\"]}\n"
                                         "{\"id\":2,\"a,\\\"b\\\"\":\"\",\"list\":[]}\n"
                                         "{\"id\":null,\"a,\\\"b\\\"\":null,\"list\":null}\n"
                                         "{\"id\":-4,\"a,\\\"b\\\"\":\"quote \\\" comma , line\\nend\\ttab\",\"list\":[\"a\",\"b\\\\\"]}\n");
    QTest::newRow("json") << u"json"_s
                          << QByteArray("[\n{\"id\":1,\"a,\\\"b\\\"\":\"plain\",\"list\":[\"x\"]},\n"
                                        "{\"id\":2,\"a,\\\"b\\\"\":\"\",\"list\":[]},\n"
                                        "{\"id\":null,\"a,\\\"b\\\"\":null,\"list\":null},\n"
                                        "{\"id\":-4,\"a,\\\"b\\\"\":\"quote \\\" comma , line\\nend\\ttab\",\"list\":[\"a\",\"b\\\\\"]}\n]\n");
    QTest::newRow("markdown") << u"markdown"_s
                              << QByteArray("| id | a,\"b\" | list |\n"
                                            "| ---: | --- | --- |\n"
                                            "| 1 | plain | \\[\"x\"\\] |\n"
                                            "| 2 |  | \\[\\] |\n"
                                            "| NULL | NULL | NULL |\n"
                                            "| -4 | quote \" comma , line<br>end tab | \\[\"a\",\"b\\\\\\\\\"\\] |\n");
    QTest::newRow("table") << u"table"_s
                           << QByteArray("   id | a,\"b\"                | list\n"
                                         "------+----------------------+-------------\n"
                                         "    1 | plain                | [\"x\"]\n"
                                         "    2 |                      | []\n"
                                         " NULL | NULL                 | NULL\n"
                                         "   -4 | quote \" comma , line+| [\"a\",\"b\\\\\"]\n"
                                         "      | end\\ttab             | \n");
    QTest::newRow("none") << u"none"_s << QByteArray();
}

void tst_Formats::output()
{
    QFETCH(QString, format);
    const BatchPtr batch = oddBatch();
    const QByteArray expected = written(format, { batch });
    QTEST(expected, "expected");
    // The same rows in two batches give the same bytes.
    QCOMPARE(written(format, { batch->Slice(0, 1), batch->Slice(1) }), expected);
}

void tst_Formats::emptyResults_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("csv has its header") << u"csv"_s << QByteArray("x\r\n");
    QTest::newRow("tsv has its header") << u"tsv"_s << QByteArray("x\n");
    QTest::newRow("json is an empty array") << u"json"_s << QByteArray("[]\n");
    QTest::newRow("jsonl is nothing") << u"jsonl"_s << QByteArray();
    QTest::newRow("table has its header") << u"table"_s << QByteArray(" x\n---\n");
    QTest::newRow("markdown has its header") << u"markdown"_s << QByteArray("| x |\n| ---: |\n");
}

void tst_Formats::emptyResults()
{
    QFETCH(QString, format);
    QTEST(written(format, { batchFrom({ arrow::field("x", arrow::int32()) }, "[]") }), "expected");
}

void tst_Formats::csvReadsBack()
{
    const auto records = readCsv(written(u"csv"_s, { oddBatch() }));
    QCOMPARE(records.size(), size_t(5));
    QCOMPARE(records[0][1], QByteArray("a,\"b\""));
    QCOMPARE(records[2][1], QByteArray(""));
    QCOMPARE(records[3][1], std::nullopt);
    QCOMPARE(records[4][1], QByteArray("quote \" comma , line\nend\ttab"));
    QCOMPARE(records[4][2], QByteArray("[\"a\",\"b\\\\\"]"));

    const WriteOptions options { .delimiter = ';', .hasHeader = false, .lineEnd = "\n", .nullText = "NULL" };
    const BatchPtr words = batchFrom({ arrow::field("a", arrow::utf8()), arrow::field("b", arrow::utf8()) },
                                     R"([["NULL", null], ["x;y", "x,y"]])");
    QCOMPARE(written(u"csv"_s, { words }, options), QByteArray("\"NULL\";NULL\n\"x;y\";x,y\n"));
}

void tst_Formats::csvQuotes_data()
{
    QTest::addColumn<BatchPtr>("batch");
    QTest::addColumn<char>("delimiter");
    QTest::addColumn<QByteArray>("record");
    const auto row = [](const char *name, const std::shared_ptr<arrow::DataType> &type, const char *value, char delimiter, const char *record) {
        const QByteArray rows = QByteArray("[[") + value + "]]";
        QTest::newRow(name) << batchFrom({ arrow::field("x", type) }, rows.constData()) << delimiter << QByteArray(record);
    };
    row("a day", arrow::date32(), "8035", ',', "1992-01-01");
    row("a day, and its sign is the delimiter", arrow::date32(), "8035", '-', "\"1992-01-01\"");
    row("a time, and its sign is the delimiter", arrow::time32(arrow::TimeUnit::SECOND), "3661", ':', "\"01:01:01\"");
    row("a timestamp", arrow::timestamp(arrow::TimeUnit::MICRO), "1500000", ',', "1970-01-01 00:00:01.5");
    row("a timestamp, and a blank is the delimiter", arrow::timestamp(arrow::TimeUnit::SECOND), "0", ' ', "\"1970-01-01 00:00:00\"");
    row("a time in a zone, and its sign is the delimiter", arrow::timestamp(arrow::TimeUnit::SECOND, "Europe/Berlin"), "0", '+', "\"1970-01-01 01:00:00+01\"");
    row("a real, and its point is the delimiter", arrow::float64(), "1.5", '.', "\"1.5\"");
    row("nothing but quotes", arrow::utf8(), R"("\"\"")", ',', "\"\"\"\"\"\"");
    row("a quote at both ends", arrow::utf8(), R"("\"a b\"")", ',', "\"\"\"a b\"\"\"");
    row("nothing at all", arrow::utf8(), R"("")", ',', "\"\"");
    // What the type has no place for is text like any other.
    for (const auto &type : { arrow::int32(), arrow::date32() }) {
        const BatchPtr plain = batchFrom({ arrow::field("x", type) }, "[[null]]");
        const auto field = plain->schema()->field(0)->WithMetadata(arrow::key_value_metadata({ kRawKey }, { R"({"0": "1,5 \"or\" so"})" }));
        QTest::addRow("no %s, as sent", type->ToString().c_str())
            << arrow::RecordBatch::Make(arrow::schema({ field }), 1, plain->columns()) << ',' << QByteArray("\"1,5 \"\"or\"\" so\"");
    }
}

void tst_Formats::csvQuotes()
{
    QFETCH(BatchPtr, batch);
    QFETCH(char, delimiter);
    QFETCH(QByteArray, record);
    const WriteOptions options { .delimiter = delimiter, .hasHeader = false, .lineEnd = "\n" };
    QCOMPARE(written(u"csv"_s, { batch }, options), record + '\n');
}

void tst_Formats::jsonReadsBack()
{
    const QByteArray json = written(u"json"_s, { oddBatch() });
    simdjson::dom::parser parser;
    simdjson::dom::array rows;
    QVERIFY(parser.parse(json.data(), size_t(json.size())).get(rows) == simdjson::SUCCESS);
    QCOMPARE(rows.size(), size_t(4));
    std::string_view text;
    QVERIFY(rows.at(3)["a,\"b\""].get(text) == simdjson::SUCCESS);
    QCOMPARE(QByteArray::fromStdString(std::string(text)), QByteArray("quote \" comma , line\nend\ttab"));
    QVERIFY(rows.at(2)["id"].is_null());
}

void tst_Formats::repeatedNamesGiveArrays()
{
    const auto array = *arrow::json::ArrayFromJSONString(arrow::int32(), "[1]");
    const auto schema = arrow::schema({ arrow::field("x", arrow::int32()), arrow::field("x", arrow::int32()) });
    const BatchPtr batch = arrow::RecordBatch::Make(schema, 1, { array, array });
    QCOMPARE(written(u"jsonl"_s, { batch }), "[1,1]\n");
    const auto nameless = arrow::schema({ arrow::field("x", arrow::int32()), arrow::field("", arrow::int32()) });
    QCOMPARE(written(u"jsonl"_s, { arrow::RecordBatch::Make(nameless, 1, { array, array }) }), "[1,1]\n");
}

static std::shared_ptr<arrow::RecordBatchReader> readArrow(const QByteArray &bytes)
{
    const auto buffer = arrow::Buffer::FromString(bytes.toStdString());
    auto reader = arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(buffer));
    if (!reader.ok())
        qFatal("%s", reader.status().ToString().c_str());
    return *reader;
}

void tst_Formats::arrowReadsBack()
{
    const BatchPtr batch = oddBatch();
    const auto reader = readArrow(written(u"arrow"_s, { batch->Slice(0, 3), batch->Slice(3) }));
    QVERIFY(reader->schema()->Equals(*batch->schema(), true));
    const auto table = *reader->ToTable();
    QVERIFY(table->ValidateFull().ok());
    QVERIFY((*table->CombineChunksToBatch())->Equals(*batch));
}

void tst_Formats::arrowKeepsRawTexts()
{
    const BatchPtr plain = batchFrom({ arrow::field("t", arrow::int32()) }, "[[null]]");
    const auto field = plain->schema()->field(0)->WithMetadata(
        arrow::key_value_metadata({ kRawKey }, { R"({"0": "year 1"})" }));
    const BatchPtr batch = arrow::RecordBatch::Make(arrow::schema({ field }), 1, plain->columns());
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    DeviceSink sink(buffer);
    const auto writer = makeResultWriter(u"arrow"_s, sink);
    QVERIFY(writer->begin(plain->schema()));
    QVERIFY(writer->write(*batch));
    QVERIFY(writer->end());
    const auto next = readArrow(buffer.data())->ReadNext();
    QVERIFY(next.ok());
    QVERIFY(next->batch);
    QVERIFY(next->custom_metadata);
    QCOMPARE(QByteArray::fromStdString(*next->custom_metadata->Get("grebe.raw.0")), R"({"0": "year 1"})");
}

void tst_Formats::tableHoldsRowsBackForWidths()
{
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    DeviceSink sink(buffer);
    const auto writer = makeResultWriter(u"table"_s, sink, { .widthRows = 2 });
    const BatchPtr batch = batchFrom({ arrow::field("a", arrow::utf8()), arrow::field("n", arrow::int32()) },
                                     R"([["日本", 1], ["x", 22], ["longer than all", 3]])");
    QVERIFY(writer->begin(batch->schema()));
    QVERIFY(writer->write(*batch->Slice(0, 1)));
    QCOMPARE(buffer.size(), 0);
    QVERIFY(writer->write(*batch->Slice(1, 1)));
    QCOMPARE(buffer.data(), QByteArray(" a    |  n\n------+----\n 日本 |  1\n x    | 22\n"));
    QVERIFY(writer->write(*batch->Slice(2, 1)));
    QVERIFY(buffer.data().endsWith(" longer than all |  3\n"));
    QVERIFY(writer->end());
}

void tst_Formats::tableShowsLines()
{
    const BatchPtr batch = batchFrom({ arrow::field("n", arrow::int32()), arrow::field("plan", arrow::utf8()) },
                                     R"([[1, "Output\r\n  Scan of all rows\n\n"], [2, "x"]])");
    QCOMPARE(written(u"table"_s, { batch }), QByteArray(" n | plan\n"
                                                       "---+--------------------\n"
                                                       " 1 | Output            +\n"
                                                       "   |   Scan of all rows+\n"
                                                       "   |                   +\n"
                                                       "   | \n"
                                                       " 2 | x\n"));
}

void tst_Formats::displayWidths_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("width");
    QTest::newRow("letters") << QByteArray("abc") << 3;
    QTest::newRow("precomposed") << QByteArray("é") << 1;
    QTest::newRow("a combining accent") << QByteArray("e\u0301") << 1;
    QTest::newRow("ideographs") << QByteArray("日本語") << 6;
    QTest::newRow("full-width latin") << QByteArray("Ａ") << 2;
    QTest::newRow("half-width kana") << QByteArray("ｱ") << 1;
    QTest::newRow("hangul") << QByteArray("한국") << 4;
    QTest::newRow("an emoji") << QByteArray("😀") << 2;
    QTest::newRow("a skin tone") << QByteArray("👍🏽") << 2;
    QTest::newRow("a joined family") << QByteArray("👨‍👩‍👧") << 2;
    QTest::newRow("a heart drawn as an emoji") << QByteArray("❤\uFE0F") << 2;
    QTest::newRow("a flag") << QByteArray("🇩🇪") << 2;
    QTest::newRow("zero width space") << QByteArray("a\u200Bb") << 2;
    QTest::newRow("arabic with marks") << QByteArray("مَ") << 1;
    QTest::newRow("nothing") << QByteArray("") << 0;
}

void tst_Formats::displayWidths()
{
    QFETCH(QByteArray, text);
    QTEST(displayWidth({ text.data(), size_t(text.size()) }), "width");
}

void tst_Formats::printableText_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("printable");
    QTest::newRow("plain") << QByteArray("aé日") << QByteArray("aé日");
    QTest::newRow("an escape sequence can't reach the terminal") << QByteArray("\x1b[2J") << QByteArray("\\x1b[2J");
    QTest::newRow("nor can its one-character form") << QByteArray("\u009b") << QByteArray("\\x9b");
    QTest::newRow("line ends") << QByteArray("a\r\nb") << QByteArray("a\\r\\nb");
    QTest::newRow("no UTF-8") << QByteArray("a\xff\xc3") << QByteArray("a\\xff\\xc3");
    QTest::newRow("an overlong form") << QByteArray("\xc0\xaf") << QByteArray("\\xc0\\xaf");
}

void tst_Formats::printableText()
{
    QFETCH(QByteArray, text);
    std::string out;
    appendPrintable({ text.data(), size_t(text.size()) }, out);
    QTEST(QByteArray::fromStdString(out), "printable");
}

void tst_Formats::suffixes_data()
{
    QTest::addColumn<QString>("fileName");
    QTest::addColumn<QString>("format");
    QTest::newRow("csv") << u"/tmp/a.csv"_s << u"csv"_s;
    QTest::newRow("capitals") << u"A.JSON"_s << u"json"_s;
    QTest::newRow("ndjson") << u"a.ndjson"_s << u"jsonl"_s;
    QTest::newRow("arrow") << u"a.b.arrow"_s << u"arrow"_s;
    QTest::newRow("markdown") << u"a.md"_s << u"markdown"_s;
    QTest::newRow("none") << u"csv"_s << QString();
    QTest::newRow("unknown") << u"a.xyz"_s << QString();
}

void tst_Formats::suffixes()
{
    QFETCH(QString, fileName);
    QTEST(formatForFileName(fileName), "format");
    DescriptorSink sink(-1, u"nowhere"_s);
    for (const ResultFormat &format : resultFormats())
        QCOMPARE(makeResultWriter(format.id, sink) == nullptr, format.isDatabase);
    QVERIFY(!makeResultWriter(u"nonsense"_s, sink));
}

void tst_Formats::sinkErrors_data()
{
    QTest::addColumn<QString>("format");
    for (const char *format : { "csv", "jsonl", "arrow" })
        QTest::newRow(format) << QString::fromLatin1(format);
}

void tst_Formats::sinkErrors()
{
    QFETCH(QString, format);
    const auto before = signal(SIGPIPE, SIG_IGN);
    int ends[2];
    QCOMPARE(pipe(ends), 0);
    close(ends[0]);
    DescriptorSink brokenPipe(ends[1], u"standard output"_s);
    const auto check = [&](ByteSink &sink, const QString &code) {
        const auto writer = makeResultWriter(format, sink);
        const BatchPtr batch = oddBatch();
        Result<void> result = writer->begin(batch->schema());
        if (result)
            result = writer->write(*batch);
        QVERIFY(!result);
        QCOMPARE(result.error().vendorCode, code);
        QVERIFY(!writer->write(*batch)); // and stays broken
    };
    check(brokenPipe, u"EPIPE"_s);
    close(ends[1]);
    const int full = open("/dev/full", O_WRONLY);
    QVERIFY(full >= 0);
    DescriptorSink fullDisk(full, u"/dev/full"_s);
    check(fullDisk, u"ENOSPC"_s);
    close(full);
    signal(SIGPIPE, before);
}

QTEST_GUILESS_MAIN(tst_Formats)
#include "tst_formats.moc"
