// SPDX-License-Identifier: Apache-2.0
#include "expressionbar.h"

#include "filterexpression.h"
#include "resultgrid.h"
#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>

using namespace Qt::StringLiterals;

namespace Grebe {

ExpressionBar::ExpressionBar(ResultGrid *grid) : Pane(LineBelow), m_grid(grid)
{
    m_edit = new QLineEdit;
    m_edit->setPlaceholderText(tr("amount > 100 and (status = 'OPEN' or note is null)"));
    m_edit->setAccessibleName(tr("Condition over all columns"));
    m_edit->installEventFilter(this);
    m_status = new Label(QString(), Theme::Failure);
    m_status->setElided(true);
    auto *close = new Button(Button::Quiet, u"close"_s, QString());
    close->setAccessibleName(tr("Take the condition away"));
    close->setToolTip(tr("Take the condition away"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 3, 8, 4);
    layout->setSpacing(6);
    layout->addWidget(m_edit, 2);
    layout->addWidget(m_status, 1);
    layout->addWidget(close);
    setCursor(Qt::ArrowCursor);
    connect(close, &Button::clicked, this, [this] {
        clear();
        m_grid->setFocus();
    });
}

void ExpressionBar::open()
{
    show();
    m_edit->setFocus();
    m_edit->selectAll();
}

void ExpressionBar::clear()
{
    m_edit->clear();
    hide();
    apply();
}

QString ExpressionBar::errorText() const
{
    return m_status->text();
}

void ExpressionBar::setError(const QString &message)
{
    m_status->setText(message);
}

void ExpressionBar::apply()
{
    const QString text = m_edit->text().trimmed();
    QList<Filter> filters;
    setError(QString());
    if (!text.isEmpty()) {
        QStringList names;
        for (int source = 0; source < m_grid->layout().sourceCount(); ++source)
            names += m_grid->sourceColumnName(source);
        const Result<QList<Filter>> parsed = parseFilterExpression(text, names);
        if (!parsed) {
            setError(parsed.error().message);
            m_edit->setCursorPosition(parsed.error().column - 1);
            return;
        }
        filters = *parsed;
    }
    if (text == m_applied)
        return;
    m_applied = text;
    m_filters = filters;
    Q_EMIT filtersChanged();
}

bool ExpressionBar::eventFilter(QObject *object, QEvent *event)
{
    if (object != m_edit || event->type() != QEvent::KeyPress)
        return Pane::eventFilter(object, event);
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Return:
    case Qt::Key_Enter:
        apply();
        if (errorText().isEmpty())
            m_grid->setFocus();
        return true;
    case Qt::Key_Escape:
        m_grid->setFocus();
        if (m_applied.isEmpty())
            clear();
        return true;
    default: return false;
    }
}

} // namespace Grebe
