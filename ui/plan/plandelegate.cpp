// SPDX-License-Identifier: Apache-2.0
#include "plandelegate.h"

#include "planmodel.h"

#include "widgets/theme.h"

#include <QPainter>

namespace Grebe {

namespace {

constexpr int kRow = 24;
constexpr int kGap = 8;

} // namespace

void PlanDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QPalette &palette = option.palette;
    const bool selected = option.state & QStyle::State_Selected;
    if (selected)
        painter->fillRect(option.rect, Theme::color(palette, Theme::Selection));
    else if (option.state & QStyle::State_MouseOver)
        painter->fillRect(option.rect, Theme::color(palette, Theme::Hover));
    QColor faint = Theme::color(palette, Theme::Subdued);
    if (selected) // the subdued colour is made for the base, not for this one
        faint = Theme::mix(faint, palette.color(QPalette::Text), 0.4);
    QRect rect = option.rect.adjusted(4, 0, -kGap, 0);
    const QString text = index.data().toString();

    if (const QVariant share = index.data(PlanModel::ShareRole); share.isValid()) {
        const int room = rect.width() - option.fontMetrics.horizontalAdvance(QStringLiteral("100.0 %")) - kGap;
        if (room > 20) {
            const QRect whole(rect.left(), rect.center().y() - 3, room, 7);
            painter->fillRect(whole, Theme::color(palette, Theme::Line));
            const int width = qBound(0, int(share.toDouble() * room + 0.5), room);
            painter->fillRect(QRect(whole.left(), whole.top(), width, whole.height()), Theme::color(palette, Theme::Accent));
        }
    }
    if (index.data(Qt::TextAlignmentRole).toInt() & Qt::AlignRight) {
        painter->setFont(Theme::tabularFont(option.font));
        painter->setPen(index.data(PlanModel::IsMisjudgedRole).toBool() ? Theme::color(palette, Theme::Warning) : palette.color(QPalette::Text));
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine, text);
        return;
    }
    painter->setFont(option.font);
    painter->setPen(palette.color(QPalette::Text));
    const QString name = option.fontMetrics.elidedText(text, Qt::ElideRight, rect.width());
    painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, name);
    rect.setLeft(rect.left() + option.fontMetrics.horizontalAdvance(name) + kGap);
    const QString detail = index.data(PlanModel::DetailRole).toString();
    if (!detail.isEmpty() && rect.width() > option.fontMetrics.averageCharWidth() * 4) {
        painter->setPen(faint);
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, option.fontMetrics.elidedText(detail, Qt::ElideRight, rect.width()));
    }
}

QSize PlanDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QSize size = QStyledItemDelegate::sizeHint(option, index);
    return { size.width() + 14, qMax(kRow, option.fontMetrics.height() + 6) };
}

} // namespace Grebe
