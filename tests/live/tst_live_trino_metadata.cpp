// SPDX-License-Identifier: Apache-2.0
#include "engines/engineconnection.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What the real server that GREBE_LIVE_TRINO_URL names tells of itself, and its plans: catalogs tpch and memory.
class tst_LiveTrinoMetadata : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void kindsAndComments();
    void missingIsNotFound_data();
    void missingIsNotFound();
    void emptySchema();
    void definitions();
    void statistics();
    void functions();
    void sessionProperties();
    void topicsThatTheseConnectorsLack();
    void metadataSaysWhereItComesFrom();
    void aGivenUpQuestionEndsOnTheServer();
    void plans_data();
    void plans();
    void onlyAnalyzeWrites();
    void placesAreThoseOfTheStatement();
    void planOfTheSessionsSchema();
    void aStoppedAnalysisEndsOnTheServer();

private:
    void run(const QString &sql);
    QStringList column(const QString &sql);

    ConnectionParameters m_parameters;
    ConnectionPtr m_connection;
};

namespace {

template<typename T>
T valueOf(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 60s))
        qFatal("no answer in a minute");
    return future.result();
}

const ObjectPath schema({ u"memory"_s, u"told"_s });

QStringList rowStarting(const MetadataTable &table, const QString &first)
{
    for (const QStringList &row : table.rows) {
        if (row.first() == first)
            return row;
    }
    return {};
}

QStringList nodeNames(const QList<PlanNode> &nodes)
{
    QStringList names;
    for (const PlanNode &node : nodes)
        names << node.name << nodeNames(node.children);
    return names;
}

} // namespace

void tst_LiveTrinoMetadata::run(const QString &sql)
{
    StatementRun run(m_connection->prepare(sql));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
}

QStringList tst_LiveTrinoMetadata::column(const QString &sql)
{
    StatementRun run(m_connection->prepare(sql));
    if (!run.waitForEnd() || !run.hasFinished())
        return { u"failed: "_s + run.error().message };
    QStringList cells;
    for (qint64 row = 0; row < run.rowCount(); ++row)
        cells << run.cell(row, 0);
    return cells;
}

void tst_LiveTrinoMetadata::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_TRINO_URL is not set: trino://user@127.0.0.1:8080");
    const auto parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY2(parameters, parameters ? "" : qPrintable(parameters.error().message));
    m_parameters = *parameters;
    m_connection = makeConnection(engineEntry(u"trino"_s)->create(m_parameters, nullptr), m_parameters.engine(), m_parameters);
    for (const QString &sql : { u"CREATE SCHEMA IF NOT EXISTS memory.told"_s, u"CREATE SCHEMA IF NOT EXISTS memory.nothing"_s,
                                u"DROP TABLE IF EXISTS memory.told.\"a.b\""_s,
                                u"CREATE TABLE memory.told.\"a.b\" (id bigint NOT NULL COMMENT 'the key', place row(x double, \"y z\" varchar)) COMMENT 'all of it'"_s,
                                u"INSERT INTO memory.told.\"a.b\" SELECT nationkey, NULL FROM tpch.tiny.nation"_s,
                                u"CREATE OR REPLACE VIEW memory.told.v AS SELECT id FROM memory.told.\"a.b\""_s,
                                u"CREATE OR REPLACE FUNCTION memory.told.twice(x bigint) RETURNS bigint COMMENT 'doubles' RETURN x * 2"_s })
        run(sql);
}

void tst_LiveTrinoMetadata::cleanupTestCase()
{
    for (const QString &sql : { u"DROP FUNCTION memory.told.twice(bigint)"_s, u"DROP VIEW memory.told.v"_s, u"DROP TABLE memory.told.\"a.b\""_s,
                                u"DROP SCHEMA memory.told"_s, u"DROP SCHEMA memory.nothing"_s })
        run(sql);
    m_connection.reset();
}

