// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QStyledItemDelegate>

namespace Grebe {

/// Draws the lines of a column's profile: histogram, measures, frequent values with their bars, columns.
class ProfileDelegate final : public QStyledItemDelegate
{
    Q_OBJECT
public:
    enum Kind { Measure, Heading, Histogram, Top, Column };
    enum Role {
        KindRole = Qt::UserRole,
        LabelRole,
        ValueRole,
        ShareRole, ///< of a bar, 0 to 1; invalid: none
        CountsRole, ///< of a histogram: QList<qint64>
        EdgesRole, ///< QStringList, one more than counts
        HintRole, ///< a second line, in small
        ConditionRole, ///< what a click filters by
        ColumnRole ///< the result's column a click goes to
    };

    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option, const QModelIndex &index) override;

    /// "974.04 to 2,048 · 12 rows"
    static QString binText(const QModelIndex &index, int bin);

private:
    static QRect room(const QRect &rect) { return rect.adjusted(4, 0, -8, 0); }
};

} // namespace Grebe
