// SPDX-License-Identifier: Apache-2.0
#include "cellformatter.h"

#include <QLocale>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

bool needsPicture(QChar character)
{
    const char16_t code = character.unicode();
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x061c || code == 0x200e || code == 0x200f
        || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

} // namespace

QString singleLine(const QString &text)
{
    if (std::none_of(text.begin(), text.end(), needsPicture))
        return text;
    QString shown;
    shown.reserve(text.size() + 16);
    for (const QChar character : text) {
        const char16_t code = character.unicode();
        if (!needsPicture(character))
            shown += character;
        else if (code == u'\n')
            shown += u'↵';
        else if (code == u'\t')
            shown += u'⇥';
        else if (code == u'\r')
            shown += u'␍';
        else if (code < 0x20)
            shown += QChar(0x2400 + code);
        else
            shown += u"⟨U+%1⟩"_s.arg(uint(code), 4, 16, '0'_L1).toUpper();
    }
    return shown;
}

QString countText(qint64 count)
{
    return QLocale().toString(count);
}

QString numberText(const QString &number)
{
    const QLocale locale;
    const qsizetype begin = number.startsWith(u'-') ? 1 : 0;
    qsizetype end = begin;
    while (end < number.size() && number.at(end) >= u'0' && number.at(end) <= u'9')
        ++end;
    if (end == begin || (end < number.size() && number.at(end) != u'.'))
        return number;
    QString text = number.left(end);
    for (qsizetype at = end - 3; at > begin; at -= 3)
        text.insert(at, locale.groupSeparator());
    if (end < number.size()) {
        text += locale.decimalPoint();
        text += number.mid(end + 1);
    }
    return text;
}

QString sizeText(qint64 byteCount)
{
    return QLocale().formattedDataSize(byteCount, byteCount < 1000 ? 0 : 1, QLocale::DataSizeSIFormat);
}

QString durationText(qint64 milliseconds)
{
    const QLocale locale;
    if (milliseconds < 1000)
        return u"%1 ms"_s.arg(milliseconds);
    if (milliseconds < 60'000)
        return u"%1 s"_s.arg(locale.toString(double(milliseconds) / 1000, 'f', 1));
    const qint64 seconds = milliseconds / 1000;
    if (seconds < 3600)
        return u"%1 min %2 s"_s.arg(seconds / 60).arg(seconds % 60);
    return u"%1 h %2 min"_s.arg(seconds / 3600).arg(seconds / 60 % 60);
}

} // namespace Grebe
