// SPDX-License-Identifier: Apache-2.0
#include "trinotypetext.h"

#include <QSet>

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

// Whether this is, as a whole, a type that every Trino knows.
bool isKnownType(QStringView text)
{
    static const QSet<QString> words { u"boolean"_s, u"tinyint"_s, u"smallint"_s, u"integer"_s, u"bigint"_s, u"real"_s, u"double"_s,
                                       u"decimal"_s, u"number"_s, u"varchar"_s, u"char"_s, u"varbinary"_s, u"json"_s, u"variant"_s,
                                       u"date"_s, u"time"_s, u"timestamp"_s, u"interval"_s, u"uuid"_s, u"ipaddress"_s, u"row"_s,
                                       u"array"_s, u"map"_s, u"hyperloglog"_s, u"geometry"_s };
    qsizetype end = 0;
    while (end < text.size() && (text[end].isLetterOrNumber() || text[end] == u'_'))
        ++end;
    const QString word = text.first(end).toString().toLower();
    if (!words.contains(word))
        return false;
    QStringView rest = text.sliced(end);
    if (rest.startsWith(u'(')) {
        int depth = 0;
        qsizetype i = 0;
        do {
            depth += rest[i] == u'(' ? 1 : rest[i] == u')' ? -1 : 0;
            ++i;
        } while (depth > 0 && i < rest.size());
        rest = rest.sliced(i);
    }
    const QString tail = rest.trimmed().toString().toLower();
    if (word == "interval"_L1)
        return tail == "day to second"_L1 || tail == "year to month"_L1;
    return tail.isEmpty() || ((word == "time"_L1 || word == "timestamp"_L1) && tail == "with time zone"_L1);
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
    // Servers up to 476 at least do not quote names here: `zip code integer` is the field "zip code". The name ends
    // where what follows is a type.
    const qsizetype first = part.indexOf(u' ');
    for (qsizetype blank = first; blank > 0; blank = part.indexOf(u' ', blank + 1)) {
        if (isKnownType(part.sliced(blank + 1)))
            return { part.first(blank).toString(), part.sliced(blank + 1).toString() };
    }
    const qsizetype parenthesis = part.indexOf(u'(');
    if (isKnownType(part) || first < 0 || (parenthesis >= 0 && parenthesis < first))
        return { u"field%1"_s.arg(index), part.toString() };
    return { part.first(first).toString(), part.sliced(first + 1).trimmed().toString() };
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

TrinoType trinoTypeOf(QStringView text, int depth)
{
    constexpr int deepest = 64;
    text = text.trimmed();
    const qsizetype open = text.indexOf(u'('), close = text.lastIndexOf(u')');
    if (open <= 0 || close < open || depth == deepest)
        return { .name = text.toString().toLower().toStdString() };
    // `timestamp(3) with time zone` has its argument in the middle.
    TrinoType type { .name = (text.first(open).trimmed().toString() + text.sliced(close + 1)).toLower().toStdString() };
    for (const QStringView argument : splitTop(text.sliced(open + 1, close - open - 1))) {
        bool isNumber = false;
        const qint64 number = argument.toLongLong(&isNumber);
        if (isNumber) {
            type.numbers.push_back(number);
            continue;
        }
        TrinoTypePart part { {}, argument.toString() };
        if (type.name == "row") {
            part = field(argument, 0);
            if (part.type == argument) // which has no name then
                part.name.clear();
        }
        type.types.push_back(trinoTypeOf(part.type, depth + 1));
        type.fieldNames.push_back(part.name.toStdString());
    }
    return type;
}

} // namespace Grebe
