// SPDX-License-Identifier: Apache-2.0
#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "results/cellformatter.h"
#include "results/cellviewer.h"
#include "results/filterbar.h"
#include "results/profiledelegate.h"
#include "results/profilepanel.h"
#include "results/resultview.h"
#include "settings/settings.h"
#include "statementrun.h"
#include "widgets/theme.h"

#include <arrow/api.h>

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>

using namespace Grebe;
using namespace Qt::StringLiterals;

// The panel beside the grid, with DuckDB's own answers for the same rows as the measure.
class tst_ProfilePanel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void aKeyOpensItAndItIsRemembered();
    void agreesWithDuckDb_data();
    void agreesWithDuckDb();
    void frequentValuesAgreeWithDuckDb();
    void theHistogramCountsAllRows();
    void followsTheCursor();
    void aFrequentValueFilters();
    void nullsFilter();
    void ofShownOrOfAllRows();
    void listsAllColumns();
    void growingRowsAreCountedAgain();
    void aLargeResultIsLookedAtInTwoSteps();
    void stops();
    void estimatesSayAbout();
    void letsGoOfTheResult();

private:
    QString value(const QString &label) const;
    QString duck(const QString &sql) const;
    void open(int column);
    ProfilePanel *panel() const { return m_view->viewer()->profile(); }
    void waitForProfile();
    QTreeWidgetItem *item(const QString &label) const;

    ConnectionPtr m_connection;
    std::shared_ptr<ResultStore> m_store;
    std::vector<ColumnFormatter> m_columns;
    QStringList m_names;
    qint64 m_rowCount = 0;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ResultView> m_view;
    ResultGrid *m_grid = nullptr;
};

namespace {

const QString kRows = u"(SELECT range::INTEGER AS id, "
                      "CASE WHEN range % 7 <> 3 THEN ((range * 7919) % 10007 - 5000)::DECIMAL(18, 2) / 4 END::DECIMAL(18, 2) AS price, "
                      "CASE WHEN range % 5 = 0 THEN NULL WHEN range % 11 = 0 THEN '' ELSE 'k' || (range * range) % 13 END AS word, "
                      "DATE '2026-01-01' + (range % 400)::INTEGER AS day, "
                      "sqrt(range) AS root FROM range(10000))"_s;
enum Column { Id, Price, Word, Day, Root };

} // namespace

void tst_ProfilePanel::initTestCase()
{
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));
    m_folder = std::make_unique<QTemporaryDir>();
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder->path());
    Theme::apply(Theme::schemeFromText(qEnvironmentVariable("GREBE_TEST_THEME", u"light"_s)));
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(u"duckdb:"_s, engineInfos());
    QVERIFY(parameters);
    const EngineEntry *entry = engineEntry(u"duckdb"_s);
    QVERIFY(entry);
    m_connection = makeConnection(entry->create(*parameters, nullptr), entry->info(), *parameters);
    StatementRun run(m_connection->prepare(u"SELECT * FROM "_s + kRows + u" ORDER BY id"_s, {}));
    QVERIFY(run.waitForEnd());
    QVERIFY2(!run.hasFailed(), qPrintable(run.error().message));
    m_store = std::make_shared<ResultStore>();
    m_store->setSchema(run.schema());
    for (const auto &batch : run.batches())
        m_store->append(batch);
    m_rowCount = m_store->rowCount();
    QCOMPARE(m_rowCount, 10'000);
    for (const auto &field : run.schema()->fields()) {
        m_columns.emplace_back(field);
        m_names << QString::fromStdString(field->name());
    }
}

void tst_ProfilePanel::init()
{
    Settings().setValue(Settings::IsProfileShown, false);
    m_view = std::make_unique<ResultView>();
    m_view->setColumnMemory(ColumnMemory(m_folder->filePath(u"columns.ini"_s)));
    m_view->resize(1100, 700);
    m_view->setResult(m_store, &m_columns, m_names);
    m_view->setRowCount(m_rowCount);
    m_grid = m_view->grid();
    m_view->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_view.get()));
    m_grid->setFocus();
    QTRY_VERIFY(m_grid->hasFocus());
}

// GREBE_TEST_PICTURES names a folder for pictures of how each test leaves the view; GREBE_TEST_THEME is light or dark.
void tst_ProfilePanel::cleanup()
{
    if (const QString folder = qEnvironmentVariable("GREBE_TEST_PICTURES"); !folder.isEmpty()) {
        const char *tag = QTest::currentDataTag();
        m_view->grab().save(folder + u'/' + QString::fromLatin1(QTest::currentTestFunction()) + QString::fromLatin1(tag ? tag : "") + u".png"_s);
    }
    m_view.reset();
}

