// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chartdata.h"

#include <QImage>

#include <qwt_plot.h>

#include <functional>
#include <memory>
#include <optional>

class QRubberBand;
class QwtPlotGrid;
class QwtPlotMarker;

namespace Grebe {

/// Draws a ChartData: axes, series, legend; the mouse zooms and reads values.
///
/// Shape      a drag over the canvas, the wheel and + - zoom, a double click and 0 show all again. A click on the legend
///            hides a series. Text from a server is plain text everywhere.
/// Thread     GUI.
class ChartPlot : public QwtPlot
{
    Q_OBJECT
public:
    explicit ChartPlot(QWidget *parent = nullptr);

    /// `names` are those of the series. What is zoomed to stays where `keepsZoom`.
    void setData(std::shared_ptr<const ChartData> data, const QStringList &names, const QString &xTitle, const QString &yTitle,
                 bool keepsZoom);
    const ChartData *data() const { return m_data.get(); }
    void setLogarithmic(bool isLogarithmic);
    bool isLogarithmic() const { return m_isLogarithmic; }
    void setSeriesVisible(int series, bool isVisible);
    bool isSeriesVisible(int series) const;
    /// The words for a point, for a tool tip.
    void setDescription(std::function<QString(int series, const ChartData::Point &)> describe) { m_describe = std::move(describe); }

    void zoomTo(const QRectF &range); ///< in the axes' units
    void resetZoom();
    bool isZoomed() const { return m_zoom.has_value(); }
    QRectF shownRange() const;

    QImage image(qreal scale);
    QByteArray svg();
    /// The nearest point to a place on the canvas, within reach of the pointer: its words; empty for none.
    QString textAt(const QPointF &canvasPosition);

Q_SIGNALS:
    void zoomed(); ///< another part is shown

protected:
    bool eventFilter(QObject *object, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void build();
    void addBars(int series);
    void addPoints(int series);
    void updateScales();
    void updateColors();
    void updateLegend();
    QRectF fullRange() const;
    void zoomAround(const QPointF &canvasPosition, double factor);
    QPointF valueAt(const QPointF &canvasPosition) const;

    std::shared_ptr<const ChartData> m_data;
    QStringList m_names;
    QString m_xTitle, m_yTitle;
    std::vector<QwtPlotItem *> m_items; // by series; the plot owns them
    std::vector<bool> m_hidden;
    QwtPlotGrid *m_grid;
    QwtPlotMarker *m_mark = nullptr; // around the point that is spoken of
    QRubberBand *m_band;
    QPoint m_bandFrom;
    bool m_isBanding = false;
    bool m_isLogarithmic = false;
    bool m_isBuilding = false;
    QRectF m_full;
    std::optional<QRectF> m_zoom;
    std::function<QString(int, const ChartData::Point &)> m_describe;
};

} // namespace Grebe
