// SPDX-License-Identifier: Apache-2.0
#include "pagebuilder.h"

#include <QTest>

#include <arrow/api.h>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_TrinoPage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void memberOrder_data();
    void memberOrder();
    void head();
    void headOfOddPages();
    void truncatedAnywhere_data();
    void truncatedAnywhere();
    void rejected_data();
    void rejected();
    void deepNesting();
    void columnsChange();
    void columnLimit();
    void duplicateNames();
    void manyRows();
    void emptyPages();
    void spooledData();
    void stats();
    void absurdStats();
    void warningsAndUpdates();
    void errors_data();
    void errors();
};

void tst_TrinoPage::memberOrder_data()
{
    QTest::addColumn<QByteArray>("json");
    const QByteArray columns = "\"columns\":[" + column("c", "integer") + "]", data = "\"data\":[[1],[2]]",
                     next = "\"nextUri\":\"http://h/next\"", id = "\"id\":\"q\"", other = "\"later\":{\"data\":[\"]}\",[{}]]}";
    QTest::newRow("the server's order") << "{" + id + "," + next + "," + columns + "," + data + "}";
    QTest::newRow("rows before their columns") << "{" + id + "," + data + "," + columns + "," + next + "}";
    QTest::newRow("rows last") << "{" + columns + "," + next + "," + id + "," + data + "}";
    QTest::newRow("rows first") << "{" + data + "," + next + "," + columns + "," + id + "}";
    QTest::newRow("unknown members around") << "{" + other + "," + id + "," + next + "," + columns + ",\"x\":null," + data + ",\"y\":\"}\"}";
    QTest::newRow("a name in escapes") << "{" + id + "," + next + "," + columns + ",\"d\\u0061ta\":[[1],[2]]}";
}

void tst_TrinoPage::memberOrder()
{
    QFETCH(QByteArray, json);
    const auto page = decode(json);
    QVERIFY2(page, page ? "" : qPrintable(page.error().message));
    QCOMPARE(valuesOf(*page), u"1 | 2"_s);
    QCOMPARE(page->head.nextUri, QUrl(u"http://h/next"_s));
    QCOMPARE(page->head.queryId, u"q"_s);
    const auto head = readPageHead(PageBytes(json));
    QVERIFY(head);
    QCOMPARE(head->nextUri, QUrl(u"http://h/next"_s));
}

void tst_TrinoPage::head()
{
    const auto head = readPageHead(PageBytes(page(column("c", "integer"), "[[1]]")));
    QVERIFY(head);
    QCOMPARE(head->queryId, u"20260801_120000_00001_abcde"_s);
    QCOMPARE(head->infoUri, QUrl(u"http://h:8080/ui/query.html?20260801_120000_00001_abcde"_s));
    QCOMPARE(head->nextUri, QUrl(u"http://h:8080/v1/statement/executing/20260801_120000_00001_abcde/y3f4e/1"_s));
    QVERIFY(head->partialCancelUri.isEmpty());

    // Qt may take a chunked page that was cut for whole: the head of one must not lead to the next.
    const QByteArray whole = page(column("c", "map(varchar,integer)"), "[[{\"a\":1}],[{\"b\":2}],[{\"stats\":3}]]");
    QVERIFY(readPageHead(PageBytes(whole)));
    for (qsizetype end = whole.indexOf("data"); end < whole.size(); ++end)
        QVERIFY2(!readPageHead(PageBytes(whole.first(end))) || whole.first(end).endsWith("\"stats\":3}"),
                 whole.first(end).constData());
}

void tst_TrinoPage::headOfOddPages()
{
    QVERIFY(!readPageHead(PageBytes("")));
    QVERIFY(!readPageHead(PageBytes("  \n")));
    QVERIFY(!readPageHead(PageBytes("<html></html>")));
    QVERIFY(!readPageHead(PageBytes("[]")));
    QVERIFY(!readPageHead(PageBytes("{\"id\":\"q\",\"nextUri\":17}")));
    QVERIFY(!readPageHead(PageBytes("{\"id\":\"q\"}}")));
    QVERIFY(readPageHead(PageBytes("{\"id\":\"q\",\"nextUri\":null,\"data\":[[1]]}"))->nextUri.isEmpty());
    QVERIFY(readPageHead(PageBytes("{}"))->nextUri.isEmpty());
}

