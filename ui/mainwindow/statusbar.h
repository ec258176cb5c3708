// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "widgets/pane.h"
#include "widgets/theme.h"

#include <QStringList>

#include <optional>

namespace Grebe {

/// The strip at the window's lower edge: a coloured dot with the state in words, facts about the run, and on the right
/// what concerns selection and cursor.
class StatusBar : public Pane
{
    Q_OBJECT
public:
    explicit StatusBar(QWidget *parent = nullptr);

    /// No role: no dot, the text in the subdued colour.
    void setState(const QString &text, std::optional<Theme::Role> dot);
    void setFacts(const QStringList &facts); ///< left, after the state; empty ones are left out
    void setRight(const QStringList &facts);
    QString stateText() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_state;
    std::optional<Theme::Role> m_dot;
    QStringList m_facts;
    QStringList m_right;
};

} // namespace Grebe
