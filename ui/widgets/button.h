// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "theme.h"

#include <QAbstractButton>

#include <optional>

class QMenu;

namespace Grebe {

/// The flat buttons of session bar, dialogs and cards, drawn alike in every style.
///
/// Shape      Chip: a caption in the subdued colour, a text, an arrow when it has a menu, a square of an environment's
///            colour in front. Plain, Primary and Danger: a button with a frame. Quiet: an icon, framed under the mouse.
/// Units      24 px high (Chip, Quiet), 26 px (the others), more with a larger font.
class Button : public QAbstractButton
{
    Q_OBJECT
public:
    enum Kind { Chip, Plain, Primary, Danger, Quiet };

    explicit Button(Kind kind, QWidget *parent = nullptr);
    Button(Kind kind, const QString &text, QWidget *parent = nullptr);
    /// With an icon of resources/icons.
    Button(Kind kind, const QString &iconName, const QString &text, QWidget *parent = nullptr);

    void setCaption(const QString &caption);
    void setIconName(const QString &name);
    /// Shown below the button when it is pressed; not owned.
    void setMenu(QMenu *menu);
    void setSquare(std::optional<Theme::Role> role);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    int padding() const;
    void popUp();

    Kind m_kind;
    QString m_caption;
    QString m_iconName;
    QMenu *m_menu = nullptr;
    std::optional<Theme::Role> m_square;
};

} // namespace Grebe
