// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultwriter.h"

#include <QJsonObject>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLineEdit;
class QSpinBox;

namespace Grebe {

/// The fields for how a format is written; only those that the format has a use for are shown.
///
/// Thread     GUI.
class ExportOptions : public QWidget
{
    Q_OBJECT
public:
    explicit ExportOptions(QWidget *parent = nullptr);

    void setFormat(const QString &formatId);
    WriteOptions options() const;
    bool guardsFormulas() const;
    void setTable(const QString &name);
    /// What is remembered from one export to the next; all formats share it, the table's name is not in it.
    QJsonObject state() const;
    void setState(const QJsonObject &state);

Q_SIGNALS:
    void edited();

private:
    struct Row
    {
        QList<QWidget *> widgets;
        QStringList formats;
    };
    void addRow(const QString &caption, QWidget *field, const QStringList &formats);

    QGridLayout *m_grid;
    QList<Row> m_rows;
    QString m_formatId;
    QComboBox *m_delimiter;
    QComboBox *m_encoding;
    QComboBox *m_lineEnd;
    QComboBox *m_fullSheet;
    QLineEdit *m_null;
    QLineEdit *m_table;
    QSpinBox *m_rowsPerInsert;
    QCheckBox *m_header;
    QCheckBox *m_quotesAll;
    QCheckBox *m_guard;
};

} // namespace Grebe
