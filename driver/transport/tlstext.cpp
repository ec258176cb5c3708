// SPDX-License-Identifier: Apache-2.0
#include "tlstext.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QFile>
#include <QSslCertificate>
#include <QSslCipher>
#include <QSslConfiguration>
#include <QSslError>
#include <QStringList>

using namespace Qt::StringLiterals;

namespace Grebe {

constexpr qint64 largestCaFile = 16 << 20;
constexpr qint64 largestKeyFile = 1 << 20;

static QString nameOf(const QStringList &commonNames, const QStringList &organizations)
{
    // A certificate is the other side's text: cut before it fills a dialog.
    if (!commonNames.isEmpty())
        return commonNames.join(u", "_s).left(200);
    return organizations.isEmpty() ? u"(no name)"_s : organizations.join(u", "_s).left(200);
}

static QString subjectOf(const QSslCertificate &certificate)
{
    QStringList names = certificate.subjectInfo(QSslCertificate::CommonName);
    const auto alternatives = certificate.subjectAlternativeNames();
    for (const QString &name : alternatives) {
        if (!names.contains(name) && names.size() < 8)
            names << name;
    }
    return nameOf(names, certificate.subjectInfo(QSslCertificate::Organization));
}

static QString issuerOf(const QSslCertificate &certificate)
{
    return nameOf(certificate.issuerInfo(QSslCertificate::CommonName),
                  certificate.issuerInfo(QSslCertificate::Organization));
}

QString certificateText(const QSslCertificate &certificate)
{
    if (certificate.isNull())
        return u"no certificate"_s;
    return u"certificate for %1, issued by %2, valid from %3 to %4, SHA-256 %5"_s.arg(
        subjectOf(certificate), issuerOf(certificate), certificate.effectiveDate().toUTC().toString(Qt::ISODate),
        certificate.expiryDate().toUTC().toString(Qt::ISODate),
        QString::fromLatin1(certificate.digest(QCryptographicHash::Sha256).toHex(':')));
}

QString encryptionText(const QSslConfiguration &configuration)
{
    QString protocol;
    switch (configuration.sessionProtocol()) {
    case QSsl::TlsV1_2: protocol = u"TLS 1.2"_s; break;
    case QSsl::TlsV1_3: protocol = u"TLS 1.3"_s; break;
    default: protocol = u"TLS"_s; break;
    }
    const QSslCertificate certificate = configuration.peerCertificate();
    return certificate.isNull() ? protocol : u"%1, issued by %2"_s.arg(protocol, issuerOf(certificate));
}

Error certificateError(const QString &where, const QList<QSslError> &errors)
{
    if (errors.isEmpty())
        return handshakeError(where, {});
    const QSslError &first = errors.constFirst();
    QString reason;
    QString hint = u"If this certificate is the right one, add the file of the CA that issued it under TLS."_s;
    switch (first.error()) {
    case QSslError::HostNameMismatch:
        reason = u"it is for another host name"_s;
        hint = u"Connect by a name the certificate has, or set the expected name under TLS."_s;
        break;
    case QSslError::CertificateExpired:
        reason = u"it has expired"_s;
        hint = u"The server needs a new certificate; check this machine's clock too."_s;
        break;
    case QSslError::CertificateNotYetValid:
        reason = u"it is not valid yet"_s;
        hint = u"Check this machine's clock and the server's certificate."_s;
        break;
    case QSslError::SelfSignedCertificate:
        reason = u"it is self-signed and not known here"_s;
        hint = u"If it is the right one, add it as a CA file under TLS."_s;
        break;
    case QSslError::SelfSignedCertificateInChain:
    case QSslError::UnableToGetLocalIssuerCertificate:
    case QSslError::UnableToGetIssuerCertificate:
    case QSslError::UnableToVerifyFirstCertificate:
    case QSslError::CertificateUntrusted: reason = u"its issuer is not known here"_s; break;
    default: reason = first.errorString(); break;
    }
    QStringList details;
    for (const QSslError &error : errors)
        details << error.errorString() + u": "_s + certificateText(error.certificate());
    return { .code = Error::Code::IO,
             .message = u"The certificate of %1 was not accepted: %2 (%3)."_s.arg(
                 where, reason, certificateText(first.certificate())),
             .hint = hint,
             .detail = details.join(u'\n'),
             .vendorCode = u"TLS_CERTIFICATE"_s };
}

Error handshakeError(const QString &where, const QString &raw)
{
    Error error { .code = Error::Code::IO, .detail = raw, .vendorCode = u"TLS_HANDSHAKE"_s };
    const QString lower = raw.toLower();
    if (lower.contains("wrong version number"_L1) || lower.contains("http request"_L1)
        || lower.contains("packet length too long"_L1)) {
        error.message = u"%1 did not answer in TLS."_s.arg(where);
        error.hint = u"Is this the port of its plain HTTP service? Turn TLS off or use the TLS port."_s;
    } else if (lower.contains("protocol"_L1) && (lower.contains("version"_L1) || lower.contains("unsupported"_L1))) {
        error.message = u"%1 offers no TLS version that is still safe: TLS 1.2 is the least."_s.arg(where);
        error.hint = u"The server has to be set to TLS 1.2 or newer."_s;
    } else if (lower.contains("certificate required"_L1) || lower.contains("bad certificate"_L1)) {
        error.message = u"%1 wants a client certificate that it did not get or did not accept."_s.arg(where);
    } else {
        error.message = u"The TLS handshake with %1 failed."_s.arg(where);
    }
    return error;
}

Result<QList<QSslCertificate>> readCaFile(const QString &fileName)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly))
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The CA file %1 cannot be read: %2."_s.arg(fileName, file.errorString()),
                                       .hint = u"Choose a readable PEM file under TLS."_s });
    const auto certificates = QSslCertificate::fromData(file.read(largestCaFile), QSsl::Pem);
    if (certificates.isEmpty())
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The CA file %1 holds no certificate in PEM form."_s.arg(fileName),
                                       .hint = u"A PEM file has lines \"-----BEGIN CERTIFICATE-----\"."_s });
    return certificates;
}

