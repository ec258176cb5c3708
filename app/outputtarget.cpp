// SPDX-License-Identifier: Apache-2.0
#include "outputtarget.h"

#include <QFile>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

static Error fileError(const QString &what, const QString &fileName)
{
    return { .code = Error::Code::IO,
             .message = u"%1 cannot be %2: %3."_s.arg(fileName, what, QString::fromLocal8Bit(strerror(errno))) };
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
    const int flags = O_WRONLY | O_CLOEXEC | (isSpecial ? 0 : O_CREAT | O_TRUNC);
    const int descriptor = ::open(path.constData(), flags, 0666);
    if (descriptor < 0)
        return std::unexpected(fileError(u"written"_s, QFile::decodeName(path)));
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
    if (!m_partName.isEmpty()
        && ::rename(QFile::encodeName(m_partName).constData(), QFile::encodeName(m_fileName).constData()) != 0)
        return std::unexpected(fileError(u"put in place"_s, m_fileName));
    m_partName.clear();
    return {};
}

QString OutputTarget::keepPart()
{
    return std::exchange(m_partName, {});
}

} // namespace Grebe
