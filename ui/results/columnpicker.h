// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>

class QLineEdit;
class QListWidget;

namespace Grebe {

class ResultGrid;

/// The list of a result's columns that pops up over the grid: type to filter it, Enter goes to a column, Space shows or
/// hides it.
///
/// Thread     GUI.
/// Ownership  deletes itself when it is closed.
class ColumnPicker : public QFrame
{
    Q_OBJECT
public:
    explicit ColumnPicker(ResultGrid *grid);

    void open();

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void fill(const QString &filter);
    void accept();
    void toggle();

    ResultGrid *m_grid;
    QLineEdit *m_edit;
    QListWidget *m_list;
};

} // namespace Grebe
