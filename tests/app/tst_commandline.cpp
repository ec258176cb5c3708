// SPDX-License-Identifier: Apache-2.0
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace Qt::StringLiterals;

// The real program, as a shell starts it, on the embedded engine.
class tst_CommandLine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void formats_data();
    void formats();
    void sqlComesFrom_data();
    void sqlComesFrom();
    void parameters_data();
    void parameters();
    void exitCodes_data();
    void exitCodes();
    void usageErrors_data();
    void usageErrors();
    void passwordsInArgumentsAreRefused();
    void statementsRunInOrder();
    void placesOfErrorsAreInTheScript();
    void arrowReadsBack();
    void statistics();
    void standardOutputHoldsDataAlone();
    void outputFileIsWholeOrNotThere();
    void interruptCancels();
    void brokenPipeEndsIt();
    void schemaLevels();
    void storedConnections();
    void helpIsMadeOfTheTables();
    void driverOfAnotherFolderIsNotLoaded();

private:
    struct Run
    {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
    };
    Run grebe(const QStringList &arguments, const QByteArray &input = {});
    Run query(const QStringList &arguments, const QByteArray &input = {})
    {
        return grebe(QStringList { u"query"_s, u"--url"_s, u"duckdb:"_s } + arguments, input);
    }
    void prepare(QProcess &process) const;
    QString path(const QString &name) const { return m_dir->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_dir;
};

// Never ends by itself and needs no memory.
static const QString kEndless = u"SELECT count(*) FROM range(1000000000000) a, range(1000000) b WHERE a.range + b.range = -1"_s;

void tst_CommandLine::init()
{
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(m_dir->isValid());
}

void tst_CommandLine::prepare(QProcess &process) const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"XDG_CONFIG_HOME"_s, path(u"config"_s));
    environment.remove(u"QT_PLUGIN_PATH"_s); // the program finds its driver by itself
    environment.remove(u"GREBE_PASSWORD"_s);
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(m_dir->path());
    process.setProgram(QStringLiteral(GREBE_PROGRAM));
}

tst_CommandLine::Run tst_CommandLine::grebe(const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    prepare(process);
    process.setArguments(arguments);
    process.start();
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit)
        return { -1, process.readAllStandardOutput(), "did not end by itself: " + process.readAllStandardError() };
    return { process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError() };
}

void tst_CommandLine::formats_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("table is the default") << QString() << QByteArray(" n | s\n---+------\n 1 | a,b\n 2 | NULL\n");
    QTest::newRow("csv") << u"csv"_s << QByteArray("n,s\r\n1,\"a,b\"\r\n2,\r\n");
    QTest::newRow("tsv") << u"tsv"_s << QByteArray("n\ts\n1\ta,b\n2\t\\N\n");
    QTest::newRow("jsonl") << u"jsonl"_s << QByteArray("{\"n\":1,\"s\":\"a,b\"}\n{\"n\":2,\"s\":null}\n");
    QTest::newRow("json") << u"json"_s << QByteArray("[\n{\"n\":1,\"s\":\"a,b\"},\n{\"n\":2,\"s\":null}\n]\n");
    QTest::newRow("markdown") << u"markdown"_s << QByteArray("| n | s |\n| ---: | --- |\n| 1 | a,b |\n| 2 | NULL |\n");
    QTest::newRow("none") << u"none"_s << QByteArray();
}

void tst_CommandLine::formats()
{
    QFETCH(QString, format);
    QFETCH(QByteArray, expected);
    const QString sql = u"SELECT * FROM (VALUES (1, 'a,b'), (2, NULL)) t(n, s) ORDER BY n"_s;
    const Run run = query(format.isEmpty() ? QStringList { sql } : QStringList { u"--format"_s, format, sql });
    QCOMPARE(run.err, "");
    QCOMPARE(run.exitCode, 0);
    QCOMPARE(run.out, expected);

    const QString suffix = format == "markdown"_L1 ? u"md"_s : format;
    if (!suffix.isEmpty() && format != "none"_L1) {
        const Run file = query({ u"--output"_s, path(u"rows."_s + suffix), sql });
        QCOMPARE(file.exitCode, 0);
        QCOMPARE(file.out, "");
        QFile written(path(u"rows."_s + suffix));
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(written.readAll(), expected);
    }
}

