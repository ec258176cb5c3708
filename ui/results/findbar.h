// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/cellrange.h"
#include "widgets/pane.h"

#include <QFutureWatcher>
#include <QTimer>

#include <atomic>
#include <memory>

class QLineEdit;

namespace Grebe {

class Button;
class Label;
class ResultGrid;

/// The bar under the grid's header that finds a text in cells and column names.
///
/// Shape      every match is marked as one types; they are counted over all rows beside the window, the count grows while
///            it goes on. Enter goes to the next cell, Shift+Enter to the one before; a text that is only in column names
///            goes to those. Escape closes.
/// Thread     GUI; cells are read in the global thread pool, and another text or closing ends that.
class FindBar : public Pane
{
    Q_OBJECT
public:
    explicit FindBar(ResultGrid *grid);
    ~FindBar() override;

    void open();
    void close();
    QString status() const;
    bool isSearching() const;
    QSize sizeHint() const override { return { 300, 34 }; }

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void setText(const QString &text);
    void count();
    void go(bool isBackward);
    void goToColumn(bool isBackward);
    void stop();
    void showStatus();
    int matchingColumns() const;

    ResultGrid *m_grid;
    QLineEdit *m_edit;
    Label *m_status;
    QTimer m_timer;
    QFutureWatcher<Result<qint64>> m_counter;
    QFutureWatcher<Result<CellPosition>> m_finder;
    std::shared_ptr<std::atomic_bool> m_stop = std::make_shared<std::atomic_bool>(false);
    std::shared_ptr<std::atomic<qint64>> m_found = std::make_shared<std::atomic<qint64>>(0);
    QTimer m_tick;
};

} // namespace Grebe
