// SPDX-License-Identifier: Apache-2.0
#include "base64.h"
#include "jsonfixedcolumn.h"
#include "timestampparser.h"

#include <algorithm>
#include <array>
#include <limits>

namespace Grebe {

namespace {

/// Bytes of any length behind 32-bit offsets.
class BytesColumn : public JsonColumn
{
public:
    using JsonColumn::JsonColumn;
    Outcome appendNull() override
    {
        if (!markNull())
            return Outcome::OutOfMemory;
        offsets()[++m_length] = qint32(m_size);
        return Outcome::Ok;
    }
    void truncate(qint64 length) override
    {
        JsonColumn::truncate(length);
        m_size = m_capacity ? offsets()[m_length] : 0;
    }
    bool reserve(qint64 rows) override
    {
        if (rows <= m_capacity)
            return true;
        // Without bytes there would be no pointer for scan() to compute with.
        if (!m_offsets.reserve((rows + 1) * qint64(sizeof(qint32))) || !m_bytes.reserve(1024))
            return false;
        offsets()[m_length] = qint32(m_size);
        return JsonColumn::reserve(rows);
    }
    void reserveBytes(const qint64 *&sizes, double factor) override
    {
        m_bytes.reserve(qint64(std::min(double(*sizes++) * factor, 2e9)) + kSlack);
    }
    void appendSizes(std::vector<qint64> &sizes) const override { sizes.push_back(m_size); }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        if (!m_capacity && !reserve(1))
            return nullptr;
        auto validity = takeValidity();
        auto offsets = m_offsets.take((m_length + 1) * qint64(sizeof(qint32)));
        auto bytes = m_bytes.take(m_size);
        if (!offsets || !bytes || (m_nullCount && !validity))
            return nullptr;
        return arrow::ArrayData::Make(m_type, m_length, {std::move(validity), std::move(offsets), std::move(bytes)},
                                      m_nullCount);
    }

protected:
    static constexpr qint64 kSlack = 64; // what copies in blocks may write too much
    static constexpr qint64 kGreatest = std::numeric_limits<qint32>::max();

    qint32 *offsets() const { return m_offsets.as<qint32>(); }
    /// Where the next cell's bytes go; null when `size` more of them have no place.
    Outcome roomFor(qint64 size, char *&place)
    {
        if (size > kGreatest - m_size)
            return Outcome::TooLarge;
        if (!ensureRoom() || (m_size + size + kSlack > m_bytes.capacity() && !growBytes(size)))
            return Outcome::OutOfMemory;
        place = m_bytes.data() + m_size;
        return Outcome::Ok;
    }
    Outcome commit(qint64 size)
    {
        m_size += size;
        offsets()[++m_length] = qint32(m_size);
        return Outcome::Ok;
    }
    Outcome append(std::string_view text)
    {
        char *place = nullptr;
        const Outcome outcome = roomFor(qint64(text.size()), place);
        if (outcome != Outcome::Ok)
            return outcome;
        std::copy(text.begin(), text.end(), place);
        return commit(qint64(text.size()));
    }
    bool growBytes(qint64 size)
    {
        return m_bytes.reserve(std::max<qint64>(m_size + size, m_bytes.capacity() + m_bytes.capacity() / 2) + 1024);
    }

