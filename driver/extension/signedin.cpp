// SPDX-License-Identifier: Apache-2.0
#include "signedin.h"

#include <QByteArray>
#include <QJsonDocument>
#include <QTimeZone>

using namespace Qt::StringLiterals;

namespace Grebe {

QJsonObject tokenClaims(QByteArrayView token)
{
    const qsizetype first = token.indexOf('.');
    const qsizetype second = first < 0 ? -1 : token.indexOf('.', first + 1);
    if (second < 0)
        return {};
    const auto payload = QByteArray::fromBase64Encoding(token.sliced(first + 1, second - first - 1).toByteArray(),
                                                        QByteArray::Base64UrlEncoding | QByteArray::AbortOnBase64DecodingErrors);
    return payload ? QJsonDocument::fromJson(*payload).object() : QJsonObject();
}

QDateTime tokenExpiry(QByteArrayView token)
{
    const QJsonValue expiry = tokenClaims(token).value("exp"_L1);
    const double seconds = expiry.toDouble(-1);
    constexpr double latest = 253'402'300'799; // the end of the year 9999
    return seconds >= 0 && seconds <= latest ? QDateTime::fromSecsSinceEpoch(qint64(seconds), QTimeZone::UTC) : QDateTime();
}

} // namespace Grebe
