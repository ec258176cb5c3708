// SPDX-License-Identifier: Apache-2.0
#include "faketrino.h"
#include "trinotestengine.h"

#include "engines/trino/trinoplan.h"

#include <QFile>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class tst_TrinoPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordings_data();
    void recordings();
    void estimatesAndSymbols_data();
    void estimatesAndSymbols();
    void analyzeSaysWhatItTook_data();
    void analyzeSaysWhatItTook();
    void ioNamesTables_data();
    void ioNamesTables();
    void prestoJson();
    void prestoText();
    void strangeTextIsKept_data();
    void strangeTextIsKept();
    void cutRecordingsDoNoHarm();
    void question_data();
    void question();
    void onlyAnalyzeRunsTheStatement();
    void placesAreThoseOfTheStatement();
    void aPlanThatIsGivenUpIsCancelled();
};

namespace {

QString recorded(const QString &name)
{
    QFile file(QStringLiteral(GREBE_TEST_DATA "/plans/%1.txt").arg(name));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s is not there", qPrintable(file.fileName()));
    QString text = QString::fromUtf8(file.readAll());
    while (text.startsWith(u'#'))
        text = text.sliced(text.indexOf(u'\n') + 1);
    return text;
}

PlanKind kindOf(const QString &name)
{
    if (name.startsWith("analyze"_L1))
        return PlanKind::Analyze;
    if (name.startsWith("io"_L1))
        return PlanKind::Io;
    if (name.startsWith("validate"_L1))
        return PlanKind::Validate;
    return name.startsWith("logical"_L1) ? PlanKind::Logical : PlanKind::Distributed;
}

void collect(const QList<PlanNode> &nodes, QList<PlanNode> &all)
{
    for (const PlanNode &node : nodes) {
        all << node;
        collect(node.children, all);
    }
}

QList<PlanNode> everyNode(const Plan &plan)
{
    QList<PlanNode> all;
    collect(plan.roots, all);
    return all;
}

PlanNode nodeNamed(const Plan &plan, const QString &name, const QString &descriptor = {})
{
    for (const PlanNode &node : everyNode(plan)) {
        if (node.name == name && node.descriptor.contains(descriptor))
            return node;
    }
    return {};
}

int countOf(const Plan &plan, PlanNode::Kind kind)
{
    const auto nodes = everyNode(plan);
    return int(std::ranges::count(nodes, kind, &PlanNode::kind));
}

} // namespace

void tst_TrinoPlan::recordings_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("fragments");
    QTest::addColumn<QStringList>("operators"); // some that must be there
    QTest::addColumn<QString>("root");
    const QStringList join { u"TopN"_s, u"Aggregate"_s, u"InnerJoin"_s, u"TableScan"_s };
    for (const auto &version : { u"476"_s, u"483"_s }) {
        const auto row = [&](const char *name, const char *file, int fragments, const QStringList &operators, const QString &root) {
            QTest::addRow("%s of %s", name, qPrintable(version)) << QLatin1StringView(file) + u'-' + version << fragments << operators << root;
        };
        const int all = version == "476"_L1 ? 5 : 7; // 483 broadcasts otherwise
        if (version == "476"_L1)
            row("a logical plan in JSON", "logical-json", 0, join, u"Output"_s);
        else // LOGICAL is another word for DISTRIBUTED by now
            row("a logical plan in JSON", "logical-json", all, join, u"Fragment 0"_s);
        row("a distributed plan in JSON", "distributed-json", all, join, u"Fragment 0"_s);
        row("a plain plan in JSON", "plain-json", all, join, u"Fragment 0"_s);
        row("a distributed plan in text", "distributed-text", all, join, u"Fragment 0"_s);
        row("a plan of a write", "distributed-insert", 3, { u"TableWriter"_s }, u"Fragment 0"_s);
        row("an analyzed plan", "analyze", all, join, u"Fragment 1"_s);
        row("an analyzed plan in many words", "analyze-verbose", all, join, u"Fragment 1"_s);
    }
}