static Result<QByteArray> readSmallFile(const QString &fileName, const QString &what)
{
    QFile file(fileName);
    if (!file.open(QIODevice::ReadOnly))
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The %1 %2 cannot be read: %3."_s.arg(what, fileName, file.errorString()),
                                       .hint = u"Choose a readable file under TLS."_s });
    return file.read(largestKeyFile);
}

static Error passphraseError(const QString &fileName, bool wasGiven)
{
    return { .code = Error::Code::InvalidArgument,
             .message = wasGiven ? u"The passphrase does not open the key in %1."_s.arg(fileName)
                                 : u"The key in %1 is encrypted, and no passphrase was given."_s.arg(fileName),
             .hint = u"Set SSLKeyStorePassword to the passphrase of the key."_s,
             .vendorCode = u"TLS_KEY_PASSPHRASE"_s };
}

static QSslKey readKey(const QByteArray &pem, const QByteArray &passphrase)
{
    for (const QSsl::KeyAlgorithm algorithm : { QSsl::Rsa, QSsl::Ec, QSsl::Dsa }) {
        const QSslKey key(pem, algorithm, QSsl::Pem, QSsl::PrivateKey, passphrase);
        if (!key.isNull())
            return key;
    }
    return {};
}

// The first private key of a PEM text, with its armour: Qt reads no key behind a certificate.
static QByteArray keyBlock(const QByteArray &text)
{
    qsizetype begin = 0;
    while ((begin = text.indexOf("-----BEGIN ", begin)) >= 0) {
        const qsizetype lineEnd = text.indexOf("-----", begin + 11);
        const QByteArray label = lineEnd < 0 ? QByteArray() : text.sliced(begin + 11, lineEnd - begin - 11);
        const QByteArray end = "-----END " + label + "-----";
        const qsizetype endAt = text.indexOf(end, begin);
        if (label.endsWith("PRIVATE KEY") && endAt >= 0)
            return text.sliced(begin, endAt + end.size() - begin) + '\n';
        begin += 11;
    }
    return {};
}

Result<ClientIdentity> readClientIdentity(const QString &certificateFile, const QString &keyFile, const QString &passphrase)
{
    const Result<QByteArray> text = readSmallFile(certificateFile, u"client certificate"_s);
    if (!text)
        return std::unexpected(text.error());
    ClientIdentity identity;
    if (text->startsWith("\xfe\xed\xfe\xed") || text->startsWith("\xce\xce\xce\xce")) {
        return std::unexpected(Error {
            .code = Error::Code::InvalidArgument,
            .message = u"%1 is a Java key store, which only Java reads."_s.arg(certificateFile),
            .hint = u"Make a PKCS#12 file of it: keytool -importkeystore -srckeystore %1 -destkeystore client.p12 -deststoretype PKCS12"_s.arg(certificateFile) });
    }
    if (!text->contains("-----BEGIN ")) {
        QFile file(certificateFile);
        QSslCertificate own;
        QList<QSslCertificate> authorities;
        if (!file.open(QIODevice::ReadOnly)
            || !QSslCertificate::importPkcs12(&file, &identity.key, &own, &authorities, passphrase.toUtf8())) {
            // DER begins with a SEQUENCE: then it is the passphrase.
            if (text->startsWith('\x30'))
                return std::unexpected(passphraseError(certificateFile, !passphrase.isEmpty()));
            return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                           .message = u"%1 is neither a PEM nor a PKCS#12 file."_s.arg(certificateFile) });
        }
        identity.chain = QList<QSslCertificate> { own } + authorities;
        return identity;
    }
    identity.chain = QSslCertificate::fromData(*text, QSsl::Pem);
    if (identity.chain.isEmpty())
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The file %1 holds no certificate in PEM form."_s.arg(certificateFile) });
    const QString whereKey = keyFile.isEmpty() ? certificateFile : keyFile;
    const Result<QByteArray> keyText = keyFile.isEmpty() ? text : readSmallFile(keyFile, u"client key"_s);
    if (!keyText)
        return std::unexpected(keyText.error());
    const QByteArray pem = keyBlock(*keyText);
    if (pem.isEmpty())
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The file %1 holds no private key in PEM form."_s.arg(whereKey),
                                       .hint = u"Name the file of the key under TLS, where it is another than the certificate's."_s });
    const bool isEncrypted = pem.contains("ENCRYPTED");
    if (isEncrypted && passphrase.isEmpty())
        return std::unexpected(passphraseError(whereKey, false));
    identity.key = readKey(pem, passphrase.toUtf8());
    if (identity.key.isNull()) {
        if (isEncrypted)
            return std::unexpected(passphraseError(whereKey, true));
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The private key in %1 cannot be read."_s.arg(whereKey),
                                       .hint = u"RSA and elliptic-curve keys in PKCS#8 form are understood: openssl pkcs8 -topk8 makes one."_s });
    }
    return identity;
}

} // namespace Grebe
