// SPDX-License-Identifier: Apache-2.0
#include "chartplot.h"

#include "chartitems.h"
#include "chartscales.h"
#include "widgets/theme.h"

#include <QBuffer>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QRubberBand>
#include <QScopedValueRollback>
#include <QSvgGenerator>
#include <QToolTip>

#include <qwt_date_scale_engine.h>
#include <qwt_legend.h>
#include <qwt_legend_label.h>
#include <qwt_plot_canvas.h>
#include <qwt_plot_grid.h>
#include <qwt_plot_layout.h>
#include <qwt_plot_marker.h>
#include <qwt_plot_renderer.h>
#include <qwt_scale_engine.h>
#include <qwt_scale_map.h>
#include <qwt_scale_widget.h>
#include <qwt_symbol.h>
#include <qwt_text.h>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr double kReach = 24; // pixels from the pointer to a point it speaks of
constexpr double kBarShare = 0.8; // of a category's room
constexpr int kSymbolsUpTo = 80; // points of a line that are marked

QwtText plainText(const QString &text, const QFont &font, const QColor &color)
{
    QwtText out(text, QwtText::PlainText);
    out.setFont(font);
    out.setColor(color);
    return out;
}

bool isBars(ChartKind kind)
{
    return kind == ChartKind::Bar || kind == ChartKind::Histogram;
}

} // namespace

ChartPlot::ChartPlot(QWidget *parent) : QwtPlot(parent)
{
    auto *canvas = new QwtPlotCanvas;
    canvas->setFrameStyle(QFrame::NoFrame);
    canvas->setFocusPolicy(Qt::NoFocus);
    setCanvas(canvas);
    setFocusPolicy(Qt::StrongFocus);
    setAutoReplot(false);
    setAutoFillBackground(true);
    setContentsMargins(4, 6, 16, 2); // half of a label beyond the last tick
    plotLayout()->setAlignCanvasToScales(true);
    m_grid = new QwtPlotGrid;
    m_grid->enableX(false);
    m_grid->attach(this);
    m_mark = new QwtPlotMarker;
    m_mark->setZ(100);
    m_mark->setVisible(false);
    m_mark->attach(this);
    m_band = new QRubberBand(QRubberBand::Rectangle, canvas);
    canvas->setMouseTracking(true);
    canvas->installEventFilter(this);
    for (const QwtAxisId axis : { QwtAxis::YLeft, QwtAxis::XBottom })
        axisWidget(axis)->setMargin(2);
    updateColors();
}

void ChartPlot::setData(std::shared_ptr<const ChartData> data, const QStringList &names, const QString &xTitle,
                        const QString &yTitle, bool keepsZoom)
{
    m_data = std::move(data);
    if (names != m_names)
        m_hidden.assign(size_t(names.size()), false);
    m_names = names;
    m_xTitle = xTitle;
    m_yTitle = yTitle;
    if (!keepsZoom)
        m_zoom.reset();
    build();
}

void ChartPlot::setLogarithmic(bool isLogarithmic)
{
    if (m_isLogarithmic == isLogarithmic)
        return;
    m_isLogarithmic = isLogarithmic;
    m_zoom.reset();
    if (m_data)
        build();
}

void ChartPlot::setSeriesVisible(int series, bool isVisible)
{
    m_hidden[size_t(series)] = !isVisible;
    m_items[size_t(series)]->setVisible(isVisible);
    updateLegend();
    replot();
}

bool ChartPlot::isSeriesVisible(int series) const
{
    return !m_hidden[size_t(series)];
}

void ChartPlot::build()
{
    m_mark->setVisible(false);
    for (QwtPlotItem *item : m_items)
        delete item; // which detaches it
    m_items.clear();
    for (int series = 0; series < int(m_data->series.size()); ++series) {
        if (isBars(m_data->request.kind))
            addBars(series);
        else
            addPoints(series);
        m_items.back()->setVisible(!m_hidden[size_t(series)]);
        m_items.back()->setRenderHint(QwtPlotItem::RenderAntialiased, !isBars(m_data->request.kind));
        m_items.back()->attach(this);
    }
    if (!m_zoom)
        m_full = fullRange();
    updateLegend();
    updateScales();
    updateColors();
    replot();
}

