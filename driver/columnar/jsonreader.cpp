// SPDX-License-Identifier: Apache-2.0
#include "jsonreader.h"

#include <simdjson.h>

#include <algorithm>

namespace Grebe {

namespace {

int hexDigit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// The four hexadecimal digits of \uXXXX, or -1.
int hexQuad(const char *p, const char *end)
{
    if (end - p < 4)
        return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const int digit = hexDigit(p[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

void appendUtf8(std::string &out, unsigned code)
{
    if (code < 0x80) {
        out += char(code);
    } else if (code < 0x800) {
        out += char(0xC0 | code >> 6);
        out += char(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        out += char(0xE0 | code >> 12);
        out += char(0x80 | (code >> 6 & 0x3F));
        out += char(0x80 | (code & 0x3F));
    } else {
        out += char(0xF0 | code >> 18);
        out += char(0x80 | (code >> 12 & 0x3F));
        out += char(0x80 | (code >> 6 & 0x3F));
        out += char(0x80 | (code & 0x3F));
    }
}

/// What a one-letter escape stands for; NUL when there is no such escape.
char simpleEscape(char c)
{
    switch (c) {
    case '"':
    case '\\':
    case '/':
        return c;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return '\0';
    }
}

/// The length of the run of plain string bytes at `p`, not past `end`.
qsizetype plainRun(const char *p, const char *end)
{
    char sink[16];
    const char *start = p;
    while (p < end) {
        const int n = copyRun(p, sink);
        p += n;
        if (n < 16)
            break;
    }
    return std::min(p, end) - start;
}

} // namespace

bool JsonReader::fail(const char *what)
{
    m_what = m_position >= m_end ? "the text ends too early" : what;
    m_errorAt = std::min(m_position, m_end);
    return false;
}

bool JsonReader::take(char c)
{
    skipSpace();
    if (peek() != c || atEnd())
        return false;
    ++m_position;
    return true;
}

JsonReader::StringResult JsonReader::readString(std::string_view &text)
{
    Q_ASSERT(peek() == '"');
    const char *p = m_position + 1;
    const char *run = p;
    bool isWhole = true; // nothing copied yet: the text is a part of the page
    bool isLone = false;
    for (;;) {
        p += plainRun(p, m_end);
        if (p >= m_end || uchar(*p) < 0x20) {
            m_position = p;
            fail("a control character stands in a string");
            return StringResult::Malformed;
        }
        if (*p == '"')
            break;
        if (isWhole) {
            m_scratch.clear();
            isWhole = false;
        }
        m_scratch.append(run, p);
        m_position = p;
        const char kind = p + 1 < m_end ? p[1] : '\0';
        if (const char c = simpleEscape(kind)) {
            m_scratch += c;
            p += 2;
        } else if (kind == 'u') {
            const int first = hexQuad(p + 2, m_end);
            if (first < 0) {
                fail("a \\u escape is not followed by four hexadecimal digits");
                return StringResult::Malformed;
            }
            p += 6;
            unsigned code = unsigned(first);
            if (first >= 0xD800 && first < 0xDC00 && m_end - p >= 2 && p[0] == '\\' && p[1] == 'u') {
                const int second = hexQuad(p + 2, m_end);
                if (second >= 0xDC00 && second < 0xE000) {
                    code = 0x10000 + ((code - 0xD800) << 10) + unsigned(second - 0xDC00);
                    p += 6;
                }
            }
            if (code >= 0xD800 && code < 0xE000)
                isLone = true;
            else
                appendUtf8(m_scratch, code);
        } else {
            if (p + 1 >= m_end)
                m_position = m_end;
            fail("a string holds an escape that JSON does not have");
            return StringResult::Malformed;
        }
        run = p;
    }
    if (isWhole) {
        text = std::string_view(run, size_t(p - run));
    } else {
        m_scratch.append(run, p);
        text = m_scratch;
    }
    m_position = p + 1;
    return isLone ? StringResult::LoneSurrogate : StringResult::Text;
}

bool JsonReader::skipString()
{
    const char *p = m_position + 1;
    for (;;) {
        p += plainRun(p, m_end);
        m_position = p;
        if (p >= m_end || uchar(*p) < 0x20)
            return fail("a control character stands in a string");
        if (*p == '"')
            break;
        const char kind = p + 1 < m_end ? p[1] : '\0';
        if (kind == 'u') {
            if (hexQuad(p + 2, m_end) < 0) {
                return fail("a \\u escape is not followed by four hexadecimal digits");
            }
            p += 6;
        } else if (simpleEscape(kind)) {
            p += 2;
        } else {
            return fail("a string holds an escape that JSON does not have");
        }
    }
    m_position = p + 1;
    return true;
}

bool JsonReader::readLiteral(std::string_view literal)
{
    if (size_t(m_end - m_position) < literal.size()) {
        if (std::string_view(m_position, size_t(m_end - m_position)) == literal.substr(0, size_t(m_end - m_position)))
            m_position = m_end;
        return fail("neither a value nor null, true or false");
    }
    if (std::string_view(m_position, literal.size()) != literal)
        return fail("neither a value nor null, true or false");
    m_position += literal.size();
    return true;
}

bool JsonReader::readNumber(std::string_view &token)
{
    const char *p = m_position;
    const auto digits = [&] {
        const char *start = p;
        while (p < m_end && isDigit(*p))
            ++p;
        return p > start;
    };
    const auto bad = [&] {
        m_position = p;
        return fail("a number is not written as JSON has them");
    };
    if (p < m_end && *p == '-')
        ++p;
    if (p < m_end && *p == '0')
        ++p;
    else if (!digits())
        return bad();
    if (p < m_end && *p == '.') {
        ++p;
        if (!digits())
            return bad();
    }
    if (p < m_end && (*p | 0x20) == 'e') {
        ++p;
        if (p < m_end && (*p == '+' || *p == '-'))
            ++p;
        if (!digits())
            return bad();
    }
    if (p < m_end && !endsCell(*p) && !isJsonSpace(*p))
        return bad();
    token = std::string_view(m_position, size_t(p - m_position));
    m_position = p;
    return true;
}

bool JsonReader::skipValue(int depth)
{
    skipSpace();
    std::string_view token;
    switch (peek()) {
    case '"':
        return skipString();
    case 'n':
        return readLiteral("null");
    case 't':
        return readLiteral("true");
    case 'f':
        return readLiteral("false");
    case '[':
    case '{':
        break;
    default:
        return peek() == '-' || isDigit(peek()) ? readNumber(token) : fail("a value is missing");
    }
    if (depth >= kMaxDepth)
        return fail("values are nested more than 1,024 deep");
    const bool isObject = *m_position++ == '{';
    const char close = isObject ? '}' : ']';
    if (take(close))
        return true;
    do {
        if (isObject) {
            skipSpace();
            if (peek() != '"')
                return fail("a member name is missing");
            if (!skipString())
                return false;
            if (!take(':'))
                return fail("a colon is missing behind a member name");
        }
        if (!skipValue(depth + 1))
            return false;
    } while (take(','));
    return take(close) || fail(isObject ? "a comma or } is missing" : "a comma or ] is missing");
}

qint64 invalidUtf8Offset(const char *begin, const char *end)
{
    if (simdjson::validate_utf8(begin, size_t(end - begin)))
        return -1;
    for (const char *p = begin; p < end;) {
        const uchar lead = uchar(*p);
        int length = 1;
        if (lead >= 0x80) {
            length = lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
            // Leave the fine points (overlong forms, surrogates, above U+10FFFF) to the validator.
            if (length == 0 || end - p < length || !simdjson::validate_utf8(p, size_t(length)))
                return p - begin;
        }
        p += length;
    }
    return end - begin;
}

void appendJsonString(std::string &out, std::string_view text)
{
    static constexpr char hex[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (uchar(c) < 0x20) {
            out += "\\u00";
            out += hex[uchar(c) >> 4];
            out += hex[uchar(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

} // namespace Grebe
