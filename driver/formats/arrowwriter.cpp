// SPDX-License-Identifier: Apache-2.0
#include "arrowwriter.h"

#include "sinkstream.h"
#include "extension/columnformatter.h"

#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

using namespace Qt::StringLiterals;

namespace Grebe {

class ArrowWriter::Private
{
public:
    Private(ByteSink &sink, Layout layout) : stream(sink), layout(layout) { }

    Result<void> check(const arrow::Status &status) const
    {
        return stream.check(status, u"The rows cannot be written as Arrow."_s);
    }

    SinkStream stream;
    const Layout layout;
    std::shared_ptr<arrow::ipc::RecordBatchWriter> writer;
};

ArrowWriter::ArrowWriter(ByteSink &sink, Layout layout) : d(std::make_unique<Private>(sink, layout)) { }

ArrowWriter::~ArrowWriter()
{
    d->stream.abandon();
}

Result<void> ArrowWriter::begin(const std::shared_ptr<arrow::Schema> &schema)
{
    auto writer = d->layout == Layout::File ? arrow::ipc::MakeFileWriter(&d->stream, schema)
                                            : arrow::ipc::MakeStreamWriter(&d->stream, schema);
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
