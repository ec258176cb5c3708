// SPDX-License-Identifier: Apache-2.0
#include "pane.h"

#include "theme.h"

#include <QPainter>

namespace Grebe {

Pane::Pane(Edge edge, QWidget *parent, QPalette::ColorRole background)
    : QWidget(parent), m_edge(edge), m_background(background)
{
}

void Pane::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().brush(m_background));
    if (m_edge != NoLine)
        painter.fillRect(QRect(0, m_edge == LineAbove ? 0 : height() - 1, width(), 1), Theme::color(palette(), Theme::Line));
}

} // namespace Grebe
