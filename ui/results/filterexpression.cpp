// SPDX-License-Identifier: Apache-2.0
#include "filterexpression.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

struct Token
{
    enum Kind { Word, Quoted, Literal, Sign, End };
    Kind kind = End;
    QString text;
    qsizetype at = 0;

    bool is(QLatin1StringView word) const { return kind == Word && text.compare(word, Qt::CaseInsensitive) == 0; }
    bool isSign(QLatin1StringView sign) const { return kind == Sign && text == sign; }
};

using Alternatives = QList<QList<Filter>>; // any of them, all conditions of one

QString tr(const char *text)
{
    return QCoreApplication::translate("FilterExpression", text);
}

class Parser
{
public:
    Parser(const QString &text, const QStringList &names) : m_names(names) { split(text); }

    Result<Alternatives> parse()
    {
        Alternatives all = anyOf(false);
        if (m_error.message.isEmpty() && token().kind != Token::End)
            fail(tr("“and” or “or” is missing here"));
        if (!m_error.message.isEmpty())
            return std::unexpected(m_error);
        return all;
    }

private:
    void split(const QString &text);
    const Token &token() const { return m_tokens[m_at]; }
    Token take()
    {
        const Token taken = m_tokens[m_at];
        if (m_at + 1 < m_tokens.size())
            ++m_at;
        return taken;
    }
    bool takeWord(QLatin1StringView word)
    {
        const bool found = token().is(word);
        if (found)
            take();
        return found;
    }
    bool takeSign(QLatin1StringView sign)
    {
        const bool found = token().isSign(sign);
        if (found)
            take();
        return found;
    }
    void failAt(qsizetype at, const QString &why)
    {
        if (m_error.message.isEmpty())
            m_error = Error { .code = Error::Code::InvalidArgument, .message = why, .line = 1, .column = int(at) + 1 };
    }
    void fail(const QString &why) { failAt(token().at, why); }
    bool hasFailed() const { return !m_error.message.isEmpty(); }

    Alternatives both(const Alternatives &left, const Alternatives &right)
    {
        if (left.size() * right.size() > kMaximumAlternatives) {
            fail(tr("This has too many combinations of “and” and “or”"));
            return {};
        }
        Alternatives all;
        for (const QList<Filter> &one : left) {
            for (const QList<Filter> &other : right)
                all += one + other;
        }
        return all;
    }
    Alternatives either(const Alternatives &left, const Alternatives &right)
    {
        if (left.size() + right.size() > kMaximumAlternatives)
            fail(tr("This has too many combinations of “and” and “or”"));
        return left + right;
    }

    // Negation goes down to the conditions, where SQL's own rules for null hold by themselves.
    Alternatives anyOf(bool isNegated)
    {
        Alternatives all = allOf(isNegated);
        while (!hasFailed() && takeWord("or"_L1))
            all = isNegated ? both(all, allOf(true)) : either(all, allOf(false));
        return all;
    }
    Alternatives allOf(bool isNegated)
    {
        Alternatives all = one(isNegated);
        while (!hasFailed() && takeWord("and"_L1))
            all = isNegated ? either(all, one(true)) : both(all, one(false));
        return all;
    }
    Alternatives one(bool isNegated)
    {
        if (++m_depth > 100) {
            fail(tr("Too many parentheses"));
            return {};
        }
        Alternatives found;
        if (takeWord("not"_L1)) {
            found = one(!isNegated);
        } else if (takeSign("("_L1)) {
            found = anyOf(isNegated);
            if (!hasFailed() && !takeSign(")"_L1))
                fail(tr("A closing parenthesis is missing"));
        } else {
            found = condition(isNegated);
        }
        --m_depth;
        return found;
    }
    Alternatives condition(bool isNegated);
    Alternatives simple(int column, Filter::Test test, const QString &value)
    {
        return { { Filter { .column = column, .test = test, .value = value } } };
    }
    Alternatives matching(int column, const QString &pattern, bool isNegated, bool isCaseSensitive)
    {
        // "Not" is said by the pattern, so that a null doesn't meet it either.
        Filter filter { .column = column, .test = Filter::Test::Regex,
                        .value = isNegated ? u"\\A(?![\\s\\S]*(?:%1))"_s.arg(pattern) : pattern };
        filter.isCaseSensitive = isCaseSensitive;
        return { { filter } };
    }
    QString literal();
    int column();

