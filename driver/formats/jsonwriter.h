// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rowwriter.h"

namespace Grebe {

/// JSON: an object a row, or an array where column names are missing or repeat.
///
/// Shape      Lines is one row a line; Array is one array over all rows, also a row a line. Columns stand in the order
///            of the result. Values are those of ColumnFormatter::appendJson().
class JsonWriter final : public RowWriter
{
public:
    enum class Layout { Lines, Array };

    JsonWriter(ByteSink &sink, const WriteOptions &options, Layout layout) : RowWriter(sink, options), m_layout(layout)
    {
    }

protected:
    void writeHeader() override;
    void writeRow(const arrow::RecordBatch &batch, qint64 row) override;
    void writeFooter() override;

private:
    const Layout m_layout;
    bool m_hasNames = true;
    bool m_isFirstRow = true;
    std::vector<std::string> m_keys; // what stands in front of each value
};

} // namespace Grebe
