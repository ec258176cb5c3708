// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"
#include "extension/signedin.h"

#include <QByteArray>
#include <QDateTime>
#include <QFuture>
#include <QHash>
#include <QMutex>
#include <QObject>
#include <QPromise>

#include <functional>
#include <memory>
#include <vector>

class QThread;

namespace Grebe {

/// Whose token for which server; a value. Two people, or one acting as another, never share one.
struct TokenKey
{
    QString origin; ///< scheme://host:port
    QString user; ///< may be empty: the server finds out
    QString sessionUser;

    friend bool operator==(const TokenKey &, const TokenKey &) = default;
    friend size_t qHash(const TokenKey &key, size_t seed = 0) { return qHashMulti(seed, key.origin, key.user, key.sessionUser); }
};

/// One way of getting a token, under way.
///
/// Shape      done() is emitted exactly once after start(), nothing after cancel().
/// Thread     made, used and deleted on the broker's thread.
class TokenFlow : public QObject
{
    Q_OBJECT
public:
    virtual void start() = 0;
    virtual void cancel() = 0;

Q_SIGNALS:
    void done(const Grebe::Result<QByteArray> &token);
};

/// The tokens of this process: whoever talks to the same server as the same user shares one, and when it is gone the
/// first who notices gets a new one for all.
///
/// Shape      epoch() counts what became of a key's token: it grows when one comes, is refused, dropped, or could not be
///            had. Read it before a request is built and hand it to renew() when the server refuses: so a refusal that is
///            out of date neither drops a newer token nor asks a person again.
/// Units      expiry is the `exp` of a JSON web token; other tokens do not tell.
/// Errors     a sign-in that fails or is declined fails alike for all who wait. A server that refuses the tokens it has
///            just issued is given up after the second, with the vendorCode TOKENS_REFUSED.
/// Thread     any, and any number at once. Flows run on a thread of the broker's own, so that they outlive the
///            connection that began them as long as somebody else waits.
/// Ownership  the process's, instance(); tests make their own.
class TokenBroker
{
public:
    /// Asks for a person's help through the provider of one who waits.
    using Ask = std::function<QFuture<Result<Credential>>(const CredentialRequest &)>;
    using MakeFlow = std::function<std::unique_ptr<TokenFlow>(const Ask &ask)>;
    struct Renewal
    {
        quint64 id = 0; ///< for abandon()
        QFuture<Result<QByteArray>> token;
    };

    TokenBroker();
    ~TokenBroker();
    Q_DISABLE_COPY_MOVE(TokenBroker)
    static TokenBroker &instance();

    int epoch(const TokenKey &key) const;
    /// Empty when there is none. Counts as a use.
    QByteArray token(const TokenKey &key);
    /// The token that epoch `epoch` had was refused, or there was none: one that is newer, from the sign-in that is under
    /// way, or from a new one. `provider` may be null; else it must live until the future is finished or abandon().
    Renewal renew(const TokenKey &key, int epoch, CredentialProvider *provider, const MakeFlow &makeFlow);
    /// Nobody waits for it any more: its future ends as cancelled, and with the last one the sign-in too.
    void abandon(quint64 renewal);
    /// The server took the token.
    void confirm(const TokenKey &key);
    /// One that is known from elsewhere: a keychain.
    void insert(const TokenKey &key, const QByteArray &token);
    void signOut(const TokenKey &key);

    QList<SignedIn> signedIn() const;

private:
    struct Waiter
    {
        quint64 id;
        CredentialProvider *provider;
        std::shared_ptr<QPromise<Result<QByteArray>>> promise;
    };
    struct Entry
    {
        QByteArray token;
        QDateTime since;
        QDateTime lastUse;
        int epoch = 0;
        int refusedUnused = 0; ///< tokens that never worked, in a row
        bool isConfirmed = false;
        std::optional<Error> lastError; ///< of the sign-in that ended with this epoch
        quint64 flowId = 0; ///< 0: none under way
        std::vector<Waiter> waiters;
    };

    void startFlow(const TokenKey &key, quint64 id, const MakeFlow &makeFlow);
    void endFlow(const TokenKey &key, quint64 id, const Result<QByteArray> &token);
    QFuture<Result<Credential>> askPerson(const TokenKey &key, quint64 id, const CredentialRequest &request);
    void stopThread();

    mutable QMutex m_mutex; // of all but the flows, which belong to the thread
    QHash<TokenKey, Entry> m_entries;
    QHash<quint64, std::shared_ptr<TokenFlow>> m_flows;
    quint64 m_lastId = 0;
    std::unique_ptr<QThread> m_thread;
    QObject *m_context = nullptr; ///< lives on the thread
    QObject *m_application = nullptr; ///< whose end stops the thread
};

} // namespace Grebe
