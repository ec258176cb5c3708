// SPDX-License-Identifier: Apache-2.0
#include "spillfile.h"

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QRandomGenerator>
#include <QStandardPaths>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

namespace {

// One mapping serves many small batches: a process may have 65,530 mappings, a result may have more batches.
constexpr qint64 kSegmentSize = 32 << 20;
constexpr qint64 kPageSize = 64 << 10; // of the largest kernels; a multiple of all smaller ones
constexpr qint64 kAlignment = 64;
constexpr char kSuffix[] = ".spill";

constexpr qint64 alignUp(qint64 value, qint64 alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

// Collects small writes; long buffers go to the file as they are.
class FileStream final : public arrow::io::OutputStream
{
public:
    FileStream(int descriptor, qint64 offset) : m_descriptor(descriptor), m_offset(offset)
    {
        m_pending.reserve(kPendingSize);
    }

    arrow::Status Close() override
    {
        m_isClosed = true;
        return arrow::Status::OK();
    }
    bool closed() const override { return m_isClosed; }
    arrow::Result<int64_t> Tell() const override { return m_position + qint64(m_pending.size()); }
    arrow::Status Write(const void *data, int64_t size) override
    {
        const char *bytes = static_cast<const char *>(data);
        if (m_pending.size() + size_t(size) > kPendingSize) {
            ARROW_RETURN_NOT_OK(Flush());
            if (size_t(size) >= kPendingSize)
                return put(bytes, size);
        }
        m_pending.insert(m_pending.end(), bytes, bytes + size);
        return arrow::Status::OK();
    }
    arrow::Status Flush() override
    {
        ARROW_RETURN_NOT_OK(put(m_pending.data(), qint64(m_pending.size())));
        m_pending.clear();
        return arrow::Status::OK();
    }
    using OutputStream::Write;

    int errorNumber = 0;

private:
    arrow::Status put(const char *bytes, qint64 size)
    {
        while (size > 0) {
            const ssize_t written = ::pwrite(m_descriptor, bytes, size_t(size), off_t(m_offset + m_position));
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0) {
                errorNumber = written < 0 ? errno : ENOSPC;
                return arrow::Status::IOError("write failed");
            }
            bytes += written;
            size -= written;
            m_position += written;
        }
        return arrow::Status::OK();
    }

    static constexpr size_t kPendingSize = 256 << 10;
    const int m_descriptor;
    const qint64 m_offset;
    qint64 m_position = 0;
    std::vector<char> m_pending;
    bool m_isClosed = false;
};

class Mapping final : public arrow::Buffer
{
public:
    Mapping(void *address, qint64 size) : arrow::Buffer(static_cast<const uint8_t *>(address), size) { }
    ~Mapping() override { ::munmap(const_cast<uint8_t *>(data()), size_t(size())); }
};

bool isPrivateFolder(const QByteArray &path)
{
    struct stat facts;
    if (::lstat(path.constData(), &facts) != 0 || !S_ISDIR(facts.st_mode) || facts.st_uid != ::geteuid())
        return false;
    return (facts.st_mode & 077) == 0 || ::chmod(path.constData(), 0700) == 0;
}

// Files whose process was killed before their name was gone. Whoever has one open keeps it: it was to lose its name.
void removeLeftovers(const QString &folder)
{
    const QDateTime before = QDateTime::currentDateTimeUtc().addSecs(-60);
    const QDir dir(folder);
    const QFileInfoList files = dir.entryInfoList({ u"*%1"_s.arg(QLatin1StringView(kSuffix)) }, QDir::Files | QDir::NoSymLinks | QDir::Hidden);
    for (const QFileInfo &file : files) {
        if (file.lastModified() < before)
            QFile::remove(file.filePath());
    }
}

int openNameless(const QByteArray &folder)
{
    int descriptor = ::open(folder.constData(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
    if (descriptor >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
        return descriptor;
    // The file system knows no files without a name: one nobody can guess, for a moment.
    const QByteArray path = folder + '/' + QByteArray::number(QRandomGenerator::system()->generate64(), 36) + kSuffix;
    descriptor = ::open(path.constData(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor >= 0)
        ::unlink(path.constData());
    return descriptor;
}

} // namespace

Error SpillFile::systemError(const QString &what, int number)
{
    Error error { .code = Error::Code::IO,
                  .message = u"%1: %2."_s.arg(what, QString::fromLocal8Bit(std::strerror(number))),
                  .vendorNumber = number };
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        error.hint = u"Free space on the disk that holds the cache folder, or close other results, then go on."_s;
    return error;
}

QString SpillFile::defaultFolder()
{
    const QString cache = QStandardPaths::writableLocation(QStandardPaths::GenericCacheLocation);
    return cache.isEmpty() ? QDir::tempPath() + u"/grebe-%1"_s.arg(::geteuid()) : cache + "/grebe/results"_L1;
}

Result<int> SpillFile::open(const QString &folder)
{
    const QByteArray path = QFile::encodeName(folder);
    QDir().mkpath(QFile::decodeName(path.left(path.lastIndexOf('/'))));
    if (::mkdir(path.constData(), 0700) != 0 && errno != EEXIST)
        return std::unexpected(systemError(u"The folder %1 for large results can't be made"_s.arg(folder), errno));
    if (!isPrivateFolder(path)) {
        return std::unexpected(Error { .code = Error::Code::IO,
            .message = u"The folder %1 for large results is not a private folder of this user."_s.arg(folder),
            .hint = u"Remove it, or set another folder."_s });
    }
    removeLeftovers(folder);
    const int descriptor = openNameless(path);
    if (descriptor < 0)
        return std::unexpected(systemError(u"A file for large results can't be made in %1"_s.arg(folder), errno));
    return descriptor;
}

Result<std::shared_ptr<SpillFile>> SpillFile::create(const QString &folder)
{
    const QString path = folder.isEmpty() ? defaultFolder() : folder;
    const auto descriptor = open(path);
    if (!descriptor)
        return std::unexpected(descriptor.error());
    return std::shared_ptr<SpillFile>(new SpillFile(*descriptor, path));
}

SpillFile::~SpillFile()
{
    ::close(m_descriptor);
}

Result<SpillFile::Extent> SpillFile::write(const arrow::RecordBatch &batch)
{
    qint64 offset;
    {
        const std::scoped_lock lock(m_mutex);
        offset = alignUp(m_end, kAlignment);
    }
    FileStream stream(m_descriptor, offset);
    arrow::ipc::IpcWriteOptions options = arrow::ipc::IpcWriteOptions::Defaults();
    options.allow_64bit = true;
    options.alignment = kAlignment;
    options.use_threads = false;
    const auto writeAll = [&]() -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(&stream, batch.schema(), options));
        ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(batch));
        ARROW_RETURN_NOT_OK(writer->Close());
        return stream.Flush();
    };
    const arrow::Status status = writeAll();
    if (!status.ok()) {
        const int number = stream.errorNumber;
        std::ignore = ::ftruncate(m_descriptor, off_t(offset)); // gives back what the failed write took
        if (number != 0)
            return std::unexpected(systemError(u"Rows of a large result can't be written to %1"_s.arg(m_folder), number));
        return std::unexpected(Error { .code = Error::Code::Internal,
            .message = u"Rows of a large result can't be written to disk."_s, .detail = QString::fromStdString(status.ToString()) });
    }
    const qint64 length = stream.Tell().ValueOr(0);
    const std::scoped_lock lock(m_mutex);
    m_end = offset + length;
    if (m_segments.empty() || m_end > m_segments.back().offset + m_segments.back().length) {
        // Begins at a page's border, so it may overlap the last page of the segment before.
        const qint64 begin = offset / kPageSize * kPageSize;
        m_segments.push_back({ begin, std::max(kSegmentSize, alignUp(m_end - begin, kPageSize)), {} });
    }
    return Extent { offset, length };
}

std::vector<SpillFile::Segment>::iterator SpillFile::segmentOf(qint64 offset) const
{
    const auto next = std::upper_bound(m_segments.begin(), m_segments.end(), offset,
                                       [](qint64 offset, const Segment &segment) { return offset < segment.offset; });
    return next - 1;
}

std::shared_ptr<arrow::Buffer> SpillFile::mapping(qint64 offset, qint64 *segmentOffset) const
{
    const std::scoped_lock lock(m_mutex);
    const auto segment = segmentOf(offset);
    *segmentOffset = segment->offset;
    if (auto mapped = segment->mapping.lock())
        return mapped;
    void *address = ::mmap(nullptr, size_t(segment->length), PROT_READ, MAP_SHARED, m_descriptor, off_t(segment->offset));
    if (address == MAP_FAILED)
        return nullptr;
    auto mapped = std::make_shared<Mapping>(address, segment->length);
    segment->mapping = mapped;
    return mapped;
}

Result<std::shared_ptr<arrow::RecordBatch>> SpillFile::read(Extent extent) const
{
    qint64 segmentOffset = 0;
    std::shared_ptr<arrow::Buffer> bytes;
    const auto whole = mapping(extent.offset, &segmentOffset);
    if (whole && extent.offset + extent.length <= segmentOffset + whole->size()) {
        bytes = arrow::SliceBuffer(whole, extent.offset - segmentOffset, extent.length);
    } else {
        // No address space for a mapping: a copy will do.
        auto made = arrow::AllocateBuffer(extent.length);
        if (!made.ok())
            return std::unexpected(systemError(u"Rows of a large result can't be read back"_s, ENOMEM));
        for (qint64 done = 0; done < extent.length;) {
            const ssize_t count = ::pread(m_descriptor, (*made)->mutable_data() + done, size_t(extent.length - done),
                                          off_t(extent.offset + done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return std::unexpected(systemError(u"Rows of a large result can't be read back"_s, count < 0 ? errno : EIO));
            done += count;
        }
        bytes = std::move(*made);
    }
    const auto readAll = [&]() -> arrow::Result<std::shared_ptr<arrow::RecordBatch>> {
        arrow::io::BufferReader source(bytes);
        arrow::ipc::IpcReadOptions options = arrow::ipc::IpcReadOptions::Defaults();
        options.use_threads = false;
        ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(&source, options));
        return reader->Next();
    };
    auto batch = readAll();
    if (!batch.ok() || !*batch) {
        return std::unexpected(Error { .code = Error::Code::Internal, .message = u"Rows of a large result can't be read back."_s,
                                       .detail = QString::fromStdString(batch.status().ToString()) });
    }
    return *batch;
}

void SpillFile::drop(Extent extent)
{
    const std::scoped_lock lock(m_mutex);
    m_dropped.push_back(extent);
    // What somebody still reads must not turn to zeros under his eyes: it goes with a later call.
    std::erase_if(m_dropped, [this](Extent dropped) {
        const auto segment = segmentOf(dropped.offset);
        if (!segment->mapping.expired())
            return false;
        ::fallocate(m_descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off_t(dropped.offset), off_t(dropped.length));
        return true;
    });
}

} // namespace Grebe
