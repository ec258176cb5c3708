// SPDX-License-Identifier: Apache-2.0
#include "teststeps.h"

#include "widgets/icons.h"

#include <QPainter>

using namespace Qt::StringLiterals;

namespace Grebe {

using State = ConnectionTest::State;

TestSteps::TestSteps(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void TestSteps::setSteps(const QList<ConnectionTest::Step> &steps)
{
    m_steps = steps;
    setAccessibleName(text());
    setToolTip(u"<qt>%1</qt>"_s.arg(text().toHtmlEscaped().replace(u'\n', u"<br>"_s)));
    update();
}

QString TestSteps::words(const ConnectionTest::Step &step)
{
    QString result = ConnectionTest::stepName(step.kind);
    if (step.kind == ConnectionStep::Kind::Tls && step.state == State::Done && !step.text.isEmpty())
        result = step.text;
    if (step.state == State::Done && step.duration.count() > 0)
        result += u' ' + tr("%1 ms").arg(step.duration.count());
    return result;
}

QString TestSteps::text() const
{
    QStringList lines;
    for (const ConnectionTest::Step &step : m_steps) {
        const QString state = step.state == State::Done ? tr("done")
            : step.state == State::Failed               ? tr("failed")
            : step.state == State::Running              ? tr("under way")
            : step.state == State::Skipped              ? tr("not needed")
                                                        : tr("not begun");
        QString line = u"%1: %2"_s.arg(ConnectionTest::stepName(step.kind), state);
        if (!step.text.isEmpty())
            line += u", "_s + step.text;
        lines += line;
    }
    return lines.join(u'\n');
}

QSize TestSteps::sizeHint() const
{
    return { 400, qMax(28, fontMetrics().height() + 10) };
}

void TestSteps::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    int x = 0;
    const int middle = height() / 2;
    for (const ConnectionTest::Step &step : m_steps) {
        QColor ink = Theme::color(palette(), Theme::Subdued);
        QString icon;
        if (step.state == State::Done) {
            ink = Theme::color(palette(), Theme::Ok);
            icon = u"ok"_s;
        } else if (step.state == State::Failed) {
            ink = Theme::color(palette(), Theme::Failure);
            icon = u"close"_s;
        } else if (step.state == State::Running) {
            ink = Theme::color(palette(), Theme::Running);
        }
        const QRect mark(x, middle - 7, 14, 14);
        if (!icon.isEmpty()) {
            Icons::paint(&painter, mark, icon, ink);
        } else if (step.state == State::Running) {
            painter.setPen(QPen(ink, 1.3));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(QRectF(mark).adjusted(2, 2, -2, -2));
            painter.setBrush(ink);
            painter.drawPie(QRectF(mark).adjusted(2, 2, -2, -2), 90 * 16, -90 * 16);
        } else {
            painter.setPen(Qt::NoPen);
            painter.setBrush(ink);
            painter.drawEllipse(QRectF(mark).center(), 1.5, 1.5);
        }
        x += 14 + 4;
        const QString label = words(step);
        painter.setPen(ink);
        const QString shown = fontMetrics().elidedText(label, Qt::ElideRight, qMax(0, width() - x));
        painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft, shown);
        x += fontMetrics().horizontalAdvance(shown) + 16;
    }
}

} // namespace Grebe