void ChartPlot::addBars(int series)
{
    const bool isHistogram = m_data->request.kind == ChartKind::Histogram;
    const int count = int(m_data->series.size());
    QColor color = Theme::seriesColor(palette(), series);
    if (isHistogram && count > 1)
        color.setAlphaF(0.55f);
    auto *item = new ChartBars(m_names.value(series), color);
    std::vector<ChartBars::Bar> bars;
    for (const ChartData::Point &point : m_data->series[size_t(series)].points) {
        if (isHistogram) {
            bars.push_back({ point.x, point.x + m_data->binWidth, point.y > 0 ? point.y : qQNaN() });
        } else {
            const double left = point.x - kBarShare / 2 + kBarShare * series / count;
            bars.push_back({ left, left + kBarShare / count, point.y });
        }
    }
    item->setBars(bars);
    m_items.push_back(item);
}

void ChartPlot::addPoints(int series)
{
    const bool isLine = m_data->request.kind == ChartKind::Line;
    const std::vector<ChartData::Point> &points = m_data->series[size_t(series)].points;
    QColor color = Theme::seriesColor(palette(), series);
    auto *item = new ChartLine(QwtText(m_names.value(series), QwtText::PlainText));
    QList<QPointF> samples;
    samples.reserve(qsizetype(points.size()));
    for (const ChartData::Point &point : points)
        samples.append({ point.x, m_isLogarithmic && point.y <= 0 ? qQNaN() : point.y });
    item->setSamples(samples);
    item->setStyle(isLine ? QwtPlotCurve::Lines : QwtPlotCurve::NoCurve);
    item->setPaintAttribute(QwtPlotCurve::ClipPolygons, true);
    item->setPaintAttribute(QwtPlotCurve::FilterPoints, isLine);
    item->setPen(color, m_data->isReduced ? 1.0 : 1.6);
    item->setLegendAttribute(isLine ? QwtPlotCurve::LegendShowLine : QwtPlotCurve::LegendShowSymbol, true);
    if (!isLine || points.size() <= kSymbolsUpTo) {
        // Shapes tell series apart where colours don't.
        constexpr QwtSymbol::Style kShapes[] = { QwtSymbol::Ellipse, QwtSymbol::Rect, QwtSymbol::UTriangle, QwtSymbol::Diamond,
                                                 QwtSymbol::DTriangle, QwtSymbol::Hexagon, QwtSymbol::Star2, QwtSymbol::Cross };
        const bool isDense = points.size() > 5000;
        QColor fill = color;
        if (!isLine)
            fill.setAlphaF(isDense ? 0.45f : 0.7f);
        const QwtSymbol::Style shape = kShapes[series % int(std::size(kShapes))];
        item->setSymbol(new QwtSymbol(shape, fill, shape == QwtSymbol::Cross || shape == QwtSymbol::Star2 ? QPen(color) : QPen(Qt::NoPen),
                                      isDense ? QSize(3, 3) : isLine ? QSize(5, 5) : QSize(7, 7)));
    }
    m_items.push_back(item);
}

