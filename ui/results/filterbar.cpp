// SPDX-License-Identifier: Apache-2.0
#include "filterbar.h"

#include "cellformatter.h"
#include "resultgrid.h"
#include "widgets/icons.h"
#include "widgets/theme.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

FilterBar::FilterBar(ResultGrid *grid) : Pane(LineBelow, nullptr, QPalette::Base), m_grid(grid)
{
    m_edit = new QLineEdit(this);
    m_edit->setFrame(false);
    m_edit->setAccessibleName(tr("Filter of a column"));
    m_edit->setPlaceholderText(tr("text, =, <, a..b, null"));
    m_edit->hide();
    m_edit->installEventFilter(this);
    setCursor(Qt::IBeamCursor);
    connect(m_edit, &QLineEdit::editingFinished, this, &FilterBar::commit);
    connect(grid, &ResultGrid::selectionChanged, this, qOverload<>(&QWidget::update));
    connect(grid, &ResultGrid::layoutChanged, this, qOverload<>(&QWidget::update));
}

std::optional<Filter> FilterBar::parse(int column, const QString &text)
{
    const QString condition = text.trimmed();
    if (condition.isEmpty())
        return std::nullopt;
    Filter filter { .column = column };
    if (condition.compare("null"_L1, Qt::CaseInsensitive) == 0) {
        filter.test = Filter::Test::IsNull;
        return filter;
    }
    if (condition.compare("!null"_L1, Qt::CaseInsensitive) == 0 || condition.compare("not null"_L1, Qt::CaseInsensitive) == 0) {
        filter.test = Filter::Test::IsNotNull;
        return filter;
    }
    if (condition.size() > 2 && condition.startsWith(u'/') && condition.endsWith(u'/')) {
        filter.test = Filter::Test::Regex;
        filter.value = condition.mid(1, condition.size() - 2);
        return filter;
    }
    const std::pair<QLatin1StringView, Filter::Test> operators[] {
        { "<>"_L1, Filter::Test::Differs }, { "!="_L1, Filter::Test::Differs },
        { "<="_L1, Filter::Test::LessOrEqual }, { ">="_L1, Filter::Test::GreaterOrEqual },
        { "<"_L1, Filter::Test::Less }, { ">"_L1, Filter::Test::Greater }, { "="_L1, Filter::Test::Equals },
    };
    for (const auto &[sign, test] : operators) {
        if (condition.startsWith(sign)) {
            filter.test = test;
            filter.value = condition.mid(sign.size()).trimmed();
            return filter;
        }
    }
    const qsizetype dots = condition.indexOf(".."_L1);
    if (dots > 0 && dots + 2 < condition.size()) {
        filter.test = Filter::Test::Between;
        filter.value = condition.left(dots).trimmed();
        filter.upperValue = condition.mid(dots + 2).trimmed();
        return filter;
    }
    filter.test = Filter::Test::Contains;
    filter.value = condition;
    return filter;
}

QList<Filter> FilterBar::filters() const
{
    QList<Filter> filters;
    for (auto it = m_texts.begin(); it != m_texts.end(); ++it) {
        if (const std::optional<Filter> filter = parse(it.key(), it.value()))
            filters += *filter;
    }
    return filters;
}

void FilterBar::setError(const QString &message)
{
    m_error = message;
    setToolTip(message.toHtmlEscaped());
    update();
}

void FilterBar::open()
{
    show();
    edit(std::max(0, m_grid->currentColumn()));
}

void FilterBar::clear()
{
    m_edit->hide();
    m_editedSource = -1;
    const bool had = hasFilters();
    m_texts.clear();
    setError(QString());
    if (had)
        Q_EMIT filtersChanged();
}

void FilterBar::toggleCondition(int source, const QString &text)
{
    commit();
    if (m_texts.value(source) == text)
        m_texts.remove(source);
    else
        m_texts.insert(source, text);
    setError(QString());
    show();
    update();
    Q_EMIT filtersChanged();
}

