// SPDX-License-Identifier: Apache-2.0
#include "auth/externaloauth2.h"

#include "scriptedserver.h"

#include <QPromise>
#include <QSignalSpy>
#include <QTest>

using namespace Grebe;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A person with or without a browser: looks at the question, answers when the test says so.
class Person
{
public:
    TokenBroker::Ask ask()
    {
        return [this](const CredentialRequest &request) {
            requests << request;
            promise = std::make_shared<QPromise<Result<Credential>>>();
            promise->start();
            if (answersAtOnce)
                answer(Credential {});
            return promise->future();
        };
    }
    void answer(const Result<Credential> &credential)
    {
        const auto answered = promise; // the flow may ask again before finish() returns
        answered->addResult(credential);
        answered->finish();
    }

    QList<CredentialRequest> requests;
    std::shared_ptr<QPromise<Result<Credential>>> promise;
    bool answersAtOnce = false;
};

ExternalOAuth2::Timings quickTimings()
{
    ExternalOAuth2::Timings timings;
    timings.pause = 1ms;
    timings.acknowledgement = 2s;
    timings.retry.first = 1ms;
    timings.retry.longest = 3ms;
    return timings;
}

/// One dance with a server on the loopback.
class Dance
{
public:
    explicit Dance(const ScriptedServer &server, bool hasPage = true, const ExternalOAuth2::Timings &timings = quickTimings(), bool asksForStored = false)
    {
        const ExternalOAuth2::Trust trust { .origin = server.url(), .allowsLoopbackHttp = true };
        ExternalOAuth2::Addresses addresses { .token = server.url(u"/oauth2/token/1"_s) };
        if (hasPage)
            addresses.redirect = server.url(u"/oauth2/token/initiate/ab"_s);
        CredentialRequest request { .origin = u"http://lake:1"_s, .user = u"ann"_s };
        flow = std::make_unique<ExternalOAuth2>(addresses, trust, HttpOptions {}, request, person.ask(), timings, asksForStored);
        QObject::connect(flow.get(), &TokenFlow::done, [this](const Result<QByteArray> &result) { results << result; });
    }
    bool waitForEnd()
    {
        return QTest::qWaitFor([this] { return !results.isEmpty(); }, 20'000);
    }
    Error error() const { return results.value(0).error_or(Error {}); }

    Person person;
    std::unique_ptr<ExternalOAuth2> flow;
    QList<Result<QByteArray>> results;
};

const QByteArray pollLine = "GET /oauth2/token/1";
const QByteArray deleteLine = "DELETE /oauth2/token/1";

} // namespace

class tst_ExternalOAuth2 : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void challengeWithTheTokenServerIsTheOne();
    void address_data();
    void address();
    void badPageIsRefusedToo();
    void personSignsIn();
    void nextAddressIsFollowed();
    void renewalAsksNobody();
    void renewalThatIsRefusedIsMarked();
    void pollCarriesNoCredentials();
    void answer_data();
    void answer();
    void troubleOnTheWayPasses_data();
    void troubleOnTheWayPasses();
    void personDeclines();
    void questionGoesWhenTheServerAnswers();
    void cancelSaysNothing();
    void deadline();
    void providerThatOnlyShowsTheLink();
    void keptTokenIsTakenFirst();
    void withoutAKeptTokenThePersonSignsIn();
    void errorsTellNoSecret();
};

