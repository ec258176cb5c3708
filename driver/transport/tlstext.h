// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QList>
#include <QSslKey>

class QSslCertificate;
class QSslConfiguration;
class QSslError;

namespace Grebe {

/// What a person needs to judge a certificate: names, issuer, dates, SHA-256 fingerprint; one line of plain text.
QString certificateText(const QSslCertificate &certificate);

/// "TLS 1.3, issued by Example CA" for a connection that stands.
QString encryptionText(const QSslConfiguration &configuration);

/// Why the server at `where` ("host:port") was not believed; its vendorCode is TLS_CERTIFICATE.
Error certificateError(const QString &where, const QList<QSslError> &errors);

/// Why there was no TLS connection at all; `raw` is what Qt or OpenSSL said. Its vendorCode is TLS_HANDSHAKE.
Error handshakeError(const QString &where, const QString &raw);

/// The certificates of a PEM file.
/// Errors     InvalidArgument naming the file, when it cannot be read or holds none.
Result<QList<QSslCertificate>> readCaFile(const QString &fileName);

/// Who a client says it is; a value.
struct ClientIdentity
{
    QList<QSslCertificate> chain; ///< its own certificate first
    QSslKey key;
};

/// From PEM files (the key may stand in the certificate's file; PKCS#8, encrypted or not, or the older forms) or a
/// PKCS#12 file, which holds both.
/// Errors     InvalidArgument naming the file and what it lacks. Where a passphrase is missing or wrong the vendorCode is
///            TLS_KEY_PASSPHRASE.
Result<ClientIdentity> readClientIdentity(const QString &certificateFile, const QString &keyFile, const QString &passphrase);

} // namespace Grebe
