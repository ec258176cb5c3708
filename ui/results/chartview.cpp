// SPDX-License-Identifier: Apache-2.0
#include "chartview.h"

#include "cellformatter.h"
#include "chartplot.h"
#include "resultgrid.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <QActionGroup>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDateTime>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QSaveFile>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTimeZone>
#include <QtConcurrentRun>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

namespace {

constexpr int kImplicitSeries = 3; // numeric columns that are drawn where none was selected
constexpr int kNameChars = 20;
constexpr qreal kPictureScale = 2;

QString shortened(const QString &name)
{
    return name.size() > kNameChars ? name.left(kNameChars - 1) + u'…' : name;
}

} // namespace

ChartView::ChartView(ResultGrid *grid, QWidget *parent) : QWidget(parent), m_grid(grid)
{
    m_kinds = new Segmented;
    m_kinds->setSegments({ tr("Bar"), tr("Line"), tr("Scatter"), tr("Histogram") });
    m_kinds->setAccessibleName(tr("Kind of chart"));
    m_log = new QCheckBox(tr("Log scale"));
    m_all = new Button(Button::Plain, tr("Show all"));
    m_all->setToolTip(tr("Zoom back (0)"));
    m_all->hide();
    m_x = new Button(Button::Chip);
    m_x->setCaption(tr("x"));
    m_x->setAccessibleName(tr("Column of the x axis"));
    m_y = new Button(Button::Chip);
    m_y->setCaption(tr("y"));
    m_y->setAccessibleName(tr("Columns that are drawn"));
    m_fold = new Button(Button::Chip);
    m_fold->setCaption(tr("Rows alike"));
    m_fold->setAccessibleName(tr("What a bar says of several rows"));
    m_xMenu = new QMenu(this);
    m_x->setMenu(m_xMenu);
    m_yMenu = new QMenu(this);
    m_y->setMenu(m_yMenu);
    auto *folds = new QMenu(this);
    const QStringList foldNames { tr("Sum"), tr("Average"), tr("Lowest"), tr("Highest") };
    for (int fold = 0; fold < foldNames.size(); ++fold)
        folds->addAction(foldNames[fold], this, [this, fold] { setFold(ChartFold(fold)); });
    m_fold->setMenu(folds);
    auto *out = new Button(Button::Quiet, u"export"_s, QString());
    out->setToolTip(tr("The chart as a picture"));
    out->setAccessibleName(tr("The chart as a picture"));
    auto *pictures = new QMenu(this);
    pictures->addAction(tr("PNG…"), this, [this] { askForFile(u"png"_s); });
    pictures->addAction(tr("SVG…"), this, [this] { askForFile(u"svg"_s); });
    pictures->addAction(tr("Copy"), this, &ChartView::copyImage);
    out->setMenu(pictures);
    auto *close = new Button(Button::Quiet, u"close"_s, QString());
    close->setAccessibleName(tr("Close the chart"));
    close->setToolTip(tr("Close (Escape)"));
    m_plot = new ChartPlot;
    m_plot->setAccessibleName(tr("Chart"));
    m_plot->setDescription([this](int series, const ChartData::Point &point) { return describe(series, point); });
    m_message = new Label(QString(), Theme::Subdued);
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    m_message->setContentsMargins(24, 24, 24, 24);
    m_message->setBackgroundRole(QPalette::Base);
    m_message->setAutoFillBackground(true);
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_message);
    m_stack->addWidget(m_plot);
    m_note = new Label(QString(), Theme::Subdued);
    m_note->setElided(true);
    m_note->setFont(Theme::smallFont(font()));

    auto *first = new QHBoxLayout;
    first->setSpacing(8);
    first->addWidget(m_kinds);
    first->addWidget(m_log);
    first->addStretch(1);
    first->addWidget(m_all);
    first->addWidget(out);
    first->addWidget(close);
    auto *second = new QHBoxLayout;
    second->setSpacing(6);
    second->addWidget(m_x);
    second->addWidget(m_y);
    second->addWidget(m_fold);
    second->addStretch(1);
    auto *head = new QVBoxLayout;
    head->setContentsMargins(12, 6, 8, 6);
    head->setSpacing(6);
    head->addLayout(first);
    head->addLayout(second);
    auto *foot = new QHBoxLayout;
    foot->setContentsMargins(12, 4, 12, 4);
    foot->addWidget(m_note, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_stack, 1);
    layout->addLayout(foot);
    setFocusProxy(m_plot);

    m_refreshTimer.setSingleShot(true);
    m_refreshTimer.setInterval(400ms);
    m_slowTimer.setSingleShot(true);
    m_slowTimer.setInterval(150ms);
    connect(m_kinds, &Segmented::currentChanged, this, [this](int index) { setKind(ChartKind(index)); });
    connect(m_log, &QCheckBox::toggled, this, &ChartView::setLogarithmic);
    connect(m_all, &Button::clicked, m_plot, &ChartPlot::resetZoom);
    connect(close, &Button::clicked, this, &ChartView::closeRequested);
    connect(m_plot, &ChartPlot::zoomed, this, [this] {
        m_all->setVisible(m_plot->isZoomed());
        // Of many rows only what is seen was kept: what is looked at now has more to show.
        const bool wasPart = std::isfinite(m_request.from);
        if (!m_data || !(m_data->isReduced || wasPart) || m_request.kind == ChartKind::Bar || m_request.kind == ChartKind::Histogram)
            return;
        const QRectF range = m_plot->shownRange();
        m_request.from = m_plot->isZoomed() ? range.left() : -std::numeric_limits<double>::infinity();
        m_request.to = m_plot->isZoomed() ? range.right() : std::numeric_limits<double>::infinity();
        m_keepsZoom = true;
        m_refreshTimer.start(150ms);
    });
    connect(&m_refreshTimer, &QTimer::timeout, this, &ChartView::start);
    connect(&m_slowTimer, &QTimer::timeout, this,
            [this] { m_note->setText(tr("Reading %1 rows").arg(countText(m_request.cells.rowCount))); });
    connect(&m_watcher, &QFutureWatcherBase::finished, this, &ChartView::take);
}

