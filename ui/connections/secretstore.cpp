// SPDX-License-Identifier: Apache-2.0
#include "secretstore.h"

#include <qt6keychain/keychain.h>

#include <QFileInfo>
#include <QLibrary>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// The entries' folder. A job is nobody's child: a keychain that answers late finds it alive, and then it goes by itself.
QString service()
{
    return u"Grebe"_s;
}

#ifdef Q_OS_LINUX
// GLib ends the program whose session bus goes away, unless its one connection, which libsecret uses too, is told not to.
// Asked of the library that libsecret loads, for we use nothing else of it. Source: g_dbus_connection_set_exit_on_close().
void outliveTheBus()
{
    using Ready = void (*)(void *source, void *result, void *data);
    static const auto get = reinterpret_cast<void (*)(int type, void *cancellable, Ready ready, void *data)>(QLibrary::resolve(u"gio-2.0"_s, 0, "g_bus_get"));
    static const auto finish = reinterpret_cast<void *(*)(void *result, void **error)>(QLibrary::resolve(u"gio-2.0"_s, 0, "g_bus_get_finish"));
    static const auto setExit = reinterpret_cast<void (*)(void *bus, int exits)>(QLibrary::resolve(u"gio-2.0"_s, 0, "g_dbus_connection_set_exit_on_close"));
    constexpr int sessionBus = 2; // G_BUS_TYPE_SESSION
    if (!get || !finish || !setExit)
        return;
    get(sessionBus, nullptr, [](void *, void *result, void *) {
        if (void *bus = finish(result, nullptr))
            setExit(bus, 0);
    }, nullptr);
}
#endif

// Before the first question.
void prepareKeychain()
{
#ifdef Q_OS_LINUX
    static const bool isPrepared = (outliveTheBus(), true);
    Q_UNUSED(isPrepared)
#endif
}

Error::Code codeOf(QKeychain::Error error)
{
    switch (error) {
    case QKeychain::EntryNotFound: return Error::Code::NotFound;
    case QKeychain::AccessDeniedByUser:
    case QKeychain::AccessDenied: return Error::Code::Unauthorized;
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented: return Error::Code::NotImplemented;
    default: return Error::Code::IO;
    }
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

// However it is spelled; a key that is gone meanwhile may be asked for too.
QString SecretStore::passphraseKey(const QString &fileName)
{
    const QString path = QFileInfo(fileName).canonicalFilePath();
    return u"passphrase:"_s + (path.isEmpty() ? QFileInfo(fileName).absoluteFilePath() : path);
}

QString SecretStore::tokenKey(const QString &origin, const QString &user)
{
    return u"token:"_s + key(origin, user);
}

QFuture<Result<QString>> SecretStore::password(const QString &origin, const QString &user)
{
    return read(key(origin, user), tr("No password is stored for %1.").arg(key(origin, user)));
}

QFuture<Result<void>> SecretStore::setPassword(const QString &origin, const QString &user, const QString &password, bool lasts)
{
    return write(key(origin, user), password, tr("The keychain did not take the password of %1: %2").arg(key(origin, user)), lasts);
}

QFuture<Result<void>> SecretStore::forgetPassword(const QString &origin, const QString &user)
{
    return remove(key(origin, user));
}

QFuture<Result<QString>> SecretStore::passphrase(const QString &fileName)
{
    return read(passphraseKey(fileName), tr("No passphrase is stored for %1.").arg(fileName));
}

QFuture<Result<void>> SecretStore::setPassphrase(const QString &fileName, const QString &passphrase, bool lasts)
{
    return write(passphraseKey(fileName), passphrase, tr("The keychain did not take the passphrase of %1: %2").arg(fileName), lasts);
}

QFuture<Result<void>> SecretStore::forgetPassphrase(const QString &fileName)
{
    return remove(passphraseKey(fileName));
}

QFuture<Result<QString>> SecretStore::token(const QString &origin, const QString &user)
{
    return read(tokenKey(origin, user), tr("No sign-in is stored for %1.").arg(key(origin, user)));
}

QFuture<Result<void>> SecretStore::setToken(const QString &origin, const QString &user, const QString &token)
{
    return write(tokenKey(origin, user), token, tr("The keychain did not take the sign-in of %1: %2").arg(key(origin, user)));
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
    prepareKeychain();
    auto *job = new QKeychain::ReadPasswordJob(service());
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [this, job, promise, name, missing] {
        if (job->error() == QKeychain::NoError) {
            m_secrets.insert(name, job->textData());
            promise->addResult(job->textData());
        } else {
            const Error::Code code = codeOf(job->error());
            promise->addResult(std::unexpected(code == Error::Code::NotFound
                                                   ? missing
                                                   : Error { .code = code, .message = tr("The keychain did not answer: %1").arg(job->errorString()) }));
        }
        promise->finish();
    });
    job->start();
    return promise->future();
}

QFuture<Result<void>> SecretStore::write(const QString &name, const QString &secret, const QString &what, bool lasts)
{
    m_secrets.insert(name, secret);
    if (m_isMemoryOnly || !lasts)
        return QtFuture::makeReadyValueFuture(Result<void>());
    auto promise = std::make_shared<QPromise<Result<void>>>();
    promise->start();
    prepareKeychain();
    auto *job = new QKeychain::WritePasswordJob(service());
    job->setKey(name);
    job->setTextData(secret);
    connect(job, &QKeychain::Job::finished, this, [this, job, promise, what] {
        if (job->error() == QKeychain::NoError) {
            promise->addResult(Result<void>());
        } else {
            const Error error { .code = codeOf(job->error()), .message = what.arg(job->errorString()), .hint = tr("It is kept until Grebe ends.") };
            promise->addResult(std::unexpected(error));
            Q_EMIT failed(error);
        }
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
    prepareKeychain();
    auto *job = new QKeychain::DeletePasswordJob(service());
    job->setKey(name);
    connect(job, &QKeychain::Job::finished, this, [this, job, promise, missing, name] {
        const Error::Code code = codeOf(job->error());
        if (job->error() == QKeychain::NoError) {
            promise->addResult(Result<void>());
        } else if (code == Error::Code::NotFound) {
            promise->addResult(std::unexpected(missing));
        } else {
            const Error error { .code = code, .message = tr("The keychain did not forget %1: %2").arg(name, job->errorString()) };
            promise->addResult(std::unexpected(error));
            Q_EMIT failed(error);
        }
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
