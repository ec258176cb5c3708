// SPDX-License-Identifier: Apache-2.0
#include "profilepanel.h"

#include "cellformatter.h"
#include "filterbar.h"
#include "profiledelegate.h"
#include "resultgrid.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/segmented.h"
#include "widgets/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLocale>
#include <QScrollBar>
#include <QStackedWidget>
#include <QStyle>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

namespace {

constexpr qsizetype kShownChars = 300; // of a value; the tool tip has more

QTreeWidget *profileView(const QString &name)
{
    auto *view = new QTreeWidget;
    view->setHeaderHidden(true);
    view->setColumnCount(1);
    view->setRootIsDecorated(false);
    view->setIndentation(0);
    view->setFrameShape(QFrame::NoFrame);
    view->setMouseTracking(true);
    view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    view->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    view->setItemDelegate(new ProfileDelegate(view));
    view->setAccessibleName(name);
    return view;
}

// "0.3 %", "under 0.1 %": nothing that is there is said to be none.
QString shareText(qint64 part, qint64 whole)
{
    if (whole <= 0 || part <= 0)
        return ProfilePanel::tr("0 %");
    const double share = 100.0 * double(part) / double(whole);
    if (share < 0.1)
        return ProfilePanel::tr("under 0.1 %");
    if (share > 99.9 && part < whole)
        return ProfilePanel::tr("over 99.9 %");
    return ProfilePanel::tr("%1 %").arg(QLocale().toString(share, 'f', share < 10 ? 1 : 0));
}

QString aboutText(qint64 count, bool isEstimate)
{
    return isEstimate ? ProfilePanel::tr("about %1").arg(countText(count)) : countText(count);
}

} // namespace

ProfilePanel::ProfilePanel(ResultGrid *grid, QWidget *parent) : QWidget(parent), m_grid(grid)
{
    m_scope = new Segmented;
    m_scope->setSegments({ tr("This column"), tr("All columns") });
    m_scope->setAccessibleName(tr("Columns"));
    m_rows = new Segmented;
    m_rows->setSegments({ tr("Shown rows"), tr("All rows") });
    m_rows->setAccessibleName(tr("Rows"));
    m_rows->hide();
    m_column = profileView(tr("Profile of the column"));
    m_list = profileView(tr("Profiles of all columns"));
    m_stack = new QStackedWidget;
    m_stack->addWidget(m_column);
    m_stack->addWidget(m_list);
    m_state = new Label(QString(), Theme::Subdued);
    m_state->setElided(true);
    m_state->setFont(Theme::smallFont(font()));
    m_stop = new Button(Button::Plain, tr("Stop"));
    auto *head = new QVBoxLayout;
    head->setContentsMargins(4, 0, 8, 6);
    head->setSpacing(6);
    head->addWidget(m_scope, 0, Qt::AlignLeft);
    head->addWidget(m_rows, 0, Qt::AlignLeft);
    auto *foot = new QHBoxLayout;
    foot->setContentsMargins(4, 4, 8, 4);
    foot->addWidget(m_state, 1);
    foot->addWidget(m_stop);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(head);
    layout->addWidget(m_stack, 1);
    layout->addLayout(foot);
    setFocusProxy(m_column);
    m_state->hide();
    m_stop->hide();
    updatePalette();

    m_stateTimer.setSingleShot(true);
    m_stateTimer.setInterval(150ms);
    connect(&m_stateTimer, &QTimer::timeout, this, [this] { showState(true); });
    connect(m_scope, &Segmented::currentChanged, this, [this](int index) {
        m_stack->setCurrentIndex(index);
        setFocusProxy(m_stack->currentWidget());
        m_isStopped = false;
        refresh();
        Q_EMIT scopeChanged();
    });
    connect(m_rows, &Segmented::currentChanged, this, [this] {
        m_isStopped = false;
        refresh();
    });
    connect(m_stop, &Button::clicked, this, [this] {
        if (m_profiler.isWorking()) {
            m_isStopped = true;
            m_profiler.stop();
        } else {
            m_isStopped = false;
            refresh();
        }
        showState();
    });
    connect(&m_profiler, &ColumnProfiler::changed, this, &ProfilePanel::showColumn);
    connect(&m_profiler, &ColumnProfiler::progressed, this, [this] { showState(); });
    for (QTreeWidget *view : { m_column, m_list }) {
        connect(view, &QTreeWidget::itemActivated, this, &ProfilePanel::activate);
        // One click, also where the desktop asks for two.
        connect(view, &QTreeWidget::itemClicked, this, [this, view](QTreeWidgetItem *item) {
            if (!view->style()->styleHint(QStyle::SH_ItemView_ActivateItemOnSingleClick, nullptr, view))
                activate(item);
        });
    }
}

