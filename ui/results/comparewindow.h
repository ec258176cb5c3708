// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultgrid.h"
#include "rowmatcher.h"

#include <QDialog>
#include <QFutureWatcher>

#include <optional>
#include <vector>

class QCheckBox;
class QMenu;

namespace Grebe {

class Button;
class Label;

/// Two results side by side, scrolled in step, their rows matched by key columns or row beside row; what differs is marked.
///
/// Shape      columns belong together by name, and by their place where the other side lacks the name; the right side has
///            them in the left's order and width. Values are compared as the engine wrote them, exactly. Rows are matched
///            by matchRows(), whose own choice of keys a person can change. It works on what had come when it was opened
///            and holds the rows, so that the results' tabs may go. F3 and Shift+F3 go to the next and the last difference.
/// Thread     GUI; rows are matched and compared in the thread pool, and that can be stopped. Until it is done, rows stand
///            beside each other as they are, without marks.
/// Ownership  deletes itself when it is closed.
class CompareWindow : public QDialog
{
    Q_OBJECT
public:
    using Side = ComparedSide;

    CompareWindow(const Side &left, const Side &right, QWidget *parent = nullptr);
    ~CompareWindow() override;

    ResultGrid *leftGrid() const { return m_grids[0]; }
    ResultGrid *rightGrid() const { return m_grids[1]; }
    QString statusText() const;
    void goToDifference(bool isBackward);
    /// The left side's columns to match rows by; none: row beside row. Begins anew.
    void setKeys(const std::optional<QList<int>> &keys);
    const QList<int> &keys() const { return m_match.keys; } ///< that were matched by
    void setDifferencesOnly(bool isWanted);
    bool isMatching() const { return m_watcher.isRunning(); }
    void stop();

private:
    QWidget *makeSide(int index);
    void mapColumns();
    void arrangeColumns();
    void follow(int index);
    void followWidths(int index);
    void copy(int index, bool withHeader);
    ResultGrid::CellMark mark(int index, qint64 row, int source) const;
    void showMatch();
    void showRows();
    void showStatus(const QString &text);
    void fillKeyMenu();
    void toggleKey(int column);
    QString resultText() const;

    Side m_sides[2];
    std::vector<ColumnFormatter> m_formatters[2];
    QStringList m_names[2];
    std::vector<int> m_partners[2]; // the other side's column; -1: none
    ResultGrid *m_grids[2] {};
    Label *m_status;
    Button *m_key;
    QMenu *m_keyMenu;
    QCheckBox *m_onlyDifferences;
    Button *m_stop;
    Button *m_next;
    Button *m_previous;
    QFutureWatcher<RowMatch> m_watcher;
    RowMatch m_match;
    bool m_isMatched = false;
    bool m_isFollowing = false;
};

} // namespace Grebe
