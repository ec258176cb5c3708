// SPDX-License-Identifier: Apache-2.0
#include "fakeconnection.h"
#include "plan/planmodel.h"
#include "plan/planview.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class tst_PlanView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void columnsAreThoseThePlanKnows_data();
    void columnsAreThoseThePlanKnows();
    void figures();
    void unknownIsNotZero();
    void misjudgedRowsAreMarked();
    void theOperatorUnderTheCursorIsExplained();
    void anAnswerIsShown();
    void anErrorIsSaid();
    void stopGivesTheQuestionUp();
    void aNewQuestionReplacesTheOld();
    void textWithoutATreeIsShownAsText();
};

namespace {

/// Answers explain() when the test says so.
class PlanningConnection : public FakeConnection
{
public:
    using FakeConnection::FakeConnection;
    QFuture<Result<Plan>> explain(const QString &sql, PlanKind kind) override
    {
        asked << std::pair(sql, kind);
        promises << std::make_shared<QPromise<Result<Plan>>>();
        promises.last()->start();
        return promises.last()->future();
    }
    void answer(int index, const Result<Plan> &plan)
    {
        promises[index]->addResult(plan);
        promises[index]->finish();
    }

    QList<std::pair<QString, PlanKind>> asked;
    QList<std::shared_ptr<QPromise<Result<Plan>>>> promises;
};

PlanNode node(const QString &name, const PlanEstimate &estimate = {}, const PlanActual &actual = {}, const QList<PlanNode> &children = {})
{
    return { .name = name, .estimate = estimate, .actual = actual, .children = children };
}

Plan analyzed()
{
    Plan plan { .kind = PlanKind::Analyze, .text = u"the whole text"_s };
    PlanNode scan = node(u"TableScan"_s, { .rowCount = 15000, .byteCount = 2'000'000 }, { .rowCount = 15000, .cpu = 30ms });
    scan.descriptor = u"table = tpch:tiny:orders"_s;
    scan.outputs = { u"orderkey:bigint"_s };
    scan.details = { u"orderkey := tpch:orderkey"_s };
    PlanNode join = node(u"InnerJoin"_s, { .rowCount = 20 }, { .rowCount = 2298, .cpu = 10ms }, { scan });
    PlanNode fragment = node(u"Fragment 1"_s, {}, { .cpu = 41ms }, { join });
    fragment.kind = PlanNode::Kind::Fragment;
    fragment.distribution = u"HASH"_s;
    plan.roots = { fragment };
    setCpuShares(plan);
    return plan;
}

QStringList headers(const PlanModel &model)
{
    QStringList all;
    for (int section = 0; section < model.columnCount(); ++section)
        all << model.headerData(section, Qt::Horizontal).toString();
    return all;
}

} // namespace

void tst_PlanView::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
}

void tst_PlanView::columnsAreThoseThePlanKnows_data()
{
    QTest::addColumn<Plan>("plan");
    QTest::addColumn<QStringList>("columns");
    QTest::newRow("a plan that ran") << analyzed() << QStringList { u"operator"_s, u"rows"_s, u"expected rows"_s, u"size"_s, u"CPU"_s, u"of CPU"_s };
    QTest::newRow("a plan with estimates") << Plan { .roots = { node(u"Output"_s, { .rowCount = 5, .byteCount = 10, .cpuCost = 1 }) } }
        << QStringList { u"operator"_s, u"rows"_s, u"size"_s, u"CPU cost"_s, u"of cost"_s };
    QTest::newRow("a plan without any") << Plan { .roots = { node(u"Output"_s) } } << QStringList(u"operator"_s);
    QTest::newRow("what is read") << Plan { .kind = PlanKind::Io, .roots = { node(u"hive.sales.orders"_s, { .rowCount = 5 }) } } << QStringList { u"table"_s, u"rows"_s };
    QTest::newRow("no plan") << Plan() << QStringList(u"operator"_s);
}

void tst_PlanView::columnsAreThoseThePlanKnows()
{
    QFETCH(Plan, plan);
    PlanModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setPlan(plan);
    QTEST(headers(model), "columns");
}

void tst_PlanView::figures()
{
    PlanModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setPlan(analyzed());
    const QModelIndex fragment = model.index(0, 0);
    QCOMPARE(fragment.data(PlanModel::DetailRole).toString(), u"HASH"_s);
    QVERIFY(!fragment.siblingAtColumn(5).data(PlanModel::ShareRole).isValid()); // its operators have it
    const QModelIndex scan = model.index(0, 0, model.index(0, 0, fragment));
    QStringList cells;
    for (int column = 0; column < model.columnCount(); ++column)
        cells << scan.siblingAtColumn(column).data().toString();
    QCOMPARE(cells, QStringList({ u"TableScan"_s, u"15,000"_s, u"15,000"_s, QString(), u"30 ms"_s, u"75.0 %"_s }));
    QCOMPARE(scan.siblingAtColumn(5).data(PlanModel::ShareRole).toDouble(), 0.75);
    QVERIFY(scan.data(Qt::AccessibleTextRole).toString().contains(u"of CPU 75.0 %"_s));
}

void tst_PlanView::unknownIsNotZero()
{
    PlanModel model;
    model.setPlan({ .roots = { node(u"A"_s, { .rowCount = 0 }, {}, { node(u"B"_s) }) } });
    const QModelIndex a = model.index(0, 0);
    QCOMPARE(a.siblingAtColumn(1).data().toString(), u"0"_s);
    QCOMPARE(model.index(0, 1, a).data().toString(), QString());
}