ChartView::~ChartView()
{
    if (m_stop)
        m_stop->store(true);
    disconnect(&m_watcher, nullptr, this, nullptr);
}

CellRange ChartView::wantedCells(bool *isAll) const
{
    *isAll = m_grid->selection().cellCount() <= 1;
    return *isAll ? m_grid->allCells() : m_grid->selectedCells();
}

bool ChartView::wouldChange() const
{
    bool isAll = false;
    const CellRange cells = wantedCells(&isAll);
    if (isAll || m_followsAll)
        return isAll != m_followsAll;
    return cells.store != m_request.cells.store || cells.firstPosition != m_request.cells.firstPosition
        || cells.rowCount != m_request.cells.rowCount || cells.columns != m_request.cells.columns;
}

void ChartView::open()
{
    const CellRange cells = wantedCells(&m_followsAll);
    m_request = ChartRequest::forCells(cells);
    if (m_followsAll && m_request.series.size() > kImplicitSeries)
        m_request.series.resize(kImplicitSeries);
    // The column under the cursor is the one that is meant.
    const int current = m_grid->currentColumn() >= 0 && m_grid->currentColumn() < m_grid->columnCount()
        ? m_grid->sourceColumn(m_grid->currentColumn()) : -1;
    if (m_followsAll && current != m_request.x && ChartRequest::columnsOf(cells, ChartRole::Number).contains(current))
        m_request.series = { current };
    m_keepsZoom = false;
    start();
}

void ChartView::refresh()
{
    if (!m_followsAll || !isVisibleTo(parentWidget()) || !m_grid->store())
        return;
    const std::shared_ptr<const ResultStore> before = m_request.cells.store;
    if (before != m_grid->store())
        return open();
    m_request.cells = m_grid->allCells();
    if (m_request.series.isEmpty())
        return open();
    if (m_watcher.isRunning())
        m_isStale = true; // when it is done, or a slow reading would never end
    else if (!m_refreshTimer.isActive())
        m_refreshTimer.start(400ms);
    m_keepsZoom = true;
}

void ChartView::clear()
{
    if (m_stop)
        m_stop->store(true);
    m_refreshTimer.stop();
    m_slowTimer.stop();
    m_isStale = false;
    m_request = {};
    m_followsAll = true;
    m_formatters.clear();
    say(tr("There are no rows to draw"));
}