void tst_TrinoPage::truncatedAnywhere_data()
{
    QTest::addColumn<QByteArray>("json");
    const QByteArray columns = column("a", "bigint") + "," + column("b", "varchar") + "," + column("c", "double") + "," + column("d", "date") + ","
        + column("e", "timestamp(3) with time zone") + "," + column("f", "map(varchar,array(decimal(5, 2)))") + "," + column("g", "boolean") + ","
        + column("h", "uuid") + "," + column("i", "varbinary");
    QByteArrayList rows;
    for (int i = 0; i < 16; ++i)
        rows.append("[" + QByteArray::number(i * 123456789) + ",\"tëxt \\\"" + QByteArray::number(i) + "\\\"}\",1." + QByteArray::number(i)
                    + ",\"2026-08-01\",\"2026-08-01 12:34:56.789 Europe/Berlin\",{\"}]\":[\"1.25\",null]},true,\"12151fd2-7586-11e9-8f9e-2a86e4085a59\",\"yv4=\"]");
    const QByteArray json = page(columns, "[" + rows.join(',') + "]");
    QTest::newRow("rows where the server writes them") << json;
    QTest::newRow("rows in front of their columns") << "{\"data\":[" + rows.join(',') + "],\"columns\":[" + columns + "]}";
    QTest::newRow("white space everywhere") << QByteArray(json).replace(",\"", " ,\n \"");
}

/// Cut at every byte: an error, whatever the memory behind the end looks like.
void tst_TrinoPage::truncatedAnywhere()
{
    QFETCH(QByteArray, json);
    QVERIFY(json.size() > 2000);
    const auto whole = decode(json);
    QVERIFY2(whole, whole ? "" : qPrintable(whole.error().message));
    QCOMPARE(whole->batch->num_rows(), 16);
    for (qsizetype size = 0; size < json.size(); ++size) {
        const PageBytes cut(json.left(size));
        const auto page = decodePage(cut, size % 2 ? whole->decoder : nullptr);
        QVERIFY2(!page, qPrintable(u"cut at %1"_s.arg(size)));
        QCOMPARE(page.error().code, Error::Code::InvalidData);
        QVERIFY(!page.error().message.isEmpty());
        // A brace at the cut makes the rows look whole: that is found without the check of the last byte, too.
        const auto closed = decode(json.left(size) + "}");
        if (closed)
            QVERIFY2(!closed->batch || closed->batch->num_rows() == 16, qPrintable(u"cut at %1 and closed"_s.arg(size)));
    }
}

