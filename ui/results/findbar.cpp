// SPDX-License-Identifier: Apache-2.0
#include "findbar.h"

#include "cellformatter.h"
#include "resultgrid.h"
#include "widgets/button.h"
#include "widgets/label.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QtConcurrentRun>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace Grebe {

FindBar::FindBar(ResultGrid *grid) : Pane(LineBelow, nullptr), m_grid(grid)
{
    m_edit = new QLineEdit;
    m_edit->setPlaceholderText(tr("Find in cells and column names"));
    m_edit->setAccessibleName(m_edit->placeholderText());
    m_edit->setClearButtonEnabled(true);
    m_edit->setMaximumWidth(320);
    m_edit->installEventFilter(this);
    m_edit->setMinimumWidth(120);
    m_status = new Label(QString(), Theme::Subdued);
    m_status->setElided(true);
    auto *previous = new Button(Button::Plain, tr("Previous"));
    auto *next = new Button(Button::Plain, tr("Next"));
    auto *close = new Button(Button::Quiet, u"close"_s, QString());
    close->setAccessibleName(tr("Close the find bar"));
    close->setToolTip(tr("Close (Esc)"));
    previous->setToolTip(tr("The match before (Shift+Enter)"));
    next->setToolTip(tr("The next match (Enter)"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 3, 8, 4);
    layout->setSpacing(6);
    layout->addWidget(m_edit, 1);
    layout->addWidget(previous);
    layout->addWidget(next);
    layout->addWidget(m_status, 1);
    layout->addWidget(close);
    setCursor(Qt::ArrowCursor);

    m_timer.setSingleShot(true);
    m_timer.setInterval(120ms);
    m_tick.setInterval(100ms);
    connect(&m_timer, &QTimer::timeout, this, &FindBar::count);
    connect(&m_tick, &QTimer::timeout, this, &FindBar::showStatus);
    connect(m_edit, &QLineEdit::textChanged, this, &FindBar::setText);
    connect(previous, &Button::clicked, this, [this] { go(true); });
    connect(next, &Button::clicked, this, [this] { go(false); });
    connect(close, &Button::clicked, this, &FindBar::close);
    connect(&m_counter, &QFutureWatcherBase::finished, this, [this] {
        m_tick.stop();
        if (m_counter.future().resultCount() > 0) {
            if (const Result<qint64> count = m_counter.result())
                *m_found = *count;
        }
        showStatus();
    });
    connect(&m_finder, &QFutureWatcherBase::finished, this, [this] {
        if (m_finder.future().resultCount() > 0) {
            const Result<CellPosition> place = m_finder.result();
            if (place && place->isValid())
                m_grid->setCurrentCell(place->position, place->columnIndex);
        }
        showStatus();
    });
}

FindBar::~FindBar()
{
    *m_stop = true;
}

void FindBar::open()
{
    show();
    m_edit->setFocus();
    m_edit->selectAll();
    if (!m_edit->text().isEmpty())
        setText(m_edit->text());
}

void FindBar::close()
{
    stop();
    m_grid->setFoundText(QString());
    hide();
    m_grid->setFocus();
}

void FindBar::stop()
{
    *m_stop = true;
    m_timer.stop();
    m_tick.stop();
}

bool FindBar::isSearching() const
{
    return m_timer.isActive() || m_counter.isRunning() || m_finder.isRunning();
}

void FindBar::setText(const QString &text)
{
    stop();
    m_grid->setFoundText(text);
    if (text.isEmpty())
        m_status->clear();
    else
        m_timer.start();
}

void FindBar::count()
{
    m_stop = std::make_shared<std::atomic_bool>(false);
    m_found = std::make_shared<std::atomic<qint64>>(0);
    m_counter.setFuture(QtConcurrent::run([cells = m_grid->allCells(), text = m_edit->text(), stop = m_stop, found = m_found] {
        return countMatches(cells, text, [stop] { return stop->load(); }, [found](qint64 count) { *found = count; });
    }));
    m_tick.start();
    showStatus();
}

int FindBar::matchingColumns() const
{
    int count = 0;
    for (int column = 0; column < m_grid->columnCount(); ++column)
        count += m_grid->columnName(column).contains(m_edit->text(), Qt::CaseInsensitive);
    return count;
}

QString FindBar::status() const
{
    return m_status->text();
}

void FindBar::showStatus()
{
    if (m_edit->text().isEmpty())
        return m_status->clear();
    const qint64 count = m_found->load();
    const int columns = matchingColumns();
    QString text;
    if (m_counter.isRunning())
        text = tr("%1 cells so far").arg(countText(count));
    else
        text = count == 0 ? tr("In no cell") : count == 1 ? tr("1 cell") : tr("%1 cells").arg(countText(count));
    if (columns > 0)
        text += columns == 1 ? tr(" · 1 column name") : tr(" · %1 column names").arg(countText(columns));
    m_status->setText(text);
}

void FindBar::go(bool isBackward)
{
    const QString text = m_edit->text();
    if (text.isEmpty())
        return;
    if (!m_counter.isRunning() && !m_timer.isActive() && m_found->load() == 0)
        return goToColumn(isBackward);
    if (m_timer.isActive()) {
        m_timer.stop();
        count();
    }
    const CellPosition from { m_grid->currentRow(), m_grid->currentColumn() };
    m_finder.setFuture(QtConcurrent::run([cells = m_grid->allCells(), text, from, isBackward, stop = m_stop] {
        return findMatch(cells, text, from, isBackward, [stop] { return stop->load(); });
    }));
}

void FindBar::goToColumn(bool isBackward)
{
    const int count = m_grid->columnCount();
    for (int i = 1; i <= count; ++i) {
        const int column = (m_grid->currentColumn() + (isBackward ? count - i : i)) % count;
        if (m_grid->columnName(column).contains(m_edit->text(), Qt::CaseInsensitive))
            return m_grid->setCurrentCell(m_grid->currentRow(), column);
    }
}

bool FindBar::eventFilter(QObject *object, QEvent *event)
{
    if (object == m_edit && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        if (key->key() == Qt::Key_Escape) {
            close();
            return true;
        }
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter || key->key() == Qt::Key_F3) {
            go(key->modifiers().testFlag(Qt::ShiftModifier));
            return true;
        }
    }
    return Pane::eventFilter(object, event);
}

} // namespace Grebe