void ChartView::start()
{
    if (m_stop)
        m_stop->store(true);
    m_refreshTimer.stop();
    m_isStale = false;
    m_formatters.clear();
    const std::shared_ptr<arrow::Schema> schema = m_request.cells.store ? m_request.cells.store->schema() : nullptr;
    if (schema) {
        for (const int column : m_request.series + QList<int> { m_request.x }) {
            if (column >= 0)
                m_formatters.try_emplace(column, schema->field(column));
        }
    }
    m_request.pixelCount = std::clamp(m_plot->width(), 400, 4000);
    updateControls();
    m_stop = std::make_shared<std::atomic_bool>(false);
    m_slowTimer.start();
    m_watcher.setFuture(QtConcurrent::run([request = m_request, stop = m_stop] {
        return ChartData::make(request, [stop] { return stop->load(); });
    }));
}

void ChartView::take()
{
    if (m_watcher.future().resultCount() == 0 || m_stop->load())
        return;
    m_slowTimer.stop();
    const Result<ChartData> data = m_watcher.result();
    if (data)
        draw(*data);
    else
        say(data.error().message);
    if (m_isStale)
        m_refreshTimer.start(400ms);
    Q_EMIT changed();
}

void ChartView::say(const QString &message)
{
    m_data.reset();
    m_message->setText(message);
    m_note->clear();
    m_all->hide();
    m_stack->setCurrentWidget(m_message);
    updateControls();
}

void ChartView::draw(const ChartData &data)
{
    if (!data.reason.isEmpty())
        return say(data.reason);
    m_data = std::make_shared<const ChartData>(data);
    QStringList names;
    for (const ChartData::Series &series : data.series)
        names += singleLine(columnName(series.column));
    const bool isHistogram = data.request.kind == ChartKind::Histogram;
    QString xTitle = isHistogram ? names.join(u", "_s) : data.request.x >= 0 ? singleLine(columnName(data.request.x)) : tr("row");
    if (data.xRole == ChartRole::Time) {
        const auto formatter = m_formatters.find(isHistogram ? data.request.series.first() : data.request.x);
        if (formatter != m_formatters.end() && formatter->second.typeText().contains("zone"_L1))
            xTitle += tr(" (UTC)");
    }
    const QString yTitle = isHistogram ? tr("rows") : names.size() == 1 ? names.first() : QString();
    if (m_plot->isLogarithmic() && !isHistogram && data.notPositiveCount > 0) {
        // New rows, or another column, made it impossible.
        const QSignalBlocker blocker(m_log);
        m_log->setChecked(false);
        m_plot->setLogarithmic(false);
    }
    m_plot->setData(m_data, names, xTitle, yTitle, m_keepsZoom);
    m_note->setText(data.note());
    m_note->setToolTip(data.note().toHtmlEscaped());
    m_all->setVisible(m_plot->isZoomed());
    m_stack->setCurrentWidget(m_plot);
    updateControls();
}

QString ChartView::messageText() const
{
    return m_stack->currentWidget() == m_message ? m_message->text() : QString();
}

QString ChartView::noteText() const
{
    return m_note->text();
}

QString ChartView::columnName(int column) const
{
    const std::shared_ptr<arrow::Schema> schema = m_request.cells.store ? m_request.cells.store->schema() : nullptr;
    return schema && column >= 0 && column < schema->num_fields() ? QString::fromStdString(schema->field(column)->name()) : QString();
}

QString ChartView::valueText(int column, qint64 row) const
{
    const auto formatter = m_formatters.find(column);
    const ResultStore::Place place = m_request.cells.store->place(row);
    if (formatter == m_formatters.end() || !place.batch)
        return {};
    const QString text = formatter->second.isNull(*place.batch, column, place.row) ? u"NULL"_s
                                                                                    : formatter->second.text(*place.batch, column, place.row, 200);
    return singleLine(formatter->second.isNumeric() ? numberText(text) : text);
}

