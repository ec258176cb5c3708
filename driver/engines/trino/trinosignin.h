// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoproduct.h"

#include "auth/externaloauth2.h"
#include "auth/kerberos.h"
#include "auth/tokenbroker.h"
#include "extension/connectionparameters.h"
#include "extension/credentialprovider.h"
#include "transport/httpclient.h"

#include <QFuture>
#include <QObject>
#include <QPointer>

#include <functional>
#include <optional>
#include <vector>

namespace Grebe {

/// Who one session is to its server: what goes along with each request, and what a refusal is answered with.
///
/// Shape      headers() and httpOptions() say who we are. When the server refuses that, begin() does what its challenges
///            and the options say: asks for a password or passphrase, signs in with a browser, reads the token's file
///            again, runs its command. One question at a time; who comes meanwhile gets the same answer.
/// Errors     check() is the first thing wrong with the options, found without asking the server. A refusal that nothing
///            can be done about keeps the server's words and says what to set.
/// Thread     its client's, but for the constructor; tokens come from the process's TokenBroker.
/// Ownership  the client's. `provider`, which may be null, must outlive it or close().
class TrinoSignIn final : public QObject
{
    Q_OBJECT
public:
    using Done = std::function<void(const Result<void> &)>;

    /// `loginUser` is whose password it is: configured, or of this computer.
    TrinoSignIn(const ConnectionParameters &parameters, const QString &loginUser, CredentialProvider *provider,
                const ExternalOAuth2::Timings &timings, QObject *parent);

    const Result<void> &check() const { return m_check; }
    /// Over TLS, or to this computer where an option allows it.
    bool maySendSecrets() const;
    /// The server learns from a token, a ticket or a certificate who we are.
    bool isIdentifiedByServer() const;
    /// Set: each request is signed by a ticket (NegotiatedCall) and headers() says nothing.
    const std::optional<KerberosOptions> &kerberos() const { return m_kerberos; }
    /// The Authorization header, or none.
    HttpHeaders headers() const;
    /// The connection's, with the passphrase that a person gave for the certificate's key.
    HttpOptions httpOptions() const;

    /// Counts the sign-ins; a 401 for a request of an earlier one is only out of date. Read it before the request is
    /// built.
    int generation() const;
    /// The request was not let in, or could not even be sent because the key of our certificate is closed: begin().
    static bool isWanted(const HttpResponse &response);
    /// Calls `done` when the request may be sent anew, or why not; never when `context` is gone.
    void begin(int generation, const HttpResponse &response, QObject *context, Done done);
    /// The server took what was sent.
    void confirm();
    /// Takes a question off the screen; who waits for its answer hears that the connection was closed.
    void close();

Q_SIGNALS:
    void identityChanged(); ///< of isIdentifiedByServer()
    void keyOpened(); ///< of httpOptions()

private:
    struct Waiter
    {
        QPointer<QObject> context;
        Done done;
    };

    Result<void> checkOptions() const;
    bool hasTokenCommand() const { return m_parameters.hasValue(QStringLiteral("accessTokenCommand")); }
    bool usesTokenBroker() const { return m_password.isEmpty() && m_accessToken.isEmpty() && !m_kerberos; }
    Result<void> readTokenFile();
    Error refusal(const HttpResponse &response, const QList<AuthChallenge> &challenges) const;
    void askPassword(const HttpResponse &response);
    void ask(const QString &whenCancelled, const std::function<void(const Credential &)> &answered);
    void askPassphrase(const Error &problem);
    void askToken(int epoch, const AuthChallenge &challenge);
    void askTokenCommand(int epoch, const Error &refused);
    void renewToken(int epoch, const TokenBroker::MakeFlow &make, const Error &refused);
    void end(const Result<void> &result);

    const ConnectionParameters m_parameters;
    const TrinoProduct m_product;
    const QString m_loginUser;
    CredentialProvider *m_provider;
    const ExternalOAuth2::Timings m_timings; ///< whose deadline is the option externalAuthenticationTimeout
    const QUrl m_origin;
    Result<void> m_check;

    const TokenKey m_tokenKey;
    QByteArray m_accessToken; ///< by option or file
    std::optional<KerberosOptions> m_kerberos;
    bool m_isExternal = false; ///< the server wanted the browser, or the option does
    quint64 m_renewal = 0; ///< of the token that is being waited for
    int m_refusedRenewals = 0;

    QString m_password;
    QString m_keyPassphrase; ///< that a person gave
    int m_refusedPassphrases = 0;
    int m_generation = 0;
    int m_refusedPasswords = 0;
    std::vector<Waiter> m_waiters;
    bool m_isAsking = false;
    int m_questionCount = 0;
    QFuture<Result<Credential>> m_question;
    CredentialRequest m_askedFor;
    std::optional<Credential> m_unconfirmed;
};

} // namespace Grebe
