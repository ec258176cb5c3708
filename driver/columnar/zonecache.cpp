// SPDX-License-Identifier: Apache-2.0
#include "zonecache.h"

#include "jsonscan.h"

#include <limits>

namespace Grebe {

namespace {

/// `+02:00` in seconds.
std::optional<qint64> fixedOffset(std::string_view zone)
{
    if (zone == "UTC" || zone == "Z" || zone == "GMT")
        return 0;
    if ((zone.size() != 6 && zone.size() != 9) || (zone[0] != '+' && zone[0] != '-'))
        return {};
    qint64 seconds = 0;
    for (size_t i = 1; i < zone.size(); i += 3) {
        if (!isDigit(zone[i]) || !isDigit(zone[i + 1]) || (i > 1 && zone[i - 1] != ':'))
            return {};
        seconds = seconds * 60 + (zone[i] - '0') * 10 + (zone[i + 1] - '0');
    }
    if (zone.size() == 6)
        seconds *= 60;
    return zone[0] == '-' ? -seconds : seconds;
}

constexpr qint64 kYear1 = -62135596800; // 0001-01-01
constexpr qint64 kYear10000 = 253402300800;
// No transition moves a clock by more than this (26 hours at the date line).
constexpr qint64 kLongestShift = 30 * 3600;

} // namespace

bool ZoneCache::select(std::string_view zone)
{
    if (m_name == zone && !m_name.empty())
        return m_isKnown;
    m_name = zone;
    m_zone = nullptr;
    m_isKnown = false;
    m_localBegin = m_localEnd = 0;
    if (const auto offset = fixedOffset(zone)) {
        m_offset = *offset;
        m_localBegin = std::numeric_limits<qint64>::min() / 2;
        m_localEnd = std::numeric_limits<qint64>::max() / 2;
        m_isKnown = true;
        return true;
    }
    try {
        m_zone = std::chrono::locate_zone(zone);
        m_isKnown = true;
    } catch (const std::exception &) { // not in the database, or there is no database
    }
    return m_isKnown;
}

std::optional<qint64> ZoneCache::toUtc(qint64 localSeconds, std::string_view zone)
{
    if (!select(zone))
        return {};
    if (localSeconds >= m_localBegin && localSeconds < m_localEnd)
        return localSeconds - m_offset;
    if (!m_zone || localSeconds < kYear1 || localSeconds >= kYear10000)
        return {};
    try {
        const std::chrono::local_seconds local {std::chrono::seconds(localSeconds)};
        const std::chrono::local_info info = m_zone->get_info(local);
        if (info.result == std::chrono::local_info::nonexistent)
            return {};
        m_offset = info.first.offset.count();
        const qint64 utc = localSeconds - m_offset;
        if (info.result == std::chrono::local_info::unique) {
            // Away from both ends of the period, local times are in no other one.
            const qint64 begin = std::max<qint64>(info.first.begin.time_since_epoch().count(), kYear1 - kLongestShift);
            const qint64 end = std::min<qint64>(info.first.end.time_since_epoch().count(), kYear10000 + kLongestShift);
            m_localBegin = std::max<qint64>(begin + m_offset + kLongestShift, kYear1);
            m_localEnd = std::min<qint64>(end + m_offset - kLongestShift, kYear10000);
        } else {
            m_localBegin = m_localEnd = 0;
        }
        return utc;
    } catch (const std::exception &) {
        return {};
    }
}

} // namespace Grebe
