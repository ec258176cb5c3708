// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "theme.h"

#include <QWidget>

#include <optional>

namespace Grebe {

/// A choice of few, side by side, one of them taken; arrows move it.
class Segmented : public QWidget
{
    Q_OBJECT
public:
    explicit Segmented(QWidget *parent = nullptr);

    /// `role` is the colour of the text while it is chosen.
    void addSegment(const QString &text, std::optional<Theme::Role> role = {});
    void setSegments(const QStringList &texts); ///< instead of those that were there; says nothing of the change
    int currentIndex() const { return m_current; }
    void setCurrentIndex(int index);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void currentChanged(int index);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QRect segmentRect(int index) const;

    struct Segment
    {
        QString text;
        std::optional<Theme::Role> role;
    };
    QList<Segment> m_segments;
    int m_current = 0;
};

} // namespace Grebe
