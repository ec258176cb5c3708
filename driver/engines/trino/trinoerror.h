// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trinoproduct.h"

#include "extension/error.h"

#include <QString>

namespace simdjson::dom {
class element;
}

namespace Grebe {

struct HttpResponse;

/// The code of an error that Trino names.
Error::Code trinoErrorCode(const QString &errorName, const QString &errorType);

/// The `error` member of a page. A place that the server gives only in the message (`line 2:8: …`) is read from there.
/// `detail` is the Java stack, clipped; messages longer than 64 KiB are clipped too.
Error trinoError(const simdjson::dom::element &error, const QString &queryId);

/// The first lines of a body for people: of an HTML page its title, of Trino's answers the text behind their prefix.
QString trinoBodyText(const HttpResponse &response);
/// What a reply that is not 200 means; `doing` says what was asked, `host` of whom.
Error trinoHttpError(const HttpResponse &response, const QString &doing, const QString &host, TrinoProduct product);

} // namespace Grebe
