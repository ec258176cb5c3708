// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/httpclient.h"

#include <QTest>

namespace Grebe {

/// Waits for a call's end; an error of its own when there is none.
inline HttpResponse waitFor(HttpCall *call, int *finishedCount = nullptr)
{
    auto response = std::make_shared<HttpResponse>();
    auto count = std::make_shared<int>(0);
    QObject::connect(call, &HttpCall::finished, call, [response, count](const HttpResponse &got) {
        *response = got;
        ++*count;
    });
    if (!QTest::qWaitFor([&] { return *count > 0; }, 30'000))
        response->error = Error { .message = QStringLiteral("never finished") };
    if (finishedCount)
        *finishedCount = *count;
    return *response;
}

inline QString messageOf(const HttpResponse &response)
{
    return response.error ? response.error->message : QString();
}

} // namespace Grebe
