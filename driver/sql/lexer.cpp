// SPDX-License-Identifier: Apache-2.0
#include "lexer.h"

#include <QChar>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

bool isDigit(char16_t c)
{
    return c >= u'0' && c <= u'9';
}

bool isAsciiLetter(char16_t c)
{
    return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z');
}

} // namespace

bool Lexer::is(const Token &token, QLatin1StringView keyword) const
{
    return token.kind == Token::Kind::Word && token.length() == keyword.size()
        && text(token).compare(keyword, Qt::CaseInsensitive) == 0;
}

Token Lexer::nextCode()
{
    Token token = next();
    while (token.kind == Token::Kind::Comment)
        token = next();
    return token;
}

Token Lexer::next()
{
    while (m_position < m_text.size()) {
        const char16_t c = at(m_position);
        if (c != u' ' && c != u'\n' && c != u'\r' && c != u'\t' && c != u'\f' && c != u'\v')
            break;
        ++m_position;
    }
    if (m_position >= m_text.size())
        return { .kind = Token::Kind::End, .begin = m_text.size(), .end = m_text.size() };

    const char16_t c = at(m_position);
    const char16_t following = at(m_position + 1);
    switch (c) {
    case u'\'':
        return quoted(Token::Kind::String, m_position, m_rules.hasBackslashEscapes);
    case u'"':
        return quoted(Token::Kind::QuotedName, m_position, false);
    case u'`':
        return quoted(Token::Kind::BackquotedName, m_position, false);
    case u';':
        return make(Token::Kind::Semicolon, 1);
    case u'?':
        return make(Token::Kind::Parameter, 1);
    case u'-':
        if (following == u'-')
            return lineComment();
        break;
    case u'#':
        if (m_rules.hasHashComments)
            return lineComment();
        break;
    case u'/':
        if (following == u'*')
            return blockComment();
        break;
    case u'$':
        if (m_rules.dollarStrings != LexicalRules::DollarStrings::None)
            return dollarString();
        break;
    case u'x':
    case u'X':
        if (following == u'\'')
            return quoted(Token::Kind::String, m_position + 1, m_rules.hasBackslashEscapes);
        break;
    case u'e':
    case u'E':
        if (following == u'\'' && m_rules.hasEscapeStrings)
            return quoted(Token::Kind::String, m_position + 1, true);
        break;
    case u'u':
    case u'U':
        if (following == u'&' && at(m_position + 2) == u'\'' && m_rules.hasUnicodeStrings)
            return quoted(Token::Kind::String, m_position + 2, false);
        break;
    default:
        break;
    }
    if (isDigit(c) || (c == u'.' && isDigit(following)))
        return number();
    if (isWordStart(m_position))
        return word();
    return operatorToken();
}

bool Lexer::isWordStart(qsizetype position) const
{
    const QChar c = m_text[position];
    // Outside ASCII anything that is no blank: no engine has an operator there.
    return isAsciiLetter(c.unicode()) || c == u'_' || (c.unicode() >= 0x80 && !c.isSpace());
}

bool Lexer::isWordPart(qsizetype position) const
{
    return position < m_text.size()
        && (isWordStart(position) || isDigit(at(position)) || (m_rules.hasDollarInNames && at(position) == u'$'));
}

Token Lexer::make(Token::Kind kind, qsizetype length)
{
    const qsizetype begin = std::exchange(m_position, m_position + length);
    return { .kind = kind, .begin = begin, .end = m_position };
}

Token Lexer::word()
{
    qsizetype end = m_position + 1;
    while (isWordPart(end))
        ++end;
    return make(Token::Kind::Word, end - m_position);
}

Token Lexer::number()
{
    qsizetype end = m_position;
    const auto skipDigits = [&] {
        while (isDigit(at(end)) || (at(end) == u'_' && isDigit(at(end + 1))))
            ++end;
    };
    skipDigits();
    // Two dots are a range's.
    if (at(end) == u'.' && at(end + 1) != u'.') {
        ++end;
        skipDigits();
    }
    if (at(end) == u'e' || at(end) == u'E') {
        const qsizetype sign = at(end + 1) == u'+' || at(end + 1) == u'-' ? 1 : 0;
        if (isDigit(at(end + 1 + sign))) {
            end += 1 + sign;
            skipDigits();
        }
    }
    // 0xFF, and what Trino calls a digit identifier and refuses.
    while (isWordPart(end))
        ++end;
    return make(Token::Kind::Number, end - m_position);
}

Token Lexer::quoted(Token::Kind kind, qsizetype quote, bool hasBackslash)
{
    const QChar mark = m_text[quote];
    qsizetype i = quote + 1;
    while (i < m_text.size()) {
        if (hasBackslash && m_text[i] == u'\\') {
            i += 2;
        } else if (m_text[i] != mark) {
            ++i;
        } else if (at(i + 1) == mark) {
            i += 2;
        } else {
            return make(kind, i + 1 - m_position);
        }
    }
    Token token = make(kind, m_text.size() - m_position);
    token.isTerminated = false;
    return token;
}

Token Lexer::dollarString()
{
    qsizetype tagEnd = m_position + 1;
    if (m_rules.dollarStrings == LexicalRules::DollarStrings::Tagged && tagEnd < m_text.size() && isWordStart(tagEnd)) {
        while (tagEnd < m_text.size() && (isWordStart(tagEnd) || isDigit(at(tagEnd))))
            ++tagEnd;
    }
    if (at(tagEnd) != u'$')
        return make(Token::Kind::Operator, 1); // $1, $name
    const QStringView mark = m_text.sliced(m_position, tagEnd + 1 - m_position);
    const qsizetype end = m_text.indexOf(mark, tagEnd + 1);
    Token token = make(Token::Kind::String, (end < 0 ? m_text.size() : end + mark.size()) - m_position);
    token.isTerminated = end >= 0;
    return token;
}

Token Lexer::lineComment()
{
    qsizetype end = m_position;
    while (end < m_text.size() && at(end) != u'\n' && at(end) != u'\r')
        ++end;
    return make(Token::Kind::Comment, end - m_position);
}

Token Lexer::blockComment()
{
    qsizetype depth = 0;
    for (qsizetype i = m_position; i + 1 < m_text.size();) {
        if (at(i) == u'/' && at(i + 1) == u'*' && (depth == 0 || m_rules.hasNestedComments)) {
            ++depth;
            i += 2;
        } else if (at(i) == u'*' && at(i + 1) == u'/') {
            i += 2;
            if (--depth == 0)
                return make(Token::Kind::Comment, i - m_position);
        } else {
            ++i;
        }
    }
    Token token = make(Token::Kind::Comment, m_text.size() - m_position);
    token.isTerminated = false;
    return token;
}

Token Lexer::operatorToken()
{
    static constexpr QLatin1StringView pairs[] = { "::"_L1, "->"_L1, "=>"_L1, "<="_L1, ">="_L1, "<>"_L1,
                                                   "!="_L1, "||"_L1, ":="_L1, "=="_L1, "{-"_L1, "-}"_L1 };
    const QStringView two = m_text.sliced(m_position).first(std::min<qsizetype>(2, m_text.size() - m_position));
    if (std::ranges::any_of(pairs, [two](QLatin1StringView pair) { return two == pair; }))
        return make(Token::Kind::Operator, 2);
    static constexpr auto known = "+-*/%|.,()[]{}:<>=!@^&~$#"_L1;
    return make(known.contains(m_text[m_position]) ? Token::Kind::Operator : Token::Kind::Unknown, 1);
}

} // namespace Grebe
