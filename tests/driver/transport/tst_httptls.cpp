// SPDX-License-Identifier: Apache-2.0
#include "transport/httpclient.h"

#include "faultserver.h"
#include "httprun.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QSslKey>
#include <QTcpServer>
#include <QTcpSocket>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Verify = HttpOptions::Verify;

class tst_HttpTls : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void certificates_data();
    void certificates();
    void certificateNeverHidesInDataAlreadySent();
    void postOverTlsIsSentOnce();
    void plainPortIsSaid();
    void silentHandshakeEnds();
};

static QString dataFile(const QString &name)
{
    return QString::fromUtf8(GREBE_TEST_DATA) + u'/' + name;
}

static QSslCertificate certificate(const QString &name)
{
    return QSslCertificate::fromPath(dataFile(name + u".pem"_s)).value(0);
}

static QSslConfiguration serverTls(const QString &name)
{
    QFile keyFile(dataFile(name + u".key"_s));
    if (!keyFile.open(QIODevice::ReadOnly))
        qFatal("no key");
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(certificate(name));
    configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Ec));
    return configuration;
}

static const QString ca = u"ca.pem"_s;

void tst_HttpTls::certificates_data()
{
    QTest::addColumn<QString>("server");
    QTest::addColumn<QString>("caFile");
    QTest::addColumn<Verify>("verify");
    QTest::addColumn<QString>("peerName");
    QTest::addColumn<QString>("part"); // empty: accepted
    QTest::newRow("a certificate of our CA") << u"server"_s << ca << Verify::Full << QString() << QString();
    QTest::newRow("of a CA that is not known") << u"server"_s << QString() << Verify::Full << QString() << u"its issuer is not known here"_s;
    QTest::newRow("nor to CaOnly") << u"server"_s << QString() << Verify::CaOnly << QString() << u"its issuer is not known here"_s;
    QTest::newRow("for another host") << u"otherhost"_s << ca << Verify::Full << QString() << u"it is for another host name"_s;
    QTest::newRow("for another host, the CA is enough") << u"otherhost"_s << ca << Verify::CaOnly << QString() << QString();
    QTest::newRow("for another host, which is the expected one") << u"otherhost"_s << ca << Verify::Full << u"elsewhere.test"_s << QString();
    QTest::newRow("for our host, but another is expected") << u"server"_s << ca << Verify::Full << u"elsewhere.test"_s << u"it is for another host name"_s;
    QTest::newRow("expired") << u"expired"_s << ca << Verify::Full << QString() << u"it has expired"_s;
    QTest::newRow("expired is no matter of the name") << u"expired"_s << ca << Verify::CaOnly << QString() << u"it has expired"_s;
    QTest::newRow("self-signed") << u"selfsigned"_s << ca << Verify::Full << QString() << u"it is self-signed"_s;
    QTest::newRow("self-signed and added") << u"selfsigned"_s << u"selfsigned.pem"_s << Verify::Full << QString() << QString();
    QTest::newRow("anything goes where nothing is checked") << u"expired"_s << QString() << Verify::None << QString() << QString();
}