void tst_CommandLine::sqlComesFrom_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("input");
    QTest::newRow("an argument") << QStringList { u"SELECT 'é日' AS x"_s } << QByteArray();
    QTest::newRow("a file") << QStringList { u"--file"_s, u"query.sql"_s } << QByteArray();
    QTest::newRow("a dash") << QStringList { u"-"_s } << QByteArray("SELECT 'é日' AS x;\n");
    QTest::newRow("a pipe") << QStringList {} << QByteArray("-- a comment\nSELECT 'é日' AS x");
    QTest::newRow("a file called dash") << QStringList { u"--file=-"_s } << QByteArray("SELECT 'é日' AS x");
}

void tst_CommandLine::sqlComesFrom()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, input);
    QFile file(path(u"query.sql"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("\xEF\xBB\xBF/* with a mark */ SELECT 'é日' AS x;\n");
    file.close();
    const Run run = query(QStringList { u"--format=csv"_s } + arguments, input);
    QCOMPARE(run.err, "");
    QCOMPARE(run.out, "x\r\né日\r\n");
}

void tst_CommandLine::parameters_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("text by default") << QStringList { u"--param=a=5"_s, u"SELECT typeof(:a) t, :a v"_s }
                                     << QByteArray("t,v\r\nVARCHAR,5\r\n");
    QTest::newRow("a number") << QStringList { u"--param=a:bigint=9007199254740993"_s, u"SELECT :a::BIGINT + 1 v"_s }
                              << QByteArray("v\r\n9007199254740994\r\n");
    QTest::newRow("a decimal") << QStringList { u"--param=a:decimal(12,2)=5.10"_s, u"SELECT :a v"_s }
                               << QByteArray("v\r\n5.10\r\n");
    QTest::newRow("a date") << QStringList { u"--param=a:date=2026-08-01"_s, u"SELECT :a + 1 v"_s }
                            << QByteArray("v\r\n2026-08-02\r\n");
    QTest::newRow("quotes stay inside") << QStringList { u"--param=a=x' OR '1'='1"_s, u"SELECT :a v"_s }
                                        << QByteArray("v\r\nx' OR '1'='1\r\n");
    QTest::newRow("not in strings or comments")
        << QStringList { u"--param=a=1"_s, u"SELECT ':a' s, :a v -- :a"_s } << QByteArray("s,v\r\n:a,1\r\n");
}

void tst_CommandLine::parameters()
{
    QFETCH(QStringList, arguments);
    const Run run = query(QStringList { u"--format=csv"_s } + arguments);
    QCOMPARE(run.err, "");
    QTEST(run.out, "expected");
}

void tst_CommandLine::exitCodes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("words");
    QTcpServer closed; // a port that nobody listens on
    QVERIFY(closed.listen(QHostAddress::LocalHost));
    const QString port = QString::number(closed.serverPort());
    closed.close();
    const auto row = [](const char *name, const QStringList &arguments, int code, const char *words) {
        QTest::newRow(name) << arguments << code << QByteArray(words);
    };
    row("done", { u"--url=duckdb:"_s, u"SELECT 1"_s }, 0, "");
    row("done without rows", { u"--url=duckdb:"_s, u"CREATE TABLE t(a INTEGER)"_s }, 0, "");
    row("the statement is wrong", { u"--url=duckdb:"_s, u"SELEC 1"_s }, 1, "SELEC");
    row("the table is not there", { u"--url=duckdb:"_s, u"FROM nothing_there"_s }, 1, "nothing_there");
    row("nobody listens", { u"--url=trino://me@127.0.0.1:"_s + port, u"SELECT 1"_s }, 3, "refused");
    row("the file is in no folder", { u"--url=duckdb:/no/such/folder/x.db"_s, u"SELECT 1"_s }, 3, "/no/such/folder");
}

void tst_CommandLine::exitCodes()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, words);
    const Run run = grebe(QStringList { u"query"_s } + arguments);
    QTEST(run.exitCode, "exitCode");
    QVERIFY2(run.err.contains(words), run.err.constData());
    QCOMPARE(run.err.isEmpty(), run.exitCode == 0);
}