void tst_TrinoPlan::recordings()
{
    QFETCH(QString, name);
    QFETCH(QStringList, operators);
    const QString text = recorded(name);
    const Plan plan = trinoPlan(text, kindOf(name));
    QCOMPARE(plan.text, text);
    QCOMPARE(plan.roots.size(), 1); // every fragment has found its place
    QTEST(plan.roots.first().name, "root");
    QTEST(countOf(plan, PlanNode::Kind::Fragment), "fragments");
    for (const QString &name : std::as_const(operators)) {
        const auto nodes = everyNode(plan);
        QVERIFY2(std::ranges::any_of(nodes, [&](const PlanNode &node) { return node.name.startsWith(name); }), qPrintable(name));
    }
    const auto nodes = everyNode(plan);
    for (const PlanNode &node : nodes) {
        QVERIFY2(!node.name.isEmpty() && !node.name.contains(u'\x1f') && !node.name.contains(u'['), qPrintable(node.name));
        if (node.kind == PlanNode::Kind::Operator)
            QVERIFY2(!node.outputs.isEmpty() || node.name == "TableCommit"_L1, qPrintable(node.name));
    }
}

void tst_TrinoPlan::estimatesAndSymbols_data()
{
    QTest::addColumn<QString>("name");
    for (const auto name : { "distributed-json-476", "distributed-json-483", "distributed-text-476", "distributed-text-483", "analyze-476", "analyze-483" })
        QTest::addRow("%s", name) << QString::fromLatin1(name);
}

void tst_TrinoPlan::estimatesAndSymbols()
{
    QFETCH(QString, name);
    const Plan plan = trinoPlan(recorded(name), kindOf(name));
    const PlanNode scan = nodeNamed(plan, u"ScanFilterProject"_s, u"orders"_s);
    QVERIFY(!scan.name.isEmpty());
    // Of scan, filter and project: rows and bytes of the last, costs of all.
    QCOMPARE(qRound64(*scan.estimate.rowCount), 3605);
    QVERIFY(*scan.estimate.byteCount > 60'000 && *scan.estimate.byteCount < 70'000);
    QVERIFY(*scan.estimate.cpuCost > 600'000 && *scan.estimate.cpuCost < 800'000);
    QVERIFY2(scan.outputs.contains(u"totalprice:double"_s), qPrintable(scan.outputs.join(u' ')));
    QVERIFY2(scan.descriptor.contains(u"table = tpch:tiny:orders"_s), qPrintable(scan.descriptor));
    // The server does not know: no figure, not zero.
    const PlanNode top = nodeNamed(plan, u"TopN"_s);
    QCOMPARE(top.estimate.rowCount, 5.0);
    QVERIFY(!top.estimate.cpuCost && !top.estimate.memoryByteCount);
}

void tst_TrinoPlan::analyzeSaysWhatItTook_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<qint64>("cpu"); // of the scan of orders, in ms
    QTest::newRow("476") << u"analyze-476"_s << qint64(183);
    QTest::newRow("483") << u"analyze-483"_s << qint64(-1);
    QTest::newRow("476 in many words") << u"analyze-verbose-476"_s << qint64(-1);
    QTest::newRow("483 in many words") << u"analyze-verbose-483"_s << qint64(-1);
}

void tst_TrinoPlan::analyzeSaysWhatItTook()
{
    QFETCH(QString, name);
    QFETCH(qint64, cpu);
    const Plan plan = trinoPlan(recorded(name), PlanKind::Analyze);
    QVERIFY(plan.isAnalyzed());
    QVERIFY2(plan.note.contains(u"Planning: "_s), qPrintable(plan.note));
    const PlanNode scan = nodeNamed(plan, u"ScanFilterProject"_s, u"orders"_s);
    QCOMPARE(scan.actual.rowCount, 3633.0);
    QCOMPARE(scan.actual.inputRowCount, 15000.0);
    QVERIFY(scan.actual.cpu && scan.actual.scheduled && *scan.actual.scheduled >= *scan.actual.cpu);
    if (cpu >= 0)
        QCOMPARE(*scan.actual.cpu, std::chrono::milliseconds(cpu));
    const PlanNode join = nodeNamed(plan, u"InnerJoin"_s, u"custkey"_s);
    QCOMPARE(join.actual.rowCount, 2298.0);
    QCOMPARE(join.children.size(), 2);
    double shares = 0;
    const auto nodes = everyNode(plan);
    for (const PlanNode &node : nodes) {
        if (node.kind == PlanNode::Kind::Operator)
            shares += node.actual.cpuShare.value_or(0);
        else
            QVERIFY2(node.actual.cpu && node.actual.memoryByteCount, qPrintable(node.name));
    }
    QVERIFY2(qAbs(shares - 1) < 1e-6, QByteArray::number(shares));
    // Nothing is lost: what has no column of its own is a detail.
    QVERIFY2(scan.details.join(u'\n').contains(u"Filtered: 75.7"_s), qPrintable(scan.details.join(u'\n')));
}

