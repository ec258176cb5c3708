// SPDX-License-Identifier: Apache-2.0
#include "engines/engineconnection.h"
#include "statementrun.h"

#include <QFutureWatcher>
#include <QTest>
#include <QThread>

#include <atomic>
#include <thread>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace {

std::atomic<int> engineCount = 0;
std::atomic<int> statementCount = 0;
std::atomic<int> givenUpCount = 0;

class FakeDialect final : public Dialect
{
public:
    QString name() const override { return u"fake"_s; }
    QString quoteIdentifier(const QString &name) const override { return u'"' + name + u'"'; }
    QString quoteIfNeeded(const QString &name) const override { return name; }
    Result<QString> literal(const QVariant &value, const QString &) const override { return value.toString(); }
    QStringList keywords() const override { return {}; }
    bool isReserved(QStringView) const override { return false; }
    QList<StatementRange> split(QStringView) const override { return {}; }
    StatementKind kind(QStringView) const override { return StatementKind::Query; }
    QList<qsizetype> parameterPositions(QStringView) const override { return {}; }
    QList<std::pair<qsizetype, qsizetype>> namedParameters(QStringView) const override { return {}; }
};

/// "finish" ends at once, anything else when it is cancelled.
class FakeStatement final : public Statement
{
public:
    explicit FakeStatement(const QString &sql) : m_sql(sql) { ++statementCount; }
    ~FakeStatement() override { --statementCount; }

protected:
    void doStart() override
    {
        setQueryId(u"id"_s, {});
        if (m_sql == "finish"_L1)
            finish({});
    }
    void doCancel() override { fail({ .code = Error::Code::Cancelled, .message = u"cancelled"_s }); }

private:
    const QString m_sql;
};

/// Answers open() and begin() at once; list() when it dies, by letting go of the promise; definition() never by itself.
class FakeEngine final : public Engine
{
public:
    FakeEngine() { ++engineCount; }
    ~FakeEngine() override
    {
        if (QThread::currentThread() != thread())
            qFatal("the engine was deleted on a foreign thread");
        --engineCount;
    }

    QFuture<Result<ServerInfo>> open() override
    {
        Q_EMIT stepChanged({ .kind = ConnectionStep::Kind::Connect, .text = u"here"_s });
        return QtFuture::makeReadyValueFuture<Result<ServerInfo>>(
                ServerInfo { .product = QThread::currentThread() == thread() ? u"own thread"_s : u"foreign thread"_s });
    }
    void close() override { }
    StatementPtr prepare(const QString &sql, const StatementOptions &) override
    {
        StatementPtr statement(new FakeStatement(sql));
        statement->moveToThread(thread());
        return statement;
    }
    QFuture<Result<QList<ObjectInfo>>> list(const ObjectPath &) override
    {
        m_lists.emplace_back().start();
        return m_lists.back().future();
    }
    QFuture<Result<QString>> definition(const ObjectPath &) override
    {
        auto promise = std::make_shared<QPromise<Result<QString>>>();
        promise->start();
        m_definitions.push_back(promise);
        auto *watcher = new QFutureWatcher<Result<QString>>(this);
        connect(watcher, &QFutureWatcherBase::canceled, this, [promise] {
            ++givenUpCount;
            promise->finish();
        });
        watcher->setFuture(promise->future());
        return promise->future();
    }
    const Dialect &dialect() const override
    {
        static const FakeDialect dialect;
        return dialect;
    }
    SessionState session() const override { return { .user = u"me"_s }; }
    void setCurrent(const ObjectPath &current) override
    {
        Q_EMIT sessionChanged({ .current = current, .user = u"changed"_s });
    }
    QFuture<Result<void>> begin() override
    {
        Q_EMIT sessionChanged({ .inTransaction = true });
        return QtFuture::makeReadyValueFuture<Result<void>>({});
    }
    QFuture<Result<void>> commit() override
    {
        return QtFuture::makeReadyValueFuture<Result<void>>(std::unexpected(Error { .message = u"no"_s }));
    }
    QFuture<Result<void>> rollback() override { return QtFuture::makeReadyValueFuture<Result<void>>({}); }
    std::unique_ptr<Engine> newSession() const override { return std::make_unique<FakeEngine>(); }

private:
    std::vector<QPromise<Result<QList<ObjectInfo>>>> m_lists;
    std::vector<std::shared_ptr<QPromise<Result<QString>>>> m_definitions;
};

const EngineInfo &fakeInfo()
{
    static const EngineInfo info { .id = u"fake"_s, .name = u"Fake"_s };
    return info;
}

ConnectionPtr fakeConnection()
{
    return makeConnection(std::make_unique<FakeEngine>(), fakeInfo(), ConnectionParameters(fakeInfo()));
}

