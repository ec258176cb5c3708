// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QWidget>

namespace Grebe {

/// A strip of the window with a one-pixel line at one edge, in the window's or the base colour.
class Pane : public QWidget
{
    Q_OBJECT
public:
    enum Edge { NoLine, LineAbove, LineBelow };

    explicit Pane(Edge edge, QWidget *parent = nullptr, QPalette::ColorRole background = QPalette::Window);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Edge m_edge;
    QPalette::ColorRole m_background;
};

} // namespace Grebe
