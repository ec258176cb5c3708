// SPDX-License-Identifier: Apache-2.0
#include "auth/tokenbroker.h"
#include "engines/engineconnection.h"
#include "extension/connection.h"
#include "extension/connectionparameters.h"

#include "statementrun.h"

#include <QMutex>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QSslCertificate>
#include <QSslConfiguration>
#include <QTest>
#include <QThread>

#include <atomic>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

template<typename T>
T valueOf(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 60s))
        qFatal("no answer in a minute");
    return future.result();
}

/// A person with a browser of her own, without cookies from earlier: follows the link, fills in the form. She lives on a
/// thread of her own, since a test that waits for a statement turns no event loop.
class Visitor : public QObject, public CredentialProvider
{
    Q_OBJECT
public:
    Visitor(const QString &user, const QString &password, const QList<QSslCertificate> &authorities)
        : m_user(user), m_password(password), m_authorities(authorities)
    {
        moveToThread(&m_thread);
        m_thread.start();
    }
    ~Visitor() override
    {
        QMetaObject::invokeMethod(this, [this] {
            m_browser.reset();
            m_thread.quit();
        }, Qt::QueuedConnection);
        m_thread.wait();
    }
    QFuture<Result<Credential>> request(const CredentialRequest &request) override
    {
        if (request.kind != CredentialRequest::Kind::BrowserSignIn)
            return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(Error { .code = Error::Code::NotFound, .message = u"none"_s })));
        ++visits;
        m_promise = std::make_shared<QPromise<Result<Credential>>>();
        m_promise->start();
        QMetaObject::invokeMethod(this, [this, url = request.url] {
            m_browser = std::make_unique<QNetworkAccessManager>();
            visit(QNetworkRequest(url), {}, 20);
        }, Qt::QueuedConnection);
        return m_promise->future();
    }
    std::atomic<int> visits = 0;
    QString lastPage() const
    {
        const QMutexLocker lock(&m_mutex);
        return m_lastPage;
    }

private:
    void visit(QNetworkRequest request, const QByteArray &form, int hops)
    {
        // By hand: the way goes from https to the provider's plain http and back, which Qt does not follow.
        request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
        QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
        tls.setCaCertificates(m_authorities);
        request.setSslConfiguration(tls);
        if (!form.isEmpty())
            request.setHeader(QNetworkRequest::ContentTypeHeader, u"application/x-www-form-urlencoded"_s);
        QNetworkReply *reply = form.isEmpty() ? m_browser->get(request) : m_browser->post(request, form);
        connect(reply, &QNetworkReply::finished, this, [this, reply, hops] {
            reply->deleteLater();
            const QString page = QString::fromUtf8(reply->readAll());
            {
                const QMutexLocker lock(&m_mutex);
                m_lastPage = page;
            }
            if (reply->error() != QNetworkReply::NoError)
                qWarning("the browser at %s: %s", qPrintable(reply->url().toString(QUrl::RemoveQuery)), qPrintable(reply->errorString()));
            const QUrl next = reply->attribute(QNetworkRequest::RedirectionTargetAttribute).toUrl();
            static const QRegularExpression form(u"<form method=\"post\" action=\"([^\"]+)\""_s);
            const auto match = form.match(page);
            if (hops == 0)
                qWarning("the browser goes in circles");
            else if (!next.isEmpty())
                visit(QNetworkRequest(reply->url().resolved(next)), {}, hops - 1);
            else if (match.hasMatch())
                visit(QNetworkRequest(reply->url().resolved(QUrl(match.captured(1)))), "user=" + m_user.toUtf8() + "&password=" + m_password.toUtf8(), hops - 1);
        });
    }

    const QString m_user;
    const QString m_password;
    const QList<QSslCertificate> m_authorities;
    QThread m_thread;
    mutable QMutex m_mutex; // of m_lastPage
    QString m_lastPage;
    std::unique_ptr<QNetworkAccessManager> m_browser; // of the thread
    std::shared_ptr<QPromise<Result<Credential>>> m_promise;
};

} // namespace

/// Every sign-in of the Trino engine with the real server that GREBE_LIVE_TRINOAUTH_URL names.
class tst_LiveTrinoAuth : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void signIn_data();
    void signIn();
    void refused_data();
    void refused();
    void impersonation();
    void browserSignInOnceForAll();
    void browserSignInThatIsDenied();

