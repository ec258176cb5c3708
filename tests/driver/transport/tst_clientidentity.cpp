// SPDX-License-Identifier: Apache-2.0
#include "transport/tlstext.h"

#include "faultserver.h"
#include "httprun.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QTemporaryDir>

using namespace Grebe;
using namespace Qt::StringLiterals;

class tst_ClientIdentity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void form_data();
    void form();
    void badFile_data();
    void badFile();
    void serverWantsNobody();
};

static QString dataFile(const QString &name)
{
    return name.isEmpty() ? name : QString::fromUtf8(GREBE_TEST_DATA) + u'/' + name;
}

// A server that talks only to who has client.pem's key.
static QSslConfiguration guardedServer()
{
    QFile keyFile(dataFile(u"server.key"_s));
    if (!keyFile.open(QIODevice::ReadOnly))
        qFatal("no key");
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificate(QSslCertificate::fromPath(dataFile(u"server.pem"_s)).value(0));
    configuration.setPrivateKey(QSslKey(&keyFile, QSsl::Ec));
    configuration.setCaCertificates(QSslCertificate::fromPath(dataFile(u"client.pem"_s)));
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    return configuration;
}

void tst_ClientIdentity::form_data()
{
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("passphrase");
    QTest::newRow("PEM with the key in it") << u"client-both.pem"_s << QString() << QString();
    QTest::newRow("PEM and a key") << u"client.pem"_s << u"client.key"_s << QString();
    QTest::newRow("PEM and an encrypted PKCS#8 key") << u"client.pem"_s << u"client-encrypted.key"_s << u"paddle"_s;
    QTest::newRow("PKCS#12") << u"client.p12"_s << QString() << u"paddle"_s;
    QTest::newRow("PKCS#12 without a passphrase") << u"client-open.p12"_s << QString() << QString();
    QTest::newRow("a passphrase that is not needed") << u"client-both.pem"_s << QString() << u"paddle"_s;
}

void tst_ClientIdentity::form()
{
    QFETCH(QString, certificate);
    QFETCH(QString, key);
    QFETCH(QString, passphrase);
    const Result<ClientIdentity> identity = readClientIdentity(dataFile(certificate), dataFile(key), passphrase);
    QVERIFY2(identity, qPrintable(identity ? QString() : identity.error().message));
    QCOMPARE(identity->chain.constFirst().subjectInfo(QSslCertificate::CommonName), QStringList(u"ann"_s));

    FaultServer server(guardedServer(), [](const RecordedRequest &, int) { return FaultReply::whole(200, "ann"); });
    HttpOptions options;
    options.caFile = dataFile(u"ca.pem"_s);
    options.clientCertificateFile = dataFile(certificate);
    options.clientKeyFile = dataFile(key);
    options.clientKeyPassphrase = passphrase;
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QVERIFY2(!response.error, qPrintable(messageOf(response)));
    QCOMPARE(response.bytes(), QByteArrayView("ann"));
}

void tst_ClientIdentity::badFile_data()
{
    QTest::addColumn<QByteArray>("content"); // of a file of our own, when not empty
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("passphrase");
    QTest::addColumn<QString>("part");
    const auto row = [](const char *name, const QString &certificate, const QString &key, const QString &passphrase, const QString &part, const QByteArray &content = {}) {
        QTest::newRow(name) << content << certificate << key << passphrase << part;
    };
    row("no such file", u"none.pem"_s, {}, {}, u"cannot be read"_s);
    row("no such key", u"client.pem"_s, u"none.key"_s, {}, u"cannot be read"_s);
    row("a certificate without a key", u"client.pem"_s, {}, {}, u"holds no private key"_s);
    row("a key without a certificate", u"client.key"_s, {}, {}, u"holds no certificate"_s);
    row("a certificate for a key", u"client.pem"_s, u"ca.pem"_s, {}, u"holds no private key"_s);
    row("encrypted, no passphrase", u"client.pem"_s, u"client-encrypted.key"_s, {}, u"no passphrase was given"_s);
    row("encrypted, another passphrase", u"client.pem"_s, u"client-encrypted.key"_s, u"oar"_s, u"does not open the key"_s);
    row("PKCS#12, no passphrase", u"client.p12"_s, {}, {}, u"no passphrase was given"_s);
    row("PKCS#12, another passphrase", u"client.p12"_s, {}, u"oar"_s, u"does not open the key"_s);
    row("a Java key store", {}, {}, {}, u"Java key store"_s, QByteArray("\xfe\xed\xfe\xed\0\0\0\2", 8));
    row("anything else", {}, {}, {}, u"neither a PEM nor a PKCS#12"_s, "GIF89a");
    row("a cut key", u"client.pem"_s, {}, {}, u"holds no private key"_s, "-----BEGIN PRIVATE KEY-----\nMIG");
    row("a key that is none", u"client.pem"_s, {}, {}, u"cannot be read"_s, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
}

void tst_ClientIdentity::badFile()
{
    QFETCH(QByteArray, content);
    QFETCH(QString, certificate);
    QFETCH(QString, key);
    QFETCH(QString, passphrase);
    QFETCH(QString, part);
    const QTemporaryDir dir;
    certificate = dataFile(certificate);
    key = dataFile(key);
    if (!content.isEmpty()) {
        QString &name = certificate.isEmpty() ? certificate : key;
        name = dir.filePath(u"own"_s);
        QFile file(name);
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(content) == content.size());
    }
    const Result<ClientIdentity> identity = readClientIdentity(certificate, key, passphrase);
    QVERIFY(!identity);
    QVERIFY2(identity.error().message.contains(part), qPrintable(identity.error().message));
    QCOMPARE(identity.error().vendorCode == "TLS_KEY_PASSPHRASE"_L1, part.contains(u"passphrase"_s) || part.contains(u"does not open"_s));

    HttpOptions options;
    options.clientCertificateFile = certificate;
    options.clientKeyFile = key;
    options.clientKeyPassphrase = passphrase;
    FaultServer server(guardedServer(), {});
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QVERIFY2(messageOf(response).contains(part), qPrintable(messageOf(response)));
    QCOMPARE(server.connectionCount(), 0);
}

void tst_ClientIdentity::serverWantsNobody()
{
    FaultServer server(guardedServer(), [](const RecordedRequest &, int) { return FaultReply::whole(200, "ann"); });
    HttpOptions options;
    options.caFile = dataFile(u"ca.pem"_s);
    HttpClient client(options);
    const HttpResponse response = waitFor(client.send({ .url = server.url() }));
    QVERIFY(response.error);
    QCOMPARE(server.requestCount(), 0);
}

QTEST_GUILESS_MAIN(tst_ClientIdentity)
#include "tst_clientidentity.moc"