QString ChartView::describe(int series, const ChartData::Point &point) const
{
    const int column = m_data->series[size_t(series)].column;
    const QString name = singleLine(columnName(column));
    const QLocale locale;
    if (m_data->request.kind == ChartKind::Histogram) {
        const auto edge = [&](double value) {
            if (m_data->xRole == ChartRole::Number)
                return locale.toString(value, 'g', 12);
            const QDateTime time = QDateTime::fromMSecsSinceEpoch(qint64(value), QTimeZone::UTC);
            return time.toString(m_data->xRole == ChartRole::TimeOfDay ? u"hh:mm:ss"_s : u"yyyy-MM-dd hh:mm:ss"_s);
        };
        return tr("%1 from %2 to below %3\n%4 rows").arg(name, edge(point.x), edge(point.x + m_data->binWidth), countText(qint64(point.y)));
    }
    if (point.row >= 0) {
        const QString y = u"%1  %2"_s.arg(name, valueText(column, point.row));
        if (m_data->request.x < 0)
            return tr("row %1\n%2").arg(countText(qint64(point.x) + (m_data->request.kind == ChartKind::Bar ? 1 : 0)), y);
        return u"%1  %2\n%3"_s.arg(singleLine(columnName(m_data->request.x)), valueText(m_data->request.x, point.row), y);
    }
    const QString category = m_data->categories.value(int(point.x));
    return tr("%1\n%2  %3\n%4 rows").arg(category, name, locale.toString(point.y, 'g', 15), countText(point.rowCount));
}

void ChartView::setKind(ChartKind kind)
{
    const QList<int> texts = ChartRequest::columnsOf(m_request.cells, ChartRole::Category);
    const ChartKind before = m_request.kind;
    if (kind == before)
        return;
    // The kind's own choice of an x where the one there was doesn't go with it.
    const ChartRequest own = ChartRequest::forCells(m_request.cells, &kind);
    m_request.kind = kind;
    if (kind != ChartKind::Bar && texts.contains(m_request.x))
        m_request.x = own.x;
    if (before == ChartKind::Histogram && m_request.x < 0)
        m_request.x = own.x;
    if (m_request.x >= 0 && m_request.series.size() > 1)
        m_request.series.removeAll(m_request.x);
    const QList<int> numbers = ChartRequest::columnsOf(m_request.cells, ChartRole::Number);
    if (kind != ChartKind::Histogram)
        m_request.series.removeIf([&](int column) { return !numbers.contains(column); });
    if (m_request.series.isEmpty())
        m_request.series = own.series.mid(0, 1);
    m_request.from = -std::numeric_limits<double>::infinity();
    m_request.to = std::numeric_limits<double>::infinity();
    m_keepsZoom = false;
    start();
}

void ChartView::setX(int column)
{
    m_request.x = column;
    if (ChartRequest::columnsOf(m_request.cells, ChartRole::Category).contains(column))
        m_request.kind = ChartKind::Bar;
    m_request.from = -std::numeric_limits<double>::infinity();
    m_request.to = std::numeric_limits<double>::infinity();
    m_keepsZoom = false;
    start();
}

void ChartView::setSeries(const QList<int> &columns)
{
    m_request.series = columns;
    m_keepsZoom = false;
    m_request.from = -std::numeric_limits<double>::infinity();
    m_request.to = std::numeric_limits<double>::infinity();
    start();
}

void ChartView::setFold(ChartFold fold)
{
    m_request.fold = fold;
    m_keepsZoom = false;
    start();
}

void ChartView::setLogarithmic(bool isLogarithmic)
{
    const bool isRefused = isLogarithmic && m_data && m_data->request.kind != ChartKind::Histogram && m_data->notPositiveCount > 0;
    {
        const QSignalBlocker blocker(m_log);
        m_log->setChecked(isLogarithmic && !isRefused);
    }
    if (isRefused) {
        m_note->setText(tr("A log scale has no place for %1 values that are not above 0; the lowest is %2")
                            .arg(countText(m_data->notPositiveCount), QLocale().toString(m_data->lowest, 'g', 6)));
        return;
    }
    m_plot->setLogarithmic(isLogarithmic);
    if (m_data)
        m_note->setText(m_data->note());
    m_all->setVisible(m_plot->isZoomed());
}

void ChartView::updateControls()
{
    {
        const QSignalBlocker blocker(m_kinds);
        m_kinds->setCurrentIndex(int(m_request.kind));
    }
    m_x->setVisible(m_request.kind != ChartKind::Histogram);
    m_x->setText(m_request.x < 0 ? tr("row") : shortened(singleLine(columnName(m_request.x))));
    QString series;
    if (m_request.series.size() == 1)
        series = shortened(singleLine(columnName(m_request.series.first())));
    else if (!m_request.series.isEmpty())
        series = tr("%1 columns").arg(m_request.series.size());
    m_y->setText(series.isEmpty() ? tr("nothing") : series);
    m_fold->setVisible(m_request.kind == ChartKind::Bar && m_data && m_data->isFolded);
    m_fold->setText(m_request.fold == ChartFold::Sum         ? tr("Sum")
                        : m_request.fold == ChartFold::Average ? tr("Average")
                        : m_request.fold == ChartFold::Minimum ? tr("Lowest")
                                                               : tr("Highest"));
    fillXMenu();
    fillSeriesMenu();
}

