// SPDX-License-Identifier: Apache-2.0
#include "externaloauth2.h"

#include "transport/redaction.h"

#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QThread>

#include <algorithm>
#include <cstring>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr qint64 largestAnswer = 1 << 20;
constexpr qsizetype longestToken = 64 << 10; // more fits no request header
constexpr qsizetype longestAddress = 8 << 10;
// A poll that the server did not hold for this long came back at once.
constexpr std::chrono::milliseconds shortestPoll { 1'000 };

bool isLoopbackHost(const QString &host)
{
    const QHostAddress address(host);
    return host == "localhost"_L1 || (!address.isNull() && address.isLoopback());
}

int effectivePort(const QUrl &url)
{
    return url.port(url.scheme() == "https"_L1 ? 443 : 80);
}

bool isSafeHeaderText(const QByteArray &text)
{
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

Error refusedAddress(const QString &what, const QString &why, const QString &hint = {})
{
    return { .code = Error::Code::InvalidData,
             .message = u"The sign-in was not begun: the server's %1 %2."_s.arg(what, why),
             .hint = hint,
             .vendorCode = u"HOSTILE_CHALLENGE"_s };
}

// It has sent its last word and goes when that has arrived, or a little later.
void acknowledge(HttpClient *http, const QUrl &url, std::chrono::milliseconds limit)
{
    http->setParent(nullptr);
    HttpCall *call = http->send({ .method = "DELETE", .url = url, .isControl = true, .followSameOriginRedirects = false, .firstByteTimeout = limit });
    QObject::connect(call, &HttpCall::finished, http, &QObject::deleteLater);
    QTimer::singleShot(limit, http, &QObject::deleteLater);
    QObject::connect(QThread::currentThread(), &QThread::finished, http, &QObject::deleteLater);
}

} // namespace

const AuthChallenge *ExternalOAuth2::offered(const QList<AuthChallenge> &challenges)
{
    const auto it = std::ranges::find_if(challenges, [](const AuthChallenge &challenge) {
        return challenge.scheme == "bearer" && challenge.has("x_token_server");
    });
    return it == challenges.end() ? nullptr : &*it;
}

Result<QUrl> ExternalOAuth2::checkedAddress(const QByteArray &text, const QString &what, const Trust &trust)
{
    if (text.isEmpty())
        return std::unexpected(refusedAddress(what, u"is empty"_s));
    if (text.size() > longestAddress)
        return std::unexpected(refusedAddress(what, u"is too long to be an address"_s));
    // What one program takes for a part of the host another takes for a path: none of it stands in an honest address.
    if (!isSafeHeaderText(text) || std::ranges::any_of(text, [](char c) { return std::strchr("\\<>\"^`{|}", c); }))
        return std::unexpected(refusedAddress(what, u"has characters that no address has"_s));
    QUrl url = QUrl::fromEncoded(text, QUrl::StrictMode);
    if (!url.isValid())
        return std::unexpected(refusedAddress(what, u"is no address"_s));
    url = trust.origin.resolved(url);
    const QString scheme = url.scheme();
    if (scheme != "https"_L1 && scheme != "http"_L1)
        return std::unexpected(refusedAddress(what, u"is no web address but begins with %1:"_s.arg(scheme.left(20))));
    if (!url.userInfo().isEmpty() || url.authority(QUrl::FullyEncoded).contains(u'@'))
        return std::unexpected(refusedAddress(what, u"has a user name in front of the host, as addresses have that look like another one"_s));
    if (url.host().isEmpty())
        return std::unexpected(refusedAddress(what, u"names no host"_s));
    const bool isOrigin = url.host() == trust.origin.host() && effectivePort(url) == effectivePort(trust.origin)
        && scheme == trust.origin.scheme();
    if (scheme == "http"_L1) {
        if (!isOrigin)
            return std::unexpected(refusedAddress(what, u"is a plain http address: %1"_s.arg(url.host().left(200)),
                                                  u"A server behind a proxy that ends TLS needs http-server.process-forwarded=true."_s));
        if (!trust.allowsLoopbackHttp || !isLoopbackHost(url.host()))
            return std::unexpected(refusedAddress(what, u"is a plain http address, where everybody on the way could read the token"_s,
                                                  u"Set SSL=true and the port of the server's https address."_s));
        return url;
    }
    const QString place = url.host() + u':' + QString::number(effectivePort(url));
    const bool isListed = std::ranges::any_of(trust.otherHosts, [&](const QString &known) {
        return known.compare(place, Qt::CaseInsensitive) == 0 || (known.compare(url.host(), Qt::CaseInsensitive) == 0 && effectivePort(url) == 443);
    });
    if (!isOrigin && !isListed)
        return std::unexpected(refusedAddress(what, u"leads to %1, but this connection is to %2"_s.arg(place.left(200), trust.origin.toString(QUrl::RemovePath)),
                                              u"If that is right, add it to the option externalAuthenticationHosts."_s));
    return url;
}

Result<ExternalOAuth2::Addresses> ExternalOAuth2::addresses(const AuthChallenge &challenge, const Trust &trust)
{
    Addresses addresses;
    const Result<QUrl> token = checkedAddress(challenge.parameter("x_token_server"), u"token address (x_token_server)"_s, trust);
    if (!token)
        return std::unexpected(token.error());
    addresses.token = *token;
    if (challenge.has("x_redirect_server")) {
        const Result<QUrl> redirect = checkedAddress(challenge.parameter("x_redirect_server"), u"sign-in page (x_redirect_server)"_s, trust);
        if (!redirect)
            return std::unexpected(redirect.error());
        addresses.redirect = *redirect;
    }
    return addresses;
}

ExternalOAuth2::ExternalOAuth2(const Addresses &addresses, const Trust &trust, const HttpOptions &http, const CredentialRequest &request,
                               const TokenBroker::Ask &ask, const Timings &timings, bool asksForStored)
    : m_asksForStored(asksForStored), m_trust(trust), m_tokenUrl(addresses.token), m_redirectUrl(addresses.redirect), m_ask(ask), m_timings(timings), m_request(request),
      m_deadline(this), m_pause(this), m_retry(timings.retry)
{
    HttpOptions options = http;
    options.maximumBodyBytes = largestAnswer;
    m_http = new HttpClient(options, this);
    m_deadline.setSingleShot(true);
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &ExternalOAuth2::poll);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        fail({ .code = Error::Code::Timeout,
               .message = u"Nobody signed in to %1 in time."_s.arg(m_request.origin),
               .hint = u"Run the statement again to get a new sign-in page."_s });
    });
}

