// SPDX-License-Identifier: Apache-2.0
#include "credentialprompter.h"

#include "logindialog.h"
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
        answer(question, std::unexpected(Error {
                             .code = Error::Code::NotImplemented,
                             .message = tr("%1 asks to sign in with a browser, which this Grebe cannot do yet.")
                                            .arg(question->request.origin),
                             .hint = tr("Sign in with a password where the server allows it.") }));
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
    if (question->dialog)
        question->dialog->close();
}

} // namespace Grebe
