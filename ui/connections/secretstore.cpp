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

QString SecretStore::tokenKey(const QString &origin, const QString &user)
{
    return u"token:"_s + key(origin, user);
}

QFuture<Result<QString>> SecretStore::password(const QString &origin, const QString &user)
{
    return read(key(origin, user), tr("No password is stored for %1.").arg(key(origin, user)));
}

QFuture<Result<void>> SecretStore::setPassword(const QString &origin, const QString &user, const QString &password)
{
    return write(key(origin, user), password, tr("The keychain did not take the password: %1."));
}

void SecretStore::forgetPassword(const QString &origin, const QString &user)
{
    remove(key(origin, user));
}

QFuture<Result<QString>> SecretStore::token(const QString &origin, const QString &user)
{
    return read(tokenKey(origin, user), tr("No sign-in is stored for %1.").arg(key(origin, user)));
}

QFuture<Result<void>> SecretStore::setToken(const QString &origin, const QString &user, const QString &token)
{
    return write(tokenKey(origin, user), token, tr("The keychain did not take the sign-in: %1."));
}

QFuture<Result<void>> SecretStore::forgetToken(const QString &origin, const QString &user)
{
    return remove(tokenKey(origin, user));
}

QFuture<Result<QString>> SecretStore::read(const QString &name, const QString &what)
{
    if (m_secrets.contains(name))
        return QtFuture::makeReadyValueFuture(Result<QString>(m_secrets.value(name)));
    const Error missing { .code = Error::Code::NotFound, .message = what };
    if (m_isMemoryOnly)
        return QtFuture::makeReadyValueFuture(Result<QString>(std::unexpected(missing)));
    auto promise = std::make_shared<QPromise<Result<QString>>>();
    promise->start();
    auto *job = new QKeychain::ReadPasswordJob(service(), this);
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [this, job, promise, name, missing] {
        if (job->error() == QKeychain::NoError) {
            m_secrets.insert(name, job->textData());
            promise->addResult(job->textData());
        } else {
            promise->addResult(std::unexpected(missing));
        }
        promise->finish();
    });
    job->start();
    return promise->future();
}

QFuture<Result<void>> SecretStore::write(const QString &name, const QString &secret, const QString &what)
{
    m_secrets.insert(name, secret);
    if (m_isMemoryOnly)
        return QtFuture::makeReadyValueFuture(Result<void>());
    auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    auto *job = new QKeychain::WritePasswordJob(service(), this);
    job->setKey(name);
    job->setTextData(secret);
    connect(job, &QKeychain::Job::finished, this, [job, promise, what] {
        if (job->error() == QKeychain::NoError)
            promise->addResult(Result<void>());
        else
            promise->addResult(std::unexpected(Error { .code = Error::Code::IO,
                                                       .message = what.arg(job->errorString()),
                                                       .hint = tr("It is kept until Grebe ends.") }));
        promise->finish();
    });
    job->start();
    return promise->future();
}

QFuture<Result<void>> SecretStore::remove(const QString &name)
{
    const bool wasKnown = m_secrets.remove(name) > 0;
    const Error missing { .code = Error::Code::NotFound, .message = tr("Nothing is stored for %1.").arg(name) };
    if (m_isMemoryOnly)
        return QtFuture::makeReadyValueFuture(wasKnown ? Result<void>() : Result<void>(std::unexpected(missing)));
    auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    auto *job = new QKeychain::DeletePasswordJob(service(), this);
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [job, promise, missing] {
        promise->addResult(job->error() == QKeychain::NoError ? Result<void>() : Result<void>(std::unexpected(missing)));
        promise->finish();
    });
    job->start();
    return promise->future();
}

void SecretStore::setSessionValue(const QString &connection, const QString &option, const QString &value)
{
    m_sessionValues[connection.toLower()].insert(option, value);
}

} // namespace Grebe
