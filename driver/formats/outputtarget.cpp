// SPDX-License-Identifier: Apache-2.0
#include "extension/outputtarget.h"

#include <QFile>
#include <QFileInfo>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

static Error fileError(const QString &what, const QString &fileName)
{
    const int number = errno;
    Error error { .code = Error::Code::IO,
                  .message = u"%1 cannot be %2: %3."_s.arg(fileName, what, QString::fromLocal8Bit(strerror(number))),
                  .vendorNumber = number };
    if (number == ENOSPC || number == EDQUOT) {
        error.vendorCode = u"ENOSPC"_s;
        error.hint = u"The disk is full."_s;
    }
    return error;
}

OutputTarget::OutputTarget(int descriptor, const QString &fileName, const QString &partName)
    : m_descriptor(descriptor), m_fileName(fileName), m_partName(partName),
      m_sink(descriptor, fileName.isEmpty() ? u"standard output"_s : fileName)
{
}

Result<std::unique_ptr<OutputTarget>> OutputTarget::open(const QString &fileName)
{
    if (fileName.isEmpty())
        return std::unique_ptr<OutputTarget>(new OutputTarget(STDOUT_FILENO, {}, {}));
    struct stat status {};
    const bool isSpecial = stat(QFile::encodeName(fileName).constData(), &status) == 0 && !S_ISREG(status.st_mode);
    const QString partName = isSpecial ? QString() : fileName + ".part"_L1;
    const QByteArray path = QFile::encodeName(isSpecial ? fileName : partName);
    const int flags = O_WRONLY | O_CLOEXEC | (isSpecial ? 0 : O_CREAT | O_NOFOLLOW);
    const int descriptor = ::open(path.constData(), flags, 0666);
    if (descriptor < 0)
        return std::unexpected(fileError(u"written"_s, QFile::decodeName(path)));
    // Emptied under a lock only: two exports to one file must not mix.
    if (!isSpecial && ::flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ::close(descriptor);
        return std::unexpected(Error { .code = Error::Code::AlreadyExists,
                                       .message = u"%1 is being written by another export."_s.arg(fileName) });
    }
    if (!isSpecial && ::ftruncate(descriptor, 0) != 0) {
        const Error error = fileError(u"written"_s, partName);
        ::close(descriptor);
        return std::unexpected(error);
    }
    return std::unique_ptr<OutputTarget>(new OutputTarget(descriptor, fileName, partName));
}

OutputTarget::~OutputTarget()
{
    if (!isStandardOutput() && m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_partName.isEmpty())
        QFile::remove(m_partName);
}

Result<void> OutputTarget::commit()
{
    if (isStandardOutput())
        return {};
    // What the disk can't take may only show here.
    if ((!m_partName.isEmpty() && ::fsync(m_descriptor) != 0) || ::close(std::exchange(m_descriptor, -1)) != 0)
        return std::unexpected(fileError(u"written"_s, m_fileName));
    if (m_partName.isEmpty())
        return {};
    if (auto placed = putInPlace(m_partName, m_fileName); !placed)
        return placed;
    m_partName.clear();
    return {};
}

Result<void> putInPlace(const QString &partName, const QString &fileName)
{
    const QByteArray part = QFile::encodeName(partName);
    const int file = ::open(part.constData(), O_RDONLY | O_CLOEXEC);
    const bool isSynced = file >= 0 && ::fsync(file) == 0;
    const Error error = isSynced ? Error() : fileError(u"written"_s, fileName);
    if (file >= 0)
        ::close(file);
    if (!isSynced)
        return std::unexpected(error);
    if (::rename(part.constData(), QFile::encodeName(fileName).constData()) != 0)
        return std::unexpected(fileError(u"put in place"_s, fileName));
    // Without this a power cut may take the name away again. Not every file system can do it; the file is whole anyway.
    const QByteArray folder = QFile::encodeName(QFileInfo(fileName).absolutePath());
    if (const int descriptor = ::open(folder.constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); descriptor >= 0) {
        (void)::fsync(descriptor);
        ::close(descriptor);
    }
    return {};
}

QString OutputTarget::keepPart()
{
    return std::exchange(m_partName, {});
}

} // namespace Grebe
