// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>

class QLineEdit;
class QListWidget;

namespace Grebe {

/// The list of the system's time zones that pops up over a widget: type a part of a name, Enter takes it.
///
/// Thread     GUI.
/// Ownership  deletes itself when it is closed.
class ZonePicker : public QFrame
{
    Q_OBJECT
public:
    explicit ZonePicker(QWidget *over);

    void open();

Q_SIGNALS:
    void chosen(const QByteArray &zoneName);

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void fill(const QString &filter);
    void accept();

    QWidget *m_over;
    QLineEdit *m_edit;
    QListWidget *m_list;
};

} // namespace Grebe
