// SPDX-License-Identifier: Apache-2.0
#include "linkbutton.h"

#include "theme.h"

#include <QPainter>
#include <QToolButton>

namespace Grebe {

namespace {

/// Without a button's padding: its words begin where the lines around them do.
class LinkButton : public QToolButton
{
public:
    QSize sizeHint() const override { return { fontMetrics().horizontalAdvance(text()) + 2, qMax(24, fontMetrics().height() + 6) }; }
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(rect(), Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, text());
        if (!hasFocus())
            return;
        painter.setPen(Theme::color(palette(), Theme::Accent));
        painter.drawRect(rect().adjusted(0, 2, -1, -3));
    }
};

} // namespace

QToolButton *linkButton(const QString &text)
{
    auto *button = new LinkButton;
    button->setText(text);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setCursor(Qt::PointingHandCursor);
    QFont font = button->font();
    font.setUnderline(true);
    button->setFont(font);
    return button;
}

} // namespace Grebe
