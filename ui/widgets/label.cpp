// SPDX-License-Identifier: Apache-2.0
#include "label.h"

#include <QApplication>
#include <QEvent>
#include <QPainter>
#include <QRegularExpression>
#include <QTextDocument>

using namespace Qt::StringLiterals;

namespace Grebe {

Label::Label(QWidget *parent) : Label(QString(), parent) { }

Label::Label(const QString &text, QWidget *parent) : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setText(text);
}

Label::Label(const QString &text, Theme::Role role, QWidget *parent) : Label(text, parent)
{
    setRole(role);
}

void Label::setRole(Theme::Role role)
{
    m_role = role;
    updateColor();
}

QSize Label::minimumSizeHint() const
{
    QSize hint = QLabel::minimumSizeHint();
    if (m_elided)
        hint.setWidth(qMin(hint.width(), fontMetrics().averageCharWidth() * 6));
    return hint;
}

void Label::paintEvent(QPaintEvent *event)
{
    if (!m_elided || wordWrap()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    const QRect rect = contentsRect();
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, rect.width());
    setToolTip(shown == text() ? QString() : Qt::convertFromPlainText(text())); // a tool tip would read markup
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(rect, int(alignment()) | Qt::TextSingleLine, shown);
}

void Label::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::ApplicationPaletteChange)
        updateColor();
}

void Label::updateColor()
{
    if (m_role < 0 || m_isUpdating)
        return;
    m_isUpdating = true;
    const QPalette inherited = QApplication::palette();
    QPalette own = palette();
    const QColor color = Theme::color(inherited, Theme::Role(m_role));
    own.setColor(QPalette::WindowText, color);
    own.setColor(QPalette::Text, color); // a label whose text can be selected paints with this one
    setPalette(own);
    m_isUpdating = false;
}

QString errorTitle(const Error &error)
{
    static const QRegularExpression place(u"^line \\d+:\\d+: "_s);
    QString title = error.message;
    return error.line > 0 ? title.remove(place) : title;
}

} // namespace Grebe
