// SPDX-License-Identifier: Apache-2.0
#include "progressview.h"

#include "cellformatter.h"
#include "querylink.h"
#include "widgets/theme.h"

#include <QPainter>
#include <QScrollBar>
#include <QTimerEvent>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr int kMargin = 14;
constexpr int kHeadHeight = 72;
constexpr int kStageHeight = 26;
constexpr int kIndent = 18;
constexpr int kBarHeight = 8;

QString capitalised(QString text)
{
    if (!text.isEmpty())
        text[0] = text[0].toUpper();
    return text;
}

} // namespace

QString progressWords(const Progress &progress, bool isCancelling)
{
    if (isCancelling)
        return ProgressView::tr("Stopping on the server");
    if (!progress.text.isEmpty())
        return capitalised(progress.text);
    switch (progress.state) {
    case Progress::State::Connecting: return ProgressView::tr("Connecting");
    case Progress::State::SigningIn: return ProgressView::tr("Signing in");
    case Progress::State::Queued: return ProgressView::tr("Queued");
    case Progress::State::Planning: return ProgressView::tr("Planning");
    case Progress::State::Starting: return ProgressView::tr("Starting");
    case Progress::State::Running: return ProgressView::tr("Running");
    case Progress::State::Finishing: return ProgressView::tr("Finishing");
    case Progress::State::Finished: return ProgressView::tr("Finished");
    case Progress::State::Retrying: return ProgressView::tr("Server not answering, trying again");
    }
    return {};
}

ProgressView::ProgressView(QWidget *parent) : QAbstractScrollArea(parent), m_query(new QueryLink(viewport()))
{
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Progress of the statement"));
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
}

void ProgressView::setProgress(const Progress &progress, std::chrono::milliseconds elapsed, bool isCancelling)
{
    m_progress = progress;
    m_elapsed = elapsed;
    m_cancelling = isCancelling;
    m_rows.clear();
    for (const StageProgress &stage : std::as_const(m_progress.stages))
        collect(stage, 0);
    arrange();
    viewport()->update();
}

void ProgressView::setQuery(const QString &queryId, const QString &infoUrl)
{
    if (queryId == m_query->queryId())
        return;
    m_query->setQuery(queryId, infoUrl);
    arrange();
}

void ProgressView::arrange()
{
    const int queryTop = kHeadHeight + int(m_rows.size()) * kStageHeight + 10;
    const int height = queryTop + m_query->sizeHint().height() + kMargin;
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    verticalScrollBar()->setPageStep(viewport()->height());
    m_query->setGeometry(kMargin + 8, queryTop - verticalScrollBar()->value(), viewport()->width() - 2 * kMargin,
                         m_query->sizeHint().height());
}

void ProgressView::collect(const StageProgress &stage, int depth)
{
    m_rows.push_back({ depth, &stage });
    for (const StageProgress &child : stage.stages)
        collect(child, depth + 1);
}

void ProgressView::paintBar(QPainter &painter, const QRect &rect, double fraction, const QColor &color) const
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(Theme::color(palette(), Theme::Line));
    painter.drawRoundedRect(rect, 3, 3);
    QRectF part = rect;
    if (fraction < 0) {
        // No total: a piece that moves says "alive", and nothing else.
        const double length = rect.width() * 0.18;
        part.setLeft(rect.left() + (rect.width() - length) * (0.5 - 0.5 * std::cos(m_phase * 0.05)));
        part.setWidth(length);
    } else {
        part.setWidth(rect.width() * std::min(1.0, fraction));
    }
    if (part.width() < 1)
        return;
    painter.setBrush(color);
    painter.drawRoundedRect(part, 3, 3);
}

