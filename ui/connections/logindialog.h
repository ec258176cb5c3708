// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"

#include <QDialog>

class QCheckBox;
class QLineEdit;

namespace Grebe {

/// Asks for what a CredentialRequest names: a password, a passphrase, or whether to trust a certificate.
class LoginDialog : public QDialog
{
    Q_OBJECT
public:
    /// `isMemoryOnly`: there is no keychain, and the dialog says so.
    LoginDialog(const CredentialRequest &request, bool isMemoryOnly, QWidget *parent = nullptr);

    Credential credential() const;
    QLineEdit *secretField() const { return m_secret; }

private:
    QLineEdit *m_secret = nullptr;
    QCheckBox *m_remember = nullptr;
};

} // namespace Grebe
