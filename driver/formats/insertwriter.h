// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

#include <unordered_set>

namespace Grebe {

/// Rows as literals: INSERT statements, or what WriteOptions::sqlForm says.
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
    std::string literal(const arrow::RecordBatch &batch, size_t column, qint64 row);

    const Dialect &m_dialect;
    std::string m_head; ///< in front of the rows of each statement
    std::string m_names; ///< of the columns, in parentheses; empty where they can't be listed
    qint64 m_rowCount = 0;
    QStringList m_types;
    std::unordered_set<std::string> m_seen; ///< of an IN list
};

} // namespace Grebe