    const QStringList m_names;
    QList<Token> m_tokens;
    qsizetype m_at = 0;
    int m_depth = 0;
    Error m_error;
};

void Parser::split(const QString &text)
{
    const auto isWordPart = [](QChar character) {
        return character.isLetterOrNumber() || character == u'_' || character == u'$' || character == u'.' || character == u':';
    };
    qsizetype i = 0;
    while (i < text.size()) {
        const QChar character = text.at(i);
        const qsizetype begin = i;
        if (character.isSpace()) {
            ++i;
        } else if (character == u'\'' || character == u'"') {
            QString value;
            bool isClosed = false;
            for (++i; i < text.size(); ++i) {
                if (text.at(i) != character) {
                    value += text.at(i);
                } else if (i + 1 < text.size() && text.at(i + 1) == character) {
                    value += character;
                    ++i;
                } else {
                    isClosed = true;
                    ++i;
                    break;
                }
            }
            if (!isClosed)
                failAt(begin, tr("The closing quote is missing"));
            m_tokens += { character == u'"' ? Token::Quoted : Token::Literal, value, begin };
        } else if (isWordPart(character)
                   || ((character == u'-' || character == u'+') && i + 1 < text.size() && isWordPart(text.at(i + 1)))) {
            // 1e-5 and 2026-01-31 are words too.
            for (++i; i < text.size()
                 && (isWordPart(text.at(i)) || ((text.at(i) == u'-' || text.at(i) == u'+') && text.at(begin).isDigit()));)
                ++i;
            m_tokens += { Token::Word, text.mid(begin, i - begin), begin };
        } else {
            static const QString pairs[] { u"<="_s, u">="_s, u"<>"_s, u"!="_s, u"=="_s, u"!~"_s };
            const QString two = text.mid(i, 2);
            const bool isPair = std::ranges::find(pairs, two) != std::end(pairs);
            m_tokens += { Token::Sign, isPair ? two : QString(character), begin };
            i += isPair ? 2 : 1;
        }
    }
    m_tokens += { Token::End, {}, text.size() };
}

int Parser::column()
{
    const Token name = take();
    if (name.kind != Token::Word && name.kind != Token::Quoted) {
        failAt(name.at, tr("The name of a column is missing here"));
        return -1;
    }
    qsizetype found = m_names.indexOf(name.text);
    if (found < 0)
        found = m_names.indexOf(name.text, 0, Qt::CaseInsensitive);
    if (found < 0)
        failAt(name.at, tr("There is no column “%1”").arg(name.text));
    return int(found);
}

QString Parser::literal()
{
    Token value = take();
    // DATE '2026-01-31', TIMESTAMP '…', DECIMAL '…'
    if (value.kind == Token::Word && token().kind == Token::Literal)
        value = take();
    if (value.kind != Token::Word && value.kind != Token::Literal)
        failAt(value.at, tr("A value is missing here"));
    return value.text;
}

