// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QSqlError>

namespace Grebe {

/// The one place where an Error becomes a QSqlError.
///
/// Shape      nativeErrorCode() is the engine's own name of the error (`TABLE_NOT_FOUND`), or the name of our code where
///            the engine gave none. databaseText() is the server's words; driverText() is the place (line and column from
///            1) and the hint. What the driver itself found out stands in driverText() alone.
QSqlError sqlError(const Error &error, QSqlError::ErrorType type);

} // namespace Grebe
