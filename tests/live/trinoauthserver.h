// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/connection.h"
#include "extension/credentialprovider.h"

#include <QFuture>
#include <QList>
#include <QMap>
#include <QSslCertificate>
#include <QString>
#include <QTest>

/// The server that tests/live/trino-auth/server started, as its environment tells.
namespace TrinoAuthServer {

using Options = QMap<QString, QString>;

/// Fails the test when the environment names no server.
bool isThere();
Grebe::ConnectionParameters parameters(const Options &options = {}); ///< with the server's authority
QString url(); ///< trino+https://localhost:PORT
QString origin(); ///< as keys of secrets have it
QString secretFile(const QString &name); ///< made at its start: ca.pem, ann.pem, ann.key, token
QString password(); ///< of ann: at Trino, at the provider, of her key
/// Offers JSON web tokens, else the browser.
bool hasTokens();
int httpPort();
QList<QSslCertificate> authorities();
/// How often somebody saw the provider's form.
int formCount();

/// Straight from the engine, without the plugin.
Grebe::ConnectionPtr connectTo(const Options &options, Grebe::CredentialProvider *provider = nullptr);

/// Turns the event loop until it is there.
template<typename T>
T valueOf(QFuture<T> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, std::chrono::seconds(90)))
        qFatal("no answer in time");
    return future.result();
}

} // namespace TrinoAuthServer