ExternalOAuth2::~ExternalOAuth2()
{
    ExternalOAuth2::cancel();
    m_alive.reset();
}

void ExternalOAuth2::start()
{
    m_deadline.start(m_timings.deadline);
    if (m_asksForStored)
        askForStored();
    else
        begin();
}

void ExternalOAuth2::begin()
{
    if (!m_redirectUrl.isEmpty())
        askPerson();
    poll();
}

// One that has expired is worth sending too: the server may renew it without a person.
void ExternalOAuth2::askForStored()
{
    m_request.kind = CredentialRequest::Kind::StoredToken;
    const QFuture<Result<Credential>> question = m_ask(m_request);
    m_question = question; // which what follows may replace, for an answer that is ready is heard at once
    QFuture<Result<Credential>>(question)
        .then(this,
              [this](const Result<Credential> &answer) {
                  if (m_isDone)
                      return;
                  const QByteArray token = answer ? answer->secret.toUtf8() : QByteArray();
                  if (token.isEmpty() || token.size() > longestToken || !isSafeHeaderText(token))
                      begin();
                  else
                      end(token);
              })
        .onCanceled(this, [this, alive = std::weak_ptr(m_alive)] {
            if (!alive.expired() && !m_isDone)
                begin();
        });
}

void ExternalOAuth2::cancel()
{
    if (std::exchange(m_isDone, true))
        return;
    m_deadline.stop();
    m_pause.stop();
    m_question.cancel(); // takes it off the screen
    if (m_call)
        std::exchange(m_call, nullptr)->abort();
}

