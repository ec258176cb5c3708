// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"

#include <QObject>
#include <QSet>

#include <atomic>
#include <memory>

namespace Grebe {

class SecretStore;

/// Where the command line has its secrets from: GREBE_PASSWORD, the keychain, then a question on the terminal. Never an
/// argument, which every user of the machine could read.
///
/// Thread     made and destroyed on the main thread, whose event loop reads the keychain.
class TerminalCredentials final : public CredentialProvider
{
public:
    TerminalCredentials();
    ~TerminalCredentials() override;
    QFuture<Result<Credential>> request(const CredentialRequest &request) override;

private:
    struct Answer;
    void askKeychain(const CredentialRequest &request, const std::shared_ptr<Answer> &answer);

    QObject m_mainThread; // what runs there, and no longer than this object lives
    std::unique_ptr<SecretStore> m_keychain; // of the main thread; made when a password is asked for
    QSet<QString> m_triedInKeychain; // of the main thread
    std::atomic<bool> m_environmentWasUsed = false;
};

} // namespace Grebe
