// SPDX-License-Identifier: Apache-2.0
#include "statementsplitter.h"

#include <optional>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

/// Follows one statement from its first token and knows at each `;` whether it stands inside a routine's body.
class RoutineTracker
{
public:
    explicit RoutineTracker(const Lexer &lexer) : m_lexer(lexer) { }

    void add(const Token &token)
    {
        switch (m_state) {
        case State::Head:
            addToHead(token);
            break;
        case State::NoRoutine:
            break;
        case State::Signature:
            addToSignature(token);
            break;
        case State::Body:
            addToBody(token);
            break;
        }
    }

    bool isInsideBody() const { return m_state == State::Body && !m_blocks.empty(); }
    /// A `;` inside a body: the next token begins a statement of it.
    void addSemicolon()
    {
        m_startsStatement = true;
        m_justEnded = false;
    }

private:
    enum class State { Head, NoRoutine, Signature, Body };
    enum class Block { Statements, CaseStatement, CaseExpression };

    bool is(const Token &token, QLatin1StringView keyword) const { return m_lexer.is(token, keyword); }
    bool isOperator(const Token &token, QLatin1StringView text) const
    {
        return token.kind == Token::Kind::Operator && m_lexer.text(token) == text;
    }

    // [EXPLAIN [ANALYZE] [VERBOSE] [(...)] | PREPARE name FROM] [WITH SESSION ...] then what tells.
    void addToHead(const Token &token)
    {
        const Token previous = std::exchange(m_previous, token);
        const bool isFirst = m_headLength++ == 0;
        if (isOperator(token, "("_L1))
            ++m_parentheses;
        else if (isOperator(token, ")"_L1))
            --m_parentheses;
        if (m_parentheses > 0)
            return;
        if (is(previous, "FUNCTION"_L1) && m_sawCreate) {
            m_state = State::Signature;
            return;
        }
        if (is(previous, "FUNCTION"_L1) && m_sawWithFunction) {
            // `WITH function AS (` and `WITH function (` are tables that are called so.
            const bool isName = token.kind == Token::Kind::Word || token.kind == Token::Kind::QuotedName;
            m_state = isName && !is(token, "AS"_L1) ? State::Signature : State::NoRoutine;
            return;
        }
        if (is(token, "FUNCTION"_L1) && is(previous, "WITH"_L1)) {
            m_sawWithFunction = true;
            return;
        }
        if (is(token, "CREATE"_L1) && (isFirst || m_sawPrefix)) {
            m_sawCreate = true;
            return;
        }
        if (m_sawCreate) {
            if (!is(token, "OR"_L1) && !is(token, "REPLACE"_L1) && !is(token, "FUNCTION"_L1))
                m_state = State::NoRoutine;
            return;
        }
        if (isFirst && (is(token, "EXPLAIN"_L1) || is(token, "PREPARE"_L1))) {
            m_sawPrefix = true;
            return;
        }
        if (is(token, "WITH"_L1) && (isFirst || m_sawPrefix || m_sawSession)) {
            m_sawWith = true;
            return;
        }
        if (m_sawWith && is(previous, "WITH"_L1) && is(token, "SESSION"_L1)) {
            m_sawSession = true;
            return;
        }
        if (is(token, "SELECT"_L1) || (!m_sawPrefix && !m_sawSession))
            m_state = State::NoRoutine;
    }

    // name ( parameters ) RETURNS type characteristics, up to the first word of a body.
    void addToSignature(const Token &token)
    {
        if (isOperator(token, "("_L1))
            ++m_parentheses;
        else if (isOperator(token, ")"_L1))
            --m_parentheses;
        if (m_parentheses > 0)
            return;
        if (token.kind == Token::Kind::String) // AS $$...$$, and a harmless COMMENT '...'
            return;
        static constexpr QLatin1StringView openers[] = { "RETURN"_L1, "BEGIN"_L1, "IF"_L1,    "CASE"_L1,
                                                         "LOOP"_L1,   "WHILE"_L1, "REPEAT"_L1 };
        for (QLatin1StringView opener : openers) {
            if (is(token, opener)) {
                m_state = State::Body;
                m_startsStatement = true;
                addToBody(token);
                return;
            }
        }
        if (is(token, "SELECT"_L1))
            m_state = State::NoRoutine;
    }