void ChartView::fillXMenu()
{
    m_xMenu->clear();
    auto *group = new QActionGroup(m_xMenu);
    const auto add = [&](const QString &text, int column) {
        QAction *action = m_xMenu->addAction(text, this, [this, column] { setX(column); });
        action->setCheckable(true);
        action->setChecked(column == m_request.x);
        group->addAction(action);
    };
    add(tr("Row number"), -1);
    for (const ChartRole role : { ChartRole::Time, ChartRole::TimeOfDay, ChartRole::Category, ChartRole::Number }) {
        for (const int column : ChartRequest::columnsOf(m_request.cells, role))
            add(singleLine(columnName(column)).replace(u'&', u"&&"_s), column);
    }
}

void ChartView::fillSeriesMenu()
{
    m_yMenu->clear();
    QList<int> columns = ChartRequest::columnsOf(m_request.cells, ChartRole::Number);
    if (m_request.kind == ChartKind::Histogram)
        columns += ChartRequest::columnsOf(m_request.cells, ChartRole::Time) + ChartRequest::columnsOf(m_request.cells, ChartRole::TimeOfDay);
    for (const int column : columns) {
        QAction *action = m_yMenu->addAction(singleLine(columnName(column)).replace(u'&', u"&&"_s));
        action->setCheckable(true);
        action->setChecked(m_request.series.contains(column));
        action->setEnabled(action->isChecked() || m_request.series.size() < ChartRequest::kMaximumSeries);
        connect(action, &QAction::toggled, this, [this, column](bool isOn) {
            QList<int> series = m_request.series;
            const bool isTime = !ChartRequest::columnsOf(m_request.cells, ChartRole::Number).contains(column);
            if (isOn)
                series += column;
            else
                series.removeAll(column);
            // Times and numbers share no axis.
            if (isOn && (isTime || (m_data && m_data->request.kind == ChartKind::Histogram && m_data->xRole != ChartRole::Number)))
                series = { column };
            setSeries(series);
        });
    }
}

void ChartView::askForFile(const QString &suffix)
{
    if (!m_data)
        return;
    auto *dialog = new QFileDialog(this, suffix == "svg"_L1 ? tr("Save the chart as SVG") : tr("Save the chart as PNG"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    dialog->setNameFilter(suffix == "svg"_L1 ? tr("SVG pictures (*.svg)") : tr("PNG pictures (*.png)"));
    dialog->selectFile(u"chart."_s + suffix);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &fileName) {
        const QString error = save(fileName);
        m_note->setText(error.isEmpty() ? tr("Saved as %1").arg(QDir::toNativeSeparators(fileName)) : error);
    });
    dialog->open();
}

QString ChartView::save(const QString &fileName)
{
    if (!m_data)
        return tr("There is no chart to save");
    QSaveFile file(fileName);
    bool isWritten = file.open(QIODevice::WriteOnly);
    if (isWritten && fileName.endsWith(".svg"_L1, Qt::CaseInsensitive)) {
        const QByteArray bytes = m_plot->svg();
        isWritten = file.write(bytes) == bytes.size();
    } else if (isWritten) {
        isWritten = m_plot->image(kPictureScale).save(&file, "PNG");
    }
    if (!isWritten || !file.commit())
        return tr("%1 can't be written: %2").arg(QDir::toNativeSeparators(fileName), file.errorString());
    return {};
}

void ChartView::copyImage() const
{
    if (m_data)
        QApplication::clipboard()->setImage(m_plot->image(kPictureScale));
}

void ChartView::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Escape)
        return QWidget::keyPressEvent(event);
    if (m_plot->isZoomed())
        m_plot->resetZoom();
    else
        Q_EMIT closeRequested();
}

void ChartView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QColor line = Theme::color(palette(), Theme::Line);
    painter.fillRect(0, 0, 1, height(), line);
}

void ChartView::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange)
        m_note->setFont(Theme::smallFont(font()));
}

} // namespace Grebe
