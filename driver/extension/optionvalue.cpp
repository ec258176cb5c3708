// SPDX-License-Identifier: Apache-2.0
#include "optionvalue.h"

#include "engineinfo.h"

#include <QStringList>

#include <algorithm>
#include <cmath>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

std::optional<std::chrono::milliseconds> parsedDuration(QStringView text)
{
    qsizetype digits = 0;
    while (digits < text.size() && ((text[digits] >= u'0' && text[digits] <= u'9') || text[digits] == u'.'))
        ++digits;
    bool isNumber = false;
    const double number = text.first(digits).toDouble(&isNumber);
    const QStringView unit = text.sliced(digits).trimmed();
    static constexpr std::pair<QLatin1StringView, double> units[] = {
        { "ms"_L1, 1 }, { "s"_L1, 1e3 }, { "m"_L1, 60e3 }, { "h"_L1, 3600e3 }, { "d"_L1, 86400e3 },
    };
    if (!isNumber)
        return {};
    if (unit.isEmpty() && number == 0)
        return std::chrono::milliseconds(0);
    for (const auto &[name, factor] : units) {
        if (unit == name && number * factor < 1e15)
            return std::chrono::milliseconds(std::llround(number * factor));
    }
    return {};
}

QStringList mapEntries(const QString &text)
{
    QStringList entries;
    for (const QString &entry : text.split(u';')) {
        if (!entry.trimmed().isEmpty())
            entries << entry.trimmed();
    }
    return entries;
}

static bool holdsControlCharacter(QStringView text)
{
    return std::ranges::any_of(text, [](QChar c) { return c.unicode() < 0x20 && c != u'\t'; });
}

std::expected<QString, QString> checkedValue(const OptionInfo &option, const QString &value)
{
    switch (option.type) {
    case OptionInfo::Type::Integer: {
        bool isNumber = false;
        const qint64 number = value.trimmed().toLongLong(&isNumber);
        const bool isBounded = option.minimum != 0 || option.maximum != 0;
        if (isNumber && (!isBounded || (number >= option.minimum && number <= option.maximum)))
            return QString::number(number);
        if (isBounded)
            return std::unexpected(u"a number from %1 to %2"_s.arg(option.minimum).arg(option.maximum));
        return std::unexpected(u"a whole number"_s);
    }
    case OptionInfo::Type::Boolean: {
        const QString text = value.trimmed().toLower();
        if (text == "true"_L1 || text == "1"_L1)
            return u"true"_s;
        if (text == "false"_L1 || text == "0"_L1)
            return u"false"_s;
        return std::unexpected(u"true or false"_s);
    }
    case OptionInfo::Type::Choice: {
        for (const QString &choice : option.choices) {
            if (choice.compare(value.trimmed(), Qt::CaseInsensitive) == 0)
                return choice;
        }
        return std::unexpected(u"one of "_s + option.choices.join(", "_L1));
    }
    case OptionInfo::Type::Duration:
        if (parsedDuration(value.trimmed()))
            return value.trimmed();
        return std::unexpected(u"a number with ms, s, m, h or d behind it, such as “30s”"_s);
    case OptionInfo::Type::Map: {
        const QStringList entries = mapEntries(value);
        if (!holdsControlCharacter(value) && std::ranges::all_of(entries, [](const QString &e) { return e.indexOf(u':') > 0; }))
            return value;
        return std::unexpected(u"pairs such as “name:value;name:value”"_s);
    }
    case OptionInfo::Type::Text:
    case OptionInfo::Type::FilePath:
    case OptionInfo::Type::List:
        break;
    }
    if (option.name == "host"_L1) {
        const bool isHost = std::ranges::none_of(value, [](QChar c) { return c.isSpace() || QStringView(u"/@?#[];\\").contains(c); });
        if (!isHost || holdsControlCharacter(value))
            return std::unexpected(u"a host name or an address, without scheme, port or path"_s);
    } else if (!option.isSecret && holdsControlCharacter(value)) {
        return std::unexpected(u"text without line breaks and control characters"_s);
    }
    return value;
}

} // namespace Grebe
