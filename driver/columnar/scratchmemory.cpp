// SPDX-License-Identifier: Apache-2.0
#include "scratchmemory.h"

#include "spillfile.h"

#include "extension/resultstore.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

Result<std::shared_ptr<ScratchMemory>> ScratchMemory::make(qint64 byteCount)
{
    const size_t size = size_t(std::max<qint64>(byteCount, 1));
    const auto made = [size](void *data) -> Result<std::shared_ptr<ScratchMemory>> {
        if (data == MAP_FAILED) {
            return std::unexpected(Error { .code = Error::Code::Internal,
                .message = u"There is not enough memory to sort or filter this result."_s });
        }
        return std::shared_ptr<ScratchMemory>(new ScratchMemory(data, qint64(size)));
    };
    if (byteCount <= std::min(kMostInMemory, ResultStore::memoryBudget() / 2)) {
        void *data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (data != MAP_FAILED && byteCount >= 4 << 20)
            ::madvise(data, size, MADV_HUGEPAGE);
        return made(data);
    }
    const QString folder = ResultStore::spillFolder();
    const auto descriptor = SpillFile::open(folder);
    if (!descriptor)
        return std::unexpected(descriptor.error());
    if (const int number = ::posix_fallocate(*descriptor, 0, off_t(size)); number != 0) {
        ::close(*descriptor);
        return std::unexpected(SpillFile::systemError(u"Sorting this result takes %1 MB for a while, which %2 has no room for"_s
                                                          .arg(byteCount >> 20).arg(folder), number));
    }
    void *data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, *descriptor, 0);
    ::close(*descriptor);
    return made(data);
}

ScratchMemory::~ScratchMemory()
{
    ::munmap(m_data, size_t(m_size));
}

} // namespace Grebe
