// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QList>
#include <QMetaType>
#include <QString>

#include <chrono>

namespace Grebe {

/// One stage of a running query, with the stages that feed it.
struct GREBE_EXPORT StageProgress
{
    QString id;
    QString name; ///< empty when the server names none
    QString state; ///< the server's word in lower case: "running"
    bool isDone = false;
    int nodeCount = 0;
    qint64 splitsDone = 0;
    qint64 splitsRunning = 0;
    qint64 splitsTotal = 0;
    qint64 rowCount = 0;
    qint64 byteCount = 0;
    int failedTasks = 0;
    std::chrono::milliseconds cpu {};
    QList<StageProgress> stages;
};

/// What a server tells of a statement on its way; nothing here is invented or estimated by Grebe.
///
/// Shape      a value; each one replaces the one before. `stages` holds the root stage, or nothing.
/// Units      counts in rows and bytes as the server counts its input; `percent` is 0..100 and never falls, -1 when the
///            server gives no measure. While `isTotalKnown` is false totals may still grow: show them with "≥".
/// Thread     any.
struct GREBE_EXPORT Progress
{
    enum class State { Connecting, SigningIn, Queued, Planning, Starting, Running, Finishing, Finished, Retrying };

    State state = State::Connecting;
    QString text; ///< the state in words: "queued in global.etl", "server not answering, trying again"
    QString queueReason;
    double percent = -1;
    bool isTotalKnown = false;
    qint64 rowCount = 0;
    qint64 byteCount = 0;
    qint64 splitsDone = 0;
    qint64 splitsRunning = 0;
    qint64 splitsTotal = 0;
    qint64 peakMemoryBytes = 0;
    qint64 spilledBytes = 0;
    int nodeCount = 0;
    std::chrono::milliseconds elapsed {};
    std::chrono::milliseconds queued {};
    std::chrono::milliseconds planning {};
    std::chrono::milliseconds cpu {};
    QList<StageProgress> stages;
};

/// A remark of the server that did not stop the statement.
struct GREBE_EXPORT Warning
{
    QString code; ///< `DEPRECATED_FUNCTION`
    QString message;

    friend bool operator==(const Warning &, const Warning &) = default;
};

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::Progress)
Q_DECLARE_METATYPE(Grebe::Warning)
