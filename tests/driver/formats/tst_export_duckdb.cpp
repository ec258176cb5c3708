// SPDX-License-Identifier: Apache-2.0
#include "duckdboracle.h"
#include "exportsource.h"

#include <QTemporaryDir>

using namespace Grebe;
using namespace ExportSource;
using namespace Qt::StringLiterals;

// Results as tables of a DuckDB file, read with DuckDB's C interface alone.
class tst_ExportDuckDb : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTypeIsTheOneItWas();
    void nestedValuesOverManyChunks();
    void nastyText();
    void typesOfOtherEngines();
    void otherTablesStay();
    void aTableThatIsThere();
    void withoutAnEndNothingIsThere();
    void valuesThatNoTypeHolds();
    void namesThatCollide();
    void aFileThatIsNoDatabase();

private:
    QString file(const char *name) const { return m_folder.filePath(QString::fromLatin1(name)); }
    QStringList entries() const { return QDir(m_folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden); }
    void attach(DuckDbOracle &oracle, const QString &fileName) const
    {
        QVERIFY2(oracle.run("ATTACH '" + QFile::encodeName(fileName) + "' AS f (READ_ONLY)"), oracle.error().constData());
    }
    static Batches numbers(int count);

    QTemporaryDir m_folder;
};

Batches tst_ExportDuckDb::numbers(int count)
{
    arrow::Int64Builder builder;
    for (int i = 0; i < count; ++i)
        (void)builder.Append(i);
    return { arrow::RecordBatch::Make(arrow::schema({ arrow::field("n", arrow::int64()) }), count, { *builder.Finish() }) };
}

static void compare(DuckDbOracle &oracle, const QByteArray &have, const QByteArray &want)
{
    const auto names = oracle.names(want);
    QCOMPARE(oracle.names(have), names);
    const auto haveRows = oracle.rows(have);
    const auto wantRows = oracle.rows(want);
    QCOMPARE(haveRows.size(), wantRows.size());
    for (qsizetype row = 0; row < wantRows.size(); ++row) {
        for (qsizetype column = 0; column < names.size(); ++column) {
            QVERIFY2(haveRows[row][column] == wantRows[row][column],
                     QByteArray(names[column] + ", row " + QByteArray::number(row) + ": " + shown(haveRows[row][column]) + ", not "
                                + shown(wantRows[row][column]))
                         .constData());
        }
    }
}

void tst_ExportDuckDb::everyTypeIsTheOneItWas()
{
    // Without an Arrow form of their own there: geometry is its bytes.
    const QString query = u"SELECT * EXCLUDE (geometry, empty_struct, tuple) FROM test_all_types()"_s;
    const QString refusal = writeTable(fromDuckDb(u"SELECT empty_struct FROM test_all_types()"_s), file("empty.duckdb"));
    QVERIFY2(refusal.contains(u"“empty_struct” has rows without fields"_s), qPrintable(refusal));
    // A tuple is a row whose fields have numbers for names.
    QCOMPARE(writeTable(fromDuckDb(u"SELECT tuple FROM test_all_types()"_s), file("tuple.duckdb")), QString());
    DuckDbOracle tuples;
    attach(tuples, file("tuple.duckdb"));
    QCOMPARE(tuples.types("SELECT * FROM f.result").first(), "STRUCT(element1 INTEGER, element2 VARCHAR)");
    QStringList remarks;
    QCOMPARE(writeTable(fromDuckDb(query), file("all.duckdb"), { .table = ObjectPath({ u"of every type"_s }) }, &remarks), QString());
    DuckDbOracle oracle;
    attach(oracle, file("all.duckdb"));
    const QByteArray have = "SELECT * FROM f.\"of every type\"";
    const auto names = oracle.names(query.toUtf8());
    const auto haveTypes = oracle.types(have);
    const auto wantTypes = oracle.types(query.toUtf8());
    for (qsizetype i = 0; i < names.size(); ++i) {
        if (!remarks.join(u'\n').contains(QString::fromUtf8(names[i])))
            QVERIFY2(haveTypes[i] == wantTypes[i], QByteArray(names[i] + " is " + haveTypes[i] + ", was " + wantTypes[i]).constData());
    }
    compare(oracle, have, query.toUtf8());
}

