// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"

#include <QFutureWatcher>
#include <QObject>
#include <QPointer>
#include <QSet>

#include <chrono>
#include <list>
#include <memory>

class QDialog;

namespace Grebe {

class SecretStore;

/// Answers drivers' questions from the keychain, and asks the person where it does not know.
///
/// Shape      one question on screen for all who ask the same (kind, origin, user) at once; one that nobody waits for any
///            more goes away. A stored password or passphrase is used without a word, unless it has just been refused.
///            What is not to be remembered in the keychain is remembered until the program ends.
/// Units      a keychain that says nothing for `patience` (it may be asking a person to unlock it) is not waited for any
///            longer: the person is asked; should it answer before anything was typed, the question goes away again.
/// Thread     request() and confirm() from any; the rest on the GUI thread.
class CredentialPrompter : public QObject, public CredentialProvider
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds kPatience { 5'000 };

    explicit CredentialPrompter(SecretStore *secrets, QObject *parent = nullptr, std::chrono::milliseconds patience = kPatience);
    ~CredentialPrompter() override;

    QFuture<Result<Credential>> request(const CredentialRequest &request) override;
    void confirm(const CredentialRequest &request, const Credential &credential, bool worked) override;

Q_SIGNALS:
    /// A dialog is on screen; for tests and for a window that wants to be seen.
    void asked(QDialog *dialog);

private:
    using Promise = std::shared_ptr<QPromise<Result<Credential>>>;
    struct Question
    {
        CredentialRequest request;
        std::list<std::pair<Promise, std::unique_ptr<QFutureWatcher<Result<Credential>>>>> waiting;
        QPointer<QDialog> dialog;
        QString keychainProblem;
    };
    using QuestionPtr = std::shared_ptr<Question>;

    void receive(const CredentialRequest &request, const Promise &promise);
    void askKeychain(const QuestionPtr &question);
    void ask(const QuestionPtr &question);
    void answer(const QuestionPtr &question, const Result<Credential> &credential);
    void dropCancelled(const QuestionPtr &question);
    void noteWhatToKeep(const Question &question);

    SecretStore *m_secrets;
    const std::chrono::milliseconds m_patience;
    QSet<std::pair<QString, QString>> m_tokensToKeep; ///< origin and user of whom the person wants to stay signed in
    std::list<QuestionPtr> m_questions;
};

} // namespace Grebe