void tst_ExternalOAuth2::challengeWithTheTokenServerIsTheOne()
{
    const auto challenges = parseChallenges(R"(Basic realm="Trino", Bearer realm="Trino", token_type="JWT", Bearer x_token_server="https://c/t")");
    QCOMPARE(ExternalOAuth2::offered(challenges), &challenges.at(2));
    // No raw strings within macros: moc does not read them there.
    const auto withoutIt = parseChallenges(R"(Basic realm="x", Bearer realm="y")");
    QVERIFY(!ExternalOAuth2::offered(withoutIt));
    const auto ofAnotherScheme = parseChallenges(R"(Basic x_token_server="https://c/t")");
    QVERIFY(!ExternalOAuth2::offered(ofAnotherScheme));
    QVERIFY(!ExternalOAuth2::offered({}));
}

void tst_ExternalOAuth2::address_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("origin");
    QTest::addColumn<bool>("allowsHttp");
    QTest::addColumn<QString>("part"); // of the error; empty: it is used
    const QString tls = u"https://lake:8443"_s;
    const QString local = u"http://127.0.0.1:8080"_s;
    const auto row = [](const char *name, const QByteArray &text, const QString &origin, const QString &part, bool allowsHttp = false) {
        QTest::newRow(name) << text << origin << allowsHttp << part;
    };
    row("the coordinator itself", "https://lake:8443/oauth2/token/1", tls, {});
    row("the coordinator in capitals", "HTTPS://LAKE:8443/oauth2/token/1", tls, {});
    row("a path alone", "/oauth2/token/1", tls, {});
    row("the usual port, written out", "https://lake:443/t", u"https://lake"_s, {});
    row("a host of the list", "https://gate.example/t", tls, {});
    row("a host and port of the list", "https://door.example:9443/t", tls, {});
    row("plain http to this computer, allowed", "http://127.0.0.1:8080/t", local, {}, true);
    row("nothing", "", tls, u"is empty"_s);
    row("another host", "https://evil.example/t", tls, u"leads to evil.example:443"_s);
    row("another port", "https://lake:9443/t", tls, u"leads to lake:9443"_s);
    row("a host that begins like ours", "https://lake.evil.example:8443/t", tls, u"leads to lake.evil.example:8443"_s);
    row("a listed host at another port", "https://gate.example:444/t", tls, u"leads to gate.example:444"_s);
    row("two slashes", "//evil.example/t", tls, u"leads to evil.example"_s);
    row("plain http to the coordinator", "http://lake:8443/t", tls, u"is a plain http address"_s);
    row("plain http to a listed host", "http://gate.example/t", tls, u"is a plain http address"_s);
    row("plain http to this computer, not allowed", "http://127.0.0.1:8080/t", local, u"is a plain http address, where everybody"_s);
    row("plain http elsewhere although allowed here", "http://evil.example/t", local, u"is a plain http address"_s, true);
    row("plain http to a network, allowed for loopback only", "http://10.0.0.1:8080/t", u"http://10.0.0.1:8080"_s, u"is a plain http address, where everybody"_s, true);
    row("a metadata service", "http://169.254.169.254/latest/meta-data/", tls, u"is a plain http address"_s);
    row("a file", "file:///etc/passwd", tls, u"begins with file:"_s);
    row("a script", "javascript:alert(1)", tls, u"begins with javascript:"_s);
    row("a share", "smb://evil.example/x", tls, u"begins with smb:"_s);
    row("a program's own scheme", "ms-msdt:/id", tls, u"begins with ms-msdt:"_s);
    row("a data address", "data:text/html,x", tls, u"begins with data:"_s);
    row("user info that looks like our host", "https://lake:8443@evil.example/t", tls, u"user name in front"_s);
    row("user info of our own", "https://ann@lake:8443/t", tls, u"user name in front"_s);
    row("empty user info", "https://@lake:8443/t", tls, u"user name in front"_s);
    row("a back slash", "https://lake:8443\\@evil.example/t", tls, u"characters that no address has"_s);
    row("a UNC path", "\\\\evil\\share", tls, u"characters that no address has"_s);
    row("a line break", "https://lake:8443/t\r\nX: y", tls, u"characters that no address has"_s);
    row("a blank", "https://lake:8443/t --help", tls, u"characters that no address has"_s);
    row("a zero byte", QByteArray("https://lake:8443/\0t", 20), tls, u"characters that no address has"_s);
    row("a control character", "https://lake:8443/\x1b[31m", tls, u"characters that no address has"_s);
    row("letters that look like others", "https://l\xd0\xb0ke:8443/t", tls, u"characters that no address has"_s);
    row("a quote", "https://lake:8443/\"&calc", tls, u"characters that no address has"_s);
    row("no host", "https:///t", tls, u"no"_s);
    row("a port that is none", "https://lake:99999/t", tls, u"is no address"_s);
    row("a broken percent sign", "https://lake:8443/%zz", tls, u"is no address"_s);
    row("endless", "https://lake:8443/" + QByteArray(10'000, 'a'), tls, u"too long"_s);
}

void tst_ExternalOAuth2::address()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, origin);
    QFETCH(bool, allowsHttp);
    QFETCH(QString, part);
    const ExternalOAuth2::Trust trust { .origin = QUrl(origin), .otherHosts = { u"gate.example"_s, u"door.example:9443"_s }, .allowsLoopbackHttp = allowsHttp };
    const Result<QUrl> url = ExternalOAuth2::checkedAddress(text, u"token address"_s, trust);
    if (part.isEmpty()) {
        QVERIFY2(url, qPrintable(url ? QString() : url.error().message));
        QVERIFY(url->isValid());
        return;
    }
    QVERIFY2(!url, "was taken");
    QVERIFY2(url.error().message.contains(part), qPrintable(url.error().message));
    QVERIFY(url.error().message.contains(u"token address"_s));
    QCOMPARE(url.error().vendorCode, u"HOSTILE_CHALLENGE"_s);
    for (const QChar c : url.error().message)
        QVERIFY(c.isPrint());
}

void tst_ExternalOAuth2::badPageIsRefusedToo()
{
    const ExternalOAuth2::Trust trust { .origin = QUrl(u"https://lake:8443"_s) };
    const auto refused = [&](const QByteArray &page, const QByteArray &token) {
        const auto challenges = parseChallenges("Bearer x_redirect_server=\"" + page + "\", x_token_server=\"" + token + '"');
        const auto addresses = ExternalOAuth2::addresses(*ExternalOAuth2::offered(challenges), trust);
        return addresses ? QString() : addresses.error().message;
    };
    QCOMPARE(refused("https://lake:8443/r", "https://lake:8443/t"), QString());
    QVERIFY(refused("file:///x", "https://lake:8443/t").contains(u"sign-in page (x_redirect_server)"_s));
    QVERIFY(refused("https://lake:8443/r", "https://evil/t").contains(u"token address (x_token_server)"_s));
    QVERIFY(refused("", "https://lake:8443/t").contains(u"is empty"_s));
}

void tst_ExternalOAuth2::personSignsIn()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"abc.def"})").held();
    server.expect(deleteLine).answer(200);
    Dance dance(server);
    dance.flow->start();
    QCOMPARE(dance.person.requests.size(), 1);
    const CredentialRequest request = dance.person.requests.constFirst();
    QCOMPARE(request.kind, CredentialRequest::Kind::BrowserSignIn);
    QCOMPARE(request.url, server.url(u"/oauth2/token/initiate/ab"_s));
    QCOMPARE(request.user, u"ann"_s);
    QCOMPARE(request.origin, u"http://lake:1"_s);
    const qint64 left = QDateTime::currentDateTimeUtc().secsTo(request.deadline);
    QVERIFY(left > 590 && left <= 600);
    QTRY_COMPARE(server.requestCount(pollLine), 1);
    QVERIFY(dance.results.isEmpty());
    server.release();
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.results.constFirst().value(), "abc.def");
    QTRY_COMPARE(server.requestCount(deleteLine), 1);
    QCOMPARE(dance.results.size(), 1);
}