void tst_HttpTls::certificates()
{
    QFETCH(QString, server);
    QFETCH(QString, caFile);
    QFETCH(Verify, verify);
    QFETCH(QString, peerName);
    QFETCH(QString, part);
    FaultServer host(serverTls(server), [](const RecordedRequest &, int) { return FaultReply::whole(200, "safe"); });
    HttpOptions options;
    options.verify = verify;
    options.peerVerifyName = peerName;
    if (!caFile.isEmpty())
        options.caFile = dataFile(caFile);
    HttpClient client(options);
    HttpCall *call = client.send({ .method = "POST", .url = host.url(), .headers = { { "Authorization", "Basic c2VjcmV0" } }, .body = "SELECT 1" });
    QStringList steps;
    connect(call, &HttpCall::connected, this, [&] { steps << u"connected"_s; });
    connect(call, &HttpCall::encrypted, this, [&](const QString &text) { steps << text; });
    const HttpResponse response = waitFor(call);
    if (part.isEmpty()) {
        QVERIFY2(!response.error, qPrintable(response.error.value_or(Error()).ticketText()));
        QCOMPARE(response.bytes(), QByteArrayView("safe"));
        QCOMPARE(steps.size(), 2);
        QVERIFY2(steps.constLast().startsWith(u"TLS 1.3, issued by "_s), qPrintable(steps.constLast()));
        return;
    }
    QVERIFY(response.error);
    const QString message = messageOf(response);
    QVERIFY2(message.contains(part), qPrintable(message));
    QVERIFY2(message.contains(u"127.0.0.1:%1"_s.arg(host.port())), qPrintable(message));
    const QString fingerprint = QString::fromLatin1(certificate(server).digest(QCryptographicHash::Sha256).toHex(':'));
    QVERIFY2(response.error->ticketText().contains(fingerprint), qPrintable(response.error->ticketText()));
    QVERIFY(!response.error->hint.isEmpty());
    QVERIFY(!response.mayHaveBeenSent);
    QCOMPARE(host.requestCount(), 0);
}

void tst_HttpTls::certificateNeverHidesInDataAlreadySent()
{
    // One client's trust is not another's, though the server and the connection cache are the same.
    FaultServer host(serverTls(u"server"_s), [](const RecordedRequest &, int) { return FaultReply::whole(200, "safe"); });
    HttpOptions careless;
    careless.verify = Verify::None;
    HttpClient first(careless);
    QVERIFY(!waitFor(first.send({ .url = host.url() })).error);
    HttpClient second({});
    QVERIFY(waitFor(second.send({ .url = host.url() })).error);
    QCOMPARE(host.requestCount(), 1);
}

void tst_HttpTls::postOverTlsIsSentOnce()
{
    for (FaultReply::End end : { FaultReply::End::Close, FaultReply::End::Reset }) {
        for (bool isWarm : { false, true }) {
            FaultServer host(serverTls(u"server"_s), [end](const RecordedRequest &request, int) {
                return request.method == "GET" ? FaultReply::whole(200, "{}") : FaultReply::nothing(end);
            });
            HttpOptions options;
            options.caFile = dataFile(ca);
            HttpClient client(options);
            if (isWarm)
                QVERIFY(!waitFor(client.send({ .url = host.url() })).error);
            const HttpResponse response = waitFor(client.send({ .method = "POST", .url = host.url(), .body = "INSERT" }));
            QVERIFY(response.error);
            QVERIFY(response.mayHaveBeenSent);
            QCOMPARE(host.requestCount("POST"), 1);
        }
    }
}

void tst_HttpTls::plainPortIsSaid()
{
    // A server that answers plain HTTP to whatever comes.
    QTcpServer plain;
    QVERIFY(plain.listen(QHostAddress::LocalHost));
    connect(&plain, &QTcpServer::newConnection, this, [&] {
        QTcpSocket *socket = plain.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [socket] {
            socket->write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            socket->disconnectFromHost();
        });
    });
    HttpClient client({});
    const HttpResponse response = waitFor(client.send({ .url = QUrl(u"https://127.0.0.1:%1/"_s.arg(plain.serverPort())) }));
    QVERIFY(response.error);
    QVERIFY2(messageOf(response).contains(u"did not answer in TLS"_s), qPrintable(response.error->ticketText()));
    QVERIFY(!response.mayHaveBeenSent);
}

void tst_HttpTls::silentHandshakeEnds()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    HttpOptions options;
    options.connectTimeout = 300ms;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .method = "POST", .url = QUrl(u"https://127.0.0.1:%1/"_s.arg(silent.serverPort())), .body = "INSERT" }));
    QVERIFY(response.error);
    QCOMPARE(response.error->code, Error::Code::Timeout);
    QVERIFY(!response.mayHaveBeenSent);
}

QTEST_GUILESS_MAIN(tst_HttpTls)
#include "tst_httptls.moc"
