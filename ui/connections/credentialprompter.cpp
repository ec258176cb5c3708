// SPDX-License-Identifier: Apache-2.0
#include "credentialprompter.h"

#include "logindialog.h"
#include "oauth2dialog.h"
#include "secretstore.h"

#include <QApplication>
#include <QPromise>

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

CredentialPrompter::CredentialPrompter(SecretStore *secrets, QObject *parent) : QObject(parent), m_secrets(secrets) { }

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
    if (request.kind != CredentialRequest::Kind::Password)
        return;
    QMetaObject::invokeMethod(this, [this, request, credential, worked] {
        if (!worked)
            m_secrets->forgetPassword(request.origin, request.user);
        else if (credential.remember)
            m_secrets->setPassword(request.origin, request.user, credential.secret);
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
    if (request.kind == CredentialRequest::Kind::StoredToken) {
        m_secrets->token(request.origin, request.user).then(this, [this, question](const Result<QString> &stored) {
            answer(question, stored ? Result<Credential>(Credential { .secret = *stored }) : std::unexpected(stored.error()));
        });
        return;
    }
    if (request.kind != CredentialRequest::Kind::Password || !request.reason.isEmpty()) {
        ask(question);
        return;
    }
    m_secrets->password(request.origin, request.user).then(this, [this, question](const Result<QString> &stored) {
        if (stored)
            answer(question, Credential { .secret = *stored });
        else
            ask(question);
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
    auto *dialog = new LoginDialog(question->request, m_secrets->isMemoryOnly(), QApplication::activeWindow());
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
