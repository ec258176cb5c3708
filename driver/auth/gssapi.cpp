// SPDX-License-Identifier: Apache-2.0
#include "gssapi.h"

#include <QLibrary>
#include <QMutex>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct Loaded
{
    QMutex mutex; // of all below
    QString fileName;
    Gssapi functions;
    bool isLoaded = false;
};

Loaded &loaded()
{
    static Loaded instance;
    return instance;
}

Error missing(const QString &reason)
{
    return { .code = Error::Code::NotImplemented,
             .message = u"Kerberos needs the GSSAPI library of the system, which cannot be loaded: %1"_s.arg(reason),
             .hint = u"Install it: the package libgssapi-krb5-2 on Debian and Ubuntu, krb5-libs on Fedora and Red Hat, "
                     u"krb5 on Arch and SUSE."_s,
             .vendorCode = u"KERBEROS_LIBRARY"_s };
}

} // namespace

Result<const Gssapi *> Gssapi::instance()
{
    Loaded &all = loaded();
    const QMutexLocker lock(&all.mutex);
    if (all.isLoaded)
        return &all.functions;
    // Never unloaded: its threads and caches live as long as the process.
    QLibrary library(all.fileName.isEmpty() ? u"libgssapi_krb5.so.2"_s : all.fileName);
    library.setLoadHints(QLibrary::PreventUnloadHint);
    if (!library.load())
        return std::unexpected(missing(library.errorString()));
    const char *absent = nullptr;
    const auto resolve = [&]<typename Function>(Function &function, const char *name) {
        function = reinterpret_cast<Function>(library.resolve(name));
        if (!function)
            absent = name;
    };
    Gssapi &gss = all.functions;
    resolve(gss.importName, "gss_import_name");
    resolve(gss.releaseName, "gss_release_name");
    resolve(gss.acquireCredFrom, "gss_acquire_cred_from");
    resolve(gss.setNegMechs, "gss_set_neg_mechs");
    resolve(gss.releaseCred, "gss_release_cred");
    resolve(gss.initSecContext, "gss_init_sec_context");
    resolve(gss.deleteSecContext, "gss_delete_sec_context");
    resolve(gss.releaseBuffer, "gss_release_buffer");
    resolve(gss.displayStatus, "gss_display_status");
    if (absent)
        return std::unexpected(missing(u"%1 has no %2. MIT Kerberos 1.11 or later is needed."_s.arg(library.fileName(), QLatin1StringView(absent))));
    all.isLoaded = true;
    return &gss;
}

void Gssapi::setLibrary(const QString &fileName)
{
    Loaded &all = loaded();
    const QMutexLocker lock(&all.mutex);
    all.fileName = fileName;
    all.isLoaded = false;
}

} // namespace Grebe
