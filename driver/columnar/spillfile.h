// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/error.h"

#include "grebe_export.h"

#include <arrow/type_fwd.h>

#include <memory>
#include <mutex>
#include <vector>

namespace Grebe {

/// Record batches in a file without a name, mapped back on demand.
///
/// Shape      each batch is an Arrow IPC stream of its own (schema, dictionaries, batch; uncompressed, buffers aligned to
///            64 bytes), so that schemas may differ in their metadata. Streams lie in segments; a segment is mapped when
///            one of its batches is read and unmapped when the last buffer of it is let go.
/// Errors     a failed write leaves the file as it was.
/// Thread     write() from one thread at a time, drop() and read() from any, also meanwhile.
/// Source     Arrow columnar format, "IPC Streaming Format" and "Buffer Alignment and Padding".
class GREBE_EXPORT SpillFile
{
public:
    struct Extent
    {
        qint64 offset = -1; ///< -1: not in the file
        qint64 length = 0;
    };

    /// Makes the folder (0700) and in it a file (0600) that no longer has a name when this returns.
    static Result<std::shared_ptr<SpillFile>> create(const QString &folder);
    static QString defaultFolder();
    /// The descriptor of such a file, for those who write it by themselves.
    static Result<int> open(const QString &folder);
    /// The error of a system call on a file in such a folder; says what to do where the disk is full.
    static Error systemError(const QString &what, int number);
    ~SpillFile();
    SpillFile(const SpillFile &) = delete;
    SpillFile &operator=(const SpillFile &) = delete;

    Result<Extent> write(const arrow::RecordBatch &batch);
    /// The batch's buffers are the mapping; they may outlive this object.
    Result<std::shared_ptr<arrow::RecordBatch>> read(Extent extent) const;
    /// Gives an extent's space back to the disk, where the file system can, once nobody reads near it.
    void drop(Extent extent);
    int descriptor() const { return m_descriptor; } ///< for tests

private:
    struct Segment
    {
        qint64 offset;
        qint64 length;
        std::weak_ptr<arrow::Buffer> mapping;
    };

    SpillFile(int descriptor, const QString &folder) : m_descriptor(descriptor), m_folder(folder) { }
    std::vector<Segment>::iterator segmentOf(qint64 offset) const; // with the mutex held
    std::shared_ptr<arrow::Buffer> mapping(qint64 offset, qint64 *segmentOffset) const;

    const int m_descriptor;
    const QString m_folder;
    mutable std::mutex m_mutex;
    mutable std::vector<Segment> m_segments;
    std::vector<Extent> m_dropped; // still in the file
    qint64 m_end = 0;
};

} // namespace Grebe
