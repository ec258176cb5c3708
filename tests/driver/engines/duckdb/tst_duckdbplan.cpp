// SPDX-License-Identifier: Apache-2.0
#include "engines/duckdb/duckdbplan.h"
#include "engines/engineconnection.h"
#include "statementrun.h"

#include <QFile>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_DuckDbPlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordedPlan();
    void recordedAnalysis();
    void strangeTextIsKept();
    void liveKinds_data();
    void liveKinds();
    void onlyAnalyzeWrites();
    void sessionIsRespected();
    void scriptsAreRefused();
    void placesAreThoseOfTheStatement();
    void describe();
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

ConnectionPtr connectionTo(const QString &url)
{
    const auto parameters = ConnectionParameters::fromUrl(url, engineInfos());
    if (!parameters)
        qFatal("%s", qPrintable(parameters.error().message));
    const EngineEntry *entry = engineEntry(u"duckdb"_s);
    return makeConnection(entry->create(*parameters, nullptr), entry->info(), *parameters);
}

template<typename T>
Result<T> waitFor(QFuture<Result<T>> future)
{
    future.waitForFinished();
    return future.takeResult();
}

PlanNode find(const QList<PlanNode> &nodes, const QString &name, const QString &descriptor)
{
    for (const PlanNode &node : nodes) {
        if (node.name == name && node.descriptor.contains(descriptor))
            return node;
        if (PlanNode below = find(node.children, name, descriptor); !below.name.isEmpty())
            return below;
    }
    return {};
}

void run(Connection &connection, const QString &sql)
{
    StatementRun run(connection.prepare(sql));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
}

} // namespace

void tst_DuckDbPlan::recordedPlan()
{
    const Plan plan = duckdbPlan(recorded(u"explain"_s), PlanKind::Distributed);
    QCOMPARE(plan.roots.size(), 1);
    QCOMPARE(plan.roots.first().name, u"TOP_N"_s);
    const PlanNode join = find(plan.roots, u"HASH_JOIN"_s, u"customer_id"_s);
    QCOMPARE(join.children.size(), 2);
    QCOMPARE(join.estimate.rowCount, 35462.0);
    QVERIFY(join.actual.isEmpty());
    const PlanNode scan = find(plan.roots, u"SEQ_SCAN"_s, u"memory.main.orders"_s);
    QVERIFY2(scan.details.contains(u"Filters: (total > 10.00)"_s), qPrintable(scan.details.join(u'\n')));
}

