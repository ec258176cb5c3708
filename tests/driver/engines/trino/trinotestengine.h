// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engines/trino/trinoengine.h"
#include "engines/trino/trinoinfo.h"

#include <QTest>

namespace Grebe {

using TrinoTestOptions = QMap<QString, QString>;

inline ConnectionParameters trinoTestParameters(const QUrl &url, const TrinoTestOptions &options = {},
                                                const EngineInfo &info = trinoInfo())
{
    ConnectionParameters parameters(info);
    TrinoTestOptions all { { QStringLiteral("host"), url.host() },
                           { QStringLiteral("port"), QString::number(url.port()) },
                           { QStringLiteral("user"), QStringLiteral("ann") },
                           { QStringLiteral("timezone"), QStringLiteral("UTC") },
                           { QStringLiteral("SSL"), url.scheme() == QStringLiteral("https") ? QStringLiteral("true") : QString() } };
    all.insert(options);
    for (auto it = all.begin(); it != all.end(); ++it) {
        if (const Result<void> set = parameters.setValue(it.key(), it.value()); !set)
            qFatal("%s", qPrintable(set.error().message));
    }
    return parameters;
}

inline TrinoTimings quickTimings()
{
    using namespace std::chrono_literals;
    TrinoTimings timings;
    timings.heartbeat = 5ms;
    timings.retry.first = 1ms;
    timings.retry.longest = 3ms;
    return timings;
}

/// An engine on the test's thread that does not end before its last words are said.
class TrinoTestEngine
{
public:
    explicit TrinoTestEngine(const QUrl &url, const TrinoTestOptions &options = {}, CredentialProvider *provider = nullptr,
                             const TrinoTimings &timings = quickTimings(), const EngineInfo &info = trinoInfo())
        : m_engine(std::make_unique<TrinoEngine>(trinoTestParameters(url, options, info), provider, timings))
    {
    }
    ~TrinoTestEngine()
    {
        m_engine->close();
        if (!QTest::qWaitFor([this] { return m_engine->isQuiet(); }, 10'000))
            QTest::qFail("the engine is not quiet after ten seconds", __FILE__, __LINE__);
        m_engine.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
    TrinoEngine *operator->() const { return m_engine.get(); }
    TrinoEngine &operator*() const { return *m_engine; }
    StatementPtr prepare(const QString &sql, const StatementOptions &options = {}) const { return m_engine->prepare(sql, options); }

private:
    std::unique_ptr<TrinoEngine> m_engine;
};

/// The answer of an engine on the test's thread.
template<typename T>
Result<T> answerOf(QFuture<Result<T>> future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 20'000))
        return std::unexpected(Error { .message = QStringLiteral("no answer in twenty seconds") });
    return future.result();
}

} // namespace Grebe
