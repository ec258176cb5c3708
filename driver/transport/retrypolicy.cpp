// SPDX-License-Identifier: Apache-2.0
#include "retrypolicy.h"

#include <QDateTime>
#include <QLocale>
#include <QRandomGenerator>
#include <QTimeZone>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace Grebe {

RetryPolicy::RetryPolicy(RetryOptions options)
    : m_options(std::move(options))
{
    if (!m_options.jitter)
        m_options.jitter = [] { return QRandomGenerator::global()->generateDouble(); };
    if (!m_options.now)
        m_options.now = [] { return QDateTime::currentDateTimeUtc(); };
}

bool RetryPolicy::isTransient(const HttpResponse &response, bool isCut)
{
    if (response.error) {
        switch (response.error->code) {
        case Error::Code::IO: return response.error->vendorCode != "TLS_CERTIFICATE"_L1;
        case Error::Code::Timeout:
        case Error::Code::Incomplete: return true;
        default: return false; // a refused redirect, a bomb, a proxy's password: the same again
        }
    }
    switch (response.status) {
    case 200: return isCut;
    case 429:
    case 502:
    case 503:
    case 504: return true;
    default: return false;
    }
}

static std::optional<QDateTime> httpDate(QByteArray text)
{
    // Three forms are to be read: that of RFC 1123, that of RFC 850 and that of C's asctime().
    const QString date = QString::fromLatin1(text.simplified());
    const QLocale c = QLocale::c();
    for (const QString &format : { u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s, u"dddd, dd-MMM-yy HH:mm:ss 'GMT'"_s,
                                   u"ddd MMM d HH:mm:ss yyyy"_s }) {
        QDateTime parsed = c.toDateTime(date, format, 2000);
        if (parsed.isValid()) {
            parsed.setTimeZone(QTimeZone::UTC);
            return parsed;
        }
    }
    return {};
}

std::optional<milliseconds> RetryPolicy::retryAfter(const HttpResponse &response, const QDateTime &now)
{
    const QByteArray value = response.header("Retry-After").trimmed();
    if (value.isEmpty())
        return {};
    if (std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) {
        bool isNumber = false;
        const qint64 seconds = value.toLongLong(&isNumber);
        // Further than a century is a century: nobody waits for either, and nothing overflows.
        constexpr qint64 century = qint64(100) * 366 * 86'400;
        return milliseconds(1000 * (isNumber ? std::min(seconds, century) : century));
    }
    if (const auto date = httpDate(value))
        return milliseconds(std::max<qint64>(0, now.msecsTo(*date)));
    return {};
}

std::optional<milliseconds> RetryPolicy::next(const HttpResponse &response, milliseconds elapsed, bool isCut)
{
    m_refusedDelay.reset();
    m_lastElapsed = elapsed;
    if (!isTransient(response, isCut))
        return {};
    const double grown = double(m_options.first.count()) * std::pow(m_options.growth, std::min(m_attempts, 100));
    const double capped = std::min(grown, double(m_options.longest.count()));
    // Half of it fixed, half of it random: clients that were refused together do not come back together.
    milliseconds wait(qint64(capped * (0.5 + 0.5 * std::clamp(m_options.jitter(), 0.0, 1.0))));
    if (!response.error) {
        if (const auto asked = retryAfter(response, m_options.now())) {
            if (*asked > m_options.longestRetryAfter) {
                m_refusedDelay = asked;
                return {};
            }
            wait = std::max(wait, *asked);
        }
    }
    if (elapsed + wait > m_options.total)
        return {};
    ++m_attempts;
    return wait;
}

void RetryPolicy::succeeded()
{
    m_attempts = 0;
    m_lastElapsed = milliseconds(0);
    m_refusedDelay.reset();
}

static QString inWords(milliseconds time)
{
    const qint64 seconds = time.count() / 1000;
    if (seconds < 120)
        return u"%1 seconds"_s.arg(seconds);
    if (seconds < 7200)
        return u"%1 minutes"_s.arg(seconds / 60);
    if (seconds < 2 * 86'400)
        return u"%1 hours"_s.arg(seconds / 3600);
    return u"%1 days"_s.arg(seconds / 86'400);
}

Error RetryPolicy::finalError(const HttpResponse &response) const
{
    const QString host = response.url.host();
    Error error;
    if (response.error) {
        error = *response.error;
    } else if (m_refusedDelay) {
        error.code = Error::Code::IO;
        error.message = u"%1 answered %2 and asks to wait %3 before trying again."_s.arg(host).arg(response.status).arg(
            inWords(*m_refusedDelay));
        error.hint = u"Run the statement again when that time is over."_s;
    } else if (response.status == 200) {
        error.code = Error::Code::Incomplete;
        error.message = u"%1 sent a reply that is cut off."_s.arg(host);
    } else {
        error.code = Error::Code::IO;
        error.message = u"%1 answered %2."_s.arg(host).arg(response.status);
    }
    if (m_attempts > 0 && !m_refusedDelay)
        error.message += u" Tried %1 times in %2."_s.arg(m_attempts + 1).arg(inWords(m_lastElapsed));
    return error;
}

} // namespace Grebe
