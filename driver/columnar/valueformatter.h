// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "valuetext.h"

#include <QMetaType>
#include <QVariant>

#include <arrow/type_fwd.h>

#include <memory>

namespace arrow {
struct ArrayData;
}

namespace Grebe {

/// The values of one Arrow field, top-level or nested, as text, JSON and QVariant. What a type needs is looked up when
/// the formatter is made; a call per value only does the work.
///
/// Shape      `row` counts from the array's own offset. text(), json() and variant() are never called for a null.
/// Units      `limit` is a size of `out`: once it is reached a writer may stop anywhere between two characters, so that
///            the first line of a huge value costs no more than that line. Output that was not cut is whole.
/// Thread     const, any.
class ValueFormatter
{
public:
    static constexpr size_t kNoLimit = size_t(-1);

    virtual ~ValueFormatter();

    virtual bool isNull(const arrow::ArrayData &data, int64_t row) const;
    virtual void text(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const = 0;
    virtual void json(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const = 0;
    virtual QVariant variant(const arrow::ArrayData &data, int64_t row) const = 0;

    void jsonOrNull(const arrow::ArrayData &data, int64_t row, std::string &out, size_t limit) const;
    QVariant variantOrNull(const arrow::ArrayData &data, int64_t row) const;

    QMetaType metaType = QMetaType::fromType<QString>();
    bool isNested = false;
    bool isNumeric = false;
    bool isText = false; ///< text as such, not the text form of something else
    int precision = -1;
    int scale = -1;
};

using ValueFormatterPtr = std::unique_ptr<const ValueFormatter>;

/// Never null: a type that this Grebe doesn't know is shown by its name.
/// `spelling` is that of the column around a nested field, which counts where the field has no `grebe.type`.
ValueFormatterPtr makeValueFormatter(const arrow::Field &field, Spelling spelling);
/// The nested and encoded types' part of it; nullptr for any other type.
ValueFormatterPtr makeNestedFormatter(const arrow::Field &field, const arrow::DataType &type, Spelling spelling);

/// The field's `grebe.type`, or its Arrow type in Arrow's words.
std::string typeTextOf(const arrow::Field &field);

} // namespace Grebe