void tst_LiveTrinoMetadata::kindsAndComments()
{
    const auto tables = valueOf(m_connection->list(schema));
    QVERIFY2(tables, tables ? "" : qPrintable(tables.error().message));
    QCOMPARE(tables->size(), 2);
    QCOMPARE(tables->at(0).kind, ObjectInfo::Kind::Table);
    QCOMPARE(tables->at(1).kind, ObjectInfo::Kind::View);
    const auto columns = valueOf(m_connection->list(tables->at(0).path));
    QVERIFY2(columns, columns ? "" : qPrintable(columns.error().message));
    QCOMPARE(columns->at(0).comment, u"the key"_s);
    QCOMPARE(columns->at(0).type, u"bigint"_s);
    QVERIFY(!columns->at(0).isNullable);
    const auto fields = valueOf(m_connection->list(columns->at(1).path));
    QVERIFY2(fields, fields ? "" : qPrintable(fields.error().message));
    QCOMPARE(fields->at(1).name(), u"y z"_s);
    const auto system = valueOf(m_connection->list(ObjectPath({ u"system"_s, u"runtime"_s })));
    QVERIFY(system && std::ranges::all_of(*system, [](const ObjectInfo &info) { return info.kind == ObjectInfo::Kind::SystemTable; }));
}

void tst_LiveTrinoMetadata::missingIsNotFound_data()
{
    QTest::addColumn<QStringList>("path");
    QTest::newRow("a catalog") << QStringList { u"nowhere"_s };
    QTest::newRow("a schema") << QStringList { u"memory"_s, u"nowhere"_s };
    QTest::newRow("a schema of a catalog that is not there") << QStringList { u"nowhere"_s, u"nowhere"_s };
    QTest::newRow("a table") << QStringList { u"memory"_s, u"told"_s, u"nowhere"_s };
    QTest::newRow("a column") << QStringList { u"memory"_s, u"told"_s, u"a.b"_s, u"nowhere"_s };
    QTest::newRow("a field") << QStringList { u"memory"_s, u"told"_s, u"a.b"_s, u"place"_s, u"nowhere"_s };
}

void tst_LiveTrinoMetadata::missingIsNotFound()
{
    QFETCH(QStringList, path);
    const auto answer = valueOf(m_connection->list(ObjectPath(path)));
    QCOMPARE(answer.error_or(Error()).code, Error::Code::NotFound);
}

void tst_LiveTrinoMetadata::emptySchema()
{
    const auto answer = valueOf(m_connection->list(ObjectPath({ u"memory"_s, u"nothing"_s })));
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().message));
    QVERIFY(answer->isEmpty());
}

void tst_LiveTrinoMetadata::definitions()
{
    const auto table = valueOf(m_connection->definition(schema.child(u"a.b"_s)));
    QVERIFY(table && table->contains(u"COMMENT 'the key'"_s));
    const auto view = valueOf(m_connection->definition(schema.child(u"v"_s)));
    QVERIFY(view && view->startsWith(u"CREATE VIEW"_s));
    const auto made = valueOf(m_connection->definition(schema));
    QVERIFY2(made && made->startsWith(u"CREATE SCHEMA"_s), made ? qPrintable(*made) : qPrintable(made.error().message));
}

void tst_LiveTrinoMetadata::statistics()
{
    const auto answer = valueOf(m_connection->describe(MetadataTopic::Statistics, ObjectPath({ u"tpch"_s, u"tiny"_s, u"orders"_s })));
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().message));
    QCOMPARE(rowStarting(*answer, u"orderkey"_s).value(3).toDouble(), 15000.0);
    QVERIFY(answer->rows.last().first().isNull());
    QCOMPARE(answer->rows.last().at(1).toDouble(), 15000.0);
    const auto missing = valueOf(m_connection->describe(MetadataTopic::Statistics, schema.child(u"nowhere"_s)));
    QCOMPARE(missing.error_or(Error()).code, Error::Code::NotFound);
}

