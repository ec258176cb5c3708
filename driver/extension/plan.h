// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>

namespace Grebe {

/// What is asked of a server about a statement. Only Analyze runs it.
enum class PlanKind {
    Logical, ///< one tree, before it is cut into fragments
    Distributed, ///< the fragments that machines run; where there is one machine, its physical plan
    Io, ///< the tables that are read and written, with what is known of their parts
    Validate, ///< names and types alone: an error, or a plan without nodes
    Analyze ///< runs the statement, its writes too, and says what each part took
};

/// What the optimizer expects of a part of a plan. An engine that does not know says nothing.
///
/// Units      rows and bytes; `cpuCost` is the engine's own measure.
struct GREBE_EXPORT PlanEstimate
{
    std::optional<double> rowCount;
    std::optional<double> byteCount;
    std::optional<double> cpuCost;
    std::optional<double> memoryByteCount;
    std::optional<double> networkByteCount;

    bool isEmpty() const { return !rowCount && !byteCount && !cpuCost && !memoryByteCount && !networkByteCount; }
    friend bool operator==(const PlanEstimate &, const PlanEstimate &) = default;
};

/// What a part of a plan took when it ran.
///
/// Units      times are sums over all threads; `cpuShare` is 0..1 of the whole statement, as far as its parts say.
struct GREBE_EXPORT PlanActual
{
    std::optional<double> rowCount; ///< that came out
    std::optional<double> byteCount;
    std::optional<double> inputRowCount;
    std::optional<double> inputByteCount;
    std::optional<std::chrono::nanoseconds> cpu;
    std::optional<std::chrono::nanoseconds> scheduled; ///< time on a thread, waits for disks included
    std::optional<std::chrono::nanoseconds> blocked; ///< waiting for others
    std::optional<double> cpuShare;
    std::optional<double> memoryByteCount; ///< at its peak

    bool isEmpty() const { return !rowCount && !byteCount && !inputRowCount && !inputByteCount && !cpu && !scheduled && !blocked && !memoryByteCount; }
    friend bool operator==(const PlanActual &, const PlanActual &) = default;
};

/// One part of a plan with the parts that feed it.
struct GREBE_EXPORT PlanNode
{
    enum class Kind {
        Operator,
        Fragment, ///< what one machine runs without talking to others; its one child is the operator it ends in
        Table ///< read or written: PlanKind::Io
    };

    Kind kind = Kind::Operator;
    QString id; ///< the engine's own
    QString name; ///< the engine's word: `InnerJoin`; a table's full name
    QString descriptor; ///< what it does it with, on one line: `criteria = (a = b), distribution = PARTITIONED`
    QString distribution; ///< of a fragment: `SOURCE`, `HASH`
    QStringList outputs; ///< `name:type`
    QStringList details; ///< everything else the engine says of it, a line each
    PlanEstimate estimate;
    PlanActual actual;
    QList<PlanNode> children;
};

/// How a server runs, or ran, a statement: one shape for all engines.
///
/// Shape      a value. `roots` holds one tree as a rule; several where the engine tells of several (Io), none for
///            Validate. Fragments hang below the operator that reads from them. `text` is the server's answer, whole and
///            unchanged, and is all there is where Grebe could not read it: `roots` is then empty and `note` says so.
/// Thread     any.
struct GREBE_EXPORT Plan
{
    PlanKind kind = PlanKind::Distributed;
    QList<PlanNode> roots;
    QString text;
    QString note; ///< about the whole: "planning 12 ms", or why there is no tree

    bool isAnalyzed() const { return kind == PlanKind::Analyze; }
    /// Every node, parents first.
    int nodeCount() const;
};

/// Sets PlanActual::cpuShare of every operator from the CPU times of all.
GREBE_EXPORT void setCpuShares(Plan &plan);

} // namespace Grebe

Q_DECLARE_METATYPE(Grebe::Plan)
