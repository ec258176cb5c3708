// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsonscan.h"

#include "grebe_export.h"

#include <string>
#include <string_view>

namespace Grebe {

/// A place in a JSON text that moves forward over whole tokens, strictly as RFC 8259 has them.
///
/// Shape      the text is UTF-8 that was validated before, with kJsonPadding readable bytes behind its end.
/// Errors     a method that fails leaves what() and the place of the error; the reader is then of no more use, except
///            that position() may be set again.
/// Thread     one.
class GREBE_EXPORT JsonReader
{
public:
    /// What a string turned out to be. A lone surrogate has no UTF-8: the string is well-formed JSON and no text.
    enum class StringResult { Text, LoneSurrogate, Malformed };

    static constexpr int kMaxDepth = 1024;

    JsonReader(const char *begin, const char *end) : m_position(begin), m_begin(begin), m_end(end) { }

    const char *position() const { return m_position; }
    void setPosition(const char *position) { m_position = position; }
    const char *begin() const { return m_begin; }
    const char *end() const { return m_end; }
    bool atEnd() const { return m_position >= m_end; }

    void skipSpace()
    {
        while (m_position < m_end && isJsonSpace(*m_position))
            ++m_position;
    }
    /// The byte here, or NUL at the end.
    char peek() const { return m_position < m_end ? *m_position : '\0'; }
    /// Steps over `c` and the white space in front of it; false, without an error, when something else is there.
    bool take(char c);

    /// Reads a string, its quotes included; `text` is unescaped and lives until the next string is read.
    StringResult readString(std::string_view &text);
    /// Reads `null`, `true` or `false`.
    bool readLiteral(std::string_view literal);
    bool readNumber(std::string_view &token);
    /// Steps over any one value and checks it. At most kMaxDepth containers deep, counted from `depth`.
    bool skipValue(int depth = 0);

    bool fail(const char *what);
    /// What is wrong, in English, for "at byte N: %1"; null when nothing is.
    const char *what() const { return m_what; }
    qint64 errorOffset() const { return m_errorAt - m_begin; }

private:
    bool skipString();

    const char *m_position;
    const char *m_begin;
    const char *m_end;
    const char *m_what = nullptr;
    const char *m_errorAt = nullptr;
    std::string m_scratch;
};

/// The offset of the first byte that is not UTF-8, or -1.
GREBE_EXPORT qint64 invalidUtf8Offset(const char *begin, const char *end);

/// Appends text as a JSON string with its quotes.
GREBE_EXPORT void appendJsonString(std::string &out, std::string_view text);

} // namespace Grebe
