// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

namespace Grebe {

namespace {

int countOf(const QList<PlanNode> &nodes)
{
    int count = 0;
    for (const PlanNode &node : nodes)
        count += 1 + countOf(node.children);
    return count;
}

/// Fragments repeat what their operators took.
double operatorCpu(const QList<PlanNode> &nodes)
{
    double sum = 0;
    for (const PlanNode &node : nodes) {
        if (node.kind == PlanNode::Kind::Operator && node.actual.cpu)
            sum += double(node.actual.cpu->count());
        sum += operatorCpu(node.children);
    }
    return sum;
}

void setShares(QList<PlanNode> &nodes, double whole)
{
    for (PlanNode &node : nodes) {
        if (node.actual.cpu && whole > 0)
            node.actual.cpuShare = std::min(1.0, double(node.actual.cpu->count()) / whole);
        setShares(node.children, whole);
    }
}

} // namespace

int Plan::nodeCount() const
{
    return countOf(roots);
}

void setCpuShares(Plan &plan)
{
    setShares(plan.roots, operatorCpu(plan.roots));
}

} // namespace Grebe
