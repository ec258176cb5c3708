// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "celldisplay.h"
#include "extension/resultorder.h"
#include "extension/resultstore.h"

#include <QDialog>
#include <QFutureWatcher>

#include <atomic>
#include <memory>
#include <vector>

namespace Grebe {

class Button;
class Label;
class ResultGrid;

/// The rows at which two results differ; a value.
struct RowDifferences
{
    static constexpr qsizetype kMaximumRows = 1'000'000;

    std::vector<qint64> rows; ///< ascending; the first kMaximumRows of them
    qint64 count = 0;
    qint64 comparedRows = 0;
};

/// Two results side by side, row beside row as each is sorted and filtered, scrolled in step; cells that differ are
/// marked.
///
/// Shape      columns belong together by name, and by their place where the other side lacks the name. Values are
///            compared as the engine wrote them, exactly. It works on what had come when it was opened and holds the
///            rows, so that the results' tabs may go. F3 and Shift+F3 go to the next and the last difference.
/// Thread     GUI; rows are compared in the thread pool.
/// Ownership  deletes itself when it is closed.
class CompareWindow : public QDialog
{
    Q_OBJECT
public:
    struct Side
    {
        QString title;
        std::shared_ptr<ResultStore> store;
        RowOrderPtr order;
        qint64 rowCount = 0;
        CellDisplay display;
    };

    CompareWindow(const Side &left, const Side &right, QWidget *parent = nullptr);
    ~CompareWindow() override;

    ResultGrid *leftGrid() const { return m_grids[0]; }
    ResultGrid *rightGrid() const { return m_grids[1]; }
    QString statusText() const;
    void goToDifference(bool isBackward);

private:
    QWidget *makeSide(int index);
    void mapColumns();
    void follow(int index);
    bool differs(int index, qint64 row, int source) const;
    void showDifferences();

    Side m_sides[2];
    std::vector<ColumnFormatter> m_formatters[2];
    QStringList m_names[2];
    std::vector<int> m_partners[2]; // the other side's column; -1: none
    ResultGrid *m_grids[2] {};
    Label *m_status;
    Button *m_next;
    Button *m_previous;
    QFutureWatcher<RowDifferences> m_watcher;
    std::shared_ptr<std::atomic_bool> m_stop = std::make_shared<std::atomic_bool>(false);
    RowDifferences m_differences;
    bool m_isFollowing = false;
};

} // namespace Grebe
