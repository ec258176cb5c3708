// SPDX-License-Identifier: Apache-2.0
#include "schematree.h"

#include "schemamodel.h"

#include "connections/connectionmodel.h"
#include "widgets/icons.h"

#include <QPainter>

namespace Grebe {

namespace {

constexpr int kRow = 24;
constexpr int kIcon = 16;
constexpr int kGap = 6;

} // namespace

SchemaTree::SchemaTree(QWidget *parent) : QTreeView(parent)
{
    setItemDelegate(new SchemaDelegate(this));
    setHeaderHidden(true);
    setUniformRowHeights(true);
    setFrameShape(QFrame::NoFrame);
    setExpandsOnDoubleClick(false);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setContextMenuPolicy(Qt::CustomContextMenu);
    setIndentation(18);
    setMouseTracking(true);
    viewport()->setBackgroundRole(QPalette::Window);
    viewport()->setAutoFillBackground(true);
}

void SchemaTree::drawRow(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    QTreeView::drawRow(painter, option, index);
    const int environment = index.data(SchemaModel::EnvironmentRole).toInt();
    if (environment >= 0)
        painter->fillRect(QRect(option.rect.left() + 2, option.rect.top(), 3, option.rect.height()),
                          Theme::color(palette(), environmentRole(Environment(environment))));
}

void SchemaTree::drawBranches(QPainter *painter, const QRect &rect, const QModelIndex &index) const
{
    if (!model()->hasChildren(index))
        return;
    // At the right end of its step, clear of the environment's strip.
    Icons::paint(painter, QRect(rect.right() - 14, rect.top() + (rect.height() - 16) / 2, 16, 16),
                 isExpanded(index) ? QStringLiteral("unfolded") : QStringLiteral("folded"),
                 Theme::color(palette(), Theme::Subdued));
}

void SchemaDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QPalette &palette = option.palette;
    const bool selected = option.state & QStyle::State_Selected;
    if (selected)
        painter->fillRect(option.rect, Theme::color(palette, Theme::Selection));
    else if (option.state & QStyle::State_MouseOver)
        painter->fillRect(option.rect, Theme::color(palette, Theme::Hover));

    const auto message = SchemaModel::MessageKind(index.data(SchemaModel::MessageRole).toInt());
    QColor ink = palette.color(QPalette::WindowText);
    QColor faint = Theme::color(palette, Theme::Subdued);
    if (message == SchemaModel::MessageKind::Failed)
        ink = Theme::color(palette, Theme::Failure);
    else if (message != SchemaModel::MessageKind::None)
        ink = faint;
    if (selected) // the subdued colour is made for the window's background, not for this one
        faint = Theme::mix(faint, palette.color(QPalette::WindowText), 0.4);

    QRect rect = option.rect.adjusted(2, 0, -8, 0);
    Icons::paint(painter, QRect(rect.left(), rect.top() + (rect.height() - kIcon) / 2, kIcon, kIcon),
                 index.data(SchemaModel::IconRole).toString(), ink);
    rect.setLeft(rect.left() + kIcon + kGap);

    painter->setFont(option.font);
    const QFontMetrics &metrics = option.fontMetrics;
    const QString name = metrics.elidedText(index.data().toString(), Qt::ElideRight, rect.width());
    painter->setPen(ink);
    painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine, name);
    rect.setLeft(rect.left() + metrics.horizontalAdvance(name) + kGap);
    const QString detail = index.data(SchemaModel::DetailRole).toString();
    if (!detail.isEmpty() && rect.width() > metrics.averageCharWidth() * 3) {
        painter->setPen(faint);
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                          metrics.elidedText(detail, Qt::ElideRight, rect.width()));
    }
}

QSize SchemaDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return { 100, qMax(kRow, option.fontMetrics.height() + 6) };
}

} // namespace Grebe