QRectF ChartPlot::fullRange() const
{
    double left = std::numeric_limits<double>::infinity(), right = -left;
    for (const ChartData::Series &series : m_data->series) {
        for (const ChartData::Point &point : series.points) {
            left = std::min(left, point.x);
            right = std::max(right, point.x);
        }
    }
    if (left > right)
        left = right = 0;
    double low = m_data->lowest, high = m_data->highest;
    if (m_data->request.kind == ChartKind::Histogram) {
        right += m_data->binWidth;
        low = 0;
    } else if (m_data->request.kind == ChartKind::Bar) {
        left = -0.5;
        right = double(m_data->categories.size()) - 0.5;
        low = std::min(low, 0.0);
        high = std::max(high, 0.0);
    } else {
        const double margin = right > left ? (right - left) * (m_data->request.kind == ChartKind::Scatter ? 0.03 : 0.0) : 0.5;
        left -= margin;
        right += margin;
    }
    if (m_isLogarithmic) {
        low = m_data->request.kind == ChartKind::Histogram ? 0.5 : m_data->lowest > 0 ? m_data->lowest : 1;
        high = std::max(high, low);
        const bool isBase = isBars(m_data->request.kind);
        return { QPointF(left, isBase ? low / 2 : low / 1.1), QPointF(right, high * 1.2) };
    }
    const double margin = high > low ? (high - low) * 0.05 : std::max(0.5, std::abs(high) * 0.05);
    const bool standsOnZero = isBars(m_data->request.kind);
    return { QPointF(left, standsOnZero && low >= 0 ? low : low - margin),
             QPointF(right, standsOnZero && high <= 0 ? high : high + margin) };
}

QRectF ChartPlot::shownRange() const
{
    return m_zoom.value_or(m_full);
}

void ChartPlot::updateScales()
{
    const QFont small = Theme::smallFont(font());
    const QRectF range = shownRange();
    if (m_isLogarithmic)
        setAxisScaleEngine(QwtAxis::YLeft, new QwtLogScaleEngine);
    else
        setAxisScaleEngine(QwtAxis::YLeft, new QwtLinearScaleEngine);
    setAxisScaleDraw(QwtAxis::YLeft, new NumberScale);
    setAxisMaxMinor(QwtAxis::YLeft, m_isLogarithmic ? 8 : 0);
    setAxisMaxMajor(QwtAxis::YLeft, std::clamp(height() / 45, 3, 10));
    setAxisScale(QwtAxis::YLeft, range.top(), range.bottom());

    const bool isTime = m_data->xRole == ChartRole::Time || m_data->xRole == ChartRole::TimeOfDay;
    setAxisMaxMinor(QwtAxis::XBottom, 0);
    if (m_data->request.kind == ChartKind::Bar) {
        setAxisScaleEngine(QwtAxis::XBottom, new QwtLinearScaleEngine);
        auto *names = new CategoryScale(m_data->categories);
        const double each = canvas()->width() / std::max(1.0, range.width());
        names->fitTo(each, small);
        setAxisScaleDraw(QwtAxis::XBottom, names);
        QList<double> ticks;
        const int step = std::max(1, int(std::ceil(16 / std::max(1.0, each))));
        for (int at = 0; at < m_data->categories.size(); at += step) {
            if (at >= range.left() && at <= range.right())
                ticks += at;
        }
        setAxisScaleDiv(QwtAxis::XBottom, QwtScaleDiv(range.left(), range.right(), {}, {}, ticks));
    } else if (isTime) {
        setAxisScaleEngine(QwtAxis::XBottom, new QwtDateScaleEngine(Qt::UTC));
        setAxisScaleDraw(QwtAxis::XBottom, new TimeScale(m_data->xRole == ChartRole::TimeOfDay));
        setAxisMaxMajor(QwtAxis::XBottom, std::clamp(width() / 110, 2, 10));
        setAxisScale(QwtAxis::XBottom, range.left(), range.right());
    } else {
        setAxisScaleEngine(QwtAxis::XBottom, new QwtLinearScaleEngine);
        setAxisScaleDraw(QwtAxis::XBottom, new NumberScale);
        setAxisMaxMajor(QwtAxis::XBottom, std::clamp(width() / 90, 2, 10));
        setAxisScale(QwtAxis::XBottom, range.left(), range.right());
    }
}

