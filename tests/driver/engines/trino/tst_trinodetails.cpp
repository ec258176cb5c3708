// SPDX-License-Identifier: Apache-2.0
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include "engines/trino/trinodetails.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

QByteArray padded(const QByteArray &json)
{
    return json + QByteArray(64, ' ');
}

TrinoDetails read(const QByteArray &json)
{
    return trinoDetails(QByteArrayView(padded(json)).first(json.size()));
}

// Stages as 483 lists them and as 476 nests them.
const QByteArray listed = R"({"resourceGroupId":["global","etl"],"stages":{"outputStageId":"q.0","stages":[
    {"stageId":"q.0","plan":{"root":{"@type":"output","id":"12","source":{"@type":"remoteSource","id":"3"}}},"subStages":["q.1"]},
    {"stageId":"q.1","plan":{"root":{"@type":"aggregation","id":"1","aggregations":{"x":{"@type":"sort"}},
        "source":{"@type":"join","id":"2","left":{"@type":"join","id":"5"},"right":{"@type":"tableScan","id":"4"}}}},
        "tables":{"4":{"tableName":"hive.sales.orders"}},"subStages":[]}]}})"_ba;
const QByteArray nested = R"({"resourceGroupId":["global","etl"],"stages":{"stageId":"q.0",
    "plan":{"root":{"@type":"output","id":"12"}},"subStages":[{"stageId":"q.1","plan":{"root":{"@type":"aggregation","id":"1",
        "source":{"@type":"join","id":"2","sources":[{"@type":"tableScan","id":"4"}]}}},
        "tables":{"4":{"tableName":"hive.sales.orders"}}}]}})"_ba;

} // namespace

class tst_TrinoDetails : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void shapes_data();
    void shapes();
    void progressShowsThem();
    void onlyLongStatementsAsk();
    void aServerThatRefusesIsNotAskedAgain();
};

void tst_TrinoDetails::shapes_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("group");
    QTest::addColumn<QString>("names");
    const auto row = [](const char *name, const QByteArray &json, const QString &group, const QString &names) {
        QTest::newRow(name) << json << group << names;
    };
    row("a list of stages", listed, u"global.etl"_s, u"0=output 1=aggregate, join, scan orders"_s);
    row("stages in stages", nested, u"global.etl"_s, u"0=output 1=aggregate, join, scan orders"_s);
    row("Presto's names of classes", R"({"outputStage":{"stageId":"q.0","plan":{"root":{"@type":".SortNode","id":"1",
        "source":{"@type":"com.facebook.presto.sql.planner.plan.TopNRowNumberNode","id":"2"}}}}})"_ba, {}, u"0=sort, window"_s);
    row("Presto's tables", R"({"outputStage":{"stageId":"q.4.0","plan":{"root":{"@type":".ProjectNode","id":"1",
        "source":{"@type":".TableScanNode","id":"2","table":{"connectorHandle":{"@type":"tpch","tableName":"orders"}}}}}}})"_ba, {},
        u"4=scan orders"_s);
    row("still queued", R"({"resourceGroupId":["a"],"state":"QUEUED"})"_ba, u"a"_s, {});
    row("no group", R"({"resourceGroupId":null})"_ba, {}, {});
    row("nothing of the kind", R"(["x"])"_ba, {}, {});
    row("a page for people", "<html>"_ba, {}, {});
    row("cut", listed.first(200), {}, {});
    row("other types than expected", R"({"resourceGroupId":[1,null],"stages":[{"stageId":5,"plan":[]}]})"_ba, {}, {});
}

void tst_TrinoDetails::shapes()
{
    QFETCH(QByteArray, json);
    const TrinoDetails details = read(json);
    QTEST(details.resourceGroup, "group");
    QStringList names;
    for (const auto &[number, name] : details.stageNames.asKeyValueRange())
        names << number + u'=' + name;
    names.sort();
    QTEST(names.join(u' '), "names");
}

void tst_TrinoDetails::progressShowsThem()
{
    Progress progress;
    progress.text = u"queued"_s;
    StageProgress inner;
    inner.id = u"1"_s;
    StageProgress outer;
    outer.id = u"0"_s;
    outer.stages << inner;
    progress.stages << outer;
    read(listed).addTo(progress);
    QCOMPARE(progress.text, u"queued in global.etl"_s);
    QCOMPARE(progress.queueReason, u"global.etl"_s);
    QCOMPARE(progress.stages.constFirst().name, u"output"_s);
    QCOMPARE(progress.stages.constFirst().stages.constFirst().name, u"aggregate, join, scan orders"_s);
}

// The second page is held until the server was asked, so the first one's stages are named while the query runs.
void tst_TrinoDetails::onlyLongStatementsAsk()
{
    const QByteArray columns = R"("columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])"_ba;
    FakeTrino server({ columns + R"(,"stats":{"state":"RUNNING","rootStage":{"stageId":"0","state":"RUNNING"}})"_ba, columns });
    std::atomic<int> asked = 0;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.target.startsWith("/v1/query/")) {
            ++asked;
            reply = FaultReply::whole(200, listed, { { "Content-Type", "application/json" } });
            server.server().releaseHeld();
        } else if (request.target.endsWith("/y/1") && request.target.contains("executing") && asked == 0) {
            reply.isHeld = true;
        }
    });
    TrinoTimings timings = quickTimings();
    timings.details = std::chrono::milliseconds(1);
    {
        TrinoTestEngine engine(server.url(), {}, nullptr, timings);
        StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
        QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
        const auto progress = run.progress();
        QVERIFY2(std::any_of(progress.begin(), progress.end(), [](const Progress &step) {
            return !step.stages.isEmpty() && step.stages.constFirst().name == u"output"_s && step.queueReason == u"global.etl"_s;
        }), run.log());
    }
    QCOMPARE(asked, 1);

    asked = 1; // nothing is held now
    timings.details = std::chrono::minutes(1);
    TrinoTestEngine engine(server.url(), {}, nullptr, timings);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(asked, 1);
}

void tst_TrinoDetails::aServerThatRefusesIsNotAskedAgain()
{
    const QByteArray columns = R"("columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])"_ba;
    QList<QByteArray> pages(30, columns);
    FakeTrino server(pages);
    std::atomic<int> asked = 0;
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.target.startsWith("/v1/query/")) {
            ++asked;
            reply = FaultReply::whole(403, "Access Denied");
            server.server().releaseHeld();
        } else if (request.target.contains("executing")) {
            reply.isHeld = asked == 0;
            reply.delay = std::chrono::milliseconds(2);
        }
    });
    TrinoTimings timings = quickTimings();
    timings.details = std::chrono::milliseconds(1);
    TrinoTestEngine engine(server.url(), {}, nullptr, timings);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(asked, 1);
}

QTEST_GUILESS_MAIN(tst_TrinoDetails)
#include "tst_trinodetails.moc"
