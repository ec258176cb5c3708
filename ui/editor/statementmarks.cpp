// SPDX-License-Identifier: Apache-2.0
#include "statementmarks.h"

#include "widgets/theme.h"

#include <KTextEditor/Document>
#include <KTextEditor/View>

#include <QEvent>
#include <QFontMetrics>
#include <QPainter>
#include <QtMath>

using namespace Qt::StringLiterals;

namespace Grebe {

int lineHeight(const KTextEditor::View &view)
{
    auto &writable = const_cast<KTextEditor::View &>(view); // configValue() is not const, but changes nothing
    const QFontMetricsF metrics(writable.configValue(u"font"_s).value<QFont>());
    return int(qCeil(metrics.height()) * StatementMarks::kLineHeight);
}

StatementMarks::StatementMarks(KTextEditor::View *view) : QWidget(view), m_view(view)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    m_flashTimer.setSingleShot(true);
    m_flashTimer.setInterval(260);
    connect(&m_flashTimer, &QTimer::timeout, this, [this] {
        m_flash = KTextEditor::Range::invalid();
        update();
    });
    const auto repaint = [this] { update(); };
    connect(view, &KTextEditor::View::verticalScrollPositionChanged, this, repaint);
    connect(view, &KTextEditor::View::displayRangeChanged, this, repaint);
    connect(view, &KTextEditor::View::configChanged, this, repaint);
    view->installEventFilter(this);
    setGeometry(view->rect());
}

void StatementMarks::setStatement(KTextEditor::Range range)
{
    if (range == m_statement)
        return;
    m_statement = range;
    update();
}

void StatementMarks::flash(KTextEditor::Range range)
{
    m_flash = range;
    m_flashTimer.start();
    update();
}

QRect StatementMarks::linesRect(KTextEditor::Range range) const
{
    if (!range.isValid())
        return {};
    const int first = qMax(range.start().line(), m_view->firstDisplayedLine());
    const int last = qMin(range.end().line(), m_view->lastDisplayedLine());
    if (first > last)
        return {};
    const int top = m_view->cursorToCoordinate({ first, 0 }).y();
    const int bottom = m_view->cursorToCoordinate(m_view->document()->endOfLine(last)).y(); // a wrapped line has rows below its first
    if (top < 0 || bottom < top)
        return {};
    const QRect area = m_view->textAreaRect();
    return QRect(QPoint(area.left(), top), QPoint(area.right(), bottom + lineHeight(*m_view) - 1));
}

QRect StatementMarks::barRect() const
{
    const QRect lines = linesRect(m_statement);
    if (lines.isEmpty())
        return {};
    return { lines.left() - 7, lines.top() + 1, 3, lines.height() - 2 };
}

void StatementMarks::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    const QColor accent = Theme::color(palette(), Theme::Accent);
    if (m_flash.isValid()) {
        QColor veil = accent;
        veil.setAlphaF(0.16f);
        painter.fillRect(linesRect(m_flash), veil);
    }
    const QRect bar = barRect();
    if (bar.isValid()) {
        painter.setBrush(accent);
        painter.drawRoundedRect(bar, 1.5, 1.5);
    }
}

bool StatementMarks::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_view && event->type() == QEvent::Resize) {
        setGeometry(m_view->rect());
        raise();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace Grebe
