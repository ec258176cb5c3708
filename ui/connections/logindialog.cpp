// SPDX-License-Identifier: Apache-2.0
#include "logindialog.h"

#include "widgets/button.h"
#include "widgets/label.h"
#include "widgets/pane.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QVBoxLayout>

using namespace Qt::StringLiterals;

namespace Grebe {

LoginDialog::LoginDialog(const CredentialRequest &request, bool isMemoryOnly, QWidget *parent) : QDialog(parent)
{
    using Kind = CredentialRequest::Kind;
    const bool isTrust = request.kind == Kind::UnknownAuthority;
    const QString server = request.connectionName.isEmpty() ? request.origin : request.connectionName;
    setWindowTitle(isTrust ? tr("Unknown certificate") : tr("Sign in"));
    setWindowModality(Qt::WindowModal);
    setMinimumWidth(440);

    auto *heading = new Label(isTrust ? tr("Nobody you trust vouches for %1").arg(server)
                                      : request.kind == Kind::Password ? tr("Sign in to %1").arg(server)
                                                                       : tr("Passphrase of a key"),
                              this);
    QFont bold = font();
    bold.setBold(true);
    bold.setPixelSize(fontInfo().pixelSize() + 2);
    heading->setFont(bold);
    heading->setWordWrap(true);

    auto *body = new QVBoxLayout;
    body->setContentsMargins(20, 16, 20, 16);
    body->setSpacing(8);
    body->addWidget(heading);
    const auto addText = [&](const QString &text, Theme::Role role) {
        if (text.isEmpty())
            return;
        auto *label = new Label(text, role, this);
        label->setWordWrap(true);
        body->addWidget(label);
    };
    addText(request.reason, Theme::Failure);
    if (isTrust) {
        addText(request.certificateText, Theme::Subdued);
        addText(tr("SHA-256 %1").arg(QString::fromLatin1(request.certificateFingerprint.toHex(':'))), Theme::Subdued);
        addText(tr("Trust it only if you can compare this fingerprint with the server's own."), Theme::Subdued);
    } else {
        addText(request.kind == Kind::Password ? tr("User %1 at %2").arg(request.user, request.origin) : request.fileName,
                Theme::Subdued);
        m_secret = new QLineEdit(this);
        m_secret->setEchoMode(QLineEdit::Password);
        m_secret->setPlaceholderText(request.kind == Kind::Password ? tr("Password") : tr("Passphrase"));
        m_secret->setAccessibleName(m_secret->placeholderText());
        body->addWidget(m_secret);
        m_remember = new QCheckBox(isMemoryOnly ? tr("Remember until Grebe ends (this system has no keychain)")
                                                : tr("Remember in the keychain"),
                                   this);
        m_remember->setChecked(true);
        body->addWidget(m_remember);
    }

    auto *footer = new Pane(Pane::LineAbove, this);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(18, 12, 18, 12);
    buttons->setSpacing(8);
    buttons->addStretch(1);
    auto *decline = new Button(Button::Plain, isTrust ? tr("Do not connect") : tr("Cancel"), footer);
    auto *accept = new Button(isTrust ? Button::Danger : Button::Primary, isTrust ? tr("Trust it") : request.kind == Kind::Password ? tr("Sign in") : tr("Open the key"), footer);
    buttons->addWidget(decline);
    buttons->addWidget(accept);
    connect(decline, &QAbstractButton::clicked, this, &QDialog::reject);
    connect(accept, &QAbstractButton::clicked, this, &QDialog::accept);
    if (m_secret) {
        connect(m_secret, &QLineEdit::returnPressed, this, &QDialog::accept);
        m_secret->setFocus();
    } else {
        decline->setFocus();
    }

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins({});
    layout->setSpacing(0);
    layout->addLayout(body);
    layout->addStretch(1);
    layout->addWidget(footer);
}

Credential LoginDialog::credential() const
{
    return { .secret = m_secret ? m_secret->text() : QString(),
             .isAccepted = true,
             .remember = m_remember && m_remember->isChecked() };
}

} // namespace Grebe
