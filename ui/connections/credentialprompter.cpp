// SPDX-License-Identifier: Apache-2.0
#include "credentialprompter.h"

#include "logindialog.h"
#include "oauth2dialog.h"
#include "secretstore.h"

#include <QApplication>
#include <QLineEdit>
#include <QPromise>
#include <QTimer>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

bool isSame(const CredentialRequest &a, const CredentialRequest &b)
{
    return a.kind == b.kind && a.origin == b.origin && a.user == b.user && a.fileName == b.fileName
        && a.certificateFingerprint == b.certificateFingerprint;
}

} // namespace

CredentialPrompter::CredentialPrompter(SecretStore *secrets, QObject *parent, std::chrono::milliseconds patience)
    : QObject(parent), m_secrets(secrets), m_patience(patience)
{
}

CredentialPrompter::~CredentialPrompter()
{
    for (const QuestionPtr &question : std::exchange(m_questions, {}))
        answer(question, std::unexpected(Error { .code = Error::Code::Cancelled, .message = tr("Grebe ends.") }));
}

QFuture<Result<Credential>> CredentialPrompter::request(const CredentialRequest &request)
{
    auto promise = std::make_shared<QPromise<Result<Credential>>>();
    promise->start();
    QFuture<Result<Credential>> future = promise->future();
    QMetaObject::invokeMethod(this, [this, request, promise] { receive(request, promise); }, Qt::QueuedConnection);
    return future;
}

void CredentialPrompter::confirm(const CredentialRequest &request, const Credential &credential, bool worked)
{
    if (request.kind == CredentialRequest::Kind::BrowserSignIn && worked) {
        QMetaObject::invokeMethod(this, [this, request, credential] {
            for (const QuestionPtr &question : m_questions) {
                if (isSame(question->request, request))
                    noteWhatToKeep(*question);
            }
            const bool keeps = m_tokensToKeep.contains({ request.origin, request.user });
            m_secrets->token(request.origin, request.user).then(this, [this, request, credential, keeps](const Result<QString> &stored) {
                // One that is kept already is replaced: the server may have renewed it without a person.
                if (keeps || stored)
                    m_secrets->setToken(request.origin, request.user, credential.secret);
            });
        }, Qt::QueuedConnection);
        return;
    }
    QMetaObject::invokeMethod(this, [this, request, credential, worked] {
        if (request.kind == CredentialRequest::Kind::Password && worked)
            m_secrets->setPassword(request.origin, request.user, credential.secret, credential.remember);
        else if (request.kind == CredentialRequest::Kind::Password)
            m_secrets->forgetPassword(request.origin, request.user);
        else if (request.kind == CredentialRequest::Kind::CertificatePassphrase && worked)
            m_secrets->setPassphrase(request.fileName, credential.secret, credential.remember);
        else if (request.kind == CredentialRequest::Kind::CertificatePassphrase)
            m_secrets->forgetPassphrase(request.fileName);
    }, Qt::QueuedConnection);
}

void CredentialPrompter::receive(const CredentialRequest &request, const Promise &promise)
{
    auto found = std::ranges::find_if(m_questions, [&](const QuestionPtr &q) { return isSame(q->request, request); });
    const bool isNew = found == m_questions.end();
    if (isNew) {
        auto made = std::make_shared<Question>();
        made->request = request;
        m_questions.push_back(made);
        found = std::prev(m_questions.end());
    }
    const QuestionPtr question = *found;
    auto watcher = std::make_unique<QFutureWatcher<Result<Credential>>>();
    connect(watcher.get(), &QFutureWatcherBase::canceled, this, [this, weak = std::weak_ptr(question)] {
        if (const QuestionPtr cancelled = weak.lock())
            QMetaObject::invokeMethod(this, [this, cancelled] { dropCancelled(cancelled); }, Qt::QueuedConnection);
    });
    watcher->setFuture(promise->future());
    question->waiting.emplace_back(promise, std::move(watcher));
    if (!isNew)
        return;
    switch (request.kind) {
    case CredentialRequest::Kind::StoredToken: askKeychain(question); break;
    case CredentialRequest::Kind::Password:
    case CredentialRequest::Kind::CertificatePassphrase:
        if (request.reason.isEmpty())
            askKeychain(question);
        else
            ask(question);
        break;
    default: ask(question); break;
    }
}

