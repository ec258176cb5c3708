// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QAccessibleWidget>
#include <QHash>

namespace Grebe {

class ResultGrid;

/// A ResultGrid as screen readers see it: a table whose cells are made when they are asked for.
///
/// Shape      child 0 is the current cell, whichever it is; it is named by its value and what changed with the last
///            move: "OPEN, row 7" after moving up or down, "OPEN, status" after moving left or right. Row counts beyond
///            what an int holds are given as the greatest int.
/// Thread     GUI.
class GridAccessible : public QAccessibleWidget, public QAccessibleTableInterface
{
public:
    static void install(); ///< once a process is enough; more is harmless

    explicit GridAccessible(ResultGrid *grid);
    ~GridAccessible() override;

    QString text(QAccessible::Text type) const override;
    QAccessible::State state() const override;
    int childCount() const override;
    QAccessibleInterface *child(int index) const override;
    int indexOfChild(const QAccessibleInterface *child) const override;
    QAccessibleInterface *childAt(int x, int y) const override;
    QAccessibleInterface *focusChild() const override;
    void *interface_cast(QAccessible::InterfaceType type) override;

    QAccessibleInterface *caption() const override { return nullptr; }
    QAccessibleInterface *summary() const override { return nullptr; }
    QAccessibleInterface *cellAt(int row, int column) const override;
    int selectedCellCount() const override;
    QList<QAccessibleInterface *> selectedCells() const override;
    QString columnDescription(int column) const override;
    QString rowDescription(int row) const override;
    int selectedColumnCount() const override;
    int selectedRowCount() const override;
    int columnCount() const override;
    int rowCount() const override;
    QList<int> selectedColumns() const override;
    QList<int> selectedRows() const override;
    bool isColumnSelected(int column) const override;
    bool isRowSelected(int row) const override;
    bool selectRow(int row) override;
    bool selectColumn(int column) override;
    bool unselectRow(int) override { return false; }
    bool unselectColumn(int) override { return false; }
    void modelChange(QAccessibleTableModelChangeEvent *) override { }

    ResultGrid *grid() const;

private:
    // Readers look around the current cell; what they looked at long ago is let go of.
    mutable QHash<std::pair<int, int>, QAccessible::Id> m_cells;
    mutable QAccessible::Id m_current = 0;
};

} // namespace Grebe
