// SPDX-License-Identifier: Apache-2.0
#include "terminalcredentials.h"

#include "terminal.h"

#include "connections/secretstore.h"

#include <QPromise>
#include <QThreadPool>
#include <QTimer>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

namespace {

QFuture<Result<Credential>> answer(const Result<Credential> &credential)
{
    QPromise<Result<Credential>> promise;
    promise.start();
    promise.addResult(credential);
    promise.finish();
    return promise.future();
}

QFuture<Result<Credential>> refusal(const QString &message, const QString &hint)
{
    return answer(std::unexpected(
        Error { .code = Error::Code::Unauthenticated, .message = message, .hint = hint }));
}

// A locked keychain asks the person first; one that never answers must not hold up the question on the terminal.
constexpr auto keychainPatience = 60s;

} // namespace

/// One question under way: whoever answers first is heard.
struct TerminalCredentials::Answer
{
    QPromise<Result<Credential>> promise;
    std::atomic<bool> isGiven = false;

    void give(const Result<Credential> &credential)
    {
        promise.addResult(credential);
        promise.finish();
    }
    // The question waits for a person: on a thread of the pool, not on the engine's.
    static void askPerson(const std::shared_ptr<Answer> &answer, const QString &question, bool isSecret)
    {
        QThreadPool::globalInstance()->start([answer, question, isSecret] {
            const Result<QString> line = Terminal::ask(question, isSecret);
            if (!line)
                answer->give(std::unexpected(line.error()));
            else if (isSecret)
                answer->give(Credential { .secret = *line });
            else
                answer->give(Credential { .isAccepted = line->trimmed().compare(u"yes"_s, Qt::CaseInsensitive) == 0 });
        });
    }
};

TerminalCredentials::TerminalCredentials() = default;

TerminalCredentials::~TerminalCredentials() = default;

void TerminalCredentials::askKeychain(const CredentialRequest &request, const std::shared_ptr<Answer> &answer)
{
    const bool isKey = request.kind == CredentialRequest::Kind::CertificatePassphrase;
    const QString who = isKey ? request.fileName : request.user.isEmpty() ? request.origin : u"%1 at %2"_s.arg(request.user, request.origin);
    const auto goOn = [answer, who, isKey, reason = request.reason] {
        if (answer->isGiven.exchange(true))
            return;
        if (!Terminal::canAsk()) {
            answer->give(std::unexpected(Error { .code = Error::Code::Unauthenticated,
                                                 .message = isKey ? u"A passphrase is needed for the key in %1."_s.arg(who) : u"A password is needed for %1."_s.arg(who),
                                                 .hint = u"Set %1, keep it in the keychain, or run in a terminal."_s.arg(isKey ? u"GREBE_KEY_PASSPHRASE"_s : u"GREBE_PASSWORD"_s) }));
            return;
        }
        if (!reason.isEmpty())
            Terminal::say(reason);
        Answer::askPerson(answer, isKey ? u"Passphrase of %1:"_s.arg(who) : u"Password for %1:"_s.arg(who), true);
    };
    if (m_triedInKeychain.contains(who)) // what is kept there was refused
        return goOn();
    m_triedInKeychain.insert(who);
    QTimer::singleShot(keychainPatience, &m_mainThread, goOn);
    const auto kept = isKey ? keychain().passphrase(request.fileName) : keychain().password(request.origin, request.user);
    QFuture<Result<QString>>(kept).then(&m_mainThread, [answer, goOn](const Result<QString> &password) {
        if (!password)
            goOn();
        else if (!answer->isGiven.exchange(true))
            answer->give(Credential { .secret = *password });
    });
}

void TerminalCredentials::askKeychainForToken(const CredentialRequest &request, const std::shared_ptr<Answer> &answer)
{
    const auto give = [answer](const Result<QString> &token) {
        if (!answer->isGiven.exchange(true))
            answer->give(token ? Result<Credential>(Credential { .secret = *token }) : std::unexpected(token.error()));
    };
    QTimer::singleShot(keychainPatience, &m_mainThread, [give] {
        give(std::unexpected(Error { .code = Error::Code::Timeout, .message = u"The keychain does not answer."_s }));
    });
    keychain().token(request.origin, request.user).then(&m_mainThread, give);
}

SecretStore &TerminalCredentials::keychain()
{
    if (!m_keychain)
        m_keychain = std::make_unique<SecretStore>();
    return *m_keychain;
}