template<typename T>
Result<T> waitFor(QFuture<Result<T>> future)
{
    future.waitForFinished();
    return future.resultCount() == 1 ? future.takeResult() : Result<T>(std::unexpected(Error { .message = u"no result"_s }));
}

} // namespace

class tst_EngineConnection : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup();
    void callsRunOnTheEngineThread();
    void signalsAreForwarded();
    void sessionIsKnownAtOnce();
    void errorsComeThrough();
    void openQuestionsEndWithTheConnection();
    void openQuestionsEndWithClose();
    void aQuestionThatIsGivenUpReachesTheEngine();
    void connectionWorksAfterClose();
    void statementEnds_data();
    void statementEnds();
    void orderOfDestruction_data();
    void orderOfDestruction();
    void usedFromManyThreads();
    void newSessionIsIndependent();
};

void tst_EngineConnection::cleanup()
{
    QTRY_COMPARE(engineCount, 0); // threads end by themselves
    QCOMPARE(statementCount, 0);
}

void tst_EngineConnection::callsRunOnTheEngineThread()
{
    const ConnectionPtr connection = fakeConnection();
    QCOMPARE(waitFor(connection->open())->product, u"own thread"_s);
    QCOMPARE(connection->engine().id, u"fake"_s);
    QCOMPARE(connection->dialect().name(), u"fake"_s);
    const StatementPtr statement = connection->prepare(u"SELECT"_s);
    QVERIFY(statement->thread() != QThread::currentThread());
}

void tst_EngineConnection::signalsAreForwarded()
{
    const ConnectionPtr connection = fakeConnection();
    QObject here; // a QSignalSpy would be written by the engine thread
    QList<ConnectionStep> steps;
    QList<SessionState> sessions;
    connect(connection.get(), &Connection::stepChanged, &here, [&](const ConnectionStep &step) { steps.append(step); });
    connect(connection.get(), &Connection::sessionChanged, &here, [&](const SessionState &session) { sessions.append(session); });
    (void)connection->open();
    (void)connection->begin();
    QTRY_COMPARE(steps.size(), 1);
    QTRY_COMPARE(sessions.size(), 1);
    QCOMPARE(steps.first().text, u"here"_s);
    QVERIFY(sessions.first().inTransaction);
}

void tst_EngineConnection::sessionIsKnownAtOnce()
{
    const ConnectionPtr connection = fakeConnection();
    QCOMPARE(connection->session().user, u"me"_s);
    const ObjectPath path({ u"a.b"_s, u"c"_s });
    connection->setCurrent(path);
    QCOMPARE(connection->session().current, path);
    (void)waitFor(connection->open()); // behind setCurrent() in the engine's queue
    QCOMPARE(connection->session().user, u"changed"_s);
    QVERIFY(waitFor(connection->begin()).has_value());
    QVERIFY(connection->session().inTransaction); // known before the future has its result
}

void tst_EngineConnection::errorsComeThrough()
{
    const ConnectionPtr connection = fakeConnection();
    const Result<void> result = waitFor(connection->commit());
    QVERIFY(!result);
    QCOMPARE(result.error().message, u"no"_s);
    QVERIFY(waitFor(connection->rollback()).has_value());
}

void tst_EngineConnection::openQuestionsEndWithTheConnection()
{
    ConnectionPtr connection = fakeConnection();
    const auto list = connection->list({});
    const auto definition = connection->definition({});
    const StatementPtr keepsTheEngine = connection->prepare(u"SELECT"_s);
    connection.reset();
    QCOMPARE(waitFor(list).error_or(Error()).code, Error::Code::InvalidState);
    QCOMPARE(waitFor(definition).error_or(Error()).code, Error::Code::InvalidState);
}

void tst_EngineConnection::openQuestionsEndWithClose()
{
    const ConnectionPtr connection = fakeConnection();
    const auto definition = connection->definition({});
    connection->close();
    const Result<QString> result = waitFor(definition);
    QCOMPARE(result.error().code, Error::Code::InvalidState);
    QCOMPARE(result.error().message, u"The connection was closed."_s);
}

void tst_EngineConnection::aQuestionThatIsGivenUpReachesTheEngine()
{
    const ConnectionPtr connection = fakeConnection();
    auto definition = connection->definition({});
    auto list = connection->list({});
    QVERIFY(waitFor(connection->open())); // behind them in the engine's queue
    definition.cancel();
    QTRY_COMPARE(givenUpCount, 1);
    QTRY_VERIFY(definition.isFinished());
    QCOMPARE(definition.resultCount(), 0);
    QVERIFY(!list.isFinished());
    auto never = connection->definition({});
    never.cancel();
    QTRY_VERIFY(never.isFinished());
}

