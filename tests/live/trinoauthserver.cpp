// SPDX-License-Identifier: Apache-2.0
#include "trinoauthserver.h"

#include "engines/engineconnection.h"

#include <QFile>

using namespace Grebe;
using namespace Qt::StringLiterals;

namespace TrinoAuthServer {

bool isThere()
{
    for (const char *name : { "URL", "TYPES", "SECRETS", "PASSWORD", "HTTP_PORT", "PROVIDER_LOG" }) {
        if (qEnvironmentVariable(("GREBE_LIVE_TRINOAUTH_" + QByteArray(name)).constData()).isEmpty()) {
            qCritical("GREBE_LIVE_TRINOAUTH_%s is not set: tests/live/trino-auth/server prints it", name);
            return false;
        }
    }
    return authorities().size() == 1;
}

QString url()
{
    return qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_URL");
}

QString secretFile(const QString &name)
{
    return qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_SECRETS") + u'/' + name;
}

QString password()
{
    return qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_PASSWORD");
}

bool hasTokens()
{
    return qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_TYPES").split(u',').contains(u"JWT"_s);
}

int httpPort()
{
    return qEnvironmentVariableIntValue("GREBE_LIVE_TRINOAUTH_HTTP_PORT");
}

QList<QSslCertificate> authorities()
{
    return QSslCertificate::fromPath(secretFile(u"ca.pem"_s));
}

int formCount()
{
    QFile log(qEnvironmentVariable("GREBE_LIVE_TRINOAUTH_PROVIDER_LOG"));
    if (!log.open(QIODevice::ReadOnly))
        qFatal("the provider's log cannot be read");
    return int(log.readAll().split('\n').count(QByteArray("form")));
}

ConnectionParameters parameters(const Options &options)
{
    Result<ConnectionParameters> parameters = ConnectionParameters::fromUrl(url(), engineInfos());
    if (!parameters)
        qFatal("%s", qPrintable(parameters.error().message));
    Options all { { u"caFile"_s, secretFile(u"ca.pem"_s) }, { u"timezone"_s, u"UTC"_s } };
    all.insert(options);
    for (const auto &[name, value] : all.asKeyValueRange()) {
        if (const Result<void> set = parameters->setValue(name, value); !set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return *parameters;
}

QString origin()
{
    return parameters().origin().toString();
}

ConnectionPtr connectTo(const Options &options, CredentialProvider *provider)
{
    const ConnectionParameters all = parameters(options);
    return makeConnection(engineEntry(u"trino"_s)->create(all, provider), all.engine(), all);
}

} // namespace TrinoAuthServer