void ChartPlot::updateColors()
{
    const QScopedValueRollback guard(m_isBuilding, true); // a palette of its own is a change of the palette
    QPalette own = palette();
    own.setColor(QPalette::Window, own.color(QPalette::Base));
    if (own.color(QPalette::Window) != palette().color(QPalette::Window))
        setPalette(own);
    setCanvasBackground(own.color(QPalette::Base));
    const QColor subdued = Theme::color(own, Theme::Subdued);
    const QColor line = Theme::color(own, Theme::Line);
    m_grid->setMajorPen(QPen(line, 1));
    m_grid->setMinorPen(QPen(Qt::NoPen));
    const QFont small = Theme::smallFont(font());
    for (const QwtAxisId axis : { QwtAxis::YLeft, QwtAxis::XBottom }) {
        QPalette scale = own;
        scale.setColor(QPalette::WindowText, line); // the ticks
        scale.setColor(QPalette::Text, subdued);
        axisWidget(axis)->setPalette(scale);
        setAxisFont(axis, Theme::tabularFont(small));
        axisScaleDraw(axis)->enableComponent(QwtAbstractScaleDraw::Backbone, axis == QwtAxis::XBottom);
        axisScaleDraw(axis)->setTickLength(QwtScaleDiv::MajorTick, 4);
        axisScaleDraw(axis)->setTickLength(QwtScaleDiv::MinorTick, 2);
        setAxisTitle(axis, plainText(axis == QwtAxis::XBottom ? m_xTitle : m_yTitle, small, subdued));
    }
    m_mark->setSymbol(new QwtSymbol(QwtSymbol::Ellipse, QBrush(own.color(QPalette::Base)), QPen(own.color(QPalette::Text), 1.5), QSize(8, 8)));
}

void ChartPlot::updateLegend()
{
    if (m_names.size() > 1 && !legend()) {
        auto *legend = new QwtLegend;
        legend->setDefaultItemMode(QwtLegendData::Clickable);
        legend->setFrameStyle(QFrame::NoFrame);
        insertLegend(legend, QwtPlot::TopLegend);
        connect(legend, &QwtLegend::clicked, this, [this](const QVariant &info) {
            const auto found = std::ranges::find(m_items, infoToItem(info));
            if (found != m_items.end()) {
                const int series = int(found - m_items.begin());
                setSeriesVisible(series, !isSeriesVisible(series));
            }
        });
    } else if (m_names.size() <= 1) {
        insertLegend(nullptr);
    }
    const QFont small = Theme::smallFont(font());
    for (size_t series = 0; series < m_items.size(); ++series) {
        QFont struck = small;
        struck.setStrikeOut(m_hidden[series]);
        m_items[series]->setTitle(plainText(m_names.value(int(series)), struck,
                                            m_hidden[series] ? Theme::color(palette(), Theme::Subdued) : palette().color(QPalette::Text)));
        m_items[series]->setLegendIconSize(QSize(12, 10));
    }
}

QPointF ChartPlot::valueAt(const QPointF &position) const
{
    return { canvasMap(QwtAxis::XBottom).invTransform(position.x()), canvasMap(QwtAxis::YLeft).invTransform(position.y()) };
}

void ChartPlot::zoomTo(const QRectF &range)
{
    if (!m_data || !std::isfinite(range.width()) || !(range.width() > m_full.width() * 1e-9) || !(range.height() > m_full.height() * 1e-9)
        || (m_isLogarithmic && range.top() <= 0))
        return;
    const bool isAll = range.left() <= m_full.left() && range.right() >= m_full.right() && range.top() <= m_full.top()
        && range.bottom() >= m_full.bottom();
    if (isAll)
        return resetZoom();
    m_zoom = range;
    m_mark->setVisible(false);
    updateScales();
    updateColors();
    replot();
    Q_EMIT zoomed();
}

void ChartPlot::resetZoom()
{
    if (!m_zoom)
        return;
    m_zoom.reset();
    m_mark->setVisible(false);
    updateScales();
    updateColors();
    replot();
    Q_EMIT zoomed();
}

