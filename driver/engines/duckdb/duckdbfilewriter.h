// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/resultwriter.h"

#include <memory>

namespace Grebe {

/// One result as a table of a DuckDB database file.
///
/// Shape      a new file is FILE.part until end() has closed it; into a file that is there the table goes in one
///            transaction, so that without end() the file is what it was. Types are DuckDB's own where the result came
///            from DuckDB (`grebe.type`: HUGEINT, ENUM, UUID, JSON and their like), else what Arrow's mean there. What
///            DuckDB has no type for (decimals of more than 38 digits) and WriteOptions::textColumns are VARCHAR;
///            remarks() names them.
/// Errors     AlreadyExists from begin() for a table that is there and may not be replaced; InvalidData for a value that
///            its column's type can't hold; DuckDB's own, a full disk among them.
/// Units      memory: DuckDB's own, of a new file at most kMemoryLimit.
/// Thread     one at a time.
class DuckDbFileWriter final : public ResultWriter
{
public:
    static constexpr char16_t kMemoryLimit[] = u"512MB";

    DuckDbFileWriter(const QString &fileName, const WriteOptions &options);
    ~DuckDbFileWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) override;
    Result<void> write(const arrow::RecordBatch &batch) override;
    Result<void> end() override;
    QStringList remarks() const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Grebe
