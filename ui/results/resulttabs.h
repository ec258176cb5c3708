// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QTabBar>

class QLineEdit;

namespace Grebe {

/// The tabs over a result pane: results, then Messages and what else there is to see.
///
/// Shape      it shows what it is told and says what a person wants; which result a tab stands for is its owner's. Only
///            results are renamed and pinned; Messages can't be closed. F2 or a double click renames, Delete or the middle button
///            closes, the menu key or the right button asks for the menu.
/// Thread     GUI.
class ResultTabs : public QTabBar
{
    Q_OBJECT
public:
    explicit ResultTabs(QWidget *parent = nullptr);

    bool isResult(int index) const { return index >= 0 && index < m_resultCount; }
    void setResultCount(int count) { m_resultCount = count; } ///< the first so many tabs
    void setPinned(int index, bool isPinned);
    /// Opens a line over the tab; `text` is what stands in it.
    void rename(int index);
    void setNames(const QStringList &names) { m_names = names; } ///< of the results, without rows and times

Q_SIGNALS:
    void renamed(int index, const QString &name); ///< empty: as it was called at first
    void menuRequested(int index, const QPoint &globalPos);

protected:
    bool event(QEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void endRename(bool isTaken);

    QLineEdit *m_edit;
    QStringList m_names;
    int m_resultCount = 0;
    int m_renamed = -1;
};

} // namespace Grebe
