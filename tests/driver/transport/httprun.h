// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/httpclient.h"

#include <QSignalSpy>
#include <QTest>

namespace Grebe {

/// Waits for a call's end; an error of its own when there is none.
inline HttpResponse waitFor(HttpCall *call, int *finishedCount = nullptr)
{
    QSignalSpy spy(call, &HttpCall::finished);
    HttpResponse response;
    if (spy.count() > 0 || spy.wait(30'000))
        response = spy.constFirst().constFirst().value<HttpResponse>();
    else
        response.error = Error { .message = QStringLiteral("never finished") };
    if (finishedCount)
        *finishedCount = int(spy.count());
    return response;
}

inline QString messageOf(const HttpResponse &response)
{
    return response.error ? response.error->message : QString();
}

} // namespace Grebe
