// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/credentialprovider.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;

namespace Grebe {

class Button;
class Label;

/// Shows the page where a person signs in, with the time that is left. It blocks nothing: other windows go on.
///
/// Shape      it stays until the driver says that it is over, or the person cancels (rejected()). The page is opened
///            when the person says so, after its address was shown; where no browser starts the link can be copied.
/// Errors     an address that is no plain web address is shown, but not opened.
class OAuth2Dialog : public QDialog
{
    Q_OBJECT
public:
    OAuth2Dialog(const CredentialRequest &request, bool isMemoryOnly, QWidget *parent = nullptr);

    /// http or https, a host, no user info, no control characters.
    static bool isOpenable(const QUrl &url);
    /// "9:58"; "0:00" when the time is over.
    static QString timeLeft(const QDateTime &deadline, const QDateTime &now);

    /// Keep the token in the keychain.
    bool isToBeKept() const;
    Button *openButton() const { return m_open; }
    Button *copyButton() const { return m_copy; }
    QString statusText() const;

private:
    void openPage();
    void copyLink();
    void updateStatus();

    const CredentialRequest m_request;
    Label *m_status;
    Button *m_open;
    Button *m_copy;
    QCheckBox *m_keep;
    QString m_news;
    QTimer m_tick;
};

} // namespace Grebe