void tst_ExternalOAuth2::nextAddressIsFollowed()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"nextUri":"{server}/oauth2/token/2"})");
    server.expect("GET /oauth2/token/2").answer(200, R"({"nextUri":"{server}/oauth2/token/2"})");
    server.expect("GET /oauth2/token/2").answer(200, R"({"token":"t"})");
    server.expect("DELETE /oauth2/token/2").answer(404);
    Dance dance(server);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.results.constFirst().value(), "t");
    QTRY_COMPARE(server.requestCount("DELETE /oauth2/token/2"), 1);
    QCOMPARE(dance.person.requests.size(), 1);
}

void tst_ExternalOAuth2::renewalAsksNobody()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"t"})");
    server.expect(deleteLine).answer(500);
    Dance dance(server, false);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.results.constFirst().value(), "t");
    QVERIFY(dance.person.requests.isEmpty());
    QTRY_COMPARE(server.requestCount(deleteLine), 1);
}

void tst_ExternalOAuth2::renewalThatIsRefusedIsMarked()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"error":"refresh token expired"})");
    Dance dance(server, false);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.error().vendorCode, u"TOKEN_RENEWAL_REFUSED"_s);
    QVERIFY(dance.error().message.contains(u"refresh token expired"_s));
}

void tst_ExternalOAuth2::pollCarriesNoCredentials()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"t"})", { { "Set-Cookie", "a=b" } });
    server.expect(deleteLine).answer(200);
    Dance dance(server);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QTRY_COMPARE(server.requestCount(), 2);
    for (const RecordedRequest &request : server.requests()) {
        QVERIFY(request.header("Authorization").isEmpty());
        QVERIFY(request.body.isEmpty());
        for (const auto &[name, value] : request.headers)
            QVERIFY2(!name.toLower().startsWith("x-trino"), name);
    }
}

