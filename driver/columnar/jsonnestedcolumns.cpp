// SPDX-License-Identifier: Apache-2.0
#include "jsoncolumn.h"

#include <arrow/array/data.h>

#include <limits>

namespace Grebe {

namespace {

/// Lists and maps: offsets into the arrays of what they hold.
class OffsetsColumn : public JsonColumn
{
public:
    using JsonColumn::JsonColumn;
    const char *scan(const char *, const char *) override { return nullptr; }
    Outcome appendText(std::string_view text) override { return appendContainerText(text, 0); }
    Outcome appendNull() override
    {
        if (!markNull())
            return Outcome::OutOfMemory;
        return commit();
    }
    void truncate(qint64 length) override
    {
        JsonColumn::truncate(length);
        for (const auto &child : m_children)
            child->truncate(m_capacity ? offsets()[m_length] : 0);
    }
    bool reserve(qint64 rows) override
    {
        if (rows <= m_capacity)
            return true;
        if (!m_offsets.reserve((rows + 1) * qint64(sizeof(qint32))))
            return false;
        if (!m_capacity)
            offsets()[0] = 0;
        return JsonColumn::reserve(rows);
    }
    void reserveBytes(const qint64 *&sizes, double factor) override
    {
        const qint64 rows = qint64(std::min(double(*sizes++) * factor, 2e9));
        for (const auto &child : m_children) {
            child->reserve(rows);
            child->reserveBytes(sizes, factor);
        }
    }
    void appendSizes(std::vector<qint64> &sizes) const override
    {
        sizes.push_back(m_children.back()->length());
        for (const auto &child : m_children)
            child->appendSizes(sizes);
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }
    qint32 *offsets() const { return m_offsets.as<qint32>(); }
    Outcome commit()
    {
        const qint64 end = m_children.back()->length();
        if (end > std::numeric_limits<qint32>::max())
            return Outcome::TooLarge;
        offsets()[++m_length] = qint32(end);
        return Outcome::Ok;
    }
    /// Validity and offsets; false when there is no memory.
    bool take(std::vector<std::shared_ptr<arrow::Buffer>> &buffers)
    {
        if (!m_capacity && !reserve(1))
            return false;
        buffers.push_back(takeValidity());
        buffers.push_back(m_offsets.take((m_length + 1) * qint64(sizeof(qint32))));
        return buffers[1] && (!m_nullCount || buffers[0]);
    }

    std::vector<std::unique_ptr<JsonColumn>> m_children; // all of one length

private:
    ColumnBuffer m_offsets;
};

class ListColumn final : public OffsetsColumn
{
public:
    explicit ListColumn(const JsonColumnSpec &spec) : OffsetsColumn(spec)
    {
        m_children.push_back(makeJsonColumn(spec.children.at(0)));
    }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        std::vector<std::shared_ptr<arrow::Buffer>> buffers;
        auto items = m_children[0]->finish();
        if (!items || !take(buffers))
            return nullptr;
        return arrow::ArrayData::Make(m_type, m_length, std::move(buffers), {std::move(items)}, m_nullCount);
    }

protected:
    Outcome appendContainer(JsonReader &reader, int depth) override
    {
        if (reader.peek() != '[')
            return Outcome::Unparsable;
        if (depth >= JsonReader::kMaxDepth) {
            reader.fail("values are nested more than 1,024 deep");
            return Outcome::Malformed;
        }
        if (!ensureRoom())
            return Outcome::OutOfMemory;
        reader.take('[');
        if (reader.take(']'))
            return commit();
        do {
            const Outcome outcome = m_children[0]->appendCell(reader, depth + 1);
            if (outcome != Outcome::Ok)
                return outcome;
        } while (reader.take(','));
        if (!reader.take(']')) {
            reader.fail("a comma or ] is missing");
            return Outcome::Malformed;
        }
        return commit();
    }
};

class MapColumn final : public OffsetsColumn
{
public:
    explicit MapColumn(const JsonColumnSpec &spec) : OffsetsColumn(spec)
    {
        m_children.push_back(makeJsonColumn(spec.children.at(0)));
        m_children.push_back(makeJsonColumn(spec.children.at(1)));
        m_entryType = spec.type->field(0)->type();
    }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        std::vector<std::shared_ptr<arrow::Buffer>> buffers;
        auto keys = m_children[0]->finish();
        auto values = m_children[1]->finish();
        if (!keys || !values || !take(buffers))
            return nullptr;
        const qint64 entryCount = keys->length;
        auto entries = arrow::ArrayData::Make(m_entryType, entryCount, {nullptr}, {std::move(keys), std::move(values)}, 0);
        return arrow::ArrayData::Make(m_type, m_length, std::move(buffers), {std::move(entries)}, m_nullCount);
    }

protected:
    Outcome appendContainer(JsonReader &reader, int depth) override
    {
        if (reader.peek() != '{')
            return Outcome::Unparsable;
        if (depth >= JsonReader::kMaxDepth) {
            reader.fail("values are nested more than 1,024 deep");
            return Outcome::Malformed;
        }
        if (!ensureRoom())
            return Outcome::OutOfMemory;
        reader.take('{');
        if (reader.take('}'))
            return commit();
        do {
            reader.skipSpace();
            if (reader.peek() != '"') {
                reader.fail("a member name is missing");
                return Outcome::Malformed;
            }
            std::string_view key;
            const auto result = reader.readString(key);
            if (result != JsonReader::StringResult::Text)
                return result == JsonReader::StringResult::Malformed ? Outcome::Malformed : Outcome::Unparsable;
            Outcome outcome = m_children[0]->appendText(key);
            if (outcome != Outcome::Ok)
                return outcome;
            if (!reader.take(':')) {
                reader.fail("a colon is missing behind a member name");
                return Outcome::Malformed;
            }
            outcome = m_children[1]->appendCell(reader, depth + 1);
            if (outcome != Outcome::Ok)
                return outcome;
        } while (reader.take(','));
        if (!reader.take('}')) {
            reader.fail("a comma or } is missing");
            return Outcome::Malformed;
        }
        return commit();
    }

private:
    std::shared_ptr<arrow::DataType> m_entryType;
};