void ChartPlot::zoomAround(const QPointF &position, double factor)
{
    if (!m_data)
        return;
    const QwtScaleMap xMap = canvasMap(QwtAxis::XBottom);
    const QwtScaleMap yMap = canvasMap(QwtAxis::YLeft);
    const QSizeF size = canvas()->size();
    const double left = position.x() * (1 - factor), top = position.y() * (1 - factor);
    QRectF range = shownRange();
    range.setLeft(std::max(m_full.left(), xMap.invTransform(left)));
    range.setRight(std::min(m_full.right(), xMap.invTransform(left + size.width() * factor)));
    if (!isBars(m_data->request.kind)) {
        range.setTop(std::max(m_full.top(), yMap.invTransform(top + size.height() * factor)));
        range.setBottom(std::min(m_full.bottom(), yMap.invTransform(top)));
    }
    zoomTo(range);
}

QString ChartPlot::textAt(const QPointF &position)
{
    m_mark->setVisible(false);
    if (!m_data || !m_describe)
        return {};
    const QwtScaleMap xMap = canvasMap(QwtAxis::XBottom);
    const QwtScaleMap yMap = canvasMap(QwtAxis::YLeft);
    const bool bars = isBars(m_data->request.kind);
    double nearest = kReach * kReach;
    int nearestSeries = -1;
    const ChartData::Point *nearestPoint = nullptr;
    for (int series = 0; series < int(m_items.size()); ++series) {
        if (m_hidden[size_t(series)])
            continue;
        const std::vector<ChartData::Point> &points = m_data->series[size_t(series)].points;
        for (size_t i = 0; i < points.size(); ++i) {
            if (std::isnan(points[i].y))
                continue;
            double distance = 0;
            if (bars) {
                // Anywhere over or in a bar's own width.
                const ChartBars::Bar &bar = static_cast<ChartBars *>(m_items[size_t(series)])->bars()[i];
                const double left = xMap.transform(bar.left), right = xMap.transform(bar.right);
                if (position.x() < left || position.x() > right)
                    continue;
                distance = std::max(0.0, yMap.transform(points[i].y) - position.y()) * 0.01;
            } else {
                const double dx = xMap.transform(points[i].x) - position.x(), dy = yMap.transform(points[i].y) - position.y();
                distance = dx * dx + dy * dy;
            }
            if (distance < nearest) {
                nearest = distance;
                nearestSeries = series;
                nearestPoint = &points[i];
            }
        }
    }
    if (!nearestPoint)
        return {};
    if (!bars) {
        m_mark->setValue(nearestPoint->x, nearestPoint->y);
        m_mark->setVisible(true);
    }
    return m_describe(nearestSeries, *nearestPoint);
}

