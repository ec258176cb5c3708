// SPDX-License-Identifier: Apache-2.0
#include "textcolumn.h"

#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

using namespace Qt::StringLiterals;

namespace Grebe {

Result<std::shared_ptr<arrow::Array>> textColumn(const ColumnFormatter &formatter, const arrow::RecordBatch &batch, int column)
{
    arrow::LargeStringBuilder builder;
    std::string text;
    arrow::Status status;
    for (int64_t row = 0; row < batch.num_rows() && status.ok(); ++row) {
        text.clear();
        status = formatter.appendText(batch, column, row, text) ? builder.Append(text) : builder.AppendNull();
    }
    std::shared_ptr<arrow::Array> array;
    if (status.ok())
        status = builder.Finish(&array);
    if (!status.ok()) {
        return std::unexpected(Error { .code = Error::Code::Internal,
                                       .message = u"The values cannot be made text: %1"_s.arg(
                                           QString::fromStdString(status.message())) });
    }
    return array;
}

Error lostValueError(const arrow::Field &field, const ColumnFormatter &formatter, qint64 row, const QString &format)
{
    return { .code = Error::Code::InvalidData,
             .message = u"Column %1 (%2) holds a value behind row %3 that its type in %4 cannot, so it would be lost."_s
                            .arg(QString::fromStdString(field.name()), formatter.typeText())
                            .arg(row)
                            .arg(format),
             .hint = u"Make the column text in the query (CAST … AS VARCHAR), or write CSV or JSON."_s };
}

} // namespace Grebe