class StructColumn final : public JsonColumn
{
public:
    explicit StructColumn(const JsonColumnSpec &spec) : JsonColumn(spec)
    {
        for (const JsonColumnSpec &child : spec.children)
            m_children.push_back(makeJsonColumn(child));
    }
    const char *scan(const char *, const char *) override { return nullptr; }
    Outcome appendText(std::string_view text) override { return appendContainerText(text, 0); }
    Outcome appendNull() override
    {
        if (!markNull())
            return Outcome::OutOfMemory;
        for (const auto &child : m_children) {
            const Outcome outcome = child->appendNull();
            if (outcome != Outcome::Ok)
                return outcome;
        }
        ++m_length;
        return Outcome::Ok;
    }
    void truncate(qint64 length) override
    {
        JsonColumn::truncate(length);
        for (const auto &child : m_children)
            child->truncate(length);
    }
    bool reserve(qint64 rows) override
    {
        for (const auto &child : m_children) {
            if (!child->reserve(rows))
                return false;
        }
        return JsonColumn::reserve(rows);
    }
    void reserveBytes(const qint64 *&sizes, double factor) override
    {
        for (const auto &child : m_children)
            child->reserveBytes(sizes, factor);
    }
    void appendSizes(std::vector<qint64> &sizes) const override
    {
        for (const auto &child : m_children)
            child->appendSizes(sizes);
    }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        std::vector<std::shared_ptr<arrow::ArrayData>> children;
        for (const auto &child : m_children) {
            children.push_back(child->finish());
            if (!children.back())
                return nullptr;
        }
        auto validity = takeValidity();
        if (m_nullCount && !validity)
            return nullptr;
        return arrow::ArrayData::Make(m_type, m_length, {std::move(validity)}, std::move(children), m_nullCount);
    }

protected:
    Outcome appendNumber(std::string_view) override { return Outcome::Unparsable; }
    Outcome appendContainer(JsonReader &reader, int depth) override
    {
        if (reader.peek() != '[')
            return Outcome::Unparsable;
        if (depth >= JsonReader::kMaxDepth) {
            reader.fail("values are nested more than 1,024 deep");
            return Outcome::Malformed;
        }
        if (!ensureRoom())
            return Outcome::OutOfMemory;
        reader.take('[');
        for (size_t i = 0; i < m_children.size(); ++i) {
            // A row with too few or too many fields is well-formed JSON: it is kept as its text.
            if (i > 0 && !reader.take(','))
                return Outcome::Unparsable;
            reader.skipSpace();
            if (reader.peek() == ']')
                return Outcome::Unparsable;
            const Outcome outcome = m_children[i]->appendCell(reader, depth + 1);
            if (outcome != Outcome::Ok)
                return outcome;
        }
        if (!reader.take(']'))
            return Outcome::Unparsable;
        ++m_length;
        return Outcome::Ok;
    }

private:
    std::vector<std::unique_ptr<JsonColumn>> m_children;
};

} // namespace

std::unique_ptr<JsonColumn> makeJsonNestedColumn(const JsonColumnSpec &spec)
{
    switch (spec.kind) {
    case JsonColumnSpec::Kind::List:
        return std::make_unique<ListColumn>(spec);
    case JsonColumnSpec::Kind::Map:
        return std::make_unique<MapColumn>(spec);
    case JsonColumnSpec::Kind::Struct:
        return std::make_unique<StructColumn>(spec);
    default:
        return nullptr;
    }
}

} // namespace Grebe