void tst_TrinoPage::rejected_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("message");
    const QByteArray two = column("a", "integer") + "," + column("b", "varchar");
    const auto row = [](const char *name, const QByteArray &json, const QString &message) { QTest::newRow(name) << json << message; };
    row("a row that is too short", page(two, "[[1,\"x\"],[2]]"), u"row 2 of the page has 1 values, the result has 2 columns"_s);
    row("a row that is too long", page(two, "[[1,\"x\"],[2,\"y\"],[3,\"z\",4]]"), u"row 3 of the page has more values than the result has columns (2)"_s);
    row("an empty row", page(two, "[[]]"), u"row 1 of the page has 0 values"_s);
    row("a row that is an object", page(two, "[{}]"), u"a row is not an array"_s);
    row("a row that is null", page(two, "[null]"), u"a row is not an array"_s);
    row("rows that are a string", page(two, "\"x\""), u"the rows are not an array"_s);
    row("a comma too much behind a row", page(two, "[[1,\"x\"],]"), u"a row is not an array"_s);
    row("a comma too much in a row", page(two, "[[1,\"x\",]]"), u"more values"_s);
    row("no comma between rows", page(two, "[[1,\"x\"][2,\"y\"]]"), u"a comma or ] is missing behind a row"_s);
    row("no comma between values", page(two, "[[1 \"x\"]]"), u"a comma is missing behind a value"_s);
    row("a missing value", page(two, "[[,\"x\"]]"), u"a value is missing"_s);
    row("a leading zero", page(two, "[[01,\"x\"]]"), u"a number is not written"_s);
    row("a leading zero of a double", page(column("a", "double"), "[[01.5]]"), u"a number is not written"_s);
    row("a point without digits", page(column("a", "double"), "[[1.]]"), u"a number is not written"_s);
    row("a point without a number", page(column("a", "double"), "[[.5]]"), u"a value is missing"_s);
    row("an exponent without digits", page(column("a", "double"), "[[1E]]"), u"a number is not written"_s);
    row("a plus", page(two, "[[+1,\"x\"]]"), u"a value is missing"_s);
    row("a bare NaN", page(column("a", "double"), "[[NaN]]"), u"a value is missing"_s);
    row("a bare -Infinity", page(column("a", "double"), "[[-Infinity]]"), u"a number is not written"_s);
    row("a word", page(column("a", "boolean"), "[[truth]]"), u"null, true or false"_s);
    row("a line break in a string", page(two, "[[1,\"x\ny\"]]"), u"a control character"_s);
    row("a NUL in a string", page(two, "[[1,\"x" + QByteArray(1, '\0') + "y\"]]"), u"a control character"_s);
    row("an escape that is none", page(two, "[[1,\"\\x\"]]"), u"an escape that JSON does not have"_s);
    row("a \\u without digits", page(two, "[[1,\"\\u12g4\"]]"), u"four hexadecimal digits"_s);
    row("bytes that are no UTF-8", page(two, "[[1,\"x\xFF\"]]"), u"not valid UTF-8: at byte "_s);
    row("an overlong form", page(two, "[[1,\"\xC0\x80\"]]"), u"not valid UTF-8"_s);
    row("a surrogate in UTF-8", page(two, "[[1,\"\xED\xA0\x80\"]]"), u"not valid UTF-8"_s);
    row("something behind the page", page(two, "[]") + "{}", u"follows the closing }"_s);
    row("two pages in one", page(two, "[]") + page(two, "[]"), u"follows the closing }"_s);
    row("rows twice", "{\"columns\":[" + two + "],\"data\":[],\"data\":[]}", u"\"data\" twice"_s);
    row("nextUri twice", "{\"nextUri\":\"http://h/1\",\"nextUri\":\"http://h/2\"}", u"\"nextUri\" twice"_s);
    row("rows and no columns", "{\"data\":[[1]]}", u"has not said what their columns are"_s);
    row("rows for no columns", page("", "[[]]"), u"without columns"_s);
    row("columns that are no array", "{\"columns\":{\"a\":1},\"data\":[[1]]}", u"not an array"_s);
    row("a column without a type", "{\"columns\":[{\"name\":\"a\"}]}", u"column 1 has no type"_s);
    row("a nextUri that is a number", "{\"nextUri\":1}", u"nextUri is not a URL"_s);
    row("an empty nextUri", "{\"nextUri\":\"\"}", u"nextUri is not a URL"_s);
    row("nothing", "", u"it is empty"_s);
    row("a web page", "<html><body>502</body></html>", u"does not begin with {"_s);
}

void tst_TrinoPage::rejected()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, message);
    const auto page = decode(json);
    QVERIFY(!page);
    QCOMPARE(page.error().code, Error::Code::InvalidData);
    QVERIFY2(page.error().message.contains(message), qPrintable(page.error().message));
}

