// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultorder.h"
#include "widgets/pane.h"

class QLineEdit;

namespace Grebe {

class Label;
class ResultGrid;

/// The line under the grid's header for a condition over all columns (see filterexpression.h).
///
/// Shape      Enter applies it, an empty line takes it away, Escape goes back to the grid.
/// Errors     what can't be read stays in the line, with the reason beside it; the rows stay as they were.
/// Thread     GUI.
class ExpressionBar : public Pane
{
    Q_OBJECT
public:
    explicit ExpressionBar(ResultGrid *grid);

    void open();
    void clear(); ///< and hides it
    const QList<Filter> &filters() const { return m_filters; }
    QString errorText() const;
    void setError(const QString &message);
    QSize sizeHint() const override { return { 300, 34 }; }

Q_SIGNALS:
    void filtersChanged();

protected:
    bool eventFilter(QObject *object, QEvent *event) override;

private:
    void apply();

    ResultGrid *m_grid;
    QLineEdit *m_edit;
    Label *m_status;
    QList<Filter> m_filters;
    QString m_applied;
};

} // namespace Grebe
