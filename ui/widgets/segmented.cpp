// SPDX-License-Identifier: Apache-2.0
#include "segmented.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

namespace Grebe {

Segmented::Segmented(QWidget *parent) : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Segmented::addSegment(const QString &text, std::optional<Theme::Role> role)
{
    m_segments += { text, role };
    updateGeometry();
}

void Segmented::setSegments(const QStringList &texts)
{
    m_segments.clear();
    for (const QString &text : texts)
        m_segments += { text, {} };
    m_current = 0;
    updateGeometry();
    update();
}

void Segmented::setCurrentIndex(int index)
{
    index = qBound(0, index, int(m_segments.size()) - 1);
    if (index == m_current)
        return;
    m_current = index;
    setAccessibleDescription(m_segments.value(index).text);
    update();
    Q_EMIT currentChanged(index);
}

QSize Segmented::sizeHint() const
{
    int width = 0;
    for (const Segment &segment : m_segments)
        width += fontMetrics().horizontalAdvance(segment.text) + 24;
    return { width + 1, qMax(28, fontMetrics().height() + 10) };
}

QRect Segmented::segmentRect(int index) const
{
    int x = 0;
    for (int i = 0; i < index; ++i)
        x += fontMetrics().horizontalAdvance(m_segments[i].text) + 24;
    return { x, 0, fontMetrics().horizontalAdvance(m_segments[index].text) + 24, height() };
}

void Segmented::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor line = Theme::color(palette(), hasFocus() ? Theme::Accent : Theme::Line);
    QPainterPath frame;
    frame.addRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.fillPath(frame, palette().brush(QPalette::Base));
    for (int i = 0; i < m_segments.size(); ++i) {
        const QRect segment = segmentRect(i);
        const bool chosen = i == m_current;
        if (chosen) {
            painter.save();
            painter.setClipPath(frame);
            painter.fillRect(segment, Theme::color(palette(), Theme::AccentBackground));
            painter.restore();
        }
        QFont font = this->font();
        painter.setFont(font);
        QColor ink = palette().color(QPalette::WindowText);
        if (chosen && m_segments[i].role)
            ink = Theme::mix(Theme::color(palette(), *m_segments[i].role), ink, Theme::isDark(palette()) ? 0.1 : 0.35);
        else if (chosen)
            ink = Theme::mix(Theme::color(palette(), Theme::Accent), ink, 0.35);
        painter.setPen(ink);
        painter.drawText(segment, Qt::AlignCenter, m_segments[i].text);
        if (i > 0)
            painter.fillRect(QRect(segment.left(), 1, 1, height() - 2), Theme::color(palette(), Theme::Line));
    }
    painter.setPen(QPen(line, 1));
    painter.drawPath(frame);
}

void Segmented::mousePressEvent(QMouseEvent *event)
{
    for (int i = 0; i < m_segments.size(); ++i) {
        if (segmentRect(i).contains(event->position().toPoint()))
            setCurrentIndex(i);
    }
}

void Segmented::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Left)
        setCurrentIndex(m_current - 1);
    else if (event->key() == Qt::Key_Right)
        setCurrentIndex(m_current + 1);
    else
        QWidget::keyPressEvent(event);
}

} // namespace Grebe
