// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "error.h"
#include "grebe_export.h"

#include <QtGlobal>

#include <optional>
#include <string_view>

class QIODevice;

namespace Grebe {

/// Where the bytes of an export go.
///
/// Errors     after the first error every call gives that error again: nothing follows a gap. vendorCode is errno's
///            name where a caller may want to tell: `EPIPE` (nobody reads any more), `ENOSPC` (the disk is full).
/// Thread     one at a time.
class GREBE_EXPORT ByteSink
{
public:
    virtual ~ByteSink();
    /// Takes all of it or fails.
    Result<void> write(std::string_view bytes);
    qint64 byteCount() const { return m_byteCount; }

protected:
    virtual Result<void> doWrite(std::string_view bytes) = 0;

private:
    qint64 m_byteCount = 0;
    std::optional<Error> m_error;
};

/// A file descriptor: standard output, a file, a pipe. The descriptor stays the caller's.
/// SIGPIPE must be ignored by the process, or a broken pipe ends it before the error is seen.
class GREBE_EXPORT DescriptorSink final : public ByteSink
{
public:
    /// `name` is what errors call it.
    DescriptorSink(int descriptor, const QString &name) : m_descriptor(descriptor), m_name(name) { }

protected:
    Result<void> doWrite(std::string_view bytes) override;

private:
    const int m_descriptor;
    const QString m_name;
};

/// An open QIODevice: a QSaveFile, a QBuffer, a process. The device stays the caller's.
class GREBE_EXPORT DeviceSink final : public ByteSink
{
public:
    explicit DeviceSink(QIODevice &device) : m_device(device) { }

protected:
    Result<void> doWrite(std::string_view bytes) override;

private:
    QIODevice &m_device;
};

} // namespace Grebe
