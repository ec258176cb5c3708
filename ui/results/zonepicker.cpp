// SPDX-License-Identifier: Apache-2.0
#include "zonepicker.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QTimeZone>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

ZonePicker::ZonePicker(QWidget *over) : QFrame(over, Qt::Popup), m_over(over)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setFrameShape(QFrame::StyledPanel);
    m_edit = new QLineEdit;
    m_edit->setPlaceholderText(tr("Time zone, such as Europe/Berlin"));
    m_edit->setAccessibleName(tr("Time zone"));
    m_edit->installEventFilter(this);
    m_list = new QListWidget;
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 6);
    layout->setSpacing(6);
    layout->addWidget(m_edit);
    layout->addWidget(m_list, 1);
    connect(m_edit, &QLineEdit::textChanged, this, &ZonePicker::fill);
    connect(m_list, &QListWidget::itemClicked, this, &ZonePicker::accept);
    fill(QString());
}

void ZonePicker::open()
{
    resize(320, 320);
    move(m_over->mapToGlobal(QPoint(m_over->width() / 2 - width() / 2, 40)));
    show();
    m_edit->setFocus();
}

void ZonePicker::fill(const QString &filter)
{
    m_list->clear();
    const QString wanted = QString(filter).replace(u' ', u'_');
    const QList<QByteArray> zones = QTimeZone::availableTimeZoneIds();
    for (const QByteArray &zone : zones) {
        const QString name = QString::fromUtf8(zone);
        if (name.contains(wanted, Qt::CaseInsensitive))
            m_list->addItem(name);
    }
    m_list->setCurrentRow(0);
}

void ZonePicker::accept()
{
    const QListWidgetItem *item = m_list->currentItem();
    if (!item)
        return;
    const QByteArray zone = item->text().toUtf8();
    close();
    Q_EMIT chosen(zone);
}

bool ZonePicker::eventFilter(QObject *object, QEvent *event)
{
    if (object != m_edit || event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(object, event);
    auto *key = static_cast<QKeyEvent *>(event);
    switch (key->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter: accept(); return true;
    case Qt::Key_Escape: close(); return true;
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown: QApplication::sendEvent(m_list, key); return true;
    default: return false;
    }
}

} // namespace Grebe