void tst_TrinoPage::deepNesting()
{
    const auto nestedText = [](int depth) { return QByteArray(depth, '[') + QByteArray(depth, ']'); };
    QVERIFY(decode(page(column("c", "json"), "[[" + nestedText(1000) + "]]")));
    for (const int depth : {1025, 100000}) {
        for (const char *const type : {"json", "variant", "integer", "array(integer)"}) {
            const auto page = decode(::page(column("c", type), "[[" + nestedText(depth) + "]]"));
            QVERIFY(!page);
            QVERIFY2(page.error().message.contains(u"nested more than 1,024 deep"_s), qPrintable(page.error().message));
        }
    }
    QByteArray type = "integer", cell = "7";
    for (int i = 0; i < 300; ++i) {
        type = "array(" + type + ")";
        cell = "[" + cell + "]";
    }
    const auto deep = decode(page(column("c", type), "[[" + cell + "],[null]]"));
    QVERIFY2(deep, deep ? "" : qPrintable(deep.error().message));
    QVERIFY(deep->batch->ValidateFull().ok());
    for (int i = 0; i < 200; ++i)
        type = "array(" + type + ")";
    QVERIFY(!decode(page(column("c", type), "[]")));
}

void tst_TrinoPage::columnsChange()
{
    const QByteArray first = column("a", "integer"), second = column("a", "bigint");
    const auto empty = decode(page(first, "[]"));
    QVERIFY(empty && empty->decoder && !empty->batch);
    const auto changed = decode(page(second, "[[1]]"), empty->decoder); // nobody has seen a row of the first columns
    QVERIFY(changed);
    QVERIFY(changed->decoder != empty->decoder);
    const auto same = decode(page(second, "[[2]]"), changed->decoder);
    QVERIFY(same);
    QVERIFY(same->decoder == changed->decoder);
    const auto respelled = decode(page(QByteArray(second).replace(":", ": "), "[[2]]"), changed->decoder);
    QVERIFY(respelled);
    QVERIFY(respelled->decoder == changed->decoder);
    const auto without = decode("{\"data\":[[3]]}", changed->decoder);
    QVERIFY(without);
    QCOMPARE(valuesOf(*without), u"3"_s);
    const auto wrong = decode(page(first, "[[1]]"), changed->decoder);
    QVERIFY(!wrong);
    QCOMPARE(wrong.error().code, Error::Code::InvalidData);
    QVERIFY2(wrong.error().message.contains(u"from (a bigint) to (a integer)"_s), qPrintable(wrong.error().message));
}

void tst_TrinoPage::columnLimit()
{
    const QByteArray one = column("c", "tinyint");
    const auto wide = decode(page((one + ",").repeated(2999) + one, "[[" + QByteArray("1,").repeated(2999) + "1]]"));
    QVERIFY(wide);
    QCOMPARE(wide->batch->num_columns(), 3000);
    const auto tooWide = decode(page(QByteArray("{\"name\":\"\",\"type\":\"x\"},").repeated(100000) + one, "[]"));
    QVERIFY(!tooWide);
    QVERIFY2(tooWide.error().message.contains(u"more than 100,000 columns"_s), qPrintable(tooWide.error().message));
}

void tst_TrinoPage::duplicateNames()
{
    const auto page = decode(::page(column("a", "integer") + "," + column("a", "varchar") + "," + column("", "integer") + "," + column("q\\\"\\u0000\\n", "integer"),
                                    "[[1,\"x\",2,3]]"));
    QVERIFY(page);
    QCOMPARE(page->batch->num_columns(), 4);
    QCOMPARE(page->batch->schema()->field(1)->name(), "a");
    QCOMPARE(page->batch->schema()->field(3)->name(), std::string("q\"\0\n", 4));
}

