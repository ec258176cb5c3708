// SPDX-License-Identifier: Apache-2.0
#include "challenge.h"

#include <algorithm>
#include <cstring>

namespace Grebe {

namespace {

// Somebody else's text: more than this is no challenge a person could answer.
constexpr qsizetype longestHeader = 64 << 10;
constexpr qsizetype mostChallenges = 64;

bool isTokenChar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
        || (c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c));
}

bool isToken68Char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
        || (c != '\0' && std::strchr("-._~+/", c));
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

// A line break stands between header lines that somebody joined by it.
bool isSeparator(char c)
{
    return c == ',' || c == '\n' || c == '\r';
}

class Reader
{
public:
    explicit Reader(QByteArrayView text) : m_text(text) { }

    QList<AuthChallenge> read()
    {
        while (skipSeparators() && m_challenges.size() <= mostChallenges)
            readItem();
        if (m_challenges.size() > mostChallenges)
            m_challenges.resize(mostChallenges);
        return m_challenges;
    }

private:
    bool atEnd() const { return m_at >= m_text.size(); }
    char here() const { return m_text[m_at]; }

    void skipBlanks()
    {
        while (!atEnd() && isBlank(here()))
            ++m_at;
    }

    // False at the end.
    bool skipSeparators()
    {
        while (!atEnd() && (isBlank(here()) || isSeparator(here())))
            ++m_at;
        return !atEnd();
    }

    void skipItem()
    {
        while (!atEnd() && !isSeparator(here())) {
            if (here() == '"')
                readQuoted();
            else
                ++m_at;
        }
    }

    QByteArrayView readWhile(bool (*belongs)(char))
    {
        const qsizetype begin = m_at;
        while (!atEnd() && belongs(here()))
            ++m_at;
        return m_text.sliced(begin, m_at - begin);
    }

    // Behind a separator, or behind a parameter whose comma was forgotten: a parameter or a scheme.
    void readItem()
    {
        const QByteArrayView word = readWhile(isTokenChar);
        if (word.isEmpty()) {
            m_isBroken = true; // what follows belongs to nothing we know
            skipItem();
            return;
        }
        const qsizetype behindWord = m_at;
        skipBlanks();
        if (!atEnd() && here() == '=') {
            readParameter(word);
            return;
        }
        m_at = behindWord;
        if (!atEnd() && !isBlank(here()) && !isSeparator(here())) {
            m_isBroken = true; // "Basic/realm", "Bearer:"
            skipItem();
            return;
        }
        m_isBroken = false;
        m_challenges.append({ .scheme = word.toByteArray().toLower() });
        skipBlanks();
        readToken68();
    }

    // Nothing is consumed when it is none: "realm=" of a parameter looks like one at first.
    void readToken68()
    {
        const qsizetype begin = m_at;
        readWhile(isToken68Char);
        if (m_at == begin)
            return;
        while (!atEnd() && here() == '=')
            ++m_at;
        const qsizetype end = m_at;
        skipBlanks();
        if (atEnd() || isSeparator(here()))
            m_challenges.last().token68 = m_text.sliced(begin, end - begin).toByteArray();
        else
            m_at = begin;
    }

    void readParameter(QByteArrayView name)
    {
        ++m_at; // the equals sign
        skipBlanks();
        QByteArray value;
        if (!atEnd() && here() == '"') {
            if (!readQuoted(&value))
                return;
        } else {
            while (!atEnd() && !isSeparator(here()) && !isBlank(here()))
                value += m_text[m_at++];
        }
        if (!m_isBroken && !m_challenges.isEmpty())
            m_challenges.last().parameters.append({ name.toByteArray().toLower(), value });
    }

    // False when its end never comes; then nothing is left to read.
    bool readQuoted(QByteArray *value = nullptr)
    {
        ++m_at;
        while (!atEnd()) {
            char c = m_text[m_at++];
            if (c == '"')
                return true;
            if (c == '\\' && !atEnd())
                c = m_text[m_at++];
            if (value)
                *value += c;
        }
        return false;
    }

    const QByteArrayView m_text;
    qsizetype m_at = 0;
    bool m_isBroken = true; // until the first scheme, and behind one we could not read
    QList<AuthChallenge> m_challenges;
};

} // namespace

QByteArray AuthChallenge::parameter(QByteArrayView name) const
{
    const auto it = std::ranges::find_if(parameters, [&](const auto &entry) { return entry.first == name; });
    return it == parameters.end() ? QByteArray() : it->second;
}

bool AuthChallenge::has(QByteArrayView name) const
{
    return std::ranges::any_of(parameters, [&](const auto &entry) { return entry.first == name; });
}

QList<AuthChallenge> parseChallenges(QByteArrayView header)
{
    return Reader(header.first(std::min(header.size(), longestHeader))).read();
}

QList<AuthChallenge> challengesOf(const HttpResponse &response)
{
    // Line by line, so that an unfinished quote in one cannot swallow the next.
    QList<AuthChallenge> challenges;
    for (const auto &[name, value] : response.headers) {
        if (name.compare("WWW-Authenticate", Qt::CaseInsensitive) == 0)
            challenges += parseChallenges(value);
    }
    return challenges;
}

} // namespace Grebe
