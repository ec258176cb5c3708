// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <gssapi/gssapi_ext.h>

namespace Grebe {

/// The functions of the system's GSSAPI library, which is loaded when somebody first signs in with Kerberos: Grebe runs
/// without it.
///
/// Errors     NotImplemented, naming the package, where the library is absent.
/// Thread     any.
/// Source     RFC 2744; gss_acquire_cred_from and gss_set_neg_mechs are MIT Kerberos's (1.11 and later).
struct Gssapi
{
    decltype(&::gss_import_name) importName = nullptr;
    decltype(&::gss_release_name) releaseName = nullptr;
    decltype(&::gss_acquire_cred_from) acquireCredFrom = nullptr;
    decltype(&::gss_set_neg_mechs) setNegMechs = nullptr;
    decltype(&::gss_release_cred) releaseCred = nullptr;
    decltype(&::gss_init_sec_context) initSecContext = nullptr;
    decltype(&::gss_delete_sec_context) deleteSecContext = nullptr;
    decltype(&::gss_release_buffer) releaseBuffer = nullptr;
    decltype(&::gss_display_status) displayStatus = nullptr;

    static Result<const Gssapi *> instance();
    /// Another library from now on; empty: the system's. For tests, while nobody signs in.
    static void setLibrary(const QString &fileName);
};

/// A name, credential or buffer of the library's, released with it.
template<typename Handle, auto Release>
class GssHandle
{
public:
    explicit GssHandle(const Gssapi &gss) : m_gss(&gss) { }
    ~GssHandle()
    {
        OM_uint32 minor = 0;
        if constexpr (std::is_pointer_v<Handle>) {
            if (handle)
                (m_gss->*Release)(&minor, &handle);
        } else {
            (m_gss->*Release)(&minor, &handle);
        }
    }
    Q_DISABLE_COPY_MOVE(GssHandle)
    Handle handle {};

private:
    const Gssapi *m_gss;
};
using GssName = GssHandle<gss_name_t, &Gssapi::releaseName>;
using GssCredential = GssHandle<gss_cred_id_t, &Gssapi::releaseCred>;
using GssBuffer = GssHandle<gss_buffer_desc, &Gssapi::releaseBuffer>;

} // namespace Grebe
