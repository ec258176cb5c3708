// SPDX-License-Identifier: Apache-2.0
#include "tokenbroker.h"

#include <QCoreApplication>
#include <QJsonObject>
#include <QThread>

#include <algorithm>
#include <tuple>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int mostRefusedTokens = 2;

Error closedError()
{
    return { .code = Error::Code::Cancelled, .message = u"The sign-in was cancelled."_s };
}

void settle(QPromise<Result<QByteArray>> &promise, const Result<QByteArray> &result)
{
    promise.addResult(result);
    promise.finish();
}

void wipe(QByteArray &secret)
{
    if (secret.isDetached())
        secret.fill('\0');
    secret.clear();
}

} // namespace

TokenBroker::TokenBroker() = default;

TokenBroker::~TokenBroker()
{
    stopThread();
}

TokenBroker &TokenBroker::instance()
{
    static TokenBroker broker;
    return broker;
}

int TokenBroker::epoch(const TokenKey &key) const
{
    const QMutexLocker lock(&m_mutex);
    const auto it = m_entries.constFind(key);
    return it == m_entries.constEnd() ? 0 : it->epoch;
}

QByteArray TokenBroker::token(const TokenKey &key)
{
    const QMutexLocker lock(&m_mutex);
    const auto it = m_entries.find(key);
    if (it == m_entries.end() || it->token.isEmpty())
        return {};
    it->lastUse = QDateTime::currentDateTimeUtc();
    return it->token;
}

TokenBroker::Renewal TokenBroker::renew(const TokenKey &key, int epoch, CredentialProvider *provider, const MakeFlow &makeFlow)
{
    auto promise = std::make_shared<QPromise<Result<QByteArray>>>();
    promise->start();
    Renewal renewal { .token = promise->future() };

    const QMutexLocker lock(&m_mutex);
    renewal.id = ++m_lastId;
    Entry &entry = m_entries[key];
    if (entry.flowId == 0 && entry.epoch > epoch && (!entry.token.isEmpty() || entry.lastError)) {
        settle(*promise, entry.token.isEmpty() ? Result<QByteArray>(std::unexpected(*entry.lastError)) : Result<QByteArray>(entry.token));
        return renewal;
    }
    entry.waiters.push_back({ renewal.id, provider, promise });
    if (entry.flowId != 0)
        return renewal;
    if (!entry.token.isEmpty()) {
        entry.refusedUnused = entry.isConfirmed ? 0 : entry.refusedUnused + 1;
        wipe(entry.token);
    }
    entry.isConfirmed = false;
    if (entry.refusedUnused >= mostRefusedTokens) {
        entry.refusedUnused = 0;
        entry.waiters.pop_back();
        ++entry.epoch;
        entry.lastError = Error { .code = Error::Code::Unauthenticated,
                                  .message = u"%1 refuses the tokens that it has just issued."_s.arg(key.origin),
                                  .hint = u"The clocks of the server and of its identity provider may differ, or the token "
                                          u"is not meant for this server: its log says more."_s,
                                  .vendorCode = u"TOKENS_REFUSED"_s };
        settle(*promise, std::unexpected(*entry.lastError));
        return renewal;
    }
    entry.flowId = ++m_lastId;
    startFlow(key, entry.flowId, makeFlow);
    return renewal;
}

// Under the lock.
void TokenBroker::startFlow(const TokenKey &key, quint64 id, const MakeFlow &makeFlow)
{
    QCoreApplication *application = QCoreApplication::instance();
    Q_ASSERT_X(application, "TokenBroker", "a sign-in needs a QCoreApplication");
    if (!m_thread) {
        m_thread = std::make_unique<QThread>();
        m_thread->setObjectName(u"grebe-signin"_s);
        m_context = new QObject;
        m_context->moveToThread(m_thread.get());
        QObject::connect(m_thread.get(), &QThread::finished, m_context, &QObject::deleteLater);
        m_thread->moveToThread(application->thread());
        m_thread->start();
    }
    if (this == &instance() && m_application != application) {
        m_application = application;
        // Without an application Qt delivers no event to any thread: it goes before.
        qAddPostRoutine([] { instance().stopThread(); });
    }
    QMetaObject::invokeMethod(m_context, [this, key, id, makeFlow, context = m_context] {
        const std::shared_ptr<TokenFlow> flow = makeFlow([this, key, id](const CredentialRequest &request) { return askPerson(key, id, request); });
        {
            const QMutexLocker lock(&m_mutex);
            if (m_entries.value(key).flowId != id)
                return; // abandoned before it began
        }
        m_flows.insert(id, flow);
        QObject::connect(flow.get(), &TokenFlow::done, context, [this, key, id, context](const Result<QByteArray> &token) {
            // Later: it is the flow that calls, and that may go then.
            QMetaObject::invokeMethod(context, [this, key, id, token] { endFlow(key, id, token); }, Qt::QueuedConnection);
        });
        flow->start();
    }, Qt::QueuedConnection);
}

