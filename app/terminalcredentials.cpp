// SPDX-License-Identifier: Apache-2.0
#include "terminalcredentials.h"

#include "terminal.h"

#include <QPromise>
#include <QThreadPool>

using namespace Qt::StringLiterals;

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

// The question waits for a person: on a thread of the pool, not on the engine's.
QFuture<Result<Credential>> askPerson(const QString &question, bool isSecret)
{
    auto promise = std::make_shared<QPromise<Result<Credential>>>();
    const QFuture<Result<Credential>> future = promise->future();
    promise->start();
    QThreadPool::globalInstance()->start([promise, question, isSecret] {
        const Result<QString> line = Terminal::ask(question, isSecret);
        if (!line)
            promise->addResult(std::unexpected(line.error()));
        else if (isSecret)
            promise->addResult(Credential { .secret = *line });
        else if (line->trimmed().compare(u"yes"_s, Qt::CaseInsensitive) == 0)
            promise->addResult(Credential { .isAccepted = true });
        else
            promise->addResult(Credential { .isAccepted = false });
        promise->finish();
    });
    return future;
}

} // namespace

QFuture<Result<Credential>> TerminalCredentials::request(const CredentialRequest &request)
{
    switch (request.kind) {
    case CredentialRequest::Kind::Password: {
        const QString password = qEnvironmentVariable("GREBE_PASSWORD");
        const bool isFirst = !m_environmentWasUsed.exchange(true);
        if (!password.isEmpty() && isFirst)
            return answer(Credential { .secret = password });
        const QString who = request.user.isEmpty() ? request.origin : u"%1 at %2"_s.arg(request.user, request.origin);
        if (!password.isEmpty())
            return refusal(u"The password in GREBE_PASSWORD was refused for %1."_s.arg(who), {});
        if (!Terminal::canAsk())
            return refusal(u"A password is needed for %1."_s.arg(who), u"Set GREBE_PASSWORD, or run in a terminal."_s);
        if (!request.reason.isEmpty())
            Terminal::say(request.reason);
        return askPerson(u"Password for %1:"_s.arg(who), true);
    }
    case CredentialRequest::Kind::CertificatePassphrase:
        if (!Terminal::canAsk())
            return refusal(u"The key in %1 needs a passphrase."_s.arg(request.fileName), u"Run in a terminal."_s);
        return askPerson(u"Passphrase of %1:"_s.arg(request.fileName), true);
    case CredentialRequest::Kind::BrowserSignIn:
        Terminal::say(u"Sign in with a browser: %1"_s.arg(request.url.toString(QUrl::FullyEncoded)));
        return answer(Credential {});
    case CredentialRequest::Kind::UnknownAuthority:
        if (!Terminal::canAsk())
            return refusal(u"The certificate of %1 is signed by nobody this machine trusts."_s.arg(request.origin),
                           u"Name its authority's file in the connection's options."_s);
        Terminal::say(request.certificateText);
        Terminal::say(u"SHA-256 %1"_s.arg(QString::fromLatin1(request.certificateFingerprint.toHex(':'))));
        return askPerson(u"Nobody this machine trusts signed the certificate of %1. Trust it this time? (yes/no)"_s.arg(
                             request.origin),
                         false);
    }
    return refusal(u"The server asks for something unknown."_s, {});
}

} // namespace Grebe
