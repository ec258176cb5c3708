// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QtGlobal>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace Grebe {

/// Local times in named zones to UTC, quick when one zone and one season follow each other.
///
/// Shape      zones are IANA names, `UTC`, `Z`, or offsets `+HH:MM[:SS]`. Where the clocks go back and a local time comes
///            twice, it is the first, as java.time resolves it. A local time that the zone skips, or a year outside
///            1..9999, has no answer.
/// Thread     one.
/// Source     the rules come from the system's tz database through std::chrono.
class GREBE_EXPORT ZoneCache
{
public:
    /// Seconds since 1970 in UTC; empty when zone or time are unknown.
    std::optional<qint64> toUtc(qint64 localSeconds, std::string_view zone);

private:
    bool select(std::string_view zone);

    std::string m_name;
    const std::chrono::time_zone *m_zone = nullptr; // null: the fixed m_offset holds for all times
    bool m_isKnown = false;
    qint64 m_offset = 0;
    // Local seconds between which m_offset is the only answer.
    qint64 m_localBegin = 0;
    qint64 m_localEnd = 0;
};

} // namespace Grebe
