// SPDX-License-Identifier: Apache-2.0
#include "extension/bytesink.h"

#include <QIODevice>

#include <cerrno>
#include <cstring>

#include <poll.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

ByteSink::~ByteSink() = default;

Result<void> ByteSink::write(std::string_view bytes)
{
    if (m_error)
        return std::unexpected(*m_error);
    Result<void> result = doWrite(bytes);
    if (result)
        m_byteCount += qint64(bytes.size());
    else
        m_error = result.error();
    return result;
}

Result<void> DescriptorSink::doWrite(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t count = ::write(m_descriptor, bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(size_t(count));
            continue;
        }
        if (errno == EINTR)
            continue;
        if (errno == EAGAIN) { // somebody made the descriptor non-blocking: a terminal shared with another program
            pollfd wait { m_descriptor, POLLOUT, 0 };
            ::poll(&wait, 1, -1);
            continue;
        }
        const int number = errno;
        Error error { .code = Error::Code::IO,
                      .message = u"Writing to %1 failed: %2."_s.arg(m_name, QString::fromLocal8Bit(strerror(number))),
                      .vendorNumber = number };
        if (number == EPIPE)
            error.vendorCode = u"EPIPE"_s;
        if (number == ENOSPC || number == EDQUOT) {
            error.vendorCode = u"ENOSPC"_s;
            error.hint = u"The disk is full."_s;
        }
        return std::unexpected(error);
    }
    return {};
}

Result<void> DeviceSink::doWrite(std::string_view bytes)
{
    while (!bytes.empty()) {
        const qint64 count = m_device.write(bytes.data(), qint64(bytes.size()));
        if (count <= 0) {
            return std::unexpected(Error { .code = Error::Code::IO,
                                           .message = u"Writing failed: %1."_s.arg(m_device.errorString()) });
        }
        bytes.remove_prefix(size_t(count));
    }
    return {};
}

} // namespace Grebe
