// SPDX-License-Identifier: Apache-2.0
#include "kerberos.h"

#include "kerberoserror.h"

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QFile>
#include <QFileInfo>
#include <QHash>
#include <QMutex>

#include <memory>
#include <mutex>
#include <vector>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// The library's own constants would have to be linked.
gss_OID_desc oid(const char *bytes, OM_uint32 length)
{
    return { length, const_cast<char *>(bytes) };
}
gss_OID_desc spnego = oid("\x2b\x06\x01\x05\x05\x02", 6); // 1.3.6.1.5.5.2
gss_OID_desc krb5 = oid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 9); // 1.2.840.113554.1.2.2
gss_OID_desc hostBasedService = oid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04", 10); // GSS_C_NT_HOSTBASED_SERVICE
gss_OID_desc principalName = oid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01", 10); // GSS_KRB5_NT_PRINCIPAL_NAME

gss_buffer_desc bufferOf(const QByteArray &bytes)
{
    return { size_t(bytes.size()), const_cast<char *>(bytes.constData()) };
}

QString statusText(const Gssapi &gss, OM_uint32 status, int type)
{
    QStringList parts;
    OM_uint32 more = 0;
    do {
        OM_uint32 minor = 0;
        GssBuffer text(gss);
        if (GSS_ERROR(gss.displayStatus(&minor, status, type, &krb5, &more, &text.handle)))
            break;
        parts << QString::fromUtf8(QByteArrayView(static_cast<const char *>(text.handle.value), qsizetype(text.handle.length)));
    } while (more && parts.size() < 8);
    return parts.join(u", "_s);
}

// "FILE:/a/b" and "/a/b" are files; "KCM:", "DIR:/a", "MEMORY:x" are not.
QString fileOf(const QString &path)
{
    if (path.startsWith("FILE:"_L1))
        return path.sliced(5);
    return path.startsWith(u'/') || !path.contains(u':') ? path : QString();
}

// Who comes first gets the keytab's ticket; the others find it.
std::shared_ptr<QMutex> mutexFor(const QString &cache)
{
    static QMutex guard;
    static QHash<QString, std::shared_ptr<QMutex>> mutexes;
    const QMutexLocker lock(&guard);
    std::shared_ptr<QMutex> &mutex = mutexes[cache];
    if (!mutex)
        mutex = std::make_shared<QMutex>();
    return mutex;
}

// Where the tickets of a keytab are kept: for the process alone, one for each keytab and principal.
QString cacheOf(const KerberosOptions &options)
{
    if (options.keytabPath.isEmpty() || !options.cachePath.isEmpty())
        return options.cachePath;
    const QByteArray identity = (options.keytabPath + u'\n' + options.principal).toUtf8();
    return u"MEMORY:grebe-"_s + QString::fromLatin1(QCryptographicHash::hash(identity, QCryptographicHash::Sha256).toHex());
}

} // namespace

QString KerberosOptions::servicePrincipal() const
{
    QString name = pattern;
    name.replace("${SERVICE}"_L1, service);
    name.replace("${HOST}"_L1, host.toLower());
    return name;
}

Result<void> useKerberosConfiguration(const QString &path)
{
    static QMutex mutex;
    static std::optional<QString> inUse;
    const QMutexLocker lock(&mutex);
    const QString current = inUse ? *inUse : qEnvironmentVariable("KRB5_CONFIG");
    if (path.isEmpty() || path == current) {
        inUse = current;
        return {};
    }
    if (!QFile(path).open(QIODevice::ReadOnly)) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The Kerberos configuration %1 cannot be read."_s.arg(path),
                                       .hint = u"KerberosConfigPath names the krb5.conf to use; left out, the system's is taken."_s,
                                       .vendorCode = u"KERBEROS_CONFIGURATION"_s });
    }
    if (inUse || !current.isEmpty()) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"This connection wants the Kerberos configuration %1, and %2 is in use already."_s.arg(
                                           path, current.isEmpty() ? u"the system's"_s : current),
                                       .hint = u"The Kerberos library knows one configuration at a time: put all realms into one file, "
                                               u"or start the program anew."_s,
                                       .vendorCode = u"KERBEROS_CONFIGURATION"_s });
    }
    qputenv("KRB5_CONFIG", QFile::encodeName(path)); // once in the life of the process
    inUse = path;
    return {};
}

