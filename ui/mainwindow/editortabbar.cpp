// SPDX-License-Identifier: Apache-2.0
#include "editortabbar.h"

#include "widgets/icons.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kHeight = 34;
constexpr int kPadding = 12;
constexpr int kGap = 7;
constexpr int kIcon = 16;
constexpr int kMark = 16; // the dot, the ring or the cross
constexpr int kPlus = 28;

} // namespace

EditorTabBar::EditorTabBar(QWidget *parent) : QTabBar(parent)
{
    setDrawBase(false);
    setExpanding(false);
    setMovable(true);
    setElideMode(Qt::ElideRight);
    setUsesScrollButtons(true);
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Editors"));
}

void EditorTabBar::setMark(int index, const Mark &mark)
{
    if (this->mark(index) == mark && tabData(index).isValid())
        return;
    setTabData(index, QVariant::fromValue(mark));
    update();
}

EditorTabBar::Mark EditorTabBar::mark(int index) const
{
    return tabData(index).value<Mark>();
}

QSize EditorTabBar::sizeHint() const
{
    const QSize hint = QTabBar::sizeHint();
    return { hint.width() + kPlus, kHeight };
}

QSize EditorTabBar::tabSizeHint(int index) const
{
    const int text = qMin(220, fontMetrics().horizontalAdvance(tabText(index)));
    return { kPadding + kIcon + kGap + text + kGap + kMark + kPadding - 4, kHeight };
}

QSize EditorTabBar::minimumTabSizeHint(int index) const
{
    return { qMin(140, tabSizeHint(index).width()), kHeight };
}

QRect EditorTabBar::closeRect(int index) const
{
    const QRect tab = tabRect(index);
    return { tab.right() - kPadding + 5 - kMark, tab.top() + (kHeight - kMark) / 2 + 1, kMark, kMark };
}

QRect EditorTabBar::plusRect() const
{
    const int x = count() > 0 ? tabRect(count() - 1).right() + 3 : 4;
    return { x, 5, 24, 24 };
}

void EditorTabBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor line = Theme::color(palette(), Theme::Line);
    const QColor faint = Theme::color(palette(), Theme::Subdued);
    const QColor text = palette().color(QPalette::WindowText);
    painter.fillRect(rect(), palette().brush(QPalette::Window));
    painter.fillRect(QRect(0, height() - 1, width(), 1), line);

    for (int index = 0; index < count(); ++index) {
        const QRect tab = tabRect(index);
        const bool current = index == currentIndex();
        const Mark mark = this->mark(index);
        if (current) {
            const QRectF frame = QRectF(tab).adjusted(0.5, 1.5, -0.5, 4);
            QPainterPath shape;
            shape.addRoundedRect(frame, 5, 5);
            painter.save();
            painter.setClipRect(QRect(tab.left(), tab.top(), tab.width(), kHeight));
            painter.setPen(QPen(line, 1));
            painter.setBrush(palette().brush(QPalette::Base));
            painter.drawPath(shape);
            // The environment's edge follows the round corners.
            painter.setClipRect(QRect(tab.left(), tab.top(), tab.width(), 6));
            painter.setClipPath(shape, Qt::IntersectClip);
            painter.fillRect(QRect(tab.left(), tab.top() + 1, tab.width(), 3), Theme::color(palette(), mark.environment));
            painter.restore();
        }
        const QColor ink = current ? text : faint;
        int x = tab.left() + kPadding;
        const int middle = tab.top() + kHeight / 2 + 1;
        Icons::paint(&painter, QRect(x, middle - kIcon / 2, kIcon, kIcon), u"file"_s, ink);
        x += kIcon + kGap;
        const QRect close = closeRect(index);
        const QRect label(x, tab.top() + 1, close.left() - kGap + 2 - x, kHeight);
        painter.setPen(ink);
        painter.drawText(label, Qt::AlignVCenter | Qt::TextSingleLine,
                         fontMetrics().elidedText(tabText(index), Qt::ElideRight, label.width()));
        if (current && hasFocus()) {
            painter.setPen(QPen(Theme::color(palette(), Theme::Accent), 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(QRectF(label).adjusted(-3.5, 6.5, 3.5, -6.5), 3, 3);
        }
        const bool hover = tab.contains(m_mouse);
        if (hover) {
            if (close.contains(m_mouse)) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(Theme::color(palette(), Theme::Hover));
                painter.drawRoundedRect(QRectF(close).adjusted(-2, -2, 2, 2), 4, 4);
            }
            Icons::paint(&painter, close.adjusted(2, 2, -2, -2), u"close"_s, ink);
        } else if (mark.isRunning) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(line, 2));
            const QRectF ring = QRectF(close).adjusted(3, 3, -3, -3);
            painter.drawEllipse(ring);
            painter.setPen(QPen(Theme::color(palette(), Theme::Running), 2, Qt::SolidLine, Qt::RoundCap));
            painter.drawArc(ring, 90 * 16, -120 * 16);
        } else if (mark.isModified) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(Theme::color(palette(), Theme::Accent));
            painter.drawEllipse(QRectF(close).center(), 3, 3);
        }
    }

    const QRect plus = plusRect();
    if (plus.contains(m_mouse)) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(Theme::color(palette(), Theme::Hover));
        painter.drawRoundedRect(plus, 4, 4);
    }
    Icons::paint(&painter, plus.adjusted(5, 5, -5, -5), u"add"_s, faint);
}

void EditorTabBar::mousePressEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    if (event->button() == Qt::LeftButton) {
        if (plusRect().contains(at)) {
            Q_EMIT newTabRequested();
            return;
        }
        const int index = tabAt(at);
        if (index >= 0 && closeRect(index).adjusted(-4, -4, 4, 4).contains(at)) {
            m_pressedClose = index;
            return;
        }
    }
    QTabBar::mousePressEvent(event);
}

void EditorTabBar::mouseReleaseEvent(QMouseEvent *event)
{
    const QPoint at = event->position().toPoint();
    const int index = tabAt(at);
    if (m_pressedClose >= 0 || event->button() == Qt::MiddleButton) {
        const int pressed = std::exchange(m_pressedClose, -1);
        const bool onCross = index >= 0 && pressed == index && closeRect(index).adjusted(-4, -4, 4, 4).contains(at);
        if (onCross || (event->button() == Qt::MiddleButton && index >= 0))
            Q_EMIT tabCloseRequested(index);
        return;
    }
    QTabBar::mouseReleaseEvent(event);
}

void EditorTabBar::mouseMoveEvent(QMouseEvent *event)
{
    m_mouse = event->position().toPoint();
    update();
    QTabBar::mouseMoveEvent(event);
}

void EditorTabBar::leaveEvent(QEvent *event)
{
    m_mouse = { -1, -1 };
    update();
    QTabBar::leaveEvent(event);
}

} // namespace Grebe
