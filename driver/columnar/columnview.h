// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "decimalparser.h"

#include "extension/error.h"

#include "grebe_export.h"

#include <QtGlobal>

#include <arrow/type_fwd.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace arrow {
struct ArrayData;
}

namespace Grebe {

class ColumnFormatter;
class ResultStore;

/// How the values of one Arrow type compare: as unsigned words, the first the most significant.
///
/// Shape      never called for nulls. `row` counts from the array's own offset.
/// Thread     const, any.
class ValueOrder
{
public:
    enum class Form {
        Word, ///< one word says all
        Wide, ///< a number of up to 128 bits
        Bytes ///< text or bytes of any length
    };

    virtual ~ValueOrder() = default;
    virtual bool isNull(const arrow::ArrayData &data, qint64 row) const;
    /// Whether isNull() has to be asked at all.
    virtual bool mayHaveNulls(const arrow::ArrayData &data) const;
    /// The words of a Word column: of the rows from `first` on, or of `first + offsets[i]`.
    virtual void words(const arrow::ArrayData &data, qint64 first, const quint32 *offsets, qint64 count, quint64 *out) const;
    virtual Int128 wide(const arrow::ArrayData &data, qint64 row) const;
    virtual std::string_view bytes(const arrow::ArrayData &data, qint64 row) const;
    /// Of a dictionary column the order of its dictionary, and a row's place in that; else null.
    virtual const ValueOrder *dictionaryValues() const { return nullptr; }
    virtual qint64 dictionaryIndex(const arrow::ArrayData &, qint64) const { return 0; }

    Form form = Form::Word;
};

/// Null for types that have no order but that of their text.
std::unique_ptr<const ValueOrder> makeValueOrder(const arrow::Field &field);
/// The same order for values of that field that lie in another type, see compacted().
std::unique_ptr<const ValueOrder> makeStoredOrder(const arrow::Field &field, const std::shared_ptr<arrow::DataType> &stored);

/// One column of the first rows of a result, held where it is: in memory or in the mapped file.
///
/// Shape      types without an order of their own are turned to text when the view is made.
/// Thread     const, any.
/// Ownership  holds the column's buffers, not the batches: those may be written to disk meanwhile.
class ColumnView
{
public:
    enum class Rank : uchar { Low, Value, High, Null }; ///< raw values come before or behind all others

    struct Part
    {
        std::shared_ptr<arrow::ArrayData> data; ///< as it is stored, see compacted()
        const ValueOrder *order = nullptr; ///< of `data`
        std::shared_ptr<arrow::ArrayData> source; ///< `data`, where that is not text made of it
        std::shared_ptr<arrow::Field> field; ///< as it came
        qint64 firstRow = 0;
        qint64 rowCount = 0;
        bool mayHaveNulls = false;
        std::shared_ptr<const std::unordered_map<qint64, std::string>> raw; ///< null when there is none
    };

    /// `withOrder` makes order() available.
    static Result<std::shared_ptr<const ColumnView>> make(const ResultStore &store, int column, qint64 rowCount, bool withOrder,
                                                          const std::function<bool()> &isCancelled = {});
    ~ColumnView();

    qint64 rowCount() const { return m_rowCount; }
    const std::vector<Part> &parts() const { return m_parts; }
    size_t partOf(qint64 row) const;
    const ValueOrder &order() const { return *m_order; } ///< for its form; values are asked of their part's
    bool isTextForm() const { return m_isTextForm; } ///< order() is that of the values' text
    const ColumnFormatter &formatter() const { return *m_formatter; }
    const std::shared_ptr<arrow::Field> &field() const { return m_field; }

    bool hasExceptions() const { return m_hasExceptions; } ///< rank() is not always Value
    Rank rank(const Part &part, qint64 rowInPart) const;
    static Rank rawRank(std::string_view raw);
    /// The order among raw values.
    static bool rawLess(std::string_view left, std::string_view right);
    /// A row's text; false for null.
    bool appendText(qint64 row, std::string &out) const;
    /// A part as it came, the column alone: for the formatter. Null when there is no memory for it.
    std::shared_ptr<arrow::RecordBatch> shown(const Part &part) const;

private:
    ColumnView() = default;

    std::vector<Part> m_parts;
    std::vector<quint32> m_hints; // the part of every 4096th row
    std::unique_ptr<const ValueOrder> m_order;
    std::map<std::string, std::unique_ptr<const ValueOrder>> m_storedOrders; // by the stored type
    std::unique_ptr<ColumnFormatter> m_formatter;
    std::shared_ptr<arrow::Field> m_field;
    qint64 m_rowCount = 0;
    bool m_isTextForm = false;
    bool m_hasExceptions = false;
};
using ColumnViewPtr = std::shared_ptr<const ColumnView>;

/// Calls `work(begin, end)` for pieces of [0, count), some at the same time, this thread helping.
void inParallel(qint64 count, qint64 pieceSize, const std::function<void(qint64, qint64)> &work);

} // namespace Grebe
