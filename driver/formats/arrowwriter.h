// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultwriter.h"

namespace Grebe {

/// An Arrow IPC stream: the batches as they are.
///
/// Shape      values that an Arrow type can't hold are null in their array; their text (`grebe.raw`) travels as custom
///            metadata of the batch's message, under `grebe.raw.` and the column's number from 0.
/// Source     Arrow columnar format, "IPC streaming format".
class ArrowWriter final : public ResultWriter
{
public:
    explicit ArrowWriter(ByteSink &sink);
    ~ArrowWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) override;
    Result<void> write(const arrow::RecordBatch &batch) override;
    Result<void> end() override;

private:
    class Stream;
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe
