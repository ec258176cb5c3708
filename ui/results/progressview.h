// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/progress.h"

#include <QAbstractScrollArea>

#include <chrono>
#include <vector>

namespace Grebe {

class QueryLink;

/// What a running statement is doing, while it has no rows to show: the state in words, a bar, the tree of stages, and
/// the server's name for it.
///
/// Shape      shows only what the server told; a total that may still grow is marked "≥", a missing one gets a bar
///            without an end.
/// Thread     GUI.
class ProgressView : public QAbstractScrollArea
{
    Q_OBJECT
public:
    explicit ProgressView(QWidget *parent = nullptr);

    void setQuery(const QString &queryId, const QString &infoUrl);
    void setProgress(const Progress &progress, std::chrono::milliseconds elapsed, bool isCancelling);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void scrollContentsBy(int dx, int dy) override;
    void timerEvent(QTimerEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    struct Row
    {
        int depth = 0;
        const StageProgress *stage = nullptr;
    };
    void arrange();
    void collect(const StageProgress &stage, int depth);
    void paintBar(QPainter &painter, const QRect &rect, double fraction, const QColor &color) const;

    QueryLink *m_query; ///< below the stages
    Progress m_progress;
    std::chrono::milliseconds m_elapsed {};
    bool m_cancelling = false;
    std::vector<Row> m_rows;
    int m_timer = 0;
    int m_phase = 0;
};

/// "Running", "Queued in global.etl", "Stopping": the state as a person says it.
QString progressWords(const Progress &progress, bool isCancelling);

} // namespace Grebe
