// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/engineinfo.h"

#include <QWidget>

class QCheckBox;
class QComboBox;
class QLineEdit;

namespace Grebe {

/// The field for one connection option, chosen by its type.
///
/// Shape      value() is the text that ConnectionParameters takes; empty stands for the default.
class OptionField : public QWidget
{
    Q_OBJECT
public:
    explicit OptionField(const OptionInfo &option, QWidget *parent = nullptr);

    const OptionInfo &option() const { return m_option; }
    QString value() const;
    void setValue(const QString &value);
    /// What a person types into; for focus and tests.
    QWidget *input() const;
    bool hasOwnLabel() const { return m_check; } ///< a check box says itself what it is

Q_SIGNALS:
    void edited();

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void browse();

    OptionInfo m_option;
    QLineEdit *m_line = nullptr;
    QCheckBox *m_check = nullptr;
    QComboBox *m_combo = nullptr;
};

} // namespace Grebe