bool ProfilePanel::showsAllColumns() const
{
    return m_scope->currentIndex() == 1;
}

void ProfilePanel::setAllColumns(bool isAll)
{
    m_scope->setCurrentIndex(isAll ? 1 : 0);
}

bool ProfilePanel::isOfAllRows() const
{
    return !m_rows->isHidden() && m_rows->currentIndex() == 1;
}

void ProfilePanel::setAllRows(bool isAll)
{
    m_rows->setCurrentIndex(isAll ? 1 : 0);
}

void ProfilePanel::clear()
{
    m_profiler.setRows(nullptr, {}, 0);
    m_column->clear();
    m_list->clear();
    m_source = -1;
    m_isStopped = false;
    m_state->hide();
    m_stop->hide();
}

void ProfilePanel::refresh()
{
    if (!m_grid->store() || !m_grid->formatters()) {
        clear();
        return;
    }
    const bool isFiltered = m_grid->order() && m_grid->rowCount() != m_grid->sourceRowCount();
    m_rows->setVisible(isFiltered);
    const bool isWhole = !isFiltered || isOfAllRows();
    // What is in a column does not depend on how it is sorted.
    m_profiler.setRows(m_grid->store(), isWhole ? RowOrderPtr() : m_grid->order(), isWhole ? m_grid->sourceRowCount() : m_grid->rowCount());
    const int column = m_grid->currentColumn();
    const int source = column >= 0 && column < m_grid->columnCount() ? m_grid->sourceColumn(column) : -1;
    if (source != m_source)
        m_isStopped = false;
    m_source = source;
    if (showsAllColumns()) {
        fillList();
        if (!m_isStopped)
            m_profiler.want(m_grid->layout().sources(0, m_grid->columnCount() - 1));
    } else {
        fillColumn();
        if (!m_isStopped)
            m_profiler.want(m_source >= 0 ? QList<int> { m_source } : QList<int>());
    }
}

void ProfilePanel::showColumn(int column)
{
    if (showsAllColumns())
        fillList();
    else if (column == m_source)
        fillColumn();
}

QString ProfilePanel::valueText(int source, const QString &text) const
{
    if (text.isEmpty())
        return tr("(empty text)");
    const std::vector<ColumnFormatter> &columns = *m_grid->formatters();
    const QString shown = text.size() > kShownChars ? text.left(kShownChars) + u'…' : text;
    return columns[size_t(source)].isNumeric() ? numberText(shown) : singleLine(shown);
}

