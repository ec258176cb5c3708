// SPDX-License-Identifier: Apache-2.0
#include "optionform.h"

#include "optionfield.h"

#include "widgets/button.h"
#include "widgets/label.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <optional>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// The options that ConnectionParameters has an accessor for are those every server is reached by.
bool isEssential(const EngineInfo &engine, const OptionInfo &option)
{
    static const QStringList names { u"host"_s, u"port"_s, u"user"_s, u"password"_s, u"SSL"_s };
    return option.isRequired || names.contains(option.name) || engine.pathOptions.contains(option.name);
}

QString rowLabel(const QList<OptionField *> &fields)
{
    QStringList parts;
    for (const OptionField *field : fields) {
        if (field->hasOwnLabel())
            continue;
        const QString label = field->option().label;
        parts += parts.isEmpty() ? label : label.left(1).toLower() + label.mid(1);
    }
    return parts.join(u", "_s);
}

} // namespace

OptionForm::OptionForm(const EngineInfo &engine, QWidget *parent) : QWidget(parent), m_engine(engine)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    auto *grid = new QGridLayout;
    grid->setContentsMargins({});
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnMinimumWidth(0, kLabelWidth - 12);
    grid->setColumnStretch(1, 1);
    layout->addLayout(grid);

    // Two texts share a line when they belong together; numbers and switches join the text before them.
    QList<OptionField *> row;
    QList<OptionInfo> rest;
    const auto flush = [&] {
        if (!row.isEmpty())
            addRow(grid, rowLabel(row), row);
        row.clear();
    };
    QList<OptionInfo> essentials;
    for (const OptionInfo &option : engine.options)
        (isEssential(engine, option) ? essentials : rest) += option;
    // A switch of the server's group (TLS) belongs beside host and port, wherever the table has it.
    std::ranges::stable_sort(essentials, {}, [](const OptionInfo &option) {
        static const QStringList order { u"host"_s, u"port"_s, u"SSL"_s, u"user"_s, u"password"_s };
        const qsizetype place = order.indexOf(option.name);
        return place < 0 ? order.size() : place;
    });
    for (const OptionInfo &option : essentials) {
        const bool joins = !row.isEmpty()
            && (option.type == OptionInfo::Type::Integer || option.type == OptionInfo::Type::Boolean
                || (row.size() == 1 && option.name == "password"_L1)
                || (engine.pathOptions.contains(option.name) && engine.pathOptions.contains(row.first()->option().name)));
        if (!joins)
            flush();
        row += addField(option);
    }
    flush();
    if (!rest.isEmpty())
        addRest(rest);
    layout->addStretch(1);
}

OptionField *OptionForm::addField(const OptionInfo &option)
{
    auto *field = new OptionField(option, this);
    m_fields.insert(option.name, field);
    connect(field, &OptionField::edited, this, [this, name = option.name] {
        showError(name, {});
        Q_EMIT edited();
    });
    return field;
}

void OptionForm::addRow(QGridLayout *grid, const QString &label, const QList<OptionField *> &fields)
{
    const int row = grid->rowCount();
    auto *caption = new Label(label, Theme::Subdued, this);
    caption->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    caption->setMinimumHeight(28);
    caption->setBuddy(fields.first());
    grid->addWidget(caption, row, 0, Qt::AlignTop);
    auto *line = new QHBoxLayout;
    line->setSpacing(8);
    for (OptionField *field : fields) {
        const bool narrow = field->option().type == OptionInfo::Type::Integer && fields.size() > 1;
        if (narrow)
            field->setFixedWidth(90);
        if (field->hasOwnLabel())
            field->setFixedHeight(28);
        line->addWidget(field, narrow || (field->hasOwnLabel() && fields.size() > 1) ? 0 : 1);
    }
    auto *cell = new QVBoxLayout;
    cell->setSpacing(4);
    cell->addLayout(line);
    for (OptionField *field : fields) {
        auto *error = new Label(QString(), Theme::Failure, this);
        error->setWordWrap(true);
        error->hide();
        error->setObjectName(u"error:"_s + field->option().name);
        m_errors.insert(field->option().name, error);
        cell->addWidget(error);
    }
    grid->addLayout(cell, row, 1);
}

