// SPDX-License-Identifier: Apache-2.0
#include "recyclingpool.h"

#include <arrow/memory_pool.h>
#include <arrow/status.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

namespace Grebe {

namespace {

constexpr int64_t smallestKept = 4 * 1024;
constexpr int64_t largestKept = int64_t(4) << 20;
constexpr int64_t mostKept = int64_t(32) << 20;
constexpr int stepBits = 2; // four sizes between a power of two and the next

/// Which list a size belongs to, and the size of the blocks on it: the same for the size that was asked for and for the
/// one that is given back.
struct SizeClass
{
    size_t index;
    int64_t size;
};

constexpr SizeClass sizeClass(int64_t size)
{
    const int power = std::bit_width(uint64_t(size - 1)) - 1; // 2^power < size <= 2^(power + 1)
    const int64_t step = int64_t(1) << (power - stepBits);
    const int64_t steps = (size - (int64_t(1) << power) + step - 1) / step; // 1 to 4
    return { size_t((power << stepBits) + steps - 1), (int64_t(1) << power) + steps * step };
}

/// Of the blocks on a list; `index` is one that sizeClass() gives for what is kept.
constexpr int64_t blockSize(size_t index)
{
    const int power = int(index >> stepBits);
    return (int64_t(1) << power) + (int64_t(index & ((size_t(1) << stepBits) - 1)) + 1) * (int64_t(1) << (power - stepBits));
}

static_assert(sizeClass(smallestKept).size == smallestKept && sizeClass(largestKept).size == largestKept);
static_assert(sizeClass(4097).size == 5120 && sizeClass(5120).size == 5120 && sizeClass(5121).size == 6144);
static_assert(blockSize(sizeClass(smallestKept).index) == smallestKept && blockSize(sizeClass(5121).index) == 6144);
static_assert(sizeClass(5120).index == sizeClass(4097).index && sizeClass(5121).index == sizeClass(5120).index + 1);

constexpr size_t classCount = sizeClass(largestKept).index + 1;

class RecyclingPool final : public arrow::MemoryPool
{
public:
    using arrow::MemoryPool::Allocate;
    using arrow::MemoryPool::Free;
    using arrow::MemoryPool::Reallocate;

    arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t **out) override
    {
        if (!isKept(size, alignment))
            return m_parent->Allocate(size, alignment, out);
        const SizeClass wanted = sizeClass(size);
        {
            const std::scoped_lock lock(m_mutex);
            if (std::vector<uint8_t *> &blocks = m_blocks[wanted.index]; !blocks.empty()) {
                *out = blocks.back();
                blocks.pop_back();
                m_keptBytes -= wanted.size;
                return arrow::Status::OK();
            }
        }
        return m_parent->Allocate(wanted.size, alignment, out);
    }

    arrow::Status Reallocate(int64_t oldSize, int64_t newSize, int64_t alignment, uint8_t **block) override
    {
        const bool wasKept = isKept(oldSize, alignment);
        const bool willBeKept = isKept(newSize, alignment);
        if (!wasKept && !willBeKept)
            return m_parent->Reallocate(oldSize, newSize, alignment, block);
        if (wasKept && willBeKept && sizeClass(oldSize).index == sizeClass(newSize).index)
            return arrow::Status::OK();
        uint8_t *other = nullptr;
        ARROW_RETURN_NOT_OK(Allocate(newSize, alignment, &other));
        std::memcpy(other, *block, size_t(std::min(oldSize, newSize)));
        Free(*block, oldSize, alignment);
        *block = other;
        return arrow::Status::OK();
    }

    void Free(uint8_t *block, int64_t size, int64_t alignment) override
    {
        if (!isKept(size, alignment)) {
            m_parent->Free(block, size, alignment);
            return;
        }
        const SizeClass its = sizeClass(size);
        {
            const std::scoped_lock lock(m_mutex);
            if (m_keptBytes + its.size <= mostKept) {
                m_blocks[its.index].push_back(block);
                m_keptBytes += its.size;
                return;
            }
        }
        m_parent->Free(block, its.size, alignment);
    }

    void ReleaseUnused() override
    {
        const std::scoped_lock lock(m_mutex);
        for (size_t index = 0; index < classCount; ++index) {
            for (uint8_t *block : m_blocks[index])
                m_parent->Free(block, blockSize(index), arrow::kDefaultBufferAlignment);
            m_blocks[index].clear();
        }
        m_keptBytes = 0;
        m_parent->ReleaseUnused();
    }

    int64_t bytes_allocated() const override { return m_parent->bytes_allocated(); }
    int64_t total_bytes_allocated() const override { return m_parent->total_bytes_allocated(); }
    int64_t max_memory() const override { return m_parent->max_memory(); }
    int64_t num_allocations() const override { return m_parent->num_allocations(); }
    std::string backend_name() const override { return m_parent->backend_name(); }

private:
    static bool isKept(int64_t size, int64_t alignment)
    {
        return size >= smallestKept && size <= largestKept && alignment == arrow::kDefaultBufferAlignment;
    }

    arrow::MemoryPool *const m_parent = arrow::default_memory_pool();
    std::mutex m_mutex;
    std::vector<uint8_t *> m_blocks[classCount];
    int64_t m_keptBytes = 0;
};

} // namespace

arrow::MemoryPool *recyclingPool()
{
    // Never destroyed: a batch may outlive everything else that is static.
    static auto *const pool = new RecyclingPool;
    return pool;
}

} // namespace Grebe
