// SPDX-License-Identifier: Apache-2.0
#include "spillbar.h"

#include "cellformatter.h"

#include "widgets/button.h"
#include "widgets/label.h"

#include <QHBoxLayout>

namespace Grebe {

SpillBar::SpillBar(QWidget *parent) : Pane(Pane::LineBelow, parent), m_text(new Label(QString(), Theme::Warning))
{
    m_text->setWordWrap(true);
    auto *retry = new Button(Button::Plain, tr("Retry"));
    m_closeOthers = new Button(Button::Plain, tr("Close other results"));
    m_closeOthers->setToolTip(tr("Closes the results in the other tabs of this editor, but no pinned ones; gives back what they hold"));
    m_stop = new Button(Button::Plain, tr("Stop"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 8, 5);
    layout->setSpacing(6);
    layout->addWidget(m_text, 1);
    for (Button *button : { retry, m_closeOthers, m_stop })
        layout->addWidget(button, 0, Qt::AlignTop);
    connect(retry, &Button::clicked, this, &SpillBar::retryRequested);
    connect(m_closeOthers, &Button::clicked, this, &SpillBar::closeOthersRequested);
    connect(m_stop, &Button::clicked, this, &SpillBar::stopRequested);
    hide();
}

void SpillBar::show(const Error &error, qint64 rowCount, bool isRunning, int otherCount)
{
    const QString consequence = isRunning ? tr("Reading is paused and the server waits; all %1 rows are safe.")
                                          : tr("All %1 rows are safe, in memory.");
    m_text->setText(error.message + u' ' + consequence.arg(countText(rowCount)) + (error.hint.isEmpty() ? QString() : u' ' + error.hint));
    m_closeOthers->setVisible(otherCount > 0);
    m_stop->setVisible(isRunning);
    setVisible(true);
}

} // namespace Grebe