KerberosContext::~KerberosContext()
{
    OM_uint32 minor = 0;
    if (m_context)
        m_gss->deleteSecContext(&minor, &m_context, GSS_C_NO_BUFFER);
}

Error KerberosContext::error(OM_uint32 major, OM_uint32 minor) const
{
    QStringList parts { statusText(*m_gss, major, GSS_C_GSS_CODE) };
    if (minor)
        parts << statusText(*m_gss, minor, GSS_C_MECH_CODE);
    parts.removeAll(QString());
    return kerberosError(major, minor, parts.join(u": "_s), m_options);
}

// The names and the ticket, or the promise of one: what the library asks the Kerberos server for it may ask later.
Result<void> KerberosContext::acquire()
{
    const Result<const Gssapi *> gss = Gssapi::instance();
    if (!gss)
        return std::unexpected(gss.error());
    m_gss = *gss;
    if (const Result<void> configured = useKerberosConfiguration(m_options.configPath); !configured)
        return configured;
    if (const QString file = fileOf(m_options.keytabPath); !file.isEmpty()) {
        QFile keytab(file);
        if (!keytab.open(QIODevice::ReadOnly)) {
            return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                           .message = u"The keytab %1 cannot be read: %2."_s.arg(file, keytab.errorString()),
                                           .hint = u"KerberosKeytabPath names the file; only its owner can read it as a rule."_s,
                                           .vendorCode = u"KERBEROS_KEYTAB"_s });
        }
    }
    const auto import = [this](const QString &text, gss_OID type) -> Result<std::unique_ptr<GssName>> {
        const QByteArray bytes = text.toUtf8();
        gss_buffer_desc buffer = bufferOf(bytes);
        auto name = std::make_unique<GssName>(*m_gss);
        OM_uint32 minor = 0;
        const OM_uint32 major = m_gss->importName(&minor, &buffer, type, &name->handle);
        if (GSS_ERROR(major))
            return std::unexpected(error(major, minor));
        return name;
    };
    QString service = m_options.servicePrincipal();
    bool isPrincipal = service.contains(u'/');
    if (const qsizetype at = service.indexOf(u'@'); !isPrincipal && at > 0 && !m_options.usesCanonicalHost) {
        // A principal is taken as it is; the end without a realm leaves that to the Kerberos server.
        service = service.replace(at, 1, u'/') + u'@';
        isPrincipal = true;
    }
    Result<std::unique_ptr<GssName>> target = import(service, isPrincipal ? &principalName : &hostBasedService);
    if (!target)
        return std::unexpected(target.error());
    m_target = std::move(*target);
    std::unique_ptr<GssName> person;
    if (!m_options.principal.isEmpty()) {
        Result<std::unique_ptr<GssName>> name = import(m_options.principal, &principalName);
        if (!name)
            return std::unexpected(name.error());
        person = std::move(*name);
    }

    const QByteArray keytab = QFile::encodeName(m_options.keytabPath);
    const QByteArray cache = QFile::encodeName(cacheOf(m_options));
    std::vector<gss_key_value_element_desc> elements;
    if (!keytab.isEmpty())
        elements.push_back({ "client_keytab", keytab.constData() });
    if (!cache.isEmpty())
        elements.push_back({ "ccache", cache.constData() });
    const gss_key_value_set_desc store { OM_uint32(elements.size()), elements.data() };
    gss_OID_desc mechanisms[] { krb5, spnego };
    gss_OID_set_desc both { 2, mechanisms };
    m_credential = std::make_unique<GssCredential>(*m_gss);
    OM_uint32 minor = 0;
    OM_uint32 major = m_gss->acquireCredFrom(&minor, person ? person->handle : GSS_C_NO_NAME, GSS_C_INDEFINITE, &both, GSS_C_INITIATE,
                                             elements.empty() ? nullptr : &store, &m_credential->handle, nullptr, nullptr);
    if (GSS_ERROR(major))
        return std::unexpected(error(major, minor));
    // Kerberos alone: another mechanism that is installed, such as NTLM, is not what was asked for.
    gss_OID_set_desc one { 1, mechanisms };
    major = m_gss->setNegMechs(&minor, m_credential->handle, &one);
    if (GSS_ERROR(major))
        return std::unexpected(error(major, minor));
    return {};
}