void tst_PlanView::misjudgedRowsAreMarked()
{
    PlanModel model;
    model.setPlan(analyzed());
    const QModelIndex join = model.index(0, 0, model.index(0, 0));
    QVERIFY(join.siblingAtColumn(1).data(PlanModel::IsMisjudgedRole).toBool());
    QCOMPARE(join.siblingAtColumn(1).data(Qt::ToolTipRole).toString(), u"20 rows were expected"_s);
    QVERIFY(!model.index(0, 1, join).data(PlanModel::IsMisjudgedRole).toBool());
}

void tst_PlanView::theOperatorUnderTheCursorIsExplained()
{
    FakeServer server;
    PlanningConnection connection(&server);
    PlanView view;
    view.ask(&connection, u"SELECT 1"_s, PlanKind::Analyze);
    connection.answer(0, analyzed());
    QTRY_VERIFY(!view.isAsking());
    const QModelIndex join = view.tree()->model()->index(0, 0, view.tree()->model()->index(0, 0));
    view.tree()->setCurrentIndex(view.tree()->model()->index(0, 0, join));
    for (const QString &part : { u"TableScan"_s, u"table = tpch:tiny:orders"_s, u"orderkey:bigint"_s, u"orderkey := tpch:orderkey"_s, u"expected: rows 15,000, size 2.0 MB"_s })
        QVERIFY2(view.detailText().contains(part), qPrintable(view.detailText()));
}

void tst_PlanView::anAnswerIsShown()
{
    FakeServer server;
    PlanningConnection connection(&server);
    PlanView view;
    view.resize(900, 400);
    view.show();
    QSignalSpy ended(&view, &PlanView::ended);
    view.ask(&connection, u"SELECT 1"_s, PlanKind::Distributed);
    QVERIFY(view.isAsking());
    QVERIFY2(view.statusText().startsWith(u"the server is planning"_s), qPrintable(view.statusText()));
    QCOMPARE(connection.asked, (QList<std::pair<QString, PlanKind>> { { u"SELECT 1"_s, PlanKind::Distributed } }));
    Plan plan = analyzed();
    plan.kind = PlanKind::Distributed;
    plan.note = u"planned by version 476"_s;
    connection.answer(0, plan);
    QTRY_COMPARE(ended.count(), 1);
    QVERIFY(!ended.first().first().value<std::optional<Error>>());
    QCOMPARE(view.statusText(), u"Plan · planned by version 476"_s);
    QCOMPARE(view.rawText(), u"the whole text"_s);
    QVERIFY(view.tree()->isExpanded(view.tree()->model()->index(0, 0)));
}

void tst_PlanView::anErrorIsSaid()
{
    FakeServer server;
    PlanningConnection connection(&server);
    PlanView view;
    QSignalSpy ended(&view, &PlanView::ended);
    view.ask(&connection, u"SELECT x"_s, PlanKind::Validate);
    connection.answer(0, std::unexpected(Error { .code = Error::Code::NotFound, .message = u"Column 'x' cannot be resolved"_s }));
    QTRY_COMPARE(ended.count(), 1);
    QCOMPARE(view.statusText(), u"Column 'x' cannot be resolved"_s);
    QCOMPARE(ended.first().first().value<std::optional<Error>>()->code, Error::Code::NotFound);
}

void tst_PlanView::stopGivesTheQuestionUp()
{
    FakeServer server;
    PlanningConnection connection(&server);
    PlanView view;
    QSignalSpy ended(&view, &PlanView::ended);
    view.ask(&connection, u"SELECT 1"_s, PlanKind::Analyze);
    QVERIFY2(view.statusText().startsWith(u"running the statement"_s), qPrintable(view.statusText()));
    view.stop();
    QVERIFY(connection.promises.first()->isCanceled());
    QVERIFY(!view.isAsking());
    QCOMPARE(ended.count(), 1);
    connection.promises.first()->finish();
    QCoreApplication::processEvents();
    QCOMPARE(ended.count(), 1);
}

void tst_PlanView::aNewQuestionReplacesTheOld()
{
    FakeServer server;
    PlanningConnection connection(&server);
    auto view = std::make_unique<PlanView>();
    view->ask(&connection, u"SELECT 1"_s, PlanKind::Distributed);
    view->ask(&connection, u"SELECT 2"_s, PlanKind::Distributed);
    QVERIFY(connection.promises[0]->isCanceled());
    connection.answer(0, analyzed());
    connection.answer(1, Plan { .roots = { node(u"Values"_s) }, .text = u"second"_s });
    QTRY_COMPARE(view->rawText(), u"second"_s);
    view->ask(&connection, u"SELECT 3"_s, PlanKind::Distributed);
    view.reset();
    QVERIFY(connection.promises[2]->isCanceled());
}

void tst_PlanView::textWithoutATreeIsShownAsText()
{
    FakeServer server;
    PlanningConnection connection(&server);
    PlanView view;
    view.resize(600, 300);
    view.show();
    view.ask(&connection, u"SELECT 1"_s, PlanKind::Distributed);
    connection.answer(0, Plan { .text = u"an unknown form"_s, .note = u"not known here"_s });
    QTRY_COMPARE(view.rawText(), u"an unknown form"_s);
    QVERIFY(!view.tree()->isVisible());
}

QTEST_MAIN(tst_PlanView)
#include "tst_planview.moc"
