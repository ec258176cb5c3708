// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"

#include <atomic>

namespace Grebe {

/// Where the command line has its secrets from: GREBE_PASSWORD, then a question on the terminal. Never an argument, which
/// every user of the machine could read. The keychain is not asked yet.
class TerminalCredentials final : public CredentialProvider
{
public:
    QFuture<Result<Credential>> request(const CredentialRequest &request) override;

private:
    std::atomic<bool> m_environmentWasUsed = false;
};

} // namespace Grebe
