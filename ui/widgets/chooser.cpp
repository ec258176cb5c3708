// SPDX-License-Identifier: Apache-2.0
#include "chooser.h"

#include "theme.h"

#include <QApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kWidth = 640;
constexpr int kHeight = 420;

} // namespace

Chooser::Chooser(const QString &prompt, const QList<Line> &lines, QWidget *window) : QFrame(window, Qt::Popup), m_lines(lines)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setFrameShape(QFrame::StyledPanel);
    m_edit = new QLineEdit;
    m_edit->setPlaceholderText(prompt);
    m_edit->setAccessibleName(prompt);
    m_edit->installEventFilter(this);
    m_list = new QTreeWidget;
    m_list->setColumnCount(2);
    m_list->setHeaderHidden(true);
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setTextElideMode(Qt::ElideRight);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setAccessibleName(prompt);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_list->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(6);
    layout->addWidget(m_edit);
    layout->addWidget(m_list, 1);
    connect(m_edit, &QLineEdit::textChanged, this, &Chooser::fill);
    connect(m_list, &QTreeWidget::itemClicked, this, &Chooser::accept);
    fill();
}

void Chooser::open()
{
    const QWidget *window = parentWidget();
    const QSize size(std::min(kWidth, window->width() - 32), std::min(kHeight, window->height() - 96));
    resize(size);
    move(window->mapToGlobal(QPoint((window->width() - size.width()) / 2, 64)));
    show();
    m_edit->setFocus();
}

QStringList Chooser::shownTexts() const
{
    QStringList texts;
    for (int i = 0; i < m_list->topLevelItemCount(); ++i)
        texts += m_list->topLevelItem(i)->text(0);
    return texts;
}

void Chooser::fill()
{
    m_list->clear();
    const QStringList words = m_edit->text().split(u' ', Qt::SkipEmptyParts);
    const QColor subdued = Theme::color(palette(), Theme::Subdued);
    QList<QTreeWidgetItem *> items;
    for (qsizetype i = 0; i < m_lines.size(); ++i) {
        const Line &line = m_lines.at(i);
        const bool fits = std::ranges::all_of(words, [&](const QString &word) {
            return line.text.contains(word, Qt::CaseInsensitive) || line.remark.contains(word, Qt::CaseInsensitive);
        });
        if (!fits)
            continue;
        auto *item = new QTreeWidgetItem({ line.text, line.remark });
        item->setData(0, Qt::UserRole, i);
        item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
        item->setForeground(1, subdued);
        if (!line.isEnabled)
            item->setForeground(0, subdued);
        if (!line.toolTip.isEmpty())
            item->setToolTip(0, line.toolTip.toHtmlEscaped().replace(u'\n', u"<br>"_s));
        items += item;
    }
    if (items.isEmpty()) {
        auto *nothing = new QTreeWidgetItem({ m_lines.isEmpty() ? tr("Nothing yet") : tr("Nothing has these words"), QString() });
        nothing->setFlags(Qt::NoItemFlags);
        items += nothing;
    }
    m_list->addTopLevelItems(items);
    if (items.first()->flags().testFlag(Qt::ItemIsSelectable))
        m_list->setCurrentItem(items.first());
}

void Chooser::accept()
{
    const QTreeWidgetItem *item = m_list->currentItem();
    if (!item || !item->flags().testFlag(Qt::ItemIsSelectable))
        return;
    const Line line = m_lines.at(item->data(0, Qt::UserRole).toLongLong());
    if (!line.isEnabled)
        return;
    close();
    line.take();
}

bool Chooser::eventFilter(QObject *object, QEvent *event)
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
