// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/bytesink.h"

#include <memory>
#include <string>
#include <vector>

namespace Grebe {

/// A ZIP archive written straight into a sink: no temporary file, no second copy, every byte's error seen.
///
/// Shape      add() once a file, write() for its bytes, finish() at the end. Sizes follow each file in a data
///            descriptor, so a pipe will do for a sink.
/// Errors     those of the sink; InvalidArgument beyond the 4 GB of a ZIP without extensions, which Excel asks for.
/// Units      memory: one buffer of kBufferBytes for input and one for output.
/// Source     PKWARE's APPNOTE.TXT, sections 4.3 and 4.4.
class ZipStream
{
public:
    static constexpr size_t kBufferBytes = 256 * 1024;

    explicit ZipStream(ByteSink &sink);
    ~ZipStream();

    Result<void> add(const std::string &name);
    Result<void> write(std::string_view bytes);
    Result<void> finish();
    qint64 fileBytes() const; ///< of the file that is being written, before compression

private:
    class Deflater;
    struct Entry
    {
        std::string name;
        uint32_t crc = 0;
        quint64 packedBytes = 0;
        quint64 bytes = 0;
        quint64 offset = 0;
    };

    Result<void> put(std::string_view bytes);
    Result<void> deflate(std::string_view bytes, bool isLast);
    Result<void> closeEntry();

    ByteSink &m_sink;
    std::unique_ptr<Deflater> m_deflater;
    std::vector<Entry> m_entries;
    quint64 m_offset = 0;
    bool m_isOpen = false;
};

} // namespace Grebe
