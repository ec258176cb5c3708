// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "jsoncolumn.h"

#include <arrow/array/data.h>

namespace Grebe {

/// A column whose cells all have the size of T.
template<typename T>
class JsonFixedColumn : public JsonColumn
{
public:
    using JsonColumn::JsonColumn;

    Outcome appendNull() override
    {
        if (!markNull())
            return Outcome::OutOfMemory;
        values()[m_length++] = T {};
        return Outcome::Ok;
    }
    bool reserve(qint64 rows) override
    {
        return rows <= m_capacity || (m_values.reserve(rows * qint64(sizeof(T))) && JsonColumn::reserve(rows));
    }
    std::shared_ptr<arrow::ArrayData> finish() override
    {
        auto validity = takeValidity();
        auto data = m_values.take(m_length * qint64(sizeof(T)));
        if (!data || (m_nullCount && !validity))
            return nullptr;
        return arrow::ArrayData::Make(m_type, m_length, {std::move(validity), std::move(data)}, m_nullCount);
    }

protected:
    T *values() const { return m_values.as<T>(); }
    bool hasRoom() const { return m_length < m_capacity; }
    void put(T value) { values()[m_length++] = value; }
    Outcome append(T value)
    {
        if (!ensureRoom())
            return Outcome::OutOfMemory;
        put(value);
        return Outcome::Ok;
    }

private:
    ColumnBuffer m_values;
};

} // namespace Grebe