void tst_TrinoPlan::ioNamesTables_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QStringList>("tables");
    for (const auto version : { "476", "483" }) {
        QTest::addRow("tables that are read, %s", version) << u"io-"_s + QLatin1StringView(version)
            << QStringList { u"read tpch.tiny.customer"_s, u"read tpch.tiny.nation"_s, u"read tpch.tiny.orders"_s };
        QTest::addRow("a table that is written, %s", version) << u"io-insert-"_s + QLatin1StringView(version)
            << QStringList { u"read tpch.tiny.orders"_s, u"written memory.default.planned"_s };
    }
}

void tst_TrinoPlan::ioNamesTables()
{
    QFETCH(QString, name);
    const Plan plan = trinoPlan(recorded(name), PlanKind::Io);
    QStringList tables;
    for (const PlanNode &node : plan.roots) {
        QCOMPARE(node.kind, PlanNode::Kind::Table);
        tables << node.descriptor + u' ' + node.name;
    }
    tables.sort();
    QTEST(tables, "tables");
    const PlanNode orders = nodeNamed(plan, u"tpch.tiny.orders"_s);
    QCOMPARE(orders.estimate.rowCount, 15000.0);
    const QString constraints = orders.details.join(u'\n');
    QVERIFY2(constraints.contains(name.startsWith("io-insert"_L1) ? u"orderkey < 100"_s : u"orderdate ≥ 1997-01-01"_s), qPrintable(constraints));
}

void tst_TrinoPlan::prestoJson()
{
    // The layout of PrestoDB 0.29x: identifier, details as one text, fragments inside "plan", remoteSources.
    const QString text = uR"({"0":{"plan":{"id":"9","name":"Output","identifier":"[name]","details":"name := n (1:8)\n","estimates":[],"children":[
        {"id":"150","name":"RemoteSource","identifier":"[1]","details":"","estimates":[],"children":[],"remoteSources":["1"]}],"remoteSources":[]}},
        "1":{"plan":{"id":"0","name":"TableScan","identifier":"[TableHandle {connectorId='tpch', connectorHandle='nation:sf0.01'}]","details":"n := tpch:name (1:20)\nLAYOUT: nation\n",
        "estimates":[{"outputRowCount":25.0,"totalSize":452.0,"outputSizeInBytes":452.0,"confident":true,"cpuCost":452.0,"maxMemory":0.0,"networkCost":"NaN"}],"children":[],"remoteSources":[]}}})"_s;
    const Plan plan = trinoPlan(text, PlanKind::Distributed);
    QCOMPARE(plan.roots.size(), 1);
    QCOMPARE(plan.nodeCount(), 5);
    const PlanNode scan = nodeNamed(plan, u"TableScan"_s);
    QCOMPARE(scan.details, QStringList({ u"n := tpch:name (1:20)"_s, u"LAYOUT: nation"_s }));
    QCOMPARE(scan.estimate.rowCount, 25.0);
    QVERIFY(!scan.estimate.networkByteCount);
    QVERIFY2(scan.descriptor.startsWith(u"TableHandle"_s), qPrintable(scan.descriptor));
    QCOMPARE(nodeNamed(plan, u"RemoteSource"_s).children.first().name, u"Fragment 1"_s);
}

