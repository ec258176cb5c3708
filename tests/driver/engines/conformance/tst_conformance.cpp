// SPDX-License-Identifier: Apache-2.0
#include <arrow/api.h>

#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "quirks.h"
#include "statementrun.h"

#include <QFile>
#include <QTest>

#include <unordered_set>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What every engine must do, asked in its own SQL (quirks.h).
class tst_Conformance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void serverSaysWhoItIs();
    void typeIsExact_data();
    void typeIsExact();
    void noRowsHaveASchema();
    void rowsAndSummary();
    void errorIsPlaced_data();
    void errorIsPlaced();
    void errorWhileRunning();
    void connectionWorksAfterAnError();
    void cancelBeforeStart();
    void cancelWhileRunning();
    void cancelWhilePaging();
    void lettingGoWhileRunning();
    void statementOutlivesItsConnection();
    void pauseHoldsRowsBack();
    void sessionsRunAtTheSameTime();
    void sessionFollowsUse();
    void setCurrentIsUsed();
    void metadataLevels();
    void updateCounts();
    void transactionIsUndone();
    void parameterRoundTrip_data();
    void parameterRoundTrip();
    void wrongNumberOfParameters();
    void manyRowsInLittleMemory();

private:
    QString value(Connection &connection, const QString &sql, const StatementOptions &options = {});

    ConnectionParameters m_parameters;
    const EngineEntry *m_entry = nullptr;
    ConnectionPtr m_connection;
};

namespace {

template<typename T>
Result<T> waitFor(QFuture<Result<T>> future)
{
    future.waitForFinished();
    return future.takeResult();
}

QStringList namesOf(const Result<QList<ObjectInfo>> &infos)
{
    if (!infos)
        return { u"error: "_s + infos.error().message };
    QStringList names;
    for (const ObjectInfo &info : *infos)
        names << info.name();
    return names;
}

qint64 residentBytes()
{
    QFile file(u"/proc/self/statm"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toLongLong() * 4096 : -1;
}

} // namespace

QString tst_Conformance::value(Connection &connection, const QString &sql, const StatementOptions &options)
{
    StatementRun run(connection.prepare(sql, options));
    if (!run.waitForEnd())
        return u"no end: "_s + sql;
    if (!run.problems().isEmpty())
        return QString::fromUtf8(run.problems());
    if (run.hasFailed())
        return u"error: "_s + run.error().message;
    if (run.rowCount() == 0)
        return u"no rows"_s;
    std::string text;
    const bool isValue = ColumnFormatter(run.schema()->field(0)).appendText(*run.batches().first(), 0, 0, text);
    return isValue ? QString::fromStdString(text) : u"NULL"_s;
}

void tst_Conformance::initTestCase()
{
    const QByteArray url = quirks().url[0] == '$' ? qgetenv(quirks().url + 1) : QByteArray(quirks().url);
    QVERIFY2(!url.isEmpty(), "the variable with the server's URL is not set");
    const auto parameters = ConnectionParameters::fromUrl(QString::fromUtf8(url), engineInfos());
    QVERIFY2(parameters, parameters ? "" : qPrintable(parameters.error().message));
    m_parameters = *parameters;
    m_entry = engineEntry(QString::fromLatin1(quirks().engine));
    QVERIFY(m_entry);
    m_connection = makeConnection(m_entry->create(m_parameters, nullptr), m_entry->info(), m_parameters);
    for (const QString &sql : quirks().setUp)
        QCOMPARE(value(*m_connection, sql), u"no rows"_s);
}

void tst_Conformance::cleanupTestCase()
{
    for (const QString &sql : quirks().cleanUp)
        QCOMPARE(value(*m_connection, sql), u"no rows"_s);
    m_connection.reset();
}

void tst_Conformance::serverSaysWhoItIs()
{
    const Result<ServerInfo> info = waitFor(m_connection->open());
    QVERIFY2(info, info ? "" : qPrintable(info.error().message));
    QCOMPARE(info->product, m_connection->engine().name);
    QVERIFY(!info->version.isEmpty());
}

void tst_Conformance::typeIsExact_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("text");
    for (const Quirks::Type &type : quirks().types)
        QTest::newRow(type.name) << QString::fromUtf8(type.sql) << QString::fromUtf8(type.type) << QString::fromUtf8(type.text);
}

