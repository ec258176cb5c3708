// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chartdata.h"

#include "extension/columnformatter.h"

#include <QFutureWatcher>
#include <QTimer>
#include <QWidget>

#include <atomic>
#include <map>
#include <memory>
#include <optional>

class QCheckBox;
class QMenu;
class QStackedWidget;

namespace Grebe {

class Button;
class ChartPlot;
class Label;
class ResultGrid;
class Segmented;

/// The chart beside the grid: what is drawn, of which columns, and out to a picture.
///
/// Shape      open() draws the selection, or all that is shown when one cell is selected; then it follows the rows that
///            arrive. What a person chose of kind and columns stays while the cells have it.
/// Errors     in words in the chart's place.
/// Thread     GUI; rows are read in the global thread pool.
class ChartView : public QWidget
{
    Q_OBJECT
public:
    explicit ChartView(ResultGrid *grid, QWidget *parent = nullptr);
    ~ChartView() override;

    void open();
    bool isOfSelection() const { return !m_followsAll; }
    /// open() would draw other cells than are drawn.
    bool wouldChange() const;
    /// Rows came, or another order: drawn again after a moment where all are drawn.
    void refresh();
    void clear(); ///< lets go of the result

    ChartPlot *plot() const { return m_plot; }
    const ChartData *data() const { return m_data.get(); }
    const ChartRequest &request() const { return m_request; }
    bool isWorking() const { return m_watcher.isRunning(); }
    QString messageText() const; ///< what stands in the chart's place; empty: the chart
    QString noteText() const;

    void setKind(ChartKind kind);
    void setX(int column);
    void setSeries(const QList<int> &columns);
    void setFold(ChartFold fold);
    void setLogarithmic(bool isLogarithmic);
    /// PNG or SVG as its name ends. An empty text, or what went wrong.
    QString save(const QString &fileName);
    void copyImage() const;

    QSize sizeHint() const override { return { 420, 300 }; }

Q_SIGNALS:
    void closeRequested();
    void changed(); ///< drawn anew

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    CellRange wantedCells(bool *isAll) const;
    void start();
    void take();
    void draw(const ChartData &data);
    void say(const QString &message);
    void updateControls();
    void fillXMenu();
    void fillSeriesMenu();
    void askForFile(const QString &suffix);
    QString columnName(int column) const;
    QString valueText(int column, qint64 row) const;
    QString describe(int series, const ChartData::Point &point) const;

    ResultGrid *m_grid;
    Segmented *m_kinds;
    QCheckBox *m_log;
    Button *m_all;
    Button *m_x;
    Button *m_y;
    Button *m_fold;
    QMenu *m_xMenu;
    QMenu *m_yMenu;
    QStackedWidget *m_stack;
    ChartPlot *m_plot;
    Label *m_message;
    Label *m_note;
    ChartRequest m_request;
    std::shared_ptr<const ChartData> m_data;
    std::map<int, ColumnFormatter> m_formatters; // of the columns that are drawn
    std::shared_ptr<std::atomic_bool> m_stop;
    QFutureWatcher<Result<ChartData>> m_watcher;
    QTimer m_refreshTimer;
    QTimer m_slowTimer;
    bool m_followsAll = true;
    bool m_keepsZoom = false;
    bool m_isStale = false; // rows came while it worked
};

} // namespace Grebe
