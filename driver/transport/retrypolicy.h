// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "httpclient.h"

#include <chrono>
#include <functional>
#include <optional>

class QDateTime;

namespace Grebe {

/// How often and how long the same request is sent again; a value.
struct RetryOptions
{
    std::chrono::milliseconds total { 120'000 }; ///< from the first failure; a server forgets a query after 5 minutes
    std::chrono::milliseconds first { 100 };
    std::chrono::milliseconds longest { 10'000 };
    double growth = 1.5;
    std::chrono::milliseconds longestRetryAfter { 60'000 }; ///< a server that asks for more is asked no more
    /// A number in [0, 1): the random part of a wait. Tests give their own.
    std::function<double()> jitter;
    /// The time of day that a date in Retry-After is compared with. Tests give their own.
    std::function<QDateTime()> now;
};

/// Decides the wait before the same request is sent again. What may be sent again at all is the engine's to know: a
/// GET, and whatever its protocol does not run before a later request.
///
/// Shape      next() after each failure, succeeded() after each good answer, which starts the count anew. When next()
///            says no, finalError() has the sentence.
/// Units      `elapsed` is the time since the first failure in a row, by a monotonic clock.
/// Thread     one at a time.
/// Source     the Trino client protocol: 502, 503 and 504 come from something in front of the server and pass; 429
///            names its delay in Retry-After, as seconds or as an HTTP date (RFC 9110, 10.2.3). Everything else but
///            200 is final. A 200 with an empty or cut body is a proxy's under load: the engine passes `isCut`.
class RetryPolicy
{
public:
    explicit RetryPolicy(RetryOptions options = {});

    /// The wait; empty when the answer is final. `isCut`: a whole HTTP reply that is no whole page.
    std::optional<std::chrono::milliseconds> next(const HttpResponse &response, std::chrono::milliseconds elapsed,
                                                  bool isCut = false);
    void succeeded();
    /// How many times next() gave a wait since the last success.
    int attempts() const { return m_attempts; }
    /// Why the last next() gave none: the response's own error or status, and how long it was tried.
    Error finalError(const HttpResponse &response) const;

    /// Whether sending again can help, whatever the time.
    static bool isTransient(const HttpResponse &response, bool isCut = false);
    /// What Retry-After asks for; empty when absent or not understood, 0 when it lies in the past.
    static std::optional<std::chrono::milliseconds> retryAfter(const HttpResponse &response, const QDateTime &now);

private:
    RetryOptions m_options;
    int m_attempts = 0;
    std::chrono::milliseconds m_lastElapsed { 0 };
    std::optional<std::chrono::milliseconds> m_refusedDelay;
};

} // namespace Grebe