bool ChartPlot::eventFilter(QObject *object, QEvent *event)
{
    if (object != canvas() || !m_data)
        return QwtPlot::eventFilter(object, event);
    switch (event->type()) {
    case QEvent::MouseButtonPress: {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        if (mouse->button() != Qt::LeftButton)
            break;
        setFocus();
        m_isBanding = true;
        m_bandFrom = mouse->position().toPoint();
        return true;
    }
    case QEvent::MouseMove: {
        const auto *mouse = static_cast<QMouseEvent *>(event);
        const QPoint at = mouse->position().toPoint();
        if (m_isBanding) {
            QRect band = QRect(m_bandFrom, at).normalized();
            if (isBars(m_data->request.kind))
                band = QRect(band.left(), 0, band.width(), canvas()->height());
            m_band->setGeometry(band.intersected(canvas()->rect()));
            m_band->setVisible(band.width() > 4);
            return true;
        }
        const bool hadMark = m_mark->isVisible();
        const QString text = textAt(mouse->position());
        if (hadMark || m_mark->isVisible())
            replot();
        if (text.isEmpty())
            QToolTip::hideText();
        else
            QToolTip::showText(mouse->globalPosition().toPoint(), u"<pre style=\"font-family:'%1'\">%2</pre>"_s.arg(font().family().toHtmlEscaped(), text.toHtmlEscaped()), canvas());
        return true;
    }
    case QEvent::MouseButtonRelease: {
        if (!m_isBanding)
            break;
        m_isBanding = false;
        const QRect band = m_band->geometry();
        const bool isZoom = m_band->isVisible() && band.width() > 4 && band.height() > 4;
        m_band->hide();
        if (isZoom) {
            QRectF range = QRectF(valueAt(QPointF(band.left(), band.bottom() + 1)), valueAt(QPointF(band.right() + 1, band.top()))).normalized();
            if (isBars(m_data->request.kind)) {
                range.setTop(shownRange().top());
                range.setBottom(shownRange().bottom());
            }
            zoomTo(range);
        }
        return true;
    }
    case QEvent::MouseButtonDblClick: resetZoom(); return true;
    case QEvent::Leave:
        if (m_mark->isVisible()) {
            m_mark->setVisible(false);
            replot();
        }
        break;
    case QEvent::Wheel: {
        const auto *wheel = static_cast<QWheelEvent *>(event);
        zoomAround(wheel->position(), std::pow(0.8, wheel->angleDelta().y() / 120.0));
        return true;
    }
    default: break;
    }
    return QwtPlot::eventFilter(object, event);
}

void ChartPlot::keyPressEvent(QKeyEvent *event)
{
    const QPointF middle = QRectF(canvas()->rect()).center();
    const auto shift = [this](double x, double y) {
        QRectF range = shownRange();
        x = std::clamp(x * range.width(), m_full.left() - range.left(), m_full.right() - range.right());
        y = std::clamp(y * range.height(), m_full.top() - range.top(), m_full.bottom() - range.bottom());
        if (isZoomed())
            zoomTo(range.translated(x, y));
    };
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoomAround(middle, 0.8);
    case Qt::Key_Minus: return zoomAround(middle, 1.25);
    case Qt::Key_0: return resetZoom();
    case Qt::Key_Left: return shift(-0.1, 0);
    case Qt::Key_Right: return shift(0.1, 0);
    case Qt::Key_Up: return shift(0, 0.1);
    case Qt::Key_Down: return shift(0, -0.1);
    default: QwtPlot::keyPressEvent(event);
    }
}

void ChartPlot::changeEvent(QEvent *event)
{
    QwtPlot::changeEvent(event);
    if ((event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange) || m_isBuilding || !m_mark)
        return;
    if (m_data)
        build();
    else
        updateColors();
}

void ChartPlot::resizeEvent(QResizeEvent *event)
{
    QwtPlot::resizeEvent(event);
    if (!m_data || m_data->series.empty())
        return;
    updateScales();
    updateColors();
    replot();
}

QImage ChartPlot::image(qreal scale)
{
    QImage image(size() * scale, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(scale);
    image.fill(palette().color(QPalette::Base));
    QPainter painter(&image);
    const bool hadMark = m_mark->isVisible();
    m_mark->setVisible(false);
    QwtPlotRenderer renderer;
    renderer.setDiscardFlag(QwtPlotRenderer::DiscardBackground);
    renderer.render(this, &painter, QRectF(QPointF(), size()));
    m_mark->setVisible(hadMark);
    return image;
}

QByteArray ChartPlot::svg()
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(size());
    generator.setViewBox(QRect(QPoint(), size()));
    generator.setResolution(logicalDpiX());
    generator.setTitle(m_yTitle.isEmpty() ? m_xTitle : m_yTitle);
    QPainter painter(&generator);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    const bool hadMark = m_mark->isVisible();
    m_mark->setVisible(false);
    QwtPlotRenderer renderer;
    renderer.setDiscardFlag(QwtPlotRenderer::DiscardBackground);
    renderer.render(this, &painter, QRectF(QPointF(), size()));
    painter.end();
    m_mark->setVisible(hadMark);
    return bytes;
}

} // namespace Grebe