void tst_Conformance::typeIsExact()
{
    QFETCH(QString, sql);
    StatementRun run(m_connection->prepare(u"SELECT "_s + sql));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.problems(), QByteArray());
    QCOMPARE(run.rowCount(), 1);
    const ColumnFormatter formatter(run.schema()->field(0));
    QTEST(formatter.typeText(), "type");
    std::string text;
    const bool isValue = formatter.appendText(*run.batches().first(), 0, 0, text);
    QCOMPARE(formatter.isNull(*run.batches().first(), 0, 0), !isValue);
    QTEST(isValue ? QString::fromStdString(text) : u"NULL"_s, "text");
}

void tst_Conformance::noRowsHaveASchema()
{
    StatementRun run(m_connection->prepare(quirks().noRows));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QVERIFY(run.schema());
    QCOMPARE(run.schema()->num_fields(), 1);
    QCOMPARE(run.batchCount(), 0);
    QCOMPARE(run.problems(), QByteArray());
}

void tst_Conformance::rowsAndSummary()
{
    StatementRun run(m_connection->prepare(quirks().fewRows));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.summary().rowCount, 5);
    QCOMPARE(run.summary().updateType, QString());
    QVERIFY(!run.summary().affectedRows);
    QCOMPARE(run.endCount(), 1);
    QCOMPARE(run.problems(), QByteArray());
    run->start(); // does nothing: it has run
    QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s);
    QCOMPARE(run.endCount(), 1);
}

void tst_Conformance::errorIsPlaced_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("vendorCode");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    for (const Quirks::Fault &fault : quirks().faults) {
        QTest::newRow(fault.name) << QString::fromUtf8(fault.sql) << fault.code << QString::fromUtf8(fault.vendorCode)
                                  << fault.line << fault.column;
    }
}

void tst_Conformance::errorIsPlaced()
{
    QFETCH(QString, sql);
    StatementRun run(m_connection->prepare(sql));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFailed(), run.log());
    QTEST(run.error().code, "code");
    QTEST(run.error().vendorCode, "vendorCode");
    QTEST(run.error().line, "line");
    QTEST(run.error().column, "column");
    QVERIFY(!run.error().message.isEmpty());
    QCOMPARE(run.batchCount(), 0);
    QCOMPARE(run.problems(), QByteArray());
}

void tst_Conformance::errorWhileRunning()
{
    StatementRun run(m_connection->prepare(quirks().failsLate));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFailed(), run.log());
    QVERIFY(run.error().code != Error::Code::Cancelled);
    QCOMPARE(run.endCount(), 1);
    QCOMPARE(run.problems(), QByteArray());
    if (quirks().rowsComeBeforeLateFailure)
        QVERIFY(run.rowCount() > 0);
}

void tst_Conformance::connectionWorksAfterAnError()
{
    StatementRun bad(m_connection->prepare(QString::fromUtf8(quirks().faults.first().sql)));
    StatementRun good(m_connection->prepare(quirks().fewRows));
    QVERIFY2(bad.waitForEnd(), bad.log());
    QVERIFY2(good.waitForEnd(), good.log());
    QVERIFY2(good.hasFinished(), good.log());
}

