// SPDX-License-Identifier: Apache-2.0
#include "querylink.h"

#include "widgets/label.h"
#include "widgets/linkbutton.h"

#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QToolButton>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace Grebe {

QueryLink::QueryLink(QWidget *parent) : QWidget(parent)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(12);
}

QueryLink::QueryLink(const QString &queryId, const QString &infoUrl, QWidget *parent) : QueryLink(parent)
{
    setQuery(queryId, infoUrl);
}

void QueryLink::setQuery(const QString &queryId, const QString &infoUrl)
{
    if (queryId == m_queryId && infoUrl == m_infoUrl)
        return;
    m_queryId = queryId;
    m_infoUrl = infoUrl;
    while (QLayoutItem *item = layout()->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (queryId.isEmpty())
        return;
    auto *id = new Label(queryId, Theme::Subdued);
    id->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    layout()->addWidget(id);
    auto *copy = linkButton(tr("copy"));
    copy->setAccessibleName(tr("Copy the query's id"));
    connect(copy, &QToolButton::clicked, this, [queryId] { QGuiApplication::clipboard()->setText(queryId); });
    layout()->addWidget(copy);
    const QUrl page(infoUrl);
    if (page.scheme() == "https"_L1 || page.scheme() == "http"_L1) {
        auto *open = linkButton(tr("open its page"));
        open->setToolTip(page.toDisplayString().toHtmlEscaped());
        connect(open, &QToolButton::clicked, this, [page] { QDesktopServices::openUrl(page); });
        layout()->addWidget(open);
    }
    static_cast<QHBoxLayout *>(layout())->addStretch(1);
}

} // namespace Grebe
