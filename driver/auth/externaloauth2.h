// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "challenge.h"
#include "tokenbroker.h"

#include "transport/httpclient.h"
#include "transport/retrypolicy.h"

#include <QElapsedTimer>
#include <QTimer>

namespace Grebe {

/// Trino's "external authentication": the server itself talks to the identity provider; we show a person its page and ask
/// the server for the token until it has one.
///
/// Shape      the challenge names an address to poll, and one for a browser unless the server can renew the token without
///            a person. The token is given up on the server once it is here.
/// Units      the person has `timings.deadline`; each poll may block on the server for ten seconds.
/// Errors     Unauthenticated when the server says no, Cancelled when the person does, Timeout at the deadline,
///            InvalidData when an address is one that no credential may go to. A renewal without a person that the server
///            refuses has the vendorCode TOKEN_RENEWAL_REFUSED: the next request without a token brings the full
///            challenge. Error texts hold neither tokens nor the addresses of the sign-in, which stand for one.
/// Thread     the broker's.
/// Source     Trino's OAuth2 documentation and its behaviour, measured on 476.
class ExternalOAuth2 final : public TokenFlow
{
    Q_OBJECT
public:
    struct Timings
    {
        std::chrono::milliseconds deadline { std::chrono::minutes(10) };
        std::chrono::milliseconds pollTimeout { 60'000 }; ///< for one poll
        std::chrono::milliseconds pause { 250 }; ///< before the next poll when the server did not block
        std::chrono::milliseconds acknowledgement { 4'000 }; ///< for the DELETE
        RetryOptions retry;
    };

    /// Where to go; a value. Both addresses were checked.
    struct Addresses
    {
        QUrl redirect; ///< for the browser; empty: no person is needed
        QUrl token;
    };

    /// Where credentials may go besides the coordinator itself; a value.
    struct Trust
    {
        QUrl origin; ///< the coordinator
        QStringList otherHosts; ///< "host" or "host:port", always over TLS
        bool allowsLoopbackHttp = false; ///< plain http to the coordinator when that is this very computer
    };

    /// The Bearer challenge that has an x_token_server; nullptr when external authentication is not offered.
    static const AuthChallenge *offered(const QList<AuthChallenge> &challenges);
    /// InvalidData, naming what is wrong, for an address that is not to be used.
    static Result<Addresses> addresses(const AuthChallenge &challenge, const Trust &trust);
    /// One address of the server's; `what` is its name in an error.
    static Result<QUrl> checkedAddress(const QByteArray &text, const QString &what, const Trust &trust);

    /// `request` names the connection, origin and user for the question. `asksForStored`: a token kept from an earlier
    /// sign-in is asked for first, and taken for the answer.
    ExternalOAuth2(const Addresses &addresses, const Trust &trust, const HttpOptions &http, const CredentialRequest &request,
                   const TokenBroker::Ask &ask, const Timings &timings, bool asksForStored = false);
    ~ExternalOAuth2() override;

    void start() override;
    void cancel() override;

private:
    void begin();
    void askForStored();
    void askPerson();
    void poll();
    void onPolled(const HttpResponse &response);
    void pollAgain(std::chrono::milliseconds wait);
    void takeToken(const QByteArray &token);
    void fail(Error error);
    void end(const Result<QByteArray> &result);

    const bool m_asksForStored;
    const Trust m_trust;
    QUrl m_tokenUrl;
    const QUrl m_redirectUrl;
    const TokenBroker::Ask m_ask;
    const Timings m_timings;
    CredentialRequest m_request;
    HttpClient *m_http;
    HttpCall *m_call = nullptr;
    QTimer m_deadline;
    QTimer m_pause;
    QElapsedTimer m_sincePoll;
    QElapsedTimer m_sinceFailure;
    RetryPolicy m_retry;
    QFuture<Result<Credential>> m_question;
    bool m_isDone = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace Grebe
