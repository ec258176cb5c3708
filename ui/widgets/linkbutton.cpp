// SPDX-License-Identifier: Apache-2.0
#include "linkbutton.h"

#include <QToolButton>

namespace Grebe {

QToolButton *linkButton(const QString &text)
{
    auto *button = new QToolButton;
    button->setText(text);
    button->setAutoRaise(true);
    button->setCursor(Qt::PointingHandCursor);
    QFont font = button->font();
    font.setUnderline(true);
    button->setFont(font);
    return button;
}

} // namespace Grebe
