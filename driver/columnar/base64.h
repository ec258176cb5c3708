// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QtGlobal>

#include <string_view>

namespace Grebe {

/// Decodes the standard alphabet with its padding (RFC 4648 section 4), nothing else. `out` has room for
/// `text.size() / 4 * 3` bytes. Returns how many were written, or -1 when the text is not base64.
GREBE_EXPORT qint64 decodeBase64(std::string_view text, char *out);

} // namespace Grebe
