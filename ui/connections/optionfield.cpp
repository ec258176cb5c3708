// SPDX-License-Identifier: Apache-2.0
#include "optionfield.h"

#include "widgets/button.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>

using namespace Qt::StringLiterals;

namespace Grebe {

OptionField::OptionField(const OptionInfo &option, QWidget *parent) : QWidget(parent), m_option(option)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(8);
    switch (option.type) {
    case OptionInfo::Type::Boolean:
        m_check = new QCheckBox(option.label, this);
        m_check->setChecked(option.defaultValue == "true"_L1);
        connect(m_check, &QCheckBox::toggled, this, &OptionField::edited);
        break;
    case OptionInfo::Type::Choice:
        m_combo = new QComboBox(this);
        m_combo->addItems(option.choices);
        m_combo->setCurrentText(option.defaultValue);
        m_combo->setFocusPolicy(Qt::StrongFocus);
        m_combo->installEventFilter(this);
        connect(m_combo, &QComboBox::currentTextChanged, this, &OptionField::edited);
        break;
    default:
        m_line = new QLineEdit(this);
        m_line->setPlaceholderText(option.defaultValue);
        if (option.isSecret)
            m_line->setEchoMode(QLineEdit::Password);
        connect(m_line, &QLineEdit::textEdited, this, &OptionField::edited);
        break;
    }
    input()->setToolTip(u"<qt>%1</qt>"_s.arg(option.help.toHtmlEscaped()));
    input()->setAccessibleName(option.label);
    input()->setAccessibleDescription(option.help);
    input()->setObjectName(option.name);
    setFocusProxy(input());
    layout->addWidget(input(), m_check ? 0 : 1);
    if (option.type == OptionInfo::Type::FilePath) {
        auto *choose = new Button(Button::Plain, tr("Choose…"), this);
        connect(choose, &QAbstractButton::clicked, this, &OptionField::browse);
        layout->addWidget(choose);
    }
}

QWidget *OptionField::input() const
{
    return m_check ? static_cast<QWidget *>(m_check) : m_combo ? static_cast<QWidget *>(m_combo) : m_line;
}

QString OptionField::value() const
{
    QString value = m_line ? m_line->text()
                           : m_combo ? m_combo->currentText() : m_check->isChecked() ? u"true"_s : u"false"_s;
    if (m_line && !m_option.isSecret)
        value = value.trimmed();
    // What equals the default is not said, so that a later default of the engine holds.
    return value == m_option.defaultValue ? QString() : value;
}

void OptionField::setValue(const QString &value)
{
    if (m_line)
        m_line->setText(value == m_option.defaultValue ? QString() : value);
    else if (m_combo)
        m_combo->setCurrentText(value.isEmpty() ? m_option.defaultValue : value);
    else
        m_check->setChecked((value.isEmpty() ? m_option.defaultValue : value) == "true"_L1);
}

// Who scrolls the form must not choose on the way, least of all how certificates are checked.
bool OptionField::eventFilter(QObject *object, QEvent *event)
{
    if (event->type() != QEvent::Wheel)
        return QWidget::eventFilter(object, event);
    event->ignore();
    return true;
}

void OptionField::browse()
{
    auto *dialog = new QFileDialog(this, m_option.label, m_line->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setLabelText(QFileDialog::Accept, tr("Choose"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &fileName) {
        m_line->setText(fileName);
        Q_EMIT edited();
    });
    dialog->open();
}

} // namespace Grebe
