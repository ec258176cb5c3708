// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultwriter.h"

namespace Grebe {

/// Arrow IPC: the batches as they are.
///
/// Shape      Stream has its end marked, File has an index behind the batches, so that a reader can map it and jump.
///            Values that an Arrow type can't hold are null in their array; their text (`grebe.raw`) travels as custom
///            metadata of the batch's message, under `grebe.raw.` and the column's number from 0.
/// Source     Arrow columnar format, "IPC streaming format" and "IPC file format".
class ArrowWriter final : public ResultWriter
{
public:
    enum class Layout { Stream, File };

    ArrowWriter(ByteSink &sink, Layout layout);
    ~ArrowWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) override;
    Result<void> write(const arrow::RecordBatch &batch) override;
    Result<void> end() override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe
