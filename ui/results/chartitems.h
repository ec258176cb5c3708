// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QBrush>

#include <qwt_plot_curve.h>
#include <qwt_plot_item.h>

#include <vector>

namespace Grebe {

/// A line with gaps where y is NaN; a point alone between two gaps is a dot.
class ChartLine final : public QwtPlotCurve
{
public:
    using QwtPlotCurve::QwtPlotCurve;

    void drawSeries(QPainter *painter, const QwtScaleMap &xMap, const QwtScaleMap &yMap, const QRectF &canvas, int from,
                    int to) const override;
};

/// The bars of one series: of categories or of a histogram.
class ChartBars final : public QwtPlotItem
{
public:
    struct Bar
    {
        double left = 0;
        double right = 0;
        double value = 0; ///< NaN: none
    };

    ChartBars(const QString &title, const QBrush &brush);

    void setBars(const std::vector<Bar> &bars) { m_bars = bars; }
    const std::vector<Bar> &bars() const { return m_bars; }

    int rtti() const override { return QwtPlotItem::Rtti_PlotUserItem; }
    void draw(QPainter *painter, const QwtScaleMap &xMap, const QwtScaleMap &yMap, const QRectF &canvas) const override;
    QwtGraphic legendIcon(int index, const QSizeF &size) const override;

private:
    QBrush m_brush;
    std::vector<Bar> m_bars;
};

} // namespace Grebe
