// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpclient.h"

#include <QLoggingCategory>
#include <QString>

namespace Grebe {

/// grebe.driver.transport: one line for each request and reply, at debug level; off by default.
Q_DECLARE_LOGGING_CATEGORY(transportLog)

/// The only place that prints a URL or a header: what these return may be logged, shown and pasted into a ticket.
///
/// Shape      secrets become "***". What is kept is chosen, not what is hidden: a header that is not known to be
///            harmless is printed as its name and length.
/// Thread     any.
namespace Redaction {

/// Without user info; each query value as ***; the slug of a Trino statement's address, which lets whoever has it read
/// the result, as ***.
QString url(const QUrl &url);
/// A header's value.
QString headerValue(const QByteArray &name, const QByteArray &value);
/// "Name: value; Name: value".
QString headers(const HttpHeaders &headers);
/// Text somebody else wrote: tokens by their shape, passwords by their name, signed addresses; bounded to 4000
/// characters, controls as spaces.
QString text(QStringView text);

} // namespace Redaction
} // namespace Grebe