void tst_ExternalOAuth2::answer_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<Error::Code>("code");
    QTest::addColumn<QString>("part");
    QTest::newRow("the server's error, in its words") << 200 << QByteArray(R"({"error":"access_denied"})") << Error::Code::Unauthenticated << u"access_denied"_s;
    QTest::newRow("an error without words") << 200 << QByteArray(R"({"error":""})") << Error::Code::Unauthenticated << u"does not say why"_s;
    QTest::newRow("an error that is no text") << 200 << QByteArray(R"({"error":{"a":1}})") << Error::Code::Unauthenticated << u"does not say why"_s;
    QTest::newRow("nothing of use") << 200 << QByteArray("{}") << Error::Code::InvalidData << u"neither with a token"_s;
    QTest::newRow("no JSON") << 200 << QByteArray("<html>proxy</html>") << Error::Code::InvalidData << u"neither with a token"_s;
    QTest::newRow("an empty token") << 200 << QByteArray(R"({"token":""})") << Error::Code::InvalidData << u"neither with a token"_s;
    QTest::newRow("a token with a line break") << 200 << QByteArray(R"({"token":"a\r\nX-Trino-User: root"})") << Error::Code::InvalidData << u"cannot be one"_s;
    QTest::newRow("a token with a blank") << 200 << QByteArray(R"({"token":"a b"})") << Error::Code::InvalidData << u"cannot be one"_s;
    QTest::newRow("a token beyond all headers") << 200 << QByteArray(R"({"token":")") + QByteArray(100'000, 'a') + "\"}" << Error::Code::InvalidData << u"cannot be one"_s;
    QTest::newRow("a body beyond all tokens") << 200 << QByteArray(2 << 20, 'a') << Error::Code::InvalidData << QString();
    QTest::newRow("the way leads to another host") << 200 << QByteArray(R"({"nextUri":"https://evil.example/t"})") << Error::Code::InvalidData << u"leads to evil.example"_s;
    QTest::newRow("the way leads to a file") << 200 << QByteArray(R"({"nextUri":"file:///etc/passwd"})") << Error::Code::InvalidData << u"begins with file:"_s;
    QTest::newRow("a forgotten sign-in") << 404 << QByteArray() << Error::Code::Unauthenticated << u"404"_s;
    QTest::newRow("gone") << 410 << QByteArray() << Error::Code::Unauthenticated << u"410"_s;
    QTest::newRow("a server's failure") << 500 << QByteArray("secret body") << Error::Code::InvalidData << u"500"_s;
    QTest::newRow("a redirect is not followed") << 302 << QByteArray() << Error::Code::InvalidData << u"302"_s;
}

void tst_ExternalOAuth2::answer()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    QFETCH(Error::Code, code);
    QFETCH(QString, part);
    ScriptedServer server;
    TestHeaders headers;
    if (status == 302)
        headers << std::pair(QByteArray("Location"), QByteArray("/oauth2/token/2"));
    server.expect(pollLine).answer(status, body, headers);
    Dance dance(server);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QVERIFY(!dance.results.constFirst());
    QVERIFY2(dance.error().message.contains(part), qPrintable(dance.error().message));
    QCOMPARE(dance.error().code, code);
    QVERIFY(!dance.error().message.contains(u"secret"_s));
    QCOMPARE(dance.results.size(), 1);
    QVERIFY(dance.person.promise->isCanceled()); // off the screen
}

void tst_ExternalOAuth2::troubleOnTheWayPasses_data()
{
    QTest::addColumn<int>("status");
    for (int status : { 429, 502, 503, 504 })
        QTest::addRow("status %d", status) << status;
    QTest::newRow("a cut connection") << 0;
}

void tst_ExternalOAuth2::troubleOnTheWayPasses()
{
    QFETCH(int, status);
    ScriptedServer server;
    if (status)
        server.expect(pollLine).answer(status).times(3);
    else
        server.expect(pollLine).answer(FaultReply::nothing(FaultReply::End::Reset)).times(3);
    server.expect(pollLine).answer(200, R"({"token":"t"})");
    server.expect(deleteLine).answer(FaultReply::nothing(FaultReply::End::Close));
    Dance dance(server);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QVERIFY2(dance.results.constFirst(), qPrintable(dance.error().message));
    QTRY_COMPARE(server.requestCount(deleteLine), 1);
}