void tst_DuckDbPlan::recordedAnalysis()
{
    const Plan plan = duckdbPlan(recorded(u"analyze"_s), PlanKind::Analyze);
    QCOMPARE(plan.roots.size(), 1);
    QCOMPARE(plan.roots.first().name, u"TOP_N"_s); // not the frame that EXPLAIN ANALYZE puts around it
    const PlanNode scan = find(plan.roots, u"TABLE_SCAN"_s, u"memory.main.orders"_s);
    QCOMPARE(scan.actual.inputRowCount, 200'000.0);
    QCOMPARE(scan.actual.rowCount, 197'806.0);
    const PlanNode join = find(plan.roots, u"HASH_JOIN"_s, QString());
    QCOMPARE(join.actual.cpu->count(), 7'551'575);
    QVERIFY(*join.actual.cpuShare > 0.5 && *join.actual.cpuShare < 0.8);
    QVERIFY2(plan.note.contains(u"20.1 ms in all"_s), qPrintable(plan.note));
}

void tst_DuckDbPlan::strangeTextIsKept()
{
    for (const QString &text : { QString(), u"no plan"_s, u"{}"_s, u"[1, \"x\"]"_s }) {
        const Plan plan = duckdbPlan(text, PlanKind::Distributed);
        QCOMPARE(plan.text, text);
        QVERIFY(plan.nodeCount() <= 2);
    }
}

void tst_DuckDbPlan::liveKinds_data()
{
    QTest::addColumn<PlanKind>("kind");
    QTest::addColumn<bool>("isThere");
    QTest::addColumn<bool>("hasNodes");
    QTest::newRow("physical") << PlanKind::Distributed << true << true;
    QTest::newRow("valid") << PlanKind::Validate << true << false;
    QTest::newRow("analyzed") << PlanKind::Analyze << true << true;
    QTest::newRow("logical: not without changing the session") << PlanKind::Logical << false << false;
    QTest::newRow("what is read: not told") << PlanKind::Io << false << false;
}

void tst_DuckDbPlan::liveKinds()
{
    QFETCH(PlanKind, kind);
    QFETCH(bool, isThere);
    QFETCH(bool, hasNodes);
    const ConnectionPtr connection = connectionTo(u"duckdb:sample"_s);
    const Result<Plan> plan = waitFor(connection->explain(u"SELECT country, count(*) FROM customers GROUP BY 1;"_s, kind));
    if (!isThere) {
        QCOMPARE(plan.error_or(Error()).code, Error::Code::NotImplemented);
        return;
    }
    QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
    QCOMPARE(!plan->roots.isEmpty(), hasNodes);
    QVERIFY(!plan->text.isEmpty());
    if (hasNodes)
        QVERIFY(!find(plan->roots, kind == PlanKind::Analyze ? u"TABLE_SCAN"_s : u"SEQ_SCAN"_s, u"\"sample\".main.customers"_s).name.isEmpty());
}

void tst_DuckDbPlan::onlyAnalyzeWrites()
{
    const ConnectionPtr connection = connectionTo(u"duckdb:"_s);
    run(*connection, u"CREATE TABLE t AS SELECT 1 AS a"_s);
    for (const PlanKind kind : { PlanKind::Distributed, PlanKind::Validate }) {
        QVERIFY(waitFor(connection->explain(u"DELETE FROM t"_s, kind)));
        StatementRun count(connection->prepare(u"SELECT * FROM t"_s));
        QVERIFY2(count.waitForEnd(), count.log());
        QCOMPARE(count.rowCount(), 1);
    }
    QVERIFY(waitFor(connection->explain(u"DELETE FROM t"_s, PlanKind::Analyze)));
    StatementRun count(connection->prepare(u"SELECT * FROM t"_s));
    QVERIFY2(count.waitForEnd(), count.log());
    QCOMPARE(count.rowCount(), 0);
}

void tst_DuckDbPlan::sessionIsRespected()
{
    const ConnectionPtr connection = connectionTo(u"duckdb:"_s);
    run(*connection, u"CREATE TEMPORARY TABLE mine AS SELECT 1 AS a"_s);
    const Result<Plan> plan = waitFor(connection->explain(u"SELECT * FROM mine"_s, PlanKind::Distributed));
    QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
}

void tst_DuckDbPlan::scriptsAreRefused()
{
    const ConnectionPtr connection = connectionTo(u"duckdb:"_s);
    run(*connection, u"CREATE TABLE t AS SELECT 1 AS a"_s);
    const Result<Plan> plan = waitFor(connection->explain(u"SELECT 1; DROP TABLE t"_s, PlanKind::Distributed));
    QCOMPARE(plan.error_or(Error()).code, Error::Code::InvalidArgument);
    run(*connection, u"SELECT * FROM t"_s);
    QCOMPARE(waitFor(connection->explain(u" -- nothing"_s, PlanKind::Distributed)).error_or(Error()).code, Error::Code::InvalidArgument);
}

void tst_DuckDbPlan::placesAreThoseOfTheStatement()
{
    const ConnectionPtr connection = connectionTo(u"duckdb:"_s);
    const Result<Plan> plan = waitFor(connection->explain(u"SELECT *\nFROM nowhere"_s, PlanKind::Distributed));
    QVERIFY(!plan);
    QCOMPARE(plan.error().code, Error::Code::NotFound);
    QCOMPARE(plan.error().line, 2);
    QCOMPARE(plan.error().column, 6);
}

void tst_DuckDbPlan::describe()
{
    const ConnectionPtr connection = connectionTo(u"duckdb:sample"_s);
    const auto functions = waitFor(connection->describe(MetadataTopic::Functions, {}));
    QVERIFY2(functions, functions ? "" : qPrintable(functions.error().message));
    QVERIFY(functions->rows.size() > 500);
    QVERIFY(std::ranges::any_of(functions->rows, [](const QStringList &row) { return row.value(0) == "abs"_L1 && row.value(1) == "scalar"_L1; }));
    const auto settings = waitFor(connection->describe(MetadataTopic::SessionProperties, {}));
    QVERIFY2(settings, settings ? "" : qPrintable(settings.error().message));
    QVERIFY(std::ranges::any_of(settings->rows, [](const QStringList &row) { return row.value(0) == "memory_limit"_L1 && !row.value(4).isEmpty(); }));
    const auto statistics = waitFor(connection->describe(MetadataTopic::Statistics, ObjectPath({ u"sample"_s, u"main"_s, u"orders"_s })));
    QVERIFY2(statistics, statistics ? "" : qPrintable(statistics.error().message));
    QCOMPARE(statistics->rows.first().value(1), u"200000"_s);
    QVERIFY(statistics->rows.first().first().isNull());
    const auto missing = waitFor(connection->describe(MetadataTopic::Statistics, ObjectPath({ u"sample"_s, u"main"_s, u"nowhere"_s })));
    QCOMPARE(missing.error_or(Error()).code, Error::Code::NotFound);
    QCOMPARE(waitFor(connection->describe(MetadataTopic::Roles, {})).error_or(Error()).code, Error::Code::NotImplemented);
}

QTEST_GUILESS_MAIN(tst_DuckDbPlan)

#include "tst_duckdbplan.moc"