    ColumnBuffer m_offsets;
    ColumnBuffer m_bytes;
    qint64 m_size = 0;
};

class TextColumn final : public BytesColumn
{
public:
    using BytesColumn::BytesColumn;
    const char *scan(const char *p, const char *end) override
    {
        if (*p != '"' || m_length == m_capacity)
            return nullptr;
        ++p;
        char *const start = m_bytes.data() + m_size;
        char *out = start;
        const char *const outEnd = m_bytes.data() + m_bytes.capacity() - 16;
        for (;;) {
            if (out > outEnd) [[unlikely]]
                return nullptr;
            const int n = copyRun(p, out);
            p += n;
            out += n;
            if (n < 16)
                break;
            if (p >= end)
                return nullptr;
        }
        if (*p != '"' || m_size + (out - start) > kGreatest)
            return nullptr;
        commit(out - start);
        return p + 1;
    }
    Outcome appendText(std::string_view text) override { return append(text); }

protected:
    Outcome appendBoolean(bool value) override { return append(value ? "true" : "false"); }
    Outcome appendContainer(JsonReader &reader, int depth) override
    {
        const char *start = reader.position();
        if (!reader.skipValue(depth))
            return Outcome::Malformed;
        return append(std::string_view(start, size_t(reader.position() - start)));
    }
};

class RawJsonColumn final : public BytesColumn
{
public:
    using BytesColumn::BytesColumn;
    const char *scan(const char *p, const char *end) override
    {
        if (*p == 'n')
            return nullptr;
        JsonReader reader(p, end);
        // A value that is wrong is looked at again by whoever asked, to say what is wrong with it.
        if (isJsonSpace(*p) || !reader.skipValue()
            || append(std::string_view(p, size_t(reader.position() - p))) != Outcome::Ok)
            return nullptr;
        return reader.position();
    }
    // Here only for values that scan() gave up on.
    Outcome appendText(std::string_view text) override
    {
        std::string json;
        appendJsonString(json, text);
        return append(json);
    }

protected:
    Outcome appendNumber(std::string_view token) override { return append(token); }
    Outcome appendBoolean(bool value) override { return append(value ? "true" : "false"); }
    Outcome appendContainer(JsonReader &reader, int depth) override
    {
        const char *start = reader.position();
        if (!reader.skipValue(depth))
            return Outcome::Malformed;
        return append(std::string_view(start, size_t(reader.position() - start)));
    }
};

class BinaryColumn final : public BytesColumn
{
public:
    using BytesColumn::BytesColumn;
    const char *scan(const char *p, const char *end) override
    {
        if (*p != '"')
            return nullptr;
        ++p;
        const auto *quote = static_cast<const char *>(std::memchr(p, '"', size_t(end - p)));
        if (!quote)
            return nullptr;
        // An escape is no letter of base64: such a cell fails here and takes the slow way.
        return appendText(std::string_view(p, size_t(quote - p))) == Outcome::Ok ? quote + 1 : nullptr;
    }
    Outcome appendText(std::string_view text) override
    {
        char *place = nullptr;
        const Outcome outcome = roomFor(qint64(text.size() / 4 * 3), place);
        if (outcome != Outcome::Ok)
            return outcome;
        const qint64 size = decodeBase64(text, place);
        return size < 0 ? Outcome::Unparsable : commit(size);
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }
};

class UuidColumn final : public JsonFixedColumn<std::array<char, 16>>
{
public:
    using JsonFixedColumn::JsonFixedColumn;
    const char *scan(const char *p, const char *) override
    {
        if (p[0] != '"' || p[37] != '"' || !hasRoom())
            return nullptr;
        return appendText(std::string_view(p + 1, 36)) == Outcome::Ok ? p + 38 : nullptr;
    }
    Outcome appendText(std::string_view text) override
    {
        std::array<char, 16> value;
        return parseUuid(text, value.data()) ? append(value) : Outcome::Unparsable;
    }
};

} // namespace

std::unique_ptr<JsonColumn> makeJsonTextColumn(const JsonColumnSpec &spec)
{
    switch (spec.kind) {
    case JsonColumnSpec::Kind::Text:
        return std::make_unique<TextColumn>(spec);
    case JsonColumnSpec::Kind::RawJson:
        return std::make_unique<RawJsonColumn>(spec);
    case JsonColumnSpec::Kind::Binary:
        return std::make_unique<BinaryColumn>(spec);
    case JsonColumnSpec::Kind::Uuid:
        return std::make_unique<UuidColumn>(spec);
    default:
        return nullptr;
    }
}

} // namespace Grebe
