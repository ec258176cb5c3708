// SPDX-License-Identifier: Apache-2.0
#include "resulttabs.h"

#include "widgets/icons.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLineEdit>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

ResultTabs::ResultTabs(QWidget *parent) : QTabBar(parent), m_edit(new QLineEdit(this))
{
    setDrawBase(false);
    setExpanding(false);
    setElideMode(Qt::ElideRight);
    setTabsClosable(true);
    setFocusPolicy(Qt::TabFocus);
    setIconSize({ 14, 14 });
    setAccessibleName(tr("Results"));
    m_edit->setAccessibleName(tr("New name of the result"));
    m_edit->hide();
    m_edit->installEventFilter(this);
    connect(m_edit, &QLineEdit::editingFinished, this, [this] { endRename(true); });
}

void ResultTabs::setPinned(int index, bool isPinned)
{
    setTabIcon(index, isPinned ? Icons::icon(u"pin"_s) : QIcon());
}

void ResultTabs::rename(int index)
{
    if (!isResult(index))
        return;
    m_renamed = index;
    m_edit->setText(m_names.value(index));
    QRect room = tabRect(index).adjusted(4, 3, -4, -3);
    room.setWidth(std::max(room.width(), 160));
    m_edit->setGeometry(room);
    m_edit->show();
    m_edit->raise();
    m_edit->setFocus();
    m_edit->selectAll();
}

void ResultTabs::endRename(bool isTaken)
{
    const int index = std::exchange(m_renamed, -1);
    if (index < 0)
        return;
    m_edit->hide();
    setFocus();
    if (isTaken && isResult(index))
        Q_EMIT renamed(index, m_edit->text().trimmed());
}

void ResultTabs::mouseDoubleClickEvent(QMouseEvent *event)
{
    const int index = tabAt(event->position().toPoint());
    if (event->button() == Qt::LeftButton && isResult(index))
        rename(index);
    else
        QTabBar::mouseDoubleClickEvent(event);
}

void ResultTabs::mouseReleaseEvent(QMouseEvent *event)
{
    const int index = tabAt(event->position().toPoint());
    if (event->button() == Qt::MiddleButton && index >= 0)
        Q_EMIT tabCloseRequested(index);
    else
        QTabBar::mouseReleaseEvent(event);
}

void ResultTabs::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_F2 && event->modifiers() == Qt::NoModifier && isResult(currentIndex()))
        return rename(currentIndex());
    if (event->key() == Qt::Key_Delete && currentIndex() >= 0)
        return Q_EMIT tabCloseRequested(currentIndex());
    QTabBar::keyPressEvent(event);
}

void ResultTabs::contextMenuEvent(QContextMenuEvent *event)
{
    const bool isMouse = event->reason() == QContextMenuEvent::Mouse;
    const int index = isMouse ? tabAt(event->pos()) : currentIndex();
    if (isResult(index))
        Q_EMIT menuRequested(index, isMouse ? event->globalPos() : mapToGlobal(tabRect(index).bottomLeft()));
}

bool ResultTabs::event(QEvent *event)
{
    // The window's F2 goes to an error; while a tab has the focus it is the tab's.
    if (event->type() == QEvent::ShortcutOverride && static_cast<QKeyEvent *>(event)->key() == Qt::Key_F2) {
        event->accept();
        return true;
    }
    return QTabBar::event(event);
}

bool ResultTabs::eventFilter(QObject *object, QEvent *event)
{
    if (object == m_edit && event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        endRename(false);
        return true;
    }
    return QTabBar::eventFilter(object, event);
}

} // namespace Grebe
