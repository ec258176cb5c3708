// SPDX-License-Identifier: Apache-2.0
#include "arrowwriter.h"

#include <arrow/io/interfaces.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

using namespace Qt::StringLiterals;

namespace Grebe {

// A ByteSink as Arrow wants it; keeps the sink's own error, which says more than a Status.
class ArrowWriter::Stream final : public arrow::io::OutputStream
{
public:
    explicit Stream(ByteSink &sink) : m_sink(sink) { }

    arrow::Status Close() override
    {
        m_isClosed = true;
        return arrow::Status::OK();
    }
    bool closed() const override { return m_isClosed; }
    arrow::Result<int64_t> Tell() const override { return m_sink.byteCount(); }
    arrow::Status Write(const void *data, int64_t size) override
    {
        const auto written = m_sink.write({ static_cast<const char *>(data), size_t(size) });
        if (written)
            return arrow::Status::OK();
        error = written.error();
        return arrow::Status::IOError("the sink failed");
    }
    using OutputStream::Write;

    std::optional<Error> error;

private:
    ByteSink &m_sink;
    bool m_isClosed = false;
};

class ArrowWriter::Private
{
public:
    explicit Private(ByteSink &sink) : stream(sink) { }

    Result<void> check(const arrow::Status &status)
    {
        if (status.ok())
            return {};
        if (stream.error)
            return std::unexpected(*stream.error);
        const auto code = status.IsNotImplemented() ? Error::Code::NotImplemented : Error::Code::Internal;
        return std::unexpected(Error {
            .code = code, .message = u"The rows cannot be written as Arrow."_s, .detail = QString::fromStdString(status.ToString()) });
    }

    Stream stream;
    std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
};

ArrowWriter::ArrowWriter(ByteSink &sink) : d(std::make_unique<Private>(sink)) { }

ArrowWriter::~ArrowWriter() = default;

Result<void> ArrowWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    auto writer = arrow::ipc::MakeStreamWriter(&d->stream, schema);
    if (!writer.ok())
        return d->check(writer.status());
    d->writer = *writer;
    return {};
}

Result<void> ArrowWriter::write(const arrow::RecordBatch &batch)
{
    auto metadata = std::make_shared<arrow::KeyValueMetadata>();
    for (int i = 0; i < batch.num_columns(); ++i) {
        const auto &field = batch.schema()->field(i)->metadata();
        const int key = field ? field->FindKey(kRawKey) : -1;
        if (key >= 0)
            metadata->Append(kRawKey + ('.' + std::to_string(i)), field->value(key));
    }
    return d->check(d->writer->WriteRecordBatch(batch, metadata->size() > 0 ? metadata : nullptr));
}

Result<void> ArrowWriter::end()
{
    return d->check(d->writer->Close());
}

} // namespace Grebe