void tst_ExportDuckDb::nestedValuesOverManyChunks()
{
    const QString query = uR"(SELECT range AS n, range % 3 = 0 AS flag, CASE WHEN range % 5 > 0 THEN 'text ' || range END AS t,
        CASE WHEN range % 7 > 0 THEN [range, NULL, range * 2] END AS list, {'a': range, 'b': ['x' || range, NULL]} AS row,
        MAP {'k' || range: range} AS pairs, (range / 100)::DECIMAL(30, 10) AS d, range::HUGEINT * 10000000000000000000 AS huge,
        (['a', 'b'])[1 + range % 2]::ENUM('a', 'b') AS e, format('{:08x}-0000-0000-0000-000000000000', range)::UUID AS u,
        TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(range) AS at, INTERVAL (range) MONTH AS span FROM range(10000))"_s;
    QCOMPARE(writeTable(fromDuckDb(query), file("nested.duckdb")), QString());
    DuckDbOracle oracle;
    QVERIFY(oracle.run("SET TimeZone = 'UTC'"));
    attach(oracle, file("nested.duckdb"));
    QCOMPARE(oracle.types("SELECT * FROM f.result"), oracle.types(query.toUtf8()));
    compare(oracle, "SELECT * FROM f.result ORDER BY n", query.toUtf8());
}

void tst_ExportDuckDb::nastyText()
{
    arrow::StringBuilder builder;
    for (const char *text : kNasty)
        (void)builder.Append(text);
    (void)builder.AppendNull();
    const int64_t count = builder.length();
    const Batches batches { arrow::RecordBatch::Make(arrow::schema({ arrow::field("te\"xt, \xF0\x9F\xA6\x86", arrow::utf8()) }),
                                                     count, { *builder.Finish() }) };
    QCOMPARE(writeTable(batches, file("nasty.duckdb"), { .table = ObjectPath({ u"a\"b.c"_s }) }), QString());
    DuckDbOracle oracle;
    attach(oracle, file("nasty.duckdb"));
    const auto rows = oracle.rows("SELECT * FROM f.\"a\"\"b.c\"");
    qsizetype row = 0;
    for (const char *text : kNasty)
        QCOMPARE(rows[row++].first().value_or("NULL!"), QByteArray(text));
    QVERIFY(!rows[row].first());
    QCOMPARE(oracle.names("SELECT * FROM f.\"a\"\"b.c\"").first(), "te\"xt, \xF0\x9F\xA6\x86");
}

