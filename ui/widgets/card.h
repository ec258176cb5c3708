// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAbstractButton>

namespace Grebe {

/// A large button: icon, heading, a few lines of what it does.
class Card : public QAbstractButton
{
    Q_OBJECT
public:
    Card(const QString &iconName, const QString &heading, const QString &description, QWidget *parent = nullptr);

    QSize sizeHint() const override;
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QFont headingFont() const;

    QString m_iconName;
    QString m_heading;
    QString m_description;
};

/// A large button that shows one line of SQL in the editor's font, with its key at the right.
class CodeCard : public QAbstractButton
{
    Q_OBJECT
public:
    CodeCard(const QString &sql, const QString &hint, QWidget *parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_sql;
    QString m_hint;
};

} // namespace Grebe
