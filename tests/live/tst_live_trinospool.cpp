// SPDX-License-Identifier: Apache-2.0
#include <arrow/record_batch.h>
#include <arrow/table.h>

#include "engines/engineconnection.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QDirIterator>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <memory>
#include <tuple>
#include <utility>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Results as segments, from the real server that GREBE_LIVE_TRINO_URL names and that keeps them where
/// GREBE_LIVE_TRINO_SPOOL says. One without spooling answers directly whatever is asked for, and has to give the same rows.
class tst_LiveTrinoSpool : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void sameRows_data();
    void sameRows();
    void everySegmentStored_data();
    void everySegmentStored();
    void everyType_data();
    void everyType();
    void aMillionRows();
    void cancelWhileSegmentsCome();
    void pauseAndResume();
    void readSegmentsAreForgotten();
    void lostSegment();
    void commandLine_data();
    void commandLine();

private:
    ConnectionPtr connectTo(const QString &encoding, const QString &sessionProperties = {}) const;
    bool spools() const { return m_spool.isValid(); }
    QByteArray askStorage(const QByteArray &verb, const QUrl &url);
    /// The names of the segments that are stored now.
    QStringList stored();
    void removeStored();
    /// Requests to the storage so far of which `expression` is a part; nobody but the stand-in tells them.
    int requestCount(const QString &expression) const;

    QString m_url;
    QUrl m_spool; ///< a bucket or a folder; invalid where nothing is spooled
    QNetworkAccessManager m_http;
    ConnectionParameters m_parameters;
    std::shared_ptr<arrow::Table> m_directOrders;
    qint64 m_directBytes = 0;
};