void tst_TrinoPage::manyRows()
{
    // Rows much unlike the first ones, so that no guess of a size holds.
    const QByteArray columns = column("a", "bigint") + "," + column("b", "varchar") + "," + column("c", "array(varchar)") + "," + column("d", "boolean");
    const auto cell = [](int i) { return i < 300 ? QByteArray() : QByteArray(i % 97, char('a' + i % 26)); };
    QByteArray rows;
    constexpr int count = 20000;
    for (int i = 0; i < count; ++i) {
        rows += i ? ",[" : "[";
        rows += i % 7 ? QByteArray::number(i) : "null";
        rows += ",\"" + cell(i) + "\",[" + (i < 300 ? QByteArray() : "\"" + cell(i + 1) + "\",null") + "]," + (i % 5 ? i % 2 ? "true" : "false" : "null") + "]";
    }
    std::shared_ptr<const TrinoRowDecoder> decoder;
    for (int round = 0; round < 2; ++round) { // the second with the sizes of the first
        const auto page = decode(::page(columns, "[" + rows + "]"), decoder);
        QVERIFY2(page, page ? "" : qPrintable(page.error().message));
        decoder = page->decoder;
        const auto status = page->batch->ValidateFull();
        QVERIFY2(status.ok(), status.ToString().c_str());
        QCOMPARE(page->batch->num_rows(), count);
        const auto &numbers = static_cast<const arrow::Int64Array &>(*page->batch->column(0));
        const auto &texts = static_cast<const arrow::StringArray &>(*page->batch->column(1));
        const auto &lists = static_cast<const arrow::ListArray &>(*page->batch->column(2));
        const auto &flags = static_cast<const arrow::BooleanArray &>(*page->batch->column(3));
        for (int i = 0; i < count; ++i) {
            QCOMPARE(numbers.IsNull(i), i % 7 == 0);
            QVERIFY(numbers.IsNull(i) || numbers.Value(i) == i);
            QCOMPARE(texts.GetView(i), std::string_view(cell(i)));
            QCOMPARE(lists.value_length(i), i < 300 ? 0 : 2);
            QCOMPARE(flags.IsNull(i), i % 5 == 0);
            QVERIFY(flags.IsNull(i) || flags.Value(i) == (i % 2 == 1));
        }
    }
    const auto one = decode(page(columns, "[[1,\"x\",[],true]]"), decoder); // a small page behind large ones
    QVERIFY(one);
    QCOMPARE(one->batch->num_rows(), 1);
}

void tst_TrinoPage::emptyPages()
{
    for (const QByteArray &json : {QByteArray("{}"), QByteArray("{\"columns\":null,\"data\":null}"), page(column("c", "integer"), "[]"),
                                   page(column("c", "integer"), "[ ]"), page(column("c", "integer"), "null")}) {
        const auto page = decode(json);
        QVERIFY2(page, page ? "" : qPrintable(page.error().message));
        QVERIFY(!page->batch);
        QVERIFY(!page->error);
        QCOMPARE(bool(page->decoder), json.contains("integer"));
    }
}

void tst_TrinoPage::spooledData()
{
    const auto page = decode(::page(column("c", "integer"), "{\"encoding\":\"json\",\"segments\":[{\"type\":\"inline\",\"data\":\"W1sxXV0=\"}]}"));
    QVERIFY(page);
    QVERIFY(page->hasSpooledData);
    QVERIFY(!page->batch);
    QVERIFY(page->decoder);
}

