// SPDX-License-Identifier: Apache-2.0
#include "errorbubble.h"

#include "extension/error.h"
#include "widgets/label.h"

#include <QPainter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

ErrorBubble::ErrorBubble(QWidget *parent)
    : QWidget(parent), m_message(new Label(QString(), Theme::Failure, this)), m_detail(new Label(QString(), Theme::Subdued, this))
{
    setFocusPolicy(Qt::NoFocus);
    setCursor(Qt::ArrowCursor);
    QFont bold = font();
    bold.setBold(true);
    m_message->setFont(bold);
    m_message->setWordWrap(true);
    m_detail->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    layout->addWidget(m_message);
    layout->addWidget(m_detail);
    hide();
}

void ErrorBubble::setError(const Error &error)
{
    m_message->setText(errorTitle(error));
    QStringList parts;
    if (error.line > 0)
        parts += tr("line %1, column %2").arg(error.line).arg(error.column);
    if (!error.vendorCode.isEmpty())
        parts += error.vendorCode;
    if (!error.hint.isEmpty())
        parts += error.hint;
    m_detail->setText(parts.join(u" · "_s));
    m_detail->setVisible(!parts.isEmpty());
    setAccessibleName(text());
    setToolTip(tr("Click to put this away"));
}

QString ErrorBubble::text() const
{
    return m_message->text() + u'\n' + m_detail->text();
}

QSize ErrorBubble::sizeFor(int width) const
{
    const QFontMetrics bold(m_message->font());
    const QFontMetrics normal(m_detail->font());
    const int natural = qMax(bold.horizontalAdvance(m_message->text()), normal.horizontalAdvance(m_detail->text())) + 28;
    const int used = qBound(160, natural, qMax(160, qMin(width, 560)));
    return { used, layout()->heightForWidth(used) };
}

void ErrorBubble::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(Theme::color(palette(), Theme::Failure), 1));
    painter.setBrush(palette().brush(QPalette::Base));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5);
}

void ErrorBubble::mousePressEvent(QMouseEvent *)
{
    hide();
}

} // namespace Grebe
