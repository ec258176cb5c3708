// SPDX-License-Identifier: Apache-2.0
#include "credentialprovider.h"

namespace Grebe {

CredentialProvider::~CredentialProvider() = default;

void CredentialProvider::confirm(const CredentialRequest &, const Credential &, bool) { }

} // namespace Grebe