void tst_TrinoPage::stats()
{
    const auto page = decode(
        "{\"id\":\"q\",\"stats\":{\"state\":\"RUNNING\",\"queued\":false,\"scheduled\":true,\"progressPercentage\":12.5,\"nodes\":3,\"totalSplits\":40,"
        "\"runningSplits\":4,\"completedSplits\":5,\"planningTimeMillis\":7,\"cpuTimeMillis\":800,\"queuedTimeMillis\":9,\"elapsedTimeMillis\":1000,"
        "\"processedRows\":123456789012,\"processedBytes\":99,\"peakMemoryBytes\":5,\"spilledBytes\":6,\"rootStage\":{\"stageId\":\"0\",\"state\":\"RUNNING\","
        "\"done\":false,\"nodes\":1,\"totalSplits\":1,\"runningSplits\":1,\"completedSplits\":0,\"cpuTimeMillis\":1,\"processedRows\":2,\"processedBytes\":3,"
        "\"failedTasks\":0,\"subStages\":[{\"stageId\":\"1\",\"state\":\"FINISHED\",\"done\":true,\"nodes\":2,\"totalSplits\":39,\"completedSplits\":39,\"subStages\":[]}]}}}");
    QVERIFY(page);
    QVERIFY(page->hasProgress);
    const Progress &progress = page->progress;
    QCOMPARE(progress.state, Progress::State::Running);
    QCOMPARE(progress.text, u"running"_s);
    QCOMPARE(progress.percent, 12.5);
    QVERIFY(progress.isTotalKnown);
    QCOMPARE(progress.rowCount, 123456789012);
    QCOMPARE(progress.splitsTotal, 40);
    QCOMPARE(progress.splitsDone, 5);
    QCOMPARE(progress.nodeCount, 3);
    QCOMPARE(progress.elapsed, std::chrono::milliseconds(1000));
    QCOMPARE(progress.stages.size(), 1);
    QCOMPARE(progress.stages[0].stages.size(), 1);
    QCOMPARE(progress.stages[0].stages[0].state, u"finished"_s);
    QVERIFY(progress.stages[0].stages[0].isDone);
    QCOMPARE(progress.stages[0].stages[0].splitsDone, 39);
    const auto presto = decode("{\"stats\":{\"state\":\"WAITING_FOR_PREREQUISITES\",\"scheduled\":true,\"totalSplits\":4,\"completedSplits\":1}}");
    QCOMPARE(presto->progress.percent, 25.0);
    QCOMPARE(presto->progress.text, u"waiting for prerequisites"_s);
    const auto queued = decode("{\"stats\":{\"state\":\"QUEUED\",\"scheduled\":false,\"totalSplits\":4,\"completedSplits\":1}}");
    QCOMPARE(queued->progress.percent, -1.0);
    QCOMPARE(queued->progress.state, Progress::State::Queued);
    QVERIFY(!decode("{}")->hasProgress);
}

void tst_TrinoPage::absurdStats()
{
    const auto page = decode("{\"stats\":{\"state\":\"\",\"progressPercentage\":-5,\"nodes\":99999999999,\"totalSplits\":-1,\"processedRows\":1e30,"
                             "\"processedBytes\":\"many\",\"rootStage\":[],\"elapsedTimeMillis\":18446744073709551615}}");
    QVERIFY(page);
    QCOMPARE(page->progress.percent, 0.0);
    QCOMPARE(page->progress.nodeCount, std::numeric_limits<int>::max());
    QCOMPARE(page->progress.splitsTotal, 0);
    QCOMPARE(page->progress.rowCount, std::numeric_limits<qint64>::max());
    QCOMPARE(page->progress.byteCount, 0);
    QVERIFY(page->progress.stages.isEmpty());
    QCOMPARE(decode("{\"stats\":{\"progressPercentage\":1e6}}")->progress.percent, 100.0);
    // A number that no parser takes costs the progress, not the rows.
    const auto huge = decode("{\"columns\":[" + column("c", "integer") + "],\"data\":[[1]],\"stats\":{\"processedRows\":" + QByteArray(40, '9') + "}}");
    QVERIFY(huge);
    QCOMPARE(valuesOf(*huge), u"1"_s);
}

void tst_TrinoPage::warningsAndUpdates()
{
    const auto page = decode("{\"id\":\"q\",\"warnings\":[{\"warningCode\":{\"code\":2,\"name\":\"REDUNDANT_ORDER_BY\"},\"message\":\"ORDER BY in subquery may have no effect\"}],"
                             "\"updateType\":\"INSERT\",\"updateCount\":12345678901}");
    QVERIFY(page);
    QCOMPARE(page->warnings.size(), 1);
    QCOMPARE(page->warnings[0], (Warning {u"REDUNDANT_ORDER_BY"_s, u"ORDER BY in subquery may have no effect"_s}));
    QCOMPARE(page->updateType, u"INSERT"_s);
    QCOMPARE(page->updateCount, 12345678901);
    const auto nulls = decode("{\"warnings\":null,\"updateType\":null,\"updateCount\":null,\"error\":null,\"stats\":null,\"partialCancelUri\":null}");
    QVERIFY(nulls);
    QVERIFY(nulls->warnings.isEmpty() && nulls->updateType.isEmpty() && !nulls->updateCount && !nulls->error && !nulls->hasProgress);
}

