// SPDX-License-Identifier: Apache-2.0
#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>

#include "engines/engineconnection.h"
#include "extension/columnformatter.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The Trino engine with the real server that GREBE_LIVE_TRINO_URL names: catalogs tpch and memory.
class tst_LiveTrino : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void opens();
    void selectRunsWhole();
private:
    ConnectionPtr connectTo(const QMap<QString, QString> &options = {}) const;

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

} // namespace

ConnectionPtr tst_LiveTrino::connectTo(const QMap<QString, QString> &options) const
{
    ConnectionParameters parameters = m_parameters;
    for (auto it = options.begin(); it != options.end(); ++it) {
        const Result<void> set = parameters.setValue(it.key(), it.value());
        if (!set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(u"trino"_s)->create(parameters, nullptr), parameters.engine(), parameters);
}

void tst_LiveTrino::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_TRINO_URL is not set: trino://user@127.0.0.1:8080");
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    m_parameters = *parameters;
}

void tst_LiveTrino::init()
{
    m_connection = connectTo();
}

void tst_LiveTrino::opens()
{
    const Result<ServerInfo> info = valueOf(m_connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().message));
    QCOMPARE(info->product, u"Trino"_s);
    QVERIFY(!info->version.isEmpty());
}

void tst_LiveTrino::selectRunsWhole()
{
    StatementRun run(m_connection->prepare(u"SELECT orderkey, totalprice, orderdate, comment FROM tpch.tiny.orders"_s));
    QVERIFY2(run.waitForEnd(), run.log());
    QVERIFY2(run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 15000);
    QCOMPARE(run.summary().rowCount, 15000);
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

QTEST_GUILESS_MAIN(tst_LiveTrino)

#include "tst_live_trino.moc"
