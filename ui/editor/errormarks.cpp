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

#include <utility>

namespace Grebe {

namespace {

constexpr int kGap = 6;

} // namespace

ErrorMarks::ErrorMarks(KTextEditor::View *view) : QObject(view), m_view(view), m_bubble(new ErrorBubble(view->parentWidget()))
{
    const auto move = [this] {
        place();
        if (m_wantsToken)
            QMetaObject::invokeMethod(this, &ErrorMarks::showToken, Qt::QueuedConnection);
    };
    connect(view, &KTextEditor::View::verticalScrollPositionChanged, this, move);
    connect(view, &KTextEditor::View::horizontalScrollPositionChanged, this, move);
    connect(view, &KTextEditor::View::displayRangeChanged, this, move);
    // A range holds a pointer into the document: it must go first.
    connect(view->document(), &KTextEditor::Document::aboutToInvalidateMovingInterfaceContent, this, &ErrorMarks::clear);
    view->installEventFilter(this);
    // The view scrolls its cursor into sight some time after it has become smaller.
    m_settled.setSingleShot(true);
    m_settled.setInterval(std::chrono::milliseconds(200));
    connect(&m_settled, &QTimer::timeout, this, [this] { m_wantsToken = false; });
}

ErrorMarks::~ErrorMarks() = default;

void ErrorMarks::set(KTextEditor::Range range, KTextEditor::Range statement, const Error &error)
{
    m_statement.reset(m_view->document()->newMovingRange(statement));
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
    m_statement.reset();
    hideBubble();
}

void ErrorMarks::hideBubble()
{
    m_wantsBubble = m_wantsToken = false;
    m_bubble->hide();
    setRoom(0);
}

bool ErrorMarks::isBubbleVisible() const
{
    return !m_bubble->isHidden();
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
    m_wantsToken = true; // what the view gives up may hold it
    QMetaObject::invokeMethod(this, &ErrorMarks::showToken, Qt::QueuedConnection);
    m_settled.start();
}

// Once the view has the height that it is to keep.
void ErrorMarks::showToken()
{
    if (!m_range || !m_wantsToken || m_room == 0 || m_view->geometry().bottom() + m_room > m_bubble->parentWidget()->height())
        return;
    const int top = m_view->cursorToCoordinate(m_range->start().toCursor()).y();
    if (top < 0 || top + lineHeight(*m_view) > m_view->textAreaRect().bottom())
        m_view->setScrollPosition(qMin(KTextEditor::Cursor(m_range->start().line(), 0), m_view->maxScrollPosition()));
}

void ErrorMarks::setRoom(int height)
{
    if (std::exchange(m_room, height) != height)
        Q_EMIT roomWanted(height);
}

// Where the bubble can begin inside the view without covering the statement; none: nowhere.
std::optional<int> ErrorMarks::topFor(int height) const
{
    const QRect area = m_view->textAreaRect();
    const int line = lineHeight(*m_view);
    const KTextEditor::Range statement = m_statement->toRange();
    // With what the view gave up: the place is the same before and after.
    const int bottom = area.bottom() + m_room;
    const int last = m_view->cursorToCoordinate(statement.end()).y();
    if (last >= area.top() && last + line + kGap + height <= bottom)
        return last + line + kGap;
    const int first = m_view->cursorToCoordinate(statement.start()).y();
    if (first - kGap - height >= area.top() && first <= bottom)
        return first - kGap - height;
    return std::nullopt;
}

void ErrorMarks::place()
{
    if (!m_range || !m_wantsBubble)
        return;
    const QPoint start = m_view->cursorToCoordinate(m_range->start().toCursor());
    const QRect area = m_view->textAreaRect();
    if (m_room == 0 && (start.y() < area.top() || start.y() >= area.bottom())) {
        m_bubble->hide();
        return;
    }
    const QSize size = m_bubble->sizeFor(area.width() - 24);
    const std::optional<int> top = topFor(size.height());
    const int wanted = size.height() + 2 * kGap;
    if (!top && m_view->height() + m_room - wanted < 3 * lineHeight(*m_view)) {
        m_bubble->hide(); // the messages have it
        setRoom(0);
        return;
    }
    setRoom(top ? 0 : wanted);
    const int x = qBound(area.left() + 8, start.x() - 12, qMax(area.left() + 8, area.right() - size.width() - 12));
    const QWidget *host = m_bubble->parentWidget();
    const QPoint at = top ? m_view->mapTo(host, QPoint(x, *top))
                          : QPoint(m_view->mapTo(host, QPoint(area.left() + 8, 0)).x(), host->height() - kGap - size.height());
    m_bubble->setGeometry(QRect(at, size));
    m_bubble->show();
    m_bubble->raise();
}

bool ErrorMarks::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_view && event->type() == QEvent::Resize)
        QMetaObject::invokeMethod(this, [this] {
            place();
            showToken();
        }, Qt::QueuedConnection);
    return QObject::eventFilter(watched, event);
}

} // namespace Grebe
