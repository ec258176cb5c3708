// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnbuffer.h"
#include "jsonreader.h"

#include <arrow/type_fwd.h>

#include <memory>
#include <string_view>
#include <vector>

namespace Grebe {

/// How the cells of one column are written in JSON, and which Arrow type they become; a value.
struct JsonColumnSpec
{
    enum class Kind {
        Null, ///< null only
        Boolean, ///< true, "true"
        Int8,
        Int16,
        Int32,
        Int64,
        Float,
        Double,
        Decimal, ///< "-12.50"
        Text, ///< a string; any other value as its JSON text
        RawJson, ///< any value as its JSON text
        Binary, ///< base64
        Date, ///< "2026-08-01"
        Time, ///< "12:34:56.789"
        Timestamp, ///< "2026-08-01 12:34:56.789"
        ZonedTimestamp, ///< "2026-08-01 12:34:56.789 Europe/Berlin"
        DayTimeInterval,
        MonthInterval,
        Uuid,
        List, ///< an array
        Map, ///< an object, whose names are the text of the keys
        Struct ///< an array with a value for each field
    };

    Kind kind = Kind::Text;
    std::shared_ptr<arrow::DataType> type;
    int precision = 0; ///< of a decimal; of a time the digits of a second that the Arrow type holds: 0, 3, 6 or 9
    int scale = 0;
    std::vector<JsonColumnSpec> children; ///< element; key and value; fields
};

/// Writes the cells of one column, or of one part of a nested column, into Arrow buffers.
///
/// Shape      cells are appended; an append that does not end in Ok leaves what it may have written beyond the old length
///            to truncate().
/// Errors     a cell has an Outcome; it never becomes another value than the one that was sent.
/// Thread     one.
class JsonColumn
{
public:
    enum class Outcome {
        Ok,
        Overflow, ///< a value of its declared type that the Arrow type can't hold
        Unparsable, ///< not a value of the declared type
        Malformed, ///< not JSON: the reader tells
        TooLarge, ///< more than 2 GiB of text in one batch
        OutOfMemory
    };

    explicit JsonColumn(const JsonColumnSpec &spec) : m_type(spec.type) { }
    virtual ~JsonColumn();
    JsonColumn(const JsonColumn &) = delete;
    JsonColumn &operator=(const JsonColumn &) = delete;

    qint64 length() const { return m_length; }

    /// The way for what cells mostly look like: no white space, no null, no escape. `p` is in front of the end. Returns
    /// the place behind the cell, or null and has done nothing: appendCell() then does it.
    virtual const char *scan(const char *p, const char *end) = 0;
    /// Any cell.
    Outcome appendCell(JsonReader &reader, int depth);
    /// A cell whose text is known: a string, or the name of a map's member.
    virtual Outcome appendText(std::string_view text) = 0;
    virtual Outcome appendNull();

    /// Forgets the cells from `length` on.
    virtual void truncate(qint64 length);
    /// Room for so many cells; `sizes` has the bytes of each variable-sized part, in the order of appendSizes().
    virtual bool reserve(qint64 rows);
    virtual void reserveBytes(const qint64 *&sizes, double factor);
    virtual void appendSizes(std::vector<qint64> &sizes) const;
    /// Everything appended so far, as an array; null when there is no memory. The column is then of no more use.
    virtual std::shared_ptr<arrow::ArrayData> finish() = 0;

protected:
    virtual Outcome appendNumber(std::string_view token);
    virtual Outcome appendBoolean(bool value);
    /// The reader stands at `[` or `{`.
    virtual Outcome appendContainer(JsonReader &reader, int depth);
    /// A null at m_length, whose value slot the derived class fills.
    bool markNull();
    bool ensureRoom() { return m_length < m_capacity || grow(); }
    bool grow();
    std::shared_ptr<arrow::Buffer> takeValidity();
    /// `[`…`]` or `{`…`}` that came inside a string.
    Outcome appendContainerText(std::string_view text, int depth);

    std::shared_ptr<arrow::DataType> m_type;
    qint64 m_length = 0;
    qint64 m_capacity = 0; ///< cells
    qint64 m_nullCount = 0;

private:
    ColumnBuffer m_validity; // empty before the first null; then all ones beyond m_length
};

std::unique_ptr<JsonColumn> makeJsonColumn(const JsonColumnSpec &spec);

// The groups of makeJsonColumn(), one a source file; null for kinds of another group.
std::unique_ptr<JsonColumn> makeJsonNumberColumn(const JsonColumnSpec &spec);
std::unique_ptr<JsonColumn> makeJsonTextColumn(const JsonColumnSpec &spec);
std::unique_ptr<JsonColumn> makeJsonTimeColumn(const JsonColumnSpec &spec);
std::unique_ptr<JsonColumn> makeJsonNestedColumn(const JsonColumnSpec &spec);

} // namespace Grebe
