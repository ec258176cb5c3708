// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/plan.h"

#include <QAbstractItemModel>

#include <memory>
#include <vector>

namespace Grebe {

/// A Plan as a table of a tree.
///
/// Shape      columns are those that the plan says something of: a plan that was not run has no rows that came out.
///            What the engine does not know is empty, not zero.
/// Units      ShareRole is 0..1 of the whole: of CPU time where the plan ran, else of its estimated cost.
/// Thread     GUI.
class PlanModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Column { Operator, ActualRows, EstimatedRows, Size, Cpu, Share };
    enum Role {
        DetailRole = Qt::UserRole, ///< of the operator: its descriptor, in the subdued colour
        ShareRole, ///< double, or nothing
        IsMisjudgedRole, ///< rows came out ten times more or fewer than expected
        DetailTextRole ///< everything about the node, for reading
    };

    explicit PlanModel(QObject *parent = nullptr);
    ~PlanModel() override;

    void setPlan(const Plan &plan);
    const Plan &plan() const { return m_plan; }
    Column columnAt(int section) const { return m_columns[size_t(section)]; }

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    QModelIndex parent(const QModelIndex &index) const override;
    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Entry
    {
        const PlanNode *node = nullptr; // of m_plan
        Entry *parent = nullptr;
        int row = 0;
        std::vector<std::unique_ptr<Entry>> children;
    };

    void build(Entry &entry, const QList<PlanNode> &nodes);
    const Entry *entry(const QModelIndex &index) const;
    std::optional<double> share(const PlanNode &node) const;
    QString text(const PlanNode &node, Column column) const;

    Plan m_plan;
    std::unique_ptr<Entry> m_root;
    std::vector<Column> m_columns { Operator };
    double m_wholeCost = 0;
};

} // namespace Grebe