void tst_CommandLine::usageErrors_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("words");
    const auto row = [](const char *name, const QStringList &arguments, const char *words) {
        QTest::newRow(name) << arguments << QByteArray(words);
    };
    const QString url = u"--url=duckdb:"_s;
    row("a mistyped command", { u"qeury"_s }, "Did you mean query?");
    row("a mistyped option", { u"query"_s, u"--fromat=csv"_s }, "Did you mean --format?");
    row("a mistyped format", { u"query"_s, url, u"--format=jsnol"_s, u"SELECT 1"_s }, "Did you mean json");
    row("a mistyped URL option", { u"query"_s, u"--url=duckdb:x?readonli=true"_s, u"SELECT 1"_s }, "readOnly");
    row("no server", { u"query"_s, u"SELECT 1"_s }, "--url URL or --connection NAME");
    row("two servers", { u"query"_s, url, u"--connection=x"_s, u"SELECT 1"_s }, "exclude");
    row("an unknown connection", { u"query"_s, u"--connection=Sample lak"_s, u"SELECT 1"_s }, "Sample lake");
    row("an unknown engine", { u"query"_s, u"--url=trin://h"_s, u"SELECT 1"_s }, "trino");
    row("two texts", { u"query"_s, url, u"SELECT"_s, u"1"_s }, "quotes");
    row("nothing but a comment", { u"query"_s, url, u"-- nothing"_s }, "no statement");
    row("no statement", { u"query"_s, url, u"/* nothing */ ;"_s }, "no statement");
    row("no such file", { u"query"_s, url, u"--file=nowhere.sql"_s }, "nowhere.sql");
    row("a parameter without a value", { u"query"_s, url, u"--param=day=1"_s, u"SELECT :day, :dya"_s }, "Did you mean day");
    row("a value without a parameter", { u"query"_s, url, u"--param=a=1"_s, u"SELECT 1"_s }, ":a");
    row("a value that is no number", { u"query"_s, url, u"--param=a:bigint=x"_s, u"SELECT :a"_s }, "no bigint");
    row("a session property where there is none", { u"query"_s, url, u"--session=a=b"_s, u"SELECT 1"_s }, "session");
    row("an output that cannot be", { u"query"_s, url, u"--output=/no/folder/x.csv"_s, u"SELECT 1"_s }, "/no/folder");
    row("connections of nothing", { u"connections"_s, u"lits"_s }, "Did you mean list?");
    row("help on nothing", { u"help"_s, u"trion"_s }, "Did you mean trino?");
}

void tst_CommandLine::usageErrors()
{
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, words);
    const Run run = grebe(arguments);
    QCOMPARE(run.exitCode, 2);
    QCOMPARE(run.out, "");
    QVERIFY2(run.err.contains(words), run.err.constData());
}

void tst_CommandLine::passwordsInArgumentsAreRefused()
{
    for (const QString &url : { u"trino://me:hunter2@127.0.0.1/x"_s, u"trino://me@127.0.0.1/x?password=hunter2"_s }) {
        for (const QStringList &arguments : { QStringList { u"query"_s, u"--url"_s, url, u"SELECT 1"_s },
                                              QStringList { u"connections"_s, u"add"_s, u"x"_s, url } }) {
            const Run run = grebe(arguments);
            QCOMPARE(run.exitCode, 2);
            QVERIFY(run.err.contains("GREBE_PASSWORD"));
            QVERIFY(!run.err.contains("hunter2"));
        }
    }
}

void tst_CommandLine::statementsRunInOrder()
{
    const Run run = query({ u"--format=csv"_s,
                            u"CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (1), (2); SELECT * FROM t ORDER BY a;"
                            "FROM nothing_there; SELECT 'never' AS x"_s });
    QCOMPARE(run.exitCode, 1);
    QVERIFY(run.out.endsWith("a\r\n1\r\n2\r\n"));
    QVERIFY(!run.out.contains("never"));
}

void tst_CommandLine::placesOfErrorsAreInTheScript()
{
    const Run run = query({ u"--format=none"_s, u"--param=long_name=1"_s },
                          "SELECT 1;\n-- é\nSELECT :long_name,\n  :long_name, nonsense\n");
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.err.contains("at line 4, column 15"), run.err.constData());
}

void tst_CommandLine::arrowReadsBack()
{
    const Run run = query({ u"--format=arrow"_s, u"SELECT range AS n FROM range(100000)"_s });
    QCOMPARE(run.exitCode, 0);
    auto reader = arrow::ipc::RecordBatchStreamReader::Open(
        std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(run.out.toStdString())));
    QVERIFY(reader.ok());
    const auto table = (*reader)->ToTable();
    QVERIFY(table.ok());
    QCOMPARE((*table)->num_rows(), 100000);
    QVERIFY((*table)->ValidateFull().ok());
}

