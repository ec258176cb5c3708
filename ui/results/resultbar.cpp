// SPDX-License-Identifier: Apache-2.0
#include "resultbar.h"

#include "widgets/button.h"
#include "widgets/icons.h"
#include "widgets/label.h"
#include "widgets/theme.h"

#include <QHBoxLayout>
#include <QPainter>

using namespace Qt::StringLiterals;

namespace Grebe {

ResultBar::ResultBar(QWidget *parent) : Pane(LineBelow, parent)
{
    m_text = new Label(QString(), Theme::Warning);
    m_text->setElided(true);
    m_more = new Button(Button::Plain, tr("Load more"));
    m_all = new Button(Button::Plain, tr("All"));
    m_file = new Button(Button::Plain, tr("To file…"));
    m_messages = new Button(Button::Plain, tr("Messages"));
    m_more->setToolTip(tr("As many rows again"));
    m_all->setToolTip(tr("All rows, however many"));
    m_file->setToolTip(tr("The whole result into a file"));
    m_messages->setToolTip(tr("What the server said"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(36, 3, 8, 4);
    layout->setSpacing(6);
    layout->addWidget(m_text, 1);
    for (Button *button : { m_more, m_all, m_file, m_messages })
        layout->addWidget(button);
    connect(m_more, &Button::clicked, this, &ResultBar::loadMoreRequested);
    connect(m_all, &Button::clicked, this, &ResultBar::loadAllRequested);
    connect(m_file, &Button::clicked, this, &ResultBar::exportRequested);
    connect(m_messages, &Button::clicked, this, &ResultBar::messagesRequested);
    hide();
}

void ResultBar::setText(const QString &text, bool isHeld, bool hasMessages)
{
    m_text->setText(text);
    m_text->setToolTip(text.toHtmlEscaped());
    m_more->setVisible(isHeld);
    m_all->setVisible(isHeld);
    m_file->setVisible(isHeld);
    m_messages->setVisible(hasMessages);
    setVisible(!text.isEmpty());
}

QString ResultBar::text() const
{
    return isHidden() ? QString() : m_text->text();
}

void ResultBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), Theme::color(palette(), Theme::WarningBackground));
    painter.fillRect(0, height() - 1, width(), 1, Theme::color(palette(), Theme::Line));
    Icons::paint(&painter, QRect(12, (height() - 16) / 2, 16, 16), u"warning"_s, Theme::color(palette(), Theme::Warning));
}

} // namespace Grebe