namespace {

// 300,000 rows, in an order that does not depend on who is faster.
const QString orders = u"SELECT * FROM tpch.sf1.orders WHERE orderkey <= 1200000 ORDER BY orderkey"_s;
constexpr qint64 orderCount = 300'000;
const QString smallSegments = u"spooling_inlining_enabled:false;spooling_initial_segment_size:1MB;spooling_max_segment_size:1MB"_s;

void addEncodings()
{
    QTest::addColumn<QString>("encoding");
    QTest::newRow("json") << u"json"_s;
    QTest::newRow("json+zstd") << u"json+zstd"_s;
    QTest::newRow("json+lz4") << u"json+lz4"_s;
}

/// Pauses it at its first batch.
bool startAndPause(StatementRun &run)
{
    const auto isPaused = std::make_shared<std::atomic<bool>>(false);
    run.onBatch([isPaused](Statement &statement, const std::shared_ptr<arrow::RecordBatch> &) {
        if (!*isPaused)
            statement.pause();
        *isPaused = true;
    });
    run->start();
    return QTest::qWaitFor([&] { return bool(*isPaused); }, 60'000);
}

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
    m_url = qEnvironmentVariable("GREBE_LIVE_TRINO_URL");
    QVERIFY2(!m_url.isEmpty(), "GREBE_LIVE_TRINO_URL is not set: trino://user@127.0.0.1:8080");
    m_spool = QUrl(qEnvironmentVariable("GREBE_LIVE_TRINO_SPOOL"));
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(m_url, engineInfos());
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

void tst_LiveTrinoSpool::everySegmentStored_data()
{
    addEncodings();
}

// 476 puts the last rows into the page whatever one asks for, and so all of a small result; 483 stores them too.
void tst_LiveTrinoSpool::everySegmentStored()
{
    if (!spools())
        return; // it has no such session property
    QFETCH(QString, encoding);
    const int putBefore = requestCount(u"\"PUT /spool/"_s);
    const int signedBefore = requestCount(u"\"GET /spool/[^ ]*X-Amz-Signature="_s);
    const ConnectionPtr connection = connectTo(encoding, smallSegments);
    StatementRun small(connection->prepare(u"SELECT name FROM tpch.tiny.nation ORDER BY nationkey"_s));
    QVERIFY2(small.waitForEnd() && small.hasFinished(), small.log());
    QCOMPARE(small.rowCount(), 25);
    QCOMPARE(small.cell(0, 0), u"ALGERIA"_s);
    StatementRun run(connection->prepare(orders));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QVERIFY(run.batchCount() > 10);
    QVERIFY(run.table()->Equals(*m_directOrders));
    if (m_spool.isLocalFile())
        return;

    // Each but the last was stored, and read from where the server's mode has them read from.
    const int putCount = requestCount(u"\"PUT /spool/"_s) - putBefore;
    QVERIFY2(putCount >= run.batchCount() - 1, QByteArray::number(putCount));
    const bool isProxied = qEnvironmentVariable("GREBE_LIVE_TRINO_SPOOL_MODE").endsWith("_proxy"_L1); // of the coordinator or a worker
    QCOMPARE(requestCount(u"\"GET /spool/[^ ]*X-Amz-Signature="_s) - signedBefore, isProxied ? 0 : putCount);
}

void tst_LiveTrinoSpool::everyType_data()
{
    addEncodings();
}

void tst_LiveTrinoSpool::everyType()
{
    QFETCH(QString, encoding);
    const QStringList values = {
        u"n % 2 = 0"_s, u"CAST(n % 256 - 128 AS tinyint)"_s, u"CAST(n - 2500 AS smallint)"_s, u"CAST(n * -100000 AS integer)"_s,
        u"BIGINT '9007199254740993' + n"_s, u"REAL '1.5' / n"_s, u"1e300 / n"_s, u"nan()"_s, u"-infinity()"_s, u"DECIMAL '-0.50' * n"_s,
        u"CAST('99999999999999999999999999999999999999' AS decimal(38, 0)) - n"_s, u"CAST('a' AS char(3))"_s, u"'é\U0001f600 \"' || CAST(n AS varchar)"_s,
        u"CAST(CAST(n AS varchar) AS varbinary)"_s, u"JSON '{\"b\":1}'"_s, u"DATE '-0044-03-15' + n * INTERVAL '1' DAY"_s,
        u"TIME '12:34:56.123456789012'"_s, u"TIME '12:34:56.789 +05:30'"_s, u"TIMESTAMP '2024-02-29 12:34:56.123456' + n * INTERVAL '1' SECOND"_s,
        u"TIMESTAMP '2024-02-29 12:34:56.123456789012'"_s, u"TIMESTAMP '2024-02-29 12:34:56.789 Europe/Berlin'"_s,
        u"INTERVAL '-1 02:03:04.005' DAY TO SECOND"_s, u"INTERVAL '3-2' YEAR TO MONTH"_s, u"UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'"_s,
        u"IPADDRESS '2001:db8::1'"_s, u"ARRAY[n, NULL, 3]"_s, u"MAP(ARRAY['b', 'a'], ARRAY[n, NULL])"_s,
        u"CAST(ROW(n, 'x', ARRAY[ROW(DECIMAL '0.10')]) AS row(a integer, b varchar, c array(row(d decimal(5, 2)))))"_s, u"NULL"_s };
    QString sql = u"SELECT n"_s;
    for (const QString &value : values)
        sql += u", if(n % 7 <> 0, %1)"_s.arg(value);
    sql += u" FROM UNNEST(sequence(1, 5000)) AS t(n) ORDER BY n"_s;
    const ConnectionPtr direct = connectTo(u"direct"_s);
    const ConnectionPtr spooled = connectTo(encoding, spools() ? smallSegments : QString());
    StatementRun expected(direct->prepare(sql));
    QVERIFY2(expected.waitForEnd() && expected.hasFinished(), expected.log());
    const int putBefore = requestCount(u"\"PUT /spool/"_s);
    StatementRun run(spooled->prepare(sql));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 5000);
    if (spools() && !m_spool.isLocalFile())
        QVERIFY(requestCount(u"\"PUT /spool/"_s) > putBefore);
    QVERIFY(run.schema()->Equals(*expected.schema(), true));
    QVERIFY(run.table()->Equals(*expected.table(), arrow::EqualOptions::Defaults().nans_equal(true)));
}

void tst_LiveTrinoSpool::aMillionRows()
{
    const QString lines = u"SELECT * FROM tpch.sf1.lineitem WHERE orderkey <= 1000000 ORDER BY orderkey, linenumber"_s;
    const ConnectionPtr direct = connectTo(u"direct"_s);
    StatementRun expected(direct->prepare(lines));
    QVERIFY2(expected.waitForEnd(180s) && expected.hasFinished(), expected.log());
    QVERIFY2(expected.rowCount() > 990'000, QByteArray::number(expected.rowCount()));
    const ConnectionPtr spooled = connectTo(u"json+zstd"_s);
    StatementRun run(spooled->prepare(lines));
    QVERIFY2(run.waitForEnd(180s) && run.hasFinished(), run.log());
    QVERIFY2(run.problems().isEmpty(), run.problems());
    QCOMPARE(run.rowCount(), expected.rowCount());
    QVERIFY(run.table()->Equals(*expected.table()));
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

void tst_LiveTrinoSpool::readSegmentsAreForgotten()
{
    if (!spools())
        return; // it stores none
    removeStored();
    const ConnectionPtr connection = connectTo(u"json+zstd"_s, smallSegments);
    StatementRun run(connection->prepare(orders), false);
    QVERIFY2(startAndPause(run), run.log());
    QTRY_VERIFY_WITH_TIMEOUT(stored().size() > 5, 60s); // they wait for their reader
    QCOMPARE(run.endCount(), 0);
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QTRY_COMPARE_WITH_TIMEOUT(stored(), QStringList(), 30s);
}

void tst_LiveTrinoSpool::lostSegment()
{
    if (!spools())
        return; // it stores none
    const ConnectionPtr connection = connectTo(u"json+zstd"_s, smallSegments);
    StatementRun run(connection->prepare(orders), false);
    QVERIFY2(startAndPause(run), run.log());
    QTRY_VERIFY_WITH_TIMEOUT(stored().size() > 5, 60s);
    removeStored();
    run->resume();
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Incomplete);
    QVERIFY2(run.error().message.contains(u"no longer has a part of the result"_s), qPrintable(run.error().message));
    QVERIFY2(run.error().hint.contains(u"Run the statement again"_s), qPrintable(run.error().hint));
    QVERIFY2(run.rowCount() < orderCount && run.problems().isEmpty(), run.problems());
    QVERIFY(!QString::fromLocal8Bit(run.log()).contains("X-Amz"_L1));
    StatementRun again(connection->prepare(orders));
    QVERIFY2(again.waitForEnd() && again.hasFinished(), again.log());
    QVERIFY(again.table()->Equals(*m_directOrders));
}

void tst_LiveTrinoSpool::commandLine_data()
{
    addEncodings();
}

void tst_LiveTrinoSpool::commandLine()
{
    QFETCH(QString, encoding);
    const QTemporaryDir home;
    const auto grebe = [&](const QString &encoding) {
        QUrl url(m_url);
        url.setQuery(u"encoding="_s + QString::fromUtf8(QUrl::toPercentEncoding(encoding)));
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"HOME"_s, home.path());
        QProcess process;
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(GREBE_PROGRAM), { u"query"_s, u"--url"_s, url.toString(QUrl::FullyEncoded), u"--format"_s, u"csv"_s, u"--stats"_s,
            u"SELECT * FROM tpch.sf1.orders WHERE orderkey <= 200000 ORDER BY orderkey"_s });
        const bool hasEnded = process.waitForFinished(60'000) && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0;
        const QByteArray said = process.readAllStandardError();
        const qint64 byteCount = QJsonDocument::fromJson(said).object().value("bytes"_L1).toInteger(-1);
        return std::tuple(hasEnded, process.readAllStandardOutput(), said, byteCount);
    };
    const auto [isExpected, expected, saidDirect, directBytes] = grebe(u"direct"_s);
    const auto [isRead, read, said, bytes] = grebe(encoding);
    QVERIFY2(isExpected, saidDirect);
    QVERIFY2(isRead, said);
    QVERIFY(expected.count('\n') == 50'001);
    QVERIFY(read == expected);
    if (spools() && encoding != "json"_L1)
        QVERIFY2(bytes > 0 && bytes < directBytes * 6 / 10, said);
}

QByteArray tst_LiveTrinoSpool::askStorage(const QByteArray &verb, const QUrl &url)
{
    QNetworkRequest request(url);
    // The stand-in wants changes to be signed, and checks no signature.
    request.setRawHeader("Authorization", "AWS4-HMAC-SHA256 Credential=ak/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0");
    const std::unique_ptr<QNetworkReply> reply(m_http.sendCustomRequest(request, verb));
    if (!QTest::qWaitFor([&] { return reply->isFinished(); }, 10'000) || reply->error() != QNetworkReply::NoError)
        qFatal("%s: %s", qPrintable(url.toString()), qPrintable(reply->errorString()));
    return reply->readAll();
}

QStringList tst_LiveTrinoSpool::stored()
{
    QStringList names;
    if (m_spool.isLocalFile()) {
        QDirIterator files(m_spool.toLocalFile(), QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QFileInfo file = files.nextFileInfo();
            if (file.dir().dirName().startsWith("spooling"_L1))
                names << file.filePath();
        }
        return names;
    }
    QUrl list = m_spool;
    list.setQuery(u"list-type=2"_s);
    const QString answer = QString::fromUtf8(askStorage("GET", list));
    static const QRegularExpression key(u"<Key>([^<]*)</Key>"_s);
    for (const QRegularExpressionMatch &match : key.globalMatch(answer))
        names << match.captured(1);
    return names;
}

void tst_LiveTrinoSpool::removeStored()
{
    for (const QString &name : stored()) {
        if (m_spool.isLocalFile())
            QVERIFY(QFile::remove(name) || !QFile::exists(name)); // it may have been read meanwhile
        else
            askStorage("DELETE", QUrl::fromEncoded(m_spool.toEncoded() + '/' + QUrl::toPercentEncoding(name)));
    }
}

int tst_LiveTrinoSpool::requestCount(const QString &expression) const
{
    QFile log(qEnvironmentVariable("GREBE_LIVE_TRINO_SPOOL_LOG"));
    if (!log.open(QIODevice::ReadOnly))
        return 0;
    return int(QString::fromUtf8(log.readAll()).count(QRegularExpression(expression)));
}

QTEST_GUILESS_MAIN(tst_LiveTrinoSpool)

#include "tst_live_trinospool.moc"