void tst_Conformance::cancelBeforeStart()
{
    StatementRun run(m_connection->prepare(quirks().insertThree), false);
    run->cancel();
    run->start();
    QVERIFY2(run.waitForEnd(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s);
}

void tst_Conformance::cancelWhileRunning()
{
    StatementRun run(m_connection->prepare(quirks().runsLong));
    QVERIFY2(run.waitFor([](const StatementRun &run) {
        const auto progress = run.progress();
        return !progress.isEmpty() && progress.last().state == Progress::State::Running;
    }), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd(30s), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QCOMPARE(run.endCount(), 1);
    QCOMPARE(run.problems(), QByteArray());
    QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s); // the session goes on
}

void tst_Conformance::cancelWhilePaging()
{
    StatementRun run(m_connection->prepare(quirks().rowsForLong), false);
    run.setKeepsBatches(false);
    run->start();
    QVERIFY2(run.waitForBatches(3), run.log());
    run->cancel();
    QVERIFY2(run.waitForEnd(30s), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QCOMPARE(run.problems(), QByteArray());
    QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s);
}

void tst_Conformance::lettingGoWhileRunning()
{
    {
        StatementRun running(m_connection->prepare(quirks().runsLong));
        QVERIFY2(running.waitFor([](const StatementRun &run) { return !run.progress().isEmpty(); }), running.log());
        StatementRun paging(m_connection->newSession()->prepare(quirks().rowsForLong), false);
        paging.setKeepsBatches(false);
        paging->start();
        StatementRun never(m_connection->prepare(quirks().fewRows), false);
    }
    QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s); // nothing of it stands in the way
}

void tst_Conformance::statementOutlivesItsConnection()
{
    ConnectionPtr connection = m_connection->newSession();
    StatementRun running(connection->prepare(quirks().runsLong));
    StatementRun late(connection->prepare(quirks().fewRows), false);
    QVERIFY2(running.waitFor([](const StatementRun &run) { return !run.progress().isEmpty(); }), running.log());
    connection.reset();
    QVERIFY2(running.waitForEnd(30s), running.log());
    QVERIFY2(running.hasFailed(), running.log());
    late->start();
    QVERIFY2(late.waitForEnd(), late.log());
    QVERIFY2(late.hasFailed(), late.log());
    QCOMPARE(running.problems() + late.problems(), QByteArray());
}

void tst_Conformance::pauseHoldsRowsBack()
{
    const ConnectionPtr connection = m_connection->newSession();
    StatementRun run(connection->prepare(quirks().manyRows), false);
    run.setKeepsBatches(false);
    run.onBatch([](Statement &statement, const auto &) { statement.pause(); });
    run->start();
    QVERIFY2(run.waitForBatches(1), run.log());
    // Other work on the same server takes a while; "at most the batches on their way" is a handful, not the result.
    for (int i = 0; i < 20; ++i)
        QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s);
    QVERIFY2(run.rowCount() < quirks().manyRowsCount / 2, run.log());
    QCOMPARE(run.endCount(), 0);
    run.onBatch({});
    run->resume();
    QVERIFY2(run.waitForEnd(120s), run.log());
    QCOMPARE(run.rowCount(), quirks().manyRowsCount);
    QCOMPARE(run.problems(), QByteArray());
}

void tst_Conformance::sessionsRunAtTheSameTime()
{
    const ConnectionPtr busy = m_connection->newSession();
    StatementRun running(busy->prepare(quirks().runsLong));
    QVERIFY2(running.waitFor([](const StatementRun &run) { return !run.progress().isEmpty(); }), running.log());
    std::vector<ConnectionPtr> sessions;
    std::vector<std::unique_ptr<StatementRun>> runs;
    for (int i = 0; i < 4; ++i) {
        sessions.push_back(m_connection->newSession());
        runs.push_back(std::make_unique<StatementRun>(sessions.back()->prepare(quirks().fewRows)));
    }
    for (const auto &run : runs) {
        QVERIFY2(run->waitForEnd(), run->log());
        QCOMPARE(run->rowCount(), 5);
    }
    QCOMPARE(running.endCount(), 0);
    // The catalog is answered while the session's statement runs.
    QVERIFY(waitFor(busy->list({})).has_value());
    QCOMPARE(running.endCount(), 0);
    running->cancel();
    QVERIFY2(running.waitForEnd(30s), running.log());
}

