// SPDX-License-Identifier: Apache-2.0
#include "zipstream.h"

#include <zlib.h>

#include <limits>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

constexpr quint64 kMostBytes = std::numeric_limits<uint32_t>::max();
constexpr uint16_t kVersion = 20; // deflate
constexpr uint16_t kFlags = 0x0808; // sizes behind the data, names in UTF-8
constexpr uint16_t kDeflated = 8;
constexpr uint16_t kDay = (1 << 5) | 1; // 1980-01-01: the same rows give the same bytes

void append16(uint16_t value, std::string &out)
{
    out += char(value & 0xFF);
    out += char(value >> 8);
}

void append32(uint32_t value, std::string &out)
{
    append16(uint16_t(value & 0xFFFF), out);
    append16(uint16_t(value >> 16), out);
}

} // namespace

class ZipStream::Deflater
{
public:
    Deflater()
    {
        // A negative window means no zlib header, which a ZIP does without.
        isGood = deflateInit2(&stream, 3, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK;
        buffer.resize(kBufferBytes);
    }
    ~Deflater() { deflateEnd(&stream); }

    z_stream stream {};
    std::string buffer;
    std::string pending; // input that is too small to be worth a call
    bool isGood = false;
};

ZipStream::ZipStream(ByteSink &sink) : m_sink(sink), m_deflater(std::make_unique<Deflater>()) { }

ZipStream::~ZipStream() = default;

qint64 ZipStream::fileBytes() const
{
    return m_entries.empty() ? 0 : qint64(m_entries.back().bytes);
}

Result<void> ZipStream::put(std::string_view bytes)
{
    m_offset += bytes.size();
    return m_sink.write(bytes);
}

Result<void> ZipStream::add(const std::string &name)
{
    if (auto closed = closeEntry(); !closed)
        return closed;
    if (!m_deflater->isGood || deflateReset(&m_deflater->stream) != Z_OK)
        return std::unexpected(Error { .code = Error::Code::Internal, .message = u"There is no memory to compress with."_s });
    m_entries.push_back({ .name = name, .crc = uint32_t(crc32(0, nullptr, 0)), .offset = m_offset });
    m_isOpen = true;
    std::string header;
    append32(0x04034b50, header);
    for (const uint16_t value : { kVersion, kFlags, kDeflated, uint16_t(0), kDay })
        append16(value, header);
    for (int i = 0; i < 3; ++i) // checksum and sizes follow the data
        append32(0, header);
    append16(uint16_t(name.size()), header);
    append16(0, header);
    return put(header + name);
}

Result<void> ZipStream::deflate(std::string_view bytes, bool isLast)
{
    z_stream &stream = m_deflater->stream;
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    std::string &buffer = m_deflater->buffer;
    int state = Z_OK;
    do {
        stream.next_out = reinterpret_cast<Bytef *>(buffer.data());
        stream.avail_out = uInt(buffer.size());
        state = ::deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH);
        const size_t count = buffer.size() - stream.avail_out;
        if (count > 0) {
            m_entries.back().packedBytes += count;
            if (auto written = put({ buffer.data(), count }); !written)
                return written;
        }
    } while (isLast ? state == Z_OK || state == Z_BUF_ERROR : stream.avail_in > 0 || stream.avail_out == 0);
    if (isLast && state != Z_STREAM_END)
        return std::unexpected(Error { .code = Error::Code::Internal, .message = u"Compressing failed."_s });
    return {};
}

Result<void> ZipStream::write(std::string_view bytes)
{
    Entry &entry = m_entries.back();
    entry.crc = uint32_t(crc32_z(entry.crc, reinterpret_cast<const Bytef *>(bytes.data()), bytes.size()));
    entry.bytes += bytes.size();
    while (!bytes.empty()) {
        const std::string_view part = bytes.substr(0, kBufferBytes);
        bytes.remove_prefix(part.size());
        std::string &pending = m_deflater->pending;
        pending += part;
        if (pending.size() < kBufferBytes)
            continue;
        const std::string input = std::exchange(pending, {});
        if (auto deflated = deflate(input, false); !deflated)
            return deflated;
    }
    return {};
}

Result<void> ZipStream::closeEntry()
{
    if (!m_isOpen)
        return {};
    m_isOpen = false;
    const std::string input = std::exchange(m_deflater->pending, {});
    if (auto deflated = deflate(input, true); !deflated)
        return deflated;
    const Entry &entry = m_entries.back();
    if (entry.bytes > kMostBytes || m_offset > kMostBytes) {
        return std::unexpected(Error { .code = Error::Code::InvalidArgument,
                                       .message = u"The file would be larger than the 4 GB that its format can hold."_s,
                                       .hint = u"Write Parquet or CSV, or fewer rows."_s });
    }
    std::string descriptor;
    append32(0x08074b50, descriptor);
    append32(entry.crc, descriptor);
    append32(uint32_t(entry.packedBytes), descriptor);
    append32(uint32_t(entry.bytes), descriptor);
    return put(descriptor);
}

Result<void> ZipStream::finish()
{
    if (auto closed = closeEntry(); !closed)
        return closed;
    const quint64 start = m_offset;
    std::string directory;
    for (const Entry &entry : m_entries) {
        append32(0x02014b50, directory);
        for (const uint16_t value : { kVersion, kVersion, kFlags, kDeflated, uint16_t(0), kDay })
            append16(value, directory);
        append32(entry.crc, directory);
        append32(uint32_t(entry.packedBytes), directory);
        append32(uint32_t(entry.bytes), directory);
        append16(uint16_t(entry.name.size()), directory);
        for (int i = 0; i < 4; ++i) // extra field, comment, disk, internal attributes
            append16(0, directory);
        append32(0, directory);
        append32(uint32_t(entry.offset), directory);
        directory += entry.name;
    }
    const size_t size = directory.size();
    append32(0x06054b50, directory);
    append16(0, directory);
    append16(0, directory);
    append16(uint16_t(m_entries.size()), directory);
    append16(uint16_t(m_entries.size()), directory);
    append32(uint32_t(size), directory);
    append32(uint32_t(start), directory);
    append16(0, directory);
    return put(directory);
}

} // namespace Grebe
