// SPDX-License-Identifier: Apache-2.0
#include "jsoncolumn.h"

#include <arrow/array/data.h>

#include <algorithm>

namespace Grebe {

JsonColumn::~JsonColumn() = default;

JsonColumn::Outcome JsonColumn::appendCell(JsonReader &reader, int depth)
{
    reader.skipSpace();
    if (reader.atEnd()) {
        reader.fail("");
        return Outcome::Malformed;
    }
    if (const char *behind = scan(reader.position(), reader.end())) {
        if (behind <= reader.end()) {
            reader.setPosition(behind);
            return Outcome::Ok;
        }
        reader.setPosition(reader.end());
        reader.fail("");
        return Outcome::Malformed;
    }
    std::string_view text;
    switch (reader.peek()) {
    case '"':
        switch (reader.readString(text)) {
        case JsonReader::StringResult::Text:
            return appendText(text);
        case JsonReader::StringResult::LoneSurrogate:
            return Outcome::Unparsable;
        case JsonReader::StringResult::Malformed:
            break;
        }
        return Outcome::Malformed;
    case 'n':
        return reader.readLiteral("null") ? appendNull() : Outcome::Malformed;
    case 't':
        return reader.readLiteral("true") ? appendBoolean(true) : Outcome::Malformed;
    case 'f':
        return reader.readLiteral("false") ? appendBoolean(false) : Outcome::Malformed;
    case '[':
    case '{':
        return appendContainer(reader, depth);
    default:
        if (reader.peek() == '-' || isDigit(reader.peek()))
            return reader.readNumber(text) ? appendNumber(text) : Outcome::Malformed;
        reader.fail("a value is missing");
        return Outcome::Malformed;
    }
}

JsonColumn::Outcome JsonColumn::appendNumber(std::string_view token)
{
    return appendText(token);
}

JsonColumn::Outcome JsonColumn::appendBoolean(bool)
{
    return Outcome::Unparsable;
}

JsonColumn::Outcome JsonColumn::appendContainer(JsonReader &, int)
{
    return Outcome::Unparsable;
}

JsonColumn::Outcome JsonColumn::appendContainerText(std::string_view text, int depth)
{
    std::string copy(text);
    copy.append(kJsonPadding, '\0');
    JsonReader reader(copy.data(), copy.data() + text.size());
    reader.skipSpace();
    if (reader.peek() != '[' && reader.peek() != '{')
        return Outcome::Unparsable;
    const Outcome outcome = appendContainer(reader, depth + 1);
    if (outcome != Outcome::Ok)
        return outcome == Outcome::Malformed ? Outcome::Unparsable : outcome;
    reader.skipSpace();
    return reader.atEnd() ? Outcome::Ok : Outcome::Unparsable;
}

JsonColumn::Outcome JsonColumn::appendNull()
{
    if (!markNull())
        return Outcome::OutOfMemory;
    ++m_length;
    return Outcome::Ok;
}

bool JsonColumn::markNull()
{
    if (!ensureRoom())
        return false;
    if (!m_validity.data()) {
        if (!m_validity.reserve((m_capacity + 7) / 8))
            return false;
        std::memset(m_validity.data(), 0xFF, size_t(m_validity.capacity()));
    }
    m_validity.data()[m_length >> 3] &= char(~(1 << (m_length & 7)));
    ++m_nullCount;
    return true;
}

void JsonColumn::truncate(qint64 length)
{
    if (m_nullCount) {
        for (qint64 i = length; i < m_length; ++i) {
            char &byte = m_validity.data()[i >> 3];
            m_nullCount -= !(byte >> (i & 7) & 1);
            byte |= char(1 << (i & 7));
        }
    }
    m_length = std::min(m_length, length);
}

bool JsonColumn::reserve(qint64 rows)
{
    if (rows <= m_capacity)
        return true;
    if (m_validity.data()) {
        const qint64 before = m_validity.capacity();
        if (!m_validity.reserve((rows + 7) / 8))
            return false;
        std::memset(m_validity.data() + before, 0xFF, size_t(m_validity.capacity() - before));
    }
    m_capacity = rows;
    return true;
}

bool JsonColumn::grow()
{
    return reserve(std::max<qint64>(64, m_capacity * 2));
}

void JsonColumn::reserveBytes(const qint64 *&, double) { }

void JsonColumn::appendSizes(std::vector<qint64> &) const { }

std::shared_ptr<arrow::Buffer> JsonColumn::takeValidity()
{
    return m_nullCount ? m_validity.take((m_length + 7) / 8) : nullptr;
}

std::unique_ptr<JsonColumn> makeJsonColumn(const JsonColumnSpec &spec)
{
    for (const auto make : {makeJsonNumberColumn, makeJsonTextColumn, makeJsonTimeColumn, makeJsonNestedColumn}) {
        if (auto column = make(spec))
            return column;
    }
    Q_UNREACHABLE_RETURN(nullptr);
}

} // namespace Grebe
