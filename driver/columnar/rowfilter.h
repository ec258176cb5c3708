// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "columnview.h"

#include "extension/resultorder.h"

#include <memory>

namespace Grebe {

/// One filter, ready for one column.
///
/// Thread     const, any.
class RowFilter
{
public:
    static Result<std::unique_ptr<const RowFilter>> make(const Filter &filter, const ColumnView &view);
    virtual ~RowFilter() = default;

    /// Clears the bits of the part's rows that don't meet the filter; the bit of row 0 is the lowest of bits[0].
    void apply(const ColumnView::Part &part, quint64 *bits) const;

protected:
    explicit RowFilter(const ColumnView &view) : m_view(view) { }
    /// Sets the bit of each value that meets the filter; those of nulls don't matter.
    virtual void test(const ValueOrder &order, const arrow::ArrayData &data, qint64 rowCount, quint64 *bits) const = 0;
    /// For what works on texts as they are shown.
    virtual bool testsShownText() const { return false; }
    virtual bool testText(std::string_view) const { return false; }
    /// For a raw value.
    virtual bool testRaw(std::string_view raw) const = 0;

    const ColumnView &m_view;
    bool m_isPresence = false; // IsNull or IsNotNull
    bool m_wantsNull = false;
};

} // namespace Grebe