void tst_TrinoPlan::prestoText()
{
    const QString text = uR"(Fragment 1 [SINGLE]
    CPU: 1.20ms, Scheduled: 2.00ms, Input: 25 rows (452B); per task: avg.: 25.00 std.dev.: 0.00, Output: 5 rows (90B), 1 tasks
    Output layout: [name]
    - TopN[PlanNodeId 4][5 by (name ASC_NULLS_LAST)] => [name:varchar(25)]
            CPU: 1.00ms (50.00%), Scheduled: 1.00ms (50.00%), Output: 5 rows (90B)
        - RemoteSource[PlanNodeId 12][2] => [name:varchar(25)]
                CPU: 0.00ns (0.00%), Scheduled: 0.00ns (0.00%), Output: 25 rows (452B)

Fragment 2 [SOURCE]
    CPU: 1.00ms, Scheduled: 1.00ms, Input: 25 rows (452B); per task: avg.: 25.00 std.dev.: 0.00, Output: 25 rows (452B), 1 tasks
    - TableScan[PlanNodeId 0][TableHandle {connectorId='tpch'}] => [name:varchar(25)]
            Estimates: {source: CostBasedSourceInfo, rows: 25 (452B), cpu: 452.00, memory: 0.00, network: 0.00}
            CPU: 1.00ms (50.00%), Scheduled: 1.00ms (50.00%), Output: 25 rows (452B)
            name := tpch:name (1:27)
)"_s;
    const Plan plan = trinoPlan(text, PlanKind::Analyze);
    QCOMPARE(plan.roots.size(), 1);
    QCOMPARE(plan.nodeCount(), 5);
    const PlanNode top = nodeNamed(plan, u"TopN"_s);
    QCOMPARE(top.id, u"4"_s);
    QCOMPARE(top.descriptor, u"5 by (name ASC_NULLS_LAST)"_s);
    QCOMPARE(top.outputs, QStringList(u"name:varchar(25)"_s));
    QCOMPARE(top.actual.cpu, 1ms);
    QCOMPARE(top.actual.cpuShare, 0.5);
    const PlanNode scan = nodeNamed(plan, u"TableScan"_s);
    QCOMPARE(scan.estimate.rowCount, 25.0);
    QCOMPARE(nodeNamed(plan, u"RemoteSource"_s).children.first().name, u"Fragment 2"_s);
}

void tst_TrinoPlan::strangeTextIsKept_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("nothing") << QString();
    QTest::newRow("a sentence") << u"there is no plan for you"_s;
    QTest::newRow("an empty object") << u"{}"_s;
    QTest::newRow("a fragment that names itself") << uR"({"0":{"name":"RemoteSource","descriptor":{"sourceFragmentIds":"[0, 1, 1]"},"children":[]},"1":{"name":"RemoteSource","descriptor":{"sourceFragmentIds":"[0]"}}})"_s;
    QTest::newRow("numbers of another kind") << uR"({"name":"X","estimates":[{"outputRowCount":"many"}],"children":[7,"a",null]})"_s;
}

void tst_TrinoPlan::strangeTextIsKept()
{
    QFETCH(QString, text);
    const Plan plan = trinoPlan(text, PlanKind::Distributed);
    QCOMPARE(plan.text, text);
    QVERIFY(plan.nodeCount() < 10);
    QVERIFY(!plan.roots.isEmpty() || plan.note.contains(u"its text is whole"_s));
}

void tst_TrinoPlan::cutRecordingsDoNoHarm()
{
    for (const auto &name : { u"analyze-483"_s, u"distributed-json-476"_s, u"io-476"_s }) {
        const QString text = recorded(name);
        for (qsizetype length = 0; length < text.size(); length += 97) {
            const Plan plan = trinoPlan(text.first(length), kindOf(name));
            QCOMPARE(plan.text.size(), length);
        }
    }
}

void tst_TrinoPlan::question_data()
{
    QTest::addColumn<PlanKind>("kind");
    QTest::addColumn<int>("version");
    QTest::addColumn<QString>("prefix");
    QTest::newRow("logical, before the word was deprecated") << PlanKind::Logical << 476 << u"EXPLAIN (TYPE LOGICAL, FORMAT JSON)"_s;
    QTest::newRow("logical, after that") << PlanKind::Logical << 479 << u"EXPLAIN (FORMAT JSON)"_s;
    QTest::newRow("logical, of a server that does not say how old it is") << PlanKind::Logical << 0 << u"EXPLAIN (FORMAT JSON)"_s;
    QTest::newRow("distributed") << PlanKind::Distributed << 476 << u"EXPLAIN (FORMAT JSON)"_s;
    QTest::newRow("what is read") << PlanKind::Io << 483 << u"EXPLAIN (TYPE IO, FORMAT JSON)"_s;
    QTest::newRow("names and types") << PlanKind::Validate << 483 << u"EXPLAIN (TYPE VALIDATE)"_s;
    QTest::newRow("run it") << PlanKind::Analyze << 483 << u"EXPLAIN ANALYZE"_s;
}