void OptionForm::addRest(const QList<OptionInfo> &options)
{
    m_restCount = int(options.size());
    m_fold = new Button(Button::Quiet, this);
    m_fold->setCheckable(true);
    connect(m_fold, &QAbstractButton::toggled, this, &OptionForm::setUnfolded);
    auto *foldLine = new QHBoxLayout;
    foldLine->setContentsMargins(kLabelWidth - 4, 8, 0, 0);
    foldLine->addWidget(m_fold);
    foldLine->addStretch(1);
    static_cast<QVBoxLayout *>(layout())->addLayout(foldLine);

    m_rest = new QWidget(this);
    auto *grid = new QGridLayout(m_rest);
    grid->setContentsMargins(0, 8, 0, 0);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(8);
    grid->setColumnMinimumWidth(0, kLabelWidth - 12);
    grid->setColumnStretch(1, 1);
    QStringList groups;
    for (const OptionInfo &option : options) {
        if (!groups.contains(option.group))
            groups += option.group;
    }
    for (const QString &group : std::as_const(groups)) {
        auto *heading = new Label(group, m_rest);
        QFont bold = font();
        bold.setBold(true);
        heading->setFont(bold);
        grid->addWidget(heading, grid->rowCount(), 1);
        for (const OptionInfo &option : options) {
            if (option.group == group)
                addRow(grid, option.type == OptionInfo::Type::Boolean ? QString() : option.label, { addField(option) });
        }
    }
    static_cast<QVBoxLayout *>(layout())->addWidget(m_rest);
    QStringList named = groups.mid(0, 4);
    m_fold->setText(tr("%1… (%n options)", nullptr, m_restCount).arg(named.join(u", "_s)));
    setUnfolded(false);
}

bool OptionForm::isUnfolded() const
{
    return m_rest && !m_rest->isHidden();
}

void OptionForm::setUnfolded(bool unfolded)
{
    if (!m_rest)
        return;
    m_rest->setVisible(unfolded);
    m_fold->setChecked(unfolded);
    m_fold->setIconName(unfolded ? u"unfolded"_s : u"folded"_s);
    updateGeometry();
    Q_EMIT foldChanged(unfolded);
}

void OptionForm::setParameters(const ConnectionParameters &parameters)
{
    for (auto [name, field] : m_fields.asKeyValueRange()) {
        // TLS may follow from the scheme or the port alone: the switch shows what will be done.
        if (name == "SSL"_L1)
            field->setValue(parameters.usesTls() ? u"true"_s : u"false"_s);
        else
            field->setValue(parameters.hasValue(name) ? parameters.value(name) : QString());
        showError(name, {});
    }
}

Result<ConnectionParameters> OptionForm::parameters()
{
    ConnectionParameters result(m_engine);
    std::optional<Error> first;
    const auto refuse = [&](const OptionInfo &option, const Error &error) {
        showError(option.name, error.message);
        if (first)
            return;
        first = error;
        if (m_rest && m_rest->isAncestorOf(m_fields.value(option.name)))
            setUnfolded(true);
        m_fields.value(option.name)->setFocus();
    };
    for (const OptionInfo &option : m_engine.options) {
        OptionField *field = m_fields.value(option.name);
        showError(option.name, {});
        const QString value = field->value();
        if (const Result<void> set = result.setValue(option.name, value); !set)
            refuse(option, set.error());
        else if (value.isEmpty() && option.isRequired && option.defaultValue.isEmpty())
            refuse(option, { .code = Error::Code::InvalidArgument, .message = tr("%1 is missing.").arg(option.label) });
    }
    if (first)
        return std::unexpected(*first);
    return result;
}

void OptionForm::showError(const QString &option, const QString &text)
{
    if (Label *label = m_errors.value(option)) {
        label->setText(text);
        label->setVisible(!text.isEmpty());
    }
}

} // namespace Grebe
