// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "grebe_export.h"

#include <QLatin1StringView>
#include <QString>
#include <QStringView>

namespace Grebe {

/// Where engines differ in how SQL text falls apart into tokens.
struct GREBE_EXPORT LexicalRules
{
    enum class DollarStrings { None, Plain, Tagged }; ///< `$$ $$`; Tagged also `$name$ $name$`

    DollarStrings dollarStrings = DollarStrings::None;
    bool hasNestedComments = false; ///< `/* /* */ */`
    bool hasUnicodeStrings = false; ///< `U&'\0041'`
    bool hasEscapeStrings = false; ///< `E'\''`, where a backslash guards the quote
    bool hasBackslashEscapes = false; ///< in every string
    bool hasHashComments = false; ///< `# to the end of the line`
    bool hasDollarInNames = false; ///< `a$b`
};

/// A piece of SQL text; blanks are between tokens and in none.
struct GREBE_EXPORT Token
{
    enum class Kind {
        End,
        Word, ///< keyword or plain name
        QuotedName, ///< "…"
        BackquotedName, ///< `…`: a name, or an error, as the engine says
        String, ///< with its prefix and all its quotes
        Number, ///< with whatever letters stick to it
        Comment,
        Parameter, ///< ? alone
        Semicolon,
        Operator, ///< one operator or bracket
        Unknown ///< one character that begins nothing
    };

    Kind kind = Kind::End;
    qsizetype begin = 0;
    qsizetype end = 0;
    bool isTerminated = true; ///< false: a quote or comment that is still open where the text ends

    qsizetype length() const { return end - begin; }
};

/// Cuts SQL text into tokens, each once, from left to right.
///
/// Shape      never fails: any text gives tokens, an open quote one that reaches to the end. Linear in the text's length.
/// Units      positions are UTF-16 code units from the text's beginning.
/// Thread     none of its own; a value on the stack that looks at the caller's text.
class GREBE_EXPORT Lexer
{
public:
    Lexer(QStringView text, const LexicalRules &rules) : m_text(text), m_rules(rules) { }

    Token next();
    /// next() without comments.
    Token nextCode();
    QStringView text(const Token &token) const { return m_text.sliced(token.begin, token.length()); }
    /// Whether the token is this keyword; `keyword` is in upper case.
    bool is(const Token &token, QLatin1StringView keyword) const;

private:
    char16_t at(qsizetype position) const { return position < m_text.size() ? m_text[position].unicode() : u'\0'; }
    bool isWordStart(qsizetype position) const;
    bool isWordPart(qsizetype position) const;
    Token word();
    Token number();
    Token quoted(Token::Kind kind, qsizetype quote, bool hasBackslash);
    Token dollarString();
    Token lineComment();
    Token blockComment();
    Token operatorToken();
    Token make(Token::Kind kind, qsizetype length);

    QStringView m_text;
    LexicalRules m_rules;
    qsizetype m_position = 0;
};

} // namespace Grebe
