// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinosession.h"
#include "trinosignin.h"

#include "transport/retrypolicy.h"

#include <QObject>
#include <QPointer>
#include <QSet>

#include <functional>
#include <memory>
#include <mutex>

namespace Grebe {

class TrinoStatement;

/// How long to wait for what; a test's are shorter.
struct TrinoTimings
{
    std::chrono::milliseconds heartbeat { 30'000 }; ///< between HEADs while nobody reads; the server gives up after 5 min
    std::chrono::milliseconds details { 2'000 }; ///< a statement of this age has its page read once it has stages
    RetryOptions retry; ///< its total is the option requestTimeout
    std::chrono::milliseconds metadata { 60'000 }; ///< for one question of the schema browser, the server's queue included
    std::chrono::milliseconds control { 5'000 }; ///< for a cancel to be confirmed
    ExternalOAuth2::Timings signIn; ///< its deadline is the option externalAuthenticationTimeout
};

/// One session's way to its server: address, session and sign-in (TrinoSignIn), shared by the engine and its statements.
///
/// Errors     what a server answers instead of a page becomes an Error here, in its own words.
/// Thread     lives on the engine thread; sessionState() and setCurrent() may be called from any.
/// Ownership  shared by the engine and its statements, so that a statement that outlives the engine can still cancel.
class TrinoClient final : public QObject, public std::enable_shared_from_this<TrinoClient>
{
    Q_OBJECT
public:
    TrinoClient(const ConnectionParameters &parameters, CredentialProvider *provider, const TrinoTimings &timings);
    ~TrinoClient() override;

    const ConnectionParameters &parameters() const { return m_parameters; }
    CredentialProvider *provider() const { return m_provider; }
    /// Whose protocol the connection is configured for.
    TrinoProduct product() const { return m_product; }
    QString productName() const { return trinoProductName(m_product); }
    const TrinoTimings &timings() const { return m_timings; }
    const RetryOptions &retryOptions() const { return m_timings.retry; }
    /// The first thing that is wrong with the options, found without asking the server.
    const Result<void> &check() const { return m_check; }

    QUrl url(const QString &path) const;
    /// POST /v1/statement with everything the session says.
    HttpRequest statementRequest(const QByteArray &sql, StatementOptions::Purpose purpose) const;
    /// GET of a page with rows.
    HttpRequest pageRequest(const QUrl &nextUri) const;
    /// Any other request to the coordinator: user, Authorization and extra headers, for gateways.
    HttpRequest request(const QByteArray &method, const QUrl &url) const;
    /// Signs in to the coordinator with Kerberos where that is asked for: what needs it from the start does so at once, the
    /// rest when a gateway wants it.
    HttpCall *send(const HttpRequest &request);
    /// A request whose sender may be gone before the answer; keeps this client alive until it is over.
    HttpCall *sendLast(const HttpRequest &request);
    /// Requests of sendLast() that are not over yet.
    int lastRequestCount() const { return m_lastRequestCount; }

    /// A URI from an answer of the server, held to the connection's origin.
    ///
    /// A server behind a proxy that ends TLS writes http into its URIs when it does not know of the proxy: the same
    /// host is then asked over TLS as before. Any other origin is refused, so that no answer can send us, with our
    /// headers, to another machine.
    Result<QUrl> pinned(const QUrl &uri) const;
    /// The address is one of the coordinator this connection is to.
    bool isOrigin(const QUrl &url) const;
    /// Results may be asked for that do not stand in the pages.
    bool mayBeSpooled() const { return !m_dataEncoding.isEmpty(); }
    /// How other machines than the coordinator are talked to: with the connection's authorities and those of its storage,
    /// its checks and proxy, and nothing that says who we are.
    HttpOptions storageOptions() const;
    /// Asks for a stored part of a result, without following redirects.
    ///
    /// The segment's own headers go there and nothing else of ours, since object stores refuse requests with a second
    /// way to sign in. Where the coordinator itself hands it out, gateways get their cookies and extra headers.
    /// `isRedirected`: the coordinator itself said to go on there, to a worker perhaps.
    Result<HttpCall *> fetchSegment(const QUrl &url, const HttpHeaders &headers, bool isRedirected = false);
    /// Tells the coordinator that it may forget one. Nothing comes of it here.
    void acknowledgeSegment(const QUrl &url, const HttpHeaders &headers);
    /// What a reply that is not 200 means.
    Error httpError(const HttpResponse &response, const QString &doing) const;

    TrinoSignIn &signIn() { return m_signIn; }

    /// 476, or 0 while it is not known. Asks once, calls `done` in any case.
    void learnVersion(QObject *context, std::function<void()> done);
    void setVersion(const QString &version);
    int version() const { return m_version; }

    TrinoSession &session() { return m_session; }
    /// Tells of a change of session(), and shows it to other threads.
    void publishSession();
    /// The server said who a token or a certificate makes us.
    void setIdentity(const QString &user);
    void resetSession();
    SessionState sessionState() const;
    void setCurrent(const ObjectPath &current);

    void add(TrinoStatement *statement) { m_statements.insert(statement); }
    void remove(TrinoStatement *statement) { m_statements.remove(statement); }
    /// Ends every statement and cancels it on the server.
    void closeStatements();
    /// Lets go of the connections to the server, now or when the last requests are over, and of the thread: the next
    /// request may come from another one.
    void disconnectFromServer();

Q_SIGNALS:
    void sessionChanged(const Grebe::SessionState &session);
    void lastRequestsDone();

private:
    struct Waiter
    {
        QPointer<QObject> context;
        std::function<void()> done;
    };

    Result<void> checkOptions() const;
    void identify();
    HttpClient &http();
    HttpClient &storage();
    Result<void> checkEncoding() const;
    void dropHttp();

    ConnectionParameters m_parameters;
    const TrinoProduct m_product;
    CredentialProvider *m_provider;
    TrinoTimings m_timings;
    QUrl m_origin;
    QByteArray m_acceptEncoding;
    QByteArray m_dataEncoding; ///< what results may be stored and packed as; empty: rows stand in the pages
    HttpHeaders m_extraHeaders;
    Result<void> m_check;
    std::unique_ptr<HttpClient> m_http; ///< made on the engine thread, at the first request
    std::unique_ptr<HttpClient> m_storage; ///< for other machines than the coordinator: knows no cookie and no header of it
    TrinoSession m_session;
    TrinoSignIn m_signIn;
    bool m_isNegotiatedAlways = false; ///< a gateway wants to know with each request who asks
    mutable std::mutex m_stateMutex;
    SessionState m_state; ///< of m_session, for other threads
    QSet<TrinoStatement *> m_statements;
    int m_lastRequestCount = 0;
    bool m_isDisconnecting = false;

    int m_version = 0;
    bool m_isVersionAsked = false;
    bool m_isVersionKnown = false;
    std::vector<Waiter> m_versionWaiters;
};

} // namespace Grebe
