// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"

#include <QObject>
#include <QSet>

#include <atomic>
#include <memory>
#include <optional>

namespace Grebe {

class SecretStore;

/// Where the command line has its secrets from: GREBE_PASSWORD and GREBE_KEY_PASSPHRASE, the keychain, then a question on the
/// terminal. Never an
/// argument, which every user of the machine could read.
///
/// Thread     made and destroyed on the main thread, whose event loop reads the keychain.
class TerminalCredentials final : public CredentialProvider
{
public:
    TerminalCredentials();
    ~TerminalCredentials() override;
    QFuture<Result<Credential>> request(const CredentialRequest &request) override;
    void confirm(const CredentialRequest &request, const Credential &credential, bool worked) override;

    /// Puts the token of the last sign-in with a browser into the keychain; main thread, as what follows.
    QFuture<Result<void>> keepSignIn();
    /// NotFound when there was none.
    QFuture<Result<void>> forgetSignIn(const QString &origin, const QString &user);
    SecretStore &keychain();

private:
    struct Answer;
    void askKeychain(const CredentialRequest &request, const std::shared_ptr<Answer> &answer);
    void askKeychainForToken(const CredentialRequest &request, const std::shared_ptr<Answer> &answer);

    QObject m_mainThread; // what runs there, and no longer than this object lives
    std::unique_ptr<SecretStore> m_keychain; // of the main thread; made when a password is asked for
    std::optional<CredentialRequest> m_signedIn; // of the main thread
    QString m_signedInToken;
    QSet<QString> m_triedInKeychain; // of the main thread
    std::atomic<bool> m_environmentWasUsed = false;
    std::atomic<bool> m_passphraseWasUsed = false;
};

} // namespace Grebe
