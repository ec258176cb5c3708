// SPDX-License-Identifier: Apache-2.0
// Coordinator and storage with certificates of different authorities.
#include "faketrino.h"
#include "statementrun.h"
#include "trinotestengine.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>

#include <algorithm>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

QString certificateFile(const QString &name)
{
    return QStringLiteral(GREBE_TEST_DATA "/../../../transport/data/%1").arg(name);
}

// "server" is of ca.pem, "selfsigned" is its own authority; both are for 127.0.0.1.
QSslConfiguration identity(const QString &name)
{
    QFile key(certificateFile(name + u".key"_s));
    if (!key.open(QIODevice::ReadOnly))
        qFatal("no key %s", qPrintable(key.fileName()));
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate::fromPath(certificateFile(name + u".pem"_s)).value(0));
    configuration.setPrivateKey(QSslKey(&key, QSsl::Ec));
    return configuration;
}

const QByteArray oneColumn = R"("columns":[{"name":"n","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}])";
const QByteArray rows = "[[1],[2],[3]]";

QByteArray pageNaming(const QByteArray &address)
{
    return oneColumn + R"(,"data":{"encoding":"json","segments":[{"type":"spooled","uri":")" + address
        + R"(","ackUri":"{server}/v1/spooled/ack/s","headers":{"x-customer-key":["k1"]},"metadata":{"rowOffset":0,"rowsCount":3,"segmentSize":)"
        + QByteArray::number(rows.size()) + R"(}}]})";
}

} // namespace

class tst_TrinoSpoolTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void storageOfAnotherAuthority_data();
    void storageOfAnotherAuthority();
    void storagesAuthorityIsNotTheCoordinators();
    void missingFileIsNamed();
    void workerIsNoOtherNameOfTheCoordinator();
    void prestoHasNone();
};

void tst_TrinoSpoolTls::storageOfAnotherAuthority_data()
{
    QTest::addColumn<QString>("storage");
    QTest::addColumn<QString>("option");
    QTest::addColumn<QString>("refusal"); // empty: the rows come
    QTest::newRow("the connection's authority is enough for a storage of the same") << u"server"_s << QString() << QString();
    QTest::newRow("and stays so beside another") << u"server"_s << u"selfsigned.pem"_s << QString();
    QTest::newRow("an authority of the storage's own") << u"selfsigned"_s << u"selfsigned.pem"_s << QString();
    QTest::newRow("which nobody named") << u"selfsigned"_s << QString() << u"it is self-signed and not known here"_s;
    QTest::newRow("or another one") << u"selfsigned"_s << u"ca.pem"_s << u"it is self-signed and not known here"_s;
    QTest::newRow("no authority helps a certificate for another host") << u"otherhost"_s << u"ca.pem"_s << u"it is for another host name"_s;
}

void tst_TrinoSpoolTls::storageOfAnotherAuthority()
{
    QFETCH(QString, storage);
    QFETCH(QString, option);
    QFETCH(QString, refusal);
    FaultServer store(identity(storage), [](const RecordedRequest &, int) { return FaultReply::whole(200, rows); });
    FakeTrino server(identity(u"server"_s), { pageNaming(store.url(u"/bucket/s"_s).toEncoded() + "?X-Signature=secret"), oneColumn });
    TrinoTestOptions options { { u"encoding"_s, u"json"_s }, { u"caFile"_s, certificateFile(u"ca.pem"_s) }, { u"password"_s, u"paddle"_s } };
    if (!option.isEmpty())
        options.insert(u"storageCaFile"_s, certificateFile(option));
    TrinoTestEngine engine(server.url(), options);
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY(run.waitForEnd());
    QCOMPARE(server.postCount(), 1);
    if (refusal.isEmpty()) {
        QVERIFY2(run.hasFinished(), run.log());
        QCOMPARE(run.rowCount(), 3);
        QCOMPARE(store.requestCount(), 1);
        QCOMPARE(store.requests().constFirst().header("x-customer-key"), "k1"_ba);
        QCOMPARE(store.requests().constFirst().header("Authorization"), QByteArray());
        return;
    }
    QVERIFY2(run.hasFailed(), run.log());
    const Error error = run.error();
    QCOMPARE(run.rowCount(), 0);
    QCOMPARE(store.requestCount(), 0); // not even the key of the segment went there
    QVERIFY(store.connectionCount() <= 1); // a certificate is not better the second time
    QVERIFY2(error.message.contains(refusal) && error.message.contains(u"127.0.0.1:%1"_s.arg(store.port())), qPrintable(error.message));
    QVERIFY2(error.hint.contains("storageCaFile"_L1) && error.hint.contains("encoding=direct"_L1), qPrintable(error.hint));
    QVERIFY(!error.ticketText().contains("secret"_L1));
}

