// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QString>

namespace simdjson::dom {
class element;
}

namespace Grebe {

/// The code of an error that Trino names.
Error::Code trinoErrorCode(const QString &errorName, const QString &errorType);

/// The `error` member of a page. A place that the server gives only in the message (`line 2:8: …`) is read from there.
/// `detail` is the Java stack, clipped; messages longer than 64 KiB are clipped too.
Error trinoError(const simdjson::dom::element &error, const QString &queryId);

} // namespace Grebe