void tst_TrinoPage::errors_data()
{
    QTest::addColumn<QByteArray>("error");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("message");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::newRow("syntax with a place") << QByteArray("{\"message\":\"line 2:8: mismatched input 'fro'\",\"errorCode\":1,\"errorName\":\"SYNTAX_ERROR\",\"errorType\":\"USER_ERROR\","
                                                       "\"errorLocation\":{\"lineNumber\":2,\"columnNumber\":8}}")
                                         << Error::Code::InvalidArgument << u"line 2:8: mismatched input 'fro'"_s << 2 << 8;
    QTest::newRow("a place in the message alone") << QByteArray("{\"message\":\"line 12:3: Table 'a.b.c' does not exist\",\"errorName\":\"TABLE_NOT_FOUND\",\"errorType\":\"USER_ERROR\"}")
                                                  << Error::Code::NotFound << u"line 12:3: Table 'a.b.c' does not exist"_s << 12 << 3;
    const auto row = [](const char *name, const char *type, Error::Code code) {
        QTest::newRow(name) << "{\"message\":\"m\",\"errorName\":\"" + QByteArray(name) + "\",\"errorType\":\"" + type + "\"}" << code << u"m"_s << 0 << 0;
    };
    row("TABLE_ALREADY_EXISTS", "USER_ERROR", Error::Code::AlreadyExists);
    row("PERMISSION_DENIED", "USER_ERROR", Error::Code::Unauthorized);
    row("USER_CANCELED", "USER_ERROR", Error::Code::Cancelled);
    row("NOT_SUPPORTED", "USER_ERROR", Error::Code::NotImplemented);
    row("EXCEEDED_TIME_LIMIT", "INSUFFICIENT_RESOURCES", Error::Code::Timeout);
    row("DIVISION_BY_ZERO", "USER_ERROR", Error::Code::InvalidArgument);
    row("GENERIC_INTERNAL_ERROR", "INTERNAL_ERROR", Error::Code::Internal);
    row("HIVE_METASTORE_ERROR", "EXTERNAL", Error::Code::IO);
    QTest::newRow("an error that says nothing") << QByteArray("{}") << Error::Code::Unknown << u"The server says that the query failed, and not why."_s << 0 << 0;
    QTest::newRow("an error that is a string") << QByteArray("\"broken\"") << Error::Code::Unknown << u"The query failed, and the server's error can't be read."_s << 0 << 0;
}

void tst_TrinoPage::errors()
{
    QFETCH(QByteArray, error);
    const auto page = decode("{\"id\":\"q1\",\"infoUri\":\"http://h/ui\",\"error\":" + error + "}");
    QVERIFY(page);
    QVERIFY(page->error);
    QTEST(page->error->code, "code");
    QTEST(page->error->message, "message");
    QTEST(page->error->line, "line");
    QTEST(page->error->column, "column");
    QCOMPARE(page->error->queryId, u"q1"_s);
    QCOMPARE(page->error->infoUrl, u"http://h/ui"_s);
    const auto stack = decode("{\"error\":{\"message\":\"" + QByteArray(100000, 'm') + "\",\"failureInfo\":{\"type\":\"java.lang.A\",\"message\":\"a\",\"stack\":[\"x.y(Z.java:1)\"],"
                              "\"cause\":{\"type\":\"java.lang.B\",\"message\":\"b\",\"stack\":[]}}}}");
    QVERIFY(stack->error->message.size() < 70000);
    QCOMPARE(stack->error->detail, u"java.lang.A: a\n    at x.y(Z.java:1)\nCaused by: java.lang.B: b\n"_s);
}

QTEST_APPLESS_MAIN(tst_TrinoPage)
#include "tst_trinopage.moc"