QString tst_ProfilePanel::duck(const QString &sql) const
{
    StatementRun run(m_connection->prepare(sql, {}));
    if (!run.waitForEnd() || run.hasFailed() || run.batches().isEmpty())
        return u"(no answer: %1)"_s.arg(run.error().message);
    const ColumnFormatter formatter(run.schema()->field(0));
    return formatter.text(*run.batches().first(), 0, 0);
}

QString tst_ProfilePanel::value(const QString &label) const
{
    for (const QString &line : panel()->lines()) {
        if (line.startsWith(label + u'\t'))
            return line.section(u'\t', 1, 1);
    }
    return u"(no %1)"_s.arg(label);
}

QTreeWidgetItem *tst_ProfilePanel::item(const QString &label) const
{
    for (const QTreeWidget *view : panel()->findChildren<QTreeWidget *>()) {
        for (int i = 0; view->isVisible() && i < view->topLevelItemCount(); ++i) {
            if (view->topLevelItem(i)->data(0, ProfileDelegate::LabelRole).toString() == label)
                return view->topLevelItem(i);
        }
    }
    return nullptr;
}

void tst_ProfilePanel::open(int column)
{
    m_grid->setCurrentCell(0, column);
    QTest::keyClick(m_grid, Qt::Key_F4);
    QVERIFY(m_view->viewer()->isVisibleTo(m_view.get()));
    waitForProfile();
}

