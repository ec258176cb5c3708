// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/bytesink.h"

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>

namespace Grebe {

/// A ByteSink as Arrow's writers want it; keeps the sink's own error, which says more than a Status.
///
/// Shape      Tell() counts from where the sink stood when the stream was made: a file in a file is whole by itself.
/// Thread     one at a time.
class SinkStream final : public arrow::io::OutputStream
{
public:
    explicit SinkStream(ByteSink &sink) : m_sink(sink), m_start(sink.byteCount()) { }

    arrow::Status Close() override;
    bool closed() const override { return m_isClosed; }
    arrow::Result<int64_t> Tell() const override { return m_sink.byteCount() - m_start; }
    arrow::Status Write(const void *data, int64_t size) override;
    using OutputStream::Write;

    /// Refuses every further byte: a writer that is let go of must not put an end below what was cut.
    void abandon() { m_isAbandoned = true; }
    /// The sink's error where it has one; else what Arrow says, below `message`.
    Result<void> check(const arrow::Status &status, const QString &message) const;

private:
    ByteSink &m_sink;
    const qint64 m_start;
    std::optional<Error> m_error;
    bool m_isClosed = false;
    bool m_isAbandoned = false;
};

} // namespace Grebe
