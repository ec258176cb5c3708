// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtTypes>

#include <arrow/type_fwd.h>

#include <memory>

namespace Grebe {

/// Keeps the memory of bodies that nobody holds any more for the next ones: touching fresh pages costs as much as
/// receiving into them.
///
/// Units      keeps at most 4 buffers of at most 32 MiB each.
/// Thread     any: a body is let go on the decode pool and taken on the engine's thread.
class BodyPool
{
public:
    static std::shared_ptr<BodyPool> create();
    ~BodyPool();

private:
    friend class BodyBuffer;
    BodyPool();
    std::unique_ptr<arrow::ResizableBuffer> take(qint64 capacity);
    void give(std::unique_ptr<arrow::ResizableBuffer> buffer);

    class Private;
    std::unique_ptr<Private> d;
};

/// The bytes of one body while they arrive: read straight into place, nothing copied but to grow.
///
/// Shape      space(), write there, commit(), again; finish() ends it and gives the bytes away.
/// Units      grows by doubling; `limit` bounds what one declared length may reserve before bytes have come.
/// Thread     one at a time.
class BodyBuffer
{
public:
    static constexpr qint64 Padding = 64; ///< zeroed bytes readable behind the end, as simdjson wants

    explicit BodyBuffer(std::shared_ptr<BodyPool> pool);
    ~BodyBuffer();
    BodyBuffer(BodyBuffer &&) noexcept;
    BodyBuffer &operator=(BodyBuffer &&) noexcept;

    /// Makes room for so many bytes in all, but no more than 64 MiB: a length is a claim until its bytes are there.
    bool expect(qint64 totalBytes);
    /// Room for at least `bytes` more; nullptr when memory is short. spaceLeft() says how much there really is.
    char *space(qint64 bytes);
    qint64 spaceLeft() const;
    void commit(qint64 bytes);
    qint64 size() const { return m_size; }
    /// The bytes, with Padding zeroes behind them. Never null unless memory is short.
    std::shared_ptr<arrow::Buffer> finish();

private:
    std::shared_ptr<BodyPool> m_pool;
    std::unique_ptr<arrow::ResizableBuffer> m_buffer;
    qint64 m_size = 0;
};

} // namespace Grebe
