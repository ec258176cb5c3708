// SPDX-License-Identifier: Apache-2.0
#include "listing.h"

#include "extension/resultwriter.h"

#include <arrow/array/builder_binary.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include <unistd.h>

using namespace Qt::StringLiterals;

namespace Grebe {

ArgumentOption Listing::formatOption()
{
    QStringList formats;
    for (const ResultFormat &format : resultFormats())
        formats << format.id;
    return { u"format"_s, formats.join(u'|'), u"How the list is written. Default: table."_s };
}

Result<void> Listing::checkFormat(const QString &formatId)
{
    QStringList formats { QString() };
    for (const ResultFormat &format : resultFormats())
        formats << format.id;
    if (formats.contains(formatId))
        return {};
    return std::unexpected(
        usageError(u"There is no format %1.%2"_s.arg(formatId, didYouMean(nearestOf(formatId, formats.mid(1))))));
}

Result<void> Listing::print(const QString &formatId) const
{
    arrow::FieldVector fields;
    arrow::ArrayVector arrays;
    for (qsizetype column = 0; column < m_columns.size(); ++column) {
        arrow::StringBuilder builder;
        for (const QStringList &row : m_rows)
            (void)(row[column].isNull() ? builder.AppendNull() : builder.Append(row[column].toStdString()));
        auto array = builder.Finish();
        if (!array.ok())
            return std::unexpected(Error { .code = Error::Code::Internal, .message = u"The list is too long."_s });
        fields.push_back(arrow::field(m_columns[column].toStdString(), arrow::utf8()));
        arrays.push_back(*array);
    }
    const auto schema = arrow::schema(fields);
    DescriptorSink sink(STDOUT_FILENO, u"standard output"_s);
    const auto writer
        = makeResultWriter(formatId.isEmpty() ? u"table"_s : formatId, sink, { .nullText = std::string() });
    Result<void> result = writer->begin(schema);
    if (result)
        result = writer->write(*arrow::RecordBatch::Make(schema, m_rows.size(), arrays));
    return result ? writer->end() : result;
}

} // namespace Grebe
