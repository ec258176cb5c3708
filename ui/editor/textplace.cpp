// SPDX-License-Identifier: Apache-2.0
#include "textplace.h"

namespace Grebe {

qsizetype positionOf(QStringView statement, int line, int column)
{
    qsizetype position = 0;
    for (int skipped = 1; skipped < line; ++skipped) {
        const qsizetype next = statement.indexOf(u'\n', position);
        if (next < 0)
            break;
        position = next + 1;
    }
    for (int skipped = 1; skipped < column && position < statement.size(); ++skipped) {
        if (statement[position] == u'\n')
            break;
        const bool isPair = statement[position].isHighSurrogate() && position + 1 < statement.size()
            && statement[position + 1].isLowSurrogate();
        position += isPair ? 2 : 1;
    }
    return position;
}

qsizetype tokenEnd(QStringView text, qsizetype position)
{
    const auto isWord = [](QChar c) { return c.isLetterOrNumber() || c == u'_' || c == u'$' || c.isSurrogate(); };
    if (position >= text.size())
        return text.size();
    qsizetype end = position;
    if (text[end] == u'"' || text[end] == u'\'' || text[end] == u'`') {
        const qsizetype close = text.indexOf(text[end], end + 1);
        const qsizetype line = text.indexOf(u'\n', end);
        if (close > 0 && (line < 0 || close < line))
            return close + 1;
    }
    // A qualified name is one place: `o.comit`.
    while (end < text.size()
           && (isWord(text[end]) || (text[end] == u'.' && end > position && end + 1 < text.size() && isWord(text[end + 1]))))
        ++end;
    return qMax(end, position + 1);
}

} // namespace Grebe
