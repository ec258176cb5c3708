// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/plan.h"

#include <QMap>

namespace Grebe {

/// The fragments of a plan, which name each other by number, made into trees.
class TrinoFragments
{
public:
    /// Stands where a node reads from a fragment until linked() puts the fragment there.
    static PlanNode reference(const QString &id);
    void add(const PlanNode &fragment);
    /// Each fragment once, below whoever names it first; those that nobody names are the roots.
    QList<PlanNode> linked();

private:
    void link(PlanNode &node);

    QMap<int, PlanNode> m_fragments; // by number: ids are sorted as text in JSON
};

/// Reads the indented form of EXPLAIN and EXPLAIN ANALYZE, of Trino (`└─ TopN[count = 5]`) and of PrestoDB (`- TopN[5]`).
/// What it does not understand stays as a line of details.
Plan trinoPlanFromText(const QString &text);

} // namespace Grebe
