// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QFrame>

#include <functional>

class QLineEdit;
class QTreeWidget;

namespace Grebe {

/// A list that pops up over a window: typing filters it by words in any order, Enter or a click takes a line.
///
/// Thread     GUI.
/// Ownership  deletes itself when it is closed.
class Chooser : public QFrame
{
    Q_OBJECT
public:
    struct Line
    {
        QString text; ///< shown on one line, elided; never markup
        QString remark {}; ///< at the right, subdued: a key, a time
        QString toolTip {}; ///< plain text
        bool isEnabled = true;
        std::function<void()> take; ///< runs when the list has been closed
    };

    Chooser(const QString &prompt, const QList<Line> &lines, QWidget *window);

    void open();
    QStringList shownTexts() const; ///< for tests

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void fill();
    void accept();

    QList<Line> m_lines;
    QLineEdit *m_edit;
    QTreeWidget *m_list;
};

} // namespace Grebe