void tst_LiveTrinoMetadata::functions()
{
    const auto all = valueOf(m_connection->describe(MetadataTopic::Functions, {}));
    QVERIFY2(all, all ? "" : qPrintable(all.error().message));
    QVERIFY(all->rows.size() > 500);
    QCOMPARE(rowStarting(*all, u"approx_distinct"_s).value(1), u"aggregate"_s);
    QCOMPARE(rowStarting(*all, u"sequence"_s).value(0), u"sequence"_s);
    const auto mine = valueOf(m_connection->describe(MetadataTopic::Functions, schema));
    QVERIFY2(mine, mine ? "" : qPrintable(mine.error().message));
    QCOMPARE(mine->rows.size(), 1);
    QCOMPARE(mine->rows.first(), QStringList({ u"twice"_s, u"scalar"_s, u"bigint"_s, u"bigint"_s, u"doubles"_s }));
}

void tst_LiveTrinoMetadata::sessionProperties()
{
    run(u"SET SESSION query_max_run_time = '7m'"_s);
    const auto answer = valueOf(m_connection->describe(MetadataTopic::SessionProperties, {}));
    run(u"RESET SESSION query_max_run_time"_s);
    QVERIFY2(answer, answer ? "" : qPrintable(answer.error().message));
    const QStringList row = rowStarting(*answer, u"query_max_run_time"_s);
    QCOMPARE(row.value(1), u"7m"_s); // this session's
    QCOMPARE(row.value(2), u"100.00d"_s);
    QVERIFY2(!row.value(4).isEmpty(), qPrintable(row.join(u'|')));
}

void tst_LiveTrinoMetadata::topicsThatTheseConnectorsLack()
{
    const auto partitions = valueOf(m_connection->describe(MetadataTopic::Partitions, schema.child(u"a.b"_s)));
    QCOMPARE(partitions.error_or(Error()).code, Error::Code::NotImplemented);
    const auto roles = valueOf(m_connection->describe(MetadataTopic::Roles, ObjectPath({ u"memory"_s })));
    QVERIFY(!roles && roles.error().message.contains(u"does not support role management"_s));
    const auto systemRoles = valueOf(m_connection->describe(MetadataTopic::Roles, {}));
    QVERIFY(systemRoles && systemRoles->rows.isEmpty() && systemRoles->columns.size() == 2);
    const auto grants = valueOf(m_connection->describe(MetadataTopic::Grants, schema.child(u"a.b"_s)));
    QVERIFY2(grants && grants->columns.first() == "grantee"_L1, grants ? "" : qPrintable(grants.error().message));
}

void tst_LiveTrinoMetadata::metadataSaysWhereItComesFrom()
{
    QVERIFY(valueOf(m_connection->list(schema)));
    const QStringList sources = column(u"SELECT DISTINCT source FROM system.runtime.queries WHERE query LIKE '%information_schema.tables%told%' AND query NOT LIKE '%runtime%'"_s);
    QCOMPARE(sources, QStringList(u"grebe-metadata"_s));
}

void tst_LiveTrinoMetadata::aGivenUpQuestionEndsOnTheServer()
{
    // The question is over in no time when it runs: what counts is that none of many is left behind or answered.
    QList<QFuture<Result<MetadataTable>>> asked;
    for (int i = 0; i < 12; ++i)
        asked << m_connection->describe(MetadataTopic::Functions, {});
    for (auto &future : asked)
        future.cancel();
    for (const auto &future : asked)
        QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), 20'000);
    const QString running = u"SELECT count(*) FROM system.runtime.queries WHERE state NOT IN ('FINISHED', 'FAILED') AND query = 'SHOW FUNCTIONS'"_s;
    QTRY_COMPARE_WITH_TIMEOUT(column(running), QStringList(u"0"_s), 20'000);
    const auto after = valueOf(m_connection->list(schema)); // their places are free
    QVERIFY(after && after->size() == 2);
}

void tst_LiveTrinoMetadata::plans_data()
{
    QTest::addColumn<PlanKind>("kind");
    QTest::addColumn<QStringList>("names"); // that must be among the nodes
    QTest::newRow("logical") << PlanKind::Logical << QStringList { u"InnerJoin"_s, u"TopN"_s };
    QTest::newRow("distributed") << PlanKind::Distributed << QStringList { u"Fragment 0"_s, u"Fragment 1"_s, u"InnerJoin"_s };
    QTest::newRow("what is read") << PlanKind::Io << QStringList { u"tpch.tiny.nation"_s, u"tpch.tiny.region"_s };
    QTest::newRow("a check") << PlanKind::Validate << QStringList();
    QTest::newRow("by running") << PlanKind::Analyze << QStringList { u"Fragment 1"_s, u"InnerJoin"_s, u"TopN"_s };
}