void CredentialPrompter::askKeychain(const QuestionPtr &question)
{
    const CredentialRequest &request = question->request;
    const bool isToken = request.kind == CredentialRequest::Kind::StoredToken;
    QTimer::singleShot(m_patience, this, [this, weak = std::weak_ptr(question), isToken] {
        const QuestionPtr open = weak.lock();
        if (!open || open->waiting.empty() || open->dialog)
            return;
        open->keychainProblem = tr("The keychain does not answer.");
        if (isToken)
            answer(open, std::unexpected(Error { .code = Error::Code::Timeout, .message = open->keychainProblem }));
        else
            ask(open);
    });
    QFuture<Result<QString>> stored = isToken ? m_secrets->token(request.origin, request.user)
        : request.kind == CredentialRequest::Kind::Password ? m_secrets->password(request.origin, request.user)
                                                              : m_secrets->passphrase(request.fileName);
    stored.then(this, [this, question, isToken](const Result<QString> &secret) {
        if (question->waiting.empty())
            return;
        const auto *dialog = qobject_cast<const LoginDialog *>(question->dialog.data());
        if (secret && dialog && !dialog->secretField()->text().isEmpty())
            return; // somebody is at it
        if (secret || isToken) {
            const QPointer<QDialog> shown = question->dialog;
            answer(question, secret ? Result<Credential>(Credential { .secret = *secret }) : std::unexpected(secret.error()));
            if (shown) {
                shown->disconnect(this);
                shown->close();
            }
        } else if (!question->dialog) {
            if (secret.error().code != Error::Code::NotFound)
                question->keychainProblem = secret.error().message;
            ask(question);
        }
    });
}

void CredentialPrompter::ask(const QuestionPtr &question)
{
    if (question->waiting.empty())
        return;
    if (question->request.kind == CredentialRequest::Kind::BrowserSignIn) {
        auto *dialog = new OAuth2Dialog(question->request, m_secrets->isMemoryOnly(), QApplication::activeWindow());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        question->dialog = dialog;
        connect(dialog, &QDialog::rejected, this, [this, question] {
            answer(question, std::unexpected(Error { .code = Error::Code::Cancelled, .message = tr("You did not sign in.") }));
        });
        dialog->show();
        Q_EMIT asked(dialog);
        return;
    }
    CredentialRequest shown = question->request;
    if (shown.reason.isEmpty())
        shown.reason = question->keychainProblem;
    auto *dialog = new LoginDialog(shown, m_secrets->isMemoryOnly(), QApplication::activeWindow());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    question->dialog = dialog;
    connect(dialog, &QDialog::accepted, this, [this, question, dialog] { answer(question, dialog->credential()); });
    connect(dialog, &QDialog::rejected, this, [this, question] {
        answer(question, std::unexpected(Error { .code = Error::Code::Cancelled, .message = tr("You did not sign in.") }));
    });
    dialog->open();
    Q_EMIT asked(dialog);
}

void CredentialPrompter::answer(const QuestionPtr &question, const Result<Credential> &credential)
{
    m_questions.remove(question);
    const auto waiting = std::exchange(question->waiting, {});
    for (const auto &[promise, watcher] : waiting) {
        watcher->disconnect(this);
        promise->addResult(credential);
        promise->finish();
    }
}

void CredentialPrompter::dropCancelled(const QuestionPtr &question)
{
    question->waiting.remove_if([](const auto &entry) { return entry.first->isCanceled(); });
    if (!question->waiting.empty())
        return;
    m_questions.remove(question);
    noteWhatToKeep(*question);
    if (question->dialog)
        question->dialog->close();
}

void CredentialPrompter::noteWhatToKeep(const Question &question)
{
    const auto *dialog = qobject_cast<const OAuth2Dialog *>(question.dialog.data());
    if (!dialog)
        return;
    const std::pair key(question.request.origin, question.request.user);
    if (dialog->isToBeKept())
        m_tokensToKeep.insert(key);
    else
        m_tokensToKeep.remove(key);
}

} // namespace Grebe
