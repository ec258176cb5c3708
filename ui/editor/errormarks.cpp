// SPDX-License-Identifier: Apache-2.0
#include "errormarks.h"

#include "errorbubble.h"
#include "statementmarks.h"

#include "extension/error.h"
#include "widgets/theme.h"

#include <KTextEditor/Attribute>
#include <KTextEditor/Document>
#include <KTextEditor/View>

#include <QEvent>

namespace Grebe {

ErrorMarks::ErrorMarks(KTextEditor::View *view) : QObject(view), m_view(view), m_bubble(new ErrorBubble(view))
{
    const auto move = [this] { place(); };
    connect(view, &KTextEditor::View::verticalScrollPositionChanged, this, move);
    connect(view, &KTextEditor::View::horizontalScrollPositionChanged, this, move);
    connect(view, &KTextEditor::View::displayRangeChanged, this, move);
    // A range holds a pointer into the document: it must go first.
    connect(view->document(), &KTextEditor::Document::aboutToInvalidateMovingInterfaceContent, this, &ErrorMarks::clear);
    view->installEventFilter(this);
}

ErrorMarks::~ErrorMarks() = default;

void ErrorMarks::set(KTextEditor::Range range, const Error &error)
{
    m_range.reset(m_view->document()->newMovingRange(range));
    KTextEditor::Attribute::Ptr wave(new KTextEditor::Attribute);
    wave->setUnderlineStyle(QTextCharFormat::WaveUnderline);
    wave->setUnderlineColor(Theme::color(m_view->palette(), Theme::Failure));
    m_range->setAttribute(wave);
    m_range->setAttributeOnlyForViews(true);
    m_bubble->setError(error);
    showBubble();
}

void ErrorMarks::clear()
{
    m_range.reset();
    hideBubble();
}

void ErrorMarks::hideBubble()
{
    m_wantsBubble = false;
    m_bubble->hide();
}

bool ErrorMarks::isBubbleVisible() const
{
    return m_bubble->isVisibleTo(m_view);
}

KTextEditor::Range ErrorMarks::range() const
{
    return m_range ? m_range->toRange() : KTextEditor::Range::invalid();
}

void ErrorMarks::showBubble()
{
    m_wantsBubble = true;
    m_bubble->show();
    place();
}

void ErrorMarks::place()
{
    if (!m_range || !m_wantsBubble)
        return;
    const QPoint start = m_view->cursorToCoordinate(m_range->start().toCursor());
    const QRect area = m_view->textAreaRect();
    if (start.y() < area.top() || start.y() >= area.bottom()) {
        m_bubble->hide();
        return;
    }
    const QSize size = m_bubble->sizeFor(area.width() - 24);
    const int x = qBound(area.left() + 8, start.x() - 12, qMax(area.left() + 8, area.right() - size.width() - 12));
    int y = start.y() + lineHeight(*m_view) + 6;
    if (y + size.height() > area.bottom() && start.y() - size.height() - 4 > area.top())
        y = start.y() - size.height() - 4;
    m_bubble->setGeometry(QRect(QPoint(x, y), size));
    m_bubble->show();
    m_bubble->raise();
}

bool ErrorMarks::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_view && event->type() == QEvent::Resize)
        QMetaObject::invokeMethod(this, &ErrorMarks::place, Qt::QueuedConnection);
    return QObject::eventFilter(watched, event);
}

} // namespace Grebe
