// SPDX-License-Identifier: Apache-2.0
#include <arrow/buffer.h>
#include <arrow/memory_pool.h>
#include <arrow/result.h>

#include "bodybuffer.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

namespace Grebe {

constexpr qint64 firstCapacity = 64 * 1024;
constexpr qint64 largestKept = qint64(32) << 20;
constexpr size_t keptBuffers = 4;
constexpr qint64 largestExpectation = qint64(64) << 20;

class BodyPool::Private
{
public:
    std::mutex mutex;
    std::vector<std::unique_ptr<arrow::ResizableBuffer>> buffers;
};

BodyPool::BodyPool()
    : d(std::make_unique<Private>())
{
}

BodyPool::~BodyPool() = default;

std::shared_ptr<BodyPool> BodyPool::create()
{
    return std::shared_ptr<BodyPool>(new BodyPool);
}

std::unique_ptr<arrow::ResizableBuffer> BodyPool::take(qint64 capacity)
{
    {
        const std::scoped_lock lock(d->mutex);
        // The smallest that is large enough. Where nobody knows what comes, the largest: growing touches new pages.
        const bool isLengthKnown = capacity > firstCapacity;
        auto best = d->buffers.end();
        for (auto it = d->buffers.begin(); it != d->buffers.end(); ++it) {
            if ((*it)->capacity() < capacity)
                continue;
            if (best == d->buffers.end() || ((*it)->capacity() < (*best)->capacity()) == isLengthKnown)
                best = it;
        }
        if (best != d->buffers.end()) {
            auto buffer = std::move(*best);
            d->buffers.erase(best);
            return buffer;
        }
    }
    auto made = arrow::AllocateResizableBuffer(0);
    if (!made.ok() || !(*made)->Reserve(capacity).ok())
        return nullptr;
    return std::move(*made);
}

void BodyPool::give(std::unique_ptr<arrow::ResizableBuffer> buffer)
{
    if (!buffer || buffer->capacity() > largestKept)
        return;
    const std::scoped_lock lock(d->mutex);
    if (d->buffers.size() < keptBuffers) {
        d->buffers.push_back(std::move(buffer));
        return;
    }
    auto smallest = std::ranges::min_element(d->buffers, {}, [](const auto &kept) { return kept->capacity(); });
    if ((*smallest)->capacity() < buffer->capacity())
        smallest->swap(buffer);
}

BodyBuffer::BodyBuffer(std::shared_ptr<BodyPool> pool)
    : m_pool(std::move(pool))
{
}

BodyBuffer::~BodyBuffer()
{
    if (m_pool)
        m_pool->give(std::move(m_buffer));
}

BodyBuffer::BodyBuffer(BodyBuffer &&) noexcept = default;
BodyBuffer &BodyBuffer::operator=(BodyBuffer &&) noexcept = default;

bool BodyBuffer::expect(qint64 totalBytes)
{
    const qint64 wanted = std::min(totalBytes, largestExpectation);
    return wanted <= m_size || space(wanted - m_size);
}

char *BodyBuffer::space(qint64 bytes)
{
    const qint64 needed = m_size + bytes + Padding;
    if (!m_buffer) {
        m_buffer = m_pool->take(std::max(needed, firstCapacity));
        if (!m_buffer)
            return nullptr;
    } else if (m_buffer->capacity() < needed) {
        // Resize() first, or growing would carry nothing over: Arrow keeps size() bytes, and that is still 0.
        if (!m_buffer->Resize(m_size, false).ok()
            || !m_buffer->Reserve(std::max<qint64>(needed, 2 * m_buffer->capacity())).ok())
            return nullptr;
    }
    return reinterpret_cast<char *>(m_buffer->mutable_data()) + m_size;
}

qint64 BodyBuffer::spaceLeft() const
{
    return m_buffer ? m_buffer->capacity() - m_size - Padding : 0;
}

void BodyBuffer::commit(qint64 bytes)
{
    Q_ASSERT(bytes >= 0 && bytes <= spaceLeft());
    m_size += bytes;
}

std::shared_ptr<arrow::Buffer> BodyBuffer::finish()
{
    if (!space(0))
        return nullptr;
    std::memset(m_buffer->mutable_data() + m_size, 0, Padding);
    if (!m_buffer->Resize(m_size, false).ok())
        return nullptr;
    m_size = 0;
    // The pool outlives its client through the last body that is still being decoded.
    return std::shared_ptr<arrow::Buffer>(m_buffer.release(), [pool = m_pool](arrow::Buffer *buffer) {
        pool->give(std::unique_ptr<arrow::ResizableBuffer>(static_cast<arrow::ResizableBuffer *>(buffer)));
    });
}

} // namespace Grebe