void TerminalCredentials::confirm(const CredentialRequest &request, const Credential &credential, bool worked)
{
    if (request.kind != CredentialRequest::Kind::BrowserSignIn || !worked)
        return;
    QMetaObject::invokeMethod(&m_mainThread, [this, request, credential] {
        m_signedIn = request;
        m_signedInToken = credential.secret;
        // One that is kept already is replaced: the server may have renewed it.
        keychain().token(request.origin, request.user).then(&m_mainThread, [this, request, credential](const Result<QString> &kept) {
            if (kept && *kept != credential.secret)
                keychain().setToken(request.origin, request.user, credential.secret);
        });
    });
}

QFuture<Result<void>> TerminalCredentials::keepSignIn()
{
    if (!m_signedIn)
        return QtFuture::makeReadyValueFuture(Result<void>(std::unexpected(
            Error { .code = Error::Code::NotFound, .message = u"There was no sign-in with a browser to keep."_s })));
    if (keychain().isMemoryOnly())
        return QtFuture::makeReadyValueFuture(Result<void>(std::unexpected(
            Error { .code = Error::Code::NotImplemented,
                    .message = u"This system has no keychain, and the token is written nowhere else."_s,
                    .hint = u"Every command signs in anew."_s })));
    return keychain().setToken(m_signedIn->origin, m_signedIn->user, m_signedInToken);
}

QFuture<Result<void>> TerminalCredentials::forgetSignIn(const QString &origin, const QString &user)
{
    // Asked first: keychains are content with removing what is not there.
    return keychain().token(origin, user).then(&m_mainThread, [this, origin, user](const Result<QString> &kept) {
        return kept ? keychain().forgetToken(origin, user) : QtFuture::makeReadyValueFuture(Result<void>(std::unexpected(kept.error())));
    }).unwrap();
}

QFuture<Result<Credential>> TerminalCredentials::request(const CredentialRequest &request)
{
    const auto question = std::make_shared<Answer>();
    switch (request.kind) {
    case CredentialRequest::Kind::Password: {
        const QString password = qEnvironmentVariable("GREBE_PASSWORD");
        const bool isFirst = !m_environmentWasUsed.exchange(true);
        if (!password.isEmpty() && isFirst)
            return answer(Credential { .secret = password });
        const QString who = request.user.isEmpty() ? request.origin : u"%1 at %2"_s.arg(request.user, request.origin);
        if (!password.isEmpty())
            return refusal(u"The password in GREBE_PASSWORD was refused for %1."_s.arg(who), {});
        question->promise.start();
        QMetaObject::invokeMethod(&m_mainThread, [this, request, question] { askKeychain(request, question); });
        return question->promise.future();
    }
    case CredentialRequest::Kind::CertificatePassphrase: {
        const QString passphrase = qEnvironmentVariable("GREBE_KEY_PASSPHRASE");
        if (!passphrase.isEmpty() && !m_passphraseWasUsed.exchange(true))
            return answer(Credential { .secret = passphrase });
        if (!passphrase.isEmpty())
            return refusal(u"The passphrase in GREBE_KEY_PASSPHRASE does not open the key in %1."_s.arg(request.fileName), {});
        question->promise.start();
        QMetaObject::invokeMethod(&m_mainThread, [this, request, question] { askKeychain(request, question); });
        return question->promise.future();
    }
    case CredentialRequest::Kind::BrowserSignIn:
        Terminal::say(u"Open this page in a browser, on any computer, and sign in (until %1; Ctrl+C gives up):"_s.arg(
            request.deadline.toLocalTime().toString(u"hh:mm"_s)));
        Terminal::say(request.url.toString(QUrl::FullyEncoded));
        return answer(Credential {});
    case CredentialRequest::Kind::StoredToken:
        question->promise.start();
        QMetaObject::invokeMethod(&m_mainThread, [this, request, question] { askKeychainForToken(request, question); });
        return question->promise.future();
    case CredentialRequest::Kind::UnknownAuthority:
        if (!Terminal::canAsk())
            return refusal(u"The certificate of %1 is signed by nobody this machine trusts."_s.arg(request.origin),
                           u"Name its authority's file in the connection's options."_s);
        Terminal::say(request.certificateText);
        Terminal::say(u"SHA-256 %1"_s.arg(QString::fromLatin1(request.certificateFingerprint.toHex(':'))));
        question->promise.start();
        Answer::askPerson(question,
                          u"Nobody this machine trusts signed the certificate of %1. Trust it this time? (yes/no)"_s.arg(
                              request.origin),
                          false);
        return question->promise.future();
    }
    return refusal(u"The server asks for something unknown."_s, {});
}

} // namespace Grebe
