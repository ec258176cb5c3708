// SPDX-License-Identifier: Apache-2.0
#include "button.h"

#include "icons.h"

#include <QKeyEvent>
#include <QMenu>
#include <QPainter>

namespace Grebe {

namespace {

constexpr int kIcon = 16;
constexpr int kGap = 6;
constexpr int kArrow = 8;
constexpr int kSquare = 8;

} // namespace

Button::Button(Kind kind, QWidget *parent) : Button(kind, QString(), parent) { }

Button::Button(Kind kind, const QString &text, QWidget *parent) : Button(kind, QString(), text, parent) { }

Button::Button(Kind kind, const QString &iconName, const QString &text, QWidget *parent)
    : QAbstractButton(parent), m_kind(kind), m_iconName(iconName)
{
    setText(text);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(kind == Chip || kind == Quiet ? Qt::TabFocus : Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(this, &QAbstractButton::pressed, this, &Button::popUp);
}

void Button::setCaption(const QString &caption)
{
    if (m_caption == caption)
        return;
    m_caption = caption;
    updateGeometry();
    update();
}

void Button::setIconName(const QString &name)
{
    m_iconName = name;
    update();
}

void Button::setMenu(QMenu *menu)
{
    m_menu = menu;
    updateGeometry();
}

void Button::setSquare(std::optional<Theme::Role> role)
{
    m_square = role;
    updateGeometry();
    update();
}

int Button::padding() const
{
    return m_kind == Quiet ? 4 : m_kind == Chip ? 8 : 10;
}

QSize Button::sizeHint() const
{
    const QFontMetrics metrics(font());
    int width = 0;
    const auto add = [&width](int part) { width += part + (width > 0 ? kGap : 0); };
    if (m_square)
        add(kSquare);
    if (!m_iconName.isEmpty())
        add(kIcon);
    if (!m_caption.isEmpty())
        add(metrics.horizontalAdvance(m_caption));
    if (!text().isEmpty())
        add(metrics.horizontalAdvance(text()));
    if (m_menu && m_kind != Quiet)
        add(kArrow);
    const int height = m_kind == Chip || m_kind == Quiet ? 24 : 26;
    return { width + 2 * padding(), qMax(height, metrics.height() + 6) };
}

void Button::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QPalette &colors = palette();
    const QPalette::ColorGroup group = isEnabled() ? QPalette::Active : QPalette::Disabled;
    const bool hover = isEnabled() && underMouse();
    const bool down = isDown() || isChecked() || (m_menu && m_menu->isVisible());

    QColor fill = colors.color(m_kind == Chip ? QPalette::Base : QPalette::Window);
    QColor line = Theme::color(colors, Theme::Line);
    QColor ink = colors.color(group, QPalette::ButtonText);
    if (m_kind == Primary && isEnabled()) {
        fill = line = Theme::color(colors, Theme::Accent);
        ink = Theme::color(colors, Theme::OnAccent);
        if (hover || down)
            fill = line = Theme::mix(fill, colors.color(QPalette::Text), down ? 0.2 : 0.1);
    } else if (down) {
        fill = Theme::color(colors, Theme::Selection);
    } else if (hover) {
        fill = Theme::color(colors, Theme::Hover);
    }
    if (m_kind == Danger && isEnabled())
        ink = Theme::color(colors, Theme::Failure);
    if (hasFocus() && m_kind != Primary)
        line = Theme::color(colors, Theme::Accent);

    const QRectF frame = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    if (m_kind != Quiet || hover || down || hasFocus()) {
        painter.setPen(QPen(line, 1));
        painter.setBrush(fill);
        painter.drawRoundedRect(frame, 4, 4);
        if (m_kind == Primary && hasFocus()) {
            painter.setPen(QPen(ink, 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(frame.adjusted(2, 2, -2, -2), 3, 3);
        }
    }

    int x = padding();
    if (m_kind != Chip && width() > sizeHint().width())
        x += (width() - sizeHint().width()) / 2;
    if (m_square) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(Theme::color(colors, *m_square));
        painter.drawRoundedRect(QRectF(x, (height() - kSquare) / 2.0, kSquare, kSquare), 2, 2);
        x += kSquare + kGap;
    }
    if (!m_iconName.isEmpty()) {
        Icons::paint(&painter, QRect(x, (height() - kIcon) / 2, kIcon, kIcon), m_iconName, ink);
        x += kIcon + kGap;
    }
    if (!m_caption.isEmpty()) {
        const int width = fontMetrics().horizontalAdvance(m_caption);
        painter.setPen(isEnabled() ? Theme::color(colors, Theme::Subdued) : ink);
        painter.drawText(QRect(x, 0, width, height()), Qt::AlignVCenter | Qt::AlignLeft, m_caption);
        x += width + kGap;
    }
    const int right = width() - padding() - (m_menu && m_kind != Quiet ? kArrow + kGap : 0);
    painter.setPen(ink);
    painter.drawText(QRect(x, 0, qMax(0, right - x + 1), height()), Qt::AlignVCenter | Qt::AlignLeft,
                     fontMetrics().elidedText(text(), Qt::ElideMiddle, right - x + 1));
    if (m_menu && m_kind != Quiet) {
        painter.setPen(QPen(Theme::color(colors, Theme::Subdued), 1.3, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.setBrush(Qt::NoBrush);
        const QPointF centre(width() - padding() - kArrow / 2.0, height() / 2.0);
        painter.drawPolyline(QPolygonF({ centre + QPointF(-3, -1.5), centre + QPointF(0, 1.5), centre + QPointF(3, -1.5) }));
    }
}

void Button::keyPressEvent(QKeyEvent *event)
{
    if (m_menu && (event->key() == Qt::Key_Down || event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        popUp();
        return;
    }
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        click();
        return;
    }
    QAbstractButton::keyPressEvent(event);
}

void Button::popUp()
{
    if (!m_menu)
        return;
    setDown(false);
    connect(m_menu, &QMenu::aboutToHide, this, qOverload<>(&QWidget::update), Qt::UniqueConnection);
    m_menu->popup(mapToGlobal(QPoint(0, height() + 2)));
}

} // namespace Grebe