void tst_LiveTrinoMetadata::plans()
{
    QFETCH(PlanKind, kind);
    QFETCH(QStringList, names);
    const auto plan = valueOf(m_connection->explain(
            u"-- how\nSELECT n.name, r.name FROM tpch.tiny.nation n JOIN tpch.tiny.region r USING (regionkey) ORDER BY 1 LIMIT 3;"_s, kind));
    QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
    const QStringList all = nodeNames(plan->roots);
    for (const QString &name : std::as_const(names))
        QVERIFY2(all.contains(name), qPrintable(all.join(u' ')));
    QCOMPARE(plan->roots.isEmpty(), names.isEmpty());
    if (kind == PlanKind::Analyze)
        QVERIFY(plan->roots.first().actual.cpu);
}

void tst_LiveTrinoMetadata::onlyAnalyzeWrites()
{
    const QString insert = u"INSERT INTO memory.told.\"a.b\" SELECT nationkey, NULL FROM tpch.tiny.nation"_s;
    const QString count = u"SELECT count(*) FROM memory.told.\"a.b\""_s;
    for (const PlanKind kind : { PlanKind::Logical, PlanKind::Distributed, PlanKind::Io, PlanKind::Validate })
        QVERIFY(valueOf(m_connection->explain(insert, kind)));
    QCOMPARE(column(count), QStringList(u"25"_s));
    QVERIFY(valueOf(m_connection->explain(insert, PlanKind::Analyze)));
    QCOMPARE(column(count), QStringList(u"50"_s));
}

void tst_LiveTrinoMetadata::placesAreThoseOfTheStatement()
{
    for (const PlanKind kind : { PlanKind::Distributed, PlanKind::Validate, PlanKind::Analyze }) {
        const auto plan = valueOf(m_connection->explain(u"SELECT 1,\n  nowhere\nFROM tpch.tiny.nation"_s, kind));
        QVERIFY(!plan);
        QCOMPARE(plan.error().line, 2);
        QCOMPARE(plan.error().column, 3);
        QVERIFY2(plan.error().message.startsWith(u"line 2:3: "_s), qPrintable(plan.error().message));
    }
    const auto syntax = valueOf(m_connection->explain(u"SELECT FROM FROM x"_s, PlanKind::Validate));
    QVERIFY(!syntax);
    QCOMPARE(syntax.error().line, 1);
    QCOMPARE(syntax.error().column, 8);
}

void tst_LiveTrinoMetadata::planOfTheSessionsSchema()
{
    const ConnectionPtr session = m_connection->newSession();
    session->setCurrent(ObjectPath({ u"tpch"_s, u"tiny"_s }));
    const auto plan = valueOf(session->explain(u"SELECT * FROM nation"_s, PlanKind::Io));
    QVERIFY2(plan, plan ? "" : qPrintable(plan.error().message));
    QCOMPARE(plan->roots.first().name, u"tpch.tiny.nation"_s);
}

void tst_LiveTrinoMetadata::aStoppedAnalysisEndsOnTheServer()
{
    QFuture<Result<Plan>> plan = m_connection->explain(u"SELECT count(*) AS stopped_analysis FROM tpch.sf100.lineitem"_s, PlanKind::Analyze);
    const QString state = u"SELECT state FROM system.runtime.queries WHERE query LIKE '%AS stopped_analysis%' AND query NOT LIKE '%runtime%'"_s;
    QTRY_COMPARE_WITH_TIMEOUT(column(state), QStringList(u"RUNNING"_s), 30'000);
    plan.cancel();
    QTRY_COMPARE_WITH_TIMEOUT(column(state), QStringList(u"FAILED"_s), 30'000);
    QTRY_VERIFY(plan.isFinished());
    QCOMPARE(plan.resultCount(), 0);
}

QTEST_GUILESS_MAIN(tst_LiveTrinoMetadata)

#include "tst_live_trino_metadata.moc"
