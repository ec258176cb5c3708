// SPDX-License-Identifier: Apache-2.0
#include "homepage.h"

#include "widgets/card.h"
#include "widgets/icons.h"
#include "widgets/label.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

class Logo : public QWidget
{
public:
    explicit Logo(QWidget *parent) : QWidget(parent) { setFixedSize(44, 44); }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        Icons::paint(&painter, rect(), u"grebe"_s, Theme::color(palette(), Theme::Accent));
    }
};

} // namespace

HomePage::HomePage(const QList<const EngineInfo *> &engines, const QString &sampleSql, QWidget *parent) : QWidget(parent)
{
    QStringList servers;
    QStringList fileEngines;
    for (const EngineInfo *engine : engines) {
        if (engine->features.testFlag(EngineInfo::Network))
            servers += engine->name;
        if (engine->features.testFlag(EngineInfo::OpensFiles))
            fileEngines += engine->name;
    }

    auto *title = new Label(u"Grebe"_s, this);
    QFont large = font();
    large.setPixelSize(24);
    title->setFont(large);
    auto *subtitle = new Label(tr("SQL for data lakes. Nothing leaves this computer but your queries."), Theme::Subdued, this);

    auto *heading = new QHBoxLayout;
    heading->setSpacing(14);
    heading->addWidget(new Logo(this));
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(title);
    words->addWidget(subtitle);
    heading->addLayout(words);
    heading->addStretch(1);

    auto *connectCard = new Card(u"database"_s, tr("Connect"),
                                 servers.isEmpty() ? tr("No engine with a server was built in.")
                                                   : tr("%1. Paste any URL: jdbc:, a page of the web interface, or host and port.")
                                                         .arg(servers.join(u", "_s)),
                                 this);
    connect(connectCard, &QAbstractButton::clicked, this, &HomePage::connectRequested);
    auto *openCard = new Card(u"file"_s, tr("Open files"),
                              fileEngines.isEmpty() ? tr("SQL scripts, into an editor each.")
                                                    : tr("Parquet, CSV and JSON to query with %1, or SQL scripts. Drop them here.")
                                                          .arg(fileEngines.join(u", "_s)),
                              this);
    connect(openCard, &QAbstractButton::clicked, this, &HomePage::openRequested);
    auto *cards = new QHBoxLayout;
    cards->setSpacing(18);
    for (Card *card : { connectCard, openCard }) {
        card->setFixedWidth(300);
        cards->addWidget(card);
    }
    cards->addStretch(1);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(90, 60, 90, 40);
    column->setSpacing(0);
    column->addLayout(heading);
    column->addSpacing(30);
    column->addLayout(cards);
    if (!sampleSql.isEmpty()) {
        column->addSpacing(30);
        column->addWidget(new Label(tr("Or try the sample lake:"), Theme::Subdued, this));
        column->addSpacing(6);
        auto *sample = new CodeCard(sampleSql, tr("Ctrl+Enter"), this);
        sample->setMaximumWidth(960);
        sample->setAccessibleName(tr("Run the sample query"));
        connect(sample, &QAbstractButton::clicked, this, &HomePage::sampleRequested);
        column->addWidget(sample);
    }
    column->addStretch(1);
}

void HomePage::paintEvent(QPaintEvent *)
{
    QPainter(this).fillRect(rect(), palette().brush(QPalette::Base));
}

} // namespace Grebe