void tst_TrinoPlan::question()
{
    QFETCH(PlanKind, kind);
    QFETCH(int, version);
    QFETCH(QString, prefix);
    QCOMPARE(trinoExplain(u"SELECT 1"_s, kind, version).sql, prefix + u"\nSELECT 1"_s);
}

namespace {

const QByteArray planColumn = R"("columns":[{"name":"Query Plan","type":"varchar","typeSignature":{"rawType":"varchar","arguments":[{"kind":"LONG","value":2147483647}]}}])";

} // namespace

void tst_TrinoPlan::onlyAnalyzeRunsTheStatement()
{
    FakeTrino server({ planColumn + R"(,"data":[["{\"name\":\"Output\",\"children\":[]}"]])" });
    QByteArrayList bodies;
    QByteArrayList sources;
    QMutex mutex;
    server.setTamper([&](const RecordedRequest &request, FaultReply &) {
        const QMutexLocker lock(&mutex);
        if (request.method == "POST") {
            bodies << request.body;
            sources << request.header("X-Trino-Source");
        }
    });
    TrinoTestEngine engine(server.url(), { { u"source"_s, u"mine"_s } });
    for (const PlanKind kind : { PlanKind::Distributed, PlanKind::Io, PlanKind::Validate, PlanKind::Analyze }) {
        const Result<Plan> plan = answerOf(engine->explain(u"DELETE FROM t"_s, kind));
        QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
        QCOMPARE(plan->kind, kind);
    }
    const QMutexLocker lock(&mutex);
    QCOMPARE(bodies.size(), 4);
    for (const QByteArray &body : bodies.first(3))
        QVERIFY2(body.startsWith("EXPLAIN (") && body.endsWith(")\nDELETE FROM t"), body);
    QCOMPARE(bodies.last(), "EXPLAIN ANALYZE\nDELETE FROM t");
    QCOMPARE(sources, QByteArrayList({ "grebe-metadata", "grebe-metadata", "grebe-metadata", "mine" }));
}

void tst_TrinoPlan::placesAreThoseOfTheStatement()
{
    ScriptedServer server;
    server.expect("POST /v1/statement").answer(200, R"({"id":"q1","infoUri":"{server}/ui","stats":{"state":"FAILED"},"error":{"message":"line 3:7: Table 'x' does not exist","errorCode":46,"errorName":"TABLE_NOT_FOUND","errorType":"USER_ERROR","errorLocation":{"lineNumber":3,"columnNumber":7}},"warnings":[]})");
    TrinoTestEngine engine(server.url());
    const Result<Plan> plan = answerOf(engine->explain(u"SELECT 1\n FROM x"_s, PlanKind::Distributed));
    QVERIFY(!plan);
    QCOMPARE(plan.error().line, 2);
    QCOMPARE(plan.error().column, 7);
    QCOMPARE(plan.error().message, u"line 2:7: Table 'x' does not exist"_s);
    QCOMPARE(plan.error().code, Error::Code::NotFound);
}

void tst_TrinoPlan::aPlanThatIsGivenUpIsCancelled()
{
    FakeTrino server({ planColumn, planColumn });
    server.setTamper([](const RecordedRequest &request, FaultReply &reply) { reply.isHeld = request.method == "GET"; });
    TrinoTestEngine engine(server.url());
    QFuture<Result<Plan>> plan = engine->explain(u"SELECT 1"_s, PlanKind::Analyze);
    QTRY_COMPARE(server.getCount(), 1);
    plan.cancel();
    QTRY_COMPARE(server.deleteCount(), 1);
    server.server().releaseHeld();
    QTRY_VERIFY(plan.isFinished());
    QCOMPARE(plan.resultCount(), 0);
}

QTEST_GUILESS_MAIN(tst_TrinoPlan)

#include "tst_trinoplan.moc"
