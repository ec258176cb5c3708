// SPDX-License-Identifier: Apache-2.0
#include "sinkstream.h"

namespace Grebe {

arrow::Status SinkStream::Close()
{
    m_isClosed = true;
    return arrow::Status::OK();
}

arrow::Status SinkStream::Write(const void *data, int64_t size)
{
    if (m_isAbandoned)
        return arrow::Status::Cancelled("the writer was let go of");
    const auto written = m_sink.write({ static_cast<const char *>(data), size_t(size) });
    if (written)
        return arrow::Status::OK();
    m_error = written.error();
    return arrow::Status::IOError("the sink failed");
}

Result<void> SinkStream::check(const arrow::Status &status, const QString &message) const
{
    if (status.ok())
        return {};
    if (m_error)
        return std::unexpected(*m_error);
    const auto code = status.IsNotImplemented() ? Error::Code::NotImplemented : Error::Code::Internal;
    return std::unexpected(Error { .code = code, .message = message, .detail = QString::fromStdString(status.ToString()) });
}

} // namespace Grebe