void tst_TrinoSpoolTls::storagesAuthorityIsNotTheCoordinators()
{
    FakeTrino server(identity(u"selfsigned"_s), { oneColumn });
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, u"json"_s }, { u"storageCaFile"_s, certificateFile(u"selfsigned.pem"_s) }, { u"password"_s, u"paddle"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(server.postCount(), 0);
    QVERIFY2(run.error().message.contains("it is self-signed and not known here"_L1), run.log());
}

void tst_TrinoSpoolTls::missingFileIsNamed()
{
    FaultServer store(identity(u"server"_s), [](const RecordedRequest &, int) { return FaultReply::whole(200, rows); });
    FakeTrino server(identity(u"server"_s), { pageNaming(store.url(u"/bucket/s"_s).toEncoded()), oneColumn });
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, u"json"_s }, { u"caFile"_s, certificateFile(u"ca.pem"_s) }, { u"storageCaFile"_s, u"/nowhere/storage.pem"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QVERIFY2(run.error().message.contains("/nowhere/storage.pem"_L1), run.log());
    QCOMPARE(store.connectionCount(), 0);
}

// In the mode WORKER_PROXY: the same path, on another machine.
void tst_TrinoSpoolTls::workerIsNoOtherNameOfTheCoordinator()
{
    const QByteArray path = "/v1/spooled/download/x%2By=?k=secret";
    FaultServer worker(identity(u"selfsigned"_s), [](const RecordedRequest &, int) { return FaultReply::chunked(200, rows); });
    FakeTrino server(identity(u"server"_s), { pageNaming("{server}" + path), oneColumn });
    server.setTamper([&](const RecordedRequest &request, FaultReply &reply) {
        if (request.target == path)
            reply = FaultReply::whole(303, {}, { { "Location", worker.url().toEncoded() + path } });
    });
    TrinoTestEngine engine(server.url(), { { u"encoding"_s, u"json"_s },
                                           { u"caFile"_s, certificateFile(u"ca.pem"_s) },
                                           { u"storageCaFile"_s, certificateFile(u"selfsigned.pem"_s) },
                                           { u"password"_s, u"paddle"_s },
                                           { u"alwaysUseConfiguredAddress"_s, u"true"_s } });
    StatementRun run(engine.prepare(u"SELECT n FROM t"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.rowCount(), 3);
    QCOMPARE(worker.requestCount(), 1);
    QCOMPARE(worker.requests().constFirst().target, path);
    QCOMPARE(worker.requests().constFirst().header("x-customer-key"), "k1"_ba);
    QCOMPARE(worker.requests().constFirst().header("Authorization"), QByteArray());
}

void tst_TrinoSpoolTls::prestoHasNone()
{
    const auto has = [](const EngineInfo &info) { return std::ranges::contains(info.options, u"storageCaFile"_s, &OptionInfo::name); };
    QVERIFY(has(trinoInfo()));
    QVERIFY(!has(prestoInfo()));
}

QTEST_GUILESS_MAIN(tst_TrinoSpoolTls)

#include "tst_trinospooltls.moc"
