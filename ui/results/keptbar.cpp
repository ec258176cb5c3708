// SPDX-License-Identifier: Apache-2.0
#include "keptbar.h"

#include "cellformatter.h"

#include "widgets/button.h"
#include "widgets/label.h"

#include <QHBoxLayout>
#include <QLocale>

namespace Grebe {

QString asOfText(const SavedResult &result)
{
    return QObject::tr("as of %1").arg(QLocale().toString(result.ranAt.toLocalTime(), QLocale::ShortFormat));
}

KeptBar::KeptBar(QWidget *parent) : Pane(Pane::LineBelow, parent), m_text(new Label)
{
    m_text->setElided(true);
    auto *show = new Button(Button::Plain, tr("Show"));
    auto *forget = new Button(Button::Plain, tr("Forget"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 8, 5);
    layout->setSpacing(6);
    layout->addWidget(m_text, 1);
    layout->addWidget(show);
    layout->addWidget(forget);
    connect(show, &Button::clicked, this, [this] {
        hide();
        Q_EMIT showRequested(m_result);
    });
    connect(forget, &Button::clicked, this, [this] {
        hide();
        Q_EMIT waivedOff();
    });
    hide();
}

void KeptBar::offer(const QString &fileName)
{
    const Result<SavedResult> found = readSavedResult(fileName);
    if (!found)
        return;
    m_result = *found;
    m_text->setText(tr("The last result was kept: %1, %2 rows from %3, %4.")
                        .arg(m_result.title, countText(m_result.rowCount), m_result.connection, asOfText(m_result)));
    m_text->setToolTip(m_result.sql.left(2000));
    show();
}

} // namespace Grebe