void ExternalOAuth2::askPerson()
{
    m_request.kind = CredentialRequest::Kind::BrowserSignIn;
    m_request.url = m_redirectUrl;
    m_request.deadline = QDateTime::currentDateTimeUtc().addMSecs(m_timings.deadline.count());
    const QFuture<Result<Credential>> question = m_ask(m_request);
    m_question = question; // which what follows may replace, for an answer that is ready is heard at once
    QFuture<Result<Credential>>(question)
        .then(this,
              [this](const Result<Credential> &answer) {
                  // An answer means only that the page was shown; the server will tell what came of it.
                  if (!m_isDone && !answer)
                      fail(answer.error());
              })
        .onCanceled(this, [this, alive = std::weak_ptr(m_alive)] { // also while our QObject part is being destroyed
            if (!alive.expired() && !m_isDone)
                fail({ .code = Error::Code::Cancelled, .message = u"The sign-in was cancelled."_s });
        });
}

// Without credentials, and with nothing else of ours: the address alone says whose token it is.
void ExternalOAuth2::poll()
{
    m_sincePoll.start();
    m_call = m_http->send({ .url = m_tokenUrl, .headers = { { "Accept", "application/json" } }, .followSameOriginRedirects = false, .firstByteTimeout = m_timings.pollTimeout });
    connect(m_call, &HttpCall::finished, this, [this](const HttpResponse &response) {
        m_call = nullptr;
        onPolled(response);
    });
}

void ExternalOAuth2::pollAgain(std::chrono::milliseconds wait)
{
    if (!m_isDone)
        m_pause.start(wait);
}

void ExternalOAuth2::onPolled(const HttpResponse &response)
{
    if (m_isDone)
        return;
    if (response.error || response.status != 200) {
        if (!m_sinceFailure.isValid())
            m_sinceFailure.start();
        const auto wait = m_retry.next(response, std::chrono::milliseconds(m_sinceFailure.elapsed()));
        if (wait) {
            pollAgain(*wait);
            return;
        }
        if (response.error) {
            fail(m_retry.finalError(response));
            return;
        }
        fail({ .code = response.status == 404 || response.status == 410 ? Error::Code::Unauthenticated : Error::Code::InvalidData,
               .message = u"%1 answered with HTTP status %2 when asked for the token of this sign-in."_s.arg(m_request.origin).arg(response.status),
               .hint = response.status == 404 || response.status == 410 ? u"The server forgot it: it was restarted, or another one answers behind a gateway. Try again."_s : QString() });
        return;
    }
    m_retry.succeeded();
    m_sinceFailure.invalidate();
    const QJsonObject answer = QJsonDocument::fromJson(response.bytes().toByteArray()).object();
    if (const QString token = answer.value("token"_L1).toString(); !token.isEmpty()) {
        takeToken(token.toUtf8());
    } else if (answer.contains("error"_L1)) {
        const QString said = Redaction::text(answer.value("error"_L1).toString().left(1000));
        Error error { .code = Error::Code::Unauthenticated, .message = u"The sign-in failed: %1"_s.arg(said.isEmpty() ? u"%1 does not say why."_s.arg(m_request.origin) : said) };
        if (m_redirectUrl.isEmpty())
            error.vendorCode = u"TOKEN_RENEWAL_REFUSED"_s;
        fail(std::move(error));
    } else if (const QString next = answer.value("nextUri"_L1).toString(); !next.isEmpty()) {
        const Result<QUrl> url = checkedAddress(next.toUtf8(), u"next token address (nextUri)"_s, m_trust);
        if (!url) {
            fail(url.error());
            return;
        }
        m_tokenUrl = *url;
        pollAgain(m_sincePoll.durationElapsed() < shortestPoll ? m_timings.pause : std::chrono::milliseconds(0));
    } else {
        fail({ .code = Error::Code::InvalidData,
               .message = u"%1 answered neither with a token nor with the way to one."_s.arg(m_request.origin) });
    }
}

void ExternalOAuth2::takeToken(const QByteArray &token)
{
    if (token.size() > longestToken || !isSafeHeaderText(token)) {
        fail({ .code = Error::Code::InvalidData, .message = u"%1 sent a token that cannot be one."_s.arg(m_request.origin) });
        return;
    }
    acknowledge(std::exchange(m_http, nullptr), m_tokenUrl, m_timings.acknowledgement);
    end(token);
}

void ExternalOAuth2::fail(Error error)
{
    end(std::unexpected(std::move(error)));
}

void ExternalOAuth2::end(const Result<QByteArray> &result)
{
    if (m_isDone)
        return;
    cancel();
    Q_EMIT done(result);
}

} // namespace Grebe