void tst_CommandLine::statistics()
{
    const Run run = query({ u"--format=none"_s, u"--stats"_s, u"SELECT range FROM range(300000)"_s });
    QCOMPARE(run.exitCode, 0);
    QCOMPARE(run.out, "");
    QCOMPARE(run.err.count('\n'), 1);
    const QJsonObject statistics = QJsonDocument::fromJson(run.err).object();
    QCOMPARE(statistics.keys(), QStringList({ u"bytes"_s, u"cpu_ms"_s, u"elapsed_ms"_s, u"first_row_ms"_s,
                                              u"peak_rss_kb"_s, u"query_id"_s, u"rows"_s }));
    QCOMPARE(statistics.value("rows"_L1).toInteger(), 300000);
    QVERIFY(statistics.value("first_row_ms"_L1).toDouble() > 0);
    QVERIFY(statistics.value("first_row_ms"_L1).toDouble() <= statistics.value("elapsed_ms"_L1).toDouble());
    QVERIFY(statistics.value("cpu_ms"_L1).toDouble() > 0);
    QVERIFY(statistics.value("peak_rss_kb"_L1).toInteger() > 1000);

    const Run failed = query({ u"--format=none"_s, u"--stats"_s, u"FROM nothing_there"_s });
    QCOMPARE(failed.exitCode, 1);
    QCOMPARE(QJsonDocument::fromJson(failed.err.trimmed().split('\n').last()).object().value("rows"_L1).toInteger(-1), 0);
}

void tst_CommandLine::standardOutputHoldsDataAlone()
{
    const Run run = query({ u"--format=json"_s, u"SELECT range AS n FROM range(5000)"_s });
    QCOMPARE(run.err, ""); // no progress where no terminal is
    QCOMPARE(QJsonDocument::fromJson(run.out).array().size(), 5000);
}

void tst_CommandLine::outputFileIsWholeOrNotThere()
{
    const QString name = path(u"rows.csv"_s);
    QFile old(name);
    QVERIFY(old.open(QIODevice::WriteOnly));
    old.write("old");
    old.close();
    // It fails behind the first rows.
    const Run failed = query({ u"--output"_s, name,
                               u"SELECT range, CASE WHEN range = 999999 THEN error('late') ELSE 'x' END FROM range(1000000)"_s });
    QVERIFY(failed.exitCode == 1 || failed.exitCode == 4);
    QVERIFY(old.open(QIODevice::ReadOnly));
    QCOMPARE(old.readAll(), "old");
    old.close();
    QCOMPARE(QFile::exists(name + u".part"_s), failed.exitCode == 4);

    QCOMPARE(query({ u"--output"_s, name, u"SELECT 1 AS a"_s }).exitCode, 0);
    QVERIFY(old.open(QIODevice::ReadOnly));
    QCOMPARE(old.readAll(), "a\r\n1\r\n");
    QVERIFY(!QFile::exists(name + u".part"_s));

    // A device has no name to be put in place.
    const Run full = query({ u"--output=/dev/full"_s, u"--format=csv"_s, u"SELECT range FROM range(1000000)"_s });
    QCOMPARE(full.exitCode, 4);
    QVERIFY(full.err.contains("/dev/full"));
}

