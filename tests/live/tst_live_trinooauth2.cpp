// SPDX-License-Identifier: Apache-2.0
#include "trinoauthserver.h"

#include "auth/tokenbroker.h"
#include "extension/credentialprovider.h"
#include "statementrun.h"

#include <QMutex>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QPromise>
#include <QRegularExpression>
#include <QSslConfiguration>
#include <QTest>
#include <QThread>

#include <atomic>

using namespace Grebe;
using namespace TrinoAuthServer;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

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

/// OAuth 2.0 with the server that has it, and its identity provider.
class tst_LiveTrinoOAuth2 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(isThere() && !hasTokens()); }
    void nobodyToAsk();
    void browserSignInOnceForAll();
    void browserSignInThatIsDenied();
};

void tst_LiveTrinoOAuth2::nobodyToAsk()
{
    const ConnectionPtr connection = connectTo({ { u"externalAuthentication"_s, u"true"_s } });
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    const QString text = run.error().ticketText();
    QVERIFY2(text.contains(u"nobody here to ask"_s) && !text.contains(u"/oauth2/token"_s), qPrintable(text));
}

void tst_LiveTrinoOAuth2::browserSignInOnceForAll()
{
    Visitor ann(u"ann"_s, password(), authorities());
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
    const TokenKey key { origin(), {}, {} };
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

void tst_LiveTrinoOAuth2::browserSignInThatIsDenied()
{
    Visitor stranger(u"mallory"_s, u"wrong"_s, authorities());
    const ConnectionPtr connection = connectTo({ { u"externalAuthentication"_s, u"true"_s }, { u"user"_s, u"mallory"_s } }, &stranger);
    StatementRun run(connection->prepare(u"SELECT 1"_s));
    QVERIFY2(run.waitForEnd() && run.hasFailed(), run.log());
    QCOMPARE(run.error().code, Error::Code::Unauthenticated);
    QVERIFY2(run.error().message.startsWith(u"The sign-in failed: "_s), run.log());
    QCOMPARE(stranger.visits, 1);
}

QTEST_GUILESS_MAIN(tst_LiveTrinoOAuth2)
#include "tst_live_trinooauth2.moc"
