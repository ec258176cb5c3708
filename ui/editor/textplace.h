// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStringView>

namespace Grebe {

/// From the way servers count to the way Qt counts.
///
/// Units      `line` and `column` count from 1, columns in Unicode code points, as Error's do. The result is a UTF-16
///            position in `statement`, kept inside it: a server that counts differently still points near the place.
/// Thread     any.
qsizetype positionOf(QStringView statement, int line, int column);

/// The token at a position: a name, a number, or the single character; at least one character unless the text ends.
qsizetype tokenEnd(QStringView text, qsizetype position);

} // namespace Grebe
