// SPDX-License-Identifier: Apache-2.0
#include "card.h"

#include "icons.h"

#include <QPainter>
#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kMargin = 20;

void drawCard(QAbstractButton *card, QPainter *painter, QPalette::ColorRole background)
{
    const QPalette &palette = card->palette();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool active = card->underMouse() || card->hasFocus();
    painter->setPen(QPen(Theme::color(palette, active ? Theme::Accent : Theme::Line), 1));
    painter->setBrush(card->isDown() ? QBrush(Theme::color(palette, Theme::Selection)) : palette.brush(background));
    painter->drawRoundedRect(QRectF(card->rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
}

} // namespace

Card::Card(const QString &iconName, const QString &heading, const QString &description, QWidget *parent)
    : QAbstractButton(parent), m_iconName(iconName), m_heading(heading), m_description(description)
{
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(heading);
    setAccessibleDescription(description);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

QFont Card::headingFont() const
{
    QFont large = font();
    large.setBold(true);
    large.setPixelSize(fontInfo().pixelSize() + 2);
    return large;
}

int Card::heightForWidth(int width) const
{
    const QRect text = fontMetrics().boundingRect(QRect(0, 0, width - 2 * kMargin, 10000), Qt::TextWordWrap, m_description);
    return 18 + 16 + 10 + QFontMetrics(headingFont()).height() + 4 + text.height() + 18;
}

QSize Card::sizeHint() const
{
    return { 300, heightForWidth(300) };
}

void Card::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    drawCard(this, &painter, QPalette::Window);
    const QColor text = palette().color(QPalette::WindowText);
    int y = 18;
    Icons::paint(&painter, QRect(kMargin, y, 16, 16), m_iconName, text);
    y += 26;
    painter.setPen(text);
    painter.setFont(headingFont());
    painter.drawText(QRect(kMargin, y, width() - 2 * kMargin, painter.fontMetrics().height()), Qt::AlignLeft, m_heading);
    y += painter.fontMetrics().height() + 4;
    painter.setFont(font());
    painter.setPen(Theme::color(palette(), Theme::Subdued));
    painter.drawText(QRect(kMargin, y, width() - 2 * kMargin, height() - y), Qt::AlignLeft | Qt::TextWordWrap, m_description);
}

CodeCard::CodeCard(const QString &sql, const QString &hint, QWidget *parent)
    : QAbstractButton(parent), m_sql(sql), m_hint(hint)
{
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setToolTip(sql);
}

QSize CodeCard::sizeHint() const
{
    return { 600, qMax(44, QFontMetrics(Theme::fixedFont()).height() + 26) };
}

void CodeCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    drawCard(this, &painter, QPalette::AlternateBase);
    painter.setPen(Theme::color(palette(), Theme::Subdued));
    painter.setFont(font());
    const QRect inner = rect().adjusted(14, 0, -14, 0);
    painter.drawText(inner, Qt::AlignVCenter | Qt::AlignRight, m_hint);

    // Words of one case are keywords, words before a bracket functions: enough for one line of our own.
    painter.setFont(Theme::fixedFont());
    const QFontMetrics metrics = painter.fontMetrics();
    const int right = inner.right() - fontMetrics().horizontalAdvance(m_hint) - 14;
    const QString shown = metrics.elidedText(m_sql.simplified(), Qt::ElideRight, right - inner.left());
    static const QRegularExpression token(u"[A-Z]{2,}\\b|[a-z_]+(?=\\()|'[^']*'|[0-9]+|."_s);
    int x = inner.left();
    for (auto match = token.globalMatch(shown); match.hasNext();) {
        const QString part = match.next().captured();
        QColor color = palette().color(QPalette::Text);
        if (part.size() > 1 && part[0].isUpper())
            color = Theme::color(palette(), Theme::Keyword);
        else if (part.size() > 1 && part[0].isLower())
            color = Theme::color(palette(), Theme::Function);
        else if (part[0] == u'\'')
            color = Theme::color(palette(), Theme::String);
        else if (part[0].isDigit())
            color = Theme::color(palette(), Theme::Number);
        painter.setPen(color);
        painter.drawText(QRect(x, 0, inner.width(), height()), Qt::AlignVCenter | Qt::AlignLeft, part);
        x += metrics.horizontalAdvance(part);
    }
}

} // namespace Grebe
