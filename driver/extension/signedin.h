// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QByteArrayView>
#include <QDateTime>
#include <QJsonObject>
#include <QString>

namespace Grebe {

/// A sign-in that lasts: a token that this process holds for a server; a value, without the token.
struct GREBE_EXPORT SignedIn
{
    QString origin; ///< scheme://host:port
    QString user;
    QString sessionUser;
    QString issuer; ///< as the token itself says; empty when it does not
    QDateTime since;
    QDateTime expiry; ///< invalid when it is not known
    QDateTime lastUse;
};

/// The claims of a JSON web token, unchecked; empty for any other token.
GREBE_EXPORT QJsonObject tokenClaims(QByteArrayView token);
/// When a JSON web token says that it expires, in UTC; invalid for any other.
GREBE_EXPORT QDateTime tokenExpiry(QByteArrayView token);

} // namespace Grebe