QRect FilterBar::place(int column) const
{
    const QRect header = m_grid->headerRect(column);
    return { header.left(), 0, header.width() - 1, height() - 1 };
}

void FilterBar::edit(int column)
{
    if (column < 0 || column >= m_grid->columnCount())
        return;
    commit();
    if (m_grid->currentRow() >= 0 && m_grid->currentColumn() != column)
        m_grid->setCurrentCell(m_grid->currentRow(), column);
    m_editedSource = m_grid->sourceColumn(column);
    m_edit->setText(m_texts.value(m_editedSource));
    QRect rect = place(column);
    rect.setWidth(std::max(rect.width(), 150));
    m_edit->setGeometry(rect.adjusted(1, 1, -1, 0));
    m_edit->show();
    m_edit->setFocus();
    m_edit->selectAll();
}

void FilterBar::commit()
{
    if (m_editedSource < 0)
        return;
    const int source = std::exchange(m_editedSource, -1);
    const QString text = m_edit->text().trimmed();
    m_edit->hide();
    if (text == m_texts.value(source))
        return;
    if (text.isEmpty())
        m_texts.remove(source);
    else
        m_texts.insert(source, text);
    setError(QString());
    Q_EMIT filtersChanged();
}

bool FilterBar::eventFilter(QObject *object, QEvent *event)
{
    if (object != m_edit || event->type() != QEvent::KeyPress)
        return Pane::eventFilter(object, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    const int column = m_grid->layout().shown(m_editedSource);
    switch (key->key()) {
    case Qt::Key_Escape:
        m_editedSource = -1;
        m_edit->hide();
        m_grid->setFocus();
        if (!hasFilters())
            hide();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        commit();
        m_grid->setFocus();
        return true;
    case Qt::Key_Tab:
        edit(std::min(column + 1, m_grid->columnCount() - 1));
        return true;
    case Qt::Key_Backtab:
        edit(std::max(column - 1, 0));
        return true;
    default:
        return false;
    }
}

void FilterBar::mousePressEvent(QMouseEvent *event)
{
    if (event->position().x() < m_grid->rowNumberWidth())
        return Q_EMIT expressionRequested();
    for (int column = 0; column < m_grid->columnCount(); ++column) {
        if (place(column).contains(event->position().toPoint()))
            return edit(column);
    }
    commit();
}

void FilterBar::paintEvent(QPaintEvent *event)
{
    Pane::paintEvent(event);
    QPainter painter(this);
    const QColor line = Theme::color(palette(), Theme::Line);
    const int count = m_grid->columnCount();
    const int left = count > 0 ? m_grid->rowNumberWidth() : 0;
    const int frozenRight = left + m_grid->layout().frozenWidth();
    for (int column = count - 1; column >= 0; --column) {
        const QRect rect = place(column);
        const bool isFrozen = column < m_grid->layout().frozen();
        if (rect.right() < left || rect.left() > width())
            continue;
        painter.setClipRect(QRect(isFrozen ? left : frozenRight, 0, width(), height()));
        painter.fillRect(rect.right() + 1, 0, 1, height(), line);
        const QString text = m_texts.value(m_grid->sourceColumn(column));
        if (text.isEmpty())
            continue;
        const QRect room = rect.adjusted(8, 0, -8, 0);
        painter.setPen(m_error.isEmpty() ? palette().color(QPalette::Text) : Theme::color(palette(), Theme::Failure));
        painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft,
                         fontMetrics().elidedText(singleLine(text), Qt::ElideRight, room.width()));
    }
    painter.setClipping(false);
    painter.fillRect(0, 0, left, height() - 1, palette().color(QPalette::Window));
    painter.fillRect(left - 1, 0, 1, height(), line);
    Icons::paint(&painter, QRect(left - 24, (height() - 16) / 2, 16, 16), u"find"_s, Theme::color(palette(), Theme::Subdued));
}

} // namespace Grebe