void ProfilePanel::fillColumn()
{
    const int scrolled = m_column->verticalScrollBar()->value();
    QTreeWidgetItem *current = m_column->currentItem();
    const int at = current ? m_column->indexOfTopLevelItem(current) : -1;
    m_column->clear();
    const ColumnProfiler::Profile *profile = m_source >= 0 ? m_profiler.profile(m_source) : nullptr;
    if (!profile) {
        showState();
        return;
    }
    QList<QTreeWidgetItem *> items;
    const auto add = [&](ProfileDelegate::Kind kind, const QString &label, const QString &value = {}) {
        auto *item = new QTreeWidgetItem;
        item->setData(0, ProfileDelegate::KindRole, kind);
        item->setData(0, ProfileDelegate::LabelRole, label);
        item->setData(0, ProfileDelegate::ValueRole, value);
        item->setData(0, Qt::AccessibleTextRole, value.isEmpty() ? label : tr("%1: %2").arg(label, value));
        if (kind != ProfileDelegate::Heading && !value.isEmpty())
            item->setToolTip(0, tr("%1: %2").arg(label, value).toHtmlEscaped());
        if (kind == ProfileDelegate::Heading)
            item->setFlags(Qt::ItemIsEnabled);
        items += item;
        return item;
    };
    if (!profile->error.isEmpty()) {
        add(ProfileDelegate::Measure, profile->error);
    } else {
        const ColumnStatistics &found = profile->statistics;
        if (found.histogram.size() > 1) {
            QList<qint64> counts;
            QStringList edges;
            for (const ColumnStatistics::Bin &bin : found.histogram) {
                counts += bin.count;
                edges += valueText(m_source, bin.lower);
            }
            edges += valueText(m_source, found.histogram.last().upper);
            QTreeWidgetItem *item = add(ProfileDelegate::Histogram, tr("histogram"));
            item->setData(0, ProfileDelegate::CountsRole, QVariant::fromValue(counts));
            item->setData(0, ProfileDelegate::EdgesRole, edges);
            item->setData(0, Qt::AccessibleTextRole, tr("Histogram of %1 bars from %2 to %3").arg(counts.size()).arg(edges.first(), edges.last()));
        }
        add(ProfileDelegate::Measure, tr("rows"), profile->isPart ? tr("first %1").arg(countText(found.rowCount)) : countText(found.rowCount));
        QTreeWidgetItem *nulls = add(ProfileDelegate::Measure, tr("null"),
                                     found.nullCount > 0 ? tr("%1 · %2").arg(countText(found.nullCount), shareText(found.nullCount, found.rowCount))
                                                         : countText(0));
        if (found.nullCount > 0) {
            nulls->setData(0, ProfileDelegate::ShareRole, double(found.nullCount) / double(std::max<qint64>(1, found.rowCount)));
            nulls->setData(0, ProfileDelegate::ConditionRole, u"null"_s);
            nulls->setToolTip(0, tr("Show only rows where it is NULL"));
        }
        add(ProfileDelegate::Measure, tr("distinct"), aboutText(found.distinctCount, found.isDistinctEstimate));
        if (found.emptyCount > 0)
            add(ProfileDelegate::Measure, tr("empty texts"), countText(found.emptyCount));
        if (found.notANumberCount > 0)
            add(ProfileDelegate::Measure, tr("NaN"), countText(found.notANumberCount));
        if (found.minimum.row >= 0)
            add(ProfileDelegate::Measure, tr("min"), valueText(m_source, found.minimum.text));
        for (const ColumnStatistics::Quantile &quantile : found.quantiles) {
            const QString label = quantile.share == 0.5 ? tr("median") : tr("%1 % are up to").arg(std::lround(quantile.share * 100));
            const QString value = valueText(m_source, quantile.value.text);
            add(ProfileDelegate::Measure, label, found.isQuantileEstimate ? tr("about %1").arg(value) : value);
        }
        if (found.maximum.row >= 0)
            add(ProfileDelegate::Measure, tr("max"), valueText(m_source, found.maximum.text));
        if (!found.average.isEmpty())
            add(ProfileDelegate::Measure, tr("mean"), numberText(found.average));
        if (!found.sum.isEmpty())
            add(ProfileDelegate::Measure, tr("sum"), numberText(found.sum));
        if (found.longestLength > 0)
            add(ProfileDelegate::Measure, tr("length"), found.shortestLength == found.longestLength ? tr("%1 bytes").arg(countText(found.longestLength))
                                                             : tr("%1 to %2 bytes").arg(countText(found.shortestLength), countText(found.longestLength)));
        // A column whose values all differ has none that are frequent.
        if (!found.topValues.isEmpty() && found.topValues.first().count > 1) {
            add(ProfileDelegate::Heading, found.isTopEstimate ? tr("Most frequent that were found") : tr("Most frequent"));
            const qint64 most = found.topValues.first().count;
            for (const ColumnStatistics::Top &top : found.topValues) {
                const QString text = top.value.text;
                QTreeWidgetItem *item = add(ProfileDelegate::Top, valueText(m_source, text), countText(top.count));
                item->setData(0, ProfileDelegate::ShareRole, double(top.count) / double(most));
                // Only what the filter bar reads as this value, and nothing else, can be filtered by.
                const QString condition = u'=' + text;
                const std::optional<Filter> filter = FilterBar::parse(m_source, condition);
                if (filter && filter->test == Filter::Test::Equals && filter->value == text) {
                    item->setData(0, ProfileDelegate::ConditionRole, condition);
                    item->setToolTip(0, tr("%1 · %2 of the rows · a click shows only these").arg(singleLine(text.left(2000)), shareText(top.count, found.rowCount)).toHtmlEscaped());
                }
            }
        }
    }
    m_column->addTopLevelItems(items);
    if (at >= 0 && at < items.size())
        m_column->setCurrentItem(items[at], 0, QItemSelectionModel::NoUpdate);
    m_column->verticalScrollBar()->setValue(scrolled);
    showState();
}

