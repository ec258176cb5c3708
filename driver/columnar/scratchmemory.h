// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include <QtGlobal>

#include <memory>
#include <span>

namespace Grebe {

/// Room for what is needed while something is sorted: memory where it is little, else a mapped file without a name beside
/// the spilled rows, which the system can write out and drop.
///
/// Shape      not initialised when in memory, zeros in a file; its disk space is there from the start, so that writing
///            to it can't fail.
/// Thread     any, as memory is.
class ScratchMemory
{
public:
    /// Half of the results' memory, at most.
    static constexpr qint64 kMostInMemory = 96 << 20;

    static Result<std::shared_ptr<ScratchMemory>> make(qint64 byteCount);
    ~ScratchMemory();
    ScratchMemory(const ScratchMemory &) = delete;
    ScratchMemory &operator=(const ScratchMemory &) = delete;

    void *data() const { return m_data; }

private:
    ScratchMemory(void *data, qint64 size) : m_data(data), m_size(size) { }

    void *const m_data;
    const qint64 m_size;
};

/// Numbers in such memory.
template<typename T>
struct ScratchArray
{
    std::shared_ptr<const ScratchMemory> memory;
    std::span<T> values;

    static Result<ScratchArray> make(qint64 count)
    {
        auto memory = ScratchMemory::make(count * qint64(sizeof(T)));
        if (!memory)
            return std::unexpected(memory.error());
        return ScratchArray { *memory, { static_cast<T *>((*memory)->data()), size_t(count) } };
    }
};

} // namespace Grebe
