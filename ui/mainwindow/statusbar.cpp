// SPDX-License-Identifier: Apache-2.0
#include "statusbar.h"

#include <QPainter>

namespace Grebe {

namespace {

constexpr int kMargin = 10;
constexpr int kGap = 14;
constexpr int kDot = 8;

} // namespace

StatusBar::StatusBar(QWidget *parent) : Pane(LineAbove, parent)
{
    setFixedHeight(26);
    setFont(Theme::tabularFont(font()));
}

void StatusBar::setState(const QString &text, std::optional<Theme::Role> dot)
{
    if (m_state == text && m_dot == dot)
        return;
    m_state = text;
    m_dot = dot;
    setAccessibleName(text);
    update();
}

void StatusBar::setFacts(const QStringList &facts)
{
    m_facts = facts;
    m_facts.removeAll(QString());
    update();
}

void StatusBar::setRight(const QStringList &facts)
{
    m_right = facts;
    m_right.removeAll(QString());
    update();
}

QString StatusBar::stateText() const
{
    return m_state;
}

void StatusBar::paintEvent(QPaintEvent *event)
{
    Pane::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFontMetrics metrics = fontMetrics();
    const QColor text = palette().color(QPalette::WindowText);
    const QColor line = Theme::color(palette(), Theme::Line);
    const QRect inner = rect().adjusted(kMargin, 1, -kMargin, 0);
    const auto separator = [&](int x) { painter.fillRect(QRect(x, inner.center().y() - 6, 1, 14), line); };

    // The right side first: it is short, and the left one is cut where it begins.
    int right = inner.right() + 1;
    for (qsizetype i = m_right.size() - 1; i >= 0; --i) {
        const int width = metrics.horizontalAdvance(m_right[i]);
        right -= width;
        painter.setPen(text);
        painter.drawText(QRect(right, inner.top(), width, inner.height()), Qt::AlignVCenter, m_right[i]);
        if (i > 0) {
            right -= kGap;
            separator(right);
            right -= kGap;
        }
    }

    int x = inner.left();
    if (m_dot) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(Theme::color(palette(), *m_dot));
        painter.drawEllipse(QRectF(x, inner.center().y() - kDot / 2.0 + 0.5, kDot, kDot));
        x += kDot + 5;
    }
    const auto draw = [&](const QString &part, const QColor &color) {
        const int room = right - kGap - x;
        if (room < 20)
            return;
        const QString shown = metrics.elidedText(part, Qt::ElideRight, room);
        painter.setPen(color);
        painter.drawText(QRect(x, inner.top(), room, inner.height()), Qt::AlignVCenter, shown);
        x += metrics.horizontalAdvance(shown);
    };
    draw(m_state, m_dot ? text : Theme::color(palette(), Theme::Subdued));
    for (const QString &fact : m_facts) {
        x += kGap;
        if (x + kGap < right)
            separator(x);
        x += kGap;
        draw(fact, text);
    }
}

} // namespace Grebe
