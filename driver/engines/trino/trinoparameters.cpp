// SPDX-License-Identifier: Apache-2.0
#include "trinoparameters.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

QString stringLiteral(const QString &text)
{
    QString literal = text;
    literal.replace(u'\'', "''"_L1);
    return u'\'' + literal + u'\'';
}

// Line and column of a UTF-16 position, from 1, the column in code points.
std::pair<int, int> placeOf(QStringView text, qsizetype position)
{
    int line = 1;
    qsizetype lineStart = 0;
    for (qsizetype i = 0; i < position; ++i) {
        if (text[i] == u'\n') {
            ++line;
            lineStart = i + 1;
        }
    }
    int column = 1;
    for (qsizetype i = lineStart; i < position; ++i)
        column += text[i].isLowSurrogate() ? 0 : 1;
    return { line, column };
}

} // namespace

Result<TrinoText> trinoText(const QString &sql, const StatementOptions &options, const Dialect &dialect, bool canExecuteImmediate)
{
    const QList<StatementRange> statements = dialect.split(sql);
    if (statements.isEmpty())
        return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = u"There is no statement to run."_s });
    // Several statements go out as they are: the server points at the second one.
    const QString own = statements.size() == 1 ? sql.left(statements.first().end) : sql;
    if (options.parameters.isEmpty())
        return TrinoText { .sql = own };

    const QList<qsizetype> positions = dialect.parameterPositions(own);
    if (positions.size() != options.parameters.size()) {
        return std::unexpected(Error {
            .code = Error::Code::InvalidArgument,
            .message = u"The statement has %1 parameters (?), but %2 values were given."_s.arg(positions.size()).arg(options.parameters.size()) });
    }
    QStringList literals;
    for (qsizetype i = 0; i < options.parameters.size(); ++i) {
        const Result<QString> literal = dialect.literal(options.parameters[i], options.parameterTypes.value(i));
        if (!literal) {
            Error error = literal.error();
            error.message = u"Parameter %1: %2"_s.arg(i + 1).arg(error.message);
            return std::unexpected(error);
        }
        literals << *literal;
    }

    if (canExecuteImmediate) {
        // On a line of its own: places in the inner text are then off by a line, and by a column only where
        // restoreLocation() knows it.
        return TrinoText { .sql = u"EXECUTE IMMEDIATE\n"_s + stringLiteral(own) + u"\nUSING "_s + literals.join(", "_L1),
                           .form = TrinoText::Form::ExecuteImmediate };
    }
    TrinoText text { .form = TrinoText::Form::Substituted };
    qsizetype from = 0;
    for (qsizetype i = 0; i < positions.size(); ++i) {
        text.sql += QStringView(own).mid(from, positions[i] - from);
        // In parentheses, or `a-?` with -1 would begin a comment.
        text.sql += literals[i].startsWith(u'-') ? u'(' + literals[i] + u')' : literals[i];
        from = positions[i] + 1;
    }
    text.sql += QStringView(own).mid(from);
    std::tie(text.firstValueLine, text.firstValueColumn) = placeOf(own, positions.first());
    return text;
}

void restoreLocation(Error &error, const TrinoText &text)
{
    static const QRegularExpression head(u"^line (\\d+):(\\d+): "_s);
    const QRegularExpressionMatch match = head.match(error.message);
    if (error.line <= 0 && match.hasMatch()) {
        error.line = match.captured(1).toInt();
        error.column = match.captured(2).toInt();
    }
    if (error.line <= 0)
        return;
    if (text.form == TrinoText::Form::ExecuteImmediate) {
        // Measured on 476 and 483. The server counts lines from the word EXECUTE, and columns of the literal's first
        // line from its quote, but for syntax errors, whose columns are those of the inner text. A place on the first
        // line, or far behind the inner text, is not in it.
        const bool isSyntax = error.vendorCode == "SYNTAX_ERROR"_L1;
        if (error.line == 2 && !isSyntax)
            --error.column;
        --error.line;
        if (error.line < 1 || error.column < 1)
            error.line = error.column = 0;
    } else if (text.form == TrinoText::Form::Substituted) {
        if (std::pair(error.line, error.column) > std::pair(text.firstValueLine, text.firstValueColumn)
            && error.line == text.firstValueLine)
            error.column = 0; // the line is right; the values moved the rest of it
    }
    if (match.hasMatch()) {
        const QString rest = error.message.mid(match.capturedLength());
        if (error.line > 0 && error.column > 0)
            error.message = u"line %1:%2: %3"_s.arg(error.line).arg(error.column).arg(rest);
        else if (text.form != TrinoText::Form::Plain)
            error.message = rest;
    }
}

} // namespace Grebe