    void addToBody(const Token &token)
    {
        const bool startsStatement = std::exchange(m_startsStatement, false);
        const bool followsEnd = std::exchange(m_justEnded, false);
        const Token previous = std::exchange(m_previous, token);
        if (token.kind == Token::Kind::Operator) {
            // A label: `name:` where a statement may begin.
            if (isOperator(token, ":"_L1) && m_labelMayFollow)
                m_startsStatement = true;
            m_labelMayFollow = false;
            return;
        }
        m_labelMayFollow = startsStatement;
        if (token.kind != Token::Kind::Word)
            return;
        if (followsEnd) {
            for (QLatin1StringView kind : { "IF"_L1, "CASE"_L1, "LOOP"_L1, "WHILE"_L1, "REPEAT"_L1 }) {
                if (is(token, kind))
                    return;
            }
        }
        if (is(token, "END"_L1)) {
            if (!m_blocks.empty())
                m_blocks.pop_back();
            m_justEnded = true;
        } else if (is(token, "CASE"_L1)) {
            m_blocks.push_back(startsStatement ? Block::CaseStatement : Block::CaseExpression);
        } else if (startsStatement
                   && (is(token, "BEGIN"_L1) || is(token, "LOOP"_L1) || is(token, "REPEAT"_L1) || is(token, "IF"_L1)
                       || is(token, "WHILE"_L1))) {
            m_blocks.push_back(Block::Statements);
            m_startsStatement = is(token, "BEGIN"_L1) || is(token, "LOOP"_L1) || is(token, "REPEAT"_L1);
            m_labelMayFollow = false;
        } else if (is(token, "THEN"_L1) || is(token, "ELSE"_L1)) {
            m_startsStatement = !m_blocks.empty() && m_blocks.back() != Block::CaseExpression;
        } else if (is(token, "DO"_L1)) {
            m_startsStatement = true;
        } else if (m_blocks.empty() && is(token, "FUNCTION"_L1) && isOperator(previous, ","_L1)) {
            m_state = State::Signature; // the next one of WITH FUNCTION
            m_parentheses = 0;
        }
    }

    const Lexer &m_lexer;
    State m_state = State::Head;
    Token m_previous;
    qsizetype m_headLength = 0;
    qsizetype m_parentheses = 0;
    bool m_sawPrefix = false;
    bool m_sawCreate = false;
    bool m_sawWith = false;
    bool m_sawWithFunction = false;
    bool m_sawSession = false;
    std::vector<Block> m_blocks;
    bool m_startsStatement = false;
    bool m_labelMayFollow = false;
    bool m_justEnded = false;
};

} // namespace

QList<StatementRange> splitStatements(QStringView script, const LexicalRules &rules, Routines routines)
{
    QList<StatementRange> statements;
    Lexer lexer(script, rules);
    std::optional<RoutineTracker> tracker(lexer);
    StatementRange current { .begin = -1 };
    for (Token token = lexer.nextCode(); token.kind != Token::Kind::End; token = lexer.nextCode()) {
        if (token.kind == Token::Kind::Semicolon) {
            if (tracker->isInsideBody()) {
                tracker->addSemicolon();
                current.end = token.end;
                continue;
            }
            if (current.begin >= 0) {
                current.terminator = token.begin;
                statements << current;
            }
            current = { .begin = -1 };
            tracker.emplace(lexer);
            continue;
        }
        if (current.begin < 0)
            current.begin = token.begin;
        current.end = token.end;
        if (routines == Routines::SqlRoutines)
            tracker->add(token);
    }
    if (current.begin >= 0)
        statements << current;
    return statements;
}

} // namespace Grebe
