// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "engines/engineconnection.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Results as segments, from the real server that GREBE_LIVE_TRINO_URL names. One without spooling answers directly
/// whatever is asked for, and has to give the same rows.
class tst_LiveTrinoSpool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void sameRows_data();
    void sameRows();
    void everySegmentStored();
    void everyType_data();
    void everyType();
    void cancelWhileSegmentsCome();
    void pauseAndResume();

private:
    ConnectionPtr connectTo(const QString &encoding, const QString &sessionProperties = {}) const;
    bool spools() const { return qEnvironmentVariable("GREBE_LIVE_TRINO_VERSION") == "483"_L1; }

    ConnectionParameters m_parameters;
    std::shared_ptr<arrow::Table> m_directOrders;
    qint64 m_directBytes = 0;
};

namespace {

// 300,000 rows, in an order that does not depend on who is faster.
const QString orders = u"SELECT * FROM tpch.sf1.orders WHERE orderkey <= 1200000 ORDER BY orderkey"_s;
constexpr qint64 orderCount = 300'000;

} // namespace

ConnectionPtr tst_LiveTrinoSpool::connectTo(const QString &encoding, const QString &sessionProperties) const
{
    ConnectionParameters parameters = m_parameters;
    for (const auto &[name, value] : { std::pair(u"encoding"_s, encoding), std::pair(u"sessionProperties"_s, sessionProperties) }) {
        if (const Result<void> set = parameters.setValue(name, value); !set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(u"trino"_s)->create(parameters, nullptr), parameters.engine(), parameters);
}

void tst_LiveTrinoSpool::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_TRINO_URL is not set: trino://user@127.0.0.1:8080");
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    m_parameters = *parameters;

    const ConnectionPtr connection = connectTo(u"direct"_s);
    StatementRun run(connection->prepare(orders));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), orderCount);
    m_directOrders = run.table();
    m_directBytes = run.summary().byteCount;
}

void tst_LiveTrinoSpool::sameRows_data()
{
    QTest::addColumn<QString>("encoding");
    QTest::addColumn<double>("share"); // of the bytes of the direct answer, at most
    QTest::newRow("json") << u"json"_s << 1.1;
    QTest::newRow("json+zstd") << u"json+zstd"_s << 0.5;
    QTest::newRow("json+lz4") << u"json+lz4"_s << 0.6;
    QTest::newRow("auto") << u"auto"_s << 1.1;
}

void tst_LiveTrinoSpool::sameRows()
{
    QFETCH(QString, encoding);
    QFETCH(double, share);
    const ConnectionPtr connection = connectTo(encoding);
    StatementRun run(connection->prepare(orders));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());
    QCOMPARE(run.rowCount(), orderCount);
    QVERIFY(run.table()->Equals(*m_directOrders));
    if (spools())
        QVERIFY2(double(run.summary().byteCount) < share * double(m_directBytes), QByteArray::number(run.summary().byteCount));
}

void tst_LiveTrinoSpool::everySegmentStored()
{
    if (!spools())
        return; // it has no such session property
    for (const QString &encoding : { u"json"_s, u"json+zstd"_s, u"json+lz4"_s }) {
        const ConnectionPtr connection = connectTo(encoding, u"spooling_inlining_enabled:false;spooling_initial_segment_size:1MB;spooling_max_segment_size:1MB"_s);
        StatementRun small(connection->prepare(u"SELECT name FROM tpch.tiny.nation ORDER BY nationkey"_s));
        QVERIFY2(small.waitForEnd() && small.hasFinished(), small.log());
        QCOMPARE(small.rowCount(), 25);
        QCOMPARE(small.cell(0, 0), u"ALGERIA"_s);
        StatementRun run(connection->prepare(orders));
        QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
        QVERIFY(run.batchCount() > 10);
        QVERIFY(run.table()->Equals(*m_directOrders));
    }
}

void tst_LiveTrinoSpool::everyType_data()
{
    QTest::addColumn<QString>("encoding");
    QTest::newRow("json") << u"json"_s;
    QTest::newRow("json+zstd") << u"json+zstd"_s;
    QTest::newRow("json+lz4") << u"json+lz4"_s;
}

void tst_LiveTrinoSpool::everyType()
{
    QFETCH(QString, encoding);
    const QString sql = u"SELECT true, TINYINT '-128', BIGINT '9007199254740993', nan(), DECIMAL '-0.50', CAST('a' AS char(3)), X'CAFE', "
                        u"JSON '{\"b\":1}', DATE '-0044-03-15', TIME '12:34:56.123456789012', TIMESTAMP '2024-02-29 12:34:56.789 Europe/Berlin', "
                        u"INTERVAL '-1 02:03:04.005' DAY TO SECOND, UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59', ARRAY[1, NULL, 3], "
                        u"MAP(ARRAY['b', 'a'], ARRAY[1, NULL]), CAST(ROW(1, 'x') AS row(a integer, b varchar)), NULL, 'é\U0001f600'"_s;
    const ConnectionPtr direct = connectTo(u"direct"_s);
    const ConnectionPtr spooled = connectTo(encoding, spools() ? u"spooling_inlining_enabled:false"_s : QString());
    StatementRun expected(direct->prepare(sql));
    StatementRun run(spooled->prepare(sql));
    QVERIFY2(expected.waitForEnd() && expected.hasFinished(), expected.log());
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY(run.schema()->Equals(*expected.schema(), true));
    QVERIFY(run.table()->Equals(*expected.table(), arrow::EqualOptions::Defaults().nans_equal(true)));
}

void tst_LiveTrinoSpool::cancelWhileSegmentsCome()
{
    const ConnectionPtr connection = connectTo(u"json+zstd"_s);
    StatementRun run(connection->prepare(u"SELECT * FROM tpch.sf1.lineitem"_s), false);
    run.onBatch([](Statement &statement, const std::shared_ptr<arrow::RecordBatch> &) { statement.cancel(); });
    run->start();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Cancelled);
    QVERIFY2(run.problems().isEmpty(), run.problems());
    StatementRun next(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(next.waitForEnd() && next.hasFinished(), next.log());
}

void tst_LiveTrinoSpool::pauseAndResume()
{
    const ConnectionPtr connection = connectTo(u"json+zstd"_s);
    StatementRun run(connection->prepare(orders), false);
    run.onBatch([](Statement &statement, const std::shared_ptr<arrow::RecordBatch> &) {
        statement.pause();
        QMetaObject::invokeMethod(&statement, &Statement::resume, Qt::QueuedConnection);
    });
    run->start();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY(run.table()->Equals(*m_directOrders));
    QVERIFY2(run.problems().isEmpty(), run.problems());
}

QTEST_GUILESS_MAIN(tst_LiveTrinoSpool)

#include "tst_live_trinospool.moc"
