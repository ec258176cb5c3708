// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extension/columnformatter.h"
#include "extension/resultwriter.h"

#include <arrow/type_fwd.h>

namespace Grebe {

/// What the formats of text share: a formatter per column, a buffer in front of the sink, the encoding.
class RowWriter : public ResultWriter
{
public:
    RowWriter(ByteSink &sink, const WriteOptions &options) : m_options(options), m_sink(sink) { }
    ~RowWriter() override;

    Result<void> begin(const std::shared_ptr<arrow::Schema> &schema) final;
    Result<void> write(const arrow::RecordBatch &batch) final;
    Result<void> end() final;

protected:
    // Each appends to m_out.
    virtual void writeHeader() = 0;
    /// Before its rows.
    virtual void lookAt(const arrow::RecordBatch &) { }
    virtual void writeRow(const arrow::RecordBatch &batch, qint64 row) = 0;
    virtual void writeFooter() { }
    /// True where WriteOptions::encoding counts; the others are UTF-8 by their own definition.
    virtual bool hasEncoding() const { return false; }
    /// Ends the writing behind the row that is being written, which does not get out.
    void fail(const Error &error) { m_error = error; }

    struct Column
    {
        std::string name;
        std::shared_ptr<arrow::DataType> type;
        ColumnFormatter formatter;
    };

    const WriteOptions m_options;
    std::vector<Column> m_columns;
    std::string m_out; ///< UTF-8

private:
    Result<void> flush();
    Result<void> checkLatin1(size_t start, qint64 row) const;

    ByteSink &m_sink;
    qint64 m_rowCount = 0;
    std::optional<Error> m_error;
};

} // namespace Grebe
