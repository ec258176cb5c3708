// SPDX-License-Identifier: Apache-2.0
#include "fakegssapi.h"

#include <gssapi/gssapi_ext.h>

#include <cstring>
#include <string_view>

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

FakeGssapi &fake()
{
    static FakeGssapi instance;
    return instance;
}

struct Context
{
    bool isBegun = false;
};

std::string_view text(gss_OID oid)
{
    return { static_cast<const char *>(oid->elements), oid->length };
}

const std::string_view spnegoOid("\x2b\x06\x01\x05\x05\x02", 6);
const std::string_view krb5Oid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 9);
const std::string_view serviceOid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04", 10);
const std::string_view principalOid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01", 10);

std::string mechanismName(gss_OID oid)
{
    return text(oid) == krb5Oid ? "krb5" : text(oid) == spnegoOid ? "spnego" : "?";
}

void fill(gss_buffer_t buffer, std::string_view bytes)
{
    buffer->length = bytes.size();
    buffer->value = bytes.empty() ? nullptr : new char[bytes.size()];
    if (buffer->value) {
        std::memcpy(buffer->value, bytes.data(), bytes.size());
        ++fake().alive;
    }
}

} // namespace

FAKE_EXPORT FakeGssapi *fakeGssapi()
{
    return &fake();
}

FAKE_EXPORT OM_uint32 gss_import_name(OM_uint32 *minor, gss_buffer_t buffer, gss_OID type, gss_name_t *name)
{
    const std::lock_guard lock(fake().mutex);
    const std::string kind = text(type) == serviceOid ? "service:" : text(type) == principalOid ? "principal:" : "?:";
    fake().names.push_back(kind + std::string(static_cast<const char *>(buffer->value), buffer->length));
    *minor = fake().import.minor;
    if (fake().import.major)
        return fake().import.major;
    *name = reinterpret_cast<gss_name_t>(new std::string(fake().names.back()));
    ++fake().alive;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_release_name(OM_uint32 *minor, gss_name_t *name)
{
    const std::lock_guard lock(fake().mutex);
    delete reinterpret_cast<std::string *>(*name);
    *name = nullptr;
    --fake().alive;
    *minor = 0;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_acquire_cred_from(OM_uint32 *minor, gss_name_t, OM_uint32, gss_OID_set, gss_cred_usage_t,
                                            gss_const_key_value_set_t store, gss_cred_id_t *credential, gss_OID_set *, OM_uint32 *)
{
    const std::lock_guard lock(fake().mutex);
    fake().store.clear();
    for (OM_uint32 i = 0; store && i < store->count; ++i)
        fake().store.push_back(std::string(store->elements[i].key) + '=' + store->elements[i].value);
    *minor = fake().acquire.minor;
    if (fake().acquire.major)
        return fake().acquire.major;
    *credential = reinterpret_cast<gss_cred_id_t>(new int(0));
    ++fake().alive;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_set_neg_mechs(OM_uint32 *minor, gss_cred_id_t, const gss_OID_set mechanisms)
{
    const std::lock_guard lock(fake().mutex);
    fake().negotiable.clear();
    for (size_t i = 0; i < mechanisms->count; ++i)
        fake().negotiable.push_back(mechanismName(&mechanisms->elements[i]));
    *minor = 0;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_release_cred(OM_uint32 *minor, gss_cred_id_t *credential)
{
    const std::lock_guard lock(fake().mutex);
    delete reinterpret_cast<int *>(*credential);
    *credential = nullptr;
    --fake().alive;
    *minor = 0;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_init_sec_context(OM_uint32 *minor, gss_cred_id_t, gss_ctx_id_t *context, gss_name_t, gss_OID mechanism,
                                           OM_uint32 flags, OM_uint32, gss_channel_bindings_t, gss_buffer_t input, gss_OID *,
                                           gss_buffer_t output, OM_uint32 *granted, OM_uint32 *)
{
    std::unique_lock lock(fake().mutex);
    const bool isTicket = mechanismName(mechanism) == "krb5";
    fake().threads.push_back(std::this_thread::get_id());
    if (isTicket) {
        ++fake().waitingCount;
        fake().changed.notify_all();
        fake().changed.wait(lock, [] { return !fake().isHeld; });
        ++fake().ticketCount;
    } else {
        ++fake().tokenCount;
        fake().flags = flags;
    }
    const FakeGssapi::Status status = isTicket ? fake().ticket : fake().token;
    *minor = status.minor;
    if (status.major)
        return status.major;
    if (!*context) {
        *context = reinterpret_cast<gss_ctx_id_t>(new Context);
        ++fake().alive;
    }
    if (granted)
        *granted = flags & fake().granted;
    auto &state = *reinterpret_cast<Context *>(*context);
    if (!state.isBegun) {
        state.isBegun = true;
        fill(output, "first");
        return flags & GSS_C_MUTUAL_FLAG ? GSS_S_CONTINUE_NEEDED : GSS_S_COMPLETE;
    }
    const std::string_view said(input ? static_cast<const char *>(input->value) : "", input ? input->length : 0);
    if (said == "proof")
        return GSS_S_COMPLETE;
    if (said == "go on") {
        fill(output, "more");
        return GSS_S_CONTINUE_NEEDED;
    }
    return GSS_S_DEFECTIVE_TOKEN;
}

FAKE_EXPORT OM_uint32 gss_delete_sec_context(OM_uint32 *minor, gss_ctx_id_t *context, gss_buffer_t)
{
    const std::lock_guard lock(fake().mutex);
    delete reinterpret_cast<Context *>(*context);
    *context = nullptr;
    --fake().alive;
    *minor = 0;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_release_buffer(OM_uint32 *minor, gss_buffer_t buffer)
{
    const std::lock_guard lock(fake().mutex);
    if (buffer->value) {
        delete[] static_cast<char *>(buffer->value);
        --fake().alive;
    }
    *buffer = {};
    *minor = 0;
    return GSS_S_COMPLETE;
}

FAKE_EXPORT OM_uint32 gss_display_status(OM_uint32 *minor, OM_uint32, int type, gss_OID, OM_uint32 *more, gss_buffer_t output)
{
    const std::lock_guard lock(fake().mutex);
    *minor = 0;
    *more = 0;
    fill(output, type == GSS_C_GSS_CODE ? "general" : fake().text);
    return GSS_S_COMPLETE;
}