void ProfilePanel::fillList()
{
    const QList<int> sources = m_grid->layout().sources(0, m_grid->columnCount() - 1);
    if (m_list->topLevelItemCount() != sources.size()) {
        m_list->clear();
        QList<QTreeWidgetItem *> items;
        for (qsizetype i = 0; i < sources.size(); ++i)
            items += new QTreeWidgetItem;
        m_list->addTopLevelItems(items);
    }
    for (int i = 0; i < int(sources.size()); ++i) {
        const int source = sources[i];
        QTreeWidgetItem *item = m_list->topLevelItem(i);
        const QString name = singleLine(m_grid->sourceColumnName(source));
        QString value = tr("…"), hint = (*m_grid->formatters())[size_t(source)].typeText();
        item->setData(0, ProfileDelegate::KindRole, ProfileDelegate::Column);
        item->setData(0, ProfileDelegate::LabelRole, name);
        item->setData(0, ProfileDelegate::ColumnRole, source);
        item->setData(0, ProfileDelegate::ShareRole, QVariant());
        if (const ColumnProfiler::Profile *profile = m_profiler.profile(source)) {
            const ColumnStatistics &found = profile->statistics;
            value = !profile->error.isEmpty() ? profile->error : tr("%1 distinct").arg(aboutText(found.distinctCount, found.isDistinctEstimate));
            if (found.minimum.row >= 0)
                hint += tr(" · %1 to %2").arg(valueText(source, found.minimum.text.left(40)), valueText(source, found.maximum.text.left(40)));
            if (found.nullCount > 0)
                hint = tr("%1 null · ").arg(shareText(found.nullCount, found.rowCount)) + hint;
            item->setData(0, ProfileDelegate::ShareRole, double(found.nullCount) / double(std::max<qint64>(1, found.rowCount)));
        }
        item->setData(0, ProfileDelegate::ValueRole, value);
        item->setData(0, ProfileDelegate::HintRole, hint);
        item->setData(0, Qt::AccessibleTextRole, tr("%1: %2, %3").arg(name, value, hint));
        item->setToolTip(0, u"%1<br>%2<br>%3"_s.arg(name.toHtmlEscaped(), value.toHtmlEscaped(), hint.toHtmlEscaped()));
    }
    showState();
}

void ProfilePanel::showState(bool isDue)
{
    QString text;
    if (m_profiler.isWorking())
        text = tr("Reading %1 rows · %2 %").arg(countText(m_profiler.rowCount())).arg(m_profiler.progress());
    else if (m_isStopped)
        text = tr("Stopped");
    else if (m_source < 0 && !showsAllColumns())
        text = tr("No column");
    // A word of work comes late, so that quick work is not a flicker.
    if (m_profiler.isWorking() && m_state->isHidden() && !isDue) {
        if (!m_stateTimer.isActive())
            m_stateTimer.start();
        return;
    }
    m_state->setText(text);
    m_state->setVisible(!text.isEmpty());
    m_stop->setText(m_isStopped ? tr("Go on") : tr("Stop"));
    m_stop->setVisible(m_profiler.isWorking() || m_isStopped);
}

QString ProfilePanel::stateText() const
{
    return m_state->isHidden() ? QString() : m_state->text();
}

void ProfilePanel::activate(QTreeWidgetItem *item)
{
    if (const QVariant condition = item->data(0, ProfileDelegate::ConditionRole); condition.isValid()) {
        Q_EMIT filterRequested(m_source, condition.toString());
    } else if (const QVariant column = item->data(0, ProfileDelegate::ColumnRole); column.isValid()) {
        m_grid->setCurrentCell(std::max<qint64>(0, m_grid->currentRow()), m_grid->layout().shown(column.toInt()));
    }
}

QStringList ProfilePanel::lines() const
{
    QStringList lines;
    const QTreeWidget *view = showsAllColumns() ? m_list : m_column;
    for (int i = 0; i < view->topLevelItemCount(); ++i) {
        const QTreeWidgetItem *item = view->topLevelItem(i);
        QString line = item->data(0, ProfileDelegate::LabelRole).toString() + u'\t' + item->data(0, ProfileDelegate::ValueRole).toString();
        if (const QString hint = item->data(0, ProfileDelegate::HintRole).toString(); !hint.isEmpty())
            line += u'\t' + hint;
        lines += line;
    }
    return lines;
}

// One surface with the panel around it.
void ProfilePanel::updatePalette()
{
    QPalette views = palette();
    views.setColor(QPalette::Base, views.color(QPalette::Window));
    for (QTreeWidget *view : { m_column, m_list })
        view->setPalette(views);
}

void ProfilePanel::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_list)
        updatePalette();
}

} // namespace Grebe
