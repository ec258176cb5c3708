// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include "extension/engineinfo.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

QString nearestOf(const QString &word, const QStringList &names)
{
    EngineInfo table; // for its measure of nearness
    for (const QString &name : names)
        table.options << OptionInfo { .name = name };
    return table.nearestOption(word);
}

QString didYouMean(const QString &nearest)
{
    return nearest.isEmpty() ? QString() : u" Did you mean %1?"_s.arg(nearest);
}

Error usageError(const QString &message, const QString &hint)
{
    return { .code = Error::Code::InvalidArgument, .message = message, .hint = hint };
}

Result<Arguments> Arguments::parse(const QStringList &words, const QList<ArgumentOption> &options)
{
    Arguments arguments;
    for (qsizetype i = 0; i < words.size(); ++i) {
        const QString &word = words[i];
        if (word == "--"_L1) {
            arguments.m_words << words.mid(i + 1);
            break;
        }
        // `-- ` begins an SQL comment, and so an SQL text.
        if (!word.startsWith(u'-') || word == "-"_L1 || (word.startsWith("--"_L1) && word[2].isSpace())) {
            arguments.m_words << word;
            continue;
        }
        const qsizetype equals = word.indexOf(u'=');
        const QString shown = equals < 0 ? word : word.first(equals);
        const QString name = word == "-h"_L1 ? u"help"_s : shown.sliced(shown.startsWith("--"_L1) ? 2 : 1);
        const auto option = std::find_if(options.cbegin(), options.cend(), [&](const ArgumentOption &known) {
            return known.name == name && (shown.startsWith("--"_L1) || word == "-h"_L1);
        });
        if (option == options.cend()) {
            QStringList names;
            for (const ArgumentOption &known : options)
                names << "--"_L1 + known.name;
            return std::unexpected(
                usageError(u"There is no option %1.%2"_s.arg(shown, didYouMean(nearestOf("--"_L1 + name, names)))));
        }
        QString value;
        if (option->valueName.isEmpty()) {
            if (equals >= 0)
                return std::unexpected(usageError(u"%1 takes no value."_s.arg(shown)));
        } else if (equals >= 0) {
            value = word.sliced(equals + 1);
        } else if (i + 1 < words.size()) {
            value = words[++i];
        } else {
            return std::unexpected(usageError(u"%1 needs a value: %1 %2."_s.arg(shown, option->valueName)));
        }
        if (arguments.m_values.contains(name) && !option->repeats && !option->valueName.isEmpty())
            return std::unexpected(usageError(u"%1 is given twice."_s.arg(shown)));
        arguments.m_values[name] << value;
    }
    return arguments;
}

} // namespace Grebe
