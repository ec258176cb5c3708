// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connectionparameters.h"

#include <QHash>
#include <QWidget>

class QGridLayout;

namespace Grebe {

class Button;
class Label;
class OptionField;

/// All options of one engine as fields, made from its table: what nearly everybody needs on top, the rest by group below
/// a fold.
///
/// Errors     parameters() names the option and marks its field.
class OptionForm : public QWidget
{
    Q_OBJECT
public:
    explicit OptionForm(const EngineInfo &engine, QWidget *parent = nullptr);

    void setParameters(const ConnectionParameters &parameters);
    /// Checked values of all fields, secrets too.
    Result<ConnectionParameters> parameters();
    OptionField *field(const QString &option) const { return m_fields.value(option); }
    bool isUnfolded() const;
    void setUnfolded(bool unfolded);
    static constexpr int kLabelWidth = 130;

Q_SIGNALS:
    void edited();
    void foldChanged(bool isUnfolded);

private:
    OptionField *addField(const OptionInfo &option);
    void addRow(QGridLayout *grid, const QString &label, const QList<OptionField *> &fields);
    void addRest(const QList<OptionInfo> &options);
    void showError(const QString &option, const QString &text);

    const EngineInfo &m_engine;
    QHash<QString, OptionField *> m_fields;
    QHash<QString, Label *> m_errors;
    QWidget *m_rest = nullptr;
    Button *m_fold = nullptr;
    int m_restCount = 0;
};

} // namespace Grebe
