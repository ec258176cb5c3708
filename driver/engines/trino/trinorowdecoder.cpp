// SPDX-License-Identifier: Apache-2.0
#include "trinorowdecoder.h"

#include "extension/columnformatter.h"
#include "trinopage.h"

#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>

using namespace Qt::StringLiterals;

namespace Grebe {

TrinoRowDecoder::TrinoRowDecoder(std::vector<TrinoColumn> columns, std::string_view source) : m_source(source)
{
    arrow::FieldVector fields;
    fields.reserve(columns.size());
    m_specs.reserve(columns.size());
    for (TrinoColumn &column : columns) {
        fields.push_back(std::move(column.field));
        m_specs.push_back(std::move(column.spec));
    }
    m_schema = arrow::schema(std::move(fields));
}

QString TrinoRowDecoder::columnList() const
{
    constexpr qsizetype longest = 1000;
    QString list = u"("_s;
    for (const auto &field : m_schema->fields()) {
        if (list.size() > 1)
            list += u", "_s;
        list += QString::fromStdString(field->name()) + u' ' + QString::fromStdString(field->metadata()->Get(kTypeKey).ValueOr(""));
        if (list.size() > longest)
            return list.left(longest) + u"…)"_s;
    }
    return list + u')';
}

Result<JsonRowsResult> TrinoRowDecoder::decode(JsonReader &reader) const
{
    auto result = decodeJsonRows(reader, m_schema, m_specs, m_sizes);
    if (result && result->batch)
        m_hasDeliveredRows = true;
    return result;
}

std::shared_ptr<arrow::Schema> schemaOf(const TrinoRowDecoder &decoder)
{
    return decoder.schema();
}

} // namespace Grebe
