// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "resultwriter.h"

namespace Grebe {

/// INSERT statements with the rows as literals.
///
/// Shape      `INSERT INTO table (columns) VALUES` and WriteOptions::rowsPerInsert rows a statement. The column list is
///            left out where names are missing or repeat. Literals are the dialect's, exact in value and type.
/// Errors     a value that the dialect has no literal for is refused, with its column and row.
class InsertWriter final : public RowWriter
{
public:
    InsertWriter(ByteSink &sink, const WriteOptions &options);

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    void writeFooter() override;

private:
    const Dialect &m_dialect;
    std::string m_head;
    qint64 m_rowCount = 0;
    QStringList m_types;
};

} // namespace Grebe
