// SPDX-License-Identifier: Apache-2.0
#include "profiledelegate.h"

#include "cellformatter.h"
#include "widgets/theme.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kBarHeight = 6;

QRect binRect(const QRect &room, int bin, int count)
{
    const int left = room.left() + int(std::lround(double(room.width()) * bin / count));
    const int right = room.left() + int(std::lround(double(room.width()) * (bin + 1) / count));
    return QRect(left, room.top(), std::max(1, right - left - (room.width() > 4 * count ? 2 : 0)), room.height());
}

} // namespace

QSize ProfileDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const int line = option.fontMetrics.height();
    switch (Kind(index.data(KindRole).toInt())) {
    case Histogram: return { 100, 82 };
    case Heading: return { 100, line + 18 };
    case Top: return { 100, line + kBarHeight + 9 };
    case Column: return { 100, 2 * line + kBarHeight + 14 };
    case Measure: break;
    }
    return { 100, index.data(ShareRole).isValid() ? line + kBarHeight + 6 : line + 5 };
}

void ProfileDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const auto kind = Kind(index.data(KindRole).toInt());
    const QPalette &palette = option.palette;
    const QColor text = palette.color(QPalette::Text);
    const QColor subdued = Theme::color(palette, Theme::Subdued);
    const QColor accent = Theme::color(palette, Theme::Accent);
    const QColor track = Theme::color(palette, Theme::Line);
    const bool isActive = index.data(ConditionRole).isValid() || index.data(ColumnRole).isValid();
    painter->save();
    if (option.state.testFlag(QStyle::State_MouseOver) && isActive)
        painter->fillRect(option.rect, Theme::color(palette, Theme::Hover));
    if (option.state.testFlag(QStyle::State_Selected) && kind != Heading && kind != Histogram)
        painter->fillRect(option.rect, Theme::color(palette, Theme::Selection));
    const QRect room = ProfileDelegate::room(option.rect);
    const QFont normal = Theme::tabularFont(option.font);
    QFont bold = option.font;
    bold.setBold(true);
    const int line = option.fontMetrics.height();

    if (kind == Histogram) {
        const auto counts = index.data(CountsRole).value<QList<qint64>>();
        const qint64 most = counts.isEmpty() ? 0 : *std::ranges::max_element(counts);
        const QRect bars = room.adjusted(0, 4, 0, -line);
        for (int bin = 0; bin < counts.size(); ++bin) {
            QRect rect = binRect(bars, bin, int(counts.size()));
            const int height = most > 0 && counts[bin] > 0 ? std::max(1, int(std::lround(double(bars.height()) * double(counts[bin]) / double(most)))) : 0;
            rect.setTop(bars.bottom() - height + 1);
            if (height > 0)
                painter->fillRect(rect, Theme::mix(palette.color(QPalette::Base), accent, 0.8));
        }
        painter->fillRect(bars.left(), bars.bottom() + 1, bars.width(), 1, track);
        const QStringList edges = index.data(EdgesRole).toStringList();
        painter->setFont(Theme::smallFont(option.font));
        painter->setPen(subdued);
        const QFontMetrics small(painter->font());
        const QRect under(bars.left(), bars.bottom() + 3, bars.width(), line);
        painter->drawText(under, Qt::AlignLeft | Qt::AlignTop, small.elidedText(edges.value(0), Qt::ElideRight, bars.width() / 2 - 4));
        painter->drawText(under, Qt::AlignRight | Qt::AlignTop,
                          small.elidedText(edges.isEmpty() ? QString() : edges.last(), Qt::ElideRight, bars.width() / 2 - 4));
    } else if (kind == Heading) {
        painter->setFont(bold);
        painter->setPen(text);
        painter->drawText(room.adjusted(0, 8, 0, -2), Qt::AlignLeft | Qt::AlignVCenter, index.data(LabelRole).toString());
    } else {
        const QString label = index.data(LabelRole).toString();
        const QString value = index.data(ValueRole).toString();
        const bool isValueFirst = kind == Top; // there the label is a value, and counts
        painter->setFont(kind == Column ? bold : normal);
        const QFontMetrics metrics(painter->font());
        const QFontMetrics valueMetrics(normal);
        QRect top(room.left(), room.top() + (kind == Column ? 5 : 2), room.width(), line);
        const int valueWidth = std::min(valueMetrics.horizontalAdvance(value) + 1, isValueFirst ? top.width() / 2 : top.width() * 3 / 4);
        const int labelWidth = top.width() - valueWidth - 10;
        painter->setPen(kind == Measure ? subdued : text);
        painter->drawText(top, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(label, Qt::ElideRight, labelWidth));
        painter->setFont(normal);
        painter->setPen(kind == Measure ? text : subdued);
        painter->drawText(top, Qt::AlignRight | Qt::AlignVCenter, valueMetrics.elidedText(value, Qt::ElideRight, valueWidth));
        int y = top.bottom() + 3;
        if (const QString hint = index.data(HintRole).toString(); !hint.isEmpty()) {
            painter->setFont(Theme::smallFont(normal));
            painter->setPen(subdued);
            painter->drawText(QRect(top.left(), y - 2, top.width(), line), Qt::AlignLeft | Qt::AlignVCenter,
                              QFontMetrics(painter->font()).elidedText(hint, Qt::ElideRight, top.width()));
        }
        if (kind == Column)
            y += line;
        if (const QVariant share = index.data(ShareRole); share.isValid()) {
            const QRect bar(top.left(), y, top.width(), kBarHeight);
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(track);
            painter->drawRoundedRect(bar, 2, 2);
            const double part = std::clamp(share.toDouble(), 0.0, 1.0);
            if (part > 0) {
                // Nulls are marked as what is missing, frequent values as what is there.
                painter->setBrush(kind == Top ? accent : Theme::color(palette, Theme::Warning));
                painter->drawRoundedRect(QRectF(bar.left(), bar.top(), std::max(2.0, bar.width() * part), bar.height()), 2, 2);
            }
        }
    }
    if (option.state.testFlag(QStyle::State_HasFocus) && kind != Heading) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->setBrush(Qt::NoBrush);
        painter->setPen(accent);
        painter->drawRect(option.rect.adjusted(0, 0, -1, -1));
    }
    painter->restore();
}

QString ProfileDelegate::binText(const QModelIndex &index, int bin)
{
    const auto counts = index.data(CountsRole).value<QList<qint64>>();
    const QStringList edges = index.data(EdgesRole).toStringList();
    if (bin < 0 || bin >= counts.size())
        return {};
    return tr("%1 to %2 · %3 rows").arg(edges.value(bin), edges.value(bin + 1), countText(counts[bin]));
}

bool ProfileDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option, const QModelIndex &index)
{
    if (index.data(KindRole).toInt() != Histogram || event->type() != QEvent::ToolTip)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    const QRect bars = room(option.rect);
    const auto count = index.data(CountsRole).value<QList<qint64>>().size();
    if (count == 0 || bars.width() <= 0)
        return false;
    const int bin = int(double(event->pos().x() - bars.left()) / bars.width() * double(count));
    QToolTip::showText(event->globalPos(), binText(index, std::clamp(bin, 0, int(count) - 1)).toHtmlEscaped(), view);
    return true;
}

} // namespace Grebe
