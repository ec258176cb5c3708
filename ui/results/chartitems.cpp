// SPDX-License-Identifier: Apache-2.0
#include "chartitems.h"

#include <QPainter>

#include <qwt_graphic.h>
#include <qwt_scale_map.h>
#include <qwt_text.h>

#include <cmath>

namespace Grebe {

void ChartLine::drawSeries(QPainter *painter, const QwtScaleMap &xMap, const QwtScaleMap &yMap, const QRectF &canvas, int from,
                           int to) const
{
    const int end = to < 0 ? int(dataSize()) : to + 1;
    for (int first = from; first < end;) {
        if (std::isnan(sample(first).y())) {
            ++first;
            continue;
        }
        int last = first;
        while (last + 1 < end && !std::isnan(sample(last + 1).y()))
            ++last;
        if (last > first) {
            QwtPlotCurve::drawSeries(painter, xMap, yMap, canvas, first, last);
        } else {
            const QPointF point(xMap.transform(sample(first).x()), yMap.transform(sample(first).y()));
            painter->save();
            painter->setPen(Qt::NoPen);
            painter->setBrush(pen().color());
            painter->drawEllipse(point, 2.5, 2.5);
            painter->restore();
        }
        first = last + 1;
    }
}

ChartBars::ChartBars(const QString &title, const QBrush &brush) : QwtPlotItem(QwtText(title, QwtText::PlainText)), m_brush(brush)
{
    setItemAttribute(QwtPlotItem::Legend, true);
    setZ(20);
}

void ChartBars::draw(QPainter *painter, const QwtScaleMap &xMap, const QwtScaleMap &yMap, const QRectF &canvas) const
{
    // On a log scale bars stand on the lower edge: there is no 0.
    const bool hasZero = !yMap.transformation();
    const double base = hasZero ? yMap.transform(0) : canvas.bottom();
    for (const Bar &bar : m_bars) {
        if (std::isnan(bar.value) || (!hasZero && bar.value <= 0))
            continue;
        double left = xMap.transform(bar.left);
        double right = xMap.transform(bar.right);
        // Edges on whole pixels are sharp, and a blank between bars shows where one ends.
        if (right - left > 6) {
            left = std::round(left) + 1;
            right = std::round(right);
        }
        const QRectF rect = QRectF(QPointF(left, std::round(yMap.transform(bar.value))), QPointF(std::max(right, left + 1), std::round(base)))
                                .normalized()
                                .intersected(canvas.adjusted(0, -1, 0, 1));
        if (!rect.isEmpty())
            painter->fillRect(rect, m_brush);
        else if (bar.value != 0 && rect.width() > 0) // a sliver is still something
            painter->fillRect(QRectF(rect.left(), base - 1, rect.width(), 1), m_brush);
    }
}

QwtGraphic ChartBars::legendIcon(int, const QSizeF &size) const
{
    QwtGraphic icon;
    icon.setDefaultSize(size);
    QPainter painter(&icon);
    painter.fillRect(QRectF(QPointF(), size), m_brush);
    return icon;
}

} // namespace Grebe