void TokenBroker::endFlow(const TokenKey &key, quint64 id, const Result<QByteArray> &token)
{
    m_flows.remove(id);
    std::vector<Waiter> waiters;
    {
        const QMutexLocker lock(&m_mutex);
        Entry &entry = m_entries[key];
        if (entry.flowId != id)
            return;
        entry.flowId = 0;
        ++entry.epoch;
        entry.lastError.reset();
        if (token) {
            entry.token = *token;
            entry.since = QDateTime::currentDateTimeUtc();
            entry.lastUse = entry.since;
        } else {
            entry.lastError = token.error();
        }
        waiters = std::exchange(entry.waiters, {});
    }
    for (const Waiter &waiter : waiters)
        settle(*waiter.promise, token);
}

QFuture<Result<Credential>> TokenBroker::askPerson(const TokenKey &key, quint64 id, const CredentialRequest &request)
{
    // Under the lock: who abandons may destroy its provider as soon as abandon() returns.
    const QMutexLocker lock(&m_mutex);
    const auto it = m_entries.constFind(key);
    if (it != m_entries.constEnd() && it->flowId == id) {
        for (const Waiter &waiter : it->waiters) {
            if (waiter.provider)
                return waiter.provider->request(request);
        }
    }
    return QtFuture::makeReadyValueFuture(Result<Credential>(std::unexpected(
        Error { .code = Error::Code::Unauthenticated,
                .message = u"%1 wants a sign-in with a browser, and there is nobody here to ask."_s.arg(key.origin),
                .hint = u"Sign in to it in a window of this program first, or use an access token."_s })));
}

void TokenBroker::abandon(quint64 renewal)
{
    std::shared_ptr<QPromise<Result<QByteArray>>> promise;
    {
        const QMutexLocker lock(&m_mutex);
        for (auto it = m_entries.begin(); it != m_entries.end() && !promise; ++it) {
            Entry &entry = it.value();
            const auto waiter = std::ranges::find(entry.waiters, renewal, &Waiter::id);
            if (waiter == entry.waiters.end())
                continue;
            promise = waiter->promise;
            entry.waiters.erase(waiter);
            if (!entry.waiters.empty() || entry.flowId == 0)
                continue;
            const quint64 id = std::exchange(entry.flowId, 0);
            ++entry.epoch;
            entry.lastError.reset();
            QMetaObject::invokeMethod(m_context, [this, id] {
                if (const auto flow = m_flows.take(id))
                    flow->cancel();
            }, Qt::QueuedConnection);
        }
    }
    if (promise)
        settle(*promise, std::unexpected(closedError()));
}

void TokenBroker::confirm(const TokenKey &key)
{
    const QMutexLocker lock(&m_mutex);
    const auto it = m_entries.find(key);
    if (it == m_entries.end() || it->token.isEmpty())
        return;
    it->isConfirmed = true;
    it->refusedUnused = 0;
}

void TokenBroker::insert(const TokenKey &key, const QByteArray &token)
{
    const QMutexLocker lock(&m_mutex);
    Entry &entry = m_entries[key];
    entry.token = token;
    entry.since = QDateTime::currentDateTimeUtc();
    entry.lastUse = entry.since;
    entry.lastError.reset();
    entry.isConfirmed = true; // its refusal says nothing about what the server issues now
    ++entry.epoch;
}

void TokenBroker::signOut(const TokenKey &key)
{
    const QMutexLocker lock(&m_mutex);
    const auto it = m_entries.find(key);
    if (it == m_entries.end())
        return;
    wipe(it->token);
    it->lastError.reset();
    it->isConfirmed = false;
    it->refusedUnused = 0;
    ++it->epoch;
}

QList<SignedIn> TokenBroker::signedIn() const
{
    const QMutexLocker lock(&m_mutex);
    QList<SignedIn> list;
    for (auto it = m_entries.begin(); it != m_entries.end(); ++it) {
        if (it->token.isEmpty())
            continue;
        list.append({ .origin = it.key().origin,
                      .user = it.key().user,
                      .sessionUser = it.key().sessionUser,
                      .issuer = tokenClaims(it->token).value("iss"_L1).toString().left(200),
                      .since = it->since,
                      .expiry = tokenExpiry(it->token),
                      .lastUse = it->lastUse });
    }
    std::ranges::sort(list, {}, [](const SignedIn &entry) { return std::tuple(entry.origin, entry.user, entry.sessionUser); });
    return list;
}

void TokenBroker::stopThread()
{
    std::unique_ptr<QThread> thread;
    QObject *context = nullptr;
    std::vector<Waiter> waiters;
    {
        const QMutexLocker lock(&m_mutex);
        thread = std::move(m_thread);
        context = std::exchange(m_context, nullptr);
        m_application = nullptr;
        for (Entry &entry : m_entries) {
            entry.flowId = 0;
            std::ranges::move(std::exchange(entry.waiters, {}), std::back_inserter(waiters));
        }
    }
    for (const Waiter &waiter : waiters)
        settle(*waiter.promise, std::unexpected(closedError()));
    if (!thread)
        return;
    QMetaObject::invokeMethod(context, [this, ended = thread.get()] {
        for (const auto &flow : std::as_const(m_flows))
            flow->cancel();
        m_flows.clear();
        ended->quit();
    }, Qt::QueuedConnection);
    thread->wait();
}

} // namespace Grebe