void tst_ProfilePanel::waitForProfile()
{
    const int source = m_grid->sourceColumn(m_grid->currentColumn());
    QTRY_VERIFY_WITH_TIMEOUT(panel()->profiler()->profile(source) && !panel()->profiler()->profile(source)->isPart, 30'000);
}

void tst_ProfilePanel::aKeyOpensItAndItIsRemembered()
{
    QVERIFY(!m_view->viewer()->isVisibleTo(m_view.get()));
    open(Price);
    QCOMPARE(m_view->viewer()->page(), CellViewer::Column);
    {
        // The next result has it at once.
        ResultView next;
        next.setColumnMemory(ColumnMemory(m_folder->filePath(u"columns.ini"_s)));
        next.setResult(m_store, &m_columns, m_names);
        QVERIFY(next.viewer()->isVisibleTo(&next));
        QCOMPARE(next.viewer()->page(), CellViewer::Column);
    }
    QTest::keyClick(m_grid, Qt::Key_F4);
    QVERIFY(!m_view->viewer()->isVisibleTo(m_view.get()));
    ResultView another;
    another.setColumnMemory(ColumnMemory(m_folder->filePath(u"columns.ini"_s)));
    another.setResult(m_store, &m_columns, m_names);
    QVERIFY(!another.viewer()->isVisibleTo(&another));
}

void tst_ProfilePanel::agreesWithDuckDb_data()
{
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("label");
    QTest::addColumn<QString>("sql"); // of the one value
    const struct { int column; const char *name; } columns[] = { { Id, "id" }, { Price, "price" }, { Day, "day" }, { Root, "root" } };
    const auto row = [](int column, const char *name, const QString &label, const QString &sql) {
        QTest::addRow("%s of %s", qPrintable(label), name) << column << label << sql.arg(QLatin1StringView(name));
    };
    for (const auto &[column, name] : columns) {
        row(column, name, u"min"_s, u"min(%1)"_s);
        row(column, name, u"max"_s, u"max(%1)"_s);
        row(column, name, u"distinct"_s, u"count(DISTINCT %1)"_s);
        row(column, name, u"median"_s, u"quantile_disc(%1, 0.5)"_s);
        row(column, name, u"5 % are up to"_s, u"quantile_disc(%1, 0.05)"_s);
        row(column, name, u"95 % are up to"_s, u"quantile_disc(%1, 0.95)"_s);
        row(column, name, u"rows"_s, u"count(*)"_s);
    }
    row(Id, "id", u"sum"_s, u"sum(%1)"_s);
    row(Price, "price", u"sum"_s, u"sum(%1)"_s);
    // DuckDB's own average is a double: the exact one is made of decimals, to six digits more than the type has.
    row(Price, "price", u"mean"_s, u"rtrim(round(sum(%1) * 1.00000000 / count(%1), 8)::DECIMAL(30, 8)::VARCHAR, '0')"_s);
    row(Id, "id", u"mean"_s, u"avg(%1)"_s);
    row(Word, "word", u"distinct"_s, u"count(DISTINCT %1)"_s);
    row(Word, "word", u"empty texts"_s, u"count(*) FILTER (%1 = '')"_s);
    row(Word, "word", u"max"_s, u"max(%1)"_s);
}

void tst_ProfilePanel::agreesWithDuckDb()
{
    QFETCH(int, column);
    QFETCH(QString, label);
    QFETCH(QString, sql);
    open(column);
    const QString answer = duck(u"SELECT %1 FROM %2"_s.arg(sql, kRows));
    QCOMPARE(value(label), column == Day && label != "rows"_L1 && label != "distinct"_L1 ? answer : numberText(answer));
}

void tst_ProfilePanel::frequentValuesAgreeWithDuckDb()
{
    open(Word);
    const QStringList lines = panel()->lines();
    const qsizetype heading = lines.indexOf(u"Most frequent\t"_s);
    QVERIFY(heading > 0);
    StatementRun run(m_connection->prepare(u"SELECT word, count(*) AS n FROM %1 WHERE word IS NOT NULL GROUP BY word ORDER BY n DESC, min(id) LIMIT 10"_s.arg(kRows), {}));
    QVERIFY(run.waitForEnd());
    const auto batch = run.batches().first();
    QCOMPARE(lines.size() - heading - 1, batch->num_rows());
    for (int i = 0; i < batch->num_rows(); ++i) {
        const QString word = ColumnFormatter(run.schema()->field(0)).text(*batch, 0, i);
        const QString count = ColumnFormatter(run.schema()->field(1)).text(*batch, 1, i);
        QCOMPARE(lines[heading + 1 + i], (word.isEmpty() ? u"(empty text)"_s : word) + u'\t' + numberText(count));
    }
    const QString nulls = duck(u"SELECT count(*) - count(word) FROM "_s + kRows);
    QCOMPARE(value(u"null"_s), numberText(nulls) + u" · 20 %"_s);
}

void tst_ProfilePanel::theHistogramCountsAllRows()
{
    open(Price);
    const QTreeWidgetItem *histogram = item(u"histogram"_s);
    QVERIFY(histogram);
    qint64 sum = 0;
    for (const qint64 count : histogram->data(0, ProfileDelegate::CountsRole).value<QList<qint64>>())
        sum += count;
    QCOMPARE(QString::number(sum), duck(u"SELECT count(price) FROM "_s + kRows));
    const QStringList edges = histogram->data(0, ProfileDelegate::EdgesRole).toStringList();
    QCOMPARE(edges.first(), value(u"min"_s));
    QCOMPARE(edges.last(), value(u"max"_s));
    // A text has none.
    m_grid->setCurrentCell(0, Word);
    QTRY_VERIFY(!item(u"histogram"_s));
}

void tst_ProfilePanel::followsTheCursor()
{
    open(Price);
    const QString before = value(u"max"_s);
    QTest::keyClick(m_grid, Qt::Key_Right);
    QTRY_COMPARE(value(u"max"_s), u"k9"_s);
    QVERIFY(before != u"k9"_s);
    QTest::keyClick(m_grid, Qt::Key_Left);
    QTRY_COMPARE(value(u"max"_s), before);
}

void tst_ProfilePanel::aFrequentValueFilters()
{
    open(Word);
    QTreeWidgetItem *top = item(u"k1"_s);
    QVERIFY(top);
    const QString count = top->data(0, ProfileDelegate::ValueRole).toString();
    QTreeWidget *view = top->treeWidget();
    view->scrollToItem(top);
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualItemRect(top).center());
    QTRY_VERIFY(m_grid->order());
    QCOMPARE(countText(m_grid->rowCount()), count);
    QCOMPARE(m_grid->cellText(0, Word), u"k1"_s);
    QVERIFY(m_view->filterBar()->isVisibleTo(m_view.get()));
    // The same again by the keyboard takes it away.
    waitForProfile();
    QTRY_COMPARE(value(u"rows"_s), count);
    top = item(u"k1"_s);
    QVERIFY(top);
    view->setCurrentItem(top);
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Return);
    QTRY_VERIFY(!m_grid->order());
}

void tst_ProfilePanel::nullsFilter()
{
    open(Word);
    QTreeWidgetItem *nulls = item(u"null"_s);
    QVERIFY(nulls);
    QCOMPARE(nulls->data(0, ProfileDelegate::ShareRole).toDouble(), 0.2);
    Q_EMIT panel()->filterRequested(Word, nulls->data(0, ProfileDelegate::ConditionRole).toString());
    QTRY_VERIFY(m_grid->order());
    QCOMPARE(m_grid->rowCount(), 2000);
}

void tst_ProfilePanel::ofShownOrOfAllRows()
{
    open(Price);
    m_view->filterBar()->toggleCondition(Id, u"<100"_s);
    QTRY_VERIFY(m_grid->order());
    QTRY_COMPARE(value(u"rows"_s), u"100"_s);
    QCOMPARE(value(u"sum"_s), numberText(duck(u"SELECT sum(price) FROM %1 WHERE id < 100"_s.arg(kRows))));
    panel()->setAllRows(true);
    QTRY_COMPARE(value(u"rows"_s), u"10,000"_s);
    QCOMPARE(value(u"sum"_s), numberText(duck(u"SELECT sum(price) FROM "_s + kRows)));
}

