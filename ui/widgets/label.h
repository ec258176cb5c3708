// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "theme.h"

#include "extension/error.h"

#include <QLabel>

namespace Grebe {

/// A label for text that may come from a server: never markup, whatever it holds.
///
/// Shape      one line is elided in the middle of the window's life, with the full text in the tool tip, when
///            setElided(true); a role other than the text's colour follows the palette.
class Label : public QLabel
{
    Q_OBJECT
public:
    explicit Label(QWidget *parent = nullptr);
    explicit Label(const QString &text, QWidget *parent = nullptr);
    Label(const QString &text, Theme::Role role, QWidget *parent = nullptr);

    void setRole(Theme::Role role);
    void setElided(bool elided) { m_elided = elided; }
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void updateColor();

    int m_role = -1;
    bool m_elided = false;
    bool m_isUpdating = false;
};

/// The server's words for a title: without the `line 1:18: ` in front, which stands beside it wherever it is known.
QString errorTitle(const Error &error);

} // namespace Grebe