void tst_ExportDuckDb::typesOfOtherEngines()
{
    const auto field = [](const char *name, const std::shared_ptr<arrow::DataType> &type, const char *engineType) {
        return arrow::field(name, type, true, arrow::key_value_metadata({ kTypeKey }, { engineType }));
    };
    arrow::FixedSizeBinaryBuilder uuid(arrow::fixed_size_binary(16));
    (void)uuid.Append("\x12\x34\x56\x78\x90\xab\xcd\xef\x12\x34\x56\x78\x90\xab\xcd\xef");
    arrow::StringBuilder json;
    (void)json.Append("{\"a\":[1,2]}");
    arrow::TimestampBuilder nanos(arrow::timestamp(arrow::TimeUnit::NANO, "Europe/Berlin"), arrow::default_memory_pool());
    (void)nanos.Append(1'123'456'789);
    arrow::Decimal256Builder wide(arrow::decimal256(60, 0));
    (void)wide.Append(*arrow::Decimal256::FromString("123456789012345678901234567890123456789012345678901234567890"));
    const auto schema = arrow::schema({ field("u", arrow::fixed_size_binary(16), "uuid"), field("j", arrow::utf8(), "json"),
                                        field("ts", nanos.type(), "timestamp(9) with time zone"),
                                        field("w", arrow::decimal256(60, 0), "number") });
    const Batches batches { arrow::RecordBatch::Make(schema, 1, { *uuid.Finish(), *json.Finish(), *nanos.Finish(), *wide.Finish() }) };
    QStringList remarks;
    QCOMPARE(writeTable(batches, file("other.duckdb"), {}, &remarks), QString());
    QCOMPARE(remarks.size(), 2);
    DuckDbOracle oracle;
    attach(oracle, file("other.duckdb"));
    QCOMPARE(oracle.types("SELECT * FROM f.result"), (QList<QByteArray> { "UUID", "JSON", "VARCHAR", "VARCHAR" }));
    const auto row = oracle.rows("SELECT * FROM f.result").first();
    QCOMPARE(row[0].value_or(""), "12345678-90ab-cdef-1234-567890abcdef");
    QCOMPARE(row[1].value_or(""), "{\"a\":[1,2]}");
    QVERIFY2(row[2].value_or("").contains("01.123456789"), row[2].value_or("").constData());
    QCOMPARE(row[3].value_or(""), "123456789012345678901234567890123456789012345678901234567890");
}

void tst_ExportDuckDb::otherTablesStay()
{
    QCOMPARE(writeTable(numbers(3), file("lake.duckdb"), { .table = ObjectPath({ u"first"_s }) }), QString());
    QCOMPARE(writeTable(numbers(5000), file("lake.duckdb"), { .table = ObjectPath({ u"second"_s }) }), QString());
    DuckDbOracle oracle;
    attach(oracle, file("lake.duckdb"));
    QCOMPARE(oracle.rows("SELECT count(*) FROM f.first").first().first().value_or(""), "3");
    QCOMPARE(oracle.rows("SELECT sum(n) FROM f.second").first().first().value_or(""), "12497500");
}

void tst_ExportDuckDb::aTableThatIsThere()
{
    QCOMPARE(writeTable(numbers(3), file("there.duckdb")), QString());
    auto writer = makeFileWriter(u"duckdb"_s, file("there.duckdb"), {});
    const auto begun = (*writer)->begin(numbers(1).first()->schema());
    QVERIFY(!begun);
    QCOMPARE(begun.error().code, Error::Code::AlreadyExists);
    writer->reset();
    {
        DuckDbOracle oracle;
        attach(oracle, file("there.duckdb"));
        QCOMPARE(oracle.rows("SELECT count(*) FROM f.result").first().first().value_or(""), "3");
    }
    QCOMPARE(writeTable(numbers(7), file("there.duckdb"), { .replacesTable = true }), QString());
    DuckDbOracle oracle;
    attach(oracle, file("there.duckdb"));
    QCOMPARE(oracle.rows("SELECT count(*) FROM f.result").first().first().value_or(""), "7");
}

void tst_ExportDuckDb::withoutAnEndNothingIsThere()
{
    QCOMPARE(writeTable(numbers(3), file("kept.duckdb")), QString());
    const QStringList before = entries();
    for (const char *name : { "cut.duckdb", "kept.duckdb" }) {
        const auto writer = makeFileWriter(u"duckdb"_s, file(name), { .replacesTable = true });
        const Batches batches = numbers(300'000);
        QVERIFY((*writer)->begin(batches.first()->schema()));
        QVERIFY((*writer)->write(*batches.first()));
    }
    QCOMPARE(entries(), before);
    DuckDbOracle oracle;
    attach(oracle, file("kept.duckdb"));
    QCOMPARE(oracle.rows("SELECT count(*) FROM f.result").first().first().value_or(""), "3");
}

void tst_ExportDuckDb::valuesThatNoTypeHolds()
{
    arrow::Int64Builder builder;
    (void)builder.AppendNull();
    const auto field = arrow::field("n", arrow::int64());
    const auto raw = field->WithMetadata(arrow::key_value_metadata({ kRawKey }, { "{\"0\":\"1e400\"}" }));
    const auto array = *builder.Finish();
    const Batches batches { arrow::RecordBatch::Make(arrow::schema({ raw }), 1, { array }) };
    QVERIFY(writeTable(batches, file("raw.duckdb")).contains("would be lost"_L1));
    QVERIFY(!QFile::exists(file("raw.duckdb")));
    QCOMPARE(writeTable(batches, file("raw.duckdb"), { .textColumns = { 0 } }), QString());
    DuckDbOracle oracle;
    attach(oracle, file("raw.duckdb"));
    QCOMPARE(oracle.rows("SELECT * FROM f.result").first().first().value_or(""), "1e400");
}

void tst_ExportDuckDb::namesThatCollide()
{
    const auto array = *arrow::MakeArrayOfNull(arrow::int64(), 1);
    arrow::FieldVector fields;
    for (const char *name : { "a", "A", "", "a_2" })
        fields.push_back(arrow::field(name, arrow::int64()));
    const Batches batches { arrow::RecordBatch::Make(arrow::schema(fields), 1, { array, array, array, array }) };
    QCOMPARE(writeTable(batches, file("names.duckdb")), QString());
    DuckDbOracle oracle;
    attach(oracle, file("names.duckdb"));
    QCOMPARE(oracle.names("SELECT * FROM f.result"), (QList<QByteArray> { "a", "A_2", "column3", "a_2_2" }));
}

void tst_ExportDuckDb::aFileThatIsNoDatabase()
{
    QFile other(file("notes.duckdb"));
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.write(QByteArray(20'000, 'x'));
    other.close();
    QVERIFY(!writeTable(numbers(1), file("notes.duckdb")).isEmpty());
    QCOMPARE(other.size(), 20'000);
}

QTEST_GUILESS_MAIN(tst_ExportDuckDb)
#include "tst_export_duckdb.moc"