void tst_ProfilePanel::listsAllColumns()
{
    open(Id);
    panel()->setAllColumns(true);
    QTRY_VERIFY(panel()->profiler()->profile(Root));
    const QStringList lines = panel()->lines();
    QCOMPARE(lines.size(), 5);
    QCOMPARE(lines[Id], u"id\t10,000 distinct\tINTEGER · 0 to 9,999"_s);
    QVERIFY2(lines[Word].startsWith(u"word\t%1 distinct\t20 % null · VARCHAR"_s.arg(duck(u"SELECT count(DISTINCT word) FROM "_s + kRows))), qPrintable(lines[Word]));
    // Enter goes to a column.
    QTreeWidgetItem *day = item(u"day"_s);
    QVERIFY(day);
    day->treeWidget()->setCurrentItem(day);
    day->treeWidget()->setFocus();
    QTest::keyClick(day->treeWidget(), Qt::Key_Return);
    QCOMPARE(m_grid->currentColumn(), int(Day));
}

void tst_ProfilePanel::growingRowsAreCountedAgain()
{
    m_view->setResult(m_store, &m_columns, m_names);
    m_view->setRowCount(1000);
    open(Id);
    QCOMPARE(value(u"rows"_s), u"1,000"_s);
    m_view->setRowCount(2000);
    QTRY_COMPARE(value(u"rows"_s), u"2,000"_s);
    QCOMPARE(value(u"max"_s), u"1,999"_s);
}

void tst_ProfilePanel::aLargeResultIsLookedAtInTwoSteps()
{
    constexpr qint64 rows = 4 * ColumnProfiler::kFirstLook + 1;
    arrow::Int64Builder numbers;
    for (qint64 i = 0; i < rows; ++i)
        QVERIFY(numbers.Append(i / 3).ok());
    auto store = std::make_shared<ResultStore>();
    const auto schema = arrow::schema({ arrow::field("n", arrow::int64()) });
    store->setSchema(schema);
    store->append(arrow::RecordBatch::Make(schema, rows, { *numbers.Finish() }));
    ColumnProfiler profiler;
    QList<qint64> seen;
    connect(&profiler, &ColumnProfiler::changed, this, [&](int column) {
        seen += profiler.profile(column)->statistics.rowCount;
        QCOMPARE(profiler.profile(column)->isPart, seen.size() == 1);
    });
    profiler.setRows(store, {}, rows);
    profiler.want({ 0 });
    QTRY_COMPARE_WITH_TIMEOUT(seen, QList<qint64>({ ColumnProfiler::kFirstLook, rows }), 60'000);
}

void tst_ProfilePanel::stops()
{
    ColumnProfiler profiler;
    profiler.setRows(m_store, {}, m_rowCount);
    profiler.want({ Price, Word });
    QVERIFY(profiler.isWorking());
    profiler.stop();
    QVERIFY(!profiler.isWorking());
    // What is wanted next is found, and nothing of what was stopped.
    profiler.want({ Root });
    QTRY_VERIFY(profiler.profile(Root));
    QVERIFY(!profiler.profile(Price));
    QVERIFY(!profiler.profile(Word));
}

void tst_ProfilePanel::estimatesSayAbout()
{
    constexpr qint64 rows = 300'000;
    arrow::Int64Builder numbers;
    for (qint64 i = 0; i < rows; ++i)
        QVERIFY(numbers.Append(i).ok());
    auto store = std::make_shared<ResultStore>();
    const auto schema = arrow::schema({ arrow::field("n", arrow::int64()) });
    store->setSchema(schema);
    store->append(arrow::RecordBatch::Make(schema, rows, { *numbers.Finish() }));
    std::vector<ColumnFormatter> columns;
    columns.emplace_back(schema->field(0));
    m_view->setResult(store, &columns, { u"n"_s });
    m_view->setRowCount(rows);
    open(0);
    QVERIFY2(value(u"distinct"_s).startsWith(u"about "_s), qPrintable(value(u"distinct"_s)));
    m_view->setResult(nullptr, nullptr, {});
}

void tst_ProfilePanel::letsGoOfTheResult()
{
    open(Price);
    m_view->setResult(nullptr, nullptr, {});
    QVERIFY(!panel()->profiler()->store());
    QVERIFY(panel()->lines().isEmpty());
}

QTEST_MAIN(tst_ProfilePanel)
#include "tst_profilepanel.moc"
