// SPDX-License-Identifier: Apache-2.0
#include "sqldialect.h"

#include "quoting.h"

#include <vector>

using namespace Qt::StringLiterals;

namespace Grebe {

SqlDialect::SqlDialect(const LexicalRules &rules, Routines routines, QLatin1StringView reserved, QLatin1StringView others)
    : m_rules(rules), m_routines(routines)
{
    const QStringList reservedWords = QString(reserved).split(u' ');
    m_keywords = reservedWords + QString(others).split(u' ');
    m_keywords.sort();
    m_reserved = QSet<QString>(reservedWords.begin(), reservedWords.end());
}

QString SqlDialect::quoteIdentifier(const QString &name) const
{
    return quotedWith(u'"', name);
}

QString SqlDialect::quoteIfNeeded(const QString &name) const
{
    return isPlainName(name) && !isReserved(name) ? name : quoteIdentifier(name);
}

QStringList SqlDialect::keywords() const
{
    return m_keywords;
}

bool SqlDialect::isReserved(QStringView word) const
{
    return m_reserved.contains(word.toString().toUpper());
}

QList<StatementRange> SqlDialect::split(QStringView script) const
{
    return splitStatements(script, m_rules, m_routines);
}

QList<qsizetype> SqlDialect::parameterPositions(QStringView statement) const
{
    QList<qsizetype> positions;
    Lexer lexer(statement, m_rules);
    for (Token token = lexer.nextCode(); token.kind != Token::Kind::End; token = lexer.nextCode()) {
        if (token.kind == Token::Kind::Parameter)
            positions << token.begin;
    }
    return positions;
}

QList<std::pair<qsizetype, qsizetype>> SqlDialect::namedParameters(QStringView statement) const
{
    QList<std::pair<qsizetype, qsizetype>> parameters;
    Lexer lexer(statement, m_rules);
    Token beforePrevious;
    Token previous;
    std::vector<bool> colonIsOurs { true }; // a level for each open bracket
    const auto isOperator = [&lexer](const Token &token, QLatin1StringView text) {
        return token.kind == Token::Kind::Operator && lexer.text(token) == text;
    };
    const auto isOperand = [this, &lexer](const Token &token) {
        return token.kind == Token::Kind::QuotedName || token.kind == Token::Kind::BackquotedName
            || token.kind == Token::Kind::String || token.kind == Token::Kind::Number
            || (token.kind == Token::Kind::Word && !isReserved(lexer.text(token)));
    };
    for (Token token = lexer.nextCode(); token.kind != Token::Kind::End;) {
        Token following = lexer.nextCode();
        if (isOperator(token, "["_L1)) {
            const bool cutsList = isOperand(previous) || isOperator(previous, ")"_L1) || isOperator(previous, "]"_L1);
            colonIsOurs.push_back(!(hasColonsInBrackets() && cutsList));
        } else if (isOperator(token, "("_L1) || isOperator(token, "{"_L1)) {
            colonIsOurs.push_back(true);
        } else if ((isOperator(token, "]"_L1) || isOperator(token, ")"_L1) || isOperator(token, "}"_L1))
                   && colonIsOurs.size() > 1) {
            colonIsOurs.pop_back();
        } else if (isOperator(token, ":"_L1) && following.kind == Token::Kind::Word && following.begin == token.end) {
            const bool sticksToOperand = previous.end == token.begin && previous.kind != Token::Kind::End
                && (isOperand(previous) || isOperator(previous, ")"_L1) || isOperator(previous, "]"_L1));
            const bool isKeysColon = hasColonsInBrackets() && isOperand(previous)
                && (isOperator(beforePrevious, "{"_L1) || isOperator(beforePrevious, ","_L1));
            const bool isLabelsColon = m_routines == Routines::SqlRoutines && previous.kind == Token::Kind::Word
                && (lexer.is(following, "LOOP"_L1) || lexer.is(following, "WHILE"_L1) || lexer.is(following, "REPEAT"_L1)
                    || lexer.is(following, "BEGIN"_L1));
            if (!sticksToOperand && !isKeysColon && !isLabelsColon && colonIsOurs.back())
                parameters.emplaceBack(token.begin, following.end - token.begin);
        }
        beforePrevious = previous;
        previous = token;
        token = following;
    }
    return parameters;
}

QString SqlDialect::firstWord(QStringView statement) const
{
    Lexer lexer(statement, m_rules);
    Token token = lexer.nextCode();
    while (token.kind == Token::Kind::Operator && lexer.text(token) == "("_L1)
        token = lexer.nextCode();
    return token.kind == Token::Kind::Word ? lexer.text(token).toString().toUpper() : QString();
}

Result<QString> SqlDialect::refuse(const QVariant &value, const QString &type) const
{
    return std::unexpected(Error { .code = Error::Code::NotImplemented,
                                   .message = u"A value of the type %1 cannot be written as %2 in SQL for %3."_s.arg(
                                       QString::fromLatin1(value.typeName()), type.isEmpty() ? u"a literal"_s : type, name()),
                                   .hint = u"Bind a number, text, bytes, a date or time, or a list of those."_s });
}

Result<QString> SqlDialect::invalidValue(const QString &message)
{
    return std::unexpected(Error { .code = Error::Code::InvalidArgument, .message = message });
}

} // namespace Grebe
