// SPDX-License-Identifier: Apache-2.0
#include "chartscales.h"

#include <QFontMetricsF>
#include <QLocale>

#include <qwt_text.h>

#include <cmath>

using namespace Qt::StringLiterals;

namespace Grebe {

QwtText NumberScale::label(double value) const
{
    // Ticks are computed by adding steps: 0.30000000000000004 is 0.3, and next to nothing is nothing.
    const QwtScaleDiv &div = scaleDiv();
    if (std::abs(value) < div.range() * 1e-9)
        value = 0;
    const double size = std::abs(value);
    if (size != 0 && (size >= 1e12 || size < 1e-4))
        return QwtText(QLocale().toString(value, 'g', 6), QwtText::PlainText);
    const double rounded = std::round(value * 1e6) / 1e6;
    return QwtText(QLocale().toString(rounded, 'f', QLocale::FloatingPointShortest), QwtText::PlainText);
}

CategoryScale::CategoryScale(const QStringList &names) : m_names(names)
{
    enableComponent(QwtAbstractScaleDraw::Ticks, false);
}

QwtText CategoryScale::label(double value) const
{
    const double at = std::round(value);
    if (std::abs(value - at) > 1e-6 || at < 0 || at >= double(m_names.size()))
        return QwtText();
    const QString &name = m_names[int(at)];
    return QwtText(name.size() > kMaximumChars ? name.left(kMaximumChars - 1) + u'…' : name, QwtText::PlainText);
}

void CategoryScale::fitTo(double pixelsEach, const QFont &font)
{
    double widest = 0;
    const QFontMetricsF metrics(font);
    for (int i = 0; i < m_names.size(); ++i)
        widest = std::max(widest, metrics.horizontalAdvance(label(i).text()));
    const bool isTurned = widest + 8 > pixelsEach;
    setLabelRotation(isTurned ? -45 : 0);
    setLabelAlignment(isTurned ? Qt::AlignLeft | Qt::AlignBottom : Qt::AlignHCenter | Qt::AlignBottom);
}

TimeScale::TimeScale(bool isTimeOfDay) : QwtDateScaleDraw(Qt::UTC)
{
    const QString day = isTimeOfDay ? QString() : u"\nyyyy-MM-dd"_s;
    setDateFormat(QwtDate::Millisecond, u"hh:mm:ss.zzz"_s + day);
    setDateFormat(QwtDate::Second, u"hh:mm:ss"_s + day);
    setDateFormat(QwtDate::Minute, u"hh:mm"_s + day);
    setDateFormat(QwtDate::Hour, u"hh:mm"_s + day);
    setDateFormat(QwtDate::Day, isTimeOfDay ? u"hh:mm"_s : u"yyyy-MM-dd"_s);
    setDateFormat(QwtDate::Week, u"yyyy-MM-dd"_s);
    setDateFormat(QwtDate::Month, u"yyyy-MM"_s);
    setDateFormat(QwtDate::Year, u"yyyy"_s);
}

} // namespace Grebe