Alternatives Parser::condition(bool isNegated)
{
    using Test = Filter::Test;
    const int source = column();
    if (hasFailed())
        return {};
    const std::tuple<QLatin1StringView, Test, Test> comparisons[] {
        { "="_L1, Test::Equals, Test::Differs },          { "=="_L1, Test::Equals, Test::Differs },
        { "<>"_L1, Test::Differs, Test::Equals },         { "!="_L1, Test::Differs, Test::Equals },
        { "<"_L1, Test::Less, Test::GreaterOrEqual },     { "<="_L1, Test::LessOrEqual, Test::Greater },
        { ">"_L1, Test::Greater, Test::LessOrEqual },     { ">="_L1, Test::GreaterOrEqual, Test::Less },
    };
    for (const auto &[sign, test, opposite] : comparisons) {
        if (takeSign(sign))
            return simple(source, isNegated ? opposite : test, literal());
    }
    if (takeSign("~"_L1))
        return matching(source, literal(), isNegated, false);
    if (takeSign("!~"_L1))
        return matching(source, literal(), !isNegated, false);
    if (takeWord("is"_L1)) {
        if (takeWord("not"_L1))
            isNegated = !isNegated;
        if (!takeWord("null"_L1))
            fail(tr("“null” is missing here"));
        return simple(source, isNegated ? Test::IsNotNull : Test::IsNull, {});
    }
    if (takeWord("not"_L1))
        isNegated = !isNegated;
    if (takeWord("between"_L1)) {
        const QString low = literal();
        if (!hasFailed() && !takeWord("and"_L1))
            fail(tr("“and” is missing here"));
        const QString high = hasFailed() ? QString() : literal();
        if (isNegated)
            return either(simple(source, Test::Less, low), simple(source, Test::Greater, high));
        return { { Filter { .column = source, .test = Test::Between, .value = low, .upperValue = high } } };
    }
    if (takeWord("in"_L1)) {
        if (!takeSign("("_L1))
            fail(tr("An opening parenthesis is missing here"));
        Alternatives all;
        do {
            const Alternatives value = simple(source, isNegated ? Test::Differs : Test::Equals, hasFailed() ? QString() : literal());
            all = all.isEmpty() ? value : isNegated ? both(all, value) : either(all, value);
        } while (!hasFailed() && takeSign(","_L1));
        if (!hasFailed() && !takeSign(")"_L1))
            fail(tr("A closing parenthesis is missing"));
        return all;
    }
    if (token().is("like"_L1) || token().is("ilike"_L1)) {
        const bool isCaseSensitive = take().is("like"_L1);
        const QString likePattern = literal();
        QString pattern;
        for (const QChar character : likePattern) {
            if (character == u'%')
                pattern += u"[\\s\\S]*"_s;
            else if (character == u'_')
                pattern += u"[\\s\\S]"_s;
            else
                pattern += QRegularExpression::escape(QStringView(&character, 1));
        }
        pattern = u"\\A(?:%1)\\z"_s.arg(pattern);
        Filter filter { .column = source, .test = Test::Regex, .value = isNegated ? u"\\A(?!%1)"_s.arg(pattern) : pattern };
        filter.isCaseSensitive = isCaseSensitive;
        return { { filter } };
    }
    if (takeWord("contains"_L1)) {
        const QString part = literal();
        return isNegated ? matching(source, QRegularExpression::escape(part), true, false) : simple(source, Test::Contains, part);
    }
    fail(tr("A comparison is missing here: =, <, between, in, like, contains, is null"));
    return {};
}

} // namespace

Result<QList<Filter>> parseFilterExpression(const QString &text, const QStringList &columnNames)
{
    const Result<Alternatives> parsed = Parser(text, columnNames).parse();
    if (!parsed)
        return std::unexpected(parsed.error());
    QList<Filter> filters;
    for (qsizetype i = 0; i < parsed->size(); ++i) {
        for (Filter filter : (*parsed)[i]) {
            filter.alternative = int(i);
            filters += filter;
        }
    }
    return filters;
}

QList<Filter> combinedFilters(const QList<Filter> &filters, const QList<Filter> &expression)
{
    if (expression.isEmpty())
        return filters;
    QList<Filter> all = expression;
    const int count = expression.last().alternative + 1;
    for (int alternative = 0; alternative < count; ++alternative) {
        for (Filter filter : filters) {
            filter.alternative = alternative;
            all += filter;
        }
    }
    return all;
}

} // namespace Grebe
