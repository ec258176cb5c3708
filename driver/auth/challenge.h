// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/httpclient.h"

#include <QByteArray>
#include <QList>

namespace Grebe {

/// One way in which a server offers to be signed in to; a value.
struct AuthChallenge
{
    QByteArray scheme; ///< in lower case: "basic", "bearer", "negotiate"
    QByteArray token68; ///< what follows the scheme when it is no list of parameters: "TlRMTVNTUAAB…="
    QList<std::pair<QByteArray, QByteArray>> parameters; ///< names in lower case, values unquoted, in order

    /// The first parameter of that name (in lower case); empty when absent.
    QByteArray parameter(QByteArrayView name) const;
    bool has(QByteArrayView name) const;

    friend bool operator==(const AuthChallenge &, const AuthChallenge &) = default;
};

/// What the WWW-Authenticate headers of a reply say, in order.
///
/// Shape      header lines may be apart or joined by commas; a quoted value may hold commas, equals signs and escaped
///            quotes. A scheme with nothing behind it is a challenge too.
/// Errors     none: what makes no sense is skipped up to the next comma. A quoted value without its end is dropped with
///            all that follows, since nobody knows where it should have ended.
/// Source     RFC 9110, 11.2 to 11.6.1 and its appendix A; measured servers leave out commas between parameters and
///            quotes around addresses, which is understood as well.
QList<AuthChallenge> parseChallenges(QByteArrayView header);
QList<AuthChallenge> challengesOf(const HttpResponse &response);

} // namespace Grebe
