// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gssapi/gssapi.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

/// A GSSAPI library without Kerberos: answers as a test says and keeps what it was asked.
///
/// Shape      the first token is "first". The server's "go on" is answered with "more", its "proof" ends the exchange,
///            anything else is refused.
/// Thread     fill it in while nobody signs in; what it keeps but `alive` is read under `mutex`.
struct FakeGssapi
{
    struct Status
    {
        OM_uint32 major = 0;
        OM_uint32 minor = 0;
    };

    std::mutex mutex;
    std::condition_variable changed;
    // What to do.
    Status import; ///< of every name
    Status acquire;
    Status ticket; ///< of the context with Kerberos alone
    Status token; ///< of the one with SPNEGO
    OM_uint32 granted = GSS_C_MUTUAL_FLAG | GSS_C_DELEG_FLAG; ///< of the flags that are wanted
    std::string text = "words of the library";
    bool isHeld = false; ///< the ticket waits until it is false
    // What was asked.
    std::vector<std::string> names; ///< "service:trino@host", "principal:ann@REALM"
    std::vector<std::string> store; ///< "ccache=/tmp/x"
    std::vector<std::string> negotiable; ///< "krb5"
    OM_uint32 flags = 0; ///< of the last token
    int ticketCount = 0;
    int tokenCount = 0;
    int waitingCount = 0;
    std::vector<std::thread::id> threads;
    std::atomic<int> alive = 0; ///< names, credentials, contexts and buffers that were not released

    void reset()
    {
        const std::lock_guard lock(mutex);
        import = acquire = ticket = token = {};
        granted = GSS_C_MUTUAL_FLAG | GSS_C_DELEG_FLAG;
        isHeld = false;
        names.clear();
        store.clear();
        negotiable.clear();
        threads.clear();
        flags = 0;
        ticketCount = tokenCount = waitingCount = 0;
        changed.notify_all();
    }
    void release()
    {
        const std::lock_guard lock(mutex);
        isHeld = false;
        changed.notify_all();
    }
};

/// fakeGssapi(), in the library.
using FakeGssapiFunction = FakeGssapi *(*)();
