// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace Grebe {

/// Text as a grid cell shows it: one line, every control and direction character visible, nothing interpreted.
///
/// A line break is ↵, a tab ⇥, other controls their Unicode picture, and characters that turn the reading direction are
/// written as their code (⟨U+202E⟩): text that pretends to be other text is seen to do so.
QString singleLine(const QString &text);

/// A count with the locale's grouping: "10,000".
QString countText(qint64 count);
/// A number written with a point and no grouping, as the locale writes it, all digits kept: "1,994,983.54".
QString numberText(const QString &number);
/// A size in decimal units: "2.1 GB".
QString sizeText(qint64 byteCount);
/// "84 ms", "3.2 s", "4 min 5 s", "1 h 2 min".
QString durationText(qint64 milliseconds);

} // namespace Grebe
