// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "widgets/theme.h"

#include <QTabBar>

#include <optional>

namespace Grebe {

/// The editors' tabs: name, a dot when not saved, a ring while running, the environment's colour along the top of the
/// current one, a cross under the mouse; behind the last, a plus.
class EditorTabBar : public QTabBar
{
    Q_OBJECT
public:
    struct Mark
    {
        bool isModified = false;
        bool isRunning = false;
        Theme::Role environment = Theme::Dev;
        friend bool operator==(const Mark &, const Mark &) = default;
    };

    explicit EditorTabBar(QWidget *parent = nullptr);

    void setMark(int index, const Mark &mark);
    Mark mark(int index) const;
    QSize sizeHint() const override;

Q_SIGNALS:
    void newTabRequested();

protected:
    QSize tabSizeHint(int index) const override;
    QSize minimumTabSizeHint(int index) const override;
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    QRect closeRect(int index) const;
    QRect plusRect() const;

    QPoint m_mouse { -1, -1 };
    int m_pressedClose = -1;
};

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::EditorTabBar::Mark)