void tst_Conformance::sessionFollowsUse()
{
    const ConnectionPtr connection = m_connection->newSession();
    QCOMPARE(value(*connection, quirks().use), u"no rows"_s);
    QCOMPARE(connection->session().current, quirks().used); // known when finished() has come
    QVERIFY(m_connection->session().current != quirks().used);
}

void tst_Conformance::setCurrentIsUsed()
{
    const ConnectionPtr connection = m_connection->newSession();
    connection->setCurrent(quirks().table.parent());
    const QString name = connection->dialect().quoteIdentifier(quirks().table.name());
    QCOMPARE(value(*connection, u"SELECT count(*) FROM "_s + name), u"0"_s);
    QCOMPARE(connection->session().current, quirks().table.parent());
}

void tst_Conformance::metadataLevels()
{
    const ObjectPath table = quirks().table;
    const ObjectPath schema = table.parent();
    const ObjectPath catalog = schema.parent();
    QVERIFY(namesOf(waitFor(m_connection->list({}))).contains(catalog.name()));
    QVERIFY(namesOf(waitFor(m_connection->list(catalog))).contains(schema.name()));
    const auto tables = waitFor(m_connection->list(schema));
    QCOMPARE(namesOf(tables), QStringList({ table.name(), quirks().view.name() }));
    QCOMPARE(tables->at(0).kind, ObjectInfo::Kind::Table);
    QCOMPARE(tables->at(0).path, table);
    QCOMPARE(tables->at(1).kind, ObjectInfo::Kind::View);
    const auto columns = waitFor(m_connection->list(table));
    QCOMPARE(namesOf(columns), QStringList({ u"id"_s, u"place"_s }));
    QCOMPARE(columns->at(0).kind, ObjectInfo::Kind::Column);
    QCOMPARE(columns->at(0).type.toLower(), u"bigint"_s);
    QCOMPARE(columns->at(0).hasChildren, false);
    QCOMPARE(columns->at(1).hasChildren, true);
    const auto fields = waitFor(m_connection->list(columns->at(1).path));
    QCOMPARE(namesOf(fields), QStringList({ u"x"_s, u"y"_s }));
    QCOMPARE(fields->at(0).kind, ObjectInfo::Kind::Field);
    const auto missing = waitFor(m_connection->list(schema.child(u"nowhere"_s)));
    QVERIFY(!missing && missing.error().code == Error::Code::NotFound);
    const auto missingSchema = waitFor(m_connection->list(catalog.child(u"nowhere"_s)));
    QVERIFY(!missingSchema && missingSchema.error().code == Error::Code::NotFound);
    const auto missingCatalog = waitFor(m_connection->list(ObjectPath({ u"nowhere"_s })));
    QVERIFY(!missingCatalog && missingCatalog.error().code == Error::Code::NotFound);
    const auto definition = waitFor(m_connection->definition(table));
    QVERIFY2(definition, definition ? "" : qPrintable(definition.error().message));
    QVERIFY2(definition->startsWith("CREATE TABLE"_L1), qPrintable(*definition));
    QCOMPARE(value(*m_connection, m_connection->previewSql(quirks().view, 10)), u"1"_s);
}

void tst_Conformance::updateCounts()
{
    StatementRun run(m_connection->prepare(quirks().insertThree));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.summary().affectedRows, 3);
    QCOMPARE(run.summary().updateType, u"INSERT"_s);
    QCOMPARE(run.rowCount(), 0);
    QCOMPARE(value(*m_connection, quirks().countTable), u"3"_s);
    for (const QString &sql : quirks().setUp) // empty again
        QCOMPARE(value(*m_connection, sql), u"no rows"_s);
}