void tst_EngineConnection::connectionWorksAfterClose()
{
    const ConnectionPtr connection = fakeConnection();
    StatementRun before(connection->prepare(u"SELECT"_s));
    QVERIFY(before.waitForStarted());
    connection->close();
    QVERIFY2(before.waitForEnd(), before.log());
    QCOMPARE(before.error().code, Error::Code::Cancelled);
    QVERIFY(waitFor(connection->open()).has_value());
    StatementRun after(connection->prepare(u"finish"_s));
    QVERIFY2(after.waitForEnd(), after.log());
    QVERIFY2(after.hasFinished(), after.log());
}

void tst_EngineConnection::statementEnds_data()
{
    QTest::addColumn<bool>("startsBefore");
    QTest::addColumn<bool>("startsAfter");
    QTest::newRow("a running statement fails when its connection goes") << true << false;
    QTest::newRow("a statement started after its connection went fails") << false << true;
}

void tst_EngineConnection::statementEnds()
{
    QFETCH(bool, startsBefore);
    QFETCH(bool, startsAfter);
    ConnectionPtr connection = fakeConnection();
    StatementRun run(connection->prepare(u"SELECT"_s), startsBefore);
    if (startsBefore)
        QVERIFY(run.waitForStarted());
    QObject here;
    bool isDestroyed = false;
    connect(connection.get(), &QObject::destroyed, &here, [&] { isDestroyed = true; });
    connection.reset();
    QTRY_VERIFY(isDestroyed);
    if (startsAfter)
        run->start();
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFailed(), run.log());
    QCOMPARE(run.endCount(), 1);
    QCOMPARE(run.problems(), QByteArray());
}

void tst_EngineConnection::orderOfDestruction_data()
{
    QTest::addColumn<QString>("order"); // c: connection, a, b: statements
    QTest::addColumn<bool>("started");
    for (const bool started : { false, true }) {
        for (const char *order : { "abc", "acb", "cab", "cba", "bca" })
            QTest::addRow("%s of %s statements", order, started ? "running" : "new") << QString::fromLatin1(order) << started;
    }
}

void tst_EngineConnection::orderOfDestruction()
{
    QFETCH(QString, order);
    QFETCH(bool, started);
    ConnectionPtr connection = fakeConnection();
    StatementPtr a = connection->prepare(u"a"_s);
    StatementPtr b = connection->prepare(u"b"_s);
    if (started) {
        a->start();
        b->start();
    }
    for (const QChar which : std::as_const(order)) {
        if (which == u'a')
            a.reset();
        else if (which == u'b')
            b.reset();
        else
            connection.reset();
    }
    // cleanup() waits for the engine to go.
}

void tst_EngineConnection::usedFromManyThreads()
{
    ConnectionPtr connection = fakeConnection();
    std::atomic<int> good = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int j = 0; j < 50; ++j) {
                    StatementRun run(connection->prepare(u"finish"_s));
                    const auto opened = connection->open();
                    if (run.waitForEnd() && run.hasFinished() && waitFor(opened).has_value())
                        ++good;
                    connection->setCurrent(ObjectPath({ QString::number(j) }));
                    (void)connection->session();
                }
            });
        }
    }
    QCOMPARE(good, 200);
    // The last user lets go on a thread that ends at once and never had an event loop.
    std::jthread([connection = std::move(connection)]() mutable { connection.reset(); }).join();
}

void tst_EngineConnection::newSessionIsIndependent()
{
    ConnectionPtr first = fakeConnection();
    const ConnectionPtr second = first->newSession();
    QCOMPARE(engineCount, 2);
    first.reset();
    QTRY_COMPARE(engineCount, 1);
    QVERIFY(waitFor(second->open()).has_value());
    QCOMPARE(second->session().user, u"me"_s);
}

/// Ends the application while connections are still going, and some still there: no thread, engine or statement may be
/// left, and nobody may wait for an answer that never comes.
static bool endsWithTheApplication(int argc, char **argv)
{
    bool isAnswered = false;
    {
        ConnectionPtr keptByADatabase;
        ConnectionPtr kept;
        StatementPtr keptStatement;
        {
            QCoreApplication application(argc, argv);
            // As QtSql does with its databases.
            QObject::connect(&application, &QObject::destroyed, [&] {
                isAnswered = keptByADatabase->list({}).isFinished();
                keptByADatabase.reset();
            });
            keptByADatabase = fakeConnection();
            kept = fakeConnection();
            keptStatement = kept->prepare(u"SELECT"_s);
            keptStatement->start();
            for (int i = 0; i < 20; ++i) {
                const ConnectionPtr connection = fakeConnection();
                const StatementPtr running = connection->prepare(u"SELECT"_s);
                running->start();
            }
        }
    }
    return isAnswered && engineCount == 0 && statementCount == 0;
}

int main(int argc, char **argv)
{
    if (!endsWithTheApplication(argc, argv)) {
        qCritical("engines were left behind when the application ended");
        return 1;
    }
    QCoreApplication application(argc, argv);
    tst_EngineConnection test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_engineconnection.moc"
