// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recyclingpool.h"

#include <QtGlobal>

#include <arrow/buffer.h>

#include <memory>

namespace Grebe {

/// Memory of one part of a column while it is written: grows by itself, becomes an Arrow buffer without a copy.
///
/// Errors     reserve() is false when there is no memory.
class ColumnBuffer
{
public:
    char *data() const { return m_data; }
    qint64 capacity() const { return m_capacity; }
    template<typename T>
    T *as() const { return reinterpret_cast<T *>(m_data); }

    /// At least `bytes`, old contents kept.
    bool reserve(qint64 bytes)
    {
        if (bytes <= m_capacity)
            return true;
        if (!m_buffer) {
            auto made = arrow::AllocateResizableBuffer(bytes, recyclingPool());
            if (!made.ok())
                return false;
            m_buffer = std::move(*made);
        } else if (!m_buffer->Resize(bytes, false).ok()) {
            return false;
        }
        m_data = reinterpret_cast<char *>(m_buffer->mutable_data());
        m_capacity = bytes;
        return true;
    }

    /// The first `bytes` as an immutable buffer; what was reserved too much is given back when it is worth a move.
    std::shared_ptr<arrow::Buffer> take(qint64 bytes)
    {
        if (!m_buffer && !reserve(64))
            return nullptr;
        if (!m_buffer->Resize(bytes, m_capacity - bytes > bytes / 4 + 4096).ok())
            return nullptr;
        m_data = nullptr;
        m_capacity = 0;
        return std::shared_ptr<arrow::Buffer>(std::move(m_buffer));
    }

private:
    std::unique_ptr<arrow::ResizableBuffer> m_buffer;
    char *m_data = nullptr;
    qint64 m_capacity = 0;
};

} // namespace Grebe