void tst_CommandLine::interruptCancels()
{
    QProcess process;
    prepare(process);
    // The first statement's row says that the second one has begun.
    process.setArguments({ u"query"_s, u"--url=duckdb:"_s, u"--format=csv"_s, u"--stats"_s, u"SELECT 7 AS x;"_s + kEndless });
    process.start();
    QByteArray out;
    connect(&process, &QProcess::readyReadStandardOutput, this, [&] { out += process.readAllStandardOutput(); });
    QTRY_VERIFY_WITH_TIMEOUT(out.contains('7'), 30'000);
    QCOMPARE(::kill(pid_t(process.processId()), SIGINT), 0);
    QVERIFY(process.waitForFinished(30'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(process.readAllStandardError().contains("\"rows\":1"));
}

void tst_CommandLine::brokenPipeEndsIt()
{
    const auto throughHead = [this](const QString &sql) {
        QProcess shell;
        prepare(shell);
        shell.setProgram(u"/bin/bash"_s);
        shell.setArguments({ u"-c"_s, u"\"$0\" query --url duckdb: --format csv \"$1\" | head -1; echo \"code ${PIPESTATUS[0]}\""_s,
                             QStringLiteral(GREBE_PROGRAM), sql });
        shell.start();
        return shell.waitForFinished(60'000) ? shell.readAllStandardOutput() + shell.readAllStandardError() : "no end";
    };
    QCOMPARE(throughHead(u"SELECT range AS n FROM range(100000000000)"_s), "n\r\ncode 4\n");
    // Nothing is written any more, and still the reader's going away ends it.
    QCOMPARE(throughHead(u"SELECT 7 AS n;"_s + kEndless), "n\r\ncode 4\n");
}

void tst_CommandLine::schemaLevels()
{
    const QString url = u"--url=duckdb:"_s + path(u"lake.db"_s);
    QCOMPARE(grebe({ u"query"_s, url, u"CREATE TABLE \"a.b\" (id INTEGER NOT NULL, \"na me\" VARCHAR)"_s }).exitCode, 0);
    const Run tables = grebe({ u"schema"_s, url, u"--format=jsonl"_s, u"lake"_s, u"main"_s });
    QCOMPARE(tables.exitCode, 0);
    QVERIFY2(tables.out.contains("{\"name\":\"a.b\",\"kind\":\"table\""), tables.out.constData());
    const Run columns = grebe({ u"schema"_s, url, u"--format=csv"_s, u"lake"_s, u"main"_s, u"a.b"_s });
    QVERIFY2(columns.out.contains("id,column,INTEGER,no,"), columns.out.constData());
    QVERIFY2(columns.out.contains("na me,column,VARCHAR,yes,"), columns.out.constData());
    QVERIFY(grebe({ u"schema"_s, url }).out.contains("lake"));
}

void tst_CommandLine::storedConnections()
{
    QVERIFY(grebe({ u"connections"_s, u"list"_s }).out.contains("Sample lake"));
    const QString url = u"duckdb:"_s + path(u"mine.db"_s);
    QCOMPARE(grebe({ u"connections"_s, u"add"_s, u"Mine"_s, url, u"--environment=prod"_s }).exitCode, 0);
    const Run again = grebe({ u"connections"_s, u"add"_s, u"mine"_s, url });
    QCOMPARE(again.exitCode, 2);
    QVERIFY(again.err.contains("--replace"));
    QVERIFY(QFile::exists(path(u"config/grebe/connections.json"_s)));
    const Run list = grebe({ u"connections"_s, u"list"_s, u"--format=csv"_s });
    QVERIFY2(list.out.contains("Mine,prod,DuckDB,"), list.out.constData());
    QCOMPARE(grebe({ u"query"_s, u"--connection=MINE"_s, u"--format=csv"_s, u"SELECT 1 AS a"_s }).out, "a\r\n1\r\n");
    const Run test = grebe({ u"connections"_s, u"test"_s, u"Mine"_s });
    QCOMPARE(test.exitCode, 0);
    QVERIFY2(test.out.contains("open file") && test.out.contains("DuckDB"), test.out.constData());
    QCOMPARE(grebe({ u"connections"_s, u"remove"_s, u"Mine"_s }).exitCode, 0);
    QCOMPARE(grebe({ u"query"_s, u"--connection=Mine"_s, u"SELECT 1"_s }).exitCode, 2);
}

void tst_CommandLine::helpIsMadeOfTheTables()
{
    const Run main = grebe({ u"--help"_s });
    QCOMPARE(main.exitCode, 0);
    QVERIFY(main.out.contains("grebe query"));
    const Run queryHelp = grebe({ u"query"_s, u"--help"_s });
    QCOMPARE(queryHelp.exitCode, 0);
    for (const char *option : { "--url", "--connection", "--file", "--format", "--output", "--param", "--session", "--stats" })
        QVERIFY2(queryHelp.out.contains(option), option);
    QCOMPARE(grebe({ u"help"_s, u"query"_s }).out, queryHelp.out);
    const Run trino = grebe({ u"help"_s, u"trino"_s });
    QCOMPARE(trino.exitCode, 0);
    QVERIFY(trino.out.contains("sessionProperties"));
    QVERIFY(grebe({ u"--version"_s }).out.startsWith("grebe " GREBE_VERSION));
    for (const QByteArray &line : (queryHelp.out + trino.out).split('\n'))
        QVERIFY2(QString::fromUtf8(line).size() <= 100 && !line.endsWith(' '), line.constData());
}

// A folder that somebody else can write to must not give us code.
void tst_CommandLine::driverOfAnotherFolderIsNotLoaded()
{
    QVERIFY(QDir(m_dir->path()).mkpath(u"sqldrivers"_s));
    QVERIFY(QDir(m_dir->path()).mkpath(u"plugins/sqldrivers"_s));
    for (const QString &folder : { u"sqldrivers/"_s, u"plugins/sqldrivers/"_s }) {
        QFile fake(path(folder + u"libqsqlgrebe.so"_s));
        QVERIFY(fake.open(QIODevice::WriteOnly));
        fake.write("no library");
    }
    QCOMPARE(query({ u"--format=csv"_s, u"SELECT 1 AS a"_s }).out, "a\r\n1\r\n"); // started in that folder
}

QTEST_GUILESS_MAIN(tst_CommandLine)
#include "tst_commandline.moc"