// Gets the ticket for the service. SPNEGO would get it too, but MIT Kerberos renumbers the errors that pass through it.
Result<void> KerberosContext::probe()
{
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    GssBuffer unused(*m_gss);
    OM_uint32 minor = 0;
    const OM_uint32 major = m_gss->initSecContext(&minor, m_credential->handle, &context, m_target->handle, &krb5, 0, 0,
                                                  GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, nullptr, &unused.handle, nullptr, nullptr);
    Result<void> result;
    if (GSS_ERROR(major))
        result = std::unexpected(error(major, minor));
    if (context)
        m_gss->deleteSecContext(&minor, &context, GSS_C_NO_BUFFER);
    return result;
}

Result<QByteArray> KerberosContext::step(const QByteArray &input)
{
    const QDeadlineTimer deadline(m_options.deadline);
    std::shared_ptr<QMutex> mutex;
    std::unique_lock<QMutex> lock;
    if (!m_credential && !m_options.keytabPath.isEmpty()) {
        mutex = mutexFor(cacheOf(m_options));
        if (!mutex->tryLock(deadline))
            return std::unexpected(kerberosTimeout(m_options));
        lock = std::unique_lock(*mutex, std::adopt_lock);
    }
    if (m_isAbandoned)
        return std::unexpected(Error { .code = Error::Code::Cancelled, .message = u"The sign-in was cancelled."_s });
    if (!m_credential) {
        if (const Result<void> acquired = acquire(); !acquired)
            return std::unexpected(acquired.error());
        if (const Result<void> probed = probe(); !probed)
            return std::unexpected(probed.error());
    }
    if (lock)
        lock.unlock();

    OM_uint32 flags = GSS_C_MUTUAL_FLAG;
    if (m_options.delegation == KerberosOptions::Delegation::Yes)
        flags |= GSS_C_DELEG_FLAG;
    else if (m_options.delegation == KerberosOptions::Delegation::WherePermitted)
        flags |= GSS_C_DELEG_POLICY_FLAG;
    gss_buffer_desc in = bufferOf(input);
    GssBuffer out(*m_gss);
    OM_uint32 minor = 0;
    OM_uint32 granted = 0;
    const OM_uint32 major = m_gss->initSecContext(&minor, m_credential->handle, &m_context, m_target->handle, &spnego, flags, 0,
                                                  GSS_C_NO_CHANNEL_BINDINGS, input.isEmpty() ? GSS_C_NO_BUFFER : &in, nullptr,
                                                  &out.handle, &granted, nullptr);
    if (GSS_ERROR(major))
        return std::unexpected(error(major, minor));
    if (m_options.delegation == KerberosOptions::Delegation::Yes && !(granted & GSS_C_DELEG_FLAG)) {
        return std::unexpected(Error { .code = Error::Code::Unauthenticated,
                                       .message = u"The Kerberos ticket may not be passed on to %1."_s.arg(m_options.servicePrincipal()),
                                       .hint = u"KerberosDelegation needs a forwardable ticket: get one with \"kinit -f\", or turn KerberosDelegation off."_s,
                                       .vendorCode = u"KERBEROS_DELEGATION"_s });
    }
    m_isComplete = major == GSS_S_COMPLETE && (granted & GSS_C_MUTUAL_FLAG);
    return QByteArray(static_cast<const char *>(out.handle.value), qsizetype(out.handle.length));
}

} // namespace Grebe