void tst_Conformance::transactionIsUndone()
{
    const ConnectionPtr connection = m_connection->newSession();
    const Result<void> begun = waitFor(connection->begin());
    QVERIFY2(begun, begun ? "" : qPrintable(begun.error().message));
    QVERIFY(connection->session().inTransaction);
    if (quirks().writesInTransactions) {
        QCOMPARE(value(*connection, quirks().insertThree), u"no rows"_s);
        QCOMPARE(value(*connection, quirks().countTable), u"3"_s);
        QCOMPARE(value(*m_connection, quirks().countTable), u"0"_s);
    } else {
        QCOMPARE(value(*connection, quirks().noRows), u"no rows"_s);
    }
    QVERIFY(waitFor(connection->rollback()));
    QVERIFY(!connection->session().inTransaction);
    QCOMPARE(value(*connection, quirks().countTable), u"0"_s);
    QVERIFY(waitFor(connection->begin()));
    QVERIFY(waitFor(connection->commit()));
    QVERIFY(!connection->session().inTransaction);
    QVERIFY(!waitFor(connection->commit()));
    QCOMPARE(value(*connection, u"START TRANSACTION"_s), u"no rows"_s); // typed by a person
    QVERIFY(connection->session().inTransaction);
    QCOMPARE(value(*connection, u"ROLLBACK"_s), u"no rows"_s);
    QVERIFY(!connection->session().inTransaction);
}

void tst_Conformance::parameterRoundTrip_data()
{
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QVariant>("value");
    QTest::addColumn<QString>("type");
    QTest::addColumn<QString>("text");
    for (const Quirks::Parameter &parameter : quirks().parameters) {
        QTest::newRow(parameter.name) << QString::fromUtf8(parameter.sql) << parameter.value
                                      << QString::fromUtf8(parameter.type) << QString::fromUtf8(parameter.text);
    }
}

void tst_Conformance::parameterRoundTrip()
{
    QFETCH(QString, sql);
    QFETCH(QVariant, value);
    QFETCH(QString, type);
    StatementOptions options;
    options.parameters = { value };
    if (!type.isEmpty())
        options.parameterTypes = { type };
    QTEST(this->value(*m_connection, sql, options), "text");
}

void tst_Conformance::wrongNumberOfParameters()
{
    StatementRun run(m_connection->prepare(u"SELECT ?"_s, { .parameters = { 1, 2 } }));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::InvalidArgument);
}

void tst_Conformance::manyRowsInLittleMemory()
{
    qint64 sum = 0;
    qint64 atFirst = 0;
    qint64 largest = 0;
    StatementRun run(m_connection->prepare(quirks().manyRows), false);
    run.setKeepsBatches(false);
    run.onBatch([&](Statement &, const std::shared_ptr<arrow::RecordBatch> &batch) {
        if (atFirst == 0)
            atFirst = residentBytes();
        largest = std::max(largest, residentBytes());
        sum += batch->num_rows();
    });
    run->start();
    QVERIFY2(run.waitForEnd(240s), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.summary().rowCount, quirks().manyRowsCount);
    QCOMPARE(sum, quirks().manyRowsCount);
    QCOMPARE(run.problems(), QByteArray());
    QVERIFY2(run.batchCount() < quirks().manyRowsCount / 1000, "the batches are too small");
    qInfo("%lld rows in %lld batches, memory grew by %lld MB", qlonglong(sum), qlonglong(run.batchCount()), qlonglong((largest - atFirst) / 1'000'000));
    // The embedded engine's result is a gigabyte; the sanitizer keeps up to 256 MB of what was freed.
    QVERIFY2(largest - atFirst < 400'000'000, qPrintable(u"it grew by %1 MB"_s.arg((largest - atFirst) / 1'000'000)));
}

QTEST_GUILESS_MAIN(tst_Conformance)
#include "tst_conformance.moc"
