// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "theme.h"

#include <QIcon>

namespace Grebe::Icons {

/// An icon of our own set in the application's text colour, or in that of a role; it follows the palette and is drawn
/// from the SVG at whatever size and scale it is asked for.
///
/// Shape      `name` is a file of resources/icons without its suffix; its strokes are `currentColor`.
/// Thread     GUI.
QIcon icon(const QString &name);
QIcon icon(const QString &name, Theme::Role role);

/// The same, painted at once in the given colour.
void paint(QPainter *painter, const QRect &rect, const QString &name, const QColor &color);

} // namespace Grebe::Icons