private:
    using Options = QMap<QString, QString>;
    ConnectionPtr connectTo(const Options &options, CredentialProvider *provider = nullptr) const;
    QString secret(const QString &name) const { return m_secrets + u'/' + name; }

    ConnectionParameters m_parameters;
    QString m_secrets;
    QString m_password;
    bool m_hasTokens = false; ///< JSON web tokens; otherwise the browser
    QList<QSslCertificate> m_authorities;
};

void tst_LiveTrinoAuth::initTestCase()
{
    const QString url = qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_URL");
    QVERIFY2(!url.isEmpty(), "GREBE_LIVE_TRINOAUTH_URL is not set: trino+https://localhost:8443");
    const Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url, engineInfos());
    QVERIFY2(parameters, qPrintable(parameters ? QString() : parameters.error().message));
    m_parameters = *parameters;
    m_secrets = qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_SECRETS");
    m_password = qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_PASSWORD");
    m_hasTokens = qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_TYPES").contains(u"JWT"_s);
    m_authorities = QSslCertificate::fromPath(secret(u"ca.pem"_s));
    QCOMPARE(m_authorities.size(), 1);
}

ConnectionPtr tst_LiveTrinoAuth::connectTo(const Options &options, CredentialProvider *provider) const
{
    ConnectionParameters parameters = m_parameters;
    Options all { { u"caFile"_s, secret(u"ca.pem"_s) }, { u"timezone"_s, u"UTC"_s } };
    all.insert(options);
    for (auto it = all.begin(); it != all.end(); ++it) {
        const Result<void> set = parameters.setValue(it.key(), it.value());
        if (!set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return makeConnection(engineEntry(u"trino"_s)->create(parameters, provider), parameters.engine(), parameters);
}

void tst_LiveTrinoAuth::signIn_data()
{
    QTest::addColumn<Options>("options");
    QTest::newRow("a password") << Options { { u"user"_s, u"ann"_s }, { u"password"_s, m_password } };
    if (m_hasTokens)
        QTest::newRow("a JSON web token") << Options { { u"accessTokenFile"_s, secret(u"token"_s) } };
    QTest::newRow("a certificate and its key") << Options { { u"SSLKeyStorePath"_s, secret(u"ann.pem"_s) }, { u"clientKeyFile"_s, secret(u"ann.key"_s) } };
    QTest::newRow("a certificate and its encrypted key")
        << Options { { u"SSLKeyStorePath"_s, secret(u"ann.pem"_s) }, { u"clientKeyFile"_s, secret(u"ann-encrypted.key"_s) }, { u"SSLKeyStorePassword"_s, m_password } };
    QTest::newRow("a PKCS#12 file") << Options { { u"SSLKeyStorePath"_s, secret(u"ann.p12"_s) }, { u"SSLKeyStorePassword"_s, m_password } };
}

void tst_LiveTrinoAuth::signIn()
{
    QFETCH(Options, options);
    const ConnectionPtr connection = connectTo(options);
    const Result<ServerInfo> info = valueOf(connection->open());
    QVERIFY2(info, qPrintable(info ? QString() : info.error().ticketText()));
    StatementRun run(connection->prepare(u"SELECT current_user"_s));
    QVERIFY2(run.waitForEnd() && run.hasFinished(), run.log());
    QCOMPARE(run.cell(0, 0), u"ann"_s);
}

void tst_LiveTrinoAuth::refused_data()
{
    QTest::addColumn<Options>("options");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("part"); // of message and hint
    QTest::newRow("another password") << Options { { u"user"_s, u"ann"_s }, { u"password"_s, u"oar"_s } } << Error::Code::Unauthenticated << u"refused this user and password"_s;
    if (m_hasTokens)
        QTest::newRow("an expired token") << Options { { u"accessTokenFile"_s, secret(u"expired-token"_s) } } << Error::Code::Unauthenticated << u"expired"_s;
    QTest::newRow("a token of somebody else's") << Options { { u"accessToken"_s, u"eyJhbGciOiJub25lIn0.e30."_s } } << Error::Code::Unauthenticated << u"refused the access token"_s;
    QTest::newRow("nothing, and nobody to ask") << Options { { u"user"_s, u"ann"_s } } << Error::Code::Unauthenticated << u"wants a password"_s;
    if (!m_hasTokens)
        QTest::newRow("the browser, and nobody to ask") << Options { { u"externalAuthentication"_s, u"true"_s } } << Error::Code::Unauthenticated << u"nobody here to ask"_s;
    QTest::newRow("a key that stays closed")
        << Options { { u"SSLKeyStorePath"_s, secret(u"ann.p12"_s) }, { u"SSLKeyStorePassword"_s, u"oar"_s } } << Error::Code::InvalidArgument << u"does not open the key"_s;
}

void tst_LiveTrinoAuth::refused()
{
    QFETCH(Options, options);
    QFETCH(Error::Code, code);
    QFETCH(QString, part);
    const ConnectionPtr connection = connectTo(options);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, code);
    const QString text = run.error().ticketText();
    QVERIFY2(text.contains(part), qPrintable(text));
    QVERIFY2(!text.contains(u"eyJ"_s) && !text.contains(u"x_token_server=\"https"_s), qPrintable(text));
}

void tst_LiveTrinoAuth::impersonation()
{
    for (const QString &other : { u"bob"_s, u"carol"_s }) {
        const ConnectionPtr connection = connectTo({ { u"user"_s, u"ann"_s }, { u"password"_s, m_password }, { u"sessionUser"_s, other } });
        StatementRun run(connection->prepare(u"SELECT current_user"_s));
        QVERIFY2(run.waitForEnd(), run.log());
        if (other == "bob"_L1)
            QCOMPARE(run.cell(0, 0), other);
        else
            QVERIFY2(run.error().message.contains(u"cannot impersonate"_s), run.log());
    }
}

void tst_LiveTrinoAuth::browserSignInOnceForAll()
{
    if (m_hasTokens)
        return; // the other server's
    Visitor ann(u"ann"_s, m_password, m_authorities);
    const Options options { { u"externalAuthentication"_s, u"true"_s } };
    const ConnectionPtr first = connectTo(options, &ann);
    const ConnectionPtr second = connectTo(options, &ann);
    const auto runTen = [&] {
        std::vector<std::unique_ptr<StatementRun>> runs;
        for (int i = 0; i < 10; ++i)
            runs.push_back(std::make_unique<StatementRun>((i % 2 ? first : second)->prepare(u"SELECT current_user"_s)));
        for (const auto &run : runs) {
            QVERIFY2(run->waitForEnd() && run->hasFinished(), run->log());
            QCOMPARE(run->cell(0, 0), u"ann"_s);
        }
        const auto catalogs = valueOf(first->list({}));
        QVERIFY2(catalogs, qPrintable(catalogs ? QString() : catalogs.error().message));
    };
    runTen();
    QCOMPARE(ann.visits, 1);
    QVERIFY2(ann.lastPage().contains(u"succe"_s, Qt::CaseInsensitive), qPrintable(ann.lastPage().left(500)));
    const TokenKey key { m_parameters.origin().toString(), {}, {} };
    const QByteArray token = TokenBroker::instance().token(key);
    QVERIFY(!token.isEmpty());

    // The provider's token lives for eight seconds; Trino renews its own with it, without a person.
    QVERIFY(QTest::qWaitFor([&] {
        StatementRun run(first->prepare(u"SELECT current_user"_s));
        return run.waitForEnd() && run.hasFinished() && TokenBroker::instance().token(key) != token;
    }, 60s));
    runTen();
    QCOMPARE(ann.visits, 1);

    // A token that the server does not know at all: the page again.
    TokenBroker::instance().insert(key, "worthless");
    runTen();
    QCOMPARE(ann.visits, 2);
}

void tst_LiveTrinoAuth::browserSignInThatIsDenied()
{
    if (m_hasTokens)
        return; // the other server's
    Visitor stranger(u"mallory"_s, u"wrong"_s, m_authorities);
    const ConnectionPtr connection = connectTo({ { u"externalAuthentication"_s, u"true"_s }, { u"user"_s, u"mallory"_s } }, &stranger);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    QVERIFY2(run.error().message.startsWith(u"The sign-in failed: "_s), run.log());
    QCOMPARE(stranger.visits, 1);
}

QTEST_GUILESS_MAIN(tst_LiveTrinoAuth)
#include "tst_live_trinoauth.moc"
