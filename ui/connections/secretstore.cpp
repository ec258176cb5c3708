// SPDX-License-Identifier: Apache-2.0
#include "secretstore.h"

#include <qt6keychain/keychain.h>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString service()
{
    return u"Grebe"_s;
}

} // namespace

SecretStore::SecretStore(Backend backend, QObject *parent)
    : QObject(parent), m_isMemoryOnly(backend == Backend::MemoryOnly || !QKeychain::isAvailable())
{
}

QString SecretStore::key(const QString &origin, const QString &user)
{
    return user + u'@' + origin;
}

QFuture<Result<QString>> SecretStore::password(const QString &origin, const QString &user)
{
    const QString name = key(origin, user);
    if (m_passwords.contains(name))
        return QtFuture::makeReadyValueFuture(Result<QString>(m_passwords.value(name)));
    const Error missing { .code = Error::Code::NotFound, .message = tr("No password is stored for %1.").arg(name) };
    if (m_isMemoryOnly)
        return QtFuture::makeReadyValueFuture(Result<QString>(std::unexpected(missing)));
    auto promise = std::make_shared<QPromise<Result<QString>>>();
    promise->start();
    auto *job = new QKeychain::ReadPasswordJob(service(), this);
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [this, job, promise, name, missing] {
        if (job->error() == QKeychain::NoError) {
            m_passwords.insert(name, job->textData());
            promise->addResult(job->textData());
        } else {
            promise->addResult(std::unexpected(missing));
        }
        promise->finish();
    });
    job->start();
    return promise->future();
}

QFuture<Result<void>> SecretStore::setPassword(const QString &origin, const QString &user, const QString &password)
{
    const QString name = key(origin, user);
    m_passwords.insert(name, password);
    if (m_isMemoryOnly)
        return QtFuture::makeReadyValueFuture(Result<void>());
    auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    auto *job = new QKeychain::WritePasswordJob(service(), this);
    job->setKey(name);
    job->setTextData(password);
    connect(job, &QKeychain::Job::finished, this, [job, promise] {
        if (job->error() == QKeychain::NoError)
            promise->addResult(Result<void>());
        else
            promise->addResult(std::unexpected(
                Error { .code = Error::Code::IO,
                        .message = tr("The keychain did not take the password: %1.").arg(job->errorString()),
                        .hint = tr("It is kept until Grebe ends.") }));
        promise->finish();
    });
    job->start();
    return promise->future();
}

void SecretStore::forgetPassword(const QString &origin, const QString &user)
{
    const QString name = key(origin, user);
    m_passwords.remove(name);
    if (m_isMemoryOnly)
        return;
    auto *job = new QKeychain::DeletePasswordJob(service(), this);
    job->setKey(name);
    job->start();
}

void SecretStore::setSessionValue(const QString &connection, const QString &option, const QString &value)
{
    m_sessionValues[connection.toLower()].insert(option, value);
}

} // namespace Grebe
