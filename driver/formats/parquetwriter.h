// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultwriter.h"

namespace Grebe {

/// A Parquet file: dictionary where it pays, zstd, row groups of at most kGroupRows rows and about kGroupBytes.
///
/// Shape      columns keep their Arrow type, and their `grebe.type` in the Arrow schema of the footer. Three kinds are
///            text (remarks() names them): types that Parquet has no form for (intervals, unions), decimals of more than
///            38 digits, which most readers would round, and WriteOptions::textColumns. UUIDs are Parquet's own.
/// Errors     InvalidData for a value that a column's type can't hold (`grebe.raw`) in a column that is not text: it
///            would be null for every other reader. Nothing is dropped.
/// Units      memory: one row group, encoded.
/// Source     the Parquet format's LogicalTypes.md.
class ParquetWriter final : public ResultWriter
{
public:
    static constexpr qint64 kGroupRows = 1 << 20;
    static constexpr qint64 kGroupBytes = 128 << 20;

    ParquetWriter(ByteSink &sink, const WriteOptions &options);
    ~ParquetWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) override;
    Result<void> write(const arrow::RecordBatch &batch) override;
    Result<void> end() override;
    QStringList remarks() const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe
