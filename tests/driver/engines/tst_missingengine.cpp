// SPDX-License-Identifier: Apache-2.0
#include "engines/engineconnection.h"
#include "statementrun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;

// An installation without plugins/grebe/libgrebeduckdb.so.
class tst_MissingEngine : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyAnswerIsWhy();
    void fileWriter();
    void loadedOnceItIsThere();

private:
    ConnectionPtr connection() const
    {
        const auto parameters = ConnectionParameters::fromUrl(u"duckdb:"_s, engineInfos());
        const EngineEntry *entry = engineEntry(u"duckdb"_s);
        return makeConnection(entry->create(*parameters, nullptr), entry->info(), *parameters);
    }

    QStringList m_paths;
};

void tst_MissingEngine::initTestCase()
{
    m_paths = QCoreApplication::libraryPaths();
    QCoreApplication::setLibraryPaths({});
}

template<typename T>
static void expectRefusal(QFuture<Result<T>> future)
{
    future.waitForFinished();
    const Result<T> result = future.takeResult();
    QVERIFY(!result);
    QCOMPARE(result.error().code, Error::Code::NotFound);
    QVERIFY2(result.error().message.contains("plugins/grebe/grebeduckdb"_L1), qPrintable(result.error().message));
}

void tst_MissingEngine::everyAnswerIsWhy()
{
    const ConnectionPtr first = connection();
    const ConnectionPtr second = first->newSession();
    for (Connection *session : { first.get(), second.get() }) {
        expectRefusal(session->open());
        expectRefusal(session->list({}));
        expectRefusal(session->definition({}));
        expectRefusal(session->describe(MetadataTopic::Functions, {}));
        expectRefusal(session->explain(u"SELECT 1"_s, PlanKind::Distributed));
        expectRefusal(session->begin());
        expectRefusal(session->commit());
        expectRefusal(session->rollback());
        QCOMPARE(session->dialect().name(), u"DuckDB"_s);
        StatementRun run(session->prepare(u"SELECT 1"_s));
        QVERIFY(run.waitForEnd());
        QVERIFY(run.hasFailed());
        QCOMPARE(run.error().code, Error::Code::NotFound);
    }
}

void tst_MissingEngine::fileWriter()
{
    const auto writer = makeFileWriter(u"duckdb"_s, u"x.duckdb"_s, {});
    QVERIFY(!writer);
    QCOMPARE(writer.error().code, Error::Code::NotFound);
    QVERIFY(!writer.error().hint.isEmpty());
}

void tst_MissingEngine::loadedOnceItIsThere()
{
    QCoreApplication::setLibraryPaths(m_paths);
    const ConnectionPtr session = connection();
    auto opened = session->open();
    opened.waitForFinished();
    const auto info = opened.takeResult();
    QVERIFY2(info, info ? "" : qPrintable(info.error().message));
}

QTEST_GUILESS_MAIN(tst_MissingEngine)
#include "tst_missingengine.moc"
