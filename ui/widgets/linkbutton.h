// SPDX-License-Identifier: Apache-2.0
#pragma once

class QString;
class QToolButton;

namespace Grebe {

/// A button that looks like a link: underlined text without a frame. The caller owns it until it has a parent.
QToolButton *linkButton(const QString &text);

} // namespace Grebe