void tst_ExternalOAuth2::personDeclines()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, "{}").held();
    Dance dance(server);
    dance.flow->start();
    QTRY_COMPARE(server.requestCount(pollLine), 1);
    dance.person.answer(std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"You did not sign in."_s }));
    QVERIFY(dance.waitForEnd());
    QVERIFY(dance.error().isCancelled());
    QCOMPARE(dance.results.size(), 1);
    server.release();
}

void tst_ExternalOAuth2::questionGoesWhenTheServerAnswers()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"t"})");
    server.expect(deleteLine).answer(200);
    Dance dance(server);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QVERIFY(dance.person.promise->isCanceled());
    QTRY_COMPARE(server.requestCount(deleteLine), 1);
}

void tst_ExternalOAuth2::cancelSaysNothing()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"t"})").held();
    Dance dance(server);
    dance.flow->start();
    QTRY_COMPARE(server.requestCount(pollLine), 1);
    dance.flow->cancel();
    QVERIFY(dance.person.promise->isCanceled());
    server.release();
    dance.flow.reset();
    QCoreApplication::processEvents();
    QVERIFY(dance.results.isEmpty());
}

void tst_ExternalOAuth2::deadline()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"nextUri":"{server}/oauth2/token/1"})").times(0);
    ExternalOAuth2::Timings timings = quickTimings();
    timings.deadline = 100ms;
    Dance dance(server, true, timings);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.error().code, Error::Code::Timeout);
    QVERIFY(server.requestCount(pollLine) >= 1);
    QVERIFY(dance.person.promise->isCanceled());
}

void tst_ExternalOAuth2::providerThatOnlyShowsTheLink()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"t"})").held();
    server.expect(deleteLine).answer(200);
    Dance dance(server);
    dance.person.answersAtOnce = true; // a terminal: nothing can be declined any more
    dance.flow->start();
    QTRY_COMPARE(server.requestCount(pollLine), 1);
    QCoreApplication::processEvents();
    QVERIFY(dance.results.isEmpty());
    server.release();
    QVERIFY(dance.waitForEnd());
    QVERIFY(dance.results.constFirst());
    QTRY_COMPARE(server.requestCount(deleteLine), 1);
}

void tst_ExternalOAuth2::keptTokenIsTakenFirst()
{
    ScriptedServer server;
    Dance dance(server, true, quickTimings(), true);
    dance.flow->start();
    QCOMPARE(dance.person.requests.constFirst().kind, CredentialRequest::Kind::StoredToken);
    dance.person.answer(Credential { .secret = u"kept"_s });
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.results.constFirst().value(), "kept");
    QCOMPARE(dance.person.requests.size(), 1);
    QCOMPARE(server.requestCount(), 0);
}

void tst_ExternalOAuth2::withoutAKeptTokenThePersonSignsIn()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"token":"t"})");
    server.expect(deleteLine).answer(200);
    Dance dance(server, true, quickTimings(), true);
    dance.flow->start();
    dance.person.answer(std::unexpected(Error { .code = Error::Code::NotFound, .message = u"none"_s }));
    QVERIFY(dance.waitForEnd());
    QCOMPARE(dance.results.constFirst().value(), "t");
    QCOMPARE(dance.person.requests.size(), 2);
    QCOMPARE(dance.person.requests.at(1).kind, CredentialRequest::Kind::BrowserSignIn);
    QTRY_COMPARE(server.requestCount(deleteLine), 1);
}

void tst_ExternalOAuth2::errorsTellNoSecret()
{
    ScriptedServer server;
    server.expect(pollLine).answer(200, R"({"error":"bad token eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4ifQ.c2ln password=paddle"})");
    Dance dance(server);
    dance.flow->start();
    QVERIFY(dance.waitForEnd());
    const QString all = dance.error().ticketText();
    QVERIFY2(!all.contains(u"eyJ"_s) && !all.contains(u"paddle"_s) && !all.contains(u"oauth2/token/1"_s), qPrintable(all));
}

QTEST_GUILESS_MAIN(tst_ExternalOAuth2)
#include "tst_externaloauth2.moc"
