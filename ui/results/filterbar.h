// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultorder.h"
#include "widgets/pane.h"

#include <QMap>

#include <optional>

class QLineEdit;

namespace Grebe {

class ResultGrid;

/// The row under the grid's header with a condition per column.
///
/// Shape      each column's place shows its condition; a click, or typing, edits it in one line: text is looked for
///            anywhere in the cell, `=x`, `<>x`, `<x`, `<=x`, `>x`, `>=x` compare, `a..b` is between, `/x/` is a regular
///            expression, `null` and `!null` ask for it.
/// Errors     a condition that can't be read stays where it is, underlined, with the reason as its tool tip.
/// Thread     GUI.
class FilterBar : public Pane
{
    Q_OBJECT
public:
    explicit FilterBar(ResultGrid *grid);

    void open(); ///< shows it and edits the current column's
    void clear();
    /// As if it were typed; without the condition where the column has just this one.
    void toggleCondition(int source, const QString &text);
    QList<Filter> filters() const;
    bool hasFilters() const { return !m_texts.isEmpty(); }
    void setError(const QString &message); ///< of the last conditions; empty: none
    QSize sizeHint() const override { return { 300, 26 }; }

    /// Empty for no condition.
    static std::optional<Filter> parse(int column, const QString &text);

Q_SIGNALS:
    void filtersChanged();
    void expressionRequested(); ///< a click on the sign at the left

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void edit(int column);
    void commit();
    QRect place(int column) const;

    ResultGrid *m_grid;
    QLineEdit *m_edit;
    int m_editedSource = -1;
    QMap<int, QString> m_texts; // by source column
    QString m_error;
};

} // namespace Grebe
