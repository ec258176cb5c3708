// SPDX-License-Identifier: Apache-2.0
#include "columnpicker.h"

#include "cellformatter.h"
#include "resultgrid.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

ColumnPicker::ColumnPicker(ResultGrid *grid) : QFrame(grid, Qt::Popup), m_grid(grid)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setFrameShape(QFrame::StyledPanel);
    m_edit = new QLineEdit;
    m_edit->setPlaceholderText(tr("Go to column"));
    m_edit->setAccessibleName(m_edit->placeholderText());
    m_edit->installEventFilter(this);
    m_list = new QListWidget;
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setUniformItemSizes(true);
    m_list->setFocusPolicy(Qt::NoFocus);
    auto *hint = new Label(tr("Enter goes there · Ctrl+Space shows or hides"), Theme::Subdued);
    hint->setFont(Theme::smallFont(font()));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 6);
    layout->setSpacing(6);
    layout->addWidget(m_edit);
    layout->addWidget(m_list, 1);
    layout->addWidget(hint);
    connect(m_edit, &QLineEdit::textChanged, this, &ColumnPicker::fill);
    connect(m_list, &QListWidget::itemClicked, this, &ColumnPicker::accept);
    fill(QString());
}

void ColumnPicker::open()
{
    resize(320, std::clamp(m_list->count() * 22 + 90, 160, 360));
    move(m_grid->viewport()->mapToGlobal(QPoint(m_grid->viewport()->width() / 2 - width() / 2, 40)));
    show();
    m_edit->setFocus();
}

void ColumnPicker::fill(const QString &filter)
{
    m_list->clear();
    const int count = m_grid->layout().sourceCount();
    for (int source = 0; source < count; ++source) {
        const QString name = m_grid->sourceColumnName(source);
        if (!filter.isEmpty() && !name.contains(filter, Qt::CaseInsensitive))
            continue;
        const bool isHidden = m_grid->layout().isHidden(source);
        auto *item = new QListWidgetItem(singleLine(name) + (isHidden ? tr(" · hidden") : QString()));
        item->setData(Qt::UserRole, source);
        if (isHidden)
            item->setForeground(Theme::color(palette(), Theme::Subdued));
        m_list->addItem(item);
        if (source == (m_grid->currentColumn() >= 0 ? m_grid->sourceColumn(m_grid->currentColumn()) : 0))
            m_list->setCurrentItem(item);
    }
    if (!m_list->currentItem() || !filter.isEmpty())
        m_list->setCurrentRow(0);
}

void ColumnPicker::accept()
{
    const QListWidgetItem *item = m_list->currentItem();
    if (!item)
        return;
    const int source = item->data(Qt::UserRole).toInt();
    if (m_grid->layout().isHidden(source))
        toggle();
    ResultGrid *grid = m_grid;
    close();
    grid->setCurrentCell(grid->currentRow(), grid->layout().shown(source));
    grid->setFocus();
}

void ColumnPicker::toggle()
{
    const QListWidgetItem *item = m_list->currentItem();
    if (!item)
        return;
    const int source = item->data(Qt::UserRole).toInt();
    const int row = m_list->currentRow();
    if (m_grid->layout().isHidden(source))
        m_grid->showColumn(source);
    else
        m_grid->hideColumn(m_grid->layout().shown(source));
    fill(m_edit->text());
    m_list->setCurrentRow(row);
}

bool ColumnPicker::eventFilter(QObject *object, QEvent *event)
{
    if (object != m_edit || event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(object, event);
    auto *key = static_cast<QKeyEvent *>(event);
    switch (key->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        accept();
        return true;
    case Qt::Key_Escape:
        close();
        return true;
    case Qt::Key_Space:
        if (!key->modifiers().testFlag(Qt::ControlModifier))
            return false;
        toggle();
        return true;
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
        QApplication::sendEvent(m_list, key);
        return true;
    default:
        return false;
    }
}

} // namespace Grebe
