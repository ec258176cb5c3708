// SPDX-License-Identifier: Apache-2.0
#include "scriptparameters.h"

#include "arguments.h"

#include <QDate>
#include <QSet>

#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// Code points of UTF-16 text.
int codePoints(QStringView text)
{
    int count = 0;
    for (const QChar c : text)
        count += c.isLowSurrogate() ? 0 : 1;
    return count;
}

// The UTF-16 position of a line and column in code points, both from 1.
qsizetype positionOf(QStringView text, int line, int column)
{
    qsizetype position = 0;
    for (; line > 1; --line) {
        const qsizetype next = text.indexOf(u'\n', position);
        if (next < 0)
            break;
        position = next + 1;
    }
    for (; column > 1 && position < text.size() && text[position] != u'\n'; --column)
        position += text[position].isHighSurrogate() && position + 1 < text.size() ? 2 : 1;
    return position;
}

// Values go out as what they are where a QVariant says it; else as text, with the type beside it.
Result<QVariant> valueOf(const QString &name, const QString &type, const QString &text)
{
    const QString lower = type.toLower();
    bool isRight = true;
    QVariant value = text;
    if (lower == "boolean"_L1 || lower == "bool"_L1) {
        isRight = text.compare(u"true"_s, Qt::CaseInsensitive) == 0 || text.compare(u"false"_s, Qt::CaseInsensitive) == 0;
        value = text.compare(u"true"_s, Qt::CaseInsensitive) == 0;
    } else if (QStringList { u"tinyint"_s, u"smallint"_s, u"integer"_s, u"int"_s, u"bigint"_s }.contains(lower)) {
        value = text.toLongLong(&isRight);
    } else if (lower == "double"_L1) {
        value = text.toDouble(&isRight);
    } else if (lower == "date"_L1) {
        // Years that QDate doesn't read stay text, for the engine to read.
        if (const QDate date = QDate::fromString(text, Qt::ISODate); date.isValid())
            value = date;
    }
    if (!isRight)
        return std::unexpected(usageError(u"--param %1: \"%2\" is no %3."_s.arg(name, text, type)));
    return value;
}

} // namespace

Error ScriptStatement::inScript(Error error) const
{
    if (error.line < 1)
        return error;
    qsizetype position = positionOf(sql, error.line, std::max(1, error.column));
    for (const auto &[begin, length] : parameters) {
        if (position <= begin) // a `?` took the parameter's place: begin counts in `original`, as position does by now
            break;
        position += length - 1;
    }
    const QStringView before = QStringView(original).first(std::min(position, original.size()));
    const qsizetype lineStart = before.lastIndexOf(u'\n') + 1;
    const bool isFirstLine = lineStart == 0;
    error.line = firstLine + int(before.count(u'\n'));
    if (error.column > 0)
        error.column = codePoints(before.sliced(lineStart)) + (isFirstLine ? firstColumn : 1);
    return error;
}

Result<ScriptParameters> ScriptParameters::parse(const QStringList &arguments)
{
    ScriptParameters parameters;
    for (const QString &argument : arguments) {
        const qsizetype equals = argument.indexOf(u'=');
        if (equals < 1)
            return std::unexpected(usageError(u"--param %1: NAME=VALUE or NAME:TYPE=VALUE is expected."_s.arg(argument)));
        QString name = argument.first(equals);
        QString type;
        if (const qsizetype colon = name.indexOf(u':'); colon >= 0) {
            type = name.sliced(colon + 1).trimmed();
            name.truncate(colon);
        }
        const auto value = valueOf(name, type, argument.sliced(equals + 1));
        if (!value)
            return std::unexpected(value.error());
        if (parameters.m_values.contains(name))
            return std::unexpected(usageError(u"--param %1 is given twice."_s.arg(name)));
        parameters.m_values.insert(name, { *value, type });
    }
    return parameters;
}

Result<QList<ScriptStatement>> ScriptParameters::split(const QString &script, const Dialect &dialect) const
{
    QList<ScriptStatement> statements;
    QSet<QString> unused(m_values.keyBegin(), m_values.keyEnd());
    for (const StatementRange &range : dialect.split(script)) {
        ScriptStatement statement;
        statement.original = script.sliced(range.begin, range.length());
        const QStringView before = QStringView(script).first(range.begin);
        statement.firstLine = 1 + int(before.count(u'\n'));
        statement.firstColumn = 1 + codePoints(before.sliced(before.lastIndexOf(u'\n') + 1));
        // Without values on the command line a colon is the engine's business.
        if (!m_values.isEmpty())
            statement.parameters = dialect.namedParameters(statement.original);
        qsizetype copied = 0;
        for (const auto &[begin, length] : std::as_const(statement.parameters)) {
            const QString name = statement.original.sliced(begin + 1, length - 1);
            const auto value = m_values.constFind(name);
            if (value == m_values.cend()) {
                return std::unexpected(usageError(
                    u"The parameter :%1 in line %2 has no value."_s.arg(name).arg(
                        statement.firstLine + QStringView(statement.original).first(begin).count(u'\n')),
                    u"Give --param %1=VALUE."_s.arg(name) + didYouMean(nearestOf(name, m_values.keys()))));
            }
            unused.remove(name);
            statement.sql += QStringView(statement.original).sliced(copied, begin - copied);
            statement.sql += u'?';
            copied = begin + length;
            statement.options.parameters << value->value;
            statement.options.parameterTypes << value->type;
        }
        statement.sql += QStringView(statement.original).sliced(copied);
        statements << statement;
    }
    if (!unused.isEmpty()) {
        QStringList names(unused.cbegin(), unused.cend());
        names.sort();
        return std::unexpected(usageError(u"No statement has a parameter :%1."_s.arg(names.first())));
    }
    return statements;
}

} // namespace Grebe
