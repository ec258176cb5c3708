// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"

#include <QDateTime>
#include <QFuture>
#include <QString>
#include <QUrl>

namespace Grebe {

/// What a driver needs from a person; a value.
struct GREBE_EXPORT CredentialRequest
{
    enum class Kind {
        Password, ///< for `user` at `origin`
        BrowserSignIn, ///< open `url` (http or https only) and wait; the driver learns the outcome from the server
        StoredToken, ///< a token kept from an earlier BrowserSignIn; never asks a person, NotFound when there is none
        CertificatePassphrase, ///< for the key in `fileName`
        UnknownAuthority ///< the server's certificate is signed by nobody we trust: `certificateText` describes it
    };

    Kind kind = Kind::Password;
    QString connectionName;
    QString origin; ///< scheme://host:port
    QString user;
    QString reason; ///< why it is asked now: "the server refused the password"
    QUrl url;
    QDateTime deadline;
    QString fileName;
    QString certificateText; ///< subject, issuer, dates, names
    QByteArray certificateFingerprint; ///< SHA-256 of the certificate
};

/// A person's answer; a value.
struct GREBE_EXPORT Credential
{
    QString secret; ///< the password or passphrase
    bool isAccepted = true; ///< UnknownAuthority: trust this certificate for this connection
    bool remember = false; ///< store it in the keychain once it has worked
};

/// Asks a person, or a keychain, on behalf of a driver that knows no window.
///
/// Errors     a person who declines ends the future with Error::Code::Cancelled.
/// Thread     request() is called on engine threads and returns at once; the future is finished from any thread. The
///            driver cancels a future whose answer it no longer needs: take the question off the screen then.
/// Shape      a BrowserSignIn may be answered at once, when nobody can decline it any more, or not at all: the driver
///            tells by cancelling. confirm() then hands over the token as `secret`, for a person who wants it kept.
/// Ownership  the application's; it outlives every connection that was given it.
class GREBE_EXPORT CredentialProvider
{
public:
    virtual ~CredentialProvider();
    virtual QFuture<Result<Credential>> request(const CredentialRequest &request) = 0;
    /// The secret worked, or did not: the moment to store it, or to forget a stored one.
    virtual void confirm(const CredentialRequest &request, const Credential &credential, bool worked);
};

} // namespace Grebe
