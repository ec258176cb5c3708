// SPDX-License-Identifier: Apache-2.0
#include "trinotypetext.h"

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// What stands between the outer parentheses of `name(...)`, when the whole text has that form.
QStringView inside(QStringView type, QLatin1StringView name)
{
    if (!type.startsWith(name, Qt::CaseInsensitive))
        return {};
    const QStringView rest = type.sliced(name.size()).trimmed();
    return rest.startsWith(u'(') && rest.endsWith(u')') ? rest.sliced(1, rest.size() - 2) : QStringView();
}

// At commas outside parentheses and quotes; a doubled quote in a name opens and closes at once.
QList<QStringView> splitTop(QStringView text)
{
    QList<QStringView> parts;
    int depth = 0;
    bool isQuoted = false;
    qsizetype from = 0;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c == u'"')
            isQuoted = !isQuoted;
        else if (isQuoted)
            continue;
        else if (c == u'(')
            ++depth;
        else if (c == u')')
            --depth;
        else if (c == u',' && depth == 0) {
            parts << text.sliced(from, i - from).trimmed();
            from = i + 1;
        }
    }
    if (const QStringView last = text.sliced(from).trimmed(); !last.isEmpty())
        parts << last;
    return parts;
}

// Types of two words look like a name and a type: their first words are no field names on their own.
bool isTwoWordType(QStringView part)
{
    for (const auto start : { "double precision"_L1, "interval day"_L1, "interval year"_L1, "timestamp with"_L1, "time with"_L1 }) {
        if (part.startsWith(start, Qt::CaseInsensitive))
            return true;
    }
    return false;
}

TrinoTypePart field(QStringView part, qsizetype index)
{
    if (part.startsWith(u'"')) {
        QString name;
        qsizetype i = 1;
        for (; i < part.size(); ++i) {
            if (part[i] != u'"') {
                name += part[i];
            } else if (i + 1 < part.size() && part[i + 1] == u'"') {
                name += u'"';
                ++i;
            } else {
                break;
            }
        }
        return { name, part.sliced(std::min(i + 1, part.size())).trimmed().toString() };
    }
    const qsizetype blank = part.indexOf(u' ');
    const qsizetype parenthesis = part.indexOf(u'(');
    const bool isNamed = blank > 0 && (parenthesis < 0 || blank < parenthesis) && !isTwoWordType(part);
    if (!isNamed)
        return { u"field%1"_s.arg(index), part.toString() };
    return { part.first(blank).toString(), part.sliced(blank).trimmed().toString() };
}

} // namespace

QList<TrinoTypePart> trinoTypeParts(const QString &type)
{
    const QStringView text = QStringView(type).trimmed();
    QList<TrinoTypePart> parts;
    if (const QStringView fields = inside(text, "row"_L1); !fields.isNull()) {
        for (const QStringView part : splitTop(fields))
            parts << field(part, parts.size());
    } else if (const QStringView element = inside(text, "array"_L1); !element.isNull()) {
        parts = trinoTypeParts(element.toString());
    } else if (const QStringView both = inside(text, "map"_L1); !both.isNull()) {
        const QList<QStringView> types = splitTop(both);
        if (types.size() == 2)
            parts = { { u"key"_s, types[0].toString() }, { u"value"_s, types[1].toString() } };
    }
    return parts;
}

} // namespace Grebe