void ProgressView::paintEvent(QPaintEvent *)
{
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(viewport()->rect(), palette().color(QPalette::Base));
    painter.translate(0, -verticalScrollBar()->value());
    const int width = viewport()->width() - 2 * kMargin;

    QFont bold = font();
    bold.setBold(true);
    painter.setFont(bold);
    painter.setPen(palette().color(QPalette::Text));
    const QString words = progressWords(m_progress, m_cancelling);
    painter.drawText(QRect(kMargin, 14, width, 22), int(Qt::AlignLeft | Qt::AlignVCenter), words);
    int x = kMargin + QFontMetrics(bold).horizontalAdvance(words) + 20;
    painter.setFont(font());

    QStringList facts;
    const QString atLeast = m_progress.isTotalKnown ? QString() : u"≥ "_s;
    if (m_progress.splitsTotal > 0)
        facts << tr("%1 of %2%3 splits")
                     .arg(countText(m_progress.splitsDone), atLeast, countText(m_progress.splitsTotal));
    const auto worked = m_progress.elapsed - m_progress.queued - m_progress.planning;
    if (m_progress.byteCount > 0) {
        const QString read = tr("%1 read").arg(sizeText(m_progress.byteCount));
        facts << (worked.count() < 1000 ? read
                                        : tr("%1 · %2/s").arg(read, sizeText(m_progress.byteCount * 1000 / worked.count())));
    }
    if (m_progress.rowCount > 0)
        facts << tr("%1 rows in").arg(countText(m_progress.rowCount));
    if (m_progress.cpu.count() > 0)
        facts << tr("CPU %1").arg(durationText(m_progress.cpu.count()));
    if (m_progress.peakMemoryBytes > 0)
        facts << tr("memory %1").arg(sizeText(m_progress.peakMemoryBytes));
    if (m_progress.spilledBytes > 0)
        facts << tr("%1 spilled").arg(sizeText(m_progress.spilledBytes));
    for (const QString &fact : std::as_const(facts)) {
        const int length = fontMetrics().horizontalAdvance(fact);
        if (x + length > kMargin + width)
            break;
        painter.drawText(QRect(x, 14, length, 22), int(Qt::AlignLeft | Qt::AlignVCenter), fact);
        x += length + 20;
    }

    QStringList waits;
    if (m_progress.queued.count() > 0)
        waits << (m_progress.queueReason.isEmpty()
                      ? tr("queued %1").arg(durationText(m_progress.queued.count()))
                      : tr("queued %1 in %2").arg(durationText(m_progress.queued.count()), m_progress.queueReason));
    if (m_progress.planning.count() > 0)
        waits << tr("planned %1").arg(durationText(m_progress.planning.count()));
    waits << durationText(m_elapsed.count());
    const QString right = waits.join(u" · "_s);
    if (kMargin + width - fontMetrics().horizontalAdvance(right) > x) {
        painter.setPen(Theme::color(palette(), Theme::Subdued));
        painter.drawText(QRect(kMargin, 14, width, 22), int(Qt::AlignRight | Qt::AlignVCenter), right);
    }
    paintBar(painter, QRect(kMargin, 42, width, kBarHeight), m_progress.percent < 0 ? -1 : m_progress.percent / 100,
             Theme::color(palette(), Theme::Running));

    int y = kHeadHeight;
    const int nameWidth = std::clamp(width / 4, 120, 240);
    const int barLeft = kMargin + nameWidth + 100;
    const int barWidth = std::clamp(width / 4, 60, 260);
    for (const Row &row : m_rows) {
        const StageProgress &stage = *row.stage;
        const int indent = kMargin + 8 + row.depth * kIndent;
        const QString name = stage.name.isEmpty() ? tr("stage %1").arg(stage.id) : u"%1 · %2"_s.arg(stage.id, stage.name);
        painter.setPen(palette().color(QPalette::Text));
        painter.drawText(QRect(indent, y, kMargin + nameWidth - indent, kStageHeight), int(Qt::AlignLeft | Qt::AlignVCenter),
                         fontMetrics().elidedText(name, Qt::ElideRight, kMargin + nameWidth - indent));
        painter.setPen(Theme::color(palette(), Theme::Subdued));
        painter.drawText(QRect(kMargin + nameWidth + 8, y, 90, kStageHeight), int(Qt::AlignLeft | Qt::AlignVCenter),
                         stage.state);
        const double fraction = stage.isDone ? 1 : (stage.splitsTotal > 0 ? double(stage.splitsDone) / double(stage.splitsTotal) : 0);
        paintBar(painter, QRect(barLeft, y + (kStageHeight - kBarHeight) / 2, barWidth, kBarHeight), fraction,
                 Theme::color(palette(), stage.isDone ? Theme::Ok : Theme::Running));
        QStringList counts;
        if (stage.rowCount > 0)
            counts << tr("%1 rows").arg(countText(stage.rowCount));
        if (stage.byteCount > 0)
            counts << sizeText(stage.byteCount);
        if (stage.cpu.count() > 0)
            counts << tr("CPU %1").arg(durationText(stage.cpu.count()));
        if (stage.splitsTotal > 0)
            counts << tr("%1 of %2 splits").arg(countText(stage.splitsDone), countText(stage.splitsTotal));
        if (stage.failedTasks > 0)
            counts << tr("%1 failed tasks").arg(stage.failedTasks);
        painter.setPen(Theme::color(palette(), Theme::Subdued));
        painter.drawText(QRect(barLeft + barWidth + 12, y, width - barLeft - barWidth, kStageHeight),
                         int(Qt::AlignLeft | Qt::AlignVCenter), counts.isEmpty() ? u"–"_s : counts.join(u" · "_s));
        y += kStageHeight;
    }
}

void ProgressView::resizeEvent(QResizeEvent *)
{
    arrange();
}

void ProgressView::scrollContentsBy(int, int)
{
    arrange();
    viewport()->update();
}

void ProgressView::timerEvent(QTimerEvent *)
{
    if (m_progress.percent >= 0)
        return;
    ++m_phase;
    viewport()->update(QRect(0, 40 - verticalScrollBar()->value(), viewport()->width(), kBarHeight + 4));
}

void ProgressView::showEvent(QShowEvent *event)
{
    QAbstractScrollArea::showEvent(event);
    if (!m_timer)
        m_timer = startTimer(33);
}

void ProgressView::hideEvent(QHideEvent *event)
{
    QAbstractScrollArea::hideEvent(event);
    if (m_timer)
        killTimer(std::exchange(m_timer, 0));
}

} // namespace Grebe
