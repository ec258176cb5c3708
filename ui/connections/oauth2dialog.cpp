// SPDX-License-Identifier: Apache-2.0
#include "oauth2dialog.h"

#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDesktopServices>
#include <QGuiApplication>
#include <QVBoxLayout>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

bool OAuth2Dialog::isOpenable(const QUrl &url)
{
    const QString text = url.toString(QUrl::FullyEncoded);
    return url.isValid() && (url.scheme() == "https"_L1 || url.scheme() == "http"_L1) && !url.host().isEmpty()
        && url.userInfo().isEmpty() && !url.authority().contains(u'@')
        && std::ranges::all_of(text, [](QChar c) { return c.unicode() > 0x20 && c.unicode() < 0x7f && c != u'\\'; });
}

QString OAuth2Dialog::timeLeft(const QDateTime &deadline, const QDateTime &now)
{
    const qint64 seconds = std::max<qint64>(0, now.secsTo(deadline));
    return u"%1:%2"_s.arg(seconds / 60).arg(seconds % 60, 2, 10, u'0');
}

OAuth2Dialog::OAuth2Dialog(const CredentialRequest &request, bool isMemoryOnly, QWidget *parent)
    : QDialog(parent), m_request(request)
{
    const QString server = request.connectionName.isEmpty() ? request.origin : request.connectionName;
    setWindowTitle(tr("Sign in"));
    setWindowModality(Qt::NonModal);
    setMinimumWidth(460);

    auto *heading = new Label(tr("Sign in to %1 with your browser").arg(server), this);
    QFont bold = font();
    bold.setBold(true);
    bold.setPixelSize(fontInfo().pixelSize() + 2);
    heading->setFont(bold);
    heading->setWordWrap(true);
    auto *address = new Label(request.url.toString(QUrl::FullyEncoded), Theme::Subdued, this);
    address->setElided(true);
    address->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *place = new Label(tr("The page is at %1.").arg(request.url.host(QUrl::FullyEncoded)), this);
    place->setWordWrap(true);
    m_status = new Label(QString(), Theme::Subdued, this);
    m_status->setWordWrap(true);
    m_keep = new QCheckBox(isMemoryOnly ? tr("Stay signed in until Grebe ends (this system has no keychain)")
                                        : tr("Keep me signed in, in the keychain"),
                           this);

    auto *body = new QVBoxLayout;
    body->setContentsMargins(20, 16, 20, 16);
    body->setSpacing(8);
    for (QWidget *widget : std::initializer_list<QWidget *> { heading, place, address, m_keep, m_status })
        body->addWidget(widget);

    auto *footer = new Pane(Pane::LineAbove, this);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(18, 12, 18, 12);
    buttons->setSpacing(8);
    auto *cancel = new Button(Button::Plain, tr("Cancel"), footer);
    m_copy = new Button(Button::Plain, tr("Copy link"), footer);
    m_open = new Button(Button::Primary, tr("Open browser"), footer);
    buttons->addWidget(cancel);
    buttons->addStretch(1);
    buttons->addWidget(m_copy);
    buttons->addWidget(m_open);
    connect(cancel, &QAbstractButton::clicked, this, &QDialog::reject);
    connect(m_copy, &QAbstractButton::clicked, this, &OAuth2Dialog::copyLink);
    connect(m_open, &QAbstractButton::clicked, this, &OAuth2Dialog::openPage);
    if (!isOpenable(request.url)) {
        m_open->setEnabled(false);
        m_copy->setEnabled(false);
        m_news = tr("This is not the address of a web page: it is not opened.");
    } else {
        m_open->setFocus();
    }

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addLayout(body);
    layout->addStretch(1);
    layout->addWidget(footer);

    connect(&m_tick, &QTimer::timeout, this, &OAuth2Dialog::updateStatus);
    m_tick.start(std::chrono::seconds(1));
    updateStatus();
}

bool OAuth2Dialog::isToBeKept() const
{
    return m_keep->isChecked();
}

QString OAuth2Dialog::statusText() const
{
    return m_status->text();
}

void OAuth2Dialog::openPage()
{
    if (!isOpenable(m_request.url))
        return;
    m_news = QDesktopServices::openUrl(m_request.url)
        ? tr("The page was opened in your browser.")
        : tr("No browser could be started. Copy the link and open it anywhere, on another computer too.");
    updateStatus();
}

void OAuth2Dialog::copyLink()
{
    QGuiApplication::clipboard()->setText(m_request.url.toString(QUrl::FullyEncoded));
    m_news = tr("The link was copied.");
    updateStatus();
}

void OAuth2Dialog::updateStatus()
{
    const QString time = tr("Waiting for you to sign in, %1 left.").arg(timeLeft(m_request.deadline, QDateTime::currentDateTimeUtc()));
    m_status->setText(m_news.isEmpty() ? time : m_news + u' ' + time);
}

} // namespace Grebe
